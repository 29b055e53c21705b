"""One question, from paths to a report."""

from __future__ import annotations

import datetime as dt
import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from kfm_gates.errors import UsageError
from kfm_gates.linter import kinds
from kfm_gates.linter.answer import Answer
from kfm_gates.linter.files import LintFiles
from kfm_gates.linter.root import Root
from kfm_gates.linter.targets import Paths, targets

if TYPE_CHECKING:
    from kfm_gates.report import Report


def lint(
    paths: Paths,
    *,
    as_kind: str | None = None,
    root: str | os.PathLike[str] | None = None,
    now: dt.datetime | None = None,
    invocation: str | None = None,
) -> Report:
    """Say whether single documents are in order. Decides about no run and needs no OPA.

    Args:
        paths: Files and folders. A folder is walked, and its catalogs are looked at together.
        as_kind: What the files are, one of `kinds.KINDS`, where it cannot be seen; for files only.
        root: Folder inside which references resolve. Default: the lake or run around a document,
            else the folder that was named, else that of the document.
        now: The time of the question, timezone-aware; None for now.
        invocation: Id that the report carries.

    Returns:
        A report whose `question` is `lint`: PASS where every document is in order, FAIL where
        one is not, ERROR where one could not be read or nothing was found.

    Raises:
        UsageError: A path does not exist, a file that was named is of no known kind, or the call
            is wrong.
    """
    if as_kind is not None and as_kind not in kinds.KINDS:
        raise _no_kind(as_kind)
    if now is not None and now.utcoffset() is None:
        raise UsageError("The time has no timezone.", code="TIME_INVALID", wanted="UTC")
    chosen = targets(paths, None if root is None else Path(root))
    if as_kind is not None and any(target.named is None for target in chosen):
        raise UsageError(
            "A kind can only be given for files.", code="USAGE", wanted="files, no folder"
        )
    answer = Answer(now or dt.datetime.now(dt.UTC))
    with ExitStack() as stack:
        opened: dict[Path, Root] = {}
        for target in chosen:
            if target.root not in opened:
                files = stack.enter_context(LintFiles(target.root))
                opened[target.root] = Root(files, answer)
            opened[target.root].look(target, as_kind)
        for one in opened.values():
            one.close()
    requested = [target.show(target.named or target.folder) for target in chosen]
    return answer.report(requested, invocation)


def _no_kind(word: str) -> UsageError:
    import difflib

    # "dcat" and "turtle" are parts of what was meant.
    low = word.lower().strip()
    close = difflib.get_close_matches(low.replace("_", "-"), kinds.KINDS, n=3, cutoff=0.6)
    close += difflib.get_close_matches(low.replace("-", "_"), kinds.KINDS, n=3, cutoff=0.6)
    close += [kind for kind in kinds.KINDS if low and low in kind]
    # The last word of dcat-turtle, for example, misspelt.
    ends = [kind.rpartition("-")[2] for kind in kinds.KINDS]
    like = difflib.get_close_matches(low, ends, n=1, cutoff=0.7)
    close += [kind for kind in kinds.KINDS if like and kind.endswith(like[0])]
    meant = list(dict.fromkeys(close))[:6]
    return UsageError(
        f"There is no kind of document {word!r}.",
        code="KIND_UNKNOWN",
        got=word,
        wanted=", ".join(meant or kinds.KINDS),
        fix=f"Did you mean --as {meant[0]}?" if meant else "See: kfm-gates lint --help",
    )

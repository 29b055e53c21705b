"""The end of a run: look at everything once more, write the receipts, and last of all the seal."""

from __future__ import annotations

import datetime as dt
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kfm_gates.errors import EvidenceError, KfmGatesError, RecorderError
from kfm_gates.evidence import seal
from kfm_gates.evidence.run_dir import Run
from kfm_gates.model import Layout
from kfm_gates.record import receipts
from kfm_gates.record.ids import clean
from kfm_gates.record.lake import Lake
from kfm_gates.record.receipts import Described
from kfm_gates.record.write import make_folders, publish

_MAX_MESSAGE: Final = 500
_MAX_STACK: Final = 8000
_MAX_NAMES: Final = 10


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended: canonical status, and the error where there was one.

    `error` goes into the run record (type and message), `logged` into the log, where the stack
    is as well. Neither is searched for secrets: an exception that quotes one fails the run.
    """

    status: str
    error: Mapping[str, str] | None = None
    logged: Mapping[str, str] | None = None


def ending(error: BaseException | None, root: Path) -> Ending:
    """Describe how the block ended: `succeeded`, `cancelled` for Ctrl-C, else `failed`."""
    if error is None:
        return Ending("succeeded")
    kind = type(error).__name__
    message = clean(str(error), _MAX_MESSAGE) or "(no message)"
    stack = "".join(traceback.format_exception(error)).replace(f"{root}/", "")
    return Ending(
        "cancelled" if isinstance(error, KeyboardInterrupt) else "failed",
        {"type": kind, "message": message},
        # The innermost frames are at the end, and they tell the most.
        {"message": f"{kind}: {message}", "stack": clean(stack[-_MAX_STACK:], _MAX_STACK)},
    )


def warnings(run: Path, root: Path, layout: Layout, declared: set[str]) -> list[str]:
    """What the gates are going to refuse and the recorder can only point out.

    Args:
        run: The run directory.
        root: The lake root.
        layout: Names in a run.
        declared: Run-relative paths of the declared outputs and catalog documents.
    """
    tree = Run.open(run, root=root, layout=layout)
    found = [problem.message for problem in tree.problems]
    for folder, what in ((layout.artifacts, "as output"), (layout.catalog, "with run.catalog")):
        strangers = sorted(
            p for p in tree.entries if p.startswith(f"{folder}/") and p not in declared
        )
        if strangers:
            found.append(f"In {folder}/ and not declared {what}: {listed(strangers)}.")
    return found


def write(
    lake: Lake,
    layout: Layout,
    run: Described,
    place: str,
    known: Mapping[str, str],
    catalogs: Mapping[str, bytes],
) -> None:
    """Write catalogs, receipts and seal.

    Args:
        lake: The lake.
        layout: Names in a run.
        run: What the receipts say.
        place: The run directory, relative to the lake root.
        known: Hex digests by lake path of what was hashed before.
        catalogs: Catalog documents by run-relative path.

    Raises:
        RecorderError: Nothing was sealed.
    """
    documents = {**catalogs, **receipts.documents(run, layout)}
    tree = Run.open(lake.root / place, root=lake.root, layout=layout)
    covered = {}
    unknown = []
    for path in tree.entries:
        if seal.covers(path, layout):
            if digest := known.get(f"{place}/{path}"):
                covered[path] = digest
            else:
                unknown.append(path)
    for path, one in tree.digest_all(unknown).items():
        if isinstance(one, EvidenceError):
            raise RecorderError(one.message, code=one.code, file=path)
        covered[path] = one.sha256
    files = receipts.seal_files(documents, covered, layout)
    make_folders(lake.root / place, catalogs)
    publish([(lake.root / place / name, raw) for name, raw in files])


def listed(names: list[str]) -> str:
    """A list of names that stays short."""
    shown = ", ".join(names[:_MAX_NAMES])
    return shown if len(names) <= _MAX_NAMES else f"{shown} and {len(names) - _MAX_NAMES} more"


def as_recorder_error(error: Exception) -> RecorderError:
    """What stopped the writing, as the one exception that callers have to know."""
    if isinstance(error, RecorderError):
        return error
    if isinstance(error, KfmGatesError):
        return RecorderError(error.message, code=error.code, file=error.file, got=error.got)
    what = error.strerror if isinstance(error, OSError) else None
    return RecorderError(
        f"The run cannot be written: {what or type(error).__name__}.",
        code="RUN_NOT_WRITTEN",
        fix="Nothing was sealed. Make room or permission, then run the pipeline again.",
    )


def milliseconds(start: dt.datetime, end: dt.datetime) -> int:
    """Whole milliseconds between two moments."""
    return round((end - start) / dt.timedelta(milliseconds=1))

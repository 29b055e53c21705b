"""Catalog documents by kind, through the very checks of the gates, with no run to hold against."""

from __future__ import annotations

import datetime as dt
import importlib
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from kfm_gates import codes as host
from kfm_gates.catalogs._api import Document, Examined, Question, Remark
from kfm_gates.errors import EvidenceError
from kfm_gates.gates._api import Answers
from kfm_gates.gates._catalog import bounded, write_down
from kfm_gates.linter import codes
from kfm_gates.linter.files import LintFiles
from kfm_gates.model import CheckStatus, Code, Finding, Level, Location

if TYPE_CHECKING:
    from kfm_gates.gates._api import Gate

MAX_FINDINGS: Final = 10_000
"""So many findings of a group are listed."""
KEPT_OF_A_CODE: Final = 200
KEPT_IN_ALL: Final = 1000
"""From so many remarks on a kind of catalog may have kept some to itself."""
NOT_CHECKED: Final = {
    "openlineage": (
        "openlineage: every run begins once and ends once (its other events may be elsewhere)",
    )
}
"""What documents of a kind cannot tell alone, although the check that asks it has looked."""
MAX_UNREADABLE: Final = 20
"""So many documents of a group may be unreadable before the rest is given up."""


@dataclass(slots=True)
class Group:
    """What became of the documents of one kind that were looked at together.

    `failed` and `errors` are paths: a path in neither of them is in order, unless findings were
    `cut`: then nobody knows.
    """

    findings: list[Finding] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)
    errors: set[str] = field(default_factory=set)
    not_checked: list[str] = field(default_factory=list)
    cut: bool = False


def examine(kind: str, documents: Sequence[Document], files: LintFiles, now: dt.datetime) -> Group:
    """Check documents of one kind of catalog together.

    One that cannot be read is taken out, so that it hides nothing in the others.

    Args:
        kind: `stac`, `dcat`, `prov` or `openlineage`.
        documents: The documents; paths relative to the root of `files`.
        files: What their references may resolve to.
        now: The time of the question.
    """
    group = Group()
    waiting = {document.file: document for document in documents}
    try:
        gate: Gate = importlib.import_module(f"kfm_gates.gates.{kind}").GATE
        module = importlib.import_module(f"kfm_gates.catalogs.{kind}")
        for tries in range(MAX_UNREADABLE + 1):
            found = module.examine(list(waiting.values()), Question(files=files, now=now))
            error = found.error
            last = len(waiting) == 1 or tries == MAX_UNREADABLE
            if error is None or error.file not in waiting or last:
                break
            del waiting[error.file]
            _unreadable(group, kind, error, [error.file])
        _take(group, gate, found, list(waiting))
        if found.error is not None:
            _unreadable(group, kind, found.error, list(waiting))
    except ModuleNotFoundError as error:
        name = error.name or "a part of it"
        message = f"Documents of {kind} cannot be examined: {name} is not installed."
        _refuse(group, kind, codes.KIND_UNAVAILABLE, message, list(waiting))
    except EvidenceError as error:
        _unreadable(group, kind, error, list(waiting))
    except Exception as error:
        logging.getLogger("kfm_gates").error("lint of %s raised", kind, exc_info=error)
        message = f"The examination of {kind} raised {type(error).__name__}."
        _refuse(group, kind, host.GATE_CRASHED, message, list(waiting))
    return group


def _take(group: Group, gate: Gate, found: Examined, paths: Sequence[str]) -> None:
    answers = Answers(gate)
    write_down(found, answers, _listed(found.remarks))
    result = answers.result()
    if found.error is not None:
        # Checks are unanswered because of it, and it is told itself.
        unanswered = host.CHECK_UNANSWERED.id
        group.findings += [one for one in result.findings if one.code != unanswered]
    else:
        group.findings += result.findings
    # Of the findings only the first of a kind are listed; the remarks are all there.
    deny = [remark for remark in found.remarks if remark.code.level is Level.DENY]
    group.failed |= {remark.file for remark in deny}
    most = max(Counter(remark.code.id for remark in deny).values(), default=0)
    group.cut = len(paths) > 1 and (most >= KEPT_OF_A_CODE or len(deny) >= KEPT_IN_ALL)
    group.not_checked += found.not_checked
    titles = {check.id: check.title for check in gate.checks}
    group.not_checked += [
        f"{gate.id}: {titles[check.id]} ({_reason(check.witness)})"
        for check in result.checks
        if check.status is CheckStatus.NOT_APPLICABLE
    ]
    group.not_checked += NOT_CHECKED.get(gate.id, ())
    statuses = {check.status for check in result.checks}
    if found.error is None and statuses <= {CheckStatus.NOT_APPLICABLE}:
        message = f"Nothing in the documents of {gate.id} was examined."
        _refuse(group, gate.id, host.NOTHING_EXAMINED, message, paths)


def _reason(witness: str | None) -> str | None:
    """Why a check was not made. Receipts may well lie beside the document."""
    if witness is not None and witness.startswith("there are no receipts"):
        return "lint does not compare with receipts; kfm-gates check RUN does"
    return witness


def _listed(remarks: Sequence[Remark]) -> list[Remark]:
    """The remarks of each document, bounded by document and in all.

    Unlike a run, where one finding says what is wrong with all, each document has its own here.
    """
    by_file: dict[str, list[Remark]] = {}
    for remark in remarks:
        by_file.setdefault(remark.file, []).append(remark)
    listed: list[Remark] = []
    for theirs in by_file.values():
        listed += bounded(theirs)
        if len(listed) > MAX_FINDINGS:
            break
    cut = listed[:MAX_FINDINGS]
    if len(cut) < len(remarks) and len(listed) > MAX_FINDINGS:
        worst = next((r for r in remarks if r.code.level is Level.DENY), remarks[0])
        more = f"There are {len(remarks)} findings like this one and others; not all are listed."
        cut.append(replace(worst, message=more, pointer=None, line=None, got=None))
    return cut


def _unreadable(group: Group, kind: str, error: EvidenceError, paths: Sequence[str]) -> None:
    """The document that an error names cannot be read; where it names none, none of them can."""
    blamed = [error.file] if error.file in paths else list(paths)
    group.errors.update(path for path in blamed if path is not None)
    if error.file in paths and len(paths) > 1:
        # It was the last one that was tried: nobody knows about the others.
        rest = [path for path in paths if path != error.file]
        message = "Too many documents cannot be read; this one was not examined any more."
        _refuse(group, kind, host.NOTHING_EXAMINED, message, rest)
    group.findings.append(unreadable(error, f"gate:{kind}", error.file or next(iter(paths), None)))


def _refuse(group: Group, kind: str, code: Code, message: str, paths: Sequence[str]) -> None:
    group.errors.update(paths)
    group.findings += [_finding(code, f"gate:{kind}", message, Location(path)) for path in paths]


def unreadable(error: Any, origin: str, file: str | None) -> Finding:
    """The finding about a document that cannot be read at all."""
    known = codes.BY_ID.get(error.code)
    return Finding(
        code=error.code,
        level=Level.DENY,
        message=error.message,
        origin=origin,
        check="",
        where=Location(file, error.pointer, error.line),
        got=error.got,
        wanted=error.wanted,
        fix=(known or host.EVIDENCE_UNREADABLE).fix,
    )


def _finding(code: Code, origin: str, message: str, where: Location) -> Finding:
    return Finding(
        code=code.id,
        level=code.level,
        message=message,
        origin=origin,
        check="",
        where=where,
        fix=code.fix,
    )

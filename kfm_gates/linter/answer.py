"""The pad of one invocation: what became of each document, and the report that is made of it."""

from __future__ import annotations

import datetime as dt
import logging
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from kfm_gates import codes as host
from kfm_gates import times
from kfm_gates.dossier import EXIT_CODES, finding_documents
from kfm_gates.errors import KfmGatesError
from kfm_gates.evidence import paths
from kfm_gates.linter import codes, kinds
from kfm_gates.model import Code, Finding, Fix, Level, Location, Verdict, Who

if TYPE_CHECKING:
    from kfm_gates.linter.targets import Target
    from kfm_gates.report import Report

MAX_NOT_CHECKED: Final = 200
_STEWARD: Final = frozenset({*kinds.STEWARD, "policy", "policy_documents", "shapes"})


_EMPTY: Final = Fix("Name a file that says something, or let nothing write it.", Who.OPERATOR)
_LINK: Final = Fix("Links are not followed: name the file that it points to.", Who.OPERATOR)
_NO_FILE: Final = Fix("Name a regular file; nothing else is read.", Who.OPERATOR)
_CLOSED: Final = Fix("Make the file readable for whoever calls this.", Who.OPERATOR)


@dataclass(slots=True)
class Linted:
    """A document: how it is shown, its path below the root, and what was found."""

    path: str
    file: str
    kind: str = ""
    findings: list[Finding] = field(default_factory=list)
    failed: bool = False
    error: bool = False
    cut: bool = False

    @property
    def steward(self) -> bool:
        """Is it a file of `.kfm/`?"""
        return self.kind in _STEWARD

    @property
    def status(self) -> str:
        """`error` outranks `fail` outranks `open` outranks `pass`."""
        if self.error:
            return "error"
        deny = any(finding.level is Level.DENY for finding in self.findings)
        if deny or self.failed:
            return "fail"
        return "open" if self.cut else "pass"


class Answer:
    """Collects what is said about documents; nothing is in order by default."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now
        self.documents: list[Linted] = []
        self._findings: list[Finding] = []
        self._targets: list[Target] = []
        self._unseen: dict[str, None] = {}
        self._error = False

    def selected(self, target: Target) -> None:
        """Note an argument, its runs, and what the walk could not look at."""
        self._targets.append(target)
        for run in target.runs:
            shown = target.show(run) if run else target.shown
            self.unseen(f"{shown} as a run: kfm-gates check decides about it")
        for problem in target.problems:
            where = Location(target.show(problem.path), base="root")
            if problem.kind in ("name", "clash"):
                self._findings.append(_path_unsafe(problem.message, where, problem.kind))
            else:
                self._error = True
                message = f"Not everything was seen. {problem.message}"
                self._findings.append(_finding(codes.LINT_INCOMPLETE, message, where))

    def unseen(self, text: str | None) -> None:
        """Say what was not checked, once."""
        if text is not None:
            self._unseen.setdefault(text)

    def take(self, one: Linted, findings: Iterable[Finding]) -> None:
        """Add findings to a document."""
        one.findings += findings

    def names(self, one: Linted, path: str) -> None:
        """Refuse a path that systems read differently."""
        why = paths.problem_of(path)
        if why is not None:
            one.findings.append(_path_unsafe(why, Location(one.file), "name"))

    def stray(self, finding: Finding, target: Target) -> None:
        """A finding that is about no document that was linted."""
        self._findings.append(_shown(finding, target))

    def unreadable(self, one: Linted, error: KfmGatesError) -> None:
        """A document that cannot be read; the error says why."""
        one.error = True
        # No pipeline writes the files of .kfm/.
        other = codes.PROJECT_INVALID if one.steward else host.EVIDENCE_UNREADABLE
        known = codes.BY_ID.get(error.code, other)
        one.findings.append(
            replace(
                _finding(known, error.message, Location(one.file, error.pointer, error.line)),
                code=error.code,
                origin=f"lint:{one.kind}",
                got=error.got,
                wanted=error.wanted,
                fix=_fix_of(error, known),
            )
        )

    def crashed(self, one: Linted, error: Exception) -> None:
        """The examination raised; the traceback goes to the log only."""
        logging.getLogger("kfm_gates").error("lint of %s raised", one.kind, exc_info=error)
        one.error = True
        message = f"The examination raised {type(error).__name__}."
        one.findings.append(_finding(host.GATE_CRASHED, message, Location(one.file)))

    def changed(self, path: str, one: Linted | None) -> None:
        """A file that is not as it was when it was looked at."""
        where = Location(path, base="run" if one else "root")
        found = _finding(host.EVIDENCE_CHANGED, f"{path} changed while it was linted.", where)
        if one is None:
            self._error = True
            self._findings.append(found)
        else:
            one.error = True
            one.findings.append(found)

    def report(self, requested: Sequence[str], invocation: str | None) -> Report:
        """The report; a document or a folder that could not be read makes it an ERROR."""
        from kfm_gates import __version__
        from kfm_gates.report import Report

        documents = [_document(one) for one in self.documents]
        if not documents:
            self._findings.append(
                _finding(codes.NOTHING_LINTED, codes.NOTHING_LINTED.title + ".", Location())
            )
        statuses = {one["status"] for one in documents}
        stopping = any(finding.level is Level.DENY for finding in self._findings)
        verdict = Verdict.PASS
        if not documents or self._error or "error" in statuses:
            verdict = Verdict.ERROR
        elif stopping or statuses != {"pass"}:
            verdict = Verdict.FAIL
        return Report(
            {
                "schema": "report/v1",
                "question": "lint",
                "invocation": invocation or secrets.token_hex(16),
                "generated_at": times.render(self.now),
                "tool": {"name": "kfm-gates", "version": __version__},
                "verdict": str(verdict),
                "promotable": False,
                "exit_code": EXIT_CODES[verdict],
                "requested": list(requested),
                "summary": {"runs": 0, "pass": 0, "fail": 0, "error": 0},
                "profiles": [],
                "project": {"origin": "none"},
                "findings": _documents(self._findings),
                "left_alone": self._left_alone(),
                "runs": [],
                "documents": documents,
                "not_checked": self._not_checked(),
            }
        )

    def _left_alone(self) -> list[dict[str, str]]:
        found = []
        for target in self._targets:
            found += [{"path": path, "why": why} for path, why in target.left_alone]
            if target.uncounted:
                why = f"{target.uncounted} more files and folders are left alone"
                found.append({"path": target.show(target.folder), "why": why})
        return found

    def _not_checked(self) -> list[str]:
        texts = ["promotion: this is no run, so no profile and no rule was asked", *self._unseen]
        if len(texts) > MAX_NOT_CHECKED:
            rest = len(texts) - MAX_NOT_CHECKED
            texts = [*texts[:MAX_NOT_CHECKED], f"{rest} more of this kind"]
        return texts


def _document(one: Linted) -> dict[str, Any]:
    findings = [
        replace(finding, where=replace(finding.where, file=one.path, base="root"))
        for finding in one.findings
    ]
    return {
        "path": one.path,
        "kind": one.kind,
        "status": one.status,
        "findings": _documents(findings),
    }


def _documents(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    found = finding_documents(findings, None, None)
    for one in found:
        path = one["location"].get("path", "")
        if path.startswith(("/", "../")):
            # Annotations are about files of the checkout, named from its top.
            del one["location"]["path"]
    return found


def _shown(finding: Finding, target: Target) -> Finding:
    where = finding.where
    file = None if where.file is None else target.show(where.file)
    return replace(finding, where=replace(where, file=file, base="root"))


def _fix_of(error: KfmGatesError, known: Code) -> Fix:
    """What to do about a document that is none, because of what lies at its path."""
    if error.code == codes.CATALOG_EMPTY.id or error.code in ("JSON_EMPTY", "YAML_EMPTY"):
        return _EMPTY
    if error.code != host.EVIDENCE_UNREADABLE.id or "a regular file" not in (error.wanted or ""):
        return known.fix
    if "symbolic link" in error.message:
        return _LINK
    return _NO_FILE if error.got is not None else _CLOSED


def _path_unsafe(why: str, where: Location, kind: str) -> Finding:
    from kfm_gates.gates.layout import GATE, PATH_UNSAFE

    found = _finding(PATH_UNSAFE, why, where)
    return replace(found, origin=f"gate:{GATE.id}", check="plain_files", got=kind)


def _finding(code: Code, message: str, where: Location) -> Finding:
    return Finding(
        code=code.id,
        level=code.level,
        message=message,
        origin="lint",
        check="",
        where=where,
        fix=code.fix,
    )

"""A log by itself: its lines, their order, and the states that they go through."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kfm_gates.gates import _log_claims as claims
from kfm_gates.gates import _log_codes as codes
from kfm_gates.gates import _log_story as story
from kfm_gates.gates import logs
from kfm_gates.gates._api import Answers
from kfm_gates.gates._log_reader import MAX_FINDINGS, Reader
from kfm_gates.gates._log_story import Problem
from kfm_gates.model import Finding, Location


@dataclass(frozen=True)
class _Size:
    size: int


class _OneLog:
    """A log as the reader of the gate wants it."""

    def __init__(self, file: str, raw: bytes) -> None:
        self.entries: Mapping[str, _Size] = {file: _Size(len(raw))}
        self._raw = raw

    def read(self, relpath: str, max_bytes: int) -> bytes:
        return self._raw


def examine(file: str, raw: bytes) -> list[Finding]:
    """Findings about one log.

    Raises:
        EvidenceUnreadable: A line is no strict JSON.
    """
    answers = Answers(logs.GATE)
    reader = Reader(_OneLog(file, raw), answers)
    lines = reader.read(file)
    reader.close()
    if not raw:
        where = Location(file)
        answers.refuse("present", codes.LOG_EMPTY, "The log has no line.", where=where)
    if lines:
        # One log is of one run, whichever it is.
        _tell(answers, file, "identity", story.identity(lines, {"run_id": lines[0].data["run_id"]}))
        _tell(answers, file, "times", story.order(lines))
        if any(line.stage is None and line.data["event"] == "start" for line in lines):
            _tell(answers, file, "lifecycle", story.states([lines]))
        _tell(answers, file, "lifecycle", story.unexplained([lines]))
        _tell(answers, file, "claims", claims.zones(lines))
        _tell(answers, file, "stages", story.stages([lines]))
    return list(answers.findings)


def _tell(answers: Answers, file: str, check: str, problems: Iterable[Problem]) -> None:
    found = list(problems)
    for problem in found[:MAX_FINDINGS]:
        line = problem.line
        answers.refuse(
            check,
            problem.code,
            problem.message,
            where=Location(file, line=line.number if line else None),
            got=problem.got,
            wanted=problem.wanted,
        )
    if len(found) > MAX_FINDINGS:
        more = f"{len(found) - MAX_FINDINGS} more of this kind are not listed."
        answers.refuse(check, found[0].code, more, where=Location(file))

"""What a log tells about the life of a run, and where that cannot be true. Pure functions."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kfm_gates.gates import _log_codes as codes
from kfm_gates.model import Code
from kfm_gates.times import parse

SLACK = dt.timedelta(seconds=1)
"""How far a log may be from the run record: receipts are often rounded to seconds."""
STAGES = ("watcher", "idempotency", "validation", "transform", "publish", "telemetry", "ledger")
_IDS = ("run_id", "pipeline_id", "job_id", "correlation_id")
FINAL = frozenset({"succeeded", "failed", "cancelled", "skipped"})
_IMPLIED = {"start": "started"}
_NEXT: Mapping[str | None, frozenset[str]] = {
    None: frozenset({"queued", "started"}),
    "queued": frozenset({"started", "cancelled", "skipped"}),
    "started": FINAL,
}


@dataclass(frozen=True, slots=True)
class Line:
    """A log line that fits its schema."""

    file: str
    number: int
    data: Mapping[str, Any]
    at: dt.datetime

    @property
    def stage(self) -> str | None:
        """Name of the stage that the line is about, None where it is about the run."""
        return self.data.get("stage")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that cannot be true, and the line that says it; None where a line is missing."""

    code: Code
    message: str
    line: Line | None = None
    got: object = None
    wanted: object = None


def identity(lines: Sequence[Line], record: Mapping[str, Any]) -> Iterator[Problem]:
    """Lines that carry other ids than the run record, or than each other."""
    expected = {key: record[key] for key in _IDS if key in record}
    for line in lines:
        for key in _IDS:
            value = line.data.get(key)
            if value is None:
                continue
            if key == "correlation_id":
                # One trace has one id, whether the record names it or not.
                expected.setdefault(key, value)
            if value != expected.get(key, value):
                message = f"The {key} differs from that of the run."
                yield Problem(codes.LOG_ID_MISMATCH, message, line, value, expected[key])


def times(files: Sequence[Sequence[Line]], record: Mapping[str, Any]) -> Iterator[Problem]:
    """Lines that go back in time within their file, or lie outside the run."""
    earliest, latest = parse(record["started_at"]) - SLACK, parse(record["ended_at"]) + SLACK
    for lines in files:
        yield from order(lines)
        for line in lines:
            if not earliest <= line.at <= latest:
                message = "The line lies outside the run."
                wanted = f"from {record['started_at']} to {record['ended_at']}"
                stamp = line.data["timestamp"]
                yield Problem(codes.LOG_TIME_OUTSIDE, message, line, stamp, wanted)


def order(lines: Sequence[Line]) -> Iterator[Problem]:
    """Lines of one file that go back in time."""
    for last, line in itertools.pairwise(lines):
        if line.at < last.at:
            message = "The line is older than the one before it."
            wanted = f"{last.data['timestamp']} or later"
            stamp = line.data["timestamp"]
            yield Problem(codes.LOG_TIME_ORDER, message, line, stamp, wanted)


def lifecycle(files: Sequence[Sequence[Line]], record: Mapping[str, Any]) -> Iterator[Problem]:
    """Start, finish, the states between them, and the state at the end."""
    own = _own(files)
    yield from _end(own, "start", record["started_at"])
    yield from _end(own, "finish", record["ended_at"])
    yield from states(files)
    for line in own:
        status = line.data.get("status")
        if line.data["event"] == "finish" and status != record["status"]:
            message = "The run finishes in another state than the run record says."
            got = status or "no status"
            yield Problem(codes.LOG_STATUS_MISMATCH, message, line, got, record["status"])
    yield from unexplained(files)


def states(files: Sequence[Sequence[Line]]) -> Iterator[Problem]:
    """States that no run can take in this order."""
    own = _own(files)
    for lines in files:
        yield from _first_and_last(lines)
    yield from _transitions(own)
    for line in own:
        status = line.data.get("status")
        if line.data["event"] == "start" and status not in (None, "started"):
            message = "The run starts in another state."
            yield Problem(codes.LOG_TRANSITION_ILLEGAL, message, line, status, "started")


def unexplained(files: Sequence[Sequence[Line]]) -> Iterator[Problem]:
    """Lines that say that something failed, and not what."""
    for lines in files:
        for line in lines:
            failed = line.data["event"] == "error" or line.data.get("status") == "failed"
            if failed and not (line.data.get("error") or line.data.get("message")):
                message = "The line says that something failed and not what."
                yield Problem(codes.LOG_ERROR_MISSING, message, line, None, "error.message")


def _own(files: Sequence[Sequence[Line]]) -> list[Line]:
    """Lines about the run itself, in order of time."""
    return sorted((x for lines in files for x in lines if x.stage is None), key=lambda x: x.at)


def _end(own: Sequence[Line], event: str, moment: str) -> Iterator[Problem]:
    found = [line for line in own if line.data["event"] == event]
    if not found:
        message = f"The log has no {event} event for the run."
        yield Problem(codes.LOG_START_FINISH, message, None, "none", f"one at {moment}")
    for line in found[1:]:
        message = f"The log has {len(found)} {event} events for the run."
        yield Problem(codes.LOG_START_FINISH, message, line, len(found), 1)
    for line in found[:1]:
        if abs(line.at - parse(moment)) > SLACK:
            message = f"The {event} event is not at the time of the run record."
            stamp = line.data["timestamp"]
            yield Problem(codes.LOG_START_FINISH, message, line, stamp, moment)


def _first_and_last(lines: Sequence[Line]) -> Iterator[Problem]:
    """Nothing but waiting comes before the start of a run, nothing after its finish."""
    for n, line in enumerate(lines):
        if line.stage is not None:
            continue
        if line.data["event"] == "start":
            before = [x for x in lines[:n] if x.data.get("status") != "queued"]
            if before:
                message = "The line stands before the start of the run."
                yield Problem(codes.LOG_TRANSITION_ILLEGAL, message, before[0])
        elif line.data["event"] == "finish" and n + 1 < len(lines):
            message = "The line stands after the finish of the run."
            yield Problem(codes.LOG_TRANSITION_ILLEGAL, message, lines[n + 1])


def _transitions(own: Sequence[Line]) -> Iterator[Problem]:
    state: str | None = None
    for line in own:
        status = line.data.get("status") or _IMPLIED.get(line.data["event"])
        if status is None or status == state:
            continue
        allowed = _NEXT.get(state, frozenset())
        if status not in allowed:
            message = f"No run goes from {state or 'nothing'} to {status}."
            wanted = " or ".join(sorted(allowed)) or f"nothing after {state}"
            yield Problem(codes.LOG_TRANSITION_ILLEGAL, message, line, status, wanted)
        state = status


def staged(files: Sequence[Sequence[Line]]) -> list[Line]:
    """Lines about a stage of an updater (R-162), in order of time."""
    known = (x for lines in files for x in lines if _rank(x) is not None)
    return sorted(known, key=lambda x: (x.at, _rank(x)))


def stages(files: Sequence[Sequence[Line]]) -> Iterator[Problem]:
    """Stages that come before one that has to precede them."""
    for lines in (*files, staged(files)):
        reached = -1
        for line in lines:
            rank = _rank(line)
            if rank is None:
                continue
            if rank < reached:
                message = f"The stage {line.stage} comes after {STAGES[reached]}."
                wanted = " -> ".join(STAGES)
                yield Problem(codes.LOG_STAGE_ORDER, message, line, line.stage, wanted)
                return
            reached = rank


def _rank(line: Line) -> int | None:
    stage = (line.stage or "").casefold()
    return STAGES.index(stage) if stage in STAGES else None


def timed(files: Sequence[Sequence[Line]]) -> list[Line]:
    """Lines that state a duration."""
    return [line for lines in files for line in lines if "duration_ms" in line.data]


def durations(lines: Sequence[Line], record: Mapping[str, Any]) -> Iterator[Problem]:
    """Durations longer than the run, and a duration of the run that is not its own."""
    whole = parse(record["ended_at"]) - parse(record["started_at"])
    slack = SLACK / dt.timedelta(milliseconds=1)
    run_ms = whole / dt.timedelta(milliseconds=1)
    for line in lines:
        stated = line.data["duration_ms"]
        is_run = line.stage is None and line.data["event"] == "finish"
        if is_run and abs(stated - run_ms) > slack:
            message = "The duration is not that of the run."
            yield Problem(codes.LOG_DURATION_MISMATCH, message, line, stated, f"{run_ms:.0f}")
        elif stated > run_ms + slack:
            message = "The duration is longer than the whole run."
            wanted = f"at most {run_ms:.0f}"
            yield Problem(codes.LOG_DURATION_MISMATCH, message, line, stated, wanted)

"""Reads the structured logs of a run: strict, bounded, keeping only what is compared later."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, Protocol

from kfm_gates.evidence import json_schema, receipts, strict_json
from kfm_gates.evidence.labels import LABELS
from kfm_gates.gates import _log_codes as codes
from kfm_gates.gates._api import Answers
from kfm_gates.gates._log_dump import dump_in
from kfm_gates.gates._log_story import Line
from kfm_gates.model import Location
from kfm_gates.times import parse

MAX_FILE = 32 * 2**20
MAX_BYTES = 64 * 2**20
MAX_LINES = 1_000_000
"""Of all logs of the run together; their lines are held in memory until they are compared."""
MAX_FINDINGS = 20
"""Findings that are listed for one check; one bad logger makes as many as there are lines."""
# All that is compared once the line was read; texts count by being there.
_KEPT = (
    "correlation_id",
    "dataset_ids",
    "duration_ms",
    "event",
    "job_id",
    "pipeline_id",
    "policy_label",
    "run_id",
    "stage",
    "status",
    "timestamp",
    "zone_in",
    "zone_out",
)


class Entry(Protocol):
    """What is known of a file before it is read."""

    @property
    def size(self) -> int:
        """Its size in bytes."""


class Source(Protocol):
    """Where logs are read from: a run, or what `lint` was given."""

    @property
    def entries(self) -> Mapping[str, Entry]:
        """Files by path."""

    def read(self, relpath: str, max_bytes: int) -> bytes:
        """Bytes of a file."""


class Reader:
    """Reads logs one after the other, and keeps count of all of them together."""

    def __init__(self, run: Source, answers: Answers) -> None:
        self._run = run
        self._answers = answers
        self._bytes = self._lines = self._dumps = 0
        self.refused = False

    def read(self, name: str) -> list[Line]:
        """The lines of a log that fit the schema.

        Raises:
            EvidenceUnreadable: A line is no strict JSON.
        """
        size = self._run.entries[name].size
        if size > MAX_FILE:
            self._too_large(name, f"The log has {size} bytes.", size, f"{MAX_FILE} bytes")
            return []
        self._bytes += size
        if self._bytes > MAX_BYTES:
            message = "The logs up to this one have too many bytes together."
            self._too_large(name, message, self._bytes, f"{MAX_BYTES} bytes")
            return []
        found: list[Line] = []
        bad = 0
        for number, raw in strict_json.loads_lines(self._run.read(name, MAX_FILE), file=name):
            self._lines += 1
            if self._lines > MAX_LINES:
                message = "The logs up to this line have too many lines together."
                self._too_large(name, message, self._lines, f"{MAX_LINES} lines")
                return []
            line, issue = _line(name, number, raw)
            if line is not None:
                self._dump(name, number, raw)
                found.append(line)
            if issue is None:
                continue
            bad += 1
            if bad > MAX_FINDINGS:
                continue
            self.refused = True
            place = issue.pointer or "/"
            self._answers.refuse(
                "lines",
                codes.LOG_LINE_INVALID,
                f"Line {number} does not fit log_line/v1 at {place}: {issue.message}",
                where=Location(name, line=number),
                # What a malformed line holds is not repeated: nobody knows what it is.
                wanted=issue.wanted,
            )
        if bad > MAX_FINDINGS:
            more = f"{bad - MAX_FINDINGS} more lines do not fit."
            self._answers.refuse("lines", codes.LOG_LINE_INVALID, more, where=Location(name))
        return found

    def close(self) -> None:
        """Say how many dumps were not listed."""
        if self._dumps > MAX_FINDINGS:
            more = f"{self._dumps - MAX_FINDINGS} more of this kind are not listed."
            self._answers.refuse("no_dumps", codes.LOG_DUMP, more)

    def _too_large(self, name: str, message: str, got: int, limit: str) -> None:
        self.refused = True
        self._answers.refuse(
            "lines",
            codes.LOG_TOO_LARGE,
            message,
            where=Location(name),
            got=f"{got} {limit.split()[1]}",
            wanted=f"at most {limit}",
        )

    def _dump(self, name: str, number: int, raw: Mapping[str, Any]) -> None:
        pointer = dump_in(raw)
        if pointer is None:
            return
        self._dumps += 1
        if self._dumps <= MAX_FINDINGS:
            self._answers.refuse(
                "no_dumps",
                codes.LOG_DUMP,
                f"The field {pointer} holds headers, a payload or an environment.",
                where=Location(name, line=number),
            )


def _line(name: str, number: int, raw: Any) -> tuple[Line | None, json_schema.Issue | None]:
    """A line that fits the schema, with no more of it than is compared; or why it does not."""
    data, _ = receipts.normalise("log_line", raw, file=name)
    issue = next(iter(json_schema.validate("log_line", data)), None)
    if issue is not None:
        return None, issue
    if data.get("policy_label", LABELS[0]) not in LABELS:
        wanted = ", ".join(LABELS)
        return None, json_schema.Issue("/policy_label", "The label is unknown.", None, wanted)
    try:
        at = parse(data["timestamp"])
    except ValueError as error:
        return None, json_schema.Issue("/timestamp", f"{error}.")
    kept = {
        key: sys.intern(value) if isinstance(value, str) and key != "timestamp" else value
        for key in _KEPT
        if (value := data.get(key)) is not None
    }
    kept |= {key: True for key in ("error", "message") if data.get(key)}
    return Line(name, number, kept, at), None

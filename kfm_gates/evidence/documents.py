"""A receipt of a run: its bytes, their digest, what they say, and where they say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kfm_gates.evidence import json_schema, receipts, strict_json
from kfm_gates.evidence.json_schema import Issue
from kfm_gates.evidence.receipts import Alias

MAX_BYTES: Final = {
    "run_record": strict_json.MAX_BYTES,
    # It names every output, and its schema allows 100,000 of them.
    "run_manifest": 2**25,
    "validation_report": strict_json.MAX_BYTES,
}
"""Largest receipt that is read, in bytes, by name."""


@dataclass(frozen=True, slots=True)
class Document:
    """One receipt, read strictly.

    Args:
        name: `run_record`, `run_manifest` or `validation_report`.
        file: Its run-relative path.
        raw: Its bytes; `sha256` is their digest in hex.
        data: What they say, by canonical names.
        aliases: Old names that were read.
        issues: Where the data do not fit the schema; nothing if they do.
    """

    name: str
    file: str
    raw: bytes = field(repr=False)
    sha256: str
    data: Any = field(repr=False)
    aliases: tuple[Alias, ...] = ()
    issues: tuple[Issue, ...] = ()
    _positions: strict_json.Positions = field(init=False, repr=False, compare=False)
    _written: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_positions", strict_json.Positions(self.raw))
        # By canonical pointer, where a value was written under its old name.
        written = {
            f"{alias.pointer.rpartition('/')[0]}/{alias.canonical}": alias.pointer
            for alias in self.aliases
        }
        object.__setattr__(self, "_written", written)

    def line(self, pointer: str) -> int | None:
        """Line, counted from 1, of what a JSON Pointer into `data` names.

        Where the document has no such place, because something is missing, it is the line of the
        nearest container that there is.
        """
        while True:
            line = self._positions.line(pointer)
            if line is None and pointer in self._written:
                line = self._positions.line(self._written[pointer])
            if line is not None or not pointer:
                return line
            pointer = pointer.rpartition("/")[0]


def read_document(name: str, file: str, raw: bytes, sha256: str) -> Document:
    """Parse, normalise and validate a receipt.

    Args:
        name: `run_record`, `run_manifest` or `validation_report`.
        file: Its run-relative path.
        raw: Its bytes.
        sha256: Their digest in hex.

    Raises:
        EvidenceUnreadable: It is not strict JSON, or names one field twice.
    """
    parsed = strict_json.loads(raw, file=file, max_bytes=MAX_BYTES[name])
    data, aliases = receipts.normalise(name, parsed, file=file)
    issues = json_schema.validate(name, data)
    return Document(name, file, raw, sha256, data, tuple(aliases), tuple(issues))

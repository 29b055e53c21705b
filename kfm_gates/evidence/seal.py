"""The seal `checksums.sha256`: what `sha256sum` writes, read as one meaning only.

`sha256sum -c` verifies it without us; what that tool would tolerate (escapes, binary markers,
disorder, duplicates, upper case) is refused here, because the subject of a run is the digest of
these very bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from kfm_gates.errors import EvidenceUnreadable
from kfm_gates.evidence import digests, paths
from kfm_gates.model import Layout

MAX_BYTES: Final = 64 * 2**20
"""Largest seal that is read; room for some 500,000 files."""

_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_WANTED = "<64 lower-case hex digits>, two spaces, <path>"


def parse(raw: bytes, file: str = "checksums.sha256") -> dict[str, str]:
    """Read a seal.

    Args:
        raw: Its bytes.
        file: Its name, for the error.

    Returns:
        Digest, 64 hex digits, by run-relative path, in the order of the seal.

    Raises:
        EvidenceUnreadable: `SEAL_MALFORMED`, with the line.
    """
    if not raw:
        raise _malformed(file, None, "The seal is empty.", "one line for each file")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _malformed(file, line, "The seal is not UTF-8.", "UTF-8") from None
    if not text.endswith("\n"):
        line = text.count("\n") + 1
        raise _malformed(file, line, "The last line has no end.", "a line feed after every line")
    listed: dict[str, str] = {}
    last = b""
    for number, line_text in enumerate(text[:-1].split("\n"), 1):
        match = _LINE.fullmatch(line_text)
        if match is None or line_text.endswith("\r"):
            raise _malformed(file, number, _reason(line_text), _WANTED)
        value, path = match.groups()
        why = paths.problem_of(path) or _zero(value)
        if why is not None:
            raise _malformed(file, number, why, "a plain path and a real digest")
        key = path.encode("utf-8")
        if key == last:
            raise _malformed(file, number, f"{path} is listed twice.", "every file once")
        if key < last:
            raise _malformed(
                file, number, f"{path} is out of order.", "paths in bytewise order (LC_ALL=C sort)"
            )
        listed[path] = value
        last = key
    for first, second in paths.clashes(listed):
        place = list(listed).index(second) + 1 if second in listed else None
        raise _malformed(
            file, place, f"{first} and {second} are one file on some systems.", "distinct paths"
        )
    return listed


def render(pairs: Iterable[tuple[str, str]]) -> bytes:
    """Write a seal that `parse` reads back.

    Args:
        pairs: Run-relative path and 64 hex digits of each file, in any order.

    Raises:
        ValueError: A path is not acceptable or clashes with another one, a digest is malformed,
            or there is no pair at all.
    """
    pairs = list(pairs)
    for path, _ in pairs:
        why = paths.problem_of(path)
        if why is not None:
            raise ValueError(f"{path!r}: {why}")
    for first, second in paths.clashes(path for path, _ in pairs):
        raise ValueError(f"{first!r} and {second!r} are one file on some systems")
    return digests.seal_bytes(pairs)


def covers(relpath: str, layout: Layout) -> bool:
    """Say whether the seal has to list a file of the run.

    Everything but the seal itself, and the folders for attestations (written later) and for
    scratch (never promoted).

    Args:
        relpath: Path of the file relative to the run.
        layout: Names of the folders.
    """
    if relpath == layout.seal:
        return False
    folder, slash, _ = relpath.partition("/")
    return not (slash and folder in {layout.attestations, *layout.disposable})


def _zero(value: str) -> str | None:
    try:
        digests.parse_hex(value)
    except ValueError as error:
        return f"{str(error).capitalize()}."
    return None


def _reason(line: str) -> str:
    if not line.strip():
        return "The line is blank."
    if line.endswith("\r"):
        return "The line ends in a carriage return."
    if line.startswith("\\"):
        return "The line is escaped, which the seal never needs."
    if line.startswith("\ufeff"):
        return "The seal starts with a byte order mark."
    if re.match(r"[0-9a-fA-F]{64} \*", line):
        return "The line has the binary marker *."
    if re.match(r"[0-9a-fA-F]{64}  ", line):
        return "The digest is in upper case."
    return "The line is not that of sha256sum."


def _malformed(file: str, line: int | None, message: str, wanted: str) -> EvidenceUnreadable:
    return EvidenceUnreadable(message, code="SEAL_MALFORMED", file=file, line=line, wanted=wanted)

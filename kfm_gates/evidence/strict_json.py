"""JSON as RFC 8259 means it, read so that no second reader can understand it differently (FO-40).

The C parser of the standard library does the work; its hooks refuse what it would let through.
Where it refuses, `json_positions` walks the text again to say where.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final, NoReturn

from kfm_gates.errors import EvidenceUnreadable
from kfm_gates.evidence import json_numbers, json_refusals
from kfm_gates.evidence.json_positions import Positions, line_of
from kfm_gates.evidence.text import is_text

__all__ = ["Positions", "line_of", "loads", "loads_lines"]

MAX_BYTES: Final = 8 * 2**20
MAX_DEPTH: Final = 64

_STRINGS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_BRACKETS = {ord(c): None for c in map(chr, range(128)) if c not in "[]{}"} | {
    ord("{"): "[",
    ord("}"): "]",
}


class _Duplicate(Exception):
    pass


class _NotANumber(Exception):
    pass


class _Lossy(Exception):
    pass


def loads(
    raw: bytes,
    *,
    file: str,
    max_bytes: int = MAX_BYTES,
    max_depth: int = MAX_DEPTH,
    exact_numbers: bool = True,
) -> Any:
    """Parse one JSON document.

    Args:
        raw: The bytes of the document.
        file: Its name, for the error.
        max_bytes: Largest document that is read.
        max_depth: How many containers may lie within each other.
        exact_numbers: Refuse numbers that a double cannot hold as they are written. Numbers
            beyond the range of a double are refused in any case.

    Returns:
        dict, list, str, int, float, bool or None.

    Raises:
        EvidenceUnreadable: The bytes are not one strict JSON document. `code` is one of
            JSON_TOO_LARGE, JSON_EMPTY, JSON_BOM, JSON_NOT_UTF8, JSON_COMMENT, JSON_SYNTAX,
            JSON_DUPLICATE_KEY, JSON_NOT_A_NUMBER, JSON_LOSSY_NUMBER, JSON_TOO_DEEP,
            JSON_LONE_SURROGATE; `line` and, where there is one, `pointer` say where.
    """
    if len(raw) > max_bytes:
        raise EvidenceUnreadable(
            f"The document has {len(raw)} bytes.",
            code="JSON_TOO_LARGE",
            file=file,
            got=f"{len(raw)} bytes",
            wanted=f"at most {max_bytes} bytes",
        )
    text = _decode(raw, file)
    decoder = _EXACT if exact_numbers else _LENIENT
    try:
        value = decoder.decode(text)
    except json.JSONDecodeError as error:
        json_refusals.syntax(text, error, file)
    except _Duplicate:
        json_refusals.duplicate(text, file)
    except _NotANumber:
        json_refusals.not_a_number(text, file)
    except _Lossy:
        json_refusals.lossy(text, file, exact_numbers)
    except RecursionError:
        json_refusals.too_deep(text, file, max_depth)
    if _depth_exceeds(text, max_depth):
        json_refusals.too_deep(text, file, max_depth)
    # Strict UTF-8 holds no surrogates, so only an escape can bring one in.
    if "\\u" in text and _has_surrogate(value):
        json_refusals.surrogate(text, file)
    return value


def loads_lines(
    raw: bytes,
    *,
    file: str,
    max_line_bytes: int = 2**20,
    max_depth: int = MAX_DEPTH,
    exact_numbers: bool = True,
) -> Iterator[tuple[int, Any]]:
    """Parse JSON Lines: one document in each line, lines ended by a line feed.

    The last line may lack its line feed. No bytes at all are no lines, so the caller has to count.

    Args:
        raw: The bytes of the file.
        file: Its name, for the error.
        max_line_bytes: Longest line that is read.
        max_depth: As for `loads`.
        exact_numbers: As for `loads`.

    Yields:
        The line number, counted from 1, and the value.

    Raises:
        EvidenceUnreadable: As `loads`, with the line of the file; JSON_EMPTY for a blank line,
            JSON_SYNTAX for a carriage return.
    """
    start = number = 0
    while start < len(raw):
        end = raw.find(b"\n", start)
        end = len(raw) if end < 0 else end
        line = raw[start:end]
        start, number = end + 1, number + 1
        if b"\r" in line:
            raise EvidenceUnreadable(
                f"Line {number} holds a carriage return.",
                code="JSON_SYNTAX",
                file=file,
                line=number,
                wanted="lines that end in a line feed only",
            )
        try:
            value = loads(
                line,
                file=file,
                max_bytes=max_line_bytes,
                max_depth=max_depth,
                exact_numbers=exact_numbers,
            )
        except EvidenceUnreadable as error:
            error.line = number
            raise
        yield number, value


def _decode(raw: bytes, file: str) -> str:
    if raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise EvidenceUnreadable(
            "The document starts with a byte order mark.",
            code="JSON_BOM",
            file=file,
            line=1,
            wanted="UTF-8 without a byte order mark",
        )
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise EvidenceUnreadable(
            f"Byte {error.start} is not UTF-8.",
            code="JSON_NOT_UTF8",
            file=file,
            line=raw.count(b"\n", 0, error.start) + 1,
            got=f"0x{raw[error.start]:02x}",
            wanted="UTF-8",
        ) from None
    if not text.strip(json_refusals.SPACE):
        raise EvidenceUnreadable(
            "The document is empty.", code="JSON_EMPTY", file=file, wanted="one JSON value"
        )
    return text


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    built = dict(pairs)
    if len(built) != len(pairs):
        raise _Duplicate
    return built


def _constant(text: str) -> NoReturn:
    raise _NotANumber


def _exact_int(text: str) -> int:
    try:
        return json_numbers.exact_int(text)
    except ValueError:
        raise _Lossy from None


def _exact_float(text: str) -> float:
    try:
        return json_numbers.exact_float(text)
    except ValueError:
        raise _Lossy from None


def _finite_int(text: str) -> int:
    try:
        return json_numbers.finite_int(text)
    except ValueError:
        raise _Lossy from None


def _finite_float(text: str) -> float:
    try:
        return json_numbers.finite_float(text)
    except ValueError:
        raise _Lossy from None


_EXACT = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_exact_int,
    parse_float=_exact_float,
    parse_constant=_constant,
)
_LENIENT = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_finite_int,
    parse_float=_finite_float,
    parse_constant=_constant,
)


def _depth_exceeds(text: str, limit: int) -> bool:
    """Say whether a text that is known to be JSON nests deeper than `limit`."""
    if text.count("[") + text.count("{") <= limit:
        return False
    brackets = _STRINGS.sub("", text).translate(_BRACKETS)
    for _ in range(limit):
        if not brackets:
            return False
        # Each pass takes off the innermost level.
        brackets = brackets.replace("[]", "")
    return bool(brackets)


def _has_surrogate(value: Any) -> bool:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            if not is_text(item):
                return True
        elif isinstance(item, dict):
            stack.extend(item.keys())
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
    return False

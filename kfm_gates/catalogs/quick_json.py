"""Strict JSON for many documents: as `strict_json.loads`, quicker where nothing is in doubt.

Whatever could be a refusal goes to the slow reader, which decides and finds the words. So the two
never disagree, and a test holds them against each other.
"""

from __future__ import annotations

import functools
import json
import re
from typing import Any, Final

from kfm_gates.errors import EvidenceUnreadable
from kfm_gates.evidence import strict_json

MAX_VALUES: Final = 2_000_000
"""So many values a catalog document may hold, as far as its bytes tell."""
_FEW: Final = 1 << 20

_SHALLOW: Final = 64
_LONG: Final = re.compile(rb"[0-9]{300}")
"""A whole number of more digits may be larger than any double."""
_STEP: Final = 30
_MANY: Final = re.compile(rb"[0-9]{9}")


class _Doubtful(Exception):
    pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    built = dict(pairs)
    if len(built) != len(pairs):
        raise _Doubtful
    return built


def _constant(text: str) -> Any:
    raise _Doubtful


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)


def loads(raw: bytes, *, file: str, max_bytes: int) -> Any:
    """Parse one JSON document.

    Args:
        raw: The bytes of the document.
        file: Its name, for the error.
        max_bytes: Largest document that is read.

    Raises:
        EvidenceUnreadable: As `strict_json.loads` without exact numbers.
    """
    if len(raw) <= max_bytes and not _is_odd(raw):
        try:
            value = _DECODER.decode(raw.decode("utf-8"))
        except (_Doubtful, ValueError, RecursionError):
            pass
        else:
            if _is_plain(value):
                return value
    return strict_json.loads(raw, file=file, max_bytes=max_bytes, exact_numbers=False)


def require_bounded(raw: bytes, file: str) -> None:
    """Refuse a document of so many values that they would not fit into memory.

    Raises:
        EvidenceUnreadable: `CATALOG_TOO_LARGE`.
    """
    if len(raw) < _FEW:
        return
    # Each value but the first follows one of these.
    values = raw.count(b",") + raw.count(b"[") + raw.count(b"{") + 1
    if values > MAX_VALUES:
        raise EvidenceUnreadable(
            f"The document may hold {values} values.",
            code="CATALOG_TOO_LARGE",
            file=file,
            got=f"up to {values} values",
            wanted=f"at most {MAX_VALUES}",
        )


def _is_odd(raw: bytes) -> bool:
    """Could there be a byte order mark, half a surrogate pair, or a very long number?"""
    return (
        raw[:1] not in (b"{", b"[")
        or b"\\u" in raw
        # Three hundred digits in a row show in every thirtieth byte.
        or (_MANY.search(raw[::_STEP]) is not None and _LONG.search(raw) is not None)
    )


def _is_plain(value: Any) -> bool:
    """Is it nested no deeper than it may be, and is every number one that a double can be?"""
    return bool(_plain().is_valid(value))


@functools.cache
def _plain() -> Any:
    import jsonschema_rs

    # To this engine an infinite number is of no type at all.
    kinds = ["string", "number", "boolean", "null"]
    levels: dict[str, Any] = {"0": {"type": kinds}}
    for n in range(1, _SHALLOW + 1):
        below = {"$ref": f"#/definitions/{n - 1}"}
        levels[str(n)] = {
            "type": [*kinds, "object", "array"],
            "items": below,
            "additionalProperties": below,
        }
    return jsonschema_rs.Draft7Validator(
        {"$ref": f"#/definitions/{_SHALLOW}", "definitions": levels}
    )

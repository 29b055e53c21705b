"""Digests of receipts: `sha256:` and 64 lower-case hex digits, nothing else (FO-42)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Final

PREFIX: Final = "sha256:"
_HEX = re.compile(r"[0-9a-f]{64}")
_ZERO = "0" * 64
_UNSAFE = re.compile(r"[\x00-\x1f\x7f]")


def parse(text: object) -> str:
    """Return the 64 hex digits of a digest `sha256:<64 lower-case hex digits>`.

    Raises:
        ValueError: It is anything else; the message says what.
    """
    if not isinstance(text, str):
        raise ValueError("a digest is text")
    algorithm, colon, value = text.partition(":")
    if not colon:
        raise ValueError("the digest does not name its algorithm; sha256:<64 hex digits> is wanted")
    if algorithm != "sha256":
        raise ValueError("the algorithm of the digest is not sha256")
    return parse_hex(value)


def parse_hex(value: str) -> str:
    """Return 64 lower-case hex digits as they are.

    Raises:
        ValueError: They are not that, or all zero.
    """
    if not _HEX.fullmatch(value):
        if _HEX.fullmatch(value.lower()):
            raise ValueError("the digest is in upper case; lower case is wanted")
        if len(value) != 64:
            raise ValueError(f"the digest has {len(value)} digits; 64 are wanted")
        raise ValueError("the digest holds something other than hex digits")
    if value == _ZERO:
        raise ValueError("the digest is all zero, which is a placeholder")
    return value


def seal_bytes(pairs: Iterable[tuple[str, str]]) -> bytes:
    """Write a list of digests as `sha256sum` does: `<hex>  <path>`, bytewise sorted by path.

    Args:
        pairs: Path and 64 hex digits of each file.

    Raises:
        ValueError: A path is listed twice or would break the line, a digest is malformed, or
            there is no pair at all.
    """
    listed: dict[bytes, str] = {}
    for path, value in pairs:
        if not path or _UNSAFE.search(path):
            raise ValueError("a path is empty or holds a control character")
        key = path.encode("utf-8")
        if key in listed:
            raise ValueError(f"the path {path!r} is listed twice")
        listed[key] = parse_hex(value)
    if not listed:
        raise ValueError("there is nothing to list")
    return b"".join(listed[key].encode() + b"  " + key + b"\n" for key in sorted(listed))


def content_digest(pairs: Iterable[tuple[str, str]]) -> str:
    """Digest of a set of files, 64 hex digits: sha256 over `seal_bytes`.

    Args:
        pairs: Path relative to `artifacts/` and 64 hex digits of each file.

    Raises:
        ValueError: As `seal_bytes`.
    """
    return hashlib.sha256(seal_bytes(pairs)).hexdigest()

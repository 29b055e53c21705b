"""Bytes of catalogs: UTF-8, two spaces, one newline at the end, whatever the machine."""

from __future__ import annotations

import json
import urllib.parse
from typing import Any


def document(data: Any) -> bytes:
    """A JSON document for people and machines. Keys keep the order in which they were put."""
    return f"{json.dumps(data, ensure_ascii=False, allow_nan=False, indent=2)}\n".encode()


def line(data: Any) -> bytes:
    """One line of JSON Lines."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return f"{text}\n".encode()


def relative(path: str, *, above: int) -> str:
    """Reference to a file of the run from a catalog so many folders below the run."""
    return "../" * above + urllib.parse.quote(path)

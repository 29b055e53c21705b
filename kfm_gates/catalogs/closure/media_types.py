"""Media types as catalogs write them: a name, an address at IANA, with or without parameters."""

from __future__ import annotations

import re
from typing import Final

_IANA: Final = re.compile(r"https?://www\.iana\.org/assignments/media-types/", re.IGNORECASE)
_SUPERSEDED: Final = {"application/vnd.geo+json": "application/geo+json"}
"""RFC 7946, section 12: the old name stands for the new one."""


def kind(text: str) -> str:
    """Type and subtype in lower case, without parameters and without the address of IANA."""
    bare = _bare(text).partition(";")[0].strip().lower()
    return _SUPERSEDED.get(bare, bare)


def parameters(text: str) -> frozenset[tuple[str, str]]:
    """The parameters, names in lower case; an address at IANA has none."""
    found = set()
    for part in _bare(text).split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip():
            found.add((name.strip().lower(), value.strip().strip('"').lower()))
    return frozenset(found)


def _bare(text: str) -> str:
    return _IANA.sub("", text.strip(), count=1)

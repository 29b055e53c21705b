"""Which URIs are stable names for an input that lies outside of the lake (R-009, R-012)."""

from __future__ import annotations

import re
from typing import Final

SCHEMES: Final = ("abfss", "az", "gs", "https", "kfm", "oci", "s3")
MAX_LENGTH: Final = 2048
WANTED: Final = f"{', '.join(f'{scheme}://' for scheme in SCHEMES)}, without user or password"

_STABLE = re.compile(rf"(?:{'|'.join(SCHEMES)})://[^\s/@?#]+(?:/[^\s@]*)?")


def is_stable(uri: str) -> bool:
    """Tell whether anybody could resolve the URI: a known scheme, a host, no credentials.

    An `@` is refused everywhere, because it is where a password hides.
    """
    return len(uri) <= MAX_LENGTH and _STABLE.fullmatch(uri) is not None

"""Licence expressions: is it one, which identifiers does it name, how does SPDX write it (C-19).

A plain identifier of the short list below needs no import; everything else is parsed by
`license-expression`, which costs some 50 ms once.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Any

from kfm_gates.evidence.placeholders import is_placeholder

MAX_LENGTH = 255
MAX_IDS = 64
PUBLIC_DOMAIN = "LicenseRef-public-domain"

# What open data and the code beside it are licensed under most of the time. Being absent here
# costs an import, nothing else; a test holds every entry against license-expression.
_COMMON_IDS = """
    0BSD AGPL-3.0-only AGPL-3.0-or-later Apache-2.0 BSD-1-Clause BSD-2-Clause BSD-3-Clause BSL-1.0
    CC-BY-1.0 CC-BY-2.0 CC-BY-2.5 CC-BY-3.0 CC-BY-3.0-US CC-BY-4.0 CC-BY-NC-1.0 CC-BY-NC-2.0
    CC-BY-NC-2.5 CC-BY-NC-3.0 CC-BY-NC-4.0 CC-BY-NC-ND-1.0 CC-BY-NC-ND-2.0 CC-BY-NC-ND-2.5
    CC-BY-NC-ND-3.0 CC-BY-NC-ND-4.0 CC-BY-NC-SA-1.0 CC-BY-NC-SA-2.0 CC-BY-NC-SA-2.5
    CC-BY-NC-SA-3.0 CC-BY-NC-SA-4.0 CC-BY-ND-1.0 CC-BY-ND-2.0 CC-BY-ND-2.5 CC-BY-ND-3.0
    CC-BY-ND-4.0 CC-BY-SA-1.0 CC-BY-SA-2.0 CC-BY-SA-2.5 CC-BY-SA-3.0 CC-BY-SA-4.0 CC-PDDC
    CC-PDM-1.0 CC0-1.0 CDLA-Permissive-1.0 CDLA-Permissive-2.0 CDLA-Sharing-1.0 DL-DE-BY-2.0
    DL-DE-ZERO-2.0 etalab-2.0 EUPL-1.2 GFDL-1.3-only GFDL-1.3-or-later GPL-2.0-only
    GPL-2.0-or-later GPL-3.0-only GPL-3.0-or-later ISC LGPL-2.1-only LGPL-2.1-or-later
    LGPL-3.0-only LGPL-3.0-or-later MIT MIT-0 MPL-2.0 NCGL-UK-2.0 NIST-PD NIST-PD-fallback
    NLOD-1.0 NLOD-2.0 ODbL-1.0 ODC-By-1.0 OGL-Canada-2.0 OGL-UK-1.0 OGL-UK-2.0 OGL-UK-3.0 PDDL-1.0
    PostgreSQL Python-2.0 Unlicense Zlib
"""
_COMMON = frozenset(_COMMON_IDS.split())
_ALIASES = {
    "pd": PUBLIC_DOMAIN,
    "public domain": PUBLIC_DOMAIN,
    "publicdomain": PUBLIC_DOMAIN,
}
_REF = re.compile(r"(?:DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-([A-Za-z0-9.-]+)")
_SCANCODE = "scancode-"


@dataclass(frozen=True, slots=True)
class License:
    """A licence expression that could be read.

    Args:
        written: As the run or the family file has it.
        canonical: As SPDX writes it.
        ids: Every licence identifier in it, sorted. Exceptions of the SPDX list only add
            permissions and are left out; others are refused.
        listed: True where every identifier is on the SPDX list, so no `LicenseRef-`.
    """

    written: str
    canonical: str
    ids: tuple[str, ...]
    listed: bool


class LicenseUnusableError(ValueError):
    """The text stands in for a licence that nobody named: NONE, NOASSERTION, unknown, TODO."""


class LicenseInvalidError(ValueError):
    """The text is not an SPDX licence expression."""


def parse(text: str) -> License:
    """Read a licence expression.

    Args:
        text: The expression, at most 255 characters.

    Raises:
        LicenseUnusableError: It is a placeholder, also inside an expression or a LicenseRef.
        LicenseInvalidError: It is not an SPDX expression.
    """
    if text in _COMMON:
        return License(text, text, (text,), True)
    if len(text) > MAX_LENGTH:
        raise LicenseInvalidError(f"it is longer than {MAX_LENGTH} characters")
    if is_placeholder(text):
        raise LicenseUnusableError("it names no licence")
    alias = _ALIASES.get(" ".join(re.split(r"[\s_-]+", text.strip().casefold())))
    if alias is not None:
        return License(text, alias, (alias,), False)
    if (ref := _REF.fullmatch(text)) is not None and not ref[1].startswith(_SCANCODE):
        _known_ref(ref[1])
        return License(text, text, (text,), False)
    return _expression(text)


def _expression(text: str) -> License:
    licensing = _licensing()
    try:
        parsed = licensing.parse(text, strict=True)
        symbols = [] if parsed is None else licensing.license_symbols(parsed, decompose=True)
    except Exception as error:  # the library raises AttributeError and others on bad input
        raise LicenseInvalidError("it is not an SPDX licence expression") from error
    ids: set[str] = set()
    listed = True
    for symbol in symbols:
        key = str(symbol.key)
        if symbol.is_exception:
            _known_exception(key)
            continue
        if (ref := _REF.fullmatch(key)) is not None:
            _known_ref(ref[1])
            listed = False
        elif is_placeholder(key):
            raise LicenseUnusableError("a part of it names no licence")
        elif key.removesuffix("+") not in licensing.known_symbols:
            raise LicenseInvalidError("it names a licence that SPDX does not know")
        ids.add(key)
    if not 1 <= len(ids) <= MAX_IDS:
        raise LicenseInvalidError(f"it does not name 1 to {MAX_IDS} licences")
    return License(text, parsed.render(), tuple(sorted(ids)), listed)


def _known_exception(key: str) -> None:
    """Refuse what the library takes for an exception and SPDX does not list as one.

    Nobody knows whether it adds permissions: the Commons Clause takes the most important one away.
    """
    folded = key.casefold()
    foreign = "licenseref" in folded or "additionref" in folded or "scancode" in folded
    # Retired licences that had their exception in the name.
    if foreign or "-with-" in folded or folded == "ecos-2.0":
        raise LicenseInvalidError("what follows WITH is no exception of the SPDX list")


def _known_ref(name: str) -> None:
    if is_placeholder(name.removeprefix(_SCANCODE)):
        raise LicenseUnusableError("its LicenseRef names no licence")


@functools.cache
def _licensing() -> Any:
    from license_expression import get_spdx_licensing

    return get_spdx_licensing()

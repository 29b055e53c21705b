"""Licences as catalogs write them, brought to the form in which SPDX does.

DCAT names a licence by an IRI, STAC by an SPDX expression, and both are meant to say the same. An
address is only ever translated where its owner gives it to that licence; everything else stays as
it is written, and is then equal to nothing but itself.
"""

from __future__ import annotations

import functools
import re
from typing import Final

from kfm_gates.evidence import spdx

UNSPECIFIC: Final = frozenset({"other", "proprietary", "various"})
"""Words of STAC for a licence that is not on the list of SPDX: they name none."""

_PORTS: Final = frozenset({"at", "au", "de", "igo", "nl", "us"})
"""Jurisdictions whose ports of CC BY 3.0 are on the list of SPDX."""
_CREATIVE_COMMONS: Final = re.compile(
    r"https?://(?:www\.)?creativecommons\.org/(?:licenses/(?P<terms>by(?:-nc)?(?:-sa|-nd)?)"
    r"/(?P<version>[1-4]\.[05])(?:/(?P<port>[a-z]{2,3}))?|publicdomain/(?P<public>zero|mark)/1\.0)"
    r"(?:/(?:deed|legalcode)(?:\.[a-z-]{2,8})?)?/?",
    re.IGNORECASE | re.ASCII,
)
_SPDX: Final = re.compile(
    r"https?://(?:www\.)?spdx\.org/licenses/(?P<id>[A-Za-z0-9][A-Za-z0-9.+-]*?)(?:\.html|\.json)?/?",
    re.ASCII,
)
_EUROPE: Final = re.compile(
    r"https?://publications\.europa\.eu/resource/authority/licence/"
    r"(?:(?P<cc>CC_BY(?:NC)?(?:SA|ND)?(?:_(?:NC|SA|ND))*)_(?P<version>[1-4]_[05])|(?P<zero>CC0)(?:_1_0)?)",
    re.ASCII,
)
_ADDRESSES: Final = {
    "opendatacommons.org/licenses/odbl/1-0": "ODbL-1.0",
    "opendatacommons.org/licenses/odbl/1.0": "ODbL-1.0",
    "opendatacommons.org/licenses/by/1-0": "ODC-By-1.0",
    "opendatacommons.org/licenses/by/1.0": "ODC-By-1.0",
    "opendatacommons.org/licenses/pddl/1-0": "PDDL-1.0",
    "opendatacommons.org/licenses/pddl/1.0": "PDDL-1.0",
    "nationalarchives.gov.uk/doc/open-government-licence/version/1": "OGL-UK-1.0",
    "nationalarchives.gov.uk/doc/open-government-licence/version/2": "OGL-UK-2.0",
    "nationalarchives.gov.uk/doc/open-government-licence/version/3": "OGL-UK-3.0",
    "govdata.de/dl-de/by-2-0": "DL-DE-BY-2.0",
    "govdata.de/dl-de/zero-2-0": "DL-DE-ZERO-2.0",
    "dcat-ap.de/def/licenses/dl-by-de/2.0": "DL-DE-BY-2.0",
    "dcat-ap.de/def/licenses/dl-zero-de/2.0": "DL-DE-ZERO-2.0",
    "data.norge.no/nlod/no/1.0": "NLOD-1.0",
    "data.norge.no/nlod/no/2.0": "NLOD-2.0",
    "apache.org/licenses/LICENSE-2.0": "Apache-2.0",
    "opensource.org/licenses/MIT": "MIT",
    "opensource.org/license/mit": "MIT",
}


@functools.lru_cache(maxsize=1024)
def normal(text: str) -> str:
    """Write a licence as SPDX does, where it is one that SPDX knows; else as it is written.

    Args:
        text: An SPDX expression, or the address of a licence.
    """
    text = text.strip()
    found = _of_address(text) if "://" in text else text
    if found is None:
        return text
    try:
        return spdx.parse(found).canonical
    except ValueError:
        return text


def names_nothing(text: str, wanted: str | None) -> bool:
    """Is this the word of STAC for a licence that is on no list, and `wanted` such a licence?

    Where SPDX lists the licence that is wanted, the word hides it, and that is a difference. Of an
    expression with blanks the schema of STAC leaves no other spelling.
    """
    if wanted is None or text.strip().lower() not in UNSPECIFIC:
        return False
    wanted = normal(wanted)
    return " " in wanted or not is_listed(wanted)


def is_listed(text: str) -> bool:
    """Is this a licence expression that names licences of the SPDX list only?"""
    try:
        return spdx.parse(text).listed
    except ValueError:
        return False


def _of_address(text: str) -> str | None:
    if match := _CREATIVE_COMMONS.fullmatch(text):
        return _creative_commons(match)
    if match := _SPDX.fullmatch(text):
        return match["id"]
    if match := _EUROPE.fullmatch(text):
        return "CC0-1.0" if match["zero"] else _european(match)
    place = re.sub(r"^https?://(?:www\.)?", "", text, flags=re.ASCII)
    return _ADDRESSES.get(place.removesuffix("/").removesuffix(".html").removesuffix(".txt"))


def _creative_commons(match: re.Match[str]) -> str | None:
    if public := match["public"]:
        return "CC0-1.0" if public.lower() == "zero" else "CC-PDM-1.0"
    port = (match["port"] or "").lower()
    if port and port not in _PORTS:
        return None
    end = f"-{port.upper()}" if port else ""
    return f"CC-{match['terms'].upper()}-{match['version']}{end}"


def _european(match: re.Match[str]) -> str:
    terms = "-".join(re.findall(r"BY|NC|SA|ND", match["cc"]))
    return f"CC-{terms}-{match['version'].replace('_', '.')}"

"""Size, media type and licence of a file: readable, and one of each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from kfm_gates.catalogs import licenses
from kfm_gates.catalogs._api import Remark
from kfm_gates.catalogs.prov import codes
from kfm_gates.catalogs.prov.entities import KFM, SIZES, Thing, values
from kfm_gates.catalogs.prov.model import MAX_TOLD, XSD, Value

_DCT: Final = "http://purl.org/dc/terms/"
_SCHEMA: Final = ("https://schema.org/", "http://schema.org/")
MEDIA: Final = (
    f"{KFM}mediaType",
    f"{KFM}media_type",
    "http://www.w3.org/ns/dcat#mediaType",
    f"{_DCT}format",
    *(f"{s}encodingFormat" for s in _SCHEMA),
)
"""Attributes that state a media type."""
LICENSES: Final = (f"{_DCT}license", f"{KFM}license", *(f"{s}license" for s in _SCHEMA))
"""Attributes that state a licence."""
_INTEGERS: Final = frozenset(
    f"{XSD}{name}"
    for name in (
        *("integer", "nonNegativeInteger", "positiveInteger", "long", "int", "short", "byte"),
        *("unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
    )
)
_DIGITS = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)
_IANA = re.compile(r"https?://www\.iana\.org/assignments/media-types/", re.IGNORECASE)
_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+", re.ASCII)


def check(found: Mapping[str, Thing]) -> Iterator[Remark]:
    """Sizes that cannot be read, and attributes with more than one value, of files."""
    return islice(_check(found), MAX_TOLD)


def _check(found: Mapping[str, Thing]) -> Iterator[Remark]:
    for thing in found.values():
        if thing.path is None and thing.input is None:
            continue
        sizes = [*values(thing.said, SIZES)]
        for value in sizes:
            if size(value) is None:
                yield _unusable(thing, value)
        for word, texts in (
            ("sizes", {str(n) for n in map(size, sizes) if n is not None}),
            ("media types", {*_media_types(thing)}),
            ("licences", {licenses.normal(v.text) for v in values(thing.said, LICENSES)}),
        ):
            if len(texts) > 1:
                yield _conflict(thing, word, texts)


def size(value: Value) -> int | None:
    """A size in bytes; None where it is no plain whole number, or says that it is none."""
    if value.datatype is not None and value.datatype not in _INTEGERS:
        return None
    return int(value.text) if _DIGITS.fullmatch(value.text) else None


def _media_types(thing: Thing) -> Iterator[str]:
    for value in values(thing.said, MEDIA):
        kind = _IANA.sub("", value.text).partition(";")[0].strip().lower()
        # dct:format also holds words and concepts for formats; the closure compares those.
        if _MEDIA_TYPE.fullmatch(kind):
            yield kind


def _unusable(thing: Thing, value: Value) -> Remark:
    said = thing.said[0]
    return said.account.remark(
        codes.DIGESTS_HOLD,
        codes.SIZE_UNUSABLE,
        f"The size of {said.text()} is no whole number of bytes.",
        said.statement.where,
        got=value.text[:200]
        if value.datatype is None
        else f"{value.text[:200]} %% {value.datatype}",
        wanted="digits, of the type xsd:integer or one derived from it",
    )


def _conflict(thing: Thing, word: str, texts: set[str]) -> Remark:
    said = thing.said[-1]
    return said.account.remark(
        codes.DIGESTS_HOLD,
        codes.ATTRIBUTE_CONFLICT,
        f"{said.text()} has {len(texts)} {word}.",
        said.statement.where,
        got=", ".join(sorted(text[:100] for text in texts)[:5]),
        wanted="one value",
    )

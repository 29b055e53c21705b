"""Parquet: spatial where its footer says so. Nothing but the footer is read.

GeoParquet has metadata under the key `geo`; Parquet itself knows geometries since 2.11; GeoArrow
names its types in the Arrow schema that is kept in the footer. A file with none of these and with
columns that are called like places is left unclassified.
"""

from __future__ import annotations

import base64
import binascii
import struct
from typing import Final

from kfm_gates.evidence.openers._api import File, Look, Opener
from kfm_gates.evidence.openers._geoparquet import of_geo_key, of_logical_types
from kfm_gates.evidence.openers._parquet_footer import KNOWN_LOGICAL_TYPES, Footer
from kfm_gates.evidence.openers._places import suggests_places

_PLAIN, _ENCRYPTED = b"PAR1", b"PARE"
_MAX_FOOTER: Final = 32 << 20
_MEDIA: Final = "application/vnd.apache.parquet"
_ALSO: Final = frozenset({"application/x-parquet", "application/parquet"})


def look(file: File) -> Look:
    """Read the footer and say what it tells."""
    if file.head[:4] == _ENCRYPTED:
        return Look(kind="unclassified", format="Parquet, encrypted", media_type=_MEDIA, also=_ALSO)
    footer = Footer(file, _footer(file))
    found = of_geo_key(footer) or of_logical_types(footer)
    if found is not None:
        return Look(
            kind="spatial",
            format="GeoParquet" if footer.geo is not None else "Parquet with geometries",
            media_type=_MEDIA,
            also=_ALSO,
            bbox=found.bbox,
            crs=found.crs,
            count=footer.rows,
            geometry_types=found.geometry_types,
        )
    if _has_geoarrow(footer):
        return Look(
            kind="spatial",
            format="Parquet with GeoArrow",
            media_type=_MEDIA,
            also=_ALSO,
            count=footer.rows,
        )
    may_be = any(
        column.logical > KNOWN_LOGICAL_TYPES or any(map(suggests_places, column.path.split(".")))
        for column in footer.columns
    )
    return Look(
        kind="unclassified" if may_be else "not_spatial",
        format="Parquet",
        media_type=_MEDIA,
        also=_ALSO,
        count=footer.rows,
    )


def _footer(file: File) -> bytes:
    length, magic = (
        struct.unpack("<I4s", file.at(file.size - 8, 8)) if file.size >= 12 else (0, b"")
    )
    if magic != _PLAIN:
        raise file.malformed(
            "Its end is not that of a Parquet file; it was cut off.", wanted="PAR1"
        )
    if length > _MAX_FOOTER:
        raise file.too_complex(
            "Its footer is too long to be read.", wanted=f"at most {_MAX_FOOTER >> 20} MiB"
        )
    return file.at(file.size - 8 - length, length)


def _has_geoarrow(footer: Footer) -> bool:
    """Does the Arrow schema name a type of GeoArrow? It is searched, not parsed."""
    raw = footer.keys.get(b"ARROW:schema")
    if raw is None:
        return False
    try:
        return b"geoarrow." in base64.b64decode(raw, validate=True)
    except (binascii.Error, ValueError):
        return b"geoarrow" in raw


OPENER = Opener(
    id="Parquet",
    media_types=_ALSO | {_MEDIA},
    suffixes=(".parquet", ".geoparquet"),
    fits=lambda head: head[:4] in (_PLAIN, _ENCRYPTED),
    look=look,
)

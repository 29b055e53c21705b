"""ZIP archives, by the names in their directory: a shapefile, a KMZ, a file geodatabase inside."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from kfm_gates.evidence.openers._api import File, Look, Opener

_TAIL: Final = 65_557
"""The longest end of an archive: its last record with the longest comment."""
_MAX_DIRECTORY: Final = 16 << 20
_SPATIAL: Final = {
    ".shp": "zipped shapefile",
    ".kml": "KMZ",
    ".geojson": "zipped GeoJSON",
    ".gpkg": "zipped GeoPackage",
    ".fgb": "zipped FlatGeobuf",
}
_OTHERS: Final = frozenset(
    {"application/zip", "application/x-zip-compressed", "application/x-zip", "x-gis/x-shapefile"}
    | {"application/vnd.shp+zip", "application/x-shapefile"}
)


def look(file: File) -> Look:
    """Read the directory at the end; nothing is unpacked."""
    for name in _names(file):
        suffix = name[name.rfind(".") :].lower()
        format_ = _SPATIAL.get(suffix)
        if ".gdb/" in name.lower():
            format_ = "zipped file geodatabase"
        if format_ is not None:
            media_type = (
                "application/vnd.google-earth.kmz" if suffix == ".kml" else "application/zip"
            )
            return Look(
                kind="spatial",
                format=format_,
                media_type=media_type,
                also=_OTHERS,
                container=True,
            )
    return Look(
        kind="unclassified",
        format="ZIP",
        media_type="application/zip",
        also=frozenset({"application/x-zip-compressed", "application/x-zip"}),
        container=True,
    )


def _names(file: File) -> Iterator[str]:
    """Names of the entries (APPNOTE 6.3, sections 4.3.12 and 4.3.16)."""
    length, start = _directory(file)
    if length > _MAX_DIRECTORY:
        raise file.too_complex(
            "The directory of the archive is too long to be read.",
            wanted=f"at most {_MAX_DIRECTORY >> 20} MiB",
        )
    raw = file.at(start, length)
    at = 0
    while at < length:
        if raw[at : at + 4] != b"PK\x01\x02" or at + 46 > length:
            raise file.malformed("The directory of the archive is broken.", got=f"byte {at}")
        name, extra, comment = struct.unpack_from("<3H", raw, at + 28)
        yield raw[at + 46 : at + 46 + name].decode("utf-8", "replace")
        at += 46 + name + extra + comment


def _directory(file: File) -> tuple[int, int]:
    """Length and offset of the directory."""
    length = min(file.size, _TAIL)
    tail = file.at(file.size - length, length)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + 22 > length:
        raise file.malformed("The end of the archive is missing; it was cut off.", wanted="ZIP")
    size, offset = struct.unpack_from("<II", tail, at + 12)
    locator = at - 20
    if 0xFFFFFFFF not in (size, offset) or tail[locator : locator + 4] != b"PK\x06\x07":
        return size, offset
    (record,) = struct.unpack_from("<Q", tail, locator + 8)
    end = file.at(record, 56)
    if end[:4] != b"PK\x06\x06":
        raise file.malformed("The end of the archive is broken.", wanted="ZIP64")
    size, offset = struct.unpack_from("<QQ", end, 40)
    return size, offset


OPENER = Opener(
    id="ZIP",
    media_types=frozenset(
        {"application/zip", "application/x-zip-compressed", "application/vnd.google-earth.kmz"}
        | {"application/vnd.shp+zip"}
    ),
    suffixes=(".zip", ".kmz"),
    fits=lambda head: head[:4] in (b"PK\x03\x04", b"PK\x05\x06"),
    look=look,
)

"""SQLite files: GeoPackage and MBTiles are spatial and say so in their header; others may be."""

from __future__ import annotations

import struct
from typing import Final

from kfm_gates.evidence.openers._api import File, Look, Opener

_MAGIC: Final = b"SQLite format 3\0"
_GEOPACKAGE: Final = frozenset({b"GPKG", b"GP10", b"GP11"})
_PLAIN: Final = frozenset({"application/vnd.sqlite3", "application/x-sqlite3"})


def look(file: File) -> Look:
    """Read the header of the database (file format, section 1.3)."""
    header = file.at(0, 100)
    (page,) = struct.unpack_from(">H", header, 16)
    page = 65536 if page == 1 else page
    if page < 512 or page & (page - 1):
        raise file.malformed("Its page size is none.", got=page, wanted="a power of two >= 512")
    changes, pages = struct.unpack_from(">II", header, 24)
    (valid_for,) = struct.unpack_from(">I", header, 92)
    if changes == valid_for and pages * page > file.size:
        raise file.malformed(
            "It is shorter than its header says.",
            got=f"{file.size} bytes",
            wanted=f"{pages} pages of {page} bytes",
        )
    mark = header[68:72]
    if mark in _GEOPACKAGE:
        return Look(
            kind="spatial",
            format="GeoPackage",
            media_type="application/geopackage+sqlite3",
            also=_PLAIN,
        )
    if mark == b"MPBX":
        return Look(
            kind="spatial", format="MBTiles", media_type="application/vnd.mbtiles", also=_PLAIN
        )
    return Look(
        kind="unclassified",
        format="SQLite",
        media_type="application/vnd.sqlite3",
        also=_PLAIN,
        container=True,
    )


OPENER = Opener(
    id="SQLite",
    media_types=_PLAIN | {"application/geopackage+sqlite3", "application/vnd.mbtiles"},
    suffixes=(".gpkg", ".mbtiles", ".sqlite"),
    fits=lambda head: head.startswith(_MAGIC),
    look=look,
)

"""A bare shapefile, `.shp` or its index `.shx` (ESRI white paper of 1998): always spatial.

Its coordinates are in the system that the `.prj` beside it names, so they are no extent in degrees.
"""

from __future__ import annotations

import struct
from typing import Final

from kfm_gates.evidence.openers._api import File, Look, Opener

_HEADER: Final = 100
_TYPES: Final = {1: "Point", 3: "MultiLineString", 5: "MultiPolygon", 8: "MultiPoint"}


def look(file: File) -> Look:
    """Read the header: the length that it states is the length of the file."""
    header = file.at(0, _HEADER)
    (words,) = struct.unpack_from(">i", header, 24)
    if words * 2 != file.size:
        raise file.malformed(
            "It does not have the length of its header.",
            got=f"{file.size} bytes",
            wanted=f"{words * 2} bytes",
        )
    (type_,) = struct.unpack_from("<i", header, 32)
    name = _TYPES.get(type_ % 10) if 0 < type_ < 29 else None
    return Look(
        kind="spatial",
        format="Shapefile",
        media_type="application/vnd.shp",
        also=OPENER.media_types | {"application/vnd.shx"},
        geometry_types=(name,) if name else (),
    )


OPENER = Opener(
    id="Shapefile",
    media_types=frozenset({"application/vnd.shp", "x-gis/x-shapefile", "application/x-shapefile"}),
    suffixes=(".shp", ".shx"),
    fits=lambda head: (
        head[:24] == b"\x00\x00\x27\x0a" + bytes(20) and head[28:32] == b"\xe8\x03\0\0"
    ),
    look=look,
)

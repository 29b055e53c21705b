"""PMTiles: always spatial. The header of version 3 says where (specification, section 3)."""

from __future__ import annotations

import struct
from typing import Final

from kfm_gates.evidence.openers._api import CRS84, File, Look, Opener, degrees

_HEADER: Final = 127
_SECTIONS: Final = ("the root directory", "the metadata", "the leaf directories", "the tiles")


def look(file: File) -> Look:
    """Read the header: every section lies in the file, the bounds are degrees."""
    media_type = "application/vnd.pmtiles"
    if file.head[7] != 3:
        return Look(kind="spatial", format="PMTiles", media_type=media_type)
    header = file.at(0, _HEADER)
    places = struct.unpack_from("<8Q", header, 8)
    for name, offset, length in zip(_SECTIONS, places[::2], places[1::2], strict=True):
        if offset + length > file.size:
            raise file.malformed(
                f"It refers to {name} behind its end; it was cut off or never finished.",
                got=f"{length} bytes at {offset}",
                wanted=f"a place in the {file.size} bytes of the file",
            )
    west, south, east, north = (edge / 1e7 for edge in struct.unpack_from("<4i", header, 102))
    box = degrees(west, south, east, north)
    if box is None:
        raise file.malformed(
            "Its bounds are no degrees.",
            got=f"{west}, {south}, {east}, {north}",
            wanted="west, south, east, north in degrees",
        )
    (count,) = struct.unpack_from("<Q", header, 72)
    return Look(
        kind="spatial",
        format="PMTiles",
        media_type=media_type,
        # All four are 0 where the program that wrote it did not know them.
        bbox=box if any(box) else None,
        crs=CRS84,
        count=count or None,
    )


OPENER = Opener(
    id="PMTiles",
    media_types=frozenset({"application/vnd.pmtiles"}),
    suffixes=(".pmtiles",),
    fits=lambda head: head[:7] == b"PMTiles" and len(head) > 7,
    look=look,
)

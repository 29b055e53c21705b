"""FlatGeobuf: always spatial. Told by its first eight bytes (specification, version 3)."""

from __future__ import annotations

import struct
from typing import Final

from kfm_gates.evidence.openers._api import File, Look, Opener

_MAX_HEADER: Final = 64 << 20


def look(file: File) -> Look:
    """Check that the header lies in the file; what is in it is not needed."""
    (length,) = struct.unpack("<I", file.at(8, 4))
    if length > _MAX_HEADER:
        raise file.malformed("Its header is too long.", got=length, wanted=f"<= {_MAX_HEADER}")
    file.at(12, length)
    return Look(
        kind="spatial",
        format="FlatGeobuf",
        media_type="application/vnd.flatgeobuf",
        also=OPENER.media_types,
    )


OPENER = Opener(
    id="FlatGeobuf",
    media_types=frozenset(
        {"application/vnd.flatgeobuf", "application/flatgeobuf", "application/x-flatgeobuf"}
    ),
    suffixes=(".fgb",),
    fits=lambda head: head[:4] == b"fgb\x03" and head[4:7] == b"fgb",
    look=look,
)

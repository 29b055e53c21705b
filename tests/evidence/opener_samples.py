"""Small files of every format, written by hand, for the tests of the openers."""

from __future__ import annotations

import contextlib
import io
import json
import struct
import zlib
from collections.abc import Mapping
from typing import Any

from kfm_gates.errors import EvidenceInvalid
from kfm_gates.evidence import openers
from kfm_gates.evidence.openers import Look

SIZES = {"H": 3, "I": 4, "d": 12, "Q": 16}
GEOGRAPHIC = {
    33550: ("d", [0.5, 0.5, 0.0]),
    33922: ("d", [0, 0, 0, -100.0, 40.0, 0]),
    34735: ("H", [1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326]),
}
"""Tags of a GeoTIFF in degrees: pixels of half a degree from 100 W, 40 N."""
PROJECTED = GEOGRAPHIC | {34735: ("H", [1, 1, 0, 2, 1024, 0, 1, 1, 3072, 0, 1, 26914])}
Tags = Mapping[int, tuple[str, list[Any]]]


def look(raw: bytes, path: str = "artifacts/data", media_type: str | None = None) -> Look:
    return openers.look(lambda _: contextlib.nullcontext(io.BytesIO(raw)), path, media_type)


KINDS = {"spatial", "not_spatial", "unclassified", "OUTPUT_MALFORMED", "OUTPUT_TOO_COMPLEX"}
"""Everything that may come of hostile bytes."""


def outcome(raw: bytes, path: str) -> str:
    """Kind of a file, or the code that it is refused with. Anything else is raised."""
    try:
        return look(raw, path).kind
    except EvidenceInvalid as error:
        return error.code


def geojson(*coordinates: tuple[float, float]) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {"n": n},
            "geometry": {"type": "Point", "coordinates": list(position)},
        }
        for n, position in enumerate(coordinates)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def tiff(
    tags: Tags | None = None,
    *,
    big: bool = False,
    order: str = "<",
    size: tuple[int, int] = (4, 2),
    data: bytes = bytes(16),
    after: int = 0,
    directory_first: bool = False,
) -> bytes:
    """One picture; `after` is the offset of the next directory."""
    count_form, offset_form, entry_form = ("Q", "Q", "HHQ") if big else ("H", "I", "HHI")
    start = 16 if big else 8

    def directory(at: int, data_at: int) -> bytes:
        fields: dict[int, tuple[str, list[Any]]] = {
            256: ("I", [size[0]]),
            257: ("I", [size[1]]),
            273: ("I", [data_at]),
            279: ("I", [len(data)]),
        }
        fields |= tags or {}
        entries = sorted(fields.items())
        head = struct.pack(f"{order}{count_form}", len(entries))
        width = struct.calcsize(f"{order}{entry_form}{offset_form}")
        behind = at + len(head) + width * len(entries) + struct.calcsize(f"{order}{offset_form}")
        rest = b""
        for number, (form, values) in entries:
            raw = struct.pack(f"{order}{len(values)}{form}", *values)
            short = struct.calcsize(f"{order}{offset_form}")
            if len(raw) <= short:
                place = raw.ljust(short, b"\0")
            else:
                place = struct.pack(f"{order}{offset_form}", behind + len(rest))
                rest += raw
            head += struct.pack(f"{order}{entry_form}", number, SIZES[form], len(values)) + place
        return head + struct.pack(f"{order}{offset_form}", after) + rest

    length = len(directory(0, 0))
    at, data_at = (start, start + length) if directory_first else (start + len(data), start)
    magic = b"II" if order == "<" else b"MM"
    if big:
        magic += struct.pack(f"{order}HHHQ", 43, 8, 0, at)
    else:
        magic += struct.pack(f"{order}HI", 42, at)
    parts = (directory(at, data_at), data)
    return magic + b"".join(parts if directory_first else reversed(parts))


def png(*chunks: tuple[bytes, bytes], end: bool = True) -> bytes:
    listed = [(b"IHDR", bytes(13)), *chunks, (b"IDAT", b"x")] + [(b"IEND", b"")] * end
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in listed
    )


def jpeg(*segments: tuple[int, bytes]) -> bytes:
    parts = (
        struct.pack(">HH", marker, len(body) + 2) + body
        for marker, body in (*segments, (0xFFDA, b"x"))
    )
    return b"\xff\xd8" + b"".join(parts) + b"\xff\xd9"


def pmtiles(*bounds: float, tiles: int = 3, version: int = 3, length: int = 0) -> bytes:
    places = struct.pack("<8Q", 127, 0, 127, 0, 127, 0, 127, length)
    counts = struct.pack("<3Q", tiles, tiles, tiles)
    edges = struct.pack("<4i", *(round(edge * 1e7) for edge in bounds))
    header = b"PMTiles" + bytes([version]) + places + counts + bytes(6) + edges
    return header.ljust(127, b"\0")


def sqlite(mark: bytes = b"GPKG", pages: int = 1, page: int = 512) -> bytes:
    header = bytearray(page)
    header[:16] = b"SQLite format 3\0"
    struct.pack_into(">H", header, 16, page)
    struct.pack_into(">II", header, 24, 1, pages)
    header[68:72] = mark
    struct.pack_into(">I", header, 92, 1)
    return bytes(header)


def shapefile(extra: int = 0) -> bytes:
    header = bytearray(100)
    struct.pack_into(">i", header, 0, 9994)
    struct.pack_into(">i", header, 24, 50 + extra)
    struct.pack_into("<ii", header, 28, 1000, 5)
    return bytes(header)

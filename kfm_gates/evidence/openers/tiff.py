"""TIFF: spatial where it has GeoTIFF keys (OGC 19-008r4), a place on the ground, or both.

Every picture counts: the one that has a place need not be the first.

Only directories are read. A file whose strips or tiles do not lie in it was cut off. A GeoTIFF
whose directories all lie before its tiles can be read in parts over a network: cloud optimized.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from kfm_gates.evidence.openers._api import Box, File, Kind, Look, Opener, degrees
from kfm_gates.evidence.openers._tiff_tags import Tag, Tiff, Values

_WIDTH, _HEIGHT, _TILE_WIDTH = 256, 257, 322
_DATA: Final = ((273, 279), (324, 325))
"""Offsets and lengths of strips and of tiles."""
_PIXEL_SCALE, _TIEPOINTS, _TRANSFORMATION = 33550, 33922, 34264
_KEYS = 34735
_MAY_HOLD_PLACE: Final = frozenset(
    {34853, 50844, 42112, 50909, 33920, 700} | {33723, 34377, 330}  # directories below others
)
"""GPS, RPC, metadata of GDAL and DGIWG, Intergraph's matrix, XMP, IPTC, Photoshop."""
_GEOREFERENCE: Final = (_PIXEL_SCALE, _TIEPOINTS, _TRANSFORMATION, _KEYS)

_MODEL, _RASTER, _GEODETIC, _ANGULAR, _PROJECTED = 1024, 1025, 2048, 2054, 3072
_DEGREE: Final = frozenset({None, 9102, 9122})
_USER_DEFINED: Final = 32767
_SMALL: Final = 512
"""A picture of at most so many pixels a side needs no tiles."""


def look(file: File) -> Look:
    """Read the directories and say where the first picture that has a place lies."""
    tiff = Tiff(file)
    first: Mapping[int, Tag] = {}
    placed: Mapping[int, Tag] = {}
    may_be = False
    count = last_directory = 0
    first_data = file.size
    for at, tags in tiff.directories():
        first = first or tags
        if not placed and any(tag in tags for tag in _GEOREFERENCE):
            placed = tags
        may_be = may_be or not _MAY_HOLD_PLACE.isdisjoint(tags)
        count += 1
        last_directory = max(last_directory, at)
        first_data = min(first_data, _data_of(tiff, tags))
    if not first:
        raise file.malformed("It has no directory.", wanted="at least one picture")
    width, height = (_one(tiff, placed or first, tag) for tag in (_WIDTH, _HEIGHT))
    if not width or not height:
        raise file.malformed("It has no width or no height.", got=f"{width} x {height}")
    if not placed:
        kind: Kind = "unclassified" if may_be else "not_spatial"
        return Look(kind=kind, format="TIFF", media_type="image/tiff", count=count)
    keys = _keys(tiff, placed.get(_KEYS), file)
    tiled = _TILE_WIDTH in placed or max(width, height) <= _SMALL
    profile = "; profile=cloud-optimized" if tiled and last_directory < first_data else ""
    return Look(
        kind="spatial",
        format="GeoTIFF",
        media_type=f"image/tiff; application=geotiff{profile}",
        bbox=_box(tiff, placed, keys, width, height, file) if _is_degrees(keys) else None,
        crs=_crs(keys),
        count=count,
    )


def _data_of(tiff: Tiff, tags: Mapping[int, Tag]) -> int:
    """Offset of the first strip or tile; every one has to lie in the file."""
    first = tiff.file.size
    for offsets_tag, lengths_tag in _DATA:
        offsets = tiff.values(tags.get(offsets_tag))
        lengths = tiff.values(tags.get(lengths_tag))
        if len(offsets) != len(lengths):
            raise tiff.file.malformed(
                "It has another number of offsets than of lengths.",
                got=f"{len(offsets)} and {len(lengths)}",
            )
        if not offsets:
            continue
        end = max(map(sum, zip(offsets, lengths, strict=True)))
        # An offset of 0 is a tile that was never written.
        start = min((o for o in offsets if o), default=first)
        if end > tiff.file.size or start < 8:
            raise tiff.file.malformed(
                "Its data lie behind its end; it was cut off or never finished.",
                got=f"data up to byte {end:.0f}",
                wanted=f"all in the {tiff.file.size} bytes of the file",
            )
        first = min(first, int(start))
    return first


def _one(tiff: Tiff, tags: Mapping[int, Tag], number: int) -> int:
    values = tiff.values(tags.get(number))
    return int(values[0]) if len(values) == 1 and isinstance(values[0], int) else 0


def _keys(tiff: Tiff, tag: Tag | None, file: File) -> Mapping[int, int]:
    """The keys that hold a number; those that point into another tag are not needed."""
    numbers = tiff.values(tag)
    if tag is None:
        return {}
    if len(numbers) < 4 or len(numbers) < 4 + 4 * int(numbers[3]) or tag.type != 3:
        raise file.malformed("Its directory of GeoTIFF keys is broken.", got=f"{tag.count} values")
    found = {}
    for n in range(4, 4 + 4 * int(numbers[3]), 4):
        key, location, _, value = (int(v) for v in numbers[n : n + 4])
        if location == 0:
            found[key] = value
    return found


def _crs(keys: Mapping[int, int]) -> str | None:
    for key in (_PROJECTED, _GEODETIC):
        code = keys.get(key)
        if code is not None:
            return "user-defined" if code == _USER_DEFINED else f"EPSG:{code}"
    return None


def _is_degrees(keys: Mapping[int, int]) -> bool:
    geographic = keys.get(_MODEL) == 2 and _PROJECTED not in keys
    return geographic and keys.get(_ANGULAR) in _DEGREE


def _box(
    tiff: Tiff,
    tags: Mapping[int, Tag],
    keys: Mapping[int, int],
    width: int,
    height: int,
    file: File,
) -> Box | None:
    """Extent of the corners of a picture; None where its place is not a plain one."""
    matrix = tiff.values(tags.get(_TRANSFORMATION))
    scale = tiff.values(tags.get(_PIXEL_SCALE))
    points = tiff.values(tags.get(_TIEPOINTS))
    if len(matrix) == 16:
        rows = matrix[0:2], matrix[3], matrix[4:6], matrix[7]
        (a, b), c, (d, e), f = rows
    elif len(scale) == 3 and len(points) == 6:
        a, b, d, e = scale[0], 0.0, 0.0, -scale[1]
        c, f = points[3] - a * points[0], points[4] - e * points[1]
    else:
        return None
    # With PixelIsPoint a place is the centre of a pixel, and a picture reaches half a pixel on.
    half = 0.5 if keys.get(_RASTER) == 2 else 0.0
    corners = [(x - half, y - half) for x in (0, width) for y in (0, height)]
    xs: Values = tuple(a * x + b * y + c for x, y in corners)
    ys: Values = tuple(d * x + e * y + f for x, y in corners)
    if not all(math.isfinite(v) for v in (*xs, *ys)):
        raise file.malformed("Its place on the ground is no number.")
    return degrees(min(xs), min(ys), max(xs), max(ys))


OPENER = Opener(
    id="TIFF",
    media_types=frozenset({"image/tiff"}),
    suffixes=(".tif", ".tiff"),
    fits=lambda head: head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    look=look,
)

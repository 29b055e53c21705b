"""From TopoJSON to polygons: decoding, winding, validity, area, well-known binary.

Pure Python, because 105 polygons need no library and every step can be read here.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

Point = tuple[float, float]
Ring = tuple[Point, ...]

DECIMALS = 6
"""Digits after the point of a degree: 0.1 m, far below the precision of the source."""

# WGS 84.
_FLATTENING = 1 / 298.257223563
_SEMI_MAJOR_KM = 6378.137
_E2 = _FLATTENING * (2 - _FLATTENING)
_E = math.sqrt(_E2)


@dataclass(frozen=True, slots=True)
class County:
    """A county: five-digit FIPS code, name, rings (outer first) and area."""

    fips: str
    name: str
    rings: tuple[Ring, ...]

    @property
    def area_km2(self) -> float:
        """Area on the WGS 84 ellipsoid in square kilometres; holes are taken off."""
        return sum(signed_area_km2(ring) for ring in self.rings)


def decode(topology: dict[str, Any], name: str) -> list[County]:
    """Decode one object of a quantised topology into counties, sorted by FIPS code.

    Raises:
        ValueError: It holds anything but polygons.
    """
    arcs = [list(_unquantised(arc, topology["transform"])) for arc in topology["arcs"]]
    counties = []
    for geometry in topology["objects"][name]["geometries"]:
        if geometry["type"] != "Polygon":
            raise ValueError(f"{geometry['id']} is a {geometry['type']}, not a Polygon")
        rings = (_joined(ring, arcs) for ring in geometry["arcs"])
        counties.append(
            County(
                fips=str(geometry["id"]),
                name=str(geometry["properties"]["name"]),
                rings=tuple(_wound(ring, outer=n == 0) for n, ring in enumerate(rings)),
            )
        )
    return sorted(counties, key=lambda county: county.fips)


def _unquantised(arc: list[list[int]], transform: dict[str, list[float]]) -> Iterator[Point]:
    """Each position of an arc is the difference to the one before it, on an integer grid."""
    (sx, sy), (tx, ty) = transform["scale"], transform["translate"]
    x = y = 0
    for dx, dy in arc:
        x, y = x + dx, y + dy
        yield round(x * sx + tx, DECIMALS), round(y * sy + ty, DECIMALS)


def _joined(indexes: list[int], arcs: list[list[Point]]) -> Ring:
    """Join arcs to a ring. A negative index, ~i, is the arc i backwards; ends are shared."""
    points: list[Point] = []
    for index in indexes:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        points.extend(arc[1:] if points else arc)
    # Two positions of the grid may be the same place.
    return tuple(p for n, p in enumerate(points) if n == 0 or p != points[n - 1])


def _wound(ring: Ring, *, outer: bool) -> Ring:
    """RFC 7946: outer rings counterclockwise, holes clockwise."""
    return ring if (signed_area_km2(ring) > 0) is outer else ring[::-1]


def signed_area_km2(ring: Ring) -> float:
    """Area of a ring on the ellipsoid, positive if it is counterclockwise.

    The ring is projected by the cylindrical equal-area projection of the ellipsoid (through the
    authalic latitude), where the shoelace formula gives the true area. Edges are straight in
    that projection; along meridians and parallels, as most borders here, that is exact.
    """
    flat = [(math.radians(lon) * _SEMI_MAJOR_KM, _authalic_y(lat)) for lon, lat in ring]
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise(flat)) / 2


def _authalic_y(latitude: float) -> float:
    s = math.sin(math.radians(latitude))
    q = (1 - _E2) * (s / (1 - _E2 * s * s) + math.atanh(_E * s) / _E)
    return _SEMI_MAJOR_KM * q / 2


def is_valid(ring: Ring) -> bool:
    """A ring is closed, has four positions or more, an area, and does not cross itself."""
    if len(ring) < 4 or ring[0] != ring[-1] or signed_area_km2(ring) == 0:
        return False
    if len(set(ring)) != len(ring) - 1:
        return False
    edges = list(pairwise(ring))
    return not any(
        _cross(*first, *second)
        for n, first in enumerate(edges)
        for second in edges[n + 2 : len(edges) - (n == 0)]
    )


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Do two edges have a point in common? Counted as one where they only touch."""
    if any(max(a[k], b[k]) < min(c[k], d[k]) or max(c[k], d[k]) < min(a[k], b[k]) for k in (0, 1)):
        return False
    return _side(a, b, c) * _side(a, b, d) <= 0 and _side(c, d, a) * _side(c, d, b) <= 0


def _side(a: Point, b: Point, p: Point) -> int:
    turn = (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])
    return (turn > 0) - (turn < 0)


def wkb(rings: tuple[Ring, ...]) -> bytes:
    """A polygon in well-known binary: ISO, little endian, two dimensions."""
    parts = [struct.pack("<BII", 1, 3, len(rings))]
    for ring in rings:
        parts.append(struct.pack("<I", len(ring)))
        parts.extend(struct.pack("<dd", lon, lat) for lon, lat in ring)
    return b"".join(parts)


def bounds(counties: list[County]) -> list[float]:
    """West, south, east, north of all counties, in degrees."""
    points = [point for county in counties for ring in county.rings for point in ring]
    lons, lats = [p[0] for p in points], [p[1] for p in points]
    return [min(lons), min(lats), max(lons), max(lats)]

"""Geometries of GeoJSON (RFC 7946, section 3.1), reduced to type and extent as they are parsed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from kfm_gates.evidence.openers._api import Box

DEPTHS: Final = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
"""How many arrays lie around the positions of each type."""
_RINGS: Final = frozenset({"Polygon", "MultiPolygon"})
_LINES: Final = frozenset({"LineString", "MultiLineString"})


@dataclass(frozen=True, slots=True)
class Geometry:
    """A geometry. `box` is west, south, east, north; None where it is empty or has a `problem`."""

    type: str
    box: Box | None = None
    problem: str | None = None


def of_members(members: dict[str, Any]) -> Geometry | None:
    """The geometry that an object is, None where it is none."""
    type_ = members.get("type")
    if not isinstance(type_, str):
        return None
    if type_ in DEPTHS and "coordinates" in members:
        return _simple(type_, members["coordinates"])
    if type_ == "GeometryCollection" and "geometries" in members:
        return _collection(members["geometries"])
    return None


def union(one: Box | None, other: Box | None) -> Box | None:
    """The least box around two."""
    if one is None or other is None:
        return one or other
    # Once for every geometry, and comparing is faster than calling.
    return (
        one[0] if one[0] < other[0] else other[0],
        one[1] if one[1] < other[1] else other[1],
        one[2] if one[2] > other[2] else other[2],
        one[3] if one[3] > other[3] else other[3],
    )


def _simple(type_: str, coordinates: Any) -> Geometry:
    if coordinates == []:
        return Geometry(type_)
    if type_ == "Point" and isinstance(coordinates, list) and len(coordinates) == 2:
        x, y = coordinates
        if type(x) is type(y) is float and math.isfinite(x) and math.isfinite(y):
            return Geometry(type_, (x, y, x, y))
    level = [coordinates]
    for _ in range(DEPTHS[type_]):
        if set(map(type, level)) != {list} or [] in level:
            return Geometry(type_, problem=f"The coordinates are not those of a {type_}.")
        lines, level = level, list(chain.from_iterable(level))
    if set(map(type, level)) != {list} or min(map(len, level)) < 2:
        return Geometry(type_, problem="A position has fewer than two numbers.")
    if set(map(type, chain.from_iterable(level))) != {float}:
        return Geometry(type_, problem="A coordinate is no number.")
    if type_ in _LINES and min(map(len, lines)) < 2:
        return Geometry(type_, problem="A line has fewer than two positions.")
    if type_ in _RINGS and any(len(ring) < 4 or ring[0] != ring[-1] for ring in lines):
        return Geometry(type_, problem="A ring of a polygon is not closed.")
    xs, ys = [p[0] for p in level], [p[1] for p in level]
    box = (min(xs), min(ys), max(xs), max(ys))
    if not all(map(math.isfinite, box)):
        return Geometry(type_, problem="A coordinate is beyond the range of a double.")
    return Geometry(type_, box)


def _collection(members: Any) -> Geometry:
    type_ = "GeometryCollection"
    if not isinstance(members, list) or not all(isinstance(m, Geometry) for m in members):
        return Geometry(type_, problem="A member of a GeometryCollection is no geometry.")
    box: Box | None = None
    for member in members:
        if member.problem is not None:
            return Geometry(type_, problem=member.problem)
        box = union(box, member.box)
    return Geometry(type_, box)

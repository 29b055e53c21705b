"""Is a GeoJSON geometry valid? Small rings are decided here, exactly; the rest by shapely.

Most footprints are rectangles or convex, so that a whole catalog is checked without any import.
Orientation of rings is not asked for: RFC 7946 tells readers to accept either.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from kfm_gates.catalogs.stac.rings import SMALL, Position, Ring, is_simple


@dataclass
class Shape:
    """What was found about one geometry.

    Args:
        problems: Where below `/coordinates`, and what is wrong there.
        unchecked: True where shapely is needed and not installed.
        bounds: West, south, east, north of all its positions; None without positions.
        heights: Lowest and highest third coordinate; None where there is none.
        longitudes: Every longitude, for boxes that cross the antimeridian.
        outside: Pointer below `/coordinates` of the first position that is not on the earth.
    """

    problems: list[tuple[str, str]] = field(default_factory=list)
    unchecked: bool = False
    bounds: tuple[float, float, float, float] | None = None
    heights: tuple[float, float] | None = None
    longitudes: list[float] = field(default_factory=list)
    outside: tuple[str, Position] | None = None


def look(geometry: Any) -> Shape:
    """Check one geometry that fits the schema of GeoJSON geometries."""
    shape = Shape()
    kind, coordinates = geometry["type"], geometry["coordinates"]
    positions = _FLAT[kind](coordinates)
    if positions:
        _measure(positions, shape)
        if shape.outside is not None:
            where = next(p for p, position in _places(coordinates, "") if _is_outside(position))
            shape.outside = (where, shape.outside[1])
    else:
        shape.problems.append(("", "It has no positions."))
    if not positions or shape.outside is not None:
        return shape
    if kind == "Polygon":
        _polygons([coordinates], [""], shape)
    elif kind == "MultiPolygon":
        _polygons(coordinates, [f"/{n}" for n in range(len(coordinates))], shape)
    elif kind == "LineString":
        _lines([coordinates], [""], shape)
    elif kind == "MultiLineString":
        _lines(coordinates, [f"/{n}" for n in range(len(coordinates))], shape)
    return shape


def _places(value: Any, pointer: str) -> Iterator[tuple[str, Position]]:
    if not value:
        return
    if not isinstance(value[0], list):
        yield pointer, value
        return
    for n, one in enumerate(value):
        yield from _places(one, f"{pointer}/{n}")


_FLAT: Final[dict[str, Callable[[Any], list[Position]]]] = {
    "Point": lambda c: [c],
    "MultiPoint": list,
    "LineString": list,
    "MultiLineString": lambda c: [p for line in c for p in line],
    "Polygon": lambda c: [p for ring in c for p in ring],
    "MultiPolygon": lambda c: [p for polygon in c for ring in polygon for p in ring],
}


def _is_outside(position: Position) -> bool:
    return not (-180 <= position[0] <= 180 and -90 <= position[1] <= 90)


def _measure(positions: list[Position], shape: Shape) -> None:
    longitudes = [p[0] for p in positions]
    latitudes = [p[1] for p in positions]
    west, east = min(longitudes), max(longitudes)
    south, north = min(latitudes), max(latitudes)
    shape.longitudes = longitudes
    shape.bounds = (west, south, east, north)
    heights = [p[2] for p in positions if len(p) > 2]
    if heights:
        shape.heights = (min(heights), max(heights))
    if west < -180 or east > 180 or south < -90 or north > 90:
        shape.outside = ("", next(p for p in positions if _is_outside(p)))


def _lines(lines: Any, pointers: list[str], shape: Shape) -> None:
    for pointer, line in zip(pointers, lines, strict=True):
        if all(p[:2] == line[0][:2] for p in line):
            shape.problems.append((pointer, "The line has only one place."))


def _polygons(polygons: Any, pointers: list[str], shape: Shape) -> None:
    """Check rings; polygons that only shapely can judge are given to it together."""
    hard = False
    boxes: list[tuple[float, float, float, float]] = []
    for pointer, rings in zip(pointers, polygons, strict=True):
        if not rings:
            shape.problems.append((pointer, "The polygon has no ring."))
            continue
        for n, ring in enumerate(rings):
            if ring[0][:2] != ring[-1][:2]:
                shape.problems.append((f"{pointer}/{n}", "The ring is not closed."))
            else:
                simple = is_simple(ring)
                hard |= simple is None
                if simple is False:
                    text = "The ring crosses or touches itself, or encloses nothing."
                    shape.problems.append((f"{pointer}/{n}", text))
        hard |= len(rings) > 1
        boxes.append(_box(rings[0]))
    # Polygons of one geometry may not overlap; boxes that are apart show that they do not.
    if shape.problems or (not hard and _apart(boxes)):
        return
    if importlib.util.find_spec("shapely") is None:
        shape.unchecked = True
        return
    why = _ask_shapely(polygons)
    if why is not None:
        shape.problems.append(("", why))


def _box(ring: Ring) -> tuple[float, float, float, float]:
    xs, ys = [p[0] for p in ring], [p[1] for p in ring]
    return min(xs), min(ys), max(xs), max(ys)


def _apart(boxes: list[tuple[float, float, float, float]]) -> bool:
    if len(boxes) > SMALL:
        return False
    return all(
        a[2] < b[0] or b[2] < a[0] or a[3] < b[1] or b[3] < a[1]
        for n, a in enumerate(boxes)
        for b in boxes[:n]
    )


def _ask_shapely(polygons: Any) -> str | None:
    import shapely

    try:
        parts = [
            shapely.polygons(
                shapely.linearrings([p[:2] for p in rings[0]]),
                [shapely.linearrings([p[:2] for p in ring]) for ring in rings[1:]] or None,
            )
            for rings in polygons
        ]
        whole = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
        if shapely.is_valid(whole):
            return None
        return f"{shapely.is_valid_reason(whole)}."
    except (shapely.errors.ShapelyError, ValueError, OverflowError) as error:
        return f"The polygon cannot be built: {str(error)[:200]}."

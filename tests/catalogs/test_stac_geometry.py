"""Rings are decided exactly and as GEOS decides them; boxes know the antimeridian."""

from __future__ import annotations

import importlib.util
import math
import sys
from typing import Any

import pytest
import shapely
import stac_samples as samples
from hypothesis import given, settings
from hypothesis import strategies as st
from stac_samples import ITEM, codes_of, examined

from kfm_gates.catalogs.stac import boxes, rings
from kfm_gates.catalogs.stac.geometry import look
from kfm_gates.catalogs.stac.rings import is_simple

small = st.integers(min_value=0, max_value=4).map(float)
corners = st.lists(st.tuples(small, small), min_size=3, max_size=9)


def closed(points: list[Any]) -> list[list[float]]:
    return [list(p) for p in [*points, points[0]]]


@settings(max_examples=600)
@given(corners)
def test_small_rings_are_decided_as_geos_does(points: list[tuple[float, float]]) -> None:
    ring = closed(points)
    valid = bool(shapely.is_valid(shapely.Polygon(ring)))
    if len({tuple(p) for p in ring}) < 3:
        assert is_simple(ring) is False
    else:
        assert is_simple(ring) is valid, ring


@given(st.integers(min_value=3, max_value=40), st.floats(min_value=0.01, max_value=80))
def test_convex_rings_need_no_help(count: int, radius: float) -> None:
    angles = [2 * math.pi * n / count for n in range(count)]
    ring = closed([(radius * math.cos(a), radius * math.sin(a)) for a in angles])
    if shapely.is_valid(shapely.Polygon(ring)):
        assert is_simple(ring) is True


def test_a_star_is_not_convex() -> None:
    angles = [4 * math.pi * n / 5 for n in range(5)]
    assert is_simple(closed([(math.cos(a), math.sin(a)) for a in angles])) is False


def test_a_sliver_that_rounding_would_hide() -> None:
    """Three points that are on one line for doubles and not for arithmetic."""
    ring = closed([(0.0, 0.0), (0.1, 0.1), (0.3, 0.30000000000000004), (0.0, 1.0)])
    assert is_simple(ring) is True
    assert is_simple(closed([(0.0, 0.0), (1.0, 1.0), (2.0, 2.0)])) is False
    assert is_simple(closed([(0.0, 0.0), (2.0, 0.0), (1.0, 0.0), (1.0, 1.0)])) is False


SQUARE = closed([(0, 0), (4, 0), (4, 4), (0, 4)])
HOLE = closed([(1, 1), (2, 1), (2, 2), (1, 2)])
BESIDE = closed([(4, 0), (5, 0), (5, 4), (4, 4)])
ABOVE = closed([(0, 4), (4, 4), (4, 5), (0, 5)])
OUTSIDE = closed([(5, 5), (6, 5), (6, 6), (5, 6)])
MANY = closed([(n, n % 2 / 2) for n in range(20)] + [(19 - n, 3) for n in range(20)])


@pytest.mark.parametrize(
    ("shape", "problem"),
    [
        ({"type": "Polygon", "coordinates": [SQUARE]}, None),
        ({"type": "Polygon", "coordinates": [SQUARE[::-1]]}, None),
        ({"type": "Polygon", "coordinates": [SQUARE, HOLE]}, None),
        ({"type": "Polygon", "coordinates": [MANY]}, None),
        ({"type": "Polygon", "coordinates": [SQUARE, OUTSIDE]}, "Hole lies outside"),
        (
            {"type": "Polygon", "coordinates": [SQUARE, SQUARE]},
            "Self-intersection|Duplicate|Nested",
        ),
        ({"type": "Polygon", "coordinates": []}, "no positions"),
        ({"type": "Polygon", "coordinates": [SQUARE[:-1]]}, "not closed"),
        ({"type": "Polygon", "coordinates": [[[0, 0, 1], [1, 0], [1, 1], [0, 0, 9]]]}, None),
        ({"type": "MultiPolygon", "coordinates": [[SQUARE], [OUTSIDE]]}, None),
        ({"type": "MultiPolygon", "coordinates": [[SQUARE], [HOLE]]}, "Nested|Self"),
        ({"type": "MultiPolygon", "coordinates": [[SQUARE], [BESIDE]]}, "Self"),
        ({"type": "MultiPolygon", "coordinates": [[SQUARE], [ABOVE]]}, "Self"),
        ({"type": "MultiPolygon", "coordinates": [[BESIDE], [SQUARE]]}, "Self"),
        ({"type": "MultiPolygon", "coordinates": [[ABOVE], [SQUARE]]}, "Self"),
        ({"type": "MultiPolygon", "coordinates": [[SQUARE], []]}, "no ring"),
        ({"type": "MultiPolygon", "coordinates": []}, "no positions"),
        ({"type": "Point", "coordinates": [1, 2]}, None),
        ({"type": "MultiPoint", "coordinates": []}, "no positions"),
        ({"type": "MultiPoint", "coordinates": [[1, 2], [1, 2]]}, None),
        ({"type": "LineString", "coordinates": [[0, 0], [1, 1], [0, 1], [1, 0]]}, None),
        ({"type": "LineString", "coordinates": [[1, 1], [1, 1]]}, "one place"),
        ({"type": "MultiLineString", "coordinates": [[[0, 0], [1, 1]], [[1, 1], [1, 1]]]}, "one p"),
    ],
)
def test_shapes(shape: dict[str, Any], problem: str | None) -> None:
    found = look(shape)
    if problem is None:
        assert not found.problems
    else:
        ((_, why),) = found.problems
        assert any(part in why for part in problem.split("|")), why
    assert not found.unchecked


def test_many_polygons_of_one_geometry() -> None:
    squares = [[closed([(n, 0), (n + 0.5, 0), (n + 0.5, 1), (n, 1)])] for n in range(30)]
    assert not look({"type": "MultiPolygon", "coordinates": squares}).problems
    assert look({"type": "MultiPolygon", "coordinates": [*squares, squares[7]]}).problems


def test_the_place_of_a_position_outside_is_told() -> None:
    found = look({"type": "MultiPolygon", "coordinates": [[SQUARE], [[*OUTSIDE[:-1], [5, 91]]]]})
    assert found.outside == ("/1/0/4", [5, 91])
    huge = look({"type": "Point", "coordinates": [10**400, 0]})
    assert huge.outside is not None


def test_without_shapely_a_hard_geometry_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "shapely" else real(name)
    )
    monkeypatch.setitem(sys.modules, "shapely", None)
    assert examined(samples.good()).error is None
    contents = samples.changed(
        ITEM,
        lambda item: item["geometry"].update(
            coordinates=[[[x / 10 - 97, y / 10 + 38] for x, y in MANY]]
        ),
    )
    found = examined(contents)
    assert found.error is not None
    assert found.error.code == "EXTRA_MISSING"
    assert "kfm-gates[geo]" in str(found.error)
    # What was found elsewhere is found all the same.
    assert codes_of(found) == ["STAC_BBOX_TOO_SMALL"]


@pytest.mark.parametrize(
    ("outer", "inner", "inside"),
    [
        ((0, 0, 10, 10), (0, 0, 10, 10), True),
        ((0, 0, 10, 10), (0, 0, 10.0000001, 10), True),
        ((0, 0, 10, 10), (0, 0, 10.001, 10), False),
        ((0, 0, 10, 10), (0, -0.1, 10, 10), False),
        ((5, 0, 5, 10), (5, 0, 5, 10), True),
        ((5, 0, 5, 10), (7, 0, 7, 10), False),
        ((170, -10, -170, 10), (175, 0, 180, 5), True),
        ((170, -10, -170, 10), (-180, 0, -175, 5), True),
        ((170, -10, -170, 10), (175, 0, -175, 5), True),
        ((170, -10, -170, 10), (165, 0, 175, 5), False),
        ((170, -10, -170, 10), (-175, 0, -165, 5), False),
        ((170, -10, -170, 10), (165, 0, -165, 5), False),
        ((0, -10, 180, 10), (175, 0, -175, 5), False),
        ((-180, -90, 180, 90), (175, 0, -175, 5), True),
    ],
)
def test_boxes(outer: boxes.Box, inner: boxes.Box, inside: bool) -> None:
    assert boxes.contains(outer, inner) is inside


def box_of(**changes: Any) -> list[str]:
    """Codes for the good item with another box or geometry."""

    def change(item: dict[str, Any]) -> None:
        item.update(changes)
        del item["collection"], item["links"][0]

    return [c for c in codes_of(examined(samples.changed(ITEM, change))) if "IDS" not in c]


DATELINE = {
    "type": "MultiPolygon",
    "coordinates": [
        [closed([(179, -1), (180, -1), (180, 1), (179, 1)])],
        [closed([(-180, -1), (-179, -1), (-179, 1), (-180, 1)])],
    ],
}
FLAT = {"type": "Point", "coordinates": [10, 20]}
HIGH = {"type": "Point", "coordinates": [10, 20, 300]}


@pytest.mark.parametrize(
    ("geometry_", "box", "codes"),
    [
        (DATELINE, [179, -1, -179, 1], []),
        (DATELINE, [-180, -1, 180, 1], []),
        (DATELINE, [179.5, -1, -179, 1], ["STAC_BBOX_TOO_SMALL"]),
        (DATELINE, [179, -0.5, -179, 1], ["STAC_BBOX_TOO_SMALL"]),
        (FLAT, [10, 20, 10, 20], []),
        (FLAT, [11, 20, 11, 20], ["STAC_BBOX_TOO_SMALL"]),
        (FLAT, [10.0000004, 20, 10.0000004, 20], []),
        (FLAT, [9, 19, 11, 21], ["STAC_BBOX_LOOSE"]),
        (HIGH, [10, 20, 300, 10, 20, 300], []),
        (HIGH, [10, 20, 10, 20], []),
        (HIGH, [10, 20, 0, 10, 20, 200], ["STAC_BBOX_TOO_SMALL"]),
        (HIGH, [10, 20, 400, 10, 20, 200], ["STAC_BBOX_INVALID"]),
        (FLAT, [10, 20, 190, 20], ["STAC_COORDINATES_RANGE"]),
        (FLAT, [10, 20, 10], ["STAC_INVALID"]),
        (FLAT, [10, 20, 10, "20"], ["STAC_INVALID"]),
        (None, [10, 20, 10, 20], ["STAC_INVALID"]),
    ],
)
def test_boxes_of_items(geometry_: Any, box: list[Any], codes: list[str]) -> None:
    assert box_of(geometry=geometry_, bbox=box) == codes


@pytest.mark.parametrize(
    ("code", "good"), [("EPSG:4326", False), ("EPSG:32614", True), (None, True), ([], True)]
)
def test_projected_boxes_by_their_reference_system(code: Any, good: bool) -> None:
    def change(item: dict[str, Any]) -> None:
        item["stac_extensions"].append(samples.PROJECTION_2)
        item["properties"]["proj:code"] = code
        item["properties"]["proj:bbox"] = [500000, 4000000, 600000, 4100000]

    assert (
        "STAC_COORDINATES_RANGE" not in codes_of(examined(samples.changed(ITEM, change)))
    ) == good


def test_a_geometry_that_is_none_is_left_to_the_schema() -> None:
    def change(item: dict[str, Any]) -> None:
        item["geometry"]["coordinates"] = [[["a", 1]]]

    found = examined(samples.changed(ITEM, change))
    assert codes_of(found) == ["STAC_INVALID"]
    assert "geometry" in found.witnesses


def test_a_geometry_is_looked_at_although_the_item_is_wrong_elsewhere() -> None:
    def change(item: dict[str, Any]) -> None:
        item["properties"]["gsd"] = "wide"
        item["geometry"]["coordinates"][0].pop()

    assert codes_of(examined(samples.changed(ITEM, change))) == [
        "STAC_GEOMETRY_INVALID",
        "STAC_INVALID",
    ]


def test_small_is_small() -> None:
    assert is_simple(MANY) is None
    assert len(MANY) > rings.SMALL

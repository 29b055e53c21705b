"""What may be a place and is none by its format: nobody says that it is not spatial."""

from __future__ import annotations

import io
import json
import struct
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opener_samples import GEOGRAPHIC, KINDS, look, outcome, tiff

from kfm_gates.evidence.openers._places import may_be_place, suggests_places

NAMES = (
    *("x", "y", "X", "Y", "POINT_X", "point_y", "INTPTLAT", "INTPTLONG", "INTPTLAT20", "intptlon"),
    *("latlng", "LatLng", "lat_lng", "location", "Position", "geo_point_2d", "geoPoint2D"),
    *("rings", "paths", "shape", "SHAPE", "arcs", "place", "wellLatitude", "well.lat", "lat_dd"),
    *("coords", "start_location", "x1", "y2", "xmin", "centroid", "utm_x", "geo_shape"),
)
ORDINARY = (
    *("id", "name", "county", "count", "depth_m", "index", "axis", "max", "min", "year", "plate"),
    *(
        "flat",
        "relation",
        "alone",
        "salary",
        "translation",
        "lonely",
        "city",
        "index_x1a",
        "longest",
    ),
    *("displacement", "replace", "format", "shaped", "xml", "key", "yield", "points", "path"),
)


@pytest.mark.parametrize("name", NAMES)
def test_names_of_places(name: str) -> None:
    assert suggests_places(name)
    assert look(json.dumps([{name: 1}]).encode()).kind == "unclassified"


@pytest.mark.parametrize("name", ORDINARY)
def test_other_names(name: str) -> None:
    assert not suggests_places(name)
    assert look(json.dumps([{name: 1}]).encode()).kind == "not_spatial"


@pytest.mark.parametrize(
    "value",
    [
        "POINT(1 2)",
        "point z (1 2 3)",
        "SRID=4326;POLYGON ((0 0, 1 0, 1 1, 0 0))",
        "MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)))",
        "GEOMETRYCOLLECTION (POINT (1 2))",
        "the well: POINT(-98.5 38.5)",
        '{"type": "Point", "coordinates": [1, 2]}',
        '  {"a": 1}',
        "[[1, 2], [3, 4]]",
        "38.5, -98.5",
        "(38.51,-98.5)",
        "geo:38.5,-98.5",
        "38\u00b030'N",
        "N 38.5\u00b0 W",
        struct.pack("<BIdd", 1, 1, -98.5, 38.5).hex(),
        struct.pack(">BIdd", 0, 1, -98.5, 38.5).hex().upper(),
        struct.pack("<BIIdd", 1, 0x20000001, 4326, -98.5, 38.5).hex(),
        [[-98.5, 38.5], [-97.5, 38.5]],
        [[[-98.5, 38.5, 300], [-97.5, 38.5, 301]]],
        [["POINT(1 2)"]],
    ],
)
def test_values_that_may_be_places(value: Any) -> None:
    for document in ({"a": value}, [{"a": value}], {"a": [value]}, {"a": {"b": value}}, [value]):
        assert look(json.dumps(document).encode()).kind == "unclassified", document


@pytest.mark.parametrize(
    "value",
    [
        "a point (see below)",
        "Wells of Kansas (2026)",
        "2026-02-18T08:45:00Z",
        "1.5",
        "1.19.0",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "38 \u00b0C",
        [1, 2, 3],
        [[1, 2], [3, 4]],
        [[1700000000000, 2.5], [1700000001000, 2.25]],
        [["a", 1], ["b", 2]],
        [[1.5, 2, 3, 4, 5]],
        [],
        [[]],
        None,
    ],
)
def test_values_that_are_no_places(value: Any) -> None:
    for document in ({"a": value}, [{"a": value}], {"a": {"b": value}}):
        assert look(json.dumps(document).encode()).kind == "not_spatial", document


@pytest.mark.parametrize(
    "document", [[[1, 2], [3, 4]], [[-98.5, 38.5]], [[[0, 0], [1, 1]]], [["POINT(1 2)", 1]]]
)
def test_arrays_at_the_top(document: Any) -> None:
    assert look(json.dumps(document).encode()).kind == "unclassified"


def test_coverage_json_is_spatial() -> None:
    for document in (
        {"type": "Coverage", "domain": {}, "ranges": {}},
        {"type": "CoverageCollection", "coverages": []},
        {"type": "Domain", "domainType": "Grid", "axes": {}},
    ):
        found = look(json.dumps(document).encode())
        assert (found.kind, found.format) == ("spatial", "CoverageJSON")
    assert look(b'{"type": "Domain", "name": "x.org"}').kind == "not_spatial"
    assert look(b'{"type": ["Coverage"], "domain": 1}').kind == "not_spatial"


junk = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, width=32) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=15,
)


@given(junk, st.booleans())
def test_any_value_has_an_answer(value: Any, top: bool) -> None:
    assert may_be_place(value, top=top) in (True, False)
    assert outcome(json.dumps([value]).encode(), "a") in KINDS


def test_long_texts_are_looked_at_in_bounded_time() -> None:
    for text in ("POINT" + " " * 2_000_000, "1.5" + " " * 2_000_000 + "x", "(" * 1_000_000):
        assert not may_be_place(text)
    assert may_be_place("x" * 100_000 + "POINT (1 2)")


@pytest.mark.parametrize("name", ["x", "INTPTLAT", "INTPTLON", "shape", "POINT_X"])
def test_columns_of_parquet(name: str) -> None:
    for values in ([1.5], [b"\x01"]):
        out = io.BytesIO()
        pq.write_table(pa.table({"id": [1], name: values}), out)
        assert look(out.getvalue(), "a.parquet").kind == "unclassified"


@pytest.mark.parametrize("tag", [50844, 42112, 700, 34853, 33723, 34377, 330, 50909, 33920])
def test_tags_that_may_hold_a_place(tag: int) -> None:
    assert look(tiff({tag: ("I", [8])})).kind == "unclassified"
    assert look(two_pictures({}, {tag: ("I", [8])})).kind == "unclassified"
    # What has a place has one, whatever else it holds.
    more: Any = {tag: ("I", [8])}
    assert look(tiff(GEOGRAPHIC | more)).kind == "spatial"


def two_pictures(first: Any, second: Any) -> bytes:
    """A TIFF whose second directory lies behind the first picture."""
    one = tiff(first)
    two = tiff(second)
    # Offsets of the second one count from its own start, so that it is moved by padding in front.
    moved = tiff(second, data=bytes(len(one)) + bytes(16))
    at = struct.unpack_from("<I", moved, 4)[0]
    first_at = struct.unpack_from("<I", one, 4)[0]
    count = struct.unpack_from("<H", one, first_at)[0]
    raw = bytearray(moved)
    raw[8 : 8 + len(one) - 8] = one[8:]
    struct.pack_into("<I", raw, 4, first_at)
    struct.pack_into("<I", raw, first_at + 2 + 12 * count, at)
    assert len(two) < len(raw)
    return bytes(raw)


def test_the_second_picture_may_have_a_place() -> None:
    assert look(two_pictures({}, {})).kind == "not_spatial"
    found = look(two_pictures({}, GEOGRAPHIC))
    assert (found.kind, found.format, found.count) == ("spatial", "GeoTIFF", 2)
    assert found.bbox == (-100.0, 39.0, -98.0, 40.0)


def gif(*blocks: bytes, flags: int = 0) -> bytes:
    table = bytes(3 << ((flags & 7) + 1)) if flags & 0x80 else b""
    return b"GIF89a" + bytes(4) + bytes([flags]) + bytes(2) + table + b"".join(blocks) + b";"


IMAGE = b"," + bytes(9) + b"\x02" + b"\x03abc\x02de\x00"
COLOURED = b"," + bytes(8) + b"\x80" + bytes(6) + b"\x02" + b"\x01a\x00"
LOOP = b"!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"
XMP = b"!\xff\x0bXMP DataXMP\x03<x>\x00"
COMMENT = b"!\xfe\x05hello\x00"


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (gif(), "not_spatial"),
        (gif(LOOP, IMAGE, COMMENT, COLOURED), "not_spatial"),
        (gif(LOOP, IMAGE, flags=0x81), "not_spatial"),
        (gif(XMP, IMAGE), "unclassified"),
        (gif(LOOP, IMAGE, COLOURED, XMP), "unclassified"),
        (gif(b"!\xff\x0bNETSCAPE2.1\x03\x01\x00\x00\x00", IMAGE), "unclassified"),
        (gif(b"\x07"), "unclassified"),
        (gif(IMAGE)[:-1], "OUTPUT_MALFORMED"),
        (gif(IMAGE)[:-6], "OUTPUT_MALFORMED"),
        (b"GIF89a", "OUTPUT_MALFORMED"),
    ],
)
def test_gif(raw: bytes, kind: str) -> None:
    assert outcome(raw, "a.gif") == kind

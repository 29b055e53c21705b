"""GeoJSON and other JSON, told from its bytes, piece by piece."""

from __future__ import annotations

import io
import itertools
import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opener_samples import KINDS, geojson, look, outcome

from kfm_gates.errors import EvidenceInvalid
from kfm_gates.evidence import openers
from kfm_gates.evidence.openers import _geojson_root, _json_pieces

POINT: dict[str, Any] = {"type": "Point", "coordinates": [-98.5, 38.5]}
RING = [[0, 0], [1, 0], [1, 1], [0, 0]]


def text(value: Any) -> bytes:
    return json.dumps(value).encode()


def feature(geometry: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": None, "geometry": geometry}


def test_a_collection() -> None:
    found = look(geojson((-98.68, 37.23), (-94.77, 39.11), (-95.31, 37.89)))
    assert found.kind == "spatial"
    assert found.media_type == "application/geo+json"
    assert found.bbox == (-98.68, 37.23, -94.77, 39.11)
    assert (found.crs, found.count, found.geometry_types) == ("OGC:CRS84", 3, ("Point",))


@pytest.mark.parametrize(
    ("document", "box"),
    [
        (POINT, (-98.5, 38.5, -98.5, 38.5)),
        ({"type": "Point", "coordinates": [1, 2, 300]}, (1, 2, 1, 2)),
        ({"type": "Point", "coordinates": []}, None),
        ({"type": "MultiPoint", "coordinates": [[1, 2], [3, 0]]}, (1, 0, 3, 2)),
        ({"type": "LineString", "coordinates": [[1, 2], [3, 0]]}, (1, 0, 3, 2)),
        ({"type": "Polygon", "coordinates": [RING]}, (0, 0, 1, 1)),
        ({"type": "MultiPolygon", "coordinates": [[RING], [RING]]}, (0, 0, 1, 1)),
        ({"type": "GeometryCollection", "geometries": [POINT, POINT]}, (-98.5, 38.5, -98.5, 38.5)),
        ({"type": "GeometryCollection", "geometries": []}, None),
        ({"type": "FeatureCollection", "features": []}, None),
        ({"type": "FeatureCollection", "features": [feature(None)]}, None),
        (feature(POINT), (-98.5, 38.5, -98.5, 38.5)),
        (feature(None), None),
        (feature({"type": "GeometryCollection", "geometries": [POINT]}), (-98.5, 38.5) * 2),
        ({"type": "Point", "coordinates": [200, 2]}, None),
    ],
)
def test_every_root(document: Any, box: Any) -> None:
    found = look(text(document), "artifacts/a.geojson")
    assert found.kind == "spatial"
    assert found.bbox == box
    # The order of members means nothing.
    backwards = dict(reversed(document.items()))
    assert look(text(backwards), "artifacts/a.geojson") == found


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (feature("POINT(1 2)"), "no geometry"),
        ({"type": "Feature", "geometry": None}, "needs the members"),
        ({"type": "Feature", "properties": None}, "needs the members"),
        ({"type": "Feature", "geometry": None, "properties": []}, "no object"),
        ({"type": "FeatureCollection"}, "array 'features'"),
        ({"type": "FeatureCollection", "features": {}}, "array 'features'"),
        ({"type": "FeatureCollection", "features": [POINT]}, "no Feature"),
        ({"type": "FeatureCollection", "features": [feature(None), 1]}, "no Feature"),
        ({"type": "GeometryCollection", "geometries": [feature(None)]}, "no geometry"),
        ({"type": "Point"}, "has coordinates"),
        ({"type": "Point", "coordinates": [1]}, "fewer than two"),
        ({"type": "Point", "coordinates": ["1", "2"]}, "no number"),
        ({"type": "Point", "coordinates": [True, False]}, "no number"),
        ({"type": "Point", "coordinates": [1, 2, None]}, "no number"),
        ({"type": "Point", "coordinates": {"x": 1}}, "fewer than two"),
        ({"type": "Polygon", "coordinates": [[0, 0], [1, 1]]}, "fewer than two"),
        ({"type": "Polygon", "coordinates": [[]]}, "not those of a Polygon"),
        ({"type": "Polygon", "coordinates": [RING[:3]]}, "not closed"),
        ({"type": "Polygon", "coordinates": [[*RING, [5, 5]]]}, "not closed"),
        ({"type": "LineString", "coordinates": [[1, 1]]}, "fewer than two positions"),
        ({"type": "Point", "coordinates": [500000, 4200000]}, "no degrees"),
        ({"type": "Point", "coordinates": [0, 91]}, "no degrees"),
        ([1, 2], "other JSON"),
        ({"type": "Topology"}, "other JSON"),
    ],
)
def test_what_is_called_geojson_and_is_none(document: Any, why: str) -> None:
    with pytest.raises(EvidenceInvalid, match=why) as caught:
        look(text(document), "artifacts/a.geojson")
    assert caught.value.code == "OUTPUT_MALFORMED"
    assert caught.value.file == "artifacts/a.geojson"


def test_the_first_wrong_feature_is_named() -> None:
    raw = b'{"type": "FeatureCollection", "features": [\n'
    raw += b",\n".join(text(feature(g)) for g in (POINT, None, {"type": "Point"}))
    with pytest.raises(EvidenceInvalid) as caught:
        look(raw + b"]}", "a.geojson")
    assert (caught.value.pointer, caught.value.line) == ("/features/2", 4)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b'{"type": "Point", "coordinates": [1, NaN]}', "NaN"),
        (b'{"type": "Point", "coordinates": [1, -Infinity]}', "-Infinity"),
        (b'{"type": "Point", "coordinates": [1, 1e400]}', "range of a double"),
        (b'{"type": "Point", "coordinates": [1, ' + b"9" * 5000 + b"]}", "range of a double"),
        (b'{"type": "Point", "type": "Point", "coordinates": [1, 2]}', "comes twice"),
        (b'{"a": {"b": 1, "b": 2}}', "comes twice"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b'{"type": "FeatureCollection", "features": [', "no JSON"),
        (b"{", "name in quotes"),
        (b'{"a" 1}', "colon"),
        (b'{"a": 1 "b": 2}', "comma"),
        (b"[1 2]", "comma"),
        (b"[1,]", "no JSON"),
        (b'{"a": 1}}', "no JSON"),
        (b"[" * 100_000, "too deep"),
        (b'{"a": ' + b"[" * 100_000, "too deep"),
        (b'{"type": "Point", "coordinates": ' + b"[" * 100_000, "too deep"),
        (b"", "does not begin"),
        (b"   ", "does not begin"),
        (b"GIF", "does not begin"),
    ],
)
def test_what_is_no_json(raw: bytes, why: str) -> None:
    with pytest.raises(EvidenceInvalid, match=why) as caught:
        look(raw, "artifacts/a.geojson")
    assert caught.value.code == "OUTPUT_MALFORMED"


def test_what_nobody_called_json_is_text_where_it_is_none() -> None:
    assert look(b"[2026-01-01] started\n", "artifacts/log.txt").format == "text"
    assert look(b"[2026-01-01] started\n", "artifacts/log", "text/plain").format == "text"
    with pytest.raises(EvidenceInvalid):
        look(b"[2026-01-01] started\n", "artifacts/log", "application/json")


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"wells": 12}, "not_spatial"),
        ([], "not_spatial"),
        ({"type": "Point", "size": 3}, "not_spatial"),
        ({"type": "Feature"}, "not_spatial"),
        ({"type": ["Point"], "coordinates": [1, 2]}, "unclassified"),
        ({"rows": [{"lat": 38.5, "lon": -98.5}]}, "unclassified"),
        ({"rows": {"a": {"well_longitude": 1}}}, "unclassified"),
        ({"H3_7": 1}, "unclassified"),
        ({"bbox": [1, 2, 3, 4]}, "unclassified"),
        ({"data": {"type": "FeatureCollection", "features": [feature(POINT)]}}, "spatial"),
        ([{"at": POINT}], "spatial"),
        ({"type": "Topology", "objects": {}, "arcs": []}, "spatial"),
    ],
)
def test_other_json(document: Any, kind: str) -> None:
    found = look(text(document), "artifacts/a.json")
    assert found.kind == kind
    assert found.media_type in ("application/json", "application/topo+json")


def test_a_geometry_hidden_in_other_json_has_an_extent() -> None:
    found = look(text({"wells": [{"at": POINT}, {"at": {**POINT, "coordinates": [0, 0]}}]}))
    assert found.bbox == (-98.5, 0, 0, 38.5)
    # One that is none is no proof, and no reason to say that there are no places either.
    assert look(text([{"type": "Point", "coordinates": "x"}])).kind == "unclassified"


def test_lines() -> None:
    lines = look(b'{"a": 1}\n{"a": 2}\n', "a.jsonl")
    assert (lines.kind, lines.media_type) == ("not_spatial", "application/x-ndjson")
    raw = b"\n".join(text(feature(POINT)) for _ in range(3))
    geo = look(raw, "a.geojsonl")
    assert (geo.kind, geo.count, geo.media_type) == ("spatial", 3, "application/geo+json-seq")
    assert look(b"\x1e" + raw.replace(b"\n", b"\n\x1e")).count == 3
    mixed = look(raw + b'\n{"a": 1}')
    assert (mixed.kind, mixed.media_type) == ("spatial", "application/x-ndjson")
    other = look(b'{"a": 1}\n' + raw)
    assert (other.kind, other.media_type) == ("spatial", "application/x-ndjson")


def test_names_beyond_number_are_not_all_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_geojson_root, "_MAX_NAMES", 3)
    few = text([{"a": 1}, {"b": 1}])
    assert look(few).kind == "not_spatial"
    assert look(text([{f"a{n}": 1} for n in range(9)])).kind == "unclassified"


@pytest.mark.parametrize(
    ("name", "crs", "box"),
    [
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "OGC:CRS84", (1, 2, 1, 2)),
        ("urn:ogc:def:crs:EPSG::4326", "OGC:CRS84", (1, 2, 1, 2)),
        ("urn:ogc:def:crs:EPSG::3857", "urn:ogc:def:crs:EPSG::3857", None),
        (None, "unknown", None),
    ],
)
def test_the_crs_of_2008(name: Any, crs: str, box: Any) -> None:
    document = {"type": "Point", "coordinates": [1, 2], "crs": {"properties": {"name": name}}}
    found = look(text(document))
    assert (found.crs, found.bbox) == (crs, box)


def test_coordinates_of_another_crs_need_no_degrees() -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::26914"}}
    found = look(text({"type": "Point", "crs": crs, "coordinates": [500000, 4200000]}))
    assert (found.kind, found.bbox) == ("spatial", None)


def test_pieces_do_not_depend_on_where_chunks_end(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = text(
        {"é": "ü€𝄞", "features": [feature(POINT), feature(None)], "type": "x", "n": -1234.5e-3}
    )
    raw = (
        raw.replace(b"-1.2345", b"-1234.5e-3")
        .replace(b"\\u00e9", "é".encode())
        .replace(b"\\u20ac", "€".encode())
    )
    whole = look(raw)
    for size in range(1, 40):
        monkeypatch.setattr(_json_pieces, "CHUNK", size)
        assert look(raw) == whole


def test_a_large_file_takes_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two megabytes that are never there as a whole; the memory is that of the chunks."""

    class Endless(io.RawIOBase):
        def __init__(self) -> None:
            one = text(feature(POINT)) + b","
            self.pieces: Iterator[bytes] = itertools.chain(
                [b'{"type": "FeatureCollection", "features": ['],
                itertools.repeat(one * 500, 40),
                [one[:-1], b"]}"],
            )
            self.size = 0

        def read(self, size: int = -1) -> bytes:
            return next(self.pieces, b"")

    monkeypatch.setattr(_json_pieces, "CHUNK", 1 << 14)
    stream = Endless()
    seen = openers._api.File(stream=stream, path="a", size=1, head=b"{")  # type: ignore[arg-type]
    stream.seek = lambda *_: 0  # type: ignore[method-assign]
    from kfm_gates.evidence.openers import geojson as opener

    tracemalloc.start()
    try:
        found = opener.look(seen)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found.count == 20_001
    assert peak < 1 << 20


def test_a_piece_that_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_json_pieces, "MAX_PIECE", 1000)
    monkeypatch.setattr(_json_pieces, "CHUNK", 100)
    for raw in (b'["' + b"a" * 5000, b'{"a": "' + b"a" * 5000, b"[[" + b"1," * 5000):
        with pytest.raises(EvidenceInvalid) as caught:
            look(raw, "a.json")
        assert caught.value.code == "OUTPUT_TOO_COMPLEX"
    monkeypatch.setattr(_json_pieces, "MAX_MEMBERS", 3)
    with pytest.raises(EvidenceInvalid) as caught:
        look(b'{"a":1,"b":1,"c":1,"d":1}', "a.json")
    assert caught.value.code == "OUTPUT_TOO_COMPLEX"


def test_a_million_names_are_fast_to_compare() -> None:
    members = b",".join(b'"k%d":0' % n for n in range(50_000))
    with pytest.raises(EvidenceInvalid, match="k49999"):
        look(b'{"a":{' + members + b',"k49999":1}}', "a.json")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "coordinates", "features", "geometry", "properties", "a"]),
            inner | st.sampled_from(["Feature", "FeatureCollection", "Point", "Polygon"]),
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(VALUES)
def test_whatever_json_says_only_refusals_come(value: Any) -> None:
    for path in ("a.json", "a.geojson"):
        assert outcome(text(value), path) in KINDS


@given(st.binary(max_size=60), st.sampled_from([b"", b"{", b"[", b'{"type":"Feature",']))
def test_whatever_bytes_there_are_only_refusals_come(raw: bytes, start: bytes) -> None:
    assert outcome(start + raw, "a.geojson") in KINDS

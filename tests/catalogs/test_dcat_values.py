"""Dates, places, addresses and media types of DCAT, one by one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kfm_gates.catalogs import internal, references
from kfm_gates.catalogs.dcat import (
    addresses,
    check_bytes,
    check_document,
    check_terms,
    geometry,
    times,
)
from kfm_gates.catalogs.dcat.model import Value
from kfm_gates.catalogs.rdf import namespaces as ns

WKT = f"{ns.GEOSPARQL}wktLiteral"
CRS84 = "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"
EPSG = "<http://www.opengis.net/def/crs/EPSG/0/4326>"


@pytest.mark.parametrize(
    ("text", "box"),
    [
        ("POINT(-98.5 37)", (-98.5, 37, -98.5, 37)),
        ("point z (1 2 3)", (1, 2, 1, 2)),
        ("POINTZM(1 2 3 4)", (1, 2, 1, 2)),
        ("LINESTRING(0 0, 1 2)", (0, 0, 1, 2)),
        ("POLYGON ((0 0, 2 0, 2 1, 0 0), (0.5 0.1, 1 0.1, 1 0.2, 0.5 0.1))", (0, 0, 2, 1)),
        ("MULTIPOINT(0 1, 2 3)", (0, 1, 2, 3)),
        ("MULTIPOINT((0 1), (2 3))", (0, 1, 2, 3)),
        ("MULTILINESTRING((0 0, 1 1), (2 2, 3 3))", (0, 0, 3, 3)),
        ("MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)), ((2 2, 3 2, 3 3, 2 2)))", (0, 0, 3, 3)),
        ("GEOMETRYCOLLECTION(POINT(0 0), LINESTRING(1 1, 2 2))", (0, 0, 2, 2)),
        ("ENVELOPE(170, -170, -10, 10)", (170, -10, -170, 10)),
        ("BBOX(-10, -5, 10, 5)", (-10, -5, 10, 5)),
        (f"{CRS84} POINT(-98.5 37)", (-98.5, 37, -98.5, 37)),
        (f"{EPSG} POINT(37 -98.5)", (-98.5, 37, -98.5, 37)),
        ("-98.68,37.23,-94.77,39.11", (-98.68, 37.23, -94.77, 39.11)),
        ("170 -10 -170 10", (170, -10, -170, 10)),
        ('{"type": "Point", "coordinates": [1, 2, 3]}', (1, 2, 1, 2)),
        (
            '{"type": "Feature", "geometry": {"type": "Polygon",'
            ' "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}}',
            (0, 0, 1, 1),
        ),
        (
            '{"type": "GeometryCollection", "geometries": [{"type": "MultiPoint",'
            ' "coordinates": [[0, 0], [5, 6]]}]}',
            (0, 0, 5, 6),
        ),
        ("POINT(1e1 -.5)", (10, -0.5, 10, -0.5)),
    ],
)
def test_extents(text: str, box: geometry.Box) -> None:
    assert geometry.box(text, WKT if text[0] not in "{-1" else "") == box


@pytest.mark.parametrize(
    "text",
    [
        "POINT",
        "POINT()",
        "POINT EMPTY",
        "POINT(1)",
        "POINT(1 2",
        "POINT(1 2))",
        "POINT(1 2) POINT(3 4)",
        "POINT(1 2, 3 4)",
        "POINT(1,2)",
        "POINT(one two)",
        "POINT(1 2 3 4 5)",
        "POINT(0x10 1)",
        "POINT(1_0 1)",
        "POINT(inf 1)",
        "POINT(1e999 1)",
        "LINESTRING(0 0)",
        "POLYGON((0 0, 1 0, 1 1))",
        "POLYGON((0 0, 1 0, 1 1, 0 1))",
        "POLYGON(0 0, 1 0, 1 1, 0 0)",
        "CIRCLE(0 0)",
        "SRID=4326;POINT(1 2)",
        "ENVELOPE(1, 2, 5, 4)",
        "ENVELOPE(1, 2, 3)",
        "BBOX(1, 2, 3)",
        "GEOMETRYCOLLECTION(POINT(0 0) POINT(1 1))",
        "GEOMETRYCOLLECTION(" * 40 + "POINT(0 0)" + ")" * 40,
        "POINT(1 2) \x00",
        '{"type": "Point"}',
        '{"type": "Point", "coordinates": [true, 1]}',
        '{"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1]]]}',
        '{"type": "Polygon", "coordinates": []}',
        '{"type": "Circle", "coordinates": [0, 0]}',
        '{"type": "FeatureCollection", "features": []}',
        '{"type": "Feature", "geometry": null}',
        '{"type": "Point", "type": "Point", "coordinates": [0, 0]}',
        '{"type": "Point", "coordinates": [NaN, 1]}',
        "{}",
        "POINT(" + "1 " * 600_000 + ")",
    ],
)
def test_malformed_places(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w") as refused:
        geometry.box(text, "" if text.startswith("{") else WKT)
    assert not isinstance(refused.value, geometry.OutOfRangeError)


@pytest.mark.parametrize(
    "text", ["POINT(37 -98.5)", "POINT(181 0)", f"{EPSG} POINT(-98.5 37)", "ENVELOPE(0, 181, 0, 1)"]
)
def test_places_beyond_the_globe(text: str) -> None:
    with pytest.raises(geometry.OutOfRangeError):
        geometry.box(text, WKT)


@pytest.mark.parametrize(
    ("text", "datatype"),
    [
        ("Kansas", ""),
        ("<gml:Point/>", f"{ns.GEOSPARQL}gmlLiteral"),
        ("<http://www.opengis.net/def/crs/EPSG/0/31467> POINT(3500000 5500000)", WKT),
        ("https://www.geonames.org/390903", ""),
    ],
)
def test_places_that_are_not_read(text: str, datatype: str) -> None:
    with pytest.raises(geometry.UnknownError):
        geometry.box(text, datatype)


@given(st.text(alphabet='POINTLGENVE(),. -+123456789eZM{}[]":', max_size=40))
def test_any_text_is_a_place_or_is_refused(text: str) -> None:
    for datatype in ("", WKT):
        try:
            box = geometry.box(text, datatype)
        except (ValueError, geometry.UnknownError):
            continue
        assert -180 <= box[0] <= 180
        assert -90 <= box[1] <= box[3] <= 90


def test_unions() -> None:
    assert geometry.union([]) is None
    assert geometry.union([(170, 0, -170, 1)]) == (170, 0, -170, 1)
    assert geometry.union([(0, 0, 1, 1), (2, -1, 3, 0)]) == (0, -1, 3, 1)
    assert geometry.union([(170, 0, -170, 1), (0, 0, 1, 1)]) is None


def date(text: str, datatype: str = "") -> times.Span:
    return times.span(Value(text, "literal", f"{ns.XSD}{datatype}" if datatype else ""))


@pytest.mark.parametrize(
    ("text", "datatype"),
    [
        ("2026", "gYear"),
        ("2026-02", "gYearMonth"),
        ("2026-02-28", "date"),
        ("2024-02-29Z", "date"),
        ("2026-02-28T12:00:00Z", "dateTime"),
        ("2026-02-28T12:00:00.123456789012+01:00", "dateTime"),
        ("2026-02-28T12:00:00-14:00", "dateTimeStamp"),
        (" 2026-02-28 ", ""),
        ("2026-02-28T12:00", ""),
    ],
)
def test_dates(text: str, datatype: str) -> None:
    span = date(text, datatype)
    assert span.first <= span.last
    assert span.typed


@pytest.mark.parametrize(
    ("text", "datatype"),
    [
        ("", ""),
        ("26", ""),
        ("2026-2", ""),
        ("2026-02-30", ""),
        ("2023-02-29", ""),
        ("2026-13", ""),
        ("2026-00-01", ""),
        ("2026Z", ""),
        ("2026-02-28T24:01:00Z", ""),
        ("2026-02-28T12:00:00+25:00", ""),
        ("2026-02-28T12:00:00+01:60", ""),
        ("2026-02-28 12:00:00", ""),
        ("2026-02-28", "dateTime"),
        ("2026-02-28T12:00:00Z", "date"),
        ("2026-02-28T12:00Z", "dateTime"),
        ("0001", ""),
        ("0000-01-01", ""),
        ("9999-12-31", ""),
        ("9999-12-31T23:59:59-12:00", ""),
        ("\uff10123", ""),
        ("yesterday", ""),
    ],
)
def test_dates_that_are_none(text: str, datatype: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        date(text, datatype)


def test_a_date_is_as_long_as_it_is_written() -> None:
    day = dt.timedelta(days=1, microseconds=-1)
    assert date("2026-02-28").last - date("2026-02-28").first == day
    assert date("2024").last == dt.datetime(2024, 12, 31, 23, 59, 59, 999999, tzinfo=dt.UTC)
    assert date("2024-02").last.day == 29
    assert not date("2026-02-18", "string").typed


@pytest.mark.parametrize(
    ("first", "second", "after"),
    [
        ("2026-02-19", "2026-02-18", True),
        ("2026-02-18", "2026-02-18", False),
        ("2026-02-18T10:00:00Z", "2026-02-18", False),
        ("2026-02-19T10:00:00Z", "2026-02-18", False),  # it may be yesterday somewhere
        ("2026-02-20T00:00:00Z", "2026-02-18", True),
        ("2026", "2026-02-18", False),
        ("2026-02-18T10:00:00+02:00", "2026-02-18T08:00:00Z", False),
        ("2026-02-18T10:00:01+02:00", "2026-02-18T08:00:00Z", True),
    ],
)
def test_which_date_is_later(first: str, second: str, after: bool) -> None:
    assert date(first).after(date(second)) is after


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org",
        "https://example.org:8443/a?b=c#d",
        "https://xn--mnchen-3ya.example/a",
        "https://[2001:db8::1]/a",
        "https://127.0.0.1/a",
        "s3://bucket/key",
        "ftp://example.org/a",
    ],
)
def test_addresses(url: str) -> None:
    assert addresses.problem(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://",
        "https:///a",
        "https://exa mple.org/",
        "https://example.org/a b",
        "https://example.org/<a>",
        "https://example.org/\u202etxt.exe",
        "https://user@example.org/",
        "https://user:pw@example.org/",
        "https://example.org:0/",
        "https://example.org:99999/",
        "https://example.org:x/",
        "https://example.org:/",
        "https://-a.example.org/",
        "https://[::1",
        "https://a..b/",
        "javascript:alert(1)",
        "data:text/html,x",
        "mailto:a@example.org",
        "file:///etc/passwd",
        "https://example.org/" + "a" * 5000,
    ],
)
def test_addresses_that_are_none(url: str) -> None:
    assert addresses.problem(url)


@pytest.mark.parametrize(
    ("value", "good"),
    [
        (Value("mailto:water@example.org", "iri"), True),
        (Value("MAILTO:water+wells@data.example.org?subject=x", "iri"), True),
        (Value("water@example.org"), True),
        (Value("water@example.org", "iri"), False),
        (Value("mailto:water", "iri"), False),
        (Value("mailto:water@host", "iri"), False),
        (Value("mailto:water@example.org\nbcc:x@example.org"), False),
        (Value("https://example.org/", "iri"), False),
        (Value(""), False),
    ],
)
def test_e_mail_addresses(value: Value, good: bool) -> None:
    assert check_document.reachable(value) is good


@pytest.mark.parametrize(
    ("value", "good"),
    [
        (Value("https://www.iana.org/assignments/media-types/text/csv", "iri"), True),
        (Value("http://www.iana.org/assignments/media-types/image/tiff", "iri"), True),
        (Value("text/csv"), True),
        (Value("image/tiff; application=geotiff; profile=cloud-optimized"), True),
        (Value('text/csv; charset="utf-8"'), True),
        (Value("http://publications.europa.eu/resource/authority/file-type/CSV", "iri"), True),
        (Value("http://publications.europa.eu/resource/authority/file-type/", "iri"), False),
        (Value("https://example.org/text/csv", "iri"), False),
        (Value(references.BASE + "catalog/text/csv", "iri"), False),
        (Value("csv"), False),
        (Value("text/"), False),
        (Value("text/csv; "), False),
        (Value("text/csv/x"), False),
        (Value(""), False),
    ],
)
def test_media_types(value: Value, good: bool) -> None:
    assert (check_terms.media_type(value) is not None) is good


@pytest.mark.parametrize(
    ("value", "size"),
    [
        (Value("17"), 17),
        (Value("+17"), 17),
        (Value("5120.0"), 5120),
        (Value("17.5"), None),
        (Value("-1"), None),
        (Value("1e3"), None),
        (Value("\uff117"), None),
        (Value("9" * 30), None),
        (Value("17", "iri"), None),
        (Value(""), None),
    ],
)
def test_sizes(value: Value, size: int | None) -> None:
    assert check_bytes.whole(value) == size


class Files:
    """One file of a run."""

    def size(self, path: str) -> int | None:
        return 1 if path == "artifacts/data/raw/x.csv" else None

    def is_directory(self, path: str) -> bool:
        return path == "artifacts/data/raw"


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("data/raw/wells.csv", True),
        ("see data/work/runs for more", True),
        ("https://lake.example.org/data/quarantine/x", True),
        ("s3://bucket/data%2Fraw/x", True),
        ("s3://bucket/data%252Fraw/x", True),
        ("data\\raw\\x", True),
        ("/mnt/lake/DATA/RAW/x", True),
        ("data/./raw//x", True),
        ("kfm://lake/data/raw/wells.csv", True),
        ("../artifacts/data/raw/x.csv#data/raw/x.csv", True),
        ("#data/raw/x.csv", True),
        ("https://lake.example.org/data/x/../raw/y", True),
        ("https://lake.example.org/x/data/./y/.././raw/z", True),
        ("s3://kfm-data/raw/x", True),
        ("/mnt/lake_data/work/x", True),
        ("https://h/data%25252Fraw/x", True),
        ("https://h/data%2525252525252Fraw/x", True),
        ("da\u200bta/ra\u200dw/x", True),
        ("data\uff0fraw\uff0fx", True),
        ("data/raw", True),
        ("s3://bucket/data/raw", True),
        ("kfm://lake/data/raw", True),
        ("Derived from raw data/work of many.", False),
        ("https://github.com/o/r/tree/main/data/raw", False),
        ("https://github.com/o/r/tree/main/data/raw/x.csv", True),
        ("https://github.com/o/data/raw/main/x.csv", False),
        ("https://github.com/o/data/raw/main/data/raw/x.csv", True),
        ("https://github.com/o/r/data/raw/x.csv", True),
        ("100% of data", False),
        ("50%20x/y", False),
        ("Brunnen f\u00fcr Daten/Rohdaten", False),
        ("metadata/raw/x", False),
        ("data/rawhide/x", False),
        ("data/processed/x", False),
        ("raw data", False),
        ("big-data/raw-materials", False),
        ("artifacts/summary.csv", False),
        ("../artifacts/data/raw/x.csv", False),
        ("../artifacts/data/raw/y.csv", True),
        ("../artifacts/data/raw", False),
        (references.BASE + "artifacts/data/raw/x.csv", False),
        ("", False),
    ],
)
def test_what_leads_into_closed_zones(text: str, inside: bool) -> None:
    files: Any = Files()
    assert internal.is_internal(text, base="catalog/dcat.ttl", files=files) is inside


def test_a_document_that_lies_in_work_leads_to_what_lies_beside_it() -> None:
    files: Any = Files()
    base = "data/work/runs/wells/r/catalog/dcat.ttl"
    beside = f"{references.BASE}data/work/runs/wells/r/artifacts/gone.csv"
    assert not internal.is_internal(beside, base=base, files=files)
    other = f"{references.BASE}data/raw/x.csv"
    assert internal.is_internal(other, base="catalog/dcat.ttl", files=files)


def test_a_text_has_a_place() -> None:
    data = {"a": ["b", {"c/d": "see data/raw/x"}], "data/work/y": 1}
    assert internal.pointer_of(data, "data/raw/x") == "/a/1/c~1d"
    assert internal.pointer_of(data, "data/work/y") == "/data~1work~1y"
    assert internal.pointer_of(data, "data/raw/z") is None
    assert internal.line_of(b"a\nsee data/raw/x", "data/raw/x") == 2
    assert internal.line_of(b"a\n../raw/x", "data/raw/x") == 2
    assert internal.line_of(b"a", "b") is None


@pytest.mark.parametrize("unit", ["data/raw#", "a/../", "%25", "data/", "data//"])
def test_a_long_text_is_answered(unit: str) -> None:
    """Quadratic behaviour would not end in the time of a test."""
    assert internal.names_zone(unit * 200_000 + " ") in (True, False)
    long = "a/" * 5000 + "data/raw/x"
    assert internal.names_zone(internal.excerpt(long, 4096))


def test_strings_of_json_are_all_of_them() -> None:
    data = {"a": ["b", {"c": 1, "d": None}], "e": {"f": "g"}}
    assert sorted(internal.strings(data)) == ["a", "b", "c", "d", "e", "f", "g"]

"""Parquet, told from its footer; pyarrow writes the files and is the second opinion."""

from __future__ import annotations

import io
import json
import random
import struct
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opener_samples import KINDS, look, outcome

from kfm_gates.errors import EvidenceInvalid
from kfm_gates.evidence.openers import _api, _parquet_footer, _thrift

EDGES = ("xmin", "ymin", "xmax", "ymax")


class Wkb(pa.ExtensionType):
    """What pyarrow writes as Parquet's own type GEOMETRY, once it is registered."""

    def __init__(self, crs: str = "") -> None:
        self.crs = crs
        super().__init__(pa.binary(), "geoarrow.wkb")

    def __arrow_ext_serialize__(self) -> bytes:
        return json.dumps({"crs": self.crs} if self.crs else {}).encode()

    @classmethod
    def __arrow_ext_deserialize__(cls, storage: Any, serialized: bytes) -> Wkb:
        return cls(json.loads(serialized).get("crs", ""))


@pytest.fixture
def registered() -> Iterator[None]:
    pa.register_extension_type(Wkb())
    yield
    pa.unregister_extension_type("geoarrow.wkb")


def point(x: float, y: float) -> bytes:
    return struct.pack("<BIdd", 1, 1, x, y)


def write(table: Any, **options: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, **options)
    return out.getvalue()


POINTS = [point(-98.5, 38.5), point(-95.0, 37.0)]
BOXES = [dict(zip(EDGES, (x, y, x, y), strict=True)) for x, y in ((-98.5, 38.5), (-95.0, 37.0))]
COVERING = {"bbox": {edge: ["bbox", edge] for edge in EDGES}}


def geoparquet(metadata: Any = None, *, geo: Any = None, **column: Any) -> bytes:
    table = pa.table({"geometry": POINTS, "bbox": BOXES})
    described = {"encoding": "WKB", "geometry_types": ["Point"], **column}
    stated = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": described}}
    raw = metadata if metadata is not None else json.dumps(stated if geo is None else geo)
    return write(table.replace_schema_metadata({b"geo": raw}), row_group_size=1)


def test_a_plain_table_is_not_spatial() -> None:
    found = look(write(pa.table({"county": ["Allen"], "wells": [12]})), "a.parquet")
    assert (found.kind, found.format, found.count) == ("not_spatial", "Parquet", 1)
    assert found.media_type == "application/vnd.apache.parquet"


@pytest.mark.parametrize("name", ["lat", "Longitude", "geometry", "well_lon", "h3_7", "wkb"])
def test_columns_that_are_called_like_places(name: str) -> None:
    assert look(write(pa.table({name: [1]})), "a.parquet").kind == "unclassified"
    assert look(write(pa.table({"a": [{name: 1}]})), "a.parquet").kind == "unclassified"


@pytest.mark.parametrize(
    ("column", "box"),
    [
        ({"bbox": [-100, 30, -90, 40]}, (-100, 30, -90, 40)),
        ({"bbox": [-100, 30, 0, -90, 40, 9]}, (-100, 30, -90, 40)),
        ({"bbox": [170, 30, -170, 40]}, (170, 30, -170, 40)),
        ({"covering": COVERING}, (-98.5, 37.0, -95.0, 38.5)),
        ({"covering": {"bbox": {**COVERING["bbox"], "xmin": ["bbox", "nothing"]}}}, None),
        ({"covering": {"bbox": 3}}, None),
        ({}, None),
        ({"crs": None, "bbox": [0, 0, 1, 1]}, None),
        ({"crs": {"type": "ProjectedCRS", "name": "UTM"}, "bbox": [5e5, 4e6, 6e5, 5e6]}, None),
    ],
)
def test_geoparquet(column: dict[str, Any], box: Any) -> None:
    found = look(geoparquet(**column), "a.parquet")
    assert (found.kind, found.format, found.count) == ("spatial", "GeoParquet", 2)
    assert found.bbox == box
    assert found.geometry_types == ("Point",)


@pytest.mark.parametrize(
    ("crs", "name", "in_degrees"),
    [
        ({"id": {"authority": "EPSG", "code": 4326}}, "EPSG:4326", True),
        ({"id": {"authority": "OGC", "code": "CRS84"}}, "OGC:CRS84", True),
        ({"id": {"authority": "EPSG", "code": 26914}, "type": "ProjectedCRS"}, "EPSG:26914", False),
        (
            {
                "type": "GeographicCRS",
                "name": "Clarke 1866",
                "coordinate_system": {"axis": [{"unit": "degree"}, {"unit": "degree"}]},
            },
            "Clarke 1866",
            True,
        ),
        ({"type": "GeographicCRS", "name": "x"}, "x", False),
        ({"type": "GeographicCRS"}, "unnamed", False),
        ("EPSG:4326", "unknown", False),
    ],
)
def test_crs(crs: Any, name: str, in_degrees: bool) -> None:
    found = look(geoparquet(crs=crs, bbox=[1, 2, 3, 4]), "a.parquet")
    assert found.crs == name
    assert (found.bbox is not None) == in_degrees


@pytest.mark.parametrize(
    ("metadata", "why"),
    [
        ("{", "GeoParquet metadata"),
        ('{"columns": {}, "columns": {}}', "twice"),
        ("[]", "no primary column"),
        ("{}", "no primary column"),
        ('{"primary_column": "geometry"}', "no primary column"),
        ('{"primary_column": ["geometry"], "columns": {}}', "no primary column"),
        ('{"primary_column": "g", "columns": {"g": {}}}', "does not exist"),
        ('{"primary_column": "geometry", "columns": {"geometry": {"bbox": [1, 2]}}}', "is none"),
        ('{"primary_column": "geometry", "columns": {"geometry": {"bbox": ["1"]}}}', "is none"),
        (
            '{"primary_column": "geometry", "columns": {"geometry": {"bbox": [0, 0, 5e5, 4e6]}}}',
            "not in degrees",
        ),
    ],
)
def test_metadata_that_are_none(metadata: str, why: str) -> None:
    with pytest.raises(EvidenceInvalid, match=why) as caught:
        look(geoparquet(metadata), "a.parquet")
    assert caught.value.code == "OUTPUT_MALFORMED"


@pytest.mark.parametrize(
    ("crs", "name", "box"),
    [
        ("", "OGC:CRS84", (-98.5, 37.0, -95.0, 38.5)),
        ("EPSG:4326", "EPSG:4326", (-98.5, 37.0, -95.0, 38.5)),
        ("EPSG:3857", "EPSG:3857", None),
    ],
)
def test_the_types_of_parquet_itself(registered: None, crs: str, name: str, box: Any) -> None:
    column = pa.ExtensionArray.from_storage(Wkb(crs), pa.array(POINTS))
    found = look(write(pa.table({"place": column}), row_group_size=1), "a.parquet")
    assert (found.kind, found.format) == ("spatial", "Parquet with geometries")
    assert (found.bbox, found.geometry_types) == (box, ("Point",))
    assert found.crs == name or crs == "EPSG:4326"  # pyarrow may leave out what is the default


def test_geoarrow_is_spatial() -> None:
    storage = pa.struct([("lng", pa.float64()), ("u", pa.float64())])
    field = pa.field("place", storage, metadata={"ARROW:extension:name": "geoarrow.point"})
    array = pa.array([{"lng": 1.0, "u": 2.0}], storage)
    found = look(write(pa.Table.from_arrays([array], schema=pa.schema([field]))), "a.parquet")
    assert (found.kind, found.format) == ("spatial", "Parquet with GeoArrow")


def test_the_footer_is_read_as_pyarrow_reads_it() -> None:
    table = pa.table(
        {
            "a": [1, 2, 3],
            "b": [{"x": 1.5, "y": ["p"]}, {"x": None, "y": []}, None],
            "c": pa.array([1.0, -2.5, 9.25], pa.float32()),
            "d": [{"k": {"deep": [[1]]}}] * 3,
        }
    ).replace_schema_metadata({b"k": b"v", b"empty": b""})
    for options in ({}, {"row_group_size": 1}, {"version": "1.0"}, {"compression": "none"}):
        raw = write(table, **options)
        theirs = pq.read_metadata(io.BytesIO(raw))
        (length,) = struct.unpack("<I", raw[-8:-4])
        file = _api.File(stream=io.BytesIO(raw), path="a", size=len(raw), head=raw[:99])
        ours = _parquet_footer.Footer(file, raw[-8 - length : -8])
        assert ours.rows == theirs.num_rows
        paths = [theirs.schema.column(n).path for n in range(theirs.num_columns)]
        assert [column.path for column in ours.columns] == paths
        assert {k: v for k, v in ours.keys.items() if k != b"ARROW:schema"} == {
            k: v for k, v in theirs.metadata.items() if k != b"ARROW:schema"
        }
        column = ours.column("c")
        assert column is not None
        assert (column.least, column.most) == (-2.5, 9.25)
        assert column.chunks == theirs.num_row_groups


def test_a_file_that_was_cut_off_anywhere() -> None:
    raw = geoparquet()
    for length in range(0, len(raw), 7):
        with pytest.raises(EvidenceInvalid) as caught:
            look(raw[:length], "a.parquet")
        assert caught.value.code == "OUTPUT_MALFORMED"


def test_data_that_are_not_in_the_file() -> None:
    raw = write(pa.table({"a": list(range(999))}))
    (length,) = struct.unpack("<I", raw[-8:-4])
    with pytest.raises(EvidenceInvalid, match="behind its end"):
        look(raw[:4] + raw[-8 - length :], "a.parquet")


def test_an_encrypted_one_and_a_long_footer() -> None:
    assert look(b"PARE" + bytes(40), "a.parquet").kind == "unclassified"
    with pytest.raises(EvidenceInvalid, match="too long") as caught:
        look(b"PAR1" + bytes(40) + struct.pack("<I", 1 << 31) + b"PAR1", "a.parquet")
    assert caught.value.code == "OUTPUT_TOO_COMPLEX"
    for footer in (b"", b"\0", b"\xff" * 9, b"\x19\xf5\xff\xff\xff\xff\x0f"):
        raw = b"PAR1" + footer + struct.pack("<I", len(footer)) + b"PAR1"
        with pytest.raises(EvidenceInvalid) as caught:
            look(raw, "a.parquet")
        assert caught.value.code == "OUTPUT_MALFORMED"


def compact(value: Any) -> tuple[int, bytes]:
    """Type and bytes of a value in Thrift's compact protocol; dicts are structs by number."""
    if isinstance(value, int):
        return _thrift.I64, varint(value * 2 if value >= 0 else -value * 2 - 1)
    if isinstance(value, float):
        return _thrift.DOUBLE, struct.pack("<d", value)
    if isinstance(value, str | bytes):
        raw = value.encode() if isinstance(value, str) else value
        return _thrift.BINARY, varint(len(raw)) + raw
    if isinstance(value, list):
        parts = [compact(entry) for entry in value]
        kind = parts[0][0] if parts else _thrift.STRUCT
        return _thrift.LIST, bytes([0xF0 | kind]) + varint(len(parts)) + b"".join(
            raw for _, raw in parts
        )
    fields = ((number, *compact(entry)) for number, entry in value.items())
    return _thrift.STRUCT, b"".join(
        bytes([kind]) + varint(number * 2) + raw for number, kind, raw in fields
    ) + b"\0"


def varint(number: int) -> bytes:
    out = b""
    while number > 0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def footer(
    *chunks: Any, logical: Any = None, keys: Any = (), columns: int = 1, **other: Any
) -> bytes:
    """A file that is a footer only: its columns, and the chunks of one in groups of their own."""
    leaf = {4: "field", 1: 5} | ({10: logical} if logical else {})
    schema = [{4: "schema", 5: columns}, *[leaf] * columns]
    groups = [{1: [chunk], 3: 1} for chunk in chunks]
    listed = [{1: key, 2: value} for key, value in keys]
    fields = {1: 2, 2: schema, 3: 1, 4: groups, 5: listed} | other.get("fields", {})
    raw = compact(fields)[1]
    return b"PAR1" + raw + struct.pack("<I", len(raw)) + b"PAR1"


def chunk(**meta: Any) -> Any:
    return {2: 4, 3: {1: 5, 7: 4, 9: 4, **{int(k[1:]): v for k, v in meta.items()}}}


GEO_STATISTICS = {1: {1: 1.0, 2: 3.0, 3: 2.0, 4: 4.0}, 2: [1, 1003]}


def test_a_footer_written_by_hand() -> None:
    assert look(footer(chunk()), "a.parquet").kind == "not_spatial"
    geometry = {17: {}}
    found = look(footer(chunk(_17=GEO_STATISTICS), logical=geometry), "a.parquet")
    assert (found.kind, found.crs, found.bbox) == ("spatial", "OGC:CRS84", (1, 2, 3, 4))
    assert found.geometry_types == ("Point", "Polygon")
    named = look(footer(chunk(_17=GEO_STATISTICS), logical={18: {1: "EPSG:9"}}), "a.parquet")
    assert (named.kind, named.crs, named.bbox) == ("spatial", "EPSG:9", None)


def test_an_extent_of_some_row_groups_is_none() -> None:
    for chunks in ((chunk(_17=GEO_STATISTICS), chunk()), (chunk(), chunk(_17=GEO_STATISTICS))):
        found = look(footer(*chunks, logical={17: {}}), "a.parquet")
        assert (found.kind, found.bbox) == ("spatial", None)


def test_a_logical_type_of_tomorrow_may_be_a_place() -> None:
    assert look(footer(chunk(), logical={19: {}}), "a.parquet").kind == "unclassified"
    assert look(footer(chunk(), logical={16: {}}), "a.parquet").kind == "not_spatial"


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (footer({1: "other.parquet", 3: {}}), "another file"),
        (footer(chunk(_9=3)), "behind its end"),
        (footer(chunk(_7=-1)), "behind its end"),
        (footer(chunk(_7=1 << 60)), "behind its end"),
        (footer(chunk(_9="4")), "no number"),
        (footer(chunk(), keys=[("geo", "{}"), ("geo", "{}")]), "comes twice"),
        (footer(chunk(), keys=[("geo", 3)]), "comes twice"),
        (footer(chunk(), keys=[(3, "geo")]), "no name"),
        (footer(chunk(), columns=2), "other columns"),
        (footer(chunk(), fields={4: [{1: [chunk(), chunk()]}]}), "other columns"),
        (footer(chunk(), fields={4: [3]}), "row group"),
        (footer(chunk(), fields={2: [{4: "schema", 5: 2}, {4: "a"}]}), "no tree"),
        (footer(chunk(), fields={2: [{4: "schema", 5: 1}, {4: "a"}, {4: "b"}]}), "no tree"),
        (footer(chunk(), fields={2: [{4: "schema", 5: -1}]}), "no tree"),
        (footer(chunk(), fields={2: [{5: 1}]}), "no tree"),
        (footer(fields={2: []}), "no tree"),
        (footer(fields={2: [{4: "schema"}]}), "lacks the schema"),
        (footer(chunk(), fields={3: -1}), "lacks the schema"),
        (footer(chunk(), fields={3: "1"}), "lacks the schema"),
    ],
)
def test_a_footer_that_contradicts_itself(raw: bytes, why: str) -> None:
    with pytest.raises(EvidenceInvalid, match=why) as caught:
        look(raw, "a.parquet")
    assert caught.value.code == "OUTPUT_MALFORMED"


def refuse(why: str) -> Any:
    raise ValueError(why)


def test_thrift_is_bounded() -> None:
    nested = b"\x1c" * 5000
    with pytest.raises(ValueError, match="nested"):
        _thrift.Thrift(nested, refuse).value(_thrift.STRUCT)
    with pytest.raises(ValueError, match="longer than"):
        list(_thrift.Thrift(b"\xf5\xff\xff\xff\xff\x0f", refuse).items())
    with pytest.raises(ValueError, match="too long"):
        _thrift.Thrift(b"\xff" * 20, refuse).value(_thrift.I64)
    with pytest.raises(ValueError, match="unknown type"):
        _thrift.Thrift(b"\x0d", refuse).value(13)
    with pytest.raises(ValueError, match="ends in the middle"):
        _thrift.Thrift(b"\x05abc", refuse).value(_thrift.BINARY)


SEEDS = (
    geoparquet(bbox=[1, 2, 3, 4]),
    geoparquet(covering=COVERING),
    write(pa.table({"a": [1, 2], "s": ["x", "y"]}), row_group_size=1),
)


def test_footers_changed_at_random() -> None:
    """Some of these end the process when pyarrow reads them."""
    random_ = random.Random(20260218)
    kinds = set()
    for _ in range(3000):
        raw = bytearray(random_.choice(SEEDS))
        (length,) = struct.unpack("<I", raw[-8:-4])
        for _ in range(random_.choice((1, 2, 8))):
            at = random_.randrange(len(raw) - 8 - length, len(raw) - 4)
            raw[at] = random_.choice((0, 1, 0x7F, 0x80, 0xFF, random_.randrange(256)))
        kinds.add(outcome(bytes(raw), "a.parquet"))
    assert {"spatial", "not_spatial", "OUTPUT_MALFORMED"} <= kinds <= KINDS


@given(st.binary(max_size=300))
def test_whatever_the_footer_is_only_refusals_come(footer: bytes) -> None:
    raw = b"PAR1" + footer + struct.pack("<I", len(footer)) + b"PAR1"
    assert outcome(raw, "a.parquet") in KINDS

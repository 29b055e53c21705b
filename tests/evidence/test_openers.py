"""All openers: which one is asked, what its answer says of a media type, and small formats."""

from __future__ import annotations

import io
import json
import random
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import opener_samples as samples
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opener_samples import KINDS, look, outcome

from kfm_gates.errors import EvidenceInvalid, EvidenceMissing, EvidenceUnreadable
from kfm_gates.evidence import openers
from kfm_gates.evidence.openers import _api
from kfm_gates.evidence.run_dir import Run
from kfm_gates.model import Layout


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zip_:
        for name in names:
            zip_.writestr(name, "x")
    return out.getvalue()


EVERY = {
    "GeoJSON": (samples.geojson((1, 2)), "spatial"),
    "GeoTIFF": (samples.tiff(samples.GEOGRAPHIC), "spatial"),
    "TIFF": (samples.tiff(), "not_spatial"),
    "FlatGeobuf": (b"fgb\x03fgb\x00" + struct.pack("<I", 4) + bytes(4), "spatial"),
    "PMTiles": (samples.pmtiles(-100, 30, -90, 40), "spatial"),
    "GeoPackage": (samples.sqlite(), "spatial"),
    "MBTiles": (samples.sqlite(b"MPBX"), "spatial"),
    "SQLite": (samples.sqlite(bytes(4)), "unclassified"),
    "Shapefile": (samples.shapefile(), "spatial"),
    "zipped shapefile": (archive("a/wells.SHP", "a/wells.dbf"), "spatial"),
    "KMZ": (archive("doc.kml"), "spatial"),
    "zipped file geodatabase": (archive("wells.gdb/a00000001.gdbtable"), "spatial"),
    "ZIP": (archive("table.csv"), "unclassified"),
    "KML": (b'<?xml version="1.0"?>\n<!-- x -->\n<kml xmlns="k"></kml>', "spatial"),
    "GML": (b"<gml:FeatureCollection xmlns:gml='g'/>", "spatial"),
    "PNG": (samples.png((b"tEXt", b"Software\0matplotlib")), "not_spatial"),
    "JPEG": (samples.jpeg((0xFFE0, b"JFIF\0")), "not_spatial"),
    "GIF": (b"GIF89a" + bytes(7) + b";", "not_spatial"),
    "WebP": (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "unclassified"),
    "PDF": (b"%PDF-1.7\n", "unclassified"),
    "gzip": (b"\x1f\x8b\x08" + bytes(9), "unclassified"),
    "HDF5": (b"\x89HDF\r\n\x1a\n" + bytes(9), "unclassified"),
    "NetCDF": (b"CDF\x01" + bytes(9), "unclassified"),
    "LAS": (b"LASF" + bytes(20) + b"\x01\x04" + bytes(9), "spatial"),
    "GRIB": (b"GRIB\0\0\0\x02" + bytes(9), "spatial"),
    "JSON": (b'{"a": 1}', "not_spatial"),
    "text": (b"county,wells\nAllen,12\n", "unclassified"),
    "unknown bytes": (b"\x00\x01\x02\x03", "unclassified"),
}


@pytest.mark.parametrize("name", EVERY)
def test_every_format(name: str) -> None:
    raw, kind = EVERY[name]
    found = look(raw)
    assert (found.format, found.kind) == (name, kind)
    assert (found.media_type is None) == (name in ("text", "unknown bytes"))


@pytest.mark.parametrize("name", EVERY)
def test_its_own_media_type_is_right_and_others_are_wrong(name: str) -> None:
    found = look(EVERY[name][0])
    for right in {*found.also, found.media_type} - {None}:
        assert right is not None
        assert not openers.contradicts(right, found)
        assert not openers.contradicts(right.upper() + "; charset=utf-8", found)
    assert not openers.contradicts("application/octet-stream", found)
    for other, (raw, _) in EVERY.items():
        real = look(raw).media_type
        if real is None or real.split(";")[0] in {*found.also, str(found.media_type).split(";")[0]}:
            continue
        assert openers.contradicts(real, found), (name, other)


@pytest.mark.parametrize(
    ("name", "stated", "wrong"),
    [
        ("text", "text/csv", False),
        ("text", "text/plain; charset=utf-8", False),
        ("text", "application/x-unheard-of", False),
        ("text", "image/x-unheard-of", True),
        ("text", "application/geo+json", True),
        ("unknown bytes", "text/csv", True),
        ("unknown bytes", "application/x-unheard-of", False),
        ("unknown bytes", "image/x-unheard-of", False),
        ("unknown bytes", "image/tiff", True),
        ("ZIP", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", False),
        ("ZIP", "text/csv", True),
        ("JSON", "application/ld+json", False),
        ("JSON", "application/geo+json", True),
        ("JSON", "text/csv", True),
        ("GeoJSON", "application/vnd.ogc.fg+json", False),
        ("PNG", "application/x-unheard-of", True),
        ("PNG", "", True),
        ("SQLite", "application/geopackage+sqlite3", True),
        ("GeoPackage", "application/vnd.sqlite3", False),
    ],
)
def test_what_a_media_type_may_say(name: str, stated: str, wrong: bool) -> None:
    assert openers.contradicts(stated, look(EVERY[name][0])) is wrong


def test_the_name_of_a_file_makes_it_nothing() -> None:
    assert look(EVERY["GeoTIFF"][0], "a.csv").kind == "spatial"
    assert look(EVERY["text"][0], "a.csv").kind == "unclassified"
    for suffix in ("tif", "parquet", "gpkg", "fgb", "pmtiles", "zip", "png", "shp", "kml", "json"):
        with pytest.raises(EvidenceInvalid) as caught:
            look(b"nonsense", f"a.{suffix}")
        assert caught.value.code == "OUTPUT_MALFORMED"


@pytest.mark.parametrize("name", [n for n in EVERY if n not in ("text", "unknown bytes")])
def test_an_empty_file_is_of_no_format(name: str) -> None:
    media_type = look(EVERY[name][0]).media_type
    with pytest.raises(EvidenceInvalid, match="does not begin"):
        look(b"", "a", media_type)
    assert look(b"", "a.csv", "text/csv").kind == "unclassified"


def test_text_is_told_although_its_head_ends_in_a_character() -> None:
    for length in range(_api.HEAD - 4, _api.HEAD + 4):
        assert look(("a" * length + "€€").encode()).format == "text"
    assert look("€".encode()[:2]).format == "unknown bytes"


def test_the_extent_of_pmtiles() -> None:
    found = look(samples.pmtiles(-100, 30, -90.5, 40))
    assert (found.bbox, found.crs, found.count) == ((-100, 30, -90.5, 40), "OGC:CRS84", 3)
    assert look(samples.pmtiles(0, 0, 0, 0)).bbox is None
    assert look(samples.pmtiles(1, 2, 3, 4, version=2)).bbox is None
    for bounds in ((-100, 40, -90, 30), (-190, 0, 0, 1), (0, 0, 1, 91)):
        with pytest.raises(EvidenceInvalid, match="no degrees"):
            look(samples.pmtiles(*bounds))
    with pytest.raises(EvidenceInvalid, match="the tiles behind its end"):
        look(samples.pmtiles(1, 2, 3, 4, length=1 << 60))


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"fgb\x03fgb\x00" + struct.pack("<I", 500), "behind its end"),
        (b"fgb\x03fgb\x00" + struct.pack("<I", 1 << 31), "too long"),
        (b"fgb\x03fgb", "behind its end"),
        (samples.pmtiles(1, 2, 3, 4)[:100], "behind its end"),
        (samples.sqlite(pages=9), "shorter than"),
        (samples.sqlite()[:50], "behind its end"),
        (samples.sqlite()[:16] + b"\x00\x03" + samples.sqlite()[18:], "page size"),
        (samples.shapefile(extra=1), "length of its header"),
        (samples.shapefile()[:60], "behind its end"),
        (archive("a.shp")[:-4], "cut off"),
        (b"PK\x03\x04" + bytes(40), "cut off"),
        (samples.png(end=False), "behind its end"),
        (samples.png()[:-9], "behind its end"),
        (samples.jpeg()[:3] + bytes(9), "marker"),
        (b"\xff\xd8\xff\xe0\x00\x01" + bytes(9), "marker"),
        (b"\xff\xd8\xff\xe0\x7f\xff", "behind its end"),
    ],
)
def test_what_was_cut_off_or_is_broken(raw: bytes, why: str) -> None:
    with pytest.raises(EvidenceInvalid, match=why) as caught:
        look(raw)
    assert caught.value.code == "OUTPUT_MALFORMED"


def test_a_directory_of_an_archive_that_is_broken() -> None:
    raw = bytearray(archive("a.csv", "b.csv"))
    raw[raw.rindex(b"PK\x01\x02")] = 0
    with pytest.raises(EvidenceInvalid, match="directory of the archive is broken"):
        look(bytes(raw))
    end = raw.index(b"PK\x05\x06")
    struct.pack_into("<I", raw, end + 12, 1 << 30)
    with pytest.raises(EvidenceInvalid, match="too long") as caught:
        look(bytes(raw))
    assert caught.value.code == "OUTPUT_TOO_COMPLEX"


def zip64(mark: bytes = b"PK\x06\x06") -> bytes:
    raw = archive("wells.shp")
    end = raw.index(b"PK\x05\x06")
    size, offset = struct.unpack_from("<II", raw, end + 12)
    record = mark + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 1, 1, size, offset)
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, end, 1)
    tail = bytearray(raw[end:])
    struct.pack_into("<II", tail, 12, 0xFFFFFFFF, 0xFFFFFFFF)
    return raw[:end] + record + locator + bytes(tail)


def test_a_large_archive() -> None:
    assert look(zip64()).format == "zipped shapefile"
    with pytest.raises(EvidenceInvalid, match="end of the archive is broken"):
        look(zip64(b"PK\x06\x00"))


@pytest.mark.parametrize(
    "raw",
    [
        samples.png((b"eXIf", b"MM")),
        samples.png((b"iTXt", b"XML:com.adobe.xmp\0")),
        samples.png((b"zTXt", b"Raw profile type exif\0")),
        samples.png((b"prVt", b"x")),
        samples.jpeg((0xFFE1, b"Exif\0\0")),
        samples.jpeg((0xFFE0, b"JFIF\0"), (0xFFE1, b"http://ns.adobe.com/xap/1.0/")),
    ],
)
def test_pictures_in_which_a_camera_may_have_written_its_place(raw: bytes) -> None:
    assert look(raw).kind == "unclassified"


def test_too_many_parts_of_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    from kfm_gates.evidence.openers import pictures

    monkeypatch.setattr(pictures, "_MAX_PARTS", 3)
    for raw in (
        samples.png(*[(b"IDAT", b"")] * 9),
        samples.jpeg(*[(0xFFE0, b"")] * 9),
    ):
        with pytest.raises(EvidenceInvalid) as caught:
            look(raw)
        assert caught.value.code == "OUTPUT_TOO_COMPLEX"


@pytest.mark.parametrize(
    ("box", "wanted"),
    [
        ((-180, -90, 180, 90), (-180, -90, 180, 90)),
        ((-180.0000001, -90, 180, 90.0000001), (-180, -90, 180, 90)),
        ((170, -10, -170, 10), (170, -10, -170, 10)),
        ((-180.1, 0, 0, 0), None),
        ((0, 0, 180.1, 0), None),
        ((0, -91, 0, 0), None),
        ((0, 0, 0, 91), None),
        ((0, 5, 0, 4), None),
        ((float("nan"), 0, 0, 0), None),
        ((0, 0, float("inf"), 0), None),
    ],
)
def test_degrees(box: tuple[float, float, float, float], wanted: object) -> None:
    assert _api.degrees(*box) == wanted


def test_every_module_is_an_opener() -> None:
    folder = Path(openers.__file__).parent
    names = {path.stem for path in folder.glob("*.py") if not path.name.startswith("_")}
    assert len(openers.all_openers()) == len(names)
    ids = [opener.id for opener in openers.all_openers()]
    assert len(set(ids)) == len(ids)
    orders = [opener.order for opener in openers.all_openers()]
    assert orders == sorted(orders)


def test_opening_needs_the_standard_library_only() -> None:
    code = (
        "import sys; from kfm_gates.evidence import openers; openers.all_openers()\n"
        "print({'pyarrow', 'numpy', 'shapely', 'zipfile', 'jsonschema_rs'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(openers.__file__).parents[3],
        capture_output=True,
        text=True,
    )
    assert (done.stdout, done.stderr) == ("set()\n", "")


def test_the_file_that_is_opened_is_the_one_that_was_listed(tmp_path: Path) -> None:
    path = tmp_path / "data" / "work" / "runs" / "wells" / "r1"
    path.mkdir(parents=True)
    (path / "a.json").write_text(json.dumps({"a": 1}))
    run = Run.open(path, root=tmp_path, layout=Layout())
    assert openers.of_run(run, "a.json").kind == "not_spatial"
    (path / "a.json").write_bytes(samples.geojson((1, 2)))
    # Remembered: what was said once is said again, and `changed` tells at the end.
    assert openers.of_run(run, "a.json").kind == "not_spatial"
    assert run.changed() == ["a.json"]
    with pytest.raises(EvidenceUnreadable) as caught:
        openers.look(run.opened, "a.json")
    assert caught.value.code == "EVIDENCE_CHANGED"
    with pytest.raises(EvidenceMissing):
        openers.of_run(run, "b.json")


def test_every_format_changed_at_random() -> None:
    random_ = random.Random(20260218)
    seeds = [raw for raw, _ in EVERY.values()]
    seen = set()
    for _ in range(4000):
        raw = bytearray(random_.choice(seeds))
        for _ in range(random_.choice((1, 2, 8))):
            raw[random_.randrange(len(raw))] = random_.choice((0, 1, 0x7F, 0x80, 0xFF))
        del raw[random_.randrange(1, len(raw) + 1) :]
        seen.add(outcome(bytes(raw), "a"))
    assert seen <= KINDS
    assert {"spatial", "unclassified", "OUTPUT_MALFORMED"} <= seen


@given(st.sampled_from(sorted(EVERY)), st.binary(max_size=80), st.integers(0, 40))
def test_whatever_follows_a_magic_only_refusals_come(name: str, raw: bytes, length: int) -> None:
    assert outcome(EVERY[name][0][:length] + raw, "a") in KINDS

"""TIFF, GeoTIFF and cloud-optimised GeoTIFF, told from their directories."""

from __future__ import annotations

import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opener_samples import GEOGRAPHIC, KINDS, PROJECTED, look, outcome, tiff

from kfm_gates.errors import EvidenceInvalid
from kfm_gates.evidence import openers
from kfm_gates.evidence.openers import _tiff_tags

KEYS = GEOGRAPHIC[34735][1]


def keyed(**keys: int) -> dict[int, tuple[str, list[float]]]:
    numbers = {"model": 1024, "raster": 1025, "geodetic": 2048, "angular": 2054, "projected": 3072}
    values = [v for name, value in keys.items() for v in (numbers[name], 0, 1, value)]
    return {**GEOGRAPHIC, 34735: ("H", [1, 1, 0, len(keys), *values])}


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_geotiff(big: bool, order: str) -> None:
    found = look(tiff(GEOGRAPHIC, big=big, order=order))
    assert (found.kind, found.format, found.count) == ("spatial", "GeoTIFF", 1)
    assert found.bbox == (-100.0, 39.0, -98.0, 40.0)
    assert found.crs == "EPSG:4326"
    assert found.media_type == "image/tiff; application=geotiff"


def test_a_plain_tiff_is_not_spatial() -> None:
    found = look(tiff())
    assert (found.kind, found.media_type, found.bbox) == ("not_spatial", "image/tiff", None)
    assert look(tiff({34853: ("I", [8])})).kind == "unclassified"  # a camera wrote its place


@pytest.mark.parametrize("tag", [33550, 33922, 34264])
def test_a_place_without_a_crs_is_a_place(tag: int) -> None:
    found = look(tiff({tag: ("d", [1.0] * (16 if tag == 34264 else 3))}))
    assert (found.kind, found.bbox, found.crs) == ("spatial", None, None)


@pytest.mark.parametrize(
    ("keys", "crs", "box"),
    [
        ({"model": 1, "projected": 26914}, "EPSG:26914", None),
        ({"model": 2, "geodetic": 4269}, "EPSG:4269", (-100, 39, -98, 40)),
        ({"model": 2, "geodetic": 32767}, "user-defined", (-100, 39, -98, 40)),
        ({"model": 2, "geodetic": 4326, "angular": 9102}, "EPSG:4326", (-100, 39, -98, 40)),
        ({"model": 2, "geodetic": 4326, "angular": 9101}, "EPSG:4326", None),
        ({"model": 2, "raster": 2, "geodetic": 4326}, "EPSG:4326", (-100.25, 39.25, -98.25, 40.25)),
        ({"model": 3, "geodetic": 4978}, "EPSG:4978", None),
        ({"geodetic": 4326}, "EPSG:4326", None),
        ({}, None, None),
    ],
)
def test_keys(keys: dict[str, int], crs: str | None, box: object) -> None:
    found = look(tiff(keyed(**keys)))
    assert (found.kind, found.crs, found.bbox) == ("spatial", crs, box)


def test_a_matrix_instead_of_a_scale() -> None:
    matrix = [0.5, 0, 0, -100, 0, -0.5, 0, 40, 0, 0, 0, 0, 0, 0, 0, 1]
    found = look(tiff({34264: ("d", matrix), 34735: GEOGRAPHIC[34735]}))
    assert found.bbox == (-100, 39, -98, 40)


@pytest.mark.parametrize(
    ("points", "box"),
    [
        ([0, 0, 0, -180.0, 90.0, 0], (-180, 89, -178, 90)),
        ([0, 0, 0, -181.0, 90.0, 0], None),
        ([0, 0, 0, 0.0, 95.0, 0], None),
        ([0, 0, 0, -100.0, 40.0, 0] * 2, None),
        ([2, 1, 0, -99.0, 39.5, 0], (-100, 39, -98, 40)),
    ],
)
def test_what_is_no_box_of_degrees(points: list[float], box: object) -> None:
    assert look(tiff({**GEOGRAPHIC, 33922: ("d", points)})).bbox == box


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e308])
def test_a_place_that_is_no_number(value: float) -> None:
    with pytest.raises(EvidenceInvalid, match="no number"):
        look(tiff({**GEOGRAPHIC, 33550: ("d", [value, value, 0.0])}, size=(1000, 1000)))


def test_a_cloud_optimized_one_has_its_directories_in_front() -> None:
    cog = look(tiff(GEOGRAPHIC, directory_first=True))
    assert cog.media_type == "image/tiff; application=geotiff; profile=cloud-optimized"
    large = look(tiff(GEOGRAPHIC, directory_first=True, size=(600, 600)))
    assert large.media_type == "image/tiff; application=geotiff"
    tiled = look(tiff({**GEOGRAPHIC, 322: ("H", [256])}, directory_first=True, size=(600, 600)))
    assert tiled.media_type == cog.media_type
    claim = "image/tiff; application=geotiff; profile=cloud-optimized"
    assert not openers.contradicts(claim, cog)
    assert openers.contradicts(claim, large)
    assert not openers.contradicts("image/tiff; application=geotiff", cog)
    assert not openers.contradicts("image/tiff", cog)
    assert openers.contradicts("image/tiff; application=geotiff", look(tiff()))


def test_directories_in_a_circle() -> None:
    raw = tiff()
    with pytest.raises(EvidenceInvalid, match="circle"):
        look(tiff(after=len(raw) - len(raw) + 24))


@pytest.mark.parametrize("after", [1 << 31, 0xFFFFFFFF, 100_000])
def test_a_directory_behind_the_end(after: int) -> None:
    with pytest.raises(EvidenceInvalid, match="behind its end"):
        look(tiff(after=after))


def test_too_many_directories(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_tiff_tags, "MAX_DIRECTORIES", 3)
    one = struct.pack("<H", 1) + struct.pack("<HHII", 256, 4, 1, 5)
    raw = b"II" + struct.pack("<HI", 42, 8)
    raw += b"".join(one + struct.pack("<I", 8 + 18 * (n + 1)) for n in range(5))
    with pytest.raises(EvidenceInvalid, match="too many directories") as caught:
        look(raw)
    assert caught.value.code == "OUTPUT_TOO_COMPLEX"


@pytest.mark.parametrize(
    ("tags", "why"),
    [
        ({273: ("I", [1 << 30])}, "behind its end"),
        ({279: ("I", [1 << 30])}, "behind its end"),
        ({273: ("I", [4])}, "behind its end"),
        ({279: ("I", [4, 4])}, "another number of offsets"),
        ({256: ("I", [0])}, "no width"),
        ({256: ("I", [3, 4])}, "no width"),
        ({256: ("d", [4.0])}, "no width"),
        ({34735: ("H", [1, 1, 0])}, "keys is broken"),
        ({34735: ("H", [1, 1, 0, 9])}, "keys is broken"),
        ({34735: ("I", [1, 1, 0, 0])}, "keys is broken"),
    ],
)
def test_tags_that_contradict_the_file(tags: dict[int, object], why: str) -> None:
    with pytest.raises(EvidenceInvalid, match=why) as caught:
        look(tiff(tags))  # type: ignore[arg-type]
    assert caught.value.code == "OUTPUT_MALFORMED"


def test_a_huge_number_of_values_is_never_read(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = bytearray(tiff(GEOGRAPHIC))
    at = raw.index(struct.pack("<HHI", 34735, 3, 16))
    struct.pack_into("<I", raw, at + 4, 0xFFFFFFFF)
    with pytest.raises(EvidenceInvalid, match="behind its end"):
        look(bytes(raw))
    monkeypatch.setattr(_tiff_tags, "MAX_BYTES", 20)
    with pytest.raises(EvidenceInvalid, match="too long") as caught:
        look(tiff(GEOGRAPHIC))
    assert caught.value.code == "OUTPUT_TOO_COMPLEX"


@pytest.mark.parametrize("count", [0, 5000, 0xFFFF])
def test_a_directory_without_fields_or_with_too_many(count: int) -> None:
    raw = bytearray(tiff())
    struct.pack_into("<H", raw, 24, count)
    with pytest.raises(EvidenceInvalid, match="no fields, or too many"):
        look(bytes(raw))


def test_no_directory_and_a_wrong_bigtiff() -> None:
    with pytest.raises(EvidenceInvalid, match="no directory"):
        look(b"II" + struct.pack("<HI", 42, 0))
    with pytest.raises(EvidenceInvalid, match="BigTIFF"):
        look(b"II" + struct.pack("<HHHQ", 43, 4, 0, 16))


@pytest.mark.parametrize("tags", [{}, GEOGRAPHIC, PROJECTED])
def test_a_file_that_was_cut_off_anywhere(tags: dict[int, tuple[str, list[float]]]) -> None:
    for directory_first in (False, True):
        raw = tiff(tags, directory_first=directory_first)
        for length in range(4, len(raw)):
            with pytest.raises(EvidenceInvalid) as caught:
                look(raw[:length], "a.tif")
            assert caught.value.code == "OUTPUT_MALFORMED"


def test_headers_changed_at_random() -> None:
    random_ = random.Random(20260218)
    kinds = set()
    for _ in range(3000):
        raw = bytearray(tiff(GEOGRAPHIC, big=random_.random() < 0.5, order=random_.choice("<>")))
        for _ in range(random_.choice((1, 2, 8))):
            raw[random_.randrange(4, len(raw))] = random_.choice((0, 1, 0x7F, 0x80, 0xFF))
        kinds.add(outcome(bytes(raw), "a.tif"))
    assert {"spatial", "OUTPUT_MALFORMED"} <= kinds <= KINDS


@given(st.binary(max_size=200), st.sampled_from([b"II*\0", b"MM\0*", b"II+\0\x08\0\0\0"]))
def test_whatever_follows_the_magic_only_refusals_come(raw: bytes, magic: bytes) -> None:
    assert outcome(magic + raw, "a.tif") in KINDS

"""One good item, and each of the faults that other validators let through, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import stac_samples as samples
from stac_samples import ITEM, codes_of, examined, facts, good

from kfm_gates.catalogs.stac import CHECKS
from kfm_gates.model import Level

Change = Callable[[dict[str, Any]], object]


def _set(path: str, value: object) -> Change:
    """Set a field; `/` between its keys, `:` in them as they are."""
    *parents, last = path.split("/")

    def change(document: dict[str, Any]) -> None:
        holder: Any = document
        for key in parents:
            holder = holder[int(key) if isinstance(holder, list) else key]
        if isinstance(holder, list):
            holder[int(last)] = value
        else:
            holder[last] = value

    return change


def _bow_tie(item: dict[str, Any]) -> None:
    ring = item["geometry"]["coordinates"][0]
    ring[1], ring[2] = ring[2], ring[1]


def _north_pole(item: dict[str, Any]) -> None:
    item["geometry"]["coordinates"][0][2] = [-95.5, 95]


def _no_file_fields(item: dict[str, Any]) -> None:
    asset = item["assets"]["image"]
    del asset["file:checksum"], asset["file:size"]


def _collection(id_: str) -> Change:
    return _set("collection", id_)


CHECKSUM, SIZE = "assets/image/file:checksum", "assets/image/file:size"
DIGITS = "ab" * 32
FAULTS: dict[str, tuple[Change, list[str]]] = {
    "bbox does not cover the geometry": (
        _set("bbox", [-98.4, 37.5, -95.5, 39.5]),
        ["STAC_BBOX_TOO_SMALL"],
    ),
    "bbox south of north": (_set("bbox", [-98.5, 39.5, -95.5, 37.5]), ["STAC_BBOX_INVALID"]),
    "end before start": (
        _set("properties/end_datetime", "2026-01-31T00:00:00Z"),
        ["STAC_TIME_ORDER"],
    ),
    "impossible date": (
        _set("properties/datetime", "2020-13-45T00:00:00Z"),
        ["STAC_INVALID", "STAC_TIME_INVALID"],
    ),
    "latitude 95": (_north_pole, ["STAC_COORDINATES_RANGE"]),
    "self-intersecting polygon": (_bow_tie, ["STAC_GEOMETRY_INVALID"]),
    "unclosed ring": (
        _set("geometry/coordinates/0/4", [-98.5, 37.6]),
        ["STAC_GEOMETRY_INVALID"],
    ),
    "unknown extension": (
        lambda item: item["stac_extensions"].append("https://example.org/x/v1.0.0/schema.json"),
        ["STAC_SCHEMA_UNAVAILABLE"],
    ),
    "legacy short name": (
        lambda item: item["stac_extensions"].append("eo"),
        ["STAC_EXTENSION_NAME", "STAC_INVALID"],
    ),
    "field of an undeclared extension": (
        _set("properties/eo:cloud_cover", "abc"),
        ["STAC_FIELD_UNDECLARED"],
    ),
    "extension declared and not used": (_no_file_fields, ["STAC_EXTENSION_UNUSED"]),
    "multihash of a wrong length": (_set(CHECKSUM, f"1221{DIGITS}"), ["STAC_CHECKSUM_INVALID"]),
    "wrong digest": (_set(CHECKSUM, f"1220{DIGITS}"), ["STAC_CHECKSUM_WRONG"]),
    "md5 multihash": (_set(CHECKSUM, f"d50110{'ab' * 16}"), ["STAC_CHECKSUM_INVALID"]),
    "upper case checksum": (
        _set(CHECKSUM, f"1220{DIGITS.upper()}"),
        ["STAC_CHECKSUM_INVALID", "STAC_INVALID"],
    ),
    "checksum that is no hex": (
        _set(CHECKSUM, f"1220{'zz' * 32}"),
        ["STAC_CHECKSUM_INVALID", "STAC_INVALID"],
    ),
    "wrong size": (_set(SIZE, 1), ["STAC_SIZE_WRONG"]),
    "size true": (_set(SIZE, True), ["STAC_INVALID"]),
    "size -1": (_set(SIZE, -1), ["STAC_INVALID"]),
    "asset file missing": (_set("assets/image/href", "../artifacts/b.tif"), ["STAC_ASSET_MISSING"]),
    "path traversal": (
        _set("assets/image/href", "../../../../../../../../../../etc/passwd"),
        ["STAC_REFERENCE_REFUSED"],
    ),
    "collection id not the collection's": (_collection("springs"), ["STAC_IDS_DISAGREE"]),
    "parent missing": (_set("links/1/href", "./nobody.json"), ["STAC_LINK_BROKEN"]),
    "licence text missing": (_set("links/3/href", "./gone.txt"), ["STAC_LINK_BROKEN"]),
    "times outside of the collection": (
        lambda item: item["properties"].update(
            datetime="2025-02-02T00:00:00Z",
            start_datetime="2025-02-01T00:00:00Z",
            end_datetime="2025-02-03T00:00:00Z",
        ),
        ["STAC_OUTSIDE_COLLECTION"],
    ),
}


def test_the_good_catalog_is_good() -> None:
    found = examined(good())
    assert not found.remarks
    assert found.error is None
    assert set(found.counts) == {check.id for check in CHECKS}
    assert all(found.counts.values())
    assert found.not_checked == ["not opened: example.org (1 link)"]


@pytest.mark.parametrize("name", FAULTS)
def test_fault(name: str) -> None:
    change, wanted = FAULTS[name]
    found = examined(samples.changed(ITEM, change))
    assert codes_of(found) == wanted, found.remarks
    denied = [r for r in found.remarks if r.code.level is Level.DENY]
    assert denied or name == "extension declared and not used"
    assert any(remark.file == ITEM and remark.pointer for remark in found.remarks)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"-98.5", b"NaN", "JSON_NOT_A_NUMBER"),
        (b'"id":', b'"id": "other", "id":', "JSON_DUPLICATE_KEY"),
    ],
)
def test_fault_of_the_json(old: bytes, new: bytes, code: str) -> None:
    contents = samples.encoded(good())
    contents[ITEM] = contents[ITEM].replace(old, new, 1)
    found, _ = samples.surveyed(contents)
    assert found.errors[ITEM].code == code


def test_all_the_faults_are_here() -> None:
    """27 of them, two of which only strict reading finds."""
    assert len(FAULTS) + 2 == 27


def test_a_wrong_digest_names_both() -> None:
    change, _ = FAULTS["wrong digest"]
    (remark,) = examined(samples.changed(ITEM, change)).remarks
    assert remark.pointer == "/assets/image/file:checksum"
    assert remark.got == f"1220{DIGITS}"
    assert remark.wanted == good()[ITEM]["assets"]["image"]["file:checksum"]


def test_bytes_that_are_absent_are_unproven_where_the_manifest_lists_them() -> None:
    contents = good()
    del contents["artifacts/a.tif"]
    (remark,) = examined(contents).remarks
    assert remark.code.id == "STAC_ASSET_MISSING"
    assert remark.unproven
    (remark,) = examined(contents, facts(outputs={})).remarks
    assert not remark.unproven

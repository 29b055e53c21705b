"""What a schema cannot say: times, ids, links, licences, extents, media types, claims, facts."""

from __future__ import annotations

import copy
import hashlib
from typing import Any

import pytest
import stac_samples as samples
from hypothesis import given, settings
from hypothesis import strategies as st
from stac_samples import (
    ASSET,
    CATALOG,
    COLLECTION,
    ITEM,
    changed,
    codes_of,
    examined,
    facts,
    good,
    linted,
)

from kfm_gates.catalogs.stac import media, moments
from kfm_gates.model import Family


def places(found: Any) -> set[tuple[str, str, str]]:
    return {(r.code.id, r.file, r.pointer) for r in found.remarks}


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("2026-02-18T08:45:00Z", True),
        ("2026-02-18T08:45:00.123456789Z", True),
        ("2026-02-18T08:45:00+00:00", True),
        ("2016-12-31T23:59:60Z", True),
        ("2016-12-31T23:59:61Z", False),
        ("2026-02-30T00:00:00Z", False),
        ("2026-02-18T08:45:00", False),
        ("yesterday", False),
        ("", False),
    ],
)
def test_moments(text: str, known: bool) -> None:
    assert (moments.parse(text) is not None) is known


def test_spans_with_open_ends() -> None:
    year = ("2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z")
    day = ("2026-02-01T00:00:00Z", "2026-02-02T00:00:00Z")
    assert moments.is_within(day, year)
    assert moments.is_within(day, (None, None))
    assert moments.is_within(day, (year[0], None))
    assert not moments.is_within(year, day)
    assert not moments.is_within((None, day[1]), year)
    assert not moments.is_within(("x", "y"), year)
    assert moments.is_within(("2026-01-01T00:00:00.0Z", year[1]), year)


def update(path: str, **properties: Any) -> dict[str, Any]:
    return changed(path, lambda document: document["properties"].update(properties))


@pytest.mark.parametrize(
    ("properties", "codes"),
    [
        (
            {"created": "2026-02-02T00:00:00Z", "updated": "2026-02-01T00:00:00Z"},
            ["STAC_TIME_ORDER"],
        ),
        ({"datetime": "2026-02-04T00:00:00Z"}, ["STAC_TIME_ORDER"]),
        ({"datetime": "2026-01-31T00:00:00Z"}, ["STAC_TIME_ORDER"]),
        ({"datetime": None}, []),
        (
            {"start_datetime": "0000-01-01T00:00:00Z"},
            ["STAC_OUTSIDE_COLLECTION", "STAC_TIME_INVALID"],
        ),
    ],
)
def test_times_of_items(properties: dict[str, Any], codes: list[str]) -> None:
    assert codes_of(examined(update(ITEM, **properties))) == codes


def test_times_of_assets_and_of_publication() -> None:
    def change(item: dict[str, Any]) -> None:
        item["stac_extensions"].append(f"{samples.EXTENSIONS}/timestamps/v1.1.0/schema.json")
        item["properties"].update(published="2026-03-02T00:00:00Z", expires="2026-03-01T00:00:00Z")
        item["assets"]["image"].update(
            created="2026-02-02T00:00:00Z", updated="2026-02-01T00:00:00Z"
        )

    assert places(examined(changed(ITEM, change))) == {
        ("STAC_TIME_ORDER", ITEM, "/properties/expires"),
        ("STAC_TIME_ORDER", ITEM, "/assets/image/updated"),
    }


def test_intervals_of_collections() -> None:
    def change(collection: dict[str, Any]) -> None:
        collection["extent"]["temporal"]["interval"] = [
            [None, None],
            ["2026-02-02T00:00:00Z", "2026-02-01T00:00:00Z"],
        ]

    assert places(examined(changed(COLLECTION, change))) == {
        ("STAC_TIME_ORDER", COLLECTION, "/extent/temporal/interval/1/1")
    }


@pytest.mark.parametrize("id_", ["a\nb", "a\u202eb", " a", "a" * 1025, "\u200b", "a\x00"])
def test_ids_that_deceive(id_: str) -> None:
    found = examined(changed(ITEM, lambda item: item.update(id=id_)))
    assert codes_of(found) == ["STAC_ID_UNUSABLE"]
    assert all((r.got or "").isprintable() for r in found.remarks)


def test_the_same_id_in_another_collection_is_another_id() -> None:
    contents = good()
    twin = copy.deepcopy(contents[ITEM])
    twin["collection"] = "springs"
    springs = copy.deepcopy(contents[COLLECTION])
    springs["id"] = "springs"
    twin["links"][0]["href"] = twin["links"][1]["href"] = "./springs.json"
    springs["links"][2]["href"] = "./twin.json"
    contents |= {"catalog/twin.json": twin, "catalog/springs.json": springs}
    assert codes_of(examined(contents)) == []
    twin["collection"] = "wells"
    assert "STAC_ID_DUPLICATE" in codes_of(examined(contents))


def test_the_same_id_twice_in_one_file() -> None:
    contents = good()
    item = contents.pop(ITEM)
    contents["catalog/all.json"] = {"type": "FeatureCollection", "features": [item, item]}
    contents[COLLECTION]["links"].pop()
    assert places(examined(contents)) == {
        ("STAC_ID_DUPLICATE", "catalog/all.json", "/features/1/id")
    }


def link(path: str, n: int, **changes: Any) -> dict[str, Any]:
    return changed(path, lambda document: document["links"][n].update(changes))


@pytest.mark.parametrize(
    ("contents", "place"),
    [
        (link(ITEM, 0, href="./catalog.json"), (ITEM, "/links/0/href")),
        (link(ITEM, 2, href="./item.json"), (ITEM, "/links/2/href")),
        (link(CATALOG, 1, href="./item.json"), (CATALOG, "/links/1/href")),
        (link(COLLECTION, 2, href="./catalog.json"), (COLLECTION, "/links/2/href")),
        (link(ITEM, 4, rel="self", href="./catalog.json"), (ITEM, "/links/4/href")),
        (link(ITEM, 1, href="./license.txt"), (ITEM, "/links/1/href")),
        (link(COLLECTION, 0, href="./collection.json"), (ITEM, "/links/1/href")),
    ],
    ids=["collection", "root", "child", "item", "self", "no STAC", "roots"],
)
def test_links_that_lead_elsewhere(contents: dict[str, Any], place: tuple[str, str]) -> None:
    found = places(examined(contents))
    assert ("STAC_IDS_DISAGREE", *place) in found
    assert {code for code, _, _ in found} <= {
        "STAC_IDS_DISAGREE",
        "STAC_INVALID",
        "STAC_MEDIA_TYPE_WRONG",
    }


def test_a_child_need_not_link_back() -> None:
    contents = good()
    contents["catalog/themes.json"] = {
        **copy.deepcopy(contents[CATALOG]),
        "id": "themes",
        "links": [
            {"rel": "root", "href": "./catalog.json"},
            {"rel": "child", "href": "./collection.json"},
            {"rel": "item", "href": "./item.json"},
        ],
    }
    assert codes_of(examined(contents)) == []


@pytest.mark.parametrize(
    ("href", "codes"),
    [
        ("file:///etc/passwd", ["STAC_REFERENCE_REFUSED"]),
        ("/etc/passwd", ["STAC_REFERENCE_REFUSED"]),
        ("..\\artifacts\\a.tif", ["STAC_INVALID", "STAC_REFERENCE_REFUSED"]),
        ("../artifacts/%2e%2e/%2e%2e/x", ["STAC_ASSET_MISSING", "STAC_REFERENCE_REFUSED"]),
        ("../artifacts/a.tif?x=1", ["STAC_REFERENCE_REFUSED"]),
        ("data:text/plain,x", ["STAC_REFERENCE_REFUSED"]),
        ("../artifacts/a b.tif", ["STAC_INVALID", "STAC_REFERENCE_REFUSED"]),
        ("s3://bucket/a.tif", []),
        ("https://example.org/../../x", []),
        ("https://user:pass@example.org/x", []),
    ],
)
def test_references(href: str, codes: list[str]) -> None:
    contents = changed(ITEM, lambda item: item["assets"].update(more={"href": href}))
    assert set(codes_of(examined(contents))) <= set(codes)
    assert bool(codes_of(examined(contents))) == bool(codes)


def test_an_asset_may_be_a_folder_and_not_lie_in_the_lake_unseen() -> None:
    contents = changed(
        ITEM,
        lambda item: item["assets"].update(
            store={"href": "../artifacts/zarr"}, raw={"href": "../../../../../raw/wells.csv"}
        ),
    )
    contents["artifacts/zarr/.zgroup"] = b"{}"
    found = examined(contents)
    assert codes_of(found) == ["STAC_REFERENCE_INTERNAL"]
    assert any("elsewhere in the lake" in text for text in found.not_checked)
    assert found.facts["references"]["internal"] == 1


def test_the_base_url_of_the_family_stands_for_artifacts() -> None:
    about = Family(name="wells", extra={"base_url": "https://data.example.org/wells"})
    url = "https://data.example.org/wells/"
    contents = changed(ITEM, lambda item: item["assets"]["image"].update(href=f"{url}a.tif"))
    assert codes_of(examined(contents, facts(about=about))) == []
    contents = changed(ITEM, lambda item: item["assets"]["image"].update(href=f"{url}b.tif"))
    assert codes_of(examined(contents, facts(about=about))) == ["STAC_ASSET_MISSING"]
    assert codes_of(examined(contents)) == []


@pytest.mark.parametrize(
    ("license_", "href", "codes"),
    [
        ("CC-BY-4.0", None, []),
        ("other", None, ["STAC_LICENSE_UNLINKED"]),
        ("proprietary", None, ["STAC_LICENSE_UNLINKED"]),
        ("various", "./license.txt", []),
        ("other", "https://example.org/terms", []),
        ("other", "./gone.txt", ["STAC_LINK_BROKEN"]),
        ("CC-0", None, ["STAC_LICENSE_INVALID"]),
        ("NONE", None, ["STAC_LICENSE_INVALID"]),
        ("MIT OR Apache-2.0", None, ["STAC_INVALID"]),
    ],
)
def test_licences(license_: str, href: str | None, codes: list[str]) -> None:
    def change(collection: dict[str, Any]) -> None:
        collection["license"] = license_
        if href is not None:
            collection["links"].append({"rel": "license", "href": href})

    assert codes_of(examined(changed(COLLECTION, change))) == codes


def test_an_item_has_the_licence_of_its_collection() -> None:
    contents = changed(ITEM, lambda item: item["properties"].pop("license"))
    found = examined(contents)
    assert codes_of(found) == []
    assert found.facts["licenses"] == {"total": 2, "with_value": 2}
    (claim,) = found.claims
    assert claim.license == "CC-BY-4.0"
    contents[COLLECTION]["id"] = "others"
    assert "STAC_LICENSE_MISSING" in codes_of(examined(contents))


def test_outside_of_a_run_a_collection_may_be_elsewhere() -> None:
    contents = changed(ITEM, lambda item: item["properties"].pop("license"))
    del contents[COLLECTION], contents[CATALOG]
    for n in (0, 1, 2):
        contents[ITEM]["links"][n]["href"] = "../../collection.json"
    found = linted(contents)
    assert codes_of(found) == []
    assert any("collection wells is not here" in text for text in found.not_checked)
    assert any("outside of what was given" in text for text in found.not_checked)
    assert "STAC_LICENSE_MISSING" in codes_of(examined(contents))


def test_an_item_inside_an_extent_that_crosses_the_antimeridian() -> None:
    def change(collection: dict[str, Any]) -> None:
        collection["extent"]["spatial"]["bbox"] = [[170, -90, -90, 90]]

    assert codes_of(examined(changed(COLLECTION, change))) == []


def test_the_collection_may_come_after_its_items() -> None:
    contents = good()
    contents["catalog/zz.json"] = contents.pop(COLLECTION)
    for document in (contents[ITEM], contents[CATALOG]):
        for one in document["links"]:
            one["href"] = one["href"].replace("collection.json", "zz.json")
    assert codes_of(examined(contents)) == []
    contents["catalog/zz.json"]["extent"]["spatial"]["bbox"] = [[0, 0, 1, 1]]
    assert codes_of(examined(contents)) == ["STAC_OUTSIDE_COLLECTION"]


@pytest.mark.parametrize(
    ("type_", "raw", "good_"),
    [
        ("image/tiff; application=geotiff; profile=cloud-optimized", b"II*\0abc", True),
        ("image/tiff", b"MM\0+abc", True),
        ("image/tiff", b"\x89PNG\r\n\x1a\n", False),
        ("image/tiff", b"", False),
        ("IMAGE/PNG", b"\x89PNG\r\n\x1a\n", True),
        ("image/jpeg", b"\xff\xd8\xff\xe0", True),
        ("image/webp", b"RIFF1234WEBPVP8 ", True),
        ("image/webp", b"RIFF1234AVI LIST", False),
        ("application/vnd.apache.parquet", b"PAR1....PAR1", True),
        ("application/vnd.apache.parquet", b"a,b\n1,2\n", False),
        ("application/geo+json", b' \n{"type": 1}', True),
        ("application/geo+json", b"<html>", False),
        ("application/json", b"\xef\xbb\xbf[1]", True),
        ("application/xml", b"<?xml version='1.0'?>", True),
        ("text/xml", b"{}", False),
        ("text/csv", b"a,b\n1,2\n", True),
        ("text/csv", b"II*\0abc", False),
        ("text/plain", b"GIF89a is a format", False),
        ("text/plain", b"BM is how some texts begin", True),
        ("application/zip", b"PK\x03\x04", True),
        ("application/x-unknown", b"anything", True),
    ],
)
def test_media_types(type_: str, raw: bytes, good_: bool) -> None:
    assert (media.problem_of(type_, raw) is None) is good_


def test_a_media_type_of_another_file() -> None:
    contents = changed(ITEM, lambda item: item["assets"]["image"].update(type="image/png"))
    (remark,) = examined(contents).remarks
    assert (remark.code.id, remark.pointer) == ("STAC_MEDIA_TYPE_WRONG", "/assets/image/type")


def test_claims() -> None:
    found = examined(good())
    (claim,) = found.claims
    assert claim.source == "stac"
    assert claim.artifact == "artifacts/a.tif"
    assert claim.digests[0].sha256 == hashlib.sha256(ASSET).hexdigest()
    assert (claim.size, claim.id, claim.license) == (len(ASSET), "wells-2026", "CC-BY-4.0")
    assert claim.media_type == "image/tiff; application=geotiff"
    assert claim.bbox == (-98.5, 37.5, -95.5, 39.5)
    assert claim.interval == ("2026-02-01T00:00:00Z", "2026-02-03T00:00:00Z")
    assert (claim.file, claim.pointer, claim.data) == (ITEM, "/assets/image", True)
    assert [d.id for d in found.datasets] == ["wells", "wells-2026"]
    collection = found.datasets[0]
    assert collection.bbox == (-99, 37, -95, 40)
    assert collection.license == "CC-BY-4.0"


def test_a_thumbnail_is_no_data() -> None:
    contents = changed(
        ITEM,
        lambda item: item["assets"].update(
            small={"href": "./license.txt", "roles": ["thumbnail"]},
            both={"href": "./license.txt", "roles": ["thumbnail", "data"]},
            shown={"href": "./license.txt", "roles": ["visual"]},
            none={"href": "./license.txt"},
        ),
    )
    assert {c.pointer[8:]: c.data for c in examined(contents).claims} == {
        "image": True,
        "small": False,
        "both": True,
        "shown": True,
        "none": True,
    }


def test_facts() -> None:
    assert examined(good()).facts == {
        "documents": 3,
        "items": 1,
        "collections": 1,
        "catalogs": 1,
        "references": {"total": 11, "internal": 0},
        "licenses": {"total": 2, "with_value": 2},
    }


@pytest.mark.parametrize(
    "text",
    [
        "see data/raw/wells.csv",
        "https://lake.example.org/data/work/x",
        "kfm://lake/data/quarantine/x",
        "s3://lake/data%2fraw/x",
        "../../../../../raw/wells.csv",
        "../../../../../work/wells.csv",
        "../../01KHQZ2C80Q1V5A7M3TB6XJ4NF/artifacts/a.tif",
        "DATA/RAW/x",
        "data\\raw\\x",
        "data/./raw/x",
        "./.././../OTHER/x",
    ],
)
@pytest.mark.parametrize("where", ["text", "href"])
def test_internal_references_are_counted(text: str, where: str) -> None:
    def change(collection: dict[str, Any]) -> None:
        if where == "text":
            collection["keywords"] = [text]
        else:
            collection["links"].append({"rel": "derived_from", "href": text})

    assert examined(changed(COLLECTION, change)).facts["references"]["internal"] == 1


@pytest.mark.parametrize(
    "text",
    [
        "../artifacts/a.tif",
        f"kfm://run/{samples.RUN_ID}/artifacts/a.tif",
        "raw data at work",
        "https://example.org/rawdata/work",
        "https://raw.githubusercontent.com/x",
        "../data/rawhide",
    ],
)
def test_other_texts_are_not_internal(text: str) -> None:
    contents = changed(COLLECTION, lambda collection: collection.update(keywords=[text]))
    assert examined(contents).facts["references"]["internal"] == 0


def test_an_escaped_text_is_internal_as_well() -> None:
    contents = samples.encoded(good())
    contents[COLLECTION] = contents[COLLECTION].replace(
        b'"Wells by county."', b'"data\\/\\u0072aw/x"'
    )
    assert examined(contents).facts["references"]["internal"] == 1


def shuffled(value: Any, draw: Any) -> Any:
    """The same value with its keys in another order."""
    if isinstance(value, dict):
        keys = draw(st.permutations(list(value)))
        return {key: shuffled(value[key], draw) for key in keys}
    if isinstance(value, list):
        return [shuffled(entry, draw) for entry in value]
    return value


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_key_order_and_white_space_do_not_matter(data: Any) -> None:
    import json

    change, _ = data.draw(st.sampled_from(list(_faults().values())))
    contents = changed(ITEM, change)
    expected = {(r.code.id, r.file, r.pointer) for r in examined(contents).remarks}
    written = {
        path: raw
        if isinstance(raw, bytes)
        else json.dumps(
            shuffled(raw, data.draw),
            indent=data.draw(st.sampled_from([None, 0, 3, "\t"])),
            ensure_ascii=data.draw(st.booleans()),
        ).encode()
        for path, raw in contents.items()
    }
    found = {(r.code.id, r.file, r.pointer) for r in examined(written).remarks}
    # Of several fields that are wrong alike, the first one is named.
    assert {(c, f) for c, f, _ in found} == {(c, f) for c, f, _ in expected}


def _faults() -> dict[str, Any]:
    import test_stac_faults

    return test_stac_faults.FAULTS


def test_an_item_of_1_0_0_and_one_in_lines() -> None:
    contents = good()
    item = contents.pop(ITEM)
    old = {**item, "stac_version": "1.0.0", "id": "old"}
    import json

    lines = "\n".join(json.dumps(one) for one in (item, old)) + "\n"
    contents["catalog/items.jsonl"] = lines.encode()
    contents[COLLECTION]["links"].pop()
    found = examined(contents)
    assert codes_of(found) == []
    assert found.facts["items"] == 2
    contents["catalog/items.jsonl"] = lines.replace("39.5", "36.5").encode()
    broken = examined(contents)
    assert {r.line for r in broken.remarks} == {1, 2}


def test_features_that_are_no_items() -> None:
    contents = good()
    contents["catalog/all.json"] = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "stac_version": "1.1.0"}, 7, {"type": "Feature"}, None],
    }
    found = places(examined(contents))
    assert {p for c, f, p in found if c == "STAC_INVALID" and f == "catalog/all.json"} >= {
        "/features/0",
        "/features/1",
        "/features/2",
        "/features/3",
    }

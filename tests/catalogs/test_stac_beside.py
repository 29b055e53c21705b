"""What stands beside assets: in links, in alternates, in licences, and where nobody looks."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from stac_samples import (
    ASSET,
    CATALOG,
    COLLECTION,
    EXTENSIONS,
    ITEM,
    changed,
    codes_of,
    examined,
    facts,
    good,
    linted,
)

from kfm_gates.catalogs import kinds

RIGHT, WRONG = f"1220{hashlib.sha256(ASSET).hexdigest()}", f"1220{'1' * 64}"
BY_SA = "https://creativecommons.org/licenses/by-sa/4.0/"
BY = "https://creativecommons.org/licenses/by/4.0/legalcode"
ALTERNATES = f"{EXTENSIONS}/alternate-assets/v1.2.0/schema.json"


def pairs(found: Any) -> set[tuple[str, str]]:
    return {(r.code.id, r.pointer) for r in found.remarks}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"file:checksum": RIGHT, "file:size": len(ASSET), "type": "image/tiff"}, None),
        ({"file:checksum": WRONG}, ("STAC_CHECKSUM_WRONG", "/links/5/file:checksum")),
        ({"file:checksum": "d41d8cd9"}, ("STAC_CHECKSUM_INVALID", "/links/5/file:checksum")),
        ({"file:size": 1}, ("STAC_SIZE_WRONG", "/links/5/file:size")),
        ({"type": "image/png"}, ("STAC_MEDIA_TYPE_WRONG", "/links/5/type")),
    ],
)
def test_a_link_that_states_bytes(fields: dict[str, Any], code: tuple[str, str] | None) -> None:
    link = {"rel": "enclosure", "href": "../artifacts/a.tif", **fields}
    found = examined(changed(ITEM, lambda item: item["links"].append(link)))
    assert pairs(found) == ({code} if code else set())
    claim, _ = found.claims
    assert (claim.artifact, claim.pointer, claim.data) == ("artifacts/a.tif", "/links/5", False)


def test_a_link_to_a_document_is_no_claim() -> None:
    assert len(examined(good()).claims) == 1


def alternates(*others: dict[str, Any], declared: bool = True) -> Any:
    def change(item: dict[str, Any]) -> None:
        if declared:
            item["stac_extensions"].append(ALTERNATES)
        item["assets"]["image"]["alternate"] = {f"o{n}": other for n, other in enumerate(others)}

    return changed(ITEM, change)


def of_alternates(found: Any) -> set[tuple[str, str]]:
    # The schema of the extension is not among those that are shipped.
    return {pair for pair in pairs(found) if pair[0] != "STAC_SCHEMA_UNAVAILABLE"}


def test_alternates_have_to_be_declared() -> None:
    web = {"href": "s3://bucket/a.tif", "file:checksum": RIGHT}
    assert of_alternates(examined(alternates(web, declared=False))) == {
        ("STAC_FIELD_UNDECLARED", "/assets/image/alternate")
    }
    assert of_alternates(examined(alternates(web))) == set()


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"href": "s3://bucket/a.tif", "file:checksum": WRONG}, "STAC_CHECKSUM_WRONG"),
        ({"href": "s3://bucket/a.tif", "file:size": 1}, "STAC_SIZE_WRONG"),
        ({"file:checksum": WRONG}, "STAC_CHECKSUM_WRONG"),
        ({"href": "../artifacts/a.tif", "file:checksum": WRONG}, "STAC_CHECKSUM_WRONG"),
        ({"href": "../artifacts/gone.tif"}, "STAC_ASSET_MISSING"),
        ({"href": "file:///etc/passwd"}, "STAC_REFERENCE_REFUSED"),
    ],
)
def test_alternates_are_held_against_the_file(other: dict[str, Any], code: str) -> None:
    found = examined(alternates(other))
    assert code in {r.code.id for r in found.remarks}
    assert all(
        (r.pointer or "").startswith("/assets/image/alternate/o0")
        for r in found.remarks
        if r.code.id == code
    )


def test_another_file_as_an_alternate_is_data() -> None:
    contents = alternates({"href": "../artifacts/b.tif"})
    contents["artifacts/b.tif"] = b"II*\0others"
    claims = {c.artifact: c.data for c in examined(contents).claims}
    assert claims == {"artifacts/a.tif": True, "artifacts/b.tif": True}


@pytest.mark.parametrize("value", [None, 7, "x", [], [{}], {"a": 1}, {"a": {"href": []}}])
def test_alternates_may_be_anything(value: Any) -> None:
    found = examined(changed(ITEM, lambda i: i["assets"]["image"].update(alternate=value)))
    assert found.error is None
    assert "STAC_FIELD_UNDECLARED" in codes_of(found)


@pytest.mark.parametrize(
    ("path", "holder", "name"),
    [
        (ITEM, "properties", "file:checksum"),
        (ITEM, "properties", "file:size"),
        (ITEM, None, "file:checksum"),
        (COLLECTION, None, "file:size"),
        (COLLECTION, None, "features"),
        (CATALOG, None, "features"),
        (CATALOG, None, "collections"),
        (ITEM, None, "features"),
    ],
)
def test_what_stands_where_nobody_looks(path: str, holder: str | None, name: str) -> None:
    def change(document: dict[str, Any]) -> None:
        (document[holder] if holder else document)[name] = []

    place = f"/{holder}/{name}" if holder else f"/{name}"
    assert ("STAC_FIELD_MISPLACED", place) in pairs(examined(changed(path, change)))


@pytest.mark.parametrize("name", ["assets", "collections"])
def test_an_item_collection_has_features_only(name: str) -> None:
    contents = good()
    item = contents.pop(ITEM)
    contents[COLLECTION]["links"].pop()
    contents[ITEM] = {"type": "FeatureCollection", "features": [item], name: {}}
    assert ("STAC_FIELD_MISPLACED", f"/{name}") in pairs(examined(contents))


def test_two_licences_in_one_document() -> None:
    def with_link(path: str, href: str, **fields: Any) -> set[tuple[str, str]]:
        def change(document: dict[str, Any]) -> None:
            document["links"] = [{"rel": "license", "href": href}, *document["links"]]
            (document["properties"] if path == ITEM else document).update(fields)

        return pairs(examined(changed(path, change)))

    conflict = ("STAC_LICENSE_CONFLICT", "/links/0/href")
    for path in (ITEM, COLLECTION):
        assert with_link(path, BY) == set()
        assert with_link(path, "https://example.org/terms") == set()
        assert with_link(path, BY_SA) == {conflict}
        assert with_link(path, f"{BY_SA}#legalcode") == {conflict}
        assert with_link(path, BY_SA, license="various") == set()


def test_links_of_a_licence_without_a_name_lead_to_parts_of_the_one_of_the_run() -> None:
    def change(item: dict[str, Any]) -> None:
        item["properties"]["license"] = "other"
        item["links"].append({"rel": "license", "href": BY_SA})

    contents = changed(ITEM, change)
    for license_, good_ in (
        ("CC-BY-SA-4.0 OR ODbL-1.0", True),
        ("LicenseRef-terms AND (CC-BY-SA-4.0 OR MIT)", True),
        ("LicenseRef-terms", False),
        ("CC-BY-4.0", False),
        (None, True),
    ):
        found = pairs(examined(contents, facts(license=license_)))
        assert found == (set() if good_ else {("STAC_LICENSE_CONFLICT", "/links")})


def test_the_link_of_an_item_and_the_licence_of_its_collection() -> None:
    def change(item: dict[str, Any], href: str = BY_SA) -> None:
        del item["properties"]["license"]
        item["links"].append({"rel": "license", "href": href})

    assert pairs(examined(changed(ITEM, change))) == {("STAC_LICENSE_CONFLICT", "/links")}
    assert pairs(examined(changed(ITEM, lambda item: change(item, BY)))) == set()


@pytest.mark.parametrize(("value", "good_"), [("CC-BY-4.0", True), ("MIT", False), ([], False)])
def test_a_licence_at_the_top_of_an_item(value: Any, good_: bool) -> None:
    found = examined(changed(ITEM, lambda item: item.update(license=value)))
    assert ("STAC_LICENSE_CONFLICT" in codes_of(found)) is not good_


def geojson() -> bytes:
    point = {"type": "Point", "coordinates": [-98, 38]}
    return json.dumps({"type": "Feature", "properties": {}, "geometry": point}).encode()


def test_data_with_a_place_in_an_item_without_one() -> None:
    def nowhere(item: dict[str, Any], **asset: Any) -> None:
        item["geometry"] = None
        del item["bbox"]
        item["assets"]["image"] = {"href": "../artifacts/a.geojson", **asset}
        item["stac_extensions"] = []

    contents = changed(ITEM, nowhere)
    contents["artifacts/a.geojson"] = geojson()
    for found in (examined(contents), linted(contents)):
        assert ("STAC_GEOMETRY_MISSING", "/geometry") in pairs(found)
    contents["artifacts/a.geojson"] = b'{"wells": 3}'
    assert codes_of(examined(contents)) == []
    contents = changed(ITEM, lambda item: nowhere(item, roles=["thumbnail"]))
    contents["artifacts/a.geojson"] = geojson()
    assert codes_of(examined(contents)) == []


@pytest.mark.parametrize("value", [[], ["Collection"], {}, [[]], None, 7])
@pytest.mark.parametrize("field", ["type", "stac_version"])
def test_a_type_may_be_anything(field: str, value: Any) -> None:
    """Whatever stands there is a finding of the schema, or the document is no STAC at all."""
    for path in (ITEM, COLLECTION, CATALOG):
        contents = changed(path, lambda document: document.update({field: value}))
        if kinds.of_json(contents[path]) == "stac":
            assert "STAC_INVALID" in codes_of(examined(contents))
        features = good()
        features["catalog/all.json"] = {
            "type": "FeatureCollection",
            "features": [contents[path], good()[ITEM]],
        }
        assert {"STAC_INVALID", "STAC_VERSION_UNKNOWN"} & set(codes_of(examined(features)))

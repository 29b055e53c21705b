"""Hostile and broken documents end in bounded time and memory, with a clear answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import stac_samples as samples
from hypothesis import given, settings
from hypothesis import strategies as st
from stac_samples import COLLECTION, ITEM, changed, codes_of, examined, good, linted

from kfm_gates.catalogs import quick_json, survey
from kfm_gates.catalogs.files import RunFiles
from kfm_gates.catalogs.stac import across, inspect, record, refusals
from kfm_gates.evidence.run_dir import Run
from kfm_gates.model import Layout


def error_of(raw: bytes, path: str = "catalog/x.json") -> str:
    """Code of the error that a document is refused with when it is read."""
    found, _ = samples.surveyed({path: raw})
    return found.errors[path].code


def nested(levels: int) -> bytes:
    return b'{"type":"Feature","stac_version":"1.1.0","x":' + b"[" * levels + b"]" * levels + b"}"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "CATALOG_EMPTY"),
        (b" \n\t", "CATALOG_EMPTY"),
        (nested(100), "JSON_TOO_DEEP"),
        (nested(100_000), "JSON_TOO_DEEP"),
        (b'{"stac_version":' + b'{"a":' * 5000 + b"1" + b"}" * 5001, "JSON_TOO_DEEP"),
        (b'{"stac_version": "1.1.0", "bbox": [1e999]}', "JSON_LOSSY_NUMBER"),
        (b'{"stac_version": "1.1.0", "bbox": [-Infinity]}', "JSON_NOT_A_NUMBER"),
        (b'{"stac_version": "1.1.0", "n": ' + b"9" * 10_000 + b"}", "JSON_LOSSY_NUMBER"),
        ('{"stac_version": "1.1.0"}'.encode("utf-16"), "JSON_BOM"),
        ('{"stac_version": "1.1.0"}'.encode("utf-16-le"), "JSON_SYNTAX"),
        ('{"stac_version": "1.1.0", "title": "Fl\u00fcsse"}'.encode("latin-1"), "JSON_NOT_UTF8"),
        (b'\xef\xbb\xbf{"stac_version": "1.1.0"}', "JSON_BOM"),
        (b'{"stac_version": "1.1.0", "title": "\\ud800"}', "JSON_LONE_SURROGATE"),
        (b'{"stac_version": "1.1.0",}', "JSON_SYNTAX"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_cannot_be_read(raw: bytes, code: str) -> None:
    assert error_of(raw) == code


def test_a_line_of_a_gigabyte_is_refused_by_its_size(tmp_path: Path) -> None:
    run = tmp_path / samples.RELPATH
    (run / "catalog").mkdir(parents=True)
    for name in ("item.json", "items.jsonl"):
        with (run / "catalog" / name).open("wb") as stream:
            stream.truncate(1 << 30)
    opened = Run.open(run, root=tmp_path, layout=Layout())
    found = survey.survey(RunFiles(opened), list(opened.entries))
    assert {error.code for error in found.errors.values()} == {"EVIDENCE_TOO_LARGE"}


def test_a_document_of_too_many_values_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick_json, "MAX_VALUES", 10_000)
    monkeypatch.setattr(quick_json, "_FEW", 0)
    raw = b'{"type": "FeatureCollection", "features": [' + b"{}," * 20_000 + b"{}]}"
    assert error_of(raw) == "CATALOG_TOO_LARGE"


def test_a_million_features(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is refused; what is listed is bounded, and so is the time that words take."""
    one = {"type": "Feature", "stac_version": "1.1.0", "id": 7}
    number = 6_000
    monkeypatch.setattr(refusals, "_LISTED", 500)
    features = [one] * number
    contents = {"catalog/x.json": {"type": "FeatureCollection", "features": features}}
    found = examined(contents)
    assert codes_of(found) == ["STAC_INVALID", "STAC_LICENSE_MISSING"]
    assert len(found.remarks) == 2 * record.MAX_REMARKS
    assert found.counts["schemas"] == number
    monkeypatch.setattr(across, "MAX_ENTITIES", 1000)
    found = examined(contents)
    assert found.error is not None
    assert found.error.code == "CATALOG_TOO_LARGE"


def test_an_item_collection_of_too_many_items(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspect, "MAX_FEATURES", 10)
    contents = changed(COLLECTION, lambda collection: collection.update(license="CC-0"))
    contents["catalog/x.json"] = {"type": "FeatureCollection", "features": [contents[ITEM]] * 11}
    found = examined(contents)
    assert found.error is not None
    assert found.error.code == "CATALOG_TOO_LARGE"
    # What is found in other documents is found all the same.
    assert codes_of(found) == ["STAC_LICENSE_INVALID"]


def test_an_item_of_many_values_is_explained_by_the_quick_engine() -> None:
    assets = {f"a{n}": {"href": "https://example.org/x"} for n in range(20_000)}
    assets["bad"] = {"href": 7}
    found = examined(changed(ITEM, lambda item: item.update(assets=assets)))
    assert [r.pointer for r in found.remarks if r.code.id == "STAC_INVALID"] == ["/assets/bad/href"]


def test_the_slow_engine_is_asked_a_bounded_number_of_times() -> None:
    explainer = refusals.Explainer()
    explainer._left = 1
    from kfm_gates.catalogs.stac.schemas import Schemas

    schema = Schemas().core("item", "1.1.0")
    first = explainer.issues(schema, {"type": "Feature"})
    second = explainer.issues(schema, {"type": "Feature"})
    assert first
    assert second
    assert {issue.pointer for issue in second} == {""}
    assert any("is missing" in issue.message for issue in second)


RING: list[Any] = [[-98.5, 37.5], [-95.5, 37.5], [-95.5, 39.5], [-98.5, 37.5]]


@pytest.mark.parametrize(
    "coordinates",
    [
        [],
        [[]],
        [[[]]],
        [[[[[[[[1]]]]]]]],
        [[RING]],
        [RING, []],
        [[["1", 2]] * 4],
        [[[None, None]] * 4],
        [[[True, False]] * 4],
        [[[1]] * 4],
        7,
        None,
        {"0": RING},
        [{"x": 1}],
        [[[10**30, 0]] * 4],
        [[[1e308, -1e308]] * 4],
        [[[0, 0]] * 4],
        [[[5e-324, 0], [0, 5e-324], [5e-324, 5e-324], [5e-324, 0]]],
    ],
    ids=repr,
)
def test_absurd_coordinates(coordinates: Any) -> None:
    found = examined(changed(ITEM, lambda item: item["geometry"].update(coordinates=coordinates)))
    assert found.error is None
    assert any(code.startswith("STAC_") for code in codes_of(found))


def test_a_ring_of_many_corners() -> None:
    """A comb, whose edges nearly all lie in the same place."""
    comb = [[-98 + n / 10_000, 38 + n % 2] for n in range(20_000)]
    ring = [*comb, [-96, 37.9], [-98, 37.9], comb[0]]

    def change(item: dict[str, Any]) -> None:
        item["geometry"]["coordinates"] = [ring]
        item["bbox"] = [-98, 37.9, -96, 39]

    assert codes_of(examined(changed(ITEM, change))) == []


@pytest.mark.parametrize(
    "value", [None, True, 7, "x", [], {}, [[]], [None], {"a": None}, ["\x00"], {"": ""}, [[[[]]]]]
)
@pytest.mark.parametrize("path", [ITEM, COLLECTION])
def test_any_field_may_be_anything(path: str, value: Any) -> None:
    """Nothing raises, whatever stands where; what the schema refuses is refused."""
    for key in good()[path]:
        for contents in (
            changed(path, lambda document, key=key: document.update({key: value})),
            changed(path, lambda document, key=key: document.pop(key)),
        ):
            for found in (examined(contents), linted(contents)):
                assert found.error is None
                json.dumps([r.pointer for r in found.remarks])


def test_any_field_below_may_be_anything() -> None:
    for value in (None, True, 7, "x", [], {}, [None]):
        for holder, key in (
            *(("properties", key) for key in good()[ITEM]["properties"]),
            *(("geometry", key) for key in good()[ITEM]["geometry"]),
            ("assets", "image"),
        ):
            contents = changed(ITEM, lambda d, h=holder, k=key, v=value: d[h].update({k: v}))
            assert examined(contents).error is None
        for n in range(4):
            for key in ("href", "rel"):
                contents = changed(
                    ITEM, lambda d, n=n, k=key, v=value: d["links"][n].update({k: v})
                )
                assert examined(contents).error is None
        for key in good()[ITEM]["assets"]["image"]:
            contents = changed(ITEM, lambda d, k=key, v=value: d["assets"]["image"].update({k: v}))
            assert examined(contents).error is None
        for place in ("spatial", "temporal"):
            contents = changed(COLLECTION, lambda d, p=place, v=value: d["extent"].update({p: v}))
            assert examined(contents).error is None


junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "id", "href", "rel", "links", "assets", "x:y"]), inner
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(junk, junk, junk)
def test_documents_of_junk(one: Any, two: Any, three: Any) -> None:
    document = {
        "type": "Feature",
        "stac_version": "1.1.0",
        "geometry": one,
        "properties": two,
        "assets": three,
        "links": two,
        "bbox": one,
        "stac_extensions": three,
        "id": one,
    }
    for kind in ("Feature", "Collection", "Catalog", "FeatureCollection"):
        contents = {"catalog/x.json": {**document, "type": kind, "extent": two, "features": one}}
        assert examined(contents).error is None


def test_hostile_texts_come_out_printable() -> None:
    nasty = "\x1b[31mred\x07\u202e" + "x" * 10_000

    def change(item: dict[str, Any]) -> None:
        item["id"] = nasty
        item["properties"]["license"] = nasty
        item["assets"]["image"]["href"] = nasty
        item["assets"]["image"]["file:checksum"] = nasty
        item["assets"]["image"]["type"] = nasty
        item["stac_extensions"].append(nasty)
        item["links"][0]["href"] = nasty

    found = examined(changed(ITEM, change))
    for remark in found.remarks:
        for text in (remark.got, remark.wanted):
            assert text is None or (len(text) <= 200 and text.isprintable()), text
        assert len(remark.message) < 400
        assert remark.message.isprintable()
    for text in found.not_checked:
        assert text.isprintable()
        assert len(text) < 300


def test_many_hosts_and_many_broken_links() -> None:
    def change(item: dict[str, Any]) -> None:
        item["links"] += [{"rel": "x", "href": f"https://h{n}.example.org/"} for n in range(500)]
        item["links"] += [{"rel": "x", "href": f"./{n}.json"} for n in range(3000)]

    found = examined(changed(ITEM, change))
    assert len(found.not_checked) < 60
    assert sum(r.code.id == "STAC_LINK_BROKEN" for r in found.remarks) == record.MAX_REMARKS

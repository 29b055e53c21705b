"""What is cut off where a catalog says too much: never data, and never where an item lies."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import stac_samples as samples
from stac_samples import ITEM, examined, facts, good

from kfm_gates.catalogs.stac import claims, moments, places


def few(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    for name in ("kfm_gates.catalogs.stac.inspect", "kfm_gates.catalogs.stac.claims"):
        monkeypatch.setattr(f"{name}.MAX_REMOTE", number)
    monkeypatch.setattr(claims, "MAX_DATASETS", number)


def crowded(**last: Any) -> dict[str, Any]:
    contents = good()
    for n in range(9):
        contents[ITEM]["assets"][f"t{n}"] = {
            "href": f"https://e.org/{n}.png",
            "roles": ["thumbnail"],
        }
    contents[ITEM]["assets"]["last"] = {"href": "https://e.org/data.tif", **last}
    return contents


def test_thumbnails_hide_no_data(monkeypatch: pytest.MonkeyPatch) -> None:
    few(monkeypatch, 3)
    for last in ({"roles": ["data"]}, {"roles": ["visual"]}, {}):
        found = examined(crowded(**last))
        assert [c.pointer for c in found.claims if c.data and c.artifact is None] == [
            "/assets/last"
        ]
        assert "6 more assets that are no files of the run" in found.not_checked


def test_data_elsewhere_that_the_manifest_may_name_is_all_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few(monkeypatch, 3)
    contents = good()
    for n in range(9):
        contents[ITEM]["assets"][f"d{n}"] = {"href": f"https://e.org/{n}.tif"}

    def elsewhere(found: Any) -> int:
        return sum(c.artifact is None for c in found.claims)

    # Without names three of them are as extra as nine.
    assert elsewhere(examined(contents)) == 3
    output = facts().outputs["artifacts/a.tif"]
    named = facts(
        outputs={output.path: type(output)(**{**vars(output), "names": {"stac": "wells-2026#d0"}})}
    )
    assert elsewhere(examined(contents, named)) == 9
    monkeypatch.setattr(claims, "MAX_CLAIMS", 5)
    error = examined(contents, named).error
    assert error is not None
    assert error.code == "CATALOG_TOO_LARGE"


def scattered(*boxes: list[float], **properties: Any) -> dict[str, Any]:
    contents = good()
    item = contents.pop(ITEM)
    contents[samples.COLLECTION]["links"].pop()
    del item["collection"]
    for n, box in enumerate(boxes):
        one = copy.deepcopy(item)
        west, south, east, north = box
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        one["geometry"]["coordinates"] = [ring]
        one |= {"id": f"i{n}", "bbox": box, "assets": {}}
        if n == len(boxes) - 1:
            one["properties"].update(properties)
        contents[f"catalog/i{n}.json"] = one
    return contents


HERE = [-98.5, 37.5, -95.5, 39.5]


def test_an_item_far_off_shows_behind_many_others(monkeypatch: pytest.MonkeyPatch) -> None:
    few(monkeypatch, 3)
    contents = scattered(*[HERE] * 6, [10.0, 50.0, 11.0, 51.0])
    found = examined(contents)
    assert (10.0, 50.0, 11.0, 51.0) in [d.bbox for d in found.datasets]
    assert found.datasets[-1].file == "catalog/i6.json"
    contents = scattered(*[HERE] * 6, [-98.5, 37.5, -90.0, 39.5])
    assert (-98.5, 37.5, -90.0, 39.5) in [d.bbox for d in examined(contents).datasets]
    late = {
        "datetime": "2031-01-01T00:00:00Z",
        "start_datetime": "2031-01-01T00:00:00Z",
        "end_datetime": "2031-01-02T00:00:00Z",
    }
    spans = [d.interval for d in examined(scattered(*[HERE] * 7, **late)).datasets]
    assert ("2026-02-01T00:00:00Z", "2031-01-02T00:00:00Z") in spans


def test_items_on_both_sides_of_the_antimeridian_do_not_reach_around_the_earth(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few(monkeypatch, 1)
    east, west = [178.0, 1.0, 179.0, 2.0], [-179.0, 1.0, -178.0, 2.0]
    found = examined(scattered(east, west, east, west))
    for claim in found.datasets:
        if claim.id is None and claim.bbox is not None:
            assert claim.bbox[2] - claim.bbox[0] == 1.0


def test_spans_together() -> None:
    day = ("2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z")
    assert moments.union(day, ("2026-01-01T00:00:00Z", None)) == ("2026-01-01T00:00:00Z", None)
    assert moments.union(day, ("x", "2026-01-04T00:00:00Z")) == (day[0], "2026-01-04T00:00:00Z")
    assert moments.union(("x", "y"), ("z", None)) == ("x", None)


def test_room() -> None:
    room = places.Room(None, 1)
    assert [room.take(data=data) for data in (False, False, True, True)] == [
        True,
        False,
        True,
        True,
    ]
    assert not places.Room(0, 1).take(data=True)


def test_a_claim_of_a_second_document_is_not_lost() -> None:
    contents = good()
    for n in range(3):
        other = copy.deepcopy(contents[ITEM])
        other["assets"]["again"] = other["assets"]["image"]
        contents[f"catalog/other{n}.json"] = other
    found = examined(contents)
    assert sum(c.file == "catalog/other2.json" for c in found.claims) == 2


def test_hosts_hide_nothing_of_the_lake() -> None:
    contents = good()
    assets = contents[ITEM]["assets"]
    for n in range(60):
        assets[f"h{n}"] = {"href": f"https://h{n}.example.org/x", "roles": ["metadata"]}
    assets["lake"] = {"href": "kfm://lake/data/published/x.csv", "roles": ["metadata"]}
    assets["other"] = {"href": "KFM://run/01KHQZ2C80Q1V5A7M3TB6XJ4NF/x", "roles": ["metadata"]}
    found = examined(contents)
    assert any("(elsewhere in the lake) (1 asset" in text for text in found.not_checked)
    assert any("of the lake that is not here) (1 asset" in text for text in found.not_checked)

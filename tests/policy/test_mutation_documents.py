"""Facts by example: merge patches over one document, refused where they prove nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kfm_gates.errors import UsageError
from kfm_gates.policy.documents import area_of, load_documents, merge
from kfm_gates.resources import data_path

BASE = data_path("policies", "examples", "facts.json").read_bytes()
RULES = ("overlay.tiles.complete", "rights.holder_named", "rights.license_known")


def load(area: str = "rights", **patches: Any) -> Any:
    return load_documents(BASE, {area: json.dumps(patches).encode()}, RULES)


@pytest.mark.parametrize(
    ("target", "patch", "wanted"),
    [  # the cases of RFC 7386, appendix A
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_merge(target: Any, patch: Any, wanted: Any) -> None:
    before = json.dumps(target)
    assert merge(target, patch) == wanted
    assert json.dumps(target) == before


def test_documents_by_rule() -> None:
    unknown = {"rights": {"licenses": ["unknown"]}}
    found = load(
        **{
            "pass": {"profile": "local"},
            "fail": {"license_known": unknown},
            "also_pass": {"license_known": {"rights": {"licenses": ["MIT"]}}},
        }
    )
    first, second = found.passing["rights.license_known"]
    assert first["profile"] == second["profile"] == "local"
    assert second["rights"]["licenses"] == ["MIT"]
    assert found.failing["rights.license_known"]["rights"]["licenses"] == ["unknown"]
    assert found.failing["rights.license_known"]["profile"] == "local"
    assert list(found.passing["rights.holder_named"]) == [first]
    assert "overlay.tiles.complete" not in found.passing
    assert not found.not_applicable


def test_areas() -> None:
    assert [area_of(rule) for rule in RULES] == ["overlay.tiles", "rights", "rights"]
    found = load("overlay.tiles", fail={"complete": {"profile": "local"}})
    assert set(found.passing) == set(found.failing) == {"overlay.tiles.complete"}


@pytest.mark.parametrize(
    "patches",
    [
        {"fails": {}},
        {"fail": {"no_such_rule": {}}},
        {"not_applicable": {"complete": {}}},
        {"fail": []},
        {"fail": {"license_known": {"rights": {"licenses": [None]}}}},
        {"fail": {"license_known": {"rights": {"outputs": {"total": "3"}}}}},
        {"fail": {"license_known": "nothing"}},
        {"pass": {"now": None}},
        {"pass": None},
    ],
)
def test_documents_that_prove_nothing_are_refused(patches: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as caught:
        load(**patches)
    assert caught.value.code == "DOCUMENTS_INVALID"
    assert caught.value.exit_code == 2
    assert caught.value.file == "rights.documents.json"


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"fail": {}, "fail": {}}', b'{"pass": NaN}'])
def test_what_is_not_strict_json_is_refused(raw: bytes) -> None:
    with pytest.raises(UsageError) as caught:
        load_documents(BASE, {"overlay.tiles": raw}, RULES)
    assert caught.value.code == "DOCUMENTS_INVALID"
    assert caught.value.file == "tiles.documents.json"

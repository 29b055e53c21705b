"""Old names in receipts: read, reported, and refused beside the new ones."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from evidence_samples import attempt, sample
from hypothesis import given
from hypothesis import strategies as st

from kfm_gates.errors import EvidenceUnreadable
from kfm_gates.evidence import json_schema, receipts
from kfm_gates.evidence.receipts import Alias, normalise


def renamed(data: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    return {new if key == old else key: value for key, value in data.items()}


ALIASES = [
    ("run_record", "ended_at", "finished_at"),
    ("run_record", "dataset_family", "dataset_id"),
    ("run_record", "dataset_family", "dataset"),
    ("run_record", "dataset_family", "dataset_ids"),
    ("run_record", "pipeline_id", "job_type"),
    ("run_manifest", "params", "parameters"),
]


@pytest.mark.parametrize(("kind", "canonical", "alias"), ALIASES)
def test_both_names_of_a_field_are_refused(kind: str, canonical: str, alias: str) -> None:
    data = sample(kind)
    for value in (data[canonical], None, "other"):
        with pytest.raises(EvidenceUnreadable) as caught:
            normalise(kind, {**data, alias: value}, file=f"{kind}.json")
        assert caught.value.code == "ALIAS_CONFLICT"
        assert caught.value.pointer == f"/{alias}"
        assert caught.value.file == f"{kind}.json"
        assert caught.value.wanted == f"only {canonical}"


def test_two_old_names_of_one_field_are_refused() -> None:
    data = renamed(sample("run_record"), "dataset_family", "dataset")
    with pytest.raises(EvidenceUnreadable) as caught:
        normalise("run_record", {**data, "dataset_id": "x"})
    assert caught.value.code == "ALIAS_CONFLICT"


@pytest.mark.parametrize("place", ["inputs", "outputs"])
def test_both_names_of_a_digest_are_refused(place: str) -> None:
    data = sample("run_manifest")
    data[place].append({**data[place][0], "checksum": data[place][0]["digest"]})
    with pytest.raises(EvidenceUnreadable) as caught:
        normalise("run_manifest", data)
    assert caught.value.pointer == f"/{place}/1/checksum"


@pytest.mark.parametrize(("kind", "canonical", "alias"), ALIASES)
def test_an_old_name_is_read_and_reported(kind: str, canonical: str, alias: str) -> None:
    data = renamed(sample(kind), canonical, alias)
    if alias == "dataset_ids":
        data[alias] = [data[alias]]
    before = copy.deepcopy(data)
    read, aliases = normalise(kind, data)
    assert data == before
    assert aliases == [Alias(f"/{alias}", alias, canonical)]
    assert read == normalise(kind, sample(kind))[0]
    assert list(read) == list(sample(kind))
    assert json_schema.validate(kind, data)
    assert json_schema.validate(kind, read) == []


def test_checksum_is_read_as_digest() -> None:
    data = sample("run_manifest")
    data["outputs"][0] = renamed(data["outputs"][0], "digest", "checksum")
    read, aliases = normalise("run_manifest", data)
    assert read["outputs"] == sample("run_manifest")["outputs"]
    assert aliases == [Alias("/outputs/0/checksum", "checksum", "digest")]


@pytest.mark.parametrize("families", [[], ["a", "b"], "a", None, {}])
def test_several_datasets_are_not_one(families: object) -> None:
    data = renamed(sample("run_record"), "dataset_family", "dataset_ids")
    read, aliases = normalise("run_record", {**data, "dataset_ids": families})
    assert "dataset_family" not in read
    assert aliases == []
    assert json_schema.validate("run_record", read)


@pytest.mark.parametrize(
    ("written", "read", "is_old"),
    [
        ("success", "succeeded", False),
        ("succeeded", "succeeded", False),
        ("SUCCESS", "succeeded", True),
        ("canceled", "cancelled", True),
        ("cancelled", "cancelled", False),
        ("started", "running", True),
        ("FAIL", "failed", True),
        ("failure", "failed", True),
        ("PARTIAL", "partial", True),
        ("expired", "expired", False),
    ],
)
def test_status_words_of_a_run(written: str, read: str, is_old: bool) -> None:
    data, aliases = normalise("run_record", {**sample("run_record"), "status": written})
    assert data["status"] == read
    assert aliases == ([Alias("/status", written, read)] if is_old else [])
    assert json_schema.validate("run_record", data) == []


@pytest.mark.parametrize(
    "written", ["done", "", "Success!", "pass", "succes", " success", None, 1, []]
)
def test_unknown_status_words_are_left_to_the_schema(written: object) -> None:
    data, aliases = normalise("run_record", {**sample("run_record"), "status": written})
    assert data["status"] == written
    assert aliases == []
    assert [i.pointer for i in json_schema.validate("run_record", data)] == ["/status"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("success", "succeeded"),
        ("running", "started"),
        ("canceled", "cancelled"),
        ("queued", "queued"),
    ],
)
def test_status_words_of_a_log(written: str, read: str) -> None:
    data, _ = normalise("log_line", {**sample("log_line"), "status": written})
    assert data["status"] == read
    assert json_schema.validate("log_line", data) == []


def test_zones_are_read_in_any_case() -> None:
    manifest = sample("run_manifest") | {"target_zone": "Processed"}
    manifest["outputs"][0]["zone"] = "WORK"
    before = copy.deepcopy(manifest)
    data, aliases = normalise("run_manifest", manifest)
    assert manifest == before
    assert (data["target_zone"], data["outputs"][0]["zone"]) == ("processed", "work")
    assert {a.pointer for a in aliases} == {"/target_zone", "/outputs/0/zone"}
    line, aliases = normalise("log_line", {**sample("log_line"), "zone_in": "Raw", "zone_out": "x"})
    assert (line["zone_in"], line["zone_out"]) == ("raw", "x")
    assert [a.pointer for a in aliases] == ["/zone_in"]


def test_zones_in_lower_case_are_no_old_names() -> None:
    manifest = sample("run_manifest") | {"target_zone": "processed"}
    manifest["outputs"][0]["zone"] = "work"
    assert normalise("run_manifest", manifest) == (manifest, [])


def test_unknown_zones_are_left_to_the_schema() -> None:
    manifest = sample("run_manifest") | {"target_zone": "Prod"}
    assert normalise("run_manifest", manifest) == (manifest, [])


@pytest.mark.parametrize("kind", ["run_record", "validation_report"])
def test_zones_are_only_read_where_there_are_some(kind: str) -> None:
    data = {"target_zone": "RAW", "zone_in": "RAW", "outputs": [{"zone": "RAW"}]}
    assert normalise(kind, data) == (data, [])


@pytest.mark.parametrize("entries", [{"checksum": "x"}, "checksum", 1, None, [1, "x", None, ["y"]]])
def test_lists_of_another_shape_are_left_to_the_schema(entries: object) -> None:
    data = sample("run_manifest") | {"inputs": entries, "outputs": entries}
    assert normalise("run_manifest", data) == (data, [])
    assert json_schema.validate("run_manifest", data)


def test_own_fields_and_parameters_are_never_renamed() -> None:
    manifest = sample("run_manifest")
    manifest["params"] = {"checksum": 1, "parameters": 2, "zone": "RAW", "status": "SUCCESS"}
    manifest["x_checksum"] = {"finished_at": 1}
    assert normalise("run_manifest", manifest) == (manifest, [])


def test_an_unknown_kind_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        normalise("catalog", {})


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "inputs",
                    "outputs",
                    "digest",
                    "checksum",
                    "status",
                    "zone",
                    "dataset",
                    "params",
                    "dataset_ids",
                    "parameters",
                    "target_zone",
                    "zone_in",
                    "finished_at",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@given(st.sampled_from(receipts.KINDS), anything)
def test_any_document_is_normalised_or_refused_and_never_changed(kind: str, data: Any) -> None:
    before = copy.deepcopy(data)
    result, error = attempt(normalise, kind, data)
    if error is not None:
        assert error.code == "ALIAS_CONFLICT"
    else:
        assert normalise(kind, result[0]) == (result[0], [])
    assert data == before

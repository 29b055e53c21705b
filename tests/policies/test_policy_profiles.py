"""The shipped profiles against the rules and codes that the policies declare."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from policy_tools import POLICIES, Tool

from kfm_gates.evidence import json_schema, strict_yaml

FILES = sorted((POLICIES / "profiles").glob("*.yaml"))
STEPS = ("local", "promotion", "public")
MAY_WARN = {
    "ATTESTATION_MISSING",
    "COMMIT_UNRESOLVED",
    "DCAT_MISSING",
    "LICENSE_NOT_SPDX",
    "PROV_MISSING",
    "RUNNER_LOCAL",
    "STAC_MISSING",
    "VERSIONS_MISSING",
}


def profile(name: str) -> dict[str, Any]:
    file = POLICIES / "profiles" / f"{name}.yaml"
    document = strict_yaml.loads(file.read_bytes(), file=file.name)
    assert isinstance(document, dict)
    return document


def rules(name: str) -> set[str]:
    """Rules of a profile and of what it extends."""
    document = profile(name)
    inherited = rules(document["extends"]) if "extends" in document else set()
    return inherited | set(document.get("rules", ()))


@pytest.fixture(scope="module")
def annotations(run_opa: Tool) -> dict[str, dict[str, Any]]:
    """Annotation of each rule by its id, as OPA reads it."""
    done = run_opa("inspect", "--annotations", "--format", "json", "policies/kfm/rules")
    found = {}
    for entry in json.loads(done.stdout)["annotations"]:
        path = [term["value"] for term in entry["path"]]
        if path[4:5] == ["status"]:
            found[f"{path[3]}.{path[5]}"] = entry["annotations"]
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
def test_fits_its_schema_and_name(file: Path) -> None:
    document = profile(file.stem)
    assert json_schema.validate("profile", document) == []
    assert document["name"] == file.stem


def test_the_four_are_there() -> None:
    assert [file.stem for file in FILES] == ["local", "promotion", "public", "review"]


def test_every_rule_is_named_by_some_profile_and_exists(
    annotations: dict[str, dict[str, Any]],
) -> None:
    assert len(annotations) == 40
    named = {rule for file in FILES for rule in rules(file.stem)}
    assert named == annotations.keys()


def test_each_step_asks_for_more() -> None:
    local, promotion, public = map(rules, STEPS)
    assert local == promotion == rules("review")
    assert public - promotion == {
        "sensitivity.public_label",
        "evidence.sovereignty_shown",
        "catalogs.dcat_dated",
        "catalogs.dcat_themed",
        "catalogs.dcat_placed",
    }
    assert promotion < public


def test_only_local_lowers_and_only_what_may_be(annotations: dict[str, dict[str, Any]]) -> None:
    customs = [entry["custom"] for entry in annotations.values()]
    assert {custom["code"] for custom in customs if custom.get("may_warn")} == MAY_WARN
    assert set(profile("local")["warn"]) == MAY_WARN
    assert not [name for name in ("review", "promotion", "public") if profile(name).get("warn")]


def test_limits() -> None:
    admitted = {file.stem: set(profile(file.stem).get("admits", ())) for file in FILES}
    assert admitted == {
        "local": {"local", "worktree", "opa", "clock", "policy"},
        "review": {"worktree", "unproven"},
        "promotion": {"worktree"},
        "public": set(),  # that of promotion, which it extends
    }
    assert profile("local")["carries"] == "local"
    assert not [name for name in ("review", "promotion", "public") if "carries" in profile(name)]


@pytest.mark.parametrize(
    "broken",
    [
        {"gates": []},
        {"rules": []},
        {"rules": ["license_known"]},
        {"rules": ["rights.license_known", "rights.license_known"]},
        {"admits": ["everything"]},
        {"carries": "worktree"},
        {"warn": ["runner local"]},
        {"wran": []},
        {"thresholds": {"rows": {}}},
        {"thresholds": {"rows": {"min": "10"}}},
        {"schema_version": "profile/v2"},
        {"name": ""},
        {"description": None},
    ],
)
def test_another_shape_is_refused(broken: dict[str, Any]) -> None:
    assert json_schema.validate("profile", profile("promotion") | broken)


@pytest.mark.parametrize("field", ["name", "description", "gates", "rules", "admits"])
def test_what_a_profile_needs(field: str) -> None:
    document = profile("promotion")
    del document[field]
    assert json_schema.validate("profile", document)


def test_a_house_profile_needs_only_what_it_adds() -> None:
    house = {"name": "ours", "description": "Ours.", "extends": "promotion", "house": ["tiles"]}
    assert json_schema.validate("profile", house) == []


def test_codes_are_unique_and_well_formed(annotations: dict[str, dict[str, Any]]) -> None:
    codes = [entry["custom"]["code"] for entry in annotations.values()]
    assert len(set(codes)) == len(codes)
    always = {"code", "level", "waivable", "solution", "who", "source", "why"}
    for rule, entry in annotations.items():
        custom = entry["custom"]
        assert always <= custom.keys() <= always | {"may_warn", "conditional"}, rule
        assert custom["level"] in {"deny", "warn"}, rule
        assert custom["who"] in {"pipeline", "steward", "policy", "operator"}, rule
        texts = entry["title"], entry["description"], custom["why"], custom["source"]
        assert all(texts), rule


def test_what_may_never_be_waived_cannot_be(annotations: dict[str, dict[str, Any]]) -> None:
    waivable = {rule for rule, entry in annotations.items() if entry["custom"]["waivable"]}
    assert not {rule for rule in waivable if rule.startswith(("sensitivity.", "zones."))}
    assert not waivable & {
        "receipts.run_succeeded",
        "receipts.validation_passed",
        "rights.license_known",
        "rights.class_allowed",
        "evidence.attestation_shown",
        "evidence.sovereignty_shown",
        "quality.checks_passed",
    }

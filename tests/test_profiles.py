"""Profiles: built-in ones resolve, house profiles can only tighten (FO-52)."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from kfm_gates import profiles
from kfm_gates.errors import UsageError
from kfm_gates.gates import all_gates
from kfm_gates.model import Layout, RuleInfo
from kfm_gates.policy.bundle import load_policy
from kfm_gates.project import Project


@pytest.fixture(scope="module")
def rules() -> dict[str, RuleInfo]:
    return dict(load_policy(None, {}).rules)


def project(**changes: Any) -> Project:
    base = Project(root=Path("/lake"), layout=Layout(), origin="none", sha256="0" * 64)
    return dataclasses.replace(base, **changes)


def house(**document: Any) -> Project:
    return project(profiles={"ours": {"description": "ours", **document}})


@pytest.mark.parametrize("name", ["local", "review", "promotion", "public"])
def test_built_in_profiles_require_every_gate(name: str, rules: dict[str, RuleInfo]) -> None:
    profile = profiles.resolve(name, project(), rules)
    assert profile.gates == set(all_gates())
    assert profile.rules <= rules.keys()
    assert len(profile.rules) >= 25


def test_the_ladder_climbs(rules: dict[str, RuleInfo]) -> None:
    local, review, promotion, public = (
        profiles.resolve(n, project(), rules) for n in ("local", "review", "promotion", "public")
    )
    assert local.rules == promotion.rules == review.rules
    assert promotion.rules < public.rules
    assert local.carries == "local"
    assert "local" in local.admits
    assert promotion.warn == review.warn == public.warn == frozenset()
    assert promotion.admits == {"worktree"}
    assert review.admits == {"worktree", "unproven"}
    assert "unproven" not in local.admits


def test_only_codes_that_may_warn_are_lowered(rules: dict[str, RuleInfo]) -> None:
    local = profiles.resolve("local", project(), rules)
    warnable = {info.code for info in rules.values() if info.may_warn}
    assert local.warn <= warnable
    forged = {id_: dataclasses.replace(info, may_warn=False) for id_, info in rules.items()}
    with pytest.raises(UsageError, match="floor"):
        profiles.resolve("local", project(), forged)


def test_every_rule_is_in_some_profile(rules: dict[str, RuleInfo]) -> None:
    named = profiles.resolve("public", project(), rules).rules
    assert named == rules.keys()


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({}, "extends no other"),
        ({"extends": "ours"}, "extends itself"),
        ({"extends": "nothing"}, "no profile"),
        ({"extends": "promotion", "gates": ["layuot"]}, "unknown gate"),
        ({"extends": "promotion", "rules": ["rights.misspelt"]}, "unknown rule"),
        ({"extends": "promotion", "admits": ["sunshine"]}, "unknown limit"),
        ({"extends": "promotion", "admits": ["worktree", "clock"]}, "widens 'admits'"),
        ({"extends": "promotion", "warn": ["DCAT_MISSING"]}, "widens 'warn'"),
        ({"extends": "promotion", "waivable": ["DCAT_MISSING"]}, "widens 'waivable'"),
        ({"extends": "promotion", "conditional": ["layout"]}, "widens 'conditional'"),
        ({"extends": "local", "carries": "other"}, "drops the limit"),
        ({"extends": "promotion", "house": ["absent"]}, "overlay 'absent'"),
    ],
)
def test_a_house_profile_that_loosens_or_misspells_is_refused(
    document: dict[str, Any], why: str, rules: dict[str, RuleInfo]
) -> None:
    with pytest.raises(UsageError, match=why):
        profiles.resolve("ours", house(**document), rules)


def test_a_house_profile_cannot_take_a_built_in_name(rules: dict[str, RuleInfo]) -> None:
    evil = project(profiles={"local": {"description": "x", "extends": "review"}})
    with pytest.raises(UsageError, match="built-in"):
        profiles.resolve("local", evil, rules)


def test_a_house_profile_tightens(rules: dict[str, RuleInfo]) -> None:
    ours = house(
        extends="local",
        rules=["sensitivity.public_label"],
        warn=["DCAT_MISSING"],
        admits=["local", "worktree"],
        thresholds={"rows": {"min": 10}},
    )
    profile = profiles.resolve("ours", ours, rules)
    assert "sensitivity.public_label" in profile.rules
    assert profile.warn == {"DCAT_MISSING"}
    assert profile.carries == "local"
    assert profile.thresholds == {"rows": {"min": 10}}
    assert profile.origin == "house"


def test_an_overlay_that_nothing_names_is_refused(rules: dict[str, RuleInfo]) -> None:
    lake = project(house={"ours.rego": b"package kfm.overlay.ours"})
    with pytest.raises(UsageError, match="named by nothing"):
        profiles.resolve("local", lake, rules)


def test_the_rules_of_a_named_overlay_are_required(rules: dict[str, RuleInfo]) -> None:
    lake = project(house={"ours.rego": b""}, house_named=("ours",))
    rule = dataclasses.replace(next(iter(rules.values())), id="overlay.ours.tidy")
    profile = profiles.resolve("local", lake, {**rules, rule.id: rule})
    assert rule.id in profile.rules
    assert profile.house == ("ours",)


def test_thresholds_only_get_stricter() -> None:
    combined = profiles.tighten(
        {"rows": {"min": 10, "max": 100}, "nulls": {"max": 0.1}},
        {"rows": {"min": 5, "max": 50}, "area": {"min": 1}},
    )
    assert combined == {
        "rows": {"min": 10, "max": 50},
        "nulls": {"max": 0.1},
        "area": {"min": 1},
    }


@pytest.mark.parametrize(
    "lake",
    [
        house(extends="promotion", admits=["clock"]),
        house(extends="promotion", name="promotion"),
        project(families_listed=(("a*", "no_such_profile"),)),
        project(profile="no_such_profile"),
    ],
)
def test_a_profile_that_nobody_uses_has_to_be_right_too(
    lake: Project, rules: dict[str, RuleInfo]
) -> None:
    with pytest.raises(UsageError):
        profiles.check_all(lake, rules)


def test_good_profiles_are_accepted(rules: dict[str, RuleInfo]) -> None:
    profiles.check_all(house(extends="promotion", name="ours"), rules)

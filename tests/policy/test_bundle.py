"""What judges: the frozen base without parsing, everything else checked before it is used."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from kfm_gates.errors import PolicyError, UsageError
from kfm_gates.policy import base
from kfm_gates.policy.bundle import Policy, load_policy
from kfm_gates.policy.evaluate import evaluate
from kfm_gates.policy.freeze import frozen
from kfm_gates.policy.locate import Opa
from kfm_gates.resources import data_path

NO_OPA = PolicyError("there is none", code="OPA_NOT_FOUND")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped policy, to be changed."""
    return Path(shutil.copytree(data_path("policies"), tmp_path / "policies"))


@pytest.fixture
def elsewhere(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The copy in the place of the shipped policy."""
    monkeypatch.setattr(base, "data_path", lambda *parts: folder.parent.joinpath(*parts))
    monkeypatch.setattr(
        base, "read_data", lambda *parts: folder.parent.joinpath(*parts).read_bytes()
    )
    return folder


def change(folder: Path, name: str = "kfm/rules/rights/rights.rego") -> None:
    path = folder / name
    path.write_bytes(path.read_bytes() + b"\n")


def test_the_frozen_rules_are_up_to_date(opa: Opa) -> None:
    assert frozen(opa, data_path("policies")) == data_path("policies", base.LOCK).read_bytes(), (
        "run: python -m kfm_gates.policy.freeze"
    )


def test_the_shipped_policy_needs_no_opa() -> None:
    policy = load_policy(opa=NO_OPA)
    assert policy.shipped is True
    assert policy.unchecked is None
    assert policy.origin in ("checkout", "packaged")
    assert policy.rules.keys() == {info.id for info in policy.rules.values()}
    assert len(policy.rules) >= 20
    assert list(policy.bundles) == ["base.tar.gz"]


def test_loading_is_deterministic(policy: Policy) -> None:
    again = load_policy()
    assert again.bundles == policy.bundles
    assert again.sha256 == policy.sha256


@pytest.mark.parametrize(
    "name", ["kfm/rules/rights/rights.rego", "kfm/data.json", "kfm/gates/gates.rego"]
)
def test_a_changed_base_in_a_checkout_is_parsed_and_a_limit(
    opa: Opa, policy: Policy, elsewhere: Path, name: str
) -> None:
    change(elsewhere, name)
    changed = load_policy(opa=opa)
    assert changed.shipped is False
    assert changed.origin == "checkout"
    assert changed.rules == policy.rules
    assert changed.sha256 != policy.sha256
    with pytest.raises(PolicyError) as caught:
        load_policy(opa=NO_OPA)
    assert caught.value is NO_OPA


def test_changed_capabilities_are_seen(opa: Opa, policy: Policy, elsewhere: Path) -> None:
    change(elsewhere, "capabilities.json")
    changed = load_policy(opa=opa)
    assert changed.shipped is False
    assert changed.sha256 != policy.sha256


def test_a_changed_test_is_not_part_of_the_policy(policy: Policy, elsewhere: Path) -> None:
    change(elsewhere, "kfm/rules/rights/rights_test.rego")
    assert load_policy(opa=NO_OPA).sha256 == policy.sha256


def test_a_changed_base_in_a_wheel_is_refused(
    opa: Opa, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(elsewhere)
    monkeypatch.setattr(base, "data_root", lambda: (elsewhere.parent, "packaged"))
    with pytest.raises(PolicyError) as caught:
        load_policy(opa=opa)
    assert caught.value.code == "POLICY_INVALID"
    assert "pip install" in (caught.value.fix or "")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"digest": 1, "rules": []}', '{"rules": [{}]}'])
def test_a_broken_lock_is_not_believed(opa: Opa, elsewhere: Path, text: str) -> None:
    (elsewhere / base.LOCK).write_text(text)
    assert load_policy(opa=opa).shipped is False


def test_a_lock_without_rules_is_not_believed(opa: Opa, policy: Policy, elsewhere: Path) -> None:
    (elsewhere / base.LOCK).write_text(json.dumps({"digest": policy.sha256, "rules": []}))
    changed = load_policy(opa=opa)
    assert changed.shipped is False
    assert changed.rules == policy.rules


def test_another_base_is_a_limit_even_if_it_is_the_same(
    opa: Opa, policy: Policy, folder: Path
) -> None:
    other = load_policy(folder, opa=opa)
    assert (other.origin, other.shipped) == ("policy-dir", False)
    assert other.rules == policy.rules


def test_another_base_is_checked(opa: Opa, folder: Path) -> None:
    path = folder / "kfm/rules/rights/rights.rego"
    path.write_text(
        path.read_text() + '\nstatus[name] := "pass" if some name in ["license_known"]\n'
    )
    with pytest.raises(PolicyError) as caught:
        load_policy(folder, opa=opa)
    assert caught.value.code == "POLICY_INVALID"
    assert caught.value.file == "kfm/rules/rights/rights.rego"
    assert caught.value.line is not None


def test_another_base_is_compiled(opa: Opa, folder: Path) -> None:
    path = folder / "kfm/rules/rights/rights.rego"
    path.write_text(path.read_text().replace("is_array(", "opa.runtime(", 1))
    with pytest.raises(PolicyError) as caught:
        load_policy(folder, opa=opa)
    assert caught.value.code == "POLICY_INVALID"
    assert caught.value.file == "kfm/rules/rights/rights.rego"


def test_another_base_never_brings_its_own_capabilities(
    opa: Opa, policy: Policy, folder: Path
) -> None:
    (folder / "capabilities.json").write_text("{}")
    assert load_policy(folder, opa=opa).capabilities == policy.capabilities


def test_another_base_that_is_not_there(opa: Opa, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load_policy(tmp_path / "absent", opa=opa)
    assert caught.value.code == "POLICY_DIR_NOT_FOUND"
    with pytest.raises(PolicyError):
        load_policy(tmp_path, opa=opa)


def test_house_rules_without_opa_are_listed_and_never_evaluated(question: object) -> None:
    policy = load_policy(house={"lake.rego": b"package kfm.overlay.lake\n"}, opa=NO_OPA)
    assert policy.unchecked is NO_OPA
    assert policy.house[0][0] == "lake"
    stand = Opa(Path("/nonexistent"), "0" * 64, "0", "test", locked=False)
    assert evaluate(stand, policy, [{}, {}]) == [NO_OPA, NO_OPA]


def test_named_house_rules_have_to_be_there() -> None:
    load_policy(None, {}, ())
    with pytest.raises(UsageError) as caught:
        load_policy(None, {}, ("lake",))
    assert caught.value.code == "HOUSE_RULE_MISSING"
    with pytest.raises(UsageError) as caught:
        load_policy(None, {"lake.rego": b""}, ())
    assert caught.value.code == "HOUSE_RULE_UNNAMED"


def test_capabilities_allow_no_network_and_no_surprise(policy: Policy) -> None:
    document = json.loads(policy.capabilities)
    assert document["allow_net"] == [""]
    names = {built_in["name"] for built_in in document["builtins"]}
    refused = ("http.", "net.", "io.jwt", "crypto.", "rand.", "uuid.", "opa.", "trace", "rego.")
    assert not [n for n in names if n.startswith(refused)]
    assert not names & {"time.now_ns", "json.match_schema", "json.verify_schema", "print"}

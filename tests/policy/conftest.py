"""The real OPA, facts that every rule passes, and executables that stand in for OPA."""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.errors import PolicyError
from kfm_gates.policy.bundle import Policy, load_policy
from kfm_gates.policy.facts import opa_input
from kfm_gates.policy.locate import Opa, find_opa
from kfm_gates.resources import read_data

StandIn = Callable[[str], Opa]


@pytest.fixture(scope="session")
def opa() -> Opa:
    """The pinned OPA."""
    try:
        return find_opa()
    except PolicyError as error:
        pytest.skip(f"there is no OPA: {error.message}")


@pytest.fixture(scope="session")
def policy(opa: Opa) -> Policy:
    """The shipped policy; also while its rules are being worked on."""
    return load_policy(opa=opa)


@pytest.fixture(scope="session")
def _facts() -> dict[str, Any]:
    facts = json.loads(read_data("policies", "examples", "facts.json"))
    assert isinstance(facts, dict)
    return facts


@pytest.fixture
def facts(_facts: dict[str, Any]) -> dict[str, Any]:
    """Facts that every shipped rule passes; a copy."""
    return copy.deepcopy(_facts)


@pytest.fixture
def question(facts: dict[str, Any]) -> dict[str, Any]:
    """Input of OPA about facts that pass."""
    return opa_input(facts)


@pytest.fixture
def right_answer(question: dict[str, Any], policy: Policy) -> dict[str, Any]:
    """What OPA says about `question`: every rule passes."""
    rules: dict[str, dict[str, str]] = {}
    for id_ in policy.rules:
        area, _, name = id_.rpartition(".")
        rules.setdefault(area, {})[name] = "pass"
    return {
        "schema": "decision/v1",
        "facts_sha256": question["host"]["facts_sha256"],
        "rules": rules,
    }


@pytest.fixture
def stand_in(tmp_path: Path) -> StandIn:
    """Make an executable out of Python source, and the `Opa` that a verified one would be.

    It stands where OPA would; what checks the digest of a binary is not asked.
    """

    def make(source: str) -> Opa:
        path = tmp_path / "opa"
        path.write_text(f"#!{sys.executable} -IS\nimport json, os, sys, time, signal\n{source}\n")
        path.chmod(0o700)
        return Opa(path, "0" * 64, "0.0.0", "test", locked=False)

    return make


def printing(document: object) -> str:
    """Source of a stand-in that reads its input and prints a document."""
    return f"sys.stdin.buffer.read(); sys.stdout.write({json.dumps(document)!r})"


def answering(value: object, text: str = "data.kfm.gates.decision") -> dict[str, Any]:
    """What `opa eval` prints for one value."""
    location = {"row": 1, "col": 1}
    return {"result": [{"expressions": [{"value": value, "text": text, "location": location}]}]}

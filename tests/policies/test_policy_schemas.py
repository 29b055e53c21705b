"""Schemas facts/v1 and decision/v1: closed, capped, without nulls and unions, explained."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from policy_tools import POLICIES, Tool

from kfm_gates.evidence import json_schema
from kfm_gates.evidence.labels import LABELS

FACTS = json.loads((POLICIES / "examples" / "facts.json").read_text())
DIGEST = "0f" * 32
NAMES = ("facts", "decision", "profile")


def schemas(node: Any, where: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema in a schema, with its place."""
    if isinstance(node, dict):
        if "type" in node or "$ref" in node:
            yield where, node
        for name, member in node.items():
            yield from schemas(member, f"{where}/{name}")
    elif isinstance(node, list):
        for n, member in enumerate(node):
            yield from schemas(member, f"{where}/{n}")


def properties(node: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for where, schema in schemas(node):
        for name, member in schema.get("properties", {}).items():
            yield f"{where}/{name}", member


def changed(path: str, value: Any) -> Any:
    facts = copy.deepcopy(FACTS)
    *parents, last = path.split("/")
    node = facts
    for name in parents:
        node = node[name]
    node[last] = value
    return facts


@pytest.mark.parametrize("name", NAMES)
def test_identity_titles_and_descriptions(name: str) -> None:
    schema = json_schema.load(name)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"https://kfm-gates.dev/schemas/{name}/v1.schema.json"
    assert schema["title"]
    assert schema["description"]
    bare = [
        where for where, p in properties(schema) if not (p.get("title") and p.get("description"))
    ]
    assert not bare


def test_facts_are_closed_capped_and_of_one_type() -> None:
    for where, schema in schemas(json_schema.load("facts")):
        assert isinstance(schema.get("type", ""), str), where
        assert not {"anyOf", "oneOf", "default", "nullable"} & schema.keys(), where
        kind = schema.get("type")
        if kind == "object":
            assert "additionalProperties" in schema, where
            assert "properties" in schema or schema["maxProperties"] <= 64, where
        elif kind == "array":
            assert schema["maxItems"] <= 64, where
        elif kind == "string":
            assert {"enum", "const", "pattern", "maxLength"} & schema.keys(), where
        elif kind == "integer":
            assert schema["minimum"] == 0, where
            assert schema["maximum"] == 2**53 - 1, where
        assert kind != "null", where


def test_facts_refer_to_nothing_outside() -> None:
    refs = [s["$ref"] for _, s in schemas(json_schema.load("facts")) if "$ref" in s]
    assert refs
    assert all(ref.startswith("#/$defs/") for ref in refs)


def test_aggregates_can_say_that_they_are_complete() -> None:
    aggregates = [
        (where, schema)
        for where, schema in schemas(json_schema.load("facts"))
        if "total" in schema.get("properties", {})
    ]
    # A catalog that cannot be read is an error of its gate, and then the gate states no facts.
    whole = re.compile(r"/properties/(stac|dcat|closure)/")
    assert len(aggregates) >= 30
    assert sum(whole.match(where) is None for where, _ in aggregates) >= 10
    for where, schema in aggregates:
        needed = {"total"} if whole.match(where) else {"total", "complete"}
        assert needed <= set(schema["required"]), where


def test_the_example_fits() -> None:
    assert json_schema.validate("facts", FACTS) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("schema", "facts/v2"),
        ("extra", 1),
        ("rights/extra", 1),
        ("rights/licenses", None),
        ("rights/licenses", [f"L{n}" for n in range(65)]),
        ("rights/licenses", ["MIT", "MIT"]),
        ("rights/licenses", ["x" * 256]),
        ("rights/licenses", ["a\nb"]),
        ("rights/outputs/total", "3"),
        ("rights/outputs/total", -1),
        ("rights/outputs/total", 1.5),
        ("rights/outputs/complete", "true"),
        ("receipts/status", "success"),
        ("receipts/minimums", [{"metric": "rows", "bound": None}]),
        ("integrity/outputs/by_role", {f"r{n}": 1 for n in range(65)}),
        ("gates", {f"g{n}": {} for n in range(65)}),
        ("gates/dcat", {"status": "pass"}),
        ("subject/sha256", "SHA256:" + "0" * 57),
        ("now", "2026-03-01T12:00:00+01:00"),
        ("question/target_zone", "Processed"),
        ("layout/zone", "elsewhere"),
        ("origin/commit", "abc"),
    ],
)
def test_other_facts_do_not(path: str, value: Any) -> None:
    assert json_schema.validate("facts", changed(path, value))


@pytest.mark.parametrize("section", ["schema", "now", "profile", "question", "run", "gates"])
def test_what_facts_need(section: str) -> None:
    assert json_schema.validate("facts", {k: v for k, v in FACTS.items() if k != section})


@pytest.mark.parametrize("section", ["subject", "layout", "receipts", "origin", "rights"])
def test_what_was_not_established_is_absent(section: str) -> None:
    assert json_schema.validate("facts", {k: v for k, v in FACTS.items() if k != section}) == []


def test_opa_answers_in_the_shape_of_decision_v1(run_opa: Tool) -> None:
    decision = ask(run_opa, {**FACTS, "host": {"facts_sha256": DIGEST}})
    assert json_schema.validate("decision", decision) == []
    assert decision["facts_sha256"] == DIGEST
    assert {status for area in decision["rules"].values() for status in area.values()} == {"pass"}
    assert sum(len(area) for area in decision["rules"].values()) == 40


@pytest.mark.parametrize("host", [{}, {"host": {}}, {"host": {"facts_sha256": DIGEST[1:]}}])
def test_opa_answers_nothing_about_facts_without_a_digest(run_opa: Tool, host: Any) -> None:
    assert ask(run_opa, {**FACTS, **host}) is None


@pytest.mark.parametrize(
    "broken",
    [
        {"schema": "decision/v2"},
        {"facts_sha256": "sha256:" + DIGEST},
        {"facts_sha256": None},
        {"rules": {}},
        {"rules": {"rights": {}}},
        {"rules": {"rights": {"license_known": "passed"}}},
        {"rules": {"rights": {"license_known": True}}},
        {"rules": {"rights": "pass"}},
        {"rules": {"overlay": {"tiles": {"complete": "pass"}}}},
        {"rules": {"Rights": {"license_known": "pass"}}},
        {"extra": 1},
    ],
)
def test_another_decision_is_refused(broken: dict[str, Any]) -> None:
    good = {
        "schema": "decision/v1",
        "facts_sha256": DIGEST,
        "rules": {"rights": {"license_known": "pass"}, "overlay.tiles": {"complete": "fail"}},
    }
    assert json_schema.validate("decision", good) == []
    assert json_schema.validate("decision", good | broken)


def test_rule_data_agrees_with_the_package() -> None:
    from license_expression import get_license_index

    data = json.loads((POLICIES / "kfm" / "data.json").read_text())
    ranks = data["labels"]["rank"]
    assert sorted(ranks, key=ranks.__getitem__) == list(LABELS)
    for name in ("promotable", "public", "generalizable"):
        assert set(data["labels"][name]) <= set(LABELS)
    listed = {entry.get("spdx_license_key") for entry in get_license_index()}
    named = {name for name in data["licenses"]["known"] if not name.startswith("LicenseRef-")}
    assert named <= listed
    zones = set(data["zones"]["transitions"])
    assert zones == {"raw", "work", "quarantine", "processed", "published"}
    assert all(set(after) <= zones for after in data["zones"]["transitions"].values())


def ask(run_opa: Tool, facts: Any) -> Any:
    done = run_opa(
        *("eval", "--format", "json", "--strict", "--strict-builtin-errors"),
        *("--capabilities", "policies/capabilities.json", "--bundle", "policies"),
        *("--stdin-input", "data.kfm.gates.decision"),
        stdin=json.dumps(facts),
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout).get("result")
    return result[0]["expressions"][0]["value"] if result else None

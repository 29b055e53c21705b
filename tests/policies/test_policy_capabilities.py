"""What policies may do at all: an allow-list of built-ins, and no network whatever they ask."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from policy_tools import POLICIES, Tool

from kfm_gates.policy.locate import Opa

FILE = POLICIES / "capabilities.json"
REFUSED = {
    "http.send": 'http.send({"url": "http://localhost", "method": "get"})',
    "net.lookup_ip_addr": 'net.lookup_ip_addr("localhost")',
    "net.cidr_contains": 'net.cidr_contains("10.0.0.0/8", "10.0.0.1")',
    "opa.runtime": "opa.runtime()",
    "rand.intn": 'rand.intn("x", 10)',
    "uuid.rfc4122": 'uuid.rfc4122("x")',
    "time.now_ns": "time.now_ns()",
    "trace": 'trace("x")',
    "print": 'print("x")',
    "io.jwt.decode": 'io.jwt.decode("x")',
    "crypto.x509.parse_certificates": 'crypto.x509.parse_certificates("x")',
    "json.match_schema": 'json.match_schema({}, {"$ref": "file:///etc/passwd"})',
    "json.verify_schema": "json.verify_schema({})",
    "rego.parse_module": 'rego.parse_module("x", "package x")',
    "to_number": 'to_number("12 ha")',
    "providers.aws.sign_req": "providers.aws.sign_req({}, {}, 1)",
}


def compiles(run_opa: Tool, folder: Path, body: str) -> bool:
    policy = folder / "policy.rego"
    policy.write_text(f"package kfm.overlay.x\n\nx if {{\n\t{body}\n}}\n")
    done = run_opa("check", "--strict", "--capabilities", str(FILE), str(policy))
    return done.returncode == 0


def names() -> set[str]:
    return {builtin["name"] for builtin in json.loads(FILE.read_text())["builtins"]}


@pytest.mark.parametrize("name", REFUSED)
def test_a_policy_that_uses_it_does_not_compile(run_opa: Tool, tmp_path: Path, name: str) -> None:
    assert name not in names()
    assert not compiles(run_opa, tmp_path, REFUSED[name])


@pytest.mark.parametrize(
    "body",
    [
        "count(input.x) > 0",
        'startswith(lower(input.x), "a")',
        "regex.match(`^a+$`, input.x)",
        'time.parse_rfc3339_ns("2026-01-01T00:00:00Z") > 0',
        'some i in numbers.range(1, 3); i == object.get(input, ["x"], 0)',
    ],
)
def test_what_house_rules_need_compiles(run_opa: Tool, tmp_path: Path, body: str) -> None:
    assert compiles(run_opa, tmp_path, body)


def test_every_entry_is_what_the_pinned_opa_says(run_opa: Tool, opa: Opa) -> None:
    ours = json.loads(FILE.read_text())
    theirs = json.loads(run_opa("capabilities", "--version", f"v{opa.version}").stdout)
    known = {builtin["name"]: builtin for builtin in theirs["builtins"]}
    assert {builtin["name"]: builtin for builtin in ours["builtins"]} == {
        name: known[name] for name in names()
    }
    assert {k: v for k, v in ours.items() if k not in ("builtins", "allow_net")} == {
        k: v for k, v in theirs.items() if k != "builtins"
    }


def test_nothing_in_it_reaches_outside() -> None:
    # An empty list would be dropped by Go's marshaller, and a missing one allows every host.
    assert json.loads(FILE.read_text())["allow_net"] == [""]
    families = ("http.", "net.", "opa.", "rand.", "uuid.", "io.", "crypto.", "rego.", "providers.")
    assert not [name for name in names() if name.startswith(families)]
    assert not [b for b in json.loads(FILE.read_text())["builtins"] if b.get("nondeterministic")]

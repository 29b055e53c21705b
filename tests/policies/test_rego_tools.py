"""The shipped Rego under the tools: format, strict check with schema, tests, coverage, Regal."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from policy_tools import POLICIES, ROOT, Tool

SOURCES = sorted(p for p in POLICIES.rglob("*.rego") if not p.name.endswith("_test.rego"))
RULES = [path for path in SOURCES if path.parent.parent.name == "rules"]


@pytest.fixture
def input_schema(tmp_path: Path) -> Path:
    """What OPA is given: the facts, and what the host adds to them."""
    schema = json.loads((ROOT / "schemas" / "facts" / "v1.schema.json").read_text())
    text = {"type": "string"}
    host = {"type": "object", "additionalProperties": False, "properties": {"facts_sha256": text}}
    schema["properties"] |= {"host": host, "batch": {"type": "array", "items": {"type": "object"}}}
    path = tmp_path / "input.json"
    path.write_text(json.dumps(schema))
    return path


def check(run_opa: Tool, schema: Path, *paths: Path) -> Any:
    return run_opa(
        *("check", "--strict", "--schema", str(schema)),
        *("--capabilities", str(POLICIES / "capabilities.json"), *map(str, paths)),
    )


def test_formatted(run_opa: Tool) -> None:
    done = run_opa("fmt", "--diff", "policies")
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_strict_with_capabilities_and_schema(run_opa: Tool, input_schema: Path) -> None:
    done = check(run_opa, input_schema, *SOURCES)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("source", RULES, ids=lambda path: path.stem)
def test_a_misspelt_fact_does_not_compile(
    run_opa: Tool, input_schema: Path, tmp_path: Path, source: Path
) -> None:
    text = source.read_text()
    fact = re.search(r"\binput\.\w+", text)
    assert fact
    broken = tmp_path / source.name
    broken.write_text(text.replace(fact[0], f"{fact[0]}s", 1))
    done = check(run_opa, input_schema, broken)
    assert done.returncode != 0
    assert "undefined ref" in done.stderr


def test_every_test_passes_and_covers_everything(run_opa: Tool) -> None:
    done = run_opa("test", "--bundle", "policies", "--format", "json", "--fail-on-empty")
    results = json.loads(done.stdout)
    assert done.returncode == 0
    assert len(results) > 95
    assert not [r["name"] for r in results if r.get("fail") or r.get("skip") or r.get("error")]
    done = run_opa("test", "--bundle", "policies", "--format", "json", "--coverage")
    report = json.loads(done.stdout)
    assert not {name: f["not_covered"] for name, f in report["files"].items() if "not_covered" in f}
    assert report["coverage"] == 100
    covered = {Path(name).name for name in report["files"]}
    assert {path.name for path in SOURCES} <= covered


def test_every_module_has_its_tests_beside_it() -> None:
    assert len(SOURCES) == 8
    assert not [p for p in SOURCES if not p.with_name(f"{p.stem}_test.rego").is_file()]


def test_a_rule_that_lets_go_fails_its_tests(run_opa: Tool, tmp_path: Path) -> None:
    shutil.copytree(POLICIES, tmp_path / "policies")
    rule = tmp_path / "policies" / "kfm" / "rules" / "rights" / "rights.rego"
    rule.write_text(rule.read_text().replace("\toutputs[field] == outputs.total\n", ""))
    done = run_opa("test", "--bundle", "policies", cwd=tmp_path)
    assert done.returncode != 0
    assert "test_each_aggregate_has_to_cover_every_output: FAIL" in done.stdout


def test_regal_is_content(run_regal: Tool) -> None:
    done = run_regal("lint", "--format", "json", "policies")
    report = json.loads(done.stdout)
    assert report["violations"] == [], done.stdout
    assert done.returncode == 0
    assert report["summary"]["files_scanned"] == 2 * len(SOURCES)


def test_regal_would_not_be(run_regal: Tool, tmp_path: Path) -> None:
    shutil.copytree(ROOT / ".regal", tmp_path / ".regal")
    for name in ("x", "y"):  # Regal compares files only where there are two
        policy = tmp_path / "policies" / "kfm" / "rules" / name / f"{name}.rego"
        policy.parent.mkdir(parents=True)
        policy.write_text(f"package kfm.rules.{name}\n\nopen if time.now_ns() > 0\n")
    done = run_regal("lint", "--format", "json", "policies", cwd=tmp_path)
    titles = {violation["title"] for violation in json.loads(done.stdout)["violations"]}
    assert {"forbidden-function-call", "missing-metadata"} <= titles
    assert done.returncode != 0


def test_regal_exceptions_carry_their_reason() -> None:
    lines = (ROOT / ".regal" / "config.yaml").read_text().splitlines()
    for n, line in enumerate(lines):
        if "ignore" in line or "except-" in line:
            assert any("# " in above for above in lines[n - 3 : n + 1]), line

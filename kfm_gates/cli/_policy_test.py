"""Unit tests of the policy: the shipped rules and a lake's own, with the real OPA.

`opa test` ends with 0 when it ran nothing, and passes over tests that are to be written (FO-46),
so what it did is counted here: every overlay has a test, and every test passed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kfm_gates.errors import PolicyError

if TYPE_CHECKING:
    from kfm_gates.cli._house import HouseFiles
    from kfm_gates.policy.locate import Opa

_TIMEOUT_S = 120.0
_MAX_OUTPUT = 8 << 20


@dataclass(slots=True)
class Tested:
    """Outcome of unit tests."""

    passed: int = 0
    problems: list[dict[str, Any]] = field(default_factory=list)


def unit_tests(opa: Opa, house: HouseFiles) -> Tested:
    """Run the tests of the shipped rules, then those of the house rules beside them.

    Raises:
        PolicyError: OPA gives no answer that can be used.
    """
    from kfm_gates.policy.sources import read_base
    from kfm_gates.resources import data_path, read_data

    folder = data_path("policies")
    capabilities = read_data("policies", "capabilities.json")
    outcome = Tested()
    _count(_run(opa, read_base(folder, tests=True), capabilities), outcome)
    if outcome.passed == 0 and not outcome.problems:
        raise PolicyError("No test of the shipped rules ran.", code="OPA_OUTPUT_INVALID")
    seen: set[str] = set()
    if house.rules or house.tests:
        files = dict(read_base(folder))
        files |= {f"house/{name}": raw for name, raw in (house.rules | house.tests).items()}
        seen = _count(_run(opa, files, capabilities), outcome)
    for file in house.rules:
        overlay = file.removesuffix(".rego")
        if f"data.kfm.overlay.{overlay}_test" not in seen:
            outcome.problems.append(
                {
                    "file": file,
                    "line": None,
                    "message": f"The house rules {overlay} have no test.",
                    "fix": f"Write {overlay}_test.rego in the package kfm.overlay.{overlay}_test.",
                }
            )
    return outcome


def _count(results: list[dict[str, Any]], outcome: Tested) -> set[str]:
    """Add results to the outcome; return the packages that have tests."""
    seen = set()
    for result in results:
        package = str(result.get("package", ""))
        name = f"{package.removeprefix('data.')}.{result.get('name', '')}"
        seen.add(package)
        if not (result.get("fail") or result.get("error") or result.get("skip")):
            outcome.passed += 1
            continue
        place = result.get("location") or {}
        outcome.problems.append(
            {
                "file": str(place.get("file", "")).removeprefix("house/"),
                "line": place.get("row"),
                "message": f"The test {name} {'was skipped' if result.get('skip') else 'failed'}.",
                "fix": "Mend the rule or the test.",
            }
        )
    return seen


def _run(opa: Opa, files: Mapping[str, bytes], capabilities: bytes) -> list[dict[str, Any]]:
    from kfm_gates.policy.process import run
    from kfm_gates.policy.workspace import workspace

    opa.require_unchanged()
    every = {**{f"tree/{path}": raw for path, raw in files.items()}, "capabilities": capabilities}
    with workspace(every) as folder:
        done = run(
            [
                str(opa.path),
                "test",
                "--format=json",
                "--capabilities=../capabilities",
                f"--timeout={int(_TIMEOUT_S)}s",
                ".",
            ],
            timeout_s=_TIMEOUT_S,
            max_stdout=_MAX_OUTPUT,
            max_stderr=_MAX_OUTPUT,
            cwd=folder / "tree",
        )
    try:
        results = json.loads(done.stdout)
    except ValueError as error:
        detail = done.stderr.decode("utf-8", "replace").strip() or "no output"
        raise PolicyError(
            f"The tests cannot be run: {detail[:500]}", code="POLICY_INVALID"
        ) from error
    if not isinstance(results, list) or not all(isinstance(r, dict) for r in results):
        raise PolicyError("OPA printed no list of tests.", code="OPA_OUTPUT_INVALID")
    failed = any(r.get("fail") or r.get("error") or r.get("skip") for r in results)
    if (done.returncode == 0) is failed:
        raise PolicyError(
            f"OPA ended with {done.returncode}, and its list of tests says otherwise.",
            code="OPA_OUTPUT_INVALID",
        )
    return results

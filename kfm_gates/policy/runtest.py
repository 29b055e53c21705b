"""`policy test`: is a policy what it claims to be, before it judges anything?

`opa test` ends with 0 when it ran nothing and passes over tests that are still to be written
(FO-46). So what it did is counted here: every area has tests, every test passed, every line was
evaluated.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kfm_gates.errors import PolicyError
from kfm_gates.policy.base import Base
from kfm_gates.policy.bundle import overlay_bundle
from kfm_gates.policy.house import examine_house
from kfm_gates.policy.locate import Opa
from kfm_gates.policy.parse import excerpt, problems_of
from kfm_gates.policy.process import Completed, run
from kfm_gates.policy.syntax import Problem
from kfm_gates.policy.workspace import workspace

THRESHOLD = 100.0
"""Per cent of the lines of a module that its tests have to evaluate."""

_NOT_PASSED = frozenset({"fail", "error", "skip"})
_TIMEOUT_S = 120.0
_MAX_OUTPUT = 16 << 20


@dataclass(frozen=True)
class PolicyTests:
    """What `policy test` found out about some modules.

    Args:
        rules: Ids of the rules that they declare.
        passed: How many tests passed.
        coverage: Per cent of evaluated lines by module.
        problems: Everything that is wrong.
    """

    rules: tuple[str, ...]
    passed: int
    coverage: Mapping[str, float]
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """True only where there were rules and tests, and nothing is wrong."""
        return bool(self.rules) and self.passed > 0 and not self.problems


def run_base_tests(
    opa: Opa, base: Base, tests: Mapping[str, bytes], capabilities: bytes
) -> PolicyTests:
    """Test a base policy.

    Args:
        opa: The verified OPA.
        base: The base; its modules held to the contract when it was loaded.
        tests: Bytes of the `_test.rego` files by path, as `read_base` names them.
        capabilities: What OPA may do.

    Raises:
        PolicyError: OPA gives no answer that can be used.
    """
    modules = {path: raw for path, raw in base.files.items() if path.endswith(".rego")}
    return _tested(opa, base.files, modules, tests, capabilities, tuple(sorted(base.rules)))


def run_house_tests(
    opa: Opa,
    base: Base,
    overlays: Mapping[str, bytes],
    tests: Mapping[str, bytes],
    capabilities: bytes,
    reserved: Iterable[str] = (),
) -> PolicyTests:
    """Hold house rules to the contract and test them beside a base.

    Args:
        opa: The verified OPA.
        base: The base policy.
        overlays: Bytes of the house rules by file name, `<name>.rego`.
        tests: Bytes of their tests by file name, `<name>_test.rego`.
        capabilities: What OPA may do.
        reserved: Codes that no house rule may use.

    Raises:
        PolicyError: OPA gives no answer that can be used.
        UsageError: A file name cannot be one of house rules.
    """
    bundles = {"base.tar.gz": base.archive()}
    for file, raw in overlays.items():
        bundles[f"{file.removesuffix('.rego')}.overlay.tar.gz"] = overlay_bundle(file, raw)
    rules, problems = examine_house(opa, base, overlays, bundles, capabilities, reserved)
    ids = tuple(sorted(info.id for info in rules))
    problems += [
        Problem(name, None, "The tests belong to no house rules.", "Name them <name>_test.rego.")
        for name in sorted(tests)
        if f"{name.removesuffix('_test.rego')}.rego" not in overlays or name in overlays
    ]
    if not overlays:
        problems.append(Problem("", None, "There are no house rules.", "Run: kfm-gates policy new"))
    if problems:
        # Rules that break the contract are mended first: what their tests say means nothing.
        return PolicyTests(ids, 0, {}, tuple(problems))
    return _tested(opa, base.files, overlays, tests, capabilities, ids)


def _tested(
    opa: Opa,
    base: Mapping[str, bytes],
    modules: Mapping[str, bytes],
    tests: Mapping[str, bytes],
    capabilities: bytes,
    rules: tuple[str, ...],
) -> PolicyTests:
    opa.require_unchanged()
    tree = {**base, **modules, **tests}
    files = {f"tree/{path}": raw for path, raw in tree.items()}
    with workspace({**files, "capabilities.json": capabilities}) as folder:

        def call(*arguments: str) -> Completed:
            return run(
                [str(opa.path), *arguments],
                timeout_s=_TIMEOUT_S,
                max_stdout=_MAX_OUTPUT,
                max_stderr=_MAX_OUTPUT,
                cwd=folder / "tree",
            )

        mine = sorted({**modules, **tests})
        problems = [*_strict(call("check", "--strict", "--format=json", "."), mine)]
        if problems:
            return PolicyTests(rules, 0, {}, tuple(problems))
        problems += _format(call("fmt", "--list", "--", *mine), mine, opa)
        allowed = "--capabilities=../capabilities.json"
        limit = f"--timeout={int(_TIMEOUT_S)}s"
        results = _results(call("test", "--format=json", allowed, limit, "."))
        passed, failed = _count(results, mine)
        report = call("test", "--coverage", "--format=json", allowed, limit, ".")
    problems += failed
    coverage: dict[str, float] = {}
    if passed and not failed:
        coverage, uncovered = _coverage(report, modules)
        problems += uncovered
    packages = {str(entry.get("package")) for entry in results}
    problems += [
        Problem(
            path,
            None,
            "The rules of the module have no test.",
            f"Write tests in the package {_test_package(path)}.",
        )
        for path in modules
        if f"data.{_test_package(path)}" not in packages
    ]
    if passed == 0 and not problems:
        problems.append(Problem("", None, "No test ran.", "Write tests; see: kfm-gates policy new"))
    return PolicyTests(rules, passed, coverage, tuple(problems))


def _test_package(path: str) -> str:
    """Package of the tests of a module: the module's own with `_test` behind it."""
    *parents, file = path.removesuffix(".rego").split("/")
    return ".".join(parents or ["kfm", "overlay", file]) + "_test"


def _strict(done: Completed, files: Sequence[str]) -> list[Problem]:
    if done.returncode == 0:
        return []
    return problems_of(done, {path: path for path in files})


def _format(done: Completed, files: Sequence[str], opa: Opa) -> list[Problem]:
    listed = done.stdout.decode("utf-8", "replace").split()
    if done.returncode != 0 or not set(listed) <= set(files):
        raise _unusable("fmt", done)
    return [
        Problem(
            path,
            None,
            "The file is not formatted as 'opa fmt' does.",
            f"Run: {opa.path} fmt --write {path}",
        )
        for path in listed
    ]


def _results(done: Completed) -> list[dict[str, Any]]:
    try:
        results = json.loads(done.stdout)
    except (ValueError, RecursionError) as error:
        raise _unusable("test", done) from error
    if not isinstance(results, list) or not all(isinstance(entry, dict) for entry in results):
        raise _unusable("test", done)
    bad = any(entry.keys() & _NOT_PASSED for entry in results)
    if (done.returncode == 0) is bad:
        # Its exit code and its list contradict each other: believe neither.
        raise _unusable("test", done)
    return results


def _count(results: list[dict[str, Any]], files: Sequence[str]) -> tuple[int, list[Problem]]:
    passed = 0
    problems = []
    for entry in results:
        if entry.keys() & _NOT_PASSED:
            place = entry.get("location")
            place = place if isinstance(place, dict) else {}
            file = str(place.get("file", ""))
            row = place.get("row")
            what = "was skipped" if "skip" in entry else "failed"
            problems.append(
                Problem(
                    next((path for path in files if file.endswith(path)), file),
                    row if isinstance(row, int) else None,
                    f"The test {entry.get('name')} {what}.",
                    "Mend the rule or the test.",
                )
            )
        else:
            passed += 1
    return passed, problems


def _coverage(
    done: Completed, modules: Mapping[str, bytes]
) -> tuple[dict[str, float], list[Problem]]:
    try:
        files = dict(json.loads(done.stdout)["files"].items())
        # A module of which nothing was evaluated has no figure of its own.
        found = {p: float(files[p].get("coverage", 0)) for p in modules if p in files}
        gaps = {path: files[path].get("not_covered", []) for path in found}
        lines = {path: [int(gap["start"]["row"]) for gap in gaps[path]] for path in found}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _unusable("test --coverage", done) from error
    problems = []
    for path in modules:
        if path not in found:
            problems.append(
                Problem(path, None, "No line of the module was evaluated.", "Test its rules.")
            )
        elif not found[path] >= THRESHOLD or lines[path]:
            listed = ", ".join(map(str, lines[path][:10])) or "unknown"
            problems.append(
                Problem(
                    path,
                    next(iter(lines[path]), None),
                    f"The tests evaluate {found[path]:g} % of the module; not line {listed}.",
                    "Add a test that reaches it, or remove what nothing reaches.",
                )
            )
    return found, problems


def _unusable(what: str, done: Completed) -> PolicyError:
    return PolicyError(
        f"'opa {what}' gives no answer that can be used.",
        code="OPA_OUTPUT_INVALID",
        got=f"exit code {done.returncode}: {excerpt(done.stderr or done.stdout)}",
    )

"""`policy test`: no test, no format, no coverage, no pass (FO-46)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from kfm_gates.errors import PolicyError, UsageError
from kfm_gates.policy import runtest
from kfm_gates.policy.bundle import Base, load_base
from kfm_gates.policy.locate import Opa
from kfm_gates.policy.runtest import PolicyTests, run_base_tests, run_house_tests
from kfm_gates.policy.sources import read_base
from kfm_gates.resources import data_path, read_data

from .conftest import StandIn
from .test_modules import GOOD

TEST = """\
package kfm.overlay.lake_test

import data.kfm.overlay.lake

test_passes_what_is_shown if {
	lake.status.titled == "pass" with input as {"run": {"run_id": "x"}}
}

test_refuses_what_is_not_shown if {
	every run in [{}, {"run_id": ""}, {"run_id": 3}] {
		lake.status.titled == "fail" with input as {"run": run}
	}
}
"""


@pytest.fixture(scope="session")
def base(opa: Opa) -> Base:
    return load_base(None, opa)


@pytest.fixture(scope="session")
def capabilities() -> bytes:
    return read_data("policies", "capabilities.json")


House = Callable[[str, str | None], PolicyTests]


@pytest.fixture
def house(opa: Opa, base: Base, capabilities: bytes) -> House:
    def test(rules: str, tests: str | None) -> PolicyTests:
        given = {} if tests is None else {"lake_test.rego": tests.encode()}
        return run_house_tests(opa, base, {"lake.rego": rules.encode()}, given, capabilities)

    return test


def test_the_shipped_rules(opa: Opa, base: Base, capabilities: bytes) -> None:
    every = read_base(data_path("policies"), tests=True)
    tests = {path: raw for path, raw in every.items() if path.endswith("_test.rego")}
    found = run_base_tests(opa, base, tests, capabilities)
    assert found.problems == ()
    assert found.ok is True
    assert set(found.rules) == base.rules.keys()
    assert found.passed > len(base.rules)
    assert set(found.coverage.values()) == {100.0}
    assert len(found.coverage) == sum(path.endswith(".rego") for path in base.files)


def test_the_shipped_rules_without_their_tests(opa: Opa, base: Base, capabilities: bytes) -> None:
    found = run_base_tests(opa, base, {}, capabilities)
    assert found.ok is False
    assert found.passed == 0
    assert {problem.file for problem in found.problems} >= {"kfm/rules/rights/rights.rego"}


def test_one_area_without_its_tests(opa: Opa, base: Base, capabilities: bytes) -> None:
    every = read_base(data_path("policies"), tests=True)
    tests = {p: raw for p, raw in every.items() if p.endswith("_test.rego") and "rights" not in p}
    found = run_base_tests(opa, base, tests, capabilities)
    assert found.ok is False
    assert {problem.file for problem in found.problems} == {"kfm/rules/rights/rights.rego"}


def test_good_house_rules(house: House) -> None:
    found = house(GOOD, TEST)
    assert found == PolicyTests(("overlay.lake.titled",), 2, {"lake.rego": 100.0}, ())
    assert found.ok is True


BAD: dict[str, tuple[str, str | None, str, str]] = {
    # rules, tests, file of the complaint, a word of it
    "no test file": (GOOD, None, "lake.rego", "have no test"),
    "no test in it": (GOOD, "package kfm.overlay.lake_test\n", "lake.rego", "have no test"),
    "tests that are to be written": (
        GOOD,
        TEST.replace("test_", "todo_test_"),
        "lake_test.rego",
        "was skipped",
    ),
    "tests that have another name": (GOOD, TEST.replace("test_", "check_"), "lake.rego", "no test"),
    "tests in another package": (
        GOOD,
        TEST.replace("lake_test", "sea_test"),
        "lake.rego",
        "have no test",
    ),
    "a test that fails": (GOOD, TEST.replace('"pass"', '"fail"'), "lake_test.rego", "failed"),
    "a test that raises": (
        GOOD,
        TEST.replace('lake.status.titled == "pass"', "units.parse(lake.status.titled)"),
        "lake_test.rego",
        "failed",
    ),
    "lines that no test reaches": (
        GOOD + "\n_deep(x) if {\n\tx.a\n\tx.a.b > 3\n}\n"
        '\nfindings contains {"rule": "titled"} if _deep(input)\n',
        TEST,
        "lake.rego",
        "not line",
    ),
    "rules that are not formatted": (
        GOOD.replace("\tis_string", "    is_string"),
        TEST,
        "lake.rego",
        "not formatted",
    ),
    "tests that are not formatted": (
        GOOD,
        TEST.replace("\tlake", "  lake"),
        "lake_test.rego",
        "not formatted",
    ),
    "tests that do not parse": (GOOD, "package\n", "lake_test.rego", "OPA refuses it"),
    "tests that do not compile": (
        GOOD,
        TEST.replace("with input as {}", "with inptu as {}").replace("run in [", "run in [x, "),
        "lake_test.rego",
        "unsafe",
    ),
    "tests that break into the rules": (
        GOOD,
        'package kfm.overlay.lake\n\ndefault status["titled"] := "pass"\n',
        "",
        "multiple default rules",
    ),
    "rules that break the contract": (
        GOOD + "\nallow if input.x\n",
        TEST,
        "lake.rego",
        "Nothing reads the rule",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_house_rules(house: House, name: str) -> None:
    rules, tests, file, word = BAD[name]
    found = house(rules, tests)
    assert found.ok is False
    assert [p for p in found.problems if (not file or p.file == file) and word in p.message]
    assert all(problem.fix for problem in found.problems)


def test_no_house_rules_at_all(opa: Opa, base: Base, capabilities: bytes) -> None:
    assert run_house_tests(opa, base, {}, {}, capabilities).ok is False


def test_a_file_name_that_cannot_be_one(opa: Opa, base: Base, capabilities: bytes) -> None:
    with pytest.raises(UsageError):
        run_house_tests(opa, base, {"../x.rego": GOOD.encode()}, {}, capabilities)


@pytest.mark.parametrize("name", ["--write", "-w_test.rego", "../x_test.rego", "sea_test.rego"])
def test_tests_that_belong_to_no_rules(
    opa: Opa, base: Base, capabilities: bytes, name: str
) -> None:
    tests = {"lake_test.rego": TEST.encode(), name: b"package x_test\n"}
    found = run_house_tests(opa, base, {"lake.rego": GOOD.encode()}, tests, capabilities)
    assert found.ok is False
    assert [problem.file for problem in found.problems] == [name]


# What stands in for OPA answers `fmt` and `check` well, and `test` as it is told.

_STAND_IN = """\
verb = sys.argv[1]
if verb == "test":
    coverage = "--coverage" in sys.argv
    sys.stdout.write({coverage!r} if coverage else {results!r})
    sys.exit({code})
"""
PASSED = [{"package": "data.kfm.overlay.lake_test", "name": "test_a"}]
COVERED = {"files": {"lake.rego": {"coverage": 100}}}


def odd(
    stand_in: StandIn, base: Base, results: object, coverage: object = COVERED, code: int = 0
) -> PolicyTests:
    texts = [v if isinstance(v, str) else json.dumps(v) for v in (results, coverage)]
    opa = stand_in(_STAND_IN.format(results=texts[0], coverage=texts[1], code=code))
    modules = {"lake.rego": GOOD.encode()}
    tests = {"lake_test.rego": TEST.encode()}
    return runtest._tested(opa, base.files, modules, tests, b"{}", ("overlay.lake.titled",))


def test_a_stand_in_that_does_well(stand_in: StandIn, base: Base) -> None:
    """Otherwise the refusals below would show nothing."""
    assert odd(stand_in, base, PASSED).ok is True


FAILED: list[dict[str, Any]] = [{**PASSED[0], "fail": True}]


@pytest.mark.parametrize(
    ("results", "coverage", "code"),
    [
        ("", COVERED, 0),
        ("{}", COVERED, 0),
        ("null", COVERED, 0),
        ("[1]", COVERED, 0),
        ("[" * 100_000, COVERED, 0),
        (FAILED, COVERED, 0),
        (PASSED, COVERED, 2),
        (PASSED, "", 0),
        (PASSED, "{}", 0),
        (PASSED, {"files": []}, 0),
        (PASSED, {"files": {"lake.rego": []}}, 0),
        (PASSED, {"files": {"lake.rego": {"coverage": "all"}}}, 0),
        (PASSED, {"files": {"lake.rego": {"coverage": 1, "not_covered": [1]}}}, 0),
    ],
)
def test_what_opa_says_about_tests_is_not_believed_blindly(
    stand_in: StandIn, base: Base, results: object, coverage: object, code: int
) -> None:
    with pytest.raises(PolicyError) as caught:
        odd(stand_in, base, results, coverage, code)
    assert caught.value.code == "OPA_OUTPUT_INVALID"


@pytest.mark.parametrize(
    ("results", "coverage", "code"),
    [
        ([], COVERED, 0),
        ([{**PASSED[0], "skip": True}], COVERED, 2),
        (FAILED, COVERED, 2),
        ([{**PASSED[0], "error": {}}], COVERED, 2),
        (PASSED, {"files": {}}, 0),
        (PASSED, {"files": {"lake.rego": {}}}, 0),
        (PASSED, {"files": {"lake.rego": {"coverage": 99.9}}}, 0),
        (PASSED, '{"files": {"lake.rego": {"coverage": NaN}}}', 0),
        (
            PASSED,
            {"files": {"lake.rego": {"coverage": 100, "not_covered": [{"start": {"row": 3}}]}}},
            0,
        ),
    ],
)
def test_what_is_not_shown_is_a_problem(
    stand_in: StandIn, base: Base, results: object, coverage: object, code: int
) -> None:
    found = odd(stand_in, base, results, coverage, code)
    assert found.ok is False
    assert found.problems

"""Field mutation: nothing survives in the shipped rules, and every way to fail open is caught."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from kfm_gates.errors import PolicyError, UsageError
from kfm_gates.policy.locate import Opa
from kfm_gates.policy.mutate import MutationReport, Survivor, mutate, mutate_shipped
from kfm_gates.policy.sources import read_base
from kfm_gates.resources import data_path

DEFAULT = 'default status["holds"] := "fail"\n'
UNKNOWN = {"rights": {"licenses": ["unknown"]}}
FAILED = {"receipts": {"status": "failed"}}


def house(
    opa: Opa, body: str, more: str = "", refused: Any = UNKNOWN, **documents: Any
) -> MutationReport:
    """Mutate the facts of one house rule that passes the example facts."""
    source = f"""package kfm.overlay.tiles

{DEFAULT}
status["holds"] := "pass" if {{
{body}
}}
{more}
"""
    patches = {"fail": {"holds": refused}, **documents}
    return mutate_shipped(
        opa,
        {"tiles.rego": source.encode(), "tiles.documents.json": json.dumps(patches).encode()},
    )


def noticed(report: MutationReport) -> set[tuple[str, str]]:
    assert not report.problems
    return {(s.pointer, s.mutation) for s in report.survivors}


def test_no_mutant_survives_the_shipped_rules(opa: Opa) -> None:
    report = mutate_shipped(opa)
    assert report.survivors == ()
    assert report.problems == ()
    # No mutant costs a decision: every rule proves a type before it uses the value.
    assert report.raised == ()
    assert len(report.rules) == 40
    assert report.mutants > 3500
    assert report.ok


GOOD = """
	outputs := input.rights.outputs
	is_number(outputs.total)
	outputs.total > 0
	outputs.with_license == outputs.total
	outputs.complete == true
	is_array(input.rights.licenses)
	input.rights.licenses != []
	every license in input.rights.licenses {
		is_string(data.kfm.licenses.known[license])
	}
"""


def test_a_house_rule_that_proves_what_it_says(opa: Opa) -> None:
    report = house(opa, GOOD)
    assert report.ok
    assert report.rules == ("overlay.tiles.holds",)
    assert report.survivors == report.problems == report.raised == ()
    assert report.mutants > 100


TRAPS: dict[str, tuple[str, tuple[str, str]]] = {
    "FO-10 a missing field under not": (
        'not input.receipts.status == "failed"',
        ("/receipts/status", "deleted"),
    ),
    "FO-10 a missing section under not": (
        'not input.receipts.status == "failed"',
        ("/receipts", "deleted"),
    ),
    "FO-12 null is not more than zero": (
        "not input.secrets.hits > 0",
        ("/secrets/hits", "null"),
    ),
    "FO-12 a string is greater than any number": (
        "input.receipts.versions >= 1",
        ("/receipts/versions", "number as string"),
    ),
    "FO-12 null is less than any number": (
        "input.secrets.hits <= 0",
        ("/secrets/hits", "null"),
    ),
    "FO-12 an array is greater than any number": (
        "input.lineage.inputs.total > 0",
        ("/lineage/inputs/total", "empty array"),
    ),
    "FO-18 every over nothing": (
        'every license in input.rights.licenses { license != "unknown" }',
        ("/rights/licenses", "empty array"),
    ),
    "FO-18 no bad one among nothing": (
        'count([x | some x in input.rights.licenses; x == "unknown"]) == 0',
        ("/rights/licenses", "deleted"),
    ),
    "FO-27 a default for what is missing": (
        'not "unknown" in object.get(input, ["rights", "licenses"], [])',
        ("/rights/licenses", "deleted"),
    ),
    "FO-51 an object for an array": (
        'input.rights.licenses != []\nevery x in input.rights.licenses { x != "unknown" }',
        ("/rights/licenses", "array as object"),
    ),
    "FO-51 a member of no type": (
        "is_array(input.rights.licenses)\ncount(input.rights.licenses) > 0\n"
        'every license in input.rights.licenses { license != "unknown" }',
        ("/rights/licenses/0", "null"),
    ),
    "a deny-list": (
        'input.receipts.status != "failed"',
        ("/receipts/status", "empty string"),
    ),
    "truth of anything": (
        "input.receipts.checks.complete",
        ("/receipts/checks/complete", "boolean as number"),
    ),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_is_caught(opa: Opa, trap: str) -> None:
    body, caught = TRAPS[trap]
    refused = {
        "receipts": {"status": "failed", "versions": 0, "checks": {"complete": False}},
        "rights": {"licenses": ["unknown"]},
        "secrets": {"hits": 1},
        "lineage": {"inputs": {"total": 0}},
    }
    report = house(opa, body, refused=refused)
    assert caught in noticed(report)
    assert not report.ok


def test_traps_in_helpers_are_caught(opa: Opa) -> None:
    helper = '_bad contains x if {\n\tsome x in input.rights.licenses\n\tx == "unknown"\n}\n'
    assert ("/rights/licenses", "deleted") in noticed(house(opa, "count(_bad) == 0", helper))
    helper = "default _bad := false\n\n_bad if input.secrets.hits > 0\n"
    report = house(opa, "_bad == false", helper, {"secrets": {"hits": 1}})
    assert ("/secrets/hits", "deleted") in noticed(report)


def test_a_refusal_that_a_mutation_opens_is_a_survivor(opa: Opa) -> None:
    body = 'is_string(input.profile)\ninput.profile != ""\nnot input.receipts.status == "failed"'
    report = house(opa, body, refused=FAILED)
    opened = {s.mutation for s in report.survivors if s.document == "fail"}
    assert "deleted" in opened
    assert Survivor("overlay.tiles.holds", "fail", "/receipts/status", "deleted", "pass") in (
        report.survivors
    )


def test_a_field_that_the_passing_facts_lack_is_a_survivor(opa: Opa) -> None:
    body = 'input.receipts.status == "succeeded"\nnot input.receipts.target_zone == "published"'
    lacking = {"receipts": {"target_zone": None}}
    report = house(opa, body, "", FAILED, **{"pass": lacking})
    assert ("/receipts/target_zone", "not there at all") in noticed(report)


def test_not_applicable_has_to_be_proved(opa: Opa) -> None:
    exempt = 'status["holds"] := "not_applicable" if {\n\tBODY\n}\n'
    searched = "is_number(input.secrets.strings)\ninput.secrets.strings > 0\n"
    body = searched + searched.replace("strings", "documents") + "input.secrets.hits == 0"
    documents = {"not_applicable": {"holds": {"secrets": {"strings": 0, "documents": 0}}}}
    refused = {"secrets": {"hits": 1}}
    empty = "input.secrets.strings == 0\n\tinput.secrets.documents == 0\n"
    proved = exempt.replace("BODY", empty)
    assert house(opa, body, proved, refused, **documents).ok
    helper = "\n_searched if input.secrets.strings > 0\n"
    assumed = exempt.replace("BODY", "not _searched") + helper
    report = house(opa, body, assumed, refused, **documents)
    assert ("/secrets/strings", "deleted") in noticed(report)
    assert {s.status for s in report.survivors} == {"not_applicable"}
    alone = exempt.replace("BODY", "input.secrets.strings == 0")
    report = house(opa, body, alone, refused, **documents)
    assert ("/secrets/strings", "zero") in noticed(report)
    report = house(opa, body, proved, refused)
    assert report.problems == ("overlay.tiles.holds: no facts that it does not apply to",)
    assert not report.ok


def test_a_hidden_read_is_a_problem(opa: Opa, monkeypatch: pytest.MonkeyPatch) -> None:
    """An analysis that overlooks a field is noticed, because OPA's answers change with it."""
    from kfm_gates.policy import read_walk

    monkeypatch.setattr(read_walk.Walk, "consume", lambda *_, **__: None)
    report = house(opa, GOOD)
    assert report.mutants == 0
    assert any("reads /rights/licenses in a way that cannot be seen" in p for p in report.problems)
    assert not report.ok


@pytest.mark.parametrize(
    ("documents", "problem"),
    [
        ({"fail": {}}, "overlay.tiles.holds: no facts that it refuses"),
        ({"fail": {"holds": {}}}, "overlay.tiles.holds: its facts for fail give pass"),
        ({"pass": UNKNOWN}, "overlay.tiles.holds: its facts for pass give fail"),
        (
            {"not_applicable": {"holds": {}}},
            "overlay.tiles.holds: its facts for not_applicable give pass",
        ),
    ],
)
def test_facts_that_prove_nothing(opa: Opa, documents: dict[str, Any], problem: str) -> None:
    report = house(opa, GOOD, **documents)
    assert problem in report.problems
    assert not report.ok


def test_rules_without_documents(opa: Opa) -> None:
    source = f'package kfm.overlay.tiles\n\n{DEFAULT}\nstatus["holds"] := "pass" if {{\n{GOOD}}}\n'
    report = mutate_shipped(opa, {"tiles.rego": source.encode()})
    assert report.problems == (
        "overlay.tiles.holds: no facts that it passes",
        "overlay.tiles.holds: no facts that it refuses",
    )
    assert not report.ok


@pytest.mark.parametrize("files", [{}, {"tiles_test.rego": b"package kfm.overlay.tiles_test\n"}])
def test_no_rules_are_not_ok(opa: Opa, files: dict[str, bytes]) -> None:
    report = mutate_shipped(opa, files)
    assert report.rules == ()
    assert report.problems == ("there are no rules",)
    assert not report.ok


def test_documents_of_no_rules_are_refused(opa: Opa) -> None:
    with pytest.raises(UsageError) as caught:
        mutate_shipped(opa, {"tiles.documents.json": b'{"fail": {"holds": {}}}'})
    assert caught.value.code == "DOCUMENTS_INVALID"


def test_what_raises_is_told_and_does_not_survive(opa: Opa) -> None:
    """With strict built-ins an error of OPA is no decision, so the mutant is not a survivor."""
    body = GOOD.replace("is_array(input.rights.licenses)", "count(input.rights.licenses) > 0")
    report = house(opa, body)
    assert {mutation for _, mutation in noticed(report)} == {"array as object"}
    assert len(report.raised) == 1
    assert "count" in report.raised[0]
    negated = 'not startswith(input.receipts.status, "f")'
    report = house(opa, negated, refused=FAILED)
    assert noticed(report) == {("/receipts/status", "empty string")}
    assert "startswith" in report.raised[0]


def test_a_conflict_costs_its_mutant_only(opa: Opa) -> None:
    """OPA's own conflict error is no decision; the other mutants of the batch are still judged."""
    exempt = 'status["holds"] := "not_applicable" if input.secrets.hits == null\n'
    body = GOOD.replace("is_array(input.rights.licenses)", "")
    report = house(opa, body, exempt)
    assert any("multiple outputs" in message for message in report.raised)
    assert ("/rights/licenses", "array as object") in {
        (survivor.pointer, survivor.mutation) for survivor in report.survivors
    }
    assert not report.ok


def test_nothing_tried_is_not_ok() -> None:
    assert not MutationReport((), 0, (), ()).ok
    assert not MutationReport(("rights.license_known",), 0, (), ()).ok
    assert MutationReport(("rights.license_known",), 1, (), ()).ok


@pytest.mark.parametrize(
    "source",
    [
        "package kfm.overlay.tiles\n\nx if {",
        "package kfm.overlay.tiles\n\nx if nothing.of(1)\n",
        'package kfm.overlay.tiles\n\ndefault status["holds"] := "fail"\n\nx := _y\n\n_y := x\n',
    ],
)
def test_policies_that_do_not_compile(opa: Opa, source: str) -> None:
    with pytest.raises(PolicyError) as caught:
        mutate_shipped(opa, {"tiles.rego": source.encode()})
    assert caught.value.code == "POLICY_INVALID"


PARSES = "if sys.argv[1] == 'parse': os.execv(OPA, [OPA, *sys.argv[1:]])\n"


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("sys.exit(1)", "OPA_FAILED"),
        (PARSES + "os.kill(os.getpid(), 9)", "OPA_FAILED"),
        (PARSES + "time.sleep(60)", "OPA_TIMEOUT"),
        (PARSES + "print('nothing')", "OPA_OUTPUT_INVALID"),
        (PARSES + "print('{}')", "OPA_OUTPUT_INVALID"),
        (PARSES + "print(json.dumps({'result': []}))", "OPA_OUTPUT_INVALID"),
        (PARSES + "sys.exit(2)", "OPA_OUTPUT_INVALID"),
    ],
)
def test_an_opa_that_does_not_answer(
    opa: Opa, stand_in: Callable[[str], Opa], source: str, code: str
) -> None:
    base = data_path("policies", "examples", "facts.json").read_bytes()
    broken = stand_in(f"OPA = {str(opa.path)!r}\n{source}")
    with pytest.raises(PolicyError) as caught:
        mutate(broken, read_base(data_path("policies")), base, {}, timeout_s=0.5)
    assert caught.value.code == code


def test_only_some_areas(opa: Opa) -> None:
    base = data_path("policies", "examples", "facts.json").read_bytes()
    documents = {"rights": data_path("policies", "examples", "rights.documents.json").read_bytes()}
    files = read_base(data_path("policies"))
    report = mutate(opa, files, base, documents, areas={"rights"})
    assert report.ok
    assert {rule.partition(".")[0] for rule in report.rules} == {"rights"}
    assert len(report.rules) == 6

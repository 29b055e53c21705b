"""The verdict: an allow-list, held to its laws over generated questions."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kfm_gates.decide import decide, effective_level
from kfm_gates.model import (
    CheckResult,
    CheckStatus,
    Decision,
    Finding,
    Fix,
    GateResult,
    GateStatus,
    Level,
    Limit,
    Profile,
    RuleInfo,
    RuleStatus,
    Verdict,
)

GATES = ("layout", "receipts", "integrity")
RULES = ("rights.license_known", "zones.source_is_work", "evidence.dcat_shown")
DIGEST = "ab" * 32


def info(id_: str, **changes: Any) -> RuleInfo:
    code = id_.replace(".", "_").upper()
    base = RuleInfo(id_, code, Level.DENY, "t", "d", "s")
    return dataclasses.replace(base, **changes)


def profile(**changes: Any) -> Profile:
    base = Profile(
        name="p",
        description="",
        gates=frozenset(GATES),
        conditional=frozenset(),
        rules=frozenset(RULES),
        warn=frozenset(),
        admits=frozenset(),
    )
    return dataclasses.replace(base, **changes)


def gate(id_: str, status: GateStatus = GateStatus.PASS, *findings: Finding) -> GateResult:
    return GateResult(id_, status, (CheckResult("c", CheckStatus.PROVED, 1),), findings)


def finding(origin: str, code: str = "SOME_CODE", **changes: Any) -> Finding:
    base = Finding(
        code=code, level=Level.DENY, message="m", origin=origin, check="c", fix=Fix("do")
    )
    return dataclasses.replace(base, **changes)


def ask(**changes: Any) -> Any:
    question: dict[str, Any] = {
        "profile": profile(),
        "gates": [gate(id_) for id_ in GATES],
        "decision": Decision(DIGEST, dict.fromkeys(RULES, RuleStatus.PASS)),
        "declared": {id_: info(id_) for id_ in RULES},
        "facts_sha256": DIGEST,
        "rule_findings": (),
        "limits": (),
    }
    question |= changes
    return decide(
        question.pop("profile"), question.pop("gates"), question.pop("decision"), **question
    )


def answers(**statuses: Any) -> Decision:
    rules = dict.fromkeys(RULES, RuleStatus.PASS)
    rules |= {id_.replace("__", "."): status for id_, status in statuses.items()}
    return Decision(DIGEST, rules)


def test_everything_shown_passes_and_is_promotable() -> None:
    ruling = ask()
    assert ruling.verdict is Verdict.PASS
    assert ruling.promotable
    assert ruling.reasons == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"profile": profile(gates=frozenset())},
        {"profile": profile(rules=frozenset())},
        {"profile": profile(rules=frozenset({*RULES, "rights.misspelt"}))},
        {"gates": []},
        {"gates": [gate(id_) for id_ in GATES[:-1]]},
        {"gates": [gate(id_) for id_ in (*GATES, GATES[0])]},
        {"gates": [gate("layout", GateStatus.ERROR), *[gate(g) for g in GATES[1:]]]},
        {"gates": [gate("layout", "splendid"), *[gate(g) for g in GATES[1:]]]},  # type: ignore[arg-type]
        {"gates": [GateResult("layout", GateStatus.PASS, ()), *[gate(g) for g in GATES[1:]]]},
        {"decision": None},
        {"decision": Decision("cd" * 32, dict.fromkeys(RULES, RuleStatus.PASS))},
        {"facts_sha256": None},
        {"facts_sha256": "", "decision": Decision("", dict.fromkeys(RULES, RuleStatus.PASS))},
        {"decision": Decision(DIGEST, {})},
        {"decision": Decision(DIGEST, dict.fromkeys(RULES[:-1], RuleStatus.PASS))},
        {"decision": Decision(DIGEST, dict.fromkeys((*RULES, "a.b"), RuleStatus.PASS))},
        {"declared": {}, "decision": Decision(DIGEST, {})},
        {"decision": answers(rights__license_known="true")},
        {"decision": answers(rights__license_known=RuleStatus.NOT_APPLICABLE)},
        {
            "gates": [
                dataclasses.replace(gate("layout"), error="it raised"),
                *[gate(g) for g in GATES[1:]],
            ]
        },
    ],
)
def test_no_decision_is_an_error(changes: dict[str, Any]) -> None:
    ruling = ask(**changes)
    assert ruling.verdict is Verdict.ERROR
    assert ruling.reasons
    assert not ruling.promotable


@pytest.mark.parametrize(
    "changes",
    [
        {"gates": [gate("layout", GateStatus.FAIL), *[gate(g) for g in GATES[1:]]]},
        {"gates": [gate("layout", GateStatus.UNPROVEN), *[gate(g) for g in GATES[1:]]]},
        {"gates": [gate("layout", GateStatus.NOT_APPLICABLE), *[gate(g) for g in GATES[1:]]]},
        # A pass with a deny finding is no pass, and neither is a gate that nobody required.
        {"gates": [gate("layout", GateStatus.PASS, finding("gate:layout")), *map(gate, GATES[1:])]},
        {"gates": [*map(gate, GATES), gate("extra", GateStatus.FAIL, finding("gate:extra"))]},
        {"decision": answers(rights__license_known=RuleStatus.FAIL)},
        {
            "decision": answers(rights__license_known=RuleStatus.FAIL),
            "rule_findings": [finding("rule:rights.license_known")],
        },
        {"limits": [Limit("clock", "given")]},
        {"limits": [Limit("something new", "nobody knows it")]},
    ],
)
def test_missing_or_wrong_evidence_fails(changes: dict[str, Any]) -> None:
    ruling = ask(**changes)
    assert ruling.verdict is Verdict.FAIL
    assert ruling.reasons


def test_an_admitted_limit_passes_and_is_not_promotable() -> None:
    ruling = ask(profile=profile(admits=frozenset({"clock"})), limits=[Limit("clock", "given")])
    assert ruling.verdict is Verdict.PASS
    assert not ruling.promotable


def test_a_conditional_gate_and_rule_may_prove_themselves_away() -> None:
    ruling = ask(
        profile=profile(conditional=frozenset({"layout"})),
        gates=[gate("layout", GateStatus.NOT_APPLICABLE), *map(gate, GATES[1:])],
        decision=answers(zones__source_is_work=RuleStatus.NOT_APPLICABLE),
        declared={id_: info(id_, conditional=id_.startswith("zones")) for id_ in RULES},
    )
    assert ruling.verdict is Verdict.PASS


def test_waived_and_lowered_findings_do_not_stop_a_run() -> None:
    failed = answers(rights__license_known=RuleStatus.FAIL)
    waived = finding("rule:rights.license_known", waived_by="w-1")
    assert ask(decision=failed, rule_findings=[waived]).verdict is Verdict.PASS
    lowered = finding("rule:rights.license_known", code="LOW")
    ruling = ask(profile=profile(warn=frozenset({"LOW"})), decision=failed, rule_findings=[lowered])
    assert ruling.verdict is Verdict.PASS
    # ... but a waiver of one finding does not cover another one of the same gate.
    both = [finding("gate:layout", waived_by="w-1"), finding("gate:layout", code="OTHER")]
    gates = [gate("layout", GateStatus.FAIL, *both), *map(gate, GATES[1:])]
    assert ask(gates=gates).verdict is Verdict.FAIL


def test_absent_bytes_are_admitted_only_by_name() -> None:
    absent = finding("gate:integrity", unproven=True)
    gates = [*map(gate, GATES[:-1]), gate("integrity", GateStatus.UNPROVEN, absent)]
    limits = [Limit("unproven", "absent")]
    assert ask(gates=gates, limits=limits).verdict is Verdict.FAIL
    review = profile(admits=frozenset({"unproven"}))
    assert ask(gates=gates, limits=limits, profile=review).verdict is Verdict.PASS
    mixed = [finding("gate:integrity"), absent]
    gates[-1] = gate("integrity", GateStatus.UNPROVEN, *mixed)
    assert ask(gates=gates, limits=limits, profile=review).verdict is Verdict.FAIL


def test_a_rule_that_the_profile_does_not_name_does_not_count() -> None:
    ruling = ask(
        profile=profile(rules=frozenset(RULES[:2])),
        decision=answers(evidence__dcat_shown=RuleStatus.FAIL),
        rule_findings=[finding("rule:evidence.dcat_shown")],
    )
    assert ruling.verdict is Verdict.PASS
    unnamed = profile(rules=frozenset(RULES[:2]))
    failed = answers(evidence__dcat_shown=RuleStatus.FAIL)
    assert ask(profile=unnamed, decision=failed).verdict is Verdict.PASS


def test_error_outranks_fail() -> None:
    gates = [gate("layout", GateStatus.FAIL, finding("gate:layout")), gate("receipts")]
    assert ask(gates=gates).verdict is Verdict.ERROR


def test_levels_are_lowered_only_where_the_profile_says_so() -> None:
    deny = finding("gate:x", code="A_CODE")
    assert effective_level(profile(), deny) is Level.DENY
    assert effective_level(profile(warn=frozenset({"A_CODE"})), deny) is Level.WARN
    info_ = dataclasses.replace(deny, level=Level.INFO)
    assert effective_level(profile(warn=frozenset({"A_CODE"})), info_) is Level.INFO


GATE_STATUS = st.sampled_from([*GateStatus, "", "passed", None, True])
RULE_STATUS = st.sampled_from([*RuleStatus, "", "PASS", None, True, 1])


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    findings = st.lists(
        st.builds(
            finding,
            st.sampled_from(["gate:layout", "gate:extra"]),
            code=st.sampled_from(["A_CODE", "B_CODE"]),
            level=st.sampled_from(list(Level)),
            unproven=st.booleans(),
            waived_by=st.sampled_from([None, "w"]),
        ),
        max_size=2,
    )
    gates = [
        dataclasses.replace(
            gate(id_, draw(GATE_STATUS), *draw(findings)),
            error=draw(st.sampled_from([None, None, "raised"])),
        )
        for id_ in draw(st.lists(st.sampled_from([*GATES, "extra"]), max_size=5))
    ]
    rules = draw(st.dictionaries(st.sampled_from([*RULES, "x.y"]), RULE_STATUS, max_size=4))
    return {
        "profile": profile(
            warn=frozenset(draw(st.sets(st.sampled_from(["A_CODE", "B_CODE"])))),
            admits=frozenset(draw(st.sets(st.sampled_from(["unproven", "clock"])))),
            conditional=frozenset(draw(st.sets(st.sampled_from(GATES)))),
        ),
        "gates": gates,
        "decision": draw(st.sampled_from([None, Decision(DIGEST, rules)])),
        "limits": draw(st.lists(st.sampled_from([Limit("clock", ""), Limit("odd", "")]))),
    }


def passes_by_the_book(q: dict[str, Any]) -> bool:
    """The definition of PASS once more, as one conjunction: the oracle of the property test."""
    p, decision = q["profile"], q["decision"]
    ids = [g.id for g in q["gates"]]
    fine = {GateStatus.PASS, GateStatus.FAIL, GateStatus.UNPROVEN, GateStatus.NOT_APPLICABLE}
    return (
        all(ids.count(id_) == 1 for id_ in GATES)
        and all(
            g.error is None
            and g.status in fine
            and all(f.waived_by or effective_level(p, f) is not Level.DENY for f in g.findings)
            and (g.status is not GateStatus.UNPROVEN or "unproven" in p.admits)
            and (g.status is not GateStatus.FAIL or any(f.level is Level.DENY for f in g.findings))
            and (
                g.status is not GateStatus.NOT_APPLICABLE
                or g.id in p.conditional
                or g.id not in GATES
            )
            for g in q["gates"]
        )
        and decision is not None
        and decision.rules.keys() == set(RULES)
        and all(status is RuleStatus.PASS for status in decision.rules.values())
        and all(limit.name in p.admits for limit in q["limits"])
    )


@given(questions())
def test_pass_means_exactly_the_definition(q: dict[str, Any]) -> None:
    ruling = ask(**q)
    assert (ruling.verdict is Verdict.PASS) == passes_by_the_book(q)
    assert bool(ruling.reasons) == (ruling.verdict is not Verdict.PASS)
    assert not ruling.promotable or (ruling.verdict is Verdict.PASS and not q["limits"])


RANK = {Verdict.PASS: 0, Verdict.FAIL: 1, Verdict.ERROR: 2}


@given(questions(), st.data())
def test_taking_an_answer_away_never_helps(q: dict[str, Any], data: st.DataObject) -> None:
    before = ask(**q)
    ids = [g.id for g in q["gates"]]
    required = [n for n, id_ in enumerate(ids) if id_ in GATES and ids.count(id_) == 1]
    if required:
        n = data.draw(st.sampled_from(required))
        fewer = q | {"gates": q["gates"][:n] + q["gates"][n + 1 :]}
        assert RANK[ask(**fewer).verdict] >= RANK[before.verdict]
    if q["decision"] is not None and q["decision"].rules:
        id_ = data.draw(st.sampled_from(sorted(q["decision"].rules)))
        if id_ in RULES:
            rules = {k: v for k, v in q["decision"].rules.items() if k != id_}
            assert ask(**(q | {"decision": Decision(DIGEST, rules)})).verdict is Verdict.ERROR
    assert ask(**(q | {"decision": None})).verdict is Verdict.ERROR

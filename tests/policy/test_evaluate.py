"""Decisions of the real OPA about real facts."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.errors import PolicyError
from kfm_gates.model import Decision, RuleStatus
from kfm_gates.policy import evaluate as module
from kfm_gates.policy import workspace
from kfm_gates.policy.bundle import Policy, load_policy
from kfm_gates.policy.evaluate import details, evaluate
from kfm_gates.policy.facts import opa_input, sha256
from kfm_gates.policy.locate import Opa

from .test_modules import DEFAULT, GOOD, HEAD, METADATA


def only(answers: list[Decision | PolicyError]) -> Decision:
    (answer,) = answers
    assert isinstance(answer, Decision), answer
    return answer


def refusal(answers: list[Decision | PolicyError]) -> PolicyError:
    (answer,) = answers
    assert isinstance(answer, PolicyError)
    return answer


def test_everything_shown(opa: Opa, policy: Policy, facts: dict[str, Any]) -> None:
    decision = only(evaluate(opa, policy, [opa_input(facts)]))
    assert decision.facts_sha256 == sha256(facts)
    assert decision.rules.keys() == policy.rules.keys()
    assert set(decision.rules.values()) == {RuleStatus.PASS}
    assert details(opa, policy, [opa_input(facts)])[0] == []


def test_nothing_shown(opa: Opa, policy: Policy, facts: dict[str, Any]) -> None:
    bare = {"schema": "facts/v1", "gates": {}}
    decision = only(evaluate(opa, policy, [opa_input(bare)]))
    assert decision.rules.keys() == policy.rules.keys()
    assert set(decision.rules.values()) == {RuleStatus.FAIL}
    found = details(opa, policy, [opa_input(bare)])[0]
    assert found
    assert {entry["rule"] for entry in found} <= policy.rules.keys()


def test_one_thing_not_shown(opa: Opa, policy: Policy, facts: dict[str, Any]) -> None:
    facts["rights"]["outputs"]["with_holder"] -= 1
    decision = only(evaluate(opa, policy, [opa_input(facts)]))
    failed = {id_ for id_, status in decision.rules.items() if status is not RuleStatus.PASS}
    assert failed == {"rights.holder_named"}
    (detail, *_) = details(opa, policy, [opa_input(facts)])[0]
    assert detail["rule"] == "rights.holder_named"


def test_no_input_asks_nothing(opa: Opa, policy: Policy) -> None:
    assert evaluate(opa, policy, []) == []


@pytest.mark.parametrize(
    "host",
    [
        *(None, {}, "x", {"facts_sha256": None}, {"facts_sha256": 0}, {"facts_sha256": ""}),
        *({"facts_sha256": d} for d in ("A" * 64, "0" * 63, "0" * 64 + "\n")),
    ],
)
def test_facts_without_a_digest(
    opa: Opa, policy: Policy, facts: dict[str, Any], host: object
) -> None:
    question = {**facts, "host": host} if host is not None else facts
    assert refusal(evaluate(opa, policy, [question])).code == "DECISION_UNDEFINED"
    assert details(opa, policy, [question])[0] == []


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {1, 2}, b"x"])
def test_facts_that_are_no_json(
    opa: Opa, policy: Policy, question: dict[str, Any], value: object
) -> None:
    question["now"] = value
    assert refusal(evaluate(opa, policy, [question])).code == "FACTS_INVALID"
    assert details(opa, policy, [question])[0] == []


def test_facts_that_are_too_large(opa: Opa, policy: Policy, question: dict[str, Any]) -> None:
    question["now"] = "x" * (8 << 20)
    assert refusal(evaluate(opa, policy, [question])).code == "FACTS_INVALID"


def test_the_files_of_a_call_are_gone(
    opa: Opa, policy: Policy, question: dict[str, Any], tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(workspace.tempfile, "tempdir", str(tmp_path))
    only(evaluate(opa, policy, [question]))
    assert not list(tmp_path.iterdir())


def house(opa: Opa, source: str) -> Policy:
    return load_policy(house={"lake.rego": source.encode()}, opa=opa)


def test_house_rules_answer_beside_the_base(opa: Opa, question: dict[str, Any]) -> None:
    policy = house(opa, GOOD)
    assert only(evaluate(opa, policy, [question])).rules["overlay.lake.titled"] == "pass"
    question["run"]["run_id"] = ""
    assert only(evaluate(opa, policy, [question])).rules["overlay.lake.titled"] == "fail"


def test_two_proofs_that_contradict_each_other(opa: Opa, question: dict[str, Any]) -> None:
    """OPA's own conflict, seen only while it evaluates."""
    source = GOOD.replace("waivable: false", "waivable: false\n#   conditional: true")
    source += '\nstatus["titled"] := "not_applicable" if input.run.run_id\n'
    error = refusal(evaluate(opa, house(opa, source), [question]))
    assert error.code == "OPA_FAILED"
    assert "conflict" in (error.got or "")


def test_an_error_in_a_built_in(opa: Opa, question: dict[str, Any]) -> None:
    source = GOOD.replace('!= ""', "!= units.parse(input.profile)")
    error = refusal(evaluate(opa, house(opa, source), [question]))
    assert error.code == "OPA_FAILED"
    assert "eval_builtin_error" in (error.got or "")


def test_a_detail_that_cannot_be_had_costs_nothing_else(opa: Opa, question: dict[str, Any]) -> None:
    source = (
        GOOD + '\nfindings contains {"rule": "titled", "got": x} if x := count(input.now - 1)\n'
    )
    source = source.replace("count(input.now - 1)", "units.parse(input.profile)")
    policy = house(opa, source)
    assert only(evaluate(opa, policy, [question])).rules["overlay.lake.titled"] == "pass"
    assert details(opa, policy, [question])[0] == []


def test_details_of_undeclared_rules_are_left_out(opa: Opa, question: dict[str, Any]) -> None:
    source = GOOD + '\nfindings contains {"rule": "other"} if input.run\n'
    source += '\nfindings contains {"rule": "titled", "got": 1} if input.run\n'
    source += "\nfindings contains 3 if input.run\n"
    found = details(opa, house(opa, source), [question])[0]
    assert found in ([{"rule": "overlay.lake.titled", "got": 1}], [])


ENDLESS = (
    HEAD
    + METADATA
    + DEFAULT
    + """\
status["titled"] := "pass" if {
	is_string(input.run.run_id)
	some a in numbers.range(1, 3000)
	some b in numbers.range(1, 3000)
	a * b < 0
}
"""
)


def test_a_rule_that_takes_too_long(opa: Opa, question: dict[str, Any]) -> None:
    error = refusal(evaluate(opa, house(opa, ENDLESS), [question], timeout_s=0.5))
    assert error.code == "OPA_TIMEOUT"


def test_a_number_that_overruns_opas_own_timer(opa: Opa, question: dict[str, Any]) -> None:
    """`--timeout` is not looked at inside of one operation; facts never hold such a number."""
    policy = house(opa, GOOD.replace('!= ""', "- 1 > 0").replace("is_string", "is_number"))
    question["run"]["run_id"] = 4711
    raw = json.dumps(question).replace("4711", "1e10000000").encode()
    with pytest.raises(PolicyError) as caught:
        module._query(opa, policy, module.DECISION, raw, 0.5, module.MAX_ANSWER)
    assert caught.value.code == "OPA_TIMEOUT"


def many(facts: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """Facts that differ, a third of them refused by one rule or another."""
    found = []
    for n in range(count):
        other = copy.deepcopy(facts)
        other["run"]["run_id"] = f"01JNK8Y000000000000000{n:04d}"
        if n % 3 == 1:
            other["rights"]["licenses"] = ["unknown"] if n % 2 else []
        if n % 5 == 2:
            del other["sensitivity"]
        if n % 7 == 3:
            other["receipts"]["checks"]["failed"] = n
        if n % 11 == 4:
            other["gates"] = {}
        found.append(other)
    return found


def test_a_batch_says_what_each_question_alone_says(
    opa: Opa, policy: Policy, facts: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = [opa_input(other) for other in many(facts, 40)]
    queries: list[str] = []
    ask = module._query

    def counting(*arguments: Any) -> Any:
        queries.append(arguments[2])
        return ask(*arguments)

    monkeypatch.setattr(module, "_query", counting)
    together = evaluate(opa, policy, questions)
    assert set(queries) == {module.BATCH}
    alone = [only(evaluate(opa, policy, [question])) for question in questions]
    assert together == alone
    assert len({tuple(d.rules.values()) for d in alone}) > 5, "the test is no test otherwise"
    # Every question got its own answer.
    assert [d.facts_sha256 for d in alone] == [q["host"]["facts_sha256"] for q in questions]


def test_shards_stay_small(
    opa: Opa, policy: Policy, facts: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_SHARD", 3)
    questions = [opa_input(other) for other in many(facts, 10)]
    sizes: list[int] = []
    ask = module._ask_shard

    def measuring(opa: Opa, policy: Policy, shard: Any, timeout_s: float) -> Any:
        sizes.append(len(shard))
        return ask(opa, policy, shard, timeout_s)

    monkeypatch.setattr(module, "_ask_shard", measuring)
    assert all(isinstance(a, Decision) for a in evaluate(opa, policy, questions))
    assert sum(sizes) == 10
    assert max(sizes) <= 3


def test_one_bad_question_costs_the_others_nothing(
    opa: Opa, policy: Policy, facts: dict[str, Any]
) -> None:
    questions = [opa_input(other) for other in many(facts, 6)]
    questions[2] = {**questions[2], "host": {}}
    questions[4] = {**questions[4], "now": float("nan")}
    answers = evaluate(opa, policy, questions)
    codes = [a.code if isinstance(a, PolicyError) else "" for a in answers]
    assert codes == ["", "", "DECISION_UNDEFINED", "", "FACTS_INVALID", ""]


def test_one_question_that_breaks_opa_costs_the_others_nothing(
    opa: Opa, facts: dict[str, Any]
) -> None:
    """A conflict loses a whole batch; then each is asked on its own."""
    source = GOOD.replace("waivable: false", "waivable: false\n#   conditional: true")
    source += '\nstatus["titled"] := "not_applicable" if input.run.dataset_family == "conflict"\n'
    policy = house(opa, source)
    several = many(facts, 6)
    several[3]["run"]["dataset_family"] = "conflict"
    answers = evaluate(opa, policy, [opa_input(other) for other in several])
    codes = [a.code if isinstance(a, PolicyError) else "" for a in answers]
    assert codes == ["", "", "", "OPA_FAILED", "", ""]


def test_the_same_question_twice(opa: Opa, policy: Policy, question: dict[str, Any]) -> None:
    first, second = evaluate(opa, policy, [question, copy.deepcopy(question)])
    assert isinstance(first, Decision)
    assert first == second


def test_two_questions_under_one_digest(opa: Opa, policy: Policy, question: dict[str, Any]) -> None:
    other = {**question, "profile": "local"}
    codes = [getattr(a, "code", "") for a in evaluate(opa, policy, [question, other])]
    assert codes == ["DECISION_MISMATCH", "DECISION_MISMATCH"]


def test_a_replaced_binary_is_not_asked(
    tmp_path: Path, policy: Policy, question: dict[str, Any]
) -> None:
    path = tmp_path / "opa"
    path.write_text("#!/bin/sh\ntouch ran\n")
    replaced = Opa(path, "0" * 64, "0", "test", locked=True, stamp=(0, 0, 0, 0, 0))
    assert refusal(evaluate(replaced, policy, [question])).code == "OPA_UNVERIFIED"
    assert details(replaced, policy, [question])[0] == []
    assert not (tmp_path / "ran").exists()


def test_details_of_many_are_those_of_each_alone(
    opa: Opa, policy: Policy, facts: dict[str, Any]
) -> None:
    """One process for all of them, and where it gives no answer each is asked about alone."""
    inputs = []
    facts["receipts"]["runner_type"] = "local"
    for n in range(3):
        facts["run"]["run_id"] = facts["run"]["run_id"][:-1] + str(n)
        inputs.append(opa_input(copy.deepcopy(facts)))
    together = details(opa, policy, inputs)
    assert [[entry["rule"] for entry in found] for found in together] == [
        ["receipts.runner_shared"]
    ] * 3
    assert together == [details(opa, policy, [input_])[0] for input_ in inputs]
    assert details(opa, policy, []) == []

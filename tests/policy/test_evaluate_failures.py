"""Every way in which what stands in the place of OPA can fail to answer. None of them is a pass."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from kfm_gates.errors import PolicyError
from kfm_gates.model import Decision
from kfm_gates.policy.bundle import Policy
from kfm_gates.policy.evaluate import details, evaluate
from kfm_gates.policy.locate import Opa

from .conftest import StandIn, answering, printing

Answer = dict[str, Any]


def code_of(opa: Opa, policy: Policy, question: Answer, timeout_s: float = 20.0) -> str:
    (answer,) = evaluate(opa, policy, [question], timeout_s)
    return answer.code if isinstance(answer, PolicyError) else "decided"


def test_a_right_answer_is_taken(
    stand_in: StandIn, policy: Policy, question: Answer, right_answer: Answer
) -> None:
    """Otherwise the refusals below would show nothing."""
    assert code_of(stand_in(printing(answering(right_answer))), policy, question) == "decided"


def test_how_it_is_called(
    stand_in: StandIn, policy: Policy, question: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty environment, the input on stdin, never --data, and our own capabilities."""
    monkeypatch.setenv("OPA_EVAL_FAIL", "true")
    source = (
        "caps = [a for a in sys.argv if a.startswith('--capabilities=')][0].partition('=')[2]\n"
        "sys.stderr.write(json.dumps({'argv': sys.argv, 'env': dict(os.environ),"
        " 'stdin': json.load(sys.stdin), 'caps': open(caps).read()}))\nsys.exit(1)"
    )
    from kfm_gates.policy import evaluate as module

    seen: list[Any] = []
    run = module.run

    def watching(*arguments: Any, **how: Any) -> Any:
        done = run(*arguments, **how, max_stderr=1 << 20)
        seen.append(json.loads(done.stderr))
        return done

    monkeypatch.setattr(module, "run", watching)
    assert code_of(stand_in(source), policy, question) == "OPA_FAILED"
    (call,) = seen
    argv = call["argv"]
    assert argv[1] == "eval"
    assert argv[-1] == "data.kfm.gates.decision"
    for flag in ("--format=json", "--strict", "--strict-builtin-errors", "--stdin-input"):
        assert flag in argv
    assert not [a for a in argv if a.startswith(("--data", "-d", "--input", "--fail"))]
    assert len([a for a in argv if a.startswith("--bundle=")]) == 1
    assert set(call["env"]) - {"LC_CTYPE"} == {"HOME", "GOGC", "GOMEMLIMIT"}
    assert call["stdin"] == question
    assert call["caps"].encode() == policy.capabilities


def test_absent(stand_in: StandIn, policy: Policy, question: Answer) -> None:
    opa = stand_in("")
    opa.path.unlink()
    assert code_of(opa, policy, question) == "OPA_FAILED"


# What is printed instead of an answer, and the code that it gets.
SILENCE = {
    "nothing": ("", "OPA_OUTPUT_INVALID"),
    "nothing, late": ("sys.stdin.read()", "OPA_OUTPUT_INVALID"),
    "exit 1": ("sys.exit(1)", "OPA_FAILED"),
    "exit 2 with an error": (
        'print(\'{"errors": [{"message": "rego_type_error"}]}\'); sys.exit(2)',
        "OPA_FAILED",
    ),
    "killed": ("os.kill(os.getpid(), signal.SIGKILL)", "OPA_FAILED"),
    "aborted": ("os.abort()", "OPA_FAILED"),
    "garbage": ("print('PASS')", "OPA_OUTPUT_INVALID"),
    "a version": ("print('Version: 1.19.0')", "OPA_OUTPUT_INVALID"),
    "not UTF-8": (r"sys.stdout.buffer.write(b'{\"result\": \xff}')", "OPA_OUTPUT_INVALID"),
    "a byte order mark": (r"sys.stdout.buffer.write(b'\xef\xbb\xbf{}')", "OPA_OUTPUT_INVALID"),
    "NaN": ("print('{\"result\": NaN}')", "OPA_OUTPUT_INVALID"),
    "too deep": ("print('[' * 100000)", "OPA_OUTPUT_INVALID"),
    "too much": ("print('x' * (2 << 20))", "OPA_OUTPUT_INVALID"),
    "too many complaints": ("sys.stderr.write('x' * (1 << 20))", "OPA_OUTPUT_INVALID"),
    "undefined": ("print('{}')", "DECISION_UNDEFINED"),
    "no result": ("print('{\"result\": []}')", "DECISION_UNDEFINED"),
    "null": ("print('null')", "OPA_OUTPUT_INVALID"),
    "an array": ("print('[]')", "OPA_OUTPUT_INVALID"),
    "result is an object": ("print('{\"result\": {}}')", "OPA_OUTPUT_INVALID"),
    "result is null": ("print('{\"result\": null}')", "OPA_OUTPUT_INVALID"),
    "no expressions": ("print('{\"result\": [{}]}')", "OPA_OUTPUT_INVALID"),
    "empty expressions": ('print(\'{"result": [{"expressions": []}]}\')', "OPA_OUTPUT_INVALID"),
    "result of strings": ('print(\'{"result": ["pass"]}\')', "OPA_OUTPUT_INVALID"),
}


@pytest.mark.parametrize("name", SILENCE)
def test_no_answer(stand_in: StandIn, policy: Policy, question: Answer, name: str) -> None:
    source, code = SILENCE[name]
    opa = stand_in(source)
    assert code_of(opa, policy, question) == code
    assert details(opa, policy, [question])[0] == []


@pytest.mark.parametrize(
    "source",
    [
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)",
        "sys.stdout.write('{\"result\": ['); sys.stdout.flush(); time.sleep(60)",
        "while True: pass",
    ],
    ids=["ignores SIGTERM", "stops half way", "busy"],
)
def test_too_late(stand_in: StandIn, policy: Policy, question: Answer, source: str) -> None:
    assert code_of(stand_in(source), policy, question, timeout_s=0.3) == "OPA_TIMEOUT"


def test_a_right_answer_that_comes_too_late(
    stand_in: StandIn, policy: Policy, question: Answer, right_answer: Answer
) -> None:
    late = f"{printing(answering(right_answer))}; sys.stdout.flush(); time.sleep(60)"
    assert code_of(stand_in(late), policy, question, timeout_s=0.5) == "OPA_TIMEOUT"


def test_the_exit_code_outranks_a_right_answer(
    stand_in: StandIn, policy: Policy, question: Answer, right_answer: Answer
) -> None:
    source = f"{printing(answering(right_answer))}; sys.stdout.flush(); "
    assert code_of(stand_in(source + "sys.exit(1)"), policy, question) == "OPA_FAILED"
    killed = source + "os.kill(os.getpid(), signal.SIGKILL)"
    assert code_of(stand_in(killed), policy, question) == "OPA_FAILED"


@pytest.mark.parametrize("cut", [1, 20, 200, -2])
def test_a_truncated_answer(
    stand_in: StandIn, policy: Policy, question: Answer, right_answer: Answer, cut: int
) -> None:
    text = json.dumps(answering(right_answer))[:cut]
    source = f"sys.stdin.read(); sys.stdout.write({text!r})"
    assert code_of(stand_in(source), policy, question) == "OPA_OUTPUT_INVALID"


def test_two_answers(
    stand_in: StandIn, policy: Policy, question: Answer, right_answer: Answer
) -> None:
    text = json.dumps(answering(right_answer))
    source = f"sys.stdin.read(); sys.stdout.write({text!r} * 2)"
    assert code_of(stand_in(source), policy, question) == "OPA_OUTPUT_INVALID"


def _extra_result(document: Answer) -> None:
    document["result"].append(copy.deepcopy(document["result"][0]))


def _extra_expression(document: Answer) -> None:
    document["result"][0]["expressions"].append({"value": True, "text": "true"})


def _bindings(document: Answer) -> None:
    document["result"][0]["bindings"] = {"x": 1}


def _errors_beside(document: Answer) -> None:
    document["errors"] = [{"message": "eval_builtin_error"}]


def _other_query(document: Answer) -> None:
    document["result"][0]["expressions"][0]["text"] = "data.kfm.gates.batch"


def _no_value(document: Answer) -> None:
    del document["result"][0]["expressions"][0]["value"]


@pytest.mark.parametrize(
    "change", [_extra_result, _extra_expression, _bindings, _errors_beside, _other_query, _no_value]
)
def test_more_or_less_than_one_expression(
    stand_in: StandIn,
    policy: Policy,
    question: Answer,
    right_answer: Answer,
    change: Callable[[Answer], None],
) -> None:
    document = answering(right_answer)
    change(document)
    assert code_of(stand_in(printing(document)), policy, question) == "OPA_OUTPUT_INVALID"


def _at(path: str, value: object) -> Callable[[Answer], None]:
    def change(answer: Answer) -> None:
        *parents, last = path.split("/")
        place = answer
        for parent in parents:
            place = place[parent]
        if value is None:
            del place[last]
        else:
            place[last] = value

    return change


DELETE = None
WRONG: dict[str, tuple[Callable[[Answer], None], str]] = {
    "no schema": (_at("schema", DELETE), "DECISION_INVALID"),
    "another schema": (_at("schema", "decision/v2"), "DECISION_INVALID"),
    "no digest": (_at("facts_sha256", DELETE), "DECISION_INVALID"),
    "another digest": (_at("facts_sha256", "0" * 64), "DECISION_MISMATCH"),
    "a digest in upper case": (_at("facts_sha256", "A" * 64), "DECISION_INVALID"),
    "no rules": (_at("rules", DELETE), "DECISION_INVALID"),
    "empty rules": (_at("rules", {}), "DECISION_INVALID"),
    "rules are a list": (_at("rules", ["pass"]), "DECISION_INVALID"),
    "a missing area": (_at("rules/rights", DELETE), "DECISION_MISMATCH"),
    "an empty area": (_at("rules/rights", {}), "DECISION_INVALID"),
    "a missing rule": (_at("rules/rights/license_known", DELETE), "DECISION_MISMATCH"),
    "an unknown rule": (_at("rules/rights/license_liked", "pass"), "DECISION_MISMATCH"),
    "an unknown area": (_at("rules/taste", {"good": "pass"}), "DECISION_MISMATCH"),
    "an undeclared overlay": (_at("rules/overlay.x", {"y": "pass"}), "DECISION_MISMATCH"),
    "a misspelt rule": (_at("rules/rights/license_knwon", "pass"), "DECISION_MISMATCH"),
    "another status": (_at("rules/rights/license_known", "passed"), "DECISION_INVALID"),
    "a status in upper case": (_at("rules/rights/license_known", "PASS"), "DECISION_INVALID"),
    "a status that is true": (_at("rules/rights/license_known", True), "DECISION_INVALID"),
    "a status that is empty": (_at("rules/rights/license_known", ""), "DECISION_INVALID"),
    "a status that is a list": (_at("rules/rights/license_known", ["pass"]), "DECISION_INVALID"),
    "not applicable without the right": (
        _at("rules/rights/license_known", "not_applicable"),
        "DECISION_INVALID",
    ),
    "something more": (_at("allow", True), "DECISION_INVALID"),
    "a verdict": (_at("verdict", "PASS"), "DECISION_INVALID"),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_answer_to_something_else(
    stand_in: StandIn, policy: Policy, question: Answer, right_answer: Answer, name: str
) -> None:
    change, code = WRONG[name]
    change(right_answer)
    assert code_of(stand_in(printing(answering(right_answer))), policy, question) == code


@pytest.mark.parametrize("value", [True, "pass", [], {}, 1, {"allow": True}])
def test_an_answer_of_another_shape(
    stand_in: StandIn, policy: Policy, question: Answer, value: object
) -> None:
    opa = stand_in(printing(answering(value)))
    assert code_of(opa, policy, question) == "DECISION_INVALID"


def test_a_key_twice(
    stand_in: StandIn, policy: Policy, question: Answer, right_answer: Answer
) -> None:
    """The last one would win, in Python as in OPA."""
    right_answer["rules"]["rights"]["license_known"] = "fail"
    text = json.dumps(answering(right_answer))
    text = text.replace(
        '"license_known": "fail"', '"license_known": "fail", "license_known": "pass"'
    )
    source = f"sys.stdin.read(); sys.stdout.write({text!r})"
    assert code_of(stand_in(source), policy, question) == "OPA_OUTPUT_INVALID"


def test_findings_of_another_shape(stand_in: StandIn, policy: Policy, question: Answer) -> None:
    for value in (True, {}, "x", [1, None, {"rule": 3}, {"rule": "no.such"}, {}]):
        opa = stand_in(printing(answering(value, "data.kfm.gates.findings")))
        assert details(opa, policy, [question])[0] == []


# Batches. A stand-in answers each question that it is asked as `right` says, then spoils it.

_BATCH = """\
asked = json.load(sys.stdin)
right = json.loads({right!r})
query = sys.argv[-1]
def answer(question):
    return {{**right, "facts_sha256": question["host"]["facts_sha256"]}}
if query == "data.kfm.gates.batch":
    questions = asked["batch"]
    value = {{q["host"]["facts_sha256"]: answer(q) for q in questions}}
    digests = sorted(value)
    {spoil}
else:
    value = answer(asked)
    {alone}
location = {{"row": 1, "col": 1}}
print(json.dumps(
    {{"result": [{{"expressions": [{{"value": value, "text": query, "location": location}}]}}]}}
))
"""
SPOIL = {
    "nothing": "pass",
    "one is missing": "del value[digests[0]]",
    "all are missing": "value = {}",
    "one too many": 'value["0" * 64] = {**right, "facts_sha256": "0" * 64}',
    "one under the name of another": "value[digests[0]] = value[digests[1]]",
    "two exchanged": (
        "value[digests[0]], value[digests[1]] = value[digests[1]], value[digests[0]]"
    ),
    "one of another shape": "value[digests[0]] = True",
    "one without its rules": 'value[digests[0]]["rules"] = {}',
    "a list": "value = list(value.values())",
    "one list too many": "value[digests[0]] = [value[digests[0]]] * 2",
    "a crash": "sys.exit(2)",
    "silence": "sys.exit(0)",
}


def _several(question: Answer, count: int = 6) -> list[Answer]:
    return [{**question, "host": {"facts_sha256": f"{n:064x}"}} for n in range(1, count + 1)]


@pytest.mark.parametrize("name", SPOIL)
def test_a_spoilt_batch_is_asked_again_one_by_one(
    stand_in: StandIn, policy: Policy, question: Answer, right_answer: Answer, name: str
) -> None:
    right = json.dumps(right_answer)
    questions = _several(question)
    opa = stand_in(_BATCH.format(right=right, spoil=SPOIL[name], alone="pass"))
    answers = evaluate(opa, policy, questions)
    assert all(isinstance(answer, Decision) for answer in answers)
    digests = [a.facts_sha256 for a in answers if isinstance(a, Decision)]
    assert digests == [q["host"]["facts_sha256"] for q in questions]


@pytest.mark.parametrize("name", [name for name in SPOIL if name != "nothing"])
def test_a_batch_is_never_believed_in_part(
    stand_in: StandIn, policy: Policy, question: Answer, right_answer: Answer, name: str
) -> None:
    """Where asking one by one fails as well, nothing of the spoilt batch is left."""
    right = json.dumps(right_answer)
    opa = stand_in(_BATCH.format(right=right, spoil=SPOIL[name], alone="sys.exit(1)"))
    answers = evaluate(opa, policy, _several(question))
    assert [getattr(answer, "code", "decided") for answer in answers] == ["OPA_FAILED"] * 6


def test_a_batch_with_an_answer_twice(
    stand_in: StandIn, policy: Policy, question: Answer, right_answer: Answer
) -> None:
    """The same key twice in one object: the last answer would win."""
    source = _BATCH.format(right=json.dumps(right_answer), spoil="pass", alone="sys.exit(1)")
    source = source.replace("print(json.dumps(", "text = (json.dumps(")
    source += (
        "first = '\"' + digests[0] + '\": '\nprint(text.replace(first, first + '{}, ' + first))\n"
    )
    answers = evaluate(stand_in(source), policy, _several(question))
    assert [getattr(answer, "code", "decided") for answer in answers] == ["OPA_FAILED"] * 6

"""Gate policy: OPA answered, once, about these facts, for exactly the declared rules (R-086).

The host asks OPA after all other gates and answers this gate itself; nothing here looks at a run.
What the rules decided is not in this gate: `decide` reads the decision.
"""

from __future__ import annotations

from kfm_gates import codes
from kfm_gates.errors import KfmGatesError
from kfm_gates.gates._api import Answers, Context, Gate
from kfm_gates.model import (
    Check,
    CheckResult,
    CheckStatus,
    Code,
    Decision,
    Finding,
    Fix,
    GateResult,
    GateStatus,
    Level,
    Location,
    Who,
)

_OPERATOR = Who.OPERATOR
OPA_NOT_FOUND = Code(
    "OPA_NOT_FOUND",
    "There is no OPA",
    "Without the policy engine nothing can be decided; the findings of the gates are still shown.",
    Fix("Run: kfm-gates fetch opa", _OPERATOR, ("kfm-gates", "fetch", "opa")),
    source=("FO-15", "FO-48"),
)
OPA_UNVERIFIED = Code(
    "OPA_UNVERIFIED",
    "This OPA is not one that the lock knows",
    "Another engine or version can give another answer to the same policy.",
    Fix("Run: kfm-gates fetch opa", _OPERATOR, ("kfm-gates", "fetch", "opa")),
    source=("FO-15", "FO-54"),
)
OPA_FAILED = Code(
    "OPA_FAILED",
    "OPA ended without an answer",
    "A policy engine that crashed has not allowed anything.",
    Fix("Run: kfm-gates doctor", _OPERATOR, ("kfm-gates", "doctor")),
    source=("FO-13", "FO-45"),
)
OPA_TIMEOUT = Code(
    "OPA_TIMEOUT",
    "OPA did not answer in time",
    "It was stopped, and silence is not consent.",
    Fix("Check again; if it stays, look for a house rule that loops over large values.", _OPERATOR),
    source=("FO-45",),
)
OPA_OUTPUT_INVALID = Code(
    "OPA_OUTPUT_INVALID",
    "The answer of OPA cannot be read",
    "Half an answer is no answer.",
    Fix("Run: kfm-gates doctor", _OPERATOR, ("kfm-gates", "doctor")),
    source=("FO-17", "FO-45"),
)
DECISION_UNDEFINED = Code(
    "DECISION_UNDEFINED",
    "The policy gave no decision",
    "Undefined is what a misspelt name or missing input looks like; it is never a pass.",
    Fix("Run: kfm-gates policy test", Who.POLICY, ("kfm-gates", "policy", "test")),
    source=("FO-01", "FO-09"),
)
DECISION_INVALID = Code(
    "DECISION_INVALID",
    "The decision does not have the agreed shape",
    "A value of another shape could hide a refusal.",
    Fix("Run: kfm-gates policy test", Who.POLICY, ("kfm-gates", "policy", "test")),
    source=("FO-17",),
)
DECISION_MISMATCH = Code(
    "DECISION_MISMATCH",
    "The decision is not about these facts and these rules",
    "An answer to another question, or without one of the rules, decides nothing here.",
    Fix("Run: kfm-gates policy test", Who.POLICY, ("kfm-gates", "policy", "test")),
    source=("FO-03", "FO-09", "FO-36"),
)
POLICY_INVALID = Code(
    "POLICY_INVALID",
    "The policy breaks the contract of rules",
    "Rules that can be shadowed, overridden or left unanswered prove nothing.",
    Fix("Run: kfm-gates policy test", Who.POLICY, ("kfm-gates", "policy", "test")),
    source=("FO-53",),
)


def examine(context: Context, answers: Answers) -> None:
    """Never called for a verdict: the host answers through `answered` and `refused`."""
    raise NotImplementedError("the host answers the gate policy")


def answered(decision: Decision) -> GateResult:
    """Result of the gate when OPA's checked decision is there."""
    return GateResult(
        id=GATE.id,
        status=GateStatus.PASS,
        checks=tuple(
            CheckResult(c.id, CheckStatus.PROVED, len(decision.rules) if n else 1)
            for n, c in enumerate(GATE.checks)
        ),
    )


def refused(error: KfmGatesError) -> GateResult:
    """Result of the gate when there is no usable decision: an error, whatever the reason."""
    known = {c.id: c for check in GATE.checks for c in check.codes}
    code = known.get(error.code, OPA_FAILED)
    finding = Finding(
        code=code.id,
        level=Level.DENY,
        message=error.message,
        origin=f"gate:{GATE.id}",
        check=GATE.checks[-1].id,
        where=Location(error.file, error.pointer, error.line, base="root"),
        got=error.got,
        wanted=error.wanted,
        fix=Fix(error.fix, code.fix.who) if error.fix else code.fix,
    )
    return GateResult(
        id=GATE.id, status=GateStatus.ERROR, checks=(), findings=(finding,), error=error.message
    )


GATE = Gate(
    id="policy",
    title="Policy",
    source=("R-086",),
    host=True,
    examine=examine,
    checks=(
        Check("facts", "the facts fit their schema", (codes.FACTS_INVALID,)),
        Check(
            "decision",
            "OPA decided about these facts, for exactly the declared rules",
            (
                OPA_NOT_FOUND,
                OPA_UNVERIFIED,
                OPA_FAILED,
                OPA_TIMEOUT,
                OPA_OUTPUT_INVALID,
                DECISION_UNDEFINED,
                DECISION_INVALID,
                DECISION_MISMATCH,
                POLICY_INVALID,
            ),
        ),
    ),
)

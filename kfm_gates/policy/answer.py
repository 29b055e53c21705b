"""Read what OPA printed: a complete answer to exactly this question, or a `PolicyError`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kfm_gates.errors import EvidenceUnreadable, PolicyError
from kfm_gates.model import Decision, RuleStatus
from kfm_gates.policy.process import Completed

if TYPE_CHECKING:
    from kfm_gates.policy.bundle import Policy

UNDEFINED = "The policy gave no decision."


def value_of(done: Completed, query: str, max_bytes: int) -> Any:
    """Value of the one expression of the one result.

    Raises:
        PolicyError: `OPA_FAILED`, `OPA_TIMEOUT` it ended with an error, `OPA_OUTPUT_INVALID` it
            printed anything else, `DECISION_UNDEFINED` the query has no value.
    """
    from kfm_gates.evidence import strict_json

    if done.returncode != 0:
        raise _failed(done)
    try:
        # Nothing here is compared as a number, so numbers that lose precision do no harm.
        document = strict_json.loads(
            done.stdout, file="the answer of OPA", max_bytes=max_bytes, exact_numbers=False
        )
    except EvidenceUnreadable as error:
        raise PolicyError(
            f"The answer of OPA cannot be read: {error.message}",
            code="OPA_OUTPUT_INVALID",
            got=error.code,
        ) from error
    if document == {}:
        raise PolicyError(UNDEFINED, code="DECISION_UNDEFINED", wanted=query)
    if not isinstance(document, dict) or document.keys() != {"result"}:
        raise refusal("the answer of OPA is not one result", "OPA_OUTPUT_INVALID")
    results = document["result"]
    if results == []:
        raise PolicyError(UNDEFINED, code="DECISION_UNDEFINED", wanted=query)
    expressions = (
        results[0].get("expressions")
        if isinstance(results, list) and len(results) == 1 and isinstance(results[0], dict)
        else None
    )
    if (
        not isinstance(expressions, list)
        or len(expressions) != 1
        or results[0].keys() != {"expressions"}
        or not isinstance(expressions[0], dict)
        or expressions[0].get("text") != query
        or "value" not in expressions[0]
    ):
        raise refusal("the answer of OPA is not one expression", "OPA_OUTPUT_INVALID")
    return expressions[0]["value"]


def _failed(done: Completed) -> PolicyError:
    from kfm_gates.policy.parse import errors_of, in_one_line

    errors = errors_of(done)
    codes = [str(error.get("code")) for error in errors]
    return PolicyError(
        "OPA ended with an error.",
        code="OPA_TIMEOUT" if "eval_cancel_error" in codes else "OPA_FAILED",
        got="; ".join(
            f"{c}: {in_one_line(e.get('message'))}" for c, e in zip(codes, errors, strict=True)
        )[:500],
    )


def checked(value: Any, facts_sha256: str, policy: Policy) -> Decision:
    """Check one decision and return it with the rules by id.

    Args:
        value: What OPA says `data.kfm.gates.decision` is.
        facts_sha256: Digest of the facts that were asked about.
        policy: What declares the rules.

    Raises:
        PolicyError: `DECISION_INVALID` its shape or a status is wrong, `DECISION_MISMATCH` it is
            about other facts or does not answer exactly the declared rules.
    """
    from kfm_gates.evidence import json_schema

    issues = json_schema.validate("decision", value)
    if issues:
        raise PolicyError(
            f"The decision does not fit its schema: {issues[0].message}",
            code="DECISION_INVALID",
            pointer=issues[0].pointer,
            got=issues[0].got,
            wanted=issues[0].wanted,
        )
    if value["facts_sha256"] != facts_sha256:
        raise PolicyError(
            "The decision is about other facts.",
            code="DECISION_MISMATCH",
            got=value["facts_sha256"],
            wanted=facts_sha256,
        )
    statuses = {
        f"{area}.{rule}": status
        for area, rules in value["rules"].items()
        for rule, status in rules.items()
    }
    odd = sorted(statuses.keys() ^ policy.rules.keys())
    if odd or not statuses:
        missing = [id_ for id_ in odd if id_ in policy.rules]
        raise PolicyError(
            "The decision does not answer exactly the declared rules.",
            code="DECISION_MISMATCH",
            got=f"{'no answer' if missing else 'an undeclared answer'}: {', '.join(odd[:5])}",
            wanted=f"{len(policy.rules)} rules",
        )
    for id_, status in statuses.items():
        if status == RuleStatus.NOT_APPLICABLE and not policy.rules[id_].conditional:
            raise refusal(f"the rule {id_} may not be not_applicable")
    return Decision(facts_sha256, {id_: RuleStatus(statuses[id_]) for id_ in sorted(statuses)})


def refusal(why: str, code: str = "DECISION_INVALID") -> PolicyError:
    """Why a decision is refused, as an exception."""
    return PolicyError(f"The decision is refused: {why}.", code=code)

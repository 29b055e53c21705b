"""The facts document: all that Rego gets to see of a run (schema `facts/v1`).

Its size does not grow with the number of artifacts. Sections carry the id of the gate that
established them; what was not established is absent, so that a rule which needs it refuses.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kfm_gates.errors import PolicyError
from kfm_gates.model import CheckStatus, GateResult
from kfm_gates.times import render

if TYPE_CHECKING:
    from kfm_gates.evidence.run_dir import Run

MAX_BYTES = 8 << 20


def build(
    run: Run,
    results: Sequence[GateResult],
    *,
    now: dt.datetime,
    profile: str,
    target_zone: str,
) -> dict[str, Any]:
    """Assemble the facts about one run from what its gates established.

    Raises:
        PolicyError: The document does not fit its schema, `FACTS_INVALID`.
    """
    facts: dict[str, Any] = {
        "schema": "facts/v1",
        "now": render(now.replace(microsecond=0)),
        "profile": profile,
        "question": {"target_zone": target_zone},
        "run": {"run_id": run.name, "dataset_family": run.family_name},
        "gates": {result.id: _summary(result) for result in results},
    }
    for result in results:
        section = dict(result.facts)
        if result.id == "integrity":
            # The subject is bound to by reports and waivers, so it stands on its own.
            subject = {"sha256": section.pop("subject", None)}
            subject["content_sha256"] = section.pop("content", None)
            if all(subject.values()):
                facts["subject"] = subject
        if section:
            facts[result.id] = section
    _validate(facts)
    return facts


def sha256(facts: dict[str, Any]) -> str:
    """Digest over JCS(facts), 64 hex digits: it names the question that OPA has to echo."""
    import rfc8785

    return hashlib.sha256(rfc8785.dumps(facts)).hexdigest()


def opa_input(facts: dict[str, Any]) -> dict[str, Any]:
    """What is given to OPA: the facts and `host.facts_sha256`."""
    return {**facts, "host": {"facts_sha256": sha256(facts)}}


def _summary(result: GateResult) -> dict[str, Any]:
    counts = dict.fromkeys(CheckStatus, 0)
    for check in result.checks:
        counts[check.status] += 1
    return {
        "status": str(result.status),
        "checks": len(result.checks),
        **{str(status): count for status, count in counts.items()},
        "examined": result.examined,
    }


def _validate(facts: dict[str, Any]) -> None:
    from kfm_gates.evidence import json_schema

    issues = json_schema.validate("facts", facts)
    if issues:
        issue = issues[0]
        raise PolicyError(
            f"The facts do not fit their schema: {issue.message}",
            code="FACTS_INVALID",
            pointer=issue.pointer,
            got=issue.got,
            wanted=issue.wanted,
        )

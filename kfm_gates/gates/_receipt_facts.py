"""What the three receipts say in numbers: the section `receipts` of the facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from kfm_gates.evidence.validation import GOOD, recompute
from kfm_gates.gates._api import Answers, Context


def state_facts(
    context: Context,
    answers: Answers,
    record: Mapping[str, Any],
    manifest: Mapping[str, Any],
    report: Mapping[str, Any],
) -> None:
    """State what the rules of the areas receipts, zones and quality need to know."""
    checks: Sequence[Mapping[str, Any]] = report["gates"]
    statuses = Counter(check["status"] for check in checks)
    answers.fact("status", record["status"])
    answers.fact("overall_status", report["overall_status"])
    answers.fact("recomputed_status", recompute(report))
    answers.fact("runner_type", record["runner"]["type"])
    answers.fact("versions", len(manifest.get("versions", {})))
    zones = [o["zone"] for o in manifest["outputs"] if "zone" in o]
    if "target_zone" in manifest:
        # One more place where a zone can be claimed; the rule judges all of them together.
        zones.append(manifest["target_zone"])
        answers.fact("target_zone", manifest["target_zone"])
    answers.fact(
        "zones",
        {
            "total": len(manifest["outputs"]) + 1,
            "with_zone": len(zones),
            "complete": True,
            "claimed": sorted(set(zones)),
        },
    )
    answers.fact(
        "checks",
        {
            "total": len(checks),
            "with_threshold": sum(bool(c.get("threshold")) for c in checks),
            "with_observed": sum("observed" in c for c in checks),
            "passed": statuses["pass"],
            "warned": statuses["warn"],
            "failed": statuses["fail"],
            "skipped": statuses["skip"],
            "errored": statuses["error"],
            "not_applicable": statuses["not_applicable"],
            "complete": True,
        },
    )
    required = set(context.required_checks)
    # A check that says it does not apply has not shown what the steward asked for.
    answered = {c["name"] for c in checks if c["status"] in GOOD - {"not_applicable"}}
    answers.fact(
        "required_checks",
        {"total": len(required), "present": len(required & answered), "complete": True},
    )
    metrics = {**record.get("metrics", {}), **report.get("metrics", {})}
    bounds = {
        key: [
            {"metric": metric, "bound": limits[bound]}
            | ({"observed": metrics[metric]} if metric in metrics else {})
            for metric, limits in sorted(context.thresholds.items())
            if bound in limits
        ]
        for key, bound in (("minimums", "min"), ("maximums", "max"))
    }
    every = [*bounds["minimums"], *bounds["maximums"]]
    answers.fact("minimums", bounds["minimums"])
    answers.fact("maximums", bounds["maximums"])
    answers.fact(
        "thresholds",
        {
            "total": len(every),
            "with_observed": sum("observed" in entry for entry in every),
            "complete": True,
        },
    )

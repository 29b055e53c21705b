"""What follows from a validation report's own numbers, whatever it claims (R-120, C-13)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

GOOD = frozenset({"pass", "warn", "not_applicable"})
"""Statuses of a check that do not speak against the run."""


def recompute(report: Mapping[str, Any]) -> str:
    """Overall status of a validation report from its own checks (R-120).

    `pass_with_waiver` is kept only as the claim that it is: no waiver is known to this function.
    """
    statuses = {check["status"] for check in report["gates"]}
    if not statuses or not statuses <= GOOD:
        return "pass_with_waiver" if report["overall_status"] == "pass_with_waiver" else "fail"
    return "pass"


def missed_threshold(observed: object, threshold: Mapping[str, Any] | None) -> str | None:
    """Say how an observed value misses a threshold, None where it does not or cannot be told."""
    if observed is None or not threshold:
        return None
    if "equals" in threshold and (
        type(observed) is not type(threshold["equals"]) or observed != threshold["equals"]
    ):
        both = {type(observed), type(threshold["equals"])}
        if not (both <= {int, float} and observed == threshold["equals"]):
            return f"{observed} is not {threshold['equals']}"
    for key, wrong, word in (("min", "__lt__", "below"), ("max", "__gt__", "above")):
        if key not in threshold:
            continue
        if isinstance(observed, bool) or not isinstance(observed, int | float):
            return f"{observed!r} is not a number"
        if getattr(float(observed), wrong)(float(threshold[key])):
            return f"{observed} is {word} {threshold[key]}"
    return None

"""What a family asks of the checks and metrics of its runs, and which of it a run cannot show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from kfm_gates.evidence.validation import GOOD
from kfm_gates.model import Family

SHOWN: Final = GOOD - {"not_applicable"}
"""A check that says it does not apply has not shown what the steward asked for."""


def unmet(
    family: Family | None, checks: Sequence[Mapping[str, Any]], metrics: Mapping[str, int | float]
) -> list[str]:
    """Say which demands of the family file are not met; the profile may have more.

    Args:
        family: The family file, None where there is none.
        checks: Entries of the validation report, with name and status.
        metrics: Metrics by name.

    Returns:
        A sentence for each required check and each bound.
    """
    if family is None:
        return []
    where = family.file or f"the family {family.name}"
    status = {check["name"]: str(check["status"]) for check in checks}
    found = [
        f"required_checks: {where} wants the check {name} to pass, and "
        + (f"it says {status[name]}." if name in status else "no --check file has it.")
        for name in family.required_checks
        if status.get(name) not in SHOWN
    ]
    for metric, bounds in family.thresholds.items():
        wanted = " and ".join(
            f"{word} {bounds[bound]}"
            for bound, word in (("min", "at least"), ("max", "at most"))
            if bound in bounds
        )
        if metric not in metrics:
            found.append(
                f"thresholds: {where} wants the metric {metric} to be {wanted}, and no --check "
                'file has it: {"gates": [...], "metrics": {...}}.'
            )
        elif (
            not bounds.get("min", metrics[metric])
            <= metrics[metric]
            <= bounds.get("max", metrics[metric])
        ):
            found.append(
                f"thresholds: {where} wants the metric {metric} to be {wanted}, and it is "
                f"{metrics[metric]}."
            )
    return found

"""One check of a validation report: status, observed value, threshold, and that they agree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kfm_gates.errors import RecorderError
from kfm_gates.evidence.validation import missed_threshold, recompute
from kfm_gates.record.ids import checked_name, checked_text, shown
from kfm_gates.record.spec import plain

STATUSES: Final = ("pass", "fail", "warn", "skip", "error", "not_applicable")
_BOUNDS: Final = ("min", "max", "equals")

Value = bool | int | float | str


def make_check(
    name: str,
    status: str | None = None,
    *,
    observed: Value | None = None,
    threshold: Mapping[str, Value] | None = None,
    details: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Build one entry of `validation_report.gates`.

    Args:
        name: Name of the check.
        status: One of `STATUSES`; computed from `observed` and `threshold` where left out.
        observed: What was measured.
        threshold: `{"min": …, "max": …, "equals": …}`, any of the three.
        details: Anything else, plain JSON.

    Raises:
        RecorderError: The status is unknown, contradicts the numbers, or is neither given nor
            computable; the threshold is malformed.
    """
    checked_name(name, "name of a check")
    if status is not None and status not in STATUSES:
        raise _invalid(name, "its status is unknown", status, ", ".join(STATUSES))
    bounds = None if threshold is None else _threshold(name, threshold)
    value = None if observed is None else _value(name, "observed value", observed)
    computed = _computed(value, bounds)
    if status is None:
        if computed is None:
            raise _invalid(
                name, "it has no status", None, "a status, or an observed value and a threshold"
            )
        status = computed
    elif computed is not None and not _agree(status, computed):
        raise RecorderError(
            f"The check {name} says {status}, and its numbers say {computed}.",
            code="CHECK_CONTRADICTED",
            got=f"observed {value!r}",
            wanted=f"threshold {bounds}",
            fix="Leave the status out; it is computed from observed and threshold.",
        )
    entry: dict[str, Any] = {"name": name, "status": status}
    if details is not None:
        entry["details"] = plain(details, f"details of the check {name}")
    if bounds is not None:
        entry["threshold"] = bounds
    if value is not None:
        entry["observed"] = value
    return entry


def overall_status(checks: list[dict[str, Any]]) -> str:
    """`pass` or `fail`, computed from the checks exactly as the gate `receipts` computes it."""
    return recompute({"gates": checks, "overall_status": "fail"})


def number(value: object, what: str) -> int | float:
    """Return a number that JSON and every reader can hold.

    Raises:
        RecorderError: It is not a finite number, or an integer beyond 2**53 - 1.
    """
    value = _native(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RecorderError(
            f"The {what} is not a number.",
            code="NUMBER_INVALID",
            got=shown(value),
            wanted="a finite number",
        )
    kept: int | float = plain(value, what)
    return kept


def _native(value: object) -> object:
    """What a NumPy or Arrow scalar holds; anything else as it is."""
    for method in ("item", "as_py"):
        convert = getattr(value, method, None)
        if callable(convert):
            return convert()
    return value


def _value(name: str, what: str, value: object) -> Value:
    value = _native(value)
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return checked_text(value, f"{what} of the check {name}")
    return number(value, f"{what} of the check {name}")


def _threshold(name: str, threshold: Mapping[str, Value]) -> dict[str, Value]:
    strange = sorted(str(key) for key in threshold if key not in _BOUNDS)
    if strange or not threshold:
        got = strange[0] if strange else "nothing"
        raise _invalid(name, "its threshold is malformed", got, ", ".join(_BOUNDS))
    bounds: dict[str, Value] = {}
    for key in _BOUNDS:
        if key in threshold:
            bound = _value(name, f"threshold {key}", threshold[key])
            if key != "equals" and isinstance(bound, bool | str):
                raise _invalid(name, f"its threshold {key} is no number", bound, "a number")
            bounds[key] = bound
    low, high = bounds.get("min"), bounds.get("max")
    if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
        raise _invalid(name, "nothing lies between its bounds", bounds, "min at most max")
    return bounds


def _computed(value: Value | None, bounds: Mapping[str, Value] | None) -> str | None:
    if value is None or bounds is None:
        return None
    return "pass" if missed_threshold(value, bounds) is None else "fail"


def _agree(status: str, computed: str) -> bool:
    """Numbers that hold allow a warning, numbers that do not allow an error; nothing else."""
    return status in (("pass", "warn") if computed == "pass" else ("fail", "error"))


def _invalid(name: str, why: str, got: object, wanted: str) -> RecorderError:
    return RecorderError(
        f"The check {shown(name)} cannot be recorded: {why}.",
        code="CHECK_INVALID",
        got=None if got is None else shown(got),
        wanted=wanted,
    )

"""Rights and sensitivity of the outputs: given, or from the family file, or left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kfm_gates.errors import RecorderError
from kfm_gates.evidence.labels import LABELS
from kfm_gates.model import Family
from kfm_gates.record.ids import checked_name, checked_text, shown

RIGHTS: Final = ("license", "holder", "attribution", "source")
SENSITIVITY: Final = ("label", "input_label")


def rights(given: Mapping[str, str] | None, family: Family | None) -> dict[str, str] | None:
    """Rights for the manifest: what is given, completed from the family file.

    Returns:
        None where neither says anything. A field that nobody states stays missing.

    Raises:
        RecorderError: An unknown field, or a value that cannot be written.
    """
    return _merged("rights", RIGHTS, given, family.rights if family else None)


def sensitivity(
    given: Mapping[str, str] | str | None, family: Family | None
) -> dict[str, str] | None:
    """Sensitivity for the manifest: a label or a mapping, completed from the family file.

    Raises:
        RecorderError: An unknown field or label.
    """
    told = {"label": given} if isinstance(given, str) else given
    merged = _merged("sensitivity", SENSITIVITY, told, family.sensitivity if family else None)
    for key, label in (merged or {}).items():
        checked_label(label, f"sensitivity.{key}")
    return merged


def checked_label(label: str, what: str) -> str:
    """Return one of the seven sensitivity labels.

    Raises:
        RecorderError: It is another word; a typo must not travel.
    """
    if label in LABELS:
        return label
    raise RecorderError(
        f"The {what} is unknown.",
        code="SENSITIVITY_INVALID",
        got=shown(label),
        wanted=", ".join(LABELS),
    )


def _merged(
    what: str,
    fields: tuple[str, ...],
    given: Mapping[str, str] | None,
    declared: Mapping[str, Any] | None,
) -> dict[str, str] | None:
    if strange := [key for key in given or {} if key not in fields]:
        raise RecorderError(
            f"{what} has no field {shown(strange[0])}.",
            code=f"{what.upper()}_INVALID",
            wanted=", ".join(fields),
        )
    merged: dict[str, str] = {}
    for key in fields:
        value = (given or {}).get(key, (declared or {}).get(key))
        if value is not None:
            checked = checked_text if key == "attribution" else checked_name
            merged[key] = checked(value, f"{what}.{key}")
    return merged or None


def unstated(rights: Mapping[str, str] | None, sensitivity: Mapping[str, str] | None) -> list[str]:
    """Fields without which the gates refuse a run, and which nobody states."""
    return [
        *(f"rights.{key}" for key in RIGHTS[:3] if key not in (rights or {})),
        *(f"sensitivity.{key}" for key in SENSITIVITY if key not in (sensitivity or {})),
    ]

"""Gate sensitivity: which label has every input and every output (R-066, R-128, R-136)?

An output has its own label, else the manifest's, else the family's; inputs likewise. The family
file is trusted and is a floor: what a run states may be more restricted than it, never less.
Whether the labels may be promoted, and whether outputs are less restricted than inputs, is a
matter of the rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kfm_gates.evidence.labels import LABELS, REDACTING
from kfm_gates.gates._api import Answers, Context, Gate
from kfm_gates.model import Check, Code, Fix, Location, Who

LABEL_MISSING = Code(
    "LABEL_MISSING",
    "A label is missing",
    "Data in the work zone are restricted until somebody says otherwise.",
    Fix(
        "A steward sets sensitivity.label and sensitivity.input_label in "
        ".kfm/families/<family>.yaml, or the pipeline states them in a new run.",
        Who.STEWARD,
    ),
    source=("R-066", "R-128"),
)
LABEL_UNKNOWN = Code(
    "LABEL_UNKNOWN",
    "A label is not one of the seven words",
    "A misspelt label protects nothing, because no rule knows it.",
    Fix(f"Use one of {', '.join(LABELS)}, in a new run or in the family file.", Who.STEWARD),
    source=("R-066", "R-128"),
)
SENSITIVITY_CONFLICT = Code(
    "SENSITIVITY_CONFLICT",
    "A label is less restricted than the family allows",
    "The family file is the steward's word; a run may be stricter with itself, never freer.",
    Fix(
        "Let the pipeline state the label of the family or a stricter one in a new run. If the "
        "data were redacted for good, a steward decides under which family they belong.",
        Who.STEWARD,
    ),
    source=("R-066", "R-128", "R-136"),
)


@dataclass(frozen=True, slots=True)
class _Side:
    """Inputs or outputs: what they are called in the receipts and in the family file."""

    check: str
    list: str
    field: str
    noun: str


_OUTPUTS = _Side("outputs", "outputs", "label", "output")
_INPUTS = _Side("inputs", "inputs", "input_label", "input")


def examine(context: Context, answers: Answers) -> None:
    """Establish the label of everything, then read what the validation report claims."""
    manifest = context.run.valid("run_manifest")
    report = context.run.valid("validation_report")
    labels = _labels(context, answers, manifest, _OUTPUTS)
    input_labels = _labels(context, answers, manifest, _INPUTS)
    policy = report["policy"]
    answers.fact("outputs", _aggregate(labels))
    answers.fact("labels", _unique(labels))
    answers.fact("inputs", _aggregate(input_labels))
    answers.fact("input_labels", _unique(input_labels))
    answers.fact("claimed_labels", sorted(set(policy["labels_emitted"])))
    answers.fact(
        "redaction",
        {
            "claimed": policy["redactions_applied"],
            "transforms": sum(t["kind"] in REDACTING for t in manifest.get("transforms", ())),
        },
    )


def _aggregate(labels: Sequence[str | None]) -> dict[str, Any]:
    known = sum(label is not None for label in labels)
    return {"total": len(labels), "with_label": known, "complete": True}


def _unique(labels: Sequence[str | None]) -> list[str]:
    return sorted({label for label in labels if label is not None})


def _labels(
    context: Context, answers: Answers, manifest: Mapping[str, Any], side: _Side
) -> list[str | None]:
    """The established label of each item, None where there is none."""
    file = context.run.layout.run_manifest
    family = context.family
    ground = (family.sensitivity or {}).get(side.field) if family is not None else None
    in_family = Location(family.file if family else None, f"/sensitivity/{side.field}", base="root")
    floor = None if ground is None else _known(answers, side, ground, in_family)
    whole = manifest.get("sensitivity", {}).get(side.field)
    in_manifest = Location(file, f"/sensitivity/{side.field}")
    default = floor
    if whole is not None:
        default = _above(answers, side, whole, in_manifest, ground, floor)
    found: list[str | None] = []
    for n, item in enumerate(manifest[side.list]):
        own = item.get("label")
        where = Location(file, f"/{side.list}/{n}/label")
        if own is not None:
            found.append(_above(answers, side, own, where, ground, floor))
            continue
        if whole is None and ground is None:
            answers.refuse(
                side.check,
                LABEL_MISSING,
                f"Neither the {side.noun} nor the manifest nor the family file states a label.",
                where=where,
                wanted=", ".join(LABELS),
            )
        found.append(default)
    answers.settle(side.check, len(found))
    return found


def _known(answers: Answers, side: _Side, label: object, where: Location) -> str | None:
    if isinstance(label, str) and label in LABELS:
        return label
    answers.refuse(
        side.check,
        LABEL_UNKNOWN,
        f"The {side.noun} has a label that no rule knows.",
        where=where,
        got=label,
        wanted=", ".join(LABELS),
    )
    return None


def _above(
    answers: Answers, side: _Side, label: object, where: Location, ground: object, floor: str | None
) -> str | None:
    """A stated label, if it is known and the family allows it; a floor nobody knows allows none."""
    known = _known(answers, side, label, where)
    if known is None or ground is None:
        return known
    if floor is None:
        return None
    if LABELS.index(known) >= LABELS.index(floor):
        return known
    answers.refuse(
        side.check,
        SENSITIVITY_CONFLICT,
        f"The label of the {side.noun} is less restricted than the one of the family.",
        where=where,
        got=known,
        wanted=f"{floor} or more restricted",
    )
    return None


GATE = Gate(
    id="sensitivity",
    title="Sensitivity",
    source=("R-066", "R-128", "R-129", "R-136"),
    examine=examine,
    checks=(
        Check(
            "outputs",
            "every output has a label of the vocabulary, as restricted as its family at least",
            (LABEL_MISSING, LABEL_UNKNOWN, SENSITIVITY_CONFLICT),
        ),
        Check(
            "inputs",
            "every input has a label of the vocabulary, as restricted as its family at least",
            (LABEL_MISSING, LABEL_UNKNOWN, SENSITIVITY_CONFLICT),
        ),
    ),
)

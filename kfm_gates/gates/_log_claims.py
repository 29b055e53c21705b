"""What log lines claim about datasets, zones, labels and errors, held against the receipts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from kfm_gates.evidence.labels import LABELS
from kfm_gates.gates import _log_codes as codes
from kfm_gates.gates._log_story import Line, Problem

# A run lies in the work zone; what it reads may lie anywhere but where nothing may be taken from.
_READ = ("raw", "work", "processed")
_WRITTEN = ("work", "quarantine")
_SOLVED = frozenset({"succeeded", "skipped"})
_UNSOLVED = frozenset({"failed", "cancelled"})


def datasets(lines: Sequence[Line], record: Mapping[str, Any]) -> Iterator[Problem]:
    """Lines that are about another dataset family than the run."""
    family = record["dataset_family"]
    for line in lines:
        other = next((name for name in line.data.get("dataset_ids", ()) if name != family), None)
        if other is not None:
            message = "The line is about another dataset than the run."
            yield Problem(codes.LOG_ID_MISMATCH, message, line, other, family)


def zones(lines: Sequence[Line]) -> Iterator[Problem]:
    """Lines that read or write where a run in the work zone does not."""
    for line in lines:
        for key, verb, allowed in (("zone_in", "reads", _READ), ("zone_out", "writes", _WRITTEN)):
            zone = line.data.get(key)
            if zone is not None and zone not in allowed:
                message = f"The line {verb} a zone that no run in the work zone {verb}."
                yield Problem(
                    codes.LOG_ZONE_CONTRADICTED, message, line, zone, " or ".join(allowed)
                )


def labels(lines: Sequence[Line], emitted: Collection[str]) -> Iterator[Problem]:
    """Lines with a label more restricted than every label that the receipts state.

    Args:
        lines: Lines whose label is known.
        emitted: Labels of manifest and validation report; where there is none, nothing
            contradicts.
    """
    ranks = [LABELS.index(label) for label in emitted if label in LABELS]
    if not ranks:
        return
    for line in lines:
        label = line.data.get("policy_label")
        if label is not None and LABELS.index(label) > max(ranks):
            message = "The label is more restricted than every label that the receipts state."
            wanted = f"{LABELS[max(ranks)]}, or less restricted"
            yield Problem(codes.LOG_LABEL_CONTRADICTED, message, line, label, wanted)


def errors(lines: Sequence[Line], record: Mapping[str, Any]) -> Iterator[Problem]:
    """Errors in the log of a succeeded run that nothing after them solves.

    An error of the run cannot be solved; one of a stage is, where the stage then succeeds.
    """
    if record["status"] != "succeeded":
        return
    open_errors: dict[str | None, list[Line]] = {}
    for line in sorted(lines, key=lambda x: x.at):
        stage = None if line.stage is None else line.stage.casefold()
        event, status = line.data["event"], line.data.get("status")
        if event == "error" or (stage is not None and status in _UNSOLVED):
            open_errors.setdefault(stage, []).append(line)
        elif stage is not None and (status in _SOLVED or (event == "finish" and status is None)):
            open_errors.pop(stage, None)
    for found in open_errors.values():
        for line in found:
            what = "run" if line.stage is None else f"stage {line.stage}"
            message = f"The log has an error of the {what}, and the run is said to have succeeded."
            yield Problem(codes.LOG_ERROR_UNRESOLVED, message, line, line.data["event"])

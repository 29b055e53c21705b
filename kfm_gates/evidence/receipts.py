"""Old names in receipts: read for a while, reported, and never beside the new one (C-04, C-07)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kfm_gates.errors import EvidenceUnreadable
from kfm_gates.evidence.json_positions import escape

KINDS: Final = ("run_record", "run_manifest", "validation_report", "log_line")
RUN_STATUSES: Final = (
    *("queued", "running", "succeeded", "failed"),
    *("cancelled", "skipped", "expired", "partial"),
)
LOG_STATUSES: Final = ("queued", "started", "succeeded", "failed", "skipped", "cancelled")
ZONES: Final = ("raw", "work", "quarantine", "processed", "published")


@dataclass(frozen=True, slots=True)
class Alias:
    """An old name that was read as the canonical one.

    Args:
        pointer: JSON Pointer of the old name in the document as it was written.
        alias: The old name or word.
        canonical: What it was read as.
    """

    pointer: str
    alias: str
    canonical: str


# Canonical field -> old names, by kind of document; `*` in a place means each entry of a list.
_FIELDS: Final[Mapping[str, tuple[tuple[str, Mapping[str, tuple[str, ...]]], ...]]] = {
    "run_record": (
        (
            "",
            {
                "ended_at": ("finished_at",),
                "dataset_family": ("dataset_id", "dataset", "dataset_ids"),
                "pipeline_id": ("job_type",),
            },
        ),
    ),
    "run_manifest": (
        ("", {"params": ("parameters",)}),
        ("/inputs/*", {"digest": ("checksum",)}),
        ("/outputs/*", {"digest": ("checksum",)}),
    ),
    "validation_report": (),
    "log_line": (),
}

# The written word `success` and the internal `succeeded` are both good style; the others are old.
_RUN_WORDS: Final = {
    "success": "succeeded",
    "started": "running",
    "canceled": "cancelled",
    "fail": "failed",
    "failure": "failed",
}
_LOG_WORDS: Final = {
    "success": "succeeded",
    "running": "started",
    "canceled": "cancelled",
    "fail": "failed",
    "failure": "failed",
}


def normalise(kind: str, data: Any, *, file: str | None = None) -> tuple[Any, list[Alias]]:
    """Read a receipt by its canonical names.

    `success` becomes `succeeded`, zones become lower case, old names of fields become the
    canonical ones; everything else stays as it is, whatever its type. The schema is applied to
    the result.

    Args:
        kind: One of `KINDS`.
        data: The parsed document; never changed.
        file: Its name, for the error.

    Returns:
        The normalised document and the old names that were found in it.

    Raises:
        EvidenceUnreadable: `ALIAS_CONFLICT`: two names of one field are both present (FO-61).
        ValueError: The kind is unknown.
    """
    if kind not in KINDS:
        raise ValueError(f"unknown kind of document: {kind!r}")
    aliases: list[Alias] = []
    for place, fields in _FIELDS[kind]:
        data = _at(data, place.split("/")[1:], "", fields, aliases, file)
    if isinstance(data, dict):
        data = _words(kind, data, aliases)
    return data, aliases


def _at(
    data: Any,
    steps: list[str],
    pointer: str,
    fields: Mapping[str, tuple[str, ...]],
    aliases: list[Alias],
    file: str | None,
) -> Any:
    """Rename the fields of the objects at a place; what has another shape is left to the schema."""
    if not steps:
        return _renamed(data, pointer, fields, aliases, file) if isinstance(data, dict) else data
    step, rest = steps[0], steps[1:]
    if step == "*":
        if not isinstance(data, list):
            return data
        return [
            _at(item, rest, f"{pointer}/{n}", fields, aliases, file) for n, item in enumerate(data)
        ]
    if not isinstance(data, dict) or step not in data:
        return data
    inner = _at(data[step], rest, f"{pointer}/{step}", fields, aliases, file)
    return {**data, step: inner}


def _renamed(
    data: dict[str, Any],
    pointer: str,
    fields: Mapping[str, tuple[str, ...]],
    aliases: list[Alias],
    file: str | None,
) -> dict[str, Any]:
    names: dict[str, str] = {}
    for canonical, old_names in fields.items():
        present = [name for name in (canonical, *old_names) if name in data]
        if len(present) > 1:
            raise EvidenceUnreadable(
                f"The fields {' and '.join(present)} are two names of one thing.",
                code="ALIAS_CONFLICT",
                file=file,
                pointer=f"{pointer}/{escape(present[1])}",
                got=", ".join(present),
                wanted=f"only {canonical}",
            )
        if present and present[0] != canonical:
            names[present[0]] = canonical
    if not names:
        return data
    result: dict[str, Any] = {}
    for name, value in data.items():
        if name == "dataset_ids":
            if not isinstance(value, list) or len(value) != 1:
                result[name] = value
                continue
            value = value[0]
        if name in names:
            aliases.append(Alias(f"{pointer}/{escape(name)}", name, names[name]))
        result[names.get(name, name)] = value
    return result


def _words(kind: str, data: dict[str, Any], aliases: list[Alias]) -> dict[str, Any]:
    result = dict(data)
    if kind in ("run_record", "log_line") and isinstance(data.get("status"), str):
        words = _RUN_WORDS if kind == "run_record" else _LOG_WORDS
        known = RUN_STATUSES if kind == "run_record" else LOG_STATUSES
        written = data["status"]
        word = words.get(written.lower(), written.lower())
        if word in known and word != written:
            result["status"] = word
            if written != "success":
                aliases.append(Alias("/status", written, word))
    for holder, field, pointer in _zones(kind, result):
        zone = holder[field].lower()
        if zone in ZONES:
            if zone != holder[field]:
                aliases.append(Alias(pointer, holder[field], zone))
            holder[field] = zone
    return result


def _zones(kind: str, result: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Where a document names a zone, in objects that may be changed."""
    if kind == "log_line":
        for field in ("zone_in", "zone_out"):
            if isinstance(result.get(field), str):
                yield result, field, f"/{field}"
    elif kind == "run_manifest":
        if isinstance(result.get("target_zone"), str):
            yield result, "target_zone", "/target_zone"
        outputs = result.get("outputs")
        if isinstance(outputs, list):
            copies = [dict(o) if isinstance(o, dict) else o for o in outputs]
            result["outputs"] = copies
            for n, output in enumerate(copies):
                if isinstance(output, dict) and isinstance(output.get("zone"), str):
                    yield output, "zone", f"/outputs/{n}/zone"

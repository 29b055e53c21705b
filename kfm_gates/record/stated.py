"""What the caller of `seal` states about a run that another tool made, and whether it can be so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from kfm_gates.errors import RecorderError
from kfm_gates.record import globs, governance, ids, runner_info
from kfm_gates.record.checks import make_check, number
from kfm_gates.record.inputs import is_uri, uri_entry
from kfm_gates.record.settings import supersedes_of
from kfm_gates.record.spec import plain

STATUSES: Final = {
    "succeeded": "succeeded",
    "success": "succeeded",
    "failed": "failed",
    "cancelled": "cancelled",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What the caller states about a run that another tool made. None means: not stated."""

    pipeline: str | None = None
    commit: str | None = None
    repo: str | None = None
    status: str | None = None
    error: str | None = None
    started_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    params: Mapping[str, Any] | None = None
    inputs: Sequence[str] = ()
    outputs: Sequence[str] = ()
    checks: Sequence[Mapping[str, Any]] = ()
    metrics: Mapping[str, int | float] = field(default_factory=dict)
    tools: Mapping[str, str] = field(default_factory=dict)
    rights: Mapping[str, str] = field(default_factory=dict)
    label: str | None = None
    input_label: str | None = None
    runner: Mapping[str, str] = field(default_factory=dict)
    supersedes: tuple[str, str] | None = None
    job_id: str | None = None
    correlation_id: str | None = None
    parent_run_id: str | None = None
    catalogs: bool = False
    """Whether catalogs are to be written as well."""


def labels_of(stated: Stated) -> dict[str, str]:
    """Sensitivity as far as it is stated."""
    labels = {"label": stated.label, "input_label": stated.input_label}
    return {key: label for key, label in labels.items() if label is not None}


def require_wellformed(stated: Stated) -> None:
    """Refuse what the recorder would refuse as well.

    Raises:
        RecorderError: Something that is stated is malformed.
    """
    for text, what in ((stated.pipeline, "pipeline"), (stated.job_id, "job id")):
        if text is not None:
            ids.checked_name(text, what)
    if stated.correlation_id is not None:
        ids.checked_name(stated.correlation_id, "correlation id")
    if stated.parent_run_id is not None:
        ids.checked_run_id(stated.parent_run_id, "parent run id")
    if stated.commit is not None:
        ids.checked_commit(stated.commit)
    runner_info.repository(stated.repo, commit_given=True)
    if stated.status is not None and stated.status not in STATUSES:
        raise RecorderError(
            "The status is unknown.",
            code="STATUS_INVALID",
            got=ids.shown(stated.status),
            wanted=", ".join(STATUSES),
        )
    if stated.error is not None:
        ids.checked_text(stated.error, "error")
    for moment in (stated.started_at, stated.ended_at):
        if moment is not None and moment.tzinfo is None:
            raise RecorderError(
                "A time has no time zone.", code="TIME_INVALID", got=moment.isoformat()
            )
    supersedes_of(stated.supersedes)
    runner_info.versions(stated.tools)
    if stated.params is not None:
        plain(dict(stated.params), "params")
    governance.rights(stated.rights, None)
    governance.sensitivity(labels_of(stated), None)
    runner_info.runner(stated.runner)
    for name, value in stated.metrics.items():
        number(value, f"metric {name}")
    entries_of(stated.checks)
    for one in stated.inputs:
        input_parts(one)


def entries_of(checks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Entries of the validation report from `{name, status?, observed?, threshold?, details?}`.

    Raises:
        RecorderError: An unknown field, a contradiction, or a name that comes twice.
    """
    fields = {"name", "status", "observed", "threshold", "details"}
    made: dict[str, dict[str, Any]] = {}
    for one in checks:
        if not isinstance(one, Mapping) or "name" not in one or set(one) - fields:
            raise RecorderError(
                "An entry of the checks is malformed.",
                code="CHECK_INVALID",
                got=ids.shown(one),
                wanted="{name, status, observed, threshold, details}, name is required",
            )
        entry = make_check(**one)
        if made.setdefault(entry["name"], entry) is not entry:
            raise RecorderError(
                f"The check {entry['name']} comes twice.", code="CHECK_DUPLICATE", got=entry["name"]
            )
    return list(made.values())


def input_parts(text: str) -> tuple[str, str, str | None]:
    """Split `[role=]path-or-uri[@sha256:…]` into role, name and digest.

    Raises:
        RecorderError: A URI without digest, or with a password.
    """
    role, rest = globs.split_role(text)
    name, at, digest = rest.rpartition("@sha256:")
    path, wanted = (name, f"sha256:{digest}") if at else (rest, None)
    if is_uri(path):
        uri_entry(path, wanted)
    return role, path, wanted

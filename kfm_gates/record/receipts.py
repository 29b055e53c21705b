"""The three receipts of a run, written from one description of it, and the seal over everything.

The recorder and `kfm-gates seal` both end here, so that what they write cannot drift apart.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from kfm_gates import times
from kfm_gates.errors import RecorderError
from kfm_gates.evidence.labels import LABELS, REDACTING
from kfm_gates.model import Layout
from kfm_gates.record import spec as specs
from kfm_gates.record.checks import overall_status

STATUS_WORDS: Final = {"succeeded": "success"}
"""Run records write the word of their first skeleton; logs write the canonical one (C-04)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """Everything that the receipts of one run say. What is None or empty is left out of them.

    `status` is the canonical word (`succeeded`, `failed`, `cancelled`); inputs, outputs, checks
    and transforms are entries as the receipts hold them.
    """

    run_id: str
    family: str
    pipeline: str
    commit: str
    started_at: dt.datetime
    ended_at: dt.datetime
    status: str
    runner: Mapping[str, str]
    params: Mapping[str, Any]
    inputs: Sequence[Mapping[str, Any]]
    outputs: Sequence[Mapping[str, Any]]
    checks: Sequence[Mapping[str, Any]]
    metrics: Mapping[str, int | float] = field(default_factory=dict)
    transforms: Sequence[Mapping[str, Any]] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    rights: Mapping[str, Any] | None = None
    sensitivity: Mapping[str, Any] | None = None
    target_zone: str | None = None
    extents: Mapping[str, Any] | None = None
    catalog_refs: Sequence[str] = ()
    job_id: str | None = None
    correlation_id: str | None = None
    parent_run_id: str | None = None
    supersedes: tuple[str, str] | None = None
    error: Mapping[str, str] | None = None
    git_dirty: bool | None = None
    repo: str | None = None
    dry_run: bool = False
    forced: bool = False


def run_record(run: Described) -> dict[str, Any]:
    """What ran, when, by whom, with what code."""
    record: dict[str, Any] = {
        "schema_version": "run_record/v1",
        "run_id": run.run_id,
        "dataset_family": run.family,
        "pipeline_id": run.pipeline,
        "git_commit": run.commit,
        "started_at": times.render(run.started_at),
        "ended_at": times.render(run.ended_at),
        "status": STATUS_WORDS.get(run.status, run.status),
        "runner": dict(run.runner),
    }
    if run.supersedes is not None:
        record["supersedes"] = {"run_id": run.supersedes[0], "reason": run.supersedes[1]}
    optional = {
        "job_id": run.job_id,
        "parent_run_id": run.parent_run_id,
        "correlation_id": run.correlation_id,
        "error": None if run.error is None else dict(run.error),
        "dry_run": run.dry_run or None,
        "forced": run.forced or None,
        "code": None if run.repo is None else {"repo": run.repo},
        "git_dirty": run.git_dirty or None,
    }
    return record | {key: value for key, value in optional.items() if value is not None}


def run_manifest(run: Described) -> dict[str, Any]:
    """Exactly what went in and came out, and the spec with its hash."""
    spec = specs.build(run.pipeline, run.params, run.inputs, run.commit)
    manifest: dict[str, Any] = {
        "schema_version": "run_manifest/v1",
        "run_id": run.run_id,
        "spec_hash": specs.spec_hash(spec),
        "spec": spec,
        "inputs": [dict(one) for one in run.inputs],
        "outputs": [dict(one) for one in run.outputs],
        "params": dict(run.params),
    }
    optional = {
        "versions": dict(run.versions) or None,
        "transforms": [dict(one) for one in run.transforms] or None,
        "rights": None if run.rights is None else dict(run.rights),
        "sensitivity": None if run.sensitivity is None else dict(run.sensitivity),
        "target_zone": run.target_zone,
        "extents": None if run.extents is None else dict(run.extents),
        "catalog_refs": list(run.catalog_refs) or None,
    }
    return manifest | {key: value for key, value in optional.items() if value is not None}


def validation_report(run: Described) -> dict[str, Any]:
    """What was checked and what came of it; the overall status follows from the checks."""
    checks = [dict(one) for one in run.checks]
    label = None if run.sensitivity is None else run.sensitivity.get("label")
    report: dict[str, Any] = {
        "schema_version": "validation_report/v1",
        "run_id": run.run_id,
        "overall_status": overall_status(checks),
        "gates": checks,
        "policy": {
            "labels_emitted": [label] if label in LABELS else [],
            "redactions_applied": any(one["kind"] in REDACTING for one in run.transforms),
        },
    }
    if run.metrics:
        report["metrics"] = dict(run.metrics)
    return report


def documents(run: Described, layout: Layout) -> dict[str, bytes]:
    """The bytes of the three receipts by file name, each checked against its schema.

    Raises:
        RecorderError: A receipt would not fit its schema; nothing has been written.
    """
    from kfm_gates.evidence import json_schema, strict_json

    made = {
        "run_record": (layout.run_record, run_record(run)),
        "run_manifest": (layout.run_manifest, run_manifest(run)),
        "validation_report": (layout.validation_report, validation_report(run)),
    }
    for schema, (name, document) in made.items():
        if issues := json_schema.validate(schema, document):
            issue = issues[0]
            raise RecorderError(
                f"{name} would not fit its schema: {issue.message}",
                code="RECEIPT_INVALID",
                file=name,
                pointer=issue.pointer,
                got=issue.got,
                wanted=issue.wanted,
                fix="Mend what the pipeline gives the recorder; nothing was written.",
            )
    rendered = {name: render(document) for name, document in made.values()}
    for name, raw in rendered.items():
        if len(raw) > strict_json.MAX_BYTES:
            raise RecorderError(
                f"{name} would be too large to be read again.",
                code="RECEIPT_TOO_LARGE",
                file=name,
                got=f"{len(raw)} bytes",
                wanted=f"at most {strict_json.MAX_BYTES} bytes",
                fix="Write fewer, larger outputs, or several runs.",
            )
    return rendered


def render(document: Mapping[str, Any]) -> bytes:
    """A receipt as it is written: UTF-8, two spaces, one newline at the end."""
    return f"{json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2)}\n".encode()


def seal_files(
    receipts: Mapping[str, bytes], covered: Mapping[str, str], layout: Layout
) -> list[tuple[str, bytes]]:
    """Receipts and seal by run-relative path, in the order in which they are to be written.

    Args:
        receipts: The receipts by file name.
        covered: Hex digest of every other file that the seal covers, by run-relative path.
        layout: Names of the files.

    Raises:
        RecorderError: A path is not acceptable in a seal.
    """
    from kfm_gates.evidence import seal

    digests = {name: hashlib.sha256(raw).hexdigest() for name, raw in receipts.items()}
    try:
        sealed = seal.render({**covered, **digests}.items())
    except ValueError as error:
        raise RecorderError(
            f"The run holds a file that no seal can name: {error}",
            code="PATH_UNSAFE",
            fix="Let the pipeline write plain names, in a new run; nothing was sealed.",
        ) from error
    # The seal comes last: without it nothing before it counts.
    return [*receipts.items(), (layout.seal, sealed)]

"""What the receipts of a run say, in the form in which catalogs are held against it."""

from __future__ import annotations

from typing import Any

from kfm_gates import times
from kfm_gates.catalogs._api import Output, RunFacts
from kfm_gates.evidence.labels import REDACTING
from kfm_gates.evidence.run_dir import Run
from kfm_gates.model import Family


def of_run(run: Run, family: Family | None) -> RunFacts:
    """Read the receipts.

    Raises:
        EvidenceMissing: A receipt is missing.
        EvidenceInvalid: A receipt does not fit its schema.
        EvidenceUnreadable: A receipt cannot be read strictly.
    """
    record = run.valid("run_record")
    manifest = run.valid("run_manifest")
    report = run.valid("validation_report")
    extents = manifest.get("extents", {})
    prefix = f"{run.relpath}/"
    return RunFacts(
        run_id=record["run_id"],
        family=record["dataset_family"],
        relpath=run.relpath,
        artifacts=run.layout.artifacts,
        started_at=times.parse(record["started_at"]),
        ended_at=times.parse(record["ended_at"]),
        pipeline_id=record["pipeline_id"],
        commit=record["git_commit"],
        spec_hash=manifest["spec_hash"],
        bbox=tuple(extents["bbox"]) if "bbox" in extents else None,
        interval=tuple(extents["interval"]) if "interval" in extents else None,
        outputs={
            output["path"].removeprefix(prefix): _output(n, output, prefix)
            for n, output in enumerate(manifest["outputs"])
        },
        inputs={
            entry.get("path") or entry["uri"]: entry["digest"].removeprefix("sha256:")
            for entry in manifest["inputs"]
        },
        redactions=tuple(
            step["name"] for step in manifest.get("transforms", ()) if step["kind"] in REDACTING
        ),
        redactions_applied=report["policy"]["redactions_applied"],
        license=_license(manifest, family),
        label=_label(manifest, family),
        about=family,
    )


def _output(n: int, output: dict[str, Any], prefix: str) -> Output:
    return Output(
        path=output["path"].removeprefix(prefix),
        sha256=output["digest"].removeprefix("sha256:"),
        pointer=f"/outputs/{n}",
        size=output.get("size"),
        media_type=output.get("media_type"),
        role=output["role"],
        names=output.get("catalog_ids", {}),
    )


def _license(manifest: dict[str, Any], family: Family | None) -> str | None:
    stated = manifest.get("rights", {}).get("license")
    if stated is None and family is not None and family.rights:
        stated = family.rights.get("license")
    return None if stated is None else str(stated)


def _label(manifest: dict[str, Any], family: Family | None) -> str | None:
    stated = manifest.get("sensitivity", {}).get("label")
    if stated is None and family is not None and family.sensitivity:
        stated = family.sensitivity.get("label")
    return None if stated is None else str(stated)

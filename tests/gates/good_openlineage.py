"""OpenLineage events that fit the good run: START and COMPLETE, written by hand."""

from __future__ import annotations

from typing import Any

import goodrun

PRODUCER = "https://example.org/pipelines/kansas_wells"
EVENT = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
FACETS = "https://openlineage.io/spec/facets"
INTEGRITY = (
    "https://kfm-gates.dev/schemas/openlineage/facets/1-0-0/KfmIntegrityDatasetFacet.json"
    "#/$defs/KfmIntegrityDatasetFacet"
)
RUN_UUID = "019c6ff1-3100-b876-551e-83d2cdd912ae"
"""The 128 bits of the run id of the good run, worked out with another tool."""


def facet(schema: str, **values: Any) -> dict[str, Any]:
    return {"_producer": PRODUCER, "_schemaURL": schema, **values}


def of_bytes(raw: bytes) -> dict[str, Any]:
    """The two facets that say which bytes a dataset is."""
    digest = goodrun.sha256(raw)
    version = f"{FACETS}/1-0-1/DatasetVersionDatasetFacet.json#/$defs/DatasetVersionDatasetFacet"
    return {
        "version": facet(version, datasetVersion=digest),
        "kfm_integrity": facet(INTEGRITY, digest=digest, size=len(raw)),
    }


def event(kind: str, time: str) -> dict[str, Any]:
    job_type = f"{FACETS}/2-0-4/JobTypeJobFacet.json#/$defs/JobTypeJobFacet"
    raw = goodrun.lake_files()[goodrun.RAW]
    return {
        "eventType": kind,
        "eventTime": time,
        "run": {"runId": RUN_UUID},
        "job": {
            "namespace": "kfm://pipeline",
            "name": "pipelines/kansas_wells",
            "facets": {
                "jobType": facet(
                    job_type, processingType="BATCH", integration="KFM_GATES", jobType="PIPELINE"
                )
            },
        },
        "inputs": [{"namespace": "kfm://lake", "name": goodrun.RAW, "facets": of_bytes(raw)}],
        "outputs": [],
        "producer": PRODUCER,
        "schemaURL": EVENT,
    }


def files() -> dict[str, Any]:
    """The document, by run-relative path; a list is JSON Lines."""
    complete = event("COMPLETE", goodrun.ENDED)
    complete["outputs"] = [
        {"namespace": f"kfm://run/{goodrun.RUN_ID}", "name": path, "facets": of_bytes(raw)}
        for path, raw in goodrun.artifacts().items()
    ]
    return {"catalog/openlineage.jsonl": [event("START", goodrun.STARTED), complete]}

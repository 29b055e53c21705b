"""OpenLineage: the START and the COMPLETE event of the run, as JSON Lines."""

from __future__ import annotations

import re
from typing import Any, Final

from kfm_gates.catalogs.openlineage.names import INTEGRITY, INTEGRITY_URL, uuid_of
from kfm_gates.record.catalogs.render import line
from kfm_gates.record.catalogs.subject import InputFile, OutputFile, Subject
from kfm_gates.times import render

FILE: Final = "openlineage.jsonl"
PRODUCER: Final = "https://kfm-gates.dev/record"
JOBS: Final = "kfm://pipeline"
"""Namespace of jobs: their names are ids of pipelines."""
LAKE: Final = "kfm://lake"
"""Namespace of inputs: their names are paths in the lake."""

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!#-;=?-\[\]_a-z~]+")
"""Stricter than what the recorder takes for a repository: the facet wants a URI."""
_EVENT: Final = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
_FACETS: Final = "https://openlineage.io/spec/facets"


def write(subject: Subject, kinds: tuple[str, ...]) -> dict[str, bytes]:
    """The events, by path below the folder of catalogs.

    The first one says what goes in, the last one all: what came out is known only then.

    Args:
        subject: The run.
        kinds: Kinds of catalogs that are written; not needed here.
    """
    inputs = [_input(one) for one in subject.inputs]
    outputs = [_output(subject, one) for one in subject.outputs]
    start = _event(subject, "START", render(subject.started_at), inputs, [])
    complete = _event(subject, "COMPLETE", render(subject.ended_at), inputs, outputs)
    return {FILE: line(start) + line(complete)}


def _event(
    subject: Subject, kind: str, time: str, inputs: list[Any], outputs: list[Any]
) -> dict[str, Any]:
    return {
        "eventType": kind,
        "eventTime": time,
        "run": {"runId": uuid_of(subject.run_id)},
        "job": {"namespace": JOBS, "name": subject.pipeline, "facets": _job(subject)},
        "inputs": inputs,
        "outputs": outputs,
        "producer": PRODUCER,
        "schemaURL": _EVENT,
    }


def _job(subject: Subject) -> dict[str, Any]:
    what = {"processingType": "BATCH", "integration": "KFM_GATES", "jobType": "PIPELINE"}
    facets = {"jobType": _facet("2-0-4/JobTypeJobFacet", **what)}
    if subject.repo is not None and _URI.fullmatch(subject.repo):
        where = {"type": "git", "url": subject.repo, "version": subject.commit}
        facets["sourceCodeLocation"] = _facet("1-1-0/SourceCodeLocationJobFacet", **where)
    return facets


def _input(one: InputFile) -> dict[str, Any]:
    namespace, name = split(one.name) if one.remote else (LAKE, one.name)
    facets = _bytes(one.sha256, None)
    return {"namespace": namespace, "name": name, "facets": facets}


def _output(subject: Subject, one: OutputFile) -> dict[str, Any]:
    facets = _bytes(one.sha256, one.size)
    return {"namespace": subject.activity, "name": one.path, "facets": facets}


def split(uri: str) -> tuple[str, str]:
    """Namespace (scheme and authority) and name of a dataset that a URI names."""
    scheme, _, rest = uri.partition("://")
    authority, _, name = rest.partition("/")
    return f"{scheme}://{authority}", name


def _bytes(sha256: str, size: int | None) -> dict[str, Any]:
    digest = f"sha256:{sha256}"
    integrity = {
        "_producer": PRODUCER,
        "_schemaURL": f"{INTEGRITY_URL}#/$defs/KfmIntegrityDatasetFacet",
        "digest": digest,
    }
    version = _facet("1-0-1/DatasetVersionDatasetFacet", datasetVersion=digest)
    return {
        "version": version,
        INTEGRITY: integrity if size is None else {**integrity, "size": size},
    }


def _facet(schema: str, **values: str) -> dict[str, Any]:
    name = schema.partition("/")[2]
    url = f"{_FACETS}/{schema}.json#/$defs/{name}"
    return {"_producer": PRODUCER, "_schemaURL": url, **values}

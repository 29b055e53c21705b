"""`record_run`: the one line that makes a pipeline's work a checkable run.

with kfm_gates.record_run("kansas_counties", pipeline="pipelines/kansas_counties") as run:
source = run.input("data/raw/kansas_counties/kansas-counties.topojson")
with run.open_output("counties.geojson", mode="w") as file:
...
run.check("feature_count", observed=105, threshold={"equals": 105})
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from kfm_gates.record.checks import Value
from kfm_gates.record.recorder import RunRecorder
from kfm_gates.record.settings import Settings


@contextmanager
def record_run(
    family: str,
    *,
    pipeline: str,
    params: Mapping[str, Any] | None = None,
    root: str | os.PathLike[str] | None = None,
    rights: Mapping[str, str] | None = None,
    sensitivity: Mapping[str, str] | str | None = None,
    supersedes: tuple[str, str] | None = None,
    commit: str | None = None,
    repo: str | None = None,
    runner: Mapping[str, str] | str | None = None,
    versions: Mapping[str, str] | None = None,
    thresholds: Mapping[str, Mapping[str, Value]] | None = None,
    job_id: str | None = None,
    correlation_id: str | None = None,
    parent_run_id: str | None = None,
    target_zone: str | None = None,
    extents: Mapping[str, Any] | None = None,
    dry_run: bool = False,
    forced: bool = False,
) -> Iterator[RunRecorder]:
    """Record one run of a pipeline: everything inside the `with` block.

    When the block ends, three receipts, the log and the seal are written, the seal last; a run
    that dies on the way has none and can never pass. A block that raises is recorded as failed
    (its error in the run record and, with the stack, in the log) and the exception goes on.

    Args:
        family: Dataset family, lower snake case.
        pipeline: Id of the pipeline, such as `pipelines/kansas_counties`.
        params: Parameters, plain JSON; part of the spec hash.
        root: Lake root; else the nearest folder at or above the current one with `.kfm/`, else
            with `data/`.
        rights: `license`, `holder`, `attribution`, `source`; what is left out comes from
            `.kfm/families/<family>.yaml`, and stays missing where that is silent too.
        sensitivity: A label, or `{"label": …, "input_label": …}`; completed likewise.
        supersedes: `(run id, reason)` of an earlier run that this one corrects.
        commit: Commit of the pipeline; else HEAD of the repository at the lake root.
        repo: URI of the repository of the pipeline, where it is not the one at the lake root;
            `commit` is needed then.
        runner: `ci`, `local`, `cluster`, or any of `type`, `host`, `user`; the rest is observed.
        versions: Versions of tools by name, beside those of Python and kfm-gates.
        thresholds: Thresholds of checks by name; those of the family file apply beneath.
        job_id: Id of the job that this run belongs to.
        correlation_id: Id of the request that caused it; every log line carries it.
        parent_run_id: Run id of the run that started this one.
        target_zone: Zone that the outputs are meant for.
        extents: Spatial and temporal extent, plain JSON.
        dry_run: Nothing real was published; such a run is never promoted.
        forced: An idempotency check was skipped; likewise.

    Yields:
        The recorder.

    Raises:
        RecorderError: An argument, an output or the disk refuses.
        UsageError: There is no lake root, or its `.kfm/` is invalid.
    """
    arguments = dict(locals())
    run = RunRecorder(Settings.checked(**arguments))
    try:
        yield run
    except BaseException as error:
        if (trouble := run._finish(error)) is not None:
            error.add_note(f"kfm-gates: {trouble.message}")
        raise
    if (trouble := run._finish(None)) is not None:
        raise trouble

"""What the catalogs of a run say, gathered once from its receipts and its family file.

Every writer reads this and nothing else, so that the same receipts give the same catalogs, bytes
and all: no clock, no random number, no order that depends on a set.
"""

from __future__ import annotations

import datetime as dt
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kfm_gates import times
from kfm_gates.catalogs import references
from kfm_gates.evidence.labels import REDACTING
from kfm_gates.model import Family, Layout

NS: Final = "https://kfm-gates.dev/ns#"
"""Namespace of terms that no vocabulary has."""

BBox = tuple[float, float, float, float]
Interval = tuple[dt.datetime | None, dt.datetime | None]

MEDIA_TYPES: Final = {
    ".csv": "text/csv",
    ".html": "text/html",
    ".md": "text/markdown",
    ".tsv": "text/tab-separated-values",
    ".txt": "text/plain",
    ".xml": "application/xml",
}
"""What a suffix means, for an output of which neither a statement nor its bytes say what it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputFile:
    """An output: run-relative path, 64 hex digits, size in bytes, media type where it is known."""

    path: str
    address: str
    sha256: str
    size: int
    role: str
    media_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """An input: lake path or URI as in the manifest, its address, and 64 hex digits."""

    name: str
    address: str
    sha256: str
    role: str
    remote: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One run, as catalogs describe it. Times are UTC, boxes degrees: west south east north.

    Attributes:
        run_id: ULID of the run.
        family: Name of the dataset family.
        folder: Name of the folder of catalogs in the run.
        pipeline: Id of the pipeline.
        commit: Commit of the pipeline.
        repo: URI of its repository, where it is not the lake's.
        spec_hash: `sha256:…` of the manifest.
        started_at: When the run began.
        ended_at: When it ended.
        outputs: Outputs by path.
        inputs: Inputs by name.
        redactions: Transforms that take something out: name, kind, description.
        rights: Licence, holder, attribution, source, as far as they are known.
        label: Sensitivity label of the outputs.
        about: The family file.
        bbox: Extent of all outputs; None where none is spatial.
        interval: The time that the data are about; None where nobody states it.
    """

    run_id: str
    family: str
    folder: str
    pipeline: str
    commit: str
    repo: str | None
    spec_hash: str
    started_at: dt.datetime
    ended_at: dt.datetime
    outputs: tuple[OutputFile, ...]
    inputs: tuple[InputFile, ...]
    redactions: tuple[tuple[str, str, str | None], ...] = ()
    rights: Mapping[str, str] = field(default_factory=dict)
    label: str | None = None
    about: Mapping[str, Any] = field(default_factory=dict)
    bbox: BBox | None = None
    interval: Interval | None = None

    @property
    def activity(self) -> str:
        """IRI of the run as an activity."""
        return f"kfm://run/{self.run_id}"

    @property
    def dataset(self) -> str:
        """IRI of the dataset."""
        return f"kfm://dataset/{self.family}"

    @property
    def agent(self) -> str:
        """IRI of the pipeline, which is the agent of its runs."""
        return f"kfm://pipeline/{urllib.parse.quote(self.pipeline)}"

    @property
    def plan(self) -> str:
        """IRI of the pipeline at this commit, which is the plan of this run."""
        return f"{self.agent}@{self.commit}"

    @property
    def publisher(self) -> str:
        """IRI of the publisher."""
        return f"{self.dataset}#publisher"

    @property
    def license(self) -> str | None:
        """Licence as the manifest states it."""
        return self.rights.get("license")

    @property
    def base_url(self) -> str | None:
        """Address that stands for `artifacts/`, with a slash at its end."""
        url = self.about.get("base_url")
        return None if url is None else str(url)


def of_receipts(
    record: Mapping[str, Any],
    manifest: Mapping[str, Any],
    *,
    family: Family | None,
    layout: Layout,
    relpath: str,
    bbox: BBox | None,
    media_types: Mapping[str, str],
    sizes: Mapping[str, int],
) -> Subject:
    """Gather what the catalogs of a run say.

    Args:
        record: The run record.
        manifest: The run manifest; its `extents`, where it has any, were checked.
        family: The family file.
        layout: Names in a run.
        relpath: The run directory, relative to the lake root.
        bbox: Extent of all outputs.
        media_types: What the bytes of an output say that it is, by run-relative path.
        sizes: Size of each output, by run-relative path.
    """
    from kfm_gates.record.catalogs import extents

    prefix = f"{relpath}/"
    run_id = record["run_id"]
    return Subject(
        run_id=run_id,
        family=record["dataset_family"],
        folder=layout.catalog,
        pipeline=record["pipeline_id"],
        commit=record["git_commit"],
        repo=record.get("code", {}).get("repo"),
        spec_hash=manifest["spec_hash"],
        started_at=times.parse(record["started_at"]),
        ended_at=times.parse(record["ended_at"]),
        outputs=tuple(
            _output(run_id, entry, entry["path"].removeprefix(prefix), media_types, sizes)
            for entry in sorted(manifest["outputs"], key=lambda entry: str(entry["path"]))
        ),
        inputs=tuple(sorted(map(_input, manifest["inputs"]), key=lambda one: one.name)),
        redactions=tuple(
            (step["name"], step["kind"], step.get("description"))
            for step in manifest.get("transforms", ())
            if step["kind"] in REDACTING
        ),
        rights={**((family.rights if family else None) or {}), **manifest.get("rights", {})},
        label=manifest.get("sensitivity", {}).get("label"),
        about=family.extra if family else {},
        bbox=bbox,
        interval=extents.stated_interval(manifest.get("extents", {})),
    )


def _output(
    run_id: str,
    entry: Mapping[str, Any],
    path: str,
    media_types: Mapping[str, str],
    sizes: Mapping[str, int],
) -> OutputFile:
    return OutputFile(
        path=path,
        address=references.address(run_id, path),
        sha256=entry["digest"].removeprefix("sha256:"),
        size=sizes[path],
        role=entry["role"],
        media_type=entry.get("media_type") or media_types.get(path) or media_type_of(path),
    )


def _input(entry: Mapping[str, Any]) -> InputFile:
    name = entry.get("path") or entry["uri"]
    return InputFile(
        name=name,
        address=references.input_address(name),
        sha256=entry["digest"].removeprefix("sha256:"),
        role=entry["role"],
        remote="uri" in entry,
    )


def media_type_of(path: str) -> str | None:
    """Media type by the suffix of a path, None where it says nothing."""
    name = path.rpartition("/")[2]
    return MEDIA_TYPES.get(name[name.rfind(".") :].lower()) if "." in name else None

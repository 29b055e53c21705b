"""What every kind of catalog is asked, and how it answers.

A kind knows nothing of gates, runs or reports: it gets documents and a `Question`, and gives
remarks, counts and claims. So one implementation serves the gate, `lint` and the closure.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kfm_gates.catalogs.digests import StatedDigest
from kfm_gates.catalogs.files import Files
from kfm_gates.errors import EvidenceError
from kfm_gates.model import Code, Family

SOURCES = ("stac", "dcat", "prov", "openlineage")
"""Kinds of catalogs; also the ids of their gates."""


@dataclass(frozen=True, kw_only=True)
class Remark:
    """Something that is wrong, or worth knowing, in a catalog document.

    Args:
        check: Id of the check that it speaks against.
        code: Its code; the level of the code is the level of the finding.
        message: One sentence.
        file: Path of the document, relative to the run (or to what `lint` was given).
        pointer: JSON Pointer, or the IRI of the subject in documents that are no JSON.
        line: Line, counted from 1, where it is known.
        got: What stands there.
        wanted: What was expected.
        unproven: Bytes were absent: the check is then unproven instead of failed.
    """

    check: str
    code: Code
    message: str
    file: str
    pointer: str | None = None
    line: int | None = None
    got: str | None = None
    wanted: str | None = None
    unproven: bool = False


@dataclass(frozen=True, kw_only=True)
class ArtifactClaim:
    """What one catalog says about one file.

    Args:
        source: One of `SOURCES`.
        file: Path of the catalog document.
        pointer: Where in it: JSON Pointer, or IRI of the subject.
        href: The reference as written.
        artifact: Run-relative path of the file that it resolves to, None where it resolves to
            none of this run.
        digests: Every digest that is stated, normalised.
        size: Stated size in bytes.
        media_type: Stated media type, as written.
        id: How the catalog calls the record (STAC item id, distribution IRI, entity id).
        license: Stated licence, as written.
        bbox: Stated extent, degrees, west south east north.
        interval: Stated time, two RFC 3339 texts; None at an open end.
        data: False for a thumbnail, an overview, metadata: a file that need not be an output.
    """

    source: str
    file: str
    pointer: str
    href: str
    artifact: str | None
    digests: tuple[StatedDigest, ...] = ()
    size: int | None = None
    media_type: str | None = None
    id: str | None = None
    license: str | None = None
    bbox: tuple[float, float, float, float] | None = None
    interval: tuple[str | None, str | None] | None = None
    data: bool = True


@dataclass(frozen=True, kw_only=True)
class DatasetClaim:
    """What one catalog says about the dataset as a whole. Fields as in `ArtifactClaim`."""

    source: str
    file: str
    pointer: str
    id: str | None = None
    title: str | None = None
    license: str | None = None
    bbox: tuple[float, float, float, float] | None = None
    interval: tuple[str | None, str | None] | None = None


@dataclass(frozen=True, kw_only=True)
class ActivityClaim:
    """An activity that a PROV document describes, for the redactions that have to be backed.

    Args:
        file: Path of the PROV document.
        pointer: Where in it.
        id: Expanded IRI of the activity.
        types: Expanded `prov:type` values and other plain type words, lower case.
        label: `prov:label` where it has one.
        generated: Run-relative paths of the outputs that it had a part in: it generated them, a
            derivation of theirs names it, or what generated them was informed by it.
    """

    file: str
    pointer: str
    id: str
    types: frozenset[str] = frozenset()
    label: str | None = None
    generated: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Output:
    """An output as the manifest lists it; `path` is run-relative, `sha256` 64 hex digits."""

    path: str
    sha256: str
    pointer: str
    size: int | None = None
    media_type: str | None = None
    role: str = "primary"
    names: Mapping[str, str] = field(default_factory=dict)
    """Its names in catalogs, by source: the explicit map `catalog_ids` of the manifest."""


@dataclass(frozen=True, kw_only=True)
class RunFacts:
    """The receipts of the run that catalogs are held against.

    Args:
        run_id: ULID of the run.
        family: Name of the dataset family.
        relpath: The run directory, relative to the lake root.
        artifacts: Name of the folder of outputs in the run (`artifacts`).
        started_at: When the run began, UTC.
        ended_at: When it ended, UTC.
        pipeline_id: The pipeline.
        commit: Commit of the pipeline.
        spec_hash: Spec hash of the manifest, as written there.
        bbox: Extent that the manifest states, degrees, west south east north.
        interval: Time that the manifest states.
        outputs: Outputs of the manifest by run-relative path.
        inputs: Digest (64 hex) of every input, by lake path or URI as in the manifest.
        redactions: Names of the transforms that redact (kinds of `evidence.labels.REDACTING`).
        redactions_applied: What the validation report claims.
        license: Licence of the manifest or the family file, as written.
        label: Sensitivity label of the manifest or the family file.
        about: The family file; None where `.kfm/` has none.
    """

    run_id: str
    family: str
    relpath: str
    artifacts: str
    started_at: dt.datetime
    ended_at: dt.datetime
    pipeline_id: str
    commit: str
    outputs: Mapping[str, Output]
    inputs: Mapping[str, str]
    spec_hash: str | None = None
    bbox: tuple[float, float, float, float] | None = None
    interval: tuple[str | None, str | None] | None = None
    redactions: tuple[str, ...] = ()
    redactions_applied: bool = False
    license: str | None = None
    label: str | None = None
    about: Family | None = None


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a catalog is held against.

    Args:
        files: The files that references may resolve to.
        now: The time of the question, UTC.
        run: The receipts; None for a document outside a run (`lint`). Checks that need it are
            then left out of `Examined.counts` and witnessed as not applicable.
        shapes: SHACL graphs that the profile names (`dcat.shapes`): name and bytes.
    """

    files: Files
    now: dt.datetime
    run: RunFacts | None = None
    shapes: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Document:
    """A catalog document that was found.

    Args:
        file: Run-relative path.
        form: What it is, for example `stac`, `dcat-turtle`, `prov-json` (see `kinds`).
        raw: Its bytes.
        data: Strictly parsed JSON, None for anything else. JSON Lines are a list of
            `(line, value)`.
    """

    file: str
    form: str
    raw: bytes
    data: Any = None


@dataclass(kw_only=True)
class Examined:
    """The answer of one kind about all its documents.

    `counts` holds how many things each check looked at, `witnesses` why a check does not apply;
    every declared check is in exactly one of them. `facts` become the section of the gate.
    `error` is the first document that could not be read at all.
    """

    remarks: list[Remark] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    witnesses: dict[str, str] = field(default_factory=dict)
    claims: list[ArtifactClaim] = field(default_factory=list)
    datasets: list[DatasetClaim] = field(default_factory=list)
    activities: list[ActivityClaim] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    not_checked: list[str] = field(default_factory=list)
    error: EvidenceError | None = None

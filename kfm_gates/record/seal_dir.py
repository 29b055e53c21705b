"""Receipts and seal for a directory that a tool in any language filled."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from kfm_gates import __version__
from kfm_gates.errors import EvidenceError, RecorderError
from kfm_gates.evidence import seal as seals
from kfm_gates.record import governance, receipts, runner_info, seal_plan
from kfm_gates.record.checks import number
from kfm_gates.record.finish import milliseconds
from kfm_gates.record.inputs import file_entry, is_uri, uri_entry
from kfm_gates.record.logbook import render
from kfm_gates.record.place import Place, locate
from kfm_gates.record.receipts import Described
from kfm_gates.record.seal_plan import Plan
from kfm_gates.record.settings import supersedes_of
from kfm_gates.record.spec import plain
from kfm_gates.record.stated import STATUSES, Stated, entries_of, input_parts, labels_of
from kfm_gates.record.write import make_folders, publish

SERVICE: Final = "kfm-gates seal"
NOTHING: Final = Stated()


@dataclass(frozen=True, slots=True)
class Sealed:
    """A run that was sealed: where it lies, what was written, and the digest of the seal."""

    path: Path
    relpath: str
    run_id: str
    written: tuple[str, ...]
    subject: str


def plan_seal(
    directory: str | os.PathLike[str],
    stated: Stated = NOTHING,
    *,
    family: str | None = None,
    root: str | os.PathLike[str] | None = None,
) -> Plan:
    """Find out what sealing a directory would write and what is missing; writes nothing.

    Args:
        directory: `<runs>/<family>/<run id>` of a lake, with the outputs in `artifacts/`.
        stated: What is known about the run.
        family: Its family, compared with the place.
        root: The lake root, where it is not the nearest.

    Raises:
        UsageError: There is no such directory or lake.
        RecorderError: It lies elsewhere, has receipts, or something stated is malformed.
    """
    place = locate(directory, root, family, stated.started_at)
    if family is not None and family != place.family:
        raise RecorderError(
            "The directory lies below another family.",
            code="FAMILY_MISMATCH",
            file=place.relpath,
            got=place.family,
            wanted=family,
        )
    return seal_plan.make(place, stated)


def seal_directory(
    directory: str | os.PathLike[str],
    stated: Stated,
    *,
    family: str | None = None,
    root: str | os.PathLike[str] | None = None,
) -> Sealed:
    """Write receipts, log and seal for a directory.

    Args:
        directory: As in `plan_seal`.
        stated: As in `plan_seal`.
        family: As in `plan_seal`.
        root: As in `plan_seal`.

    Raises:
        UsageError: As in `plan_seal`.
        RecorderError: As in `plan_seal`; or something is missing, and then nothing was written.
    """
    return write(plan_seal(directory, stated, family=family, root=root))


def write(plan: Plan) -> Sealed:
    """Carry out a plan.

    Raises:
        RecorderError: The plan is not complete, a file changed meanwhile, or the disk refuses.
            Nothing was sealed.
    """
    if not plan.complete:
        lacking = [f"{what} ({option})" for what, option in plan.missing]
        raise RecorderError(
            f"The run cannot be sealed: {'; '.join([*lacking, *plan.problems])}",
            code="SEAL_INCOMPLETE",
            file=plan.place.relpath,
            fix="State what is missing; nothing is invented.",
        )
    place, layout = plan.place, plan.place.project.layout
    digests = _hash(plan)
    run = _described(plan, digests)
    made: Mapping[str, bytes] = {}
    if plan.catalogs:
        from kfm_gates.record.catalogs import making

        family = place.project.families.get(place.family)
        completed = making.for_run(run, family, plan.tree, plan.catalogs, named=False)
        run, made = completed.run, completed.documents
    documents = {**made, **receipts.documents(run, layout)}
    if not plan.has_log:
        documents = {f"{layout.logs}/run.jsonl": _log(run), **documents}
    covered = {path: digest for path, (digest, _) in digests.items()}
    files = receipts.seal_files(documents, covered, layout)
    if changed := plan.tree.changed():
        raise RecorderError(
            f"The run changed while it was sealed: {', '.join(changed[:10])}.",
            code="EVIDENCE_CHANGED",
            file=changed[0],
            fix="Seal a directory once nothing writes into it any more.",
        )
    if not plan.has_log:
        (place.path / layout.logs).mkdir(exist_ok=True)
    make_folders(place.path, made)
    publish([(place.path / name, raw) for name, raw in files])
    return Sealed(
        place.path,
        place.relpath,
        place.run_id,
        tuple(name for name, _ in files),
        hashlib.sha256(files[-1][1]).hexdigest(),
    )


def _hash(plan: Plan) -> dict[str, tuple[str, int]]:
    """Digest and size of everything that the seal covers."""
    layout = plan.place.project.layout
    found = plan.tree.digest_all([p for p in plan.tree.entries if seals.covers(p, layout)])
    digests = {}
    for path, one in found.items():
        if isinstance(one, EvidenceError):
            raise RecorderError(one.message, code=one.code, file=path)
        digests[path] = (one.sha256, one.size)
    return digests


def _described(plan: Plan, digests: Mapping[str, tuple[str, int]]) -> Described:
    place, stated = plan.place, plan.stated
    known = place.project.families.get(place.family)
    status = STATUSES[str(stated.status)]
    failed = {"type": "ToolFailed", "message": str(stated.error)} if stated.error else None
    return Described(
        run_id=place.run_id,
        family=place.family,
        pipeline=str(stated.pipeline),
        commit=str(stated.commit),
        repo=stated.repo,
        started_at=cast("dt.datetime", stated.started_at),
        ended_at=cast("dt.datetime", stated.ended_at),
        status=status,
        runner=runner_info.runner(stated.runner),
        params=plain(dict(stated.params or {}), "params"),
        inputs=_inputs(place, stated.inputs),
        outputs=[
            {
                "path": f"{place.relpath}/{path}",
                "role": role,
                "digest": f"sha256:{digests[path][0]}",
                "size": digests[path][1],
            }
            for path, role in sorted(plan.roles.items())
        ],
        checks=entries_of(stated.checks),
        metrics={name: number(value, name) for name, value in stated.metrics.items()},
        versions={"kfm_gates": __version__, **stated.tools},
        rights=governance.rights(stated.rights, known),
        sensitivity=governance.sensitivity(labels_of(stated), known),
        supersedes=supersedes_of(stated.supersedes),
        job_id=stated.job_id,
        correlation_id=stated.correlation_id,
        parent_run_id=stated.parent_run_id,
        # Whoever seals a directory speaks for all of it: nobody else has declared anything.
        catalog_refs=[f"{place.relpath}/{path}" for path in plan.delivered],
        error=failed,
    )


def _inputs(place: Place, texts: Sequence[str]) -> list[dict[str, Any]]:
    entries: dict[str, dict[str, Any]] = {}
    for text in texts:
        role, name, digest = input_parts(text)
        if is_uri(name):
            entry = uri_entry(name, digest)
        else:
            here = Path(os.path.abspath(name))
            path = str(here) if here.exists() and place.lake.relative(here) else name
            entry, _ = file_entry(place.lake, place.project.layout.zones["raw"], path, digest)
        key = entry.get("path") or entry["uri"]
        if key in entries:
            raise RecorderError(f"The input {key} comes twice.", code="INPUT_DUPLICATE", file=key)
        entries[key] = {**entry, "role": role}
    return list(entries.values())


def _log(run: Described) -> bytes:
    """The log of a run whose tool left none: its start and its end, as stated."""
    context: dict[str, Any] = {
        "service": SERVICE,
        "run_id": run.run_id,
        "pipeline_id": run.pipeline,
        "dataset_ids": [run.family],
        "zone_in": "raw",
        "zone_out": "work",
    }
    for key, value in (("job_id", run.job_id), ("correlation_id", run.correlation_id)):
        if value is not None:
            context[key] = value
    end = {
        "status": run.status,
        "duration_ms": milliseconds(run.started_at, run.ended_at),
        "error": None if run.error is None else {"message": run.error["message"]},
    }
    return render("start", run.started_at, context, {"status": "started"}) + render(
        "finish", run.ended_at, context, end
    )

"""Gate closure: manifest, catalogs and bytes speak of the same artifacts (R-064, R-089, R-127).

What the kinds of catalogs claim was remembered with the run when their gates asked, so nothing is
read twice. A document that cannot be read makes this gate an error, whatever the others agree on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from kfm_gates.catalogs import _api, run_facts
from kfm_gates.catalogs._api import Examined, Remark, RunFacts
from kfm_gates.catalogs.closure import CHECKS, close
from kfm_gates.catalogs.closure.evidence import CatalogFile, Evidence, OnDisk, Seen
from kfm_gates.catalogs.survey import Survey
from kfm_gates.errors import EvidenceError, EvidenceMissing
from kfm_gates.evidence import openers, paths
from kfm_gates.evidence.hashing import FileDigest
from kfm_gates.evidence.run_dir import Run
from kfm_gates.gates import _catalog
from kfm_gates.gates._api import Answers, Context, Gate


def examine(context: Context, answers: Answers) -> None:
    """Put everything that is claimed side by side."""
    run = context.run
    survey = _catalog.surveyed(context)
    facts = run_facts.of_run(run, context.family)
    kinds = {kind: _catalog.examined(context, kind) for kind in _api.SOURCES}
    found = {kind: one for kind, one in kinds.items() if one is not None}
    errors = [*survey.errors.values(), *(one.error for one in found.values() if one.error)]
    evidence = _evidence(context, survey, facts, found)
    _not_opened(context, answers)
    if evidence.nothing_to_close and not errors:
        folder = run.layout.catalog
        for check in answers.gate.checks:
            answers.not_applicable(
                check.id,
                f"{folder}/ is empty, the manifest names no catalog and no redaction is claimed",
            )
        return
    from kfm_gates.catalogs.closure import table

    closed = close(evidence, run.layout.seal)
    closed.examined.remarks = [_with_line(run, remark) for remark in closed.examined.remarks]
    _catalog.write_down(closed.examined, answers)
    if evidence.catalogs:
        answers.table("closure", table.of(closed.matrix))
    for error in errors[1:]:
        answers.not_checked(f"{error.file or run.layout.catalog}: {error.message}")
    if errors:
        raise errors[0]


def _evidence(
    context: Context, survey: Survey, facts: RunFacts, found: dict[str, Examined]
) -> Evidence:
    run = context.run
    read = {kind: one for kind, one in found.items() if one.error is None}
    folder = [path for path in run.entries if paths.under(path, run.layout.catalog)]
    claimed = (c.artifact for one in read.values() for c in one.claims if c.artifact is not None)
    wanted = dict.fromkeys([*facts.outputs, *folder, *claimed])
    disk = _on_disk(run, [path for path in wanted if path in run.entries])
    refs = _refs(run)
    lost = set(found) - set(read)
    if survey.errors:
        lost |= set(_api.SOURCES) - set(found)
    return Evidence(
        run=facts,
        manifest=run.layout.run_manifest,
        license_at=_license_at(context),
        disk=disk,
        seen={path: _seen(run, path, facts) for path in facts.outputs} if read else {},
        claims={kind: one.claims for kind, one in read.items()},
        datasets=[claim for one in read.values() for claim in one.datasets],
        activities=[claim for one in read.values() for claim in one.activities],
        catalogs=_catalogs(run, folder, disk, survey),
        refs=refs,
        present=frozenset(path for path in refs if path in run.entries),
        unread=frozenset(lost),
    )


def _on_disk(run: Run, wanted: Iterable[str]) -> dict[str, OnDisk]:
    found: dict[str, OnDisk] = {}
    for path, digest in run.digest_all(wanted).items():
        if isinstance(digest, FileDigest):
            found[path] = OnDisk(sha256=digest.sha256, size=digest.size)
        elif not isinstance(digest, EvidenceMissing):
            raise digest
    return found


def _seen(run: Run, path: str, facts: RunFacts) -> Seen:
    """What an opener says; the gate `outputs` tells about files that cannot be opened."""
    try:
        look = openers.of_run(run, path, facts.outputs[path].media_type)
    except EvidenceError:
        return Seen()
    if look.kind == "unclassified":
        about = facts.about.extra if facts.about is not None else {}
        return Seen(spatial=False if about.get("spatial") is False else None)
    return Seen(spatial=look.kind == "spatial", bbox=look.bbox)


def _catalogs(
    run: Run, folder: list[str], disk: dict[str, OnDisk], survey: Survey
) -> list[CatalogFile]:
    if not folder:
        return []
    sealed = run.seal()
    unknown = set(survey.unknown)
    return [
        CatalogFile(path=path, disk=disk[path], sealed=sealed.get(path), known=path not in unknown)
        for path in folder
    ]


def _refs(run: Run) -> dict[str, str]:
    """JSON Pointers of the entries of `catalog_refs` that lie in the run, by run-relative path."""
    listed: list[Any] = run.valid("run_manifest").get("catalog_refs", [])
    prefix = f"{run.relpath}/"
    return {
        ref.removeprefix(prefix): f"/catalog_refs/{n}"
        for n, ref in enumerate(listed)
        if ref.startswith(prefix)
    }


def _license_at(context: Context) -> tuple[str, str]:
    manifest, family = context.run.valid("run_manifest"), context.family
    if "license" not in manifest.get("rights", {}) and family is not None and family.file:
        return family.file, "/rights/license"
    return context.run.layout.run_manifest, "/rights/license"


def _not_opened(context: Context, answers: Answers) -> None:
    """Say what the closure saw and leaves alone."""
    run = context.run
    attestations = [p for p in run.entries if paths.under(p, run.layout.attestations)]
    if attestations:
        number = f"{len(attestations)} file{'' if len(attestations) == 1 else 's'}"
        answers.not_checked(
            f"{number} in {run.layout.attestations}/: attestations are not in the closure yet"
        )
    outside = [
        ref
        for ref in run.valid("run_manifest").get("catalog_refs", [])
        if not ref.startswith(f"{run.relpath}/")
    ]
    for ref in outside[:10]:
        answers.not_checked(f"catalog_refs: {ref} lies outside of the run")
    if len(outside) > 10:
        answers.not_checked(f"catalog_refs: {len(outside) - 10} more lie outside of the run")


def _with_line(run: Run, remark: Remark) -> Remark:
    if remark.file != run.layout.run_manifest or remark.pointer is None:
        return remark
    return replace(remark, line=run.document("run_manifest").line(remark.pointer))


GATE = Gate(
    id="closure",
    title="Closure",
    source=("R-064", "R-089", "R-094", "R-127", "R-129", "R-136"),
    examine=examine,
    checks=CHECKS,
)

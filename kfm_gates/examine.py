"""The first half of the way: open one run, let every gate answer, state the facts."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kfm_gates import codes
from kfm_gates.errors import KfmGatesError
from kfm_gates.evidence.run_dir import Run
from kfm_gates.gates import Context, all_gates
from kfm_gates.model import (
    Decision,
    Finding,
    GateResult,
    GateStatus,
    Level,
    Location,
    Profile,
)
from kfm_gates.policy import facts as facts_document
from kfm_gates.profiles import tighten
from kfm_gates.project import Project

TARGET_ZONE = "processed"
"""The zone that the question is about (C-03: runs go from work to processed)."""

_LOG = logging.getLogger("kfm_gates")
_LOG.addHandler(logging.NullHandler())  # whoever embeds the library decides where tracebacks go


@dataclass(slots=True)
class Case:
    """One run on its way to a verdict; filled in step by step, read by `conclude`.

    `run` is None where the directory could not even be opened, `facts` where they could not be
    stated, `decision` where OPA gave none; `error` then says why.
    """

    path: str
    profile: Profile
    run: Run | None = None
    results: list[GateResult] = field(default_factory=list)
    facts: dict[str, Any] | None = None
    facts_sha256: str | None = None
    error: KfmGatesError | None = None
    decision: Decision | None = None
    details: Sequence[Mapping[str, Any]] = ()


def examine(
    project: Project,
    profile: Profile,
    path: Path,
    now: dt.datetime,
    progress: Callable[[int], None] | None = None,
) -> Case:
    """Let every gate answer about a run, then state the facts. Never raises for a bad run."""
    case = Case(path.relative_to(project.root).as_posix(), profile)
    try:
        case.run = Run.open(path, root=project.root, layout=project.layout)
        shapes = tuple((name, project.shapes[name]) for name in profile.shapes)
        context = context_for(project, profile.thresholds, case.run, now, progress, shapes)
        answered = [gate.run(context) for gate in all_gates().values() if not gate.host]
        case.results = follow_absent(answered)
        case.facts = facts_document.build(
            case.run, case.results, now=now, profile=profile.name, target_zone=TARGET_ZONE
        )
        case.facts_sha256 = facts_document.sha256(case.facts)
    except KfmGatesError as error:
        case.error = error
    except (
        Exception
    ) as error:  # a bug must become ERROR of this run, never a pass or a crash of all
        _LOG.error("the run %s could not be examined", case.path, exc_info=error)
        case.error = KfmGatesError(
            f"Examining the run raised {type(error).__name__}.", code=codes.GATE_CRASHED.id
        )
    return case


def context_for(
    project: Project,
    thresholds: Mapping[str, Mapping[str, float]],
    run: Run,
    now: dt.datetime,
    progress: Callable[[int], None] | None = None,
    shapes: tuple[tuple[str, bytes], ...] = (),
) -> Context:
    """What the gates may look at for one run."""
    family = project.families.get(run.family_name)
    return Context(
        run=run,
        now=now,
        family=family,
        families_declared=bool(project.families_listed),
        family_declared=project.listed(run.family_name) is not None,
        required_checks=family.required_checks if family else (),
        thresholds=tighten(family.thresholds if family else {}, thresholds),
        not_secrets=project.not_secrets,
        target_zone=TARGET_ZONE,
        shapes=shapes,
        progress=progress,
    )


def follow_absent(results: Sequence[GateResult]) -> list[GateResult]:
    """Let bytes that are absent be told once: by integrity, and by lineage for inputs.

    Every other gate that would have needed the bytes says so too; what it says only follows.
    """
    first = ("integrity", "lineage")
    told = any(f.unproven for r in results if r.id == "integrity" for f in r.findings)
    if not told:
        return list(results)
    return [
        result
        if result.id in first
        else replace(
            result,
            findings=tuple(
                replace(f, follows=f.follows or "gate:integrity") if f.unproven else f
                for f in result.findings
            ),
        )
        for result in results
    ]


def mark_changed(results: Sequence[GateResult], changed: Sequence[str]) -> list[GateResult]:
    """Turn every answer into an error: what was examined is not what is there now (FO-58)."""
    listed = ", ".join(sorted(changed)[:5])
    finding = Finding(
        code=codes.EVIDENCE_CHANGED.id,
        level=Level.DENY,
        message=f"Changed while it was checked: {listed}.",
        origin="run",
        check="",
        where=Location(sorted(changed)[0]),
        fix=codes.EVIDENCE_CHANGED.fix,
    )
    return [
        replace(
            result,
            status=GateStatus.ERROR,
            error=result.error or "evidence changed while it was checked",
            findings=(*result.findings, finding) if n == 0 else result.findings,
        )
        for n, result in enumerate(results)
    ]

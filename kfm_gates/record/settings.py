"""What a run is told before it starts, checked before anything is created."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kfm_gates.errors import RecorderError
from kfm_gates.model import Family, Layout
from kfm_gates.project import find_root, load_project
from kfm_gates.record import governance, ids, runner_info
from kfm_gates.record.checks import Value
from kfm_gates.record.lake import Lake
from kfm_gates.record.receipts import Described
from kfm_gates.record.spec import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The checked arguments of `record_run`, completed from the lake."""

    lake: Lake
    layout: Layout
    family: str
    pipeline: str
    params: Mapping[str, Any]
    commit: str
    git_dirty: bool | None
    repo: str | None
    runner: Mapping[str, str]
    versions: Mapping[str, str]
    rights: Mapping[str, str] | None
    sensitivity: Mapping[str, str] | None
    thresholds: Mapping[str, Mapping[str, Value]]
    supersedes: tuple[str, str] | None
    job_id: str | None
    correlation_id: str | None
    parent_run_id: str | None
    target_zone: str | None
    extents: Mapping[str, Any] | None
    dry_run: bool
    forced: bool
    family_listed: bool
    known: Family | None
    """The family file."""

    @classmethod
    def checked(
        cls,
        *,
        family: str,
        pipeline: str,
        params: Mapping[str, Any] | None,
        root: str | os.PathLike[str] | None,
        rights: Mapping[str, str] | None,
        sensitivity: Mapping[str, str] | str | None,
        supersedes: tuple[str, str] | None,
        commit: str | None,
        repo: str | None,
        runner: Mapping[str, str] | str | None,
        versions: Mapping[str, str] | None,
        thresholds: Mapping[str, Mapping[str, Value]] | None,
        job_id: str | None,
        correlation_id: str | None,
        parent_run_id: str | None,
        target_zone: str | None,
        extents: Mapping[str, Any] | None,
        dry_run: bool,
        forced: bool,
    ) -> Settings:
        """Check every argument of `record_run`; see there.

        Raises:
            RecorderError: One of them cannot be recorded.
            UsageError: There is no lake, or its `.kfm/` is invalid.
        """
        name = ids.checked_family(family)
        folder = find_root(Path.cwd(), None if root is None else Path(root))
        project = load_project(folder)
        lake = Lake.at(folder)
        known = project.families.get(name)
        sha, dirty = runner_info.commit(lake.root, commit)
        if target_zone is not None and target_zone not in project.layout.zones:
            raise RecorderError(
                "The target zone is unknown.",
                code="ZONE_INVALID",
                got=ids.shown(target_zone),
                wanted=", ".join(project.layout.zones),
            )
        return cls(
            lake=lake,
            layout=project.layout,
            family=name,
            pipeline=ids.checked_name(pipeline, "pipeline"),
            params=plain(_mapping(params, "params"), "params"),
            commit=sha,
            git_dirty=dirty,
            repo=runner_info.repository(repo, commit is not None),
            runner=runner_info.runner(runner),
            versions=runner_info.versions(versions),
            rights=governance.rights(rights, known),
            sensitivity=governance.sensitivity(sensitivity, known),
            thresholds={**(known.thresholds if known else {}), **(thresholds or {})},
            supersedes=supersedes_of(supersedes),
            job_id=_optional(job_id, "job id"),
            correlation_id=_optional(correlation_id, "correlation id"),
            parent_run_id=(
                None
                if parent_run_id is None
                else ids.checked_run_id(parent_run_id, "parent run id")
            ),
            target_zone=target_zone,
            extents=None if extents is None else plain(_mapping(extents, "extents"), "extents"),
            dry_run=dry_run,
            forced=forced,
            family_listed=not project.families_listed or project.listed(name) is not None,
            known=known,
        )

    def log_context(self) -> dict[str, Any]:
        """Fields of every log line that are known beforehand."""
        context = {
            "pipeline_id": self.pipeline,
            "job_id": self.job_id,
            "correlation_id": self.correlation_id,
            "dataset_ids": [self.family],
            "zone_in": "raw",
            "zone_out": "work",
            "policy_label": (self.sensitivity or {}).get("label"),
        }
        return {key: value for key, value in context.items() if value is not None}

    def remarks(self) -> list[str]:
        """What is worth a warning before the run starts."""
        found = []
        if unstated := governance.unstated(self.rights, self.sensitivity):
            found.append(
                f"Nobody states {', '.join(unstated)}; the gates refuse a run without. Give it to "
                f"record_run, or let a steward write .kfm/families/{self.family}.yaml."
            )
        if not self.family_listed:
            found.append(f"No pattern of .kfm/gates.yaml matches the family {self.family}.")
        if self.git_dirty:
            found.append(f"The work tree has changes on top of the commit {self.commit}.")
        return found

    def describe(self, **happened: Any) -> Described:
        """Join what was known before with what happened."""
        return Described(
            family=self.family,
            pipeline=self.pipeline,
            commit=self.commit,
            git_dirty=self.git_dirty,
            repo=self.repo,
            runner=self.runner,
            params=self.params,
            versions=self.versions,
            rights=self.rights,
            sensitivity=self.sensitivity,
            supersedes=self.supersedes,
            job_id=self.job_id,
            correlation_id=self.correlation_id,
            parent_run_id=self.parent_run_id,
            target_zone=self.target_zone,
            extents=self.extents,
            dry_run=self.dry_run,
            forced=self.forced,
            **happened,
        )


def supersedes_of(given: tuple[str, str] | None) -> tuple[str, str] | None:
    """Check `(run id, reason)` of a correction.

    Raises:
        RecorderError: It is not a run id and a reason.
    """
    if given is None:
        return None
    if isinstance(given, str) or len(given) != 2:
        raise RecorderError(
            "supersedes is not a run id and a reason.",
            code="SUPERSEDES_INVALID",
            got=ids.shown(given),
            wanted='("<run id>", "<why>")',
        )
    run_id, reason = given
    return ids.checked_run_id(run_id, "run id to supersede"), ids.checked_text(reason, "reason")


def _optional(text: str | None, what: str) -> str | None:
    return None if text is None else ids.checked_name(text, what)


def _mapping(value: Mapping[str, Any] | None, what: str) -> dict[str, Any]:
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return dict(value)
    raise RecorderError(
        f"{what} is not a mapping.",
        code="PARAMS_INVALID",
        got=ids.shown(value),
        wanted='a mapping such as {"crs_target": "EPSG:4326"}',
    )

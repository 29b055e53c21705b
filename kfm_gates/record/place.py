"""Where a directory has to lie to be sealed, and what to type where it lies elsewhere."""

from __future__ import annotations

import datetime as dt
import os
import shlex
from dataclasses import dataclass
from pathlib import Path

from kfm_gates.errors import RecorderError, UsageError
from kfm_gates.project import Project, find_root, load_project
from kfm_gates.record.ids import FAMILY, RUN_ID, new_run_id
from kfm_gates.record.lake import Lake


@dataclass(frozen=True, slots=True)
class Place:
    """A directory at `<runs>/<family>/<run id>` of a lake."""

    lake: Lake
    project: Project
    relpath: str
    family: str
    run_id: str

    @property
    def path(self) -> Path:
        """The directory."""
        return self.lake.root / self.relpath


def locate(
    directory: str | os.PathLike[str],
    root: str | os.PathLike[str] | None,
    family: str | None,
    started_at: dt.datetime | None,
) -> Place:
    """Find out which run a directory is.

    Args:
        directory: The directory to seal.
        root: The lake root, where it is not the nearest.
        family: Family that was given, for the advice.
        started_at: Start that was given, for the advice: a run id holds it.

    Raises:
        UsageError: There is no such directory, or no lake.
        RecorderError: It lies elsewhere than runs do; the fix says what to type.
    """
    absolute = Path(os.path.abspath(directory))
    if not absolute.is_dir() or absolute.is_symlink():
        raise UsageError(
            f"{directory} is not a directory of its own.",
            code="RUN_UNREADABLE",
            file=str(directory),
            wanted="a directory, not a link to one",
        )
    folder = find_root(absolute, None if root is None else Path(root))
    project = load_project(folder)
    lake = Lake.at(folder)
    relpath = lake.relative(absolute)
    runs = project.layout.runs
    parts = [] if relpath is None else relpath.split("/")
    depth = len(runs.split("/"))
    if relpath is not None and parts[:depth] == runs.split("/") and len(parts) == depth + 2:
        found, run_id = parts[depth:]
        if FAMILY.fullmatch(found) and RUN_ID.fullmatch(run_id):
            return Place(lake, project, relpath, found, run_id)
    raise RecorderError(
        f"{relpath or directory} is not the place of a run.",
        code="RUN_MISPLACED",
        file=str(directory),
        wanted=f"{runs}/<dataset_family>/<run id>, with the outputs in its folder artifacts/",
        fix=_advice(absolute, lake, project, family, started_at),
    )


def _advice(
    directory: Path, lake: Lake, project: Project, family: str | None, started: dt.datetime | None
) -> str:
    """The commands that bring a directory to its place; the run id is made on the way."""
    if family is None or not FAMILY.fullmatch(family) or started is None:
        return (
            "Give --family and --started-at as well: the run id is made of the start, "
            "and the commands that move the directory can be printed."
        )
    target = lake.root / project.layout.runs / family / new_run_id(started)
    has_artifacts = (directory / project.layout.artifacts).is_dir()
    if has_artifacts:
        moves = [["mkdir", "-p", str(target.parent)], ["mv", str(directory), str(target)]]
    else:
        artifacts = target / project.layout.artifacts
        moves = [["mkdir", "-p", str(target)], ["mv", str(directory), str(artifacts)]]
    moves.append(["kfm-gates", "seal", "--plan", str(target)])
    return "Move it there first: " + " && ".join(shlex.join(move) for move in moves)

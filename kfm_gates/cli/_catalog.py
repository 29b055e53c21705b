"""A folder of documents that is there as a whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kfm_gates.errors import OutputError, UsageError


@dataclass(frozen=True)
class Found:
    """The run that was named, its lake, and the folder of all runs."""

    path: Path
    root: Path
    runs: Path


def find_run(name: str, root: str | None) -> Found:
    """Find a run as `check` does; a directory of the lake that lies elsewhere is taken as well.

    Args:
        name: A run directory, a run id, `family/run_id`, or a family (its newest run).
        root: The lake root, where it is not the nearest.

    Raises:
        UsageError: There is no such run, several have this id, or there is no lake.
    """
    from kfm_gates import subjects
    from kfm_gates.project import load_project

    lake = _lake(name, root)
    layout = load_project(lake).layout
    runs = lake / layout.runs
    path = Path(os.path.abspath(name))
    inside = path.is_relative_to(runs) or path == lake
    if os.path.lexists(path) and not inside:
        if not path.is_dir():
            raise UsageError(
                f"{name} is no directory.",
                code="NOT_A_RUN",
                file=name,
                wanted="a run directory, a run id or a family",
            )
        return Found(path, lake, runs)
    chosen = subjects.select([name], root=lake, layout=layout)
    if not chosen.runs:
        raise UsageError(
            f"There is no run in {name}.",
            code="NO_RUNS_FOUND",
            file=name,
            wanted="a run directory, a run id or a family",
        )
    return Found(chosen.runs[0], lake, runs)


def _lake(name: str, root: str | None) -> Path:
    from kfm_gates import subjects

    try:
        return subjects.root_of([name], None if root is None else Path(root))
    except UsageError as error:
        if error.code != "ROOT_NOT_FOUND" or root is not None or os.path.lexists(name):
            raise
        # No lake here is not what is wrong with a path that does not exist.
        raise UsageError(
            f"There is no such path: {name}",
            code="PATH_NOT_FOUND",
            wanted="a run directory, or a run id where the command is run inside its lake",
            fix="Name the run by its path.",
        ) from error


def checked_folder(folder: str, run: Found) -> Path:
    """Insist on a folder that is new or empty, and lies where no evidence does.

    Raises:
        UsageError: It holds something, is none, or lies in a run, a zone, `.kfm` or `.git`.
    """
    from kfm_gates.report._output import Target, forbid_inside

    target = Path(os.path.abspath(folder))
    # A file in it stands for the folder: both would be refused for the same reasons.
    for place in (target, target / "catalog"):
        forbid_inside([Target("json", place)], [run.path, run.runs])
    _refuse(target)
    return target


def write_folder(target: Path, documents: Mapping[str, bytes]) -> Path:
    """Write documents into a folder that `checked_folder` has accepted.

    Args:
        target: The folder; the one above it exists.
        documents: Bytes by relative path.

    Raises:
        OutputError: The disk refuses; nothing was written.
    """
    try:
        staged = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    except OSError as error:
        raise _failed(target, error) from error
    try:
        for name, raw in documents.items():
            place = staged / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(raw)
        # mkdtemp keeps everybody else out; the folder is to be like any other.
        staged.chmod(0o777 & ~_umask())
        staged.rename(target)
    except OSError as error:
        raise _failed(target, error) from error
    finally:
        with suppress(OSError):
            shutil.rmtree(staged)
    return target


def _refuse(target: Path) -> None:
    if os.path.lexists(target) and (
        target.is_symlink() or not target.is_dir() or any(target.iterdir())
    ):
        raise UsageError(
            f"{target} exists and is no empty folder.",
            code="OUTPUT_REFUSED",
            file=str(target),
            wanted="a folder that is new or empty",
        )
    if not target.parent.is_dir():
        raise UsageError(
            f"There is no folder {target.parent}.",
            code="OUTPUT_REFUSED",
            file=str(target),
            wanted="a folder in one that exists",
        )


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _failed(target: Path, error: OSError) -> OutputError:
    return OutputError(
        f"{target} cannot be written: {error.strerror or type(error).__name__}.",
        code="OUTPUT_NOT_WRITTEN",
        file=str(target),
        fix="Nothing was written. Make room or permission, then call it again.",
    )

"""From arguments to files: what was named, what lies in folders that were named, and its root.

The root is the folder inside which references of a document resolve: the lake or the run that it
lies in, else the folder that was named, else the document's own.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kfm_gates.errors import UsageError
from kfm_gates.evidence import tree
from kfm_gates.evidence.text import printable
from kfm_gates.linter import kinds
from kfm_gates.model import Layout

Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]

MAX_LISTED: Final = 1000
"""Files and folders that are left alone and listed one by one."""
_ZONES: Final = frozenset(Layout().zones)
_DATA: Final = frozenset({Layout().artifacts, *Layout().disposable})
_RECEIPTS: Final = frozenset(f"{name}.json" for name in kinds.RECEIPTS)


@dataclass(slots=True)
class Target:
    """One argument: a file, or a folder with everything in it.

    Args:
        root: Folder inside which references resolve, absolute.
        folder: The folder that was named, relative to the root, `` for the root itself; for a
            file the folder it lies in.
        shown: How the folder was named.
        named: The file, relative to the root, where a file was named.
        entries: Files to look at, relative to the root.
        runs: Run directories among them, relative to the root.
        problems: What could not be looked through or has a bad name, as `tree.walk` says it.
        left_alone: Path as it is shown, and why it was not opened.
    """

    root: Path
    folder: str
    shown: str
    named: str | None = None
    entries: list[str] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    problems: list[tree.Problem] = field(default_factory=list)
    left_alone: list[tuple[str, str]] = field(default_factory=list)
    uncounted: int = 0

    def show(self, path: str) -> str:
        """How a file below the root is called: as the argument was written, else from here."""
        if path == self.folder:
            return printable(posixpath.normpath(self.shown or "."))
        inside = path.removeprefix(f"{self.folder}/") if self.folder else path
        if inside != path or not self.folder:
            return printable(posixpath.normpath(posixpath.join(self.shown, inside)))
        return printable(os.path.relpath(self.root / path))

    def leave(self, path: str, why: str) -> None:
        """Note that something below the root is not opened."""
        if len(self.left_alone) < MAX_LISTED:
            self.left_alone.append((self.show(path), why))
        else:
            self.uncounted += 1

    def run_of(self, path: str) -> str | None:
        """The run directory that a file lies in, None where it lies in none."""
        inside = [run for run in self.runs if not run or path.startswith(f"{run}/")]
        return max(inside, key=len, default=None)


def targets(paths: Paths, root: Path | None) -> list[Target]:
    """What was asked for. Each file and folder once.

    Raises:
        UsageError: Nothing was named, a path does not exist, or lies outside of `root`.
    """
    names = [paths] if isinstance(paths, str | os.PathLike) else paths
    if not isinstance(names, Sequence) or not all(isinstance(n, str | os.PathLike) for n in names):
        raise UsageError(
            "A document is named by a path.",
            code="ARGUMENT_INVALID",
            got=type(paths).__name__,
            wanted="str, os.PathLike, or a list of them",
        )
    if not names:
        raise UsageError("No document was named.", code="USAGE", fix="See: kfm-gates lint --help")
    found = {os.path.abspath(name): os.fspath(name) for name in reversed(names)}
    return [_target(Path(p), name, root) for p, name in reversed(found.items())]


def _target(path: Path, name: str, root: Path | None) -> Target:
    if not os.path.lexists(path):
        raise UsageError(
            f"There is no file or folder {printable(name)}.",
            code="NO_SUCH_PATH",
            file=printable(name),
            wanted="a file or a folder that exists",
            fix="Name it as it is seen from here, or by its whole path.",
        )
    is_folder = path.is_dir()
    folder = path if is_folder else path.parent
    base = _root(folder) if root is None else Path(os.path.abspath(root))
    if not folder.is_relative_to(base):
        raise UsageError(
            f"{printable(name)} does not lie below the root {base}.",
            code="ROOT_NOT_FOUND",
            file=printable(name),
            wanted="a folder that holds everything that is named",
        )
    inside = folder.relative_to(base).as_posix()
    inside = "" if inside == "." else inside
    if not is_folder:
        shown = os.path.dirname(name)  # noqa: PTH120 - as it was written
        named = posixpath.join(inside, path.name)
        return Target(base, inside, shown, named=named, entries=[named])
    return _walked(Target(base, inside, name.rstrip("/") or "/"), path)


def _root(folder: Path) -> Path:
    """The lake or the run around a folder, else the folder itself.

    A `.kfm` or a run says so by itself; a folder `data` is only one of a lake with a zone in it.
    """
    above = (folder, *folder.parents)
    for place in above:
        if place.name != ".kfm" and (place / ".kfm").is_dir():
            return place
    parts = folder.parts
    for n in range(len(parts) - 1, 0, -1):
        if parts[n - 1] == "data" and parts[n] in _ZONES and n > 1:
            return Path(*parts[: n - 1])
    for place in above:
        if sum((place / name).is_file() for name in _RECEIPTS) >= 2:
            return place
    return folder


def _walked(target: Target, folder: Path) -> Target:
    """List what lies in a folder; hidden folders, links and the data of runs are left alone."""
    try:
        with tree.directory(str(folder)) as descriptor:
            listing = tree.walk(descriptor, skip=_hidden)
    except OSError as error:
        raise UsageError(
            f"The folder {printable(str(folder))} cannot be listed: {error.strerror}.",
            code="NO_SUCH_PATH",
            file=printable(str(folder)),
            wanted="a folder that may be listed",
            fix="Make it readable, or name the files in it.",
        ) from error
    prefix = f"{target.folder}/" if target.folder else ""
    for hidden in sorted(filter(_hidden, listing.directories)):
        target.leave(prefix + hidden, "a hidden folder")
    runs = _runs(listing.entries)
    target.runs = sorted(prefix + run if run else target.folder for run in runs)
    strangers = 0
    for path in listing.entries:
        full = prefix + path
        run = target.run_of(full)
        inside = full.removeprefix(f"{run}/") if run else full
        if run is not None and inside.partition("/")[0] in _DATA:
            strangers += 1
        elif kinds.candidate(full):
            target.entries.append(full)
        else:
            strangers += 1
    for problem in listing.problems:
        _sort(target, prefix, problem)
    if strangers:
        what = f"{strangers} file{'' if strangers == 1 else 's'} of names that no document has"
        target.left_alone.append((target.show(target.folder), f"{what}, and data of runs"))
    return target


def _sort(target: Target, prefix: str, problem: tree.Problem) -> None:
    """What the walk met: what only is no file is left alone, what hides something is told."""
    path = prefix + problem.path if problem.path != "." else target.folder
    if problem.kind in ("symlink", "special"):
        target.leave(path, problem.message)
    elif problem.kind in ("name", "clash"):
        if kinds.candidate(problem.path):
            target.problems.append(tree.Problem(problem.kind, path, problem.message))
    else:
        target.problems.append(tree.Problem(problem.kind, path, problem.message))


def _hidden(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.startswith(".") and name != ".kfm"


def _runs(entries: Mapping[str, object]) -> set[str]:
    """Folders with at least two receipts; a lone one may be a document that somebody keeps."""
    seen: dict[str, int] = {}
    for path in entries:
        folder, _, name = path.rpartition("/")
        if name in _RECEIPTS:
            seen[folder] = seen.get(folder, 0) + 1
    return {folder for folder, count in seen.items() if count >= 2}

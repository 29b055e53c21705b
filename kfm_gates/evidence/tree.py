"""A directory as it is: opened by descriptors, no link followed, nothing that blocks."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from kfm_gates.errors import EvidenceError, EvidenceMissing, EvidenceUnreadable
from kfm_gates.evidence import paths
from kfm_gates.evidence.text import is_text, printable

MAX_ENTRIES: Final = 200_000
MAX_DEPTH: Final = 32

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

Stamp = tuple[int, int, int, int, int]
"""Device, inode, size, mtime_ns and ctime_ns: what changes when a file does."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A regular file as it was found: path relative to the directory, size in bytes, identity."""

    path: str
    size: int
    dev: int
    ino: int
    mtime_ns: int
    ctime_ns: int

    @property
    def stamp(self) -> Stamp:
        """What has to stay the same while the file is evidence."""
        return (self.dev, self.ino, self.size, self.mtime_ns, self.ctime_ns)


@dataclass(frozen=True, slots=True)
class Problem:
    """An entry that is not a plain file with a plain name.

    `kind` is symlink, special, name, clash, depth, unreadable or too_many.
    """

    kind: str
    path: str
    message: str


@dataclass(frozen=True, slots=True)
class Tree:
    """What lies in a directory, at all depths. Paths are relative to it, with `/`."""

    entries: Mapping[str, Entry]
    directories: frozenset[str]
    problems: tuple[Problem, ...]


def stamp_of(status: os.stat_result) -> Stamp:
    """The part of a `stat` that has to stay the same."""
    return (
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )


@contextmanager
def directory(start: str | int, parts: Sequence[str] = ()) -> Iterator[int]:
    """Open a directory below another one, component by component.

    Args:
        start: Path of a directory, which may be reached through links, or a descriptor, which
            stays open.
        parts: Names below it; none of them may be a link.

    Yields:
        A descriptor, closed at the end.

    Raises:
        OSError: A component is missing, a link, or no directory.
    """
    if isinstance(start, int):
        descriptor = os.dup(start)
    else:
        descriptor = os.open(start, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts:
            inner = os.open(part, _DIRECTORY, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def regular_file(start: int, path: str) -> Iterator[tuple[int, Stamp]]:
    """Open a regular file below a directory, without following links.

    Args:
        start: Descriptor of the directory.
        path: Path relative to it, one that `paths.problem_of` accepts.

    Yields:
        A descriptor and the stamp of the open file.

    Raises:
        EvidenceMissing: There is no such file.
        EvidenceUnreadable: It is a link, a device, a FIFO, a directory, or cannot be opened.
    """
    *folders, name = path.split("/")
    descriptor = None
    try:
        try:
            with directory(start, folders) as folder:
                # Asked before it is opened: to open some devices is to use them.
                _require_regular(os.stat(name, dir_fd=folder, follow_symlinks=False), path)
                descriptor = os.open(name, _FILE, dir_fd=folder)
            status = os.fstat(descriptor)
        except OSError as error:
            raise _refusal(start, path, error) from error
        _require_regular(status, path)
        yield descriptor, stamp_of(status)
    finally:
        if descriptor is not None:
            os.close(descriptor)


def walk(
    start: int,
    *,
    max_entries: int = MAX_ENTRIES,
    max_depth: int = MAX_DEPTH,
    skip: Callable[[str], bool] | None = None,
) -> Tree:
    """List everything below a directory. Bounded; never follows a link.

    Args:
        start: Descriptor of the directory.
        max_entries: After so many entries it stops and says so.
        max_depth: Folders at this depth are not entered, and it says so.
        skip: Says of the path of a folder that it is listed and not entered.

    Raises:
        OSError: The directory itself cannot be listed.
    """
    entries: dict[str, Entry] = {}
    folders: set[str] = set()
    problems: list[Problem] = []
    waiting = [""]
    seen = 0
    while waiting:
        parent = waiting.pop()
        prefix = f"{parent}/" if parent else ""
        try:
            with (
                directory(start, parent.split("/") if parent else ()) as descriptor,
                os.scandir(descriptor) as listing,
            ):
                for item in listing:
                    seen += 1
                    if seen > max_entries:
                        text = f"There are more than {max_entries} entries."
                        problems.append(Problem("too_many", parent or ".", text))
                        waiting.clear()
                        break
                    path = prefix + item.name
                    status = item.stat(follow_symlinks=False)
                    _sort_in(path, status, entries, folders, problems, waiting, max_depth)
                    if waiting and waiting[-1] == path and skip is not None and skip(path):
                        waiting.pop()
        except OSError as error:
            if not parent:
                raise
            text = f"The folder cannot be listed: {error.strerror}."
            problems.append(Problem("unreadable", printable(parent), text))
    problems.extend(_clashes(entries, folders))
    return Tree(
        {path: entries[path] for path in sorted(entries)},
        frozenset(folders),
        tuple(sorted(problems, key=lambda p: (p.path, p.kind))),
    )


def _sort_in(
    path: str,
    status: os.stat_result,
    entries: dict[str, Entry],
    folders: set[str],
    problems: list[Problem],
    waiting: list[str],
    max_depth: int,
) -> None:
    why = paths.problem_of(path)
    if why is not None:
        problems.append(Problem("name", printable(path), why))
        if not is_text(path):
            return
    if stat.S_ISREG(status.st_mode):
        dev, ino, size, mtime_ns, ctime_ns = stamp_of(status)
        entries[path] = Entry(path, size, dev, ino, mtime_ns, ctime_ns)
    elif stat.S_ISDIR(status.st_mode):
        folders.add(path)
        if path.count("/") + 1 >= max_depth:
            text = f"Folders are nested more than {max_depth} deep."
            problems.append(Problem("depth", printable(path), text))
        else:
            waiting.append(path)
    else:
        kind = "symlink" if stat.S_ISLNK(status.st_mode) else "special"
        problems.append(Problem(kind, printable(path), f"It is {_kind(status.st_mode)}."))


def _clashes(entries: Mapping[str, Entry], folders: set[str]) -> Iterator[Problem]:
    # A folder is given as a path in it, because `clashes` takes the end of a path for a file.
    listed = [*sorted(entries), *(f"{folder}/." for folder in sorted(folders))]
    for first, second in paths.clashes(listed):
        if not second.endswith("/."):
            text = f"{printable(first)} and {printable(second)} are one file on some systems."
            yield Problem("clash", printable(second), text)


def _require_regular(status: os.stat_result, shown: str) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise EvidenceUnreadable(
            f"{shown} is {_kind(status.st_mode)}.",
            code="EVIDENCE_UNREADABLE",
            file=shown,
            got=_kind(status.st_mode),
            wanted="a regular file",
        )


def _kind(mode: int) -> str:
    for is_kind, name in (
        (stat.S_ISLNK, "a symbolic link"),
        (stat.S_ISDIR, "a directory"),
        (stat.S_ISFIFO, "a FIFO"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a device"),
        (stat.S_ISBLK, "a device"),
    ):
        if is_kind(mode):
            return name
    return "not a regular file"


def _refusal(start: int, path: str, error: OSError) -> EvidenceError:
    """Tell a file that is not there from one that must not be read, component by component."""
    parts = path.split("/")
    try:
        for n in range(1, len(parts) + 1):
            with directory(start, parts[: n - 1]) as folder:
                mode = os.stat(parts[n - 1], dir_fd=folder, follow_symlinks=False).st_mode
            if stat.S_ISLNK(mode):
                where = "/".join(parts[:n])
                return _unreadable(path, f"{where} is a symbolic link.")
            if n < len(parts) and not stat.S_ISDIR(mode):
                break
        else:
            return _unreadable(path, f"{path} cannot be opened: {error.strerror}.")
    except FileNotFoundError:
        pass
    except OSError as inner:
        return _unreadable(path, f"{path} cannot be opened: {inner.strerror}.")
    return EvidenceMissing(
        f"{path} is missing.", code="EVIDENCE_MISSING", file=path, wanted="a regular file"
    )


def _unreadable(shown: str, message: str) -> EvidenceUnreadable:
    return EvidenceUnreadable(
        message, code="EVIDENCE_UNREADABLE", file=shown, wanted="a regular file, reached by folders"
    )

"""The files that a catalog may speak of, behind one narrow door.

Gates look through `RunFiles`; `lint` has its own. Paths are POSIX, relative to the run (or to the
folder that `lint` was given), and were checked by `references.resolve` before they come here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from kfm_gates.errors import EvidenceError
    from kfm_gates.evidence.hashing import FileDigest
    from kfm_gates.evidence.run_dir import Run


class Files(Protocol):
    """Read access to files, without links, devices or escapes."""

    def size(self, path: str) -> int | None:
        """Size in bytes of a regular file, None where there is none."""

    def is_directory(self, path: str) -> bool:
        """Is there a directory of this path?"""

    def digests(self, paths: Iterable[str]) -> Mapping[str, FileDigest | EvidenceError]:
        """sha256 and size of files, or why there is none; each file is hashed once."""

    def read(self, path: str, max_bytes: int) -> bytes:
        """Bytes of a file. Raises EvidenceMissing or EvidenceUnreadable."""

    def open(self, path: str) -> AbstractContextManager[BinaryIO]:
        """A file to read parts of, the same one that is hashed. Raises as `read`."""

    def paths(self) -> Iterable[str]:
        """Every regular file, sorted."""


class RunFiles:
    """The files of one run."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def size(self, path: str) -> int | None:
        """Size in bytes of a regular file, None where there is none."""
        entry = self._run.entries.get(path)
        return None if entry is None else entry.size

    def is_directory(self, path: str) -> bool:
        """Is there a directory of this path?"""
        return path in self._run.directories

    def digests(self, paths: Iterable[str]) -> Mapping[str, FileDigest | EvidenceError]:
        """sha256 and size of files, or why there is none; each file is hashed once."""
        return self._run.digest_all(paths)

    def read(self, path: str, max_bytes: int) -> bytes:
        """Bytes of a file. Raises EvidenceMissing or EvidenceUnreadable."""
        return self._run.read(path, max_bytes)

    def open(self, path: str) -> AbstractContextManager[BinaryIO]:
        """A file to read parts of, the same one that is hashed. Raises as `read`."""
        return self._run.opened(path)

    def paths(self) -> Iterable[str]:
        """Every regular file, sorted."""
        return self._run.entries

    @property
    def run(self) -> Run:
        """The run, for processes of ours that read its files themselves."""
        return self._run

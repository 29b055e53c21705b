"""The files that a linted document may speak of: those of one folder, and nothing outside."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO

from kfm_gates.errors import EvidenceError, EvidenceMissing, EvidenceUnreadable, UsageError
from kfm_gates.evidence import hashing, tree
from kfm_gates.evidence.lake_files import LakeFiles

if TYPE_CHECKING:
    from kfm_gates.evidence.hashing import FileDigest
    from kfm_gates.evidence.tree import Entry, Stamp


class LintFiles:
    """Read access below one folder (`catalogs.files.Files`), watched until the end.

    Links are not followed below the folder; it itself may be reached through one.

    Args:
        root: The folder.

    Raises:
        UsageError: It cannot be opened.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        try:
            self._directory = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise UsageError(
                f"The folder {root} cannot be opened: {error.strerror}.",
                code="NO_SUCH_PATH",
                file=str(root),
                wanted="a folder that may be opened",
                fix="Give another folder to --root, or leave it out.",
            ) from error
        self._hashes = LakeFiles(root)
        # None for a file that was looked for and not there.
        self._seen: dict[str, Stamp | None] = {}
        self._entries: Mapping[str, Entry] | None = None
        self._lock = threading.RLock()

    def __enter__(self) -> LintFiles:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._directory)

    def size(self, path: str) -> int | None:
        """Size in bytes of a regular file, None where there is none."""
        try:
            with tree.regular_file(self._directory, path) as (_, stamp):
                self._note(path, stamp)
                return stamp[2]
        except EvidenceMissing:
            self._seen.setdefault(path, None)
        except EvidenceError:
            pass
        return None

    def is_directory(self, path: str) -> bool:
        """Is there a directory of this path?"""
        try:
            with tree.directory(self._directory, path.split("/") if path else ()):
                return True
        except OSError:
            return False

    def digests(self, paths: Iterable[str]) -> Mapping[str, FileDigest | EvidenceError]:
        """sha256 and size of files, or why there is none; each file is hashed once."""
        return self._hashes.digest_all(paths)

    def read(self, path: str, max_bytes: int) -> bytes:
        """Bytes of a file. Raises EvidenceMissing or EvidenceUnreadable."""
        with tree.regular_file(self._directory, path) as (descriptor, stamp):
            self._note(path, stamp)
            if stamp[2] > max_bytes:
                raise EvidenceUnreadable(
                    f"The file has {stamp[2]} bytes.",
                    code="EVIDENCE_TOO_LARGE",
                    file=path,
                    got=f"{stamp[2]} bytes",
                    wanted=f"at most {max_bytes} bytes",
                )
            return hashing.read_descriptor(descriptor, stamp, path)

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        """A file to read parts of, the same one that is hashed. Raises as `read`."""
        with tree.regular_file(self._directory, path) as (descriptor, stamp):
            self._note(path, stamp)
            with open(descriptor, "rb", closefd=False) as stream:
                yield stream
            hashing.require_unchanged(descriptor, stamp, path)

    def paths(self) -> Iterable[str]:
        """Every regular file, sorted."""
        with self._lock:
            if self._entries is None:
                self._entries = tree.walk(self._directory).entries
            return self._entries

    def changed(self) -> list[str]:
        """Paths of what is no longer as it was when it was looked at."""
        different = set(self._hashes.changed())
        for path, stamp in self._seen.items():
            try:
                status = os.stat(path, dir_fd=self._directory, follow_symlinks=False)
                now: Stamp | None = tree.stamp_of(status)
            except OSError:
                now = None
            if now != stamp:
                different.add(path)
        return sorted(different)

    def _note(self, path: str, stamp: Stamp) -> None:
        """Remember how a file was when it was first seen; another one meanwhile is refused."""
        if self._seen.setdefault(path, stamp) != stamp:
            raise hashing.changed(path)

"""The files of a listed run, read one after the other: folders stay open, nothing else is trusted.

Every file has to be the one that was listed, before and after it is read, as in `Run.read`.
"""

from __future__ import annotations

import hashlib
import os
import stat
from contextlib import ExitStack
from types import TracebackType
from typing import Final

from kfm_gates.errors import EvidenceUnreadable
from kfm_gates.evidence import hashing, tree
from kfm_gates.evidence.tree import Stamp

_MAX_FOLDERS: Final = 16
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class OpenedRun:
    """A run directory, opened once by folders that are no links.

    Args:
        root: The lake root.
        relpath: The run directory, relative to it.
        identity: Device and inode that it has to have.
    """

    def __init__(self, root: str, relpath: str, identity: tuple[int, int]) -> None:
        self._stack = ExitStack()
        self._folders: dict[str, int] = {}
        try:
            self._start = self._stack.enter_context(tree.directory(root, relpath.split("/")))
            status = os.fstat(self._start)
        except OSError as error:
            self._stack.close()
            raise hashing.changed(relpath) from error
        if (status.st_dev, status.st_ino) != identity:
            self._stack.close()
            raise hashing.changed(relpath)

    def __enter__(self) -> OpenedRun:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._forget()
        self._stack.close()

    def read(self, path: str, stamp: Stamp, max_bytes: int) -> tuple[bytes, str]:
        """Read a file whole.

        Args:
            path: Its path in the run.
            stamp: What it was when it was listed.
            max_bytes: Largest file that is read.

        Returns:
            Its bytes and their sha256 in hex.

        Raises:
            EvidenceUnreadable: It is too large, or not what was listed.
        """
        if stamp[2] > max_bytes:
            raise EvidenceUnreadable(
                f"{path} has {stamp[2]} bytes.",
                code="EVIDENCE_TOO_LARGE",
                file=path,
                got=f"{stamp[2]} bytes",
                wanted=f"at most {max_bytes} bytes",
            )
        folder, _, name = path.rpartition("/")
        try:
            start = self._folder(folder)
            # Asked before it is opened: to open some devices is to use them.
            status = os.stat(name, dir_fd=start, follow_symlinks=False)
            if not stat.S_ISREG(status.st_mode) or tree.stamp_of(status) != stamp:
                raise hashing.changed(path)
            descriptor = os.open(name, _FILE, dir_fd=start)
        except OSError as error:
            raise hashing.changed(path) from error
        try:
            raw = os.read(descriptor, stamp[2] + 1)
            if len(raw) != stamp[2]:
                # Not all of it at once, or not the file that was listed; either is told here.
                os.lseek(descriptor, 0, os.SEEK_SET)
                raw = hashing.read_descriptor(descriptor, stamp, path)
            hashing.require_unchanged(descriptor, stamp, path)
        except OSError as error:
            raise hashing.changed(path) from error
        finally:
            os.close(descriptor)
        return raw, hashlib.sha256(raw).hexdigest()

    def _folder(self, folder: str) -> int:
        found = self._folders.get(folder)
        if found is None:
            if len(self._folders) >= _MAX_FOLDERS:
                self._forget()
            with tree.directory(self._start, folder.split("/") if folder else ()) as opened:
                found = self._folders[folder] = os.dup(opened)
        return found

    def _forget(self) -> None:
        for descriptor in self._folders.values():
            os.close(descriptor)
        self._folders.clear()

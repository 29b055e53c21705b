"""Files of the lake as the recorder meets them: named relative to the root, hashed, not linked."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from kfm_gates.errors import EvidenceError, EvidenceMissing, RecorderError
from kfm_gates.evidence import hashing, tree
from kfm_gates.record.hashing_file import Hashed


@dataclass(frozen=True, slots=True)
class Lake:
    """A lake root, as it was given and with its links resolved."""

    given: Path
    root: Path

    @classmethod
    def at(cls, root: Path) -> Lake:
        """Take a folder as lake root."""
        absolute = Path(os.path.abspath(root))
        return cls(absolute, absolute.resolve())

    def relative(self, path: str | os.PathLike[str]) -> str | None:
        """Lake path (POSIX, relative to the root) of a path, None where it lies outside.

        Relative paths are relative to the root. Nothing is resolved: a link stays visible.
        """
        plain = Path(os.path.normpath(self.root / path))
        for root in (self.root, self.given):
            if plain.is_relative_to(root):
                return plain.relative_to(root).as_posix()
        return None

    def hash(self, lake_path: str) -> Hashed:
        """Hash a regular file, no component of its path being a link.

        Args:
            lake_path: A path that `evidence.paths.problem_of` accepts.

        Raises:
            RecorderError: It is missing, a link, a device, behind a link, or changes meanwhile.
        """
        try:
            with (
                tree.directory(str(self.root)) as root,
                tree.regular_file(root, lake_path) as (descriptor, stamp),
            ):
                buffer = memoryview(bytearray(min(hashing.BUFFER, stamp[2] + 1)))
                digest = hashing.hash_descriptor(descriptor, stamp, lake_path, buffer)
        except EvidenceError as error:
            missing = isinstance(error, EvidenceMissing)
            raise RecorderError(
                error.message,
                code="FILE_MISSING" if missing else error.code,
                file=lake_path,
                got=error.got,
                wanted=error.wanted,
            ) from error
        except OSError as error:
            raise RecorderError(
                f"The lake cannot be read: {error.strerror}.", code="FILE_REFUSED", file=lake_path
            ) from error
        return Hashed(digest.sha256, digest.size, stamp)

    def differs(self, lake_path: str, hashed: Hashed) -> bool:
        """Is a file no longer what was hashed? Read again only where the system saw a change."""
        try:
            if tree.stamp_of((self.root / lake_path).lstat()) == hashed.stamp:
                return False
            return self.hash(lake_path).sha256 != hashed.sha256
        except (OSError, RecorderError):
            return True

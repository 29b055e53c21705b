"""Which attestation was used for which run, so that one cannot be used for two (replay).

The same attestation for the same subject is no replay: checks are repeated.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import Final, Protocol

from kfm_gates.attest import codes_signer as codes
from kfm_gates.attest.results import Refused
from kfm_gates.evidence.files import read_regular

_HEX: Final = re.compile(r"[0-9a-f]{64}")


class Seen(Protocol):
    """A record of used attestations."""

    def seen(self, digest: str, subject: str) -> str:
        """Record that an attestation is used for a subject, unless it already was for another.

        Finding and recording are one step: of two that come at once, one comes first.

        Args:
            digest: Digest of the evidence, 64 hex digits.
            subject: Digest of the seal of the run, 64 hex digits.

        Returns:
            The subject for which the attestation counts: `subject`, or the earlier one.

        Raises:
            Refused: The record cannot be kept (`SEEN_UNAVAILABLE`).
        """
        ...


class SeenFiles:
    """The record as a private folder with one small file for each attestation.

    The name of a file is the digest, its contents are the subject. A file appears complete by
    `link`, which fails if the name is taken: that is the lock, for all processes at once, and a
    machine that stops in between leaves no torn record. Writers on one file would need a lock
    that outlives none of them.

    Args:
        folder: Where; made if it does not exist. Its owner has to be this user, and nobody
            else may write there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def seen(self, digest: str, subject: str) -> str:
        """As `Seen.seen`."""
        if not _HEX.fullmatch(digest) or not _HEX.fullmatch(subject):
            raise _unavailable("a digest is not 64 hex digits")
        try:
            return self._seen(digest, subject)
        except OSError as error:
            raise _unavailable(error.strerror or str(error)) from error

    def _seen(self, digest: str, subject: str) -> str:
        shelf = self.folder / digest[:2]
        for folder in (self.folder, shelf):
            folder.mkdir(mode=0o700, parents=folder is self.folder, exist_ok=True)
            _check_private(folder)
        final = shelf / digest
        draft = shelf / f".{digest}.{os.getpid()}.{os.urandom(8).hex()}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            with os.fdopen(os.open(draft, flags, 0o600), "wb") as stream:
                stream.write(f"{subject}\n".encode())
                stream.flush()
                os.fsync(stream.fileno())
            try:
                os.link(draft, final, follow_symlinks=False)
            except FileExistsError:
                return _subject_in(final)
            _sync(shelf)
        finally:
            draft.unlink(missing_ok=True)
        return subject


def _subject_in(path: Path) -> str:
    text = read_regular(path, 1024).decode("ascii", "replace")
    if not text.endswith("\n") or not _HEX.fullmatch(text[:-1]):
        raise _unavailable("an entry is damaged")
    return text[:-1]


def _check_private(folder: Path) -> None:
    status = folder.lstat()
    if (
        not stat.S_ISDIR(status.st_mode)
        or status.st_uid != os.geteuid()
        or stat.S_IMODE(status.st_mode) & 0o022
    ):
        raise _unavailable("others may write into its folder")


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unavailable(why: str) -> Refused:
    return Refused(
        codes.SEEN_UNAVAILABLE, f"The record of used attestations cannot be kept: {why}."
    )

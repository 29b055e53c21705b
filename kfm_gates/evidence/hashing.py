"""SHA-256 of open files: constant memory, several at once, and none that changes meanwhile."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from kfm_gates.errors import EvidenceUnreadable
from kfm_gates.evidence.tree import Stamp, stamp_of

BUFFER: Final = 2**20
"""Bytes of one read. Larger ones fall out of the processor's cache before they are hashed."""
PARALLEL_FROM: Final = 4 * 2**20
"""Bytes from which threads are worth their start."""

Progress = Callable[[int], None]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class FileDigest:
    """What was read of a file: sha256 in hex, and the size in bytes."""

    sha256: str
    size: int


def hash_descriptor(
    descriptor: int,
    stamp: Stamp,
    file: str,
    buffer: memoryview,
    progress: Progress | None = None,
) -> FileDigest:
    """Hash an open file from its start.

    Args:
        descriptor: The open file.
        stamp: What `fstat` has to say before and after.
        file: Its name, for the error.
        buffer: Where the bytes are read to.
        progress: Called with the number of bytes of each read.

    Raises:
        EvidenceUnreadable: `EVIDENCE_CHANGED` if it changes meanwhile, `EVIDENCE_UNREADABLE` if
            it cannot be read.
    """
    digest = hashlib.sha256()
    size = 0
    try:
        require_unchanged(descriptor, stamp, file)
        while count := os.readv(descriptor, [buffer]):
            digest.update(buffer[:count])
            size += count
            if progress is not None:
                progress(count)
            # A file that grows as fast as it is read would never end.
            if size > stamp[2]:
                break
        require_unchanged(descriptor, stamp, file)
    except OSError as error:
        raise EvidenceUnreadable(
            f"{file} cannot be read: {error.strerror}.", code="EVIDENCE_UNREADABLE", file=file
        ) from error
    if size != stamp[2]:
        raise changed(file)
    return FileDigest(digest.hexdigest(), size)


def read_descriptor(descriptor: int, stamp: Stamp, file: str) -> bytes:
    """Read an open file whole, from its start.

    Raises:
        EvidenceUnreadable: As `hash_descriptor`.
    """
    pieces: list[bytes] = []
    left = stamp[2] + 1
    try:
        require_unchanged(descriptor, stamp, file)
        while left > 0 and (piece := os.read(descriptor, left)):
            pieces.append(piece)
            left -= len(piece)
        require_unchanged(descriptor, stamp, file)
    except OSError as error:
        raise EvidenceUnreadable(
            f"{file} cannot be read: {error.strerror}.", code="EVIDENCE_UNREADABLE", file=file
        ) from error
    if left != 1:
        raise changed(file)
    return b"".join(pieces)


def require_unchanged(descriptor: int, stamp: Stamp, file: str) -> None:
    """Refuse an open file that is not as it was.

    Raises:
        EvidenceUnreadable: `EVIDENCE_CHANGED`.
        OSError: It cannot be asked.
    """
    if stamp_of(os.fstat(descriptor)) != stamp:
        raise changed(file)


def changed(file: str) -> EvidenceUnreadable:
    """The error for a file that changed while it was evidence."""
    return EvidenceUnreadable(
        f"{file} changed while it was read.",
        code="EVIDENCE_CHANGED",
        file=file,
        wanted="a run into which nothing writes any more",
    )


def in_parallel(
    work: Sequence[_T], do: Callable[[_T, memoryview], None], threads: int | None, total: int
) -> None:
    """Do a piece of work for each item, in the given order, each thread with a buffer of its own.

    Hashing and reading release the interpreter lock, so threads use all cores.

    Args:
        work: The items.
        do: Called with an item and a buffer. Refusals are its own business; what it raises ends
            everything and is raised here.
        threads: How many; None for as many as there are processors to use.
        total: Bytes in all: small amounts are done at once, without threads.
    """
    if threads is None:
        threads = _processors() if total >= PARALLEL_FROM else 1
    threads = max(1, min(threads, len(work), 32))
    queue = iter(work)
    lock = threading.Lock()
    failures: list[BaseException] = []
    stop = threading.Event()

    def run() -> None:
        buffer = memoryview(bytearray(min(BUFFER, max(total, 1) + 1)))
        try:
            while not stop.is_set():
                with lock:
                    item = next(queue, None)
                if item is None:
                    return
                do(item, buffer)
        except BaseException as error:
            failures.append(error)
            stop.set()

    if threads == 1:
        run()
    else:
        workers = [threading.Thread(target=run, daemon=True) for _ in range(threads)]
        try:
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()
        except BaseException:
            # An interrupt must not leave threads reading.
            stop.set()
            for worker in workers:
                if worker.ident is not None:
                    worker.join()
            raise
    if failures:
        raise failures[0]


def _processors() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS
        return os.cpu_count() or 1

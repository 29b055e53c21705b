"""Files of a run that are hashed while they are written or copied.

A file object that is left by an exception, or never closed, is not an output: what half a
pipeline wrote must not look like a result.
"""

from __future__ import annotations

import hashlib
import io
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from kfm_gates.evidence.hashing import BUFFER
from kfm_gates.evidence.tree import Stamp, stamp_of


@dataclass(frozen=True, slots=True)
class Hashed:
    """Digest (hex) and size of a file, and what tells that it is still that file."""

    sha256: str
    size: int
    stamp: Stamp


class HashingFile(io.RawIOBase):
    """A new file, written front to back, whose digest is known when it is closed.

    Args:
        path: Must not exist.
        done: Called with the digest when the file is closed after success.
        gone: Called when the file was given up; it no longer exists then.
    """

    def __init__(
        self, path: Path, done: Callable[[Hashed], None], gone: Callable[[], None]
    ) -> None:
        super().__init__()
        self.path = path
        self._done = done
        self._gone = gone
        self._digest = hashlib.sha256()
        self._written = 0
        self._given_up = False
        self._lock = threading.Lock()
        self._descriptor = os.open(
            path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666
        )

    def writable(self) -> bool:
        """Always true."""
        return True

    def tell(self) -> int:
        """Bytes written so far. There is no seek: the digest is taken on the way."""
        return self._written

    def fileno(self) -> int:
        """Not offered: bytes written past this object would be missing from the digest."""
        raise io.UnsupportedOperation("an output that is hashed while it is written has no fileno")

    def write(self, data: object, /) -> int:
        """Write and hash all of `data`."""
        view = memoryview(data).cast("B")  # type: ignore[arg-type]
        done = 0
        # The run may end, and close this file, while another thread is still writing; a
        # descriptor that was closed meanwhile may be that of another file already.
        with self._lock:
            if self.closed:
                raise ValueError("the output is closed")
            while done < len(view):
                try:
                    count = os.write(self._descriptor, view[done:])
                except OSError:
                    # The caller may swallow this and close: what was cut short is not an output.
                    self._given_up = True
                    raise
                self._digest.update(view[done : done + count])
                done += count
                self._written += count
        return done

    def give_up(self) -> None:
        """Close and remove the file; it never becomes an output."""
        self._given_up = True
        self.close()

    def close(self) -> None:
        """Close the file and report its digest, or that it is gone."""
        with self._lock:
            if self.closed:
                return
            super().close()
            stamp = stamp_of(os.fstat(self._descriptor))
            os.close(self._descriptor)
        if self._given_up:
            with suppress(OSError):
                self.path.unlink()
            self._gone()
        else:
            self._done(Hashed(self._digest.hexdigest(), self._written, stamp))


class BinaryOutput(io.BufferedWriter):
    """The buffered binary file that `open_output` gives out."""

    def __init__(self, raw: HashingFile) -> None:
        super().__init__(raw, BUFFER)
        self._file = raw

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close; after an exception give the file up instead."""
        if kind is not None:
            self._file.give_up()
        super().__exit__(kind, error, trace)


class TextOutput(io.TextIOWrapper):
    r"""The text file (UTF-8, `\n`) that `open_output(..., mode="w")` gives out."""

    def __init__(self, raw: HashingFile) -> None:
        super().__init__(io.BufferedWriter(raw, BUFFER), encoding="utf-8", newline="\n")
        self._file = raw

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close; after an exception give the file up instead."""
        if kind is not None:
            self._file.give_up()
        super().__exit__(kind, error, trace)

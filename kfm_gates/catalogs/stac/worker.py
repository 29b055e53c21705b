"""One process of ours: a line of JSON in, a line out, each within its time. See `workers`."""

from __future__ import annotations

import contextlib
import json
import os
import select
import time
from collections.abc import Sequence
from typing import IO, TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import subprocess

MAX_ANSWER: Final = 64 << 20
"""Bytes of the longest answer."""
_PIPE: Final = 1 << 20


class Worker:
    """One process."""

    def __init__(self, command: Sequence[str]) -> None:
        import subprocess

        self._process: subprocess.Popen[bytes] = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            close_fds=True,
        )
        self._input, self._output = _pipes(self._process)
        self._rest = b""
        for stream in (self._input, self._output):
            _widen(stream)
        # What does not fit must not be waited for without an end.
        os.set_blocking(self._input.fileno(), False)

    def send(self, message: Any, timeout_s: float) -> None:
        """Give it a piece of work.

        Raises:
            OSError: It is gone, or takes nothing for so long.
        """
        waiting = memoryview(json.dumps(message).encode() + b"\n")
        while waiting:
            if not _is_ready(self._input, select.POLLOUT, timeout_s):
                raise TimeoutError(None, f"it took nothing within {timeout_s:g} s")
            waiting = waiting[os.write(self._input.fileno(), waiting) :]

    def receive(self, timeout_s: float) -> Any:
        """Take its next answer.

        Raises:
            OSError: It is gone, takes too long, or says too much.
            ValueError: Its answer is no JSON.
        """
        deadline = time.monotonic() + timeout_s
        pieces = [self._rest]
        size = len(self._rest)
        while b"\n" not in pieces[-1]:
            left = deadline - time.monotonic()
            if left <= 0 or not _is_ready(self._output, select.POLLIN, left):
                raise TimeoutError(None, f"it did not answer within {timeout_s:g} s")
            piece = os.read(self._output.fileno(), _PIPE)
            if not piece:
                raise OSError(None, "it ended")
            pieces.append(piece)
            size += len(piece)
            if size > MAX_ANSWER:
                raise OSError(None, "its answer is too long")
        line, _, self._rest = b"".join(pieces).partition(b"\n")
        return json.loads(line)

    def end(self) -> None:
        """End it, whatever it does."""
        with contextlib.suppress(OSError):
            self._process.kill()
        for stream in (self._input, self._output):
            with contextlib.suppress(OSError):
                stream.close()
        self._process.wait()


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if process.stdin is None or process.stdout is None:
        raise OSError(None, "the process has no pipes")
    return process.stdin, process.stdout


def _is_ready(stream: IO[bytes], event: int, timeout_s: float) -> bool:
    """Wait for a pipe; true as well where its other end is closed, which the next call tells."""
    poll = select.poll()
    poll.register(stream.fileno(), event)
    return bool(poll.poll(timeout_s * 1000))


def _widen(stream: IO[bytes]) -> None:
    """Let a pipe hold more, where the system can do that."""
    import fcntl

    with contextlib.suppress(OSError, AttributeError):
        fcntl.fcntl(stream.fileno(), fcntl.F_SETPIPE_SZ, _PIPE)

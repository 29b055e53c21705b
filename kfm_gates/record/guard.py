"""One lock for everything that a run collects, which closes when the run is over."""

from __future__ import annotations

import threading
from types import TracebackType

from kfm_gates.errors import RecorderError


class Guard:
    """A lock that can be taken, by any thread and again by its holder, until the run is over."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._over = False

    def __enter__(self) -> None:
        """Take the lock.

        Raises:
            RecorderError: The run is over.
        """
        self._lock.acquire()
        if self._over:
            self._lock.release()
            raise RecorderError(
                "The run is over.",
                code="RUN_OVER",
                fix="Record everything inside the with block, and join its threads there.",
            )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the lock back."""
        self._lock.release()

    def close(self) -> None:
        """Let nobody in from now on; waits for who is inside."""
        with self._lock:
            self._over = True

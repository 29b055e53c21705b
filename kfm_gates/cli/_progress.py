"""A progress bar on standard error, only for people and only when it takes long."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from kfm_gates.cli import _stream

PATIENCE = 1.0
"""Seconds without a bar."""
LARGE = 200 * 2**20
"""Bytes from which the bar is there at once."""
_MAX_ENTRIES = 50_000


class Progress:
    """Counts bytes; called from any thread.

    Args:
        total: Bytes to expect, an estimate.
        patience: Seconds to wait before anything is drawn.
        label: What is being done.
    """

    def __init__(self, total: int, patience: float = PATIENCE, *, label: str = "hashing") -> None:
        self._total = total
        self._label = label
        self._patience = 0.0 if total > LARGE else patience
        self._started = time.monotonic()
        self._lock = threading.Lock()
        self._waiting = 0
        self._bar: Any = None

    def __call__(self, done: int) -> None:
        """Note that some bytes were hashed."""
        with self._lock:
            self._waiting += done
            if self._bar is None:
                if time.monotonic() - self._started < self._patience:
                    return
                self._bar = self._draw()
            self._bar.update(self._waiting)
            self._waiting = 0

    def _draw(self) -> Any:
        import click

        bar = click.progressbar(length=max(self._total, 1), label=self._label, file=sys.stderr)
        return bar.__enter__()

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            if self._bar is not None:
                self._bar.__exit__(kind, error, trace)
                self._bar = None


def wanted() -> bool:
    """Is there somebody to watch?"""
    return _stream.is_terminal(sys.stderr)


def size_of(folders: Sequence[Path]) -> int:
    """Bytes below some folders, roughly: links are not followed, errors are passed over."""
    total = seen = 0
    stack = [os.fspath(folder) for folder in folders]
    while stack and seen < _MAX_ENTRIES:
        try:
            with os.scandir(stack.pop()) as entries:
                for entry in entries:
                    seen += 1
                    if entry.is_dir(follow_symlinks=False):
                        stack.append(entry.path)
                    elif entry.is_file(follow_symlinks=False):
                        total += entry.stat(follow_symlinks=False).st_size
        except OSError:
            continue
    return total

"""The log file of an invocation: made only when something unexpected happens, to be attached."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

from kfm_gates import __version__

_NAME = "kfm_gates"


class LogFile(logging.Handler):
    """Collects errors of this package in a file of its own, which nobody else can read.

    Tracebacks go there and not to the terminal: they would hide the message, and they quote
    whatever the run contains.
    """

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        self.path: Path | None = None
        self._gave_up = False

    def emit(self, record: logging.LogRecord) -> None:
        """Append a record; never raises."""
        self._append(self.format(record) + "\n")

    def exception(self, error: BaseException, args: list[str]) -> None:
        """Append an exception that nobody expected, with the command that met it."""
        import traceback

        text = "".join(traceback.format_exception(error))
        self._append(f"arguments: {args!r}\n{text}")

    def _append(self, text: str) -> None:
        if self._gave_up:
            return
        try:
            if self.path is None:
                import tempfile

                descriptor, name = tempfile.mkstemp(prefix="kfm-gates-", suffix=".log")
                os.close(descriptor)
                self.path = Path(name)
                text = _about() + text
            with self.path.open("a", encoding="utf-8", errors="backslashreplace") as stream:
                stream.write(text)
        except OSError:
            self._gave_up = True

    def __enter__(self) -> LogFile:
        logger = logging.getLogger(_NAME)
        logger.addHandler(self)
        # Without this, a traceback would reach the terminal through the handler of last resort.
        logger.propagate = False
        return self

    def __exit__(self, *_: object) -> None:
        logger = logging.getLogger(_NAME)
        logger.removeHandler(self)
        logger.propagate = True


def _about() -> str:
    import platform

    return (
        f"kfm-gates {__version__}\n"
        f"Python {sys.version.split()[0]} on {platform.platform()}\n"
        "This file may quote names and values of the run; look before you share it.\n\n"
    )

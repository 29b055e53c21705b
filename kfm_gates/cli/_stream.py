"""Standard output and standard error: what goes there, in which colours, and what if it cannot."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import Any, TextIO

_GLYPHS = "✔✘▲≈·"


class State:
    """Whether this invocation has already written to standard output."""

    used = False


def emit(text: str, encoding: str | None = None) -> None:
    """Write to standard output and flush, so that a failure is seen here and not at exit.

    Args:
        text: Already escaped.
        encoding: Fixed for machines (`utf-8` for JSON); None takes that of the stream.

    Raises:
        OSError: It could not be written.
    """
    stream = sys.stdout
    if stream is None:
        raise OSError("standard output is closed")
    State.used = True
    encoding = encoding or stream.encoding or "utf-8"
    data = text.encode(encoding, "backslashreplace")
    try:
        stream.flush()
        if hasattr(stream, "buffer"):
            stream.buffer.write(data)
            stream.buffer.flush()
        else:
            # Redirected inside this process to something that holds text, not bytes.
            stream.write(data.decode(encoding))
    except ValueError as error:
        raise OSError("standard output is closed") from error
    except OSError:
        silence()
        raise


def silence() -> None:
    """Point standard output at nothing: Python would complain about it again at exit."""
    with contextlib.suppress(OSError, ValueError, io.UnsupportedOperation):
        null = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(null, sys.stdout.fileno())
        finally:
            os.close(null)


def say(text: str) -> None:
    """Write a line to standard error. Never raises: there is nobody left to tell."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        stream = sys.stderr
        data = (text + "\n").encode(stream.encoding or "utf-8", "backslashreplace")
        stream.flush()
        stream.buffer.write(data)
        stream.buffer.flush()


def wants_color(choice: str, stream: TextIO | None) -> bool:
    """Colours? `always` and `never` decide; else NO_COLOR, FORCE_COLOR, then the terminal.

    See no-color.org: a variable counts where it is set and not empty.
    """
    if choice in ("always", "never"):
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return is_terminal(stream) and os.environ.get("TERM") != "dumb"


def is_terminal(stream: TextIO | None) -> bool:
    """Is there somebody at the other end?"""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def look(choice: str) -> dict[str, Any]:
    """Render options for standard output: colour, glyphs, width."""
    stream = sys.stdout
    width = 100
    if is_terminal(stream):
        import shutil

        width = min(max(shutil.get_terminal_size((100, 40)).columns, 40), 160)
    try:
        _GLYPHS.encode(getattr(stream, "encoding", None) or "utf-8")
        glyphs = True
    except (UnicodeEncodeError, LookupError):
        glyphs = False
    return {"color": wants_color(choice, stream), "unicode": glyphs, "width": width}

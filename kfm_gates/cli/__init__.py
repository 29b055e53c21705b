"""The command line. One command per module; a module that exposes `COMMAND` is a command.

Nothing here is driven by the environment: no option has a variable, and shell completion is the
command `completion` alone. (`NO_COLOR` and `FORCE_COLOR` change how a line looks, never what a
command does.)
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0, 1, 2, 3 or 130. Never raises, never exits.

    Args:
        argv: Arguments without the program's name; None takes those of the process.
    """
    import sys

    from kfm_gates.cli._run import run

    return run(list(sys.argv[1:] if argv is None else argv))

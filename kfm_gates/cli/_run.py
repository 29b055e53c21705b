"""The outermost layer: every way in which a command can end becomes one of five exit codes.

Called instead of click's `main`, because that one looks for completion instructions in the
environment and ends with 0 when it finds some (FO-55). An allow-list at the end: whatever is not
a known exit code is 3.
"""

from __future__ import annotations

import textwrap

import click

from kfm_gates.cli import _stream
from kfm_gates.cli._app import PROGRAM, app
from kfm_gates.cli._log import LogFile
from kfm_gates.errors import KfmGatesError, UsageError
from kfm_gates.report._escape import MAX_PLACE, terminal

KNOWN = (0, 1, 2, 3, 130)
INTERRUPTED = 130
_LONG_LIST = 10


def run(args: list[str]) -> int:
    """Run a command.

    Args:
        args: Arguments without the program's name.

    Returns:
        The exit code.
    """
    _stream.State.used = False
    as_json = wants_json(args)
    question = "lint" if args[:1] == ["lint"] else "check"
    with LogFile() as log:
        try:
            code = _invoke(args)
        except click.exceptions.Exit as error:
            code = error.exit_code
        except click.exceptions.NoArgsIsHelpError as error:
            code = _help(error)
        except click.ClickException as error:
            code = _ended(_usage(error), question, as_json)
        except KfmGatesError as error:
            code = _ended(error, question, as_json)
        except (KeyboardInterrupt, click.Abort):
            code = _ended(
                KfmGatesError("Interrupted.", code="INTERRUPTED", fix="Run the command again."),
                question,
                as_json,
                INTERRUPTED,
            )
        except BrokenPipeError:
            _stream.silence()
            code = 3
        except Exception as error:
            log.exception(error, args)
            code = _ended(_unexpected(error), question, as_json)
        if log.path is not None:
            _stream.say(f"log: {terminal(str(log.path), MAX_PLACE)} (attach it to a bug report)")
    return code if type(code) is int and code in KNOWN else 3


def _invoke(args: list[str]) -> int:
    with app.make_context(PROGRAM, list(args)) as ctx:
        code = app.invoke(ctx)
    if type(code) is not int:
        raise TypeError(f"the command returned {code!r} instead of an exit code")
    return code


def wants_json(args: list[str]) -> bool:
    """Was one JSON document asked for on standard output? Also answered where parsing fails."""
    for n, arg in enumerate(args):
        if arg == "--":
            return False
        value = args[n + 1] if arg in ("-o", "--output") and n + 1 < len(args) else arg
        for prefix in ("--output=", "-o"):
            value = value.removeprefix(prefix)
        if arg == "--json" or value == "json=-":
            return True
    return False


def _ended(error: KfmGatesError, question: str, as_json: bool, exit_code: int | None = None) -> int:
    """Tell what happened: for people on standard error, for machines as a report."""
    tell(error)
    code = error.exit_code if exit_code is None else exit_code
    # A verdict is never raised as far as this, so 0 and 1 would be a mistake.
    code = code if code in (2, INTERRUPTED) else 3
    if as_json and not _stream.State.used:
        from kfm_gates.report import Report

        document = Report.of_error(error, exit_code=code, question=question)
        try:
            _stream.emit(document.render("json"), "utf-8")
        except OSError:
            return 3
    return code


def tell(error: KfmGatesError) -> None:
    """Print an error: what, where, got, wanted, what to do."""
    lines = [f"error: {terminal(error.message)} ({terminal(error.code)})"]
    where = terminal(error.file or "", MAX_PLACE)
    if error.line is not None:
        where += f":{error.line}"
    if error.pointer:
        where += f" {terminal(error.pointer, MAX_PLACE)}"
    for label, value in (
        ("at", where.strip()),
        ("got", None if error.got is None else terminal(error.got)),
        ("wanted", None if error.wanted is None else terminal(error.wanted)),
        ("fix", None if error.fix is None else terminal(error.fix)),
    ):
        if value:
            lines += _field(label, value)
    _stream.say("\n".join(lines))


def _field(label: str, value: str) -> list[str]:
    """A line; a long list of words on several, so that it can be read."""
    if value.count(", ") < _LONG_LIST:
        return [f"  {label:<7} {value}"]
    texts = textwrap.wrap(value, 90, break_long_words=False, break_on_hyphens=False)
    return [f"  {label if n == 0 else '':<7} {text}" for n, text in enumerate(texts)]


def _usage(error: click.ClickException) -> KfmGatesError:
    command = PROGRAM
    if isinstance(error, click.UsageError) and error.ctx is not None:
        command = error.ctx.command_path
    code = "USAGE" if error.exit_code == 2 else "COMMAND_FAILED"
    kind = UsageError if error.exit_code == 2 else KfmGatesError
    return kind(error.format_message(), code=code, fix=f"See: {command} --help")


def _help(error: click.exceptions.NoArgsIsHelpError) -> int:
    _stream.say(error.format_message())
    return 2


def _unexpected(error: Exception) -> KfmGatesError:
    return KfmGatesError(
        f"Something went wrong inside kfm-gates ({type(error).__name__}). No decision was made.",
        code="INTERNAL_ERROR",
        fix="This is a bug. Report it with the log file named below; 'kfm-gates doctor' may help.",
    )

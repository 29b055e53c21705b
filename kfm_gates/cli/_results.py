"""From a report to outputs and an exit code. 0 only when everything was written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kfm_gates.cli import _stream
from kfm_gates.report._output import Target, parse_targets, write

if TYPE_CHECKING:
    from kfm_gates.report import Report


def targets_of(outputs: Sequence[str], as_json: bool) -> tuple[Target, ...]:
    """All outputs of an invocation; text on standard output where nothing else goes there.

    Raises:
        UsageError: An output is refused.
    """
    targets = parse_targets([*outputs, *(["json=-"] if as_json else [])])
    if all(target.path is not None for target in targets):
        targets = (*targets, Target("text", None))
    return targets


def publish(
    report: Report, targets: Sequence[Target], *, color: str, quiet: bool, verbose: bool
) -> int:
    """Write a report to all targets and return the exit code.

    Raises:
        OutputError: One could not be written; none was kept.
    """
    amount = {"quiet": quiet, "verbose": verbose}
    screen: dict[str, Any] = _stream.look(color)
    texts = []
    machine = False
    for target in targets:
        options = {**amount, **screen} if target.path is None else amount
        texts.append((target, report.render(target.fmt, **options)))
        machine = machine or (target.path is None and target.fmt == "json")
    # JSON is UTF-8 whatever the terminal is; text takes what the terminal can show.
    write(texts, lambda text: _stream.emit(text, "utf-8" if machine else None))
    return report.exit_code


def publish_error(report: Report, targets: Sequence[Target]) -> None:
    """Write the report of a failed invocation to its files and to standard output where JSON goes.

    People have read the message on standard error already.

    Raises:
        OutputError: One could not be written; none was kept.
    """
    machine = [t for t in targets if t.path is not None or t.fmt != "text"]
    texts = [(target, report.render(target.fmt)) for target in machine]
    write(texts, lambda text: _stream.emit(text, "utf-8"))

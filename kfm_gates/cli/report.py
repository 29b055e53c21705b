"""`kfm-gates report`."""

from __future__ import annotations

import click

from kfm_gates.cli._app import example
from kfm_gates.cli._options import PathWord, look_options, output_options


@click.command(
    "report",
    epilog=example(
        "kfm-gates report report.json",
        "kfm-gates report report.json -o github=-",
    ),
)
@click.argument("report", type=PathWord(), metavar="REPORT")
@output_options
@look_options
def report(
    report: str,
    outputs: tuple[str, ...],
    as_json: bool,
    quiet: bool,
    verbose: bool,
    color: str,
) -> int:
    """Show an existing report again, in any format.

    Nothing is checked: the exit code is that of the report.
    """
    from pathlib import Path

    from kfm_gates.cli import _results, _stream
    from kfm_gates.report import Report
    from kfm_gates.report._output import clear, forbid_inside

    targets = _results.targets_of(outputs, as_json)
    # The report itself is evidence here: it is never its own output.
    forbid_inside(targets, [Path(report)])
    clear(targets, question=None)
    loaded = Report.load(report, question=None)
    _stream.say("note: this report was only read; nothing was checked again.")
    return _results.publish(loaded, targets, color=color, quiet=quiet, verbose=verbose)


COMMAND = report

"""`kfm-gates check`."""

from __future__ import annotations

import contextlib
from typing import Any

import click

from kfm_gates.cli._app import example
from kfm_gates.cli._options import (
    PathWord,
    Word,
    look_options,
    output_options,
    subject_options,
)


@click.command(
    "check",
    epilog=example(
        "kfm-gates check data/work/runs/kansas_counties",
        "kfm-gates check --profile promotion -o json=report.json -- RUN",
        "kfm-gates check --all --json",
    ),
)
@click.argument("runs", nargs=-1, type=PathWord(), metavar="[RUN]...")
@subject_options
@click.option(
    "--all",
    "all_runs",
    is_flag=True,
    help="Every run of a family, or of the lake; failed ones are listed.",
)
@click.option("--since", type=Word(), help="Only runs not older than this run id or date.")
@click.option(
    "--invocation", type=Word(), help="Id for the report, by which a caller knows it for its own."
)
@output_options
@look_options
def check(
    runs: tuple[str, ...],
    all_runs: bool,
    since: str | None,
    outputs: tuple[str, ...],
    as_json: bool,
    quiet: bool,
    verbose: bool,
    color: str,
    **question: Any,
) -> int:
    """Check runs and decide.

    RUN is a run directory, a run id, or a family directory (its newest run).
    """
    from kfm_gates.cli import _options, _progress, _results
    from kfm_gates.cli._run import tell
    from kfm_gates.errors import KfmGatesError
    from kfm_gates.report import Report
    from kfm_gates.report._output import clear, forbid_inside

    targets = _results.targets_of(outputs, as_json)
    folders = _options.existing_folders(runs)
    forbid_inside(targets, folders)
    clear(targets)
    try:
        checker = _options.checker(**question)
        with contextlib.ExitStack() as stack:
            progress = None
            if _progress.wanted():
                progress = stack.enter_context(_progress.Progress(_progress.size_of(folders)))
            report = checker.check(runs, all_runs=all_runs, since=since, progress=progress)
    except KfmGatesError as error:
        tell(error)
        failed = Report.of_error(error, requested=runs, invocation=question["invocation"])
        _results.publish_error(failed, targets)
        return failed.exit_code
    return _results.publish(report, targets, color=color, quiet=quiet, verbose=verbose)


COMMAND = check

"""`kfm-gates facts`."""

from __future__ import annotations

from typing import Any

import click

from kfm_gates.cli._app import example
from kfm_gates.cli._options import PathWord, json_option, subject_options


@click.command("facts", epilog=example("kfm-gates facts data/work/runs/kansas_counties/01JD..."))
@click.argument("run", type=PathWord(), metavar="RUN")
@subject_options
@json_option
def facts(run: str, as_json: bool, **question: Any) -> int:
    """Print the exact input that the policy gets about one run. Decides nothing."""
    from kfm_gates.cli import _options, _stream
    from kfm_gates.report.json import dumps

    document = _options.checker(**question).facts(run)
    _stream.emit(dumps(document), "utf-8")
    return 0


COMMAND = facts

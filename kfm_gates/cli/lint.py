"""`kfm-gates lint`."""

from __future__ import annotations

import textwrap

import click
from click.shell_completion import CompletionItem

from kfm_gates.cli._app import example
from kfm_gates.cli._options import PathWord, Word, look_options, output_options


class KindWord(Word):
    """A kind of document, completed with those that there are."""

    name = "kind"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Offer the kinds."""
        from kfm_gates.linter.kinds import KINDS

        return [CompletionItem(kind) for kind in KINDS if kind.startswith(incomplete)]


class _Lint(click.Command):
    """Lists the kinds below its options, from where they are declared."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from kfm_gates.linter.kinds import KINDS

        width = max(formatter.width - 2, 40)
        lines = textwrap.wrap(", ".join(KINDS), width, break_on_hyphens=False)
        with formatter.section("Kinds"):
            formatter.write("".join(f"  {line}\n" for line in lines))
        super().format_epilog(ctx, formatter)


@click.command(
    "lint",
    cls=_Lint,
    epilog=example(
        "kfm-gates lint catalog/stac/item.json",
        "kfm-gates lint .kfm",
        "kfm-gates lint --as dcat-turtle dataset.txt -o json=lint.json",
    ),
)
@click.argument("paths", nargs=-1, required=True, type=PathWord(), metavar="FILE...")
@click.option(
    "--as",
    "as_kind",
    type=KindWord(),
    help="What the files are, where their content does not say so. One of the kinds below.",
)
@click.option(
    "--root",
    type=PathWord(),
    help="Folder inside which links resolve. Default: the lake or run around a file.",
)
@click.option("--now", type=Word(), help="The time of the question, e.g. 2026-03-01T12:00:00Z.")
@click.option(
    "--invocation", type=Word(), help="Id for the report, by which a caller knows it for its own."
)
@output_options
@look_options
def lint(
    paths: tuple[str, ...],
    as_kind: str | None,
    root: str | None,
    now: str | None,
    invocation: str | None,
    outputs: tuple[str, ...],
    as_json: bool,
    quiet: bool,
    verbose: bool,
    color: str,
) -> int:
    """Say whether single documents are in order, outside of a run.

    FILE is a receipt, a log, a catalog (STAC, DCAT, PROV, OpenLineage), a file of .kfm/, or a
    folder of these. Needs no OPA and decides about no run. Links are not followed: below a folder
    they are left alone, and a file that is one cannot be read.
    """
    from pathlib import Path

    from kfm_gates.cli import _options, _results
    from kfm_gates.cli._run import tell
    from kfm_gates.errors import KfmGatesError
    from kfm_gates.report import Report
    from kfm_gates.report._output import clear, forbid_inside

    targets = _results.targets_of(outputs, as_json)
    folders = set(_options.existing_folders(paths))
    # What is named is never an output; in a folder, an earlier result of ours may be.
    forbid_inside(targets, [path for path in map(Path, paths) if path not in folders])
    clear(targets, question="lint")
    try:
        from kfm_gates.linter.session import lint as look

        moment = _options.moment(now)
        report = look(paths, as_kind=as_kind, root=root, now=moment, invocation=invocation)
    except KfmGatesError as error:
        tell(error)
        failed = Report.of_error(error, requested=paths, invocation=invocation, question="lint")
        _results.publish_error(failed, targets)
        return failed.exit_code
    return _results.publish(report, targets, color=color, quiet=quiet, verbose=verbose)


COMMAND = lint

"""`kfm-gates catalog`: the catalogs of a run, written from its receipts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kfm_gates.cli._app import example
from kfm_gates.cli._options import PathWord, Word, json_option

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@click.group(
    "catalog", epilog=example("kfm-gates catalog build data/work/runs/FAMILY/RUN -o review")
)
def catalog() -> None:
    """Write the catalogs of a run: STAC, DCAT, PROV and OpenLineage."""


@catalog.command(
    "build",
    epilog=example(
        "kfm-gates catalog build data/work/runs/FAMILY/RUN -o review",
        "kfm-gates catalog build data/work/runs/FAMILY/RUN -o review --kind dcat --kind prov",
    ),
)
@click.argument("run", type=PathWord(), metavar="RUN")
@click.option(
    "-o", "--output", "folder", type=PathWord(), help="A folder that is new or empty, for review."
)
@click.option(
    "--kind",
    "kinds",
    type=Word(),
    multiple=True,
    metavar="KIND",
    help="stac, dcat, prov or openlineage. Repeatable. Default: all that fit.",
)
@click.option("--root", type=PathWord(), help="The lake root. Default: found from RUN.")
@json_option
def build(
    run: str, folder: str | None, kinds: tuple[str, ...], root: str | None, as_json: bool
) -> int:
    """Make the catalogs that fit the receipts of RUN, and write them to another folder.

    Into the run itself nothing is written: what a run holds is sealed with it, once. There the
    pipeline has them written, with run.write_catalogs(), or `kfm-gates seal --catalogs`. RUN is a
    run directory, a run id, or a family directory (its newest run).
    """
    from kfm_gates.cli import _catalog
    from kfm_gates.record.catalogs.making import build_catalogs, refuse_the_run

    found = _catalog.find_run(run, root)
    if folder is None:
        refuse_the_run(found.path, found.root)
    else:
        target = _catalog.checked_folder(folder, found)
        made = build_catalogs(found.path, kinds or None, root=found.root)
        _show(_catalog.write_folder(target, made), made, found.path, as_json)
    return 0


def _show(folder: Path, made: Mapping[str, bytes], run: Path, as_json: bool) -> None:
    import hashlib
    import os
    import shlex

    from kfm_gates.cli import _stream
    from kfm_gates.report._escape import MAX_PLACE, terminal
    from kfm_gates.report.json import dumps

    documents: list[dict[str, Any]] = [
        {"path": path, "sha256": hashlib.sha256(raw).hexdigest(), "size": len(raw)}
        for path, raw in made.items()
    ]
    if as_json:
        whole = {"schema": "catalog-build/v1", "folder": str(folder), "documents": documents}
        _stream.emit(dumps(whole), "utf-8")
        return
    lines = [f"wrote {folder}"]
    lines += [f"  {one['path']}  {one['size']} bytes" for one in documents]
    lines.append("References to ../artifacts lead nowhere from here: they are those of the run.")
    own = shlex.quote(os.path.relpath(run / "catalog"))
    lines.append(f"to lint the run's own: kfm-gates lint {own}")
    _stream.emit("".join(f"{terminal(line, MAX_PLACE)}\n" for line in lines))


COMMAND = catalog

"""`kfm-gates seal`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kfm_gates.cli._app import example
from kfm_gates.cli._options import PathWord, Word, json_option

if TYPE_CHECKING:
    from kfm_gates.record.seal_dir import Sealed
    from kfm_gates.record.seal_plan import Plan


@click.command(
    "seal",
    epilog=example(
        "kfm-gates seal --plan data/work/runs/FAMILY/RUN",
        "kfm-gates seal data/work/runs/FAMILY/RUN --pipeline pipelines/tiles --no-params \\",
        "  --commit 1f2e3d4c5b6a --input data/raw/FAMILY/a.tif --output 'artifacts/**' \\",
        "  --check checks.json --status succeeded \\",
        "  --started-at 2026-02-18T00:00:00Z --ended-at 2026-02-18T00:10:00Z",
    ),
)
@click.argument("directory", type=PathWord(), metavar="DIR")
@click.option("--plan", is_flag=True, help="Show what would be written and what is missing.")
@click.option("--family", type=Word(), help="Dataset family, compared with the place of DIR.")
@click.option("--pipeline", type=Word(), help="Id of the pipeline.")
@click.option("--commit", type=Word(), help="Commit of the pipeline, 12 to 40 hex digits.")
@click.option("--repo", type=Word(), help="URI of its repository, if it is not the lake's.")
@click.option(
    "--input",
    "inputs",
    type=PathWord(),
    multiple=True,
    metavar="[ROLE=]PATH|URI@sha256:HEX",
    help="A file of the raw zone, which is hashed, or a URI with its digest. Repeatable.",
)
@click.option(
    "--output",
    "outputs",
    type=Word(),
    multiple=True,
    metavar="[ROLE=]GLOB",
    help="Outputs, such as 'artifacts/*.tif'; together all of artifacts/. Repeatable.",
)
@click.option("--params", type=PathWord(), help="JSON file with the parameters.")
@click.option("--no-params", is_flag=True, help="State that there were no parameters.")
@click.option(
    "--check",
    "checks",
    type=PathWord(),
    multiple=True,
    help="JSON file with a list of {name, status, observed, threshold, details}, or with "
    "{gates: [...], metrics: {...}}. Repeatable.",
)
@click.option("--status", type=Word(), help="succeeded, failed or cancelled.")
@click.option("--error", type=Word(), help="What failed, with --status failed.")
@click.option("--started-at", type=Word(), help="RFC 3339 with a time zone.")
@click.option("--ended-at", type=Word(), help="RFC 3339 with a time zone.")
@click.option(
    "--tool",
    "tools",
    type=Word(),
    multiple=True,
    metavar="NAME=VERSION",
    help="A tool that took part, such as gdal=3.9.2. Repeatable.",
)
@click.option("--license", type=Word(), help="SPDX expression; else the family's.")
@click.option("--holder", type=Word(), help="Holder of the rights; else the family's.")
@click.option("--attribution", type=Word(), help="Attribution; else the family's.")
@click.option("--label", type=Word(), help="Sensitivity label; else the family's.")
@click.option("--input-label", type=Word(), help="Label of the inputs; else the family's.")
@click.option("--runner-type", type=Word(), help="ci, local or cluster; else as seen here.")
@click.option("--runner-host", type=Word(), help="Host that ran the tool; else this one.")
@click.option("--runner-user", type=Word(), help="Who ran the tool; else you.")
@click.option("--supersedes", type=Word(), help="Run id that this run corrects.")
@click.option("--reason", type=Word(), help="Why it corrects it.")
@click.option("--job-id", type=Word(), help="Job that the run belongs to.")
@click.option("--correlation-id", type=Word(), help="Request that caused the run.")
@click.option("--parent", "parent_run_id", type=Word(), help="Run id of the run that started it.")
@click.option(
    "--catalogs",
    is_flag=True,
    help="Write STAC, DCAT, PROV and OpenLineage to catalog/ as well, from the family file.",
)
@click.option("--root", type=PathWord(), help="The lake root. Default: found from DIR.")
@json_option
def seal(
    directory: str,
    plan: bool,
    as_json: bool,
    family: str | None,
    root: str | None,
    **given: Any,
) -> int:
    """Write receipts and seal for a directory that another tool filled.

    DIR lies where runs lie, <runs>/<dataset_family>/<run id>, with its outputs in artifacts/.
    Catalogs of your own lie in catalog/; the manifest lists every file there.
    What nobody states stays missing, and then nothing is written. A directory that has receipts
    is refused: a correction is a new run.
    """
    from kfm_gates.cli._seal import stated
    from kfm_gates.record import seal_dir

    made = seal_dir.plan_seal(directory, stated(given), family=family, root=root)
    if plan or not made.complete:
        _show(_document(made), _plan_text(made, plan), as_json, aside=not plan)
        return 0 if made.complete else 2
    sealed = seal_dir.write(made)
    _show(_document(made, sealed), _sealed_text(made, sealed), as_json)
    return 0


def _document(plan: Plan, sealed: Sealed | None = None) -> dict[str, Any]:
    document: dict[str, Any] = {
        "schema": "seal/v1",
        "run": plan.place.relpath,
        "run_id": plan.place.run_id,
        "family": plan.place.family,
        "sealed": sealed is not None,
        "complete": plan.complete,
        "writes": plan.writes(),
        "inputs": list(plan.stated.inputs),
        "outputs": [{"path": path, "role": role} for path, role in sorted(plan.roles.items())],
        "catalog_refs": plan.catalog_refs,
        "missing": [{"what": what, "option": option} for what, option in plan.missing],
        "problems": list(plan.problems),
        "remarks": list(plan.remarks),
    }
    if sealed is not None:
        document["subject"] = f"sha256:{sealed.subject}"
        document["next"] = ["kfm-gates", "check", str(sealed.path)]
    return document


def _plan_text(plan: Plan, wanted: bool) -> list[str]:
    lines = [f"run      {plan.place.relpath}", f"inputs   {len(plan.stated.inputs)}"]
    lines += [f"  {text}" for text in plan.stated.inputs]
    lines.append(f"outputs  {len(plan.roles)}")
    lines += [f"  {path} ({role})" for path, role in sorted(plan.roles.items())]
    lines.append(f"catalogs {len(plan.catalog_refs)}")
    lines += [f"  {path}" for path in plan.catalog_refs]
    lines.append(f"{'would write' if wanted or plan.complete else 'nothing was written of'}")
    lines += [f"  {name}" for name in plan.writes()]
    for heading, texts in (
        ("missing", [f"{what}: {option}" for what, option in plan.missing]),
        ("in the way", plan.problems),
        ("notes", plan.remarks),
    ):
        if texts:
            lines += [heading, *(f"  {text}" for text in texts)]
    if plan.complete:
        lines.append("next: the same command without --plan")
    return lines


def _sealed_text(plan: Plan, sealed: Sealed) -> list[str]:
    return [
        f"sealed {sealed.relpath}",
        *(f"  {name}" for name in sealed.written),
        f"subject sha256:{sealed.subject}",
        *(f"note: {text}" for text in plan.remarks),
        f"next: kfm-gates check {_quoted(str(sealed.path))}",
    ]


def _quoted(path: str) -> str:
    import shlex

    return shlex.quote(path)


def _show(document: dict[str, Any], lines: list[str], as_json: bool, aside: bool = False) -> None:
    from kfm_gates.cli import _stream
    from kfm_gates.report._escape import MAX_PLACE, terminal
    from kfm_gates.report.json import dumps

    text = "\n".join(terminal(line, MAX_PLACE) for line in lines)
    if as_json:
        _stream.emit(dumps(document), "utf-8")
    elif aside:
        _stream.say(text)
    else:
        _stream.emit(f"{text}\n")


COMMAND = seal

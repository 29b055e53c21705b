"""`kfm-gates fetch`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kfm_gates.cli._app import example
from kfm_gates.cli._options import PathWord, json_option

if TYPE_CHECKING:
    from kfm_gates.catalogs.stac.fetch import Fetched
    from kfm_gates.errors import KfmGatesError


@click.group("fetch", epilog=example("kfm-gates fetch opa"))
def fetch() -> None:
    """Get what kfm-gates needs. The only command that uses the network."""


@fetch.command(
    "opa",
    epilog=example("kfm-gates fetch opa", "kfm-gates fetch opa --from ./opa_linux_amd64_static"),
)
@click.option(
    "--from", "source", type=PathWord(), help="A binary that is here already. Still verified."
)
@click.option("--force", is_flag=True, help="Fetch again although a verified one is there.")
@json_option
def opa(source: str | None, force: bool, as_json: bool) -> int:
    """Put the pinned OPA into your cache, verified by its sha256.

    Downloads the official release; where that cannot be reached and Go is on PATH, builds it.
    """
    import dataclasses
    from pathlib import Path

    from kfm_gates.cli import _progress, _stream
    from kfm_gates.policy.fetch import fetch_opa
    from kfm_gates.report._escape import MAX_PLACE, terminal
    from kfm_gates.report.json import dumps

    def say(text: str) -> None:
        _stream.say(terminal(text, MAX_PLACE))

    with _progress.Progress(_TYPICAL, label="downloading") as bar:
        done = fetch_opa(
            None if source is None else Path(source),
            force=force,
            say=say,
            progress=bar if _progress.wanted() else None,
        )
    found = done.opa
    if as_json:
        fields = dataclasses.asdict(found)
        document = {k: fields[k] for k in ("version", "sha256", "origin", "locked")}
        document |= {"schema": "opa/v1", "path": str(found.path), "how": done.how}
        _stream.emit(dumps(document), "utf-8")
        return 0
    lines = [f"OPA {found.version} is at {found.path}", f"sha256:{found.sha256} ({found.origin})"]
    if not found.locked:
        lines.append(
            "It is a build of your own and not in the lock: results carry the limit 'opa'."
        )
    if done.note is not None:
        lines.append(f"note: {done.note}")
    lines.append("next: kfm-gates seal --plan DIR                   (a directory of your own)")
    lines.append("      kfm-gates check data/work/runs/FAMILY/RUN   (a run that was recorded)")
    _stream.emit("".join(f"{terminal(line, MAX_PLACE)}\n" for line in lines))
    return 0


@fetch.command(
    "schemas",
    epilog=example("kfm-gates fetch schemas", "kfm-gates fetch schemas --from ./stac-schemas"),
)
@click.option(
    "--from",
    "source",
    type=PathWord(),
    metavar="DIR",
    help="A folder that holds them already. Still verified.",
)
@click.option("--force", is_flag=True, help="Fetch again although verified ones are there.")
@json_option
def schemas(source: str | None, force: bool, as_json: bool) -> int:
    """Put the pinned schemas of STAC extensions into your cache, verified by their sha256.

    What closure needs (file, processing, projection, raster, table, version, timestamps,
    scientific) is installed with kfm-gates; this is for all others.

    In DIR each one lies at one of these places:

    \b
      HOST/PATH of its address, stac-extensions.github.io/eo/v1.1.0/schema.json
      SHA256.json, as in the cache of another machine (~/.cache/kfm-gates/schemas)
      where DIR/index.json says: {"ADDRESS": {"file": "PATH"}}
    """  # noqa: D301 - click wants the character
    from pathlib import Path

    from kfm_gates.catalogs.stac.fetch import SchemasMissing, fetch_schemas
    from kfm_gates.cli import _stream
    from kfm_gates.cli._run import tell
    from kfm_gates.errors import KfmGatesError
    from kfm_gates.policy.fetch.release import open_url
    from kfm_gates.report._escape import MAX_PLACE, terminal
    from kfm_gates.report.json import dumps

    def say(text: str) -> None:
        _stream.say(terminal(text, MAX_PLACE))

    done: Fetched | None = None
    failure: KfmGatesError | None = None
    try:
        done = fetch_schemas(
            open_url,
            mirror=None if source is None else Path(source),
            force=force,
            say=say if source is None else None,
        )
    except SchemasMissing as error:
        done, failure = error.done, error
    except KfmGatesError as error:
        failure = error
    if failure is not None:
        tell(failure)
    if as_json:
        _stream.emit(dumps(_told(done, failure)), "utf-8")
    if done is not None and done.corrupted:
        say(f"{len(done.corrupted)} in the cache were corrupted: {', '.join(done.corrupted[:5])}")
    if failure is not None:
        return failure.exit_code
    if as_json or done is None:
        return 0
    text = f"{done.fetched} schemas fetched, {done.present} were there; in {done.folder}"
    _stream.emit(f"{terminal(text, MAX_PLACE)}\n")
    return 0


def _told(done: Fetched | None, failure: KfmGatesError | None) -> dict[str, Any]:
    """What became of all schemas, also where some could not be had."""
    import dataclasses

    document: dict[str, Any] = {"schema": "schemas/v1"}
    if done is not None:
        document |= dataclasses.asdict(done) | {"folder": str(done.folder)}
    if failure is not None:
        about = ("code", "message", "file", "got", "wanted", "fix")
        fields = {name: getattr(failure, name) for name in about}
        document["error"] = {name: value for name, value in fields.items() if value is not None}
        document["exit_code"] = failure.exit_code
    return document


_TYPICAL = 45 * 2**20
"""Bytes of a release asset, for the bar."""

COMMAND = fetch

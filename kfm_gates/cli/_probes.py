"""What `doctor` looks at. Each probe says ok, note or fail; a probe that raises has failed.

`note` is for what limits a result without preventing it (a build of OPA that is not in the lock,
no lake here); `fail` is for what a check cannot do without.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kfm_gates.errors import KfmGatesError, UsageError


@dataclass(frozen=True)
class Probe:
    """What one probe found.

    Args:
        id: Its name.
        status: `ok`, `note` or `fail`.
        detail: One line.
        fix: What to do, None where nothing is to be done.
    """

    id: str
    status: str
    detail: str
    fix: str | None = None


def examine(opa: str | None) -> Iterator[Probe]:
    """Run every probe; one that fails never hides another."""
    for name, probe in _PROBES.items():
        try:
            yield from probe(opa)
        except KfmGatesError as error:
            yield Probe(name, "fail", error.message, error.fix)
        except Exception as error:
            detail = f"raised {type(error).__name__}: {error}"
            yield Probe(name, "fail", detail, "Attach the output of doctor to a bug report.")


def _tool(_: str | None) -> Iterator[Probe]:
    from kfm_gates.cli._about import tool
    from kfm_gates.resources import data_root

    about = tool()
    folder, origin = data_root()
    detail = f"kfm-gates {about['version']}, Python {about['python']}, {about['platform']}"
    yield Probe("tool", "ok", f"{detail}; {origin} at {folder}")


def _parts(_: str | None) -> Iterator[Probe]:
    from kfm_gates.cli._app import command_names, load_command
    from kfm_gates.explain import catalogue
    from kfm_gates.gates import all_gates
    from kfm_gates.report._api import all_renderers

    commands = [load_command(name) for name in command_names()]
    detail = (
        f"{len(all_gates())} gates, {len(all_renderers())} formats, {len(commands)} commands, "
        f"{len(catalogue())} codes"
    )
    yield Probe("parts", "ok", detail)


def _schemas(_: str | None) -> Iterator[Probe]:
    from kfm_gates.evidence import json_schema
    from kfm_gates.resources import data_path

    # Those of catalogs are other people's contracts, and compiled where a document needs them.
    names = sorted(path.parent.name for path in data_path("schemas").glob("*/v1.schema.json"))
    for name in names:
        # Compiles it and asks once: nothing fits every schema.
        if not json_schema.validate(name, 0):
            yield Probe("schemas", "fail", f"the schema {name}/v1 accepts a number")
            return
    status = "ok" if names else "fail"
    yield Probe("schemas", status, f"{len(names)} schemas load: {', '.join(names)}")


def _cache(_: str | None) -> Iterator[Probe]:
    from kfm_gates.policy.cache import cache_dir, private_dir

    folder = private_dir()
    if folder is None:
        yield Probe("cache", "note", f"{cache_dir()} does not exist yet")
    else:
        yield Probe("cache", "ok", f"{folder} is yours alone")


def _opa(explicit: str | None) -> Iterator[Probe]:
    from kfm_gates.policy.conformance import check_conformance
    from kfm_gates.policy.locate import find_opa

    opa = find_opa(explicit)
    detail = f"OPA {opa.version} at {opa.path}, sha256:{opa.sha256} ({opa.origin})"
    if opa.locked:
        yield Probe("opa", "ok", f"{detail}, in the lock")
    else:
        yield Probe("opa", "note", f"{detail}, not in the lock: results carry the limit 'opa'")
    vectors = check_conformance(opa.path)
    odd = [vector for vector in vectors if not vector.ok]
    if odd or not vectors:
        names = ", ".join(f"{v.name} (got {v.got}, wanted {v.wanted})" for v in odd) or "none ran"
        yield Probe(
            "conformance", "fail", f"differs on: {names}", "Run: kfm-gates fetch opa --force"
        )
    else:
        yield Probe("conformance", "ok", f"{len(vectors)} vectors answered as OPA answers them")


def _policy(explicit: str | None) -> Iterator[Probe]:
    from kfm_gates import profiles
    from kfm_gates.policy.bundle import load_policy

    policy = load_policy()
    detail = f"{len(policy.rules)} rules, sha256:{policy.sha256} ({policy.origin})"
    if policy.shipped:
        yield Probe("policy", "ok", f"{detail}, as frozen with this version")
    else:
        fix = "In a checkout, run: python -m kfm_gates.policy.freeze"
        yield Probe("policy", "note", f"{detail}, not the frozen one: the limit 'policy'", fix)
    names = profiles.built_in()
    yield Probe("profiles", "ok" if names else "fail", f"built in: {', '.join(names)}")


def _clock(_: str | None) -> Iterator[Probe]:
    now = dt.datetime.now(dt.UTC)
    written = dt.datetime.fromtimestamp(Path(__file__).stat().st_mtime, dt.UTC)
    detail = f"{now.isoformat(timespec='seconds').replace('+00:00', 'Z')}"
    # Reproducible installers stamp files with 1980, never with the future.
    if now + dt.timedelta(days=1) < written or now.year < 2026:
        yield Probe("clock", "fail", f"{detail} is before this program was installed", "Set it.")
    else:
        yield Probe("clock", "ok", detail)


def _lake(explicit: str | None) -> Iterator[Probe]:
    from kfm_gates import profiles
    from kfm_gates.evidence import git
    from kfm_gates.policy.bundle import load_policy
    from kfm_gates.policy.locate import find_opa
    from kfm_gates.project import find_root, load_project

    try:
        root = find_root(Path.cwd(), None)
    except UsageError:
        yield Probe("lake", "note", "there is no lake here (no .kfm/ and no data/ above)")
        return
    project = load_project(root)
    opa = find_opa(explicit) if project.house else None
    policy = load_policy(None, project.house, None, opa=opa)
    profile = profiles.resolve(project.profile or "local", project, policy.rules)
    house = f", house rules: {', '.join(sorted(project.house))}" if project.house else ""
    kfm = f".kfm/ sha256:{project.sha256}" if (root / ".kfm").is_dir() else "no .kfm/"
    yield Probe("lake", "ok", f"{root}, {kfm}, default profile {profile.name}{house}")
    head = git.head(root)
    if head is None:
        text = "no commit here, or no git: commits of runs cannot be resolved (COMMIT_UNRESOLVED)"
        yield Probe("git", "note", text)
    else:
        state = {True: "changed files", False: "clean", None: "state unknown"}[git.dirty(root)]
        yield Probe("git", "ok", f"HEAD {head}, {state}")


_PROBES: dict[str, Callable[[str | None], Iterator[Probe]]] = {
    "tool": _tool,
    "parts": _parts,
    "schemas": _schemas,
    "cache": _cache,
    "opa": _opa,
    "policy": _policy,
    "clock": _clock,
    "lake": _lake,
}

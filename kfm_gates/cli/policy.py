"""`kfm-gates policy`: work on house rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kfm_gates.cli._app import example
from kfm_gates.cli._options import PathWord, Word, json_option

if TYPE_CHECKING:
    from kfm_gates.cli._house import HouseFiles
    from kfm_gates.policy.locate import Opa


@click.group(
    "policy",
    epilog=example("kfm-gates policy new tiles", "kfm-gates policy test --mutate"),
)
def policy() -> None:
    """Write and test house rules."""


@policy.command("new", epilog=example("kfm-gates policy new tiles"))
@click.argument("name", type=Word())
@click.option("--root", type=PathWord(), help="The lake root. Default: found from here.")
def new(name: str, root: str | None) -> int:
    """Write a first house rule with its test into .kfm/policy."""
    import re

    from kfm_gates.cli import _stream
    from kfm_gates.cli._house import write_new
    from kfm_gates.errors import UsageError
    from kfm_gates.project import find_root
    from kfm_gates.report._escape import MAX_PLACE, terminal

    if not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", name) or name.endswith("_test"):
        raise UsageError(
            f"{name!r} cannot be a name of house rules.",
            code="NAME_INVALID",
            got=name,
            wanted="lower case letters, digits and _, beginning with a letter",
        )
    lake = find_root(Path.cwd(), None if root is None else Path(root))
    written, by_hand = write_new(lake, name)
    lines = [f"wrote {path.relative_to(lake).as_posix()}" for path in written]
    if by_hand:
        lines.append(f"add to .kfm/gates.yaml (or to a profile): house: [{name}]")
    lines.append("next: kfm-gates policy test --mutate")
    _stream.emit("".join(f"{terminal(line, MAX_PLACE)}\n" for line in lines))
    return 0


@policy.command(
    "test", epilog=example("kfm-gates policy test", "kfm-gates policy test --mutate --json")
)
@click.option("--root", type=PathWord(), help="The lake root. Default: found from here.")
@click.option("--opa", type=PathWord(), help="An OPA binary that the lock knows by its sha256.")
@click.option(
    "--mutate",
    is_flag=True,
    help="Also delete, null, empty and retype each field that a rule reads.",
)
@json_option
def test(root: str | None, opa: str | None, mutate: bool, as_json: bool) -> int:
    """Test the shipped rules and the house rules of this lake.

    Exit 0 only if every rule holds to the contract, every test passes, and no mutant survives.
    """
    from kfm_gates.cli import _stream
    from kfm_gates.cli._house import read_house
    from kfm_gates.policy.locate import find_opa
    from kfm_gates.report.json import dumps

    house = read_house(_lake(root))
    document = _tested(find_opa(opa), house, mutate=mutate)
    if as_json:
        _stream.emit(dumps(document), "utf-8")
    else:
        _stream.emit("".join(f"{line}\n" for line in _lines(document)))
    return 0 if document["ok"] is True else 1


def _lake(root: str | None) -> Path | None:
    from kfm_gates.errors import UsageError
    from kfm_gates.project import find_root

    if root is not None:
        return find_root(Path(root), Path(root))
    try:
        return find_root(Path.cwd(), None)
    except UsageError:
        # Outside of any lake there are no house rules to test.
        return None


def _tested(opa: Opa, house: HouseFiles, *, mutate: bool) -> dict[str, Any]:
    from kfm_gates.gates import all_gates
    from kfm_gates.gates._api import codes_of
    from kfm_gates.policy.bundle import CAPABILITIES, load_base
    from kfm_gates.policy.runtest import run_base_tests, run_house_tests
    from kfm_gates.policy.sources import read_base
    from kfm_gates.resources import data_path, read_data

    base = load_base(None, opa)
    capabilities = read_data("policies", CAPABILITIES)
    every = read_base(data_path("policies"), tests=True)
    tests = {path: raw for path, raw in every.items() if path.endswith("_test.rego")}
    tried = [run_base_tests(opa, base, tests, capabilities)]
    if house.rules or house.tests:
        reserved = codes_of(all_gates())
        tried.append(run_house_tests(opa, base, house.rules, house.tests, capabilities, reserved))
    problems = [problem for part in tried for problem in part.problems]
    document: dict[str, Any] = {
        "schema": "policy-test/v1",
        "opa": {"version": opa.version, "sha256": opa.sha256, "locked": opa.locked},
        "policy": {"sha256": base.sha256, "shipped": base.shipped},
        "rules": [id_ for part in tried for id_ in part.rules],
        "house": sorted(house.rules),
        "coverage": {path: cent for part in tried for path, cent in part.coverage.items()},
        "problems": [
            {"file": p.file, "line": p.line, "message": p.message, "fix": p.fix} for p in problems
        ],
    }
    if all(part.passed for part in tried):
        document["tests"] = {"passed": sum(part.passed for part in tried)}
        # Rules that break the contract are mended first: what their mutants say means nothing.
        if mutate:
            document["mutation"] = _mutated(opa, house)
    clean = all(part["ok"] for part in document.get("mutation", []))
    document["ok"] = clean and all(part.ok for part in tried)
    return document


def _mutated(opa: Opa, house: HouseFiles) -> list[dict[str, Any]]:
    import dataclasses

    from kfm_gates.policy.mutate import mutate_shipped

    parts: list[tuple[str, dict[str, bytes] | None]] = [("shipped", None)]
    if house.rules:
        parts.append(("house", {**house.rules, **house.documents}))
    reports = []
    for name, files in parts:
        report = mutate_shipped(opa, files)
        reports.append(
            {
                "part": name,
                "ok": report.ok,
                "rules": len(report.rules),
                "mutants": report.mutants,
                "survivors": [dataclasses.asdict(s) for s in report.survivors],
                "problems": list(report.problems),
            }
        )
    return reports


def _lines(document: dict[str, Any]) -> list[str]:
    from kfm_gates.report._escape import terminal

    lines = []
    for problem in document["problems"]:
        place = terminal(str(problem["file"]))
        place += f":{problem['line']}" if problem["line"] is not None else ""
        lines += [f"{place} {terminal(problem['message'])}", f"  fix {terminal(problem['fix'])}"]
    for part in document.get("mutation", []):
        lines += [f"mutation: {terminal(text)}" for text in part["problems"]]
        for s in part["survivors"]:
            text = f"{s['rule']} does not notice {s['pointer']} {s['mutation']}: {s['status']}"
            lines.append(f"survivor: {terminal(text)} (facts for {terminal(s['document'])})")
        lines.append(
            f"{part['part']}: {part['mutants']} mutants of {part['rules']} rules, "
            f"{len(part['survivors'])} survivors"
        )
    passed = document.get("tests", {}).get("passed")
    ran = "tests not run" if passed is None else f"{passed} tests passed"
    word = "ok" if document["ok"] else "FAILED"
    lines.append(
        f"{word}: {len(document['rules'])} rules, {ran}, {len(document['problems'])} problems"
    )
    return lines


COMMAND = policy

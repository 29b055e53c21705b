"""House rules: checked like the base, compiled with it, and refused as configuration (exit 2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kfm_gates.codes import HOST_CODES
from kfm_gates.errors import UsageError
from kfm_gates.model import RuleInfo
from kfm_gates.policy.locate import Opa
from kfm_gates.policy.parse import compile_bundles, examine_sources
from kfm_gates.policy.syntax import Problem

if TYPE_CHECKING:
    from kfm_gates.policy.base import Base

FOLDER = ".kfm/policy"


def check_house(
    opa: Opa,
    base: Base,
    overlays: Mapping[str, bytes],
    bundles: Mapping[str, bytes],
    capabilities: bytes,
    reserved: Iterable[str] = (),
) -> dict[str, RuleInfo]:
    """Hold house rules to the contract, and compile them beside the base.

    Raises:
        UsageError: `HOUSE_RULE_INVALID` with file, line and fix of the first problem.
        PolicyError: OPA cannot be used, or the base itself does not compile.
    """
    rules, problems = examine_house(opa, base, overlays, bundles, capabilities, reserved)
    if problems:
        raise house_rule_invalid(problems)
    return {info.id: info for info in rules}


def examine_house(
    opa: Opa,
    base: Base,
    overlays: Mapping[str, bytes],
    bundles: Mapping[str, bytes],
    capabilities: bytes,
    reserved: Iterable[str] = (),
) -> tuple[list[RuleInfo], list[Problem]]:
    """Everything that is wrong with house rules, files named as below `.kfm/policy`.

    Raises:
        PolicyError: OPA cannot be used, or the base itself does not compile.
    """
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        compiling = pool.submit(_beside, opa, overlays, bundles, capabilities)
        rules, problems = examine_sources(opa, overlays, kind="house", taken=_taken(base, reserved))
        compiled = compiling.result()
    # What breaks the contract often does not compile either; the contract says it better.
    known = {problem.file for problem in problems}
    problems += [p for p in compiled if p.file not in known and not (known and not p.file)]
    return rules, problems


def _taken(base: Base, reserved: Iterable[str]) -> dict[str, str]:
    """Codes that a house rule may not use: those of the host, of the gates and of the base."""
    taken = dict.fromkeys((*reserved, *(code.id for code in HOST_CODES)), "kfm-gates itself")
    return taken | {info.code: f"the rule {info.id}" for info in base.rules.values()}


def _beside(
    opa: Opa, overlays: Mapping[str, bytes], bundles: Mapping[str, bytes], capabilities: bytes
) -> list[Problem]:
    """What the compiler says about house rules beside the base."""
    files = {f"/kfm/overlay/{f.removesuffix('.rego')}/_.rego": f for f in overlays}
    found = compile_bundles(opa, bundles, capabilities, files)
    # The base compiles without them, so whatever it says of the base is about them.
    blamed = next(iter(overlays)) if len(overlays) == 1 else ""
    return [
        problem if problem.file in overlays else replace(problem, file=blamed, line=None)
        for problem in found
    ]


def house_rule_invalid(problems: Sequence[Problem]) -> UsageError:
    """The first of some problems of house rules as an exception."""
    first = problems[0]
    more = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
    return UsageError(
        f"{first.message}{more}",
        code="HOUSE_RULE_INVALID",
        file=f"{FOLDER}/{first.file}" if first.file else FOLDER,
        line=first.line,
        fix=first.fix,
    )

"""What every finding code means: gate codes and Rego codes alike, from where they are declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kfm_gates.codes import HOST_CODES
from kfm_gates.evidence.codes import EVIDENCE_CODES
from kfm_gates.gates import all_gates
from kfm_gates.linter.codes import LINT_CODES
from kfm_gates.model import Code, RuleInfo
from kfm_gates.recorder_codes import RECORDER_CODES
from kfm_gates.usage_codes import CALL_CODES, READ_CODES

_ELSEWHERE: Final = {"lint": LINT_CODES, "call": CALL_CODES, "recorder": RECORDER_CODES}


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Everything `kfm-gates explain CODE` prints.

    `origin` is `gate:<id>`, `rule:<area>.<rule>`, `host`, `lint`, `call` or `recorder`; `waivable`
    says whether a waiver may cover it, `may_warn` whether a built-in profile lowers it to a
    warning.
    """

    code: str
    title: str
    what: str
    why: str
    fix: str
    who: str
    level: str
    source: tuple[str, ...]
    waivable: bool
    may_warn: bool
    origin: str


def catalogue(rules: Mapping[str, RuleInfo] | None = None) -> dict[str, Explanation]:
    """Explanations by code, gates first, then rules.

    Args:
        rules: The rules of the policy; None means those of the shipped one.

    Raises:
        ValueError: A rule and a gate share a code.
    """
    found: dict[str, Explanation] = {}
    for code in (*HOST_CODES, *EVIDENCE_CODES, *READ_CODES):
        found[code.id] = _of_code(code, "host", code.title)
    for gate in all_gates().values():
        for check in gate.checks:
            for code in check.codes:
                if code.id not in found:
                    what = f"{code.title}. The check asks that {check.title}."
                    found[code.id] = _of_code(code, f"gate:{gate.id}", what)
    for origin, codes in _ELSEWHERE.items():
        for code in codes:
            if code.id in found:
                raise ValueError(f"code {code.id} of {origin} is taken")
            found[code.id] = _of_code(code, origin, code.title)
    if rules is None:
        from kfm_gates.policy.bundle import load_policy

        rules = load_policy(None, {}, ()).rules
    for info in rules.values():
        if info.code in found:
            raise ValueError(f"code {info.code} of the rule {info.id} is taken")
        found[info.code] = Explanation(
            code=info.code,
            title=info.title,
            what=info.description,
            why=info.why or info.description,
            fix=info.solution,
            who=str(info.who),
            level=str(info.level),
            source=info.source,
            waivable=info.waivable,
            may_warn=info.may_warn,
            origin=f"rule:{info.id}",
        )
    return found


def _of_code(code: Code, origin: str, what: str) -> Explanation:
    return Explanation(
        code=code.id,
        title=code.title,
        what=what,
        why=code.why,
        fix=code.fix.text,
        who=str(code.fix.who),
        level=str(code.level),
        source=code.source,
        waivable=code.waivable,
        may_warn=code.may_warn,
        origin=origin,
    )

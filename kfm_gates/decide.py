"""The verdict: pure, standard library only, an allow-list.

`decide` starts from nothing shown and asks for every single thing that a PASS needs. Whatever it
does not recognise is a reason against. Property tests hold it to three laws: removing an answer
never improves a verdict, an unknown status never passes, ERROR outranks FAIL outranks PASS.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from kfm_gates.model import (
    Decision,
    Finding,
    GateResult,
    GateStatus,
    Level,
    Limit,
    Profile,
    RuleInfo,
    RuleStatus,
    Ruling,
    Verdict,
)


def effective_level(profile: Profile, finding: Finding) -> Level:
    """The level of a finding under a profile.

    A profile lowers `deny` to `warn` for the codes it names (only codes that declare `may_warn`
    get into `Profile.warn`), and admits absent bytes where it admits the limit `unproven`.
    """
    if finding.level is not Level.DENY:
        return finding.level
    if finding.code in profile.warn:
        return Level.WARN
    if finding.unproven and "unproven" in profile.admits:
        return Level.INFO
    return Level.DENY


def decide(
    profile: Profile,
    gates: Sequence[GateResult],
    decision: Decision | None,
    *,
    declared: Mapping[str, RuleInfo],
    facts_sha256: str | None,
    rule_findings: Sequence[Finding] = (),
    limits: Sequence[Limit] = (),
) -> Ruling:
    """Judge one run.

    Args:
        profile: What has to be shown.
        gates: The answers of the gates that ran.
        decision: OPA's checked answer, None where there is none.
        declared: Every rule that the loaded policy declares.
        facts_sha256: Digest of the facts that were asked about; the answer has to echo it.
        rule_findings: The host's finding for each failed rule, waivers applied.
        limits: Everything in which this check was less than the full one.

    Returns:
        The verdict and all reasons against a PASS, worst first. `promotable` needs a PASS
        without any limit.
    """
    errors: list[str] = []
    failures: list[str] = []
    if not profile.gates:
        errors.append("the profile requires no gate")
    if not profile.rules:
        errors.append("the profile requires no rule")

    counts = Counter(result.id for result in gates)
    for id_ in sorted(profile.gates):
        if counts[id_] != 1:
            errors.append(f"gate {id_} answered {counts[id_]} times")
    for result in gates:
        _judge_gate(profile, result, errors, failures)
    _judge_rules(profile, decision, declared, facts_sha256, rule_findings, errors, failures)

    for finding in rule_findings:
        if finding.origin.removeprefix("rule:") not in profile.rules:
            continue
        if finding.waived_by is None and effective_level(profile, finding) is Level.DENY:
            failures.append(f"{finding.code} ({finding.origin})")
    for limit in limits:
        if limit.name not in profile.admits:
            failures.append(f"the profile {profile.name} does not admit the limit {limit.name}")

    if errors:
        return Ruling(Verdict.ERROR, (*_unique(errors), *_unique(failures)), False)
    if failures:
        return Ruling(Verdict.FAIL, _unique(failures), False)
    return Ruling(Verdict.PASS, (), not limits)


def _judge_gate(
    profile: Profile, result: GateResult, errors: list[str], failures: list[str]
) -> None:
    denied = [f for f in result.findings if effective_level(profile, f) is Level.DENY]
    open_ = [f for f in denied if f.waived_by is None]
    status: object = result.status  # whatever the type says: an unknown one must not pass
    if status is GateStatus.ERROR or result.error is not None:
        errors.append(f"gate {result.id} gave no answer")
        return
    if status is GateStatus.PASS:
        if result.examined < 1:
            errors.append(f"gate {result.id} passed without examining anything")
    elif status is GateStatus.FAIL:
        if not any(f.level is Level.DENY for f in result.findings):
            failures.append(f"gate {result.id} failed")
    elif status is GateStatus.UNPROVEN:
        if "unproven" not in profile.admits:
            failures.append(f"gate {result.id} could not open everything")
    elif status is GateStatus.NOT_APPLICABLE:
        if result.id in profile.gates and result.id not in profile.conditional:
            failures.append(f"gate {result.id} says it does not apply, and the profile requires it")
    else:
        errors.append(f"gate {result.id} has the unknown status {result.status!r}")
    failures.extend(f"{f.code} ({f.origin})" for f in open_)


def _judge_rules(
    profile: Profile,
    decision: Decision | None,
    declared: Mapping[str, RuleInfo],
    facts_sha256: str | None,
    rule_findings: Sequence[Finding],
    errors: list[str],
    failures: list[str],
) -> None:
    if decision is None:
        errors.append("there is no policy decision")
        return
    if not facts_sha256 or decision.facts_sha256 != facts_sha256:
        errors.append("the policy decision is about other facts")
    errors.extend(
        f"rule {id_} is required and not declared by the policy"
        for id_ in sorted(profile.rules - declared.keys())
    )
    if decision.rules.keys() != declared.keys() or not declared:
        odd = sorted(decision.rules.keys() ^ declared.keys())
        errors.append(f"the policy decision does not answer the declared rules: {', '.join(odd)}")
    found = {finding.origin for finding in rule_findings}
    for id_, answer in decision.rules.items():
        status: object = answer  # as above
        info = declared.get(id_)
        if info is None or id_ not in profile.rules:
            continue
        if status is RuleStatus.PASS:
            continue
        if status is RuleStatus.NOT_APPLICABLE:
            if not info.conditional:
                errors.append(f"rule {id_} may not be not_applicable")
        elif status is RuleStatus.FAIL:
            if f"rule:{id_}" not in found:
                failures.append(f"{info.code} (rule:{id_})")
        else:
            errors.append(f"rule {id_} has the unknown status {status!r}")


def _unique(reasons: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(reasons))

"""The second half of the way: limits, verdict, ladder, and the run's entry in the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kfm_gates import codes, dossier, profiles
from kfm_gates.decide import decide, effective_level
from kfm_gates.errors import KfmGatesError, PolicyError
from kfm_gates.examine import Case, mark_changed
from kfm_gates.gates import all_gates
from kfm_gates.gates import policy as policy_gate
from kfm_gates.model import (
    Finding,
    Fix,
    GateStatus,
    Level,
    Limit,
    Location,
    Profile,
    Ruling,
    Verdict,
)
from kfm_gates.project import Project

if TYPE_CHECKING:
    from kfm_gates.policy.bundle import Policy
    from kfm_gates.policy.locate import Opa


@dataclass(frozen=True)
class Lake:
    """What is loaded once for a lake. `opa` is the error where there is no usable OPA."""

    project: Project
    policy: Policy
    opa: Opa | PolicyError
    clock_given: bool = False


def conclude(lake: Lake, case: Case) -> dict[str, Any]:
    """Judge one run from everything that was answered about it; return its report entry."""
    changed = case.run.changed() if case.run is not None else []
    if changed:
        case.results = mark_changed(case.results, changed)
    if case.error is not None:
        case.results.append(policy_gate.refused(case.error))
    elif case.decision is not None:
        case.results.append(policy_gate.answered(case.decision))
    limits = limits_of(lake, case, case.profile)
    rules = lake.policy.rules
    return dossier.run_document(
        path=case.path,
        profile=case.profile,
        ruling=_judge(lake, case, case.profile, limits),
        gates=all_gates(),
        results=case.results,
        rules=rules,
        decision=case.decision,
        findings=[
            *([_unopened(case.error)] if case.run is None and case.error else []),
            *(finding for result in case.results for finding in result.findings),
            *_rule_findings(lake, case, case.profile),
            *_limit_findings(case.profile, limits),
        ],
        limits=limits,
        ladder=_ladder(lake, case),
        facts=case.facts,
        facts_sha256=case.facts_sha256,
    )


def limits_of(lake: Lake, case: Case, profile: Profile) -> list[Limit]:
    """Everything in which this check was less than the full one.

    An allow-list: each line asks for the one full state and lists the limit for every other.
    """
    limits = []
    if profile.carries is not None:
        limits.append(Limit(profile.carries, f"the profile {profile.name} is a preview"))
    if lake.project.origin != "trusted-ref":
        limits.append(Limit("worktree", ".kfm/ was read from the work tree"))
    if lake.clock_given is not False:
        limits.append(Limit("clock", "the time of the question was given"))
    if lake.policy.shipped is not True:
        limits.append(Limit("policy", "the base policy is not the shipped one"))
    if isinstance(lake.opa, PolicyError) or lake.opa.locked is not True:
        limits.append(Limit("opa", "this OPA is not in the lock"))
    if not all(_opened(result.status) for result in case.results):
        limits.append(Limit("unproven", "bytes were absent and could not be hashed"))
    left_out = sorted(all_gates().keys() - {result.id for result in case.results})
    if left_out:
        limits.append(Limit("gates", f"not run: {', '.join(left_out)}"))
    return limits


def _opened(status: GateStatus) -> bool:
    return status in (
        GateStatus.PASS,
        GateStatus.FAIL,
        GateStatus.ERROR,
        GateStatus.NOT_APPLICABLE,
    )


def _judge(lake: Lake, case: Case, profile: Profile, limits: Sequence[Limit]) -> Ruling:
    rules = lake.policy.rules
    return decide(
        profile,
        case.results,
        case.decision,
        declared=rules,
        facts_sha256=case.facts_sha256,
        rule_findings=dossier.rule_findings(profile, case.decision, rules),
        limits=limits,
    )


def _ladder(lake: Lake, case: Case) -> Mapping[str, Any]:
    """Which built-in profiles this evidence passes, and what the next one still needs."""
    passes: list[str] = []
    needs: dict[str, list[str]] = {}
    for name in sorted(profiles.built_in(), key=_rung):
        profile = profiles.resolve(name, lake.project, lake.policy.rules)
        limits = limits_of(lake, case, profile)
        if _judge(lake, case, profile, limits).verdict is Verdict.PASS:
            passes.append(name)
        else:
            needs[name] = _needs(lake, case, profile, limits)
    ladder: dict[str, Any] = {"passes": passes}
    following = next((name for name in profiles.LADDER if name in needs), None)
    if following is not None:
        ladder["next"] = {"profile": following, "needs": needs[following]}
    return ladder


def _rung(name: str) -> tuple[int, str]:
    order = {n: i for i, n in enumerate(("local", "review", "promotion", "public"))}
    return order.get(name, len(order)), name


def _needs(lake: Lake, case: Case, profile: Profile, limits: Sequence[Limit]) -> list[str]:
    """Codes that stand between a run and a profile, in the order in which they are found."""
    findings = [
        *(finding for result in case.results for finding in result.findings),
        *_rule_findings(lake, case, profile),
        *_limit_findings(profile, limits),
    ]
    return list(
        dict.fromkeys(
            finding.code
            for finding in findings
            if finding.follows is None and effective_level(profile, finding) is Level.DENY
        )
    )


def _rule_findings(lake: Lake, case: Case, profile: Profile) -> list[Finding]:
    """Failed rules; one that fails because a gate could state nothing follows from that gate."""
    stated = case.facts or {}
    silent = {
        result.id: next((f.follows for f in result.findings if f.follows), f"gate:{result.id}")
        for result in case.results
        if result.id not in stated and result.status in (GateStatus.ERROR, GateStatus.FAIL)
    }
    findings = []
    for finding in dossier.rule_findings(profile, case.decision, lake.policy.rules, case.details):
        section = (finding.where.pointer or "").split("/")[1:2]
        # What is asked for is judged by where the run lies.
        gate = "layout" if section == ["question"] else "".join(section)
        if gate in silent:
            finding = replace(finding, follows=silent[gate])
        findings.append(finding)
    return findings


def _limit_findings(profile: Profile, limits: Sequence[Limit]) -> list[Finding]:
    code = codes.LIMIT_NOT_ADMITTED
    return [
        Finding(
            code=code.id,
            level=Level.DENY,
            message=f"{profile.name} does not admit the limit {limit.name}: {limit.why}.",
            origin="run",
            check=limit.name,
            got=limit.name,
            wanted=", ".join(sorted(profile.admits)) or "no limit",
            fix=code.fix,
        )
        for limit in limits
        # Absent bytes have their own findings, with the files; this one would only repeat them.
        if limit.name not in profile.admits and limit.name != "unproven"
    ]


def _unopened(error: KfmGatesError) -> Finding:
    code = codes.RUN_UNREADABLE
    return Finding(
        code=error.code,
        level=Level.DENY,
        message=error.message,
        origin="run",
        check="",
        where=Location(error.file, base="root"),
        got=error.got,
        wanted=error.wanted,
        fix=Fix(error.fix, code.fix.who) if error.fix else code.fix,
    )

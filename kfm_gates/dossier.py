"""From results to the report document (schema `report/v1`): plain data, decided already.

Nothing here judges. Levels are those that the profile gives, computed by `decide`.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from kfm_gates.decide import effective_level
from kfm_gates.model import (
    Decision,
    Finding,
    GateResult,
    Level,
    Limit,
    Location,
    Profile,
    RuleInfo,
    RuleStatus,
    Ruling,
    Verdict,
)
from kfm_gates.times import render

if TYPE_CHECKING:
    from kfm_gates.gates import Gate

EXIT_CODES = {Verdict.PASS: 0, Verdict.FAIL: 1, Verdict.ERROR: 3}
_ORDER = {Level.DENY: 0, Level.WARN: 1, Level.INFO: 2}


def rule_findings(
    profile: Profile,
    decision: Decision | None,
    rules: Mapping[str, RuleInfo],
    details: Sequence[Mapping[str, Any]] = (),
) -> list[Finding]:
    """The host's finding for each failed rule that the profile names (design: section 5).

    `details` are OPA's answers to "where and what"; they add the place and the value, never a
    finding: a rule that failed has its finding with or without them.
    """
    if decision is None:
        return []
    found = []
    for id_, status in decision.rules.items():
        info = rules.get(id_)
        if status is not RuleStatus.FAIL or info is None or id_ not in profile.rules:
            continue
        detail = next((d for d in details if d.get("rule") == id_), {})
        found.append(
            Finding(
                code=info.code,
                level=info.level,
                message=f"Not shown: {info.title[:1].lower()}{info.title[1:]}.",
                origin=f"rule:{id_}",
                check=id_,
                where=Location(None, _text(detail.get("pointer")), base="facts"),
                got=_text(detail.get("got")),
                wanted=_text(detail.get("wanted")),
                fix=info.fix,
            )
        )
    return found


def _text(value: object) -> str | None:
    """A detail as text: it comes from policy and facts, so its length is bounded here."""
    if value is None:
        return None
    if isinstance(value, str):
        return value[:500]
    return json.dumps(value, ensure_ascii=False, sort_keys=True)[:500]


def run_document(
    *,
    path: str,
    profile: Profile,
    ruling: Ruling,
    gates: Mapping[str, Gate],
    results: Sequence[GateResult],
    rules: Mapping[str, RuleInfo],
    decision: Decision | None,
    findings: Iterable[Finding],
    limits: Sequence[Limit],
    ladder: Mapping[str, Any],
    facts: Mapping[str, Any] | None,
    facts_sha256: str | None,
) -> dict[str, Any]:
    """One entry of `runs` in the report."""
    place = PurePosixPath(path)
    entry: dict[str, Any] = {
        "path": path,
        "run_id": place.name,
        "family": place.parent.name,
        "profile": profile.name,
        "verdict": str(ruling.verdict),
        "promotable": ruling.promotable,
        "reasons": list(ruling.reasons),
        "limits": [{"name": limit.name, "why": limit.why} for limit in limits],
        "gates": [_gate(gates[result.id], result) for result in results],
        "rules": _rules(profile, rules, decision),
        "findings": finding_documents(findings, profile, path),
        "not_checked": [what for result in results for what in result.not_checked],
        "ladder": dict(ladder),
    }
    if facts is not None and facts_sha256 is not None:
        entry["facts"] = facts
        entry["facts_sha256"] = facts_sha256
        if "subject" in facts:
            entry["subject"] = facts["subject"]["sha256"]
            entry["content"] = facts["subject"]["content_sha256"]
    for result in results:
        entry.update(result.tables)
    if decision is not None:
        entry["decision"] = {
            "facts_sha256": decision.facts_sha256,
            "rules": {id_: str(status) for id_, status in sorted(decision.rules.items())},
        }
    return entry


def _gate(gate: Gate, result: GateResult) -> dict[str, Any]:
    titles = {check.id: check.title for check in gate.checks}
    document: dict[str, Any] = {
        "id": result.id,
        "title": gate.title,
        "status": str(result.status),
        "examined": result.examined,
        "checks": [
            {
                "id": check.id,
                "title": titles[check.id],
                "status": str(check.status),
                "examined": check.examined,
            }
            | ({"witness": check.witness} if check.witness else {})
            for check in result.checks
        ],
    }
    if result.error is not None:
        document["error"] = result.error[:1000]
    return document


def _rules(
    profile: Profile, rules: Mapping[str, RuleInfo], decision: Decision | None
) -> list[dict[str, Any]]:
    return [
        {
            "id": id_,
            "title": info.title,
            "status": str(decision.rules.get(id_, "unanswered")) if decision else "unanswered",
            "code": info.code,
            "level": str(Level.WARN if info.code in profile.warn else info.level),
            "required": id_ in profile.rules,
        }
        for id_, info in sorted(rules.items())
    ]


def finding_documents(
    findings: Iterable[Finding], profile: Profile | None, run_path: str | None
) -> list[dict[str, Any]]:
    """Findings as data, worst first, at the level that the profile gives them."""
    leveled = [
        finding
        if profile is None
        else dataclasses.replace(finding, level=effective_level(profile, finding))
        for finding in findings
    ]
    leveled.sort(key=lambda f: (_ORDER[f.level], f.follows is not None))
    return [_finding(finding, run_path) for finding in leveled]


def _finding(finding: Finding, run_path: str | None) -> dict[str, Any]:
    location: dict[str, Any] = {}
    if finding.where.file is not None:
        location["file"] = finding.where.file
        if finding.where.base == "root":
            location["path"] = finding.where.file
        elif run_path is not None:
            location["path"] = f"{run_path}/{finding.where.file}"
    elif finding.where.base == "facts" and finding.where.pointer:
        location["file"] = "facts"
    if finding.where.pointer is not None:
        location["pointer"] = finding.where.pointer
    if finding.where.line is not None:
        location["line"] = finding.where.line
    document: dict[str, Any] = {
        "code": finding.code,
        "level": str(finding.level),
        "message": finding.message[:2000],
        "origin": finding.origin,
        "check": finding.check,
        "location": location,
        "fix": {
            "text": finding.fix.text,
            "who": str(finding.fix.who),
            "argv": list(finding.fix.argv),
        },
        "fingerprint": finding.fingerprint,
        "unproven": finding.unproven,
    }
    for key in ("got", "wanted"):
        value = getattr(finding, key)
        if value is not None:
            document[key] = value[:1000]
    for key in ("follows", "waived_by"):
        value = getattr(finding, key)
        if value is not None:
            document[key] = value
    return document


def profile_document(profile: Profile) -> dict[str, Any]:
    """A resolved profile as data, complete enough for a replay."""
    document: dict[str, Any] = {
        "name": profile.name,
        "description": profile.description,
        "origin": profile.origin,
        "gates": sorted(profile.gates),
        "conditional": sorted(profile.conditional),
        "rules": sorted(profile.rules),
        "warn": sorted(profile.warn),
        "admits": sorted(profile.admits),
        "house": list(profile.house),
        "thresholds": {metric: dict(b) for metric, b in sorted(profile.thresholds.items())},
    }
    if profile.carries is not None:
        document["carries"] = profile.carries
    return document


def report_document(
    *,
    invocation: str | None,
    now: dt.datetime,
    requested: Sequence[str],
    profiles: Iterable[Profile],
    policy: Mapping[str, Any],
    project: Mapping[str, Any],
    findings: Sequence[Finding],
    left_alone: Sequence[Mapping[str, str]],
    runs: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """The whole report. Its verdict is the worst of its runs and of what concerns none of them."""
    from kfm_gates import __version__

    verdicts = Counter(run["verdict"] for run in runs)
    stray = any(finding.level is Level.DENY for finding in findings)
    if not runs or verdicts[Verdict.ERROR]:
        verdict = Verdict.ERROR
    elif verdicts[Verdict.PASS] != len(runs) or stray:
        verdict = Verdict.FAIL
    else:
        verdict = Verdict.PASS
    return {
        "schema": "report/v1",
        "question": "check",
        "invocation": invocation or secrets.token_hex(16),
        "generated_at": render(now),
        "tool": {"name": "kfm-gates", "version": __version__},
        "verdict": str(verdict),
        "promotable": verdict is Verdict.PASS and all(run["promotable"] for run in runs),
        "exit_code": EXIT_CODES[verdict],
        "requested": list(requested),
        "summary": {
            "runs": len(runs),
            **{str(v).lower(): verdicts[v] for v in Verdict},
        },
        "profiles": [profile_document(profile) for profile in profiles],
        "policy": dict(policy),
        "project": dict(project),
        "findings": finding_documents(findings, None, None),
        "left_alone": [dict(entry) for entry in left_alone],
        "runs": [dict(run) for run in runs],
    }

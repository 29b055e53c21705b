"""What to show first and what to leave out: selection over the report document, no formatting."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from kfm_gates.report._document import FindingDoc, ReportDoc, RunDoc

_LEVELS = {"info": 2, "warn": 1, "deny": 0}
_VERDICTS = {"PASS": 2, "FAIL": 1, "ERROR": 0}
_DOCTOR = ["kfm-gates", "doctor"]
HOST = "host"
"""Origin of what stopped an invocation before any run: its code is no entry of the catalogue."""
_CODE_REASON = re.compile(r"([A-Z][A-Z0-9_]{2,95}) \((\S+)\)")


def stops(finding: FindingDoc) -> bool:
    """Does this finding stand against a PASS? An unknown level does."""
    return _LEVELS.get(finding["level"], 0) == 0 and "waived_by" not in finding


def sorted_findings(findings: Iterable[FindingDoc]) -> list[FindingDoc]:
    """Worst first; equals keep the order of the report."""
    return sorted(findings, key=lambda f: (not stops(f), _LEVELS.get(f["level"], 0)))


def sorted_runs(runs: Iterable[RunDoc]) -> list[RunDoc]:
    """Worst verdict first; equals keep the order of the report."""
    return sorted(runs, key=lambda run: _VERDICTS.get(run["verdict"], 0))


def visible(findings: Sequence[FindingDoc], *, follow_ons: bool = False) -> list[FindingDoc]:
    """Findings without repetitions and, unless asked for, without those that only follow.

    A finding is left out as a follow-on only while what it follows from is itself shown: two
    findings that follow from each other, or from something absent, both stay.
    """
    roots = {f["origin"] for f in findings if "follows" not in f}
    seen: set[tuple[object, ...]] = set()
    shown = []
    for finding in findings:
        if not follow_ons and finding.get("follows") in roots:
            continue
        place = finding["location"]
        key = (
            *(finding["code"], finding["level"], finding["message"], finding.get("waived_by")),
            *(finding.get("got"), finding.get("wanted")),
            *(place.get("path", place.get("file")), place.get("pointer"), place.get("line")),
        )
        if key not in seen:
            seen.add(key)
            shown.append(finding)
    return shown


def grouped(findings: Iterable[FindingDoc]) -> list[list[FindingDoc]]:
    """Findings of one code and one fix together, in the order of their first appearance."""
    groups: dict[tuple[str, str], list[FindingDoc]] = {}
    for finding in findings:
        groups.setdefault((finding["code"], finding["fix"]["text"]), []).append(finding)
    return list(groups.values())


def other_reasons(run: RunDoc) -> list[str]:
    """Reasons against a PASS that no finding carries (a limit, a gate without an answer)."""
    carried = {(f["code"], f["origin"]) for f in run["findings"]}
    reasons = []
    for reason in run["reasons"]:
        match = _CODE_REASON.fullmatch(reason)
        if match is None or (match[1], match[2]) not in carried:
            reasons.append(reason)
    return reasons


def linted_counts(document: ReportDoc) -> str:
    """The statuses of all documents that were linted, in words."""
    statuses = [one["status"] for one in document.get("documents", [])]
    keys = ["pass", "fail", "error", *(["open"] if "open" in statuses else [])]
    parts = ", ".join(f"{statuses.count(key)} {key}" for key in keys)
    return f"{len(statuses)} document{'' if len(statuses) == 1 else 's'}: {parts}"


def counts(document: ReportDoc) -> str:
    """The verdicts of all runs in words."""
    summary = document["summary"]
    runs = summary["runs"]
    parts = ", ".join(f"{summary[key]} {key}" for key in ("pass", "fail", "error"))
    return f"{runs} run{'' if runs == 1 else 's'}: {parts}"


def did_not_run(document: ReportDoc) -> list[str]:
    """Gates and rules that were required and gave no answer, over all runs."""
    if not document["runs"]:
        return ["gates", "rules"]
    profiles = {profile["name"]: profile for profile in document["profiles"]}
    missing: dict[str, None] = {}
    for run in document["runs"]:
        profile = profiles.get(run["profile"])
        gates = {gate["id"]: gate["status"] != "error" for gate in run["gates"]}
        wanted = [*gates, *(profile["gates"] if profile else ())]
        missing.update({f"gate {id_}": None for id_ in wanted if not gates.get(id_, False)})
        rules = {rule["id"]: rule["status"] != "unanswered" for rule in run["rules"]}
        if not any(rules.values()):
            missing["rules"] = None
        else:
            wanted = [*rules, *(profile["rules"] if profile else ())]
            missing.update({f"rule {id_}": None for id_ in wanted if not rules.get(id_, False)})
    return list(missing)


def next_command(document: ReportDoc) -> list[str]:
    """The command to run next, empty where nothing is left to do."""
    runs = sorted_runs(document["runs"])
    parts: list[list[FindingDoc]] = [document["findings"], *(run["findings"] for run in runs)]
    parts += [one["findings"] for one in document.get("documents", [])]
    lint = document["question"] == "lint"
    stopping = [f for findings in parts for f in visible(findings) if stops(f)]
    for finding in stopping:
        if finding["code"] in _TOOL_FIRST and finding["fix"]["argv"]:
            return finding["fix"]["argv"]
    if stopping and stopping[0]["fix"]["argv"]:
        return stopping[0]["fix"]["argv"]
    if stopping and stopping[0]["origin"] == HOST:
        if document["exit_code"] == 2:
            return ["kfm-gates", "lint" if lint else "check", "--help"]
        return _DOCTOR
    if stopping:
        return ["kfm-gates", "explain", stopping[0]["code"]]
    if document["verdict"] != "PASS":
        return _DOCTOR
    return next(_ladder_commands(runs), [])


# Without OPA nothing can be decided, so that comes before any finding about the run.
_TOOL_FIRST = frozenset({"OPA_NOT_FOUND", "OPA_UNVERIFIED"})


def _ladder_commands(runs: Sequence[RunDoc]) -> Iterator[list[str]]:
    for run in runs:
        if rung := run["ladder"].get("next"):
            if rung["needs"]:
                yield ["kfm-gates", "explain", rung["needs"][0]]
            else:
                yield ["kfm-gates", "check", "--profile", rung["profile"], "--", run["path"]]

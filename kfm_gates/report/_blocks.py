"""Pieces of the text output: a finding, the gates, the limits, the ladder of one run."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from kfm_gates.report._api import Options
from kfm_gates.report._document import FindingDoc, GateDoc, LocationDoc, RunDoc
from kfm_gates.report._escape import MAX_PLACE, terminal
from kfm_gates.report._paint import Paint
from kfm_gates.report._select import HOST, grouped, other_reasons, sorted_findings, stops, visible

MAX_GROUPS = 6
"""Codes that are shown in full on one screen; the others are named with their number."""
MAX_PLACES = 3
"""Places of one code that are shown on one screen."""


def place(location: LocationDoc) -> str:
    """Path with line, then the JSON Pointer. Never cut."""
    path = terminal(location.get("path") or location.get("file") or "", MAX_PLACE)
    if "line" in location:
        path += f":{location['line']}"
    return " ".join(
        part for part in (path, terminal(location.get("pointer", ""), MAX_PLACE)) if part
    )


def command(argv: Sequence[str]) -> str:
    """A command as a shell would take it, escaped for a terminal."""
    return terminal(shlex.join(argv), MAX_PLACE)


def short_digest(digest: str) -> str:
    """The first twelve hex digits of a digest, with the name of the algorithm."""
    return "sha256:" + terminal(digest.removeprefix("sha256:")[:12])


def run_name(run: RunDoc) -> str:
    """Family and run id, or the path where one of them is not known."""
    if run["family"] and run["run_id"]:
        return terminal(f"{run['family']}/{run['run_id']}", MAX_PLACE)
    return terminal(run["path"], MAX_PLACE)


def gate_table(run: RunDoc, paint: Paint) -> list[str]:
    """One cell for each gate: glyph, word, name, and how much was looked at."""
    cells = []
    for gate in run["gates"]:
        about = _about(gate, run)
        name = terminal(gate["id"])
        text = f"{paint.mark(gate['status'], 10)} {name}{about}"
        # The mark is padded to ten characters, whatever its colour codes add.
        cells.append((text, max(10, len(f"? {gate['status']}")) + 1 + len(name) + len(about)))
    title = paint.style("gates (how many things each examined)", "dim")
    return [title, *paint.columns(cells)] if cells else ["no gate answered"]


def _about(gate: GateDoc, run: RunDoc) -> str:
    if gate["id"] == "policy" and run["rules"]:
        return f" ({sum(rule['status'] != 'unanswered' for rule in run['rules'])} rules)"
    return f" ({gate['examined']})" if gate["examined"] else ""


def findings_block(findings: Sequence[FindingDoc], paint: Paint, options: Options) -> list[str]:
    """Findings of a run or of the report: stopping ones in full, the others one line each."""
    shown = sorted_findings(visible(findings, follow_ons=options.verbose))
    lines: list[str] = []
    against = [f for f in shown if stops(f)]
    groups = grouped(against)
    cap = len(groups) if options.verbose else MAX_GROUPS
    for group in groups[:cap]:
        lines += ["", *_group(group, paint, options)]
    if rest := groups[cap:]:
        names = ", ".join(f"{terminal(g[0]['code'])} ({len(g)})" for g in rest)
        lines += ["", *paint.prose(f"and also: {names}; --verbose shows them", indent=2)]
    lines += _short_lines([f for f in shown if not stops(f)], paint, options)
    return lines


def _group(group: Sequence[FindingDoc], paint: Paint, options: Options) -> list[str]:
    first = group[0]
    number = f"  ({len(group)} places)" if len(group) > 1 else ""
    code = terminal(first["code"])
    head = f"{paint.mark(first['level'])} {paint.style(code, 'bold')}{number}"
    if first["origin"] != HOST:
        head += paint.dot() + paint.style(f"kfm-gates explain {code}", "dim")
    lines = [head]
    cap = len(group) if options.verbose else MAX_PLACES
    for finding in group[:cap]:
        lines += paint.prose(terminal(finding["message"]))
        if where := place(finding["location"]):
            lines += paint.field("at", where)
        for key in ("got", "wanted"):
            if key in finding:
                lines += paint.field(key, terminal(finding[key]))
        if options.verbose:
            lines += paint.field("by", terminal(f"{finding['origin']} {finding['check']}".strip()))
    if (rest := len(group) - cap) > 0:
        lines += paint.prose(f"and {rest} more of {code}; --verbose shows them")
    fix = first["fix"]
    lines += paint.field("fix", f"{terminal(fix['who'])}: {terminal(fix['text'])}")
    if fix["argv"] and shlex.join(fix["argv"]) not in fix["text"]:
        lines += paint.field("run", command(fix["argv"]))
    return lines


def _short_lines(findings: Sequence[FindingDoc], paint: Paint, options: Options) -> list[str]:
    lines: list[str] = []
    for group in grouped(findings):
        finding = group[0]
        waived = finding.get("waived_by")
        mark = paint.mark("waived" if waived is not None else finding["level"], 8)
        number = f" ({len(group)} places)" if len(group) > 1 else ""
        text = f"{terminal(finding['code'])}  {terminal(finding['message'])}{number}"
        if waived is not None:
            text += f"  waived by {terminal(waived)}"
        head, *rest = paint.prose(text, indent=11)
        lines += [f"  {mark} {head.lstrip()}", *rest]
        if options.verbose:
            for one in group:
                lines += paint.field("at", place(one["location"]) or "-", indent=11)
            fix = finding["fix"]
            lines += paint.field("fix", f"{terminal(fix['who'])}: {terminal(fix['text'])}", 11)
    return ["", *lines] if lines else []


def margins(run: RunDoc, paint: Paint, options: Options) -> list[str]:
    """Everything about a run besides its findings: other reasons, limits, not checked, ladder."""
    lines: list[str] = []
    for reason in other_reasons(run):
        lines += paint.field("against", terminal(reason), 2)
    told = {f["origin"] for f in run["findings"]}
    for gate in run["gates"]:
        if "error" in gate and (options.verbose or f"gate:{gate['id']}" not in told):
            lines += paint.field("error", terminal(f"{gate['id']}: {gate['error']}"), 2)
    for limit in run["limits"]:
        lines += paint.field("limit", f"{terminal(limit['name'])}: {terminal(limit['why'])}", 2)
    skipped = run["not_checked"]
    cap = len(skipped) if options.verbose else 4
    for text in skipped[:cap]:
        lines += paint.field("not checked", terminal(text), 2)
    if len(skipped) > cap:
        lines += paint.field("not checked", f"{len(skipped) - cap} more; --verbose shows them", 2)
    ladder = run["ladder"]
    if ladder["passes"] or "next" in ladder:
        lines += paint.prose(ladder_line(run, paint), indent=2)
    return ["", *lines] if lines else []


def ladder_line(run: RunDoc, paint: Paint) -> str:
    """What the same evidence passes, and what the next profile still needs."""
    ladder = run["ladder"]
    text = "passes: " + (", ".join(terminal(name) for name in ladder["passes"]) or "nothing")
    if rung := ladder.get("next"):
        needs = ", ".join(terminal(code) for code in rung["needs"]) or "nothing more"
        text += f"{paint.dot()}next: {terminal(rung['profile'])} needs {needs}"
    return text


def evidence_block(run: RunDoc, paint: Paint) -> list[str]:
    """Every check, rule and digest of a run (--verbose)."""
    lines = [""]
    for gate in run["gates"]:
        for check in gate["checks"]:
            name = terminal(f"{gate['id']}.{check['id']}")
            witness = f"  {terminal(check['witness'])}" if "witness" in check else ""
            lines.append(
                f"  {paint.mark(check['status'], 10)} {name}  {terminal(check['title'])}"
                f" ({check['examined']}){witness}"
            )
    for rule in run["rules"]:
        required = "" if rule["required"] else "  (not required by this profile)"
        # A rule that fails below deny only warns; the word has to say so.
        status = "warn" if rule["status"] == "fail" and rule["level"] != "deny" else rule["status"]
        lines.append(
            f"  {paint.mark(status, 10)} {terminal(rule['id'])}"
            f"  {terminal(rule['title'])}{required}"
        )
    lines.append("")
    digests = {"run": run["path"], "subject": run.get("subject"), "content": run.get("content")}
    digests["facts"] = run.get("facts_sha256")
    for label, value in digests.items():
        lines += paint.field(label, terminal(value, MAX_PLACE) if value else "not established", 2)
    return lines

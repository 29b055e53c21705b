"""One screen for people: the verdict, what stops the run, what to do next.

Layout: the verdict line; for several runs one line each, worst first; the gates and findings of
every run that does not pass; limits, what was not checked, the ladder; counts and next command.
"""

from __future__ import annotations

from kfm_gates.report._api import Options, Renderer
from kfm_gates.report._blocks import (
    command,
    evidence_block,
    findings_block,
    gate_table,
    margins,
    run_name,
    short_digest,
)
from kfm_gates.report._closure import closure_block
from kfm_gates.report._document import ReportDoc, RunDoc
from kfm_gates.report._escape import MAX_PLACE, terminal
from kfm_gates.report._lint import lint_text
from kfm_gates.report._paint import Paint
from kfm_gates.report._select import (
    counts,
    did_not_run,
    next_command,
    sorted_runs,
    stops,
    visible,
)

MAX_PASSING_LINES = 20
MAX_DETAILS = 5
"""Runs that are shown in detail among many. Every run that does not pass always has its line."""


def _render(document: ReportDoc, options: Options) -> str:
    paint = Paint(options.color, options.unicode, max(options.width, 40))
    if document["question"] == "lint":
        return lint_text(document, paint, options)
    runs = sorted_runs(document["runs"])
    lines = [_headline(document, paint)]
    if options.quiet:
        lines[0] += _beside(document)
    if len(runs) > 1:
        lines += _run_lines(runs, paint, all_=options.quiet or options.verbose)
    if options.quiet:
        return "\n".join(lines) + "\n"
    lines += findings_block(document["findings"], paint, options)
    lines += _details(document, runs, paint, options)
    lines += _left_alone(document, paint, options)
    if options.verbose:
        lines += _sources(document, paint)
    lines += ["", *_last_lines(document, paint)]
    return "\n".join(lines) + "\n"


def _headline(document: ReportDoc, paint: Paint) -> str:
    runs = document["runs"]
    parts = [paint.mark(document["verdict"])]
    if len(runs) == 1:
        parts += [run_name(runs[0]), _subject(runs[0])]
    else:
        parts.append(counts(document))
    names = ", ".join(terminal(profile["name"]) for profile in document["profiles"])
    parts.append(f"profile {names}" if names else "no profile")
    if document["verdict"] == "PASS" and not document["promotable"]:
        limits = dict.fromkeys(limit["name"] for run in runs for limit in run["limits"])
        parts.append(f"not promotable: {terminal(', '.join(limits) or 'see the runs')}")
    return "  ".join(parts)


def _beside(document: ReportDoc) -> str:
    """What stops the invocation although it is about no run; runs may all pass beside it."""
    stopping = [finding for finding in visible(document["findings"]) if stops(finding)]
    texts = dict.fromkeys(
        f"{terminal(one['code'])} {terminal(one['location'].get('file', ''), MAX_PLACE)}".strip()
        for one in stopping
    )
    more = f" and {len(texts) - MAX_DETAILS} more" if len(texts) > MAX_DETAILS else ""
    return f"  {', '.join(list(texts)[:MAX_DETAILS])}{more}" if texts else ""


def _subject(run: RunDoc) -> str:
    return short_digest(run["subject"]) if "subject" in run else "no subject"


def _run_lines(runs: list[RunDoc], paint: Paint, *, all_: bool) -> list[str]:
    lines = [""]
    passing = 0
    for run in runs:
        if run["verdict"] == "PASS":
            passing += 1
            if passing > MAX_PASSING_LINES and not all_:
                continue
        codes = dict.fromkeys(terminal(f["code"]) for f in visible(run["findings"]) if stops(f))
        note = "  " + ", ".join(codes) if codes else ""
        lines.append(f"{paint.mark(run['verdict'], 8)} {run_name(run)}  {_subject(run)}{note}")
    if not all_ and passing > MAX_PASSING_LINES:
        lines.append(f"and {passing - MAX_PASSING_LINES} more that pass; --verbose lists them")
    return lines


def _details(document: ReportDoc, runs: list[RunDoc], paint: Paint, options: Options) -> list[str]:
    wanted = [r for r in runs if len(runs) == 1 or options.verbose or r["verdict"] != "PASS"]
    cap = len(wanted) if options.verbose else MAX_DETAILS
    lines: list[str] = []
    for run in wanted[:cap]:
        if len(runs) > 1:
            lines += ["", paint.mark(run["verdict"]) + "  " + paint.style(run_name(run), "bold")]
        lines += ["", *gate_table(run, paint)]
        lines += closure_block(run, paint, options)
        lines += findings_block(run["findings"], paint, options)
        lines += margins(run, paint, options)
        if options.verbose:
            lines += evidence_block(run, paint)
    if rest := wanted[cap:]:
        named = command(["kfm-gates", "check", "--", rest[0]["path"]])
        lines += ["", f"{len(rest)} more runs do not pass; for one of them: {named}"]
    return lines


def _left_alone(document: ReportDoc, paint: Paint, options: Options) -> list[str]:
    skipped = document["left_alone"]
    if not skipped:
        return []
    cap = len(skipped) if options.verbose else 3
    lines = ["", f"left alone: {len(skipped)}"]
    for item in skipped[:cap]:
        lines += paint.prose(f"{terminal(item['path'], MAX_PLACE)}: {terminal(item['why'])}", 2)
    if len(skipped) > cap:
        lines.append(f"  and {len(skipped) - cap} more; --verbose lists them")
    return lines


def _sources(document: ReportDoc, paint: Paint) -> list[str]:
    lines = ["", *paint.field("tool", terminal(" ".join(document["tool"].values())), 2)]  # type: ignore[arg-type]
    if policy := document.get("policy"):
        text = f"{policy['origin']} {policy['sha256']} ({policy['rules']} rules)"
        lines += paint.field("policy", terminal(text), 2)
        for house in policy["house"]:
            text = f"{house['name']} {house['sha256']} ({house['source']})"
            lines += paint.field("house", terminal(text), 2)
        if opa := policy.get("opa"):
            locked = "in the lock" if opa["locked"] else "not in the lock"
            text = f"{opa['version']} {opa['sha256']} ({opa['origin']}, {locked})"
            lines += paint.field("opa", terminal(text), 2)
    project = document["project"]
    text = f"{project['origin']} {project.get('sha256', '')}".strip()
    lines += paint.field("project", terminal(text), 2)
    text = f"{document['generated_at']}, invocation {document['invocation']}"
    return lines + paint.field("at", terminal(text), 2)


def _last_lines(document: ReportDoc, paint: Paint) -> list[str]:
    gates = sum(len(run["gates"]) for run in document["runs"])
    checks = sum(len(gate["checks"]) for run in document["runs"] for gate in run["gates"])
    answered = (rule["status"] != "unanswered" for run in document["runs"] for rule in run["rules"])
    rules = sum(answered)
    findings = [f for part in (document, *document["runs"]) for f in part["findings"]]
    stopping = sum(stops(f) for f in findings)
    hidden = sum(
        len(part["findings"]) - len(visible(part["findings"]))
        for part in (document, *document["runs"])
    )
    text = (
        f"{counts(document)}{paint.dot()}{gates} gates, {checks} checks, {rules} rules"
        f"{paint.dot()}{stopping} of {len(findings)} findings stop"
    )
    if hidden:
        text += f" ({hidden} follow-on hidden)"
    missing = did_not_run(document)
    shown = ", ".join(terminal(name) for name in missing[:12])
    if len(missing) > 12:
        shown += f" and {len(missing) - 12} more"
    lines = [*paint.prose(text, 0), *paint.prose(f"did not run: {shown or 'nothing'}", 0)]
    if argv := next_command(document):
        lines.append(f"next: {command(argv)}")
    return lines


RENDERER = Renderer("text", "One screen for people.", _render)

"""The text output of `lint`: one screen about documents, and never a word about a run."""

from __future__ import annotations

from kfm_gates.report._api import Options
from kfm_gates.report._blocks import command, findings_block
from kfm_gates.report._document import FindingDoc, LintedDoc, ReportDoc
from kfm_gates.report._escape import MAX_PLACE, terminal
from kfm_gates.report._paint import Paint
from kfm_gates.report._select import linted_counts, next_command, stops, visible

MAX_LINES = 20
"""Documents of one status that have a line of their own on one screen."""
MAX_SKIPPED = 4
NO_DECISION = "This is no decision about a run."


def lint_text(document: ReportDoc, paint: Paint, options: Options) -> str:
    """The whole output: verdict, documents, findings, what was left alone and not checked."""
    lines = [_headline(document, paint)]
    lines += _documents(document, paint, options)
    if options.quiet:
        return "\n".join(lines) + "\n"
    lines += findings_block(_findings(document), paint, options)
    lines += _skipped(document, paint, options)
    lines += ["", *_last_lines(document, paint)]
    return "\n".join(lines) + "\n"


def _headline(document: ReportDoc, paint: Paint) -> str:
    documents = document.get("documents", [])
    if document["verdict"] == "PASS":
        what = f"{_number(len(documents))} in order"
    elif documents:
        what = linted_counts(document)
    else:
        what = "nothing was linted"
    return f"{paint.mark(document['verdict'])} lint: {what}. {NO_DECISION}"


def _number(count: int) -> str:
    return f"{count} document{'' if count == 1 else 's'}"


def _documents(document: ReportDoc, paint: Paint, options: Options) -> list[str]:
    """A line for each document, worst first; those in order are not listed with --quiet."""
    lines: list[str] = []
    for status in ("error", "fail", "open", "pass"):
        some = [one for one in document.get("documents", []) if one["status"] == status]
        if status == "pass" and options.quiet:
            continue
        cap = len(some) if options.verbose else MAX_LINES
        lines += [_line(one, paint) for one in some[:cap]]
        if len(some) > cap:
            lines.append(f"and {len(some) - cap} more: {status}; --verbose lists them")
    return ["", *lines] if lines else []


def _line(one: LintedDoc, paint: Paint) -> str:
    codes = dict.fromkeys(terminal(f["code"]) for f in visible(one["findings"]) if stops(f))
    note = "  " + ", ".join(list(codes)[:8]) if codes else ""
    path = terminal(one["path"], MAX_PLACE)
    return f"{paint.mark(one['status'], 8)} {path}  {terminal(one['kind'])}{note}"


def _findings(document: ReportDoc) -> list[FindingDoc]:
    parts = (document["findings"], *(d["findings"] for d in document.get("documents", [])))
    return [finding for part in parts for finding in part]


def _skipped(document: ReportDoc, paint: Paint, options: Options) -> list[str]:
    lines: list[str] = []
    left = [
        f"{terminal(entry['path'], MAX_PLACE)}: {terminal(entry['why'])}"
        for entry in document["left_alone"]
    ]
    told = [terminal(text) for text in document.get("not_checked", [])]
    for label, texts in (("left alone", left), ("not checked", told)):
        cap = len(texts) if options.verbose else MAX_SKIPPED
        for text in texts[:cap]:
            lines += paint.field(label, text, 2)
        if len(texts) > cap:
            lines += paint.field(label, f"{len(texts) - cap} more; --verbose shows them", 2)
    if options.verbose:
        tool = document["tool"]
        lines += paint.field("tool", terminal(f"{tool['name']} {tool['version']}"), 2)
        text = f"{document['generated_at']}, invocation {document['invocation']}"
        lines += paint.field("at", terminal(text), 2)
    return ["", *lines] if lines else []


def _last_lines(document: ReportDoc, paint: Paint) -> list[str]:
    findings = _findings(document)
    stopping = sum(stops(finding) for finding in findings)
    text = f"{linted_counts(document)}{paint.dot()}{stopping} of {len(findings)} findings stop"
    hidden = len(findings) - sum(
        len(visible(part))
        for part in (document["findings"], *(d["findings"] for d in document.get("documents", [])))
    )
    if hidden:
        text += f" ({hidden} follow-on hidden)"
    lines = paint.prose(text, 0)
    if argv := next_command(document):
        lines.append(f"next: {command(argv)}")
    return lines

"""Annotations for GitHub Actions: workflow commands, escaped, worst first, at most ten.

GitHub shows ten annotations of a kind for each step. The first line is the verdict, so that what
does not fit is still announced.
"""

from __future__ import annotations

from kfm_gates.report._api import Options, Renderer
from kfm_gates.report._document import FindingDoc, ReportDoc
from kfm_gates.report._escape import MAX_PLACE, command_data, command_property, terminal
from kfm_gates.report._lint import NO_DECISION
from kfm_gates.report._select import (
    counts,
    linted_counts,
    other_reasons,
    sorted_findings,
    visible,
)

MAX_ANNOTATIONS = 10
_COMMANDS = {"deny": "error", "warn": "warning", "info": "notice"}


def _render(document: ReportDoc, options: Options) -> str:
    lint = document["question"] == "lint"
    parts = [document["findings"], *(part["findings"] for part in document["runs"])]
    parts += [one["findings"] for one in document.get("documents", [])]
    findings = sorted_findings(f for part in parts for f in visible(part))
    passed = document["verdict"] == "PASS"
    about = [f"{linted_counts(document)}. {NO_DECISION}" if lint else counts(document)]
    for run in document["runs"]:
        about += [terminal(f"{run['path']}: {reason}") for reason in other_reasons(run)][:5]
    lines = [
        _command(
            "notice" if passed else "error",
            {"title": f"kfm-gates {'lint ' * lint}{terminal(document['verdict'])}"},
            about[: MAX_ANNOTATIONS * 2],
        )
    ]
    shown = findings[: MAX_ANNOTATIONS - 1]
    lines += [_annotation(finding) for finding in shown]
    if more := len(findings) - len(shown):
        text = f"{more} more of {len(findings)} findings are in the report."
        lines.append(_command("notice", {"title": "kfm-gates"}, [text]))
    return "\n".join(lines) + "\n"


def _annotation(finding: FindingDoc) -> str:
    place = finding["location"]
    properties: dict[str, str] = {}
    if "path" in place:
        properties["file"] = terminal(place["path"], MAX_PLACE)
        if "line" in place:
            properties["line"] = str(place["line"])
    properties["title"] = terminal(finding["code"])
    message = [terminal(finding["message"])]
    if "pointer" in place:
        message.append("at " + terminal(place["pointer"], MAX_PLACE))
    message += [f"{key} {terminal(finding[key])}" for key in ("got", "wanted") if key in finding]
    message.append(f"fix ({terminal(finding['fix']['who'])}): {terminal(finding['fix']['text'])}")
    if "waived_by" in finding:
        message.append("waived by " + terminal(finding["waived_by"]))
    kind = "notice" if "waived_by" in finding else _COMMANDS.get(finding["level"], "error")
    return _command(kind, properties, message)


def _command(kind: str, properties: dict[str, str], lines: list[str]) -> str:
    shown = ",".join(f"{key}={command_property(value)}" for key, value in properties.items())
    return f"::{kind} {shown}::{command_data(chr(10).join(lines))}"


RENDERER = Renderer("github", "Annotations of GitHub Actions, the worst ten.", _render)

"""Reports of kfm-gates itself: schema, and whether they contradict themselves."""

from __future__ import annotations

from kfm_gates.evidence import json_schema, strict_json
from kfm_gates.linter import codes
from kfm_gates.model import Code, Finding, Location
from kfm_gates.report import contradiction_in


def examine(file: str, raw: bytes) -> list[Finding]:
    """Findings about a report.

    Raises:
        EvidenceUnreadable: It is no strict JSON.
    """
    data = strict_json.loads(raw, file=file, max_bytes=len(raw) + 1)
    positions = strict_json.Positions(raw)
    found = [
        _finding(
            codes.REPORT_INVALID,
            f"The report does not fit its schema: {issue.message}",
            Location(file, issue.pointer, positions.line(issue.pointer)),
            issue.got,
            issue.wanted,
        )
        for issue in json_schema.validate("report", data)
    ]
    why = None if found else contradiction_in(data)
    if why is not None:
        message = f"The report contradicts itself: {why}."
        found.append(_finding(codes.REPORT_INCONSISTENT, message, Location(file)))
    return found


def _finding(
    code: Code, message: str, where: Location, got: str | None = None, wanted: str | None = None
) -> Finding:
    return Finding(
        code=code.id,
        level=code.level,
        message=message,
        origin="lint:report",
        check="",
        where=where,
        got=got,
        wanted=wanted,
        fix=code.fix,
    )

"""Documents to lint, and what a report says about them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kfm_gates.report import Report

KFM: dict[str, str] = {
    ".kfm/gates.yaml": "schema_version: project/v1\nfamilies:\n  - pattern: kansas_*\n",
    ".kfm/families/kansas_wells.yaml": "schema_version: family/v1\ntitle: Wells\nowner: water\n",
    ".kfm/profiles/strict.yaml": (
        "schema_version: profile/v1\nname: strict\ndescription: d\nextends: promotion\n"
    ),
    ".kfm/not-secrets.yaml": (
        'schema_version: not_secrets/v1\nsalt: "0123456789abcdef0123456789abcdef"\nhashes: []\n'
    ),
}


def write(path: Path, content: Any) -> Path:
    """Write text, bytes or JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, str):
        path.write_text(content, encoding="utf-8")
    else:
        path.write_text(json.dumps(content), encoding="utf-8")
    return path


def codes(report: Report) -> list[str]:
    """Codes of all findings, sorted, each once."""
    return sorted({finding["code"] for finding in report.findings})


def statuses(report: Report) -> dict[str, tuple[str, str]]:
    """Kind and status of each document by its name."""
    return {Path(d["path"]).name: (d["kind"], d["status"]) for d in report.documents}

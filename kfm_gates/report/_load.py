"""Reading a report back: strictly, and against its schema.

The only module of this package that looks beyond `model` and `errors`: strict reading exists once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from kfm_gates.errors import EvidenceUnreadable, UsageError

MAX_BYTES = 256 * 2**20
"""Largest report that is read: about 10,000 runs with their facts."""


def read(path: Path, question: str | None = "check") -> dict[str, Any]:
    """The validated document in a file.

    Args:
        path: The file.
        question: What it has to answer: `check` decides about runs, `lint` does not. None takes
            either.

    Raises:
        UsageError: There is no such file.
        EvidenceUnreadable: It cannot be read, or is not a report/v1.
    """
    from kfm_gates.evidence import json_schema, strict_json

    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise UsageError(
            f"There is no report at {path} ({error.strerror}).", code="NO_SUCH_PATH", file=str(path)
        ) from error
    except (OSError, ValueError) as error:
        raise EvidenceUnreadable(
            f"The report {path} cannot be read: {error}.", code="REPORT_UNREADABLE", file=str(path)
        ) from error
    data = strict_json.loads(raw, file=str(path), max_bytes=MAX_BYTES)
    if not isinstance(data, dict) or data.get("schema") != "report/v1":
        raise EvidenceUnreadable(
            "This is not a report of kfm-gates.",
            code="REPORT_INVALID",
            file=str(path),
            pointer="/schema",
            wanted="report/v1",
        )
    if question is not None and data.get("question") != question:
        raise EvidenceUnreadable(
            f"This report does not answer the question '{question}'.",
            code="REPORT_INVALID",
            file=str(path),
            pointer="/question",
            got=str(data.get("question", "no question")),
            wanted=question,
        )
    if issues := json_schema.validate("report", data):
        first = issues[0]
        raise EvidenceUnreadable(
            f"The report does not fit its schema: {first.message}",
            code="REPORT_INVALID",
            file=str(path),
            pointer=first.pointer,
            got=first.got,
            wanted=first.wanted,
        )
    return cast("dict[str, Any]", data)

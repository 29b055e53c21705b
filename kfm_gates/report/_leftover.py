"""Is a file an earlier result of ours? Only such a file may be removed to make room for a new one.

An output option names any path whatever, the family's file and raw input included.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

_MAX_BYTES = 2**28
_MARK = "(?:\x1b\\[[0-9;]*m)?(?:[\u2714+] PASS|[\u2718x] FAIL|! ERROR)"
_KNOWN = {
    ("text", "check"): re.compile(f"{_MARK}(?:\x1b\\[0m)?  "),
    ("text", "lint"): re.compile(f"{_MARK}(?:\x1b\\[0m)? lint: "),
    ("github", "check"): re.compile(r"::(?:notice|error) title=kfm-gates (?:PASS|FAIL|ERROR)::"),
    ("github", "lint"): re.compile(
        r"::(?:notice|error) title=kfm-gates lint (?:PASS|FAIL|ERROR)::"
    ),
}


def is_earlier_result(path: Path, fmt: str, question: str | None = "check") -> bool:
    """Say whether a file is empty or was recognisably written by us in a format.

    Args:
        path: The file.
        fmt: Name of the format.
        question: `check` or `lint`: the one is never taken for the other. None for both.

    Raises:
        OSError: It cannot be read, is no regular file, or is larger than any result.
    """
    from kfm_gates.evidence.files import read_regular

    questions = ("check", "lint") if question is None else (question,)
    raw = read_regular(path, _MAX_BYTES)
    if not raw:
        return True
    try:
        text = raw.decode("utf-8")
        if fmt == "json":
            # `{` first, so that a large file of another kind is not parsed at all.
            document = json.loads(text) if text.startswith("{") else None
            if not isinstance(document, dict) or document.get("schema") != "report/v1":
                return False
            return document.get("question") in questions
    except (ValueError, RecursionError):
        return False
    known = (_KNOWN.get((fmt, one)) for one in questions)
    return any(pattern is not None and pattern.match(text) for pattern in known)

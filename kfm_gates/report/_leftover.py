"""Is a file an earlier result of ours? Only such a file may be removed to make room for a new one.

An output option names any path whatever, the family's file and raw input included.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

_MAX_BYTES = 2**28
_TEXT = re.compile("(?:\x1b\\[[0-9;]*m)?(?:[\u2714+] PASS|[\u2718x] FAIL|! ERROR)(?:\x1b|  )")
_GITHUB = re.compile(r"::(?:notice|error) title=kfm-gates (?:PASS|FAIL|ERROR)::")


def is_earlier_result(path: Path, fmt: str) -> bool:
    """Say whether a file is empty or was recognisably written by us in a format.

    Raises:
        OSError: It cannot be read, is no regular file, or is larger than any result.
    """
    from kfm_gates.evidence.files import read_regular

    raw = read_regular(path, _MAX_BYTES)
    if not raw:
        return True
    try:
        text = raw.decode("utf-8")
        if fmt == "json":
            # `{` first, so that a large file of another kind is not parsed at all.
            document = json.loads(text) if text.startswith("{") else None
            return isinstance(document, dict) and document.get("schema") == "report/v1"
    except (ValueError, RecursionError):
        return False
    known = {"text": _TEXT, "github": _GITHUB}.get(fmt)
    return known is not None and known.match(text) is not None

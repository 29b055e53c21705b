"""The report of an invocation that ended before it could judge anything."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence
from typing import Any

from kfm_gates import __version__, times
from kfm_gates.errors import KfmGatesError


def document(
    error: KfmGatesError,
    *,
    requested: Sequence[str] = (),
    invocation: str | None = None,
    exit_code: int | None = None,
    question: str = "check",
) -> dict[str, Any]:
    """The report document of an invocation that ended before it could judge anything.

    Args:
        error: What happened; becomes the only finding.
        requested: The subjects as they were asked for.
        invocation: Name of the invocation.
        exit_code: Overrides that of the error (130 for an interruption).
        question: `check` or `lint`: what was asked.
    """
    # An error that carries a verdict (exit 1) is no verdict of this document.
    code = exit_code if exit_code is not None else error.exit_code
    about: dict[str, Any] = {}
    if question == "lint":
        about = {"documents": [], "not_checked": []}
    return {
        "schema": "report/v1",
        "question": question,
        "invocation": invocation or secrets.token_hex(16),
        "generated_at": times.render(dt.datetime.now(dt.UTC)),
        "tool": {"name": "kfm-gates", "version": __version__},
        "verdict": "ERROR",
        "promotable": False,
        "exit_code": code if code in (2, 130) else 3,
        "requested": list(requested),
        "summary": {"runs": 0, "pass": 0, "fail": 0, "error": 0},
        "profiles": [],
        "project": {"origin": "none"},
        "findings": [_finding(error)],
        "left_alone": [],
        "runs": [],
        **about,
    }


def _finding(error: KfmGatesError) -> dict[str, Any]:
    location: dict[str, Any] = {}
    if error.file:
        location["file"] = error.file
    if error.pointer:
        location["pointer"] = error.pointer
    if error.line is not None and error.line > 0:
        location["line"] = error.line
    finding: dict[str, Any] = {
        "code": error.code,
        "level": "deny",
        "message": error.message or type(error).__name__,
        "origin": "host",
        "check": "",
        "location": location,
        "fix": {
            "text": error.fix or "Mend what the message names, then run the command again.",
            "who": "operator",
            "argv": [],
        },
        "fingerprint": hashlib.sha256(f"{error.code}\0host".encode()).hexdigest()[:32],
        "unproven": False,
    }
    finding.update({k: v for k in ("got", "wanted") if (v := getattr(error, k)) is not None})
    return finding

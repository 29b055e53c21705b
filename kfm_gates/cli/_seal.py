"""From the options of `seal` to what is stated about a run; files are read strictly."""

from __future__ import annotations

import datetime as dt
from typing import Any

from kfm_gates.errors import EvidenceError, UsageError
from kfm_gates.record.stated import Stated

MAX_FILE = 8 << 20
"""Largest file of parameters or checks."""


def stated(given: dict[str, Any]) -> Stated:
    """What the options state.

    Raises:
        UsageError: A file cannot be read, or an option is malformed.
    """
    checks: list[Any] = []
    metrics: dict[str, Any] = {}
    for path in given["checks"]:
        entries, numbers = _checks(path)
        checks += entries
        metrics |= numbers
    rights = {key: given[key] for key in ("license", "holder", "attribution")}
    runner = {k: given[f"runner_{k}"] for k in ("type", "host", "user")}
    plain = ("pipeline", "commit", "repo", "status", "error", "inputs", "outputs")
    labels = ("label", "input_label")
    trace = ("job_id", "correlation_id", "parent_run_id", "catalogs")
    return Stated(
        **{key: given[key] for key in (*plain, *labels, *trace)},
        params=_params(given["params"], given["no_params"]),
        checks=checks,
        metrics=metrics,
        tools=dict(_tool(text) for text in given["tools"]),
        rights={key: value for key, value in rights.items() if value is not None},
        runner={key: value for key, value in runner.items() if value is not None},
        started_at=_moment("--started-at", given["started_at"]),
        ended_at=_moment("--ended-at", given["ended_at"]),
        supersedes=_supersedes(given["supersedes"], given["reason"]),
    )


def _moment(option: str, text: str | None) -> dt.datetime | None:
    if text is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or "T" not in text.upper():
        raise UsageError(
            f"{option} is not a time with a time zone.",
            code="TIME_INVALID",
            got=text,
            wanted="such as 2026-02-18T00:00:00Z or 2026-02-17T18:00:00-06:00",
        )
    return moment.astimezone(dt.UTC)


def _json(path: str) -> Any:
    from kfm_gates.evidence import files, strict_json

    try:
        return strict_json.loads(files.read_regular(path, MAX_FILE), file=path)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}.", code="FILE_UNREADABLE", file=path
        ) from error
    except EvidenceError as error:
        raise UsageError(
            error.message, code=error.code, file=path, line=error.line, wanted=error.wanted
        ) from error


def _params(path: str | None, none: bool) -> dict[str, Any] | None:
    if path is None:
        return {} if none else None
    if none:
        raise UsageError("--params and --no-params exclude each other.", code="USAGE")
    params = _json(path)
    if not isinstance(params, dict):
        raise UsageError("The parameters are not an object.", code="PARAMS_INVALID", file=path)
    return params


def _checks(path: str) -> tuple[list[Any], dict[str, Any]]:
    data = _json(path)
    metrics: Any = {}
    if isinstance(data, dict) and "gates" in data and set(data) <= {"gates", "metrics"}:
        metrics = data.get("metrics", {})
        data = data["gates"]
    if isinstance(data, list) and isinstance(metrics, dict):
        return data, metrics
    raise UsageError(
        "The checks are malformed.",
        code="CHECK_INVALID",
        file=path,
        wanted='[{"name": "rows", "observed": 105, "threshold": {"min": 1}}], or an object with '
        '"gates" (such a list) and "metrics"',
    )


def _tool(text: str) -> tuple[str, str]:
    name, equals, version = text.partition("=")
    if not (name and equals and version):
        raise UsageError(
            "--tool is not NAME=VERSION.", code="USAGE", got=text, wanted="such as gdal=3.9.2"
        )
    return name, version


def _supersedes(run_id: str | None, reason: str | None) -> tuple[str, str] | None:
    if run_id is None and reason is None:
        return None
    if run_id is None or reason is None:
        raise UsageError("--supersedes and --reason belong together.", code="USAGE")
    return run_id, reason

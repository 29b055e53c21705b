"""kfm-gates: the promotion gate of a data lake.

    import kfm_gates

    report = kfm_gates.check("data/work/runs/kansas_counties/01JD…", profile="promotion")
    report.raise_for_verdict()          # VerdictFailed or VerdictUnavailable
    print(report.render("text"))

    with kfm_gates.record_run("kansas_counties", pipeline="pipelines/counties") as run:
        run.input("data/raw/counties.topojson")
        run.output(run.artifacts / "counties.geojson", media_type="application/geo+json")

Importing this module imports nothing heavy; each name is loaded when it is first used.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from kfm_gates.errors import (
    EvidenceError,
    EvidenceInvalid,
    EvidenceMissing,
    EvidenceUnreadable,
    KfmGatesError,
    OutputError,
    PolicyError,
    RecorderError,
    UsageError,
    VerdictError,
    VerdictFailed,
    VerdictUnavailable,
)
from kfm_gates.model import Finding, GateResult, GateStatus, Level, Verdict

if TYPE_CHECKING:
    import datetime as dt

    from kfm_gates.record import RunRecorder, build_catalogs, record_run
    from kfm_gates.report import Report
    from kfm_gates.runner import Checker, Paths

__version__ = "0.1.0"

__all__ = [
    # checking
    "check",
    "lint",
    "run_gates",
    "Checker",
    "Report",
    # recording
    "record_run",
    "RunRecorder",
    "build_catalogs",
    # vocabulary
    "Finding",
    "GateResult",
    "GateStatus",
    "Level",
    "Verdict",
    # errors
    "KfmGatesError",
    "UsageError",
    "EvidenceError",
    "EvidenceMissing",
    "EvidenceInvalid",
    "EvidenceUnreadable",
    "PolicyError",
    "OutputError",
    "RecorderError",
    "VerdictError",
    "VerdictFailed",
    "VerdictUnavailable",
    "__version__",
]

_LAZY = {
    "Checker": "kfm_gates.runner",
    "Report": "kfm_gates.report",
    "RunRecorder": "kfm_gates.record",
    "build_catalogs": "kfm_gates.record",
    "record_run": "kfm_gates.record",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})


def check(paths: Paths, profile: str | None = None, **options: Any) -> Report:
    """Check runs and return the report.

    Args:
        paths: A run directory, a run id, a family directory, or several of them.
        profile: Name of the profile; None lets `.kfm/` choose, else `local`.
        **options: `all_runs`, `since` and `progress` go to `Checker.check`, everything else
            (`root`, `opa`, `policy_dir`, `now`, `trusted_ref`, ...) to `Checker`.

    Raises:
        UsageError: The call or the configuration is wrong. Bad evidence does not raise: it is
            in the report; use `Report.raise_for_verdict`.
    """
    from kfm_gates.runner import Checker

    how = {key: options.pop(key) for key in ("all_runs", "since", "progress") if key in options}
    return Checker(profile, **options).check(paths, **how)


def lint(
    paths: Paths,
    *,
    as_kind: str | None = None,
    root: str | os.PathLike[str] | None = None,
    now: dt.datetime | None = None,
) -> Report:
    """Say whether single documents are in order. This is no decision about a run.

    Args:
        paths: Receipts, logs, catalogs, files of `.kfm/`, or folders of these.
        as_kind: What the files are, where it cannot be seen; `kfm-gates lint --help` lists kinds.
        root: Folder inside which references resolve; None for the lake or run around a file.
        now: The time of the question, timezone-aware.

    Returns:
        A report whose `question` is `lint` and which is never promotable.

    Raises:
        UsageError: A path does not exist, or a file is of no known kind.
    """
    from kfm_gates.linter import session

    return session.lint(paths, as_kind=as_kind, root=root, now=now)


def run_gates(path: str | os.PathLike[str], ids: Iterable[str], **options: Any) -> list[GateResult]:
    """Run single gates on one run, for other pipelines. There is no verdict.

    Args:
        path: A run directory or a run id.
        ids: Gate ids, e.g. `["integrity"]`; `kfm-gates explain` lists them.
        **options: As for `Checker`.

    Raises:
        UsageError: The path is not one run; a gate does not exist or cannot run alone.
        EvidenceUnreadable: The run cannot be opened.
    """
    from kfm_gates.runner import Checker

    return Checker(None, **options).run_gates(path, ids)

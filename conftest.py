"""In CI nothing is skipped unless it is listed here: a test that did not run proved nothing.

And the long files start first, so that no worker waits for them at the end.
"""

from __future__ import annotations

import os
import re
from collections.abc import Generator

import pytest

IN_CI = os.environ.get("CI", "") not in ("", "0", "false")
"""Read once: tests run with `CI` removed."""

ALLOWED_IN_CI = {
    r"permissions do not bind root": "CI runs as root, developers mostly do not",
    r"the shared material is not beside the checkout": "only some machines have it",
}
"""Reasons for a skip, as regular expressions, that are accepted where `CI` is set."""


LONG = (
    "test_corpus.py",
    "test_corpus_catalogs.py",
    "test_action_whole.py",
    "test_wheel.py",
    "test_mutate.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first; the order within a file stays."""
    order = {name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: order.get(item.path.name, len(LONG)))


def refusal(reason: str) -> str | None:
    """Why a skip is not accepted, None where it is."""
    if not IN_CI:
        return None
    if any(re.search(pattern, reason) for pattern in ALLOWED_IN_CI):
        return None
    return f"skipped in CI, and conftest.py does not list it: {reason}"


def _refuse(report: pytest.TestReport | pytest.CollectReport) -> None:
    if not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if message := refusal(reason):
        report.outcome = "failed"
        report.longrepr = message


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip of a test into its failure."""
    report = yield
    _refuse(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn the skip of a whole module into an error of its collection."""
    report = yield
    _refuse(report)
    return report

"""Documents to lint: the good run of the gates, and a lake with a `.kfm/`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

# The good run and its catalogs are written by one module for gates and lint alike.
sys.path.insert(0, str(Path(__file__).parents[1] / "gates"))

import goodrun
from lint_documents import KFM, write

from kfm_gates.linter.session import lint
from kfm_gates.report import Report

NOW = goodrun.NOW


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """The good run in a lake of its own, without catalogs."""
    return goodrun.write(tmp_path / "lake")


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    """A lake with a `.kfm/` in order."""
    for path, text in KFM.items():
        write(tmp_path / "kfm" / path, text)
    return tmp_path / "kfm"


@pytest.fixture
def look() -> Callable[..., Report]:
    """Lint at the time of the good run."""

    def call(*paths: Path | str, **options: Any) -> Report:
        return lint(list(paths), **{"now": NOW, **options})

    return call

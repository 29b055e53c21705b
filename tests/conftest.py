"""Shared fixtures: OPA, and the example as a lake of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
EXAMPLE = PROJECT / "examples" / "kansas_counties"


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a machine or a CI service sets must not decide what a test sees."""
    for name in ("NO_COLOR", "FORCE_COLOR", "CI", "KFM_KILL_SWITCH"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def example_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the example pipeline in a lake of its own, in a repository of its own. Read only."""
    lake = tmp_path_factory.mktemp("example") / "lake"
    return record_example(lake)


def record_example(lake: Path) -> Path:
    """Copy the example to `lake`, commit it, run its pipeline; return the run directory."""
    shutil.copytree(EXAMPLE, lake, ignore=shutil.ignore_patterns("work", "__pycache__"))
    git = ("git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-C", str(lake))
    clean = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")} | {"CI": ""}
    for command in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "example")):
        subprocess.run((*git, *command), check=True, env=clean)
    subprocess.run(
        (sys.executable, str(EXAMPLE / "pipeline.py"), "--lake", str(lake)),
        check=True,
        env=clean | {"PYTHONPATH": str(PROJECT)},
        stdout=subprocess.DEVNULL,
    )
    (run,) = (lake / "data" / "work" / "runs" / "kansas_counties").iterdir()
    return run

"""A small lake without git, and a recorder for it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from record_helpers import COMMIT, FAMILY, RAW, Record

from kfm_gates.record import RunRecorder, record_run

# A busy machine is no defect.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    """A lake root with one raw file."""
    root = tmp_path / "lake"
    source = root / RAW
    source.parent.mkdir(parents=True)
    source.write_bytes(b"id,n\n1,2\n")
    return root.resolve()


@pytest.fixture
def record(lake: Path) -> Record:
    """`record_run` for that lake with everything that it asks for."""

    def start(**arguments: Any) -> AbstractContextManager[RunRecorder]:
        given = {"pipeline": "pipelines/demo", "commit": COMMIT, "root": lake} | arguments
        return record_run(FAMILY, **given)

    return start


@pytest.fixture
def family_file(lake: Path) -> Callable[[str], None]:
    """Write `.kfm/families/demo_family.yaml`."""

    def write(text: str) -> None:
        path = lake / ".kfm" / "families" / f"{FAMILY}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"schema_version: family/v1\n{text}", encoding="utf-8")

    return write

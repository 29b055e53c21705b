"""What the tests of the recorder share: names, and looking at what was written."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeVar

import pytest

from kfm_gates.errors import RecorderError
from kfm_gates.record import RunRecorder

COMMIT = "0123456789ab"
FAMILY = "demo_family"
RAW = "data/raw/demo_family/rows.csv"

Record = Callable[..., AbstractContextManager[RunRecorder]]
E = TypeVar("E", bound=BaseException)


def failing(
    record: Record,
    block: Callable[[RunRecorder], object],
    error: type[E] = RecorderError,  # type: ignore[assignment]
    **arguments: Any,
) -> tuple[RunRecorder, E]:
    """Record a run whose block or end raises; the run and what came out of it."""
    runs: list[RunRecorder] = []

    def play() -> None:
        with record(**arguments) as run:
            runs.append(run)
            block(run)

    with pytest.raises(error) as caught:
        play()
    return runs[0], caught.value


def document(run: Path, name: str) -> dict[str, Any]:
    """A receipt of a run."""
    data: dict[str, Any] = json.loads((run / f"{name}.json").read_bytes())
    return data


def log(run: Path) -> list[dict[str, Any]]:
    """The lines of the log of a run."""
    return [json.loads(line) for line in (run / "logs" / "run.jsonl").read_bytes().splitlines()]


def sha256(path: Path) -> str:
    """Hex digest of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def only_run(lake: Path) -> Path:
    """The only run of the lake."""
    (run,) = (lake / "data" / "work" / "runs" / FAMILY).iterdir()
    return run


def sha256sum(run: Path) -> subprocess.CompletedProcess[bytes]:
    """Let the system's own tool verify the seal."""
    return subprocess.run(
        ("sha256sum", "--strict", "--check", "--quiet", "checksums.sha256"),
        cwd=run,
        capture_output=True,
        check=False,
    )

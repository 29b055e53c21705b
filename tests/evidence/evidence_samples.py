"""A small valid run in its lake, written anew for every test that changes it."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kfm_gates.errors import KfmGatesError
from kfm_gates.evidence import seal
from kfm_gates.evidence.run_dir import Run
from kfm_gates.model import Layout

RUN_ID = "01KHQZ2C80Q1V5A7M3TB6XJ4NE"
FAMILY = "example_dataset"
RELPATH = f"data/work/runs/{FAMILY}/{RUN_ID}"
RAW = b"geoid,name\n20001,Allen\n"
OUTPUT = b'{"type":"FeatureCollection","features":[]}'


def digest(raw: bytes) -> str:
    return f"sha256:{hashlib.sha256(raw).hexdigest()}"


RUN_RECORD: dict[str, Any] = {
    "run_id": RUN_ID,
    "dataset_family": FAMILY,
    "pipeline_id": "pipelines/example_dataset",
    "git_commit": "abcdef123456",
    "started_at": "2026-02-18T00:00:00Z",
    "ended_at": "2026-02-18T00:10:00Z",
    "status": "success",
    "runner": {"type": "ci", "host": "worker-1", "user": "svc-etl"},
}
RUN_MANIFEST: dict[str, Any] = {
    "run_id": RUN_ID,
    "spec_hash": digest(b"spec"),
    "inputs": [{"path": "data/raw/source.csv", "digest": digest(RAW), "role": "primary"}],
    "outputs": [
        {"path": f"{RELPATH}/artifacts/out.geojson", "digest": digest(OUTPUT), "role": "primary"}
    ],
    "params": {"crs_target": "EPSG:4326", "join_keys": ["geoid"]},
}
VALIDATION_REPORT: dict[str, Any] = {
    "run_id": RUN_ID,
    "overall_status": "pass",
    "gates": [{"name": "schema", "status": "pass", "details": {}}],
    "policy": {"labels_emitted": ["public"], "redactions_applied": False},
}
LOG_LINE: dict[str, Any] = {
    "timestamp": "2026-02-18T00:00:00Z",
    "run_id": RUN_ID,
    "event": "start",
    "status": "started",
}
SAMPLES = {
    "run_record": RUN_RECORD,
    "run_manifest": RUN_MANIFEST,
    "validation_report": VALIDATION_REPORT,
    "log_line": LOG_LINE,
}


def sample(name: str) -> dict[str, Any]:
    return copy.deepcopy(SAMPLES[name])


def attempt(
    call: Callable[..., Any], *args: Any, **kwargs: Any
) -> tuple[Any, KfmGatesError | None]:
    """The value of a call, or the error of ours that it raised; any other one ends the test."""
    try:
        return call(*args, **kwargs), None
    except KfmGatesError as error:
        return None, error


class Lake:
    """A lake root with one run."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.run = root / RELPATH
        self.write("logs/run.jsonl", json.dumps(LOG_LINE).encode() + b"\n")
        self.write("artifacts/out.geojson", OUTPUT)
        for name in ("run_record", "run_manifest", "validation_report"):
            self.write(f"{name}.json", json.dumps(SAMPLES[name], indent=2).encode())
        self.raw = root / "data/raw/source.csv"
        self.raw.parent.mkdir(parents=True)
        self.raw.write_bytes(RAW)
        self.seal()

    def write(self, relpath: str, raw: bytes) -> Path:
        path = self.run / relpath
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
        return path

    def receipt(self, name: str, **changes: Any) -> None:
        """Write a receipt with changed fields; None takes a field away."""
        data = sample(name) | changes
        data = {key: value for key, value in data.items() if value is not None}
        self.write(f"{name}.json", json.dumps(data, indent=2).encode())

    def seal(self) -> None:
        pairs = []
        for path in self.run.rglob("*"):
            relpath = path.relative_to(self.run).as_posix()
            if path.is_file() and not path.is_symlink() and seal.covers(relpath, Layout()):
                pairs.append((relpath, hashlib.sha256(path.read_bytes()).hexdigest()))
        self.write("checksums.sha256", seal.render(pairs))

    def open(self) -> Run:
        return Run.open(self.run, root=self.root, layout=Layout())

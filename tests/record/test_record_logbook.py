from __future__ import annotations

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kfm_gates.evidence import json_schema
from kfm_gates.record.logbook import Logbook
from kfm_gates.times import parse

RUN_ID = "01KHQZ2C80Q1V5A7M3TB6XJ4NE"
START = dt.datetime(2026, 2, 18, tzinfo=dt.UTC)


class Clock:
    """Says what it is told to, one reading after the other, then the last one for ever."""

    def __init__(self, *seconds: float) -> None:
        self.seconds = list(seconds) or [0.0]

    def __call__(self) -> dt.datetime:
        now = self.seconds.pop(0) if len(self.seconds) > 1 else self.seconds[0]
        return START + dt.timedelta(seconds=now)


def book(tmp_path: Path, clock: Clock | None = None) -> Logbook:
    return Logbook(tmp_path / "run.jsonl", {"run_id": RUN_ID}, clock or Clock())


def test_lines_are_there_while_the_run_lasts(tmp_path: Path) -> None:
    log = book(tmp_path)
    log.line("start", at=START, status="started")
    (raw,) = (tmp_path / "run.jsonl.part").read_bytes().splitlines()
    assert json.loads(raw) == {
        "timestamp": "2026-02-18T00:00:00Z",
        "event": "start",
        "run_id": RUN_ID,
        "status": "started",
    }
    log.abandon()
    assert not (tmp_path / "run.jsonl").exists()


def test_it_gets_its_name_once(tmp_path: Path) -> None:
    log = book(tmp_path)
    for n in range(50):
        log.line("step", message=f"é {n}\n")
    log.close()
    raw = (tmp_path / "run.jsonl").read_bytes()
    log.close()
    log.abandon()
    assert (tmp_path / "run.jsonl").read_bytes() == raw
    assert [p.name for p in tmp_path.iterdir()] == ["run.jsonl"]


def test_time_never_runs_backwards(tmp_path: Path) -> None:
    log = book(tmp_path, Clock(5, 3, 4, 9, 8))
    for _ in range(5):
        log.line("step")
    log.close()
    moments = [
        parse(json.loads(line)["timestamp"])
        for line in (tmp_path / "run.jsonl").read_bytes().splitlines()
    ]
    assert moments == sorted(moments)
    assert (moments[1] - START).total_seconds() == 5
    assert (moments[-1] - START).total_seconds() == 9


def test_lines_of_many_threads_do_not_mix(tmp_path: Path) -> None:
    log = book(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: log.line("step", message="x" * 500, stage=f"{n}"), range(200)))
    log.close()
    lines = [json.loads(line) for line in (tmp_path / "run.jsonl").read_bytes().splitlines()]
    assert sorted(int(line["stage"]) for line in lines) == list(range(200))
    assert all(json_schema.validate("log_line", line) == [] for line in lines)


def test_an_existing_log_is_never_continued(tmp_path: Path) -> None:
    (tmp_path / "run.jsonl.part").write_text("")
    with pytest.raises(FileExistsError):
        book(tmp_path)

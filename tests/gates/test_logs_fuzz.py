"""The gate logs under lines that nobody would write: it answers, it never breaks."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import goodrun
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kfm_gates.gates import _log_reader, all_gates
from kfm_gates.gates._log_dump import dump_in
from kfm_gates.model import GateStatus

GATE = all_gates()["logs"]
TIMES = st.integers(0, 700).map(
    lambda s: (dt.datetime(2026, 2, 18, 8, 44) + dt.timedelta(seconds=s)).isoformat() + "Z"
)
LINES = st.fixed_dictionaries(
    {
        "timestamp": TIMES,
        "run_id": st.sampled_from([goodrun.RUN_ID, "01KHQZ2C80Q1V5A7M3TB6XJ4NF"]),
        "event": st.sampled_from(["start", "finish", "step", "error"]),
    },
    optional={
        "status": st.sampled_from(["queued", "started", "succeeded", "failed", "skipped"]),
        "stage": st.sampled_from(["Watcher", "Publish", "Validation", "other"]),
        "duration_ms": st.floats(0, 1e9),
        "error": st.just({"message": "x"}),
        "x_any": st.recursive(
            st.none() | st.booleans() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=2)
                | st.dictionaries(st.sampled_from(["body", "a/b", "headers", ""]), inner)
            ),
            max_leaves=4,
        ),
    },
)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lake")


@settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.lists(LINES, max_size=8))
def test_random_stories(lake: Path, lines: list[dict[str, Any]]) -> None:
    """Only a story with one start, one finish and both in their places is believed."""
    run = goodrun.write(lake, goodrun.Case(files={"logs/run.jsonl": lines}))
    result = GATE.run(goodrun.context(run, lake))
    assert result.status in (GateStatus.PASS, GateStatus.FAIL), result.error
    if result.status is GateStatus.PASS:
        own = [line for line in lines if "stage" not in line]
        assert [line["event"] for line in own].count("start") == 1
        assert own[-1] is lines[-1]
        assert (own[-1]["event"], own[-1]["status"]) == ("finish", "succeeded")
        assert sorted(lines, key=lambda line: str(line["timestamp"])) == lines
        assert {line["run_id"] for line in lines} == {goodrun.RUN_ID}
    else:
        assert result.findings


@settings(max_examples=100, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=200))
def test_random_bytes(lake: Path, raw: bytes) -> None:
    run = goodrun.write(lake, goodrun.Case())
    (run / "logs" / "run.jsonl").write_bytes(raw)
    result = GATE.run(goodrun.context(run, lake))
    assert result.status in (GateStatus.FAIL, GateStatus.ERROR)
    assert result.findings
    assert all(finding.code != "GATE_CRASHED" for finding in result.findings)


def test_one_bad_logger_does_not_flood_the_report(tmp_path: Path) -> None:
    bad = [{"event": "step"}] * 500
    case = goodrun.Case(files={"logs/bad.jsonl": bad})
    result = GATE.run(goodrun.context(goodrun.write(tmp_path, case), tmp_path))
    assert len(result.findings) == 21
    assert "480 more" in result.findings[-1].message
    case = goodrun.Case(files={"logs/bad.jsonl": bad[:20]})
    result = GATE.run(goodrun.context(goodrun.write(tmp_path, case), tmp_path))
    assert len(result.findings) == 20
    early = goodrun.good_files()["logs/run.jsonl"][1] | {"timestamp": "2026-02-18T08:00:00Z"}
    case = goodrun.Case(files={"logs/bad.jsonl": [early] * 100})
    result = GATE.run(goodrun.context(goodrun.write(tmp_path, case), tmp_path))
    assert len(result.findings) == 21


@pytest.mark.parametrize(("limit", "value"), [("MAX_BYTES", 1000), ("MAX_LINES", 4)])
def test_all_logs_together_are_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    """No log is too large, all of them are; also those in artifacts/ count."""
    step = goodrun.good_files()["logs/run.jsonl"][1]
    case = goodrun.Case(files={"artifacts/event_log.jsonl": [step, step]})
    context = goodrun.context(goodrun.write(tmp_path, case), tmp_path)
    assert GATE.run(context).status is GateStatus.PASS
    monkeypatch.setattr(_log_reader, limit, value)
    result = GATE.run(context)
    assert {finding.code for finding in result.findings} == {"LOG_TOO_LARGE"}
    assert result.status is GateStatus.FAIL


def test_many_dumps_do_not_flood_the_report(tmp_path: Path) -> None:
    step = goodrun.good_files()["logs/run.jsonl"][1] | {"x_headers": {"a": "b"}}
    case = goodrun.Case(files={"logs/bad.jsonl": [step] * 100})
    result = GATE.run(goodrun.context(goodrun.write(tmp_path, case), tmp_path))
    assert len(result.findings) == 21
    assert "80 more" in result.findings[-1].message


def test_malformed_lines_are_not_repeated(tmp_path: Path) -> None:
    secret = "correct horse battery staple"
    bad = {"event": secret, "password": secret, "level": secret}
    case = goodrun.Case(files={"logs/bad.jsonl": [bad]})
    result = GATE.run(goodrun.context(goodrun.write(tmp_path, case), tmp_path))
    assert result.findings
    assert secret not in repr(result.findings)


def test_unreadable_logs_are_errors_not_passes(tmp_path: Path) -> None:
    run = goodrun.write(tmp_path)
    context = goodrun.context(run, tmp_path)
    (run / "logs" / "run.jsonl").write_bytes(b"changed after the listing\n")
    assert GATE.run(context).status is GateStatus.ERROR
    (run / "logs" / "run.jsonl").unlink()
    assert GATE.run(dataclasses.replace(context)).status is GateStatus.ERROR
    assert all_gates()["secrets"].run(context).status is GateStatus.ERROR


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ({"x_headers": {"a": "b"}}, "/x_headers"),
        ({"x_a": [{"X-Response-Body": "b"}]}, "/x_a/0/X-Response-Body"),
        ({"x_environ": {"PATH": "/bin"}}, "/x_environ"),
        ({"x_payload": ["a"]}, "/x_payload"),
        ({"message": "GET /a HTTP/1.1\nHost: kgs.ku.edu"}, "/message"),
        ({"x_headers": {}}, None),
        ({"x_body": 12, "x_payload": True, "x_headers": None}, None),
        ({"x_environment": "staging"}, None),
        ({"message": "GET /a HTTP/1.1 gave 200"}, None),
        ({"x_body_bytes": "12", "x_bodywork": "b"}, None),
    ],
)
def test_dumps(line: dict[str, Any], place: str | None) -> None:
    assert dump_in(line) == place

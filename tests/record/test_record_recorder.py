from __future__ import annotations

import datetime as dt
import getpass
import inspect
import json
import logging
import platform
import socket
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from record_helpers import (
    COMMIT,
    FAMILY,
    RAW,
    Record,
    document,
    failing,
    log,
    only_run,
    sha256,
    sha256sum,
)

import kfm_gates
from kfm_gates.errors import RecorderError, UsageError
from kfm_gates.evidence import json_schema, strict_json
from kfm_gates.evidence.run_dir import RECEIPTS, Run
from kfm_gates.model import Layout
from kfm_gates.record import RunRecorder, ids, record_run
from kfm_gates.record.settings import Settings
from kfm_gates.record.spec import spec_hash
from kfm_gates.times import parse, ulid_time


def whole(run: RunRecorder) -> None:
    """A block that leaves nothing out."""
    run.input(RAW)
    with run.open_output("rows.csv", media_type="text/csv") as file:
        file.write(b"n\n2\n")
    run.transform("drop_id", description="The column id is left out.")
    run.metric("rows", 1)
    run.check("rows", observed=1, threshold={"min": 1})
    run.log("one row", stage="Transform")


def test_the_example_of_the_documentation(record: Record, lake: Path) -> None:
    with record(params={"crs_target": "EPSG:4326", "join_keys": ["geoid"]}) as run:
        whole(run)
    assert run.path == only_run(lake)
    record_ = document(run.path, "run_record")
    assert record_ == {
        "schema_version": "run_record/v1",
        "run_id": run.path.name,
        "dataset_family": FAMILY,
        "pipeline_id": "pipelines/demo",
        "git_commit": COMMIT,
        "started_at": record_["started_at"],
        "ended_at": record_["ended_at"],
        "status": "success",
        "runner": {"type": "local", "host": socket.gethostname(), "user": getpass.getuser()},
    }
    manifest = document(run.path, "run_manifest")
    params = {"crs_target": "EPSG:4326", "join_keys": ["geoid"]}
    source = {"path": RAW, "digest": f"sha256:{sha256(lake / RAW)}", "role": "primary"}
    assert manifest == {
        "schema_version": "run_manifest/v1",
        "run_id": run.path.name,
        "spec_hash": spec_hash(manifest["spec"]),
        "spec": {
            "pipeline_id": "pipelines/demo",
            "params": params,
            "inputs": [source],
            "code": {"git_commit": COMMIT},
        },
        "inputs": [source],
        "outputs": [
            {
                "path": f"data/work/runs/{FAMILY}/{run.path.name}/artifacts/rows.csv",
                "role": "primary",
                "media_type": "text/csv",
                "digest": f"sha256:{sha256(run.artifacts / 'rows.csv')}",
                "size": 4,
            }
        ],
        "params": params,
        "versions": {
            "python": platform.python_version(),
            "kfm_gates": kfm_gates.__version__,
        },
        "transforms": [
            {
                "name": "drop_id",
                "kind": "transform",
                "description": "The column id is left out.",
            }
        ],
    }
    assert document(run.path, "validation_report") == {
        "schema_version": "validation_report/v1",
        "run_id": run.path.name,
        "overall_status": "pass",
        "gates": [{"name": "rows", "status": "pass", "observed": 1, "threshold": {"min": 1}}],
        "policy": {"labels_emitted": [], "redactions_applied": False},
        "metrics": {"rows": 1},
    }


def test_receipts_and_log_lines_fit_their_schemas(record: Record, lake: Path) -> None:
    with record(
        job_id="job-1",
        correlation_id="c-1",
        parent_run_id="01KHQZ2C80Q1V5A7M3TB6XJ4NE",
        supersedes=("01KHQZ2C80Q1V5A7M3TB6XJ4NF", "The source was cut off."),
        rights={"license": "CC0-1.0", "holder": "H", "attribution": "A", "source": "S"},
        sensitivity={"label": "public", "input_label": "internal"},
        target_zone="processed",
        extents={"bbox": [-102.1, 36.9, -94.6, 40.1]},
        versions={"gdal": "3.9"},
        dry_run=True,
        forced=True,
    ) as run:
        whole(run)
        run.transform("blur", "redaction")
    opened = Run.open(run.path, root=lake, layout=Layout())
    for name in RECEIPTS:
        assert opened.document(name).issues == ()
        assert opened.document(name).aliases == ()
    for line in log(run.path):
        assert json_schema.validate("log_line", line) == []
    record_ = document(run.path, "run_record")
    assert record_["supersedes"]["reason"] == "The source was cut off."
    assert (record_["dry_run"], record_["forced"]) == (True, True)
    assert record_["parent_run_id"] == run.parent
    report = document(run.path, "validation_report")
    assert report["policy"] == {"labels_emitted": ["public"], "redactions_applied": True}
    assert {line["correlation_id"] for line in log(run.path)} == {"c-1"}
    assert {line["job_id"] for line in log(run.path)} == {"job-1"}
    assert document(run.path, "run_manifest")["versions"]["gdal"] == "3.9"


def test_the_seal_covers_everything_and_others_can_verify_it(record: Record, lake: Path) -> None:
    with record() as run:
        whole(run)
        (run.logs / "notes.txt").write_text("by hand")
        for scratch in ("tmp", "cache", "staging"):
            (run.path / scratch).mkdir()
            (run.path / scratch / "x").write_text("scratch")
    opened = Run.open(run.path, root=lake, layout=Layout())
    sealed = opened.seal()
    assert set(sealed) == {
        *(f"{name}.json" for name in RECEIPTS),
        "artifacts/rows.csv",
        "logs/notes.txt",
        "logs/run.jsonl",
    }
    assert all(sealed[path] == opened.digest(path).sha256 for path in sealed)
    assert sha256sum(run.path).returncode == 0
    (run.path / "logs" / "notes.txt").write_text("changed")
    assert sha256sum(run.path).returncode != 0


def test_times_agree_everywhere(record: Record) -> None:
    with record() as run:
        whole(run)
    written = document(run.path, "run_record")
    started, ended = parse(written["started_at"]), parse(written["ended_at"])
    assert ulid_time(run.run_id) == started == run.started_at
    lines = log(run.path)
    assert (lines[0]["event"], lines[0]["status"]) == ("start", "started")
    assert (lines[-1]["event"], lines[-1]["status"]) == ("finish", "succeeded")
    assert parse(lines[0]["timestamp"]) == started
    assert parse(lines[-1]["timestamp"]) == ended
    assert lines[-1]["duration_ms"] == (ended - started) / dt.timedelta(milliseconds=1)
    moments = [parse(line["timestamp"]) for line in lines]
    assert moments == sorted(moments)


def test_a_clock_that_is_set_back(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    base = dt.datetime(2026, 2, 18, tzinfo=dt.UTC)
    readings = iter([0, -3600, -3600, 5, 4, 3, 2, 1, 0, -1])
    last = [0.0]

    def clock() -> dt.datetime:
        last[0] = next(readings, last[0])
        return base + dt.timedelta(seconds=last[0])

    monkeypatch.setattr(ids, "now", clock)
    with record() as run:
        whole(run)
    written = document(run.path, "run_record")
    assert written["started_at"] == "2026-02-18T00:00:00Z"
    assert parse(written["ended_at"]) >= base
    moments = [parse(line["timestamp"]) for line in log(run.path)]
    assert moments == sorted(moments)


def test_rights_and_label_come_from_the_family_file(
    record: Record, family_file: Callable[[str], None]
) -> None:
    family_file(
        "rights: {license: CC-BY-4.0, holder: The Office, attribution: 'Source: the office'}\n"
        "sensitivity: {label: internal, input_label: internal}\n"
    )
    with record(rights={"attribution": "Office, 2026"}, sensitivity="restricted") as run:
        whole(run)
    manifest = document(run.path, "run_manifest")
    assert manifest["rights"] == {
        "license": "CC-BY-4.0",
        "holder": "The Office",
        "attribution": "Office, 2026",
    }
    assert manifest["sensitivity"] == {"label": "restricted", "input_label": "internal"}
    report = document(run.path, "validation_report")
    assert report["policy"]["labels_emitted"] == ["restricted"]
    assert log(run.path)[0]["policy_label"] == "restricted"


def test_an_attribution_may_have_lines(record: Record) -> None:
    with record(rights={"attribution": "Source: the office.\nEdited."}) as run:
        whole(run)
    assert document(run.path, "run_manifest")["rights"] == {
        "attribution": "Source: the office.\nEdited."
    }


def test_what_nobody_states_is_not_invented(record: Record) -> None:
    with record() as run:
        whole(run)
    manifest = document(run.path, "run_manifest")
    assert not {"rights", "sensitivity", "target_zone", "extents"} & set(manifest)
    assert not {"job_id", "correlation_id", "parent_run_id"} & set(document(run.path, "run_record"))


def test_thresholds_come_from_the_family_file_and_from_the_caller(
    record: Record, family_file: Callable[[str], None]
) -> None:
    family_file("thresholds: {rows: {min: 2}, cells: {max: 4}}\n")
    with record(thresholds={"cells": {"equals": 5}}) as run:
        assert run.check("rows", observed=1) == "fail"
        assert run.check("cells", observed=5) == "pass"
        with pytest.raises(RecorderError):
            run.check("other", observed=5)
    gates = document(run.path, "validation_report")["gates"]
    assert [gate["threshold"] for gate in gates] == [{"min": 2}, {"equals": 5}]
    assert document(run.path, "validation_report")["overall_status"] == "fail"


@pytest.mark.parametrize(
    "arguments",
    [
        {"pipeline": ""},
        {"pipeline": "a\nb"},
        {"params": {"a": float("nan")}},
        {"params": {1: 2}},
        {"params": "EPSG:4326"},
        {"params": [1]},
        {"rights": {"licence": "CC0-1.0"}},
        {"rights": {"license": ""}},
        {"rights": {"license": 7}},
        {"rights": {"holder": "two\nlines"}},
        {"rights": {"attribution": "a\x00"}},
        {"sensitivity": "Public"},
        {"sensitivity": {"labels": "public"}},
        {"supersedes": "01KHQZ2C80Q1V5A7M3TB6XJ4NF"},
        {"supersedes": ("01KHQZ2C80Q1V5A7M3TB6XJ4NF", " ")},
        {"supersedes": ("old", "reason")},
        {"supersedes": ("01KHQZ2C80Q1V5A7M3TB6XJ4NF",)},
        {"commit": "HEAD"},
        {"commit": "0" * 40},
        {"runner": "laptop"},
        {"runner": {"type": "ci", "name": "x"}},
        {"runner": {"user": "a\x00b"}},
        {"versions": {"": "1"}},
        {"versions": {"gdal": ""}},
        {"job_id": ""},
        {"correlation_id": "a\r\nb"},
        {"parent_run_id": "x"},
        {"target_zone": "Processed"},
        {"extents": {"x": float("inf")}},
    ],
    ids=str,
)
def test_what_cannot_be_recorded_is_refused_before_anything_is_created(
    record: Record, lake: Path, arguments: dict[str, Any]
) -> None:
    with pytest.raises(RecorderError):
        record(**arguments).__enter__()
    assert not (lake / "data" / "work").exists()


def test_a_family_has_a_name(lake: Path) -> None:
    with pytest.raises(RecorderError):
        record_run("../../x", pipeline="p", root=lake, commit=COMMIT).__enter__()


def test_an_invalid_family_file_is_refused(
    record: Record, family_file: Callable[[str], None]
) -> None:
    family_file("licence: CC0-1.0\n")
    with pytest.raises(UsageError):
        record().__enter__()


def test_nothing_happens_before_the_block(record: Record, lake: Path) -> None:
    record()
    assert not (lake / "data" / "work").exists()


def test_a_run_is_never_recorded_twice(
    record: Record, lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with record() as run:
        whole(run)
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    monkeypatch.setattr(ids, "new_run_id", lambda moment: run.run_id)
    with pytest.raises(RecorderError) as caught:
        record().__enter__()
    assert caught.value.code == "RUN_EXISTS"
    assert before == {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}


def test_many_recorders_at_once(record: Record, lake: Path) -> None:
    def one(n: int) -> None:
        with record(params={"n": n}) as run:
            whole(run)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(24)))
    runs = list((lake / "data" / "work" / "runs" / FAMILY).iterdir())
    assert len(runs) == 24
    assert {document(run, "run_manifest")["params"]["n"] for run in runs} == set(range(24))
    assert all(sha256sum(run).returncode == 0 for run in runs)


def test_one_recorder_in_many_threads(record: Record) -> None:
    def work(run: RunRecorder, n: int) -> None:
        with run.open_output(f"part-{n}.bin") as file:
            file.write(bytes([n]) * 10_000)
        run.metric(f"size_{n}", 10_000)
        run.check(f"size_{n}", observed=10_000, threshold={"equals": 10_000})
        run.log(f"part {n}")

    with record() as run:
        run.input(RAW)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda n: work(run, n), range(60)))
    assert len(document(run.path, "run_manifest")["outputs"]) == 60
    assert len(document(run.path, "validation_report")["gates"]) == 60
    assert sum(line.get("message", "").startswith("part ") for line in log(run.path)) == 60
    assert sha256sum(run.path).returncode == 0


def test_the_run_is_over_after_the_block(record: Record) -> None:
    with record() as run:
        whole(run)
    before = sha256(run.path / "checksums.sha256")
    for late in (
        lambda: run.input(RAW, role="late"),
        lambda: run.open_output("late"),
        lambda: run.metric("late", 1),
        lambda: run.check("late", "pass"),
        lambda: run.log("late"),
        lambda: run.transform("late"),
    ):
        with pytest.raises(RecorderError) as caught:
            late()
        assert caught.value.code == "RUN_OVER"
    assert sha256(run.path / "checksums.sha256") == before
    assert sha256sum(run.path).returncode == 0


def test_metrics_are_finite_and_said_once(record: Record) -> None:
    with record() as run:
        run.metric("rows", 3)
        run.metric("rows", 3)
        for name, value in (("rows", 4), ("x", float("nan")), ("x", True), ("x", "3"), ("", 1)):
            with pytest.raises(RecorderError):
                run.metric(name, value)
    assert document(run.path, "validation_report")["metrics"] == {"rows": 3}


def test_a_check_is_said_once(record: Record) -> None:
    with record() as run:
        run.check("rows", "pass")
        with pytest.raises(RecorderError) as caught:
            run.check("rows", "pass")
    assert caught.value.code == "CHECK_DUPLICATE"


def test_log_lines(record: Record) -> None:
    with record() as run:
        run.log("x" * 10_000, level="debug")
        run.log("a\x1b[31m\x00b\ud800\nc", stage="Validation", level="error")
        run.log("")
        for arguments in ({"level": "fatal"}, {"stage": ""}, {"stage": "a\nb"}):
            with pytest.raises(RecorderError):
                run.log("x", **arguments)
    first, second, third = log(run.path)[2:5]
    assert len(first["message"]) == 4000
    assert first["level"] == "debug"
    assert (second["event"], second["stage"]) == ("error", "Validation")
    assert second["message"] == "a\ufffd[31m\ufffdb\\ud800\nc" == second["error"]["message"]
    assert third["message"] == "(empty)"


def test_what_the_gates_will_refuse_is_pointed_out(
    record: Record, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING), record() as run:
        (run.artifacts / "stray").write_text("x")
        for n in range(20):
            (run.artifacts / f"stray{n}").write_text("x")
        (run.artifacts / "link").symlink_to("stray")
    said = " ".join(line["message"] for line in log(run.path) if line.get("level") == "warning")
    for word in (
        "rights.license",
        "input_label",
        "stray",
        "no input",
        "no output",
        "no check",
        "symbolic link",
    ):
        assert word in said
        assert word in caplog.text
    assert sha256sum(run.path).returncode == 0


def test_an_unlisted_family_is_pointed_out(record: Record, lake: Path) -> None:
    (lake / ".kfm").mkdir()
    (lake / ".kfm" / "gates.yaml").write_text(
        "schema_version: project/v1\nfamilies: [{pattern: 'other_*'}]\n"
    )
    with record() as run:
        whole(run)
    assert any(FAMILY in line.get("message", "") for line in log(run.path))


def test_the_layout_of_the_lake_is_followed(record: Record, lake: Path) -> None:
    (lake / ".kfm").mkdir()
    (lake / ".kfm" / "gates.yaml").write_text(
        "schema_version: project/v1\nlayout: {runs: lake/runs}\nzones: {raw: lake/raw}\n"
    )
    (lake / "lake" / "raw").mkdir(parents=True)
    (lake / "lake" / "raw" / "a").write_text("x")
    with record() as run:
        run.input("lake/raw/a")
        with pytest.raises(RecorderError):
            run.input(RAW)
    assert run.path.parent == lake / "lake" / "runs" / FAMILY


def test_the_lake_root_is_found_from_here(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(lake / "data" / "raw")
    with record_run(FAMILY, pipeline="p", commit=COMMIT) as run:
        whole(run)
    assert run.path == only_run(lake)


def test_the_runner_is_ci_where_ci_is_set(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = {}
    for value in ("true", "1", "", "false", "0"):
        monkeypatch.setenv("CI", value)
        with record() as run:
            whole(run)
        seen[value] = document(run.path, "run_record")["runner"]["type"]
    assert seen == {"true": "ci", "1": "ci", "": "local", "false": "local", "0": "local"}
    with record(runner={"type": "cluster", "host": "node7", "user": "svc-etl"}) as run:
        whole(run)
    assert document(run.path, "run_record")["runner"] == {
        "type": "cluster",
        "host": "node7",
        "user": "svc-etl",
    }


def test_a_user_without_a_name(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr(getpass, "getuser", nobody)
    with record() as run:
        whole(run)
    assert document(run.path, "run_record")["runner"]["user"].startswith("uid-")


def git(lake: Path, *arguments: str) -> str:
    """Run git in the lake."""
    who = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    return subprocess.run(
        ("git", *who, *arguments), cwd=lake, check=True, capture_output=True, text=True
    ).stdout.strip()


def test_the_commit_is_that_of_the_repository(record: Record, lake: Path) -> None:
    git(lake, "init", "-q")
    with pytest.raises(RecorderError) as caught:
        record(commit=None).__enter__()
    assert caught.value.code == "COMMIT_UNKNOWN"
    git(lake, "add", ".")
    git(lake, "commit", "-qm", "x")
    with record(commit=None) as run:
        whole(run)
    first = document(run.path, "run_record")
    assert first["git_commit"] == git(lake, "rev-parse", "HEAD")
    assert "git_dirty" not in first
    (lake / RAW).write_bytes(b"changed")
    with record(commit=None) as run:
        whole(run)
    second = document(run.path, "run_record")
    assert second["git_dirty"] is True
    assert any("work tree" in line.get("message", "") for line in log(run.path))


def test_without_a_repository_the_commit_has_to_be_given(record: Record, lake: Path) -> None:
    with pytest.raises(RecorderError) as caught:
        record(commit=None).__enter__()
    assert caught.value.code == "COMMIT_UNKNOWN"
    assert "commit=" in (caught.value.fix or "")
    assert not (lake / "data" / "work").exists()


def test_another_repository(record: Record, lake: Path) -> None:
    repo = "https://github.com/example/pipelines"
    with record(repo=repo) as run:
        whole(run)
    assert document(run.path, "run_record")["code"] == {"repo": repo}
    for arguments in (
        {"repo": "https://u:hunter2@example.org/x"},
        {"repo": "pipelines"},
        {"repo": "https://example.org/a b"},
        {"repo": repo, "commit": None},
    ):
        with pytest.raises(RecorderError) as caught:
            record(**arguments).__enter__()
        assert "hunter2" not in f"{caught.value.message}{caught.value.got}{caught.value.wanted}"


def test_a_manifest_that_nobody_could_read_again(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strict_json, "MAX_BYTES", 1000)
    run, error = failing(record, whole)
    assert error.code == "RECEIPT_TOO_LARGE"
    assert not (run.path / "checksums.sha256").exists()


def test_a_run_that_raises(record: Record) -> None:
    def block(run: RunRecorder) -> None:
        whole(run)
        raise ValueError("no such column: geoid")

    run, error = failing(record, block, ValueError)
    assert getattr(error, "__notes__", []) == []
    written = document(run.path, "run_record")
    assert written["status"] == "failed"
    assert written["error"] == {"type": "ValueError", "message": "no such column: geoid"}
    last = log(run.path)[-1]
    assert (last["event"], last["status"]) == ("finish", "failed")
    assert last["error"]["message"] == "ValueError: no such column: geoid"
    assert "in block" in last["error"]["stack"]
    assert "Traceback" not in (run.path / "run_record.json").read_text()
    assert json_schema.validate("log_line", last) == []
    assert sha256sum(run.path).returncode == 0


@pytest.mark.parametrize(
    ("error", "status"),
    [(KeyboardInterrupt, "cancelled"), (SystemExit, "failed"), (GeneratorExit, "failed")],
)
def test_other_ways_out(record: Record, error: type[BaseException], status: str) -> None:
    def block(run: RunRecorder) -> None:
        raise error

    run, _ = failing(record, block, error)
    assert document(run.path, "run_record")["status"] == status
    assert log(run.path)[-1]["status"] == status
    assert sha256sum(run.path).returncode == 0


def test_hostile_error_messages_are_bounded(record: Record) -> None:
    def block(run: RunRecorder) -> None:
        raise RuntimeError("\x1b[2J\ud800" + "x" * 100_000)

    run, _ = failing(record, block, RuntimeError)
    assert len(document(run.path, "run_record")["error"]["message"]) <= 500
    last = log(run.path)[-1]
    assert len(last["error"]["stack"]) <= 8000
    assert "\x1b" not in last["error"]["stack"]


def test_a_stop_iteration_goes_through(record: Record) -> None:
    def block(run: RunRecorder) -> None:
        raise StopIteration("x")

    run, _ = failing(record, block, StopIteration)
    assert document(run.path, "run_record")["status"] == "failed"


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    params=st.dictionaries(
        st.text(),
        st.text() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, width=32),
        max_size=5,
    )
)
def test_any_params_are_read_back(lake: Path, params: dict[str, Any]) -> None:
    if any(value in (float("inf"), -float("inf")) for value in params.values()):
        return
    with record_run(FAMILY, pipeline="p", root=lake, commit=COMMIT, params=params) as run:
        run.input(RAW)
    opened = Run.open(run.path, root=lake, layout=Layout())
    manifest = opened.valid("run_manifest")
    assert spec_hash(manifest["spec"]) == manifest["spec_hash"]
    assert spec_hash({"p": manifest["params"]}) == spec_hash({"p": params})


def test_settings_take_exactly_the_arguments_of_record_run() -> None:
    given_ = inspect.signature(inspect.unwrap(record_run)).parameters
    taken = inspect.signature(Settings.checked).parameters
    assert set(given_) == set(taken)


def test_receipts_do_not_depend_on_the_time_zone(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/Chicago")
    import time

    time.tzset()
    try:
        with record() as run:
            whole(run)
    finally:
        monkeypatch.undo()
        time.tzset()
    written = document(run.path, "run_record")
    assert written["started_at"].endswith("Z")
    assert parse(written["started_at"]) == ulid_time(run.run_id)
    raw = (run.path / "run_record.json").read_bytes()
    assert raw.endswith(b"}\n")
    assert json.loads(raw) == written

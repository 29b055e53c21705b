"""What the recorder and `seal` write is what the gates let pass, with the real OPA."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from record_helpers import FAMILY, RAW, Record, failing

import kfm_gates
from kfm_gates import Report, Verdict
from kfm_gates.record import RunRecorder, ids
from kfm_gates.record.seal_dir import seal_directory
from kfm_gates.record.stated import Stated

DEMO = Path(__file__).parents[2] / "examples" / "demo.py"
GOVERNED = """\
rights: {license: CC0-1.0, holder: The Office, attribution: 'Source: the office'}
sensitivity: {label: public, input_label: public}
required_checks: [rows]
thresholds: {rows: {min: 1}}
"""


@pytest.fixture
def commit(lake: Path, family_file: Callable[[str], None]) -> str:
    """Commit the lake with a family file; its commit."""
    family_file(GOVERNED)
    who = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    for command in (("init", "-q"), ("add", "."), (*who, "commit", "-qm", "x")):
        subprocess.run(("git", *command), cwd=lake, check=True)
    done = subprocess.run(
        ("git", "rev-parse", "HEAD"), cwd=lake, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def whole(run: RunRecorder) -> None:
    run.input(RAW)
    with run.open_output("rows.csv", media_type="text/csv") as file:
        file.write(b"n\n2\n")
    run.transform("drop_id")
    run.metric("rows", 1)
    run.check("rows", observed=1)
    run.log("one row", stage="Transform")


def denied(report: Report) -> set[str]:
    """Codes that stop a run."""
    return {f["code"] for f in report.document["runs"][0]["findings"] if f["level"] == "deny"}


def check(run: Path) -> Report:
    return kfm_gates.check(run, profile="local")


def test_a_recorded_run_passes(record: Record, commit: str) -> None:
    with record(commit=None, params={"crs": "EPSG:4326"}, correlation_id="c") as run:
        whole(run)
    report = check(run.path)
    assert report.verdict is Verdict.PASS, report.render("text")


def test_a_correction_passes(record: Record, commit: str) -> None:
    with record(commit=None) as first:
        whole(first)
    with record(commit=None, supersedes=(first.run_id, "The source was cut off.")) as second:
        whole(second)
    assert check(second.path).verdict is Verdict.PASS


def test_a_sealed_directory_passes(lake: Path, commit: str) -> None:
    start = dt.datetime.now(dt.UTC).replace(microsecond=0) - dt.timedelta(minutes=30)
    run = lake / "data" / "work" / "runs" / FAMILY / ids.new_run_id(start)
    (run / "artifacts").mkdir(parents=True)
    (run / "artifacts" / "rows.csv").write_bytes(b"a,b\n1,2\n")
    stated = Stated(
        pipeline="pipelines/demo",
        commit=commit,
        status="succeeded",
        started_at=start,
        ended_at=start + dt.timedelta(minutes=10),
        params={},
        inputs=[RAW],
        outputs=["artifacts/**"],
        checks=[{"name": "rows", "observed": 1, "threshold": {"min": 1}}],
        metrics={"rows": 1},
    )
    seal_directory(run, stated)
    report = check(run)
    assert report.verdict is Verdict.PASS, report.render("text")


def test_a_failed_run_fails(record: Record, commit: str) -> None:
    def block(run: RunRecorder) -> None:
        whole(run)
        raise ZeroDivisionError

    run, _ = failing(record, block, ZeroDivisionError, commit=None)
    report = check(run.path)
    assert report.verdict is Verdict.FAIL
    assert "RUN_NOT_SUCCEEDED" in denied(report)


def test_a_run_that_is_not_sealed_is_no_pass(record: Record, commit: str) -> None:
    with record(commit=None) as run:
        whole(run)
    (run.path / "checksums.sha256").unlink()
    assert check(run.path).verdict is not Verdict.PASS


@pytest.mark.parametrize("left_out", ["input", "output", "check", "metric", "rest"])
def test_a_run_that_leaves_something_out_fails(record: Record, commit: str, left_out: str) -> None:
    with record(commit=None) as run:
        if left_out != "input":
            run.input(RAW)
        if left_out != "output":
            run.open_output("rows.csv").close()
        if left_out != "check":
            run.check("rows", observed=1)
        if left_out != "metric":
            run.metric("rows", 1)
        if left_out == "rest":
            (run.artifacts / "undeclared").write_text("x")
    assert check(run.path).verdict is Verdict.FAIL


def test_dry_and_forced_runs_fail(record: Record, commit: str) -> None:
    for flags in ({"dry_run": True}, {"forced": True}):
        with record(commit=None, **flags) as run:
            whole(run)
        assert check(run.path).verdict is Verdict.FAIL


def test_the_demo_goes_as_it_should(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    done = subprocess.run(
        (sys.executable, str(DEMO), "--keep", str(tmp_path / "lake")),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("exit code 1") == 3
    assert "kansas-counties.geojson is not the file that was sealed" in done.stdout
    assert "validation_report.json is not the file that was sealed" in done.stdout

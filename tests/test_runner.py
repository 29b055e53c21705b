"""The library: one question through the whole way, on the real example, with the real OPA."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import kfm_gates
from kfm_gates import examine
from kfm_gates.errors import PolicyError, UsageError, VerdictFailed, VerdictUnavailable
from kfm_gates.evidence import json_schema
from kfm_gates.gates import all_gates
from kfm_gates.model import GateStatus


@pytest.fixture
def run(example_run: Path, tmp_path: Path) -> Path:
    """A copy of the example lake that a test may change; its one run."""
    lake = tmp_path / "lake"
    root = example_run.parents[4]
    shutil.copytree(root, lake, symlinks=True)
    return lake / example_run.relative_to(root)


def entry(report: kfm_gates.Report) -> Any:
    (only,) = report.document["runs"]
    return only


def codes(report: kfm_gates.Report) -> set[str]:
    return {f["code"] for f in entry(report)["findings"] if f["level"] == "deny"}


def test_pass_with_everything_said(example_run: Path) -> None:
    report = kfm_gates.check(example_run, profile="local")
    assert report.verdict == "PASS"
    assert not report.promotable
    assert report.exit_code == 0
    report.raise_for_verdict()
    said = entry(report)
    assert [limit["name"] for limit in said["limits"]] == ["local", "worktree"]
    assert said["ladder"]["passes"] == ["local"]
    assert said["ladder"]["next"]["profile"] == "promotion"
    assert set(said["ladder"]["next"]["needs"]) == {"RUNNER_LOCAL", "ATTESTATION_MISSING"}
    assert said["not_checked"]
    assert {gate["id"] for gate in said["gates"]} == all_gates().keys()
    assert json_schema.validate("report", report.document) == []


def test_what_a_replay_needs_is_embedded(example_run: Path) -> None:
    document = kfm_gates.check(example_run, profile="local").document
    said = document["runs"][0]
    assert said["decision"]["facts_sha256"] == said["facts_sha256"]
    assert json_schema.validate("facts", said["facts"]) == []
    assert document["policy"]["opa"]["sha256"]
    assert document["policy"]["sha256"]
    assert document["profiles"][0]["name"] == "local"


def test_the_same_question_has_the_same_answer(example_run: Path) -> None:
    now = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    first, second = (
        kfm_gates.check(example_run, profile="local", now=now, invocation="x").document
        for _ in range(2)
    )
    assert first == second


def test_promotion_refuses_what_nobody_can_show_yet(example_run: Path) -> None:
    report = kfm_gates.check(example_run, profile="promotion")
    assert report.verdict == "FAIL"
    assert codes(report) == {"ATTESTATION_MISSING", "RUNNER_LOCAL"}
    with pytest.raises(VerdictFailed) as caught:
        report.raise_for_verdict()
    assert caught.value.report is report
    assert caught.value.exit_code == 1


def test_a_report_is_no_boolean(example_run: Path) -> None:
    report = kfm_gates.check(example_run, profile="local")
    with pytest.raises(TypeError):
        bool(report)


def test_the_time_of_the_question_is_a_limit(run: Path) -> None:
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    report = kfm_gates.check(run, profile="promotion", now=later)
    assert "LIMIT_NOT_ADMITTED" in codes(report)
    with pytest.raises(UsageError, match="timezone"):
        kfm_gates.check(run, now=dt.datetime(2030, 1, 1))


def test_a_run_recorded_later_than_now_is_refused(run: Path) -> None:
    past = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    report = kfm_gates.check(run, profile="local", now=past)
    assert report.verdict == "FAIL"
    assert "TIME_IN_FUTURE" in codes(report)


def test_in_ci_the_profile_is_named(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    assert kfm_gates.check(run).verdict == "PASS"  # the example's .kfm/ names it
    shutil.rmtree(run.parents[4] / ".kfm")
    with pytest.raises(UsageError, match="profile") as caught:
        kfm_gates.check(run)
    assert caught.value.exit_code == 2


def test_without_kfm_a_family_has_no_rights(run: Path) -> None:
    """What the steward said is gone with the family file; what the run says of itself stays."""
    shutil.rmtree(run.parents[4] / ".kfm")
    report = kfm_gates.check(run, profile="local")
    assert report.verdict == "PASS"
    assert "worktree" in {limit["name"] for limit in entry(report)["limits"]}


def test_without_opa_the_findings_are_still_shown(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kfm_gates.policy import locate

    def gone(explicit: str | None = None) -> Any:
        raise PolicyError("There is no OPA.", code="OPA_NOT_FOUND")

    monkeypatch.setattr(locate, "find_opa", gone)
    (run / "logs" / "extra.txt").write_text("x")
    report = kfm_gates.check(run, profile="local")
    assert report.verdict == "ERROR"
    assert {"OPA_NOT_FOUND", "SEAL_INCOMPLETE"} <= codes(report)
    with pytest.raises(VerdictUnavailable) as caught:
        report.raise_for_verdict()
    assert caught.value.exit_code == 3


@pytest.mark.parametrize("gate", [id_ for id_, gate in all_gates().items() if not gate.host])
def test_a_bug_in_a_gate_is_an_error_that_names_it(
    run: Path, monkeypatch: pytest.MonkeyPatch, gate: str, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("a bug")

    gates = dict(all_gates())
    examine_ = gates[gate].examine
    object.__setattr__(gates[gate], "examine", broken)
    try:
        report = kfm_gates.check(run, profile="local")
    finally:
        object.__setattr__(gates[gate], "examine", examine_)
    assert report.verdict == "ERROR"
    found = [f for f in entry(report)["findings"] if f["code"] == "GATE_CRASHED"]
    assert [f["origin"] for f in found] == [f"gate:{gate}"]
    assert "a bug" in caplog.text


def test_a_gate_that_answers_nothing_fails(run: Path) -> None:
    gate = all_gates()["lineage"]
    examine_ = gate.examine
    object.__setattr__(gate, "examine", lambda context, answers: None)
    try:
        report = kfm_gates.check(run, profile="local")
    finally:
        object.__setattr__(gate, "examine", examine_)
    assert report.verdict == "FAIL"
    assert "CHECK_UNANSWERED" in codes(report)


@pytest.mark.parametrize("name", ["artifacts", "run_record.json", "logs/run.jsonl", "raw", "new"])
def test_evidence_that_changes_while_it_is_checked_is_an_error(
    run: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The change comes after the last gate and before the verdict (FO-39, FO-58)."""
    root = run.parents[4]
    target = run / name
    if name == "artifacts":
        target = next((run / "artifacts").iterdir())
    elif name == "raw":
        target = next((root / "data/raw/kansas_counties").iterdir())
    sha256 = examine.facts_document.sha256

    def change(facts: Any) -> str:
        target.write_bytes(target.read_bytes() + b"\n" if target.exists() else b"new")
        return sha256(facts)

    monkeypatch.setattr(examine.facts_document, "sha256", change)
    report = kfm_gates.check(run, profile="local")
    assert report.verdict == "ERROR"
    assert "EVIDENCE_CHANGED" in codes(report)


def test_one_bad_run_hides_no_other(run: Path) -> None:
    broken = run.with_name("01ARZ3NDEKTSV4RRFFQ69G5FAV")
    broken.mkdir()
    report = kfm_gates.check(run.parent, profile="local", all_runs=True)
    verdicts = {said["run_id"]: said["verdict"] for said in report.document["runs"]}
    assert verdicts == {run.name: "PASS", broken.name: "FAIL"}
    assert report.verdict == "FAIL"
    assert report.document["summary"] == {"runs": 2, "pass": 1, "fail": 1, "error": 0}


def test_a_run_that_cannot_be_opened_is_an_error(run: Path) -> None:
    real = run.rename(run.with_name("01ARZ3NDEKTSV4RRFFQ69G5FAV"))
    run.write_text("not a directory")
    report = kfm_gates.check([real], profile="local")
    assert report.verdict == "FAIL"
    with pytest.raises(UsageError):
        kfm_gates.check([run], profile="local")


def test_a_stray_entry_of_a_family_spoils_the_pass(run: Path) -> None:
    (run.parent / "notes.txt").write_text("x")
    report = kfm_gates.check(run.parent, profile="local")
    assert report.document["runs"][0]["verdict"] == "PASS"
    assert report.verdict == "FAIL"
    assert report.document["findings"][0]["code"] == "NOT_A_RUN"


def test_nothing_to_check_is_an_error(run: Path) -> None:
    empty = run.parent.with_name("empty_family")
    empty.mkdir()
    report = kfm_gates.check(empty, profile="local")
    assert report.verdict == "ERROR"
    assert report.exit_code == 3
    assert report.document["findings"][0]["code"] == "NO_RUNS_FOUND"


def test_a_checker_is_shared_by_threads(example_run: Path) -> None:
    checker = kfm_gates.Checker("local")
    barrier = threading.Barrier(4)

    def work(_: int) -> str:
        barrier.wait(30)
        return str(checker.check(example_run).verdict)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(4))) == ["PASS"] * 4


def test_single_gates_have_no_verdict(run: Path) -> None:
    layout, integrity = kfm_gates.run_gates(run, ["layout", "integrity"])
    assert (layout.status, integrity.status) == (GateStatus.PASS, GateStatus.PASS)
    assert not hasattr(layout, "verdict")
    for wrong in (["policy"], ["integritty"], []):
        with pytest.raises(UsageError):
            kfm_gates.run_gates(run, wrong)


def test_facts_are_the_input_of_opa(example_run: Path) -> None:
    facts = kfm_gates.Checker("local").facts(example_run)
    assert set(facts["host"]) == {"facts_sha256"}
    assert len(json.dumps(facts)) < 16_000


def test_absent_bytes_are_never_a_pass_and_review_admits_them(run: Path) -> None:
    for artifact in (run / "artifacts").iterdir():
        artifact.unlink()
    local = kfm_gates.check(run, profile="local")
    assert local.verdict == "FAIL"
    denied = [f for f in entry(local)["findings"] if f["level"] == "deny"]
    assert all(finding["unproven"] for finding in denied)
    assert {"OUTPUT_BYTES_ABSENT", "OUTPUT_NOT_OPENED", "DCAT_FILE_ABSENT"} <= codes(local)
    review = kfm_gates.check(run, profile="review")
    # The catalogs are here; that they speak of absent bytes is the limit, and no missing catalog.
    assert codes(review) == {"ATTESTATION_MISSING", "RUNNER_LOCAL"}
    assert "unproven" in {limit["name"] for limit in entry(review)["limits"]}


def test_importing_the_package_imports_nothing_heavy() -> None:
    heavy = {"click", "yaml", "jsonschema", "jsonschema_rs", "rfc8785", "ulid", "detect_secrets"}
    heavy |= {"license_expression", "pyarrow", "subprocess", "requests"}
    script = f"import kfm_gates, sys; print(sorted({heavy!r} & set(sys.modules)))"
    seen = subprocess.run(
        (sys.executable, "-I", "-c", script), check=True, capture_output=True, text=True
    )
    assert seen.stdout.strip() == "[]"


def test_every_public_name_is_there() -> None:
    for name in kfm_gates.__all__:
        assert getattr(kfm_gates, name) is not None
    with pytest.raises(AttributeError):
        _ = kfm_gates.nothing_of_that_name

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from record_helpers import COMMIT, FAMILY, RAW, document, log, sha256, sha256sum

from kfm_gates.errors import RecorderError, UsageError
from kfm_gates.evidence import json_schema
from kfm_gates.evidence.run_dir import RECEIPTS, Run
from kfm_gates.model import Layout
from kfm_gates.record import globs, ids
from kfm_gates.record.seal_dir import plan_seal, seal_directory
from kfm_gates.record.spec import spec_hash
from kfm_gates.record.stated import Stated

START = dt.datetime(2026, 2, 18, tzinfo=dt.UTC)
END = START + dt.timedelta(minutes=10)
URI = "https://example.org/a.csv"
DIGEST = "sha256:" + "ab" * 32


@pytest.fixture
def filled(lake: Path) -> Path:
    """A directory at its place, filled by some tool."""
    run = lake / "data" / "work" / "runs" / FAMILY / ids.new_run_id(START)
    (run / "artifacts" / "tables").mkdir(parents=True)
    (run / "artifacts" / "map.tif").write_bytes(b"II*\0")
    (run / "artifacts" / "tables" / "a.csv").write_bytes(b"a\n1\n")
    return run


def everything(**other: Any) -> Stated:
    """What has to be stated, all of it."""
    stated: dict[str, Any] = {
        "pipeline": "pipelines/demo",
        "commit": COMMIT,
        "status": "succeeded",
        "started_at": START,
        "ended_at": END,
        "params": {"zoom": 7},
        "inputs": [RAW, f"reference={URI}@{DIGEST}"],
        "outputs": ["artifacts/*.tif", "intermediate=artifacts/tables/**"],
        "checks": [{"name": "rows", "observed": 1, "threshold": {"min": 1}}],
        "metrics": {"rows": 1},
        "tools": {"gdal": "3.9.2"},
    }
    return Stated(**stated | other)


def test_a_directory_is_sealed(filled: Path, lake: Path) -> None:
    sealed = seal_directory(filled, everything())
    assert sealed.path == filled
    assert sealed.subject == sha256(filled / "checksums.sha256")
    assert sha256sum(filled).returncode == 0
    opened = Run.open(filled, root=lake, layout=Layout())
    for name in RECEIPTS:
        assert opened.document(name).issues == ()
    assert set(opened.seal()) == {path for path in opened.entries if path != "checksums.sha256"}
    manifest = document(filled, "run_manifest")
    assert manifest["spec_hash"] == spec_hash(manifest["spec"])
    place = f"data/work/runs/{FAMILY}/{filled.name}/artifacts"
    assert [(o["path"], o["role"], o["size"]) for o in manifest["outputs"]] == [
        (f"{place}/map.tif", "primary", 4),
        (f"{place}/tables/a.csv", "intermediate", 4),
    ]
    assert manifest["inputs"] == [
        {"path": RAW, "digest": f"sha256:{sha256(lake / RAW)}", "role": "primary"},
        {"uri": URI, "digest": DIGEST, "role": "reference"},
    ]
    assert manifest["versions"]["gdal"] == "3.9.2"
    assert "python" not in manifest["versions"]
    record = document(filled, "run_record")
    assert (record["status"], record["git_commit"]) == ("success", COMMIT)
    assert record["started_at"] == "2026-02-18T00:00:00Z"
    report = document(filled, "validation_report")
    assert report["overall_status"] == "pass"
    assert report["metrics"] == {"rows": 1}


def test_a_tool_without_a_log_gets_one(filled: Path) -> None:
    seal_directory(filled, everything(job_id="j", correlation_id="c"))
    start, finish = log(filled)
    assert (start["event"], start["timestamp"]) == ("start", "2026-02-18T00:00:00Z")
    assert (finish["status"], finish["duration_ms"]) == ("succeeded", 600_000)
    assert {line["service"] for line in (start, finish)} == {"kfm-gates seal"}
    assert {line["correlation_id"] for line in (start, finish)} == {"c"}
    assert all(json_schema.validate("log_line", line) == [] for line in (start, finish))


def own_log(filled: Path, *lines: str) -> Path:
    path = filled / "logs" / "tool.jsonl"
    path.parent.mkdir()
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def line(filled: Path, **fields: Any) -> str:
    base = {"timestamp": "2026-02-18T00:00:00Z", "run_id": filled.name, "event": "step"}
    return json.dumps(base | fields)


def test_the_log_of_the_tool_is_kept(filled: Path) -> None:
    path = own_log(filled, line(filled))
    before = path.read_bytes()
    plan = plan_seal(filled, everything())
    assert "logs/run.jsonl" not in plan.writes()
    seal_directory(filled, everything())
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["tool.jsonl"]


@pytest.mark.parametrize("bad", ["not json", '{"a": 1}', '{"event": "step"', ""])
def test_a_log_that_could_not_be_mended_afterwards(filled: Path, bad: str) -> None:
    own_log(filled, line(filled), bad)
    plan = plan_seal(filled, everything())
    assert len(plan.problems) == 1
    assert "logs/tool.jsonl, line 2" in plan.problems[0]


def test_a_log_of_another_run(filled: Path) -> None:
    own_log(filled, line(filled, run_id="01KHQZ2C80Q1V5A7M3TB6XJ4NE"))
    plan = plan_seal(filled, everything())
    assert any("another run" in problem for problem in plan.problems)


def test_nothing_is_invented(filled: Path) -> None:
    plan = plan_seal(filled)
    assert not plan.complete
    options = " ".join(option for _, option in plan.missing)
    for option in (
        "--pipeline",
        "--commit",
        "--status",
        "--started-at",
        "--ended-at",
        "--params",
        "--input",
        "--output",
        "--check",
    ):
        assert option in options
    before = sorted(filled.rglob("*"))
    with pytest.raises(RecorderError) as caught:
        seal_directory(filled, Stated())
    assert caught.value.code == "SEAL_INCOMPLETE"
    assert sorted(filled.rglob("*")) == before


@pytest.mark.parametrize(
    "left_out",
    [
        "pipeline",
        "commit",
        "status",
        "started_at",
        "ended_at",
        "params",
        "inputs",
        "outputs",
        "checks",
    ],
)
def test_each_statement_is_needed(filled: Path, left_out: str) -> None:
    stated = dataclasses.replace(everything(), **{left_out: getattr(Stated(), left_out)})
    plan = plan_seal(filled, stated)
    assert len(plan.missing) == 1
    with pytest.raises(RecorderError):
        seal_directory(filled, stated)
    assert not (filled / "run_record.json").exists()


def test_a_failure_says_what_failed(filled: Path) -> None:
    assert plan_seal(filled, everything(status="failed")).missing[0][1] == "--error TEXT"
    seal_directory(filled, everything(status="failed", error="exit status 3"))
    assert document(filled, "run_record")["status"] == "failed"
    assert document(filled, "run_record")["error"]["message"] == "exit status 3"
    assert log(filled)[-1]["error"] == {"message": "exit status 3"}


@pytest.mark.parametrize("name", [*(f"{name}.json" for name in RECEIPTS), "checksums.sha256"])
def test_a_directory_with_receipts_is_refused(filled: Path, name: str) -> None:
    (filled / name).write_text("{}")
    with pytest.raises(RecorderError) as caught:
        plan_seal(filled, everything())
    assert caught.value.code == "RUN_EXISTS"
    assert "new run" in (caught.value.fix or "")


def test_a_run_is_sealed_once(filled: Path) -> None:
    seal_directory(filled, everything())
    before = {path: path.read_bytes() for path in filled.rglob("*") if path.is_file()}
    with pytest.raises(RecorderError):
        seal_directory(filled, everything(status="failed", error="x"))
    assert before == {path: path.read_bytes() for path in filled.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("outputs", "problem"),
    [
        (["artifacts/*.tif"], "artifacts/tables/a.csv: no --output names it"),
        (["artifacts/**", "artifacts/*.png"], "no file below artifacts/ matches"),
        (["artifacts/**", "intermediate=artifacts/*.tif"], "two patterns give it the roles"),
        (["**/*.csv", "artifacts/*"], None),
        (["*"], "no file below artifacts/ matches"),
        (["../**"], "no file below artifacts/ matches"),
    ],
)
def test_outputs_are_all_of_artifacts(
    filled: Path, outputs: list[str], problem: str | None
) -> None:
    plan = plan_seal(filled, everything(outputs=outputs))
    assert plan.complete is (problem is None)
    assert problem is None or any(problem in text for text in plan.problems)


def test_entries_that_no_receipt_describes(filled: Path, tmp_path: Path) -> None:
    (filled / "notes.txt").write_text("x")
    (filled / "output").mkdir()
    (filled / "artifacts" / "link").symlink_to(tmp_path)
    (filled / "tmp").mkdir()
    (filled / "tmp" / "x").write_text("scratch")
    problems = plan_seal(filled, everything()).problems
    assert len(problems) == 3
    for word in ("notes.txt", "output", "symbolic link"):
        assert any(word in problem for problem in problems)


@pytest.mark.parametrize(
    "stated",
    [
        {"status": "ok"},
        {"commit": "HEAD"},
        {"pipeline": "a\nb"},
        {"inputs": [URI]},
        {"inputs": [f"https://u:p@example.org/x@{DIGEST}"]},
        {"inputs": ["file:///etc/passwd@" + DIGEST]},
        {"params": {"a": float("nan")}},
        {"checks": [{"name": "a"}]},
        {"checks": [{"status": "pass"}]},
        {"checks": ["a"]},
        {"checks": [{"name": "a", "status": "pass", "note": "x"}]},
        {"checks": [{"name": "a", "status": "pass"}] * 2},
        {"checks": [{"name": "a", "status": "pass", "observed": 1, "threshold": {"min": 2}}]},
        {"metrics": {"a": "1"}},
        {"rights": {"licence": "x"}},
        {"label": "secret"},
        {"runner": {"type": "laptop"}},
        {"supersedes": ("x", "y")},
        {"parent_run_id": "x"},
        {"job_id": ""},
        {"correlation_id": ""},
        {"tools": {"gdal": "\x00"}},
        {"error": "\x00", "status": "failed"},
    ],
    ids=str,
)
def test_malformed_statements_are_refused(filled: Path, stated: dict[str, Any]) -> None:
    before = sorted(filled.rglob("*"))
    with pytest.raises(RecorderError):
        plan_seal(filled, everything(**stated))
    assert sorted(filled.rglob("*")) == before


@pytest.mark.parametrize("path", ["data/raw/none", "data/work/x", "/etc/passwd", RAW + "x"])
def test_inputs_that_are_not_there(filled: Path, path: str) -> None:
    with pytest.raises(RecorderError):
        seal_directory(filled, everything(inputs=[path]))
    assert not (filled / "run_record.json").exists()


def test_inputs_come_once_and_as_expected(filled: Path, lake: Path) -> None:
    for inputs in ([RAW, f"reference={RAW}"], [f"{RAW}@{DIGEST}"]):
        with pytest.raises(RecorderError):
            seal_directory(filled, everything(inputs=inputs))
    right = f"{RAW}@sha256:{sha256(lake / RAW)}"
    seal_directory(filled, everything(inputs=[right]))


def test_inputs_may_be_named_from_here(
    filled: Path, lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(lake / "data" / "raw")
    seal_directory(filled, everything(inputs=[f"{FAMILY}/rows.csv"]))
    assert document(filled, "run_manifest")["inputs"][0]["path"] == RAW


@pytest.mark.parametrize(
    ("started", "ended", "word"),
    [
        (START, START - dt.timedelta(seconds=1), "ends before it starts"),
        (START - dt.timedelta(days=3), START - dt.timedelta(days=2), "run id"),
        (START + dt.timedelta(days=1), END + dt.timedelta(days=1), "run id"),
        (START, dt.datetime(2999, 1, 1, tzinfo=dt.UTC), "future"),
    ],
)
def test_times_that_cannot_be(
    filled: Path, started: dt.datetime, ended: dt.datetime, word: str
) -> None:
    plan = plan_seal(filled, everything(started_at=started, ended_at=ended))
    assert any(word in problem for problem in plan.problems)
    assert not plan.complete


def test_an_end_alone_is_compared_with_the_run_id(filled: Path) -> None:
    plan = plan_seal(filled, Stated(ended_at=START - dt.timedelta(days=2)))
    assert any("run id" in problem for problem in plan.problems)


def test_times_of_any_zone_and_none(filled: Path) -> None:
    with pytest.raises(RecorderError):
        plan_seal(filled, everything(started_at=START.replace(tzinfo=None)))
    central = dt.timezone(dt.timedelta(hours=-6))
    seal_directory(filled, everything(started_at=START.astimezone(central)))
    assert document(filled, "run_record")["started_at"] == "2026-02-18T00:00:00Z"


def test_a_directory_elsewhere_is_told_where_to_go(lake: Path, tmp_path: Path) -> None:
    made = lake / "build out"
    made.mkdir()
    (made / "map.tif").write_bytes(b"x")
    with pytest.raises(RecorderError) as caught:
        plan_seal(made, everything())
    assert caught.value.code == "RUN_MISPLACED"
    assert "--started-at" in (caught.value.fix or "")
    with pytest.raises(RecorderError) as caught:
        plan_seal(made, everything(), family=FAMILY)
    fix = caught.value.fix or ""
    commands = fix.removeprefix("Move it there first: ").rpartition(" && ")[0]
    subprocess.run(commands, shell=True, check=True)
    assert not made.exists()
    (run,) = (lake / "data" / "work" / "runs" / FAMILY).iterdir()
    assert shlex.quote(str(run)) in fix
    seal_directory(run, everything(outputs=["artifacts/**"]))
    assert sha256sum(run).returncode == 0


def test_a_directory_with_artifacts_moves_as_a_whole(lake: Path) -> None:
    made = lake / "out"
    (made / "artifacts").mkdir(parents=True)
    with pytest.raises(RecorderError) as caught:
        plan_seal(made, everything(), family=FAMILY)
    commands = (caught.value.fix or "").removeprefix("Move it there first: ").rpartition(" && ")[0]
    subprocess.run(commands, shell=True, check=True)
    (run,) = (lake / "data" / "work" / "runs" / FAMILY).iterdir()
    assert [p.name for p in run.iterdir()] == ["artifacts"]


def test_a_name_that_is_no_run_id(filled: Path) -> None:
    renamed = filled.rename(filled.with_name("2026-02-18"))
    with pytest.raises(RecorderError) as caught:
        plan_seal(renamed, everything())
    assert caught.value.code == "RUN_MISPLACED"


def test_links_and_files_are_no_directories(filled: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(filled)
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "link", tmp_path / "file", tmp_path / "nothing"):
        with pytest.raises(UsageError):
            plan_seal(path, everything())


def test_another_family_than_the_place(filled: Path) -> None:
    assert plan_seal(filled, everything(), family=FAMILY).complete
    with pytest.raises(RecorderError) as caught:
        plan_seal(filled, everything(), family="other_family")
    assert caught.value.code == "FAMILY_MISMATCH"


def test_a_file_that_changes_while_it_is_sealed(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kfm_gates.record import receipts

    made = receipts.documents

    def meanwhile(run: receipts.Described, layout: Layout) -> dict[str, bytes]:
        (filled / "artifacts" / "map.tif").write_bytes(b"other")
        return made(run, layout)

    monkeypatch.setattr(receipts, "documents", meanwhile)
    with pytest.raises(RecorderError) as caught:
        seal_directory(filled, everything())
    assert caught.value.code == "EVIDENCE_CHANGED"
    assert not (filled / "checksums.sha256").exists()


@pytest.mark.parametrize("survives", range(5))
def test_all_or_nothing(filled: Path, monkeypatch: pytest.MonkeyPatch, survives: int) -> None:
    replace = os.replace
    left = [survives]

    def full(source: Path, target: Path) -> None:
        if left[0] == 0:
            raise OSError(28, "No space left on device")
        left[0] -= 1
        replace(source, target)

    before = {path for path in filled.rglob("*") if path.is_file()}
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(RecorderError):
        seal_directory(filled, everything())
    assert {path for path in filled.rglob("*") if path.is_file()} == before
    monkeypatch.undo()
    seal_directory(filled, everything())
    assert sha256sum(filled).returncode == 0


def test_remarks_about_what_the_gates_will_ask(
    filled: Path, family_file: Callable[[str], None]
) -> None:
    remarks = " ".join(plan_seal(filled, everything()).remarks)
    for word in (
        "rights.license",
        "rights.holder",
        "rights.attribution",
        "--label",
        "--input-label",
    ):
        assert word in remarks
    family_file(
        "rights: {license: CC0-1.0, holder: H, attribution: A}\n"
        "sensitivity: {label: public, input_label: public}\n"
    )
    plan = plan_seal(filled, everything(runner={"type": "ci", "host": "h", "user": "u"}))
    assert plan.remarks == ()
    seal_directory(filled, everything(rights={"holder": "Me"}, label="internal"))
    manifest = document(filled, "run_manifest")
    assert manifest["rights"] == {"license": "CC0-1.0", "holder": "Me", "attribution": "A"}
    assert manifest["sensitivity"] == {"label": "internal", "input_label": "public"}


ASKS = """
rights: {license: CC0-1.0, holder: H, attribution: A}
sensitivity: {label: public, input_label: public}
required_checks: [rows, columns]
thresholds: {rows: {min: 3}, holes: {min: 0, max: 0.5}}
"""
FILE = f".kfm/families/{FAMILY}.yaml"


def asked(filled: Path, **given: Any) -> list[str]:
    """Remarks about what the family file asks for."""
    remarks = plan_seal(filled, everything(**given)).remarks
    return [one for one in remarks if one.startswith(("required_checks", "thresholds"))]


def test_a_plan_tells_what_the_family_asks_for_in_vain(
    filled: Path, family_file: Callable[[str], None]
) -> None:
    assert asked(filled) == []
    family_file(ASKS)
    assert asked(filled) == [
        f"required_checks: {FILE} wants the check columns to pass, and no --check file has it.",
        f"thresholds: {FILE} wants the metric rows to be at least 3, and it is 1.",
        f"thresholds: {FILE} wants the metric holes to be at least 0 and at most 0.5, and no "
        '--check file has it: {"gates": [...], "metrics": {...}}.',
    ]


@pytest.mark.parametrize(
    ("status", "met"),
    [
        ("pass", True),
        ("warn", True),
        ("fail", False),
        ("skip", False),
        ("error", False),
        ("not_applicable", False),
    ],
)
def test_a_required_check_has_to_pass(
    filled: Path, family_file: Callable[[str], None], status: str, met: bool
) -> None:
    family_file(ASKS)
    checks = [{"name": "rows", "status": "pass"}, {"name": "columns", "status": status}]
    said = asked(filled, checks=checks, metrics={"rows": 3, "holes": 0.5})
    wanted = f"required_checks: {FILE} wants the check columns to pass, and it says {status}."
    assert said == ([] if met else [wanted])


@pytest.mark.parametrize(("holes", "met"), [(0, True), (0.5, True), (0.6, False), (-1, False)])
def test_bounds_are_kept_on_both_sides(
    filled: Path, family_file: Callable[[str], None], holes: float, met: bool
) -> None:
    family_file(ASKS)
    checks = [{"name": name, "status": "pass"} for name in ("rows", "columns")]
    assert (asked(filled, checks=checks, metrics={"rows": 9, "holes": holes}) == []) is met


@pytest.mark.parametrize(
    ("pattern", "path", "wanted"),
    [
        ("artifacts/**", "artifacts/a", True),
        ("artifacts/**", "artifacts/a/b/c", True),
        ("artifacts/**/c", "artifacts/a/b/c", True),
        ("artifacts/**/c", "artifacts/c", True),
        ("artifacts/**/c", "artifacts/abc", False),
        ("artifacts/*", "artifacts/a/b", False),
        ("artifacts/?", "artifacts/a", True),
        ("artifacts/?", "artifacts/ab", False),
        ("artifacts/a.b", "artifacts/aXb", False),
        ("artifacts/[a]", "artifacts/a", False),
        ("artifacts/[a]", "artifacts/[a]", True),
        ("artifacts/*.tif", "artifacts/a.tif\n", False),
        ("**", "artifacts/a/b", True),
        ("artifacts", "artifacts/a", False),
    ],
)
def test_patterns(pattern: str, path: str, wanted: bool) -> None:
    assert (path in globs.match([pattern], [path], "artifacts").roles) is wanted

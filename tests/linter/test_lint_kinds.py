"""Each kind of document in order, with a finding, and unreadable; and how its kind is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import goodrun
import pytest
from lint_documents import codes, statuses, write

from kfm_gates.catalogs.kinds import FORMS
from kfm_gates.errors import UsageError
from kfm_gates.linter import kinds
from kfm_gates.linter.session import lint
from kfm_gates.model import Verdict

GOOD = goodrun.good_files()
RECEIPTS = {
    "run_record": GOOD["run_record.json"],
    "run_manifest": GOOD["run_manifest.json"],
    "validation_report": GOOD["validation_report.json"],
}
LOG = "".join(json.dumps(line) + "\n" for line in GOOD["logs/run.jsonl"])
SEAL = f"{'a1' * 32}  artifacts/x.csv\n{'b2' * 32}  run_record.json\n"


def changed(kind: str, **fields: Any) -> dict[str, Any]:
    return {**RECEIPTS[kind], **fields}


def without(kind: str, *names: str) -> dict[str, Any]:
    return {key: value for key, value in RECEIPTS[kind].items() if key not in names}


@pytest.mark.parametrize("kind", RECEIPTS)
def test_a_receipt_is_told_by_its_content(kind: str, tmp_path: Path, look: Any) -> None:
    for name, content in {
        "named.json": RECEIPTS[kind],
        "unversioned.json": without(kind, "schema_version"),
        "x.txt": RECEIPTS[kind],
        f"{kind}.json": RECEIPTS[kind],
    }.items():
        report = look(write(tmp_path / name, content))
        assert statuses(report)[name] == (kind, "pass"), report.findings
        assert report.verdict is Verdict.PASS
        assert report.exit_code == 0


@pytest.mark.parametrize("kind", RECEIPTS)
def test_an_unknown_version_is_a_finding_and_no_unknown_kind(
    kind: str, tmp_path: Path, look: Any
) -> None:
    report = look(write(tmp_path / "x.json", changed(kind, schema_version=f"{kind}/v9")))
    assert statuses(report)["x.json"] == (kind, "fail")
    assert codes(report) == ["RECEIPT_INVALID"]


FAULTS: dict[str, tuple[str, Any, str]] = {
    "time order": ("run_record", {"ended_at": "2026-02-18T08:40:00Z"}, "TIME_ORDER"),
    "future": ("run_record", {"ended_at": "2036-02-18T08:40:00Z"}, "TIME_IN_FUTURE"),
    "id of another time": ("run_record", {"run_id": "01KF0RDQG0DDK6TBB7C5T6AWS1"}, "RUN_ID_TIME"),
    "dry run": ("run_record", {"dry_run": True}, "RUN_NOT_REAL"),
    "error": ("run_record", {"error": {"type": "X", "message": "y"}}, "ERROR_CONTRADICTED"),
    "itself": (
        "run_record",
        {"supersedes": {"run_id": goodrun.RUN_ID, "reason": "because"}},
        "SUPERSEDES_ITSELF",
    ),
    "parent": ("run_record", {"parent_run_id": goodrun.RUN_ID}, "PARENT_IS_SELF"),
    "commit": ("run_record", {"git_commit": "0" * 40}, "COMMIT_PLACEHOLDER"),
    "runner": (
        "run_record",
        {"runner": {"type": "ci", "host": "TODO", "user": "svc"}},
        "RUNNER_UNKNOWN",
    ),
    "old name": ("run_record", {"finished_at": goodrun.ENDED}, "DEPRECATED_FIELD"),
    "secret": ("run_record", {"x_note": "AKIAIOSFODNN7EXAMPLF"}, "SECRET_FOUND"),
    "address": ("run_record", {"x_note": "ask jane.doe@prairie-water.org"}, "PERSONAL_DATA_FOUND"),
    "schema": ("run_manifest", {"outputs": "none"}, "RECEIPT_INVALID"),
    "spec hash": ("run_manifest", {"spec_hash": "sha256:" + "1" * 64}, "SPEC_HASH_MISMATCH"),
    "spec": ("run_manifest", {"params": {"other": 1}}, "SPEC_CONTRADICTED"),
    "no input": ("run_manifest", {"inputs": []}, "NOTHING_EXAMINED"),
    "catalog": ("run_manifest", {"catalog_refs": ["../x"]}, "PATH_UNSAFE"),
    "overall": ("validation_report", {"overall_status": "fail"}, "OVERALL_STATUS_CONTRADICTED"),
    "twice": (
        "validation_report",
        {"gates": [RECEIPTS["validation_report"]["gates"][0]] * 2},
        "CHECK_DUPLICATE",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_a_receipt_is_the_finding_of_the_gate(
    name: str, tmp_path: Path, look: Any
) -> None:
    kind, fields, code = FAULTS[name]
    document = changed(kind, **fields)
    if name == "old name":
        del document["ended_at"]
    report = look(write(tmp_path / "x.json", document))
    assert code in codes(report)
    found = next(f for f in report.findings if f["code"] == code)
    assert found["origin"].startswith("gate:")
    assert found["location"]["file"].endswith("x.json")
    warned = found["level"] == "warn"
    assert report.exit_code == (0 if warned else 1)
    assert statuses(report)["x.json"] == (kind, "pass" if warned else "fail")


def test_a_value_that_the_lake_lists_as_harmless(lake: Path, look: Any) -> None:
    case = goodrun.Case.load(
        Path(goodrun.__file__).parent / "secrets" / "pass" / "excepted" / "case.json"
    )
    manifest = goodrun.patched(RECEIPTS["run_manifest"], case.patch["run_manifest.json"])
    path = write(lake / "m.json", {key: manifest[key] for key in manifest if key != "spec"})
    assert codes(look(path)) == ["SECRET_FOUND"]
    entries = "".join(
        f"  - {{sha256: {value}, reason: no secret at all, owner: somebody}}\n"
        for value in case.not_secrets["hashes"]
    )
    text = f"schema_version: not_secrets/v1\nsalt: {case.not_secrets['salt']}\nhashes:\n{entries}"
    write(lake / ".kfm/not-secrets.yaml", text)
    report = look(path)
    assert (codes(report), report.exit_code) == (["SECRET_EXCEPTED"], 0)
    # A list that cannot be used excepts nothing.
    write(lake / ".kfm/not-secrets.yaml", text + "typo: 1\n")
    assert codes(look(path)) == ["SECRET_FOUND"]


def test_an_input_outside_the_raw_zone_of_this_lake(lake: Path, look: Any) -> None:
    inputs = [{"path": "lake/in/x.csv", "digest": "sha256:" + "1" * 64, "role": "primary"}]
    document = without("run_manifest", "spec") | {"inputs": inputs}
    path = write(lake / "m.json", document)
    assert codes(look(path)) == ["INPUT_OUTSIDE_RAW"]
    write(lake / ".kfm/gates.yaml", "schema_version: project/v1\nzones: {raw: lake/in}\n")
    assert codes(look(path)) == []


LOGS = {
    "dump": ({"x_headers": {"authorization": "x", "host": "y"}}, "LOG_DUMP"),
    "event": ({"event": "begin"}, "LOG_LINE_INVALID"),
    "zone": ({"zone_out": "published"}, "LOG_ZONE_CONTRADICTED"),
    "run": ({"run_id": "01KF0RDQG0DDK6TBB7C5T6AWS1"}, "LOG_ID_MISMATCH"),
    "trace": ({"correlation_id": "other"}, "LOG_ID_MISMATCH"),
    "time": ({"timestamp": "2026-02-18T08:00:00Z"}, "LOG_TIME_ORDER"),
    "state": ({"status": "queued"}, "LOG_TRANSITION_ILLEGAL"),
    "error": ({"event": "error", "message": ""}, "LOG_ERROR_MISSING"),
}


@pytest.mark.parametrize("name", LOGS)
def test_a_fault_of_a_log_is_the_finding_of_the_gate(name: str, tmp_path: Path, look: Any) -> None:
    fields, code = LOGS[name]
    lines = json.loads(json.dumps(GOOD["logs/run.jsonl"]))
    lines[1].update({key: value for key, value in fields.items() if value != ""})
    if name == "error":
        del lines[1]["message"]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    report = look(write(tmp_path / "any.jsonl", text))
    assert code in codes(report)
    assert statuses(report)["any.jsonl"] == ("log", "fail")
    assert next(f for f in report.findings if f["code"] == code)["location"]["line"] in (2, 3)


def test_good_logs_and_seals(tmp_path: Path, look: Any) -> None:
    for name, text, kind in (("a.jsonl", LOG, "log"), ("sums", SEAL, "seal")):
        report = look(write(tmp_path / name, text))
        assert statuses(report)[name] == (kind, "pass"), report.findings
    # A log of one stage alone, beside another one that has start and finish.
    line = {**GOOD["logs/run.jsonl"][1], "stage": "publish", "status": "succeeded"}
    assert look(write(tmp_path / "stage.jsonl", json.dumps(line))).exit_code == 0
    del line["stage"]
    assert look(write(tmp_path / "part.jsonl", json.dumps(line))).exit_code == 0


def test_an_empty_log_is_not_in_order(tmp_path: Path, look: Any) -> None:
    report = look(write(tmp_path / "logs" / "run.jsonl", ""), as_kind="log")
    assert (codes(report), report.exit_code) == (["LOG_EMPTY"], 1)


BROKEN = {
    "twice": b'{"run_id": 1, "run_id": 2}',
    "comment": b"// run_record.json\n{}",
    "cut": b'{"run_id": ',
    "utf-16": '{"run_id": 1}'.encode("utf-16"),
    "latin-1": b'{"run_id": "\xe9"}',
    "nan": b'{"run_id": NaN}',
    "deep": b'{"a":' * 5000 + b"1" + b"}" * 5000,
    "surrogate": b'{"run_id": "\\ud800"}',
    "empty": b"",
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("file", ["run_record.json", "other.json", "logs/run.jsonl"])
def test_what_cannot_be_read_is_no_answer(name: str, file: str, tmp_path: Path, look: Any) -> None:
    report = look(write(tmp_path / file, BROKEN[name]))
    if (name, file) == ("empty", "logs/run.jsonl"):
        assert report.exit_code == 1
        return
    ((kind, status),) = statuses(report).values()
    wanted = {"run_record.json": "run_record", "logs/run.jsonl": "log"}.get(file, "unknown")
    assert (kind, status, report.exit_code) == (wanted, "error", 3)
    assert report.verdict is Verdict.ERROR
    assert len(report.findings) == 1


def test_a_number_that_a_double_cannot_hold(tmp_path: Path, look: Any) -> None:
    raw = json.dumps(RECEIPTS["run_record"])[:-1] + ', "x_n": 0.1234567890123456789}'
    assert codes(look(write(tmp_path / "run_record.json", raw))) == ["JSON_LOSSY_NUMBER"]


def test_key_order_and_white_space_never_matter(tmp_path: Path, look: Any) -> None:
    """Also not to the findings of documents that are not in order."""
    for kind, document in RECEIPTS.items():
        for content in (document, {**document, "run_id": "x"}):
            turned = dict(reversed(content.items()))
            texts = (json.dumps(content), json.dumps(turned, indent=7, separators=(" ,", " :  ")))
            answers = []
            for text in texts:
                report = look(write(tmp_path / f"{kind}.json", text))
                shown = sorted((f["code"], f["location"].get("pointer")) for f in report.findings)
                answers.append((report.exit_code, shown))
            assert answers[0] == answers[1]


def test_reports_are_documents_too(tmp_path: Path, look: Any, run: Path) -> None:
    report = look(run / "run_record.json")
    path = write(tmp_path / "report.json", report.render("json"))
    assert statuses(look(path))["report.json"] == ("report", "pass")
    document = json.loads(report.render("json"))
    document["promotable"] = True
    assert codes(look(write(path, document))) == ["REPORT_INVALID"]
    document["promotable"], document["documents"][0]["status"] = False, "fail"
    document.update(verdict="FAIL", exit_code=1)
    assert statuses(look(write(path, document)))["report.json"] == ("report", "pass")
    document["summary"]["runs"] = 1
    assert codes(look(write(path, document))) == ["REPORT_INCONSISTENT"]


UNKNOWN = {
    "notes.json": {"hello": "world"},
    "notebook.json": {"inputs": [], "outputs": []},
    "two.json": {"run_id": "x", "runner": {}, "status": "", "inputs": [], "outputs": []},
    "list.json": [1, 2],
    "data.geojson": {"type": "FeatureCollection", "features": []},
    "data.jsonl": '{"a": 1}\n',
    "config.yaml": "schema_version: compose/v1\n",
    "broken.yaml": "schema_version: [\n",
    "page.xml": "<html/>",
    "text.txt": "document that says nothing".replace("document", "a paper"),
    "image.bin": b"\x89PNG\x00\x01",
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_file_of_no_known_kind_is_a_wrong_call(name: str, tmp_path: Path) -> None:
    path = write(tmp_path / name, UNKNOWN[name])
    with pytest.raises(UsageError) as caught:
        lint(path)
    assert (caught.value.code, caught.value.exit_code) == ("KIND_UNKNOWN", 2)
    assert caught.value.wanted == ", ".join(kinds.KINDS)
    assert "--as" in str(caught.value.fix)


def test_the_kind_can_be_said(tmp_path: Path, look: Any) -> None:
    path = write(tmp_path / "notes.json", {"hello": "world"})
    report = look(path, as_kind="run_record")
    assert statuses(report)["notes.json"] == ("run_record", "fail")
    for kind in ("family", "project", "profile", "not_secrets", "validation_report", "report"):
        assert look(path, as_kind=kind).exit_code in (1, 3)
    with pytest.raises(UsageError, match="no kind"):
        look(path, as_kind="receipt")
    for paths in ((tmp_path,), (path, tmp_path)):
        with pytest.raises(UsageError, match="for files"):
            look(*paths, as_kind="run_record")


def test_every_form_of_a_catalog_can_be_said() -> None:
    assert {form for form in FORMS if not form.endswith("-many")} <= set(kinds.KINDS)
    assert len(set(kinds.KINDS)) == len(kinds.KINDS)

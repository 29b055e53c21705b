from __future__ import annotations

import datetime as dt
import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from record_helpers import COMMIT, FAMILY, RAW, document, sha256sum

from kfm_gates.cli import main
from kfm_gates.record import ids

START = dt.datetime(2026, 2, 18, tzinfo=dt.UTC)


@pytest.fixture
def filled(lake: Path) -> Path:
    run = lake / "data" / "work" / "runs" / FAMILY / ids.new_run_id(START)
    (run / "artifacts").mkdir(parents=True)
    (run / "artifacts" / "map.tif").write_bytes(b"II*\0")
    return run


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "checks.json").write_text(
        '{"gates": [{"name": "rows", "observed": 1, "threshold": {"min": 1}}], "metrics": {"n": 2}}'
    )
    (folder / "params.json").write_text('{"zoom": 7}')
    return folder


def words(filled: Path, files: Path) -> list[str]:
    return [
        *("seal", str(filled), "--family", FAMILY, "--pipeline", "pipelines/demo"),
        *("--input", RAW, "--output", "artifacts/*", "--params", str(files / "params.json")),
        *("--commit", COMMIT, "--status", "succeeded", "--check", str(files / "checks.json")),
        *("--started-at", "2026-02-17T18:00:00-06:00", "--ended-at", "2026-02-18T00:10:00Z"),
        *("--license", "CC0-1.0", "--holder", "H", "--attribution", "A", "--label", "public"),
        *("--tool", "gdal=3.9.2", "--runner-type", "cluster", "--runner-host", "node7"),
        *("--runner-user", "svc"),
    ]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(list(arguments))
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    return code, said.out, said.err


def test_the_last_line_is_the_next_command(
    filled: Path, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, *words(filled, files))
    assert (code, err) == (0, "")
    last = out.splitlines()[-1]
    assert last == f"next: kfm-gates check {shlex.quote(str(filled))}"
    assert sha256sum(filled).returncode == 0
    assert document(filled, "run_record")["started_at"] == "2026-02-18T00:00:00Z"
    assert document(filled, "run_record")["runner"] == {
        "type": "cluster",
        "host": "node7",
        "user": "svc",
    }
    assert document(filled, "run_manifest")["params"] == {"zoom": 7}
    assert document(filled, "validation_report")["metrics"] == {"n": 2}


def test_a_plan_writes_nothing(
    filled: Path, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(filled.rglob("*"))
    code, out, _ = run(capsys, *words(filled, files), "--plan")
    assert code == 0
    assert "checksums.sha256" in out
    assert "missing" not in out
    assert sorted(filled.rglob("*")) == before


@pytest.mark.parametrize("plan", [True, False])
def test_what_is_missing_is_listed_with_its_option(
    filled: Path, capsys: pytest.CaptureFixture[str], plan: bool
) -> None:
    before = sorted(filled.rglob("*"))
    code, out, err = run(capsys, "seal", str(filled), *(["--plan"] if plan else []))
    assert code == 2
    said, silent = (out, err) if plan else (err, out)
    assert silent == ""
    for option in ("--pipeline", "--commit", "--status", "--params", "--check", "--input"):
        assert option in said
    assert sorted(filled.rglob("*")) == before


@pytest.mark.parametrize("arguments", [[], ["--plan"]])
def test_json_is_one_document_when_something_is_missing(
    filled: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    code, out, err = run(capsys, "seal", str(filled), "--json", *arguments)
    assert (code, err) == (2, "")
    document_ = json.loads(out)
    assert document_["schema"] == "seal/v1"
    assert document_["sealed"] is document_["complete"] is False
    assert len(document_["missing"]) == 9
    assert all(set(entry) == {"what", "option"} for entry in document_["missing"])


def test_json_of_a_sealed_run(
    filled: Path, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, *words(filled, files), "--json")
    assert code == 0
    document_ = json.loads(out)
    assert document_["sealed"] is True
    assert document_["next"] == ["kfm-gates", "check", str(filled)]
    assert document_["writes"][-1] == "checksums.sha256"


def test_json_of_a_refusal(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (filled / "run_record.json").write_text("{}")
    code, out, err = run(capsys, "seal", str(filled), "--json")
    assert code == 2
    assert json.loads(out)["exit_code"] == 2
    assert "RUN_EXISTS" in err


def replaced(words_: list[str], option: str, *values: str) -> list[str]:
    n = words_.index(option)
    return [*words_[:n], *values, *words_[n + 2 :]]


@pytest.mark.parametrize(
    ("option", "values"),
    [
        ("--started-at", ("--started-at", "2026-02-18")),
        ("--started-at", ("--started-at", "2026-02-18T00:00:00")),
        ("--started-at", ("--started-at", "yesterday")),
        ("--status", ("--status", "fine")),
        ("--commit", ("--commit", "HEAD")),
        ("--params", ("--params", "none.json")),
        ("--params", ("--params", "PARAMS", "--no-params")),
        ("--check", ("--check", "PARAMS")),
        ("--tool", ("--tool", "gdal")),
        ("--tool", ("--tool", "=1")),
        ("--label", ("--label", "secret")),
        ("--family", ("--family", "other_family")),
        ("--output", ("--output", " ")),
        ("--output", ("--output", "artifacts/*.png")),
        ("--input", ("--input", "https://example.org/x")),
        ("--holder", ("--supersedes", "01KHQZ2C80Q1V5A7M3TB6XJ4NE")),
        ("--holder", ("--reason", "x")),
    ],
)
def test_malformed_options(
    filled: Path,
    files: Path,
    capsys: pytest.CaptureFixture[str],
    option: str,
    values: tuple[str, ...],
) -> None:
    given = [str(files / "params.json") if v == "PARAMS" else v for v in values]
    code, out, err = run(capsys, *replaced(words(filled, files), option, *given))
    assert code == 2
    assert out == ""
    assert err
    assert not (filled / "run_record.json").exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[1",
        "7",
        '{"gates": 1}',
        '{"metrics": {"a": 1}}',
        '{"gates": [], "metrics": []}',
        '{"gates": [{"name": "a"}]}',
        '{"gates": [{"name": "a", "name": "b", "status": "pass"}]}',
        '[{"name": "a", "status": "pass", "observed": 1e999}]',
    ],
)
def test_malformed_checks(
    filled: Path, files: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    (files / "checks.json").write_text(text)
    code, _, err = run(capsys, *words(filled, files))
    assert code == 2
    assert err
    assert not (filled / "run_record.json").exists()


def test_no_params_is_a_statement(
    filled: Path, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, _ = run(capsys, *replaced(words(filled, files), "--params", "--no-params"))
    assert code == 0
    assert document(filled, "run_manifest")["params"] == {}


def test_names_are_shown_harmless(
    filled: Path, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (filled / "artifacts" / "\x1b[2J::error::x").write_text("x")
    code, _, err = run(capsys, *words(filled, files))
    assert code == 2
    assert "\x1b" not in err
    assert "::error" not in err


def test_a_correction(filled: Path, files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = "01KHQZ2C80Q1V5A7M3TB6XJ4NE"
    more = ("--supersedes", old, "--reason", "cut off", "--parent", old, "--job-id", "j")
    more += ("--repo", "https://github.com/example/pipelines")
    code, _, _ = run(capsys, *words(filled, files), *more)
    assert code == 0
    record: dict[str, Any] = document(filled, "run_record")
    assert record["supersedes"] == {"run_id": old, "reason": "cut off"}
    assert (record["parent_run_id"], record["job_id"]) == (old, "j")
    assert record["code"] == {"repo": "https://github.com/example/pipelines"}


def test_help_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "seal", "--help")
    assert code == 0
    assert "Example" in out
    assert "kfm-gates seal --plan" in out


def test_every_document_of_the_catalog_folder_is_listed(
    filled: Path, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (filled / "catalog" / "stac").mkdir(parents=True)
    (filled / "catalog" / "dcat.ttl").write_text("# mine\n")
    (filled / "catalog" / "stac" / "item.json").write_text("{}")
    code, out, _ = run(capsys, *words(filled, files), "--plan")
    assert code == 0
    assert "catalogs 2\n  catalog/dcat.ttl\n  catalog/stac/item.json\n" in out
    code, out, _ = run(capsys, *words(filled, files), "--plan", "--json")
    listed = ["catalog/dcat.ttl", "catalog/stac/item.json"]
    assert json.loads(out)["catalog_refs"] == listed
    assert run(capsys, *words(filled, files))[0] == 0
    place = "/".join(filled.parts[-5:])
    assert document(filled, "run_manifest")["catalog_refs"] == [f"{place}/{one}" for one in listed]
    assert sha256sum(filled).returncode == 0

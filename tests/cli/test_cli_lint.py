"""`kfm-gates lint`: exit codes, outputs, and what it says of itself, in and out of process."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.cli._completion import complete
from kfm_gates.linter.kinds import KINDS
from kfm_gates.report import Report

ROOT = Path(__file__).parents[2]
LAKE = ROOT / "tests" / "project" / "lake"
(RUN,) = (LAKE / "data/work/runs/kansas_ponds").iterdir()
GOOD = str(RUN / "run_record.json")


@pytest.fixture
def bad(tmp_path: Path) -> str:
    document = json.loads(Path(GOOD).read_text("utf-8")) | {"dry_run": True}
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


@pytest.fixture
def broken(tmp_path: Path) -> str:
    path = tmp_path / "broken.json"
    path.write_text('{"run_id": 1, "run_id": 2}', encoding="utf-8")
    return str(path)


def test_exit_codes_never_depend_on_the_output(invoke: Any, bad: str, broken: str) -> None:
    for options in ([], ["-q"], ["-v"], ["--json"], ["-o", "github=-"], ["--color=always"]):
        assert invoke("lint", *options, GOOD).code == 0
        assert invoke("lint", *options, bad).code == 1
        assert invoke("lint", *options, bad, GOOD).code == 1
        assert invoke("lint", *options, broken, bad).code == 3
        assert invoke("lint", *options, "/nowhere").code == 2
        assert invoke("lint", *options).code == 2


def test_text_says_that_it_is_no_decision(invoke: Any, bad: str) -> None:
    result = invoke("lint", GOOD)
    assert result.out.startswith("✔ PASS lint: 1 document in order. This is no decision about")
    assert result.err == ""
    result = invoke("lint", bad)
    assert "RUN_NOT_REAL" in result.out
    assert result.out.endswith("next: kfm-gates explain RUN_NOT_REAL\n")
    assert invoke("explain", "RUN_NOT_REAL").code == 0


def test_json_is_one_document_at_every_exit_code(invoke: Any, bad: str, broken: str) -> None:
    for args, code in (
        ([GOOD], 0),
        ([bad], 1),
        ([broken], 3),
        (["/nowhere"], 2),
        (["--as", "nothing", GOOD], 2),
        (["--bogus"], 2),
        ([], 2),
    ):
        result = invoke("lint", "--json", *args)
        assert result.code == code
        assert result.document["question"] == "lint"
        assert result.document["exit_code"] == code
        assert result.document["runs"] == []
        Report(result.document)


def test_a_file_of_no_known_kind_names_the_kinds(invoke: Any, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("text", encoding="utf-8")
    result = invoke("lint", str(path))
    assert result.code == 2
    assert "KIND_UNKNOWN" in result.err
    assert all(kind in result.err for kind in KINDS)
    assert "--as" in result.err


def test_help_lists_every_kind(invoke: Any) -> None:
    shown = invoke("lint", "--help").out
    assert all(kind in shown.replace("\n", " ") for kind in KINDS)
    assert "Example:" in shown
    assert "OPA" in shown


def test_results_are_written_and_replaced(invoke: Any, bad: str, tmp_path: Path) -> None:
    out = tmp_path / "lint.json"
    assert invoke("lint", GOOD, "-o", f"json={out}").code == 0
    assert json.loads(out.read_text("utf-8"))["verdict"] == "PASS"
    assert invoke("lint", bad, "-o", f"json={out}").code == 1
    assert json.loads(out.read_text("utf-8"))["verdict"] == "FAIL"
    assert invoke("lint", "/nowhere", "-o", f"json={out}").code == 2
    assert json.loads(out.read_text("utf-8"))["verdict"] == "ERROR"
    assert invoke("report", str(out)).code == 2
    assert invoke("lint", GOOD, "-o", f"json={out}").code == 0
    assert invoke("report", str(out)).out.startswith("✔ PASS lint: ")


def test_a_result_of_check_is_not_overwritten(
    invoke: Any, docs: Any, runner: Any, tmp_path: Path
) -> None:
    out = tmp_path / "report.json"
    out.write_text(Report(docs.report(docs.run("PASS"))).render("json"), encoding="utf-8")
    before = out.read_bytes()
    assert invoke("lint", GOOD, "-o", f"json={out}").code == 2
    assert out.read_bytes() == before
    lint = tmp_path / "lint.json"
    assert invoke("lint", GOOD, "-o", f"json={lint}").code == 0
    assert invoke("check", "x", "-o", f"json={lint}").code == 2
    assert json.loads(lint.read_text("utf-8"))["question"] == "lint"


def test_what_is_linted_is_never_an_output(invoke: Any, bad: str) -> None:
    before = Path(bad).read_bytes()
    for place in (bad, str(RUN / "lint.json")):
        assert invoke("lint", bad, "-o", f"json={place}").code == 2
    assert Path(bad).read_bytes() == before


def test_options(invoke: Any, bad: str) -> None:
    early = invoke("lint", "--now", "2020-01-01T00:00:00Z", "--json", GOOD)
    assert early.code == 1
    assert {f["code"] for f in early.document["documents"][0]["findings"]} == {"TIME_IN_FUTURE"}
    assert invoke("lint", "--now", "yesterday", GOOD).code == 2
    assert invoke("lint", "--root", "/nowhere", GOOD).code == 2
    assert invoke("lint", "--root", str(LAKE), GOOD).code == 0
    named = invoke("lint", "--invocation", "mine", "--json", bad).document
    assert named["invocation"] == "mine"
    assert invoke("lint", "--as", "run_record", bad).code == 1


def test_completion_offers_kinds_and_formats() -> None:
    from kfm_gates.cli._app import PROGRAM, app

    shown = complete("bash", app, PROGRAM, [PROGRAM, "lint", "--as", "run"], 3)
    assert {line.partition(",")[2] for line in shown.split("\n")} == {"run_record", "run_manifest"}
    assert "lint" in complete("bash", app, PROGRAM, [PROGRAM, "li"], 1)


def start(*args: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    keep = {k: v for k, v in os.environ.items() if not k.startswith(("KFM", "_KFM", "COV"))}
    env = keep | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", "PATH": "/nowhere"}
    return subprocess.run(
        [sys.executable, *args], env=env, capture_output=True, timeout=60, check=False, **options
    )


def test_a_process_needs_no_opa(bad: str, broken: str) -> None:
    for path, code in ((GOOD, 0), (bad, 1), (broken, 3), ("/nowhere", 2)):
        done = start("-m", "kfm_gates.cli", "lint", path)
        assert done.returncode == code, done.stderr
        assert b"Traceback" not in done.stderr


def test_a_receipt_loads_nothing_that_it_does_not_need() -> None:
    program = (
        "import sys; from kfm_gates.cli import main; code = main(['lint', '-q', sys.argv[1]]);"
        "print(*sys.modules); sys.exit(code)"
    )
    done = start("-c", program, GOOD)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.decode().split())
    heavy = ("rdflib", "pyoxigraph", "pystac", "prov", "yaml", "jsonschema", "detect_secrets")
    assert not loaded & {
        *heavy,
        "license_expression",
        "rfc8785",
        "ulid",
        "pyarrow",
        "urllib.request",
    }
    policy = {name for name in loaded if name.startswith("kfm_gates.policy")}
    assert not policy
    assert "kfm_gates.runner" not in loaded


def test_the_library_says_the_same(bad: str) -> None:
    import kfm_gates

    report = kfm_gates.lint(bad)
    assert (report.question, report.exit_code, report.promotable) == ("lint", 1, False)
    assert kfm_gates.lint([GOOD]).verdict is kfm_gates.Verdict.PASS
    assert importlib.util.find_spec("kfm_gates.lint") is None


def test_the_list_of_kinds_is_wrapped(invoke: Any) -> None:
    result = invoke("lint", "--as", "nonsense", GOOD)
    assert result.code == 2
    assert all(len(line) <= 100 for line in result.err.splitlines())
    assert "openlineage-lines" in result.err
    assert "Links are not followed" in " ".join(invoke("lint", "--help").out.split())

"""The check step of the Action, with a stand-in for kfm-gates that misbehaves on request."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from action_steps import Result, Runner
from dev_tools import ROOT

STAND_IN = r"""
import json, os, signal, sys
from pathlib import Path

argv = sys.argv[1:]
home = Path(__file__).parent.parent.parent
(home / "argv.json").write_text(json.dumps(argv))
(home / "env.json").write_text(json.dumps(dict(os.environ)))
(home / "isolated").write_text(str(sys.flags.isolated))
options = dict(a[2:].split("=", 1) for a in argv[: argv.index("--")] if a.startswith("--"))
targets = dict(argv[n + 1].split("=", 1) for n, a in enumerate(argv) if a == "-o")
plan = json.loads((home / "plan.json").read_text())
sys.stdout.write(plan.get("stdout", ""))
sys.stderr.write(plan.get("stderr", ""))
sys.stdout.flush()
if "report" in plan:
    report = plan["report"]
    if isinstance(report, dict) and report.get("invocation") == "THIS":
        report["invocation"] = options["invocation"]
    text = report if isinstance(report, str) else json.dumps(report)
    Path(targets["json"]).write_text(text)
if "annotations" in plan:
    Path(targets["github"]).write_text(plan["annotations"])
if plan.get("kill") == "self":
    os.kill(os.getpid(), signal.SIGKILL)
if plan.get("kill") == "parent":
    os.kill(os.getppid(), signal.SIGKILL)
sys.exit(plan["exit"])
"""

SUBJECT = "ab" * 32


def report(verdict: str = "PASS", exit_code: int = 0, **changes: Any) -> dict[str, Any]:
    document: dict[str, Any] = {
        "schema": "report/v1",
        "question": "check",
        "invocation": "THIS",
        "verdict": verdict,
        "exit_code": exit_code,
        "promotable": False,
        "summary": {"runs": 1, "pass": 0, "fail": 0, "error": 0, verdict.lower(): 1},
        "findings": [],
        "runs": [
            {
                "path": "data/work/runs/family/01J0000000000000000000000A",
                "verdict": verdict,
                "profile": "local",
                "subject": f"sha256:{SUBJECT}",
                "findings": [],
                "limits": [{"name": "local", "why": "The profile local is for looking only."}],
                "not_checked": ["attestations/x.json"],
            }
        ],
    }
    return {**document, **changes}


def finding(**changes: Any) -> dict[str, Any]:
    base = {
        "code": "OUTPUT_DIGEST_MISMATCH",
        "level": "deny",
        "message": "The file differs from the manifest.",
        "location": {"file": "artifacts/counties.geojson"},
        "got": "sha256:00",
        "wanted": "sha256:11",
        "fix": {"text": "Record a new run.", "who": "pipeline", "argv": []},
    }
    return {**base, **changes}


Check = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    subprocess.run(
        [sys.executable, "-I", "-m", "venv", "--without-pip", str(home / "venv")], check=True
    )
    (home / "venv" / "bin" / "kfm-gates").write_text(STAND_IN, encoding="utf-8")
    return home


@pytest.fixture
def check(tmp_path: Path, home: Path) -> Check:
    def call(plan: dict[str, Any], env: dict[str, str] | None = None, **inputs: str) -> Result:
        temp, workspace = tmp_path / "temp", tmp_path / "workspace"
        temp.mkdir(exist_ok=True)
        workspace.mkdir(exist_ok=True)
        (home / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        given = {"runs": "data/work/runs/family", "profile": "local", **inputs}
        given = {name.replace("_", "-"): value for name, value in given.items()}
        known = {"python": {"python": sys.executable}, "install": {"home": str(home)}}
        return Runner(ROOT, temp, workspace, env or {}).run(given, known=known)

    return call


def test_a_pass_of_this_invocation_succeeds(check: Check) -> None:
    result = check({"exit": 0, "report": report()})
    assert result.exit_code == 0, result.log
    assert result.outputs["verdict"] == "pass"
    written = Path(result.outputs["report-json"]).read_bytes()
    assert result.outputs["report-digest"] == f"sha256:{hashlib.sha256(written).hexdigest()}"
    assert result.outputs["subject-digest"] == f"sha256:{SUBJECT}"
    assert result.summary.startswith("## kfm-gates: PASS\n")


def test_a_fail_keeps_its_exit_code(check: Check) -> None:
    result = check({"exit": 1, "report": report("FAIL", 1)})
    assert (result.exit_code, result.outputs["verdict"]) == (1, "fail")
    assert result.summary.startswith("## kfm-gates: FAIL\n")


@pytest.mark.parametrize(
    ("plan", "exit_code"),
    [
        pytest.param({"exit": 2}, 2, id="usage"),
        pytest.param({"exit": 2, "report": report("ERROR", 2)}, 2, id="usage with a report"),
        pytest.param({"exit": 3, "report": report("ERROR", 3)}, 3, id="no decision"),
        pytest.param({"exit": 130}, 3, id="interrupted"),
        pytest.param({"exit": 1}, 3, id="a traceback is no FAIL"),
        pytest.param({"exit": 1, "report": report()}, 3, id="exit 1 with a PASS"),
        pytest.param({"exit": 0}, 3, id="exit 0 without a report"),
        pytest.param({"exit": 0, "report": ""}, 3, id="empty report"),
        pytest.param({"exit": 0, "report": '{"verdict": "PASS"'}, 3, id="cut report"),
        pytest.param({"exit": 0, "report": "[]"}, 3, id="a list"),
        pytest.param({"exit": 0, "report": "[" * 100_000}, 3, id="deep report"),
        pytest.param({"exit": 0, "report": report("FAIL", 1)}, 3, id="exit 0 with a FAIL"),
        pytest.param({"exit": 0, "report": report("PASS", 1)}, 3, id="report with exit code 1"),
        pytest.param(
            {"exit": 0, "report": report("FAIL", 0, runs=report()["runs"])}, 3, id="runs alone pass"
        ),
        pytest.param({"exit": 0, "report": report("pass")}, 3, id="another spelling"),
        pytest.param({"exit": 0, "report": report("")}, 3, id="no verdict"),
        pytest.param({"exit": 0, "report": report(runs=[])}, 3, id="a PASS of nothing"),
        pytest.param({"exit": 0, "report": report(runs=[{}])}, 3, id="a run without a verdict"),
        pytest.param(
            {"exit": 0, "report": report(runs=[{"verdict": "PASS"}, "x"])},
            3,
            id="a run that is none",
        ),
        pytest.param(
            {"exit": 0, "report": report(runs=[{"verdict": "PASS"}, {"verdict": "FAIL"}])},
            3,
            id="one of two runs fails",
        ),
        pytest.param({"exit": 0, "report": report(invocation="0" * 32)}, 3, id="another call"),
        pytest.param({"exit": 0, "report": report(invocation="")}, 3, id="no invocation"),
        pytest.param({"exit": 0, "report": report(schema="report/v2")}, 3, id="another schema"),
        pytest.param({"exit": 0, "report": report(question="lint")}, 3, id="another question"),
        pytest.param({"exit": 1, "report": report("FAIL", 1, question="lint")}, 3, id="lint fails"),
        pytest.param({"exit": 0, "report": report(question=None)}, 3, id="no question"),
        pytest.param({"exit": 0, "report": report(), "kill": "self"}, 3, id="killed at the end"),
    ],
)
def test_everything_else_is_an_error(check: Check, plan: dict[str, Any], exit_code: int) -> None:
    result = check(plan)
    assert (result.exit_code, result.outputs["verdict"]) == (exit_code, "error"), result.log
    assert "::error title=kfm-gates error::" in result.log


def test_a_killed_step_leaves_error_behind(check: Check) -> None:
    result = check({"exit": 0, "report": report(), "kill": "parent"})
    assert result.exit_code != 0
    assert result.outputs["verdict"] == "error"


def test_a_report_of_an_earlier_call_is_not_this_ones(check: Check, tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    assert check({"exit": 0, "report": report()}, report_dir=str(folder)).exit_code == 0
    result = check({"exit": 0}, report_dir=str(folder))
    assert (result.exit_code, result.outputs["verdict"]) == (3, "error")
    assert not (folder / "report.json").exists()


@pytest.mark.parametrize(
    "text",
    [
        *("", "{}", "[]", '{"schema": "report/v2"}', '{"schema": "report/v1"}', "mine"),
        '{"schema": "report/v1", "question": "lint"}',
    ],
)
def test_a_file_that_is_no_report_is_not_overwritten(
    check: Check, home: Path, tmp_path: Path, text: str
) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "report.json").write_text(text, encoding="utf-8")
    result = check({"exit": 0, "report": report()}, report_dir=str(folder))
    assert (result.exit_code, result.outputs["verdict"]) == (2, "error")
    assert (folder / "report.json").read_text(encoding="utf-8") == text
    assert not (home / "argv.json").exists()


def test_a_report_that_is_a_link_is_not_followed(check: Check, tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    (tmp_path / "target").write_text(json.dumps(report()), encoding="utf-8")
    (folder / "report.json").symlink_to(tmp_path / "target")
    result = check({"exit": 0, "report": report()}, report_dir=str(folder))
    assert (result.exit_code, result.outputs["verdict"]) == (2, "error")
    assert (tmp_path / "target").exists()


def test_the_report_folder_holds_the_report_alone(check: Check, tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    plan = {"exit": 0, "report": report(), "annotations": "::notice::x\n"}
    assert check(plan, report_dir=str(folder)).exit_code == 0
    assert [path.name for path in folder.iterdir()] == ["report.json"]


def test_no_runs_is_an_error(check: Check, home: Path) -> None:
    result = check({"exit": 0, "report": report()}, runs=" \n\t\n")
    assert (result.exit_code, result.outputs["verdict"]) == (2, "error")
    assert not (home / "argv.json").exists()


def test_hostile_inputs_reach_the_check_as_they_are(check: Check, home: Path) -> None:
    hostile = ["$(touch pwned)", "`touch pwned`", "--profile=public", "; touch pwned", "a b", "*"]
    hostile += ["-o json=/dev/null", "${{ secrets.X }}", "::error::x", "'\"\\", "d\u00fcrre\u202e"]
    result = check(
        {"exit": 0, "report": report()},
        runs="\n".join(hostile),
        profile="$(touch pwned)",
        root="--all",
    )
    assert result.exit_code == 0, result.log
    argv = json.loads((home / "argv.json").read_text())
    assert argv[argv.index("--") + 1 :] == hostile
    assert "--profile=$(touch pwned)" in argv
    assert "--root=--all" in argv
    assert not list(home.parent.rglob("pwned"))


def test_the_check_hears_nothing_of_the_jobs_python(check: Check, home: Path) -> None:
    (home.parent / "evil.py").write_text("raise SystemExit(0)", encoding="utf-8")
    env = {"PYTHONPATH": str(home.parent), "PYTHONSTARTUP": "evil.py", "KFM_GATES_OPA": "/bin/true"}
    assert check({"exit": 0, "report": report()}, env).exit_code == 0
    seen = json.loads((home / "env.json").read_text())
    assert not [name for name in seen if name.startswith(("PYTHON", "KFM_"))]
    assert seen["XDG_CACHE_HOME"] == f"{home}/cache"
    assert (home / "isolated").read_text() == "1"


@pytest.mark.parametrize("name", ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"])
def test_an_output_that_cannot_be_written_is_an_error(
    check: Check, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    result = check({"exit": 0, "report": report()}, {name: str(folder)})
    assert (result.exit_code, result.outputs["verdict"]) == (3, "error")


@pytest.mark.parametrize("name", ["GITHUB_OUTPUT", "RUNNER_TEMP"])
def test_without_a_runner_there_is_no_verdict(check: Check, name: str) -> None:
    assert check({"exit": 0, "report": report()}, {name: ""}).exit_code != 0


def test_a_report_folder_that_cannot_be_made_is_an_error(check: Check, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = check({"exit": 0, "report": report()}, report_dir=str(tmp_path / "file" / "x"))
    assert (result.exit_code, result.outputs["verdict"]) == (3, "error")


def test_a_report_folder_with_line_breaks_is_one_output(check: Check, tmp_path: Path) -> None:
    folder = tmp_path / "a\nverdict=pass\n"
    result = check({"exit": 1, "report": report("FAIL", 1)}, report_dir=str(folder))
    assert result.outputs["verdict"] == "fail"
    assert result.outputs["report-json"] == str(folder.resolve() / "report.json")


def test_two_megabytes_of_findings_stay_bounded(check: Check) -> None:
    many = [finding(message="x" * 400, got=str(n)) for n in range(5_000)]
    document = report("FAIL", 1, findings=many)
    assert len(json.dumps(document)) > 2_000_000
    text = "line of findings\n" * 150_000
    result = check({"exit": 1, "report": document, "stdout": text, "annotations": text})
    assert (result.exit_code, result.outputs["verdict"]) == (1, "fail")
    assert len(result.summary.encode()) < 2**20
    assert "the worst 10 of 5000" in result.summary
    assert result.summary.count("<br>fix") == 10
    assert len(result.log) < 2**20
    assert "more bytes are left out" in result.log


def test_a_summary_of_many_runs_stays_bounded(check: Check) -> None:
    one = report("FAIL", 1)["runs"][0]
    runs = [{**one, "path": "\U0001f4a9" * 5_000 + str(n)} for n in range(500)]
    result = check({"exit": 1, "report": report("FAIL", 1, runs=runs)})
    assert 2**16 < len(result.summary.encode()) <= 2**17
    assert result.summary.endswith("\n\nThe rest is in the report.\n\n")
    assert result.summary.startswith("## kfm-gates: FAIL\n")


def test_the_summary_shows_the_worst_first_and_what_was_not_checked(check: Check) -> None:
    info, deny = finding(code="SOME_INFO", level="info"), finding()
    waived = finding(code="WAIVED_CODE", waived_by="w-1")
    result = check({"exit": 1, "report": report("FAIL", 1, findings=[info, waived, deny])})
    shown = re.sub(r"&#(\d+);", lambda m: chr(int(m[1])), result.summary)
    assert shown.index("OUTPUT_DIGEST_MISMATCH") < shown.index("SOME_INFO")
    assert shown.index("SOME_INFO") < shown.index("WAIVED_CODE")
    assert "artifacts/counties.geojson" in shown
    assert "fix (<code>pipeline</code>): <code>Record a new run.</code>" in shown
    assert "attestations/x.json" in shown


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "</code><img src=x onerror=alert(1)>",
        "[click](https://example.invalid)",
        "https://example.invalid",
        "@everybody",
        "`</code>`",
        "| a | b |\n|---|---|",
        "\x1b[31mred\u202e",
        "\n\n# heading",
    ],
)
def test_hostile_text_is_inert_in_the_summary(check: Check, hostile: str) -> None:
    bad = finding(message=hostile, location={"file": hostile, "pointer": hostile}, got=hostile)
    result = check({"exit": 1, "report": report("FAIL", 1, findings=[bad])})
    assert hostile not in result.summary
    ours = re.sub(r"</?(code|br)>", "", result.summary)
    assert not re.search(r"[<>@\[\]`|\x1b\u202e]|://", ours)
    assert result.summary.count("<code>") == result.summary.count("</code>")


def test_commands_in_the_log_of_the_check_are_switched_off(check: Check) -> None:
    noise = "::add-mask::a\n##[group]b\n"
    annotations = "::error title=kfm-gates FAIL::1 run\n"
    plan = {"exit": 1, "report": report("FAIL", 1), "stdout": noise, "annotations": annotations}
    log = check(plan).log
    token = re.match(r"::stop-commands::([0-9a-f]{32})\n", log)
    assert token
    inside, after = log.split(f"::{token[1]}::\n")
    assert noise in inside
    assert noise not in after
    assert annotations in after


def test_outputs_start_as_error(check: Check, tmp_path: Path) -> None:
    check({"exit": 0, "report": report()})
    text = (tmp_path / "temp" / "check.output").read_text(encoding="utf-8")
    values = re.findall(r"^verdict<<(\w+)\n(.*)\n\1$", text, flags=re.MULTILINE)
    assert [value for _, value in values] == ["error", "pass"]
    assert text.rstrip().endswith(values[-1][0])


def test_nothing_of_the_workspace_is_imported(check: Check, tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    for name in ("json.py", "hashlib.py", "sitecustomize.py", "kfm_gates.py"):
        (workspace / name).write_text("raise SystemExit(0)", encoding="utf-8")
    env = {"PYTHONPATH": str(workspace), "PYTHONHOME": os.devnull}
    assert check({"exit": 3, "report": report("ERROR", 3)}, env).exit_code == 3

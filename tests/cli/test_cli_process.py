"""The same in a process of its own: environment, pipes, full disks, signals, shells."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.report import Report

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "kfm_gates.cli"]


def environment(**extra: str) -> dict[str, str]:
    keep = {k: v for k, v in os.environ.items() if not k.startswith(("KFM", "_KFM", "COV"))}
    return keep | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"} | extra


def start(*args: str, env: dict[str, str] | None = None, **options: Any) -> Any:
    return subprocess.run(
        [*COMMAND, *args],
        env=env or environment(),
        capture_output="stdout" not in options,
        timeout=60,
        check=False,
        **options,
    )


@pytest.fixture
def failed(tmp_path: Path, docs: Any) -> str:
    """A report that says FAIL."""
    path = tmp_path / "r.json"
    report = Report(docs.report(docs.run("FAIL", docs.finding())))
    path.write_text(report.render("json"), encoding="utf-8")
    return str(path)


@pytest.fixture
def passed(tmp_path: Path, docs: Any) -> str:
    """A report that says PASS."""
    path = tmp_path / "p.json"
    path.write_text(Report(docs.report(docs.run("PASS"))).render("json"), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("value", ["bash_source", "zsh_complete", "fish_source", "x"])
def test_completion_instructions_never_make_a_command_succeed(failed: str, value: str) -> None:
    names = ("_KFM_GATES_COMPLETE", "_KFM_GATES.CLI_COMPLETE", "___MAIN___COMPLETE")
    names += ("_PYTHON__M_KFM_GATES_CLI_COMPLETE", "_KFM_GATES_CLI_COMPLETE")
    env = environment(**dict.fromkeys(names, value), COMP_WORDS="kfm-gates check", COMP_CWORD="1")
    done = start("report", failed, env=env)
    assert done.returncode == 1
    assert done.stdout.decode().startswith("✘ FAIL")
    assert start("check", "--", "--help", env=env).returncode == 2
    assert start("--bogus", env=env).returncode == 2


def test_options_are_not_read_from_the_environment(failed: str) -> None:
    env = environment(KFM_GATES_REPORT_REPORT="x", KFM_GATES_REPORT_QUIET="1", REPORT_QUIET="1")
    done = start("report", failed, env=env)
    assert done.returncode == 1
    assert done.stdout.count(b"\n") > 5


def test_a_reader_that_goes_away_is_3_without_a_traceback(passed: str) -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run(
            [*COMMAND, "report", passed],
            env=environment(),
            stdout=write,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    finally:
        os.close(write)
    assert done.returncode == 3
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("args", [[], ["--json"], ["-q"]])
def test_a_full_disk_is_3(passed: str, args: list[str], tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = start(
            *("report", passed, "-o", f"github={tmp_path / 'g'}", *args),
            stdout=full,
            stderr=subprocess.PIPE,
        )
    assert done.returncode == 3
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr
    assert not (tmp_path / "g").exists()


@pytest.mark.parametrize("command", ["--help", "check --help", "completion bash"])
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_help_on_a_full_disk_is_not_0(command: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = start(*command.split(), stdout=full, stderr=subprocess.PIPE)
    assert done.returncode not in (0, 1)
    assert b"Traceback" not in done.stderr


def test_a_closed_standard_output_is_3(passed: str) -> None:
    script = f'exec {" ".join(COMMAND)} report "$1" >&-'
    done = subprocess.run(
        ["/bin/sh", "-c", script, "sh", passed],
        env=environment(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 3


def test_an_interruption_is_130(tmp_path: Path) -> None:
    program = textwrap.dedent(
        """
        import os, signal, sys, types
        module = types.ModuleType("kfm_gates.runner")
        class Checker:
            def __init__(self, *a, **k): pass
            def check(self, *a, **k):
                os.kill(os.getpid(), signal.SIGINT)
                import time; time.sleep(30)
        module.Checker = Checker
        sys.modules["kfm_gates.runner"] = module
        from kfm_gates.cli import main
        sys.exit(main(["check", "--json", "a-run"]))
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 130
    assert json.loads(done.stdout)["exit_code"] == 130
    assert b"Traceback" not in done.stderr


def test_latin_1_terminals_still_get_json_in_utf_8(tmp_path: Path, docs: Any) -> None:
    path = tmp_path / "r.json"
    report = Report(docs.report(docs.run("FAIL", docs.finding(message="Grüße 県"))))
    path.write_text(report.render("json"), encoding="utf-8")
    env = environment(PYTHONIOENCODING="latin-1")
    done = start("report", "--json", str(path), env=env)
    assert json.loads(done.stdout.decode("utf-8")) == report.document
    text = start("report", str(path), env=env)
    assert text.returncode == 1
    assert "x FAIL" in text.stdout.decode("latin-1")


def test_a_check_imports_no_other_command() -> None:
    program = (
        "import sys; from kfm_gates.cli import main; main(['check', '/nowhere']);"
        "print([m for m in sys.modules if m.startswith('kfm_gates.cli.')"
        " and not m.startswith('kfm_gates.cli._')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.decode().strip() == "['kfm_gates.cli.check']"


def test_importing_the_command_line_is_light() -> None:
    program = (
        "import sys; import kfm_gates.cli, kfm_gates.report, kfm_gates.report.text;"
        "print(sorted({m.partition('.')[0] for m in sys.modules}"
        " & {'click', 'jsonschema', 'jsonschema_rs', 'yaml', 'subprocess', 'email', 'ulid'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(), capture_output=True, check=False
    )
    assert done.stdout.decode().strip() == "[]"


BASH = """
eval "$("$1" completion bash)"
complete -p kfm-gates
try() {
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
    _kfm_gates_completion kfm-gates
    echo "${COMPREPLY[*]}"
}
try kfm-gates ch
try kfm-gates check --tr
try kfm-gates check --color ""
try kfm-gates report -o js
try kfm-gates nothing here
"""


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_completion_in_a_real_bash(tmp_path: Path) -> None:
    program = tmp_path / "kfm-gates"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m kfm_gates.cli "$@"\n')
    program.chmod(0o755)
    env = environment(PATH=f"{tmp_path}:{os.environ['PATH']}")
    done = subprocess.run(
        ["bash", "--norc", "-c", BASH, "bash", str(program)],
        env=env,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.decode().splitlines() == [
        "complete -o nosort -F _kfm_gates_completion kfm-gates",
        "check",
        "--trusted-ref",
        "auto always never",
        "json=",
        "",
    ]

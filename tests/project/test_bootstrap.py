"""`make` on a machine that lacks something: a clear word, and in CI a refusal."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from dev_tools import ROOT

OLD = '#!/bin/sh\ncase "$*" in *version_info*) exit 1;; *) echo 3.9.2;; esac\n'
BROKEN_SHIM = "#!/bin/sh\necho 'command not found' >&2\nexit 127\n"
WITHOUT_ENSUREPIP = '#!/bin/sh\ncase "$*" in *ensurepip*) exit 1;; *) exit 0;; esac\n'


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A PATH with nothing but what a shell script cannot do without."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("cat", "mkdir", "rm", "sh", "touch"):
        (folder / name).symlink_to(str(shutil.which(name)))
    return folder


def script(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    (folder / name).chmod(0o755)


def run(tools: Path, *argv: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(tools / "sh"), *argv],
        cwd=ROOT,
        env={"PATH": str(tools), "HOME": str(tools.parent), **env},
        capture_output=True,
        text=True,
        check=False,
    )


def venv(tools: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return run(tools, "tools/venv.sh", str(tools.parent / "venv"), **env)


def test_an_older_python_is_named_and_refused(tools: Path) -> None:
    script(tools, "python3", OLD)
    done = venv(tools)
    assert done.returncode == 1
    assert "needs Python 3.11 or newer. Found: python3 (3.9.2)." in done.stderr
    assert "make dev PYTHON=" in done.stderr


def test_no_python_is_said(tools: Path) -> None:
    done = venv(tools)
    assert done.returncode == 1
    assert "Found: none." in done.stderr


def test_a_named_python_is_the_only_candidate(tools: Path) -> None:
    script(tools, "python3", WITHOUT_ENSUREPIP)
    script(tools, "mine", OLD)
    assert "Found: mine (3.9.2)." in venv(tools, PYTHON="mine").stderr


def test_a_python_without_ensurepip_says_what_to_install(tools: Path) -> None:
    script(tools, "python3", WITHOUT_ENSUREPIP)
    done = venv(tools)
    assert done.returncode == 1
    assert "apt-get install python3-venv" in done.stderr
    assert not (tools.parent / "venv").exists()


def test_a_shim_that_only_complains_is_passed_over(tools: Path) -> None:
    script(tools, "python3.13", BROKEN_SHIM)
    script(tools, "python3.12", WITHOUT_ENSUREPIP)
    done = venv(tools)
    assert "python3.12 cannot make virtual environments" in done.stderr
    assert "command not found" not in done.stderr


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("false", 0), ("true", 1), ("1", 1)])
def test_without_go_the_tools_are_left_out_but_not_in_ci(tools: Path, ci: str, code: int) -> None:
    done = run(tools, "tools/go-tools.sh", "tools", str(tools.parent / "out"), CI=ci)
    assert done.returncode == code
    assert "No Go on PATH" in done.stderr


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
def test_a_failed_build_is_shown(tools: Path, ci: str, code: int) -> None:
    script(tools, "go", "#!/bin/sh\necho 'no such module'\nexit 1\n")
    done = run(tools, "tools/go-tools.sh", "tools", str(tools.parent / "out"), CI=ci)
    assert done.returncode == code
    assert "no such module" in done.stderr
    assert not (tools.parent / "out" / ".tools").exists()


def test_the_build_is_checked_against_go_sum_whatever_the_machine_says(tools: Path) -> None:
    script(tools, "go", '#!/bin/sh\necho "$* [$GOFLAGS$GONOSUMDB$GOPRIVATE$GOINSECURE$GOWORK]"\n')
    loose = {"GOFLAGS": "-mod=mod", "GONOSUMDB": "*", "GOPRIVATE": "*", "GOINSECURE": "*"}
    done = run(tools, "tools/go-tools.sh", "tools", str(tools.parent / "out"), **loose)
    log = (tools.parent / "out" / ".tools.log").read_text(encoding="utf-8")
    assert done.returncode == 0
    assert "-mod=readonly" in log
    assert log.rstrip().endswith("[off]")


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
def test_wheels_that_are_missing_are_said(tools: Path, ci: str, code: int) -> None:
    script(tools, "python", "#!/bin/sh\nexit 1\n")
    folder = tools.parent / "wheels"
    done = run(tools, "tools/wheels.sh", str(tools / "python"), str(folder), CI=ci)
    assert done.returncode == code
    assert "No wheels of requirements.lock" in done.stderr
    assert not (folder / ".stamp").exists()


def test_ci_runs_make_test_strictly() -> None:
    path = ROOT / ".ci" / "run"
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    assert "set -euo pipefail" in lines
    assert "export CI=true" in lines
    assert lines[-1] == "exec make test </dev/null"
    assert path.stat().st_mode & stat.S_IXUSR


@pytest.mark.parametrize("target", ["demo", "test"])
def test_make_installs_what_it_needs(target: str) -> None:
    """The plan of a fresh checkout starts with the environment and OPA."""
    make = shutil.which("make")
    if make is None:
        pytest.skip("make is not installed")
    done = subprocess.run(
        [make, "--dry-run", "--always-make", target],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    plan = done.stdout
    assert plan.index("tools/venv.sh .venv") < plan.index("fetch opa")
    last = plan.rstrip().splitlines()[-1]
    assert ("-m pytest" if target == "test" else "demo.py") in last

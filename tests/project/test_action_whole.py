"""The Action as a whole: installed from hashes without a network, on a real run, with the real OPA.

Once through the step harness, once through `act`, which runs the selftest workflow on this machine.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from action_steps import Result, Runner
from dev_tools import ROOT, copy_tree, opa, tool, wheels

LAKE = Path(__file__).parent / "lake"
RUNS = "data/work/runs/kansas_ponds"
PYTHON_FIRST = f"{Path(sys.executable).parent}:{os.environ['PATH']}"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout whose author would like the Action to run files of his."""
    workspace = tmp_path_factory.mktemp("job") / "workspace"
    shutil.copytree(LAKE, workspace)
    for name in ("venv", "pip", "hatchling", "kfm_gates", "json", "sitecustomize"):
        (workspace / f"{name}.py").write_text("raise SystemExit('hostile')\n", encoding="utf-8")
    return workspace


def make_runner(workspace: Path, **env: str) -> Runner:
    temp = workspace.parent / "temp"
    temp.mkdir(exist_ok=True)
    return Runner(ROOT, temp, workspace, {"PATH": PYTHON_FIRST, **env})


@pytest.fixture(scope="module")
def installed(workspace: Path) -> Result:
    runner = make_runner(workspace, PYTHONPATH=str(workspace), PYTHONUSERBASE=str(workspace))
    inputs = {"opa-path": str(opa()), "wheel-dir": str(wheels())}
    result = runner.run(inputs, until="install")
    assert result.exit_code == 0, result.log
    assert "hostile" not in result.log
    return result


@pytest.fixture
def check(installed: Result, workspace: Path, tmp_path: Path) -> Runner:
    """The check step alone, on a lake of its own."""
    lake = tmp_path / "lake"
    shutil.copytree(workspace, lake)
    return make_runner(lake, PYTHONPATH=str(lake))


def test_a_good_run_passes(check: Runner, installed: Result) -> None:
    result = check.run({"runs": RUNS, "profile": "local"}, known=installed.steps)
    assert result.exit_code == 0, result.log
    assert result.outputs["verdict"] == "pass"
    (run,) = (LAKE / RUNS).iterdir()
    done = subprocess.run(
        ["sha256sum", run / "checksums.sha256"], capture_output=True, text=True, check=True
    )
    assert result.outputs["subject-digest"] == f"sha256:{done.stdout.split()[0]}"
    report = json.loads(Path(result.outputs["report-json"]).read_bytes())
    assert report["policy"]["origin"] == "packaged"
    assert report["policy"]["opa"]["locked"] is True


def test_the_committed_run_is_what_the_recorder_writes() -> None:
    """Where this fails after a change of the schemas: python tests/project/make_lake.py."""
    done = subprocess.run(
        ["sha256sum", "--check", "--quiet", "checksums.sha256"],
        check=False,
        cwd=next((LAKE / RUNS).iterdir()),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_a_tampered_run_fails_with_the_file_named(check: Runner, installed: Result) -> None:
    (artifact,) = check.workspace.glob(f"{RUNS}/*/artifacts/ponds.csv")
    data = bytearray(artifact.read_bytes())
    data[10] ^= 1
    artifact.write_bytes(data)
    result = check.run({"runs": RUNS, "profile": "local"}, known=installed.steps)
    assert (result.exit_code, result.outputs["verdict"]) == (1, "fail"), result.log
    assert re.search(r"^::error file=\S*artifacts/ponds\.csv", result.log, flags=re.MULTILINE)
    assert "OUTPUT_DIGEST_MISMATCH" in result.log


@pytest.mark.parametrize(
    ("inputs", "exit_code"),
    [
        ({"runs": RUNS, "profile": "no-such-profile"}, 2),
        ({"runs": RUNS, "profile": ""}, 2),
        ({"runs": "data/work/runs/none", "profile": "local"}, 2),
        ({"runs": "", "profile": "local"}, 2),
    ],
)
def test_a_wrong_call_keeps_exit_code_2(
    check: Runner, installed: Result, inputs: dict[str, str], exit_code: int
) -> None:
    result = check.run(inputs, known=installed.steps)
    assert (result.exit_code, result.outputs["verdict"]) == (exit_code, "error"), result.log


def test_a_family_without_runs_is_no_decision(check: Runner, installed: Result) -> None:
    shutil.rmtree(next((check.workspace / RUNS).iterdir()))
    result = check.run({"runs": RUNS, "profile": "local"}, known=installed.steps)
    assert (result.exit_code, result.outputs["verdict"]) == (3, "error"), result.log


@pytest.mark.parametrize("replacement", [None, b"#!/bin/sh\necho '{}'\n"])
def test_an_opa_that_is_gone_or_replaced_is_no_decision(
    check: Runner, installed: Result, replacement: bytes | None
) -> None:
    cache = Path(installed.steps["install"]["home"]) / "cache"
    kept = cache.rename(cache.with_name("kept"))
    try:
        if replacement is not None:
            shutil.copytree(kept, cache)
            (binary,) = (path for path in cache.rglob("opa-*") if path.suffix != ".json")
            binary.unlink()
            binary.write_bytes(replacement)
            binary.chmod(0o700)
        result = check.run({"runs": RUNS, "profile": "local"}, known=installed.steps)
    finally:
        shutil.rmtree(cache, ignore_errors=True)
        kept.rename(cache)
    assert (result.exit_code, result.outputs["verdict"]) == (3, "error"), result.log
    assert "OPA_" in result.log


def test_an_opa_with_another_sha256_is_not_installed(workspace: Path, tmp_path: Path) -> None:
    fake = tmp_path / "opa"
    fake.write_text("#!/bin/sh\necho 'Version: 1.19.0'\n", encoding="utf-8")
    fake.chmod(0o755)
    inputs = {"runs": RUNS, "profile": "local", "opa-path": str(fake), "wheel-dir": str(wheels())}
    result = make_runner(workspace).run(inputs)
    assert (result.exit_code, result.outputs["verdict"]) == (3, "error"), result.log
    assert result.failed == "install"


def test_a_wheel_with_another_sha256_is_not_installed(workspace: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(wheels(), tmp_path / "wheels")
    (wheel,) = folder.glob("click-*.whl")
    wheel.write_bytes(wheel.read_bytes() + b"\0")
    inputs = {"runs": RUNS, "profile": "local", "opa-path": "x", "wheel-dir": str(folder)}
    result = make_runner(workspace).run(inputs)
    assert (result.exit_code, result.outputs["verdict"]) == (3, "error"), result.log
    assert result.failed == "install"
    assert "hash" in result.log.lower()


@pytest.mark.parametrize("found", ["none", "old"])
def test_a_python_that_is_absent_or_old_is_refused(
    workspace: Path, tmp_path: Path, found: str
) -> None:
    for name in ("bash", "mktemp"):
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    if found == "old":
        for name in ("python", "python3"):
            (tmp_path / name).write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
            (tmp_path / name).chmod(0o755)
    result = make_runner(workspace, PATH=str(tmp_path)).run({"runs": RUNS, "profile": "local"})
    assert (result.exit_code, result.outputs["verdict"]) == (3, "error"), result.log
    assert (result.failed, result.steps["python"]) == ("python", {})
    assert "Python 3.11 or newer is not on PATH" in result.log


def test_act_runs_the_selftest_on_good_and_tampered_runs(tmp_path: Path) -> None:
    act = tool("act")
    tree = copy_tree(tmp_path / "tree")
    git = ("git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-C", str(tree))
    for command in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-qm", "selftest")):
        subprocess.run((*git, *command), check=True, env={"PATH": os.environ["PATH"], "HOME": "/"})
    (tmp_path / "home").mkdir()
    argv = [
        act,
        "push",
        "-W",
        ".github/workflows/selftest.yml",
        "--action-offline-mode",
        "--no-cache-server",
    ]
    argv += ["-P", "ubuntu-24.04=-self-hosted"]
    argv += ["--env", f"SELFTEST_OPA={opa()}", "--env", f"SELFTEST_WHEELS={wheels()}"]
    done = subprocess.run(
        [str(part) for part in argv],
        cwd=tree,
        env={"PATH": PYTHON_FIRST, "HOME": str(tmp_path / "home")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    log = done.stdout + done.stderr
    assert done.returncode == 0, log[-20_000:]
    for case, verdict in (("good", "pass"), ("tampered", "fail"), ("nothing", "error")):
        assert re.search(rf"case \({case}\)\S*\s*\].*::set-output:: verdict={verdict}", log), log
    assert re.search(r"selftest/selftest .*Job succeeded", log), log

"""The pre-commit hooks, run by pre-commit itself on a repository with a good and a tampered run."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from dev_tools import ROOT, opa

LAKE = Path(__file__).parent / "lake"
BIN = Path(sys.executable).parent
MANIFEST = ROOT / ".pre-commit-hooks.yaml"


def hook(name: str = "check") -> dict[str, Any]:
    hooks = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    assert [one["id"] for one in hooks] == ["kfm-gates-check", "kfm-gates-lint"]
    return next(dict(one) for one in hooks if one["id"] == f"kfm-gates-{name}")


def run(folder: Path, *argv: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "PRE_COMMIT"))}
    home = {"HOME": str(folder.parent), "PRE_COMMIT_HOME": str(folder.parent / "pre-commit")}
    return subprocess.run(
        [str(part) for part in argv],
        cwd=folder,
        env=clean
        | home
        | {"PATH": f"{BIN}:{os.environ['PATH']}", "KFM_GATES_OPA": str(opa())}
        | env,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A lake whose pre-commit configuration has the hook as we ship it, without its environment.

    `language: python` would install it from an index; everything else stays as it is.
    """
    lake = tmp_path / "lake"
    shutil.copytree(LAKE, lake)
    shipped = {k: v for k, v in hook().items() if k != "minimum_pre_commit_version"}
    local = shipped | {
        "language": "unsupported",
        "args": ["--profile", "local", "--", "kansas_ponds"],
    }
    lint = {k: v for k, v in hook("lint").items() if k != "minimum_pre_commit_version"}
    lint["language"] = "unsupported"
    config = {"repos": [{"repo": "local", "hooks": [local, lint]}]}
    (lake / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    assert run(lake, "git", "init", "-q").returncode == 0
    commit(lake)
    return lake


def commit(lake: Path) -> None:
    git = ("git", "-c", "user.name=t", "-c", "user.email=t@example.org")
    for command in (("add", "-A"), ("commit", "-qm", "lake")):
        assert run(lake, *git, *command).returncode == 0


def push(repository: Path) -> subprocess.CompletedProcess[str]:
    # The refs of a push that changes nothing: the hook has to run all the same.
    return run(
        repository,
        BIN / "pre-commit",
        "run",
        "--color=never",
        "--verbose",
        "--hook-stage=pre-push",
        "--from-ref=HEAD",
        "--to-ref=HEAD",
    )


def test_the_manifest_is_what_pre_commit_expects() -> None:
    done = run(ROOT, BIN / "pre-commit", "validate-manifest", MANIFEST)
    assert done.returncode == 0, done.stdout


def test_the_hook_looks_at_whole_runs_and_always() -> None:
    shipped = hook()
    assert shipped["id"] == "kfm-gates-check"
    assert shipped["stages"] == ["pre-push"]
    assert shipped["pass_filenames"] is False
    assert shipped["always_run"] is True
    assert shipped["require_serial"] is True
    assert not {"files", "types", "exclude"} & set(shipped)


@pytest.mark.parametrize("name", ["check", "lint"])
def test_the_entry_is_a_command_of_ours(name: str) -> None:
    program, *words = shlex.split(hook(name)["entry"])
    assert program == "kfm-gates"
    done = run(ROOT, BIN / program, *words, "--help")
    assert done.returncode == 0, done.stderr


def test_a_good_run_may_be_pushed(repository: Path) -> None:
    done = push(repository)
    assert done.returncode == 0, done.stdout
    assert "PASS" in done.stdout


def test_a_tampered_run_may_not(repository: Path) -> None:
    (artifact,) = repository.glob("data/work/runs/kansas_ponds/*/artifacts/ponds.csv")
    artifact.write_bytes(artifact.read_bytes().replace(b"39.05", b"39.06"))
    commit(repository)
    done = push(repository)
    assert done.returncode == 1
    assert "OUTPUT_DIGEST_MISMATCH" in done.stdout


def test_without_opa_nothing_may_be_pushed(repository: Path, tmp_path: Path) -> None:
    done = run(
        repository,
        BIN / "kfm-gates",
        *shlex.split(hook()["entry"])[1:],
        "--profile=local",
        "--",
        "kansas_ponds",
        KFM_GATES_OPA=str(tmp_path / "none"),
    )
    assert done.returncode == 3
    assert "kfm-gates fetch opa" in done.stdout + done.stderr


RUN = "data/work/runs/family/01KF0RDQG0DDK6TBB7C5T6AWS1"
LINTED = (
    *(f"{RUN}/{name}.json" for name in ("run_record", "run_manifest", "validation_report")),
    *(f"{RUN}/checksums.sha256", f"{RUN}/logs/run.jsonl", f"lakes/one/{RUN}/run_record.json"),
    *(f"{RUN}/catalog/stac/item.json", f"{RUN}/catalog/dcat.ttl", f"{RUN}/catalog/prov.json"),
    *(".kfm/gates.yaml", ".kfm/not-secrets.yaml", "lakes/one/.kfm/families/x.yaml"),
    *(".kfm/profiles/x.yaml", ".kfm/policy/x.rego", ".kfm/policy/x.documents.json"),
)
NOT_LINTED = (
    *("README.md", "data.json", "catalog/x.json", ".kfm/README.md", ".kfm/families/README.md"),
    *(f"{RUN}/artifacts/run_record.json", f"{RUN}/artifacts/x.geojson", f"{RUN}/logs/console.txt"),
    *(".kfm/x.yaml", ".kfm/policy/notes.md", "x.kfm/gates.yaml", "data/raw/x/catalog/a.json"),
)


def test_the_lint_hook_gets_what_lint_knows() -> None:
    """A file of no known kind would be a wrong call, so the hook has to choose well."""
    from kfm_gates.linter import kinds

    shipped = hook("lint")
    assert shipped["require_serial"] is True
    assert not {"pass_filenames", "stages", "always_run", "types", "exclude"} & set(shipped)
    pattern = re.compile(shipped["files"])
    assert [path for path in LINTED if not pattern.search(path)] == []
    assert [path for path in NOT_LINTED if pattern.search(path)] == []
    assert all(kinds.candidate(path) for path in LINTED)


def commit_hook(repository: Path) -> subprocess.CompletedProcess[str]:
    argv = (BIN / "pre-commit", "run", "--color=never", "--verbose", "--all-files")
    return run(repository, *argv, "kfm-gates-lint", KFM_GATES_OPA="/nowhere")


def test_documents_in_order_may_be_committed(repository: Path) -> None:
    done = commit_hook(repository)
    assert done.returncode == 0, done.stdout
    assert "PASS lint: 5 documents in order" in done.stdout


def test_a_document_with_a_finding_may_not(repository: Path) -> None:
    (path,) = repository.glob("data/work/runs/kansas_ponds/*/validation_report.json")
    path.write_text(path.read_text("utf-8").replace('"pass"', '"fail"', 1), encoding="utf-8")
    (repository / ".kfm").mkdir()
    (repository / ".kfm/gates.yaml").write_text("schema_version: project/v1\ntypo: 1\n")
    commit(repository)
    done = commit_hook(repository)
    assert done.returncode == 1
    assert "PROJECT_INVALID" in done.stdout
    assert "OVERALL_STATUS_CONTRADICTED" in done.stdout

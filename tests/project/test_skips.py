"""A skipped test is listed everywhere and refused in CI."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from dev_tools import ROOT

SKIP = "import pytest\n\ndef test_x():\n    pytest.skip('no such tool')\n"
MODULE = "import pytest\n\npytest.skip('no such tool', allow_module_level=True)\n"
MARK = "import pytest\n\n@pytest.mark.skip(reason='no such tool')\ndef test_x():\n    pass\n"
LISTED = SKIP.replace("no such tool", "permissions do not bind root")
UNSET = "import os, pytest\n\ndef test_x():\n    os.environ.pop('CI', None)\n    pytest.skip('x')\n"
XFAIL = "import pytest\n\n@pytest.mark.xfail(reason='known')\ndef test_x():\n    assert False\n"


def run(folder: Path, text: str, ci: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    shutil.copy(ROOT / "conftest.py", folder)
    (folder / "test_sample.py").write_text(text, encoding="utf-8")
    (folder / "test_other.py").write_text("def test_y():\n    pass\n", encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-ra", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env={**os.environ, "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("text", "workers"), [(SKIP, "0"), (MARK, "0"), (UNSET, "0"), (MODULE, "0"), (MODULE, "1")]
)
def test_a_skip_fails_in_ci(tmp_path: Path, text: str, workers: str) -> None:
    done = run(tmp_path, text, "true", "-n", workers)
    assert done.returncode not in (0, 5), done.stdout
    assert "skipped in CI" in done.stdout


@pytest.mark.parametrize("text", [SKIP, MARK])
def test_a_skip_is_listed_elsewhere(tmp_path: Path, text: str) -> None:
    done = run(tmp_path, text, "")
    assert done.returncode == 0, done.stdout
    assert "no such tool" in done.stdout


@pytest.mark.parametrize("text", [LISTED, XFAIL])
def test_what_is_listed_is_accepted_in_ci(tmp_path: Path, text: str) -> None:
    assert run(tmp_path, text, "true").returncode == 0


def test_every_run_lists_what_was_skipped() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "-ra" in settings["tool"]["pytest"]["ini_options"]["addopts"].split()

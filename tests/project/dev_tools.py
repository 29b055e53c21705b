"""Where the checkout is, and the tools that `make dev` builds beside it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kfm_gates.errors import PolicyError
from kfm_gates.policy.locate import find_opa

ROOT = Path(__file__).resolve().parents[2]
WHEELS = ROOT / ".build" / "wheels"
NOT_SOURCE = (".git", ".venv", ".build", "dist", "__pycache__", ".*_cache", ".hypothesis")


def tool(name: str) -> Path:
    """A Go tool of `tools/go.mod`. Skips the test without it; in CI a skip is a failure."""
    found = shutil.which(name, path=str(ROOT / ".build" / "bin")) or shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not built: make dev needs Go for it")
    return Path(found)


def wheels() -> Path:
    """Folder with the wheels of `requirements.lock`, so that an install needs no network."""
    if not (WHEELS / ".stamp").is_file():
        pytest.skip("the wheels of requirements.lock are not downloaded: make dev does it")
    return WHEELS


def opa() -> Path:
    """The OPA that `kfm-gates fetch opa` put in place. Skips the test without it."""
    try:
        return find_opa().path
    except PolicyError as error:
        pytest.skip(f"there is no OPA: {error.message} Run make dev.")


def copy_tree(target: Path) -> Path:
    """Copy the checkout without what is built or installed in it."""
    shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns(*NOT_SOURCE), symlinks=True)
    return target

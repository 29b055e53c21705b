"""The tools that judge the policies: OPA as kfm-gates itself finds it, and Regal."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from policy_tools import ROOT, Tool, run

from kfm_gates.errors import PolicyError
from kfm_gates.policy.locate import Opa, find_opa


@pytest.fixture(scope="session")
def opa() -> Opa:
    """The verified OPA. Without it a test is skipped, and a skip fails in CI."""
    try:
        return find_opa()
    except PolicyError as error:
        pytest.skip(f"there is no OPA: {error.message} Run make dev.")


@pytest.fixture(scope="session")
def run_opa(opa: Opa) -> Tool:
    """Run OPA in the checkout: `run_opa("fmt", "-d", "policies", stdin=...)`."""
    return lambda *arguments, stdin="", cwd=ROOT: run(opa.path, *arguments, stdin=stdin, cwd=cwd)


@pytest.fixture(scope="session")
def run_regal() -> Tool:
    """Run Regal in the checkout."""
    built = ROOT / ".build" / "bin" / "regal"
    named = os.environ.get("KFM_GATES_REGAL") or (str(built) if built.is_file() else None)
    path = named or shutil.which("regal")
    if path is None:
        pytest.skip("regal is not built: make dev needs Go for it")
    return lambda *arguments, cwd=ROOT: run(Path(path).absolute(), *arguments, stdin="", cwd=cwd)

"""Where the policies are, and how a tool is run on them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
POLICIES = ROOT / "policies"

Tool = Callable[..., subprocess.CompletedProcess[str]]


def run(
    program: Path, *arguments: str, stdin: str = "", cwd: Path
) -> subprocess.CompletedProcess[str]:
    """Run a program in an empty environment."""
    return subprocess.run(
        (str(program), *arguments),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        cwd=cwd,
        env={"HOME": "/nonexistent", "PATH": os.defpath},
        check=False,
    )

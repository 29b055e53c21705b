"""Everything that this package raises has an explanation."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import kfm_gates.evidence
from kfm_gates.codes import HOST_CODES
from kfm_gates.evidence.codes import EVIDENCE_CODES

PACKAGE = Path(kfm_gates.evidence.__file__).parent
CODE = re.compile(r"(?:JSON|SEAL|ALIAS|EVIDENCE|RECEIPT|RUN)_[A-Z0-9_]+")


def raised() -> Iterator[str]:
    for path in PACKAGE.glob("*.py"):
        if path.name == "codes.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "code":
                yield from (c.value for c in ast.walk(node.value) if isinstance(c, ast.Constant))


def test_every_code_that_is_raised_is_explained() -> None:
    known = {code.id for code in (*EVIDENCE_CODES, *HOST_CODES)}
    found = {code for code in raised() if CODE.fullmatch(str(code))}
    assert len(found) > 10
    assert found <= known
    # And none is explained that nothing raises.
    assert {code.id for code in EVIDENCE_CODES} <= found


def test_codes_are_unique_and_complete() -> None:
    ids = [code.id for code in (*EVIDENCE_CODES, *HOST_CODES)]
    assert len(ids) == len(set(ids))
    for code in EVIDENCE_CODES:
        assert re.fullmatch(r"[A-Z][A-Z0-9_]{2,95}", code.id)
        assert code.title
        assert code.why.endswith(".")
        assert code.fix.text.endswith((".", ")"))
        assert code.source
        assert not code.waivable
        assert not code.may_warn


HEAVY = ("jsonschema", "jsonschema_rs", "referencing", "yaml", "logging", "concurrent.futures")


@pytest.mark.parametrize("module", ["run_dir", "strict_json", "strict_yaml", "json_schema", "seal"])
def test_reading_imports_nothing_heavy_before_it_is_needed(module: str) -> None:
    code = (
        f"import sys, kfm_gates.evidence.{module}\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PACKAGE.parents[1], capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")

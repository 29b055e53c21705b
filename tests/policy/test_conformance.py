"""The vectors tell OPA from what only looks like it (FO-48)."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kfm_gates.errors import PolicyError
from kfm_gates.policy.conformance import check_conformance, require_conformance
from kfm_gates.policy.locate import Opa


def test_the_pinned_opa_answers_all(opa: Opa) -> None:
    vectors = check_conformance(opa.path)
    assert [vector for vector in vectors if not vector.ok] == []
    assert len(vectors) == len({vector.name for vector in vectors}) == 21
    require_conformance(opa.path)


# Each changes one answer of the real OPA on its way through.
WRAPPER = """\
import json, subprocess, sys
done = subprocess.run([{opa!r}, *sys.argv[1:]], input=sys.stdin.buffer.read(), capture_output=True)
out, code = done.stdout, done.returncode
{change}
sys.stdout.buffer.write(out)
sys.exit(code)
"""
VALUE = """\
if b'"a text below a number"' in out:
    document = json.loads(out)
    document["result"][0]["expressions"][0]["value"][{name!r}] = {value!r}
    out = json.dumps(document).encode()
"""


def engine(tmp_path: Path, opa: Opa, change: str) -> Path:
    path = tmp_path / "engine"
    source = WRAPPER.format(opa=str(opa.path), change=change)
    path.write_text(f"#!{sys.executable} -IS\n{source}")
    path.chmod(0o700)
    return path


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("a text above a number", [False]),
        ("a rule that is false", []),
        ("an undefined package", [[]]),
        ("every over nothing", [False]),
        ("an exact large number", [9007199254740992]),
        ("a duplicate key", [1]),
    ],
)
def test_one_other_answer_is_seen(tmp_path: Path, opa: Opa, name: str, value: object) -> None:
    other = engine(tmp_path, opa, VALUE.format(name=name, value=value))
    assert [vector.name for vector in check_conformance(other) if not vector.ok] == [name]
    with pytest.raises(PolicyError) as caught:
        require_conformance(other)
    assert caught.value.code == "OPA_UNVERIFIED"


@pytest.mark.parametrize(
    "change",
    [
        "code = 0",
        "out = out.replace(b'eval_builtin_error', b'other')",
        "out, code = (b'{}', 0) if code else (out, code)",
    ],
)
def test_errors_that_are_none_are_seen(tmp_path: Path, opa: Opa, change: str) -> None:
    odd = [v.name for v in check_conformance(engine(tmp_path, opa, change)) if not v.ok]
    assert odd
    assert set(odd) <= {
        "a strict error in a built-in",
        "a conflict",
        "a built-in that is not allowed",
    }


@pytest.mark.parametrize(
    "source",
    ["", "print('{}')", "print('null')", "print('x')", "import os; os.kill(os.getpid(), 9)"],
)
def test_what_is_no_engine_fails_them_all(tmp_path: Path, source: str) -> None:
    path = tmp_path / "engine"
    path.write_text(f"#!{sys.executable} -IS\n{source}\n")
    path.chmod(0o700)
    vectors = check_conformance(path)
    assert len(vectors) == 21
    assert not any(vector.ok for vector in vectors)
    with pytest.raises(PolicyError):
        require_conformance(path)

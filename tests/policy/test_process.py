"""Every way in which a program can fail to answer."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from kfm_gates.errors import PolicyError
from kfm_gates.policy.process import Completed, run


def python(source: str, **how: object) -> Completed:
    options: dict[str, object] = {"timeout_s": 20.0, "max_stdout": 1 << 20, **how}
    return run([sys.executable, "-ISc", source], **options)  # type: ignore[arg-type]


def refusal(source: str, **how: object) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        python(source, **how)
    return caught.value


def test_input_and_both_outputs_go_through() -> None:
    big = os.urandom(300_000)
    source = (
        "import sys; raw = sys.stdin.buffer.read(); sys.stdout.buffer.write(raw);"
        "sys.stderr.write('note'); sys.exit(7)"
    )
    done = python(source, stdin=big)
    assert done == Completed(7, big, b"note")


def test_the_environment_is_ours_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPA_EVAL_FAIL", "1")
    monkeypatch.setenv("LD_PRELOAD_NOT", "1")
    done = python("import os; print(sorted(os.environ))")
    # A C library may add what it needs for the locale.
    names = set(eval(done.stdout)) - {"LC_CTYPE", "__CF_USER_TEXT_ENCODING"}
    assert names == {"HOME", "GOGC", "GOMEMLIMIT"}


def test_a_name_is_never_looked_up() -> None:
    with pytest.raises(PolicyError) as caught:
        run(["opa", "version"], timeout_s=1, max_stdout=10)
    assert caught.value.code == "OPA_FAILED"


@pytest.mark.parametrize("kind", ["absent", "not executable", "folder", "garbage", "empty"])
def test_what_cannot_be_started(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "opa"
    if kind == "folder":
        path.mkdir()
    elif kind != "absent":
        path.write_bytes(b"" if kind == "empty" else b"\x7fELF nonsense")
        path.chmod(0o600 if kind == "not executable" else 0o700)
    with pytest.raises(PolicyError) as caught:
        run([str(path)], timeout_s=5, max_stdout=10)
    assert caught.value.code == "OPA_FAILED"


def test_killed_by_a_signal() -> None:
    error = refusal("import os, signal; print('{}', flush=True); os.kill(os.getpid(), 9)")
    assert (error.code, error.got) == ("OPA_FAILED", "SIGKILL")


@pytest.mark.parametrize(
    "then",
    [
        "signal.pause()",
        "sys.stdout.close(); sys.stderr.close(); os.close(1); os.close(2); signal.pause()",
        "sys.stdin.buffer.read()\nwhile True: pass",
    ],
    ids=["silent", "closed its outputs", "busy"],
)
def test_the_timer_is_ours(then: str) -> None:
    ignoring = "import os, signal, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    began = time.monotonic()
    error = refusal(f"{ignoring}{then}", timeout_s=0.3)
    assert error.code == "OPA_TIMEOUT"
    assert time.monotonic() - began >= 0.3


def test_the_whole_group_is_killed(tmp_path: Path) -> None:
    """A child that keeps the pipes open neither answers for its parent nor outlives it."""
    marker = tmp_path / "pid"
    source = (
        "import os, signal\n"
        "if os.fork() == 0:\n"
        f"    open({str(marker)!r}, 'w').write(str(os.getpid()))\n"
        "    signal.pause()\n"
    )
    assert refusal(source, timeout_s=1.0).code == "OPA_TIMEOUT"
    child = int(marker.read_text())
    assert _dead(child)


def _dead(pid: int) -> bool:
    """Gone, or a zombie that whoever adopted it has not reaped yet."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        stat = Path(f"/proc/{pid}/stat")
        if stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
    return False


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_endless_output_is_cut_off(stream: str) -> None:
    source = f"import sys\nwhile True: sys.{stream}.write('x' * 4096)"
    assert refusal(source, max_stdout=100_000).code == "OPA_OUTPUT_INVALID"


def test_output_up_to_the_bound_is_kept() -> None:
    assert len(python("print('x' * 99, end='')", max_stdout=99).stdout) == 99
    assert refusal("print('x' * 100, end='')", max_stdout=99).code == "OPA_OUTPUT_INVALID"


def test_input_that_nobody_reads_does_no_harm() -> None:
    assert python("print('{}')", stdin=bytes(5 << 20)).stdout == b"{}\n"

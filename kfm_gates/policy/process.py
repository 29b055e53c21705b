"""Run one program under a timer of our own, with bounded output and an environment we write.

`opa eval --timeout 2s` has been seen to return after 20 s, and a program may ignore every polite
signal. So the clock is ours, the process has a group of its own, and the group is killed.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from kfm_gates.errors import PolicyError

MAX_STDERR = 64 << 10
"""Bytes of diagnostics that are kept; a program that prints more is stopped."""

ENVIRONMENT: Mapping[str, str] = {
    "HOME": "/nonexistent",
    # One short life: collecting garbage costs a third of it, and the limit keeps it bounded.
    "GOGC": "off",
    "GOMEMLIMIT": "256MiB",
}
"""All that OPA gets to see of the environment (FO-26: `OPA_*` variables set flags)."""

_CHUNK = 1 << 16


@dataclass(frozen=True)
class Completed:
    """What a program did. The exit code is never the verdict."""

    returncode: int
    stdout: bytes
    stderr: bytes


def run(
    argv: Sequence[str],
    *,
    timeout_s: float,
    max_stdout: int,
    stdin: bytes = b"",
    max_stderr: int = MAX_STDERR,
    env: Mapping[str, str] = ENVIRONMENT,
    cwd: Path | str = "/",
) -> Completed:
    """Run a program to its end.

    Args:
        argv: The program as an absolute path, and its arguments.
        timeout_s: Seconds on the monotonic clock after which its process group is killed.
        max_stdout: Bytes of standard output that are accepted.
        stdin: What it reads.
        max_stderr: Bytes of standard error that are accepted.
        env: Its whole environment.
        cwd: Its working directory.

    Raises:
        PolicyError: `OPA_FAILED` it cannot be started or was killed by a signal, `OPA_TIMEOUT`
            it took too long, `OPA_OUTPUT_INVALID` it printed too much.
    """
    program = argv[0]
    if not Path(program).is_absolute():
        raise PolicyError(f"{program!r} is not an absolute path.", code="OPA_FAILED")
    deadline = time.monotonic() + timeout_s
    try:
        process = subprocess.Popen(
            list(argv),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
            bufsize=0,
        )
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise PolicyError(f"OPA cannot be started: {why}.", code="OPA_FAILED") from error
    try:
        stdout, stderr = _converse(process, stdin, deadline, timeout_s, max_stdout, max_stderr)
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired as error:
            raise _overrun(timeout_s) from error
    except BaseException:
        _kill(process)
        raise
    finally:
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
    if process.returncode < 0:
        name = _signal_name(-process.returncode)
        raise PolicyError(f"OPA was killed by {name}.", code="OPA_FAILED", got=name)
    return Completed(process.returncode, stdout, stderr)


def _converse(
    process: subprocess.Popen[bytes],
    stdin: bytes,
    deadline: float,
    timeout_s: float,
    max_stdout: int,
    max_stderr: int,
) -> tuple[bytes, bytes]:
    """Feed standard input and drain both outputs until both are closed."""
    given, told, complained = process.stdin, process.stdout, process.stderr
    if given is None or told is None or complained is None:
        raise PolicyError("OPA has no pipes.", code="OPA_FAILED")
    bounds: dict[IO[bytes], int] = {told: max_stdout, complained: max_stderr}
    kept = {pipe: bytearray() for pipe in bounds}
    rest = memoryview(stdin)
    with selectors.DefaultSelector() as selector:
        for pipe in bounds:
            os.set_blocking(pipe.fileno(), False)
            selector.register(pipe, selectors.EVENT_READ)
        if rest:
            os.set_blocking(given.fileno(), False)
            selector.register(given, selectors.EVENT_WRITE)
        else:
            given.close()
        while any(pipe in selector.get_map() for pipe in bounds):
            left = deadline - time.monotonic()
            if left <= 0:
                raise _overrun(timeout_s)
            for key, _ in selector.select(left):
                pipe = key.fileobj  # type: ignore[assignment]
                if pipe is given:
                    try:
                        rest = rest[os.write(key.fd, rest[:_CHUNK]) :]
                    except BrokenPipeError:
                        # It may have read all it wants; whether it answered well is seen later.
                        rest = rest[:0]
                    if not rest:
                        selector.unregister(pipe)
                        pipe.close()
                    continue
                chunk = os.read(key.fd, _CHUNK)
                if not chunk:
                    selector.unregister(pipe)
                    continue
                kept[pipe] += chunk
                if len(kept[pipe]) > bounds[pipe]:
                    raise PolicyError(
                        f"OPA printed more than {bounds[pipe]} bytes.", code="OPA_OUTPUT_INVALID"
                    )
    return bytes(kept[told]), bytes(kept[complained])


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the whole group while its leader is not reaped, so that its id cannot be reused."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def _overrun(timeout_s: float) -> PolicyError:
    return PolicyError(
        f"OPA did not answer within {timeout_s:g} s and was stopped.", code="OPA_TIMEOUT"
    )


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"

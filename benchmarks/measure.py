"""What a command costs: wall, processor and memory of it and everything it starts."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SAMPLE_S = 0.002


@dataclass(frozen=True)
class Cost:
    """The best of the repetitions: what else the machine did can only have made it worse.

    Args:
        wall: Seconds.
        median: Median of the seconds; far from `wall` on a busy machine.
        cpu: User and system seconds together.
        peak: Largest sum of resident memory over all its processes, MB (sampled, in a run of its
            own, so that sampling costs no time elsewhere).
    """

    wall: float
    median: float
    cpu: float
    peak: float

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.wall + other.wall,
            self.median + other.median,
            self.cpu + other.cpu,
            max(self.peak, other.peak),
        )

    def __str__(self) -> str:
        times = f"{self.wall:.3f} s (median {self.median:.3f} s)"
        return f"{times}, cpu {self.cpu:.3f} s, {self.peak:.0f} MB"


def command(
    argv: Sequence[str | Path],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    wanted: Sequence[int] = (0,),
    repeat: int = 9,
) -> Cost:
    """Run a command several times, cold each time as far as its own process goes.

    Raises:
        RuntimeError: It ended with another exit code: what did not work is not measured.
    """
    words = [str(word) for word in argv]
    full = {**os.environ, **(env or {})}
    once(words, cwd, full, wanted)  # the page cache is warm for everybody alike
    costs = [once(words, cwd, full, wanted) for _ in range(repeat)]
    peak = peak_memory(words, cwd, full)
    walls, cpus = zip(*costs, strict=True)
    return Cost(min(walls), statistics.median(walls), min(cpus), peak)


def once(
    argv: list[str], cwd: Path, env: Mapping[str, str], wanted: Sequence[int]
) -> tuple[float, float]:
    """Wall and processor seconds of one run."""
    start = time.perf_counter()
    process = subprocess.Popen(
        argv,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in wanted:
        raise RuntimeError(f"exit code {process.returncode}: {' '.join(argv)}")
    return wall, usage.ru_utime + usage.ru_stime


def peak_memory(argv: list[str], cwd: Path, env: Mapping[str, str]) -> float:
    """Largest sum of proportional memory over the process tree, in MB."""
    process = subprocess.Popen(
        argv,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(_resident(pid) for pid in _tree(process.pid)))
        time.sleep(SAMPLE_S)
    return peak / 2**20


def _tree(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        try:
            threads = list(Path(f"/proc/{parent}/task").iterdir())
            for thread in threads:
                found += [int(child) for child in (thread / "children").read_text().split()]
        except OSError:
            continue
    return found


def _resident(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def best(work: Callable[[], Any], repeat: int = 3) -> float:
    """Processor seconds of the fastest of some repetitions, in this process."""
    found = []
    for _ in range(repeat):
        begun = time.process_time()
        work()
        found.append(time.process_time() - begun)
    return min(found)


def in_process(script: Path, *argv: str) -> dict[str, Any]:
    """Run a script that prints one JSON object in a process of its own."""
    done = subprocess.run(
        [sys.executable, str(script), *argv],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return dict(json.loads(done.stdout))


def environment() -> dict[str, str]:
    """Variables under which the checkout is imported from anywhere."""
    return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)}

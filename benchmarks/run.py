"""The budget of the design as figures and ratios, in one run.

    python benchmarks/run.py [--gib N] [--repeat N] [--only PART]...

Everything is measured on this machine in this run, the peers too. Nothing is asserted: figures of
a busy machine say little. Needs what `make bench` builds: conftest, from `benchmarks/go.mod`.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from measure import Cost, command, environment, in_process, peak_memory

# Nobody compiles every module anew at each start, so neither side does here.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

HERE = Path(__file__).resolve().parent
WORK = HERE / "work.py"
ROOT = HERE.parent
BIN = Path(sys.executable).parent
CORES = len(os.sched_getaffinity(0))
FAMILY = "data/work/runs/kansas_counties"


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    bound: str
    measured: str
    ratio: str = ""


@dataclass(frozen=True)
class Setting:
    """Where the measured run is, and how much to measure."""

    lake: Path
    run: Path
    plain: Path
    """A run of the same pipeline without catalogs."""
    repeat: int
    gib: int


Part = Callable[[Setting], Iterator[Row]]


def check_one_run(setting: Setting) -> Iterator[Row]:
    """A cold check of the example run, and what three single tools need for less."""
    check = [BIN / "kfm-gates", "check", "--quiet", "--profile", "local"]
    ours = command([*check, setting.plain.name], cwd=setting.lake, repeat=setting.repeat)
    wall, memory = ours.wall / 0.25, ours.peak / 100
    yield Row(
        "check, run without catalogs, cold, OPA included",
        "0.25 s, 100 MB",
        str(ours),
        f"{wall:.2f} of the time, {memory:.2f} of the memory",
    )
    full = command([*check, setting.run.name], cwd=setting.lake, repeat=setting.repeat)
    yield Row(
        "  the same with six catalog documents",
        "0.5 s, 150 MB, 0.25 s more",
        str(full),
        f"{full.wall / 0.5:.2f} of the time, {full.peak / 150:.2f} of the memory, "
        f"{full.wall - ours.wall:+.3f} s",
    )
    total = Cost(0, 0, 0, 0)
    for name, argv in peers(setting.run):
        cost = command(argv, cwd=setting.run, repeat=setting.repeat)
        total += cost
        yield Row(f"  peer: {name}", "", str(cost), f"{ours.wall / cost.wall:.2f} ours / peer")
    ratio = f"{ours.wall / total.wall:.2f} ours / peers, cpu {ours.cpu / total.cpu:.2f}"
    yield Row("  the peers in sequence", "not slower", str(total), ratio)


def peers(run: Path) -> Iterator[tuple[str, list[str | Path]]]:
    """sha256sum, conftest and the jsonschema CLI on the same run."""
    receipts = ("run_record", "run_manifest", "validation_report")
    yield "sha256sum --check", ["sha256sum", "--check", "--quiet", "checksums.sha256"]
    conftest = ROOT / ".build" / "bin" / "conftest"
    if conftest.is_file():
        argv: list[str | Path] = [conftest, "test", "--no-color", "--policy", HERE / "conftest"]
        yield "conftest, 3 rules", [*argv, *(f"{name}.json" for name in receipts)]
    for name in receipts:
        schema = ROOT / "schemas" / name / "v1.schema.json"
        yield f"jsonschema CLI, {name}", [BIN / "jsonschema", "-i", f"{name}.json", schema]


def startup(setting: Setting) -> Iterator[Row]:
    """What a cold check is made of."""
    parts: tuple[tuple[str, list[str | Path]], ...] = (
        ("bare interpreter", [sys.executable, "-I", "-c", ""]),
        ("import kfm_gates", [sys.executable, "-c", "import kfm_gates"]),
        ("kfm-gates --help", [BIN / "kfm-gates", "--help"]),
    )
    for name, argv in parts:
        cost = command(argv, cwd=setting.lake, repeat=setting.repeat)
        yield Row(f"startup: {name}", "", str(cost))


def hashing(setting: Setting) -> Iterator[Row]:
    """SHA-256 of large artifacts, from the page cache, against openssl on as many cores."""
    openssl = shutil.which("openssl")
    theirs = 0.0
    if openssl:
        argv = [openssl, "speed", "-multi", str(CORES), "-seconds", "3", "-bytes", "1048576"]
        done = subprocess.run([*argv, "-evp", "sha256"], capture_output=True, text=True, check=True)
        theirs = float(re.findall(r"([\d.]+)k\s*$", done.stdout, flags=re.MULTILINE)[-1]) / 1e6
    folder = setting.run.parent / "01JD0000000000000000000000" / "artifacts"
    folder.mkdir(parents=True)
    block = os.urandom(2**20)
    for number in range(2 * CORES):
        with (folder / f"{number}.bin").open("wb") as stream:
            for _ in range(512):
                stream.write(block)
    best = min(
        (in_process(WORK, "hash", str(folder.parent)) for _ in range(3)), key=lambda r: r["seconds"]
    )
    shutil.rmtree(folder.parent)
    ours = best["bytes"] / best["seconds"] / 1e9
    yield Row(
        f"SHA-256 of {best['bytes'] / 2**30:.0f} GiB, {CORES} cores",
        "90 % of openssl",
        f"{ours:.2f} GB/s",
        f"{ours / theirs:.0%} of openssl ({theirs:.2f} GB/s)" if theirs else "no openssl here",
    )


def many_runs(setting: Setting) -> Iterator[Row]:
    """The policy part of 1,000 runs."""
    argv = [sys.executable, str(HERE / "work.py"), "policy", str(setting.run), "1000"]
    results = [in_process(WORK, "policy", str(setting.run), "1000") for _ in range(3)]
    best = min(results, key=lambda result: result["seconds"])
    peak = peak_memory(argv, ROOT, environment())
    yield Row(
        f"1,000 runs, policy part, {best['rules']:.0f} rules, {best['bytes_each'] / 1e3:.1f} kB",
        "2.5 s",
        f"{best['seconds']:.2f} s",
        f"{best['seconds'] / 2.5:.2f} of the bound",
    )
    yield Row(
        "  memory, all processes", "500 MB", f"{peak:.0f} MB", f"{peak / 500:.2f} of the bound"
    )


def large_artifact(setting: Setting) -> Iterator[Row]:
    """Memory with one large artifact: a sparse file, so that no disk is needed."""
    code = (
        "import sys, kfm_gates\n"
        "with kfm_gates.record_run('large_files', pipeline='benchmarks/large') as run:\n"
        "    run.input('data/raw/kansas_counties/kansas-counties.topojson')\n"
        "    path = run.artifacts / 'large.bin'\n"
        "    with path.open('wb') as file:\n"
        "        file.truncate(int(sys.argv[1]) << 30)\n"
        "    run.output(path, media_type='application/octet-stream')\n"
        "    run.check('files', observed=1, threshold={'min': 1})\n"
    )
    record: list[str | Path] = [sys.executable, "-c", code, str(setting.gib)]
    written = peak_memory([str(word) for word in record], setting.lake, environment())
    check: list[str | Path] = [
        BIN / "kfm-gates",
        "check",
        "-q",
        "--profile",
        "local",
        "large_files",
    ]
    cost = command(check, cwd=setting.lake, wanted=(0, 1), repeat=1)
    yield Row(
        f"memory, artifact of {setting.gib} GiB: check",
        "500 MB, constant",
        f"{cost.peak:.0f} MB in {cost.wall:.1f} s",
        f"{cost.peak / 500:.2f} of the bound",
    )
    yield Row("  recording it", "", f"{written:.0f} MB")


def prepare(lake: Path) -> Path:
    """The example, in a repository of its own, run once; returns the run."""
    ignored = shutil.ignore_patterns("work", "__pycache__")
    shutil.copytree(ROOT / "examples" / "kansas_counties", lake, ignore=ignored)
    git = ("git", "-c", "user.name=b", "-c", "user.email=b@example.org", "-C", str(lake))
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "example")):
        subprocess.run((*git, *words), check=True)
    subprocess.run(
        [sys.executable, lake / "pipeline.py", "--lake", lake],
        env=environment(),
        check=True,
        stdout=subprocess.DEVNULL,
    )
    (run,) = (lake / FAMILY).iterdir()
    return run


def without_catalogs(lake: Path) -> Path:
    """Another run in the same lake, of the pipeline without its last line; returns the run."""
    before = set((lake / FAMILY).iterdir())
    source = (lake / "pipeline.py").read_text(encoding="utf-8")
    plain = lake / "plain.py"
    plain.write_text(source.replace("run.write_catalogs()", "pass"), encoding="utf-8")
    argv = [sys.executable, plain, "--lake", lake]
    subprocess.run(argv, env=environment(), check=True, stdout=subprocess.DEVNULL)
    plain.unlink()
    (run,) = set((lake / FAMILY).iterdir()) - before
    return run


PARTS: dict[str, Part] = {
    "check": check_one_run,
    "startup": startup,
    "hashing": hashing,
    "many": many_runs,
    "large": large_artifact,
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--gib", type=int, default=8, help="size of the large artifact")
    parser.add_argument(
        "--repeat", type=int, default=9, help="repetitions, of which the best counts"
    )
    parser.add_argument("--only", action="append", choices=sorted(PARTS), help="only this part")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lake = Path(folder) / "lake"
        run = prepare(lake)
        setting = Setting(lake, run, without_catalogs(lake), options.repeat, options.gib)
        print(
            f"{platform.system()} {platform.machine()}, {CORES} cores, "
            f"Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}\n"
        )
        print("| what | bound | measured | ratio |\n|---|---|---|---|")
        for name in options.only or PARTS:
            for row in PARTS[name](setting):
                print(f"| {row.what} | {row.bound} | {row.measured} | {row.ratio} |", flush=True)


if __name__ == "__main__":
    main()

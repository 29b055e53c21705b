"""Record a run, see it pass, tamper with it, see it fail.

    python examples/demo.py [--keep DIR]

Works on a copy of `examples/kansas_counties` in a git repository of its own. Every step is printed
with its command and exit code; the demo exits with 1 if one of them is not as it should be.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parent / "kansas_counties"
GATES = [sys.executable, "-m", "kfm_gates"]


class UnexpectedError(Exception):
    """A step did not end as it should."""


def main(lake: Path) -> None:
    """Play the scenes in an empty folder."""
    title("1. A pipeline records a run")
    prepare(lake)
    printed = step([sys.executable, "pipeline.py", "--lake", "."], lake, wanted=0)
    run = Path(printed.split()[-1])
    name = f"{run.parent.name}/{run.name}"

    title("2. The run is checked: it passes under 'local', and the ladder says what comes next")
    said = step([*GATES, "check", name], lake, wanted=0)
    expect("PASS" in said, "the verdict PASS")
    expect("next" in said and "promotion" in said, "what the profile promotion still needs")

    title("3. One byte of an artifact is flipped")
    artifact = run / "artifacts" / "kansas-counties.geojson"
    with changed(artifact, flip_one_byte):
        said = step([*GATES, "check", name], lake, wanted=1)
        expect("FAIL" in said and artifact.name in said, f"FAIL, naming {artifact.name}")

    title("4. The byte is put back: the run passes again")
    said = step([*GATES, "check", "--quiet", name], lake, wanted=0)
    expect("PASS" in said, "the verdict PASS")

    title("5. A receipt is edited: a threshold is lowered by hand")
    receipt = run / "validation_report.json"
    with changed(receipt, lower_a_threshold):
        said = step([*GATES, "check", name], lake, wanted=1)
        expect("FAIL" in said and receipt.name in said, f"FAIL, naming {receipt.name}")

    title("6. The catalogs and the bytes beside each other, artifact by artifact")
    said = step([*GATES, "check", "--verbose", name], lake, wanted=0, only="closure")
    expect("stac" in said and "openlineage" in said, "the matrix of artifacts and sources")

    title("7. One digest is changed, in the DCAT record only")
    record = run / "catalog" / "dcat.jsonld"
    with changed(record, change_a_digest):
        said = step([*GATES, "check", name], lake, wanted=1)
        expect("CLOSURE_DIGEST_CONFLICT" in said, "the cell that contradicts the others")
        expect(record.name in said, f"FAIL, naming {record.name}")

    print("\nEverything went as it should. The pipeline: examples/kansas_counties/pipeline.py")


def prepare(lake: Path) -> None:
    """Copy the example and commit it, because a run names the commit of its pipeline."""
    ignore = shutil.ignore_patterns("work", "__pycache__")
    shutil.copytree(EXAMPLE, lake, dirs_exist_ok=True, ignore=ignore)
    who = [
        "-c",
        "user.name=demo",
        "-c",
        "user.email=demo@example.org",
        "-c",
        "commit.gpgsign=false",
    ]
    for arguments in (
        ["init", "--quiet", "--initial-branch=main"],
        ["add", "."],
        [*who, "commit", "--quiet", "--no-verify", "--no-gpg-sign", "--message=The pipeline"],
    ):
        subprocess.run(["git", *arguments], cwd=lake, check=True)


def step(command: list[str], lake: Path, *, wanted: int, only: str | None = None) -> str:
    """Run a command, show it, and insist on its exit code; returns what it printed.

    `only` shows no more than the paragraph that begins with this word.
    """
    shown = ["python" if part == sys.executable else part for part in command]
    if shown[:3] == ["python", "-m", "kfm_gates"]:
        shown[:3] = ["kfm-gates"]
    print(f"\n$ {shlex.join(shown)}", flush=True)
    done = subprocess.run(
        command,
        cwd=lake,
        env={**os.environ, "COLUMNS": "100"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )
    parts = done.stdout.split("\n\n")
    shown_parts = parts if only is None else [p for p in parts if p.lstrip().startswith(only)]
    print("\n\n".join(shown_parts).rstrip())
    print(f"→ exit code {done.returncode}", flush=True)
    expect(done.returncode == wanted, f"exit code {wanted}")
    return done.stdout


def expect(met: bool, what: str) -> None:
    """Stop the demo unless something holds."""
    if not met:
        raise UnexpectedError(what)


@contextmanager
def changed(path: Path, change: Callable[[bytes], bytes]) -> Iterator[None]:
    """Change a file for the length of a block, then put it back as it was."""
    before = path.read_bytes()
    path.write_bytes(change(before))
    try:
        yield
    finally:
        path.write_bytes(before)


def flip_one_byte(raw: bytes) -> bytes:
    """Change one bit in the middle: a coordinate gets another digit."""
    middle = len(raw) // 2
    print(f"\n# byte {middle} of {len(raw)}")
    return raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :]


def lower_a_threshold(raw: bytes) -> bytes:
    """Loosen a threshold in the validation report, as somebody in a hurry might."""
    report = json.loads(raw)
    report["gates"][0]["threshold"]["min"] = 1
    print(f"\n# {report['gates'][0]['name']}: threshold lowered to 1")
    return f"{json.dumps(report, indent=2)}\n".encode()


def change_a_digest(raw: bytes) -> bytes:
    """Give the first checksum of a DCAT record another digit."""
    record = json.loads(raw)
    node = next(node for node in record["@graph"] if "spdx:checksumValue" in node)
    stated = node["spdx:checksumValue"]
    value = stated["@value"] if isinstance(stated, dict) else stated
    other = value[:-1] + ("0" if value[-1] != "0" else "1")
    print(f"\n# {node['@id'].rpartition('/')[2]}: …{value[-8:]} becomes …{other[-8:]}")
    return raw.replace(value.encode(), other.encode())


def title(text: str) -> None:
    """Print the heading of a scene."""
    print(f"\n{text}\n{'-' * len(text)}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, help="play in this new folder and leave it there")
    keep = parser.parse_args().keep
    try:
        if keep is not None:
            keep.mkdir(parents=True)
            main(keep.resolve())
        else:
            with tempfile.TemporaryDirectory(prefix="kfm-gates-demo-") as folder:
                main(Path(folder).resolve())
    except UnexpectedError as error:
        print(f"\nThe demo did not go as it should: {error} was expected.", file=sys.stderr)
        sys.exit(1)

"""The seal: one way to write it, and sha256sum agrees."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest
from evidence_samples import Lake, attempt
from hypothesis import given
from hypothesis import strategies as st

from kfm_gates.errors import EvidenceUnreadable
from kfm_gates.evidence import paths, seal
from kfm_gates.model import Layout

A = hashlib.sha256(b"a").hexdigest()
B = hashlib.sha256(b"b").hexdigest()

REFUSED = {
    "empty": (b"", None, "empty"),
    "one line feed": (b"\n", 1, "blank"),
    "no final line feed": (f"{A}  a".encode(), 1, "no end"),
    "blank line": (f"{A}  a\n\n{B}  b\n".encode(), 2, "blank"),
    "blank at the end": (f"{A}  a\n\n".encode(), 2, "blank"),
    "carriage return": (f"{A}  a\r\n".encode(), 1, "carriage return"),
    "byte order mark": (f"\ufeff{A}  a\n".encode(), 1, "byte order mark"),
    "binary marker": (f"{A} *a\n".encode(), 1, "binary marker"),
    "escaped": (f"\\{A}  a\\nb\n".encode(), 1, "escaped"),
    "upper case": (f"{A.upper()}  a\n".encode(), 1, "upper case"),
    "short digest": (f"{A[:-1]}  a\n".encode(), 1, "not that of sha256sum"),
    "md5": (f"{'a' * 32}  a\n".encode(), 1, "not that of sha256sum"),
    "prefix": (f"sha256:{A}  a\n".encode(), 1, "not that of sha256sum"),
    "BSD style": (f"SHA256 (a) = {A}\n".encode(), 1, "not that of sha256sum"),
    "one space": (f"{A} a\n".encode(), 1, "not that of sha256sum"),
    "tab": (f"{A}\ta\n".encode(), 1, "not that of sha256sum"),
    "no path": (f"{A}  \n".encode(), 1, ""),
    "comment": (f"# x\n{A}  a\n".encode(), 1, "not that of sha256sum"),
    "zero digest": (f"{'0' * 64}  a\n".encode(), 1, "all zero"),
    "not utf-8": (f"{A}  a\n{B}  ".encode() + b"\xff\n", 2, "UTF-8"),
    "duplicate": (f"{A}  a\n{A}  a\n".encode(), 2, "twice"),
    "duplicate, other digest": (f"{A}  a\n{B}  a\n".encode(), 2, "twice"),
    "out of order": (f"{A}  b\n{B}  a\n".encode(), 2, "out of order"),
    "order of a locale": (f"{A}  a\n{B}  B\n".encode(), 2, "out of order"),
    "case clash": (f"{A}  A\n{B}  a\n".encode(), 2, "one file"),
    "folder clash": (f"{A}  A/x\n{B}  a/y\n".encode(), None, "one file"),
    "file and folder": (f"{A}  a\n{B}  a/b\n".encode(), 1, "one file"),
    "absolute": (f"{A}  /etc/passwd\n".encode(), 1, "absolute"),
    "parent": (f"{A}  ../x\n".encode(), 1, "'..'"),
    "dot": (f"{A}  ./a\n".encode(), 1, "'.'"),
    "third space": (f"{A}   a \n".encode(), 1, "Windows drops"),
    "backslash": (f"{A}  a\\b\n".encode(), 1, "backslash"),
    "control": (f"{A}  a\x1bb\n".encode(), 1, "control"),
    "stdin": (f"{A}  -\n".encode(), 1, "standard input"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_its_line(case: str) -> None:
    raw, line, why = REFUSED[case]
    with pytest.raises(EvidenceUnreadable) as caught:
        seal.parse(raw, "checksums.sha256")
    assert caught.value.code == "SEAL_MALFORMED"
    assert caught.value.line == line
    assert why in caught.value.message
    assert caught.value.file == "checksums.sha256"
    assert caught.value.wanted


def test_paths_are_sorted_by_their_bytes() -> None:
    raw = seal.render([("b", A), ("Z", B), ("a/c", A), ("a-b", B), ("\u00e9", A), ("a b", A)])
    assert list(seal.parse(raw)) == ["Z", "a b", "a-b", "a/c", "b", "\u00e9"]


@pytest.mark.parametrize(
    "pairs",
    [
        [],
        [("a", A), ("a", A)],
        [("a", A), ("A", A)],
        [("../a", A)],
        [("a\nb", A)],
        [("a", A.upper())],
        [("a", "0" * 64)],
    ],
)
def test_what_would_not_be_read_is_not_written(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each of them for its own reason
        seal.render(pairs)


names = st.text(min_size=1, max_size=6) | st.text("abAB/.- \u00e9", min_size=1, max_size=6)
hexes = st.integers(1, 2**256 - 1).map(lambda n: f"{n:064x}")


@given(st.dictionaries(names, hexes, min_size=1, max_size=8))
def test_what_is_written_is_read_back(listed: dict[str, str]) -> None:
    bad = any(paths.problem_of(p) for p in listed) or paths.clashes(listed)
    try:
        raw = seal.render(listed.items())
    except ValueError:
        assert bad
        return
    assert not bad
    assert seal.parse(raw) == listed
    assert seal.render(seal.parse(raw).items()) == raw


lines = st.sampled_from(
    [f"{A}  a\n", f"{B}  b\n", f"{A}  a/b\n", "\n", f"{A} *c\n", f"{A}  c", "x"]
)


@given(st.binary(max_size=80) | st.lists(lines, max_size=4).map(lambda ls: "".join(ls).encode()))
def test_any_bytes_are_a_seal_in_its_one_form_or_refused(raw: bytes) -> None:
    listed, error = attempt(seal.parse, raw)
    if error is not None:
        assert error.code == "SEAL_MALFORMED"
        return
    assert seal.render(listed.items()) == raw


def test_the_seal_covers_everything_but_itself_attestations_and_scratch() -> None:
    layout = Layout()
    covered = ["run_record.json", "artifacts/tmp/x", "logs/run.jsonl", "catalog/stac.json"]
    covered += ["artifacts/checksums.sha256", "tmp2/x", "attestations.json", "other", "Tmp/x"]
    # A file of that name is no folder for scratch.
    covered += ["tmp", "attestations"]
    left_out = ["checksums.sha256", "attestations/a.json", "tmp/x", "cache/a/b", "staging/x"]
    assert [p for p in covered if not seal.covers(p, layout)] == []
    assert [p for p in left_out if seal.covers(p, layout)] == []


def test_sha256sum_verifies_a_seal_and_refuses_a_changed_file(lake: Lake) -> None:
    program = shutil.which("sha256sum")
    if program is None:
        pytest.skip("sha256sum is not installed")
    command = [program, "--check", "--strict", "--quiet", "checksums.sha256"]
    lake.write("artifacts/caf\u00e9 (1).csv", b"x")
    lake.seal()
    assert subprocess.run(command, cwd=lake.run, capture_output=True).returncode == 0
    lake.write("artifacts/caf\u00e9 (1).csv", b"y")
    assert subprocess.run(command, cwd=lake.run, capture_output=True).returncode == 1


def test_sha256sum_writes_what_is_read(lake: Lake) -> None:
    program = shutil.which("sha256sum")
    if program is None:
        pytest.skip("sha256sum is not installed")
    files = sorted(
        (p.relative_to(lake.run).as_posix() for p in Path(lake.run).rglob("*") if p.is_file()),
        key=str.encode,
    )
    files.remove("checksums.sha256")
    done = subprocess.run([program, *files], cwd=lake.run, capture_output=True, check=True)
    assert seal.parse(done.stdout) == lake.open().seal()
    assert done.stdout == lake.open().seal_raw()

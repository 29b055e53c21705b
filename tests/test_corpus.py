"""The fail-closed corpus: every single mutation of one good run, with the old seal and a new one.

With the old seal nothing passes. Sealed anew nothing passes either, unless the mutated field is
listed in docs/free-fields.md: what no gate can know better than the run itself. Everything runs
through the real gates and the real OPA, in one process, OPA in batches.
"""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
import fnmatch
import hashlib
import itertools
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.conclude import conclude
from kfm_gates.evidence import seal
from kfm_gates.examine import examine
from kfm_gates.model import Layout
from kfm_gates.runner import Checker

RECEIPTS = ("run_record.json", "run_manifest.json", "validation_report.json")
LOG = "logs/run.jsonl"
FREE = Path(__file__).parent.parent / "docs" / "free-fields.md"

Mutation = Callable[[Path], Path | None]
"""Changes a run in place; returns the run's new path where it moved."""


def pointers(data: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Every field of a document, with its value."""
    items = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in items:
        here = f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"
        yield here, value
        if isinstance(value, dict | list):
            yield from pointers(value, here)


def edit(data: Any, pointer: str, change: Callable[[Any, Any], None]) -> Any:
    """A copy of a document with `change(container, key)` applied at a pointer."""
    data = copy.deepcopy(data)
    *path, last = [p.replace("~1", "/").replace("~0", "~") for p in pointer.split("/")[1:]]
    here = data
    for part in path:
        here = here[int(part) if isinstance(here, list) else part]
    change(here, int(last) if isinstance(here, list) else last)
    return data


def empty(value: Any) -> Any:
    return {str: "", list: [], dict: {}, int: 0, float: 0.0, bool: False}[type(value)]


def retype(value: Any) -> Any:
    if isinstance(value, bool | int | float):
        return str(value)
    return {str: [value], list: {"0": value}, dict: [value]}[type(value)]


def other(value: str) -> str | None:
    """Another value of the same kind for a digest, time, id or path; None for other strings."""
    if re.fullmatch(r"sha256:[0-9a-f]{64}", value):
        return "sha256:" + hashlib.sha256(value.encode()).hexdigest()
    if re.fullmatch(r"[0-9a-f]{40}", value):
        return hashlib.sha1(value.encode()).hexdigest()
    if re.fullmatch(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", value):
        return value[:20] + ("ABCDEF" if not value.endswith("ABCDEF") else "FEDCBA")
    if re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", value):
        moment = dt.datetime.fromisoformat(value) - dt.timedelta(hours=1)
        return moment.isoformat().replace("+00:00", "Z")
    if value.startswith("data/"):
        return value + "x"
    return None


def json_mutations(name: str, data: Any) -> Iterator[tuple[str, str, str, Any]]:
    """(file, pointer, kind, mutated document)."""
    for pointer, value in pointers(data):
        yield name, pointer, "delete", edit(data, pointer, lambda c, k: c.pop(k))
        yield name, pointer, "null", edit(data, pointer, lambda c, k: c.__setitem__(k, None))
        changed = retype(value)
        yield name, pointer, "retype", edit(data, pointer, lambda c, k, v=changed: _set(c, k, v))
        if value != empty(value):
            changed = empty(value)
            yield name, pointer, "empty", edit(data, pointer, lambda c, k, v=changed: _set(c, k, v))
        if isinstance(value, str) and other(value) is not None:
            changed = other(value)
            yield name, pointer, "other", edit(data, pointer, lambda c, k, v=changed: _set(c, k, v))
        if isinstance(value, bool):
            yield (
                name,
                pointer,
                "negate",
                edit(data, pointer, lambda c, k, v=value: _set(c, k, not v)),
            )


def _set(container: Any, key: Any, value: Any) -> None:
    container[key] = value


def byte_mutations(run: Path) -> Iterator[tuple[str, str, Mutation]]:
    """(file, kind, mutation) for every file of the run, and for files that were not there."""
    files = sorted(p.relative_to(run).as_posix() for p in run.rglob("*") if p.is_file())
    files.remove("checksums.sha256")
    for name in files:
        yield name, "flip", lambda r, n=name: _bytes(r / n, _flip)
        yield name, "truncate", lambda r, n=name: _bytes(r / n, lambda b: b[: len(b) // 2])
        yield name, "append", lambda r, n=name: _bytes(r / n, lambda b: b + b"\n{}")
        yield name, "zero", lambda r, n=name: _bytes(r / n, lambda b: b"")
        yield name, "remove", lambda r, n=name: (r / n).unlink()
        yield name, "link", _as_link(name)
        yield name, "fifo", _as_fifo(name)
    for first, second in itertools.pairwise(files):
        yield f"{first} and {second}", "swap", _swapped(first, second)
    for name in ("extra.txt", "artifacts/extra.bin", "artifacts/deep/x.json", "odd/x"):
        yield name, "add", lambda r, n=name: _add(r / n)
    yield "logs/more.jsonl", "add", lambda r: _add(r / "logs/more.jsonl")


def _bytes(path: Path, change: Callable[[bytes], bytes]) -> None:
    raw = path.read_bytes()
    path.write_bytes(change(raw))


def _flip(raw: bytes) -> bytes:
    middle = len(raw) // 2
    return raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :]


def _as_link(name: str) -> Mutation:
    def change(run: Path) -> None:
        target = run.parent.parent.parent / "elsewhere"
        shutil.copyfile(run / name, target)
        (run / name).unlink()
        (run / name).symlink_to(target)

    return change


def _as_fifo(name: str) -> Mutation:
    def change(run: Path) -> None:
        (run / name).unlink()
        os.mkfifo(run / name)

    return change


def _swapped(first: str, second: str) -> Mutation:
    def change(run: Path) -> None:
        (run / first).rename(run / "swap")
        (run / second).rename(run / first)
        (run / "swap").rename(run / second)

    return change


def _add(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"{}\n")


def reseal(run: Path) -> None:
    """What an insider would do after a change: hash everything again."""
    layout = Layout()
    pairs = []
    for path in run.rglob("*"):
        name = path.relative_to(run).as_posix()
        if path.is_file() and not path.is_symlink() and seal.covers(name, layout):
            pairs.append((name, hashlib.sha256(path.read_bytes()).hexdigest()))
    (run / layout.seal).unlink()
    (run / layout.seal).write_bytes(seal.render(pairs))


def mutations(good: Path) -> Iterator[tuple[str, str, str, Mutation]]:
    """(file, pointer, kind, mutation): the whole corpus."""
    for name in RECEIPTS:
        data = json.loads((good / name).read_bytes())
        for file, pointer, kind, mutated in json_mutations(name, data):
            raw = json.dumps(mutated).encode()
            yield file, pointer, kind, lambda r, f=file, b=raw: _bytes(r / f, lambda _: b)
        raw = (good / name).read_bytes()
        doubled = raw.replace(b"{", b'{"run_id": "01ARZ3NDEKTSV4RRFFQ69G5FAV",', 1)
        yield name, "/run_id", "duplicate", lambda r, f=name, b=doubled: _bytes(r / f, lambda _: b)
        for text, kind in ((b"\xef\xbb\xbf" + raw, "bom"), (raw + b"{}", "two documents")):
            yield name, "", kind, lambda r, f=name, b=text: _bytes(r / f, lambda _: b)
        # Another text of the same values: another subject, so only the old seal refuses it.
        pretty = json.dumps(json.loads(raw), indent=3, sort_keys=True).encode()
        yield name, "", "same values", lambda r, f=name, b=pretty: _bytes(r / f, lambda _: b)
    log = [json.loads(line) for line in (good / LOG).read_bytes().splitlines()]
    for file, pointer, kind, mutated in json_mutations(LOG, log):
        raw = b"".join(json.dumps(line).encode() + b"\n" for line in mutated)
        yield file, pointer, kind, lambda r, f=file, b=raw: _bytes(r / f, lambda _: b)
    for file, kind, mutation in byte_mutations(good):
        yield file, "", kind, mutation
    yield "", "", "rename", lambda r: r.rename(r.with_name("01ARZ3NDEKTSV4RRFFQ69G5FAV"))
    yield "", "", "family", _to_other_family


def _to_other_family(run: Path) -> Path:
    family = run.parent.with_name("other_family")
    family.mkdir()
    return run.rename(family / run.name)


def free_fields() -> list[tuple[str, str, str]]:
    """(file, pointer pattern, kinds) from the table in docs/free-fields.md."""
    rows = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \| ([a-z, ]+) \|", FREE.read_text(), re.M)
    assert rows, "the table is gone"
    return rows


def is_free(file: str, pointer: str, kind: str) -> bool:
    return kind == "same values" or any(
        file == row[0] and fnmatch.fnmatchcase(pointer, row[1]) and kind in row[2].split(", ")
        for row in free_fields()
    )


def lake_copy(root: Path, run: Path, target: Path) -> Path:
    """A copy of a lake with this one run; returns the run's path in it."""
    for part in (".kfm", "data/raw", run.relative_to(root)):
        shutil.copytree(root / part, target / part)
    (target / ".git").write_text(f"gitdir: {root / '.git'}\n")
    return target / run.relative_to(root)


@pytest.fixture(scope="module")
def verdicts(example_run: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[Any, Any]:
    """The report entry of every mutation, by (sealed, file, pointer, kind)."""
    root = example_run.parents[4]
    checker = Checker("local")
    lake = checker._lake(root)
    folder = tmp_path_factory.mktemp("corpus")
    cases = {}
    for n, (file, pointer, kind, mutation) in enumerate(mutations(example_run)):
        for sealed in ("old seal", "sealed anew"):
            copy_ = folder / f"{n}-{sealed[:3]}"
            run = lake_copy(root, example_run, copy_)
            run = mutation(run) or run
            if sealed == "sealed anew":
                reseal(run)
            here = dataclasses.replace(lake.project, root=copy_)
            profile = checker._profile_of(lake, run.parent.name)
            cases[sealed, file, pointer, kind] = examine(
                here, profile, run, dt.datetime.now(dt.UTC)
            )
    checker._ask(lake, list(cases.values()))
    return {key: conclude(lake, case) for key, case in cases.items()}


def test_the_good_run_passes(example_run: Path) -> None:
    report = Checker("local").check(example_run)
    assert report.verdict == "PASS", report.render("text")


def test_the_corpus_is_large(verdicts: dict[Any, Any]) -> None:
    assert len(verdicts) > 500


def test_with_the_old_seal_nothing_passes(verdicts: dict[Any, Any]) -> None:
    passed = [k for k, v in verdicts.items() if k[0] == "old seal" and v["verdict"] == "PASS"]
    assert passed == []


def test_sealed_anew_only_documented_fields_pass(verdicts: dict[Any, Any]) -> None:
    passed = [
        key
        for key, entry in verdicts.items()
        if key[0] == "sealed anew" and entry["verdict"] == "PASS" and not is_free(*key[1:])
    ]
    assert passed == []


def test_every_documented_field_really_is_free(verdicts: dict[Any, Any]) -> None:
    """The table lists nothing that a gate would refuse: it has to stay as short as it can be."""
    stale = []
    for file, pattern, kinds in free_fields():
        for kind in kinds.split(", "):
            passed = any(
                entry["verdict"] == "PASS"
                for key, entry in verdicts.items()
                if key[0] == "sealed anew"
                and key[1] == file
                and fnmatch.fnmatchcase(key[2], pattern)
                and key[3] == kind
            )
            if not passed:
                stale.append((file, pattern, kind))
    assert stale == []


def test_key_order_and_white_space_keep_the_verdict(verdicts: dict[Any, Any]) -> None:
    same = {k: v["verdict"] for k, v in verdicts.items() if k[3] == "same values"}
    assert len(same) == 2 * len(RECEIPTS)
    assert {k[0]: v for k, v in same.items()} == {"old seal": "FAIL", "sealed anew": "PASS"}


def test_no_mutation_raises(verdicts: dict[Any, Any]) -> None:
    """Bad input is refused by a finding that names it, never by a crash of a gate."""
    crashed = [
        (key, finding["message"])
        for key, entry in verdicts.items()
        for finding in entry["findings"]
        if finding["code"] in ("GATE_CRASHED", "CHECK_UNANSWERED", "FACTS_INVALID", "OPA_FAILED")
    ]
    assert crashed == []


def test_every_refusal_says_what_to_do(verdicts: dict[Any, Any]) -> None:
    for key, entry in verdicts.items():
        if entry["verdict"] == "PASS":
            continue
        deny = [f for f in entry["findings"] if f["level"] == "deny"]
        assert deny, key
        assert all(f["message"] and f["fix"]["text"] for f in deny), key

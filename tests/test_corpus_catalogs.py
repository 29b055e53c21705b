"""The fail-closed corpus of catalogs: every field of every catalog of the example, sealed anew.

What no other evidence contradicts is listed in docs/free-catalog-fields.md, and the list is held in
both directions, as that of the receipts is in `test_corpus.py`.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import fnmatch
import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_corpus import edit, json_mutations, lake_copy, pointers, reseal

from kfm_gates.conclude import conclude
from kfm_gates.examine import examine
from kfm_gates.runner import Checker

JSON = (
    "catalog/stac/collection.json",
    "catalog/stac/item.json",
    "catalog/dcat.jsonld",
    "catalog/prov.json",
)
ONE_IS_A_LIST = ("catalog/dcat.jsonld", "catalog/prov.json")
"""There a value and a list of one value are the same."""
LINES = "catalog/openlineage.jsonl"
TURTLE = "catalog/dcat.ttl"
KINDS = ("delete", "retype")
"""Besides `alter`. What is null or empty is not there for most catalogs."""
FREE = Path(__file__).parent.parent / "docs" / "free-catalog-fields.md"


def altered(data: Any) -> Iterator[tuple[str, str, Any]]:
    """(pointer, kind, mutated document): a number that is another one, a word that is another."""
    for pointer, value in pointers(data):
        if isinstance(value, bool) or not isinstance(value, int | float | str) or value == "":
            continue
        another: Any = value + 1 if isinstance(value, int | float) else _other_text(value)
        yield pointer, "alter", edit(data, pointer, lambda c, k, v=another: _set(c, k, v))


def _set(container: Any, key: Any, value: Any) -> None:
    container[key] = value


def _other_text(value: str) -> str:
    """A text of the same kind: a digest stays a digest, a time a time."""
    digits = re.search(r"[0-9a-f]{64}", value)
    if digits:
        return value.replace(digits[0], hashlib.sha256(digits[0].encode()).hexdigest())
    if re.match(r"\d{4}-\d\d-\d\dT", value):
        return f"{int(value[:4]) - 1}{value[4:]}"
    return value + "x"


def mutations(good: Path) -> Iterator[tuple[str, str, str, bytes]]:
    """(file, pointer, kind, bytes) for every mutation of every catalog."""
    for name in JSON:
        raw = (good / name).read_bytes()
        data = json.loads(raw)
        for _, pointer, kind, mutated in json_mutations(name, data):
            if kind in KINDS:
                yield name, pointer, kind, json.dumps(mutated).encode()
        for pointer, kind, mutated in altered(data):
            yield name, pointer, kind, json.dumps(mutated).encode()
        yield name, "", "same values", json.dumps(data, indent=5, sort_keys=True).encode()
    events = [json.loads(line) for line in (good / LINES).read_bytes().splitlines()]
    for _, pointer, kind, mutated in json_mutations(LINES, events):
        if kind in KINDS:
            yield LINES, pointer, kind, lines(mutated)
    for pointer, kind, mutated in altered(events):
        yield LINES, pointer, kind, lines(mutated)
    # Turtle says the same as JSON-LD: a statement that is missing in one of them shows at once
    # where something depends on it.
    statements = (good / TURTLE).read_text().split("\n")
    for n, line in enumerate(statements):
        if line.startswith("  ") and line.rstrip().endswith(";"):
            less = [*statements[:n], *statements[n + 1 :]]
            yield TURTLE, line.split()[0], "delete", "\n".join(less).encode()


def lines(events: Any) -> bytes:
    return b"".join(json.dumps(event).encode() + b"\n" for event in events)


def free_fields() -> list[tuple[str, str, str]]:
    """(file, pointer pattern, kinds) from the table in docs/free-catalog-fields.md."""
    rows = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \| ([a-z, ]+) \|", FREE.read_text(), re.M)
    assert rows, "the table is gone"
    return rows


def is_free(file: str, pointer: str, kind: str) -> bool:
    if kind == "retype" and file in ONE_IS_A_LIST:
        return True
    return kind == "same values" or any(
        file == row[0] and fnmatch.fnmatchcase(pointer, row[1]) and kind in row[2].split(", ")
        for row in free_fields()
    )


@pytest.fixture(scope="module")
def entries(
    example_run: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, str, str], Any]:
    """The report entry of every mutation."""
    root = example_run.parents[4]
    checker = Checker("local")
    lake = checker._lake(root)
    copy = tmp_path_factory.mktemp("catalogs")
    run = lake_copy(root, example_run, copy)
    here = dataclasses.replace(lake.project, root=copy)
    profile = checker._profile_of(lake, run.parent.name)
    cases = {}
    for file, pointer, kind, raw in mutations(example_run):
        whole = (run / file).read_bytes()
        (run / file).write_bytes(raw)
        reseal(run)
        case = examine(here, profile, run, dt.datetime.now(dt.UTC))
        # The folder is used again, so what the run looked like is settled now.
        assert case.run is not None
        assert case.run.changed() == []
        case.run = None
        cases[file, pointer, kind] = case
        (run / file).write_bytes(whole)
    checker._ask(lake, list(cases.values()))
    shutil.rmtree(copy)
    return {key: conclude(lake, case) for key, case in cases.items()}


def test_the_corpus_is_large(entries: dict[Any, Any]) -> None:
    assert len(entries) > 500
    assert {key[0] for key in entries} == {*JSON, LINES, TURTLE}


def test_only_documented_fields_pass(entries: dict[Any, Any]) -> None:
    passed = [k for k, v in entries.items() if v["verdict"] == "PASS" and not is_free(*k)]
    assert passed == []


def test_every_documented_field_really_is_free(entries: dict[Any, Any]) -> None:
    """The table lists nothing that a gate would refuse: it has to stay as short as it can be."""
    stale = [
        (file, pattern, kind)
        for file, pattern, kinds in free_fields()
        for kind in kinds.split(", ")
        if not any(
            entry["verdict"] == "PASS"
            for key, entry in entries.items()
            if key[0] == file and fnmatch.fnmatchcase(key[1], pattern) and key[2] == kind
        )
    ]
    assert stale == []


def test_key_order_and_white_space_keep_the_verdict(entries: dict[Any, Any]) -> None:
    same = {k[0]: v["verdict"] for k, v in entries.items() if k[2] == "same values"}
    assert same == dict.fromkeys(JSON, "PASS")


def test_no_mutation_raises(entries: dict[Any, Any]) -> None:
    crashed = [
        (key, finding["message"])
        for key, entry in entries.items()
        for finding in entry["findings"]
        if finding["code"] in ("GATE_CRASHED", "CHECK_UNANSWERED", "FACTS_INVALID", "OPA_FAILED")
    ]
    assert crashed == []


def test_every_refusal_says_what_and_what_to_do(entries: dict[Any, Any]) -> None:
    for key, entry in entries.items():
        if entry["verdict"] == "PASS":
            continue
        deny = [f for f in entry["findings"] if f["level"] == "deny"]
        assert deny, key
        assert all(f["message"] and f["fix"]["text"] for f in deny), key

"""Mutations of one document: what is made of a field, and that nothing else changes."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kfm_gates.policy import mutants
from kfm_gates.policy.reads import Read

SCHEMA = {
    "properties": {
        "rows": {"$ref": "#/$defs/count"},
        "ratio": {"type": "number"},
        "gates": {"additionalProperties": {"properties": {"n": {"type": "integer"}}}},
        "list": {"type": "array", "items": {"properties": {"n": {"$ref": "#/$defs/count"}}}},
        "closed": {"additionalProperties": False, "properties": {}},
    },
    "$defs": {"count": {"type": "integer"}},
}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


def done(document: Any, *path: str | int, is_count: bool = True) -> dict[str, Any]:
    return dict(mutants.mutations(document, path, is_count=is_count))


def test_a_count() -> None:
    assert done({"n": 3}, "n") == {
        "deleted": {},
        "null": {"n": None},
        "empty string": {"n": ""},
        "empty array": {"n": []},
        "empty object": {"n": {}},
        "zero": {"n": 0},
        "wrapped in an array": {"n": [3]},
        "number as string": {"n": "3"},
        "number as boolean": {"n": True},
    }


def test_zero_is_a_value_of_what_is_measured() -> None:
    assert "zero" not in done({"n": 3}, "n", is_count=False)
    assert "zero" not in done({"n": 0}, "n")
    assert "zero" in done({"n": "x"}, "n", is_count=False)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (True, {"boolean as string": "true", "boolean as number": 1}),
        (False, {"boolean as string": "false", "boolean as number": 0, "zero": 0}),
        ("1", {"string as number": 1, "string as boolean": True}),
        (["a", "b"], {"array as object": {"0": "a", "1": "b"}, "array as its first member": "a"}),
        ({"a": 1}, {"object as array": [1]}),
    ],
)
def test_retyped(value: Any, wanted: dict[str, Any]) -> None:
    found = {name: mutant["x"] for name, mutant in done({"x": value}, "x").items() if "x" in mutant}
    assert found.items() >= wanted.items()
    assert found["wrapped in an array"] == [value]


def test_members_of_arrays_are_not_deleted() -> None:
    assert "deleted" not in done({"x": ["a"]}, "x", 0)
    assert done({"x": ["a"]}, "x", 0)["null"] == {"x": [None]}


def test_the_whole_document() -> None:
    assert done({"a": 1})["null"] is None
    assert "deleted" not in done({"a": 1})


@given(JSON)
def test_every_mutant_differs_and_leaves_its_document_alone(document: Any) -> None:
    before = copy.deepcopy(document)
    for path in mutants.below(document):
        found = list(mutants.mutations(document, path, is_count=True))
        assert len(found) >= 5
        for name, mutant in found:
            assert json.dumps(mutant) != json.dumps(before), (path, name)
    assert document == before


@given(JSON)
def test_below_finds_every_value(document: Any) -> None:
    paths = list(mutants.below(document))
    assert paths[0] == ()
    assert len(set(paths)) == len(paths)
    for path in paths:
        mutants.at(document, path)


def test_pointer_escapes() -> None:
    assert mutants.pointer(("a/b", 0, "c~d", "*")) == "/a~1b/0/c~0d/*"
    assert mutants.pointer(()) == ""


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        (("rows",), True),
        (("ratio",), False),
        (("gates", "any", "n"), True),
        (("list", 3, "n"), True),
        (("list",), False),
        (("closed", "n"), False),
        (("unknown", "n"), False),
        ((), False),
    ],
)
def test_counts(path: mutants.Path, wanted: bool) -> None:
    assert mutants.counts(SCHEMA, path) is wanted


def test_expand() -> None:
    document = {"a": {"list": [{"x": 1, "y": 2}, {"x": 3}]}, "b": {"c": [1]}}
    found, absent = mutants.expand(document, [Read(("a", "list", "*", "x"), False)])
    assert found == {
        (),
        ("a",),
        ("a", "list"),
        ("a", "list", 0),
        ("a", "list", 1),
        ("a", "list", 0, "x"),
        ("a", "list", 1, "x"),
    }
    assert absent == set()
    found, _ = mutants.expand(document, [Read(("b",), True)])
    assert found == {(), ("b",), ("b", "c"), ("b", "c", 0)}
    assert mutants.expand(document, [Read(("b", "d"), True), Read(("b", "c", "*", "e"), True)]) == (
        set(),
        {("b", "d"), ("b", "c", "*", "e")},
    )

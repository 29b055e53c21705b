"""Lines of JSON Pointers."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kfm_gates.evidence import json_positions
from kfm_gates.evidence.json_positions import Positions, escape, line_of, scan

DOCUMENT = b"""{
  "run_id": "x",
  "a/b": {"c~d": 1,
    "": [10, 20,
      {"deep": null}
    ]
  },
  "text": "{\\"run_id\\": [\\n",
  "last":
    true
}
"""


def test_every_pointer_has_its_line() -> None:
    expected = {
        "": 1,
        "/run_id": 2,
        "/a~1b": 3,
        "/a~1b/c~0d": 3,
        "/a~1b/": 4,
        "/a~1b//0": 4,
        "/a~1b//2": 5,
        "/a~1b//2/deep": 5,
        "/text": 8,
        # The line of a field is that of its name.
        "/last": 9,
    }
    positions = Positions(DOCUMENT)
    assert {pointer: positions.line(pointer) for pointer in expected} == expected
    assert line_of(DOCUMENT, "/last") == 9


def test_what_is_not_there_has_no_line() -> None:
    for pointer in ("/nothing", "run_id", "/a~1b//3", "/a~1b//-1", "/text/0", "/run_id/x", "x"):
        assert line_of(DOCUMENT, pointer) is None


def test_text_that_is_no_json_has_lines_as_far_as_it_goes() -> None:
    assert line_of(b'{"a": 1,\n"b": oops oops', "/a") == 1
    assert line_of(b'{"a" 1}', "/a") is None
    assert line_of(b"", "") is None
    assert line_of(b"]", "") is None
    assert line_of(b'{"a":\n[1,\n2\xff', "/a/1") == 3


def test_the_scanner_stops_where_the_document_ends_or_breaks() -> None:
    assert [node.symbol for node in scan("1 2")] == ["1"]
    assert [node.symbol for node in scan("{} [3]")] == ["{"]
    assert [node.symbol for node in scan("[1 2]")] == ["[", "1"]
    assert [node.symbol for node in scan('{"a" 1}')] == ["{"]
    assert [node.symbol for node in scan('{"a": 1, b: 2}')] == ["{", "1"]
    assert [node.symbol for node in scan('{"\\x": 1}')] == ["{"]


def test_behind_the_bound_there_are_no_lines(monkeypatch: Any) -> None:
    monkeypatch.setattr(json_positions, "_MAX_INDEXED", 3)
    assert line_of(b"[1,\n2,\n3]", "/1") == 2
    assert line_of(b"[1,\n2,\n3]", "/2") is None


keys = st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
values = st.recursive(
    st.none() | st.integers(0, 9) | st.text(max_size=3).filter(str.isprintable),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=12,
)


def places(value: Any, pointer: str = "") -> Any:
    yield pointer
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, f"{pointer}/{escape(key)}")
    if isinstance(value, list):
        for n, inner in enumerate(value):
            yield from places(inner, f"{pointer}/{n}")


@given(values)
def test_the_scanner_sees_every_value_once_and_in_order(value: Any) -> None:
    text = json.dumps(value, indent=1)
    assert [node.pointer for node in scan(text)] == list(places(value))


@given(values)
def test_the_line_of_a_pointer_is_where_its_value_is_written(value: Any) -> None:
    # With an indent, json writes every value, and the end of every container, on its own line.
    raw = json.dumps(value, indent=1).encode()
    positions = Positions(raw)
    lines = raw.decode().split("\n")
    for pointer in places(value):
        line = positions.line(pointer)
        assert line is not None
        text = lines[line - 1].strip()
        if pointer:
            token = pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
            assert text.startswith(json.dumps(token) + ":") or token.isdecimal()


@given(st.text(max_size=40) | st.binary(max_size=40), st.text(max_size=6))
def test_the_scanner_never_fails(text: str | bytes, pointer: str) -> None:
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    line = line_of(raw, pointer)
    assert line is None or line >= 1

"""The quick reader and the strict one never disagree."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kfm_gates.catalogs import quick_json
from kfm_gates.errors import EvidenceUnreadable
from kfm_gates.evidence import strict_json

MAX = 1 << 20


def both(raw: bytes) -> tuple[Any, Any]:
    """What the two readers make of some bytes: a value, or the code of the refusal."""
    found: list[Any] = []
    for read in (
        lambda: quick_json.loads(raw, file="x", max_bytes=MAX),
        lambda: strict_json.loads(raw, file="x", max_bytes=MAX, exact_numbers=False),
    ):
        try:
            found.append(("value", repr(read())))
        except EvidenceUnreadable as error:
            found.append(("refused", error.code, error.line, error.pointer))
    return found[0], found[1]


def deep(levels: int, opening: str = "[", closing: str = "]") -> bytes:
    return (opening * levels + "1" + closing * levels).encode()


@pytest.mark.parametrize(
    "raw",
    [
        b"{}",
        b"[]",
        b" {}",
        b"",
        b"1",
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
        b'{"a": NaN}',
        b"[-Infinity]",
        b"[1e400]",
        b"[-1e400]",
        b"[1e308]",
        b"[1.7976931348623157e308]",
        b"[" + b"9" * 308 + b"]",
        b"[" + b"9" * 309 + b"]",
        b"[" + b"9" * 310 + b".5]",
        b"[" + b"9" * 5000 + b"]",
        b"[-" + b"1" + b"0" * 308 + b"]",
        b"[0." + b"1" * 5000 + b"]",
        b'["\\ud800"]',
        b'["\\ud83d\\ude00"]',
        b'{"\\udc00": 1}',
        b"\xef\xbb\xbf{}",
        b'["\xff"]',
        b'["\xed\xa0\x80"]',
        b'{"a": "x\x00"}',
        b'{"a": "x\ny"}',
        b"{'a': 1}",
        b'{"a": 1,}',
        b"[1] []",
        b'// x\n{"a": 1}',
        deep(63),
        deep(64),
        deep(65),
        deep(3000),
        deep(100_000),
        deep(63, '{"a":', "}"),
        deep(64, '{"a":', "}"),
        deep(65, '{"a":', "}"),
        deep(40, '[{"a":', "}]"),
        b'{"a": "' + b"[" * 500 + b'"}',
    ],
    ids=lambda raw: repr(raw[:24]),
)
def test_the_readers_agree(raw: bytes) -> None:
    quick, strict = both(raw)
    assert quick == strict


def test_what_is_too_large_is_refused() -> None:
    quick, strict = both(b"[" + b"1," * MAX + b"1]")
    assert quick == strict
    assert quick[1] == "JSON_TOO_LARGE"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(values, st.booleans())
def test_the_readers_agree_on_any_value(value: Any, escaped: bool) -> None:
    raw = json.dumps(value, ensure_ascii=escaped).encode("utf-8", "surrogatepass")
    quick, strict = both(raw)
    assert quick == strict


@given(st.binary(max_size=40), st.sampled_from([b"", b"{", b"[", b'{"a":', b"[1e"]))
def test_the_readers_agree_on_any_bytes(raw: bytes, start: bytes) -> None:
    quick, strict = both(start + raw)
    assert quick == strict


def test_documents_of_too_many_values_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick_json, "MAX_VALUES", 1000)
    monkeypatch.setattr(quick_json, "_FEW", 0)
    quick_json.require_bounded(b"[" + b"1," * 900 + b"1]", "x")
    for raw in (b"[" + b"1," * 1000 + b"1]", b"[" * 1001, b'{"a":' * 1001):
        with pytest.raises(EvidenceUnreadable) as caught:
            quick_json.require_bounded(raw, "x")
        assert caught.value.code == "CATALOG_TOO_LARGE"

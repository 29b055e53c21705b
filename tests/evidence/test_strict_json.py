"""Strict JSON: what is refused, where, and that whatever is accepted is what json reads."""

from __future__ import annotations

import json
import math
import sys
from decimal import Decimal
from typing import Any

import pytest
from evidence_samples import attempt
from hypothesis import example, given
from hypothesis import strategies as st

from kfm_gates.errors import EvidenceUnreadable
from kfm_gates.evidence import strict_json

REFUSED = {
    "empty": (b"", "JSON_EMPTY", None, None),
    "only space": (b" \r\n\t", "JSON_EMPTY", None, None),
    "utf-8 bom": (b"\xef\xbb\xbf{}", "JSON_BOM", 1, None),
    "utf-16 bom": ('{"a":1}'.encode("utf-16"), "JSON_BOM", 1, None),
    "utf-16 without bom": ('{"a":1}'.encode("utf-16-le"), "JSON_SYNTAX", 1, None),
    "latin-1": (b'{"a":\n"\xe9"}', "JSON_NOT_UTF8", 2, None),
    "overlong utf-8": (b'"\xc0\xaf"', "JSON_NOT_UTF8", 1, None),
    "surrogate in utf-8": (b'"\xed\xa0\x80"', "JSON_NOT_UTF8", 1, None),
    "trailing comma": (b'{"a":1,\n}', "JSON_SYNTAX", None, None),
    "single quotes": (b"{'a':1}", "JSON_SYNTAX", 1, None),
    "two documents": (b"{}\n{}", "JSON_SYNTAX", 2, None),
    "leading zero": (b"[01]", "JSON_SYNTAX", 1, None),
    "plus sign": (b"[+1]", "JSON_SYNTAX", 1, None),
    "bare fraction": (b"[.5]", "JSON_SYNTAX", 1, None),
    "fraction without digits": (b"[1.]", "JSON_SYNTAX", 1, None),
    "hex": (b"[0x1]", "JSON_SYNTAX", 1, None),
    "tab in string": (b'["\t"]', "JSON_SYNTAX", 1, None),
    "nul": (b"[1]\0", "JSON_SYNTAX", 1, None),
    "unicode digit": ("[1\u0661]".encode(), "JSON_SYNTAX", 1, None),
    "non-breaking space": ("[1,\u00a02]".encode(), "JSON_SYNTAX", 1, None),
    "form feed": (b"[1,\x0c2]", "JSON_SYNTAX", 1, None),
    "cut short": (b'{"a": [1, 2', "JSON_SYNTAX", 1, None),
    "bad escape": (b'["\\x41"]', "JSON_SYNTAX", 1, None),
    "short escape": (b'["\\u12"]', "JSON_SYNTAX", 1, None),
    "python words": (b"[True]", "JSON_SYNTAX", 1, None),
    "skeleton comment": (b'// run_record.json\n{"a":1}', "JSON_COMMENT", 1, None),
    "block comment": (b"/* c */ {}", "JSON_COMMENT", 1, None),
    "hash comment": (b'{\n# c\n"a":1}', "JSON_COMMENT", 2, None),
    "comment behind": (b'{"a":1} // x', "JSON_COMMENT", 1, None),
    "duplicate": (b'{"a":1,\n"a":1}', "JSON_DUPLICATE_KEY", 2, "/a"),
    "duplicate by escape": (b'{"a":1,"\\u0061":2}', "JSON_DUPLICATE_KEY", 1, "/a"),
    "duplicate below": (
        b'{"x/y":[{"n":0},{"n":1,\n"m":2,\n"n":3}]}',
        "JSON_DUPLICATE_KEY",
        3,
        "/x~1y/1/n",
    ),
    "duplicate empty key": (b'{"":1,"":1}', "JSON_DUPLICATE_KEY", 1, "/"),
    "nan": (b'{"a":\nNaN}', "JSON_NOT_A_NUMBER", 1, "/a"),
    "infinity": (b"[1,Infinity]", "JSON_NOT_A_NUMBER", 1, "/1"),
    "minus infinity": (b"-Infinity", "JSON_NOT_A_NUMBER", 1, ""),
    "2**53": (b"[9007199254740992]", "JSON_LOSSY_NUMBER", 1, "/0"),
    "minus 2**53": (b"[-9007199254740992]", "JSON_LOSSY_NUMBER", 1, "/0"),
    "int of 5000 digits": (b"1" * 5000, "JSON_LOSSY_NUMBER", 1, ""),
    "overflow": (b'{"a":{"b":1e400}}', "JSON_LOSSY_NUMBER", 1, "/a/b"),
    "underflow": (b"[1e-400]", "JSON_LOSSY_NUMBER", 1, "/0"),
    "absurd exponent": (b"[1e-99999999999999999999]", "JSON_LOSSY_NUMBER", 1, "/0"),
    "20 digits": (b"[0.12345678901234567890]", "JSON_LOSSY_NUMBER", 1, "/0"),
    "float beyond 2**53": (b"[9007199254740993.0]", "JSON_LOSSY_NUMBER", 1, "/0"),
    "lone high surrogate": (b'["a",\n"\\ud800"]', "JSON_LONE_SURROGATE", 2, "/1"),
    "lone low surrogate": (b'{"a":"\\udc00x"}', "JSON_LONE_SURROGATE", 1, "/a"),
    "swapped pair": (b'["\\ude00\\ud83d"]', "JSON_LONE_SURROGATE", 1, "/0"),
    "surrogate in key": (b'{"\\ud800":1}', "JSON_LONE_SURROGATE", 1, "/?"),
    "65 deep": (b"[" * 65 + b"]" * 65, "JSON_TOO_DEEP", 1, "/0" * 64),
    "65 deep objects": (b'{"a":' * 65 + b"1" + b"}" * 65, "JSON_TOO_DEEP", 1, "/a" * 64),
    "mixed, deep": (b'[{"a":' * 33 + b"1" + b"}]" * 33, "JSON_TOO_DEEP", 1, "/0/a" * 32),
    "100000 deep, unclosed": (b"[" * 100_000, "JSON_TOO_DEEP", 1, "/0" * 64),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_its_place(case: str) -> None:
    raw, code, line, pointer = REFUSED[case]
    with pytest.raises(EvidenceUnreadable) as caught:
        strict_json.loads(raw, file="run_record.json")
    error = caught.value
    assert error.code == code
    assert error.file == "run_record.json"
    assert error.wanted
    if line is not None:
        assert error.line == line
    assert error.pointer == pointer


def test_too_large_is_refused_before_it_is_looked_at() -> None:
    assert strict_json.loads(b'"abc"', file="f", max_bytes=5) == "abc"
    with pytest.raises(EvidenceUnreadable) as caught:
        strict_json.loads(b'"abc\xff"', file="f", max_bytes=5)
    assert caught.value.code == "JSON_TOO_LARGE"


def test_the_comment_of_the_skeleton_gets_a_friendly_answer() -> None:
    with pytest.raises(EvidenceUnreadable) as caught:
        strict_json.loads(b"// run_manifest.json\n{}", file="run_manifest.json")
    assert caught.value.got == "// run_manifest.json"
    assert "leave out the '// name' line" in (caught.value.wanted or "")


def test_hostile_text_is_short_and_printable_in_errors() -> None:
    key = "k\u202e\n\x1b[31m" + "x" * 10_000
    raw = json.dumps({key: 1})[:-1] + "," + json.dumps({key: 2})[1:]
    with pytest.raises(EvidenceUnreadable) as caught:
        strict_json.loads(raw.encode(), file="f")
    assert caught.value.code == "JSON_DUPLICATE_KEY"
    assert len(caught.value.message) < 200
    assert caught.value.message.isprintable()
    assert caught.value.pointer is None


def test_a_long_key_above_many_values_does_not_multiply() -> None:
    raw = b'{"' + b"k" * 100_000 + b'":[' + b"0," * 100_000 + b'{"a":1,"a":2}]}'
    with pytest.raises(EvidenceUnreadable) as caught:
        strict_json.loads(raw, file="f")
    assert (caught.value.code, caught.value.pointer) == ("JSON_DUPLICATE_KEY", None)


@pytest.mark.parametrize("text", ["0", "-0", "9007199254740991", "-9007199254740991"])
def test_integers_at_the_edge_are_exact(text: str) -> None:
    assert strict_json.loads(text.encode(), file="f") == int(text)


@pytest.mark.parametrize(
    "text",
    [
        "0.1",
        "-0.0",
        "1e5",
        "1E+2",
        "1.5e300",
        "5e-324",
        "123456789012345.0",
        "0.30000000000000004",
        "1.7976931348623157e308",
        "2.2250738585072014E-308",
        "100000000000000000000.0",
    ],
)
def test_decimals_that_a_double_holds_are_accepted(text: str) -> None:
    value = strict_json.loads(text.encode(), file="f")
    assert isinstance(value, float)
    assert Decimal(repr(value)) == Decimal(text)


def test_inexact_numbers_can_be_let_in_but_not_infinite_ones() -> None:
    raw = b"[0.12345678901234567890, 12345678901234567890]"
    assert strict_json.loads(raw, file="f", exact_numbers=False) == json.loads(raw)
    for bad in (b"1e400", b"1" * 400, b"1" + b"0" * 309, b"NaN"):
        with pytest.raises(EvidenceUnreadable) as caught:
            strict_json.loads(b'{"a":[' + bad + b"]}", file="f", exact_numbers=False)
        assert caught.value.pointer == "/a/0"


def test_of_many_numbers_the_bad_one_is_named() -> None:
    raw = b'[0.5, 2, -1E2, 12345678901234567890, 0.12345678901234567890, 1e400, "1e400"]'
    for exact, pointer in ((True, "/3"), (False, "/5")):
        with pytest.raises(EvidenceUnreadable) as caught:
            strict_json.loads(raw, file="f", exact_numbers=exact)
        assert (caught.value.code, caught.value.pointer) == ("JSON_LOSSY_NUMBER", pointer)


def test_depth_counts_containers_and_nothing_in_strings() -> None:
    assert strict_json.loads(b"[" * 64 + b"]" * 64, file="f")
    brackets = json.dumps(["[" * 500, "{\\" * 500, '"[' * 500]).encode()
    assert strict_json.loads(brackets, file="f")
    wide = json.dumps([[{"a": [1]}] for _ in range(100)]).encode()
    assert strict_json.loads(wide, file="f", max_depth=4)
    with pytest.raises(EvidenceUnreadable) as caught:
        strict_json.loads(wide, file="f", max_depth=3)
    assert (caught.value.code, caught.value.pointer) == ("JSON_TOO_DEEP", "/0/0/a")


def test_a_caller_deep_in_the_stack_still_gets_an_answer() -> None:
    def descend(left: int) -> object:
        if left:
            return descend(left - 1)
        try:
            return strict_json.loads(b"[" * 60 + b"]" * 60, file="f")
        except EvidenceUnreadable as error:
            return error.code

    frames = 0
    frame = sys._getframe()
    while frame is not None:
        frame, frames = frame.f_back, frames + 1  # type: ignore[assignment]
    answer = descend(sys.getrecursionlimit() - frames - 30)
    assert answer == "JSON_TOO_DEEP" or isinstance(answer, list)


def test_surrogate_pairs_are_characters() -> None:
    assert strict_json.loads(b'"\\ud83d\\ude00"', file="f") == "\U0001f600"
    assert strict_json.loads('"\U0001f600"'.encode(), file="f") == "\U0001f600"


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(values, st.booleans(), st.sampled_from([None, 0, 2]))
def test_whatever_json_writes_is_read_back(
    value: Any, ascii_only: bool, indent: int | None
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent, allow_nan=False)
    read = strict_json.loads(text.encode(), file="f")
    assert read == value
    assert json.dumps(read) == json.dumps(value)


pieces = st.sampled_from(
    [
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b'"',
        b'"a"',
        b'"b"',
        b"\\",
        b"1",
        b"-",
        b"0",
        b".5",
        b"e9",
        b"1e400",
        b"NaN",
        b"true",
        b"null",
        b" ",
        b"\n",
        b"\\u",
        b"\\ud800",
        b"\xff",
        b"//",
        b'{"a":1,"a":2}',
        b'{"a":{"b":[]}}',
        b"[[]]",
        b"\xef\xbb\xbf",
        b"9" * 20,
    ]
)


@given(st.binary(max_size=60) | st.lists(pieces, max_size=12).map(b"".join))
@example(b'{"a":NaN}}')
@example(b'{"a":{"b":1,"b":2}')
@example(b'[1e400,"')
def test_any_bytes_are_read_as_json_reads_them_or_refused(raw: bytes) -> None:
    value, error = attempt(strict_json.loads, raw, file="f", max_depth=3)
    if error is not None:
        assert isinstance(error, EvidenceUnreadable)
        assert error.code.startswith("JSON_")
        assert error.line is None or 1 <= error.line <= raw.count(b"\n") + 1
        return
    assert json.dumps(value) == json.dumps(json.loads(raw))


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 25))
def test_a_number_is_refused_exactly_when_its_double_is_another_number(
    number: float, digits: int
) -> None:
    text = f"{number:.{digits}e}" if digits % 2 else f"{Decimal(number):.{digits}f}"
    is_same = math.isfinite(float(text)) and Decimal(repr(float(text))) == Decimal(text)
    value, error = attempt(strict_json.loads, text.encode(), file="f")
    if error is not None:
        assert error.code == "JSON_LOSSY_NUMBER"
        assert not is_same or "." not in text
    elif isinstance(value, float):
        assert is_same


def test_lines_are_numbered_and_strict() -> None:
    raw = b'{"a":1}\n[2]\n3'
    assert list(strict_json.loads_lines(raw, file="f")) == [(1, {"a": 1}), (2, [2]), (3, 3)]
    assert list(strict_json.loads_lines(raw + b"\n", file="f"))[-1] == (3, 3)
    assert list(strict_json.loads_lines(b"", file="f")) == []


@pytest.mark.parametrize(
    ("raw", "code", "line"),
    [
        (b"{}\n\n{}\n", "JSON_EMPTY", 2),
        (b"{}\n   \n", "JSON_EMPTY", 2),
        (b"\n", "JSON_EMPTY", 1),
        (b"\n{}\n", "JSON_EMPTY", 1),
        (b"{}\n\n", "JSON_EMPTY", 2),
        (b"{}\r\n{}\r\n", "JSON_SYNTAX", 1),
        (b'{}\n{"a":\r1}\n', "JSON_SYNTAX", 2),
        (b'{}\n{"a":1}{"a":2}\n', "JSON_SYNTAX", 2),
        (b'{}\n{"a":1,"a":2}\n', "JSON_DUPLICATE_KEY", 2),
        (b"{}\n{}\n\xef\xbb\xbf{}\n", "JSON_BOM", 3),
        (b'{}\n{"a":NaN}\n', "JSON_NOT_A_NUMBER", 2),
        (b'{}\n"' + b"x" * 100 + b'"\n', "JSON_TOO_LARGE", 2),
        (b"{}\n" + b"[" * 10 + b"]" * 10, "JSON_TOO_DEEP", 2),
        (b"{}\n[1e400]", "JSON_LOSSY_NUMBER", 2),
    ],
)
def test_bad_lines_are_refused_where_they_are(raw: bytes, code: str, line: int) -> None:
    with pytest.raises(EvidenceUnreadable) as caught:
        list(strict_json.loads_lines(raw, file="logs/run.jsonl", max_line_bytes=90, max_depth=8))
    assert (caught.value.code, caught.value.line) == (code, line)
    assert caught.value.file == "logs/run.jsonl"


@given(st.lists(values, max_size=6))
def test_lines_round_trip(documents: list[Any]) -> None:
    raw = "".join(f"{json.dumps(d)}\n" for d in documents).encode()
    read = list(strict_json.loads_lines(raw, file="f"))
    assert [n for n, _ in read] == list(range(1, len(documents) + 1))
    assert [v for _, v in read] == documents

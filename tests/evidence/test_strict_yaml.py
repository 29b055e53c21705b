"""YAML as a way to write JSON: its surprises are refused or plain text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from evidence_samples import attempt
from hypothesis import given
from hypothesis import strategies as st

from kfm_gates.errors import UsageError
from kfm_gates.evidence import strict_yaml

REFUSED = {
    "empty": (b"", "YAML_EMPTY", None),
    "only a comment": (b"# nothing\n", "YAML_EMPTY", None),
    "only a marker": (b"---\n", "YAML_EMPTY", None),
    "null": (b"null\n", "YAML_EMPTY", None),
    "bom": (b"\xef\xbb\xbfa: 1\n", "YAML_BOM", 1),
    "utf-16": ("a: 1\n".encode("utf-16"), "YAML_BOM", 1),
    "latin-1": (b"a: 1\nb: \xe9\n", "YAML_NOT_UTF8", 2),
    "control character": (b"a: \x07\n", "YAML_SYNTAX", None),
    "nul": (b"a: 1\0\n", "YAML_SYNTAX", None),
    "tab": (b"a:\n\tb: 1\n", "YAML_SYNTAX", 2),
    "unclosed": (b"a: [1, 2\n", "YAML_SYNTAX", None),
    "bad indent": (b"a: 1\n b: 2\n", "YAML_SYNTAX", 2),
    "duplicate": (b"a: 1\nb: 2\na: 3\n", "YAML_DUPLICATE_KEY", 3),
    "duplicate quoted": (b"a: 1\n'a': 3\n", "YAML_DUPLICATE_KEY", 2),
    "duplicate by escape": (b'a: 1\n"\\x61": 3\n', "YAML_DUPLICATE_KEY", 2),
    "duplicate below": (b"x:\n  - {a: 1,\n     a: 2}\n", "YAML_DUPLICATE_KEY", 3),
    "anchor": (b"a: &x 1\n", "YAML_ALIAS", 1),
    "alias": (b"a: &x [1]\nb: *x\n", "YAML_ALIAS", 1),
    "anchored list": (b"a: 1\nb: &x\n  - 1\n", "YAML_ALIAS", 2),
    "undefined alias": (b"a: *x\n", "YAML_ALIAS", 1),
    "merge key": (b"a:\n  <<: {b: 1}\n", "YAML_KEY", 2),
    "python object": (b"a: !!python/object/apply:os.system ['x']\n", "YAML_TAG", 1),
    "str tag": (b"a: !!str 1\n", "YAML_TAG", 1),
    "own tag": (b"a: !secret x\n", "YAML_TAG", 1),
    "set": (b"!!set {a, b}\n", "YAML_TAG", 1),
    "number as key": (b"1: a\n", "YAML_KEY", 1),
    "true as key": (b"a: 1\ntrue: 2\n", "YAML_KEY", 2),
    "null as key": (b"~: 2\n", "YAML_KEY", 1),
    "empty key": (b": 2\n", "YAML_SYNTAX", 1),
    "empty key, explicit": (b"? \n: 2\n", "YAML_KEY", 1),
    "next line": ("a: 1\nb: x\x85y\n".encode(), "YAML_SYNTAX", 2),
    "line separator": ("a: 'x\u2028y'\n".encode(), "YAML_SYNTAX", 1),
    "list as key": (b"? [a, b]\n: 1\n", "YAML_KEY", 1),
    "mapping as key": (b"{{a: 1}: 2}\n", "YAML_KEY", 1),
    "second document": (b"a: 1\n---\nb: 2\n", "YAML_MULTIPLE", 2),
    "2**53": (b"a: 9007199254740992\n", "YAML_NUMBER", 1),
    "too many digits": (b"a: 1\nb: 0.12345678901234567890\n", "YAML_NUMBER", 2),
    "overflow": (b"a: 1.0e+999\n", "YAML_NUMBER", 1),
    "33 deep": (b"[" * 33 + b"]" * 33, "YAML_TOO_DEEP", 1),
    "deep and unclosed": (b"[" * 900, "YAML_TOO_DEEP", 1),
    "deep mappings": (b"".join(b" " * n + b"a:\n" for n in range(40)), "YAML_TOO_DEEP", 33),
    "too large": (b"a: " + b"x" * 2**20, "YAML_TOO_LARGE", None),
    "lone surrogate": (b'a: "\\ud800"\n', "YAML_SYNTAX", 1),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_its_line(case: str) -> None:
    raw, code, line = REFUSED[case]
    with pytest.raises(UsageError) as caught:
        strict_yaml.loads(raw, file=".kfm/gates.yaml")
    error = caught.value
    assert error.code == code
    assert error.file == ".kfm/gates.yaml"
    assert error.wanted
    assert error.fix
    assert ".kfm/gates.yaml" in error.fix
    assert line is None or error.line == line


def test_the_bound_is_exact() -> None:
    assert strict_yaml.loads(b"a: 1", file="f", max_bytes=4) == {"a": 1}
    with pytest.raises(UsageError):
        strict_yaml.loads(b"a: 1\n", file="f", max_bytes=4)
    assert strict_yaml.loads(b"[[1]]", file="f", max_depth=2) == [[1]]
    with pytest.raises(UsageError):
        strict_yaml.loads(b"[[1]]", file="f", max_depth=1)


def test_a_refusal_says_what_was_there_and_what_to_do() -> None:
    with pytest.raises(UsageError) as caught:
        strict_yaml.loads(b"a: 1\nb: !secret\x20x\n", file="f.yaml")
    assert (caught.value.got, caught.value.fix) == ("!secret", "Mend f.yaml, line 2.")
    with pytest.raises(UsageError) as caught:
        strict_yaml.loads(b"", file="f.yaml")
    assert (caught.value.got, caught.value.fix) == (None, "Mend f.yaml.")
    with pytest.raises(UsageError) as caught:
        strict_yaml.loads(b"a: [1\n", file="f.yaml")
    assert caught.value.message.startswith("The document cannot be parsed: did not find")
    with pytest.raises(UsageError) as caught:
        strict_yaml.loads(b"a: 1\0\n", file="f.yaml")
    assert caught.value.message.startswith("The document cannot be parsed: ")


def test_a_billion_laughs_are_refused_at_the_first() -> None:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    with pytest.raises(UsageError) as caught:
        strict_yaml.loads("\n".join(lines).encode(), file="f")
    assert (caught.value.code, caught.value.line) == ("YAML_ALIAS", 1)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-7", -7),
        ("1.5", 1.5),
        ("1.5e+3", 1500.0),
        ("1e3", "1e3"),
        ("12e45678", "12e45678"),
        ("1.5e3", "1.5e3"),
        ("9007199254740991", 2**53 - 1),
        # What YAML makes of these depends on its version and on the reader; here they are text.
        ("yes", "yes"),
        ("no", "no"),
        ("NO", "NO"),
        ("on", "on"),
        ("True", "True"),
        ("TRUE", "TRUE"),
        ("Null", "Null"),
        ("017", "017"),
        ("0o17", "0o17"),
        ("0x1F", "0x1F"),
        ("0b11", "0b11"),
        ("1_000", "1_000"),
        ("190:20:30", "190:20:30"),
        ("+1", "+1"),
        (".5", ".5"),
        ("1.", "1."),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("2026-01-01", "2026-01-01"),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
        ("=", "="),
        ("1.2.3", "1.2.3"),
        ('"true"', "true"),
        ("'1'", "1"),
        ('""', ""),
        ("'~'", "~"),
        ("'<<'", "<<"),
    ],
)
def test_scalars(text: str, value: object) -> None:
    read = strict_yaml.loads(f"a: {text}\n".encode(), file="f")["a"]
    assert read == value
    assert type(read) is type(value)


def test_block_text_is_text() -> None:
    raw = b"a: |\n  1\nb: >\n  true\nc: |-\n  null\n"
    assert strict_yaml.loads(raw, file="f") == {"a": "1\n", "b": "true\n", "c": "null"}


def test_a_document_may_have_markers_and_comments() -> None:
    raw = b"%YAML 1.1\n---\n# c\na: [1, {b: x}] # c\n...\n"
    assert strict_yaml.loads(raw, file="f") == {"a": [1, {"b": "x"}]}


def test_lines_by_pointer() -> None:
    raw = b"# c\na:\n  - 1\n  -\n    b/c: 2\nd: {e: 1,\n  f: 2}\n"
    assert strict_yaml.lines(raw, file="f") == {
        "": 2,
        "/a": 2,
        "/a/0": 3,
        "/a/1": 5,
        "/a/1/b~1c": 5,
        "/d": 6,
        "/d/e": 6,
        "/d/f": 7,
    }


text = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=6)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | text | st.floats(0.1, 9e5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(text, values, min_size=1, max_size=4))
def test_json_in_ascii_is_yaml(value: dict[str, Any]) -> None:
    assert strict_yaml.loads(json.dumps(value).encode(), file="f") == value


@given(
    st.dictionaries(
        st.text("abcyno~ 1:-#", min_size=1, max_size=5), values, min_size=1, max_size=4
    ),
    st.booleans(),
)
def test_what_a_yaml_writer_writes_is_read_as_the_safe_loader_reads_it(
    value: dict[str, Any], flow: bool
) -> None:
    raw = yaml.safe_dump(value, default_flow_style=flow, allow_unicode=True).encode()
    read, error = attempt(strict_yaml.loads, raw, file="f")
    if error is None:
        assert read == yaml.safe_load(raw) == value
    else:
        # The writer repeats an object by an alias, or writes an odd line break as it is.
        assert error.code in {"YAML_ALIAS", "YAML_SYNTAX"}


pieces = st.sampled_from(
    [
        "a:",
        "b:",
        "-",
        "[",
        "]",
        "{",
        "}",
        ",",
        "&",
        "*",
        "!",
        "|",
        ">",
        "'",
        '"',
        "#",
        "%",
        "@",
        "`",
        "\n",
        "\t",
        "---",
        "...",
        "?",
        "~",
        "<<",
        "1",
        "true",
        "&x",
        "*x",
        "!!str",
        " ",
        "\n",
        "\n  ",
        "a: 1\n",
        "b:\n  - c\n",
    ]
)


@given(st.binary(max_size=60) | st.lists(pieces, max_size=14).map(lambda p: "".join(p).encode()))
def test_any_bytes_are_read_as_json_types_or_refused(raw: bytes) -> None:
    value, error = attempt(strict_yaml.loads, raw, file="f")
    if error is not None:
        assert isinstance(error, UsageError)
        assert error.code.startswith("YAML_")
        return
    assert json.loads(json.dumps(value)) == value


def test_without_the_c_library_the_answers_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    for case, (raw, code, _) in REFUSED.items():
        with pytest.raises(UsageError) as caught:
            strict_yaml.loads(raw, file="f")
        assert caught.value.code == code, case
    assert strict_yaml.loads(b"a: {b: [1, yes]}\n", file="f") == {"a": {"b": [1, "yes"]}}


def test_the_shipped_profiles_are_strict_yaml() -> None:
    folder = Path(strict_yaml.__file__).resolve().parents[2] / "policies" / "profiles"
    for path in sorted(folder.glob("*.yaml")):
        assert isinstance(strict_yaml.loads(path.read_bytes(), file=path.name), dict)

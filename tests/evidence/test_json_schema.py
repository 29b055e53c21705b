"""JSON Schema: the fast implementation decides, the other one only finds words."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kfm_gates import resources
from kfm_gates.errors import KfmGatesError
from kfm_gates.evidence import json_schema, json_schema_focus, json_schema_words
from kfm_gates.evidence.json_schema import Issue


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A folder of schemas that stands for the shipped ones."""
    (tmp_path / "policies").mkdir()
    (tmp_path / "pyproject.toml").touch()

    def write(schema: object, name: str = "thing") -> None:
        path = tmp_path / "schemas" / name / "v1.schema.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(schema))

    monkeypatch.setattr(resources, "data_root", lambda: (tmp_path, "checkout"))
    json_schema._compiled.cache_clear()
    yield write
    json_schema._compiled.cache_clear()


REMOTE = "https://example.org/other.schema.json"


@pytest.mark.parametrize(
    "ref", [REMOTE, "http://127.0.0.1:9/x", "file:///etc/passwd", "other.schema.json", "urn:x:y"]
)
def test_a_remote_reference_is_never_fetched(
    ref: str, shipped: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "socket", lambda *_: pytest.fail("the network was used"))
    shipped({"$id": "https://kfm-gates.dev/x", "$ref": ref})
    with pytest.raises(Exception, match="never fetched"):
        json_schema.validate("thing", {})
    with pytest.raises(Exception, match=r"(?i)unresolvable|never fetched"):
        json_schema_words.explain({"$id": "https://kfm-gates.dev/x", "$ref": ref}, {}, 10)


@pytest.mark.parametrize("name", ["", "../run_record", "run_record/../x", "Run", "a-b", "x\0"])
def test_no_name_leaves_the_folder_of_the_schemas(name: str) -> None:
    with pytest.raises(ValueError, match="no schema has the name"):
        json_schema.load(name)
    with pytest.raises(ValueError, match="no schema has the name"):
        json_schema.load("run_record", name)


def test_a_schema_that_is_not_there_is_an_error_not_an_acceptance() -> None:
    with pytest.raises(KfmGatesError) as caught:
        json_schema.validate("never_written", {})
    assert caught.value.code == "INSTALLATION_BROKEN"
    with pytest.raises(KfmGatesError):
        json_schema.validate("run_record", {}, "v99")


def test_a_schema_that_is_no_object_accepts_nothing(shipped: Any) -> None:
    for schema in (True, [], "object"):
        shipped(schema)
        with pytest.raises(ValueError, match="not an object"):
            json_schema.validate("thing", {})


def test_long_text_is_cut_before_it_is_explained() -> None:
    focus = json_schema_focus.Focus({("a", 70): "type"})
    data = {"a": ["x" * 30_000] * 80, "b": {"c": "y" * 20_001, "d": "z" * 20_000}}
    cut = focus.cut(data, (), ())
    assert cut == {"a": ["x" * 20_000], "b": {"c": "y" * 20_000, "d": "z" * 20_000}}
    assert focus.written(("a", 0)) == ("a", 70)
    assert focus.written(("b", "c")) == ("b", "c")


def test_a_broken_schema_accepts_nothing(shipped: Any) -> None:
    shipped({"type": "objekt"})
    with pytest.raises(Exception, match="objekt"):
        json_schema.validate("thing", {})
    shipped({"pattern": "("}, "other")
    with pytest.raises(Exception, match=r"regex|pattern"):
        json_schema.validate("other", "x")


def test_unknown_formats_of_a_schema_are_refused(shipped: Any) -> None:
    shipped({"type": "string", "format": "date-tme"})
    with pytest.raises(Exception, match="date-tme"):
        json_schema.validate("thing", "2026-02-18T00:00:00Z")


def test_formats_are_checked(shipped: Any) -> None:
    shipped({"type": "string", "format": "date-time"})
    assert json_schema.validate("thing", "2026-02-18T00:00:00Z") == []
    for bad in ("2026-02-30T00:00:00Z", "2026-02-18", "yesterday", "2026-02-18T25:00:00Z"):
        assert json_schema.validate("thing", bad)


def test_where_the_two_disagree_the_refusal_stands(
    shipped: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped({"properties": {"a": {"items": {"maximum": 3}}}})
    monkeypatch.setattr(json_schema_words, "explain", lambda *_: [])
    assert json_schema.validate("thing", {"a": [1, 2]}) == []
    issues = json_schema.validate("thing", {"a": [1, 9]})
    assert [i.pointer for i in issues] == ["/a/1"]
    assert "thing/v1" in issues[0].message


def test_the_explainer_alone_never_refuses(shipped: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped({"type": "object"})
    monkeypatch.setattr(json_schema_words, "explain", lambda *_: [Issue("", "wrong")])
    assert json_schema.validate("thing", {}) == []


@pytest.mark.parametrize(
    "data", [{1: 2}, {"a": object()}, {"a": b"x"}, {"\ud800": 1}, {"a": {1, 2}}]
)
def test_what_is_no_json_where_the_schema_looks_is_refused(data: object, shipped: Any) -> None:
    shipped(
        {"additionalProperties": {"type": ["number", "string"]}, "propertyNames": {"minLength": 1}}
    )
    issues = json_schema.validate("thing", data)
    assert len(issues) == 1


EXPLAINED: list[tuple[object, object, str, str, str | None, str | None]] = [
    ({"type": "object"}, [], "", "not an object", "a list of 0", "an object"),
    ({"type": ["string", "null"]}, 1, "", "not text or null", "1", "text or null"),
    ({"required": ["a"]}, {}, "", "a is missing", None, "the field a"),
    ({"enum": ["a", 1]}, "b", "", "known ones", '"b"', '"a", 1'),
    ({"const": "a"}, "b", "", 'not "a"', '"b"', '"a"'),
    ({"minimum": 3}, 2, "", "too small", "2", "at least 3"),
    ({"exclusiveMaximum": 3}, 3, "", "too large", "3", "less than 3"),
    ({"minLength": 1}, "", "", "too short", '""', "at least 1 character(s)"),
    ({"maxLength": 2}, "abc", "", "too long", '"abc"', "at most 2 characters"),
    ({"minItems": 1}, [], "", "too few", None, "at least 1"),
    ({"uniqueItems": True}, [1, 1], "", "twice", None, "every entry once"),
    ({"minProperties": 1}, {}, "", "too few", None, "at least 1"),
    ({"maxProperties": 0}, {"a": 1}, "", "too many", None, "at most 0"),
    ({"not": {"const": 1, "description": "no one"}}, 1, "", "refused", "1", "no one"),
    ({"propertyNames": {"pattern": "^a"}}, {"b": 1}, "", "form", '"b"', "text that matches ^a"),
    (
        {"anyOf": [{"type": "number"}, {"type": "string"}]},
        [],
        "",
        "kind",
        "a list of 0",
        "a number or text",
    ),
    ({"dependentRequired": {"a": ["b"]}}, {"a": 1}, "", "dependentRequired", "an object", None),
    (
        {"properties": {"a": {"pattern": "^x$", "title": "an x", "examples": ["x"]}}},
        {"a": "y"},
        "/a",
        "form",
        '"y"',
        'an x, such as "x"',
    ),
    (
        {"oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
        {"a": 1, "b": 2},
        "",
        "several",
        "a, b",
        "exactly one of a, b",
    ),
    (
        {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
        {},
        "",
        "none",
        None,
        "at least one of a, b",
    ),
    (
        {"additionalProperties": False, "properties": {"ended_at": {}}},
        {"endedat": 1},
        "/endedat",
        "unknown; ended_at is known",
        "endedat",
        "the field ended_at",
    ),
    (
        {"additionalProperties": False, "patternProperties": {"^x_": {}}},
        {"a/b": 1, "x_mine": 2},
        "/a~1b",
        "unknown",
        "a/b",
        "a field of the schema, or a field of your own: x_…",
    ),
    (
        {"$ref": "#/$defs/n", "$defs": {"n": {"type": "number"}}},
        "x",
        "",
        "number",
        '"x"',
        "a number",
    ),
    ({"items": {"required": ["a"]}}, [{"a": 1}, {}], "/1", "missing", None, "the field a"),
    ({"type": "string", "pattern": "^a$"}, "a\n", "", "form", '"a\\n"', "text that matches ^a$"),
]


@pytest.mark.parametrize(("schema", "data", "pointer", "message", "got", "wanted"), EXPLAINED)
def test_a_refusal_is_explained(
    schema: object,
    data: object,
    pointer: str,
    message: str,
    got: str | None,
    wanted: str | None,
    shipped: Any,
) -> None:
    shipped(schema)
    issues = json_schema.validate("thing", data)
    assert len(issues) == 1
    issue = issues[0]
    assert issue.pointer == pointer
    assert message in issue.message
    assert (issue.got, issue.wanted) == (got, wanted)


def test_an_unknown_schema_version_is_the_only_thing_said() -> None:
    issues = json_schema.validate("run_record", {"schema_version": "run_record/v2", "other": 1})
    assert [i.pointer for i in issues] == ["/schema_version"]
    assert issues[0].got == '"run_record/v2"'


def test_issues_come_in_order_are_bounded_and_counted(shipped: Any) -> None:
    shipped({"items": {"type": "number"}})
    issues = json_schema.validate("thing", ["x"] * 5000)
    assert [i.pointer for i in issues[:12]] == [f"/{n}" for n in range(12)]
    assert len(issues) == json_schema.MAX_ISSUES + 1
    assert "further places" in issues[-1].message


def test_one_bad_entry_of_many_is_found_where_it_is(shipped: Any) -> None:
    entry = {
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"items": {"type": "number"}}},
    }
    shipped({"properties": {"list": {"items": entry, "maxItems": 300, "uniqueItems": True}}})
    entries: list[Any] = [{"a": [n] * 100} for n in range(300)]
    assert json_schema.validate("thing", {"list": entries}) == []
    entries[123] = {"a": [*range(80), "x"]}
    entries[299] = {}
    issues = json_schema.validate("thing", {"list": entries})
    assert [(i.pointer, i.got, i.wanted) for i in issues] == [
        ("/list/123/a/80", '"x"', "a number"),
        ("/list/299", None, "the field a"),
    ]
    entries[7] = entries[8]
    entries.append({"a": 1})
    issues = json_schema.validate("thing", {"list": entries})
    assert issues[0].pointer == "/list"
    assert re.search("too many|twice", issues[0].message)
    assert [i.pointer for i in issues[1:]] == ["/list/123/a/80", "/list/299"]


def test_a_long_list_is_never_too_short_because_it_was_cut(shipped: Any) -> None:
    shipped({"type": "object", "properties": {"a": {"minItems": 70}, "b": {"type": "null"}}})
    issues = json_schema.validate("thing", {"a": [1] * 100, "b": 1})
    assert [i.pointer for i in issues] == ["/b"]
    issues = json_schema.validate("thing", {"a": [1] * 69, "b": None})
    assert [(i.pointer, i.message) for i in issues] == [("/a", "The list has too few entries.")]


def test_hostile_values_are_short_and_printable(shipped: Any) -> None:
    shipped({"type": "object", "additionalProperties": {"type": "number"}})
    name = "n\x1b[2J\u202e" + "x" * 500
    for issue in json_schema.validate("thing", {name: "v\x00\u202e" * 500}):
        assert issue.got is not None
        assert len(issue.got) <= 80
        assert issue.got.isprintable()
        assert issue.message.isprintable()


def test_patterns_are_not_slow_on_hostile_text(shipped: Any) -> None:
    # Backtracking would take longer than the universe has existed.
    shipped({"pattern": "^[^a]+$", "maxLength": 64})
    assert json_schema.validate("thing", "x" * 2_000_000 + "a")


def test_a_valid_document_costs_no_import_of_the_explainer() -> None:
    code = (
        "import sys; from kfm_gates.evidence import json_schema\n"
        "assert 'jsonschema_rs' not in sys.modules\n"
        "assert json_schema.validate('log_line', {'timestamp': '2026-02-18T00:00:00Z',"
        " 'run_id': '01KHQZ2C80Q1V5A7M3TB6XJ4NE', 'event': 'start'}) == []\n"
        "assert 'jsonschema_rs' in sys.modules and 'jsonschema' not in sys.modules"
    )
    root = Path(json_schema.__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_loaded_schema_belongs_to_the_caller() -> None:
    json_schema.load("run_record").clear()
    assert json_schema.load("run_record")["title"]

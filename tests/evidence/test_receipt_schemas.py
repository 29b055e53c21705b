"""The schemas of the receipts and of a log line."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from evidence_samples import SAMPLES, digest, sample
from hypothesis import given, settings
from hypothesis import strategies as st

from kfm_gates.errors import EvidenceUnreadable
from kfm_gates.evidence import json_schema, json_schema_words, receipts, strict_json
from kfm_gates.evidence.json_positions import escape

NAMES = sorted(SAMPLES)
SEEDS = Path(__file__).resolve().parents[2].parent / "shared" / "seeds"

FULL: dict[str, dict[str, Any]] = {
    "run_record": {
        **sample("run_record"),
        "schema_version": "run_record/v1",
        "job_id": "job-1",
        "parent_run_id": "01KHQZ2C80Q1V5A7M3TB6XJ4NF",
        "correlation_id": "trace-1",
        "supersedes": {"run_id": "01KHQZ2C80Q1V5A7M3TB6XJ4NG", "reason": "a wrong join"},
        "dry_run": False,
        "forced": False,
        "error": {"type": "ValueError", "message": "line one\nline two"},
        "code": {"repo": "https://example.org/code.git"},
        "metrics": {"rows": 105, "share": 0.5},
        "tool": {"name": "kfm-gates", "version": "0.1.0"},
    },
    "run_manifest": {
        **sample("run_manifest"),
        "schema_version": "run_manifest/v1",
        "spec": {"pipeline_id": "pipelines/example_dataset", "params": {}},
        "inputs": [
            {**sample("run_manifest")["inputs"][0], "label": "public"},
            {"uri": "s3://bucket/key", "digest": digest(b"x"), "role": "lookup"},
        ],
        "outputs": [
            {
                **sample("run_manifest")["outputs"][0],
                "size": 42,
                "media_type": "image/tiff; application=geotiff; profile=cloud-optimized",
                "zone": "work",
                "label": "public_generalized",
            }
        ],
        "versions": {"python": "3.11.7"},
        "transforms": [{"name": "blur", "kind": "redaction", "description": "to 10 km"}],
        "rights": {
            "license": "CC-BY-4.0",
            "holder": "Somebody",
            "attribution": "Made by Somebody.\nWith help.",
            "source": "https://example.org/terms",
        },
        "sensitivity": {"label": "public", "input_label": "internal"},
        "target_zone": "processed",
        "extents": {"bbox": [-102.1, 36.9, -94.5, 40.1]},
        "catalog_refs": ["data/stac/x.json", "https://example.org/dcat"],
    },
    "validation_report": {
        **sample("validation_report"),
        "schema_version": "validation_report/v1",
        "gates": [
            {"name": "schema", "status": "pass", "details": "fine"},
            {
                "name": "coverage",
                "status": "warn",
                "details": {"a": [1]},
                "threshold": {"min": 0.9, "max": 1},
                "observed": 0.95,
            },
            {
                "name": "crs",
                "status": "pass",
                "threshold": {"equals": "EPSG:4326"},
                "observed": "x",
            },
            {"name": "sorted", "status": "pass", "threshold": {"equals": True}, "observed": True},
        ],
        "metrics": {"rows": 105},
        "drift_notes": ["two counties more"],
    },
    "log_line": {
        **sample("log_line"),
        "schema_version": "log_line/v1",
        "service": "workers",
        "pipeline_id": "p",
        "job_type": "etl",
        "job_id": "job-1",
        "correlation_id": "trace-1",
        "dataset_ids": ["example_dataset"],
        "zone_in": "raw",
        "zone_out": "work",
        "policy_label": "public",
        "status": "failed",
        "duration_ms": 12.5,
        "stage": "load",
        "level": "error",
        "message": "it broke",
        "error": {"type": "ValueError", "message": "no", "stack": "line 1\n\tline 2"},
    },
}


def bad(name: str, data: Any) -> bool:
    return bool(json_schema.validate(name, data))


def objects(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, dict):
        yield path
        for key, inner in value.items():
            yield from objects(inner, (*path, key))
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from objects(inner, (*path, n))


def at(value: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


FREE = {"params", "spec", "extents", "details", "metrics", "versions"}


def fields(name: str) -> list[tuple[str | int, ...]]:
    """Every field of the full sample, but what lies in objects that are free by design."""
    data = FULL[name]
    return [
        (*path, key) for path in objects(data) if not FREE & set(path) for key in at(data, path)
    ]


def changed(name: str, path: tuple[str | int, ...], value: Any) -> Any:
    data = copy.deepcopy(FULL[name])
    at(data, path[:-1])[path[-1]] = value
    return data


# Shape of the schemas


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_has_an_id_titles_and_descriptions_and_is_closed(name: str) -> None:
    schema = json_schema.load(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"https://kfm-gates.dev/schemas/{name}/v1.schema.json"
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"

    def check(node: Any, where: str) -> None:
        if isinstance(node, list):
            for inner in node:
                check(inner, where)
        if not isinstance(node, dict):
            return
        if "properties" in node and "const" not in str(node["properties"].get("status", "")):
            assert node["additionalProperties"] is False, where
            for key, inner in node["properties"].items():
                assert inner["title"], f"{where}/{key}"
                assert inner["description"].endswith("."), f"{where}/{key}"
        for key, inner in node.items():
            check(inner, f"{where}/{key}")

    check(schema, "")
    assert schema["title"]
    assert schema["description"]


@pytest.mark.parametrize("name", NAMES)
def test_every_pattern_is_anchored_and_means_the_same_to_both_engines(name: str) -> None:
    text = json.dumps(json_schema.load(name))
    for pattern in re.findall(r'"pattern": "((?:[^"\\]|\\.)*)"', text):
        written = json.loads(f'"{pattern}"')
        assert not re.search(r"\\[dwsDWS]|\(\?", written), written
        # The two exceptions ask whether something occurs anywhere.
        assert (
            (written[0], written[-1]) == ("^", "$") or written.startswith("[^ ") or written == "@"
        )


def test_the_words_for_a_status_are_known_to_the_reader() -> None:
    record = json_schema.load("run_record")["properties"]["status"]["enum"]
    assert set(record) == {"success", *receipts.RUN_STATUSES}
    line = json_schema.load("log_line")["properties"]["status"]["enum"]
    assert set(line) == {"success", *receipts.LOG_STATUSES}
    for name in ("run_manifest", "log_line"):
        assert tuple(json_schema.load(name)["$defs"]["zone"]["enum"]) == receipts.ZONES


# What is refused


@pytest.mark.parametrize("name", NAMES)
def test_each_required_field_is_required(name: str) -> None:
    required = json_schema.load(name)["required"]
    assert set(required) <= set(sample(name))
    for key in required:
        data = sample(name)
        del data[key]
        assert bad(name, data), key


@pytest.mark.parametrize("name", NAMES)
def test_no_field_may_be_null_empty_text_or_of_another_type(name: str) -> None:
    assert not bad(name, FULL[name])
    for path in fields(name):
        value = at(FULL[name], path)
        assert bad(name, changed(name, path, None)), path
        assert bad(name, changed(name, path, "")) or path[-1] in {
            # Free text may be empty where it is not the point.
            *("details", "observed", "drift_notes", "description", "message", "stack", "equals"),
        }, path
        for other in (True, 1, "text", [], {}, [[]], 1.5):
            if type(other) is type(value) or path[-1] in FREE:
                continue
            if isinstance(value, int | float) and type(other) in (int, float):
                continue
            if path[-1] in {"observed", "equals", "drift_notes"}:
                continue
            if isinstance(value, list | str) and other == type(value)():
                continue
            assert bad(name, changed(name, path, other)), (path, other)


@pytest.mark.parametrize("name", NAMES)
def test_unknown_fields_are_refused_and_own_fields_are_free(name: str) -> None:
    for path in objects(FULL[name]):
        if FREE & set(path):
            continue
        assert bad(name, changed(name, (*path, "unknown"), 1)), path
        assert bad(name, changed(name, (*path, "X_own"), 1)), path
        assert bad(name, changed(name, (*path, "ax_own"), 1)), path
        own = changed(name, (*path, "x_own"), {"any": [None, 1]})
        # Numbers of a threshold decide, so nothing may stand beside them.
        assert bad(name, own) == (path[-1:] == ("threshold",)), path


@pytest.mark.parametrize("name", NAMES)
def test_only_the_known_schema_version_is_accepted(name: str) -> None:
    for version in (f"{name}/v2", f"{name}/v1 ", f"{name}/V1", "v1", "", 1, None, "run_record/v0"):
        issues = json_schema.validate(name, {**sample(name), "schema_version": version})
        assert [i.pointer for i in issues] == ["/schema_version"], version


CONTROLS = [
    "a\x00",
    "a\n",
    "\x1b[31m",
    "a\x7fb",
    "a\x85",
    " ",
    "\u00a0",
    "\u2003",
    "\u200b",
    "x" * 513,
]


@pytest.mark.parametrize("name", NAMES)
def test_names_have_no_control_characters_and_are_not_blank(name: str) -> None:
    schema = json_schema.load(name)
    named = [
        key for key, part in schema["properties"].items() if part.get("$ref") == "#/$defs/name"
    ]
    for key in named:
        for value in CONTROLS:
            assert bad(name, {**sample(name), key: value}), (key, value)
    for value in CONTROLS:
        assert bad("run_record", changed("run_record", ("runner", "user"), value))
        assert bad("run_record", changed("run_record", ("metrics", value), 1))
        assert bad("run_manifest", changed("run_manifest", ("outputs", 0, "role"), value))
        assert bad("validation_report", changed("validation_report", ("gates", 0, "name"), value))


BAD_VALUES: list[tuple[str, tuple[str | int, ...], list[object]]] = [
    (
        "run_record",
        ("run_id",),
        [
            "01khqz2c80q1v5a7m3tb6xj4ne",
            "81KHQZ2C80Q1V5A7M3TB6XJ4NE",
            "01KHQZ2C80Q1V5A7M3TB6XJ4N",
            "01KHQZ2C80Q1V5A7M3TB6XJ4NEE",
            "01KHQZ2C80Q1V5A7M3TB6XJ4NI",
            "01KHQZ2C80Q1V5A7M3TB6XJ4NE\n",
            "../../../../../../../../etc",
        ],
    ),
    (
        "run_record",
        ("dataset_family",),
        ["Example", "ab", "1abc", "a-b-c", "a" * 65, "abc\n", "a/b/c", "..abc"],
    ),
    (
        "run_record",
        ("git_commit",),
        ["abc", "abcdef12345", "ABCDEF123456", "a" * 41, "HEAD", "abcdef123456\n", "v1.0"],
    ),
    (
        "run_record",
        ("started_at",),
        [
            "2026-02-18",
            "2026-02-18T00:00:00",
            "2026-02-18T00:00:00+00:00",
            "2026-02-18 00:00:00Z",
            "2026-02-18t00:00:00z",
            "2026-02-30T00:00:00Z",
            "2025-02-29T00:00:00Z",
            "now",
            "2026-02-18T24:00:00Z",
            "2026-02-18T23:59:60Z",
            "2026-13-01T00:00:00Z",
            "2026-02-18T00:00:00.1234567Z",
            "2026-02-18T00:00:00.Z",
            "0000-02-18T00:00:00Z",
            "2026-02-18T00:00Z",
            "٢026-02-18T00:00:00Z",
            "2026-02-18T00:00:00Z\n",
            1771372800,
        ],
    ),
    ("run_record", ("status",), ["Success", "ok", "pass", "done", ""]),
    ("run_record", ("runner", "type"), ["CI", "laptop", ""]),
    (
        "run_record",
        ("code", "repo"),
        [
            "x",
            "https://user:secret@example.org/x",
            "https://example.org/a b",
            "/srv/code",
            "git@h:x",
        ],
    ),
    ("run_record", ("metrics", "rows"), ["105", None, True, [1]]),
    ("run_record", ("dry_run",), ["false", 0, None]),
    (
        "run_manifest",
        ("spec_hash",),
        [
            "sha256:",
            "sha256:" + "0" * 64,
            "sha256:" + "A" * 64,
            "md5:" + "a" * 32,
            "a" * 64,
            "sha256:" + "a" * 63,
            "sha256:" + "a" * 65,
            "sha256:" + "a" * 64 + "\n",
            "sha256:...",
        ],
    ),
    (
        "run_manifest",
        ("outputs", 0, "digest"),
        ["sha256:" + "0" * 64, "sha512:" + "a" * 128, "sha256:" + "g" * 64],
    ),
    ("run_manifest", ("outputs", 0, "path"), ["a\nb", "a\0", "x" * 1025]),
    ("run_manifest", ("outputs", 0, "size"), [-1, 1.5, "42", 2**53]),
    (
        "run_manifest",
        ("outputs", 0, "media_type"),
        ["json", "application/", "Application/JSON", "a/b; c", "a/b\n", "a/b;c=d\r\nx", "*/*"],
    ),
    ("run_manifest", ("outputs", 0, "zone"), ["Work", "catalog", "other", "data/work"]),
    ("run_manifest", ("outputs", 0, "label"), ["a b", "x" * 65, "public\n", "-"]),
    ("run_manifest", ("target_zone",), ["Processed", "prod"]),
    ("run_manifest", ("transforms", 0, "kind"), ["Redaction", "re daction", ""]),
    ("run_manifest", ("spec",), [{}, "x"]),
    ("run_manifest", ("versions", "python"), [3.11, "", None]),
    ("validation_report", ("overall_status",), ["passed", "PASS", "warn", True]),
    ("validation_report", ("gates", 0, "status"), ["passed", "PASS", "skipped", "n/a"]),
    ("validation_report", ("gates", 1, "threshold"), [{}, {"x_min": 1}, {"min": "0.9"}, {"lo": 1}]),
    ("validation_report", ("gates", 1, "observed"), [None, [], {}]),
    ("validation_report", ("policy", "labels_emitted"), [["Public"], ["secret"], ["public"] * 2]),
    ("validation_report", ("policy", "redactions_applied"), ["false", 0]),
    ("log_line", ("event",), ["begin", "START", ""]),
    ("log_line", ("status",), ["running", "expired", "ok"]),
    ("log_line", ("duration_ms",), [-1, "12"]),
    ("log_line", ("level",), ["INFO", "fatal"]),
    ("log_line", ("message",), ["a\x00", "\x1b[0m", "x" * 20_001]),
]


@pytest.mark.parametrize(("name", "path", "values"), BAD_VALUES)
def test_bad_values(name: str, path: tuple[str | int, ...], values: list[object]) -> None:
    pointer = "".join(f"/{escape(str(step))}" for step in path)
    for value in values:
        issues = json_schema.validate(name, changed(name, path, value))
        assert issues, value
        # Something is said about that very place, or about what is in it.
        assert all(i.pointer.startswith(pointer) for i in issues), (value, issues)


def test_an_input_has_exactly_one_name() -> None:
    both = {"path": "a", "uri": "s3://b/c", "digest": digest(b"x"), "role": "primary"}
    for missing in ("path", "uri"):
        one = {key: value for key, value in both.items() if key != missing}
        assert not bad("run_manifest", {**sample("run_manifest"), "inputs": [one]})
    none = {"digest": digest(b"x"), "role": "primary"}
    for entry in (both, none):
        issues = json_schema.validate("run_manifest", {**sample("run_manifest"), "inputs": [entry]})
        assert [i.wanted for i in issues] == ["exactly one of path, uri"]


def test_a_failed_log_line_has_its_error() -> None:
    line = sample("log_line") | {"status": "failed", "event": "finish"}
    [issue] = json_schema.validate("log_line", line)
    assert issue.wanted == "the field error"
    assert not bad("log_line", line | {"error": {"message": "no"}})
    assert bad("log_line", line | {"error": {"stack": "x"}})
    assert bad("log_line", line | {"error": "no"})


# The two implementations


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_both_implementations_agree(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(NAMES))
    path = data.draw(st.sampled_from(fields(name)))
    value = data.draw(
        st.none()
        | st.booleans()
        | st.integers(-3, 2**53)
        | st.text(max_size=4)
        | st.sampled_from(
            ["success", "public", "work", "a/b", digest(b"y"), "2026-02-18T00:00:00Z"]
        )
        | st.lists(st.text(max_size=2), max_size=2)
        | st.dictionaries(st.sampled_from(["path", "x_a", "min", "b"]), st.integers(), max_size=2)
    )
    document = changed(name, path, value)
    explained = json_schema_words.explain(json_schema.load(name), document, 100)
    assert bool(explained) == bad(name, document)


# The seed


def skeletons() -> dict[str, str]:
    """The JSON skeletons in the seed of the work zone, by the name in their comment line."""
    if not SEEDS.is_dir():
        return {}
    for path in sorted(SEEDS.glob("003*")):
        text = path.read_text(encoding="utf-8")
        blocks = re.findall(r"```json\n(// (\w+)\.json\n.*?)```", text, re.DOTALL)
        if blocks:
            return {name: block for block, name in blocks}
    return {}


def filled(text: str) -> str:
    """Fill in every placeholder of a skeleton."""
    text = text.replace("01J...ULID", "01KHQZ2C80Q1V5A7M3TB6XJ4NE")
    text = text.replace("sha256:...", digest(b"x")).replace("<...>", "x.csv")
    for choice in ("ci|local|cluster", "pass|fail|pass_with_waiver"):
        text = text.replace(choice, choice.split("|")[0])
    return text


@pytest.mark.parametrize("name", ["run_record", "run_manifest", "validation_report"])
def test_the_skeletons_of_the_seed_are_valid_once_filled_in(name: str) -> None:
    found = skeletons()
    if not found:
        pytest.skip("the shared material is not beside the checkout")
    comment, _, body = found[name].partition("\n")
    with pytest.raises(EvidenceUnreadable) as caught:
        strict_json.loads(found[name].encode(), file=f"{name}.json")
    assert (caught.value.code, caught.value.got) == ("JSON_COMMENT", comment)
    assert bad(name, strict_json.loads(body.encode(), file=name))
    data = strict_json.loads(filled(body).encode(), file=name)
    assert json_schema.validate(name, data) == []
    normalised, aliases = receipts.normalise(name, data)
    assert json_schema.validate(name, normalised) == []
    assert aliases == []

"""Schemas of the steward's files `.kfm/families/*.yaml` and `.kfm/not-secrets.yaml`, and labels."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from kfm_gates.errors import UsageError
from kfm_gates.evidence import json_schema
from kfm_gates.evidence.labels import LABELS
from kfm_gates.project import load_project
from kfm_gates.resources import read_data

FAMILY: dict[str, Any] = {
    "schema_version": "family/v1",
    "title": "Wells of Kansas",
    "description": "Water wells.\nCompleted since 1975.",
    "keywords": ["water", "wells"],
    "themes": ["https://inspire.ec.europa.eu/theme/hy"],
    "owner": "water team",
    "publisher": {"name": "KGS", "url": "https://kgs.ku.edu/"},
    "contact": {"name": "data desk", "email": "data@kgs.ku.edu", "url": "https://kgs.ku.edu/ask"},
    "rights": {
        "license": "CC-BY-4.0",
        "holder": "KGS",
        "attribution": "Data: KGS",
        "source": "https://kgs.ku.edu/terms",
    },
    "sensitivity": {"label": "public", "input_label": "internal"},
    "thresholds": {"rows": {"min": 1}, "null_ratio": {"min": 0, "max": 0.05}},
    "required_checks": ["schema", "geometry_validity"],
    "x_ticket": {"anything": [1]},
}
NOT_SECRETS: dict[str, Any] = {
    "schema_version": "not_secrets/v1",
    "salt": "b41d2f0c9a7e4e6d",
    "hashes": [{"sha256": "ab" * 32, "reason": "public sample key", "owner": "water team"}],
}


def objects(schema: dict[str, Any], place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property of a schema."""
    for name, inner in schema.get("properties", {}).items():
        yield f"{place}/{name}", inner
        yield from objects(inner, f"{place}/{name}")
        if isinstance(inner.get("items"), dict):
            yield from objects(inner["items"], f"{place}/{name}/*")


@pytest.mark.parametrize("name", ["family", "not_secrets"])
def test_schemas_describe_everything(name: str) -> None:
    schema = json_schema.load(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"https://kfm-gates.dev/schemas/{name}/v1.schema.json"
    assert schema["additionalProperties"] is False
    for place, inner in objects(schema):
        assert inner.get("title"), place
        assert inner.get("description"), place


def test_good_documents() -> None:
    assert json_schema.validate("family", FAMILY) == []
    assert json_schema.validate("family", {"schema_version": "family/v1"}) == []
    assert json_schema.validate("not_secrets", NOT_SECRETS) == []
    assert json_schema.validate("not_secrets", NOT_SECRETS | {"hashes": []}) == []


def changed(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    document = copy.deepcopy(document)
    holder: Any = document
    *steps, last = path.split("/")
    for step in steps:
        holder = holder[int(step) if isinstance(holder, list) else step]
    holder[last] = value
    return document


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("schema_version", "family/v2"),
        ("licence", "CC-BY-4.0"),
        ("rights", {}),
        ("rights/licence", "CC-BY-4.0"),
        ("rights/license", ""),
        ("rights/license", None),
        ("rights/license", "MIT\n"),
        ("rights/license", "M" * 256),
        ("sensitivity", {}),
        ("sensitivity/label", "Public"),
        ("sensitivity/label", "publik"),
        ("sensitivity/labels", ["public"]),
        ("thresholds/rows", {}),
        ("thresholds/rows", {"minimum": 1}),
        ("thresholds/rows/min", "1"),
        ("thresholds/rows/min", True),
        ("thresholds/", {"min": 1}),
        ("required_checks", ["schema", "schema"]),
        ("required_checks", [""]),
        ("contact/email", "nobody"),
        ("publisher/url", "javascript:alert(1)"),
        ("publisher", {"url": "https://kgs.ku.edu"}),
        ("title", "two\nlines"),
        ("title", "esc\x1b[31m"),
    ],
)
def test_bad_family(path: str, value: Any) -> None:
    assert json_schema.validate("family", changed(FAMILY, path, value))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("schema_version", "not_secrets/v2"),
        ("salt", ""),
        ("salt", "short"),
        ("hashes", None),
        ("hashes/0/sha256", "AB" * 32),
        ("hashes/0/sha256", "ab" * 16),
        ("hashes/0/reason", "ok"),
        ("hashes/0/owner", ""),
        ("hashes/0/expires", "2026-12-31"),
        ("hashes/0/value", "hunter2"),
    ],
)
def test_bad_not_secrets(path: str, value: Any) -> None:
    assert json_schema.validate("not_secrets", changed(NOT_SECRETS, path, value))


@pytest.mark.parametrize("key", ["schema_version", "salt", "hashes"])
def test_not_secrets_is_whole(key: str) -> None:
    assert json_schema.validate("not_secrets", {k: v for k, v in NOT_SECRETS.items() if k != key})


def test_the_project_reads_both(tmp_path: Path) -> None:
    (tmp_path / ".kfm" / "families").mkdir(parents=True)
    # JSON is YAML.
    family = tmp_path / ".kfm" / "families" / "kansas_wells.yaml"
    family.write_text(json.dumps(FAMILY))
    (tmp_path / ".kfm" / "not-secrets.yaml").write_text(json.dumps(NOT_SECRETS))
    project = load_project(tmp_path)
    assert project.families["kansas_wells"].rights == FAMILY["rights"]
    assert project.families["kansas_wells"].sensitivity == FAMILY["sensitivity"]
    assert project.not_secrets == ("b41d2f0c9a7e4e6d", frozenset({"ab" * 32}))
    family.write_text(json.dumps(changed(FAMILY, "sensitivity/label", "publik")))
    with pytest.raises(UsageError, match="family/v1"):
        load_project(tmp_path)


def test_labels_are_ranked_as_the_rules_rank_them() -> None:
    """Two orders of restriction would let a run be freer for the one than for the other."""
    rank = json.loads(read_data("policies", "kfm", "data.json"))["labels"]["rank"]
    assert tuple(sorted(rank, key=rank.__getitem__)) == LABELS
    assert len(set(rank.values())) == len(LABELS) == 7
    label = json_schema.load("family")["$defs"]["label"]["enum"]
    claimed = json_schema.load("validation_report")["properties"]["policy"]["properties"]
    assert set(label) == set(claimed["labels_emitted"]["items"]["enum"]) == set(LABELS)

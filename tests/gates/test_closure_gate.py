"""The gate closure as a whole: what it reads once, what it says, what it gives to the report."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import goodrun
import jsonschema_rs
import pytest

from kfm_gates import dossier
from kfm_gates.catalogs import dcat
from kfm_gates.evidence import json_schema
from kfm_gates.gates import all_gates
from kfm_gates.model import GateResult, GateStatus, Profile, Ruling, Verdict

KINDS = ("dcat", "prov")
SEAL = "checksums.sha256"


def answer(root: Path, **changes: Any) -> GateResult:
    case = goodrun.Case(catalogs=changes.pop("catalogs", KINDS), **changes)
    run = goodrun.write(root, case)
    return all_gates()["closure"].run(goodrun.context(run, root, case))


def closure_schema() -> Any:
    schema = json_schema.load("report", "v1")
    return jsonschema_rs.validator_for(
        {"$ref": "#/$defs/closure", "$defs": schema["$defs"]}, validate_formats=True
    )


def cells(result: GateResult) -> dict[str, dict[str, str]]:
    return {
        row["artifact"]: {source: cell["verdict"] for source, cell in row["cells"].items()}
        for row in result.tables["closure"]["rows"]
    }


def test_the_matrix_is_given_to_the_report(tmp_path: Path) -> None:
    result = answer(tmp_path)
    assert result.status is GateStatus.PASS
    table = result.tables["closure"]
    closure_schema().validate(table)
    assert table["sources"] == ["bytes", "manifest", *KINDS]
    assert cells(result) == {
        "the dataset": {"bytes": "not_required", **dict.fromkeys(("manifest", *KINDS), "agree")},
        **{path: dict.fromkeys(table["sources"], "agree") for path in goodrun.artifacts()},
        **{
            path: {
                **dict.fromkeys(("bytes", "manifest"), "agree"),
                **dict.fromkeys(KINDS, "not_required"),
            }
            for path in goodrun.catalog_files(KINDS)
        },
    }


def test_every_statement_has_its_place_and_the_digest_in_one_spelling(tmp_path: Path) -> None:
    rows = {row["artifact"]: row["cells"] for row in answer(tmp_path).tables["closure"]["rows"]}
    for path, raw in goodrun.artifacts().items():
        said = [says for cell in rows[path].values() for says in cell["says"]]
        assert {says["digest"] for says in said} == {goodrun.sha256(raw)}
        assert {says["size"] for says in said if "size" in says} == {len(raw)}
        assert [says["file"] for says in rows[path]["dcat"]["says"]] == [
            "catalog/dcat.jsonld",
            "catalog/dcat.ttl",
        ]
    (sealed,) = [says for says in rows["catalog/dcat.ttl"]["bytes"]["says"] if says["file"] == SEAL]
    assert sealed["digest"] == rows["catalog/dcat.ttl"]["bytes"]["says"][0]["digest"]


def test_one_changed_digest_in_dcat_names_that_cell(tmp_path: Path) -> None:
    change = {
        "op": "replace",
        "path": "/@graph/1/spdx:checksum/spdx:checksumValue/@value",
        "value": "0123456789abcdef" * 4,
    }
    result = answer(tmp_path, patch={"catalog/dcat.jsonld": [change]})
    (finding,) = result.findings
    assert finding.code == "CLOSURE_DIGEST_CONFLICT"
    assert finding.where.file == "catalog/dcat.jsonld"
    assert finding.got == f"sha256:{'0123456789abcdef' * 4}"
    assert "DCAT states another digest for artifacts/wells.geojson" in finding.message
    faulty = {
        (row, source)
        for row, found in cells(result).items()
        for source, verdict in found.items()
        if verdict not in ("agree", "not_required")
    }
    assert faulty == {("artifacts/wells.geojson", "dcat")}


def test_no_document_is_examined_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    examine = dcat.examine
    monkeypatch.setattr(dcat, "examine", lambda *a: calls.append(a) or examine(*a))
    case = goodrun.Case(catalogs=KINDS)
    context = goodrun.context(goodrun.write(tmp_path, case), tmp_path, case)
    assert all_gates()["dcat"].run(context).status is GateStatus.PASS
    assert all_gates()["closure"].run(context).status is GateStatus.PASS
    assert len(calls) == 1


def test_without_catalogs_there_is_no_table(tmp_path: Path) -> None:
    result = answer(tmp_path, catalogs=())
    assert result.status is GateStatus.NOT_APPLICABLE
    assert not result.tables
    assert not result.facts


def test_what_it_leaves_alone_is_listed(tmp_path: Path) -> None:
    refs = ["data/catalog/dcat/wells.jsonld", *(f"data/catalog/{n}.json" for n in range(12))]
    result = answer(
        tmp_path,
        catalogs=(),
        files={"attestations/a.json": {}, "attestations/b.json": {}},
        patch={"run_manifest.json": [{"op": "add", "path": "/catalog_refs", "value": refs}]},
    )
    assert result.status is GateStatus.NOT_APPLICABLE
    first, second, *_, last = result.not_checked
    assert first == "2 files in attestations/: attestations are not in the closure yet"
    assert second == "catalog_refs: data/catalog/dcat/wells.jsonld lies outside of the run"
    assert last == "catalog_refs: 3 more lie outside of the run"


def test_an_unreadable_document_is_an_error_and_hides_nothing(tmp_path: Path) -> None:
    result = answer(
        tmp_path,
        files={"catalog/a.json": "{", "catalog/b.json": "["},
        patch={
            "validation_report.json": [
                {"op": "replace", "path": "/policy/redactions_applied", "value": True}
            ]
        },
    )
    assert result.status is GateStatus.ERROR
    codes = [finding.code for finding in result.findings]
    # Two documents that the manifest does not list, a redaction without its activity, one error.
    assert codes.count("CATALOG_UNLISTED") == 2
    assert {"REDACTION_UNBACKED", "JSON_SYNTAX"} <= set(codes)
    assert any("catalog/b.json" in text for text in result.not_checked)
    assert not result.facts
    assert result.tables
    (error,) = [finding for finding in result.findings if finding.code == "JSON_SYNTAX"]
    assert error.where.file == "catalog/a.json"
    assert error.follows is None


def test_what_follows_from_a_missing_receipt_says_so(tmp_path: Path) -> None:
    result = answer(tmp_path, remove=("run_record.json",))
    (finding,) = result.findings
    assert (finding.code, finding.follows) == ("RECEIPT_MISSING", "gate:receipts")


def test_a_finding_in_the_manifest_has_its_line(tmp_path: Path) -> None:
    names = {"op": "add", "path": "/outputs/0/catalog_ids", "value": {"prov": "nobody"}}
    result = answer(tmp_path, patch={"run_manifest.json": [names]})
    (finding,) = [f for f in result.findings if f.code == "CLOSURE_NAME_UNUSED"]
    text = (tmp_path / goodrun.RUN / "run_manifest.json").read_text().splitlines()
    assert finding.where.line is not None
    assert '"prov": "nobody"' in text[finding.where.line - 1]


def test_the_dossier_carries_the_table(tmp_path: Path) -> None:
    result = answer(tmp_path)
    empty: frozenset[str] = frozenset()
    entry = dossier.run_document(
        path=goodrun.RUN,
        profile=Profile(
            name="p",
            description="d",
            gates=empty,
            conditional=empty,
            rules=empty,
            warn=empty,
            admits=empty,
        ),
        ruling=Ruling(Verdict.FAIL, ("r",), False),
        gates=all_gates(),
        results=[result],
        rules={},
        decision=None,
        findings=[],
        limits=[],
        ladder={"passes": []},
        facts=None,
        facts_sha256=None,
    )
    assert entry["closure"] == result.tables["closure"]
    assert json.loads(json.dumps(entry, allow_nan=False))["closure"] == entry["closure"]


ALL = goodrun.CATALOGS
WRONG = "0123456789abcdef" * 4
CHANGES: dict[str, Any] = {
    "file:checksum": f"1220{WRONG}",
    "file:size": 1,
    "type": "image/png",
    "href": "../../artifacts/nothing.tif",
    "spdx:checksumValue": {"@type": "xsd:hexBinary", "@value": WRONG},
    "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": "1"},
    "dcat:mediaType": {"@id": "https://www.iana.org/assignments/media-types/image/png"},
    "kfm:digest": f"sha256:{WRONG}",
    "kfm:size": {"$": "1", "type": "xsd:long"},
    "digest": f"sha256:{WRONG}",
    "size": 1,
}


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where a document states something of an artifact that `CHANGES` can change."""
    entries = enumerate(data) if isinstance(data, list) else data.items()
    for key, value in entries:
        if key in CHANGES and (key not in ("type", "href") or "assets" in path):
            yield (*path, key)
        elif isinstance(value, dict | list):
            yield from places(value, (*path, key))


def statements() -> Iterator[tuple[str, tuple[Any, ...]]]:
    for file, content in goodrun.catalog_files(ALL).items():
        if isinstance(content, dict | list):
            for place in places(content):
                if "inputs" not in place and goodrun.RAW not in str(place):
                    yield file, place


STATEMENTS = list(statements())
DIGESTS = ("file:checksum", "kfm:digest", "spdx:checksumValue")


def changed(content: Any, place: tuple[Any, ...], value: Any) -> Any:
    document = json.loads(json.dumps(content))
    holder = document
    for step in place[:-1]:
        holder = holder[step]
    assert place[-1] in holder
    holder[place[-1]] = value
    return document


def test_the_documents_state_enough_to_be_changed() -> None:
    files = Counter(file for file, _ in STATEMENTS)
    assert len(files) >= 4
    assert sum(files.values()) >= 20


@pytest.mark.parametrize(("file", "place"), STATEMENTS, ids=str)
def test_any_statement_that_is_changed_in_any_catalog_is_found_there(
    file: str, place: tuple[Any, ...], tmp_path: Path
) -> None:
    """In whole documents, through the readers of every kind."""
    content = changed(goodrun.catalog_files(ALL)[file], place, CHANGES[place[-1]])
    result = answer(tmp_path, catalogs=ALL, files={file: content})
    assert result.status is GateStatus.FAIL, result.error
    assert file in {finding.where.file for finding in result.findings}


@pytest.mark.parametrize(
    ("file", "place"), [one for one in STATEMENTS if one[1][-1] in DIGESTS], ids=str
)
def test_a_digest_that_is_taken_away_is_found(
    file: str, place: tuple[Any, ...], tmp_path: Path
) -> None:
    document = changed(goodrun.catalog_files(ALL)[file], place, None)
    holder = document
    for step in place[:-1]:
        holder = holder[step]
    del holder[place[-1]]
    result = answer(tmp_path, catalogs=ALL, files={file: document})
    assert result.status is GateStatus.FAIL, result.error

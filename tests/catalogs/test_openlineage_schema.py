"""The shipped definitions of OpenLineage give the verdicts of the official ones.

Held together over every event and facet of the corpus, and over mutations of them: by both
implementations of JSON Schema, formats on.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
import referencing
from referencing.jsonschema import DRAFT202012

from kfm_gates.catalogs.openlineage import facets, schema
from kfm_gates.evidence import json_schema

CORPUS = Path(__file__).parents[3] / "shared/corpus/openlineage"
SPEC = CORPUS / "spec/spec"
CORE = "https://openlineage.io/spec/2-0-2/OpenLineage.json"
BASE = {"_producer": "https://example.org/p", "_schemaURL": "https://example.org/s"}

needs_corpus = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the shared material is not beside the checkout"
)


@cache
def official() -> dict[str, Any]:
    """Every official schema by its address."""
    paths = [SPEC / "OpenLineage.json", *sorted(SPEC.glob("facets/*.json"))]
    paths += sorted(SPEC.glob("registry/**/facets/*.json"))
    loaded = [json.loads(path.read_bytes()) for path in paths]
    return {one["$id"]: one for one in loaded}


@cache
def definitions() -> dict[str, str]:
    """Address of the official definition of every facet, by name."""
    found = {}
    for address, one in official().items():
        for name in one["$defs"]:
            if name.endswith("Facet") and address != CORE:
                found[name] = f"{address}#/$defs/{name}"
    found |= {name: f"{CORE}#/$defs/{name}" for name in facets.BASES.values()}
    return found


@cache
def fast(address: str) -> jsonschema_rs.Draft202012Validator:
    registry = jsonschema_rs.Registry(list(official().items()))
    return jsonschema_rs.Draft202012Validator(
        {"$ref": address}, registry=registry, validate_formats=True
    )


def slow(schema_: dict[str, Any]) -> Any:
    registry: Any = referencing.Registry()
    for address, one in official().items():
        registry = registry.with_resource(address, DRAFT202012.create_resource(one))
    return jsonschema.Draft202012Validator(schema_, registry=registry)


def events() -> list[dict[str, Any]]:
    paths = sorted(CORPUS.glob("airflow/**/events/*.json"))
    paths.append(SPEC / "tests/example_full_event.json")
    return [json.loads(path.read_bytes()) for path in paths]


def examples() -> Iterator[tuple[str, dict[str, Any]]]:
    """Facets: those of the test folder, each by the folder's name, and those of all events."""
    for path in sorted(SPEC.glob("tests/*/*.json")):
        for facet in json.loads(path.read_bytes()).values():
            file = path.parent.name
            for name in MEANT.get(file, (file,)):
                yield name, facet
    for event in events():
        for place, holder in holders(event):
            for key, facet in holder.items():
                yield facets.STANDARD[place].get(key, facets.BASES[place]), facet  # type: ignore[index]


MEANT = {
    "LineageFacet": ("LineageDatasetFacet", "LineageJobFacet"),
    "BaseSubsetDatasetFacet": ("BaseSubsetDatasetFacet", "InputSubsetInputDatasetFacet"),
}
"""Definitions for the examples of a folder whose file holds several."""


def holders(event: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for place in ("run", "job"):
        yield place, event.get(place, {}).get("facets", {})
    for place, name in (("input", "inputs"), ("output", "outputs")):
        for dataset in event.get(name, ()):
            yield "dataset", dataset.get("facets", {})
            yield place, dataset.get(f"{place}Facets", {})


def mutations(value: Any) -> Iterator[Any]:
    """The value with one place changed, deleted or doubled, for every place."""
    for path in places(value):
        holder_path, last = path[:-1], path[-1]
        for change in (None, "", "text", 7, -1.5, True, [], {}, [None], {"x": 1}, "2026-13-45"):
            copied = copy.deepcopy(value)
            holder = at(copied, holder_path)
            if type(holder[last]) is not type(change) or holder[last] != change:
                holder[last] = change
                yield copied
        copied = copy.deepcopy(value)
        del at(copied, holder_path)[last]
        yield copied


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for n, inner in enumerate(value[:3]):
            yield (*path, n)
            yield from places(inner, (*path, n))


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


@needs_corpus
def test_every_official_facet_is_known() -> None:
    ours = json_schema.load("openlineage")["$defs"]
    assert len(official()) == 45
    assert definitions().keys() <= ours.keys()
    for address, one in official().items():
        if address == CORE:
            continue
        named = facets.facet_of(address)
        assert named.why is None, address
        assert {n for n in one["$defs"] if n.endswith("Facet")} == set(named.definitions)
        (key,) = one["properties"]
        standard = {table[key] for table in facets.STANDARD.values() if key in table}
        assert standard & set(named.definitions), key


@needs_corpus
def test_places_are_those_of_the_base() -> None:
    """A facet stands where its base says, or (assertions) also where people put it."""
    for place, table in facets.STANDARD.items():
        for key, name in table.items():
            if name.startswith("Kfm"):
                continue
            file = definitions()[name].partition("#")[0]
            text = json.dumps(official()[file]["$defs"][name])
            elsewhere = key == "dataQualityAssertions"
            assert f"/{facets.BASES[place]}" in text or elsewhere, (place, key)


@needs_corpus
def test_verdicts_on_events_and_their_mutations_agree() -> None:
    checker = fast(CORE)
    count = wrong = 0
    for event in events():
        assert schema.fits(None, event) is checker.is_valid(event) is True
        small = {**event, "run": {**event["run"], "facets": {}}}
        for changed in (*mutations(small), {}, [], None, "x", {**event, "dataset": {}}):
            count += 1
            verdict = checker.is_valid(changed)
            wrong += not verdict
            assert schema.fits(None, changed) is verdict, json.dumps(changed)[:2000]
    assert count > 15_000
    assert wrong > 1_000


@needs_corpus
def test_verdicts_on_facets_and_their_mutations_agree() -> None:
    count = wrong = 0
    seen = set()
    for name, facet in examples():
        checker = fast(definitions()[name])
        assert schema.fits(name, facet) is checker.is_valid(facet), name
        text = json.dumps(facet, sort_keys=True)
        if (name, text) in seen or len(text) > 20_000:
            continue
        seen.add((name, text))
        for changed in mutations(facet):
            count += 1
            verdict = checker.is_valid(changed)
            wrong += not verdict
            assert schema.fits(name, changed) is verdict, (name, json.dumps(changed)[:2000])
    assert {name for name, _ in seen} > set(definitions()) - RARE
    assert count > 10_000
    assert wrong > 1_000


RARE = {
    # No example of them in the corpus; they are mutated from one of our own below.
    *("CatalogDatasetFacet", "ExecutionParametersRunFacet", "InputStatisticsInputDatasetFacet"),
    *("JobDependenciesRunFacet", "TestRunFacet", "OutputSubsetOutputDatasetFacet"),
    *("GcpComposerJobFacet", "GcpComposerRunFacet"),
    *("GcpDataprocRunFacet", "GcpLineageJobFacet", "IcebergCommitReportOutputDatasetFacet"),
    *("IcebergScanReportInputDatasetFacet", "JobFacet", "DatasetFacet", "OutputDatasetFacet"),
    "InputDatasetFacet",
}
JOB = {
    "job": {"namespace": "n", "name": "m"},
    "run": {"runId": "0" * 8 + "-0000" * 3 + "-" + "0" * 12},
}
OWN: dict[str, dict[str, Any]] = {
    "CatalogDatasetFacet": {
        **{"framework": "iceberg", "type": "hive", "name": "x", "metadataUri": "u"},
        "catalogProperties": {"a": "b"},
    },
    "ExecutionParametersRunFacet": {"parameters": [{"key": "k", "name": "n", "value": "v"}]},
    "InputStatisticsInputDatasetFacet": {"rowCount": 1, "size": 2, "fileCount": 3},
    "JobDependenciesRunFacet": {
        "upstream": [{**JOB, "dependency_type": "d"}],
        "downstream": [JOB],
        "trigger_rule": "all",
    },
    "TestRunFacet": {"tests": [{"name": "t", "status": "pass", "params": {"a": 1}}]},
    "OutputSubsetOutputDatasetFacet": {
        "outputCondition": {
            "type": "binary",
            "operator": "AND",
            "left": {"type": "location", "locations": ["a"]},
            "right": {
                "type": "compare",
                "comparison": "EQUAL",
                "left": {"type": "field", "field": "f"},
                "right": {"type": "literal", "value": "v"},
            },
        }
    },
    "GcpComposerJobFacet": {
        **{"environmentName": "e", "dagId": "d", "airflowVersion": "2"},
        "composerVersion": "3",
    },
    "GcpComposerRunFacet": {"dagRunId": "d"},
    "GcpDataprocRunFacet": {"appId": "a", "appName": "b", "projectId": "c"},
    "GcpLineageJobFacet": {"displayName": "d", "origin": {"sourceType": "CUSTOM", "name": "n"}},
    "IcebergCommitReportOutputDatasetFacet": {
        **{"snapshotId": 1, "sequenceNumber": 2, "operation": "append"},
        "commitMetrics": {"attempts": 1, "addedRecords": 2.5},
        "metadata": {"a": 1},
    },
    "IcebergScanReportInputDatasetFacet": {
        **{"snapshotId": 1, "schemaId": 2, "filterDescription": "f"},
        "projectedFieldNames": ["a"],
        "scanMetrics": {"resultDataFiles": 1},
    },
    "JobFacet": {"_deleted": True},
    "DatasetFacet": {"_deleted": True},
    "OutputDatasetFacet": {"_deleted": True},
    "InputDatasetFacet": {"_deleted": True},
}


@needs_corpus
@pytest.mark.parametrize("name", sorted(OWN))
def test_verdicts_on_facets_of_our_own_agree(name: str) -> None:
    checker = fast(definitions()[name])
    facet = {**BASE, **OWN[name]}
    assert schema.fits(name, facet) is checker.is_valid(facet) is True
    for changed in mutations(facet):
        assert schema.fits(name, changed) is checker.is_valid(changed), json.dumps(changed)


def test_own_facets_cover_the_rare_ones() -> None:
    assert set(OWN) == RARE


@needs_corpus
def test_the_second_implementation_agrees() -> None:
    """jsonschema with formats, on a part of the mutations: it is a thousand times slower."""
    formats = jsonschema.FormatChecker()
    whole = json_schema.load("openlineage")
    ours = jsonschema.Draft202012Validator(whole, format_checker=formats)
    theirs = slow({"$ref": CORE}).evolve(format_checker=formats)
    count = 0
    for event in events()[::8]:
        small = {**event, "run": {**event["run"], "facets": {}}}
        for changed in list(mutations(small))[::25]:
            count += 1
            assert ours.is_valid(changed) is theirs.is_valid(changed)
            if schema.fits(None, changed):
                # Formats: this one knows fewer, so it accepts whatever the deciding one does.
                assert ours.is_valid(changed)
    for name in ("ParentRunFacet", "ColumnLineageDatasetFacet", "LineageJobFacet"):
        part = {"$schema": whole["$schema"], "$defs": whole["$defs"], "$ref": f"#/$defs/{name}"}
        mine = jsonschema.Draft202012Validator(part, format_checker=formats)
        other = slow({"$ref": definitions()[name]}).evolve(format_checker=formats)
        for example in [facet for one, facet in examples() if one == name][:2]:
            for changed in list(mutations(example))[::10]:
                count += 1
                assert mine.is_valid(changed) is other.is_valid(changed)
    assert count > 100


@pytest.mark.parametrize(
    ("url", "names"),
    [
        (
            "https://openlineage.io/spec/facets/1-1-1/SchemaDatasetFacet.json",
            ("SchemaDatasetFacet",),
        ),
        ("https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunFacet", ("RunFacet",)),
        (
            "https://openlineage.io/spec/1-0-1/OpenLineage.json#/definitions/SQLJobFacet",
            ("SQLJobFacet",),
        ),
        (
            "https://openlineage.io/spec/facets/1-0-0/LineageFacet.json#/$defs/LineageJobFacet",
            ("LineageJobFacet",),
        ),
        (f"{facets.INTEGRITY_URL}#/$defs/KfmIntegrityDatasetFacet", ("KfmIntegrityDatasetFacet",)),
        (facets.INTEGRITY_URL, ("KfmIntegrityDatasetFacet",)),
        (facets.RUN_URL, ("KfmRunFacet",)),
        (f"{facets.RUN_URL}#/$defs/KfmRunFacet", ("KfmRunFacet",)),
    ],
)
def test_addresses_that_are_known(url: str, names: tuple[str, ...]) -> None:
    assert facets.facet_of(url).definitions == names


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://123",
        "file:///etc/passwd",
        "http://openlineage.io/spec/facets/1-0-0/SchemaDatasetFacet.json",
        "https://openlineage.io.example.org/spec/facets/1-0-0/SchemaDatasetFacet.json",
        "https://openlineage.io/spec/facets/9-0-0/SchemaDatasetFacet.json",
        "https://openlineage.io/spec/facets/1-3-0/SchemaDatasetFacet.json",
        "https://openlineage.io/spec/facets/1-0-0/NoSuchFacet.json",
        "https://openlineage.io/spec/facets/1-0-0/SchemaDatasetFacet.json#/$defs/Other",
        "https://openlineage.io/spec/facets/1-0-0/SchemaDatasetFacet.json\n",
        "https://openlineage.io/spec/facets/1-0-0/../1-0-0/SchemaDatasetFacet.json",
        "https://openlineage.io/spec/2-0-2/OpenLineage.json",
        "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "https://openlineage.io/spec/2-0-3/OpenLineage.json#/$defs/RunFacet",
        "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/SQLJobFacet",
        "https://openlineage.io/spec/facets/1-0-0/JobTypeJobFacet.json",
        "kfm://schemas/facet",
        f"{facets.INTEGRITY_URL}#",
        f"{facets.INTEGRITY_URL}#/$defs/KfmRunFacet",
        f"{facets.INTEGRITY_URL}#/definitions/KfmIntegrityDatasetFacet",
        f"{facets.INTEGRITY_URL}#/$defs/KfmIntegrityDatasetFacet#",
        f"{facets.INTEGRITY_URL}#/$defs/KfmIntegrityDatasetFacet\n",
        f"{facets.INTEGRITY_URL}?x=1",
        f"{facets.RUN_URL}#anything",
    ],
)
def test_addresses_that_are_not(url: str) -> None:
    named = facets.facet_of(url)
    assert named.definitions == ()
    assert named.why


@pytest.mark.parametrize(
    ("url", "names"),
    [
        (
            "https://openlineage.io/spec/2-0-2/OpenLineage.json",
            ("RunEvent", "JobEvent", "DatasetEvent"),
        ),
        ("https://openlineage.io/spec/2-0-0/OpenLineage.json#/$defs/JobEvent", ("JobEvent",)),
        ("https://openlineage.io/spec/1-0-5/OpenLineage.json#/definitions/RunEvent", ("RunEvent",)),
        ("https://openlineage.io/spec/1-0-5/OpenLineage.json#/definitions/JobEvent", ()),
        ("https://openlineage.io/spec/3-0-0/OpenLineage.json", ()),
        ("https://openlineage.io/spec/0-0-1/OpenLineage.json", ()),
        ("https://example.org/OpenLineage.json", ()),
    ],
)
def test_addresses_of_events(url: str, names: tuple[str, ...]) -> None:
    assert facets.event_of(url).definitions == names

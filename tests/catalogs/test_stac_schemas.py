"""The shipped schemas say what the official ones say, and two engines say the same."""

from __future__ import annotations

import copy
import functools
import json
import random
from collections.abc import Iterator
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
import referencing
import referencing.jsonschema
from stac_samples import CORPUS, SCHEMAS, needs_shared

from kfm_gates.catalogs.stac import extensions, lock, schemas
from kfm_gates.catalogs.stac.schemas import Schemas, Unavailable
from kfm_gates.evidence import json_schema
from kfm_gates.resources import data_path

CORE = {
    "Feature": "item-spec/json-schema/item.json",
    "Collection": "collection-spec/json-schema/collection.json",
    "Catalog": "catalog-spec/json-schema/catalog.json",
}
CLOSURE = ("file", "processing", "projection", "raster", "table", "version", "timestamps")
CLOSURE += ("scientific",)
OWN: dict[str, str] = json.loads(data_path("schemas", "stac", "index.json").read_bytes())


def documents() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every STAC document of the corpus, those of ItemCollections too."""
    for path in sorted(CORPUS.rglob("*")):
        if not path.is_file():
            continue
        try:
            data = json.loads(path.read_bytes())
        except ValueError:
            continue
        if isinstance(data, dict):
            yield path.name, data
            features = data.get("features")
            for feature in features if isinstance(features, list) else ():
                yield path.name, feature


def addresses(data: dict[str, Any]) -> list[str]:
    """Addresses of the schemas that apply to a document and are both shipped and official."""
    found = []
    version, kind = data.get("stac_version"), data.get("type")
    if isinstance(kind, str) and version in schemas.VERSIONS and kind in CORE:
        found.append(f"https://schemas.stacspec.org/v{version}/{CORE[kind]}")
    listed = data.get("stac_extensions")
    for uri in listed if isinstance(listed, list) else ():
        if isinstance(uri, str) and uri in OWN and uri in lock.load():
            found.append(uri)
    return found


@functools.cache
def official() -> dict[str, Any]:
    index = json.loads((SCHEMAS / "index.json").read_bytes())
    found = {uri: json.loads((SCHEMAS / e["file"]).read_bytes()) for uri, e in index.items()}
    for uri, entry in index.items():
        found.setdefault(entry["$id"].removesuffix("#"), found[uri])
    line = data_path("schemas", "stac", "geojson", "line-string.json").read_bytes()
    return {**found, "https://geojson.org/schema/LineString.json": json.loads(line)}


@functools.cache
def own() -> dict[str, Any]:
    folder = data_path("schemas", "stac")
    read = (json.loads(path.read_bytes()) for path in sorted(folder.rglob("*.json")))
    return {document["$id"]: document for document in read if "$id" in document}


@functools.cache
def engine(whose: str, uri: str, formats: bool) -> Any:
    """jsonschema-rs with a schema."""
    documents = official() if whose == "official" else own()
    found = documents[uri] if whose == "official" else documents[schemas._OWN + OWN[uri]]
    registry = jsonschema_rs.Registry(list(documents.items()), retriever=_deny)
    return jsonschema_rs.validator_for(
        found, validate_formats=formats, registry=registry, retriever=_deny
    )


@functools.cache
def slow_engine(whose: str, uri: str) -> Any:
    """jsonschema with a schema, without formats."""
    documents = official() if whose == "official" else own()
    found = documents[uri] if whose == "official" else documents[schemas._OWN + OWN[uri]]
    registry: Any = referencing.Registry()
    for address, document in documents.items():
        resource = referencing.jsonschema.DRAFT7.create_resource(document)
        registry = registry.with_resource(address, resource)
    return jsonschema.Draft7Validator(found, registry=registry)


def _deny(uri: str) -> Any:
    raise ValueError(uri)


def test_what_closure_needs_is_shipped() -> None:
    names = {extensions.name_of(uri) for uri in OWN}
    assert names >= set(CLOSURE)
    if SCHEMAS.is_dir():
        wanted = {uri for uri in lock.load() if extensions.name_of(uri) in CLOSURE}
        assert wanted <= OWN.keys()


@pytest.mark.parametrize("uri", sorted(OWN))
def test_every_shipped_schema_is_ready(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/nowhere")
    found = Schemas().extension(uri)
    assert not isinstance(found, Unavailable)
    assert not found.validator.is_valid(7)


def test_shipped_schemas_say_who_they_are() -> None:
    for address, document in own().items():
        assert address.startswith(schemas._OWN)
        assert document["title"]
        assert document["description"].endswith(".")


@needs_shared
@pytest.mark.parametrize("formats", [True, False], ids=["formats", "no formats"])
def test_verdicts_agree_with_the_official_schemas_on_the_corpus(formats: bool) -> None:
    seen = {True: 0, False: 0}
    for name, data in documents():
        for uri in addresses(data):
            verdict = engine("official", uri, formats).is_valid(data)
            assert engine("own", uri, formats).is_valid(data) == verdict, (name, uri)
            seen[verdict] += 1
    assert seen[True] > 500
    assert seen[False] >= (20 if formats else 3)


@needs_shared
def test_both_engines_agree_on_the_corpus() -> None:
    seen = 0
    for name, data in documents():
        for uri in addresses(data):
            verdict = engine("official", uri, False).is_valid(data)
            assert slow_engine("official", uri).is_valid(data) == verdict, (name, uri)
            assert slow_engine("own", uri).is_valid(data) == verdict, (name, uri)
            seen += 1
    assert seen > 500


JUNK: list[Any] = [
    *(None, True, 0, -1, 1.5, "", "x", [], {}, ["a"], {"a": 1}, [1, 2], "2020-01-01T00:00:00Z"),
    [[[1, 2], [3, 4], [1, 2]]],
    {"type": "Point", "coordinates": [1, 2]},
]


def mutants(data: dict[str, Any], dice: random.Random, number: int) -> Iterator[dict[str, Any]]:
    """A document with one value replaced or left out."""
    places = [place for place in _places(data, ()) if place and "proj:projjson" not in place]
    for _ in range(number):
        mutant: Any = copy.deepcopy(data)
        place = dice.choice(places)
        if place[0] == "stac_extensions":
            continue
        holder = mutant
        for step in place[:-1]:
            holder = holder[step]
        if dice.random() < 0.3:
            del holder[place[-1]]
        else:
            holder[place[-1]] = copy.deepcopy(dice.choice(JUNK))
        yield mutant


def _places(value: Any, place: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    yield place
    if isinstance(value, dict):
        for key in value:
            yield from _places(value[key], (*place, key))
    elif isinstance(value, list):
        for n in range(min(len(value), 6)):
            yield from _places(value[n], (*place, n))


@needs_shared
def test_verdicts_agree_on_mutated_documents() -> None:
    """PROJJSON apart, of which the shipped schema only knows the outline."""
    dice = random.Random(4)
    seen = {True: 0, False: 0}
    for name, data in documents():
        if data.get("stac_version") not in schemas.VERSIONS:
            continue
        for mutant in mutants(data, dice, 6):
            for uri in addresses(mutant):
                verdict = engine("official", uri, True).is_valid(mutant)
                assert engine("own", uri, True).is_valid(mutant) == verdict, (name, uri, mutant)
                seen[verdict] += 1
    assert min(seen.values()) > 500


PROJECTED = {
    "type": "ProjectedCRS",
    "name": "WGS 84 / UTM zone 14N",
    "base_crs": {"name": "WGS 84", "datum": {"name": "WGS 84"}},
    "conversion": {"name": "UTM zone 14N", "method": {"name": "Transverse Mercator"}},
    "coordinate_system": {"subtype": "Cartesian", "axis": []},
}


@pytest.mark.parametrize(
    ("crs", "good"),
    [
        (PROJECTED, True),
        ({"name": "WGS 84", "datum": {"name": "World Geodetic System 1984"}}, True),
        ({}, False),
        ({"name": "WGS 84"}, False),
        ({**PROJECTED, "type": "Tree"}, False),
        ({**PROJECTED, "base_crs": "EPSG:4326"}, False),
        ({k: v for k, v in PROJECTED.items() if k != "conversion"}, False),
        ({**PROJECTED, "conversion": {"name": "UTM"}}, False),
        ({**PROJECTED, "id": {"authority": "EPSG"}}, False),
    ],
)
def test_projjson(crs: Any, good: bool) -> None:
    validator = jsonschema_rs.Draft7Validator(own()[f"{schemas._OWN}proj/projjson.json"])
    assert validator.is_valid(crs) is good


def test_nothing_is_fetched_for_a_schema() -> None:
    with pytest.raises(ValueError, match="never fetched"):
        json_schema.deny("https://example.org/schema.json")
    # The retriever is consulted for what the registry lacks.
    with pytest.raises(ValueError, match="never fetched"):
        jsonschema_rs.validator_for(
            {"$ref": "https://example.org/schema.json"},
            registry=jsonschema_rs.Registry(list(own().items()), retriever=_deny),
            retriever=json_schema.deny,
        )


def test_names_for_messages() -> None:
    assert schemas.name_of(f"{extensions.HOME}file/v2.1.0/schema.json") == "file v2.1.0"
    core = "https://schemas.stacspec.org/v1.1.0/item-spec/json-schema/item.json"
    assert schemas.name_of(core) == "STAC 1.1.0"
    assert schemas.name_of("https://example.org/x.json") == "https://example.org/x.json"

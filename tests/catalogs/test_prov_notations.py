"""One document in five notations says one thing, however it is laid out."""

from __future__ import annotations

import json
import random
import re
import warnings
from pathlib import Path
from typing import Any

import prov.model
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prov_tools import (
    CORPUS,
    WHY,
    judged,
    provn,
    reading,
    same_statements,
    verdict,
    violations,
    xml,
)
from test_prov_constraints import INVALID, VALID

JSON = CORPUS / "python-prov" / "json"
BUNDLED = frozenset({"bundle1", "bundle2", "bundle3", "bundle4"})
"""Turtle has no bundles, and the package prov writes their statements into one graph."""
NO_MENTION = frozenset({"mention1", "mention2"})
"""PROV-JSONLD has no term for mentionOf."""


def written(text: str, form: str) -> str:
    """A document of PROV-JSON in another notation, as the package prov writes it."""
    document = prov.model.ProvDocument.deserialize(content=text, format="json")
    if form == "prov-n":
        return str(document.get_provn())
    if form == "prov-jsonld":
        return str(document.serialize(format="jsonld"))
    if form == "prov-o-turtle":
        with warnings.catch_warnings():  # prov uses what rdflib deprecates
            warnings.simplefilter("ignore")
            return str(document.serialize(format="rdf", rdf_format="turtle"))
    raise ValueError(form)


def corpus() -> list[Path]:
    """Every fourth document of those that differ in one value only, and all others."""
    found = sorted(JSON.glob("*.json"))
    return [path for n, path in enumerate(found) if "_attr" not in path.stem or n % 4 == 0]


@pytest.mark.skipif(not JSON.is_dir(), reason=WHY)
@pytest.mark.parametrize("path", corpus(), ids=lambda path: path.stem)
def test_the_corpus_in_five_notations(path: Path) -> None:
    raw = path.read_text(encoding="utf-8")
    one = reading(raw, "prov-json")
    wanted = verdict(raw, "prov-json")
    assert wanted == (
        {p.code.id for p in one.problems},
        sorted(v.constraint for v in judged(one)),
    )
    # What lacks an argument was not read, so it cannot be written again.
    if not one.problems:
        again = reading(xml(one), "prov-xml")
        assert not again.problems
        assert same_statements(one, again)
        assert sorted(v.constraint for v in judged(again)) == wanted[1]
    assert verdict(written(raw, "prov-n"), "prov-n") == wanted
    if path.stem not in NO_MENTION:
        assert verdict(written(raw, "prov-jsonld"), "prov-jsonld") == wanted
    if path.stem not in BUNDLED:
        found = verdict(written(raw, "prov-o-turtle"), "prov-o-turtle")
        # In PROV-O two relations of one identifier are one node: the values of both are mixed.
        assert (found[0], bool(found[1])) == (wanted[0], bool(wanted[1]))


@pytest.mark.skipif(not JSON.is_dir(), reason=WHY)
def test_json_and_provn_state_the_same() -> None:
    for path in corpus()[::7]:
        raw = path.read_text(encoding="utf-8")
        one, other = reading(raw, "prov-json"), reading(written(raw, "prov-n"), "prov-n")
        assert len(one.instances) == len(other.instances)
        assert [len(i.statements) for i in one.instances] == [
            len(i.statements) for i in other.instances
        ]


def from_provn(text: str) -> str:
    """PROV-JSON of a PROV-N document, by way of what was read."""
    found = reading(text)
    data: dict[str, Any] = {"prefix": {"ex": "http://example.org/"}}
    for n, one in enumerate(found.instances[0].statements):
        record: dict[str, Any] = {}
        for slot, value in zip(one.kind.slots, one.args, strict=True):
            if value is not None:
                name = value.replace("http://example.org/", "ex:")
                record[f"prov:{slot.name}"] = value if slot.role == "time" else name
        for iri, value in one.attributes:
            name = iri.replace("http://www.w3.org/ns/prov#", "prov:")
            name = name.replace("http://example.org/", "ex:")
            text_ = value.text.replace("http://www.w3.org/ns/prov#", "prov:")
            record[name] = (
                {"$": text_, "type": "prov:QUALIFIED_NAME"} if value.is_name else value.text
            )
        key = one.id.replace("http://example.org/", "ex:") if one.id else f"_:n{n}"
        data.setdefault(one.kind.name, {}).setdefault(key, []).append(record)
    return json.dumps(data)


@pytest.mark.parametrize("title", [*INVALID, *VALID])
def test_a_verdict_does_not_depend_on_the_notation(title: str) -> None:
    statements = INVALID[title][1] if title in INVALID else VALID[title]
    text = provn(*statements)
    wanted = sorted(v.constraint for v in violations(text))
    assert sorted(v.constraint for v in violations(xml(reading(text)), "prov-xml")) == wanted
    as_json = from_provn(text)
    assert sorted(v.constraint for v in violations(as_json, "prov-json")) == wanted
    if "mentionOf" not in text:
        as_jsonld = written(as_json, "prov-jsonld")
        assert sorted(v.constraint for v in violations(as_jsonld, "prov-jsonld")) == wanted


TURTLE = """
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix ex: <http://example.org/> .
ex:e1 a prov:Entity ; rdfs:label "raw" ; prov:generatedAtTime "2026-02-18T08:00:00Z"^^xsd:dateTime .
ex:e2 a prov:Entity, prov:Collection ; prov:wasGeneratedBy ex:a ; prov:wasDerivedFrom ex:e1 ;
  prov:qualifiedGeneration [ a prov:Generation ; prov:activity ex:a ;
    prov:atTime "2026-02-18T09:00:00Z"^^xsd:dateTime ; prov:hadRole ex:result ] ;
  prov:qualifiedRevision ex:rev ; prov:hadMember ex:e1 .
ex:rev a prov:Revision ; prov:entity ex:e1 .
ex:a a prov:Activity ; prov:startedAtTime "2026-02-18T08:30:00Z"^^xsd:dateTime ;
  prov:generated ex:e2 ;
  prov:used ex:e1 ; prov:qualifiedUsage ex:u ; prov:wasAssociatedWith ex:ag ;
  prov:qualifiedAssociation [ a prov:Association ; prov:agent ex:ag ; prov:hadPlan ex:plan ] .
ex:u a prov:Usage ; prov:entity ex:e1 .
ex:plan a prov:Plan .
ex:ag a prov:SoftwareAgent ; prov:actedOnBehalfOf ex:boss .
ex:boss a prov:Organization .
"""
SAME = provn(
    'entity(ex:e1, [prov:label="raw"])',
    "entity(ex:e2, [prov:type='prov:Collection'])",
    "activity(ex:a, 2026-02-18T08:30:00Z, -)",
    "entity(ex:plan, [prov:type='prov:Plan'])",
    "agent(ex:ag, [prov:type='prov:SoftwareAgent'])",
    "agent(ex:boss, [prov:type='prov:Organization'])",
    "wasGeneratedBy(ex:e1, -, 2026-02-18T08:00:00Z)",
    "wasGeneratedBy(ex:e2, ex:a, 2026-02-18T09:00:00Z, [prov:role='ex:result'])",
    "wasDerivedFrom(ex:rev; ex:e2, ex:e1, -, -, -, [prov:type='prov:Revision'])",
    "used(ex:u; ex:a, ex:e1, -)",
    "wasAssociatedWith(ex:a, ex:ag, ex:plan)",
    "actedOnBehalfOf(ex:ag, ex:boss)",
    "hadMember(ex:e2, ex:e1)",
)


@pytest.mark.parametrize("form", ["prov-o-turtle", "prov-o-ntriples", "prov-o-rdfxml"])
def test_prov_o_is_read_as_prov_n(form: str) -> None:
    import pyoxigraph

    formats = {
        "prov-o-turtle": pyoxigraph.RdfFormat.TURTLE,
        "prov-o-ntriples": pyoxigraph.RdfFormat.N_TRIPLES,
        "prov-o-rdfxml": pyoxigraph.RdfFormat.RDF_XML,
    }
    quads = pyoxigraph.parse(TURTLE, pyoxigraph.RdfFormat.TURTLE)
    text = pyoxigraph.serialize((quad.triple for quad in quads), format=formats[form])
    assert text is not None
    found = reading(text, form)
    assert not found.problems
    assert same_statements(found, reading(SAME))


def test_prov_o_in_json_ld_has_bundles() -> None:
    data = {
        "@context": {"prov": "http://www.w3.org/ns/prov#", "ex": "http://example.org/"},
        "@graph": [
            {"@id": "ex:b", "@type": "prov:Bundle"},
            {
                "@id": "ex:b",
                "@graph": [
                    {"@id": "ex:x", "@type": ["prov:Entity", "prov:Activity"]},
                ],
            },
        ],
    }
    found = reading(json.dumps(data), "prov-o-jsonld")
    assert [instance.id for instance in found.instances] == [None, "http://example.org/b"]
    assert [v.constraint for v in judged(found)] == [55]


def shuffled(data: Any, dice: random.Random) -> Any:
    """The same data with keys in another order, at every depth."""
    if isinstance(data, dict):
        keys = list(data)
        dice.shuffle(keys)
        return {key: shuffled(data[key], dice) for key in keys}
    if isinstance(data, list):
        return [shuffled(value, dice) for value in data]
    return data


def sets(found: tuple[set[str], list[int]]) -> tuple[set[str], list[int]]:
    return found[0], sorted(set(found[1]))


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.sampled_from([*INVALID, *VALID]), min_size=1, max_size=3),
    st.integers(0, 1000),
    st.sampled_from([None, 0, 1, 7]),
)
def test_key_order_and_space_do_not_matter(
    titles: list[str], seed: int, indent: int | None
) -> None:
    """Statements of several cases together, so that nobody knows the verdict beforehand."""
    statements = [s for t in titles for s in (INVALID[t][1] if t in INVALID else VALID[t])]
    data = json.loads(from_provn(provn(*statements)))
    dice = random.Random(seed)
    wanted = sets(verdict(json.dumps(data), "prov-json"))
    again = json.dumps(shuffled(data, dice), indent=indent)
    assert sets(verdict(again, "prov-json")) == wanted
    dice.shuffle(statements)
    # Where three statements contradict each other, which two are found first may differ in the
    # numbers that follow; whether the document is valid never does.
    codes, numbers = sets(verdict(provn(*statements), "prov-n"))
    assert (codes, bool(numbers)) == (wanted[0], bool(wanted[1]))
    wanted = (codes, numbers)
    spaced = re.sub(r"([(),;\[\]=])", r" \1\n /* , */ ", provn(*statements))
    assert sets(verdict(spaced, "prov-n")) == wanted

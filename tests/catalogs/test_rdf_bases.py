"""Which bases a document may declare: its own place, and none else."""

from __future__ import annotations

import json

import pytest

from kfm_gates.catalogs import rdf, references
from kfm_gates.catalogs._api import Document
from kfm_gates.catalogs.rdf import bases

FILE = "catalog/dcat"
X = "https://elsewhere.example.org/"


def found(form: str, text: str) -> list[tuple[str, int | None]]:
    data = json.loads(text) if form == "jsonld" else None
    document = Document(file=FILE, form=f"dcat-{form}", raw=text.encode(), data=data)
    rdf.read(document)
    return [tuple(base) for base in bases.foreign(document)]


@pytest.mark.parametrize(
    "text",
    [
        f"@base <{X}> . <a> <b> <c> .",
        f"BASE <{X}> <a> <b> <c> .",
        f"base\t<{X}> <a> <b> <c> .",
        f"@base # <> \n <{X}> . <a> <b> <c> .",
        f"<a> <b> <c> .@base<{X}> .",
        f'<a> <b> """@base <> ." """ . @base <{X}> . <a> <b> <c> .',
        f"<a> <b> 'x\\'' . @base <{X}> . <a> <b> <c> .",
        f"@prefix base: <u:> . base:a base:b base:c . @base <{X}> .",
    ],
)
def test_turtle(text: str) -> None:
    assert [base for base, _ in found("turtle", text)] == [X]


@pytest.mark.parametrize(
    "text",
    [
        "@base <> . <a> <b> <c> .",
        f"@base <{references.base_iri(FILE)}> . <a> <b> <c> .",
        f"# @base <{X}> .\n<a> <b> <c> .",
        f"<a> <b> '@base <{X}> .' .",
        f"<a> <b> 'x'@base . <{X}> <b> <c> .",
        f"@prefix base: <u:> . <a> base:base <{X}> .",
        f"@prefix base: <{X}> . base:a base:b <{X}> .",
    ],
)
def test_turtle_that_declares_none(text: str) -> None:
    assert found("turtle", text) == []


@pytest.mark.parametrize("name", ["xml:base", "y:base"])
def test_xml(name: str) -> None:
    space = "http://www.w3.org/XML/1998/namespace" if name == "xml:base" else "u:y"
    text = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"\n'
        f' xmlns:{name[:-5]}="{space}" xmlns:e="u:e">\n'
        f'<rdf:Description rdf:about="a" {name}="{X}"><e:b rdf:resource="c"/></rdf:Description>'
        "</rdf:RDF>"
    )
    assert found("rdfxml", text) == ([(X, 3)] if name == "xml:base" else [])


@pytest.mark.parametrize(
    "context",
    [
        {"@base": X},
        {"@base": None},
        [{"a": "u:a"}, {"@base": X}],
        {"a": {"@id": "u:a", "@context": {"@base": X}}},
        {"a": {"@id": "u:downloadURL", "@context": {"@base": "http://purl.org/cld/freq/"}}},
        {"@base": "http://purl.org/cld/freq/"},
    ],
)
def test_json(context: object) -> None:
    data = {"@context": context, "@id": "x", "u:b": {"@id": "y"}}
    assert len(found("jsonld", json.dumps(data))) == 1
    inner = {"@id": "u:x", "u:y": data}
    assert len(found("jsonld", json.dumps(inner))) == 1


def test_json_that_declares_none() -> None:
    scoped = {"@id": "u:a", "@type": "@id", "@context": {"@base": "http://purl.org/cld/freq/"}}
    for context in ({}, {"@base": ""}, {"a": scoped}):
        data = {"@context": context, "@id": "x", "u:b": {"@id": "y"}}
        assert found("jsonld", json.dumps(data)) == []

"""One file that is two kinds of catalogs: refused, whatever its bytes hide."""

from __future__ import annotations

import copy
import datetime as dt
import json
from typing import Any

import pytest

from kfm_gates.catalogs import mixture, rdf, survey
from kfm_gates.catalogs._api import Document, RunFacts
from kfm_gates.catalogs.rdf import mixture as graphs
from kfm_gates.errors import EvidenceUnreadable

RUN = "01KHQZ2C80Q1V5A7M3TB6XJ4NE"
NOW = dt.datetime(2026, 2, 18, tzinfo=dt.UTC)
FACTS = RunFacts(
    run_id=RUN,
    family="wells",
    relpath=f"data/work/runs/wells/{RUN}",
    artifacts="artifacts",
    started_at=NOW,
    ended_at=NOW,
    pipeline_id="p",
    commit="0" * 40,
    outputs={},
    inputs={},
)
POD = "https://project-open-data.cio.gov/v1.1/schema"
PLAIN: dict[str, Any] = {
    "stac": {"stac_version": "1.1.0", "type": "Catalog", "id": "a", "links": [], "x": {"y": [{}]}},
    "openlineage": {"eventTime": "2026-02-18T00:00:00Z", "producer": "x", "x": {"y": [{}]}},
    "prov-json": {"prefix": {}, "entity": {"a:b": {}}, "x": {"y": [{}]}},
    "dcat-us": {
        "@context": f"{POD}/catalog.jsonld",
        "@id": "https://example.org/data.json",
        "@type": "dcat:Catalog",
        "conformsTo": f"{POD}",
        "dataset": [{"@type": "dcat:Dataset"}],
        "x": {"y": [{}]},
    },
}
KEYWORDS = ["@context", "@graph", "@included", "@reverse", "@id", "@type"]


def look(data: Any, path: str = "catalog/a.json") -> Document | None:
    return survey.look(json.dumps(data).encode(), path)


def refused(data: Any, path: str = "catalog/a.json") -> EvidenceUnreadable:
    with pytest.raises(EvidenceUnreadable) as caught:
        look(data, path)
    assert caught.value.code == mixture.CODE
    assert caught.value.line
    return caught.value


@pytest.mark.parametrize("form", PLAIN)
def test_each_form_by_itself_is_read(form: str) -> None:
    document = look(PLAIN[form])
    assert document is not None
    assert document.form == form


@pytest.mark.parametrize("keyword", KEYWORDS)
@pytest.mark.parametrize("form", ["stac", "openlineage", "prov-json"])
def test_keywords_of_json_ld_anywhere_are_another_kind(form: str, keyword: str) -> None:
    for inside in (False, True):
        data = copy.deepcopy(PLAIN[form])
        (data["x"]["y"][0] if inside else data)[keyword] = "a"
        if form == "prov-json" and keyword in ("@context", "@graph") and not inside:
            continue  # that is JSON-LD from the start
        assert refused(data).pointer == ("/x/y/0/" if inside else "/") + keyword


@pytest.mark.parametrize("keyword", ["@context", "@graph", "@included", "@reverse"])
def test_dcat_us_has_its_context_and_no_other_keyword(keyword: str) -> None:
    data = copy.deepcopy(PLAIN["dcat-us"])
    data["dataset"][0][keyword] = f"{POD}/catalog.jsonld"
    assert refused(data).pointer == f"/dataset/0/{keyword}"


@pytest.mark.parametrize(
    "change",
    [
        {"@context": "https://example.org/other"},
        {"@context": [f"{POD}/catalog.jsonld", {}]},
        {"@context": {"dcat": "http://www.w3.org/ns/dcat#"}},
        {"@type": ["dcat:Catalog", "prov:Entity"]},
        {"http://www.w3.org/ns/prov#used": "x"},
    ],
)
def test_dcat_us_with_more_is_another_kind(change: dict[str, Any]) -> None:
    refused(PLAIN["dcat-us"] | change)


def test_a_keyword_may_be_written_with_an_escape() -> None:
    raw = json.dumps(PLAIN["stac"]).replace('"x"', '"\\u0040graph"').encode()
    with pytest.raises(EvidenceUnreadable, match="@graph"):
        survey.look(raw, "a.json")


def test_a_text_that_begins_like_a_keyword_is_none() -> None:
    assert look(PLAIN["stac"] | {"title": "@graph", "a@id": "@id", "@home": 1}) is not None


def test_lines_are_looked_at_one_by_one() -> None:
    event = PLAIN["openlineage"]
    raw = "\n".join(json.dumps(one) for one in (event, event | {"@graph": []})).encode()
    with pytest.raises(EvidenceUnreadable) as caught:
        survey.look(raw, "a.jsonl")
    assert (caught.value.code, caught.value.line) == (mixture.CODE, 2)


def test_many_stac_documents_are_looked_at_as_well() -> None:
    from kfm_gates.catalogs.stac import crowd
    from kfm_gates.catalogs.stac.inspect import Inspector

    raw = json.dumps(PLAIN["stac"] | {"@graph": []}).encode()
    with pytest.raises(EvidenceUnreadable) as caught:
        crowd.inspect(Inspector(None), "a.json", raw, 1 << 20)
    assert caught.value.code == mixture.CODE


def test_records_of_prov_json_beside_a_graph() -> None:
    data = {"@context": {"dcat": "http://www.w3.org/ns/dcat#"}, "@graph": []}
    assert look(data) is not None
    assert refused(data | {"entity": {"a:b": {}}}).pointer == "/entity"
    assert look(data | {"agent": {"@id": "a", "b": {}}}) is not None
    assert look(data | {"agent": {"name": "a"}}) is not None


CONTEXT = "https://openprovenance.org/prov-jsonld/context.jsonld"


@pytest.mark.parametrize(
    ("context", "record"),
    [
        ({"dcat": "http://www.w3.org/ns/dcat#"}, {"dcat:distribution": []}),
        ({"d": "http://www.w3.org/ns/dc"}, {"d:at#distribution": []}),
        ({"Entity": "http://www.w3.org/ns/dcat#Dataset"}, {}),
        ({"@vocab": "http://www.w3.org/ns/dcat#"}, {"distribution": []}),
        ({}, {"http://www.w3.org/ns/dcat#distribution": []}),
        ({}, {"@reverse": {}}),
    ],
)
def test_prov_jsonld_with_dcat(context: dict[str, Any], record: dict[str, Any]) -> None:
    graph = [{"@type": "Entity", "@id": "ex:e", **record}]
    refused({"@context": [context, CONTEXT], "@graph": graph})


def test_a_prefix_alone_is_no_catalog() -> None:
    context = [{"dcat": "http://www.w3.org/ns/dcat#"}, CONTEXT]
    assert look({"@context": context, "@graph": [{"@type": "Entity", "@id": "dcat:x"}]})


PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix schema: <https://schema.org/> .
@prefix ex: <https://example.org/> .
"""


def graph(text: str, form: str = "prov-o-turtle") -> rdf.Graph:
    raw = text if form.endswith("rdfxml") else PREFIXES + text
    return rdf.read(Document(file="catalog/a.ttl", form=form, raw=raw.encode()), named=True)


@pytest.mark.parametrize(
    "text",
    [
        "ex:a a <http://www.w3.org/ns/dca\\u0074#Dataset> .",
        "@prefix d: <http://www.w3.org/ns/dc> . ex:a a d:at\\#Dataset .",
        "ex:a dcat:distribution ex:b .",
        "ex:a a schema:Dataset .",
        "ex:a a <http://schema.org/DataDownload> .",
        "ex:a schema:contentUrl ex:b .",
        "ex:p <http://www.w3.org/2000/01/rdf-schema#subPropertyOf> dcat:distribution .",
    ],
)
def test_dcat_in_prov_o(text: str) -> None:
    with pytest.raises(EvidenceUnreadable) as caught:
        graphs.refuse_catalog(graph("ex:agent a prov:Agent . " + text))
    assert caught.value.code == graphs.CODE


def test_dcat_in_prov_o_as_rdf_xml_and_in_named_graphs() -> None:
    raw = (
        '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:d="http://www.w3.org/ns/&#100;cat#"><d:Dataset r:about="urn:a"/></r:RDF>'
    )
    with pytest.raises(EvidenceUnreadable):
        graphs.refuse_catalog(graph(raw, "prov-o-rdfxml"))
    data = {
        "@context": {
            "d": {"@id": "http://www.w3.org/ns/dc", "@prefix": True},
            "prov": "http://www.w3.org/ns/prov#",
        },
        "@graph": [{"@id": "urn:b", "@graph": [{"@id": "urn:a", "@type": "d:at#Dataset"}]}],
    }
    raw_ = json.dumps(data).encode()
    found = rdf.read(Document(file="a", form="prov-o-jsonld", raw=raw_, data=data), named=True)
    with pytest.raises(EvidenceUnreadable):
        graphs.refuse_catalog(found)


@pytest.mark.parametrize(
    ("own", "prefix", "iri", "words"),
    [
        ("prov", "d", "http://www.w3.org/ns/dc", {"@type": "d:at#Dataset"}),
        ("prov", "d", {"@id": "http://www.w3.org/ns/dc"}, {"d:at#distribution": "a"}),
        ("dcat", "p", "http://www.w3.org/ns/pr", {"p:ov#used": {"@id": "urn:b"}}),
    ],
)
def test_a_prefix_that_only_json_ld_1_0_knows(
    own: str, prefix: str, iri: Any, words: dict[str, Any]
) -> None:
    context = {prefix: iri, own: f"http://www.w3.org/ns/{own}#"}
    good = {"@context": context, "@graph": [{"@id": "urn:a", "@type": f"{own}:Entity"}]}
    assert look(good) is not None
    refused(good | {"@graph": [{"@id": "urn:a", "@type": f"{own}:Entity", **words}]})


def test_other_words_of_schema_org_are_no_catalog() -> None:
    graphs.refuse_catalog(graph('ex:a a prov:Agent, schema:Person ; schema:name "A" .'))


RIGHT = f"<kfm://run/{RUN}>"


@pytest.mark.parametrize(
    "text",
    [
        f"ex:d a dcat:Dataset ; prov:wasGeneratedBy {RIGHT} . {RIGHT} a prov:Activity .",
        f"ex:d a dcat:Distribution ; prov:wasGeneratedBy {RIGHT} .",
        f"ex:d a dcat:Dataset ; prov:qualifiedGeneration [ prov:activity {RIGHT} ] .",
        "ex:d a dcat:Dataset ; prov:wasAttributedTo ex:a ; "
        "prov:qualifiedAttribution [ a prov:Attribution ; prov:agent ex:a ; dcat:hadRole ex:r ] .",
        # The checks of DCAT say that this is the wrong run, where it is about this one.
        "ex:d a dcat:Dataset ; prov:wasGeneratedBy ex:other .",
    ],
)
def test_what_dcat_may_say_of_provenance(text: str) -> None:
    graphs.refuse_provenance(graph(text, "dcat-turtle"), FACTS)
    graphs.refuse_provenance(graph(text, "dcat-turtle"), None)


@pytest.mark.parametrize(
    "text",
    [
        "ex:other prov:used ex:d .",
        "ex:d a dcat:Distribution ; prov:wasDerivedFrom ex:raw .",
        f"ex:d prov:wasGeneratedBy {RIGHT} .",
        f"{RIGHT} a prov:Activity ; prov:used ex:raw .",
        f"{RIGHT} prov:startedAtTime 'x' .",
        "ex:other prov:generated ex:d .",
        "ex:d a dcat:Dataset ; prov:qualifiedGeneration [ prov:atTime 1 ] .",
        f"[] prov:activity {RIGHT} .",
        "ex:d prov:madeUp ex:e .",
    ],
)
def test_what_only_a_prov_document_may_say(text: str) -> None:
    for facts in (FACTS, None):
        with pytest.raises(EvidenceUnreadable) as caught:
            graphs.refuse_provenance(graph(text, "dcat-turtle"), facts)
        assert caught.value.code == graphs.CODE


@pytest.mark.parametrize(
    "text",
    [
        "ex:d a dcat:Distribution ; prov:wasGeneratedBy ex:other .",
        "ex:c dcat:distribution ex:d . ex:d prov:wasGeneratedBy ex:other .",
        f"ex:d a dcat:Dataset ; prov:wasGeneratedBy {RIGHT}, ex:other .",
    ],
)
def test_another_run_beside_this_one(text: str) -> None:
    graphs.refuse_provenance(graph(text, "dcat-turtle"), None)
    with pytest.raises(EvidenceUnreadable):
        graphs.refuse_provenance(graph(text, "dcat-turtle"), FACTS)

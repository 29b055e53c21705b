"""The same said in other words: schema.org, vCard with values, GeoSPARQL, OWL-Time, PROV."""

from __future__ import annotations

import datetime as dt
from typing import Any

import good_dcat
import pytest
from test_dcat_us import NoFiles

from kfm_gates.catalogs import dcat
from kfm_gates.catalogs._api import Document, Examined, Question

PREFIXES = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in good_dcat.PREFIXES.items()) + (
    "@prefix schema: <http://schema.org/> . @prefix time: <http://www.w3.org/2006/time#> .\n"
    "@prefix locn: <http://www.w3.org/ns/locn#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
)


POINT = '{"type": "Point", "coordinates": [1, 2]}'


def examined(text: str) -> Examined:
    files: Any = NoFiles()
    raw = (PREFIXES + text).encode()
    document = Document(file="catalog/a.ttl", form="dcat-turtle", raw=raw)
    return dcat.examine(
        [document], Question(files=files, now=dt.datetime(2026, 2, 18, tzinfo=dt.UTC))
    )


def given(found: Examined) -> set[str]:
    return {name for name, count in found.facts["properties"].items() if count["with_value"]}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (
            "dcat:contactPoint [ vcard:hasEmail [ vcard:hasValue <mailto:a@example.org> ] ]",
            "contact_point",
        ),
        ("dcat:contactPoint [ vcard:email 'a@example.org' ]", "contact_point"),
        ("dcat:contactPoint [ vcard:hasURL <https://example.org/> ]", "contact_point"),
        ("dcat:contactPoint <mailto:a@example.org>", "contact_point"),
        ("schema:contactPoint [ schema:email 'a@example.org' ]", "contact_point"),
        ("dct:publisher [ foaf:name 'A' ]", "publisher"),
        ("dct:publisher 'A'", "publisher"),
        ("schema:publisher [ schema:legalName 'A' ]", "publisher"),
        ("dct:spatial <https://www.geonames.org/390903>", "spatial"),
        ("dct:spatial [ locn:geometry [ geo:asWKT 'POINT(1 2)'^^geo:wktLiteral ] ]", "spatial"),
        (f"dct:spatial [ geo:hasGeometry [ geo:asGeoJSON '{POINT}' ] ]", "spatial"),
        ("dct:temporal [ dcat:startDate '2025-01-01'^^xsd:date ]", "temporal"),
        (
            "dct:temporal [ time:hasBeginning [ time:inXSDDate '2025-01-01'^^xsd:date ] ]",
            "temporal",
        ),
        ("schema:temporalCoverage '2025-01-01/..'", "temporal"),
        ("prov:wasGeneratedBy <kfm://run/x>", "generated_by"),
        ("prov:qualifiedGeneration [ prov:activity <kfm://run/x> ]", "generated_by"),
        ("owl:versionInfo '3'", "version"),
        ("schema:keywords 'wells'", "keyword"),
        ("dct:license [ a dct:LicenseDocument ; dct:title 'CC BY 4.0' ]", "license"),
        ("schema:datePublished '2025-01-01'^^xsd:date", "issued"),
    ],
)
def test_each_way_to_say_it_counts(text: str, name: str) -> None:
    found = examined(f"<#d> a dcat:Dataset ; {text} .")
    assert found.error is None
    assert name in given(found)
    assert {r.code.id for r in found.remarks} == {"DCAT_NO_DISTRIBUTION", "DCAT_PROPERTY_ABSENT"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("dcat:contactPoint [ vcard:hasEmail [ vcard:hasValue <tel:1> ] ]", "contact_point"),
        ("dcat:contactPoint <https://example.org/somebody>", "contact_point"),
        ("dcat:contactPoint [ vcard:fn 'A' ]", "contact_point"),
        ("dct:publisher <https://example.org/>", "publisher"),
        ("dct:publisher [ foaf:name 'unknown' ]", "publisher"),
        ("dct:spatial [ locn:geometry 'Kansas' ]", "spatial"),
        ("dct:temporal []", "temporal"),
        ("dct:title 'TODO'", "title"),
        ("dct:license 'n/a'", "license"),
        ("dct:license []", "license"),
        ("dct:issued 'soon'", "issued"),
        ("dcat:keyword ''", "keyword"),
    ],
)
def test_what_says_nothing_does_not_count(text: str, name: str) -> None:
    assert name not in given(examined(f"<#d> a dcat:Dataset ; {text} ."))


def test_schema_org_as_a_whole() -> None:
    found = examined(
        "<#d> a schema:Dataset ; schema:name 'Wells' ; schema:distribution <#w> .\n"
        "<#w> a schema:DataDownload ; schema:contentUrl <https://example.org/w.csv> ;\n"
        "  schema:encodingFormat 'text/csv' ; schema:license <https://example.org/l> .\n"
    )
    assert {r.code.id for r in found.remarks} == {
        "DCAT_MEDIA_TYPE_UNUSUAL",
        "DCAT_PROPERTY_ABSENT",
    }
    assert {"title", "access", "media_type", "distribution_license", "license"} <= given(found)
    assert found.claims[0].href == "https://example.org/w.csv"


def test_a_series_is_no_dataset() -> None:
    found = examined("<#s> a dcat:DatasetSeries ; dct:title 'All wells' .")
    assert "DCAT_NO_DATASET" in {r.code.id for r in found.remarks}
    assert found.facts["datasets"] == 0
    both = examined("<#s> a dcat:DatasetSeries, dcat:Dataset ; dct:title 'All wells' .")
    assert both.facts["datasets"] == 1


def test_what_a_catalog_lists_is_a_dataset() -> None:
    found = examined(
        "<#c> a dcat:Catalog ; dcat:dataset <#d>, <#e>, <#f> . <#d> a dcat:Dataset .\n"
        "<#e> dct:title 'Untyped' ."
    )
    told = {(r.code.id, r.message) for r in found.remarks if r.code.id == "DCAT_UNTYPED"}
    assert len(told) == 1
    assert found.facts["datasets"] == 2


@pytest.mark.parametrize("kind", ["Catalog", "DatasetSeries", "DataService"])
def test_licences_beside_the_dataset_are_claimed(kind: str) -> None:
    found = examined(f"<urn:x> a dcat:{kind} ; dct:license <https://example.org/l> .")
    assert [(d.id, d.license) for d in found.datasets] == [("urn:x", "https://example.org/l")]


def test_a_licence_in_other_words_is_claimed_where_there_is_no_other() -> None:
    found = examined(
        "@prefix cc: <http://creativecommons.org/ns#> .\n"
        "<#d> a dcat:Dataset ; dct:rights <https://example.org/statement> ;\n"
        "  cc:license <https://creativecommons.org/publicdomain/zero/1.0/> ."
    )
    assert found.datasets[0].license == "https://creativecommons.org/publicdomain/zero/1.0/"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("<#w> a dcat:Distribution ; dcat:byteSize 'x' .", {"DCAT_NO_DATASET"}),
        ("<#d> a dcat:Catalog ; dcat:distribution <#w> . <#w> a dcat:Distribution .", set()),
        (
            "<#d> a dcat:DatasetSeries ; dcat:distribution <#w> . <#w> a dcat:Distribution .",
            {"DCAT_UNTYPED", "DCAT_NO_DATASET"},
        ),
        (
            "<#d> dcat:distribution <#w> . <#w> a dcat:Distribution .",
            {"DCAT_UNTYPED", "DCAT_NO_DATASET"},
        ),
        (
            "<#d> a dcat:Dataset ; <http://www.w3.org/ns/adms#sample> <#w> .\n"
            "<#w> a dcat:Distribution .",
            {"DCAT_NO_DISTRIBUTION"},
        ),
    ],
)
def test_every_distribution_is_read(text: str, codes: set[str]) -> None:
    found = examined(text)
    assert len(found.claims) == 1
    told = {r.code.id for r in found.remarks} - {"DCAT_PROPERTY_ABSENT", "DCAT_SIZE_INVALID"}
    assert told == codes

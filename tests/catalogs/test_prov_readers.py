"""PROV-JSON, PROV-JSONLD, PROV-XML and PROV-O: strict reading, and where what is wrong stands."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prov_tools import CORPUS, WHY, document, judged, problems, reading

from kfm_gates.catalogs.prov import moments
from kfm_gates.catalogs.prov.model import QUALIFIED_NAME, XSD, Value, pointer, short, text
from kfm_gates.errors import EvidenceUnreadable
from kfm_gates.model import Level

EX = {"ex": "http://example.org/"}


def noted(data: Any, form: str = "prov-json") -> list[tuple[str, str | None]]:
    """Codes and JSON Pointers of the problems of a document."""
    content = data if isinstance(data, str) else json.dumps(data)
    return [(p.code.id, pointer(p.where)[0]) for p in problems(content, form)]


@pytest.mark.parametrize(
    ("data", "code", "where"),
    [
        ({"entities": {}}, "PROV_RECORD_UNKNOWN", "/entities"),
        ({"entity": []}, "PROV_VALUE_INVALID", "/entity"),
        ({"entity": {"ex:e": None}}, "PROV_VALUE_INVALID", "/entity/ex:e"),
        ({"entity": {"ex:e": [{}, 1]}}, "PROV_VALUE_INVALID", "/entity/ex:e/1"),
        ({"entity": {"e": {}}}, "PROV_PREFIX_UNKNOWN", "/entity/e"),
        ({"entity": {"x:e": {}}}, "PROV_PREFIX_UNKNOWN", "/entity/x:e"),
        ({"entity": {"http://example.org/e": {}}}, "PROV_PREFIX_UNKNOWN", None),
        ({"entity": {"ex:e": {"x:a": 1}}}, "PROV_PREFIX_UNKNOWN", "/entity/ex:e/x:a"),
        ({"entity": {"ex:e": {"prov:a": 1}}}, "PROV_RECORD_UNKNOWN", "/entity/ex:e/prov:a"),
        ({"entity": {"ex:e": {"ex:a": None}}}, "PROV_VALUE_INVALID", "/entity/ex:e/ex:a"),
        ({"entity": {"ex:e": {"ex:a": {"type": "xsd:int"}}}}, "PROV_VALUE_INVALID", None),
        ({"entity": {"ex:e": {"ex:a": {"$": "1", "tipe": "xsd:int"}}}}, "PROV_VALUE_INVALID", None),
        ({"entity": {"ex:e": {"ex:a": {"$": [1]}}}}, "PROV_VALUE_INVALID", None),
        ({"entity": {"ex:e": {"ex:a": [1, {}]}}}, "PROV_VALUE_INVALID", "/entity/ex:e/ex:a/1"),
        (
            {"entity": {"ex:e": {"ex:a": {"$": "x", "type": "xsd:dateTime"}}}},
            "PROV_VALUE_INVALID",
            "/entity/ex:e/ex:a",
        ),
        (
            {"entity": {"ex:e": {"ex:a": {"$": "y:x", "type": "xsd:QName"}}}},
            "PROV_PREFIX_UNKNOWN",
            "/entity/ex:e/ex:a",
        ),
        (
            {"activity": {"ex:a": {"prov:startTime": 7}}},
            "PROV_VALUE_INVALID",
            "/activity/ex:a/prov:startTime",
        ),
        ({"used": {"_:u": {"prov:entity": "ex:e"}}}, "PROV_ARGUMENT_MISSING", "/used/_:u"),
        (
            {"used": {"_:u": {"prov:activity": ["ex:a", "ex:b"]}}},
            "PROV_VALUE_INVALID",
            "/used/_:u/prov:activity",
        ),
        ({"used": {"_:u": {"prov:activity": 5}}}, "PROV_VALUE_INVALID", "/used/_:u/prov:activity"),
        (
            {"hadMember": {"_:m": {"prov:collection": "ex:c", "prov:entity": []}}},
            "PROV_ARGUMENT_MISSING",
            "/hadMember/_:m",
        ),
        ({"bundle": {"ex:b": 1}}, "PROV_VALUE_INVALID", "/bundle/ex:b"),
        ({"bundle": 1}, "PROV_VALUE_INVALID", "/bundle"),
        ({"bundle": {"ex:b": {"bundle": {}}}}, "PROV_RECORD_UNKNOWN", "/bundle/ex:b/bundle"),
        (
            {"bundle": {"ex:b": {"entity": {"a/b~c": {}}}}},
            "PROV_PREFIX_UNKNOWN",
            "/bundle/ex:b/entity/a~1b~0c",
        ),
        ({"entity": {"ex:e": {"prov:startTime": "x"}}}, "PROV_RECORD_UNKNOWN", None),
    ],
)
def test_prov_json_is_read_strictly(data: dict[str, Any], code: str, where: str | None) -> None:
    ((found, place),) = noted({"prefix": EX, **data})
    assert found == code
    if where is not None:
        assert place == where


def test_prefixes_of_prov_json() -> None:
    assert noted({"prefix": 1, "entity": {"prov:e": {}}}) == [("PROV_VALUE_INVALID", "/prefix")]
    assert noted({"prefix": {"ex": 1}, "entity": {"prov:e": {}}}) == [
        ("PROV_VALUE_INVALID", "/prefix/ex")
    ]
    found = reading(json.dumps({"prefix": {"default": "urn:d:"}, "entity": {"e": {}}}), "prov-json")
    assert found.instances[0].statements[0].id == "urn:d:e"


def test_members_are_statements_of_their_own() -> None:
    data = {
        "prefix": EX,
        "hadMember": {"_:m": {"prov:collection": "ex:c", "prov:entity": ["ex:a", "ex:b"]}},
    }
    found = reading(json.dumps(data), "prov-json")
    assert [s.args[1] for s in found.instances[0].statements] == [
        "http://example.org/a",
        "http://example.org/b",
    ]


def test_arguments_of_prov_json_may_be_typed() -> None:
    data = {
        "prefix": EX,
        "used": {
            "_:u": {
                "prov:activity": {"$": "ex:a", "type": "prov:QUALIFIED_NAME"},
                "prov:entity": ["ex:e"],
                "prov:time": {"$": "2026-01-01T00:00:00Z", "type": "xsd:dateTime"},
            }
        },
    }
    (one,) = reading(json.dumps(data), "prov-json").instances[0].statements
    assert one.args == ["http://example.org/a", "http://example.org/e", "2026-01-01T00:00:00Z"]
    data["used"]["_:u"]["prov:entity"] = {"type": "prov:QUALIFIED_NAME"}  # type: ignore[index]
    assert noted(data) == [("PROV_VALUE_INVALID", "/used/_:u/prov:entity")]


def test_values_of_prov_json() -> None:
    values = [
        "x",
        True,
        3,
        2.5,
        {"$": "x", "lang": "en"},
        {"$": 7, "type": "xsd:int"},
        {"$": False, "type": "xsd:boolean"},
        {"$": "ex:q", "type": "prov:QUALIFIED_NAME"},
        {"$": "x", "type": "prov:InternationalizedString", "lang": "fr"},
    ]
    data = {"prefix": EX, "entity": {"ex:e": {"ex:a": values}}}
    (one,) = reading(json.dumps(data), "prov-json").instances[0].statements
    assert [value for _, value in one.attributes] == [
        Value("x"),
        Value("true", f"{XSD}boolean"),
        Value("3", f"{XSD}int"),
        Value("2.5", f"{XSD}double"),
        Value("x", None, "en"),
        Value("7", f"{XSD}int"),
        Value("false", f"{XSD}boolean"),
        Value("http://example.org/q", QUALIFIED_NAME),
        Value("x", None, "fr"),
    ]


CONTEXT = "https://openprovenance.org/prov-jsonld/context.jsonld"


@pytest.mark.parametrize(
    ("record", "code", "where"),
    [
        ({"@type": "Thing", "@id": "ex:e"}, "PROV_RECORD_UNKNOWN", "/@graph/0/@type"),
        ({"@id": "ex:e"}, "PROV_RECORD_UNKNOWN", "/@graph/0/@type"),
        ({"@type": "Entity"}, "PROV_ARGUMENT_MISSING", "/@graph/0"),
        ({"@type": "Entity", "@id": "x:e"}, "PROV_PREFIX_UNKNOWN", "/@graph/0/@id"),
        ({"@type": "Entity", "@id": "ex:e", "foo": 1}, "PROV_RECORD_UNKNOWN", "/@graph/0/foo"),
        ({"@type": "Usage", "entity": "ex:e"}, "PROV_ARGUMENT_MISSING", "/@graph/0"),
        (
            {"@type": "Usage", "activity": "ex:a", "time": "now"},
            "PROV_VALUE_INVALID",
            "/@graph/0/time",
        ),
        (
            {"@type": "Entity", "@id": "ex:e", "ex:a": [{"value": 1}]},
            "PROV_VALUE_INVALID",
            "/@graph/0/ex:a/0",
        ),
        (
            {"@type": "Membership", "collection": "ex:c", "entity": []},
            "PROV_ARGUMENT_MISSING",
            "/@graph/0",
        ),
        ("ex:e", "PROV_VALUE_INVALID", "/@graph/0"),
        ({"@type": "Bundle", "@id": "ex:b"}, "PROV_VALUE_INVALID", "/@graph/0/@graph"),
    ],
)
def test_prov_jsonld_is_read_strictly(record: Any, code: str, where: str) -> None:
    assert noted({"@context": [EX, CONTEXT], "@graph": [record]}, "prov-jsonld") == [(code, where)]


def test_full_iris_in_prov_jsonld() -> None:
    data = {
        "@context": [{"kfm": "https://kfm-gates.dev/ns#"}, CONTEXT],
        "@graph": [{"@type": "prov:Entity", "@id": "kfm://run/1/x", "kfm:a": [{"@value": 3}]}],
    }
    found = reading(json.dumps(data), "prov-jsonld")
    assert not found.problems
    assert found.instances[0].statements[0].id == "kfm://run/1/x"


def test_times_in_prov_jsonld() -> None:
    def usage(time: Any) -> dict[str, Any]:
        return {
            "@context": [EX, CONTEXT],
            "@graph": [{"@type": "Usage", "activity": "ex:a", "time": time}],
        }

    plain = "2026-01-01T00:00:00Z"
    typed = {"@value": plain, "@type": "xsd:dateTime"}
    for time in (plain, typed):
        found = reading(json.dumps(usage(time)), "prov-jsonld")
        assert found.instances[0].statements[0].args[2] == plain
    for time in ({}, [plain], 3, {"@value": 3}, None):
        assert noted(usage(time), "prov-jsonld") == [("PROV_VALUE_INVALID", "/@graph/0/time")]


def test_another_context_is_no_prov_jsonld() -> None:
    data = {"@context": [EX, "http://127.0.0.1:9/c.jsonld"], "@graph": []}
    assert noted(data, "prov-jsonld") == [("PROV_VALUE_INVALID", "/@context/1")]


PROV_XML = (
    '<prov:document xmlns:prov="http://www.w3.org/ns/prov#" xmlns:ex="http://example.org/"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:xsd="http://www.w3.org/2001/XMLSchema">\n{}\n</prov:document>'
)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("<prov:thing prov:id='ex:e'/>", "PROV_RECORD_UNKNOWN"),
        ("<ex:entity prov:id='ex:e'/>", "PROV_RECORD_UNKNOWN"),
        ("<prov:entity/>", "PROV_ARGUMENT_MISSING"),
        ("<prov:entity prov:id='x:e'/>", "PROV_PREFIX_UNKNOWN"),
        ("<prov:entity prov:id='e'/>", "PROV_PREFIX_UNKNOWN"),
        ("<prov:entity prov:id='ex:e'>words</prov:entity>", "PROV_VALUE_INVALID"),
        ("<prov:entity prov:id='ex:e'><ex:a><ex:b/></ex:a></prov:entity>", "PROV_RECORD_UNKNOWN"),
        ("<prov:entity prov:id='ex:e'><prov:foo/></prov:entity>", "PROV_RECORD_UNKNOWN"),
        ("<prov:entity prov:id='ex:e'><foo/></prov:entity>", "PROV_PREFIX_UNKNOWN"),
        ("<prov:used><prov:entity prov:ref='ex:e'/></prov:used>", "PROV_ARGUMENT_MISSING"),
        ("<prov:used><prov:activity/></prov:used>", "PROV_VALUE_INVALID"),
        (
            "<prov:used><prov:activity prov:ref='ex:a'/><prov:time>x</prov:time></prov:used>",
            "PROV_VALUE_INVALID",
        ),
        (
            "<prov:used><prov:activity prov:ref='ex:a'/><prov:activity prov:ref='ex:b'/>"
            "</prov:used>",
            "PROV_DUPLICATE",
        ),
        (
            "<prov:entity prov:id='ex:e'><ex:a xsi:type='xsd:QName'>x:q</ex:a></prov:entity>",
            "PROV_PREFIX_UNKNOWN",
        ),
    ],
)
def test_prov_xml_is_read_strictly(body: str, code: str) -> None:
    (problem,) = problems(PROV_XML.format(body), "prov-xml")
    assert (problem.code.id, problem.where) == (code, 2), problem.message


def test_prov_xml_knows_the_namespaces_of_each_element() -> None:
    body = (
        '<prov:bundleContent prov:id="ex:b" xmlns:ex="urn:inner:"><prov:plan prov:id="ex:p">'
        '<ex:a xmlns:ex="urn:deep:" xml:lang="en">x</ex:a>'
        '<ex:a xsi:type="xsd:int"> 7 </ex:a></prov:plan></prov:bundleContent>'
        '<prov:entity xmlns="urn:default:" prov:id="e"/>'
        "<prov:other><x><y/>text</x></prov:other>"
        '<prov:hadMember><prov:collection prov:ref="ex:c"/><prov:entity prov:ref="ex:d"/>'
        '<prov:entity prov:ref="ex:e"/></prov:hadMember>'
    )
    found = reading(PROV_XML.format(body), "prov-xml")
    assert not found.problems
    top, bundle = found.instances
    # A name as the value of an attribute has the namespaces of its own element.
    assert bundle.id == "urn:inner:b"
    assert [s.id for s in top.statements][:1] == ["urn:default:e"]
    assert [s.args[1] for s in top.statements[1:]] == [
        "http://example.org/d",
        "http://example.org/e",
    ]
    (plan,) = bundle.statements
    assert plan.kind.name == "entity"
    assert [(iri, v.text.strip(), v.lang) for iri, v in plan.attributes] == [
        ("http://www.w3.org/ns/prov#type", "http://www.w3.org/ns/prov#Plan", None),
        ("urn:deep:a", "x", "en"),
        ("urn:inner:a", "7", None),
    ]


def test_a_prefix_of_prov_xml_has_the_meaning_of_its_place() -> None:
    outer = '<prov:entity prov:id="ex:e"/>'
    inner = '<prov:entity xmlns:ex="urn:inner:" prov:id="ex:e"/>'
    found = reading(PROV_XML.format(outer + inner + outer), "prov-xml")
    ids = [one.id for one in found.instances[0].statements]
    assert ids == ["http://example.org/e", "urn:inner:e", "http://example.org/e"]


def test_prov_xml_has_several_bundles() -> None:
    body = (
        '<prov:bundleContent prov:id="ex:b"><prov:entity prov:id="ex:e"/></prov:bundleContent>'
        '<prov:entity prov:id="ex:f"/>'
        '<prov:bundleContent prov:id="ex:c"><prov:entity prov:id="ex:g"/></prov:bundleContent>'
    )
    found = reading(PROV_XML.format(body), "prov-xml")
    assert not found.problems
    assert [[s.id and s.id[-1] for s in i.statements] for i in found.instances] == [
        ["f"],
        ["e"],
        ["g"],
    ]
    inside = (
        '<prov:bundleContent prov:id="ex:b"><prov:bundleContent prov:id="ex:c"/>'
        '</prov:bundleContent><prov:entity prov:id="ex:e"/>'
    )
    (problem,) = problems(PROV_XML.format(inside), "prov-xml")
    assert problem.code.id == "PROV_RECORD_UNKNOWN"


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b"<prov:document", 1),
        (b"<a/>", 1),
        (b"<a:document xmlns:a='http://www.w3.org/ns/prov'/>", 1),
        (PROV_XML.format("<prov:entity>").encode(), 3),
        (b"<?xml version='1.0'?>\n<!DOCTYPE x>\n<x/>", 2),
        (b"<?xml version='1.0'?>\n<!DOCTYPE x SYSTEM 'file:///etc/passwd'>\n<x/>", 2),
        (b"<?xml version='1.0' encoding='klingon'?><x/>", 1),
        (PROV_XML.format("<!-- \xff -->").encode("latin-1"), 2),
        (PROV_XML.format("&unknown;").encode(), 2),
    ],
)
def test_xml_that_cannot_be_read(raw: bytes, line: int) -> None:
    with pytest.raises(EvidenceUnreadable) as caught:
        reading(raw, "prov-xml")
    assert (caught.value.code, caught.value.line) == ("PROV_SYNTAX", line)


RDF = "@prefix prov: <http://www.w3.org/ns/prov#> . @prefix ex: <http://example.org/> .\n"


@pytest.mark.parametrize(
    ("body", "code", "where"),
    [
        ("ex:e a prov:Entity ; prov:wasMadeBy ex:a .", "PROV_RECORD_UNKNOWN", "ex/e"),
        ('ex:e a prov:Entity ; prov:wasGeneratedBy "a" .', "PROV_VALUE_INVALID", "ex/e"),
        ('ex:a a prov:Activity ; prov:startedAtTime "now" .', "PROV_VALUE_INVALID", "ex/a"),
        ("ex:g a prov:Generation ; prov:activity ex:a .", "PROV_ARGUMENT_MISSING", "ex/g"),
        (
            "ex:e a prov:Entity ; prov:qualifiedDerivation ex:d . ex:d a prov:Derivation .",
            "PROV_ARGUMENT_MISSING",
            "ex/d",
        ),
        ('ex:e a prov:Entity ; prov:qualifiedGeneration "x" .', "PROV_VALUE_INVALID", "ex/e"),
        ("ex:e a prov:Entity ; prov:mentionOf ex:f .", "PROV_ARGUMENT_MISSING", "ex/e"),
        (
            'ex:a a prov:Activity ; prov:endedAtTime "2026-01-01T00:00:00Z",'
            ' "2026-01-02T00:00:00Z" .',
            "PROV_DUPLICATE",
            "ex/a",
        ),
    ],
)
def test_prov_o_is_read_strictly(body: str, code: str, where: str) -> None:
    found = [(p.code.id, p.where) for p in problems(RDF + body, "prov-o-turtle")]
    assert found == [(code, where.replace("ex/", "http://example.org/"))]


def test_a_qualified_node_of_two_subjects_is_one_event() -> None:
    body = (
        "ex:e1 prov:qualifiedGeneration _:g . ex:e2 prov:qualifiedGeneration _:g ."
        " _:g prov:activity ex:a ."
    )
    assert [v.constraint for v in judged(reading(RDF + body, "prov-o-turtle"))] == [23]


def test_a_qualified_node_of_two_activities_contradicts_itself() -> None:
    body = "ex:e prov:qualifiedGeneration [ prov:activity ex:a, ex:b ] ."
    assert [v.constraint for v in judged(reading(RDF + body, "prov-o-turtle"))] == [23]


@pytest.mark.parametrize("name", ["activity", "influencer"])
def test_the_influencer_is_the_argument(name: str) -> None:
    body = f"ex:e prov:qualifiedGeneration [ prov:{name} ex:a ] ."
    (one,) = reading(RDF + body, "prov-o-turtle").instances[0].statements
    assert one.args == ["http://example.org/e", "http://example.org/a", None]


def test_a_triple_that_a_node_repeats_is_one_generation() -> None:
    body = (
        "ex:e a prov:Entity ; prov:wasGeneratedBy ex:a ;"
        " prov:qualifiedGeneration [ prov:activity ex:a ] . ex:a prov:generated ex:e ."
    )
    found = reading(RDF + body, "prov-o-turtle")
    kinds = [s.kind.name for s in found.instances[0].statements]
    assert kinds.count("wasGeneratedBy") == 1


AT = '"2026-01-0{}T00:00:00Z"'


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (f"ex:e prov:generatedAtTime {AT.format(1)} .", [(None, 1)]),
        (f"ex:e prov:wasGeneratedBy ex:a ; prov:generatedAtTime {AT.format(1)} .", [("a", 1)]),
        (
            f"ex:e prov:wasGeneratedBy ex:a, ex:b ; prov:generatedAtTime {AT.format(1)} .",
            [(None, 1), ("a", None), ("b", None)],
        ),
        (
            "ex:e prov:qualifiedGeneration [ prov:activity ex:a ; prov:atTime"
            f" {AT.format(1)} ] ; prov:generatedAtTime {AT.format(1)} .",
            [("a", 1)],
        ),
        (
            "ex:e prov:qualifiedGeneration [ prov:activity ex:a ; prov:atTime"
            f" {AT.format(1)} ] ; prov:generatedAtTime {AT.format(2)} .",
            [(None, 2), ("a", 1)],
        ),
        (
            f"ex:e prov:generatedAtTime {AT.format(1)}, {AT.format(2)} .",
            [(None, 1), (None, 2)],
        ),
    ],
)
def test_the_time_of_a_generation_in_prov_o(
    body: str, wanted: list[tuple[str | None, int | None]]
) -> None:
    found = reading(RDF + body, "prov-o-turtle")
    made = [
        (
            None if one.args[1] is None else one.args[1][-1],
            None if one.args[2] is None else int(one.args[2][9]),
        )
        for one in found.instances[0].statements
    ]
    assert sorted(made, key=str) == sorted(wanted, key=str)


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ("ex:e a prov:Entity ; prov:hadGeneration ex:g .", set()),
        (
            "ex:e a prov:Entity ; prov:qualifiedDerivation"
            " [ prov:entity ex:f ; prov:hadGeneration ex:g ] .",
            {51},
        ),
        (
            "ex:e a prov:Entity ; prov:qualifiedDerivation [ prov:entity ex:f ; prov:hadUsage ex:u"
            " ; prov:hadActivity ex:a ] .",
            set(),
        ),
    ],
)
def test_constraint_51_in_prov_o(body: str, codes: set[int]) -> None:
    assert {v.constraint for v in judged(reading(RDF + body, "prov-o-turtle"))} == codes


def test_a_checksum_of_spdx_is_kept() -> None:
    body = (
        "@prefix spdx: <http://spdx.org/rdf/terms#> . ex:e a prov:Entity ; spdx:checksum"
        " [ spdx:algorithm spdx:checksumAlgorithm_sha256 ; spdx:checksumValue 'ab' ] ."
    )
    (one,) = reading(RDF + body, "prov-o-turtle").instances[0].statements
    assert list(one.attributes) == [
        (
            "http://spdx.org/rdf/terms#checksum",
            Value("ab", "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"),
        )
    ]


@pytest.mark.parametrize(
    "form", ["prov-json", "prov-n", "prov-xml", "prov-o-turtle", "prov-jsonld"]
)
def test_a_document_that_states_nothing(form: str) -> None:
    empty = {
        "prov-json": "{}",
        "prov-n": "document endDocument",
        "prov-xml": PROV_XML.format(""),
        "prov-o-turtle": "@prefix ex: <http://example.org/> . ex:a ex:b ex:c .",
        "prov-jsonld": '{"@context": [], "@graph": []}',
    }
    (problem,) = problems(empty[form], form)
    assert problem.code.id == "PROV_EMPTY"


MALFORMED = CORPUS / "python-prov" / "malformed"
FORMS = {"json": "prov-json", "xml": "prov-xml", "ttl": "prov-o-turtle", "rdf": "prov-o-rdfxml"}


@pytest.mark.skipif(not MALFORMED.is_dir(), reason=WHY)
def test_malformed_documents_of_the_corpus_are_refused() -> None:
    paths = sorted(MALFORMED.iterdir())
    assert len(paths) == 17
    for path in paths:
        try:
            found = problems(path.read_bytes(), FORMS[path.suffix[1:]])
        except EvidenceUnreadable:
            continue
        assert any(p.code.level is Level.DENY for p in found), path


def test_an_unknown_notation_is_a_mistake_of_the_caller() -> None:
    from kfm_gates.catalogs._api import Document
    from kfm_gates.catalogs.prov.read import read

    with pytest.raises(ValueError, match="no notation"):
        read(Document(file="x", form="dcat-turtle", raw=b"x"))
    assert document("{}", "prov-json").form == "prov-json"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z"),
        ("2026-01-01T00:00:00Z", "2026-01-01T02:00:00+02:00"),
        ("2026-01-01T24:00:00Z", "2026-01-02T00:00:00-00:00"),
        ("2026-01-01T00:00:00.1234567", "2026-01-01T00:00:00.12345670"),
    ],
)
def test_times_that_are_equal(one: str, other: str) -> None:
    assert moments.parse(one) == moments.parse(other)


def test_times_that_are_not() -> None:
    assert moments.parse("2026-01-01T00:00:00Z") != moments.parse("2026-01-01T00:00:00")
    assert moments.parse("2026-01-01T00:00:00.1234567Z") != moments.parse(
        "2026-01-01T00:00:00.1234568Z"
    )


@pytest.mark.parametrize(
    "text_",
    [
        "2026-01-01",
        "2026-02-29T00:00:00Z",
        "2026-01-01T24:00:01Z",
        "2026-01-01T00:00:60Z",
        "2026-01-01T00:00:00z",
        "2026-01-01 00:00:00Z",
        "2026-01-01T00:00:00+14:01",
        "2026-01-01T00:00:00+01:60",
        "0000-01-01T00:00:00Z",
        "9999-12-31T24:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "٢026-01-01T00:00:00Z",
        "2026-01-01T00:00:00Z\n",
        "",
    ],
)
def test_what_is_no_time(text_: str) -> None:
    with pytest.raises(ValueError, match=r"[tT]ime"):
        moments.parse(text_)


def test_statements_are_shown_as_prov_n() -> None:
    data = {
        "prefix": {
            "ex": "http://example.org/",
            "exx": "http://example.org/x/",
            "default": "urn:d:",
        },
        "used": {"ex:u": {"prov:activity": "exx:a", "prov:time": "2026-01-01T00:00:00Z"}},
        "agent": {"bob": {}},
        "wasDerivedFrom": {"_:d": {"prov:generatedEntity": "ex:a", "prov:usedEntity": "ex:b"}},
    }
    found = reading(json.dumps(data), "prov-json").instances[0]
    assert [text(one, found.prefixes) for one in found.statements] == [
        "used(ex:u; exx:a, -, 2026-01-01T00:00:00Z)",
        "agent(bob)",
        "wasDerivedFrom(ex:a, ex:b)",
    ]
    assert len(short("x" * 5000, {})) < 400


KEYS = (
    *("ex:a", "_:b", "prov:entity", "prov:activity", "prov:time", "prov:collection"),
    *("$", "type", "lang", "entity", "used", "bundle", "hadMember", "prefix"),
)
PROV_JSON_PARTS = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["ex:a", "x", "_:b", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(
        st.sampled_from(["entity", "used", "bundle", "hadMember", "prefix", "x"]),
        PROV_JSON_PARTS,
        max_size=4,
    )
)
def test_any_json_is_read_or_refused(data: dict[str, Any]) -> None:
    found = reading(json.dumps(data), "prov-json")
    judged(found)


JSONLD_PARTS = st.dictionaries(
    st.sampled_from(["@type", "@id", "@graph", "@context", "entity", "ex:a", "time", "activity"]),
    st.recursive(
        st.none() | st.sampled_from(["Usage", "Entity", "Bundle", "Membership", "ex:a", "x", 3]),
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(st.sampled_from(["@value", "@type", "ex"]), inner, max_size=2)
        ),
        max_leaves=6,
    ),
    max_size=5,
)


@given(st.lists(JSONLD_PARTS, max_size=3))
def test_any_jsonld_is_read_or_refused(graph: list[Any]) -> None:
    judged(reading(json.dumps({"@context": [EX], "@graph": graph}), "prov-jsonld"))

"""Strict reading of RDF: what is refused, where, and what comes out of four notations."""

from __future__ import annotations

import json
import random
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kfm_gates.catalogs import rdf, references
from kfm_gates.catalogs._api import Document
from kfm_gates.catalogs.rdf import namespaces as ns
from kfm_gates.errors import EvidenceUnreadable
from kfm_gates.evidence import strict_json

DCT = ns.DCT
PREFIX = b"@prefix dct: <http://purl.org/dc/terms/> .\n"


def turtle(text: str | bytes, file: str = "catalog/x.ttl") -> rdf.Graph:
    raw = text.encode() if isinstance(text, str) else text
    return rdf.read(Document(file=file, form="dcat-turtle", raw=raw))


def jsonld(data: Any, *, named: bool = False) -> rdf.Graph:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    parsed = strict_json.loads(raw, file="catalog/x.jsonld", exact_numbers=False)
    document = Document(file="catalog/x.jsonld", form="dcat-jsonld", raw=raw, data=parsed)
    return rdf.read(document, named=named)


def xml(text: str | bytes) -> rdf.Graph:
    raw = text.encode() if isinstance(text, str) else text
    return rdf.read(Document(file="catalog/x.rdf", form="dcat-rdfxml", raw=raw))


def ntriples(text: str) -> rdf.Graph:
    return rdf.read(Document(file="catalog/x.nt", form="dcat-ntriples", raw=text.encode()))


def refusal(read: Any, text: Any) -> EvidenceUnreadable:
    with pytest.raises(EvidenceUnreadable) as refused:
        read(text)
    assert refused.value.file
    return refused.value


# --- four notations, one graph ------------------------------------------------------------------

SAME = {
    "turtle": lambda: turtle(
        PREFIX + b'<#a> dct:title "Wells"@en-US, "5"^^<http://www.w3.org/2001/XMLSchema#integer> ;'
        b" dct:relation <../artifacts/b.csv>, [ dct:title true ] ."
    ),
    "ntriples": lambda: ntriples(
        f'<{references.base_iri("catalog/x")}#a> <{DCT}title> "Wells"@en-us .\n'
        f"<{references.base_iri('catalog/x')}#a> <{DCT}title> "
        f'"5"^^<{ns.XSD}integer> .\n'
        f"<{references.base_iri('catalog/x')}#a> <{DCT}relation> <{references.BASE}artifacts/b.csv>"
        f" .\n<{references.base_iri('catalog/x')}#a> <{DCT}relation> _:b .\n"
        f'_:b <{DCT}title> "true"^^<{ns.XSD}boolean> .\n'
    ),
    "rdfxml": lambda: xml(
        f'<rdf:RDF xmlns:rdf="{ns.RDF}" xmlns:d="{DCT}"><rdf:Description rdf:about="#a">'
        f'<d:title xml:lang="en-us">Wells</d:title>'
        f'<d:title rdf:datatype="{ns.XSD}integer">5</d:title>'
        f'<d:relation rdf:resource="../artifacts/b.csv"/>'
        f'<d:relation><rdf:Description><d:title rdf:datatype="{ns.XSD}boolean">true</d:title>'
        f"</rdf:Description></d:relation></rdf:Description></rdf:RDF>"
    ),
    "jsonld": lambda: jsonld(
        {
            "@context": {"dct": DCT},
            "@id": "#a",
            "dct:title": [{"@value": "Wells", "@language": "en-us"}, 5],
            "dct:relation": [{"@id": "../artifacts/b.csv"}, {"dct:title": True}],
        }
    ),
}


@pytest.mark.parametrize("syntax", SAME)
def test_four_notations_of_one_graph(syntax: str) -> None:
    def plain(graph: rdf.Graph) -> list[tuple[str, ...]]:
        return [
            tuple(
                "_:" if rdf.is_blank(t) else str(t).replace("x.", "x").replace("xttl", "x")
                for t in statement
            )
            for statement in graph.triples()
        ]

    def spelled(graph: rdf.Graph) -> list[str]:
        text = json.dumps(plain(graph))
        for suffix in ("ttl", "rdf", "jsonld"):
            text = text.replace(f"catalog/x{suffix}", "catalog/x")
        return sorted(map(str, json.loads(text)))

    assert spelled(SAME[syntax]()) == spelled(SAME["ntriples"]())


def test_the_index_answers_sorted_and_typed() -> None:
    graph = turtle(
        PREFIX + b"<#b> a dct:B ; dct:title 'z', 'a'@DE, 'a' ; dct:relation <#c>, [dct:title 'q'] ."
        b"<#a> a dct:B, dct:C ."
    )
    a, b = (references.base_iri("catalog/x.ttl") + f"#{name}" for name in "ab")
    assert graph.of_type(f"{DCT}B") == [a, b]
    assert graph.of_type(f"{DCT}C", f"{DCT}B") == [a, b]
    assert graph.types(a) == {f"{DCT}B", f"{DCT}C"}
    assert [(t.text, t.language) for t in graph.literals(b, f"{DCT}title")] == [
        ("a", "de"),
        ("a", ""),
        ("z", ""),
    ]
    named, blank = graph.nodes(b, f"{DCT}relation")
    assert named.endswith("#c")
    assert rdf.is_blank(blank)
    assert graph.place(blank) == "catalog/x.ttl#b dct:relation"
    assert graph.referrers(blank) == [(b, f"{DCT}relation")]
    assert graph.line(b) == 2
    assert len(graph) == 9
    assert a in graph
    assert "urn:x" not in graph


def test_blank_nodes_are_told_apart_by_what_they_say() -> None:
    """Their labels are made up by the parser, anew each time."""
    parts = [f"[ dct:title '{word}' ]" for word in ("one", "two", "three")]
    told = set()
    for order in range(6):
        random.Random(order).shuffle(parts)
        graph = turtle(PREFIX + f"<#a> dct:relation {', '.join(parts)} .".encode())
        subject = graph.subjects()[0]
        nodes = graph.nodes(subject, f"{DCT}relation")
        texts = tuple(graph.literals(node, f"{DCT}title")[0].text for node in nodes)
        told.add((texts, tuple(map(graph.place, nodes))))
    assert len(told) == 1


def test_lists_end() -> None:
    graph = turtle(PREFIX + b"<#a> dct:relation (1 2 3) .")
    head = graph.nodes(graph.subjects()[0], f"{DCT}relation") or graph.nodes(
        references.base_iri("catalog/x.ttl") + "#a", f"{DCT}relation"
    )
    assert [m.text for m in graph.members(head[0]) if isinstance(m, rdf.Literal)] == [
        "1",
        "2",
        "3",
    ]
    endless = turtle(f"<#l> <{ns.RDF_FIRST}> 1 ; <{ns.RDF_REST}> <#l> .")
    assert len(endless.members(references.base_iri("catalog/x.ttl") + "#l")) == 1


def test_places_in_json_are_pointers() -> None:
    graph = jsonld(
        {
            "@context": {"dct": DCT, "ex": "https://example.org/"},
            "@graph": [
                {"@id": "ex:a", "dct:relation": {"@id": "b~/c"}},
                {"@id": "b~/c", "dct:title": "t"},
            ],
        }
    )
    assert graph.pointer("https://example.org/a") == "/@graph/0"
    assert graph.pointer(f"{references.BASE}catalog/b~/c") == "/@graph/1"
    assert graph.line(f"{references.BASE}catalog/b~/c") == 1
    assert graph.pointer("urn:none") is None


# --- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (b"<a> <b>\n <c> ;; }", "RDF_SYNTAX", 2),
        (b"\xef\xbb\xbf<a> <b> <c> .", "RDF_NOT_UTF8", 1),
        ("<a> <b> <c> .".encode("utf-16"), "RDF_NOT_UTF8", 1),
        (b"<a> <b>\n '\xe4' .", "RDF_NOT_UTF8", 2),
        (b"<a> <b>\n<<( <a> <b> <c> )>> .", "RDF_TRIPLE_TERM", 2),
        (b"<< <a> <b> <c> >> <b> <c> .", "RDF_TRIPLE_TERM", 1),
        (b"<a> <b> '<<' , '''open", "RDF_SYNTAX", 1),
        (b"<a> <http://x/" + b"y" * 5000 + b"> 1 .", "RDF_TOO_LARGE", None),
        (b"<a> <b> '" + b"y" * (2 << 20) + b"' .", "RDF_TOO_LARGE", None),
        (b"<a> <b> 'x'@toolongforalanguage .", "RDF_SYNTAX", 1),
        (b"<a b> <b> <c> .", "RDF_SYNTAX", 1),
    ],
)
def test_turtle_is_refused(text: bytes, code: str, line: int | None) -> None:
    error = refusal(turtle, text)
    assert (error.code, error.line) == (code, line)


def test_less_than_in_texts_is_no_quoted_triple() -> None:
    graph = turtle(
        b"<a> <b> '<<', \"<<\", '''<< ' ''', \"\"\"<< \\\" \"\"\" . # << not here either\n"
    )
    assert len(graph) == 3


@pytest.mark.parametrize("depth", [10_000, 200_000])
def test_nested_triples_do_not_reach_the_parser(depth: int) -> None:
    """A hundred thousand of them overflow the stack of the parser, and the process is gone."""
    text = b"<a> <b> " + b"<<( <a> <b> " * depth + b"<c>" + b" )>>" * depth + b" ."
    assert refusal(turtle, text).code == "RDF_TRIPLE_TERM"


@pytest.mark.parametrize(
    "text",
    [
        "<a> <b> " + "[ <b> " * 300_000 + "1" + "]" * 300_000 + " .",
        "<a> <b> " + "(" * 300_000 + ")" * 300_000 + " .",
        "<a> <b> " + ",".join(["[]"] * 1_000_000) + " .",
        "\n".join(f"<a> <b> _:b{n} ." for n in range(1_000_000)),
        "\n".join(f"<a> <b> {n} ." for n in range(300_000)),
    ],
    ids=["nested", "lists", "a-million-blank-nodes", "named-blank-nodes", "statements"],
)
def test_too_much_ends_quickly(text: str) -> None:
    assert refusal(turtle, text).code == "RDF_TOO_LARGE"


def test_a_large_document_is_not_read_at_all() -> None:
    error = refusal(turtle, b" " * (rdf.MAX_BYTES + 1))
    assert error.code == "RDF_TOO_LARGE"
    assert error.wanted == f"at most {rdf.MAX_BYTES} bytes"


ENTITY = f'<rdf:RDF xmlns:rdf="{ns.RDF}">&a;</rdf:RDF>'


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('<!DOCTYPE r [<!ENTITY a "b">]>' + ENTITY, "RDF_DOCTYPE"),
        ('<!DOCTYPE r SYSTEM "file:///etc/passwd">' + ENTITY, "RDF_DOCTYPE"),
        ('<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1:9/">%p;]>' + ENTITY, "RDF_DOCTYPE"),
        ("<!DOCTYPE r>" + ENTITY, "RDF_DOCTYPE"),
        (ENTITY, "RDF_SYNTAX"),
        ('<?xml version="1.0" encoding="ISO-8859-1"?>' + ENTITY, "RDF_NOT_UTF8"),
        ("<a><b></a>", "RDF_SYNTAX"),
        ("<a>" * 300_000, "RDF_TOO_DEEP"),
        ("<a " + " ".join(f'x{n}="1"' for n in range(5000)) + "/>", "RDF_TOO_DEEP"),
        ("", "RDF_SYNTAX"),
    ],
)
def test_rdf_xml_is_refused(text: str, code: str) -> None:
    assert refusal(xml, text).code == code


def test_billion_laughs_is_refused_before_it_is_parsed() -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    error = refusal(xml, f'<!DOCTYPE r [<!ENTITY l0 "lol">{entities}]><r>&l11;</r>')
    assert (error.code, error.line) == ("RDF_DOCTYPE", 1)


# --- contexts -----------------------------------------------------------------------------------

HOSTILE = {
    "remote": ({"@context": "http://127.0.0.1:9/c.jsonld"}, "/@context"),
    "file": ({"@context": "file:///etc/passwd"}, "/@context"),
    "path": ({"@context": "/etc/passwd"}, "/@context"),
    "relative": ({"@context": [{}, "../../c.jsonld"]}, "/@context/1"),
    "nested": (
        {"@id": "a", "http://a/b": [{"@context": "http://127.0.0.1:9/c", "@id": "c"}]},
        "/http:~1~1a~1b/0/@context",
    ),
    "scoped": (
        {"@context": {"t": {"@id": "http://a/t", "@context": "http://127.0.0.1:9/c"}}, "t": {}},
        "/@context/t/@context",
    ),
    "import": ({"@context": {"@import": "http://127.0.0.1:9/c"}}, "/@context/@import"),
    "in a value": ({"http://a/b": {"@value": 1, "@context": "file:///etc/passwd"}}, None),
    "schema.org": ({"@context": "https://schema.org/"}, "/@context"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_foreign_context_is_refused_by_name_and_place(name: str) -> None:
    data, pointer = HOSTILE[name]
    error = refusal(jsonld, data)
    assert error.code == "RDF_CONTEXT_REMOTE"
    if pointer is not None:
        assert error.pointer == pointer
    assert error.got
    assert error.got in error.message
    assert "nothing is fetched" in error.message


EVENTS: list[str] = []
WATCHING = False


def watch(event: str, args: tuple[Any, ...]) -> None:
    if WATCHING and (event == "open" or event.startswith(("socket.", "urllib.", "http."))):
        EVENTS.append(f"{event} {args[:1]}")


@pytest.fixture(scope="module")
def watched() -> list[str]:
    sys.addaudithook(watch)
    turtle("<a> <b> <c> .")  # whatever is imported is imported now
    jsonld({"@id": "a", "http://a/b": 1})
    xml(f'<rdf:RDF xmlns:rdf="{ns.RDF}"/>')
    for data, _ in HOSTILE.values():
        refusal(jsonld, data)
    return EVENTS


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_is_opened_whatever_a_context_says(name: str, watched: list[str]) -> None:
    global WATCHING
    watched.clear()
    WATCHING = True
    try:
        refusal(jsonld, HOSTILE[name][0])
        refusal(xml, '<!DOCTYPE r SYSTEM "file:///etc/passwd">' + ENTITY)
        turtle("<a> <http://www.w3.org/2002/07/owl#imports> <file:///etc/passwd> .")
    finally:
        WATCHING = False
    assert watched == []


def test_the_watch_sees_what_is_opened(watched: list[str], tmp_path: Path) -> None:
    """The control: rdflib follows such a context, and reads the very file."""
    import rdflib

    global WATCHING
    context = tmp_path / "context.jsonld"
    context.write_text('{"@context": {"q": "urn:q"}}')
    data = json.dumps({"@context": context.as_uri(), "@id": "urn:a", "q": 1})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rdflib.Graph().parse(data='{"@id": "urn:a"}', format="json-ld")
        watched.clear()
        WATCHING = True
        try:
            graph = rdflib.Graph().parse(data=data, format="json-ld")
        finally:
            WATCHING = False
    assert len(graph) == 1
    assert any("context.jsonld" in event for event in watched)
    assert refusal(jsonld, data.encode()).code == "RDF_CONTEXT_REMOTE"


def test_the_parser_itself_fetches_nothing_either(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the look at contexts beforehand the parser still refuses all of them."""
    from kfm_gates.catalogs.rdf import contexts

    monkeypatch.setattr(contexts, "closed", lambda document: (document.raw, (), ()))
    for name, (data, _) in HOSTILE.items():
        if name == "in a value":
            continue
        assert refusal(jsonld, data).code == "RDF_SYNTAX"


def test_known_contexts_are_read_from_our_copy() -> None:
    url = "https://raw.githubusercontent.com/DOI-DO/dcat-us/main/context/dcat-us-3.0.jsonld"
    graph = jsonld({"@context": url, "@id": "urn:d", "@type": "dcat:Dataset", "title": "t"})
    assert graph.replaced == (url,)
    assert graph.literals("urn:d", f"{DCT}title")[0].text == "t"
    assert refusal(jsonld, {"@context": url + "?x"}).code == "RDF_CONTEXT_REMOTE"


def test_several_types_and_scopes_are_ambiguous() -> None:
    """rdflib applies the scope of the first type, pyoxigraph that of the last."""
    context = {
        "A": {"@id": "urn:A", "@context": {"a": "urn:a"}},
        "B": {"@id": "urn:B", "@context": {"b": "urn:b"}},
        "kind": "@type",
    }
    one = {"@context": context, "@id": "urn:x", "@type": "A", "a": 1}
    assert len(jsonld(one)) == 2
    for key in ("@type", "kind"):
        error = refusal(jsonld, {"@context": context, "@id": "urn:x", key: ["A", "B"], "a": 1})
        assert (error.code, error.pointer) == ("RDF_CONTEXT_AMBIGUOUS", f"/{key}")
    flat = {"@context": {"A": "urn:A", "B": "urn:B"}, "@id": "urn:x", "@type": ["A", "B"]}
    assert len(jsonld(flat)) == 2


def test_named_graphs_are_refused_or_kept_apart() -> None:
    data = {"@id": "urn:g", "@graph": [{"@id": "urn:x", "urn:p": 1}], "urn:q": 2}
    error = refusal(jsonld, data)
    assert (error.code, error.got) == ("RDF_NAMED_GRAPH", "urn:g")
    graph = jsonld(data, named=True)
    assert list(graph.named) == ["urn:g"]
    assert graph.subjects() == ["urn:g"]
    assert graph.named["urn:g"].subjects() == ["urn:x"]


@pytest.mark.parametrize(
    "data",
    [
        {"@id": "http://a b/", "urn:p": 1},
        {"@id": "urn:x", "@type": "<urn:t>"},
        {"@context": {"p": {"@id": "urn:p", "@type": "@id"}}, "@id": "urn:x", "p": "https://a/>"},
        {"@id": "urn:x", "urn:p": {"@value": "a", "@language": "no language"}},
        {
            "@context": {"p": {"@id": "urn:p", "@container": "@language"}},
            "@id": "urn:x",
            "p": {"no language": "a"},
        },
    ],
)
def test_what_readers_would_drop_is_refused(data: Any) -> None:
    assert refusal(jsonld, data).code == "RDF_SYNTAX"


def test_keys_without_a_meaning_are_told() -> None:
    graph = jsonld(
        {
            "@context": {
                "dct": DCT,
                "t": {"@id": "dct:title", "@container": ["@set", "@language"]},
                "raw": {"@id": "dct:x", "@type": "@json"},
            },
            "@id": "urn:x",
            "t": {"en": "a", "de": "b"},
            "raw": {"any": {"thing": 1}},
            "licence": {"deeper": 1},
            "@licence": 1,
            "dct:relation": [{"@id": "urn:y", "titel": "x"}],
        }
    )
    assert [tuple(entry) for entry in graph.undefined] == [
        ("/licence", "licence"),
        ("/@licence", "@licence"),
        ("/dct:relation/0/titel", "titel"),
    ]
    assert jsonld({"@context": {"@vocab": DCT}, "@id": "urn:x", "any": 1}).undefined == ()


def code_of(read: Any, text: Any) -> str:
    """Code of the refusal; any other exception fails the test."""
    try:
        read(text)
    except EvidenceUnreadable as error:
        return error.code
    return "RDF_"


# --- anything at all ----------------------------------------------------------------------------

SIGNS = r"<a> << >> [ ] ( ) ' \ # . ; a @prefix : _:b 1 ü , ^^ @en < é BASE { }"
PIECES = st.sampled_from([*SIGNS.split(), '"', "'''", '"' * 3, "\n", " ", "\x00"])
WORDS = (
    "@context @id @type @graph @value @language @container @list @reverse @vocab @base @import "
    "@included @nest t urn:p"
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_turtle_never_raises_anything_else(text: str) -> None:
    assert code_of(turtle, text).startswith("RDF_")


JSON = st.recursive(
    st.sampled_from(["@id", "@type", "@graph", "@context", "urn:x", "", "a:b", "é"])
    | st.none()
    | st.booleans()
    | st.integers(-5, 2**70),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(WORDS.split()),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(JSON)
def test_jsonld_never_raises_anything_else(data: Any) -> None:
    assert code_of(jsonld, data).startswith(("RDF_", "JSON_"))

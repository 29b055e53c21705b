"""PROV-N: what its grammar allows, and what is refused at which line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prov_tools import problems, provn, reading

from kfm_gates.catalogs.prov.model import QUALIFIED_NAME, XSD, Statement, Value
from kfm_gates.errors import EvidenceUnreadable

EX = "http://example.org/"


def statement(text: str) -> Statement:
    """The one statement of a document."""
    found = reading(provn(text))
    assert not found.problems, found.problems
    (one,) = found.instances[0].statements
    return one


@pytest.mark.parametrize(
    ("name", "iri"),
    [
        ("ex:e1", f"{EX}e1"),
        ("ex:", EX),
        ("ex:0111", f"{EX}0111"),
        ("ex:a.b", f"{EX}a.b"),
        ("ex:a/b@c~d&e+f*g?h#i$j!k", f"{EX}a/b@c~d&e+f*g?h#i$j!k"),
        (r"ex:a\=b\'c\(d\)e\,f\-g\:h\;i\[j\]k\.", f"{EX}a=b'c(d)e,f-g:h;i[j]k."),
        ("ex:%41b", f"{EX}%41b"),
        ("ex:ünï-cödé", f"{EX}ünï-cödé"),
        ("prov:x", "http://www.w3.org/ns/prov#x"),
    ],
)
def test_a_name_is_expanded(name: str, iri: str) -> None:
    assert statement(f"entity({name})").id == iri


def test_the_default_namespace() -> None:
    found = reading("document default <urn:d:> entity(e) entity(12) endDocument")
    assert [s.id for s in found.instances[0].statements] == ["urn:d:e", "urn:d:12"]


def test_comments_and_space() -> None:
    found = reading(
        "// before\r\ndocument /* a\nb */ prefix ex <http://example.org/> // entity(ex:no)\n"
        "entity ( ex:e // x\n , [ ] ) endDocument /* ** */ // end"
    )
    (one,) = found.instances[0].statements
    assert (one.id, one.where) == (f"{EX}e", 4)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"plain"', Value("plain")),
        (r'"a\"b\\c\n\t"', Value('a"b\\c\n\t')),
        ('"""long "and" ""quoted""\nlines"""', Value('long "and" ""quoted""\nlines')),
        ('"hello"@en-GB', Value("hello", None, "en-GB")),
        ("10", Value("10", f"{XSD}int")),
        ("-10", Value("-10", f"{XSD}int")),
        ("'ex:q'", Value(f"{EX}q", QUALIFIED_NAME)),
        (r"'ex:q\'s'", Value(f"{EX}q's", QUALIFIED_NAME)),
        ('"1.5" %% xsd:float', Value("1.5", f"{XSD}float")),
        ('"x" %% xsd:string', Value("x")),
        ('"ex:q" %% prov:QUALIFIED_NAME', Value(f"{EX}q", QUALIFIED_NAME)),
        ('"ex:q" %% xsd:QName', Value(f"{EX}q", QUALIFIED_NAME)),
    ],
)
def test_a_value(text: str, value: Value) -> None:
    one = statement(f"entity(ex:e, [ex:a={text}])")
    assert list(one.attributes) == [(f"{EX}a", value)]


def test_attributes_and_identifiers() -> None:
    one = statement("used(ex:u; ex:a, ex:e, 2026-01-01T00:00:00Z, [ex:x=1, ex:x=2])")
    assert one.id == f"{EX}u"
    assert one.args == [f"{EX}a", f"{EX}e", "2026-01-01T00:00:00Z"]
    assert [value.text for _, value in one.attributes] == ["1", "2"]
    assert statement("used(-; ex:a, ex:e, -)").id is None
    assert statement("used(ex:a)").args == [f"{EX}a", None, None]
    assert statement("prov:mentionOf(ex:a, ex:b, ex:c)").kind.name == "mentionOf"


def test_bundles_have_namespaces_of_their_own() -> None:
    found = reading(
        "document prefix a <urn:a:> prefix b <urn:b:>\n"
        "bundle a:x prefix b <urn:c:> entity(a:e) entity(b:e) endBundle\n"
        "bundle a:y entity(b:e) endBundle endDocument"
    )
    assert [(i.id, [s.id for s in i.statements]) for i in found.instances] == [
        (None, []),
        ("urn:a:x", ["urn:a:e", "urn:c:e"]),
        ("urn:a:y", ["urn:b:e"]),
    ]


REFUSED = {
    "no document": ("entity(ex:e)", 1),
    "nothing": ("", 1),
    "no end": ("document\nprefix ex <urn:x:>\nentity(ex:e)\n", 4),
    "something behind the end": ("document endDocument\nentity(ex:e)", 2),
    "an open bracket": ("document\nprefix ex <urn:x:>\nentity(ex:e\nendDocument", 4),
    "a missing comma": ("document\nprefix ex <urn:x:> used(ex:a ex:e)\nendDocument", 2),
    "a comma too many": ("document\nprefix ex <urn:x:> entity(ex:e,)\nendDocument", 2),
    "an open string": ('document\nprefix ex <urn:x:> entity(ex:e, [ex:a="x])\nendDocument', 2),
    "a string over lines": ('document\nprefix ex <urn:x:>\nentity(ex:e, [ex:a="x\ny"])', 3),
    "an unknown escape": ('document\nprefix ex <urn:x:>\nentity(ex:e, [ex:a="\\q"])', 3),
    "an open comment": ("document\n/* entity(ex:e)\nendDocument", 2),
    "a bare value": ("document\nprefix ex <urn:x:>\nentity(ex:e, [ex:a=ex:b])\nendDocument", 3),
    "an attribute without a value": ("document\nprefix ex <urn:x:>\nentity(ex:e, [ex:a])", 3),
    "a string for an argument": ('document\nprefix ex <urn:x:>\nentity("ex:e")\nendDocument', 3),
    "no namespace": ("document\nprefix ex entity(ex:e)\nendDocument", 2),
    "a prefix after a statement": (
        "document prefix ex <urn:x:>\nentity(ex:e)\nprefix ey <urn:y:>\nendDocument",
        3,
    ),
    "a statement after a bundle": (
        "document prefix ex <urn:x:>\nbundle ex:b endBundle\nentity(ex:e)\nendDocument",
        3,
    ),
    "a bundle in a bundle": (
        "document prefix ex <urn:x:>\nbundle ex:b\nbundle ex:c endBundle endBundle endDocument",
        3,
    ),
    "an identifier of a specialization": (
        "document prefix ex <urn:x:>\nspecializationOf(ex:i; ex:a, ex:b)\nendDocument",
        2,
    ),
    "an identifier before that of an entity": (
        "document prefix ex <urn:x:>\nentity(ex:i; ex:a)\nendDocument",
        2,
    ),
    "two identifiers": ("document prefix ex <urn:x:>\nused(ex:i; ex:j; ex:a)\nendDocument", 2),
    "an entity of nothing": ("document\nentity()\nendDocument", 2),
    "a character of no token": ("document\n\x00entity(ex:e)\nendDocument", 2),
    "an underscore prefix": ("document\nentity(_:e)\nendDocument", 2),
}


@pytest.mark.parametrize("title", REFUSED)
def test_what_is_not_prov_n_is_refused_with_its_line(title: str) -> None:
    text, line = REFUSED[title]
    from kfm_gates.catalogs._api import Document
    from kfm_gates.catalogs.prov.read import read

    with pytest.raises(EvidenceUnreadable) as caught:
        read(Document(file="x.provn", form="prov-n", raw=text.encode()))
    assert (caught.value.code, caught.value.line) == ("PROV_SYNTAX", line), caught.value.message
    assert caught.value.file == "x.provn"


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("entity(people:bob)", "PROV_PREFIX_UNKNOWN", 3),
        ("entity(bob)", "PROV_PREFIX_UNKNOWN", 3),
        ("entity(ex:e, [x:a=1])", "PROV_PREFIX_UNKNOWN", 3),
        ("entity(ex:e, [ex:a='x:b'])", "PROV_PREFIX_UNKNOWN", 3),
        ('entity(ex:e, [ex:a="1" %% x:int])', "PROV_PREFIX_UNKNOWN", 3),
        ("ex:happened(ex:e)", "PROV_RECORD_UNKNOWN", 3),
        ("wasMadeBy(ex:e, ex:a)", "PROV_RECORD_UNKNOWN", 3),
        ("entity(ex:e, [prov:tipe=1])", "PROV_RECORD_UNKNOWN", 3),
        ("wasGeneratedBy(ex:e, ex:a)", "PROV_ARGUMENT_MISSING", 3),
        ("used(ex:a, ex:e, -, -)", "PROV_ARGUMENT_MISSING", 3),
        ("wasDerivedFrom(ex:e2)", "PROV_ARGUMENT_MISSING", 3),
        ("wasDerivedFrom(ex:e2, -)", "PROV_ARGUMENT_MISSING", 3),
        ("wasGeneratedBy(-, ex:a, -)", "PROV_ARGUMENT_MISSING", 3),
        ("activity(ex:a, 2026-02-30T00:00:00Z, -)", "PROV_VALUE_INVALID", 3),
        ("activity(ex:a, 2026-02-03T25:00:00Z, -)", "PROV_VALUE_INVALID", 3),
        ("activity(ex:a, ex:now, -)", "PROV_VALUE_INVALID", 3),
        ("used(ex:a, 2026-02-03T00:00:00Z, -)", "PROV_VALUE_INVALID", 3),
        ('entity(ex:e, [ex:a="soon" %% xsd:dateTime])', "PROV_VALUE_INVALID", 3),
        ("entity(ex:e)\nentity(\nnobody)", "PROV_PREFIX_UNKNOWN", 5),
    ],
)
def test_what_parses_and_is_wrong_is_noted_with_its_line(text: str, code: str, line: int) -> None:
    (problem,) = problems(provn(text))
    assert (problem.code.id, problem.where) == (code, line)


def test_a_prefix_of_two_meanings() -> None:
    (problem,) = problems(
        "document prefix ex <urn:a:>\nprefix ex <urn:b:> entity(ex:e) endDocument"
    )
    assert (problem.code.id, problem.where) == ("PROV_DUPLICATE", 2)


def test_not_utf8() -> None:
    with pytest.raises(EvidenceUnreadable) as caught:
        reading("document\n// é".encode("latin-1"))
    assert (caught.value.code, caught.value.line) == ("PROV_SYNTAX", 2)


@given(st.text(alphabet="dé \"\\/*<>()[];,=-%@'\n_:.1aentity", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    codes = set()
    for whole in (text, f"document prefix d <urn:d:> {text} endDocument"):
        if whole.strip():
            try:
                reading(whole)
            except EvidenceUnreadable as error:
                codes.add(error.code)
    assert codes <= {"PROV_SYNTAX"}

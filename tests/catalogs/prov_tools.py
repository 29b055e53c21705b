"""Reading PROV in any notation, and writing PROV-XML, for which the package prov needs lxml."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from kfm_gates.catalogs._api import Document
from kfm_gates.catalogs.prov.constraints import Violation, analyse
from kfm_gates.catalogs.prov.model import PROV, QUALIFIED_NAME, Instance, Statement, Value
from kfm_gates.catalogs.prov.read import read
from kfm_gates.catalogs.prov.reading import Problem, Reading
from kfm_gates.catalogs.survey import look

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT.parent / "shared" / "corpus" / "prov"
WHY = "the shared material is not beside the checkout"
NAMES = {
    "prov-n": "catalog/prov.provn",
    "prov-json": "catalog/prov.json",
    "prov-jsonld": "catalog/prov.jsonld",
    "prov-xml": "catalog/prov.xml",
    "prov-o-turtle": "catalog/prov.ttl",
    "prov-o-ntriples": "catalog/prov.nt",
    "prov-o-rdfxml": "catalog/prov.rdf",
    "prov-o-jsonld": "catalog/prov-o.jsonld",
}


def document(content: bytes | str, form: str) -> Document:
    """A document of one notation."""
    raw = content.encode() if isinstance(content, str) else content
    found = look(raw, NAMES[form], form)
    assert found is not None
    return found


def reading(content: bytes | str, form: str = "prov-n") -> Reading:
    """Read a document."""
    return read(document(content, form))


def violations(content: bytes | str, form: str = "prov-n") -> list[Violation]:
    """Violated constraints of a document that has no other problem."""
    found = reading(content, form)
    assert not found.problems, found.problems
    return judged(found)


def judged(found: Reading) -> list[Violation]:
    """Violated constraints of everything in a document."""
    return [v for instance in found.instances for v in analyse(instance).violations]


def provn(*statements: str) -> str:
    """A PROV-N document of some statements, the first one on line 3."""
    return "\n".join(
        ["document", "prefix ex <http://example.org/>", *statements, "endDocument", ""]
    )


def numbers(*statements: str) -> set[int]:
    """Numbers of the constraints that some statements of PROV-N violate."""
    return {violation.constraint for violation in violations(provn(*statements))}


def verdict(content: bytes | str, form: str) -> tuple[set[str], list[int]]:
    """Codes of problems and numbers of violated constraints: the same for every notation."""
    found = reading(content, form)
    codes = {problem.code.id for problem in found.problems}
    return codes, sorted(v.constraint for v in judged(found))


def problems(content: bytes | str, form: str = "prov-n") -> list[Problem]:
    """What is noted while a document is read."""
    return reading(content, form).problems


def xml(found: Reading) -> str:
    """PROV-XML of what was read; every namespace gets a prefix of its own."""
    writer = _Xml()
    top, *bundles = found.instances
    body = [writer.statement(one) for one in top.statements]
    for bundle in bundles:
        inner = "".join(map(writer.statement, bundle.statements))
        body.append(
            f"<prov:bundleContent prov:id={quoteattr(writer.name(bundle.id or ''))}>{inner}"
            "</prov:bundleContent>"
        )
    declared = "".join(
        f" xmlns:{prefix}={quoteattr(namespace)}" for namespace, prefix in writer.prefixes.items()
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<prov:document{declared}>\n' + (
        "\n".join(body) + "\n</prov:document>\n"
    )


class _Xml:
    def __init__(self) -> None:
        self.prefixes = {
            PROV: "prov",
            "http://www.w3.org/2001/XMLSchema#": "xsd",
            "http://www.w3.org/2001/XMLSchema-instance": "xsi",
        }

    def name(self, iri: str) -> str:
        if iri.startswith("_:"):
            iri = f"http://example.org/unknown/{iri[2:]}"
        cut = max(iri.rfind("/"), iri.rfind("#"), iri.rfind(":")) + 1
        prefix = self.prefixes.setdefault(iri[:cut], f"n{len(self.prefixes)}")
        return f"{prefix}:{iri[cut:]}"

    def statement(self, one: Statement) -> str:
        head = ""
        if one.id is not None and (one.kind.element or not one.id.startswith("_:")):
            head = f" prov:id={quoteattr(self.name(one.id))}"
        inner = []
        for slot, value in zip(one.kind.slots, one.args, strict=True):
            if value is None:
                continue
            if slot.role == "time":
                inner.append(f"<prov:{slot.name}>{value}</prov:{slot.name}>")
            else:
                inner.append(f"<prov:{slot.name} prov:ref={quoteattr(self.name(value))}/>")
        inner.extend(self.attribute(iri, value) for iri, value in one.attributes)
        return f"<prov:{one.kind.name}{head}>{''.join(inner)}</prov:{one.kind.name}>"

    def attribute(self, iri: str, value: Value) -> str:
        element = self.name(iri)
        if value.lang:
            return f'<{element} xml:lang="{value.lang}">{escape(value.text)}</{element}>'
        if value.datatype is None:
            return f"<{element}>{escape(value.text)}</{element}>"
        text = self.name(value.text) if value.datatype == QUALIFIED_NAME else value.text
        type_ = "xsd:QName" if value.datatype == QUALIFIED_NAME else self.name(value.datatype)
        return f'<{element} xsi:type="{type_}">{escape(text)}</{element}>'


def same_statements(one: Reading, other: Reading) -> bool:
    """Do two documents state the same, places and names of unknowns aside?"""

    def shape(instance: Instance) -> tuple[str | None, list[tuple[object, ...]]]:
        return instance.id, sorted(
            (
                s.kind.name,
                "_" if s.id is None or s.id.startswith("_:") else s.id,
                tuple("" if a is None else a for a in s.args),
                tuple(sorted((i, v.text, v.datatype or "", v.lang or "") for i, v in s.attributes)),
            )
            for s in instance.statements
        )

    return [shape(i) for i in one.instances] == [shape(i) for i in other.instances]

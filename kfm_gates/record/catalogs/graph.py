"""A graph without blank nodes, and the two ways in which it is written: Turtle and JSON-LD.

Both are written from the same triples in the same order, so that they cannot say different things.
Every node has a name: blank nodes have no order of their own, and no catalog could speak of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kfm_gates.record.catalogs.render import document
from kfm_gates.record.catalogs.subject import NS

PREFIXES: Final = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "kfm": NS,
    "prov": "http://www.w3.org/ns/prov#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""Prefixes that may stand in names of classes, properties and datatypes here."""

_IN_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\]')
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass(frozen=True, slots=True)
class Ref:
    """A node by its IRI, absolute or relative to the document."""

    iri: str


@dataclass(frozen=True, slots=True)
class Text:
    """A literal; `datatype` is a prefixed name, None for plain text."""

    value: str
    datatype: str | None = None


Value = Ref | Text


class Graph:
    """Nodes in the order in which they were described; values of a property as they were given."""

    def __init__(self) -> None:
        self._nodes: dict[str, dict[str, list[Value]]] = {}

    def add(
        self, node: str, kind: str, values: Mapping[str, Value | Iterable[Value] | None]
    ) -> Ref:
        """Describe a node and return a reference to it.

        Args:
            node: Its IRI.
            kind: Prefixed name of its class.
            values: Values by prefixed name of the property; None says nothing.
        """
        found = self._nodes.setdefault(node, {"rdf:type": []})
        if (type_ := Ref(kind)) not in found["rdf:type"]:
            found["rdf:type"].append(type_)
        for name, value in values.items():
            several = [value] if isinstance(value, Ref | Text) else list(value or ())
            for one in several:
                if one not in found.setdefault(name, []):
                    found[name].append(one)
            if not found.get(name):
                found.pop(name, None)
        return Ref(node)

    def turtle(self) -> bytes:
        """The graph as Turtle."""
        used = sorted({name.partition(":")[0] for name in self._names()} - {"rdf"})
        lines = [f"@prefix {prefix}: <{PREFIXES[prefix]}> ." for prefix in used]
        for node, properties in self._nodes.items():
            rows = [
                f"{'a' if name == 'rdf:type' else name} "
                + ", ".join(_turtle(value, name == "rdf:type") for value in values)
                for name, values in properties.items()
            ]
            lines.append("\n" + f"{_iri(node)}\n  " + " ;\n  ".join(rows) + " .")
        return ("\n".join(lines) + "\n").encode()

    def jsonld(self) -> bytes:
        """The graph as JSON-LD 1.1 with its context inline: nothing has to be fetched for it."""
        used = sorted({name.partition(":")[0] for name in self._names()} - {"rdf"})
        context: dict[str, Any] = {prefix: PREFIXES[prefix] for prefix in used}
        nodes = []
        for node, properties in self._nodes.items():
            made: dict[str, Any] = {"@id": node, "@type": []}
            for name, values in properties.items():
                if name == "rdf:type":
                    made["@type"] = _one([value.iri for value in values if isinstance(value, Ref)])
                else:
                    made[name] = _one([_jsonld(value) for value in values])
            nodes.append(made)
        return document({"@context": context, "@graph": nodes})

    def _names(self) -> Iterator[str]:
        for properties in self._nodes.values():
            for name, values in properties.items():
                yield name
                for value in values:
                    if name == "rdf:type" and isinstance(value, Ref):
                        yield value.iri
                    if isinstance(value, Text) and value.datatype is not None:
                        yield value.datatype


def _one(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def _jsonld(value: Value) -> Any:
    if isinstance(value, Ref):
        return {"@id": value.iri}
    if value.datatype is None:
        return value.value
    return {"@type": value.datatype, "@value": value.value}


def _turtle(value: Value, is_class: bool) -> str:
    if isinstance(value, Ref):
        return value.iri if is_class else _iri(value.iri)
    quoted = "".join(_ESCAPES.get(c) or _visible(c) for c in value.value)
    return f'"{quoted}"' + (f"^^{value.datatype}" if value.datatype else "")


def _visible(character: str) -> str:
    return f"\\u{ord(character):04X}" if ord(character) < 0x20 or character == "\x7f" else character


def _iri(text: str) -> str:
    if bad := _IN_IRI.search(text):
        raise ValueError(f"no IRI may hold {bad[0]!r}")
    return f"<{text}>"

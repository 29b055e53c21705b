"""PROV-O (W3C Recommendation of 2013), from any syntax of RDF.

A relation is written with a node of its own (qualified), as one triple, or as both. A triple that
a qualified node repeats is the same relation. Named graphs of JSON-LD are bundles.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from kfm_gates.catalogs import rdf, references
from kfm_gates.catalogs.prov import codes, prov_o
from kfm_gates.catalogs.prov.model import (
    KINDS,
    PROV,
    QUALIFIED_NAME,
    Instance,
    Kind,
    Statement,
    Value,
)
from kfm_gates.catalogs.prov.reading import Names, Reading
from kfm_gates.catalogs.rdf import mixture
from kfm_gates.catalogs.rdf import namespaces as ns

if TYPE_CHECKING:
    from kfm_gates.catalogs._api import Document


def read(document: Document, reading: Reading) -> None:
    """Read a PROV-O document into `reading`.

    Raises:
        EvidenceUnreadable: As `rdf.read`, or too many statements.
    """
    graph = rdf.read(document, named=True)
    mixture.refuse_catalog(graph)
    reading.lines = lambda name: graph.line(name.partition(" ")[0])
    for undefined in graph.undefined:
        reading.note(
            codes.RECORD_UNKNOWN,
            f"No context defines the key {undefined.key[:80]!r}.",
            undefined.pointer,
            got=undefined.key[:80],
        )
    _Graph(graph, reading, None).read()
    for name, bundle in graph.named.items():
        _Graph(bundle, reading, name).read()


class _Graph:
    def __init__(self, graph: rdf.Graph, reading: Reading, name: str | None) -> None:
        self.graph = graph
        self.reading = reading
        self.instance: Instance = reading.instance(name, Names(dict(ns.PREFIXES)), name or ())
        self.covered: set[tuple[str, str, str | None]] = set()
        self.nodes: set[str] = set()
        self.about = {subject: graph.properties(subject) for subject in graph.subjects()}
        self._by_subject: dict[str, dict[str, list[Statement]]] = {}

    def read(self) -> None:
        for subject, about in self.about.items():
            for predicate, terms in about.items():
                how = prov_o.QUALIFIED.get(predicate.removeprefix(PROV))
                if how is not None and predicate.startswith(PROV):
                    self.qualified(subject, predicate.removeprefix(PROV), how, terms)
        self.orphans()
        for subject, about in self.about.items():
            self.plain(subject, about)
        for subject, about in self.about.items():
            self.event_times(subject, about)
        for subject, about in self.about.items():
            self.element(subject)
            self.unknown(subject, about)

    def given(self, node: str, *names: str) -> tuple[rdf.Term, ...]:
        """Values of one property of PROV, or of several that mean the same."""
        about = self.about.get(node, {})
        return tuple(term for name in names for term in about.get(f"{PROV}{name}", ()))

    def qualified(
        self, subject: str, name: str, how: prov_o.Qualified, terms: Iterable[rdf.Term]
    ) -> None:
        for node in terms:
            if not isinstance(node, str):
                self.misplaced(subject, name)
                continue
            self.nodes.add(node)
            where = self.place(node, f"{self.place(subject)} prov:{name}")
            self.relation(subject, node, how, where)

    @staticmethod
    def place(node: str, otherwise: str = "[]") -> str:
        """What a finding calls a node; the way to blank ones is only looked for where it is told.

        Args:
            node: The node.
            otherwise: What to call it where it is blank.
        """
        return otherwise if rdf.is_blank(node) else references.plain(node)

    def relation(self, subject: str, node: str, how: prov_o.Qualified, where: str) -> None:
        kind = KINDS[how.kind]
        columns: list[list[str | None]] = [[subject]]
        stated: set[int] = set()
        for n, names in enumerate(how.properties, 1):
            if names[0] in ("entity", "activity", "agent") and n == 1:
                names = (*names, "influencer")
            given = self.given(node, *dict.fromkeys(names))
            values = [self.argument(kind, n, term, where) for term in given]
            if given:
                stated.add(n)
            columns.append(values or [None])
        attributes = self.attributes(node, skip=frozenset({how.type, "Influence"}))
        if how.kind == "wasDerivedFrom" and how.type != "Derivation":
            attributes.append((f"{PROV}type", Value(f"{PROV}{how.type}", QUALIFIED_NAME)))
        first = [column[0] for column in columns]
        rows = [first]
        # One node with two values of a property is two statements of one identifier.
        for n, column in enumerate(columns):
            rows.extend([*first[:n], value, *first[n + 1 :]] for value in column[1:])
        for args in rows:
            if len(args) > 1:
                self.covered.add((how.kind, subject, args[1]))
            self.reading.add(self.instance, kind, node, args, attributes, where, stated=stated)

    def argument(self, kind: Kind, n: int, term: rdf.Term, where: str) -> str | None:
        if kind.slots[n].role == "time":
            text = term if isinstance(term, str) else term.text
            return self.reading.time(text, where)
        if isinstance(term, str):
            return term
        self.misplaced(where, kind.slots[n].name)
        return None

    def misplaced(self, where: str, name: str) -> None:
        self.reading.note(
            codes.VALUE_INVALID, f"prov:{name} has text where a node is wanted.", where, got=name
        )

    def orphans(self) -> None:
        """A node that is a relation by its class and belongs to nothing."""
        types = {f"{PROV}{how.type}": how.kind for how in prov_o.QUALIFIED.values()}
        for node in self.graph.of_type(*types):
            if node not in self.nodes:
                self.reading.note(
                    codes.ARGUMENT_MISSING,
                    "A qualified relation belongs to no subject.",
                    self.place(node),
                    got=", ".join(sorted(map(ns.short, self.graph.types(node)))),
                )

    def plain(self, subject: str, about: Mapping[str, tuple[rdf.Term, ...]]) -> None:
        where = self.place(subject)
        for predicate, terms in about.items():
            if not predicate.startswith(PROV):
                continue
            name = predicate[len(PROV) :]
            kind, inverse = prov_o.PLAIN.get(name), prov_o.INVERSE.get(name)
            if kind is None and inverse is None:
                continue
            attributes: list[tuple[str, Value]] = []
            if name in prov_o.TYPE_OF:
                type_ = Value(f"{PROV}{prov_o.TYPE_OF[name]}", QUALIFIED_NAME)
                attributes.append((f"{PROV}type", type_))
            for term in terms:
                if not isinstance(term, str):
                    self.misplaced(where, name)
                elif kind is not None:
                    self.triple(kind, subject, term, attributes, where)
                elif inverse is not None:
                    self.triple(inverse, term, subject, attributes, where)
        self.mentions(subject, where)

    def mentions(self, subject: str, where: str) -> None:
        bundles = [term for term in self.given(subject, "asInBundle") if isinstance(term, str)]
        for general in self.given(subject, "mentionOf"):
            if not isinstance(general, str):
                self.misplaced(where, "mentionOf")
                continue
            self.reading.add(
                self.instance,
                KINDS["mentionOf"],
                None,
                [subject, general, bundles[0] if bundles else None],
                [],
                where,
            )

    def triple(
        self,
        name: str,
        subject: str,
        target: str,
        attributes: list[tuple[str, Value]],
        where: str,
    ) -> None:
        if (name, subject, target) in self.covered:
            return
        self.covered.add((name, subject, target))
        kind = KINDS[name]
        args: list[str | None] = [subject, target, None, None, None]
        self.reading.add(self.instance, kind, None, args[: len(kind.slots)], attributes, where)

    def event_times(self, subject: str, about: Mapping[str, tuple[rdf.Term, ...]]) -> None:
        """`generatedAtTime` is the time of the one generation, or of one that is not told."""
        for name, kind_name in (
            ("generatedAtTime", "wasGeneratedBy"),
            ("invalidatedAtTime", "wasInvalidatedBy"),
        ):
            times = about.get(f"{PROV}{name}", ())
            if not times:
                continue
            where, kind = self.place(subject), KINDS[kind_name]
            events = self._events(kind_name).get(subject, [])
            timed = {statement.args[2] for statement in events}
            for term in times:
                time = self.argument(kind, 2, term, where)
                if time is None or time in timed:
                    continue
                if len(events) == 1 and timed == {None}:
                    events[0].args[2] = time
                    timed.add(time)
                else:
                    self.reading.add(self.instance, kind, None, [subject, None, time], [], where)

    def _events(self, kind_name: str) -> dict[str, list[Statement]]:
        found = self._by_subject.get(kind_name)
        if found is None:
            found = self._by_subject[kind_name] = {}
            for statement in self.instance.statements:
                if statement.kind.name == kind_name and statement.args[0] is not None:
                    found.setdefault(statement.args[0], []).append(statement)
        return found

    def element(self, subject: str) -> None:
        types = self.graph.types(subject)
        kinds = {prov_o.CLASSES.get(t.removeprefix(PROV)) for t in types if t.startswith(PROV)} - {
            None
        }
        where = self.place(subject)
        times = [self.time(subject, name, where) for name in ("startedAtTime", "endedAtTime")]
        if any(time is not None for time in times):
            kinds.add("activity")
        for name in sorted(filter(None, kinds)):
            kind = KINDS[name]
            args = times if name == "activity" else []
            skip = frozenset({name.capitalize()})
            self.reading.add(
                self.instance, kind, subject, list(args), self.attributes(subject, skip), where
            )

    def time(self, subject: str, name: str, where: str) -> str | None:
        given = self.given(subject, name)
        if len(given) > 1:
            self.reading.note(
                codes.DUPLICATE,
                f"prov:{name} has {len(given)} values.",
                where,
                got=str(len(given)),
            )
        for term in given:
            return self.reading.time(term if isinstance(term, str) else term.text, where)
        return None

    def attributes(self, node: str, skip: Iterable[str] = ()) -> list[tuple[str, Value]]:
        skipped = {f"{PROV}{name}" for name in skip}
        found: list[tuple[str, Value]] = []
        for predicate, terms in self.about.get(node, {}).items():
            iri = prov_o.ATTRIBUTE_OF.get(predicate, predicate)
            if iri.startswith(PROV) and predicate not in prov_o.ATTRIBUTE_OF:
                continue
            for term in terms:
                if predicate == f"{ns.SPDX}checksum" and isinstance(term, str):
                    found.extend((iri, value) for value in self.checksum(term))
                    continue
                if predicate == ns.RDF_TYPE and term in skipped:
                    continue
                found.append((iri, self.value(term, node)))
        return found

    def checksum(self, node: str) -> list[Value]:
        """A checksum of SPDX as one value; its datatype is the algorithm."""
        algorithms = self.graph.objects(node, f"{ns.SPDX}algorithm")
        named = algorithms[0] if algorithms else None
        algorithm = named.text if isinstance(named, rdf.Literal) else named
        return [
            Value(literal.text, algorithm)
            for literal in self.graph.literals(node, f"{ns.SPDX}checksumValue")
        ]

    def value(self, term: rdf.Term, node: str) -> Value:
        if isinstance(term, str):
            return Value(term, QUALIFIED_NAME)
        if term.language:
            return Value(term.text, None, term.language)
        return self.reading.value(Value(term.text, term.datatype), self.place(node))

    def unknown(self, subject: str, about: Iterable[str]) -> None:
        for predicate in about:
            if predicate.startswith(PROV) and predicate[len(PROV) :] not in prov_o.KNOWN:
                self.reading.note(
                    codes.RECORD_UNKNOWN,
                    f"PROV-O has no property {ns.short(predicate)[:80]}.",
                    self.place(subject),
                    got=ns.short(predicate)[:80],
                )

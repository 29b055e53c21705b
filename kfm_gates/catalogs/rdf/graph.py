"""A small typed index over the statements of one RDF document.

A node is a plain string: an IRI, or `_:` and a label for a blank node. Labels of blank nodes are
made up by the parser and never leave this class: `place` names a blank node by the way to it.
Every answer is sorted, so the same graph in another syntax gives the same answers.
"""

from __future__ import annotations

import hashlib
import posixpath
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeGuard

from kfm_gates.catalogs import references
from kfm_gates.catalogs.rdf import namespaces as ns
from kfm_gates.evidence import strict_json

if TYPE_CHECKING:
    from kfm_gates.catalogs._api import Document


class Literal(NamedTuple):
    """A literal: its lexical form, the IRI of its datatype, its language in lower case or ''."""

    text: str
    datatype: str
    language: str = ""


Term = str | Literal
"""What can be an object: a node or a literal."""

_MAX_STEPS: Final = 4
"""So far a blank node is told from others, and so long may the way to it be."""


class Undefined(NamedTuple):
    """A key of JSON-LD that no context defines: every reader leaves out what stands there."""

    pointer: str
    key: str


class Graph:
    """The statements of a document.

    Args:
        document: Where they come from.
        statements: Subject, predicate, object.
        undefined: Keys of JSON-LD that no context defines.
        replaced: URLs of contexts that were read from the copy that this package brings.
    """

    def __init__(
        self,
        document: Document,
        statements: Iterable[tuple[str, str, Term]],
        undefined: tuple[Undefined, ...] = (),
        replaced: tuple[str, ...] = (),
    ) -> None:
        self.document = document
        self.undefined = undefined
        self.replaced = replaced
        self.named: dict[str, Graph] = {}
        """Named graphs by name, where `read` was asked to keep them."""
        self._about: dict[str, dict[str, list[Term]]] = {}
        self._sorted: dict[tuple[str, str], tuple[Term, ...]] = {}
        self._referrers: dict[str, list[tuple[str, str]]] | None = None
        self._signatures: dict[tuple[str, int], str] = {}
        self._places: dict[str, str] | None = None
        self._positions: strict_json.Positions | None = None
        seen: set[tuple[str, str, Term]] = set()
        for statement in statements:
            if statement not in seen:
                seen.add(statement)
                subject, predicate, object_ = statement
                self._about.setdefault(subject, {}).setdefault(predicate, []).append(object_)
        self._count = len(seen)

    def __len__(self) -> int:
        """How many statements there are."""
        return self._count

    def __contains__(self, node: str) -> bool:
        """Is anything said about a node?"""
        return node in self._about

    def subjects(self) -> list[str]:
        """Every node about which something is said."""
        return sorted(self._about, key=self._key)

    def of_type(self, *classes: str) -> list[str]:
        """Every node of one of these classes."""
        wanted = frozenset(classes)
        found = [s for s, about in self._about.items() if not wanted.isdisjoint(_types(about))]
        return sorted(found, key=self._key)

    def holders(self, *predicates: str) -> list[str]:
        """Every node that has one of these properties."""
        wanted = frozenset(predicates)
        found = [s for s, about in self._about.items() if not wanted.isdisjoint(about)]
        return sorted(found, key=self._key)

    def types(self, node: str) -> frozenset[str]:
        """The classes of a node."""
        return frozenset(_types(self._about.get(node, {})))

    def objects(self, node: str, *predicates: str) -> tuple[Term, ...]:
        """The values of one property, or of several that mean the same."""
        about = self._about.get(node)
        stated = [p for p in predicates if p in about] if about else []
        if about is None or not stated:
            return ()
        if len(stated) > 1:
            found = {term: None for p in stated for term in about[p]}
            return tuple(sorted(found, key=self._key))
        values = about[stated[0]]
        if len(values) == 1:
            return (values[0],)
        key = (node, stated[0])
        if key not in self._sorted:
            self._sorted[key] = tuple(sorted(values, key=self._key))
        return self._sorted[key]

    def nodes(self, node: str, *predicates: str) -> list[str]:
        """The values that are nodes."""
        return [term for term in self.objects(node, *predicates) if isinstance(term, str)]

    def literals(self, node: str, *predicates: str) -> list[Literal]:
        """The values that are literals."""
        return [term for term in self.objects(node, *predicates) if isinstance(term, Literal)]

    def properties(self, node: str) -> Mapping[str, tuple[Term, ...]]:
        """Everything that is said about a node, by predicate."""
        return {p: self.objects(node, p) for p in sorted(self._about.get(node, ()))}

    def triples(self) -> Iterator[tuple[str, str, Term]]:
        """Every statement."""
        for subject in self.subjects():
            for predicate, values in self.properties(subject).items():
                for value in values:
                    yield subject, predicate, value

    def members(self, head: str) -> list[Term]:
        """The members of an RDF list; ends where it is broken or comes back to itself."""
        found: list[Term] = []
        seen: set[str] = set()
        while head != ns.RDF_NIL and head not in seen:
            seen.add(head)
            found.extend(self.objects(head, ns.RDF_FIRST)[:1])
            rest = self.nodes(head, ns.RDF_REST)
            if not rest:
                break
            head = rest[0]
        return found

    def referrers(self, node: str) -> list[tuple[str, str]]:
        """Which subjects refer to a node, and by which predicate."""
        if self._referrers is None:
            self._referrers = {}
            for subject, about in self._about.items():
                for predicate, values in about.items():
                    for value in values:
                        if isinstance(value, str):
                            self._referrers.setdefault(value, []).append((subject, predicate))
        found = self._referrers.get(node, [])
        return sorted(found, key=lambda pair: (self._key(pair[0]), pair[1]))

    def place(self, node: str) -> str:
        """What a finding calls a node: its IRI, or the way to it from something that has one."""
        steps: list[str] = []
        for _ in range(_MAX_STEPS):
            if not is_blank(node):
                break
            found = [pair for pair in self.referrers(node) if pair[0] != node]
            if not found:
                break
            parent, predicate = found[0]
            alike = [n for n in self.nodes(parent, predicate) if is_blank(n)]
            number = f"[{alike.index(node) + 1}]" if len(alike) > 1 else ""
            steps.append(ns.short(predicate) + number)
            node = parent
        if is_blank(node):
            node = f"[{' '.join(sorted(map(ns.short, self.types(node))))}]"
        return " ".join([references.plain(node), *reversed(steps)])

    def pointer(self, node: str) -> str | None:
        """JSON Pointer to the node object that says most about an IRI; None where none is known."""
        if self.document.data is None or is_blank(node):
            return None
        if self._places is None:
            self._places = _places(self.document.data, references.base_iri(self.document.file))
        return self._places.get(node)

    def line(self, node: str) -> int | None:
        """Line on which something is first said about an IRI, as far as that can be told."""
        if not node or is_blank(node):
            return None
        raw = self.document.raw
        pointer = self.pointer(node)
        if self.document.data is not None:
            return None if pointer is None else self.line_of(pointer)
        relative = references.plain(node)
        own = references.base_iri(self.document.file)
        above = posixpath.dirname(self.document.file) or "."
        names = [node, node.removeprefix(own), posixpath.relpath(relative or ".", above), relative]
        wanted = [f"{left}{name}{right}" for left, right in ("<>", '""') for name in names]
        cut = max(node.rfind("/"), node.rfind("#")) + 1
        for text in (*wanted, node[cut:]):
            at = raw.find(text.encode("utf-8", "replace")) if len(text) > 2 else -1
            if at >= 0:
                return raw.count(b"\n", 0, at) + 1
        return None

    def line_of(self, pointer: str) -> int | None:
        """Line of a place in JSON-LD."""
        if self._positions is None:
            self._positions = strict_json.Positions(self.document.raw)
        return self._positions.line(pointer)

    def _key(self, term: Term) -> tuple[int, str, str, str]:
        if isinstance(term, Literal):
            return (1, term.text, term.datatype, term.language)
        if is_blank(term):
            return (2, self._signature(term, _MAX_STEPS), "", "")
        return (0, term, "", "")

    def _signature(self, node: str, steps: int) -> str:
        """A digest of what is said about a blank node, so many steps far."""
        if steps == 0:
            return ""
        key = (node, steps)
        if key not in self._signatures:
            parts = sorted(
                repr((p, self._signature(value, steps - 1) if is_blank(value) else value))
                for p, values in self._about.get(node, {}).items()
                for value in values
            )
            digest = hashlib.blake2b("\n".join(parts).encode("utf-8", "replace"), digest_size=12)
            self._signatures[key] = digest.hexdigest()
        return self._signatures[key]


def is_blank(term: Term) -> TypeGuard[str]:
    """Is it a blank node?"""
    return isinstance(term, str) and term.startswith("_:")


def _types(about: Mapping[str, list[Term]]) -> Iterator[str]:
    return (term for term in about.get(ns.RDF_TYPE, ()) if isinstance(term, str))


def _places(data: Any, base: str) -> dict[str, str]:
    """Pointers of node objects by IRI; the one with most keys wins, then the first."""
    context = data.get("@context") if isinstance(data, dict) else None
    prefixes = _prefixes(context)
    best: dict[str, tuple[int, str]] = {}
    waiting: list[tuple[Any, str]] = [(data, "")]
    while waiting:
        value, pointer = waiting.pop()
        if isinstance(value, list):
            waiting.extend((v, f"{pointer}/{n}") for n, v in reversed(list(enumerate(value))))
        elif isinstance(value, dict):
            name = next((value[k] for k in ("@id", "id") if isinstance(value.get(k), str)), None)
            if name is not None:
                iri = _expanded(name, prefixes, base)
                if iri not in best or best[iri][0] < len(value):
                    best[iri] = (len(value), pointer)
            waiting.extend(
                (v, f"{pointer}/{k.replace('~', '~0').replace('/', '~1')}")
                for k, v in reversed(value.items())
                if k != "@context" and isinstance(v, dict | list)
            )
    return {iri: pointer for iri, (_, pointer) in best.items()}


def _prefixes(context: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in context if isinstance(context, list) else [context]:
        if isinstance(entry, dict):
            found.update({k: v for k, v in entry.items() if isinstance(v, str) and k[:1] != "@"})
    return found


def _expanded(name: str, prefixes: Mapping[str, str], base: str) -> str:
    prefix, colon, rest = name.partition(":")
    if colon and prefix in prefixes and not rest.startswith("//"):
        return prefixes[prefix] + rest
    if rest.startswith("//"):
        return name
    try:
        return urllib.parse.urljoin(base, name)
    except ValueError:
        return name

"""The contexts of JSON-LD, closed before anything parses them.

A context may name another document, and a parser that followed it would read whatever file or
address the document says. So every context is looked at first: those that are known are replaced
by a copy that this package brings, every other reference is refused by name and place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from kfm_gates.catalogs.rdf.graph import Undefined
from kfm_gates.catalogs.rdf.refusals import refuse, shown

if TYPE_CHECKING:
    from kfm_gates.catalogs._api import Document

MAX_UNDEFINED: Final = 100
_KEYED: Final = frozenset({"@language", "@index", "@id", "@type", "@graph"})
"""Containers whose keys are data, not terms."""
_WORDS: Final = (
    "base container context direction graph id import included index json language list nest "
    "none prefix propagate protected reverse set type value version vocab"
)
_KEYWORDS: Final = frozenset(f"@{word}" for word in _WORDS.split())
_NO_IRI = re.compile(r'[\x00-\x20<>"{}|\\^`]')
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")


def closed(document: Document) -> tuple[bytes, tuple[Undefined, ...], tuple[str, ...]]:
    """Make the bytes of a JSON-LD document that refers to nothing outside itself.

    Args:
        document: The document with its parsed `data`.

    Returns:
        The bytes (as they were where nothing had to be replaced), the keys that no context
        defines, and the URLs of the contexts that were replaced.

    Raises:
        EvidenceUnreadable: RDF_CONTEXT_REMOTE, RDF_CONTEXT_AMBIGUOUS.
    """
    aliases = {
        term
        for context in all_of(document.data)
        for term, meaning in context.items()
        if meaning == "@type" or (isinstance(meaning, dict) and meaning.get("@id") == "@type")
    }
    closing = _Closing(document.file, frozenset(aliases | {"@type"}))
    data = closing.value(document.data, "")
    if closing.scoped and closing.many is not None:
        refuse(
            "RDF_CONTEXT_AMBIGUOUS",
            "A node has several types, and contexts are scoped to types: readers of JSON-LD "
            "do not agree on which of them holds.",
            document.file,
            pointer=closing.many,
            wanted="one context without scopes",
        )
    raw = document.raw
    if closing.replaced:
        raw = json.dumps(data, ensure_ascii=False).encode("utf-8", "surrogatepass")
    undefined = tuple(_undefined(data, document.file))
    return raw, undefined, tuple(sorted(closing.replaced))


class _Closing:
    def __init__(self, file: str, type_keys: frozenset[str]) -> None:
        self.file = file
        self.type_keys = type_keys
        self.replaced: set[str] = set()
        self.scoped = False
        self.many: str | None = None

    def value(self, value: Any, pointer: str) -> Any:
        """Anything outside a context; recursion is as deep as the JSON, which is bounded."""
        if isinstance(value, list):
            return [self.value(v, f"{pointer}/{n}") for n, v in enumerate(value)]
        if not isinstance(value, dict):
            return value
        for key in self.type_keys:
            if isinstance(value.get(key), list) and len(value[key]) > 1 and self.many is None:
                self.many = f"{pointer}/{key}"
        return {
            k: (self.context if k == "@context" else self.value)(v, _under(pointer, k))
            for k, v in value.items()
        }

    def context(self, value: Any, pointer: str) -> Any:
        """A context: a reference, an object, null, or a list of these."""
        if isinstance(value, list):
            return [self.context(v, f"{pointer}/{n}") for n, v in enumerate(value)]
        if isinstance(value, str):
            from kfm_gates.catalogs.rdf import known_contexts

            known = known_contexts.get(value)
            if known is None:
                self._remote(value, pointer)
            self.replaced.add(value)
            return known
        if not isinstance(value, dict):
            return value
        found = dict(value)
        if "@import" in value:
            self._remote(value["@import"], f"{pointer}/@import")
        for term, definition in value.items():
            if isinstance(definition, dict) and "@context" in definition:
                self.scoped = True
                scope = self.context(definition["@context"], f"{_under(pointer, term)}/@context")
                found[term] = {**definition, "@context": scope}
            elif term == "@context":
                found[term] = self.context(definition, f"{pointer}/@context")
        return found

    def _remote(self, name: Any, pointer: str) -> None:
        refuse(
            "RDF_CONTEXT_REMOTE",
            f"The context {shown(json.dumps(name))} lies outside the document; nothing is fetched.",
            self.file,
            pointer=pointer,
            got=name if isinstance(name, str) else json.dumps(name),
            wanted="the context itself, written into the document",
        )


def _undefined(data: Any, file: str) -> Iterator[Undefined]:
    """Keys that no context of the document defines; refuses IRIs and languages that are none.

    What a reader of JSON-LD does not understand it leaves out without a word, so that a checksum
    could stand there for people and for no program.
    """
    terms: dict[str, Any] = {}
    for context in all_of(data):
        terms.update(context)
    found = 0
    for pointer, key, value in _keys(data, terms, ""):
        _check(key, value, terms.get(key), pointer, file)
        known = key in terms or key in _KEYWORDS or "@vocab" in terms
        if not known and (":" not in key or key.startswith("@")) and found < MAX_UNDEFINED:
            yield Undefined(pointer, key)
            found += 1


def _check(key: str, value: Any, definition: Any, pointer: str, file: str) -> None:
    kind = definition.get("@type") if isinstance(definition, dict) else None
    container = definition.get("@container") if isinstance(definition, dict) else None
    if key in ("@id", "@type") or definition in ("@id", "@type") or kind in ("@id", "@vocab"):
        for entry in value if isinstance(value, list) else [value]:
            if isinstance(entry, str) and _NO_IRI.search(entry):
                refuse(
                    "RDF_SYNTAX",
                    "An IRI holds a character that no IRI may have; readers would leave out "
                    "what it stands for.",
                    file,
                    pointer=pointer,
                    got=entry,
                    wanted="an IRI",
                )
    languages: list[Any] = []
    if key == "@language":
        languages = [value]
    elif isinstance(value, dict) and "@language" in (container or ()):
        languages = [name for name in value if name != "@none"]
    for name in languages:
        if isinstance(name, str) and not _LANGUAGE.fullmatch(name):
            refuse("RDF_SYNTAX", "That is no language.", file, pointer=pointer, got=name)


def all_of(value: Any, inside: bool = False) -> Iterator[dict[str, Any]]:
    """Every context of a document, also those within others; recursion is bounded by the JSON."""
    if isinstance(value, list):
        for entry in value:
            yield from all_of(entry, inside)
    elif isinstance(value, dict):
        if inside:
            yield value
        for key, entry in value.items():
            if inside and key != "@context":
                entry = entry.get("@context") if isinstance(entry, dict) else None
            yield from all_of(entry, inside or key == "@context")


def _keys(value: Any, terms: dict[str, Any], pointer: str) -> Iterator[tuple[str, str, Any]]:
    if isinstance(value, list):
        for n, entry in enumerate(value):
            yield from _keys(entry, terms, f"{pointer}/{n}")
    elif isinstance(value, dict):
        for key, entry in value.items():
            if key == "@context":
                continue
            below = _under(pointer, key)
            yield below, key, entry
            definition = terms.get(key)
            definition = definition if isinstance(definition, dict) else {}
            container = definition.get("@container")
            containers = container if isinstance(container, list) else [container]
            if definition.get("@type") == "@json":
                continue
            if isinstance(entry, dict) and not _KEYED.isdisjoint(map(str, containers)):
                for inner, held in entry.items():
                    yield from _keys(held, terms, _under(below, inner))
            elif key in terms or ":" in key or key.startswith("@"):
                yield from _keys(entry, terms, below)


def _under(pointer: str, key: str) -> str:
    return f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"

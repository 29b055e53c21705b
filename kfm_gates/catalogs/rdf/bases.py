"""Where a document says that its relative references are relative to something else."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.parsers import expat

from kfm_gates.catalogs import references
from kfm_gates.catalogs.rdf import contexts, guards

if TYPE_CHECKING:
    from kfm_gates.catalogs._api import Document

_XML = "http://www.w3.org/XML/1998/namespace"
_VOCABULARIES = frozenset(
    {
        "http://id.loc.gov/vocabulary/iso639-1/",
        "http://purl.org/cld/freq/",
        "https://www.iana.org/assignments/media-types/",
    }
)
"""Bases that the published context of DCAT-US gives to terms of a vocabulary."""
_BASE = re.compile(
    rb"(?:@base|(?<![\w:.\-@?$\x80-\xff])base)(?:\s|#[^\n\r]*)*+<(?P<base>[^<>]*)>",
    re.IGNORECASE,
)
_TOKEN = re.compile(
    rb'"""|\'\'\'|"|\'|#|\\.|' + _BASE.pattern + rb'|<[^<>"\x00-\x20]*>', re.DOTALL | re.IGNORECASE
)


class Base(NamedTuple):
    """A base as written, and the line of it where it is known."""

    text: str
    line: int | None


def foreign(document: Document) -> list[Base]:
    """The bases that a document declares and that are not its own place, in its order.

    Args:
        document: A document that was read: `rdf.read` raised nothing.
    """
    own = {"", posixpath.basename(document.file), references.base_iri(document.file)}
    syntax = document.form.rpartition("-")[2]
    found: list[Base] = []
    if syntax == "jsonld":
        found = _of_json(document.data)
    elif syntax == "rdfxml":
        found = _of_xml(document.raw)
    elif syntax == "turtle":
        found = list(_of_turtle(document.raw))
    return [base for base in found if base.text not in own]


def _of_json(data: Any) -> list[Base]:
    every = list(contexts.all_of(data))
    scoped = [
        term.get("@context")
        for context in every
        for term in context.values()
        if isinstance(term, dict) and not str(term.get("@id", "")).endswith("URL")
    ]
    published = {id(c) for c in scoped if isinstance(c, dict) and c.get("@base") in _VOCABULARIES}
    return [
        Base(str(context["@base"]), None)
        for context in every
        if "@base" in context and id(context) not in published
    ]


def _of_turtle(raw: bytes) -> Iterator[Base]:
    if _BASE.search(raw) is None:
        return
    at = 0
    while (token := _TOKEN.search(raw, at)) is not None:
        at = token.end()
        if (end := guards.ENDS.get(token.group())) is not None:
            closing = end.match(raw, at)
            at = closing.end() if closing else len(raw)
        elif token["base"] is not None:
            line = raw.count(b"\n", 0, token.start()) + 1
            yield Base(token["base"].decode("utf-8", "replace"), line)


def _of_xml(raw: bytes) -> list[Base]:
    found: list[Base] = []
    parser = expat.ParserCreate(namespace_separator=" ")

    def start(_name: str, attributes: dict[str, str]) -> None:
        if f"{_XML} base" in attributes:
            found.append(Base(attributes[f"{_XML} base"], parser.CurrentLineNumber))

    parser.StartElementHandler = start
    parser.Parse(raw, True)
    return found

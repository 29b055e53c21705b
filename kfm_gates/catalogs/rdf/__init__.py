"""Strict reading of RDF: Turtle, N-Triples, RDF/XML and JSON-LD into one small index.

`read` never opens a file or a socket, whatever a document says. pyoxigraph parses: it has no
loader for remote contexts, and what could harm it is refused beforehand (`guards`, `contexts`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from kfm_gates.catalogs import references
from kfm_gates.catalogs.rdf import guards
from kfm_gates.catalogs.rdf.graph import Graph, Literal, Term, Undefined, is_blank
from kfm_gates.catalogs.rdf.refusals import refuse

if TYPE_CHECKING:
    from kfm_gates.catalogs._api import Document

__all__ = ["Graph", "Literal", "Term", "Undefined", "is_blank", "read"]

MAX_BYTES: Final = 16 << 20
"""Largest RDF document, in bytes."""
MAX_STATEMENTS: Final = 250_000
MAX_BLANKS: Final = 100_000
MAX_IRI: Final = 4096
MAX_TEXT: Final = 1 << 20
"""Longest literal, in characters."""


def read(document: Document, *, named: bool = False) -> Graph:
    """Read a document whose form ends in `jsonld`, `turtle`, `ntriples` or `rdfxml`.

    Relative IRIs are resolved against `references.base_iri` of the path.

    Args:
        document: The document; JSON-LD with its strictly parsed `data`.
        named: Keep named graphs of JSON-LD apart, in `Graph.named`. Else they are refused,
            because most readers would not see what stands in them.

    Raises:
        EvidenceUnreadable: RDF_SYNTAX, RDF_NOT_UTF8, RDF_TOO_LARGE, RDF_TOO_DEEP, RDF_DOCTYPE,
            RDF_TRIPLE_TERM, RDF_NAMED_GRAPH, RDF_CONTEXT_REMOTE or RDF_CONTEXT_AMBIGUOUS, with
            file, and line or pointer where they are known.
    """
    import pyoxigraph

    file, raw = document.file, document.raw
    syntax = document.form.rpartition("-")[2]
    if len(raw) > MAX_BYTES:
        refuse(
            "RDF_TOO_LARGE",
            f"The document has {len(raw)} bytes.",
            file,
            wanted=f"at most {MAX_BYTES} bytes",
        )
    guards.text(raw, file)
    undefined: tuple[Undefined, ...] = ()
    replaced: tuple[str, ...] = ()
    formats = {
        "turtle": pyoxigraph.RdfFormat.TURTLE,
        "ntriples": pyoxigraph.RdfFormat.N_TRIPLES,
        "rdfxml": pyoxigraph.RdfFormat.RDF_XML,
        "jsonld": pyoxigraph.RdfFormat.JSON_LD,
    }
    if syntax not in formats:
        raise ValueError(f"{document.form} is no form of RDF")
    if syntax == "jsonld":
        from kfm_gates.catalogs.rdf import contexts

        raw, undefined, replaced = contexts.closed(document)
    elif syntax == "rdfxml":
        guards.xml(raw, file)
    else:
        guards.turtle(raw, file)
    base = None if syntax == "ntriples" else references.base_iri(file)
    graphs: dict[str, list[tuple[str, str, Term]]] = {"": []}
    for name, statement in _statements(raw, formats[syntax], base, file):
        if name and not named:
            refuse(
                "RDF_NAMED_GRAPH",
                "Statements stand in a named graph, where most readers do not look.",
                file,
                got=name,
                wanted="@graph without @id beside it",
            )
        graphs.setdefault(name, []).append(statement)
    graph = Graph(document, graphs.pop(""), undefined, replaced)
    graph.named = {name: Graph(document, graphs[name]) for name in sorted(graphs)}
    return graph


def _statements(
    raw: bytes, syntax: Any, base: str | None, file: str
) -> Iterator[tuple[str, tuple[str, str, Term]]]:
    """Name of the graph ('' for the default one) and the statement, within all bounds."""
    import pyoxigraph

    blanks: set[str] = set()
    count = 0

    def node(term: Any) -> str:
        if isinstance(term, pyoxigraph.NamedNode):
            if len(term.value) > MAX_IRI:
                _too_large(file, f"an IRI of {len(term.value)} characters", MAX_IRI)
            return str(term.value)
        if isinstance(term, pyoxigraph.BlankNode):
            name = f"_:{term.value}"
            blanks.add(name)
            if len(blanks) > MAX_BLANKS:
                _too_large(file, f"more than {MAX_BLANKS} blank nodes", MAX_BLANKS)
            return name
        refuse("RDF_TRIPLE_TERM", "The document holds a quoted triple.", file, wanted="RDF 1.1")

    try:
        for quad in pyoxigraph.parse(raw, syntax, base_iri=base):
            count += 1
            if count > MAX_STATEMENTS:
                _too_large(file, f"more than {MAX_STATEMENTS} statements", MAX_STATEMENTS)
            value: Any = quad.object
            object_: Term
            if isinstance(value, pyoxigraph.Literal):
                if len(value.value) > MAX_TEXT:
                    _too_large(file, f"a text of {len(value.value)} characters", MAX_TEXT)
                object_ = Literal(value.value, value.datatype.value, (value.language or "").lower())
            else:
                object_ = node(value)
            graph: Any = quad.graph_name
            name = "" if isinstance(graph, pyoxigraph.DefaultGraph) else node(graph)
            yield name, (node(quad.subject), node(quad.predicate), object_)
    except (SyntaxError, ValueError, OSError) as error:
        line = getattr(error, "lineno", None)
        message = str(getattr(error, "msg", None) or error)
        refuse("RDF_SYNTAX", f"The document cannot be parsed: {_plain(message)}", file, line=line)
    except Exception:
        raise
    except BaseException as error:
        # A panic of the native parser is no Exception, and nobody above would make an answer of it.
        if type(error).__name__ != "PanicException":
            raise
        refuse("RDF_SYNTAX", "The parser gave up on the document.", file)


def _plain(message: str) -> str:
    message = message.removeprefix("Parser error ").strip()
    return f"{message[:300]}{'' if message.endswith('.') else '.'}"


def _too_large(file: str, what: str, limit: int) -> None:
    refuse("RDF_TOO_LARGE", f"The document holds {what}.", file, wanted=f"at most {limit}")

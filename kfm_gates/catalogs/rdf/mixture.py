"""Graphs that are two kinds of catalogs at once: DCAT inside PROV-O, provenance inside DCAT.

A file is read by one kind. Its bytes only say by which, and they can hide a namespace behind an
escape or a prefix; the graph cannot. What the other kind would have had to check is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from kfm_gates.catalogs import references
from kfm_gates.catalogs.rdf import namespaces as ns
from kfm_gates.catalogs.rdf.graph import is_blank
from kfm_gates.catalogs.rdf.refusals import refuse

if TYPE_CHECKING:
    from kfm_gates.catalogs._api import RunFacts
    from kfm_gates.catalogs.rdf.graph import Graph, Term

CODE: Final = "CATALOG_TWO_KINDS"


def _schema(*names: str) -> frozenset[str]:
    return frozenset(f"{space}{name}" for name in names for space in (ns.SCHEMA, ns.SCHEMAS))


_DCAT: Final = (ns.DCAT, ns.DCAT.replace("http:", "https:", 1))
_CATALOG_TYPES: Final = _schema("Dataset", "DataDownload", "DataCatalog")
_CATALOG_PROPERTIES: Final = _schema(
    "dataset", "distribution", "contentUrl", "includedInDataCatalog"
)
_DESCRIBED: Final = frozenset(
    {f"{ns.DCAT}{name}" for name in ("Dataset", "DatasetSeries", "Distribution", "Catalog")}
    | {f"{ns.DCAT}Resource", f"{ns.DCAT}DataService"}
    | _CATALOG_TYPES
)
_DATASETS: Final = frozenset({f"{ns.DCAT}Dataset", f"{ns.DCAT}DatasetSeries", *_schema("Dataset")})
_TO_DATASET: Final = frozenset(
    {f"{ns.DCAT}dataset", f"{ns.DCAT}distribution", *_schema("dataset", "distribution")}
)
_GENERATED: Final = f"{ns.PROV}wasGeneratedBy"
_QUALIFIED: Final = f"{ns.PROV}qualifiedGeneration"
_ACTIVITY: Final = f"{ns.PROV}activity"
_OF_DCAT: Final = frozenset(
    f"{ns.PROV}{name}"
    for name in ("wasAttributedTo", "qualifiedAttribution", "agent", "hadRole", "value")
)
"""What DCAT itself takes from PROV, and what says nothing about how anything came to be."""


def refuse_catalog(graph: Graph) -> None:
    """Refuse a PROV-O document that describes datasets.

    Raises:
        EvidenceUnreadable: CATALOG_TWO_KINDS.
    """
    for one in (graph, *graph.named.values()):
        for subject, predicate, value in one.triples():
            word = _of_catalogs(subject, predicate, value)
            if word is not None:
                _refuse(
                    graph,
                    subject,
                    f"The document is PROV-O, and describes something with {ns.short(word)}.",
                    got=word,
                    wanted="DCAT in a document of its own",
                )


def _of_catalogs(subject: str, predicate: str, value: Term) -> str | None:
    for term in (predicate, subject, value):
        if isinstance(term, str) and term.startswith(_DCAT):
            return term
    if predicate in _CATALOG_PROPERTIES:
        return predicate
    if predicate == ns.RDF_TYPE and isinstance(value, str) and value in _CATALOG_TYPES:
        return value
    return None


def refuse_provenance(graph: Graph, run: RunFacts | None) -> None:
    """Refuse a DCAT document that tells how something came to be, beyond what DCAT is held to.

    Datasets and distributions may say which run generated them.

    Args:
        graph: The document.
        run: The receipts; without them a run is not compared.

    Raises:
        EvidenceUnreadable: CATALOG_TWO_KINDS.
    """
    for subject, predicate, value in _told(graph):
        if predicate == _ACTIVITY:
            about = [s for s, p in graph.referrers(subject) if p == _QUALIFIED]
        else:
            about = [subject]
        if predicate in (_GENERATED, _QUALIFIED, _ACTIVITY) and about:
            ours = predicate == _QUALIFIED or all(_is_of(graph, one, value, run) for one in about)
            if ours and all(_is_described(graph, one) for one in about):
                continue
        _refuse(
            graph,
            subject,
            f"The document is DCAT, and states provenance with {ns.short(predicate)}.",
            got=value if isinstance(value, str) and not is_blank(value) else ns.short(predicate),
            wanted="provenance in a PROV document",
        )


def _told(graph: Graph) -> Iterator[tuple[str, str, Term]]:
    for subject, predicate, value in graph.triples():
        if predicate.startswith(ns.PROV) and predicate not in _OF_DCAT:
            yield subject, predicate, value


def _is_described(graph: Graph, node: str) -> bool:
    if not _DESCRIBED.isdisjoint(graph.types(node)):
        return True
    if any(predicate.startswith(ns.DCAT) for predicate in graph.properties(node)):
        return True  # and another check says that it has no type
    return any(predicate in _TO_DATASET for _, predicate in graph.referrers(node))


def _is_of(graph: Graph, node: str, value: Term, run: RunFacts | None) -> bool:
    """Is it the run, as far as the checks of DCAT do not say so themselves?

    They compare one value of a dataset; a second one beside the right one they would not miss.
    """
    if run is None:
        return True
    ours = (f"kfm://run/{run.run_id}", run.run_id)
    if (value if isinstance(value, str) else value.text) in ours:
        return True
    if _DATASETS.isdisjoint(graph.types(node)):
        return False
    told = [*graph.objects(node, _GENERATED)]
    for generation in graph.nodes(node, _QUALIFIED):
        told.extend(graph.objects(generation, _ACTIVITY))
    return not any((one if isinstance(one, str) else one.text) in ours for one in told)


def _refuse(graph: Graph, node: str, message: str, got: str, wanted: str) -> None:
    pointer = graph.pointer(node)
    if pointer is None and not is_blank(node):
        pointer = references.plain(node)
    refuse(
        CODE,
        message,
        graph.document.file,
        line=graph.line(node),
        pointer=pointer,
        got=got,
        wanted=wanted,
    )

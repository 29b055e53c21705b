"""The examination of DCAT documents: read each, check it, say what it claims."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kfm_gates.catalogs import internal, references
from kfm_gates.catalogs._api import Document, Examined, Question, Remark
from kfm_gates.catalogs.dcat import (
    addresses,
    check_allowed,
    check_bytes,
    check_document,
    check_extent,
    check_identity,
    check_terms,
    check_time,
    claims,
    codes,
    leads,
    read_rdf,
    read_us,
)
from kfm_gates.catalogs.dcat.model import Model
from kfm_gates.catalogs.dcat.notes import Notes
from kfm_gates.catalogs.rdf import Graph, Literal, is_blank, mixture
from kfm_gates.catalogs.rdf import read as read_graph
from kfm_gates.errors import EvidenceError

_TOLD: Final = 10
"""So many references into closed zones of a document are told one by one."""
_UNREAD: Final = "no document could be read"
_WITNESS: Final = {
    "described": "no document describes anything",
    "identified": "no dataset has a title, description, identifier or keyword",
    "answerable": "no dataset names a publisher or a contact point",
    "addressed": "no document holds an address",
    "linked": "no distribution refers to a file",
    "measured": "no distribution states a size or a checksum",
    "typed": "no distribution states a media type",
    "dated": "nothing has a date of issue or change",
    "placed": "no dataset states a period or a place",
    "generated": "no dataset of this run says what generated it",
    "versions": "no dataset names an earlier version",
    "allowed": "nothing states access rights or a licence",
    "shapes": "the profile names no shapes",
}


def examine(documents: Sequence[Document], question: Question) -> Examined:
    """Check DCAT documents. See `kfm_gates.catalogs.dcat.examine`."""
    notes = Notes(question=question)
    found = notes.found
    totals = claims.Totals()
    models: list[Model] = []
    graphs: list[tuple[Model, Graph | None]] = []
    for document in documents:
        try:
            graph, model = _read(document, question)
        except EvidenceError as error:
            found.error = found.error or error
            continue
        models.append(model)
        graphs.append((model, graph))
        check_document.described(notes, model)
        check_document.identified(notes, model)
        check_document.answerable(notes, model)
        check_time.dated(notes, model)
        check_extent.placed(notes, model)
        check_extent.versions(notes, model)
        ways = {n: leads.lead(notes, model, one) for n, one in model.distributions.items()}
        addresses.addressed(notes, model)
        check_bytes.measured(notes, model, ways)
        check_terms.typed(notes, model)
        check_terms.generated(notes, model, ways)
        check_allowed.allowed(notes, model)
        check_identity.identity(notes, model)
        if graph is not None:
            leads.based(notes, model, document)
        claims.absent(notes, model)
        claims.state(found, model, ways)
        totals.add(model)
        totals.refer(*_references(notes, document, graph, question))
    _distributions(notes, models)
    check_identity.across(notes, models)
    if question.shapes and graphs:
        from kfm_gates.catalogs.dcat import shapes

        shapes.check(notes, graphs)
    found.facts.update(totals.facts())
    for check in codes.CHECKS:
        if check.id not in found.counts:
            unread = found.error is not None and not models
            found.witnesses[check.id] = _UNREAD if unread else _WITNESS[check.id]
    if question.run is None:
        found.counts.pop("generated", None)
        found.witnesses["generated"] = "there are no receipts to hold the document against"
    return found


def _read(document: Document, question: Question) -> tuple[Graph | None, Model]:
    if document.form == "dcat-us":
        return None, read_us.read(document)
    graph = read_graph(document)
    mixture.refuse_provenance(graph, question.run)
    return graph, read_rdf.read(graph)


def _distributions(notes: Notes, models: list[Model]) -> None:
    if not models or any(d.typed for model in models for d in model.distributions.values()):
        return
    if notes.told[codes.NO_DISTRIBUTION.id] or notes.told[codes.UNTYPED.id]:
        return
    notes.look("described")
    notes.remark(
        models[0],
        "",
        codes.NO_DISTRIBUTION,
        "No document describes a distribution.",
        wanted="at least one dcat:Distribution",
    )


def _references(
    notes: Notes, document: Document, graph: Graph | None, question: Question
) -> tuple[int, int]:
    """How many texts a document holds, and how many of them lead back into closed zones."""
    texts: set[str] = set()
    if document.data is not None:
        texts.update(internal.strings(document.data))
    if graph is not None:
        for subject, predicate, value in graph.triples():
            texts.update(node for node in (subject, predicate) if not is_blank(node))
            if isinstance(value, Literal):
                texts.add(value.text)
            elif not is_blank(value):
                texts.add(value)
    leading = [
        text
        for text in texts
        if internal.is_internal(text, base=document.file, files=question.files, run=question.run)
    ]
    inside = len(leading)
    if document.data is None and not inside:
        # Comments and prefixes that nothing uses are published as well.
        lines = document.raw.decode("utf-8", "replace").splitlines()
        leading = [line.strip() for line in lines if internal.names_zone(line)]
        inside = len(leading)
        _tell(notes, document, leading)
        return len(texts) + inside, inside
    _tell(notes, document, leading)
    return len(texts), inside


def _tell(notes: Notes, document: Document, leading: list[str]) -> None:
    """Say where the first of the texts stand; the rule that refuses them has no place."""
    for text in sorted(leading)[:_TOLD]:
        shown = references.plain(text)
        pointer = line = None
        if document.data is None:
            line = internal.line_of(document.raw, shown)
        else:
            pointer = internal.pointer_of(document.data, shown)
        notes.look("addressed")
        notes.found.remarks.append(
            Remark(
                check="addressed",
                code=codes.REFERENCE_INTERNAL,
                message="The text leads into a zone that is not public.",
                file=document.file,
                pointer=pointer,
                line=line,
                got=shown[:200],
                wanted="no path in raw, work or quarantine",
            )
        )

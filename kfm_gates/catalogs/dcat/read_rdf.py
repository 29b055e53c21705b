"""DCAT 2 and 3 in RDF, with the alternates that schema.org, PROV and GeoSPARQL give it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from kfm_gates.catalogs import references
from kfm_gates.catalogs.dcat.model import (
    Agent,
    Checksum,
    Contact,
    Dataset,
    Distribution,
    Model,
    Other,
    Period,
    Space,
    Value,
)
from kfm_gates.catalogs.rdf import Graph, Literal, Term, is_blank
from kfm_gates.catalogs.rdf import namespaces as ns

DATASETS: Final = (f"{ns.DCAT}Dataset", f"{ns.SCHEMA}Dataset", f"{ns.SCHEMAS}Dataset")
SERIES: Final = f"{ns.DCAT}DatasetSeries"
DISTRIBUTIONS: Final = (
    f"{ns.DCAT}Distribution",
    f"{ns.SCHEMA}DataDownload",
    f"{ns.SCHEMAS}DataDownload",
)
CATALOGS: Final = (f"{ns.DCAT}Catalog", f"{ns.SCHEMA}DataCatalog", f"{ns.SCHEMAS}DataCatalog")
SERVICE: Final = f"{ns.DCAT}DataService"


def _both(*names: str) -> tuple[str, ...]:
    """Names of schema.org in both of its namespaces."""
    return tuple(f"{space}{name}" for name in names for space in (ns.SCHEMA, ns.SCHEMAS))


_DATASET: Final = (f"{ns.DCAT}dataset", *_both("dataset"))
_DISTRIBUTION: Final = (f"{ns.DCAT}distribution", *_both("distribution"))
_SAMPLE: Final = f"{ns.ADMS}sample"
_OF: Final = (f"{ns.DCAT}accessURL", f"{ns.DCAT}downloadURL", f"{ns.DCAT}isDistributionOf")
"""Whatever has one of these is a distribution, whatever it is called."""
_TITLE: Final = (f"{ns.DCT}title", *_both("name"))
_DESCRIPTION: Final = (f"{ns.DCT}description", *_both("description"))
_IDENTIFIER: Final = (f"{ns.DCT}identifier", *_both("identifier"))
_PUBLISHER: Final = (f"{ns.DCT}publisher", *_both("publisher"))
_CONTACT: Final = (f"{ns.DCAT}contactPoint", *_both("contactPoint"))
_LICENSE: Final = (f"{ns.DCT}license", *_both("license"))
_HINTS: Final = (f"{ns.CC}license", f"{ns.DCT}rights", *_both("license", "usageInfo"))
_LICENSE_TEXT: Final = (
    f"{ns.DCT}identifier",
    f"{ns.SKOS}notation",
    f"{ns.RDF}value",
    f"{ns.DCT}title",
    f"{ns.RDFS}label",
    f"{ns.SKOS}prefLabel",
    *_both("name"),
)
_ISSUED: Final = (f"{ns.DCT}issued", *_both("datePublished"))
_MODIFIED: Final = (f"{ns.DCT}modified", *_both("dateModified"))
_KEYWORD: Final = (f"{ns.DCAT}keyword", *_both("keywords"))
_THEME: Final = (f"{ns.DCAT}theme",)
_SPATIAL: Final = (f"{ns.DCT}spatial", *_both("spatialCoverage"))
_TEMPORAL: Final = (f"{ns.DCT}temporal", *_both("temporalCoverage"))
_VERSION: Final = (f"{ns.DCAT}version", f"{ns.OWL}versionInfo", *_both("version"))
_BEFORE: Final = (f"{ns.DCAT}previousVersion", f"{ns.DCT}replaces", f"{ns.DCAT}prev")
_RIGHTS: Final = (f"{ns.DCT}accessRights",)
_ACCESS: Final = (f"{ns.DCAT}accessURL",)
_DOWNLOAD: Final = (f"{ns.DCAT}downloadURL", *_both("contentUrl"))
_MEDIA_TYPE: Final = (f"{ns.DCAT}mediaType", *_both("encodingFormat"))
_SIZE: Final = (f"{ns.DCAT}byteSize",)
_CONTENT_SIZE: Final = _both("contentSize")
_SHA256: Final = _both("sha256")
_BYTES: Final = re.compile(r"(\d+) ?(?:B|bytes?)?", re.ASCII)
"""A size as schema.org has it."""
_PAGE: Final = (f"{ns.DCAT}landingPage",)
_NAME: Final = (f"{ns.FOAF}name", f"{ns.VCARD}fn", f"{ns.VCARD}organization-name", *_both("name"))
_AGENT_NAME: Final = (
    *_NAME,
    f"{ns.SKOS}prefLabel",
    f"{ns.RDFS}label",
    f"{ns.DCT}title",
    *_both("legalName"),
)
_EMAIL: Final = (
    f"{ns.VCARD}hasEmail",
    f"{ns.VCARD}email",
    f"{ns.FOAF}mbox",
    *_both("email"),
)
_URL: Final = (f"{ns.VCARD}hasURL", f"{ns.VCARD}url", f"{ns.FOAF}homepage", *_both("url"))
_GEOMETRY: Final = (
    f"{ns.DCAT}bbox",
    f"{ns.LOCN}geometry",
    f"{ns.DCAT}centroid",
    f"{ns.GEOSPARQL}hasGeometry",
    f"{ns.GEOSPARQL}asWKT",
    f"{ns.GEOSPARQL}asGeoJSON",
)
_INNER: Final = (f"{ns.GEOSPARQL}asWKT", f"{ns.GEOSPARQL}asGeoJSON")
_START: Final = (f"{ns.DCAT}startDate", *_both("startDate"))
_END: Final = (f"{ns.DCAT}endDate", *_both("endDate"))
_INSTANT: Final = tuple(
    f"{ns.TIME}{name}" for name in ("inXSDDateTimeStamp", "inXSDDateTime", "inXSDDate")
)
_CORNERS: Final = tuple(
    f"{ns.DCAT_US}{name}"
    for name in (
        "westBoundingLongitude",
        "southBoundingLatitude",
        "eastBoundingLongitude",
        "northBoundingLatitude",
    )
)


def read(graph: Graph) -> Model:
    """Fill in the model from a graph."""
    return _Reading(graph).model


class _Reading:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.model = Model(
            file=graph.document.file, pointer=self.pointer, line=self.line, name=graph.place
        )
        self.model.catalogs = graph.of_type(*CATALOGS)
        self.model.ignored = [(entry.pointer, entry.key) for entry in graph.undefined]
        datasets = dict.fromkeys(graph.of_type(*DATASETS, SERIES), True)
        distributions = dict.fromkeys(graph.of_type(*DISTRIBUTIONS), True)
        for catalog in self.model.catalogs:
            for node in graph.nodes(catalog, *_DATASET):
                if node in graph:
                    datasets.setdefault(node, False)
        for node in graph.holders(*_DISTRIBUTION, _SAMPLE):
            # A catalog is a dataset by the vocabulary, and to those who look for catalogs.
            if datasets.setdefault(node, node in self.model.catalogs) and SERIES in (
                types := graph.types(node)
            ):
                datasets[node] = not types.isdisjoint((*DATASETS, *CATALOGS))
        for node in graph.holders(*_OF):
            distributions.setdefault(node, False)
        for node, typed in datasets.items():
            dataset = self.dataset(node, typed)
            self.model.datasets[node] = dataset
            for child in (*dataset.distributions, *dataset.samples):
                distributions.setdefault(child, False)
        for node in dict.fromkeys((*self.model.catalogs, *graph.of_type(SERVICE))):
            if node not in datasets:
                self.model.others.append(self.other(node))
        for node, typed in distributions.items():
            self.model.distributions[node] = self.distribution(node, typed)

    def pointer(self, node: str) -> str:
        return node if node.startswith("/") else self.graph.pointer(node) or self.graph.place(node)

    def line(self, node: str) -> int | None:
        if node.startswith("/"):
            return self.graph.line_of(node)
        anchor = node
        if is_blank(node):
            for parent, _ in self.graph.referrers(node)[:1]:
                anchor = parent
        return self.graph.line(anchor)

    def dataset(self, node: str, typed: bool) -> Dataset:
        types = self.graph.types(node)
        return Dataset(
            node=node,
            id=_id(node),
            typed=typed,
            series=SERIES in types
            and not types.intersection(DATASETS)
            and not self.graph.objects(node, *_DISTRIBUTION, _SAMPLE),
            titles=self.values(node, _TITLE),
            descriptions=self.values(node, _DESCRIPTION),
            identifiers=self.values(node, _IDENTIFIER),
            publishers=[self.agent(term, node) for term in self.graph.objects(node, *_PUBLISHER)],
            contacts=[self.contact(term, node) for term in self.graph.objects(node, *_CONTACT)],
            licenses=self.licenses(node),
            issued=self.values(node, _ISSUED),
            modified=self.values(node, _MODIFIED),
            keywords=self.values(node, _KEYWORD),
            themes=self.values(node, _THEME),
            spaces=[self.space(term, node) for term in self.graph.objects(node, *_SPATIAL)]
            + [
                self.space(term, node)
                for term in self.graph.objects(node, f"{ns.DCAT_US}geographicBoundingBox")
            ],
            periods=[self.period(term, node) for term in self.graph.objects(node, *_TEMPORAL)],
            versions=self.values(node, _VERSION),
            generated_by=self.generated(node),
            before=[n for n in self.graph.nodes(node, *_BEFORE) if not is_blank(n)],
            rights=self.values(node, _RIGHTS),
            pages=self.values(node, _PAGE),
            distributions=self.graph.nodes(node, *_DISTRIBUTION),
            samples=self.graph.nodes(node, _SAMPLE),
            hints=self.values(node, _HINTS),
        )

    def other(self, node: str) -> Other:
        return Other(
            node=node,
            id=_id(node),
            licenses=self.licenses(node),
            rights=self.values(node, _RIGHTS),
            hints=self.values(node, _HINTS),
        )

    def distribution(self, node: str, typed: bool) -> Distribution:
        return Distribution(
            node=node,
            id=_id(node),
            typed=typed,
            described=node in self.graph,
            access=self.values(node, _ACCESS),
            download=self.values(node, _DOWNLOAD),
            media_types=self.values(node, _MEDIA_TYPE),
            sizes=self.values(node, _SIZE)
            + [_content_size(value) for value in self.values(node, _CONTENT_SIZE)],
            checksums=[
                self.checksum(term, node) for term in self.graph.objects(node, f"{ns.SPDX}checksum")
            ]
            + [
                Checksum(node=node, algorithms=("SHA-256",), values=(value.text,), standard=False)
                for value in self.values(node, _SHA256)
            ],
            licenses=self.licenses(node),
            issued=self.values(node, _ISSUED),
            modified=self.values(node, _MODIFIED),
            rights=self.values(node, _RIGHTS),
            hints=self.values(node, _HINTS),
        )

    def licenses(self, node: str) -> list[Value]:
        """Licences; a name that only this document gives means what is said under it."""
        found = []
        for value in self.values(node, _LICENSE):
            own = value.kind == "blank" or references.plain(value.text) != value.text
            if value.node is not None and (own or value.text.startswith("kfm:")):
                value = Value(self.text(value.node, _LICENSE_TEXT) or "", "blank", node=value.node)
            found.append(value)
        return found

    def values(self, node: str, predicates: Sequence[str]) -> list[Value]:
        return [self.value(term) for term in self.graph.objects(node, *predicates)]

    def value(self, term: Term) -> Value:
        if isinstance(term, Literal):
            return Value(term.text, "literal", term.datatype)
        if not is_blank(term):
            return Value(term, "iri", node=term)
        label = self.text(term, (*_AGENT_NAME, f"{ns.RDF}value", f"{ns.DCT}identifier"))
        return Value(label or "", "blank", node=term)

    def text(self, node: str, predicates: Sequence[str]) -> str | None:
        found = self.graph.literals(node, *predicates)
        return next((entry.text for entry in found if entry.text.strip()), None)

    def agent(self, term: Term, holder: str) -> Agent:
        if isinstance(term, Literal):
            return Agent(node=holder, name=term.text.strip() or None, described=True)
        described = is_blank(term) or bool(self.graph.properties(term).keys() - {ns.RDF_TYPE})
        return Agent(node=term, name=self.text(term, _AGENT_NAME), described=described)

    def contact(self, term: Term, holder: str) -> Contact:
        if isinstance(term, Literal):
            mail = (Value(term.text),)
            return Contact(node=holder, name=None, emails=mail, urls=(), described=True)
        emails = [self.inner(value) for value in self.values(term, _EMAIL)]
        if term.lower().startswith("mailto:"):
            emails.append(Value(term, "iri"))
        return Contact(
            node=term,
            name=self.text(term, _NAME),
            emails=tuple(emails),
            urls=tuple(self.inner(value) for value in self.values(term, _URL)),
            described=bool(emails) or is_blank(term) or term in self.graph,
        )

    def inner(self, value: Value) -> Value:
        """`vcard:hasEmail [vcard:hasValue <mailto:…>]` means the inner value."""
        if value.kind == "blank" and value.node is not None:
            for entry in self.values(value.node, (f"{ns.VCARD}hasValue",)):
                return entry
        return value

    def checksum(self, term: Term, holder: str) -> Checksum:
        if isinstance(term, Literal):
            return Checksum(node=holder, algorithms=(), values=(term.text,), standard=True)
        return Checksum(
            node=term,
            algorithms=tuple(v.text for v in self.values(term, (f"{ns.SPDX}algorithm",))),
            values=tuple(v.text for v in self.values(term, (f"{ns.SPDX}checksumValue",))),
            standard=True,
        )

    def period(self, term: Term, holder: str) -> Period:
        if isinstance(term, Literal):
            start, _, end = term.text.partition("/")
            return Period(
                node=holder,
                starts=(Value(start.strip()),) if start.strip() else (),
                ends=(Value(end.strip()),) if end.strip() else (),
            )
        starts = self.values(term, _START)
        ends = self.values(term, _END)
        for found, name in ((starts, "hasBeginning"), (ends, "hasEnd")):
            for instant in self.graph.nodes(term, f"{ns.TIME}{name}"):
                found.extend(self.values(instant, _INSTANT))
        return Period(node=term, starts=tuple(starts), ends=tuple(ends))

    def space(self, term: Term, holder: str) -> Space:
        if isinstance(term, Literal):
            return Space(node=holder, geometries=(Value(term.text, "literal", term.datatype),))
        geometries: list[Value] = []
        for value in self.values(term, _GEOMETRY):
            if value.kind == "literal" or value.node is None:
                geometries.append(value)
                continue
            geometries.extend(self.values(value.node, _INNER))
        corners = [self.values(term, (name,)) for name in _CORNERS]
        box: tuple[tuple[str, ...], ...] = ()
        if any(corners):
            box = (tuple(found[0].text if found else "" for found in corners),)
        return Space(node=term, geometries=tuple(geometries), corners=box, named=not is_blank(term))

    def generated(self, node: str) -> list[Value]:
        found = self.values(node, (f"{ns.PROV}wasGeneratedBy",))
        for generation in self.graph.nodes(node, f"{ns.PROV}qualifiedGeneration"):
            found.extend(self.values(generation, (f"{ns.PROV}activity",)))
        return found


def _content_size(value: Value) -> Value:
    match = _BYTES.fullmatch(value.text.strip())
    return Value(match[1]) if match and value.kind == "literal" else value


def _id(node: str) -> str | None:
    return None if is_blank(node) else node

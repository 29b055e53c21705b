"""DCAT 3: a dataset for the family, a distribution for each output, as JSON-LD and as Turtle."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Mapping
from typing import Any, Final

from kfm_gates.record.catalogs import extents
from kfm_gates.record.catalogs.graph import Graph, Ref, Text
from kfm_gates.record.catalogs.render import relative
from kfm_gates.record.catalogs.subject import OutputFile, Subject
from kfm_gates.times import render

JSONLD: Final = "dcat.jsonld"
TURTLE: Final = "dcat.ttl"

SHA256: Final = Ref("http://spdx.org/rdf/terms#checksumAlgorithm_sha256")
_RIGHTS: Final = "http://publications.europa.eu/resource/authority/access-right/"
_ACCESS: Final = {
    "public": "PUBLIC",
    "public_generalized": "PUBLIC",
    "internal": "NON_PUBLIC",
}
"""Access right for a sensitivity label; every other label is RESTRICTED."""
_SPDX_ID = re.compile(r"[A-Za-z0-9.+-]+")
_IANA: Final = "https://www.iana.org/assignments/media-types/"


def write(subject: Subject, kinds: tuple[str, ...]) -> dict[str, bytes]:
    """The same graph twice, by path below the folder of catalogs.

    Args:
        subject: The run.
        kinds: Kinds of catalogs that are written; not needed here.
    """
    graph = Graph()
    _dataset(graph, subject)
    for output in subject.outputs:
        _distribution(graph, subject, output)
    _classes(graph, subject)
    return {JSONLD: graph.jsonld(), TURTLE: graph.turtle()}


def _dataset(graph: Graph, subject: Subject) -> None:
    about, ended = subject.about, _moment(subject.ended_at)
    # The dataset is described first, so that readers meet it first.
    graph.add(
        subject.dataset,
        "dcat:Dataset",
        {
            "dct:identifier": Text(subject.family),
            "dct:title": Text(about["title"]),
            "dct:description": Text(about["description"]),
            "dcat:keyword": [Text(word) for word in sorted(about.get("keywords", ()))],
            "dcat:theme": [Ref(iri) for iri in sorted(about.get("themes", ()))],
            "dcat:version": Text(subject.run_id),
            "dct:issued": ended,
            "dct:modified": ended,
            "dct:license": _license(subject),
            "dct:accessRights": _access(subject),
            "dct:publisher": Ref(subject.publisher),
            "dcat:contactPoint": Ref(f"{subject.dataset}#contact"),
            "dct:spatial": Ref(f"{subject.activity}#extent") if subject.bbox else None,
            "dct:temporal": Ref(f"{subject.activity}#period") if subject.interval else None,
            "dct:rights": Ref(f"{subject.dataset}#rights")
            if "attribution" in subject.rights
            else None,
            "prov:wasGeneratedBy": Ref(subject.activity),
            "dcat:distribution": [Ref(output.address) for output in subject.outputs],
        },
    )
    _people(graph, subject)
    if "attribution" in subject.rights:
        graph.add(
            f"{subject.dataset}#rights",
            "dct:RightsStatement",
            {"rdfs:label": Text(subject.rights["attribution"])},
        )
    if subject.bbox is not None:
        box = Text(extents.wkt(subject.bbox), "geo:wktLiteral")
        graph.add(f"{subject.activity}#extent", "dct:Location", {"dcat:bbox": box})
    if subject.interval is not None:
        start, end = subject.interval
        graph.add(
            f"{subject.activity}#period",
            "dct:PeriodOfTime",
            {
                "dcat:startDate": None if start is None else _moment(start),
                "dcat:endDate": None if end is None else _moment(end),
            },
        )
    graph.add(subject.activity, "prov:Activity", {})


def _people(graph: Graph, subject: Subject) -> None:
    publisher: Mapping[str, Any] = subject.about["publisher"]
    contact: Mapping[str, Any] = subject.about["contact"]
    graph.add(
        subject.publisher,
        "foaf:Agent",
        {"foaf:name": Text(publisher["name"]), "foaf:homepage": _ref(publisher.get("url"))},
    )
    email = contact.get("email")
    graph.add(
        f"{subject.dataset}#contact",
        "vcard:Kind",
        {
            "vcard:fn": Text(contact["name"]),
            "vcard:hasEmail": _ref(f"mailto:{urllib.parse.quote(email, '@+')}" if email else None),
            "vcard:hasURL": _ref(contact.get("url")),
        },
    )


def _distribution(graph: Graph, subject: Subject, output: OutputFile) -> None:
    name = output.path.partition("/")[2]
    if subject.base_url is None:
        url = Ref(relative(output.path, above=1))
    else:
        url = Ref(subject.base_url + urllib.parse.quote(name))
    checksum = f"{output.address}#checksum"
    graph.add(
        output.address,
        "dcat:Distribution",
        {
            "dct:title": Text(name),
            "dcat:accessURL": url,
            "dcat:downloadURL": url,
            "dcat:mediaType": _media_type(output),
            "dcat:byteSize": Text(str(output.size), "xsd:nonNegativeInteger"),
            "dct:license": _license(subject),
            "spdx:checksum": Ref(checksum),
        },
    )
    graph.add(
        checksum,
        "spdx:Checksum",
        {
            "spdx:algorithm": SHA256,
            "spdx:checksumValue": Text(output.sha256, "xsd:hexBinary"),
        },
    )


def _classes(graph: Graph, subject: Subject) -> None:
    """Say what the nodes of others are: shapes of profiles ask for it, and nothing else does.

    Not of themes: whoever calls them concepts has to give their names as well.
    """
    known: list[tuple[Ref | Text | None, str]] = [
        (_license(subject), "dct:LicenseDocument"),
        (_access(subject), "dct:RightsStatement"),
        *((_media_type(output), "dct:MediaType") for output in subject.outputs),
    ]
    for node, kind in known:
        if isinstance(node, Ref):
            graph.add(node.iri, kind, {})


def _license(subject: Subject) -> Ref | Text:
    """IRI of an SPDX licence; what is no single licence of the list stays text."""
    license_ = str(subject.license)
    if _SPDX_ID.fullmatch(license_) and not license_.startswith("LicenseRef-"):
        return Ref(f"http://spdx.org/licenses/{license_}")
    return Text(license_)


def _media_type(output: OutputFile) -> Ref | None:
    """IRI of the media type; parameters have no place in it."""
    if output.media_type is None:
        return None
    return Ref(_IANA + output.media_type.partition(";")[0].strip())


def _access(subject: Subject) -> Ref | None:
    if subject.label is None:
        return None
    return Ref(_RIGHTS + _ACCESS.get(subject.label, "RESTRICTED"))


def _ref(iri: str | None) -> Ref | None:
    return None if iri is None else Ref(iri)


def _moment(moment: Any) -> Text:
    return Text(render(moment), "xsd:dateTime")

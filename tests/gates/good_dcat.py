"""DCAT documents that fit the good run: one graph as JSON-LD and as Turtle."""

from __future__ import annotations

import hashlib
from typing import Any

import goodrun

BASE = "https://data.example.org/wells/"
DATASET = f"kfm://dataset/{goodrun.FAMILY}"
ACTIVITY = f"kfm://run/{goodrun.RUN_ID}"
LICENSE = "http://spdx.org/licenses/CC-BY-4.0"
PUBLIC = "http://publications.europa.eu/resource/authority/access-right/PUBLIC"
THEME = "http://publications.europa.eu/resource/authority/data-theme/ENVI"
SHA256 = "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"
IANA = "https://www.iana.org/assignments/media-types/"
PREFIXES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "prov": "http://www.w3.org/ns/prov#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
WEST, SOUTH, EAST, NORTH = goodrun.BBOX
WKT = f"POLYGON(({WEST} {SOUTH}, {EAST} {SOUTH}, {EAST} {NORTH}, {WEST} {NORTH}, {WEST} {SOUTH}))"


def files() -> dict[str, Any]:
    """Run-relative path -> content."""
    return {"catalog/dcat.jsonld": jsonld(), "catalog/dcat.ttl": turtle()}


def jsonld() -> dict[str, Any]:
    """The graph as JSON-LD: first the dataset, then the distributions."""
    return {
        "@context": PREFIXES,
        "@graph": [
            {
                "@id": DATASET,
                "@type": "dcat:Dataset",
                "dct:identifier": goodrun.FAMILY,
                "dct:title": {"@value": "Wells of Kansas", "@language": "en"},
                "dct:description": "Water wells by county.",
                "dct:publisher": {
                    "@id": f"{DATASET}#publisher",
                    "@type": "foaf:Agent",
                    "foaf:name": "Kansas Geological Survey",
                },
                "dcat:contactPoint": {
                    "@id": f"{DATASET}#contact",
                    "@type": "vcard:Kind",
                    "vcard:fn": "Water team",
                    "vcard:hasEmail": {"@id": "mailto:water@example.org"},
                },
                "dct:license": {"@id": LICENSE},
                "dct:accessRights": {"@id": PUBLIC},
                "dct:issued": typed(goodrun.ENDED, "dateTime"),
                "dct:modified": typed(goodrun.ENDED, "dateTime"),
                "dcat:keyword": ["water", "wells"],
                "dcat:theme": {"@id": THEME},
                "dcat:version": goodrun.RUN_ID,
                "dct:spatial": {
                    "@id": f"{ACTIVITY}#extent",
                    "@type": "dct:Location",
                    "dcat:bbox": {"@type": "geo:wktLiteral", "@value": WKT},
                },
                "dct:temporal": {
                    "@id": f"{ACTIVITY}#period",
                    "@type": "dct:PeriodOfTime",
                    "dcat:startDate": typed("2025-01-01", "date"),
                    "dcat:endDate": typed("2026-02-18", "date"),
                },
                "prov:wasGeneratedBy": {"@id": ACTIVITY},
                "dcat:distribution": [{"@id": f"{ACTIVITY}/{path}"} for path in outputs()],
            },
            *(distribution(path) for path in outputs()),
        ],
    }


def outputs() -> dict[str, tuple[bytes, str]]:
    """Run-relative path -> bytes and media type."""
    pairs = zip(goodrun.artifacts().items(), goodrun.MEDIA_TYPES, strict=True)
    return {path: (raw, media_type) for (path, raw), media_type in pairs}


def distribution(path: str) -> dict[str, Any]:
    """One output as JSON-LD."""
    raw, media_type = outputs()[path]
    return {
        "@id": f"{ACTIVITY}/{path}",
        "@type": "dcat:Distribution",
        "dct:title": path.partition("/")[2],
        "dcat:accessURL": {"@id": f"../{path}"},
        "dcat:downloadURL": {"@id": f"../{path}"},
        "dcat:mediaType": {"@id": f"{IANA}{media_type}"},
        "dcat:byteSize": typed(str(len(raw)), "nonNegativeInteger"),
        "dct:license": {"@id": LICENSE},
        "spdx:checksum": {
            "@id": f"{ACTIVITY}/{path}#checksum",
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": SHA256},
            "spdx:checksumValue": typed(hashlib.sha256(raw).hexdigest(), "hexBinary"),
        },
    }


def typed(text: str, datatype: str) -> dict[str, str]:
    """A typed literal of JSON-LD."""
    return {"@type": f"xsd:{datatype}", "@value": text}


def turtle() -> str:
    """The same graph as Turtle, written by hand."""
    prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    parts = ",\n        ".join(f"<{ACTIVITY}/{path}>" for path in outputs())
    return f"""{prefixes}
<{DATASET}> a dcat:Dataset ;
    dct:identifier "{goodrun.FAMILY}" ;
    dct:title "Wells of Kansas"@en ;
    dct:description "Water wells by county." ;
    dct:publisher <{DATASET}#publisher> ;
    dcat:contactPoint <{DATASET}#contact> ;
    dct:license <{LICENSE}> ;
    dct:accessRights <{PUBLIC}> ;
    dct:issued "{goodrun.ENDED}"^^xsd:dateTime ;
    dct:modified "{goodrun.ENDED}"^^xsd:dateTime ;
    dcat:keyword "water", "wells" ;
    dcat:theme <{THEME}> ;
    dcat:version "{goodrun.RUN_ID}" ;
    dct:spatial <{ACTIVITY}#extent> ;
    dct:temporal <{ACTIVITY}#period> ;
    prov:wasGeneratedBy <{ACTIVITY}> ;
    dcat:distribution {parts} .

<{DATASET}#publisher> a foaf:Agent ; foaf:name "Kansas Geological Survey" .
<{DATASET}#contact> a vcard:Kind ; vcard:fn "Water team" ;
    vcard:hasEmail <mailto:water@example.org> .
<{ACTIVITY}#extent> a dct:Location ; dcat:bbox "{WKT}"^^geo:wktLiteral .
<{ACTIVITY}#period> a dct:PeriodOfTime ;
    dcat:startDate "2025-01-01"^^xsd:date ; dcat:endDate "2026-02-18"^^xsd:date .
{"".join(map(_turtle_distribution, outputs()))}"""


def _turtle_distribution(path: str) -> str:
    raw, media_type = outputs()[path]
    return f"""
<{ACTIVITY}/{path}> a dcat:Distribution ;
    dct:title "{path.partition("/")[2]}" ;
    dcat:accessURL <../{path}> ;
    dcat:downloadURL <../{path}> ;
    dcat:mediaType <{IANA}{media_type}> ;
    dcat:byteSize "{len(raw)}"^^xsd:nonNegativeInteger ;
    dct:license <{LICENSE}> ;
    spdx:checksum <{ACTIVITY}/{path}#checksum> .
<{ACTIVITY}/{path}#checksum> a spdx:Checksum ;
    spdx:algorithm <{SHA256}> ;
    spdx:checksumValue "{hashlib.sha256(raw).hexdigest()}"^^xsd:hexBinary .
"""

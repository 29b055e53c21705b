"""Names of the vocabularies that catalogs are written in, and their usual prefixes."""

from __future__ import annotations

from typing import Final

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
DCAT: Final = "http://www.w3.org/ns/dcat#"
DCT: Final = "http://purl.org/dc/terms/"
PROV: Final = "http://www.w3.org/ns/prov#"
FOAF: Final = "http://xmlns.com/foaf/0.1/"
VCARD: Final = "http://www.w3.org/2006/vcard/ns#"
SPDX: Final = "http://spdx.org/rdf/terms#"
ADMS: Final = "http://www.w3.org/ns/adms#"
LOCN: Final = "http://www.w3.org/ns/locn#"
GEOSPARQL: Final = "http://www.opengis.net/ont/geosparql#"
SCHEMA: Final = "http://schema.org/"
SCHEMAS: Final = "https://schema.org/"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
ORG: Final = "http://www.w3.org/ns/org#"
TIME: Final = "http://www.w3.org/2006/time#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
ODRL: Final = "http://www.w3.org/ns/odrl/2/"
SHACL: Final = "http://www.w3.org/ns/shacl#"
DCAT_AP: Final = "http://data.europa.eu/r5r/"
DCAT_US: Final = "http://data.resources.gov/ontology/dcat-us#"
CC: Final = "http://creativecommons.org/ns#"
KFM: Final = "https://kfm-gates.dev/ns#"

PREFIXES: Final = {
    "rdf": RDF,
    "rdfs": RDFS,
    "xsd": XSD,
    "dcat": DCAT,
    "dct": DCT,
    "prov": PROV,
    "foaf": FOAF,
    "vcard": VCARD,
    "spdx": SPDX,
    "adms": ADMS,
    "locn": LOCN,
    "geosparql": GEOSPARQL,
    "schema": SCHEMA,
    "skos": SKOS,
    "org": ORG,
    "time": TIME,
    "owl": OWL,
    "odrl": ODRL,
    "sh": SHACL,
    "dcatap": DCAT_AP,
    "dcat-us": DCAT_US,
    "cc": CC,
    "kfm": KFM,
}

RDF_TYPE: Final = f"{RDF}type"
RDF_FIRST: Final = f"{RDF}first"
RDF_REST: Final = f"{RDF}rest"
RDF_NIL: Final = f"{RDF}nil"
RDF_LANG_STRING: Final = f"{RDF}langString"
XSD_STRING: Final = f"{XSD}string"


def short(iri: str) -> str:
    """An IRI with its usual prefix, `dct:title` for example; unchanged where there is none."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and len(iri) > len(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri

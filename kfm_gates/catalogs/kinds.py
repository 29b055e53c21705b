"""What a document is, told from its content.

The form names the kind of catalog and how it is written down, `dcat-turtle` for example. Names of
files only help where the content cannot tell: RDF/XML from PROV-XML by the root element, Turtle
from N-Triples not at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

FORMS: Final[dict[str, str]] = {
    "stac": "stac",
    "stac-lines": "stac",
    "dcat-jsonld": "dcat",
    "dcat-turtle": "dcat",
    "dcat-ntriples": "dcat",
    "dcat-rdfxml": "dcat",
    "dcat-us": "dcat",
    "prov-json": "prov",
    "prov-jsonld": "prov",
    "prov-n": "prov",
    "prov-xml": "prov",
    "prov-o-jsonld": "prov",
    "prov-o-turtle": "prov",
    "prov-o-ntriples": "prov",
    "prov-o-rdfxml": "prov",
    "openlineage": "openlineage",
    "openlineage-lines": "openlineage",
}
"""Every form, with the kind of catalog that reads it."""

JSON_SUFFIXES: Final = (".json", ".jsonld", ".geojson")
LINES_SUFFIXES: Final = (".jsonl", ".ndjson")
TEXT_SUFFIXES: Final = (".ttl", ".nt", ".rdf", ".xml", ".owl", ".provn", ".provx", ".n3")
SUFFIXES: Final = (*JSON_SUFFIXES, *LINES_SUFFIXES, *TEXT_SUFFIXES)

_STAC_TYPES: Final = frozenset({"Feature", "Collection", "Catalog", "FeatureCollection"})
_PROV_RECORDS: Final = frozenset(
    {"entity", "activity", "agent", "bundle", "used", "specializationOf", "alternateOf"}
    | {"hadMember", "mentionOf", "actedOnBehalfOf"}
    | {f"was{end}" for end in ("GeneratedBy", "InformedBy", "StartedBy", "EndedBy")}
    | {f"was{end}" for end in ("InvalidatedBy", "DerivedFrom", "AttributedTo")}
    | {f"was{end}" for end in ("AssociatedWith", "InfluencedBy")}
)
_DCAT: Final = "http://www.w3.org/ns/dcat#"
_PROV: Final = "http://www.w3.org/ns/prov#"
_PROV_XML = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?document[\s>]")
_RDF_XML = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?RDF[\s>]")


def of_json(data: Any) -> str | None:
    """Form of a parsed JSON document, None where it is no catalog that is known."""
    if isinstance(data, list):
        events = data and all(_is_event(entry) for entry in data)
        return "openlineage" if events else _of_jsonld(data)
    if not isinstance(data, dict):
        return None
    if _is_stac(data):
        return "stac"
    if _is_event(data):
        return "openlineage"
    if _conforms_to_pod(data):
        return "dcat-us"
    if "@context" in data or "@graph" in data:
        return _of_jsonld(data)
    if _is_dcat_us(data):
        return "dcat-us"
    records = data.keys() & _PROV_RECORDS
    # Beside namespaces a record of an unknown kind is a mistake, and the reader says which.
    if records and ("prefix" in data or records == data.keys()):
        return "prov-json"
    return None


def of_lines(values: list[Any]) -> str | None:
    """Form of a document of JSON Lines, from all its values."""
    if values and all(_is_event(value) for value in values):
        return "openlineage-lines"
    if values and all(isinstance(value, dict) and _is_stac(value) for value in values):
        return "stac-lines"
    return None


def of_text(raw: bytes, name: str) -> str | None:
    """Form of a document that is no JSON.

    Args:
        raw: Its bytes.
        name: Its file name, for the suffix.
    """
    suffix = name[name.rfind(".") :].lower() if "." in name else ""
    head = raw[:65536].lstrip()
    if head.startswith(b"<") and suffix not in (".ttl", ".nt"):
        if _RDF_XML.search(head):
            return _rdf(raw, "rdfxml")
        return "prov-xml" if _PROV_XML.search(head) and _PROV.encode() in head else None
    if suffix == ".provn" or re.match(rb"(?:\s|//[^\n]*\n|/\*.*?\*/)*document\b", head, re.DOTALL):
        return "prov-n"
    if suffix == ".nt":
        return _rdf(raw, "ntriples")
    if suffix == ".ttl":
        return _rdf(raw, "turtle")
    return None


def _rdf(raw: bytes, syntax: str) -> str | None:
    if _DCAT.encode() in raw:
        return f"dcat-{syntax}"
    if _PROV.encode() in raw:
        return f"prov-o-{syntax}"
    return None


def _is_stac(data: Mapping[str, Any]) -> bool:
    if isinstance(data.get("stac_version"), str):
        return True
    features = data.get("features")
    return (
        data.get("type") == "FeatureCollection"
        and isinstance(features, list)
        and any(isinstance(f, dict) and "stac_version" in f for f in features)
    )


def _is_event(data: Any) -> bool:
    if not isinstance(data, dict) or "eventTime" not in data:
        return False
    return "producer" in data or "openlineage" in str(data.get("schemaURL", "")).lower()


def _conforms_to_pod(data: Mapping[str, Any]) -> bool:
    """DCAT-US 1.1, which names a context of its own that nobody needs for reading it."""
    return str(data.get("conformsTo", "")).startswith("https://project-open-data.cio.gov/v1.1/")


def _is_dcat_us(data: Mapping[str, Any]) -> bool:
    kind = data.get("@type")
    return isinstance(kind, str) and kind.split(":")[-1] in ("Catalog", "Dataset", "DataService")


def _of_jsonld(data: Any) -> str | None:
    texts = frozenset(_strings(data))
    if any("openprovenance.org/prov-jsonld" in text for text in texts):
        return "prov-jsonld"
    if any(_DCAT in text or text.startswith("dcat:") or "/dcat" in text.lower() for text in texts):
        return "dcat-jsonld"
    if isinstance(data, dict) and _is_dcat_us(data):
        return "dcat-us"
    if any(_PROV in text or text.startswith("prov:") for text in texts):
        return "prov-o-jsonld"
    return None


def _strings(data: Any) -> list[str]:
    """Keys, types and contexts of a document: the words that say what it is."""
    found: list[str] = []
    waiting = [data]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            found.extend(one)
            for key in ("@type", "@context", "@vocab", "dcat", "prov"):
                value = one.get(key)
                values = value if isinstance(value, list) else [value]
                found.extend(v for v in values if isinstance(v, str))
            waiting.extend(v for v in one.values() if isinstance(v, dict | list))
        elif isinstance(one, list):
            waiting.extend(v for v in one if isinstance(v, dict | list))
    return found

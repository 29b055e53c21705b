"""Contexts of profiles of DCAT that documents refer to by URL, as this package reads them.

Written from the vocabularies: the terms of DCAT-US 3.0 and DCAT-AP 3.0 for what they describe.
They are flat. The published ones define a term only within its class, so they read nothing from a
node without a type; here it is read, and the gate says that the type is missing.
"""

from __future__ import annotations

import functools
import re
from typing import Any, Final

from kfm_gates.catalogs.rdf import namespaces as ns

_DCAT_US: Final = re.compile(
    r"https://raw\.githubusercontent\.com/DOI-DO/dcat-us/(?:refs/heads/)?"
    r"(?:main|v3\.0(?:\.\d+)?)/context/dcat-us-3\.0\.jsonld"
)
_DCAT_AP: Final = re.compile(
    r"https://semiceu\.github\.io/(?:uri\.semic\.eu-generated/)?DCAT-AP/releases/3\.0\.[01]/"
    r"context/dcat-ap\.jsonld"
)
_DCAT_AP_EXAMPLES: Final = re.compile(
    r"https://semiceu\.github\.io/(?:uri\.semic\.eu-generated/)?DCAT-AP/releases/3\.0\.[01]/"
    r"html/examples/context\.jsonld"
)

_TEXT: Final = (
    "dct:abstract dct:bibliographicCitation dct:created dct:description dct:identifier "
    "dct:issued dct:modified dct:title dcat:bbox dcat:centroid dcat:endDate dcat:keyword "
    "dcat:startDate dcat:temporalResolution dcat:version adms:schemaAgency adms:versionNotes "
    "foaf:firstname foaf:givenName foaf:name locn:adminUnitL1 locn:adminUnitL2 locn:geometry "
    "locn:postCode locn:postName locn:thoroughfare rdfs:label skos:altLabel skos:definition "
    "skos:notation skos:prefLabel skos:scopeNote spdx:licenseText vcard:country-name "
    "vcard:family-name vcard:fn vcard:given-name vcard:locality vcard:organization-name "
    "vcard:postal-code vcard:region vcard:street-address dcat-us:cuiBannerMarking "
    "dcat-us:designationIndicator dcat-us:purpose dcat-us:requiredIndicatorPerAuthority "
    "dcat-us:restrictionNote"
)
_REFERENCES: Final = (
    "dct:accessRights dct:conformsTo dct:contributor dct:creator dct:format dct:hasPart "
    "dct:isReferencedBy dct:language dct:license dct:provenance dct:publisher dct:relation "
    "dct:replaces dct:rights dct:rightsHolder dct:source dct:spatial dct:subject dct:temporal "
    "dcat:accessService dcat:accessURL dcat:catalog dcat:compressFormat dcat:contactPoint "
    "dcat:dataset dcat:distribution dcat:downloadURL dcat:endpointDescription dcat:endpointURL "
    "dcat:first dcat:hadRole dcat:hasCurrentVersion dcat:hasVersion dcat:inSeries "
    "dcat:landingPage dcat:last dcat:next dcat:packageFormat dcat:prev dcat:previousVersion "
    "dcat:qualifiedRelation dcat:record dcat:seriesMember dcat:servesDataset dcat:service "
    "dcat:theme dcat:themeTaxonomy adms:representationTechnique adms:sample adms:status "
    "adms:supportedSchema dcatap:applicableLegislation dcatap:availability foaf:homepage "
    "foaf:page foaf:primaryTopic odrl:hasPolicy prov:agent prov:qualifiedAttribution "
    "prov:wasAttributedTo prov:wasGeneratedBy prov:wasUsedBy skos:inScheme spdx:algorithm "
    "spdx:checksum vcard:address vcard:hasEmail vcard:tel dcat-us:accessRestriction "
    "dcat-us:cuiRestriction dcat-us:describedBy dcat-us:geographicBoundingBox "
    "dcat-us:liabilityStatement dcat-us:metadataDistribution dcat-us:restrictionStatus "
    "dcat-us:specificRestriction dcat-us:useRestriction org:memberOf org:subOrganizationOf"
)
_TYPED: Final = {
    "dcat:byteSize": "nonNegativeInteger",
    "dcat:spatialResolutionInMeters": "decimal",
    "dcat-us:eastBoundingLongitude": "decimal",
    "dcat-us:northBoundingLatitude": "decimal",
    "dcat-us:southBoundingLatitude": "decimal",
    "dcat-us:westBoundingLongitude": "decimal",
    "spdx:checksumValue": "hexBinary",
}
_CLASSES: Final = (
    "dcat:Catalog dcat:CatalogRecord dcat:DataService dcat:Dataset dcat:DatasetSeries "
    "dcat:Distribution dcat:Relationship dcat:Role dct:Location dct:PeriodOfTime dct:Standard "
    "dct:RightsStatement dct:ProvenanceStatement dct:MediaType foaf:Agent foaf:Document "
    "prov:Activity prov:Attribution skos:Concept skos:ConceptScheme spdx:Checksum vcard:Kind "
    "adms:Identifier"
)
_US_PREFIXES: Final = (
    "adms dcat dcatap dcat-us foaf locn owl prov rdf rdfs schema sh skos spdx vcard"
)
_US_MAPS: Final = (
    "abstract altLabel definition description keyword label prefLabel purpose restrictionNote "
    "scopeNote title"
)
_MEDIA_TYPES: Final = "https://www.iana.org/assignments/media-types/"


def get(url: str) -> dict[str, Any] | None:
    """The context that stands for a URL, None where it is not known."""
    if _DCAT_US.fullmatch(url):
        return _us()
    if _DCAT_AP.fullmatch(url):
        return _ap()
    if _DCAT_AP_EXAMPLES.fullmatch(url):
        return _ap_examples()
    return None


@functools.cache
def _common() -> dict[str, Any]:
    context: dict[str, Any] = {"@version": 1.1}
    for name in _TEXT.split():
        context[_local(name)] = _iri(name)
    for name in _REFERENCES.split():
        context[_local(name)] = _reference(name)
    for name, datatype in _TYPED.items():
        context[_local(name)] = {"@id": _iri(name), "@type": f"{ns.XSD}{datatype}"}
    context["otherIdentifier"] = _reference("adms:identifier")
    return context


@functools.cache
def _us() -> dict[str, Any]:
    # The prefixes of the published context: neither xsd nor dct is among them, and it spells org
    # with another host.
    context: dict[str, Any] = dict(_common())
    context |= {prefix: ns.PREFIXES[prefix] for prefix in _US_PREFIXES.split()}
    context |= {
        "dcterms": ns.DCT,
        "gsp": ns.GEOSPARQL,
        "org": "http://www.w3c.org/ns/org#",
        "cnt": "http://www.w3.org/2011/content#",
        "dash": "http://datashapes.org/dash#",
        "dqv": "http://www.w3.org/ns/dqv#",
        "odrs": "http://schema.theodi.org/odrs#",
        "sdmx-attribute": "http://purl.org/linked-data/sdmx/2009/attribute#",
        "dcat-us-shp": "http://data.resources.gov/shapes/dcat-us#",
        "characterEncoding": "cnt:characterEncoding",
        "attributionText": "odrs:attributionText",
        "value": "dqv:value",
    }
    for term, name in {
        "expectedDataType": "dqv:expectedDataType",
        "hasQualityMeasurement": "dqv:hasQualityMeasurement",
        "inDimension": "dqv:inDimension",
        "isMeasurementOf": "dqv:isMeasurementOf",
        "unitMeasure": "sdmx-attribute:unitMeasure",
        "image": "schema:image",
        "category": "dcterms:type",
    }.items():
        context[term] = {"@id": name, "@type": "@id"}
    context["temporalResolution"] = _duration()
    for term in _US_MAPS.split():
        context[f"{term}Map"] = {"@id": context[term], "@container": "@language"}
    context["attributionTextMap"] = {"@id": "odrs:attributionText", "@container": "@language"}
    _relative(
        context, "accrualPeriodicity", "dcterms:accrualPeriodicity", "http://purl.org/cld/freq/"
    )
    _relative(context, "language", "dcterms:language", "http://id.loc.gov/vocabulary/iso639-1/")
    _relative(context, "mediaType", "dcat:mediaType", _MEDIA_TYPES)
    return context


@functools.cache
def _ap() -> dict[str, Any]:
    context = dict(_common())
    for name in _CLASSES.split():
        context[_local(name)] = _iri(name)
    for term, name in {
        "Catalogue": "dcat:Catalog",
        "CatalogueRecord": "dcat:CatalogRecord",
        "DatasetMemberOfADatasetSeries": "dcat:Dataset",
        "LicenceDocument": "dct:LicenseDocument",
        "listingDate": "dct:issued",
        "modificationDate": "dct:modified",
        "preferredLabel": "skos:prefLabel",
        "releaseDate": "dct:issued",
    }.items():
        context[term] = _iri(name)
    for term, name in {
        "accessUrl": "dcat:accessURL",
        "applicationProfile": "dct:conformsTo",
        "beginning": "time:hasBeginning",
        "catalogue": "dcat:catalog",
        "changeType": "adms:status",
        "compressionFormat": "dcat:compressFormat",
        "datasetDistribution": "dcat:distribution",
        "documentation": "foaf:page",
        "downloadUrl": "dcat:downloadURL",
        "end": "time:hasEnd",
        "endpointUrl": "dcat:endpointURL",
        "frequency": "dct:accrualPeriodicity",
        "geographicalCoverage": "dct:spatial",
        "licence": "dct:license",
        "linkedSchemas": "dct:conformsTo",
        "mediaType": "dcat:mediaType",
        "packagingFormat": "dcat:packageFormat",
        "previous": "dcat:prev",
        "relatedResource": "dct:relation",
        "sourceMetadata": "dct:source",
        "temporalCoverage": "dct:temporal",
        "themes": "dcat:themeTaxonomy",
        "type": "dct:type",
    }.items():
        context[term] = _reference(name)
    context["spatialResolution"] = context["spatialResolutionInMeters"]
    context["temporalResolution"] = _duration()
    return context


@functools.cache
def _ap_examples() -> dict[str, Any]:
    """The context of the examples in the text of DCAT-AP, which has languages as keys."""
    context = dict(_ap())
    for term in ("title", "description"):
        context[term] = {"@id": f"{ns.DCT}{term}", "@container": ["@set", "@language"]}
    for term in ("releaseDate", "modificationDate"):
        context[term] = {"@id": context[term], "@type": "xsd:date"}  # a prefix that is not declared
    context |= {"dcat": ns.DCAT, "dct": ns.DCT, "rdf": ns.RDF}
    greece = "https://data.gov.gr/"
    context["example"] = greece
    for prefix, folder in {"ds": "dataset", "cat": "catalog", "ser": "datasetseries"}.items():
        context[f"example-{prefix}"] = f"{greece}id/{folder}/"
    context["example-ag"] = "https://agencies.gov.gr/id/"
    context["nal-frequency"] = "http://publications.europa.eu/resource/authority/frequency/"
    return context


def _relative(context: dict[str, Any], term: str, name: str, base: str) -> None:
    """A term whose short values are names in somebody's register."""
    context[term] = {"@id": name, "@type": "@id", "@context": {"@base": base}}


def _reference(name: str) -> dict[str, str]:
    return {"@id": _iri(name), "@type": "@id"}


def _duration() -> dict[str, str]:
    return {"@id": f"{ns.DCAT}temporalResolution", "@type": f"{ns.XSD}duration"}


def _iri(name: str) -> str:
    prefix, _, local = name.partition(":")
    return ns.PREFIXES[prefix] + local


def _local(name: str) -> str:
    return name.partition(":")[2]

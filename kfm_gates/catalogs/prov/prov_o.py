"""How PROV-O writes the statements of PROV-DM: its classes and properties, as tables."""

from __future__ import annotations

from typing import Final, NamedTuple

from kfm_gates.catalogs.prov.model import KINDS, PROV
from kfm_gates.catalogs.rdf import namespaces as ns


class Qualified(NamedTuple):
    """How a relation is written with a node of its own.

    Args:
        kind: The relation; its first argument is the subject.
        type: Class of the node.
        properties: Properties of the node that hold the other arguments.
    """

    kind: str
    type: str
    properties: tuple[tuple[str, ...], ...]


_DERIVED: Final = (("entity",), ("hadActivity",), ("hadGeneration",), ("hadUsage",))
_TRIGGERED: Final = (("entity",), ("hadActivity",), ("atTime",))
_THING: Final = ("influencer", "entity", "activity", "agent")
QUALIFIED: Final = {
    "qualifiedGeneration": Qualified("wasGeneratedBy", "Generation", (("activity",), ("atTime",))),
    "qualifiedUsage": Qualified("used", "Usage", (("entity",), ("atTime",))),
    "qualifiedCommunication": Qualified("wasInformedBy", "Communication", (("activity",),)),
    "qualifiedStart": Qualified("wasStartedBy", "Start", _TRIGGERED),
    "qualifiedEnd": Qualified("wasEndedBy", "End", _TRIGGERED),
    "qualifiedInvalidation": Qualified(
        "wasInvalidatedBy", "Invalidation", (("activity",), ("atTime",))
    ),
    "qualifiedDerivation": Qualified("wasDerivedFrom", "Derivation", _DERIVED),
    "qualifiedRevision": Qualified("wasDerivedFrom", "Revision", _DERIVED),
    "qualifiedQuotation": Qualified("wasDerivedFrom", "Quotation", _DERIVED),
    "qualifiedPrimarySource": Qualified("wasDerivedFrom", "PrimarySource", _DERIVED),
    "qualifiedAttribution": Qualified("wasAttributedTo", "Attribution", (("agent",),)),
    "qualifiedAssociation": Qualified(
        "wasAssociatedWith", "Association", (("agent",), ("hadPlan",))
    ),
    "qualifiedDelegation": Qualified(
        "actedOnBehalfOf", "Delegation", (("agent",), ("hadActivity",))
    ),
    "qualifiedInfluence": Qualified("wasInfluencedBy", "Influence", (_THING,)),
}
PLAIN: Final = {
    **{name: name for name, kind in KINDS.items() if not kind.element and name != "mentionOf"},
    "wasRevisionOf": "wasDerivedFrom",
    "wasQuotedFrom": "wasDerivedFrom",
    "hadPrimarySource": "wasDerivedFrom",
}
TYPE_OF: Final = {
    "wasRevisionOf": "Revision",
    "wasQuotedFrom": "Quotation",
    "hadPrimarySource": "PrimarySource",
}
INVERSE: Final = {
    "generated": "wasGeneratedBy",
    "invalidated": "wasInvalidatedBy",
    "influenced": "wasInfluencedBy",
}
CLASSES: Final = {
    "Entity": "entity",
    "Bundle": "entity",
    "Collection": "entity",
    "EmptyCollection": "entity",
    "Plan": "entity",
    "Activity": "activity",
    "Agent": "agent",
    "Organization": "agent",
    "Person": "agent",
    "SoftwareAgent": "agent",
}
_ELEMENT_TIMES: Final = ("startedAtTime", "endedAtTime", "generatedAtTime", "invalidatedAtTime")
ATTRIBUTE_OF: Final = {
    ns.RDF_TYPE: f"{PROV}type",
    f"{ns.RDFS}label": f"{PROV}label",
    f"{PROV}atLocation": f"{PROV}location",
    f"{PROV}hadRole": f"{PROV}role",
    f"{PROV}value": f"{PROV}value",
}
_ELSEWHERE: Final = frozenset(
    {"asInBundle", "mentionOf", "hasAnchor", "has_anchor", "has_provenance", "has_query_service"}
    | {"describesService", "pingback", "provenanceUriTemplate"}
)
"""Properties read in another place, or of PROV-AQ, which states nothing about provenance."""
_NODE_PROPERTIES: Final = frozenset(
    name for one in QUALIFIED.values() for names in one.properties for name in names
) | {"influencer"}
KNOWN: Final = frozenset(
    {*QUALIFIED, *PLAIN, *INVERSE, *_ELEMENT_TIMES, *_ELSEWHERE, *_NODE_PROPERTIES}
) | {iri.removeprefix(PROV) for iri in ATTRIBUTE_OF if iri.startswith(PROV)}

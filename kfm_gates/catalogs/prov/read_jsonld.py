"""PROV-JSONLD (W3C member submission of 2024), read as the plain JSON that its schema describes.

The context is a name here and is never fetched: what a term means is fixed by the submission.
"""

from __future__ import annotations

from typing import Any, Final

from kfm_gates.catalogs.prov import codes
from kfm_gates.catalogs.prov.model import (
    ATTRIBUTES,
    KINDS,
    PROV,
    QUALIFIED_NAME,
    Instance,
    Kind,
    Value,
    Where,
)
from kfm_gates.catalogs.prov.reading import Names, Reading

_TYPES: Final = {
    "Entity": "entity",
    "Activity": "activity",
    "Agent": "agent",
    "Generation": "wasGeneratedBy",
    "Usage": "used",
    "Communication": "wasInformedBy",
    "Start": "wasStartedBy",
    "End": "wasEndedBy",
    "Invalidation": "wasInvalidatedBy",
    "Derivation": "wasDerivedFrom",
    "Attribution": "wasAttributedTo",
    "Association": "wasAssociatedWith",
    "Delegation": "actedOnBehalfOf",
    "Influence": "wasInfluencedBy",
    "Specialization": "specializationOf",
    "Alternate": "alternateOf",
    "Membership": "hadMember",
    "Mention": "mentionOf",
}
_CONTEXT: Final = "openprovenance.org/prov-jsonld/"


def read(data: Any, reading: Reading) -> None:
    """Read a parsed PROV-JSONLD document into `reading`.

    Raises:
        EvidenceUnreadable: It is no object with `@context` and `@graph`, or is too large.
    """
    if not isinstance(data, dict) or not isinstance(data.get("@graph"), list):
        raise reading.refuse(
            "The document is no PROV-JSONLD.", wanted="an object with @context and @graph"
        )
    names = _context(data.get("@context"), {}, reading, ("@context",))
    for key in data.keys() - {"@context", "@graph", "@type", "@id"}:
        _unknown(reading, key, (key,))
    top = reading.instance(None, names, ())
    for n, one in enumerate(data["@graph"]):
        where = ("@graph", str(n))
        if isinstance(one, dict) and _type(one) == "Bundle":
            _bundle(one, names, reading, where)
        else:
            _record(one, top, names, reading, where)


def _bundle(data: dict[str, Any], outer: Names, reading: Reading, where: tuple[str, ...]) -> None:
    graph = data.get("@graph")
    names = _context(data.get("@context"), outer.prefixes, reading, (*where, "@context"))
    known = outer if outer.expand(str(data.get("@id"))) is not None else names
    id_ = reading.name(known, data.get("@id"), (*where, "@id"))
    instance = reading.instance(id_, names, where)
    if not isinstance(graph, list):
        _shape(reading, (*where, "@graph"), "a list of statements")
        return
    for n, one in enumerate(graph):
        _record(one, instance, names, reading, (*where, "@graph", str(n)))


def _context(given: Any, outer: dict[str, str], reading: Reading, where: tuple[str, ...]) -> Names:
    found = dict(outer)
    for n, one in enumerate(given if isinstance(given, list) else [given]):
        if isinstance(one, str) and _CONTEXT in one:
            continue
        if not isinstance(one, dict):
            if one is not None:
                _shape(reading, (*where, str(n)), "prefixes, or the context of PROV-JSONLD")
            continue
        reading.weigh(len(found) + len(one))
        for prefix, namespace in one.items():
            if isinstance(namespace, str) and namespace and prefix != "_":
                name = "" if prefix in ("@base", "@vocab", "default") else prefix
                if not name.startswith("@"):
                    found[name] = namespace
            elif not prefix.startswith("@"):
                _shape(reading, (*where, str(n), prefix), "the IRI of a namespace")
    return Names(found, absolute=True)


def _type(data: dict[str, Any]) -> str | None:
    given = data.get("@type")
    return given.removeprefix("prov:") if isinstance(given, str) else None


def _record(
    data: Any, instance: Instance, names: Names, reading: Reading, where: tuple[str, ...]
) -> None:
    if not isinstance(data, dict):
        _shape(reading, where, "an object")
        return
    type_ = _type(data)
    kind = KINDS.get(_TYPES.get(type_ or "", ""))
    if kind is None:
        reading.note(
            codes.RECORD_UNKNOWN,
            f"PROV-JSONLD knows no @type {str(type_)[:80]!r}.",
            (*where, "@type"),
            got=str(type_)[:80],
        )
        return
    id_ = None
    if "@id" in data:
        id_ = reading.name(names, data["@id"], (*where, "@id"))
    elif kind.element:
        reading.note(codes.ARGUMENT_MISSING, f"{type_} has no @id.", where, wanted="@id")
    slots = {slot.name: n for n, slot in enumerate(kind.slots)}
    args: list[str | None] = [None] * len(kind.slots)
    stated: set[int] = set()
    members: list[Any] | None = None
    attributes: list[tuple[str, Value]] = []
    for key, given in data.items():
        here = (*where, key)
        n = slots.get(key.removeprefix("prov:"))
        if key in ("@id", "@type"):
            continue
        if n is None:
            _attribute(key, given, attributes, names, reading, here)
        elif kind.name == "hadMember" and key.endswith("entity") and isinstance(given, list):
            members = given
            stated.add(n)
        else:
            stated.add(n)
            args[n] = (
                reading.time(_bare(given), here)
                if kind.slots[n].role == "time"
                else reading.name(names, given, here)
            )
    _add(instance, kind, id_, args, members, attributes, where, stated, names, reading)


def _add(
    instance: Instance,
    kind: Kind,
    id_: str | None,
    args: list[str | None],
    members: list[Any] | None,
    attributes: list[tuple[str, Value]],
    where: tuple[str, ...],
    stated: set[int],
    names: Names,
    reading: Reading,
) -> None:
    if not kind.identified:
        id_ = None
    if not members:
        if members is not None:
            stated.discard(1)
        reading.add(instance, kind, id_, args, attributes, where, stated=stated)
        return
    for n, one in enumerate(members):
        member = reading.name(names, one, (*where, "entity", str(n)))
        reading.add(instance, kind, id_, [args[0], member], attributes, where, stated=stated)


def _bare(given: Any) -> Any:
    """A time, also where it is written as a typed value."""
    return given["@value"] if isinstance(given, dict) and "@value" in given else given


def _attribute(
    key: str,
    given: Any,
    attributes: list[tuple[str, Value]],
    names: Names,
    reading: Reading,
    where: tuple[str, ...],
) -> None:
    plain = key.removeprefix("prov:")
    if plain in ATTRIBUTES:
        iri: str | None = f"{PROV}{plain}"
    elif ":" not in key:
        _unknown(reading, key, where)
        return
    else:
        iri = reading.name(names, key, where)
    if iri is None or not reading.attribute(iri, where):
        return
    reading.weigh(len(given) if isinstance(given, list) else 1)
    for n, one in enumerate(given if isinstance(given, list) else [given]):
        value = _value(one, plain, names, reading, (*where, str(n)))
        if value is not None:
            attributes.append((iri, value))


def _value(given: Any, key: str, names: Names, reading: Reading, where: Where) -> Value | None:
    if isinstance(given, str):
        # Bare text is a name where the submission says so (types, roles, places, attributes).
        iri = names.expand(given) if key != "label" and ":" in given else None
        return Value(given) if iri is None else Value(iri, QUALIFIED_NAME)
    if not isinstance(given, dict) or "@value" not in given:
        _shape(reading, where, 'a name, or {"@value": …} with @type or @language')
        return None
    text, datatype, lang = given["@value"], given.get("@type"), given.get("@language")
    if isinstance(text, bool):
        text = str(text).lower()
    elif isinstance(text, int | float):
        text = str(text)
    if (
        not isinstance(text, str)
        or not isinstance(lang, str | None)
        or not given.keys() <= {"@value", "@type", "@language"}
    ):
        _shape(reading, where, "a value that is text")
        return None
    if datatype is None:
        return Value(text, None, lang)
    type_iri = reading.name(names, datatype, where)
    return None if type_iri is None else reading.value(Value(text, type_iri, lang), where)


def _unknown(reading: Reading, key: str, where: Where) -> None:
    reading.note(
        codes.RECORD_UNKNOWN, f"PROV-JSONLD knows no term {key[:80]!r} here.", where, got=key[:80]
    )


def _shape(reading: Reading, where: Where, wanted: str) -> None:
    reading.note(codes.VALUE_INVALID, f"This is not {wanted}.", where, wanted=wanted)

"""PROV-JSON (W3C member submission of 2013): records by kind, then by name."""

from __future__ import annotations

from typing import Any, Final

from kfm_gates.catalogs.prov import codes
from kfm_gates.catalogs.prov.model import (
    KINDS,
    PROV,
    QUALIFIED_NAME,
    XSD,
    Instance,
    Kind,
    Value,
    Where,
)
from kfm_gates.catalogs.prov.reading import Names, Reading

_NAMES: Final = frozenset({QUALIFIED_NAME, f"{XSD}QName"})
_SLOTS: Final = {
    kind.name: {f"{PROV}{slot.name}": (n, slot.role) for n, slot in enumerate(kind.slots)}
    for kind in KINDS.values()
}


def read(data: Any, reading: Reading) -> None:
    """Read a parsed PROV-JSON document into `reading`.

    Raises:
        EvidenceUnreadable: It is no object, or holds too many statements.
    """
    if not isinstance(data, dict):
        raise reading.refuse("The document is no JSON object.", wanted="an object of records")
    names = _names(data, {}, reading, ())
    _records(data, reading.instance(None, names, ()), names, reading, ())
    bundles = data.get("bundle", {})
    if not isinstance(bundles, dict):
        _shape(reading, ("bundle",), "an object of bundles")
        return
    for name, content in bundles.items():
        where = ("bundle", name)
        if not isinstance(content, dict):
            _shape(reading, where, "an object of records")
            continue
        inner = _names(content, names.prefixes, reading, where)
        # The name belongs to the document; writers exist that only declare it inside.
        known = names if names.expand(name) is not None else inner
        id_ = reading.name(known, name, where)
        _records(content, reading.instance(id_, inner, where), inner, reading, where)
        if "bundle" in content:
            reading.note(codes.RECORD_UNKNOWN, "A bundle holds bundles.", (*where, "bundle"))


def _names(
    data: dict[str, Any], outer: dict[str, str], reading: Reading, where: tuple[str, ...]
) -> Names:
    declared = data.get("prefix", {})
    if not isinstance(declared, dict):
        _shape(reading, (*where, "prefix"), "an object of namespaces")
        return Names(outer)
    reading.weigh(len(outer) + len(declared))
    found = dict(outer)
    for prefix, namespace in declared.items():
        if not isinstance(namespace, str) or not namespace:
            _shape(reading, (*where, "prefix", prefix), "the IRI of a namespace")
        elif prefix != "_":
            found["" if prefix == "default" else prefix] = namespace
    return Names(found)


def _records(
    data: dict[str, Any],
    instance: Instance,
    names: Names,
    reading: Reading,
    where: tuple[str, ...],
) -> None:
    for word, records in data.items():
        if word in ("prefix", "bundle"):
            continue
        kind = KINDS.get(word) or KINDS.get(word.removeprefix("prov:"))
        if kind is None:
            reading.note(
                codes.RECORD_UNKNOWN,
                f"PROV knows no records of the kind {word[:80]!r}.",
                (*where, word),
                got=word[:80],
            )
        elif not isinstance(records, dict):
            _shape(reading, (*where, word), "an object of records")
        else:
            for name, content in records.items():
                here = (*where, word, name)
                if isinstance(content, list):
                    for n, one in enumerate(content):
                        _record(kind, name, one, instance, names, reading, (*here, str(n)))
                else:
                    _record(kind, name, content, instance, names, reading, here)


def _record(
    kind: Kind,
    name: str,
    content: Any,
    instance: Instance,
    names: Names,
    reading: Reading,
    where: tuple[str, ...],
) -> None:
    if not isinstance(content, dict):
        _shape(reading, where, "an object of attributes")
        return
    id_ = reading.name(names, name, where) if kind.identified else None
    slots = _SLOTS[kind.name]
    args: list[str | None] = [None] * len(kind.slots)
    stated: set[int] = set()
    attributes: list[tuple[str, Value]] = []
    members: list[Any] | None = None
    for key, given in content.items():
        iri = reading.name(names, key, (*where, key))
        if iri is None:
            continue
        slot = slots.get(iri)
        if slot is None:
            if reading.attribute(iri, (*where, key)):
                _values(iri, given, attributes, names, reading, (*where, key))
            continue
        n, role = slot
        stated.add(n)
        if isinstance(given, list) and kind.name == "hadMember" and n == 1:
            members = given
        elif type(given) is str and role != "time":
            args[n] = names.expand(given) or reading.name(names, given, (*where, key))
        else:
            args[n] = _argument(given, role == "time", names, reading, (*where, key))
    if members is None:
        reading.add(instance, kind, id_, args, attributes, where, stated=stated)
        return
    for n, given in enumerate(members):
        member = _argument(given, False, names, reading, (*where, "prov:entity", str(n)))
        reading.add(instance, kind, id_, [args[0], member], attributes, where, stated=stated)
    if not members:
        reading.add(instance, kind, id_, args, attributes, where)


def _argument(
    given: Any, is_time: bool, names: Names, reading: Reading, where: tuple[str, ...]
) -> str | None:
    if isinstance(given, list) and len(given) == 1:
        given = given[0]
    if isinstance(given, dict) and "$" in given and given.keys() <= {"$", "type"}:
        given = given["$"]
    if isinstance(given, list | dict):
        _shape(reading, where, "one name" if not is_time else "one time")
        return None
    return reading.time(given, where) if is_time else reading.name(names, given, where)


def _values(
    iri: str,
    given: Any,
    attributes: list[tuple[str, Value]],
    names: Names,
    reading: Reading,
    where: tuple[str, ...],
) -> None:
    reading.weigh(len(given) if isinstance(given, list) else 1)
    if type(given) is str:
        attributes.append((iri, Value(given)))
        return
    for n, one in enumerate(given) if isinstance(given, list) else ((None, given),):
        value = _value(one, names, reading, where if n is None else (*where, str(n)))
        if value is not None:
            attributes.append((iri, value))


def _value(given: Any, names: Names, reading: Reading, where: Where) -> Value | None:
    if isinstance(given, str):
        return Value(given)
    if isinstance(given, bool):
        return Value(str(given).lower(), f"{XSD}boolean")
    if isinstance(given, int | float):
        return Value(str(given), f"{XSD}{'int' if isinstance(given, int) else 'double'}")
    if not isinstance(given, dict) or "$" not in given or not given.keys() <= {"$", "type", "lang"}:
        _shape(reading, where, 'a value, or {"$": …, "type": …} or {"$": …, "lang": …}')
        return None
    text, datatype, lang = given["$"], given.get("type"), given.get("lang")
    if isinstance(text, bool):
        text = str(text).lower()
    elif isinstance(text, int | float):
        text = str(text)
    if not isinstance(text, str) or not isinstance(lang, str | None):
        _shape(reading, where, "a value that is text")
        return None
    if datatype is None:
        return Value(text, None, lang)
    type_iri = reading.name(names, datatype, where)
    if type_iri is None:
        return None
    if type_iri in _NAMES:
        iri = reading.name(names, text, where)
        return None if iri is None else Value(iri, QUALIFIED_NAME)
    return reading.value(Value(text, type_iri, lang), where)


def _shape(reading: Reading, where: Where, wanted: str) -> None:
    reading.note(codes.VALUE_INVALID, f"This is not {wanted}.", where, wanted=wanted)

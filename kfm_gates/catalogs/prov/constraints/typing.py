"""Constraints 50, 55 and 56: what is an entity is no activity; an empty collection is empty."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kfm_gates.catalogs.prov.constraints.events import inherit
from kfm_gates.catalogs.prov.constraints.records import Merged, Record, Term, Unknown, walk
from kfm_gates.catalogs.prov.constraints.violations import Violation, named, quoted
from kfm_gates.catalogs.prov.model import PROV, short

_EMPTY: Final = f"{PROV}EmptyCollection"
_TYPE: Final = f"{PROV}type"


def check(merged: Merged) -> Iterator[Violation]:
    """Compare the types that the positions in statements give (Constraint 50)."""
    entities: dict[Term, Record] = {}
    activities: dict[Term, Record] = {}
    for records in merged.records.values():
        kind = records[0].kind
        places = [
            (n, entities if slot.role == "entity" else activities)
            for n, slot in enumerate(kind.slots)
            if slot.role in ("entity", "activity")
        ]
        own = {"entity": entities, "activity": activities}.get(kind.name)
        for record in records:
            if own is not None:
                own.setdefault(walk(record.id), record)
            for n, typed in places:
                term = record.args[n]
                if term is not None:
                    typed.setdefault(walk(term), record)
    for term, record in entities.items():
        if term in activities:
            yield _conflict(term, record, activities[term], merged)
    yield from _members(merged)


def _conflict(term: Term, entity: Record, activity: Record, merged: Merged) -> Violation:
    shown = _shown(term, merged)
    one, other = entity.statements[0], activity.statements[0]
    return Violation(
        "typed",
        55,
        f"{named(55)}: {shown} is an entity by {quoted(one, merged.instance)} and an activity by"
        f" {quoted(other, merged.instance)}.",
        other.where,
        got=shown,
    )


def _members(merged: Merged) -> Iterator[Violation]:
    members = merged.of("hadMember")
    if not members:
        return
    empty = {
        walk(record.id)
        for record in merged.of("entity")
        if any(
            iri == _TYPE and value.is_name and value.text == _EMPTY
            for statement in record.statements
            for iri, value in statement.attributes
        )
    }
    inherit(merged, empty)  # Inference 21
    for record in members:
        collection = walk(record.args[0])
        if collection in empty:
            shown = _shown(collection, merged)
            yield Violation(
                "typed",
                56,
                f"{named(56)}: {shown} is a prov:EmptyCollection, and has a member by"
                f" {quoted(record.statements[0], merged.instance)}.",
                record.statements[0].where,
                got=shown,
            )


def _shown(term: Term, merged: Merged) -> str:
    return term.name if isinstance(term, Unknown) else short(term, merged.instance.prefixes)

"""Constraints 51 to 54: what no instance may state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kfm_gates.catalogs.prov.constraints.components import components
from kfm_gates.catalogs.prov.constraints.events import specializations
from kfm_gates.catalogs.prov.constraints.records import Merged, Record, Term, Unknown, walk
from kfm_gates.catalogs.prov.constraints.violations import Violation, joined, named, quoted
from kfm_gates.catalogs.prov.model import short

_SHARING: Final = frozenset({"wasDerivedFrom", "wasInfluencedBy"})
"""Relations that may share an identifier with another one (Constraint 53 leaves them out)."""


def check(merged: Merged) -> Iterator[Violation]:
    """Find what is impossible."""
    yield from _unspecified(merged)
    yield from _reflexive(merged)
    yield from _overlaps(merged)


def _unspecified(merged: Merged) -> Iterator[Violation]:
    """A derivation that names a generation or a usage has to name its activity (51)."""
    for record in merged.of("wasDerivedFrom"):
        _, _, activity, generation, usage = record.args
        if walk(activity) is None and (generation is not None or usage is not None):
            word = "generation" if generation is not None else "usage"
            yield Violation(
                "possible",
                51,
                f"{named(51)}: {quoted(record.statements[0], merged.instance)} names a {word} and"
                " no activity.",
                record.statements[0].where,
            )


def _reflexive(merged: Merged) -> Iterator[Violation]:
    """Nothing specializes itself, at any remove (52, with Inference 19)."""
    numbers: dict[Term, int] = {}
    following: list[list[int]] = []
    steps: list[tuple[Record, int, int]] = []
    for record, specific, general in specializations(merged):
        ends = []
        for term in (specific, general):
            if term not in numbers:
                numbers[term] = len(following)
                following.append([])
            ends.append(numbers[term])
        following[ends[0]].append(ends[1])
        steps.append((record, ends[0], ends[1]))
    component = components(following)
    rounds: dict[int, list[Record]] = {}
    for record, specific_number, general_number in steps:
        if component[specific_number] == component[general_number]:
            rounds.setdefault(component[general_number], []).append(record)
    for records in rounds.values():
        shown = joined((record.statements[0] for record in records[:6]), merged.instance)
        more = " and more" if len(records) > 6 else ""
        yield Violation(
            "possible",
            52,
            f"{named(52)}: {shown}{more} make an entity a specialization of itself.",
            records[0].statements[0].where,
        )


def _overlaps(merged: Merged) -> Iterator[Violation]:
    """One identifier is not two relations (53), nor a relation and a thing (54)."""
    relations: dict[Term, Record] = {}
    things: dict[Term, Record] = {}
    for name in ("entity", "activity", "agent"):
        for record in merged.of(name):
            things.setdefault(walk(record.id), record)
    for name, records in merged.records.items():
        kind = records[0].kind
        if kind.element or not kind.identified:
            continue
        for record in records:
            id_ = walk(record.id)
            if id_ is None:
                continue
            if name == "wasInfluencedBy" and record.statements[0].kind is not kind:
                continue  # inferred of another relation, whose identifier it shares
            if id_ in things:
                yield _shared(54, id_, things[id_], record, merged)
            if name not in _SHARING:
                other = relations.setdefault(id_, record)
                if other.kind is not kind:
                    yield _shared(53, id_, other, record, merged)


def _shared(constraint: int, id_: Term, one: Record, other: Record, merged: Merged) -> Violation:
    shown = id_.name if isinstance(id_, Unknown) else short(id_, merged.instance.prefixes)
    both = joined((one.statements[0], other.statements[0]), merged.instance)
    return Violation(
        "possible",
        constraint,
        f"{named(constraint)}: {both} share the identifier {shown}.",
        other.statements[0].where,
        got=shown,
    )

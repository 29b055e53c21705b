"""Constraints 30 to 49: no event comes strictly before itself."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from kfm_gates.catalogs.prov.constraints.components import components, way
from kfm_gates.catalogs.prov.constraints.events import Edge, Event, Events
from kfm_gates.catalogs.prov.constraints.records import Merged, Unknown
from kfm_gates.catalogs.prov.constraints.violations import NAMES, Violation, named, quoted
from kfm_gates.catalogs.prov.model import Instance, short

MAX_CYCLES: Final = 20
"""So many cycles are told of one instance; each takes a search of its own."""
MAX_STEPS: Final = 12


def check(merged: Merged, events: Events) -> list[Violation]:
    """Find cycles of events of which one step is strict (a derivation, Constraint 42)."""
    if not merged.of("wasDerivedFrom"):
        return []
    following: list[list[int]] = [[] for _ in events.nodes]
    for edge in events.edges:
        following[edge.source].append(edge.target)
    component = components(following)
    told: set[int] = set()
    found: list[Violation] = []
    for edge in events.edges:
        where = component[edge.source]
        if not edge.strict or where != component[edge.target] or where in told:
            continue
        told.add(where)
        if len(told) <= MAX_CYCLES:
            found.append(_cycle(edge, events, following, merged.instance))
    return found


def _cycle(
    strict: Edge, events: Events, following: list[list[int]], instance: Instance
) -> Violation:
    nodes = [strict.source, *way(following, strict.target, strict.source)]
    by_ends = {(edge.source, edge.target): edge for edge in reversed(events.edges)}
    by_ends[strict.source, strict.target] = strict
    steps = []
    for source, target in pairwise(nodes[:MAX_STEPS]):
        edge = by_ends[source, target]
        because = quoted(edge.statement, instance) if edge.statement else NAMES[edge.constraint]
        sign = "strictly before" if edge.strict else "not after"
        steps.append(
            f"{named_event(events.nodes[source], instance)} is {sign}"
            f" {named_event(events.nodes[target], instance)}"
            f" (Constraint {edge.constraint}: {because})"
        )
    if len(nodes) > MAX_STEPS:
        steps.append(f"and so on, {len(nodes) - MAX_STEPS} more steps, back to the first")
    return Violation(
        "ordered",
        42,
        f"{named(42)}: these events form a cycle: {'; '.join(steps)}.",
        strict.statement.where if strict.statement else (),
        got=" → ".join(named_event(events.nodes[n], instance) for n in nodes[:MAX_STEPS]),
    )


def named_event(event: Event, instance: Instance) -> str:
    """An event in words: `generation of ex:e1`."""
    subject = event.subject
    name = subject.name if isinstance(subject, Unknown) else short(subject, instance.prefixes)
    return f"{event.sort} {'by' if event.sort == 'usage' else 'of'} {name}"

"""The events of an instance, and which of them come before which (Constraints 30 to 49).

All starts of an activity happen at one time (Constraint 31), and so do its ends, the generations
and the invalidations of an entity (32, 39, 40): each is one node. Usages are nodes of their own.
An event that an inference demands exists without a statement (Inferences 7 to 11 and 13).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from kfm_gates.catalogs.prov.constraints.records import Merged, Record, Term, walk
from kfm_gates.catalogs.prov.model import Statement

Sort = Literal["start", "end", "generation", "invalidation", "usage"]


class Event(NamedTuple):
    """A node.

    Args:
        sort: What happens.
        subject: To which activity or entity; for a usage, the activity that uses.
        statements: Statements of the event itself; none where it is only inferred.
    """

    sort: Sort
    subject: Term
    statements: list[Statement]


class Edge(NamedTuple):
    """`source` comes before `target`, strictly or not, because of a constraint and a statement."""

    source: int
    target: int
    constraint: int
    strict: bool
    statement: Statement | None


class Events:
    """Nodes and edges. A node that no statement or inference makes is not there."""

    def __init__(self, merged: Merged) -> None:
        self.nodes: list[Event] = []
        self.edges: list[Edge] = []
        self._index: dict[Sort, dict[Term, int]] = {
            "start": {},
            "end": {},
            "generation": {},
            "invalidation": {},
        }
        self._make_nodes(merged)
        self._make_edges(merged)

    def node(self, sort: Sort, subject: Term) -> int | None:
        """Number of the event, None where there is no such event."""
        return self._index[sort].get(subject)

    def _exists(self, sort: Sort, subject: Term, statements: list[Statement] | None = None) -> int:
        index = self._index[sort]
        number = index.get(subject)
        if number is None:
            number = index[subject] = len(self.nodes)
            self.nodes.append(Event(sort, subject, []))
        if statements:
            self.nodes[number].statements.extend(statements)
        return number

    def _edge(
        self,
        source: int | None,
        target: int | None,
        constraint: int,
        record: Record | None,
        strict: bool = False,
    ) -> None:
        """Add an edge, unless one of the events does not exist."""
        if source is not None and target is not None:
            statement = record.statements[0] if record is not None else None
            self.edges.append(Edge(source, target, constraint, strict, statement))

    def _make_nodes(self, merged: Merged) -> None:
        for record in merged.of("wasGeneratedBy"):
            self._exists("generation", walk(record.args[0]), record.statements)
        for record in merged.of("wasInvalidatedBy"):
            self._exists("invalidation", walk(record.args[0]), record.statements)
        sorts: tuple[tuple[Sort, str], ...] = (("start", "wasStartedBy"), ("end", "wasEndedBy"))
        for sort, kind in sorts:
            for record in merged.of(kind):
                self._exists(sort, walk(record.args[0]), record.statements)
                trigger = walk(record.args[1])
                if trigger is not None:  # Inferences 9 and 10
                    self._exists("generation", trigger)
        for record in merged.of("activity"):  # Inference 8
            activity = walk(record.id)
            self._exists("start", activity)
            self._exists("end", activity)
        for entity in declared_entities(merged):  # Inference 7
            self._exists("generation", entity)
            self._exists("invalidation", entity)
        for record in merged.of("wasAttributedTo"):  # Inference 13
            self._exists("generation", walk(record.args[0]))
        for record in merged.of("wasDerivedFrom"):  # Inference 11
            if walk(record.args[2]) is not None:
                self._exists("generation", walk(record.args[0]))

    def _make_edges(self, merged: Merged) -> None:
        index = self._index
        starts, ends = index["start"], index["end"]
        made, gone = index["generation"], index["invalidation"]

        edge = self._edge
        for activity, start in starts.items():
            edge(start, ends.get(activity), 30, None)
        for entity, generation in made.items():
            edge(generation, gone.get(entity), 36, None)
        for record in merged.of("wasGeneratedBy"):
            generation, activity = made[walk(record.args[0])], walk(record.args[1])
            if activity is not None:
                edge(starts.get(activity), generation, 34, record)
                edge(generation, ends.get(activity), 34, record)
        usages: dict[Term, int] = {}
        for record in merged.of("used"):
            activity, entity = walk(record.args[0]), walk(record.args[1])
            usage = len(self.nodes)
            self.nodes.append(Event("usage", activity, record.statements))
            if record.id is not None:
                usages[walk(record.id)] = usage
            self._usage(usage, activity, entity, record)
        for record in merged.of("wasInformedBy"):
            informed, informant = walk(record.args[0]), walk(record.args[1])
            edge(starts.get(informant), ends.get(informed), 35, record)
        for kind, constraint, events in (("wasStartedBy", 43, starts), ("wasEndedBy", 44, ends)):
            for record in merged.of(kind):
                event = events[walk(record.args[0])]
                trigger, by = walk(record.args[1]), walk(record.args[2])
                if trigger is None:
                    continue
                edge(made.get(trigger), event, constraint, record)
                edge(event, gone.get(trigger), constraint, record)
                if by is not None:  # Inferences 9 and 10: the other activity made the trigger
                    edge(starts.get(by), made.get(trigger), 34, record)
                    edge(made.get(trigger), ends.get(by), 34, record)
        for record in merged.of("wasDerivedFrom"):
            derived, source, activity, _, usage_id = map(walk, record.args)
            edge(made.get(source), made.get(derived), 42, record, strict=True)
            if activity is None:
                continue
            number = usages.get(usage_id) if usage_id is not None else None
            if number is None:
                number = len(self.nodes)
                self.nodes.append(Event("usage", activity, []))
                self._usage(number, activity, source, record)
            edge(number, made.get(derived), 41, record)
            edge(starts.get(activity), made.get(derived), 34, record)
            edge(made.get(derived), ends.get(activity), 34, record)
        self._specializations(merged)
        for record in merged.of("wasAssociatedWith"):
            self._associated(walk(record.args[0]), walk(record.args[1]), record)
        for record in merged.of("wasAttributedTo"):
            entity, agent = walk(record.args[0]), walk(record.args[1])
            edge(made.get(agent), made.get(entity), 48, record)
            edge(starts.get(agent), made.get(entity), 48, record)
        for record in merged.of("actedOnBehalfOf"):
            delegate, responsible, activity = map(walk, record.args)
            edge(made.get(responsible), gone.get(delegate), 49, record)
            edge(starts.get(responsible), ends.get(delegate), 49, record)
            for agent in (delegate, responsible):  # Inference 14
                self._associated(activity, agent, record)

    def _usage(self, usage: int, activity: Term, entity: Term, record: Record) -> None:
        index, edge = self._index, self._edge
        edge(index["start"].get(activity), usage, 33, record)
        edge(usage, index["end"].get(activity), 33, record)
        if entity is not None:
            edge(index["generation"].get(entity), usage, 37, record)
            edge(usage, index["invalidation"].get(entity), 38, record)

    def _associated(self, activity: Term, agent: Term, record: Record) -> None:
        if activity is None or agent is None:
            return
        index, edge = self._index, self._edge
        edge(index["start"].get(activity), index["invalidation"].get(agent), 47, record)
        edge(index["generation"].get(agent), index["end"].get(activity), 47, record)
        edge(index["start"].get(activity), index["end"].get(agent), 47, record)
        edge(index["start"].get(agent), index["end"].get(activity), 47, record)

    def _specializations(self, merged: Merged) -> None:
        """Specialization is transitive (Inference 19), also across what has no events itself."""
        made, gone = self._index["generation"], self._index["invalidation"]
        bridges: dict[tuple[Sort, Term], int] = {}

        def node(index: dict[Term, int], sort: Sort, entity: Term) -> int:
            number = index.get(entity)
            if number is None:
                number = bridges.get((sort, entity))
            if number is None:
                number = bridges[sort, entity] = len(self.nodes)
                self.nodes.append(Event(sort, entity, []))
            return number

        for record, specific, general in specializations(merged):
            self._edge(
                node(made, "generation", general), node(made, "generation", specific), 45, record
            )
            self._edge(
                node(gone, "invalidation", specific),
                node(gone, "invalidation", general),
                46,
                record,
            )


def specializations(merged: Merged) -> Iterator[tuple[Record, Term, Term]]:
    """Record, specific and general entity; a mention is a specialization as well."""
    for kind in ("specializationOf", "mentionOf"):
        for record in merged.of(kind):
            yield record, walk(record.args[0]), walk(record.args[1])


def declared_entities(merged: Merged) -> set[Term]:
    """Entities that are declared, or have the attributes of one that is (Inference 21)."""
    found = {walk(record.id) for record in merged.of("entity")}
    inherit(merged, found)
    return found


def inherit(merged: Merged, entities: set[Term]) -> None:
    """Add whatever specializes one of some entities, at any remove."""
    below: dict[Term, list[Term]] = {}
    for _, specific, general in specializations(merged):
        below.setdefault(general, []).append(specific)
    waiting = list(entities) if below else []
    while waiting:
        for specific in below.get(waiting.pop(), ()):
            if specific not in entities:
                entities.add(specific)
                waiting.append(specific)

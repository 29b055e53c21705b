"""Uniqueness, Constraints 22 to 29: statements of one key are one statement.

Records that share a key are merged, argument by argument, until no key is shared. Unknowns are
bound to what they meet; the records in which they stand are looked at again, the shorter list of
a pair first, so that each record is looked at O(log n) times.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from kfm_gates.catalogs.prov.constraints import activity_times
from kfm_gates.catalogs.prov.constraints.activity_times import same_time
from kfm_gates.catalogs.prov.constraints.records import Merged, Record, Term, Unknown, walk
from kfm_gates.catalogs.prov.constraints.violations import Violation, named, quoted
from kfm_gates.catalogs.prov.model import KINDS, MAX_TOLD, Instance, Kind, Slot, Statement, short

_PAIRS: Final = {
    "wasGeneratedBy": (24, 0, 1),
    "wasInvalidatedBy": (25, 0, 1),
    "wasStartedBy": (26, 0, 2),
    "wasEndedBy": (27, 0, 2),
}
"""Kinds of which there is one for each pair of arguments: constraint and the two slots."""
_INFLUENCED: Final = frozenset(
    kind.name for kind in KINDS.values() if kind.identified and not kind.element
)
"""Inference 15: all of these are influences between their first two arguments."""
_INFLUENCE: Final = Kind(
    "wasInfluencedBy", (Slot("influencee", "thing"), Slot("influencer", "thing")), short=2
)


def unify(instance: Instance) -> Merged:
    """Merge what Constraints 22 to 27 and Inferences 11 and 15 make one; compare times (28, 29)."""
    return _Unification(instance).run()


class _Unification:
    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.violations: list[Violation] = []
        self.unknowns: dict[str, Unknown] = {}
        self.records: list[Record] = []
        self.waiting: deque[Record] = deque()
        self.paired: deque[Record] = deque()
        self.keys: dict[tuple[object, ...], Record] = {}
        self.told: set[tuple[int, int]] = set()

    def run(self) -> Merged:
        known, shared = _identifiers(self.instance)
        for statement in self.instance.statements:
            id_ = self._term(statement.id, known)
            args: list[Term] = list(statement.args)
            for n, arg in enumerate(statement.args):
                if arg is not None and arg[:2] == "_:":
                    args[n] = self._term(arg, known)
            record = self._record(statement.kind, id_, args, statement)
            if id_ in shared and statement.kind.name in _INFLUENCED:
                self._influence(record, statement)
        # Identifiers first, so that the order of statements does not decide which constraint
        # is told to be violated.
        while self.waiting or self.paired:
            if self.waiting:
                self._look(self.waiting.popleft())
            else:
                self._pair(self.paired.popleft())
        by_kind: dict[str, list[Record]] = {}
        for record in self.records:
            if not record.merged:
                by_kind.setdefault(record.kind.name, []).append(record)
        merged = Merged(self.instance, by_kind, self.violations)
        activity_times.check(merged)
        return merged

    def _term(self, name: str | None, known: set[str]) -> Term:
        if name is None or name[:2] != "_:":
            return name
        if name not in known:
            return None
        return self.unknowns.setdefault(name, Unknown(name))

    def _record(self, kind: Kind, id_: Term, args: list[Term], statement: Statement) -> Record:
        record = Record(kind, id_, args, statement)
        self.records.append(record)
        for term in (id_, *args):
            if type(term) is Unknown:
                term.records.append(record)
        if id_ is not None or kind.name in _PAIRS or kind.name == "wasDerivedFrom":
            self.waiting.append(record)
        return record

    def _influence(self, record: Record, statement: Statement) -> None:
        """Inference 15, where it can matter: the identifier is stated, so it may be shared."""
        if record.kind.name != "wasInfluencedBy":
            self._record(_INFLUENCE, record.id, record.args[:2], statement)

    def _derived(self, record: Record) -> None:
        """Inference 11: a derivation by an activity has a usage and a generation in it."""
        derived, source, activity, generation, usage = record.args
        if activity is None:
            return
        statement = record.statements[0]
        if generation is not None:
            self._record(KINDS["wasGeneratedBy"], generation, [derived, activity, None], statement)
        if usage is not None:
            self._record(KINDS["used"], usage, [activity, source, None], statement)

    def _look(self, record: Record) -> None:
        if record.merged:
            return
        name = record.kind.name
        id_ = walk(record.id)
        kept = record
        if id_ is not None:
            constraint = 22 if record.kind.element else 23
            kept = self._keyed((constraint, name, id_), record, constraint)
        for one in (kept,) if record.merged or kept is record else (kept, record):
            if name == "wasDerivedFrom":
                self._derived(one)
            elif name in _PAIRS:
                self.paired.append(one)

    def _pair(self, record: Record) -> None:
        if record.merged:
            return
        constraint, one, other = _PAIRS[record.kind.name]
        first, second = walk(record.args[one]), walk(record.args[other])
        if first is not None and second is not None:
            self._keyed((constraint, first, second), record, constraint)

    def _keyed(self, key: tuple[object, ...], record: Record, constraint: int) -> Record:
        """Merge a record with the one of the same key, if there is one; return what has the key.

        Two that contradict each other stay two, so that what does not depend on the one or the
        other being right is found whichever comes first.
        """
        other = self.keys.get(key)
        if other is None or other.merged or other is record:
            self.keys[key] = record
            return record
        if len(other.statements) < len(record.statements):
            other, record = record, other
        self.keys[key] = other
        pair = (id(other), id(record))
        if pair in self.told or not self._merge(other, record, constraint):
            self.told.update((pair, pair[::-1]))
            return other
        record.merged = True
        other.statements.extend(record.statements)
        self.waiting.append(other)
        return other

    def _merge(self, kept: Record, gone: Record, constraint: int) -> bool:
        """Make the arguments of two records equal; say where they are not."""
        clashes: list[str] = []
        prefixes = self.instance.prefixes
        ids = (walk(kept.id), walk(gone.id))
        if not self._same(ids[0], ids[1]):
            clashes.append(f"identifier: {_shown(ids[0], prefixes)}, {_shown(ids[1], prefixes)}")
        elif kept.id is None:
            kept.id = gone.id
            if type(kept.id) is Unknown:
                kept.id.records.append(kept)
        # Whether generation and usage may be left out depends on the activity (Definition 4).
        by_activity = kept.kind.name == "wasDerivedFrom" and None not in (
            kept.args[2],
            gone.args[2],
        )
        for n, slot in enumerate(kept.kind.slots):
            mine, other = walk(kept.args[n]), walk(gone.args[n])
            if slot.role == "time":
                same = same_time(mine, other)
            elif (mine is None) != (other is None) and not slot.expandable:
                same = by_activity and n > 2
            else:
                same = self._same(mine, other)
            if not same:
                clashes.append(f"{slot.name}: {_shown(mine, prefixes)}, {_shown(other, prefixes)}")
            if mine is None and other is not None and same:
                kept.args[n] = other
                if type(other) is Unknown:
                    other.records.append(kept)
        a, b = kept.statements[0], gone.statements[0]
        if clashes and len(self.violations) < MAX_TOLD and _worth_telling(a, b, kept.kind):
            self.violations.append(
                Violation(
                    "unique",
                    constraint,
                    f"{named(constraint)}: {quoted(a, self.instance)} and"
                    f" {quoted(b, self.instance)} are one {kept.kind.name} and differ in"
                    f" {'; '.join(clashes)}.",
                    b.where,
                    got="; ".join(clashes),
                )
            )
        return not clashes

    def _same(self, one: Term, other: Term) -> bool:
        """Make two terms equal; False where they are two constants."""
        if one is None or other is None or one is other or one == other:
            return True
        if type(one) is Unknown and type(other) is Unknown:
            if len(one.records) < len(other.records):
                one, other = other, one
            other.bound = one
            one.records.extend(other.records)
            self.waiting.extend(other.records)
            return True
        if type(one) is Unknown:
            one.bound = other
            self.waiting.extend(one.records)
            return True
        if type(other) is Unknown:
            other.bound = one
            self.waiting.extend(other.records)
            return True
        return False


def _identifiers(instance: Instance) -> tuple[set[str], set[str]]:
    """Names of unknowns that matter, and identifiers that statements of several kinds share.

    The name of an unknown relation matters only where it stands twice.
    """
    kinds: dict[str, str] = {}
    known: set[str] = set()
    shared: set[str] = set()
    blank: set[str] = set()
    for statement in instance.statements:
        id_, kind = statement.id, statement.kind
        if id_ is not None:
            if kinds.setdefault(id_, kind.name) != kind.name:
                shared.add(id_)
                known.add(id_)
            elif id_[:2] == "_:":
                if kind.element or id_ in blank:
                    known.add(id_)
                blank.add(id_)
        known.update(arg for arg in statement.args if arg is not None and arg[:2] == "_:")
    return known, shared


def _worth_telling(one: Statement, other: Statement, kind: Kind) -> bool:
    """Influences repeat what their own kinds, or Constraint 53, say already."""
    if kind.name != "wasInfluencedBy":
        return True
    kinds = {one.kind.name, other.kind.name}
    return "wasInfluencedBy" in kinds or ("wasDerivedFrom" in kinds and len(kinds) > 1)


def _shown(term: Term, prefixes: dict[str, str]) -> str:
    return term.name if type(term) is Unknown else short(term, prefixes)  # type: ignore[arg-type]

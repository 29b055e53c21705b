"""Statements while constraints are decided: records whose arguments may be unknown."""

from __future__ import annotations

from dataclasses import dataclass, field

from kfm_gates.catalogs.prov.constraints.violations import Violation
from kfm_gates.catalogs.prov.model import Instance, Kind, Statement


class Unknown:
    """An existential variable.

    Args:
        name: As the document calls it.
    """

    __slots__ = ("bound", "name", "records")

    def __init__(self, name: str) -> None:
        self.name = name
        self.bound: Term = None
        self.records: list[Record] = []


Term = str | Unknown | None


def walk(term: Term) -> Term:
    """What a term stands for now."""
    while type(term) is Unknown and term.bound is not None:
        further = term.bound
        if type(further) is Unknown and further.bound is not None:
            term.bound = further.bound
        term = further
    return term


class Record:
    """Statements that are one.

    Args:
        kind: Kind of all of them.
        id: Their identifier, None for an unknown that stands nowhere else.
        args: Their arguments; None is an unknown that stands nowhere else, or nothing.
        statement: The statement from which it was made.
    """

    __slots__ = ("args", "id", "kind", "merged", "statements")

    def __init__(self, kind: Kind, id: Term, args: list[Term], statement: Statement) -> None:
        self.kind = kind
        self.id = id
        self.args = args
        self.statements = [statement]
        self.merged = False


@dataclass(slots=True)
class Merged:
    """What is left when all that is one has been merged."""

    instance: Instance
    records: dict[str, list[Record]]
    violations: list[Violation] = field(default_factory=list)

    def of(self, kind: str) -> list[Record]:
        """Records of one kind; arguments are still to be walked."""
        return self.records.get(kind, [])

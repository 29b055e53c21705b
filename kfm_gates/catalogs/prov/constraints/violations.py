"""What a violated constraint is told as."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from kfm_gates.catalogs.prov.model import Instance, Statement, Where, place, text

Family = Literal["unique", "ordered", "typed", "possible"]

NAMES: Final[dict[int, str]] = {
    22: "key-object",
    23: "key-properties",
    24: "unique-generation",
    25: "unique-invalidation",
    26: "unique-wasStartedBy",
    27: "unique-wasEndedBy",
    28: "unique-startTime",
    29: "unique-endTime",
    30: "start-precedes-end",
    31: "start-start-ordering",
    32: "end-end-ordering",
    33: "usage-within-activity",
    34: "generation-within-activity",
    35: "wasInformedBy-ordering",
    36: "generation-precedes-invalidation",
    37: "generation-precedes-usage",
    38: "usage-precedes-invalidation",
    39: "generation-generation-ordering",
    40: "invalidation-invalidation-ordering",
    41: "derivation-usage-generation-ordering",
    42: "derivation-generation-generation-ordering",
    43: "wasStartedBy-ordering",
    44: "wasEndedBy-ordering",
    45: "specialization-generation-ordering",
    46: "specialization-invalidation-ordering",
    47: "wasAssociatedWith-ordering",
    48: "wasAttributedTo-ordering",
    49: "actedOnBehalfOf-ordering",
    50: "typing",
    51: "impossible-unspecified-derivation-generation-use",
    52: "impossible-specialization-reflexive",
    53: "impossible-property-overlap",
    54: "impossible-object-property-overlap",
    55: "entity-activity-disjoint",
    56: "membership-empty-collection",
}
"""Names of the constraints in the Recommendation."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One violated constraint.

    Args:
        family: Which check it speaks against.
        constraint: Its number in PROV-CONSTRAINTS.
        message: What is wrong, with the statements and where they stand.
        where: Where the first of them stands.
        got: The values that do not fit.
    """

    family: Family
    constraint: int
    message: str
    where: Where
    got: str | None = None


def named(constraint: int) -> str:
    """A constraint as messages call it: `Constraint 24 (unique-generation)`."""
    return f"Constraint {constraint} ({NAMES[constraint]})"


def quoted(statement: Statement, instance: Instance) -> str:
    """A statement as PROV-N with its place."""
    return f"{text(statement, instance.prefixes)} at {place(statement.where)}"


def joined(statements: Iterable[Statement], instance: Instance) -> str:
    """Statements as PROV-N with their places."""
    return " and ".join(quoted(statement, instance) for statement in statements)

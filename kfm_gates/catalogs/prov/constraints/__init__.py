"""W3C PROV-CONSTRAINTS, decided for one instance: the document itself, or one of its bundles.

The chase of the Recommendation adds statements about unknowns until nothing changes. Almost all
of them can never meet anything else, so they are not made: what remains of them is that an event
exists (`events`). Only uniqueness (`unification`) and the inference of generations and usages from
derivations (Inference 11) can bring two statements together. Every step is linear, or nearly.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from kfm_gates.catalogs.prov.constraints import impossible, ordering, typing, unification
from kfm_gates.catalogs.prov.constraints.events import Events
from kfm_gates.catalogs.prov.constraints.records import Merged
from kfm_gates.catalogs.prov.constraints.violations import Violation
from kfm_gates.catalogs.prov.model import MAX_TOLD, Instance

__all__ = ["Analysis", "Violation", "analyse"]


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the constraints say of an instance.

    Args:
        merged: Its statements, those that are one merged.
        events: Its events and their order.
        violations: In the order of the families uniqueness, ordering, typing, impossibility;
            none for a valid instance.
    """

    merged: Merged
    events: Events
    violations: tuple[Violation, ...]


def analyse(instance: Instance) -> Analysis:
    """Find what makes an instance invalid (Constraints 22 to 56).

    Args:
        instance: Its statements; mandatory arguments are there.
    """
    merged = unification.unify(instance)
    events = Events(merged)
    violations = (
        *merged.violations,
        *ordering.check(merged, events),
        *islice(typing.check(merged), MAX_TOLD),
        *islice(impossible.check(merged), MAX_TOLD),
    )
    return Analysis(merged, events, violations)

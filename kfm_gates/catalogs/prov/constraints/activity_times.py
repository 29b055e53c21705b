"""Constraints 28 and 29: an activity has one start time and one end time."""

from __future__ import annotations

from kfm_gates.catalogs.prov import moments
from kfm_gates.catalogs.prov.constraints.records import Merged, Term, walk
from kfm_gates.catalogs.prov.constraints.violations import Violation, named, quoted
from kfm_gates.catalogs.prov.model import MAX_TOLD


def same_time(one: Term, other: Term) -> bool:
    """Are two times one? What is not told fits any."""
    if one is None or other is None or one == other:
        return True
    return moments.parse(str(one)) == moments.parse(str(other))


def check(merged: Merged) -> None:
    """Constraints 28 and 29: an activity begins and ends when its start and end events say."""
    for constraint, kind, n in ((28, "wasStartedBy", 0), (29, "wasEndedBy", 1)):
        events = merged.of(kind)
        if not events:
            continue
        stated = {
            walk(activity.id): (activity.args[n], activity)
            for activity in merged.of("activity")
            if activity.args[n] is not None
        }
        declared = {walk(activity.id) for activity in merged.of("activity")}
        for event in events:
            time, activity = event.args[3], walk(event.args[0])
            if time is None or activity not in declared:
                continue
            first, holder = stated.setdefault(activity, (time, event))
            if not same_time(first, time) and len(merged.violations) < MAX_TOLD:
                a, b = holder.statements[0], event.statements[0]
                merged.violations.append(
                    Violation(
                        "unique",
                        constraint,
                        f"{named(constraint)}: {quoted(a, merged.instance)} and"
                        f" {quoted(b, merged.instance)} give two times: {first}, {time}.",
                        b.where,
                        got=f"{first}, {time}",
                    )
                )

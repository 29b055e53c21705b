"""Clock order, of which PROV-CONSTRAINTS says nothing: times fit the order of the events.

Within one activity there is one clock, so only rounding is tolerated. Between activities clocks
may differ by `times.MAX_SKEW`. The latest time of all that comes before an event is carried along
the order of events (Constraints 30 to 49), so a contradiction is found however long the way is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final, NamedTuple

from kfm_gates import times
from kfm_gates.catalogs._api import Remark
from kfm_gates.catalogs.prov import codes, moments
from kfm_gates.catalogs.prov.constraints import Analysis
from kfm_gates.catalogs.prov.constraints.components import components
from kfm_gates.catalogs.prov.constraints.ordering import named_event
from kfm_gates.catalogs.prov.constraints.records import Term, walk
from kfm_gates.catalogs.prov.constraints.violations import quoted
from kfm_gates.catalogs.prov.model import MAX_TOLD, Statement
from kfm_gates.catalogs.prov.story import Account, Story

ROUNDING: Final = dt.timedelta(seconds=1)
"""Tolerance within one activity, and between the run record and its activity."""


class Stamp(NamedTuple):
    """A time and the statement in which it stands."""

    at: dt.datetime
    statement: Statement


def check(story: Story, now: dt.datetime) -> tuple[list[Remark], int]:
    """Compare times with each other and with the time of the question.

    Returns:
        Remarks, and how many times there are.
    """
    remarks: list[Remark] = []
    count = 0
    for account in story.accounts:
        bare: list[Statement] = []
        for instance in account.reading.instances:
            for statement in instance.statements:
                for moment in _moments(statement):
                    count += 1
                    if not moment.zoned:
                        bare.append(statement)
                    if moment.at > now + times.MAX_SKEW and len(remarks) < MAX_TOLD:
                        remarks.append(_future(account, statement, moment.at, now))
        if bare:
            more = f" ({len(bare)} times in this document)" if len(bare) > 1 else ""
            remarks.append(
                account.remark(
                    codes.CLOCKS,
                    codes.TIME_ZONE_MISSING,
                    f"A time names no time zone, and is read as UTC{more}.",
                    bare[0].where,
                    wanted="a time that ends in Z",
                )
            )
        for analysis in account.analyses:
            remarks.extend(_within(account, analysis))
            remarks.extend(_between(account, analysis))
    return remarks, count


def _moments(statement: Statement) -> Iterator[moments.Moment]:
    for slot, text in zip(statement.kind.slots, statement.args, strict=True):
        if slot.role == "time" and text is not None:
            yield moments.parse(text)


def _future(account: Account, statement: Statement, at: dt.datetime, now: dt.datetime) -> Remark:
    return account.remark(
        codes.CLOCKS,
        codes.CLOCK_CONTRADICTED,
        f"A time of {statement.kind.name} lies in the future.",
        statement.where,
        got=times.render(at),
        wanted=f"not after {times.render(now)}, with a tolerance of {_words(times.MAX_SKEW)}",
    )


def _spans(analysis: Analysis) -> tuple[dict[Term, Stamp], dict[Term, Stamp]]:
    """The latest stated start and the earliest stated end of each activity."""
    starts: dict[Term, Stamp] = {}
    ends: dict[Term, Stamp] = {}
    for kind, n, found, sign in (("wasStartedBy", 0, starts, 1), ("wasEndedBy", 1, ends, -1)):
        stated = [
            (walk(record.id), statement.args[n], statement)
            for record in analysis.merged.of("activity")
            for statement in record.statements
        ]
        stated += [
            (walk(record.args[0]), statement.args[3], statement)
            for record in analysis.merged.of(kind)
            for statement in record.statements
            if statement.kind.name == kind
        ]
        for activity, text, statement in stated:
            if text is None:
                continue
            stamp = Stamp(moments.parse(text).at, statement)
            before = found.get(activity)
            if before is None or (stamp.at > before.at if sign > 0 else stamp.at < before.at):
                found[activity] = stamp
    return starts, ends


def _within(account: Account, analysis: Analysis) -> Iterator[Remark]:
    """Start, usages and generations, and end of each activity, by one clock."""
    starts, ends = _spans(analysis)
    told = 0
    for first, then in _pairs(analysis, starts, ends):
        if first.at > then.at + ROUNDING and told < MAX_TOLD:
            told += 1
            yield _contradiction(account, analysis, first, then, ROUNDING)


def _pairs(
    analysis: Analysis, starts: dict[Term, Stamp], ends: dict[Term, Stamp]
) -> Iterator[tuple[Stamp, Stamp]]:
    """What comes first and what comes then, within each activity."""
    for activity, start in starts.items():
        if activity in ends:
            yield start, ends[activity]
    for kind, n in (("used", 0), ("wasGeneratedBy", 1)):
        for record in analysis.merged.of(kind):
            activity = walk(record.args[n])
            for statement in record.statements:
                text = statement.args[2] if statement.kind.name == kind else None
                if text is None:
                    continue
                event = Stamp(moments.parse(text).at, statement)
                if activity in starts:
                    yield starts[activity], event
                if activity in ends:
                    yield event, ends[activity]


def _contradiction(
    account: Account, analysis: Analysis, first: Stamp, then: Stamp, tolerance: dt.timedelta
) -> Remark:
    instance = analysis.merged.instance
    return account.remark(
        codes.CLOCKS,
        codes.CLOCK_CONTRADICTED,
        f"{quoted(then.statement, instance)} has a time before that of"
        f" {quoted(first.statement, instance)}.",
        then.statement.where,
        got=times.render(then.at),
        wanted=f"not before {times.render(first.at)}, with a tolerance of {_words(tolerance)}",
    )


def _between(account: Account, analysis: Analysis) -> Iterator[Remark]:
    """Every event against the latest of those that come before it, by clocks that may differ."""
    events = analysis.events
    stamps = _stamps(analysis)
    if sum(map(len, stamps.values())) < 2:
        return
    size = len(events.nodes)
    following: list[list[int]] = [[] for _ in range(size)]
    for edge in events.edges:
        following[edge.source].append(edge.target)
    component = components(following)
    latest: dict[int, tuple[Stamp, int]] = {}
    members: dict[int, list[int]] = {}
    for node in range(size):
        members.setdefault(component[node], []).append(node)
    told = 0
    # Components are numbered from the last to the first.
    for number in sorted(members, reverse=True):
        known = latest.get(number)
        for node in members[number]:
            for stamp in stamps.get(node, ()):
                if known is None or stamp.at > known[0].at:
                    known = (stamp, node)
        if known is None:
            continue
        for node in members[number]:
            for stamp in stamps.get(node, ()):
                if known[0].at > stamp.at + times.MAX_SKEW and told < MAX_TOLD:
                    told += 1
                    yield _disorder(account, analysis, known, (stamp, node))
            for further in following[node]:
                target = component[further]
                before = latest.get(target)
                if target != number and (before is None or known[0].at > before[0].at):
                    latest[target] = known


def _stamps(analysis: Analysis) -> dict[int, list[Stamp]]:
    """Stated times of the events."""
    events = analysis.events
    found: dict[int, list[Stamp]] = {}
    for number, event in enumerate(events.nodes):
        for statement in event.statements:
            text = _event_time(statement)
            if text is not None:
                found.setdefault(number, []).append(Stamp(moments.parse(text).at, statement))
    for record in analysis.merged.of("activity"):
        both = (events.node("start", walk(record.id)), events.node("end", walk(record.id)))
        for statement in record.statements:
            for node, text in zip(both, statement.args, strict=True):
                if text is not None and node is not None:
                    found.setdefault(node, []).append(Stamp(moments.parse(text).at, statement))
    return found


def _event_time(statement: Statement) -> str | None:
    slots = statement.kind.slots
    if slots and slots[-1].role == "time" and not statement.kind.element:
        return statement.args[-1]
    return None


def _disorder(
    account: Account, analysis: Analysis, first: tuple[Stamp, int], then: tuple[Stamp, int]
) -> Remark:
    instance, nodes = analysis.merged.instance, analysis.events.nodes
    one, other = (named_event(nodes[n], instance) for n in (first[1], then[1]))
    earlier, later = (quoted(s.statement, instance) for s in (then[0], first[0]))
    return account.remark(
        codes.CLOCKS,
        codes.CLOCK_CONTRADICTED,
        f"The {one} has two times: {later} and {earlier}."
        if first[1] == then[1]
        else f"The {other} ({earlier}) is timed before the {one} ({later}), which comes first.",
        then[0].statement.where,
        got=times.render(then[0].at),
        wanted=f"not before {times.render(first[0].at)}, with a tolerance of"
        f" {_words(times.MAX_SKEW)}",
    )


def _words(tolerance: dt.timedelta) -> str:
    seconds = int(tolerance.total_seconds())
    return f"{seconds} s" if seconds < 60 else f"{seconds // 60} min"

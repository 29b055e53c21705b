"""The life of a run in its events: begun once, ended once, in order, by one job, in time.

How much is judged depends on what is known. The events of the run that is checked have to tell
its whole life. Of any other run, and outside of a run, one event may be an excerpt: what is
missing is only missed where the run has several events and one of them ends it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

from kfm_gates import times
from kfm_gates.catalogs._api import RunFacts
from kfm_gates.catalogs.openlineage import codes
from kfm_gates.catalogs.openlineage.events import Event, Notes

TERMINAL: Final = frozenset({"COMPLETE", "FAIL", "ABORT"})
Runs = Mapping[str, Sequence[Event]]
"""Events by run, in the order of time; at the same time, as they are written."""


def check_life(runs: Runs, own: str | None, notes: Notes) -> None:
    """Judge the life cycle of every run.

    Args:
        runs: All runs.
        own: The run that is checked, None where there is none.
        notes: Takes what is found.
    """
    for run_id, events in runs.items():
        _types(events, notes)
        _order(events, notes)
        _one_job(events, notes)
        _cycle(events, run_id == own, notes)


def _types(events: Sequence[Event], notes: Notes) -> None:
    for event in events:
        if event.type is None:
            message = "The event does not say what happened to the run."
            wanted = "eventType: START, RUNNING, COMPLETE, ABORT, FAIL or OTHER"
            notes.add("life_cycle", codes.EVENT_TYPE_MISSING, message, event.spot, wanted=wanted)


def _order(events: Sequence[Event], notes: Notes) -> None:
    """Within one document events stand as they happened; of several nothing is known."""
    written = sorted(events, key=lambda e: e.spot.document)
    latest: dict[int, Event] = {}
    for event in _as_written(written):
        last = latest.get(event.spot.document)
        if last is not None and event.moment < last.moment:
            notes.add(
                "life_cycle",
                codes.ORDER_WRONG,
                "The event is earlier than one before it.",
                event.spot.at("eventTime"),
                event.data["eventTime"],
                f"not before {last.data['eventTime']}",
            )
        else:
            latest[event.spot.document] = event


def _as_written(events: Sequence[Event]) -> list[Event]:
    def place(event: Event) -> tuple[int, int, int]:
        pointer = event.spot.pointer[1:]
        return (event.spot.document, event.spot.line or 0, int(pointer) if pointer else 0)

    return sorted(events, key=place)


def _one_job(events: Sequence[Event], notes: Notes) -> None:
    first = events[0]
    for event in events[1:]:
        if event.job != first.job:
            notes.add(
                "life_cycle",
                codes.JOB_CHANGED,
                "The event names another job than the first one of its run.",
                event.spot.at("job"),
                " ".join(event.job),
                " ".join(first.job),
            )


def _cycle(events: Sequence[Event], own: bool, notes: Notes) -> None:
    starts = [event for event in events if event.type == "START"]
    ends = [event for event in events if event.type in TERMINAL]
    whole = own or (len(events) > 1 and bool(ends))
    for kind, several in (("begins", starts), ("ends", ends)):
        for event in several[1:]:
            message = f"The run {kind} a second time."
            got = event.type
            notes.add("life_cycle", codes.EVENT_REPEATED, message, event.spot.at("eventType"), got)
    if whole and not starts:
        message = "The run has no START event."
        notes.add("life_cycle", codes.NOT_STARTED, message, events[0].spot, wanted="START")
    if own and not ends:
        message = "The run has no event that ends it."
        notes.add("life_cycle", codes.NOT_ENDED, message, events[-1].spot, wanted="COMPLETE")
    if own and ends and ends[0].type != "COMPLETE":
        message = f"The run ended with {ends[0].type}, and its record says that it succeeded."
        spot = ends[0].spot.at("eventType")
        notes.add("life_cycle", codes.NOT_COMPLETED, message, spot, ends[0].type, "COMPLETE")
    if ends:
        _after(events, ends[0], notes)


def _after(events: Sequence[Event], end: Event, notes: Notes) -> None:
    over = False
    for event in events:
        if event is end:
            over = True
        elif over and event.type not in TERMINAL:
            late = event.type == "OTHER"
            code = codes.LATE_METADATA if late else codes.AFTER_END
            message = f"An event of type {event.type} comes after the end of its run."
            notes.add("life_cycle", code, message, event.spot.at("eventType"), event.type)


def check_parents(runs: Runs, notes: Notes) -> tuple[dict[str, str], list[str]]:
    """Judge the parents that runs name.

    Returns:
        The parent of each run that names one; and ids of parents that no event is about.
    """
    parents: dict[str, str] = {}
    unknown: dict[str, None] = {}
    for run_id, events in runs.items():
        for event in events:
            facet = event.facet("parent")
            if facet is None or not isinstance(facet.get("run"), dict):
                continue
            parent = str(facet["run"].get("runId", "")).lower()
            spot = event.spot.at("run", "facets", "parent")
            if parents.setdefault(run_id, parent) != parent:
                message = "The event names another parent than one before it."
                got, wanted = parent, parents[run_id]
                notes.add("parents", codes.PARENT_WRONG, message, spot.at("run"), got, wanted)
            elif parent not in runs:
                unknown[parent] = None
            elif isinstance(job := facet.get("job"), dict):
                named = (job.get("namespace"), job.get("name"))
                real = runs[parent][0].job
                if named != real:
                    message = "The parent is a run of another job."
                    got, wanted = " ".join(map(str, named)), " ".join(real)
                    notes.add("parents", codes.PARENT_WRONG, message, spot.at("job"), got, wanted)
    for run_id in _in_circles(parents):
        event = next(e for e in runs[run_id] if e.facet("parent") is not None)
        message = "The run is its own ancestor."
        spot = event.spot.at("run", "facets", "parent", "run", "runId")
        notes.add("parents", codes.PARENT_WRONG, message, spot, run_id)
    return parents, list(unknown)


def _in_circles(parents: Mapping[str, str]) -> list[str]:
    """Runs that come back to themselves, in linear time."""
    state: dict[str, int] = {}
    found: list[str] = []
    for number, start in enumerate(parents):
        run_id: str | None = start
        while run_id is not None and run_id not in state:
            state[run_id] = number
            run_id = parents.get(run_id)
        if run_id is not None and state[run_id] == number:
            circle = run_id
            while True:
                found.append(circle)
                circle = parents[circle]
                if circle == run_id:
                    break
    return found


def descendants(own: str, parents: Mapping[str, str]) -> frozenset[str]:
    """A run and all runs that it started, directly or not."""
    below: dict[str, list[str]] = {}
    for child, parent in parents.items():
        below.setdefault(parent, []).append(child)
    found = {own}
    waiting = [own]
    while waiting:
        for child in below.get(waiting.pop(), ()):
            if child not in found:
                found.add(child)
                waiting.append(child)
    return frozenset(found)


def check_times(
    events: Sequence[Event],
    runs: Runs,
    ours: frozenset[str],
    own: str | None,
    run: RunFacts | None,
    now: dt.datetime,
    notes: Notes,
) -> None:
    """Judge times against the clock and the run record."""
    for event in events:
        if event.moment > now + times.MAX_SKEW:
            notes.add(
                "times",
                codes.TIME_FUTURE,
                "The event lies in the future.",
                event.spot.at("eventTime"),
                event.data["eventTime"],
                f"not after {times.render(now)}",
            )
    if run is None:
        return
    for run_id in sorted(ours & runs.keys()):
        for event in runs[run_id]:
            _against_record(event, run_id == own, run, notes)


def _against_record(event: Event, own: bool, run: RunFacts, notes: Notes) -> None:
    early, late = run.started_at - times.MAX_SKEW, run.ended_at + times.MAX_SKEW
    wanted = f"between {times.render(run.started_at)} and {times.render(run.ended_at)}"
    wrong = not early <= event.moment <= late
    if own and event.type == "START":
        wrong = wrong or event.moment > run.started_at + times.MAX_SKEW
        wanted = f"{times.render(run.started_at)}, the start of the run"
    elif own and event.type in TERMINAL:
        wrong = wrong or event.moment < run.ended_at - times.MAX_SKEW
        wanted = f"{times.render(run.ended_at)}, the end of the run"
    if wrong:
        notes.add(
            "times",
            codes.TIME_MISMATCH,
            "The event does not fit the times of the run record.",
            event.spot.at("eventTime"),
            event.data["eventTime"],
            wanted,
        )


def in_order(events: Sequence[Event]) -> list[Event]:
    """Events of a run by time; at the same time, as they are written."""
    made = _as_written(events)
    made.sort(key=lambda event: event.moment)
    return made

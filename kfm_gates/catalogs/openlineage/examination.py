"""All checks of OpenLineage events, in one pass over the documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from kfm_gates.catalogs._api import Document, Examined, Question, RunFacts
from kfm_gates.catalogs.openlineage import codes, datasets, elsewhere, events, life
from kfm_gates.catalogs.openlineage.datasets import Found, Mention
from kfm_gates.catalogs.openlineage.events import Event, Notes, Spot
from kfm_gates.catalogs.openlineage.names import RUN, uuid_of

NO_RUN: Final = "no event is about a run"
NO_RECEIPTS: Final = "there are no receipts to compare with"


def examine(documents: Sequence[Document], question: Question) -> Examined:
    """Check events; see `kfm_gates.catalogs.openlineage.examine`."""
    notes = Notes(documents)
    found: list[Event] = []
    total = facets = 0
    for spot, value in events.values_of(documents):
        total += 1
        event = events.read(spot, value, notes)
        if event is None:
            continue
        found.append(event)
        for place, key, facet, facet_spot in events.facets_of(event):
            facets += 1
            events.check_facet(place, key, facet, facet_spot, notes)
    if total == 0 and documents:
        start = Spot(document=0, file=documents[0].file, pointer="", line=None)
        notes.add("events", codes.EVENT_INVALID, "The document holds no event.", start)
    made = Examined(counts={"events": total})
    _answer(made, "facets", facets, "no event has a facet")
    runs = _runs(found)
    _judge(found, runs, documents, question, notes, made)
    made.remarks = notes.remarks
    made.facts = {"documents": len(documents), "events": len(found), "runs": len(runs)}
    return made


def _judge(
    found: Sequence[Event],
    runs: Mapping[str, Sequence[Event]],
    documents: Sequence[Document],
    question: Question,
    notes: Notes,
    made: Examined,
) -> None:
    run = question.run
    own = None if run is None else _own(runs, run, documents, notes)
    life.check_life(runs, own, notes)
    elsewhere.check_errors(found, notes)
    _answer(made, "life_cycle", len(runs), NO_RUN)
    parents, unknown = life.check_parents(runs, notes)
    made.not_checked += [f"the parent run {one}, of which no event tells" for one in unknown]
    _answer(made, "parents", len(runs), NO_RUN)
    ours = frozenset() if own is None else life.descendants(own, parents)
    life.check_times(found, runs, ours, own, run, question.now, notes)
    _answer(made, "times", len(found), "no event has a time")
    mentions = [one for event in found for one in datasets.mentions_of(event)]
    _answer(made, "datasets", datasets.check_apart(mentions, notes), "no event names a dataset")
    stated = datasets.check_stated(mentions, notes)
    if run is None:
        made.claims = datasets.claims_of(mentions, {})
        for check in ("this_run", "outputs", "inputs"):
            made.witnesses[check] = NO_RECEIPTS
        _answer(made, "bytes", stated, "no event states a digest")
        return
    _foreign(runs, ours, own, parents, notes)
    made.counts["this_run"] = len(runs)
    mine = [one for one in mentions if one.run_id in ours]
    end = _end(runs, own, documents)
    known = _against_receipts(mine, run, len(ours), end, question, notes, made)
    others = elsewhere.Elsewhere(run, question, known, notes)
    others.names(end)
    compared = others.check(found, ours)
    if compared:
        made.witnesses.pop("bytes", None)
        made.counts["bytes"] = made.counts.get("bytes", 0) + compared


def _against_receipts(
    mine: Sequence[Mention],
    run: RunFacts,
    steps: int,
    spot: Spot,
    question: Question,
    notes: Notes,
    made: Examined,
) -> Found:
    found: Found = datasets.resolve(mine, run)
    datasets.check_sets(found, run, steps, spot, notes)
    made.counts["outputs"] = len(run.outputs) + len(found.outputs)
    made.counts["inputs"] = len(run.inputs) + len(found.inputs)
    count = datasets.check_bytes(found, question, notes)
    _answer(made, "bytes", count, "no event of the run names a dataset")
    made.claims = datasets.claims_of(mine, found.outputs)
    return found


def _answer(made: Examined, check: str, count: int, witness: str) -> None:
    """A check that looked at something is counted; one that had nothing to look at says so."""
    if count:
        made.counts[check] = count
    else:
        made.witnesses[check] = witness


def _runs(found: Sequence[Event]) -> dict[str, list[Event]]:
    runs: dict[str, list[Event]] = {}
    for event in found:
        if (run_id := event.run_id) is not None:
            runs.setdefault(run_id, []).append(event)
    return {run_id: life.in_order(events) for run_id, events in runs.items()}


def _own(
    runs: Mapping[str, Sequence[Event]],
    run: RunFacts,
    documents: Sequence[Document],
    notes: Notes,
) -> str | None:
    """The run of OpenLineage that is the run that is checked."""
    uuid = uuid_of(run.run_id)
    named: list[str] = []
    for run_id, events_ in runs.items():
        for event in events_:
            facet = event.facet(RUN)
            told = None if facet is None else facet.get("run_id")
            if told is None:
                continue
            if run_id == uuid and told != run.run_id:
                message = "The facet kfm_run names another run than runId does."
                spot = event.spot.at("run", "facets", RUN, "run_id")
                notes.add("this_run", codes.RUN_CONTRADICTED, message, spot, told, run.run_id)
            elif told == run.run_id and run_id not in named:
                named.append(run_id)
    if uuid in runs and uuid not in named:
        named.insert(0, uuid)
    for other in named[1:]:
        message = "Two runs of OpenLineage say that they are this run."
        spot = runs[other][0].spot.at("run", "runId")
        notes.add("this_run", codes.RUN_CONTRADICTED, message, spot, other, named[0])
    if named:
        return named[0]
    start = Spot(document=0, file=documents[0].file, pointer="", line=None)
    message = "No event is about this run."
    notes.add("this_run", codes.RUN_MISSING, message, start, wanted=f"runId {uuid}")
    return None


def _foreign(
    runs: Mapping[str, Sequence[Event]],
    ours: frozenset[str],
    own: str | None,
    parents: Mapping[str, str],
    notes: Notes,
) -> None:
    above = set()
    step = own
    while step is not None and step not in above:
        above.add(step)
        step = parents.get(step)
    for run_id, events_ in runs.items():
        if own is not None and run_id not in ours and run_id not in above:
            message = "The event is about a run that has nothing to do with this one."
            spot = events_[0].spot.at("run", "runId")
            notes.add("this_run", codes.RUN_FOREIGN, message, spot, run_id)


def _end(
    runs: Mapping[str, Sequence[Event]], own: str | None, documents: Sequence[Document]
) -> Spot:
    """Where something that is missing would stand: in the last event of the run."""
    if own is not None:
        return runs[own][-1].spot
    return Spot(document=0, file=documents[0].file, pointer="", line=None)

"""The activity that is the run: which one it is, and whether it says what it has to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kfm_gates import times
from kfm_gates.catalogs._api import Remark, RunFacts
from kfm_gates.catalogs.prov import codes, moments
from kfm_gates.catalogs.prov.clocks import ROUNDING
from kfm_gates.catalogs.prov.story import Story

_LAST = re.compile(r"[^/#:]*\Z")


def check(story: Story, run: RunFacts) -> list[Remark]:
    """The activity of the run has its times, an agent and a plan."""
    candidates = _candidates(story, run)
    activity = of_run(story, run)
    if activity is None:
        account = story.accounts[0]
        place: tuple[str, ...] | int | str = ()
        message = "No activity is the run."
        if candidates:
            message = f"{len(candidates)} activities bear the id of the run."
            said = story.elements("activity")[candidates[1]][0]
            account, place = said.account, said.statement.where
        return [
            account.remark(
                codes.RUN_DESCRIBED,
                codes.RUN_ACTIVITY_MISSING,
                message,
                place,
                got=", ".join(candidates[:5]) or None,
                wanted=f"an activity kfm://run/{run.run_id}",
            )
        ]
    others = [one for one in candidates if one != activity]
    return [
        *_times(story, run, activity),
        # Another activity that bears the id of the run is the run by another name.
        *(remark for one in others for remark in _times(story, run, one, needed=False)),
        *_association(story, activity),
    ]


def _times(story: Story, run: RunFacts, activity: str, *, needed: bool = True) -> Iterator[Remark]:
    said = story.elements("activity")[activity]
    for n, word, kind, wanted in (
        (0, "start", "wasStartedBy", run.started_at),
        (1, "end", "wasEndedBy", run.ended_at),
    ):
        stated = [(one, one.statement.args[n]) for one in said]
        stated += [(one, one.args[3]) for one in story.of(kind) if one.args[0] == activity]
        given = [(one, text) for one, text in stated if text is not None]
        wrong = [
            (one, text) for one, text in given if abs(moments.parse(text).at - wanted) > ROUNDING
        ]
        if not wrong and (given or not needed):
            continue
        one, text = wrong[0] if wrong else (said[0], None)
        yield one.account.remark(
            codes.RUN_DESCRIBED,
            codes.RUN_TIME_MISMATCH,
            f"The {word} of the run in {one.text()} is not that of the run record."
            if wrong
            else f"The activity of the run has no {word}: {one.text()}.",
            one.statement.where,
            got=text,
            wanted=f"{times.render(wanted)}, with a tolerance of {int(ROUNDING.total_seconds())} s",
        )


def _association(story: Story, activity: str) -> Iterator[Remark]:
    said = story.elements("activity")[activity][0]
    mine = [one for one in story.of("wasAssociatedWith") if one.args[0] == activity]
    for n, code, word in (
        (1, codes.RUN_AGENT_MISSING, "an agent"),
        (2, codes.RUN_PLAN_MISSING, "a plan"),
    ):
        if not any(one.args[n] is not None for one in mine):
            shown = mine[0] if mine else said
            yield shown.account.remark(
                codes.RUN_DESCRIBED,
                code,
                f"{shown.text()} names no {word.split()[-1]} of the run.",
                shown.statement.where,
                wanted=f"wasAssociatedWith({activity}, …) with {word}",
            )


def of_run(story: Story, run: RunFacts) -> str | None:
    """IRI of the activity that is the run; None where there is none, or several might be."""
    exact = f"kfm://run/{run.run_id}"
    candidates = _candidates(story, run)
    if exact in candidates:
        return exact
    return candidates[0] if len(candidates) == 1 else None


def _candidates(story: Story, run: RunFacts) -> list[str]:
    return [
        iri
        for iri in story.elements("activity")
        if (match := _LAST.search(iri)) is not None and match.group() == run.run_id
    ]

"""Every redaction that a run claims is backed by an activity of PROV (R-129, R-136)."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Iterator

from kfm_gates.catalogs._api import ActivityClaim, ArtifactClaim
from kfm_gates.catalogs.closure import codes
from kfm_gates.catalogs.closure.evidence import Evidence
from kfm_gates.catalogs.closure.pad import Pad
from kfm_gates.evidence.labels import REDACTING


def compare(evidence: Evidence, pad: Pad) -> None:
    """Look for an activity behind every redaction.

    An activity backs a transform if its label, one of its types or the end of its identifier is
    the name of the transform, and if it made at least one output what it is.
    """
    if "prov" in evidence.unread:
        return
    for name in evidence.run.redactions:
        pad.counts["redactions"] += 1
        slug = _slug(name)
        named = [a for a in evidence.activities if slug and slug in set(_words(a))]
        _judge(evidence, pad, named, f"the transform {name!r}", f"an activity named {name}")
    if evidence.run.redactions_applied and not evidence.run.redactions:
        pad.counts["redactions"] += 1
        named = [a for a in evidence.activities if REDACTING & set(_words(a))]
        wanted = f"an activity of the type {', '.join(sorted(REDACTING))}"
        _judge(evidence, pad, named, "the redactions that the validation report claims", wanted)


def _judge(
    evidence: Evidence, pad: Pad, named: list[ActivityClaim], what: str, wanted: str
) -> None:
    if any(activity.generated & evidence.run.outputs.keys() for activity in named):
        return
    where = ArtifactClaim(
        source="manifest", file=evidence.manifest, pointer="/transforms", href="", artifact=None
    )
    got = "no PROV document" if "prov" not in evidence.claims else "no such activity"
    if named:
        got = f"{named[0].id}, which generates no output"
        where = ArtifactClaim(
            source="prov", file=named[0].file, pointer=named[0].pointer, href="", artifact=None
        )
    pad.against(
        "redactions",
        codes.REDACTION_UNBACKED,
        f"No PROV activity backs {what}.",
        where,
        got=got,
        wanted=f"{wanted} that generates an output",
    )


def _words(activity: ActivityClaim) -> Iterator[str]:
    """What an activity is called, each name in one comparable form; never an empty one."""
    for name in (activity.label, activity.id, *activity.types):
        if name is None:
            continue
        for word in (name, re.split(r"[/#:]", urllib.parse.unquote(name))[-1]):
            if slug := _slug(word):
                yield slug


def _slug(name: str) -> str:
    return re.sub(r"\W+|_+", "-", name.casefold()).strip("-")

"""Where entities lie: a file of the run, an input, elsewhere in the lake; one place for each."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final, Literal, NamedTuple

from kfm_gates.catalogs import references
from kfm_gates.catalogs._api import Question, Remark, RunFacts
from kfm_gates.catalogs.prov import codes
from kfm_gates.catalogs.prov.entities import SIZES, Thing, is_artifact, stated, unread, values
from kfm_gates.catalogs.prov.model import PROV, XSD
from kfm_gates.catalogs.prov.story import Story
from kfm_gates.evidence import paths
from kfm_gates.model import Code

_OURS = re.compile(r"kfm://[^/]*", re.IGNORECASE | re.ASCII)
_RUNS: Final = "kfm://run/"
_MAX_PLACES: Final = 64
"""Nothing lies in so many places; beyond it they are not compared with each other."""


class _Place(NamedTuple):
    """A place that something names.

    Args:
        kind: `run` for a file of the run, `gone` for a path of it where nothing is, `input`,
            `outside` for anywhere else in the lake.
        name: Path, name in the manifest, or address.
    """

    kind: Literal["run", "gone", "input", "outside"]
    name: str


def things(story: Story, question: Question) -> tuple[dict[str, Thing], list[Remark]]:
    """All entities by IRI, each with its place, and remarks about places that cannot be."""
    run = question.run
    mapped = {
        output.names["prov"]: path
        for path, output in (run.outputs.items() if run is not None else ())
        if "prov" in output.names
    }
    documents = {account.document.file for account in story.accounts}
    found = stated(story)
    remarks: list[Remark] = []
    for thing in found.values():
        known = [*_by_name(thing, mapped, question, documents, remarks)]
        known.extend(_by_location(thing, question, documents, remarks))
        _settle(thing, known, run, remarks)
        if thing.path is not None or thing.input is not None or thing.digests:
            thing.digests.extend(unread(thing.said))
    return found, remarks


def outside_of(iri: str, run: RunFacts) -> str | None:
    """Where in the lake, and not in this run, an address leads; None for any other IRI."""
    target = references.resolve(iri, base="", run=run)
    if target.kind == "lake":
        return None if target.path == run.relpath else target.path
    if target.kind == "remote" and iri.startswith(_RUNS):
        other = re.split(r"[/#?]", iri.removeprefix(_RUNS), maxsplit=1)[0]
        return iri if other != run.run_id else None
    return None


def _by_name(
    thing: Thing,
    mapped: Mapping[str, str],
    question: Question,
    documents: Collection[str],
    remarks: list[Remark],
) -> Iterator[_Place]:
    run, iri = question.run, thing.id
    base = thing.said[0].account.document.file
    target = references.resolve(iri, base=base, run=run)
    ours = iri.startswith(("kfm://", references.BASE))
    if why := _odd_scheme(iri) or (target.why if target.kind == "refused" and ours else None):
        remarks.append(_remark(thing, codes.LOCATION_REFUSED, "a place that is not followed", why))
    if iri in mapped:
        yield _Place("run", mapped[iri])
    if run is not None and iri in run.inputs:
        yield _Place("input", iri)
    elif target.kind == "run":
        yield from _in_run(thing, target, question, documents)
    elif run is not None:
        yield from _in_lake(target, iri, run)


def _by_location(
    thing: Thing, question: Question, documents: Collection[str], remarks: list[Remark]
) -> Iterator[_Place]:
    run = question.run
    base = thing.said[0].account.document.file
    for value in values(thing.said, (f"{PROV}location",)):
        ours = _OURS.match(value.text) is not None
        is_reference = value.is_name or value.datatype == f"{XSD}anyURI" or ours
        target = references.resolve(value.text, base=base, run=run)
        why = _odd_scheme(value.text)
        if target.kind == "refused" and is_reference:
            why = target.why or "It is refused."
        if why:
            what = "a place that is not followed"
            remarks.append(_remark(thing, codes.LOCATION_REFUSED, what, why, value.text))
        elif run is not None and value.text in run.inputs:
            yield _Place("input", value.text)
        elif target.kind == "run":
            # A word such as London is no path, unless there is such a file.
            for place in _in_run(thing, target, question, documents):
                if is_reference or place.kind == "run":
                    yield place
        elif run is not None:
            for place in _in_lake(target, value.text, run):
                if is_reference or place.kind == "input":
                    yield place


def _in_run(
    thing: Thing, target: references.Target, question: Question, documents: Collection[str]
) -> Iterator[_Place]:
    if not target.path:
        return
    if target.fragment:
        # A part of a document is a name; with a digest or a size it is that of the file.
        claims = thing.digests or any(values(thing.said, SIZES))
        if target.path in documents or not claims:
            return
    # Elsewhere in the run it may be an intermediate file that is gone, or no file at all.
    there = is_artifact(target.path, question.run) or question.files.size(target.path) is not None
    yield _Place("run" if there else "gone", target.path)


def _in_lake(target: references.Target, text: str, run: RunFacts) -> Iterator[_Place]:
    if target.kind == "lake" and target.path in run.inputs:
        yield _Place("input", target.path)
    elif (outside := outside_of(text, run)) is not None:
        yield _Place("outside", outside)
    elif target.kind == "lake" and target.path != run.relpath:
        yield _Place("outside", target.path)


def _settle(thing: Thing, known: list[_Place], run: RunFacts | None, remarks: list[Remark]) -> None:
    """Give a thing the first place of each kind, and tell where they are not one."""
    known = list(dict.fromkeys(known))
    first = {place.kind: place.name for place in reversed(known)}
    thing.path, thing.input, thing.outside = (first.get(k) for k in ("run", "input", "outside"))
    # The folder in which it lies is no other place.
    own = [name for kind, name in known if kind == "run" or (kind == "input" and "://" not in name)]
    within = {
        place
        for place in known[:_MAX_PLACES]
        if any(name != place.name and paths.under(name, place.name) for name in own[:_MAX_PLACES])
    }
    bytes_of = run.inputs if run is not None else {}
    apart = {
        (kind if kind != "gone" else "run", bytes_of[name] if kind == "input" else name)
        for kind, name in known
        if _Place(kind, name) not in within
    }
    if len(apart) > 1:
        names = ", ".join(sorted({place.name[:200] for place in known})[:5])
        message = "two places, of which only one can be its own"
        remarks.append(_remark(thing, codes.PLACE_CONTRADICTED, message, "", names))


def _odd_scheme(text: str) -> str | None:
    match = _OURS.match(text)
    if match is None or match.group() == match.group().lower():
        return None
    return "A kfm: address begins in lower case."


def _remark(thing: Thing, code: Code, what: str, why: str | None, got: str | None = None) -> Remark:
    said = thing.said[0]
    return said.account.remark(
        codes.DIGESTS_HOLD,
        code,
        f"{said.text()} names {what}. {why or ''}".strip(),
        said.statement.where,
        got=(got or thing.id)[:500],
    )

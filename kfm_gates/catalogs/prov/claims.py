"""What PROV documents claim about files, datasets and activities, for the closure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from kfm_gates.catalogs._api import ActivityClaim, ArtifactClaim, DatasetClaim, Question
from kfm_gates.catalogs.prov.attributes import LICENSES, MEDIA, size
from kfm_gates.catalogs.prov.entities import SIZES, Thing, needs_digest, values
from kfm_gates.catalogs.prov.model import PROV, pointer
from kfm_gates.catalogs.prov.story import Said, Story

_DCT: Final = "http://purl.org/dc/terms/"
_SCHEMA: Final = ("https://schema.org/", "http://schema.org/")
_TITLES: Final = (f"{_DCT}title", f"{PROV}label", *(f"{s}name" for s in _SCHEMA))


def of_artifacts(found: Mapping[str, Thing], question: Question) -> Iterator[ArtifactClaim]:
    """What is said about the files of this run."""
    for thing in found.values():
        if thing.path is None or not needs_digest(thing, question.run):
            continue
        said = thing.said[0]
        name, _ = pointer(said.statement.where)
        sizes = [size(value) for value in values(thing.said, SIZES)]
        yield ArtifactClaim(
            source="prov",
            file=said.account.document.file,
            pointer=name or thing.id,
            href=thing.id,
            artifact=thing.path,
            digests=tuple(thing.digests),
            size=sizes[0] if sizes else None,
            media_type=_first(thing.said, MEDIA),
            id=thing.id,
            license=_first(thing.said, LICENSES),
        )


def _first(said: Iterable[Said], names: tuple[str, ...]) -> str | None:
    """The first value of one of some attributes."""
    return next((value.text for value in values(said, names)), None)


def _title(said: Iterable[Said]) -> str | None:
    """Title or label."""
    return _first(said, _TITLES)


def _license(said: Iterable[Said]) -> str | None:
    """Stated licence."""
    return _first(said, LICENSES)


def of_dataset(found: Mapping[str, Thing], family: str) -> Iterator[DatasetClaim]:
    """What is said about the dataset of a family."""
    thing = found.get(f"kfm://dataset/{family}")
    if thing is not None:
        said = thing.said[0]
        yield DatasetClaim(
            source="prov",
            file=said.account.document.file,
            pointer=pointer(said.statement.where)[0] or thing.id,
            id=thing.id,
            title=_title(thing.said),
            license=_license(thing.said),
        )


def of_activities(story: Story, found: Mapping[str, Thing]) -> Iterator[ActivityClaim]:
    """Every activity, with the files that it generated."""
    generated = _worked_on(story, found)
    for iri, all_ in story.elements("activity").items():
        types = [v for one in all_ for v in one.statement.values(f"{PROV}type")]
        labels = [v for one in all_ for v in one.statement.values(f"{PROV}label")]
        first = all_[0]
        yield ActivityClaim(
            file=first.account.document.file,
            pointer=pointer(first.statement.where)[0] or iri,
            id=iri,
            types=frozenset(v.text if v.is_name else v.text.lower() for v in types),
            label=labels[0].text if labels else None,
            generated=frozenset(generated.get(iri, ())),
        )


def _worked_on(story: Story, found: Mapping[str, Thing]) -> dict[str, set[str]]:
    """Files by the activities that had a part in them.

    An activity that made a file, that a derivation of it names, or whose work the activity that
    made it was informed of. An output has one generation, so a step of a run, such as a redaction,
    can only be tied to it in one of the other ways. A step of which nobody knows who took it, or on
    what, is a name only: what was informed of it shows nothing.
    """
    made: dict[str, set[str]] = {}
    for kind, slot in (("wasGeneratedBy", 1), ("wasDerivedFrom", 2)):
        for said in story.of(kind):
            thing, activity = found.get(said.args[0] or ""), said.args[slot]
            if activity is not None and thing is not None and thing.path is not None:
                made.setdefault(activity, set()).add(thing.path)
    worked = {activity: set(paths) for activity, paths in made.items()}
    linked = {said.args[0] for said in story.of("used") if said.args[1] is not None}
    linked |= {said.args[1] for said in story.of("wasGeneratedBy")}
    linked |= {said.args[2] for said in story.of("wasDerivedFrom")}
    led = {said.args[0] for said in story.of("wasAssociatedWith") if said.args[1] is not None}
    for said in story.of("wasInformedBy"):
        informed, informant = said.args[0], said.args[1]
        if informed is None or informant is None or informed == informant:
            continue
        if informant in linked and informant in led:
            worked.setdefault(informant, set()).update(made.get(informed, ()))
    return worked

"""Datasets of events: which files they are, and whether the events tell the truth about them."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from kfm_gates.catalogs import digests, references
from kfm_gates.catalogs._api import ArtifactClaim, Question, RunFacts
from kfm_gates.catalogs.digests import StatedDigest
from kfm_gates.catalogs.openlineage import codes
from kfm_gates.catalogs.openlineage.events import Event, Notes, Spot
from kfm_gates.catalogs.openlineage.names import INTEGRITY
from kfm_gates.errors import EvidenceError, EvidenceMissing

Name = tuple[str, str]
Direction = Literal["inputs", "outputs"]

_DIGEST: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*:[0-9A-Fa-f]{16,}")
"""A version that is meant as a digest; any other version is just a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A dataset in an event, with what the event says about its bytes."""

    name: Name
    direction: Direction
    run_id: str | None
    spot: Spot
    digests: tuple[tuple[StatedDigest, Spot], ...] = ()
    sizes: tuple[tuple[int, Spot], ...] = ()

    @property
    def shown(self) -> str:
        """Its name as references have it."""
        return "/".join(part for part in self.name if part)


@dataclass(slots=True)
class Found:
    """Datasets of the run that is checked: the file of each, and where it is mentioned."""

    outputs: dict[Name, str | None] = field(default_factory=dict)
    inputs: dict[Name, str | None] = field(default_factory=dict)
    mentions: dict[tuple[Direction, Name], list[Mention]] = field(default_factory=dict)


def mentions_of(event: Event) -> list[Mention]:
    """The datasets that an event reads and writes."""
    found = []
    directions: tuple[Direction, ...] = ("inputs", "outputs")
    for direction in directions:
        for n, dataset in enumerate(event.data.get(direction, ())):
            found.append(mention(event, dataset, direction, event.spot.at(direction, n)))
    return found


def mention(event: Event, dataset: Mapping[str, Any], direction: Direction, spot: Spot) -> Mention:
    """One dataset of an event, and what is said about its bytes."""
    made, sizes = _bytes(dataset, direction, spot)
    return Mention(
        name=(dataset["namespace"], dataset["name"]),
        direction=direction,
        run_id=event.run_id,
        spot=spot,
        digests=tuple(made),
        sizes=tuple(sizes),
    )


def names_of(run: RunFacts) -> dict[str, str]:
    """The outputs that the manifest gives a name in OpenLineage, by that name."""
    return {
        output.names["openlineage"]: path
        for path, output in run.outputs.items()
        if "openlineage" in output.names
    }


def _bytes(
    dataset: Mapping[str, Any], direction: Direction, spot: Spot
) -> tuple[list[tuple[StatedDigest, Spot]], list[tuple[int, Spot]]]:
    stated: list[tuple[StatedDigest, Spot]] = []
    sizes: list[tuple[int, Spot]] = []
    facets = dataset.get("facets", {})
    integrity = facets.get(INTEGRITY, {})
    at = spot.at("facets", INTEGRITY)
    if isinstance(digest := integrity.get("digest"), str):
        stated.append((digests.of_prefixed(digest), at.at("digest")))
    sizes += _size(integrity, at)
    version = facets.get("version", {}).get("datasetVersion")
    if isinstance(version, str) and _DIGEST.fullmatch(version):
        place = spot.at("facets", "version", "datasetVersion")
        stated.append((digests.of_prefixed(version), place))
    if direction == "outputs":
        statistics = dataset.get("outputFacets", {}).get("outputStatistics", {})
        sizes += _size(statistics, spot.at("outputFacets", "outputStatistics"))
    return stated, sizes


def _size(facet: Mapping[str, Any], spot: Spot) -> list[tuple[int, Spot]]:
    size = facet.get("size")
    if isinstance(size, int) and not isinstance(size, bool):
        return [(size, spot.at("size"))]
    return []


def check_apart(mentions: Iterable[Mention], notes: Notes) -> int:
    """No run reads what it writes, no event lists a dataset twice; how many were looked at."""
    read: dict[tuple[object, Name], Mention] = {}
    written: dict[tuple[object, Name], Mention] = {}
    listed: set[tuple[int, str, int | None, Direction, Name]] = set()
    count = 0
    for one in mentions:
        count += 1
        event = one.spot.pointer.rpartition("/")[0]
        key = (one.spot.document, event, one.spot.line, one.direction, one.name)
        if key in listed:
            message = f"The dataset {one.shown} is listed twice."
            notes.add("datasets", codes.DATASET_REPEATED, message, one.spot, one.shown)
        listed.add(key)
        # Outside of any run, each event stands for itself.
        run: object = one.run_id or (one.spot.document, event.rpartition("/")[0], one.spot.line)
        mine, other = (read, written) if one.direction == "inputs" else (written, read)
        if (run, one.name) not in mine:
            mine[run, one.name] = one
            if (run, one.name) in other:
                message = f"The dataset {one.shown} is read and written."
                notes.add("datasets", codes.SAME_DATASET, message, one.spot, one.shown)
    return count


def resolve(mentions: Iterable[Mention], run: RunFacts) -> Found:
    """Find the file of every dataset."""
    named = names_of(run)
    found = Found()
    for one in mentions:
        found.mentions.setdefault((one.direction, one.name), []).append(one)
        if one.direction == "outputs" and one.name not in found.outputs:
            path = named.get(f"{one.name[0]}/{one.name[1]}") or in_run(one, run)
            found.outputs[one.name] = path if path in run.outputs else None
        elif one.direction == "inputs" and one.name not in found.inputs:
            found.inputs[one.name] = input_of(one, run)
    return found


def href(name: Name) -> str:
    """Names in a lake are plain paths; elsewhere they are whatever stands behind the authority."""
    namespace, rest = name
    if not rest:
        return namespace
    if namespace[:6].lower() == "kfm://":
        rest = urllib.parse.quote(rest)
    return f"{namespace.rstrip('/')}/{rest}"


def in_run(one: Mention, run: RunFacts) -> str | None:
    """The path in the run that a name leads to."""
    target = references.resolve(href(one.name), base=one.spot.file, run=run)
    return target.path if target.kind == "run" and not target.fragment else None


def input_of(one: Mention, run: RunFacts) -> str | None:
    """The input of the manifest that a name leads to."""
    text = href(one.name)
    if text in run.inputs:
        return text
    target = references.resolve(text, base=one.spot.file, run=run)
    return target.path if target.kind == "lake" and target.path in run.inputs else None


def check_sets(found: Found, run: RunFacts, steps: int, spot: Spot, notes: Notes) -> None:
    """Outputs and inputs have to be those of the manifest.

    Args:
        found: Datasets of the run and of what it started.
        run: The receipts.
        steps: How many runs that is; several may hand datasets on to each other.
        spot: Where what is missing is missing.
        notes: Takes what is found.
    """
    for name, path in found.outputs.items():
        if path is None:
            one = found.mentions["outputs", name][0]
            message = f"The dataset {one.shown} is no output of the manifest."
            notes.add("outputs", codes.OUTPUT_EXTRA, message, one.spot, one.shown)
    for path in sorted(run.outputs.keys() - set(found.outputs.values())):
        message = f"The output {path} is in no event of the run."
        wanted = f"kfm://run/{run.run_id} {path}"
        notes.add("outputs", codes.OUTPUT_MISSING, message, spot, wanted=wanted)
    for name, path in found.inputs.items():
        if path is None and not (steps > 1 and found.outputs.get(name)):
            one = found.mentions["inputs", name][0]
            message = f"The dataset {one.shown} is no input of the manifest."
            notes.add("inputs", codes.INPUT_EXTRA, message, one.spot, one.shown)
    for path in sorted(run.inputs.keys() - set(found.inputs.values())):
        message = f"The input {path} is in no event of the run."
        notes.add("inputs", codes.INPUT_MISSING, message, spot, wanted=path)


def check_stated(mentions: Iterable[Mention], notes: Notes) -> int:
    """Digests have to be usable, and of one dataset in one event the same; how many there are."""
    count = 0
    for one in mentions:
        first: StatedDigest | None = None
        for digest, spot in one.digests:
            count += 1
            if digest.problem is not None:
                got = digest.text
                notes.add("bytes", codes.DIGEST_INVALID, digest.problem, spot, got, "sha256:<hex>")
            elif first is None:
                first = digest
            elif digest.sha256 != first.sha256:
                message = f"Two digests of {one.shown} differ."
                got, wanted = digest.text, first.text
                notes.add("bytes", codes.DIGEST_MISMATCH, message, spot, got, wanted)
    return count


def check_bytes(found: Found, question: Question, notes: Notes) -> int:
    """Digests and sizes have to be those of the bytes; how many datasets were looked at."""
    run = question.run
    if run is None:
        raise ValueError("there are no receipts to compare with")
    paths = sorted({path for path in found.outputs.values() if path is not None})
    hashed = question.files.digests(paths)
    for (direction, name), mentions in found.mentions.items():
        if not any(one.digests for one in mentions):
            message = f"The dataset {mentions[0].shown} has no digest."
            wanted = "the facet kfm_integrity, or a version sha256:<hex>"
            notes.add("bytes", codes.DIGEST_MISSING, message, mentions[-1].spot, wanted=wanted)
        path = (found.outputs if direction == "outputs" else found.inputs).get(name)
        if path is None:
            continue
        if direction == "inputs":
            compare(mentions, run.inputs[path], None, notes)
            continue
        here = hashed[path]
        if isinstance(here, EvidenceError):
            absent = isinstance(here, EvidenceMissing)
            spot = mentions[-1].spot
            notes.add("bytes", codes.BYTES_ABSENT, here.message, spot, path, unproven=absent)
        else:
            compare(mentions, here.sha256, here.size, notes)
    return len(found.mentions)


def compare(mentions: Sequence[Mention], sha256: str, size: int | None, notes: Notes) -> None:
    """Hold what is said about one file against its digest, and its size where that is known."""
    for one in mentions:
        for digest, spot in one.digests:
            if digest.sha256 is not None and digest.sha256 != sha256:
                message = f"The digest of {one.shown} is another one."
                wanted = f"sha256:{sha256}"
                notes.add("bytes", codes.DIGEST_MISMATCH, message, spot, digest.text, wanted)
        for stated, spot in one.sizes:
            if size is not None and stated != size:
                message = f"The size of {one.shown} is another one."
                notes.add("bytes", codes.SIZE_MISMATCH, message, spot, stated, size)


def claims_of(
    mentions: Iterable[Mention], outputs: Mapping[Name, str | None]
) -> list[ArtifactClaim]:
    """What the events say about files: one claim for each output of each run."""
    grouped: dict[tuple[str | None, Name], list[Mention]] = {}
    for one in mentions:
        if one.direction == "outputs":
            grouped.setdefault((one.run_id, one.name), []).append(one)
    made = []
    for (_, name), several in grouped.items():
        last = several[-1]
        stated = {digest: None for one in several for digest, _ in one.digests}
        sizes = [size for one in several for size, _ in one.sizes]
        made.append(
            ArtifactClaim(
                source="openlineage",
                file=last.spot.file,
                pointer=last.spot.pointer,
                href=last.shown,
                artifact=outputs.get(name),
                digests=tuple(stated),
                size=sizes[-1] if sizes else None,
                id=last.shown,
            )
        )
    return made

"""What is said about the files of the run outside of its inputs and outputs.

Events of other runs, events of no run and facets name datasets as well. Whoever reads them does not
know that only the events of one run were compared; so a file that is known is compared wherever it
is named, and what speaks of this run alone has to speak of files that are known.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from kfm_gates.catalogs import references
from kfm_gates.catalogs._api import Question, RunFacts
from kfm_gates.catalogs.openlineage import codes, datasets
from kfm_gates.catalogs.openlineage.datasets import Direction, Found, Mention, Name
from kfm_gates.catalogs.openlineage.events import Event, Notes, Spot
from kfm_gates.errors import EvidenceError

_GONE: Final = frozenset({"DROP", "TRUNCATE"})
_LINEAGE: Final = ("columnLineage", "lineage")
_KNOWN: Final = "an input or an output of the manifest"


def check_errors(events: Sequence[Event], notes: Notes) -> None:
    """No run is complete and has failed."""
    for event in events:
        facet = event.facet("errorMessage")
        if event.type == "COMPLETE" and facet is not None and facet.get("_deleted") is not True:
            message = "The event ends its run with COMPLETE and with an error."
            spot = event.spot.at("run", "facets", "errorMessage")
            notes.add("life_cycle", codes.COMPLETE_WITH_ERROR, message, spot, facet.get("message"))


class Elsewhere:
    """Holds datasets of all events against the receipts.

    Args:
        run: The receipts.
        question: Where files are looked at.
        found: The datasets of the run itself.
        notes: Takes what is found.
    """

    def __init__(self, run: RunFacts, question: Question, found: Found, notes: Notes) -> None:
        self._run = run
        self._question = question
        self._notes = notes
        self._handed_on = {name for name, path in found.outputs.items() if path is not None}
        self._named = datasets.names_of(run)
        self._compared: list[tuple[str, Mention]] = []

    def check(self, events: Sequence[Event], ours: frozenset[str]) -> int:
        """Look at every dataset of every event; returns how many were compared elsewhere."""
        for event in events:
            mine = event.run_id in ours
            for direction, dataset, spot in _datasets(event):
                one = datasets.mention(event, dataset, direction or "outputs", spot)
                output, source = self._output(one), datasets.input_of(one, self._run)
                if not mine:
                    self._foreign(event, one, output, source)
                if output in self._run.outputs:
                    self._life(dataset, spot)
                if mine or event.run_id is None:
                    self._symlinks(dataset, spot, one, output, source)
                    self._lineage(dataset.get("facets"), spot.at("facets"))
            if mine or event.run_id is None:
                job = event.data.get("job", {})
                self._lineage(job.get("facets"), event.spot.at("job", "facets"))
        self._compare()
        return len(self._compared)

    def names(self, spot: Spot) -> None:
        """The manifest gives no output a name that already belongs to something else."""
        for name, path in self._named.items():
            if not self._belongs(name, path, spot.file):
                message = f"The manifest calls {path} by the name of something else."
                wanted = f"a name of its own, or none for {path}"
                self._notes.add("outputs", codes.NAME_CONFLICT, message, spot, name, wanted)

    def _belongs(self, name: str, path: str, base: str) -> bool:
        if name[:6].lower() == "kfm://":
            ways = (name, f"kfm://{urllib.parse.quote(name[6:])}")
            targets = [references.resolve(way, base=base, run=self._run) for way in ways]
            return any(one.kind == "run" and one.path == path for one in targets)
        if name in self._run.inputs:
            return False
        target = references.resolve(name, base=base, run=self._run)
        if target.kind == "lake":
            return target.path not in self._run.inputs
        if target.kind == "run" and target.path != path:
            here = self._question.files.size(target.path) is not None
            return not here and target.path not in self._run.outputs
        return True

    def _output(self, one: Mention) -> str | None:
        named = self._named.get(f"{one.name[0]}/{one.name[1]}")
        return named or datasets.in_run(one, self._run)

    def _foreign(self, event: Event, one: Mention, output: str | None, source: str | None) -> None:
        if output in self._run.outputs and output is not None:
            self._compared.append((output, one))
            return
        if source is not None:
            datasets.compare([one], self._run.inputs[source], None, self._notes)
            return
        here = output is not None and self._question.files.size(output) is not None
        if event.run_id is None or here:
            message = f"The dataset {one.shown} is neither input nor output of the manifest."
            self._notes.add("datasets", codes.DATASET_UNKNOWN, message, one.spot, one.shown, _KNOWN)

    def _compare(self) -> None:
        hashed = self._question.files.digests(sorted({path for path, _ in self._compared}))
        for path, one in self._compared:
            here = hashed[path]
            # Where they are absent, the events of the run itself say so.
            if not isinstance(here, EvidenceError):
                datasets.compare([one], here.sha256, here.size, self._notes)

    def _life(self, dataset: Mapping[str, Any], spot: Spot) -> None:
        facet = _facet(dataset, "lifecycleStateChange")
        if facet is not None and facet.get("lifecycleStateChange") in _GONE:
            self._notes.add(
                "outputs",
                codes.OUTPUT_GONE,
                "The event says that an output was emptied or removed.",
                spot.at("facets", "lifecycleStateChange", "lifecycleStateChange"),
                facet["lifecycleStateChange"],
            )

    def _symlinks(
        self,
        dataset: Mapping[str, Any],
        spot: Spot,
        one: Mention,
        output: str | None,
        source: str | None,
    ) -> None:
        """Another name may be unknown here, and may not be that of another file."""
        facet = _facet(dataset, "symlinks")
        told = facet.get("identifiers") if facet is not None else None
        for n, other in enumerate(told if isinstance(told, list) else ()):
            name = _name(other)
            if name is None or name == one.name:
                continue
            href = datasets.href(name)
            alias = Mention(name=name, direction=one.direction, run_id=one.run_id, spot=spot)
            target = references.resolve(href, base=spot.file, run=self._run)
            path, input_ = self._output(alias), datasets.input_of(alias, self._run)
            far = target.kind == "lake" or (target.kind == "remote" and href[:4].lower() == "kfm:")
            known = path in self._run.outputs or input_ is not None
            if (known or far) and (path, input_) != (output, source):
                place = spot.at("facets", "symlinks", "identifiers", n)
                message = f"Another name of {one.shown} belongs to something else."
                got = "/".join(name)
                self._notes.add("datasets", codes.FACET_FOREIGN, message, place, got, one.shown)

    def _lineage(self, facets: Any, spot: Spot) -> None:
        for key in _LINEAGE:
            facet = facets.get(key) if isinstance(facets, dict) else None
            if not isinstance(facet, dict) or facet.get("_deleted") is True:
                continue
            for name, place in _names(facet, spot.at(key)):
                alias = Mention(name=name, direction="inputs", run_id=None, spot=spot)
                known = (
                    name in self._handed_on
                    or self._output(alias) in self._run.outputs
                    or datasets.input_of(alias, self._run) is not None
                )
                if not known:
                    message = f"The facet {key} names a dataset that was neither read nor written."
                    got = "/".join(name)
                    self._notes.add("datasets", codes.FACET_FOREIGN, message, place, got, _KNOWN)


def _datasets(event: Event) -> Iterator[tuple[Direction | None, Mapping[str, Any], Spot]]:
    directions: tuple[Direction, ...] = ("inputs", "outputs")
    for direction in directions:
        for n, dataset in enumerate(event.data.get(direction, ())):
            yield direction, dataset, event.spot.at(direction, n)
    if event.kind == "DatasetEvent":
        yield None, event.data["dataset"], event.spot.at("dataset")


def _facet(dataset: Mapping[str, Any], key: str) -> Mapping[str, Any] | None:
    facet = dataset.get("facets", {}).get(key)
    return facet if isinstance(facet, dict) and facet.get("_deleted") is not True else None


def _name(value: Any) -> Name | None:
    if not isinstance(value, dict):
        return None
    namespace, name = value.get("namespace"), value.get("name")
    if not isinstance(namespace, str) or not isinstance(name, str):
        return None
    return (namespace, name)


def _names(value: Any, spot: Spot) -> Iterator[tuple[Name, Spot]]:
    """Every dataset that a facet names, however deep; jobs are none."""
    waiting: list[tuple[Any, Spot]] = [(value, spot)]
    while waiting:
        one, place = waiting.pop()
        if isinstance(one, list):
            waiting += [(entry, place.at(n)) for n, entry in enumerate(one)]
        elif isinstance(one, dict):
            name = _name(one)
            if name is not None and one.get("type") != "JOB":
                yield name, place
            waiting += [(v, place.at(k)) for k, v in one.items() if isinstance(v, dict | list)]

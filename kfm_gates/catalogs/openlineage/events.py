"""Events as the checks look at them: read off the documents, judged one by one by the schemas."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kfm_gates.catalogs._api import Document, Remark
from kfm_gates.catalogs.openlineage import codes, facets, schema
from kfm_gates.catalogs.openlineage.facets import Place
from kfm_gates.evidence.json_positions import Positions, escape
from kfm_gates.evidence.text import shorten
from kfm_gates.model import Code

MAX_REMARKS: Final = 1000
"""So many remarks of one code are kept; one more says that there were others."""
MAX_EXPLAINED: Final = 50
"""So many events and so many facets that do not fit are explained word by word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place in a document: its number among the documents, pointer and line."""

    document: int
    file: str
    pointer: str
    line: int | None

    def at(self, *steps: str | int) -> Spot:
        """A place below this one."""
        more = "".join(f"/{escape(str(step))}" for step in steps)
        return Spot(
            document=self.document, file=self.file, pointer=self.pointer + more, line=self.line
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event that fits its schema."""

    spot: Spot
    data: Mapping[str, Any]
    kind: str
    moment: dt.datetime

    @property
    def run_id(self) -> str | None:
        """Its `runId` in lower case, None for an event outside of any run."""
        return str(self.data["run"]["runId"]).lower() if self.kind == "RunEvent" else None

    @property
    def type(self) -> str | None:
        """Its `eventType`."""
        return self.data.get("eventType") if self.kind == "RunEvent" else None

    @property
    def job(self) -> tuple[str, str]:
        """Namespace and name of its job."""
        return (self.data["job"]["namespace"], self.data["job"]["name"])

    def facet(self, key: str) -> Mapping[str, Any] | None:
        """A facet of its run."""
        found = self.data.get("run", {}).get("facets", {}).get(key)
        return found if isinstance(found, dict) else None


class Notes:
    """What was found: remarks, bounded in number, with the lines of JSON documents."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.remarks: list[Remark] = []
        self._documents = documents
        self._seen: Counter[tuple[str, str]] = Counter()
        self._positions: dict[int, Positions] = {}

    def add(
        self,
        check: str,
        code: Code,
        message: str,
        spot: Spot,
        got: object = None,
        wanted: object = None,
        *,
        unproven: bool = False,
    ) -> None:
        """Take a remark down."""
        self._seen[check, code.id] += 1
        count = self._seen[check, code.id]
        if count > MAX_REMARKS + 1:
            return
        if count == MAX_REMARKS + 1:
            message, got, wanted = f"And more than {MAX_REMARKS} of these.", None, None
        line = spot.line
        if line is None:
            positions = self._positions.get(spot.document)
            if positions is None:
                positions = Positions(self._documents[spot.document].raw)
                self._positions[spot.document] = positions
            line = positions.line(spot.pointer)
        self.remarks.append(
            Remark(
                check=check,
                code=code,
                message=message,
                file=spot.file,
                pointer=spot.pointer,
                line=line,
                got=None if got is None else shorten(str(got)),
                wanted=None if wanted is None else shorten(str(wanted), 200),
                unproven=unproven,
            )
        )

    def many(self, check: str, code: Code) -> bool:
        """Were enough of these explained?"""
        return self._seen[check, code.id] >= MAX_EXPLAINED


def values_of(documents: Sequence[Document]) -> Iterator[tuple[Spot, Any]]:
    """Every event of the documents, whatever it is, with its place."""
    for number, document in enumerate(documents):
        if document.form == "openlineage-lines":
            for line, value in document.data:
                yield Spot(document=number, file=document.file, pointer="", line=line), value
        elif isinstance(document.data, list):
            for n, value in enumerate(document.data):
                spot = Spot(document=number, file=document.file, pointer=f"/{n}", line=None)
                yield spot, value
        else:
            yield Spot(document=number, file=document.file, pointer="", line=None), document.data


def read(spot: Spot, value: Any, notes: Notes) -> Event | None:
    """Hold a value to the schema of events; None where it is none."""
    shape = _shape(value)
    if not schema.fits(None, value):
        explain = not notes.many("events", codes.EVENT_INVALID)
        definition = None if schema.fits(shape, value) else shape
        for issue in schema.issues(definition, value, explain=explain):
            place = Spot(
                document=spot.document,
                file=spot.file,
                pointer=spot.pointer + issue.pointer,
                line=spot.line,
            )
            notes.add("events", codes.EVENT_INVALID, issue.message, place, issue.got, issue.wanted)
        return None
    url = value["schemaURL"]
    named = facets.event_of(url)
    if named.why is not None:
        why = f"The schema of the event cannot be used. {named.why}"
        wanted = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
        notes.add("events", codes.SCHEMA_UNKNOWN, why, spot.at("schemaURL"), url, wanted)
    elif shape not in named.definitions:
        what = " or ".join(named.definitions)
        message = f"The event says that it is a {what}, and it is a {shape}."
        notes.add("events", codes.EVENT_INVALID, message, spot.at("schemaURL"), url)
    try:
        moment = dt.datetime.fromisoformat(value["eventTime"])
        if moment.tzinfo is None:
            raise ValueError("no time zone")
        moment = moment.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        # A leap second, or a time beyond the years that can be reckoned with.
        message = "The time of the event cannot be compared with others."
        place = spot.at("eventTime")
        notes.add("events", codes.EVENT_INVALID, message, place, value["eventTime"])
        return None
    return Event(spot=spot, data=value, kind=shape, moment=moment)


def _shape(value: Any) -> str:
    if not isinstance(value, dict) or "run" in value:
        return "RunEvent"
    return "DatasetEvent" if "dataset" in value else "JobEvent"


def facets_of(event: Event) -> Iterator[tuple[Place, str, Mapping[str, Any], Spot]]:
    """Every facet of an event: place, key, facet, spot."""
    data, spot = event.data, event.spot
    places: list[tuple[Place, str]] = [("run", "run"), ("job", "job"), ("dataset", "dataset")]
    for place, name in places:
        if name in data:
            yield from _within(place, data[name], "facets", spot.at(name))
    lists: list[tuple[str, Place]] = [("inputs", "input"), ("outputs", "output")]
    for name, place in lists:
        for n, dataset in enumerate(data.get(name, ())):
            yield from _within("dataset", dataset, "facets", spot.at(name, n))
            yield from _within(place, dataset, f"{place}Facets", spot.at(name, n))


def _within(
    place: Place, holder: Mapping[str, Any], name: str, spot: Spot
) -> Iterator[tuple[Place, str, Mapping[str, Any], Spot]]:
    for key, facet in holder.get(name, {}).items():
        yield place, key, facet, spot.at(name, key)


def check_facet(place: Place, key: str, facet: Mapping[str, Any], spot: Spot, notes: Notes) -> None:
    """Hold a facet to the definition of its key, or else to the one of its address."""
    url = facet["_schemaURL"]
    named = facets.facet_of(url)
    own = facets.STANDARD[place].get(key)
    if named.why is not None:
        message = f"The schema of the facet {shorten(key)} cannot be used. {named.why}"
        notes.add("facets", codes.FACET_UNKNOWN, message, spot.at("_schemaURL"), url)
    elif own is not None and own not in named.definitions:
        message = f"The facet {key} does not name its own definition. It was held to {own}."
        notes.add("facets", codes.FACET_MISLABELLED, message, spot.at("_schemaURL"), url, own)
    if facet.get("_deleted") is True:
        # Taken back: it holds nothing any more, and the base was checked with the event.
        return
    wanted = (own,) if own is not None else named.definitions
    if not wanted or any(schema.fits(definition, facet) for definition in wanted):
        return
    explain = not notes.many("facets", codes.FACET_INVALID)
    for issue in schema.issues(wanted[0], facet, explain=explain):
        place_ = Spot(
            document=spot.document,
            file=spot.file,
            pointer=spot.pointer + issue.pointer,
            line=spot.line,
        )
        message = f"The facet {shorten(key)} does not fit {wanted[0]}: {issue.message}"
        notes.add("facets", codes.FACET_INVALID, message, place_, issue.got, issue.wanted)

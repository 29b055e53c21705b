"""One value at the top of a JSON file, and what was seen in it: is it GeoJSON, and in order?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kfm_gates.evidence.openers._api import Box, File
from kfm_gates.evidence.openers._geometry import DEPTHS, Geometry, of_members, union
from kfm_gates.evidence.openers._json_pieces import Duplicate, Pieces
from kfm_gates.evidence.openers._places import may_be_place, suggests_places
from kfm_gates.evidence.text import shorten

GEO: Final = frozenset({"application/geo+json", "application/vnd.geo+json"})
GEO_LINES: Final = frozenset({"application/geo+json-seq", "application/geo+jsonl"})

_ROOTS: Final = frozenset({*DEPTHS, "GeometryCollection", "Feature", "FeatureCollection"})
_MEMBER: Final = {
    "FeatureCollection": "features",
    "GeometryCollection": "geometries",
    "Feature": "geometry",
}
_SUFFIXES: Final = (".geojson", ".geojsonl")
_MAX_NAMES: Final = 10_000


@dataclass
class Seen:
    """What was seen so far, over all values at the top of the file."""

    box: Box | None = None
    count: int = 0
    types: set[str] = field(default_factory=set)
    embedded: Box | None = None
    embedded_types: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    places: bool = False

    def members(self, pairs: list[tuple[str, Any]]) -> Any:
        """Build one object: a geometry becomes its extent, anything else stays what it is."""
        built = dict(pairs)
        if len(built) != len(pairs):
            (name, _), *_ = Counter(name for name, _ in pairs).most_common(1)
            raise Duplicate(repr(shorten(name)))
        if not self.places and not built.keys() <= self.names:
            self.look_at_names(built)
        if not self.places and not self.embedded_types:
            self.look_at_values(built.values())
        geometry = of_members(built) if "type" in built else None
        if geometry is None:
            return built
        if geometry.problem is None:
            self.embedded = union(self.embedded, geometry.box)
            self.embedded_types.add(geometry.type)
        return geometry

    def look_at_names(self, members: Mapping[str, Any]) -> None:
        """Remember whether a name speaks of places."""
        new = members.keys() - self.names
        if new and not self.places:
            self.places = len(self.names) > _MAX_NAMES or any(map(suggests_places, new))
            self.names |= new

    def look_at_values(self, values: Iterable[Any], *, top: bool = False) -> None:
        """Remember whether a value may be a place, whatever it is called."""
        if not self.places:
            self.places = any(
                may_be_place(value, top=top) for value in values if type(value) in (str, list)
            )

    def add(self, geometry: Geometry) -> None:
        """Count a geometry that is what the document is about."""
        self.box = union(self.box, geometry.box)
        self.types.add(geometry.type)


class Root:
    """One value at the top: an object is kept without its arrays."""

    def __init__(self, file: File, seen: Seen, pieces: Pieces) -> None:
        self.file, self.seen, self.pieces = file, seen, pieces
        self.kept: dict[str, Any] = {}
        self.first_problem: tuple[str, str, int] | None = None
        self.features = 0

    @property
    def is_geo(self) -> bool:
        """Does it say that it is GeoJSON?"""
        type_ = self.kept.get("type")
        if not isinstance(type_, str) or type_ not in _ROOTS:
            return False
        return promised(self.file) or _MEMBER.get(type_, "coordinates") in self.kept

    def read(self) -> None:
        """Read it, keep its members and look at its features."""
        is_object = self.pieces.peek() == "{"
        for name, index, value in self.pieces.top():
            if not is_object:
                # A row of its own, as if it stood among others.
                self.seen.look_at_values([[value]] if type(value) is list else [value], top=True)
                continue
            assert name is not None  # noqa: S101 - a member has a name
            if index is None:
                self.kept[name] = value
                self.seen.look_at_names({name: value})
                self.seen.look_at_values([value])
            elif not self.seen.places and not self.seen.embedded_types:
                self.seen.look_at_values([[value]] if type(value) is list else [value])
            if index is not None and name in ("features", "geometries"):
                self._element(name, index, value)

    def _element(self, name: str, index: int, value: Any) -> None:
        """Judge one feature or geometry; whether it counts is known at the end of the object."""
        problem = _problem_of_feature(value) if name == "features" else _problem_of(value)
        if problem is not None and self.first_problem is None:
            self.first_problem = (problem, f"/{name}/{index}", self.pieces.line)
        if problem is None:
            geometry = value if name == "geometries" else value["geometry"]
            if geometry is not None:
                self.seen.add(geometry)
        self.features += name == "features"

    def finish(self) -> None:
        """Hold an object that says it is GeoJSON to it."""
        type_, kept = self.kept["type"], self.kept
        problem: str | None = None
        if type_ in ("FeatureCollection", "GeometryCollection"):
            name = "features" if type_ == "FeatureCollection" else "geometries"
            if kept.get(name) != []:
                problem = f"A {type_} needs the array {name!r}."
            elif self.first_problem is not None:
                problem, pointer, line = self.first_problem
                raise self.file.malformed(problem, pointer=pointer, line=line)
            self.seen.types |= {type_} if name == "geometries" else set()
            self.seen.count += self.features
        elif type_ == "Feature":
            problem = _problem_of_feature(kept)
            if problem is None and kept["geometry"] is not None:
                self.seen.add(kept["geometry"])
            self.seen.count += 1
        else:
            geometry = of_members(kept) or Geometry(type_, problem=f"A {type_} has coordinates.")
            problem = geometry.problem
            self.seen.add(geometry)
        if problem is not None:
            raise self.file.malformed(problem, pointer="")


def _problem_of_feature(value: Any) -> str | None:
    if not isinstance(value, dict) or value.get("type") != "Feature":
        return "It is no Feature."
    if "geometry" not in value or "properties" not in value:
        return "A Feature needs the members 'geometry' and 'properties'."
    if not isinstance(value["properties"], dict | Geometry | None):
        return "The properties of a Feature are no object."
    return None if value["geometry"] is None else _problem_of(value["geometry"])


def _problem_of(value: Any) -> str | None:
    return value.problem if isinstance(value, Geometry) else "It is no geometry."


def promised(file: File) -> bool:
    """Does anybody say that it is GeoJSON?"""
    if file.stated is not None:
        return file.stated in GEO | GEO_LINES
    return file.path.lower().endswith(_SUFFIXES)

"""DCAT-US 1.1 and 3.0 as plain JSON: keys instead of IRIs, texts instead of resources.

What is required is taken from the schemas with which GSA harvests data.gov. The schema in the
repository of DCAT-US 3.0 requires a publisher instead of contactPoint and identifier.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, Final

from kfm_gates.catalogs._api import Document
from kfm_gates.catalogs.dcat.model import (
    Agent,
    Checksum,
    Contact,
    Dataset,
    Distribution,
    Model,
    Other,
    Period,
    Space,
    Value,
)
from kfm_gates.evidence import strict_json

V11: Final = "https://project-open-data.cio.gov/v1.1/"
REQUIRED_11: Final = (
    "accessLevel",
    "contactPoint",
    "description",
    "identifier",
    "keyword",
    "modified",
    "publisher",
    "title",
)
REQUIRED_30: Final = ("contactPoint", "description", "identifier", "title")
_MAX_LEVELS: Final = 8
"""How many catalogs may lie within each other."""


def read(document: Document) -> Model:
    """Fill in the model from a document of the form `dcat-us`."""
    return _Reading(document).model


class _Reading:
    def __init__(self, document: Document) -> None:
        self.document = document
        positions = strict_json.Positions(document.raw)
        self.model = Model(
            file=document.file, pointer=lambda node: node, line=positions.line, name=self.name
        )
        data = document.data
        self.v11 = str(data.get("conformsTo", "")).startswith(V11)
        if "dataset" in data or _type(data) == "Catalog":
            self.catalog(data, "", 0)
        elif _type(data) != "DataService":
            self.dataset(data, "")
        else:
            self.other(data, "")

    def name(self, node: str) -> str:
        dataset = self.model.datasets.get(node)
        if dataset is not None and dataset.identifiers:
            return dataset.identifiers[0].text[:200]
        return node or "the document"

    def catalog(self, data: dict[str, Any], node: str, level: int) -> None:
        self.model.catalogs.append(node)
        if "distribution" in data:
            self.dataset(data, node)
        else:
            self.other(data, node)
        for entry, place in self.objects(data, "service", node):
            self.other(entry, place)
        for key in ("dataset", "datasetSeries"):
            for entry, place in self.objects(data, key, node):
                self.dataset(entry, place)
        for entry, place in self.objects(data, "catalog", node):
            if level == _MAX_LEVELS:
                self.model.malformed.append((place, "catalogs in catalogs", "fewer levels"))
            else:
                self.catalog(entry, place, level + 1)

    def other(self, data: dict[str, Any], node: str) -> None:
        self.model.others.append(
            Other(
                node=node,
                id=_text(data.get("@id")) or None,
                licenses=self.resources(data, "license", node),
                rights=self.resources(data, "accessRights", node),
                hints=self.resources(data, "rights", node),
            )
        )

    def dataset(self, data: dict[str, Any], node: str) -> None:
        series = _type(data) == "DatasetSeries"
        required = REQUIRED_11 if self.v11 else REQUIRED_30
        if not series:
            self.model.missing += [(node, key) for key in required if data.get(key) is None]
        dataset = Dataset(
            node=node,
            id=_text(data.get("@id")) or None,
            series=series,
            titles=self.texts(data, "title", node),
            descriptions=self.texts(data, "description", node),
            identifiers=self.texts(data, "identifier", node),
            publishers=[self.agent(v, p) for v, p in self.either(data, "publisher", node)],
            contacts=[self.contact(v, p) for v, p in self.either(data, "contactPoint", node)],
            licenses=self.resources(data, "license", node),
            issued=self.texts(data, "issued", node),
            modified=self.texts(data, "modified", node),
            keywords=self.texts(data, "keyword", node),
            themes=self.resources(data, "theme", node),
            spaces=[self.space(v, p) for v, p in self.either(data, "spatial", node)]
            + [self.space(v, p) for v, p in self.either(data, "geographicBoundingBox", node)],
            periods=[self.period(v, p) for v, p in self.either(data, "temporal", node)],
            versions=self.texts(data, "version", node),
            generated_by=self.resources(data, "wasGeneratedBy", node),
            before=[v.text for v in self.resources(data, "previousVersion", node) if v.text],
            rights=self.resources(data, "accessRights", node)
            + self.texts(data, "accessLevel", node),
            hints=self.resources(data, "rights", node),
            pages=self.resources(data, "landingPage", node),
        )
        for key, nodes in (
            ("distribution", dataset.distributions),
            ("sample", dataset.samples),
        ):
            for entry, place in self.objects(data, key, node):
                self.model.distributions[place] = self.distribution(entry, place)
                nodes.append(place)
        dataset.series = series and not dataset.distributions
        self.model.datasets[node] = dataset

    def distribution(self, data: dict[str, Any], node: str) -> Distribution:
        return Distribution(
            node=node,
            id=_text(data.get("@id")) or None,
            described=bool(data.keys() - {"@id", "@type"}),
            access=self.resources(data, "accessURL", node),
            download=self.resources(data, "downloadURL", node),
            media_types=self.resources(data, "mediaType", node),
            sizes=self.values(data, "byteSize", node, (str, int, float)),
            checksums=[self.checksum(v, p) for v, p in self.either(data, "checksum", node)],
            licenses=self.resources(data, "license", node),
            issued=self.texts(data, "issued", node),
            modified=self.texts(data, "modified", node),
            rights=self.resources(data, "accessRights", node),
            hints=self.resources(data, "rights", node),
        )

    def agent(self, value: Any, node: str) -> Agent:
        if isinstance(value, str):
            # DCAT-US 3.0 refers to an organisation by IRI, and nothing here says its name.
            return Agent(node=node, name=None, described=not _is_iri(value))
        name = _text(value.get("name")) or _text(value.get("prefLabel"))
        described = bool(value.keys() - {"@id", "@type"})
        return Agent(node=node, name=name.strip() or None, described=described)

    def contact(self, value: Any, node: str) -> Contact:
        if isinstance(value, str):
            return Contact(node=node, name=None, emails=(), urls=(), described=not _is_iri(value))
        return Contact(
            node=node,
            name=_text(value.get("fn")) or None,
            emails=tuple(self.resources(value, "hasEmail", node)),
            urls=tuple(self.resources(value, "hasURL", node)),
            described=True,
        )

    def checksum(self, value: Any, node: str) -> Checksum:
        if isinstance(value, str):
            return Checksum(node=node, algorithms=(), values=(value,), standard=False)
        algorithms = tuple(v.text for v in self.resources(value, "algorithm", node))
        values = tuple(v.text for v in self.texts(value, "checksumValue", node))
        return Checksum(node=node, algorithms=algorithms, values=values, standard=False)

    def period(self, value: Any, node: str) -> Period:
        if isinstance(value, str):
            start, slash, end = value.partition("/")
            ends = (Value(end.strip()),) if slash else ()
            return Period(node=node, starts=(Value(start.strip()),), ends=ends)
        starts = self.texts(value, "startDate", node)
        return Period(
            node=node, starts=tuple(starts), ends=tuple(self.texts(value, "endDate", node))
        )

    def space(self, value: Any, node: str) -> Space:
        if isinstance(value, str):
            return Space(
                node=node, geometries=() if _is_iri(value) else (Value(value),), named=True
            )
        if value.get("type") in ("Point", "Polygon", "MultiPolygon", "Feature", "envelope"):
            return Space(node=node, geometries=(Value(_json(value)),))
        geometries = [
            Value(v if isinstance(v, str) else _json(v))
            for key in ("bbox", "geometry", "centroid")
            for v, _ in self.either(value, key, node)
        ]
        names = ("west", "south", "east", "north")
        keys = [
            f"{name}Bounding{'Longitude' if name in ('west', 'east') else 'Latitude'}"
            for name in names
        ]
        box = tuple(str(value.get(key, "")) for key in keys)
        return Space(
            node=node,
            geometries=tuple(geometries),
            corners=(box,) if any(key in value for key in keys) else (),
            named=bool(_text(value.get("@id")) or _text(value.get("prefLabel"))),
        )

    def texts(self, data: dict[str, Any], key: str, node: str) -> list[Value]:
        return self.values(data, key, node, (str,))

    def resources(self, data: dict[str, Any], key: str, node: str) -> list[Value]:
        """Values that are an IRI, a text, or an object with `@id` or a name."""
        found: list[Value] = []
        for value, place in self.either(data, key, node):
            if isinstance(value, str):
                found.append(Value(value, "iri" if _is_iri(value) else "literal", node=place))
                continue
            name = _text(value.get("@id"))
            label = next((t for k in _LABELS if (t := _text(value.get(k)))), "")
            found.append(Value(name or label, "iri" if name else "literal", node=place))
        return found

    def values(
        self, data: dict[str, Any], key: str, node: str, types: tuple[type, ...]
    ) -> list[Value]:
        def good(value: Any) -> bool:
            return isinstance(value, types) and not isinstance(value, bool)

        wanted = "text" if types == (str,) else "a number"
        return [Value(str(v)) for v, _ in self.several(data, key, node, good, wanted)]

    def either(self, data: dict[str, Any], key: str, node: str) -> Iterator[tuple[Any, str]]:
        return self.several(
            data, key, node, lambda v: isinstance(v, str | dict), "text or an object"
        )

    def objects(self, data: dict[str, Any], key: str, node: str) -> Iterator[tuple[Any, str]]:
        """Objects; a text is the IRI of one that is described elsewhere."""
        for value, place in self.either(data, key, node):
            yield ({"@id": value} if isinstance(value, str) else value), place

    def several(
        self,
        data: dict[str, Any],
        key: str,
        node: str,
        good: Callable[[Any], bool],
        wanted: str,
    ) -> Iterator[tuple[Any, str]]:
        """One value or a list of them; null is none, anything else is noted as malformed."""
        if data.get(key) is None:
            return
        place = f"{node}/{key}"
        value = data[key]
        entries = (
            [(entry, f"{place}/{n}") for n, entry in enumerate(value)]
            if isinstance(value, list)
            else [(value, place)]
        )
        for entry, where in entries:
            if good(entry):
                yield entry, where
            else:
                self.model.malformed.append((where, _kind(entry), wanted))


_LABELS: Final = ("label", "prefLabel", "title", "name", "notation")


def _type(data: dict[str, Any]) -> str:
    return _text(data.get("@type")).rpartition(":")[2]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _json(value: Any) -> str:
    return json.dumps(value)


def _is_iri(text: str) -> bool:
    return ":" in text and not any(c.isspace() for c in text) and "," not in text


def _kind(value: Any) -> str:
    words = {dict: "an object", list: "a list", str: "text", bool: "true or false"}
    return words.get(type(value), "null" if value is None else "a number")

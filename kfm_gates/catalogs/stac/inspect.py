"""One STAC document, looked at alone: a function of its path, its data and its bytes.

The same function serves this process and the workers. What needs other documents or the files of
the run is done by `across` with the records that come from here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from kfm_gates.catalogs.stac import (
    codes,
    declarations,
    extensions,
    licensing,
    places,
    shapes,
    times,
)
from kfm_gates.catalogs.stac.claims import MAX_REMOTE, is_named
from kfm_gates.catalogs.stac.hrefs import Resolver, suspects
from kfm_gates.catalogs.stac.record import Entity, Kind, Record
from kfm_gates.catalogs.stac.refusals import Explainer
from kfm_gates.catalogs.stac.schemas import VERSIONS, Schema, Schemas, Unavailable, item_collection
from kfm_gates.errors import EvidenceUnreadable
from kfm_gates.evidence.json_positions import Positions

if TYPE_CHECKING:
    from kfm_gates.catalogs._api import RunFacts

MAX_FEATURES: Final = 100_000
"""So many items one ItemCollection may hold."""
_KINDS: Final[dict[str, Kind]] = {
    "Feature": "item",
    "Collection": "collection",
    "Catalog": "catalog",
}
_OF_FILES: Final = ("file:checksum", "file:size")
"""Fields that speak of one file: of an asset or of the target of a link."""
_LINES: Final = 100
"""For so many remarks of one code the line is looked up."""
_MAX_REMEMBERED: Final = 10_000
_MAX_LINED: Final = 4 << 20
"""Bytes of the largest document in which lines are looked up."""


class Inspector:
    """Looks at documents one after the other; holds what is compiled and remembered for all.

    Args:
        run: The receipts, for references; None outside a run.
        named: Does the manifest give outputs names in STAC? None where `run` tells.
    """

    def __init__(self, run: RunFacts | None = None, *, named: bool | None = None) -> None:
        named = is_named(run) if named is None else named
        self.schemas = Schemas()
        self.explainer = Explainer()
        self.resolver = Resolver(run)
        self._lined: Counter[str] = Counter()
        self._room = places.Room(None if named else MAX_REMOTE, MAX_REMOTE)
        self._addresses: set[str] = set()
        self._tidy: set[tuple[tuple[str, ...], frozenset[str]]] = set()

    def document(self, file: str, data: Any, raw: bytes) -> Record:
        """Look at a JSON document: an item, a collection, a catalog or an ItemCollection.

        Raises:
            EvidenceUnreadable: `CATALOG_TOO_LARGE`.
        """
        record = Record(file)
        if isinstance(data, dict) and data.get("type") == "FeatureCollection":
            self._features(record, data)
        else:
            self._entity(record, data, "", None)
        self._suspect(record, data, raw)
        if record.remarks and len(raw) <= _MAX_LINED:
            self._find_lines(record, raw)
        return record

    def lines(self, file: str, data: list[tuple[int, Any]], raw: bytes) -> Record:
        """Look at JSON Lines, an item, a collection or a catalog in each."""
        record = Record(file)
        for line, value in data:
            before = len(record.remarks)
            self._entity(record, value, "", line)
            record.remarks[before:] = [replace(r, line=line) for r in record.remarks[before:]]
        self._suspect(record, [value for _, value in data], raw)
        return record

    def _suspect(self, record: Record, data: Any, raw: bytes) -> None:
        record.suspects = suspects(
            data, raw, self.resolver, record.file, record.suspects, record.climbing
        )

    def _find_lines(self, record: Record, raw: bytes) -> None:
        positions = Positions(raw)
        for n, one in enumerate(record.remarks):
            self._lined[one.code.id] += 1
            if one.pointer is not None and self._lined[one.code.id] <= _LINES:
                record.remarks[n] = replace(one, line=positions.line(one.pointer))

    def _features(self, record: Record, data: dict[str, Any]) -> None:
        self._fit(record, item_collection(), data, "")
        _misplaced(record, data, "", "assets", "collections")
        features = data.get("features")
        features = features if isinstance(features, list) else []
        if len(features) > MAX_FEATURES:
            raise EvidenceUnreadable(
                f"The ItemCollection holds {len(features)} items.",
                code="CATALOG_TOO_LARGE",
                file=record.file,
                pointer="/features",
                got=f"{len(features)} items",
                wanted=f"at most {MAX_FEATURES}",
            )
        for n, feature in enumerate(features):
            self._entity(record, feature, f"/features/{n}", None)
        links = data.get("links")
        if isinstance(links, list) and links:
            places.links(record, Entity("", None, "catalog", ""), data, self.resolver)

    def _entity(self, record: Record, data: Any, pointer: str, line: int | None) -> None:
        record.count("schemas")
        kind = _kind(record, data, pointer)
        if kind is None:
            return
        version = data.get("stac_version")
        if version not in VERSIONS:
            record.refuse(
                "schemas",
                codes.VERSION_UNKNOWN,
                "The STAC version is not one that is checked.",
                f"{pointer}/stac_version",
                got=version,
                wanted="1.1.0 or 1.0.0",
            )
            return
        fits = self._fit(record, self.schemas.core(kind, version), data, pointer)
        self._extensions(record, kind, data, pointer)
        entity = Entity(pointer, line, kind, _id(record, data, pointer))
        entity.title = _text(data.get("title"))
        shapes.look(record, entity, data, fits)
        times.look(record, entity, data)
        licensing.look(record, entity, data)
        places.links(record, entity, data, self.resolver)
        places.assets(record, entity, data, self.resolver, self._room)
        _misplaced(record, data, pointer, "features", "collections")
        if kind == "item":
            entity.collection = _text(data.get("collection"))
        record.entities.append(entity)

    def _extensions(self, record: Record, kind: Kind, data: dict[str, Any], pointer: str) -> None:
        listed = data.get("stac_extensions")
        listed = listed if isinstance(listed, list) else []
        declared: dict[str, int] = {}
        for n, text in enumerate(listed):
            if not isinstance(text, str):
                continue
            if text not in self._addresses and not extensions.is_uri(text):
                record.refuse(
                    "schemas",
                    codes.EXTENSION_NAME,
                    "The extension is named by a short name or a relative path.",
                    f"{pointer}/stac_extensions/{n}",
                    got=text,
                    wanted=f"{extensions.HOME}<name>/<version>/schema.json",
                )
                continue
            if len(self._addresses) < _MAX_REMEMBERED:
                self._addresses.add(text)
            declared.setdefault(extensions.retrieval(text), n)
        shown: Any = data
        if any(isinstance(text, str) and text.endswith("#") for text in listed):
            # Schemas ask for their own address, without the mark that means the same document.
            shown = {**data, "stac_extensions": list(declared)}
        for uri, n in declared.items():
            record.count("schemas")
            schema = self.schemas.extension(uri)
            if isinstance(schema, Unavailable):
                record.refuse(
                    "schemas",
                    codes.SCHEMA_UNAVAILABLE,
                    f"The extension is not checked. {schema.why}",
                    f"{pointer}/stac_extensions/{n}",
                    got=uri,
                    wanted="a schema that is at hand",
                )
            else:
                self._fit(record, schema, shown, pointer)
        record.count("extensions")
        used = extensions.of_own(data)
        # Items of one kind have the same fields: what is in order once is so every time.
        key = (tuple(declared), frozenset(used))
        if key not in self._tidy:
            tidy = declarations.look(record, data, pointer, declared, used)
            if tidy and len(self._tidy) < _MAX_REMEMBERED:
                self._tidy.add(key)

    def _fit(self, record: Record, schema: Schema, data: Any, pointer: str) -> bool:
        if schema.validator.is_valid(data):
            return True
        for issue in self.explainer.issues(schema, data):
            record.refuse(
                "schemas",
                codes.INVALID,
                f"{issue.message} ({schema.name})",
                f"{pointer}{issue.pointer}",
                got=issue.got,
                wanted=issue.wanted,
            )
        return False


def _kind(record: Record, data: Any, pointer: str) -> Kind | None:
    type_ = data.get("type") if isinstance(data, dict) else None
    kind = _KINDS.get(type_) if isinstance(type_, str) else None
    version = data.get("stac_version") if isinstance(data, dict) else None
    if kind is not None and version is not None:
        return kind
    if isinstance(version, str) and version not in VERSIONS:
        # Catalogs and collections of drafts have no type.
        code, message = codes.VERSION_UNKNOWN, "The STAC version is not one that is checked."
    else:
        code, message = codes.INVALID, "It is no STAC item, collection or catalog."
    record.refuse(
        "schemas",
        code,
        message,
        pointer,
        got=version,
        wanted="type and stac_version of STAC 1.0.0 or 1.1.0",
    )
    return None


def _misplaced(record: Record, data: Mapping[str, Any], pointer: str, *names: str) -> None:
    """Refuse what stands where no reader of this type of document looks."""
    found = [("", name) for name in names if name in data]
    for holder in ("", "/properties"):
        fields = data.get("properties") if holder else data
        if isinstance(fields, dict):
            found += [(holder, name) for name in _OF_FILES if name in fields]
    for holder, name in found:
        record.refuse(
            "schemas",
            codes.FIELD_MISPLACED,
            f"The field {name} stands where no reader looks, and nothing checks it.",
            f"{pointer}{holder}/{name}",
            wanted="the field where STAC has it",
        )


def _id(record: Record, data: Mapping[str, Any], pointer: str) -> str:
    found = data.get("id")
    if not isinstance(found, str) or not found:
        return ""
    record.count("ids")
    if not found.isprintable() or found != found.strip() or len(found) > 1024:
        record.refuse(
            "ids",
            codes.ID_UNUSABLE,
            "The id holds control or invisible characters, or is longer than 1024 characters.",
            f"{pointer}/id",
            got=found,
            wanted="printable characters, no space at either end",
        )
    return found


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None

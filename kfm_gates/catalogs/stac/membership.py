"""Items and their collections: extents contain them, and the licence is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kfm_gates.catalogs.licenses import UNSPECIFIC
from kfm_gates.catalogs.stac import boxes, codes, moments
from kfm_gates.catalogs.stac.licensing import agree
from kfm_gates.catalogs.stac.pad import Pad, Place
from kfm_gates.catalogs.stac.record import Entity
from kfm_gates.evidence.text import counted, shorten


@dataclass(slots=True)
class _Item:
    """What of an item is held against its collection."""

    place: Place
    bbox: boxes.Box | None
    span: moments.Span | None
    licensed: bool
    linked: tuple[str, ...] = ()


class Membership:
    """Collects items and collections, in any order.

    Args:
        pad: Where findings go.
        alone: True outside a run, where a collection may well be elsewhere.
        license_: The licence of the run, where it has one.
    """

    def __init__(self, pad: Pad, *, alone: bool, license_: str | None = None) -> None:
        self._pad = pad
        self._alone = alone
        self._run_license = license_
        self._collections: dict[str, Entity] = {}
        self._waiting: dict[str, list[_Item]] = {}
        self.total = 0
        """How many items and collections there are."""
        self.licensed = 0
        """How many of them are under a licence."""

    def add(self, place: Place, entity: Entity) -> None:
        """Take in an item or a collection; its links and assets are no longer needed."""
        if (entity.license or "").lower() in UNSPECIFIC and self._run_license is not None:
            # The word itself names nothing, and its links have to lead to parts of what is meant.
            self._agree(place, entity.linked, self._run_license)
        if entity.kind == "collection":
            self._collections.setdefault(entity.id, entity)
            entity.links, entity.assets = [], []
            self.total += 1
            self.licensed += entity.license is not None
        elif entity.kind == "item":
            licensed = entity.license is not None
            item = _Item(place, entity.bbox, entity.span, licensed, entity.linked)
            collection = self._collections.get(entity.collection or "")
            if collection is not None:
                self._inside(item, collection)
            else:
                self._waiting.setdefault(entity.collection or "", []).append(item)

    def finish(self) -> None:
        """Answer for items whose collection came later, or not at all."""
        for id_, items in self._waiting.items():
            collection = self._collections.get(id_) if id_ else None
            for item in items:
                if collection is not None:
                    self._inside(item, collection)
                elif id_ and self._alone and not item.licensed:
                    # The collection is elsewhere, and may well state the licence.
                    self.total += 1
                else:
                    self._license(item, False)

    def licenses(self) -> dict[str, str | None]:
        """Licences of the collections by id."""
        return {id_: collection.license for id_, collection in self._collections.items()}

    def not_checked(self) -> Iterator[str]:
        """Which collections are not here, in words."""
        for id_, items in sorted(self._waiting.items()):
            if id_ and id_ not in self._collections:
                yield (
                    f"the collection {shorten(id_)} is not here: the extents of "
                    f"{counted(len(items), 'item')} are not checked"
                )

    def _inside(self, item: _Item, collection: Entity) -> None:
        if item.bbox is not None and collection.bbox is not None:
            self._pad.count("extents")
            if not boxes.contains(collection.bbox, item.bbox):
                self._pad.refuse(
                    "extents",
                    codes.OUTSIDE_COLLECTION,
                    "The item lies outside of the spatial extent of its collection.",
                    item.place,
                    "/bbox",
                    got=list(item.bbox),
                    wanted=f"a box inside {list(collection.bbox)}",
                )
        if item.span is not None and collection.span is not None:
            self._pad.count("extents")
            if not moments.is_within(item.span, collection.span):
                self._pad.refuse(
                    "extents",
                    codes.OUTSIDE_COLLECTION,
                    "The item lies outside of the temporal extent of its collection.",
                    item.place,
                    "/properties/datetime",
                    got=" to ".join(str(end) for end in dict.fromkeys(item.span)),
                    wanted=" to ".join(end or ".." for end in collection.span),
                )
        if not item.licensed and collection.license is not None:
            stated = collection.license
            if stated.lower() in UNSPECIFIC:
                stated = self._run_license or stated
            self._agree(item.place, item.linked, stated)
        self._license(item, collection.license is not None)

    def _agree(self, place: Place, linked: tuple[str, ...], stated: str) -> None:
        for license_ in linked:
            if stated.lower() not in UNSPECIFIC and not agree(license_, stated):
                self._pad.refuse(
                    "licenses",
                    codes.LICENSE_CONFLICT,
                    "A link names another licence than the collection or the run.",
                    place,
                    "/links",
                    got=license_,
                    wanted=stated,
                )

    def _license(self, item: _Item, by_collection: bool) -> None:
        self.total += 1
        self._pad.count("licenses")
        if item.licensed or by_collection:
            self.licensed += 1
            return
        self._pad.refuse(
            "licenses",
            codes.LICENSE_MISSING,
            "Neither the item nor a collection that is here states a licence.",
            item.place,
            "/properties",
            wanted="license in the item or in its collection",
        )

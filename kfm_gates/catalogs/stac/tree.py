"""The tree that links make of documents: each leads to what it says, and ids are unique."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kfm_gates.catalogs.stac import codes
from kfm_gates.catalogs.stac.pad import Pad, Place
from kfm_gates.catalogs.stac.record import Entity, Kind, Link

if TYPE_CHECKING:
    from kfm_gates.catalogs._api import Question

_TARGETS: Final[dict[str, tuple[Kind, ...]]] = {
    "collection": ("collection",),
    "parent": ("catalog", "collection"),
    "root": ("catalog", "collection"),
    "child": ("catalog", "collection"),
    "item": ("item",),
}
"""Relations of links between documents of a catalog, and what they may lead to."""
_ROOT_OF_PARENT: Final = "root of parent"


@dataclass(slots=True)
class _Known:
    """A document that links may lead to."""

    kind: Kind
    id: str
    collection: str | None
    root: str | None


@dataclass(slots=True)
class _Bound:
    """What a link says about its target: checked once all documents are known."""

    place: Place
    rel: str
    target: str
    collection: str | None
    root: str | None


class Tree:
    """Collects ids and links.

    Args:
        question: The files, and whether all documents of a run are given.
        pad: Where findings go.
    """

    def __init__(self, question: Question, pad: Pad) -> None:
        self._question = question
        self._pad = pad
        self._ids: dict[tuple[str, str | None, str], str] = {}
        self._known: dict[str, _Known] = {}
        self._bound: dict[tuple[str, str, str | None, str | None], _Bound] = {}

    def add(self, place: Place, entity: Entity) -> None:
        """Take in an entity and its links."""
        self._unique(place, entity)
        root = None
        for link in entity.links:
            if link.rel == "root":
                root = link.path
            self._link(place, entity, link)
        if not entity.pointer and entity.line is None:
            self._known[place.file] = _Known(entity.kind, entity.id, entity.collection, root)
        if root is None:
            return
        for link in entity.links:
            if link.rel == "parent":
                # A document and its parent have to name the same root.
                self._bind(_ROOT_OF_PARENT, place, link, None, root)

    def finish(self) -> None:
        """Hold what links say against the documents to which they lead."""
        for bound in self._bound.values():
            self._agree(bound)

    def _unique(self, place: Place, entity: Entity) -> None:
        if not entity.id:
            return
        key = (entity.kind, entity.collection, entity.id)
        first = self._ids.get(key)
        if first is None:
            self._ids[key] = place.file
            return
        self._pad.refuse(
            "ids",
            codes.ID_DUPLICATE,
            f"The id is that of another {entity.kind}, in {first}.",
            place,
            "/id",
            got=entity.id,
            wanted="an id of its own",
        )

    def _link(self, place: Place, entity: Entity, link: Link) -> None:
        pointer = f"/links/{link.index}/href"
        self._pad.count("links")
        files = self._question.files
        is_file = files.size(link.path) is not None
        if not is_file and link.path and not files.is_directory(link.path):
            self._pad.refuse(
                "links",
                codes.LINK_BROKEN,
                "The link leads to nothing.",
                place,
                pointer,
                got=link.href,
                wanted=f"the file {link.path}",
            )
            return
        if link.rel == "self" and link.path != place.file:
            self._pad.refuse(
                "ids",
                codes.IDS_DISAGREE,
                "The link self leads to another document.",
                place,
                pointer,
                got=link.href,
                wanted=place.file,
            )
        if link.rel in _TARGETS:
            collection = entity.collection if entity.kind == "item" else None
            if link.rel == "item" and entity.kind == "collection":
                collection = entity.id
            self._bind(link.rel, place, link, collection, None)

    def _bind(
        self, rel: str, place: Place, link: Link, collection: str | None, root: str | None
    ) -> None:
        key = (rel, link.path, collection, root)
        if key not in self._bound:
            where = Place(place.file, f"{place.pointer}/links/{link.index}/href", place.line)
            self._bound[key] = _Bound(where, rel, link.path, collection, root)

    def _agree(self, bound: _Bound) -> None:
        known = self._known.get(bound.target)
        if known is None:
            # Outside a run only what was given is known; the file is there all the same.
            if self._question.run is not None and self._question.files.size(bound.target):
                self._disagree(bound, "leads to no STAC document", None, None)
            return
        self._pad.count("ids")
        if bound.rel == _ROOT_OF_PARENT:
            if known.root is not None and known.root != bound.root:
                self._disagree(bound, "leads to a document of another root", known.root, bound.root)
            return
        if known.kind not in _TARGETS[bound.rel]:
            wanted = " or a ".join(_TARGETS[bound.rel])
            self._disagree(bound, f"does not lead to a {wanted}", known.kind, wanted)
            return
        of = known.collection if bound.rel == "item" else known.id
        # The root, and a parent that is a plain catalog, are of no collection.
        binding = bound.rel in ("item", "collection") or (
            bound.rel == "parent" and known.kind == "collection"
        )
        if binding and None not in (bound.collection, of) and of != bound.collection:
            self._disagree(bound, "leads to another collection", of, bound.collection)

    def _disagree(self, bound: _Bound, what: str, got: str | None, wanted: str | None) -> None:
        rel = "parent" if bound.rel == _ROOT_OF_PARENT else bound.rel
        self._pad.refuse(
            "ids",
            codes.IDS_DISAGREE,
            f"The link {rel} {what}.",
            bound.place,
            "",
            got=got,
            wanted=wanted,
        )

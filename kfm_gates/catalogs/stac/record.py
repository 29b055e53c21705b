"""What is kept of a STAC document: enough for the checks across documents, nothing of its bulk.

The same records come from this process and from workers, so they have a plain JSON form.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal

from kfm_gates.catalogs._api import Remark
from kfm_gates.catalogs.stac import codes
from kfm_gates.catalogs.stac.boxes import Box
from kfm_gates.catalogs.stac.moments import Span
from kfm_gates.evidence.text import shorten
from kfm_gates.model import Code

Kind = Literal["item", "collection", "catalog"]

MAX_REMARKS: Final = 2_000
"""So many remarks of one code in one check are kept; there is at least one where there are more."""


@dataclass(slots=True)
class Link:
    """A link to a file of the run, at `path`; others are only counted."""

    index: int
    rel: str
    href: str
    path: str


@dataclass(slots=True)
class Asset:
    """An asset: `place` is `run`, `lake`, `remote` or `refused`."""

    pointer: str
    href: str
    place: str
    path: str
    checksum: str | None = None
    size: int | None = None
    media_type: str | None = None
    license: str | None = None
    data: bool = True
    aside: bool = False
    """A link or an alternate: what it states of a file is compared, and it is no asset."""


@dataclass(slots=True)
class Entity:
    """An item, a collection or a catalog.

    Args:
        pointer: Where it stands in its document.
        line: Its line in JSON Lines.
        kind: What it is.
        id: Its id; empty where it has none that is text.
        collection: Id of the collection that an item names.
        title: Title of a collection or a catalog.
        license: As stated.
        linked: The licences that its links name by addresses that are known.
        nowhere: True for an item without a geometry.
        bbox: Its extent; that of a collection is the first of its boxes.
        span: Its time; that of a collection is the first of its intervals.
        links: Local links.
        assets: Assets.
    """

    pointer: str
    line: int | None
    kind: Kind
    id: str
    collection: str | None = None
    title: str | None = None
    license: str | None = None
    linked: tuple[str, ...] = ()
    nowhere: bool = False
    bbox: Box | None = None
    span: Span | None = None
    links: list[Link] = field(default_factory=list)
    assets: list[Asset] = field(default_factory=list)


@dataclass(slots=True)
class Record:
    """What is kept of one document.

    Args:
        file: Its path.
        entities: What it describes.
        remarks: What is wrong in it, as far as it can be seen in it alone.
        counts: How many things each check looked at.
        remote: Remote references by host, links and assets.
        references: How many references it holds.
        suspects: Texts that may lead into internal zones.
        needs: Names of extras without which something could not be checked.
    """

    file: str
    entities: list[Entity] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    remote: dict[str, list[int]] = field(default_factory=dict)
    references: int = 0
    suspects: list[str] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)
    left_out: int = 0
    """How many of its assets that lie elsewhere are not kept."""
    climbing: int = 0
    """How many `..` there are in its references."""
    told: dict[tuple[str, str], int] = field(default_factory=dict)
    """How many remarks there were of each check and code."""

    def refuse(
        self,
        check: str,
        code: Code,
        message: str,
        pointer: str,
        *,
        got: object = None,
        wanted: str | None = None,
    ) -> None:
        """Write down what is wrong at a place of the document, `MAX_REMARKS` times a code."""
        key = (check, code.id)
        self.told[key] = self.told.get(key, 0) + 1
        if self.told[key] > MAX_REMARKS:
            return
        self.remarks.append(
            Remark(
                check=check,
                code=code,
                message=message,
                file=self.file,
                pointer=pointer,
                got=None if got is None else shorten(str(got), 200),
                wanted=wanted,
            )
        )

    def count(self, check: str, number: int = 1) -> None:
        """Add to what a check looked at."""
        self.counts[check] = self.counts.get(check, 0) + number


def dump(record: Record) -> list[Any]:
    """The plain form of a record, without its file."""
    return [
        [
            [
                e.pointer,
                e.line,
                e.kind,
                e.id,
                e.collection,
                e.title,
                e.license,
                e.linked,
                e.nowhere,
                e.bbox,
                e.span,
                [[k.index, k.rel, k.href, k.path] for k in e.links],
                [
                    [
                        a.pointer,
                        a.href,
                        a.place,
                        a.path,
                        a.checksum,
                        a.size,
                        a.media_type,
                        a.license,
                        a.data,
                        a.aside,
                    ]
                    for a in e.assets
                ],
            ]
            for e in record.entities
        ],
        [
            [r.check, r.code.id, r.message, r.pointer, r.line, r.got, r.wanted]
            for r in record.remarks
        ],
        record.counts,
        record.remote,
        record.references,
        record.suspects,
        record.needs,
        record.left_out,
    ]


def load(file: str, plain: list[Any]) -> Record:
    """A record from its plain form.

    Raises:
        KeyError, IndexError, TypeError, ValueError: It is not one.
    """
    entities, remarks, counts, remote, references, suspects, needs, left_out = plain
    return Record(
        file,
        [_entity(*entity) for entity in entities],
        [
            Remark(
                check=check,
                code=codes.CODES[code],
                message=message,
                file=file,
                pointer=pointer,
                line=line,
                got=got,
                wanted=wanted,
            )
            for check, code, message, pointer, line, got, wanted in remarks
        ],
        dict(counts),
        dict(remote),
        int(references),
        list(suspects),
        list(needs),
        int(left_out),
    )


def _entity(*plain: Any) -> Entity:
    pointer, line, kind, id_, collection, title, license_, linked, nowhere, *rest = plain
    bbox, span, links, assets = rest
    return Entity(
        pointer,
        line,
        kind,
        id_,
        collection,
        title,
        license_,
        tuple(linked),
        nowhere,
        None if bbox is None else (bbox[0], bbox[1], bbox[2], bbox[3]),
        None if span is None else (span[0], span[1]),
        [Link(*link) for link in links],
        [Asset(*asset) for asset in assets],
    )

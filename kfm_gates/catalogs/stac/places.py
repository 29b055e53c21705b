"""Links and assets of one document: where they lead, as far as the text says it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kfm_gates.catalogs import digests
from kfm_gates.catalogs.stac import codes
from kfm_gates.catalogs.stac.hrefs import host_of
from kfm_gates.catalogs.stac.record import Asset, Entity, Link, Record
from kfm_gates.evidence.json_positions import escape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kfm_gates.catalogs.references import Target
    from kfm_gates.catalogs.stac.hrefs import Resolver

_MAX_HOSTS: Final = 50
_SHA256: Final = re.compile(r"1220[0-9a-f]{64}")
_ZERO: Final = "0" * 64
_NO_DATA: Final = frozenset({"thumbnail", "overview", "metadata", "documentation"})
"""Roles of files that describe or show the data; `visual` is the data as a picture."""
_STATED: Final = frozenset({"file:checksum", "file:size", "type"})
"""Fields of a link that state something of the bytes of its target."""


@dataclass(slots=True)
class Room:
    """How many assets that lie elsewhere are still kept.

    What is no data never takes the place of data: a single one of these makes a catalog wrong.

    Args:
        data: Room for data; None where all of them have to be kept.
        others: Room for what is no data.
    """

    data: int | None
    others: int

    def take(self, *, data: bool) -> bool:
        """Take the room of one asset, if there is any left."""
        if not data:
            self.others -= 1
            return self.others >= 0
        if self.data is None:
            return True
        self.data -= 1
        return self.data >= 0


def links(record: Record, entity: Entity, data: Mapping[str, Any], resolver: Resolver) -> None:
    """Read the links of a document."""
    listed = data.get("links")
    for n, link in enumerate(listed if isinstance(listed, list) else ()):
        if not isinstance(link, dict):
            continue
        href, rel = link.get("href"), link.get("rel")
        if not isinstance(href, str) or not isinstance(rel, str):
            continue
        target = _target(record, "links", href, f"{entity.pointer}/links/{n}/href", resolver)
        if target is None or target.kind != "run":
            continue
        entity.links.append(Link(n, rel, href, target.path))
        if target.path and not _STATED.isdisjoint(link):
            pointer = f"{entity.pointer}/links/{n}"
            entity.assets.append(_aside(record, link, pointer, href, target.path))


def _aside(record: Record, fields: Mapping[str, Any], pointer: str, href: str, path: str) -> Asset:
    """What a link or an alternate states of a file of the run."""
    checksum, size = _bytes_of(record, fields, pointer)
    type_ = _text(fields.get("type"))
    return Asset(pointer, href, "run", path, checksum, size, type_, None, False, True)


def assets(
    record: Record, entity: Entity, data: Mapping[str, Any], resolver: Resolver, room: Room
) -> None:
    """Read the assets of a document.

    Args:
        record: Its record.
        entity: What it describes.
        data: The document.
        resolver: Resolves references.
        room: How many assets that lie elsewhere are kept; others are only counted.
    """
    listed = data.get("assets")
    for key, asset in listed.items() if isinstance(listed, dict) else ():
        if not isinstance(asset, dict) or not isinstance(asset.get("href"), str):
            continue
        href, pointer = asset["href"], f"{entity.pointer}/assets/{escape(key)}"
        target = _target(record, "assets", href, pointer, resolver)
        checksum, size = _bytes_of(record, asset, pointer)
        roles = asset.get("roles")
        roles = {r for r in roles if isinstance(r, str)} if isinstance(roles, list) else set()
        found = Asset(
            pointer,
            href,
            "remote" if target is None else target.kind,
            "" if target is None else target.path,
            checksum,
            size,
            _text(asset.get("type")),
            _text(asset.get("license")),
            "data" in roles or roles.isdisjoint(_NO_DATA),
        )
        if found.place == "run" or room.take(data=found.data):
            entity.assets.append(found)
        else:
            record.left_out += 1
        if isinstance(asset.get("alternate"), dict):
            _alternates(record, entity, found, asset["alternate"], resolver)


def _alternates(
    record: Record, entity: Entity, asset: Asset, listed: Mapping[str, Any], resolver: Resolver
) -> None:
    """Other places of the same file: what they state of it is held against it."""
    for key, other in listed.items():
        if not isinstance(other, dict):
            continue
        href, pointer = other.get("href"), f"{asset.pointer}/alternate/{escape(key)}"
        target = None
        if isinstance(href, str):
            target = _target(record, "assets", href, pointer, resolver)
        if target is not None and target.kind == "run" and target.path != asset.path:
            found = _aside(record, other, pointer, target.path, target.path)
            # Another file under the name of this one is data as much as this one.
            found.data, found.aside = asset.data, False
        elif asset.place == "run":
            found = _aside(record, other, pointer, asset.href, asset.path)
        else:
            _bytes_of(record, other, pointer)
            continue
        entity.assets.append(found)


def _bytes_of(
    record: Record, fields: Mapping[str, Any], pointer: str
) -> tuple[str | None, int | None]:
    """Checksum and size that are stated of a file."""
    checksum, size = _text(fields.get("file:checksum")), fields.get("file:size")
    if checksum is not None:
        _checksum(record, checksum, pointer)
    return checksum, size if type(size) is int and size >= 0 else None


def _checksum(record: Record, text: str, pointer: str) -> None:
    record.count("checksums")
    if _SHA256.fullmatch(text) and not text.endswith(_ZERO):
        return
    stated = digests.of_multihash(text)
    if stated.problem is not None:
        record.refuse(
            "checksums",
            codes.CHECKSUM_INVALID,
            f"The checksum cannot be used ({stated.algorithm}). {stated.problem}",
            f"{pointer}/file:checksum",
            got=text,
            wanted="1220 and the 64 digits of the SHA-256",
        )


def _target(
    record: Record, check: str, href: str, pointer: str, resolver: Resolver
) -> Target | None:
    """Where a reference leads; None where it leads away and is only counted."""
    record.references += 1
    host = resolver.web_host(href)
    if host is not None:
        _count(record, check, host)
        return None
    target = resolver.resolve(href, record.file)
    if ".." in href:
        record.climbing += href.count("..")
        path = target.path if target.kind == "lake" else href
        if resolver.names_zone(path):
            record.suspects.append(href)
    if target.kind == "remote":
        kfm = href[:6].lower() == "kfm://"
        _count(record, check, "(an address of the lake that is not here)" if kfm else host_of(href))
        return None
    if target.kind == "lake":
        _count(record, check, "(elsewhere in the lake)")
    if target.kind == "refused":
        if resolver.climbs_out(href, record.file):
            _count(record, check, "(outside of what was given)")
            return None
        record.count(check)
        record.refuse(
            check,
            codes.REFERENCE_REFUSED,
            f"The reference is refused. {target.why}",
            pointer if check == "links" else f"{pointer}/href",
            got=href,
            wanted="a path relative to the document, inside the run, or a web address",
        )
    return target


def _count(record: Record, check: str, host: str) -> None:
    counted = record.remote.get(host)
    if counted is None:
        # What is called in brackets are a few words, which no crowd of hosts may hide.
        if len(record.remote) >= _MAX_HOSTS and not host.startswith("("):
            host = "(further hosts)"
        counted = record.remote.setdefault(host, [0, 0])
    counted[check == "assets"] += 1


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None

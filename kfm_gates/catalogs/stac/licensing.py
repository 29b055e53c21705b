"""The licence that one document states: an SPDX identifier, or a word and a link to the text."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any

from kfm_gates.catalogs import licenses
from kfm_gates.catalogs.licenses import UNSPECIFIC
from kfm_gates.catalogs.stac import codes
from kfm_gates.catalogs.stac.record import Entity, Record
from kfm_gates.evidence import spdx


def look(record: Record, entity: Entity, data: dict[str, Any]) -> None:
    """Check the licence of an item or a collection, where it states one."""
    if entity.kind == "catalog":
        return
    properties = data.get("properties") if entity.kind == "item" else data
    text = properties.get("license") if isinstance(properties, dict) else None
    if entity.kind == "item" and "license" in data and data["license"] != text:
        _conflict(record, f"{entity.pointer}/license", data["license"], text, "field")
    named = list(_named(data))
    entity.linked = tuple(license_ for _, license_ in named)
    where = "/properties/license" if entity.kind == "item" else "/license"
    if not isinstance(text, str):
        return
    entity.license = text
    record.count("licenses")
    if text.lower() in UNSPECIFIC:
        if not _has_link(data):
            record.refuse(
                "licenses",
                codes.LICENSE_UNLINKED,
                "The licence has no name, and no link leads to its text.",
                f"{entity.pointer}{where}",
                got=text,
                wanted="a link with rel license",
            )
        # Links may well name the parts of an expression, which STAC cannot hold: see `membership`.
        return
    for n, license_ in named:
        if not agree(license_, text):
            _conflict(record, f"{entity.pointer}/links/{n}/href", license_, text, "link")
    why = _problem_of(text)
    if why is not None:
        record.refuse(
            "licenses",
            codes.LICENSE_INVALID,
            f"The licence cannot be used: {why}.",
            f"{entity.pointer}{where}",
            got=text,
            wanted="an SPDX expression",
        )


def agree(linked: str, stated: str) -> bool:
    """Is the licence that a link names the one that is stated, or one of those that are?"""
    stated = licenses.normal(stated)
    return linked == stated or linked in stated.replace("(", " ").replace(")", " ").split()


def _conflict(record: Record, pointer: str, got: object, wanted: object, what: str) -> None:
    record.refuse(
        "licenses",
        codes.LICENSE_CONFLICT,
        f"The {what} names another licence than the one that is stated.",
        pointer,
        got=got,
        wanted=str(wanted) if isinstance(wanted, str) else "the field license in properties",
    )


def _named(data: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """Links to the text of a licence that is known by its address, and the licence."""
    links = data.get("links")
    for n, link in enumerate(links if isinstance(links, list) else ()):
        href = link.get("href") if isinstance(link, dict) and link.get("rel") == "license" else None
        if isinstance(href, str):
            normal = licenses.normal(href.partition("#")[0])
            if "://" not in normal and licenses.is_listed(normal):
                yield n, normal


@functools.lru_cache(maxsize=1024)
def _problem_of(text: str) -> str | None:
    try:
        spdx.parse(text)
    except ValueError as error:
        return str(error)
    return None


def _has_link(data: dict[str, Any]) -> bool:
    links = data.get("links")
    return any(
        isinstance(link, dict) and link.get("rel") == "license" and bool(link.get("href"))
        for link in (links if isinstance(links, list) else ())
    )

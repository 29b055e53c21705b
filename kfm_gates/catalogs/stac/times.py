"""Times of one document: real, and in order."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from kfm_gates.catalogs.stac import codes, moments
from kfm_gates.catalogs.stac.record import Entity, Record
from kfm_gates.evidence.json_positions import escape

_PAIRS: Final = (
    ("start_datetime", "end_datetime", "The end lies before the start."),
    ("created", "updated", "The update lies before the creation."),
    ("start_datetime", "datetime", "The datetime lies before the start."),
    ("datetime", "end_datetime", "The datetime lies after the end."),
    ("published", "unpublished", "The removal lies before the publication."),
    ("published", "expires", "The expiry lies before the publication."),
)
_FIELDS: Final = frozenset(name for pair in _PAIRS for name in pair[:2])


def look(record: Record, entity: Entity, data: dict[str, Any]) -> None:
    """Check the times of an item, or the intervals of a collection."""
    if entity.kind == "item":
        properties = data.get("properties")
        if isinstance(properties, dict):
            entity.span = moments.span_of(properties)
            _fields(record, properties, f"{entity.pointer}/properties")
    elif entity.kind == "collection":
        _intervals(record, entity, data)
        _fields(record, data, entity.pointer)
    assets = data.get("assets")
    if isinstance(assets, dict):
        for key, asset in assets.items():
            if isinstance(asset, dict) and not _FIELDS.isdisjoint(asset):
                _fields(record, asset, f"{entity.pointer}/assets/{escape(key)}")


def _fields(record: Record, holder: dict[str, Any], pointer: str) -> None:
    known: dict[str, dt.datetime] = {}
    for name in _FIELDS & holder.keys():
        text = holder[name]
        if not isinstance(text, str):
            continue
        record.count("times")
        moment = _moment(record, text, f"{pointer}/{name}")
        if moment is not None:
            known[name] = moment
    for first, second, why in _PAIRS:
        if first in known and second in known and known[first] > known[second]:
            record.refuse(
                "times",
                codes.TIME_ORDER,
                why,
                f"{pointer}/{second}",
                got=holder[second],
                wanted=f"not before {first} ({holder[first]})",
            )


def _moment(record: Record, text: str, pointer: str) -> dt.datetime | None:
    moment = moments.parse(text)
    if moment is None:
        record.refuse(
            "times",
            codes.TIME_INVALID,
            "The calendar has no such moment.",
            pointer,
            got=text,
            wanted="a time such as 2026-02-18T00:00:00Z",
        )
    return moment


def _intervals(record: Record, entity: Entity, data: dict[str, Any]) -> None:
    extent = data.get("extent")
    temporal = extent.get("temporal") if isinstance(extent, dict) else None
    listed = temporal.get("interval") if isinstance(temporal, dict) else None
    for n, interval in enumerate(listed if isinstance(listed, list) else ()):
        if not isinstance(interval, list) or len(interval) != 2:
            continue
        pointer = f"{entity.pointer}/extent/temporal/interval/{n}"
        record.count("times")
        ends = [
            _moment(record, text, f"{pointer}/{m}") if isinstance(text, str) else None
            for m, text in enumerate(interval)
        ]
        start, end = ends
        if start is not None and end is not None and start > end:
            record.refuse(
                "times",
                codes.TIME_ORDER,
                "The end lies before the start.",
                f"{pointer}/1",
                got=interval[1],
                wanted=f"not before {interval[0]}",
            )
        if n == 0 and all(text is None or isinstance(text, str) for text in interval):
            entity.span = (interval[0], interval[1])

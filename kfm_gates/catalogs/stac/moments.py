"""Times of STAC documents: RFC 3339 in UTC, spans with open ends."""

from __future__ import annotations

import datetime as dt
from typing import Any

Span = tuple[str | None, str | None]
"""Start and end as written; None at an open end."""


def parse(text: str) -> dt.datetime | None:
    """Read a time; None where the calendar has no such moment.

    A leap second is the last second of its minute, as on most clocks.
    """
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        if text[16:19] != ":60":
            return None
        try:
            moment = dt.datetime.fromisoformat(f"{text[:16]}:59{text[19:]}")
        except ValueError:
            return None
    return moment if moment.tzinfo is not None else None


def span_of(properties: dict[str, Any]) -> Span | None:
    """The time of an item: its span where it has one, else its one moment."""
    start, end = properties.get("start_datetime"), properties.get("end_datetime")
    if isinstance(start, str) and isinstance(end, str):
        return start, end
    moment = properties.get("datetime")
    return (moment, moment) if isinstance(moment, str) else None


def union(one: Span, other: Span) -> Span:
    """The least span around two; what cannot be read is left out."""
    starts = _ends(one[0], other[0])
    ends = _ends(one[1], other[1])
    return (
        None if starts is None else min(starts, default=(None, one[0]))[1],
        None if ends is None else max(ends, default=(None, one[1]))[1],
    )


def _ends(*texts: str | None) -> list[tuple[dt.datetime, str]] | None:
    """Moments with their texts; None where one of them is open."""
    if None in texts:
        return None
    return [(moment, text) for text in texts if text and (moment := parse(text)) is not None]


def is_within(inner: Span, outer: Span) -> bool:
    """Does a span lie in another one? What cannot be read lies in nothing."""
    for mine, bound, sign in ((inner[0], outer[0], 1), (inner[1], outer[1], -1)):
        if bound is None:
            continue
        if mine is None:
            return False
        moment, limit = parse(mine), parse(bound)
        if moment is None or limit is None:
            return False
        if (moment < limit) if sign > 0 else (moment > limit):
            return False
    return True

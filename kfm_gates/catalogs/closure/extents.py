"""Does one extent lie within another: boxes on a globe, and spans of time."""

from __future__ import annotations

import calendar
import datetime as dt
import math
import re
from typing import Final

Box = tuple[float, float, float, float]
Span = tuple[str | None, str | None]

TOLERANCE: Final = 1e-6
"""Degrees by which a box may miss another: catalogs round what they copy."""

_DAY: Final = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?)?"
    r"(?:Z|(?P<sign>[+-])(?P<hours>[0-9]{2}):(?P<minutes>[0-9]{2}))?"
)
"""A year, a month or a day of XML Schema, with or without a time zone."""


def box_within(inner: Box, outer: Box, tolerance: float = TOLERANCE) -> bool:
    """Say whether one box lies in another.

    Args:
        inner: West, south, east, north in degrees; west is greater than east where the box
            crosses the antimeridian.
        outer: The other one.
        tolerance: Degrees by which it may stick out.
    """
    if not all(map(math.isfinite, (*inner, *outer))):
        return False
    if inner[1] < outer[1] - tolerance or inner[3] > outer[3] + tolerance:
        return False
    width, room = _width(inner), _width(outer)
    if room >= 360 - tolerance:
        return True
    offset = (inner[0] - outer[0]) % 360
    if offset > 360 - tolerance:
        offset -= 360
    return offset >= -tolerance and offset + width <= room + tolerance


def span_within(inner: Span, outer: Span) -> bool:
    """Say whether one span of time lies in another; None is an open end.

    A text that is no time lies in nothing and contains nothing.
    """
    bounds = [_bound(text, last=bool(n % 2)) for n, text in enumerate((*inner, *outer))]
    if any(bound is None for bound in bounds):
        return False
    start, end, from_, until = (bound for bound in bounds if bound is not None)
    return from_ <= start <= end <= until


def _width(box: Box) -> float:
    width = box[2] - box[0]
    return width if width >= 0 else width + 360


def _bound(text: str | None, *, last: bool) -> dt.datetime | None:
    """The first or last moment that a text means; None where it means none."""
    if text is None or text in ("..", ""):
        return _END if last else _BEGINNING
    if match := _DAY.fullmatch(text):
        return _of_day(match, last=last)
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    try:
        return moment.astimezone(dt.UTC)
    except OverflowError:
        return None


def _of_day(match: re.Match[str], *, last: bool) -> dt.datetime | None:
    """The first or last moment of a year, a month or a day."""
    year, month, day = (int(match[g]) if match[g] else None for g in ("year", "month", "day"))
    try:
        first = dt.datetime(year or 0, month or 1, day or 1, tzinfo=dt.UTC)
        if match["sign"]:
            offset = dt.timedelta(hours=int(match["hours"]), minutes=int(match["minutes"]))
            first += -offset if match["sign"] == "+" else offset
    except (ValueError, OverflowError):
        return None
    if not last:
        return first
    days = 1
    if month is None:
        days = 366 if calendar.isleap(year or 1) else 365
    elif day is None:
        days = calendar.monthrange(year or 1, month)[1]
    try:
        return first + dt.timedelta(days=days) - dt.timedelta(microseconds=1)
    except OverflowError:
        return _END


_BEGINNING: Final = dt.datetime.min.replace(tzinfo=dt.UTC)
_END: Final = dt.datetime.max.replace(tzinfo=dt.UTC)

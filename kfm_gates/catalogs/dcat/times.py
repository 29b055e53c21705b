"""Dates of catalogs: a year, a month, a day or a moment, each a span of time."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import Final, NamedTuple

from kfm_gates.catalogs.dcat.model import Value
from kfm_gates.catalogs.rdf import namespaces as ns

_SHAPE: Final = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?P<time>T(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d{1,12})?)?)?)?)?"
    r"(?P<zone>Z|[+-]\d\d:\d\d)?",
    re.ASCII,
)
REPEATING: Final = re.compile(r"R\d{0,6}/P[0-9YMWDTHS.]{1,32}", re.ASCII)
"""How DCAT-US 1.1 says that a dataset changes regularly."""
_SLACK: Final = dt.timedelta(hours=14)
"""How far the day of some place on earth may be from that of UTC."""
_DATATYPES: Final = {
    f"{ns.XSD}gYear": "year",
    f"{ns.XSD}gYearMonth": "month",
    f"{ns.XSD}date": "day",
    f"{ns.XSD}dateTime": "time",
    f"{ns.XSD}dateTimeStamp": "time",
}


class Span(NamedTuple):
    """The first and the last moment that a date may mean, UTC, and how far it may be off."""

    first: dt.datetime
    last: dt.datetime
    slack: dt.timedelta
    typed: bool

    def after(self, other: Span) -> bool:
        """Is it certainly later than another?"""
        # Two dates of one document that name no zone are of the same one.
        slack = dt.timedelta(0) if self.slack == other.slack else max(self.slack, other.slack)
        return self.first - slack > other.last

    def beyond(self, moment: dt.datetime) -> bool:
        """Is it certainly later than a moment?"""
        return self.first - self.slack > moment


def span(value: Value) -> Span:
    """Read a date.

    Raises:
        ValueError: It is none, or not of its datatype.
    """
    text = value.text.strip()
    match = _SHAPE.fullmatch(text)
    if match is None or (match["zone"] and not match["day"]):
        raise ValueError("it is no date of ISO 8601")
    precision = "year"
    for part in ("month", "day", "time"):
        if match[part]:
            precision = part
    wanted = _DATATYPES.get(value.datatype)
    if wanted is not None and wanted != precision:
        raise ValueError(f"its datatype is {ns.short(value.datatype)}")
    if wanted == "time" and match["second"] is None:
        raise ValueError("it has no seconds")
    typed = wanted is not None or value.datatype == ""
    first, length = _first(match, precision, text)
    slack = dt.timedelta(0) if match["zone"] else _SLACK
    # Near both ends of the calendar there is no room for a zone.
    if first.year in (1, 9999):
        raise ValueError("no dataset is of that year")
    return Span(first, first + length, slack, typed)


def _first(match: re.Match[str], precision: str, text: str) -> tuple[dt.datetime, dt.timedelta]:
    year, month, day = (int(match[part] or 1) for part in ("year", "month", "day"))
    if precision == "time":
        zone = match["zone"]
        moment = dt.datetime.fromisoformat(text)
        if zone and zone != "Z" and int(zone[4:6]) > 59:
            raise ValueError("it has no such zone")
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=dt.UTC)
        if moment.year in (1, 9999):
            raise ValueError("no dataset is of that year")
        return moment.astimezone(dt.UTC), dt.timedelta(0)
    first = dt.datetime(year, month, day, tzinfo=dt.UTC)
    days = 1
    if precision == "year":
        days = 366 if calendar.isleap(year) else 365
    elif precision == "month":
        days = calendar.monthrange(year, month)[1]
    return first, dt.timedelta(days=days, microseconds=-1)

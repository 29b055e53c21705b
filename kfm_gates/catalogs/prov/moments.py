"""Times of PROV: xsd:dateTime, to the last digit for equality, and as a datetime for clocks."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import Final, NamedTuple

_SHAPE: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,40}))?(Z|[+-]\d\d:\d\d)?", re.ASCII
)


class Moment(NamedTuple):
    """A point in time.

    Args:
        at: To the microsecond, in UTC; a time without a zone is taken as UTC.
        rest: Digits behind the microsecond, without trailing zeros.
        zoned: Does it name a zone?
    """

    at: dt.datetime
    rest: str
    zoned: bool


@lru_cache(maxsize=4096)
def parse(text: str) -> Moment:
    """Read an xsd:dateTime.

    Years are those of four digits that a calendar has. Two texts are the same time exactly where
    the results are equal; one with a zone never equals one without.

    Raises:
        ValueError: It is no dateTime, or no such time exists.
    """
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise ValueError(f"not an xsd:dateTime: {text[:80]!r}")
    year, month, day, hour, minute, second = (int(group) for group in match.groups()[:6])
    digits = (match[7] or "").rstrip("0")
    midnight = hour == 24
    if midnight and (minute or second or digits):
        raise ValueError(f"no such time: {text[:80]!r}")
    try:
        at = dt.datetime(
            year,
            month,
            day,
            0 if midnight else hour,
            minute,
            second,
            int(digits[:6].ljust(6, "0")),
            tzinfo=_zone(match[8]),
        )
        at = (at + dt.timedelta(days=midnight)).astimezone(dt.UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"no such time: {text[:80]!r} ({error})") from None
    return Moment(at, digits[6:], match[8] is not None)


def _zone(text: str | None) -> dt.tzinfo:
    if text is None or text == "Z":
        return dt.UTC
    hours, minutes = int(text[1:3]), int(text[4:6])
    if minutes > 59 or hours * 60 + minutes > 14 * 60:
        raise ValueError("no such time zone")
    offset = dt.timedelta(hours=hours, minutes=minutes)
    return dt.timezone(-offset if text[0] == "-" else offset)

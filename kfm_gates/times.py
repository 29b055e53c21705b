"""Times of receipts: RFC 3339 in UTC with `Z`, and the time inside a ULID (C-28)."""

from __future__ import annotations

import datetime as dt

MAX_SKEW = dt.timedelta(minutes=5)
"""How far the clocks of two machines may differ."""

_ULID_ALPHABET = {c: n for n, c in enumerate("0123456789ABCDEFGHJKMNPQRSTVWXYZ")}


def parse(text: str) -> dt.datetime:
    """Parse a timestamp such as `2026-02-18T00:00:00Z`.

    Raises:
        ValueError: It is not RFC 3339 in UTC with `Z`.
    """
    if not text.endswith("Z"):
        raise ValueError(f"not a UTC timestamp: {text!r}")
    moment = dt.datetime.fromisoformat(text)
    if moment.utcoffset() != dt.timedelta(0):
        raise ValueError(f"not a UTC timestamp: {text!r}")
    return moment


def render(moment: dt.datetime) -> str:
    """Write a moment as receipts and facts do, with microseconds only where there are any."""
    moment = moment.astimezone(dt.UTC)
    spec = "microseconds" if moment.microsecond else "seconds"
    return moment.isoformat(timespec=spec).replace("+00:00", "Z")


def ulid_time(ulid: str) -> dt.datetime:
    """The moment at which a ULID was made, to the millisecond (first 48 of its 128 bits).

    Raises:
        ValueError: It is not a ULID.
    """
    if len(ulid) != 26 or any(c not in _ULID_ALPHABET for c in ulid) or ulid[0] > "7":
        raise ValueError(f"not a ULID: {ulid!r}")
    milliseconds = 0
    for character in ulid[:10]:
        milliseconds = milliseconds * 32 + _ULID_ALPHABET[character]
    try:
        return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=milliseconds)
    except OverflowError:  # a ULID counts to the year 10889, a datetime to 9999
        raise ValueError(f"a ULID of no time that can be: {ulid!r}") from None

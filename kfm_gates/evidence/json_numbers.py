"""Numbers of JSON and YAML that a double holds as they are written, and those that it does not."""

from __future__ import annotations

import math
from typing import Final

MAX_INTEGER: Final = 2**53 - 1
"""Largest integer that every reader holds exactly (RFC 8259, section 6)."""


def exact_int(text: str) -> int:
    """Read a JSON integer.

    Raises:
        ValueError: It is larger than 2**53 - 1 in absolute value.
    """
    if len(text) > 17 or abs(number := int(text)) > MAX_INTEGER:
        raise ValueError(text)
    return number


def exact_float(text: str) -> float:
    """Read a JSON number with a fraction or an exponent.

    Raises:
        ValueError: A double cannot hold it: `0.1` is read as 0.1 and fine, 20 digits are not.
    """
    number = float(text)
    # Any 15 significant digits survive the way to a double and back (DBL_DIG), so the comparison
    # is only needed for what is longer or has an exponent.
    if len(text) > 16 or "e" in text or "E" in text:
        if not math.isfinite(number):
            raise ValueError(text)
        from decimal import Decimal, InvalidOperation

        try:
            same = Decimal(repr(number)) == Decimal(text)
        except InvalidOperation:
            same = False
        if not same:
            raise ValueError(text)
    return number


def finite_int(text: str) -> int:
    """Read a JSON integer of any length that a double can at least come near.

    Raises:
        ValueError: It is beyond the range of a double.
    """
    if len(text) > 310:
        raise ValueError(text)
    number = int(text)
    try:
        float(number)
    except OverflowError:
        raise ValueError(text) from None
    return number


def finite_float(text: str) -> float:
    """Read a JSON number with a fraction or an exponent, rounded if need be.

    Raises:
        ValueError: It is beyond the range of a double.
    """
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def read(text: str, *, exact: bool) -> int | float:
    """Read any JSON number.

    Raises:
        ValueError: It is refused.
    """
    if set(text) & set(".eE"):
        return exact_float(text) if exact else finite_float(text)
    return exact_int(text) if exact else finite_int(text)

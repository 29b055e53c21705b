"""Well-known text of geometries, read for its positions only."""

from __future__ import annotations

import math
import re
from typing import Final

MAX_POSITIONS: Final = 100_000
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_TOKEN = re.compile(r"\s*(?:(?P<sign>[(),])|(?P<word>[A-Za-z]+)|(?P<number>[^\s(),]+))")
_DEPTH: Final = {
    "POINT": 1,
    "LINESTRING": 1,
    "POLYGON": 2,
    "MULTIPOINT": 1,
    "MULTILINESTRING": 2,
    "MULTIPOLYGON": 3,
}
KINDS: Final = frozenset({*_DEPTH, "ENVELOPE", "BBOX", "GEOMETRYCOLLECTION"})


class Reading:
    """A reader of well-known text; linear, and as deep as GEOMETRYCOLLECTION may nest: 16."""

    def __init__(self, text: str) -> None:
        self.tokens = list(_TOKEN.finditer(text))
        if "".join(m.group() for m in self.tokens).strip() != text.strip():
            raise ValueError("it is no well-known text")
        self.at = 0
        self.envelope = False

    def end(self) -> None:
        """Nothing may follow. Raises ValueError."""
        if self.at != len(self.tokens):
            raise ValueError("something follows the geometry")

    def geometry(self, level: int = 0) -> tuple[list[float], list[float]]:
        """First and second coordinates of all positions. Raises ValueError."""
        word = self._take("word").upper()
        if word.endswith("ZM") and word[:-2] in KINDS:
            word = word[:-2]
        elif word[-1:] in ("Z", "M") and word[:-1] in KINDS:
            word = word[:-1]
        if word not in KINDS or level > 16:
            raise ValueError(f"{word[:40]} is no geometry")
        if (self._peek("word") or "").upper() in ("Z", "M", "ZM"):
            self._take("word")
        if (self._peek("word") or "").upper() == "EMPTY":
            raise ValueError("the geometry is empty")
        if word in ("ENVELOPE", "BBOX"):
            return self._envelope(word)
        xs: list[float] = []
        ys: list[float] = []
        if word == "GEOMETRYCOLLECTION":
            self._sign("(")
            while True:
                more_x, more_y = self.geometry(level + 1)
                xs += more_x
                ys += more_y
                if self._take("sign") == ")":
                    return xs, ys
        self._parts(_DEPTH[word], word, xs, ys)
        return xs, ys

    def _envelope(self, word: str) -> tuple[list[float], list[float]]:
        self._sign("(")
        numbers = []
        for n in range(4):
            numbers.append(number(self._take("number")))
            self._sign(")" if n == 3 else ",")
        self.envelope = True
        if word == "BBOX":
            return [numbers[0], numbers[2]], [numbers[1], numbers[3]]
        return numbers[:2], numbers[2:]

    def _parts(self, depth: int, word: str, xs: list[float], ys: list[float]) -> None:
        self._sign("(")
        start = len(xs)
        while True:
            if depth > 1:
                self._parts(depth - 1, word, xs, ys)
            elif word == "MULTIPOINT" and self._peek("sign") == "(":
                self._sign("(")
                self._position(xs, ys)
                self._sign(")")
            else:
                self._position(xs, ys)
            sign = self._take("sign")
            if sign == ")":
                break
            if sign != ",":
                raise ValueError("it is no well-known text")
        if depth == 1:
            check_line(word.endswith("POLYGON"), word, xs[start:], ys[start:])

    def _position(self, xs: list[float], ys: list[float]) -> None:
        numbers = [number(self._take("number")), number(self._take("number"))]
        while self._peek("number") is not None:
            numbers.append(number(self._take("number")))
        if len(numbers) > 4:
            raise ValueError("a position has more than four numbers")
        xs.append(numbers[0])
        ys.append(numbers[1])
        if len(xs) > MAX_POSITIONS:
            raise ValueError(f"it has more than {MAX_POSITIONS} positions")

    def _peek(self, kind: str) -> str | None:
        return self.tokens[self.at][kind] if self.at < len(self.tokens) else None

    def _take(self, kind: str) -> str:
        found = self._peek(kind)
        if found is None:
            raise ValueError("it is no well-known text")
        self.at += 1
        return found

    def _sign(self, wanted: str) -> None:
        if self._take("sign") != wanted:
            raise ValueError("its brackets do not fit")


def check_line(ring: bool, kind: str, xs: list[float], ys: list[float]) -> None:
    """Refuse rings that are not closed, lines of one position, points of several.

    Raises:
        ValueError: One of these.
    """
    if ring and (len(xs) < 4 or (xs[0], ys[0]) != (xs[-1], ys[-1])):
        raise ValueError("a ring of the polygon is not closed")
    if kind.endswith("LINESTRING") and len(xs) < 2:
        raise ValueError("a line has one position only")
    if kind == "POINT" and len(xs) != 1:
        raise ValueError("a point has several positions")


def number(text: str) -> float:
    """Read a finite decimal number.

    Raises:
        ValueError: It is none.
    """
    if not _NUMBER.fullmatch(text.strip()) or not math.isfinite(number := float(text)):
        raise ValueError(f"{text[:40]!r} is no number")
    return number


def is_number(text: str) -> bool:
    """Is it a decimal number, written with a point?"""
    return _NUMBER.fullmatch(text) is not None

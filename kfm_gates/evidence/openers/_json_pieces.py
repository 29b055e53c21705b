"""JSON of any size, read piece by piece: the C parser does the work, memory stays bounded.

A piece is an element of an array at the top, an element of an array that a member of the top object
holds, or any other member of it. No piece may be longer than `MAX_PIECE`.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Final, NoReturn

from kfm_gates.evidence.text import shorten

CHUNK: Final = 1 << 20
MAX_PIECE: Final = 16 << 20
"""Longest piece, in characters; parsed it takes up to ten times as much memory."""
MAX_MEMBERS: Final = 1 << 20
"""Most members of an object at the top; their names are kept to find those that come twice."""

_DARK = re.compile(r"[^ \t\n\r]")
_OPEN_END = re.compile(r"[-+.eE0-9]{0,32}")


class Broken(Exception):
    """It is no strict JSON; the message says why, `line` where."""

    line: int | None = None


class TooLong(Exception):
    """A piece is longer than what is read at once."""


class Duplicate(Exception):
    """A name comes twice in one object; raised by the hook of a caller."""


class Pieces:
    """A reader of JSON. `hook` builds objects from their members, as `json.loads` has it."""

    def __init__(self, stream: BinaryIO, hook: Callable[[list[tuple[str, Any]]], Any]) -> None:
        self._stream = stream
        self._decode = codecs.getincrementaldecoder("utf-8")("strict").decode
        self._text = ""
        self._at = 0
        self._ended = False
        self._lines = 1
        self._json = json.JSONDecoder(
            # Only coordinates and names are looked at, and these are doubles anyway.
            object_pairs_hook=hook,
            parse_int=float,
            parse_float=float,
            parse_constant=_constant,
        )

    @property
    def line(self) -> int:
        """Line of the next character, counted from 1."""
        return self._lines + self._text.count("\n", 0, self._at)

    def top(self) -> Iterator[tuple[str | None, int | None, Any]]:
        """Read the value that comes next.

        Yields:
            Name of the member, index in its array, and the value; the name is None outside an
            object and the index outside an array. An empty array or object yields nothing.

        Raises:
            Broken: It is no strict JSON.
            TooLong: A piece of it is too long.
        """
        first = self.peek()
        if first == "{":
            names: set[str] = set()
            for name in self._members():
                if name in names:
                    raise self._broken(f"The name {shorten(name)!r} comes twice in one object.")
                names.add(name)
                if len(names) > MAX_MEMBERS:
                    raise TooLong
                # Coordinates only mean something as a whole.
                if self.peek() == "[" and name != "coordinates":
                    yield name, None, []
                    yield from ((name, n, value) for n, value in self._elements())
                else:
                    yield name, None, self._value()
        elif first == "[":
            yield from ((None, n, value) for n, value in self._elements())
        else:
            yield None, None, self._value()

    def peek(self) -> str:
        """The next character that is no space, "" at the end."""
        while True:
            match = _DARK.search(self._text, self._at)
            if match is not None:
                self._at = match.start()
                return match.group()
            self._at = len(self._text)
            if not self._more():
                return ""

    def skip(self, char: str) -> bool:
        """Step over a character if it comes next."""
        found = self.peek() == char
        self._at += found
        return found

    def _members(self) -> Iterator[str]:
        self._at += 1
        if self.skip("}"):
            return
        while True:
            if self.peek() != '"':
                raise self._broken("A name in quotes is missing.")
            name = self._value()
            if not self.skip(":"):
                raise self._broken("A colon is missing.")
            yield name
            if self.skip("}"):
                return
            if not self.skip(","):
                raise self._broken("A comma is missing between two members.")

    def _elements(self) -> Iterator[tuple[int, Any]]:
        self._at += 1
        if self.skip("]"):
            return
        number = 0
        while True:
            yield number, self._value()
            number += 1
            if self.skip("]"):
                return
            if not self.skip(","):
                raise self._broken("A comma is missing between two elements.")

    def _value(self) -> Any:
        self.peek()
        while True:
            try:
                value, end = self._json.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                # A value that is cut off and one that is wrong look alike until there is no more.
                if not self._more():
                    raise self._broken(f"{error.msg}.", error.pos) from None
            except Duplicate as error:
                raise self._broken(f"The name {error} comes twice in one object.") from None
            except RecursionError:
                raise self._broken("It is nested too deeply.") from None
            else:
                # A number at the very end may go on: 12 is also the beginning of 12.5e3.
                if not _OPEN_END.fullmatch(self._text, end) or not self._more():
                    self._at = end
                    return value

    def _more(self) -> bool:
        """Read on, at least as much again as is waiting. False at the end of the file."""
        if self._ended:
            return False
        waiting = len(self._text) - self._at
        if waiting > MAX_PIECE:
            raise TooLong
        raw = self._stream.read(max(CHUNK, waiting))
        self._ended = not raw
        try:
            text = self._decode(raw, final=self._ended)
        except UnicodeDecodeError:
            raise Broken("It is not UTF-8.") from None
        self._lines += self._text.count("\n", 0, self._at)
        self._text = self._text[self._at :] + text
        self._at = 0
        return not self._ended

    def _broken(self, why: str, at: int | None = None) -> Broken:
        broken = Broken(why)
        broken.line = self._lines + self._text.count("\n", 0, self._at if at is None else at)
        return broken


def _constant(text: str) -> NoReturn:
    raise Broken(f"It holds {text}, which is no JSON.")

"""The compact protocol of Thrift, as far as footers of Parquet need it, read within bounds.

A reader of our own because the bytes are hostile: the one of pyarrow ends the process on some of
them, and a process that ended has checked nothing.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Any, Final, NoReturn

TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(1, 13)
MAX_DEPTH: Final = 24
_INTEGERS: Final = frozenset({I16, I32, I64})


class Thrift:
    """A position in some bytes. `refuse` raises what a broken footer is refused with."""

    def __init__(self, raw: bytes, refuse: Callable[[str], NoReturn]) -> None:
        self._raw = raw
        self._at = 0
        self._refuse = refuse

    def fields(self) -> Iterator[tuple[int, int]]:
        """Number and type of each field of a struct; the caller reads or skips its value."""
        number = 0
        while True:
            head = self._byte()
            if head == 0:
                return
            number = number + (head >> 4) if head >> 4 else self._integer()
            yield number, head & 0x0F

    def items(self) -> Iterator[int]:
        """The type of each element of a list; the caller reads or skips its value."""
        head = self._byte()
        count = head >> 4
        if count == 15:
            count = self._varint()
        if count > len(self._raw) - self._at:
            self._refuse("A list of its footer is longer than the footer.")
        for _ in range(count):
            yield head & 0x0F

    def value(self, type_: int, depth: int = 0) -> Any:
        """Read a value; a struct becomes a dict by number of the field.

        Returns:
            bool, int, float, bytes, list or dict; None for a map, which footers do not have.
        """
        if depth > MAX_DEPTH:
            self._refuse("Its footer is nested too deeply.")
        if type_ in _INTEGERS:
            return self._integer()
        if type_ in (TRUE, FALSE):
            return type_ == TRUE
        if type_ == BINARY:
            return self._bytes(self._varint())
        if type_ == STRUCT:
            return {number: self.value(t, depth + 1) for number, t in self.fields()}
        if type_ in (LIST, SET):
            # In a list a truth value takes a byte of its own.
            return [
                self._byte() if t in (TRUE, FALSE) else self.value(t, depth + 1)
                for t in self.items()
            ]
        if type_ == DOUBLE:
            return struct.unpack("<d", self._bytes(8))[0]
        if type_ == BYTE:
            return self._byte()
        self._refuse("Its footer holds a value of an unknown type.")

    def _byte(self) -> int:
        at = self._at
        if at >= len(self._raw):
            self._refuse("Its footer ends in the middle of a value.")
        self._at = at + 1
        return self._raw[at]

    def _bytes(self, length: int) -> bytes:
        at, end = self._at, self._at + length
        if end > len(self._raw):
            self._refuse("Its footer ends in the middle of a value.")
        self._at = end
        return self._raw[at:end]

    def _varint(self) -> int:
        number = shift = 0
        while True:
            byte = self._byte()
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                return number
            shift += 7
            if shift > 63:
                self._refuse("A number of its footer is too long.")

    def _integer(self) -> int:
        number = self._varint()
        return (number >> 1) ^ -(number & 1)

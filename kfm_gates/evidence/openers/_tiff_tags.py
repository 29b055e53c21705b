"""The directories of a TIFF (revision 6.0) or BigTIFF, read within bounds.

Counts and offsets are hostile: nothing is read that does not lie in the file, directories that come
back are refused, and all that is read together stays below `MAX_BYTES`.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kfm_gates.evidence.openers._api import File

MAX_DIRECTORIES: Final = 4096
MAX_TAGS: Final = 4096
MAX_BYTES: Final = 64 << 20

_FORMATS: Final = {
    1: "B",
    3: "H",
    4: "I",
    6: "b",
    7: "B",
    8: "h",
    9: "i",
    11: "f",
    12: "d",
    13: "I",
    16: "Q",
    17: "q",
    18: "Q",
}
"""Type code of an array by type of field; rationals (5, 10) are never needed."""

Values = Sequence[int | float]
_NATIVE: Final = "<" if sys.byteorder == "little" else ">"


@dataclass(frozen=True, slots=True)
class Tag:
    """One field: its type, the number of its values, and where they are."""

    type: int
    count: int
    offset: int
    inline: bytes


class Tiff:
    """An open TIFF."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.order = "<" if file.head[:2] == b"II" else ">"
        self.big = self._unpack("H", file.at(2, 2)) == 43
        self._read = 0
        if self.big:
            sizes = struct.unpack(f"{self.order}HH", file.at(4, 4))
            if sizes != (8, 0):
                raise file.malformed("Its header is not that of a BigTIFF.", got=sizes)
            self.first = self._unpack("Q", file.at(8, 8))
        else:
            self.first = self._unpack("I", file.at(4, 4))

    def directories(self) -> Iterator[tuple[int, Mapping[int, Tag]]]:
        """Offset and tags of every directory of the chain.

        Raises:
            EvidenceInvalid: A directory lies outside the file, comes twice, or there are too many.
        """
        seen: set[int] = set()
        at = self.first
        while at:
            if at in seen:
                raise self.file.malformed("Its directories lead in a circle.", got=f"byte {at}")
            seen.add(at)
            if len(seen) > MAX_DIRECTORIES:
                raise self.file.too_complex(
                    "It has too many directories.", wanted=f"at most {MAX_DIRECTORIES}"
                )
            start, (tags, at) = at, self._directory(at)
            yield start, tags

    def values(self, tag: Tag | None) -> Values:
        """The numbers of a field; none where it is absent or holds no numbers."""
        if tag is None or tag.type not in _FORMATS:
            return ()
        # Arrays, because there may be millions of tiles.
        numbers: array[int] | array[float] = array(_FORMATS[tag.type])
        numbers.frombytes(self._bytes(tag, numbers.itemsize))
        if self.order != _NATIVE:
            numbers.byteswap()
        return numbers

    def text(self, tag: Tag | None) -> str:
        """The characters of a field of text."""
        if tag is None or tag.type != 2:
            return ""
        return self._bytes(tag, 1).decode("latin-1")

    def _bytes(self, tag: Tag, width: int) -> bytes:
        length = tag.count * width
        if length <= len(tag.inline):
            return tag.inline[:length]
        self._read += length
        if self._read > MAX_BYTES and tag.offset + length <= self.file.size:
            raise self.file.too_complex(
                "Its directories are too long to be read.", wanted=f"at most {MAX_BYTES >> 20} MiB"
            )
        return self.file.at(tag.offset, length)

    def _directory(self, at: int) -> tuple[Mapping[int, Tag], int]:
        count_form, width, field_form = ("Q", 20, "HHQ8s") if self.big else ("H", 12, "HHI4s")
        head = struct.calcsize(f"<{count_form}")
        count = self._unpack(count_form, self.file.at(at, head))
        if not 0 < count <= MAX_TAGS:
            raise self.file.malformed(
                "A directory has no fields, or too many.", got=count, wanted=f"1 to {MAX_TAGS}"
            )
        offset_form = "Q" if self.big else "I"
        tail = struct.calcsize(f"<{offset_form}")
        raw = self.file.at(at + head, count * width + tail)
        tags = {}
        for n in range(count):
            number, type_, values, inline = struct.unpack_from(
                f"{self.order}{field_form}", raw, n * width
            )
            tags[number] = Tag(type_, values, self._unpack(offset_form, inline), inline)
        return tags, self._unpack(offset_form, raw[count * width :])

    def _unpack(self, form: str, raw: bytes) -> int:
        (value,) = struct.unpack(f"{self.order}{form}", raw)
        return int(value)

"""What an opener is asked, and how it answers.

Three answers, and no default among them: a file is spatial, it is not, or nobody could tell. The
third one is no weaker form of the second: rules read it as "may be".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Final, Literal

from kfm_gates.errors import EvidenceInvalid
from kfm_gates.evidence.text import shorten

Kind = Literal["spatial", "not_spatial", "unclassified"]
Box = tuple[float, float, float, float]

HEAD: Final = 4096
"""So many bytes from the start are enough to tell every format."""
CRS84: Final = "OGC:CRS84"
"""Longitude and latitude on WGS 84, in this order."""
_ROUNDING: Final = 1e-6
"""Degrees by which an extent may lie beyond the globe because its corners were computed."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a file is, told from its bytes.

    Args:
        kind: Whether it holds places: `spatial`, `not_spatial`, or `unclassified`.
        format: Name of the format, for people.
        media_type: Media type of the content; None where the bytes do not name one.
        also: Other media types that are right for it too, without parameters.
        container: True for a format that others are built upon (ZIP, SQLite, JSON): a media
            type that no opener knows may be one of these, and is not contradicted.
        bbox: Extent in degrees: west, south, east, north (west > east across the antimeridian).
            None where it is not known or the coordinates are no degrees.
        crs: Coordinate reference system, `EPSG:4326` for example; None where nothing names one.
        count: Number of features, rows or images where it is cheap to know.
        geometry_types: Types of geometry as GeoJSON names them, sorted.
    """

    kind: Kind
    format: str
    media_type: str | None = None
    also: frozenset[str] = frozenset()
    container: bool = False
    bbox: Box | None = None
    crs: str | None = None
    count: int | None = None
    geometry_types: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class File:
    """An open file: `head` are its first `HEAD` bytes, `stated` its media type in bare words."""

    stream: BinaryIO
    path: str
    size: int
    head: bytes
    stated: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)

    def at(self, offset: int, length: int) -> bytes:
        """Read a part.

        Raises:
            EvidenceInvalid: `OUTPUT_MALFORMED`: it does not lie in the file.
        """
        if offset < 0 or length < 0 or offset + length > self.size:
            raise self.malformed(
                "It refers to bytes behind its end; it was cut off or never finished.",
                got=f"{length} bytes at {offset}",
                wanted=f"a place in the {self.size} bytes of the file",
            )
        self.stream.seek(offset)
        raw = self.stream.read(length)
        if len(raw) != length:
            raise self.malformed("It is shorter than it was when it was listed.")
        return raw

    def malformed(
        self,
        message: str,
        *,
        got: object = None,
        wanted: str | None = None,
        pointer: str | None = None,
        line: int | None = None,
    ) -> EvidenceInvalid:
        """The refusal of a file that is not what its own first bytes promise."""
        return EvidenceInvalid(
            message,
            code="OUTPUT_MALFORMED",
            file=self.path,
            pointer=pointer,
            line=line,
            got=None if got is None else shorten(str(got)),
            wanted=wanted,
        )

    def too_complex(self, message: str, *, wanted: str) -> EvidenceInvalid:
        """The refusal of a file that cannot be looked at in bounded time and memory."""
        return EvidenceInvalid(message, code="OUTPUT_TOO_COMPLEX", file=self.path, wanted=wanted)


@dataclass(frozen=True, kw_only=True)
class Opener:
    """One format, or a group of formats that are told apart by the same bytes.

    Args:
        id: Its name; openers are asked by `order` and then by this name.
        media_types: Stated media types that promise this format, without parameters.
        suffixes: Ends of file names that promise it where no media type is stated.
        fits: Says from the first bytes whether the file is of this format.
        look: Says what the file is. Raises EvidenceInvalid for one that is broken.
        order: Lower comes first. A format that is told by a weak sign comes late.
        weak: True where `fits` may be wrong: a file that then cannot be read, and that nobody
            said is of this format, is of no known format.
    """

    id: str
    media_types: frozenset[str]
    suffixes: tuple[str, ...]
    fits: Callable[[bytes], bool]
    look: Callable[[File], Look]
    order: int = 0
    weak: bool = False


def degrees(west: float, south: float, east: float, north: float) -> Box | None:
    """A box of degrees, None for what lies on no globe. Rounding at its edges is taken off."""
    box = (west, south, east, north)
    if not all(math.isfinite(edge) for edge in box) or south > north:
        return None
    if min(west, east) < -180 - _ROUNDING or max(west, east) > 180 + _ROUNDING:
        return None
    if south < -90 - _ROUNDING or north > 90 + _ROUNDING:
        return None
    west, east = (max(-180.0, min(180.0, edge)) for edge in (west, east))
    south, north = (max(-90.0, min(90.0, edge)) for edge in (south, north))
    return west, south, east, north

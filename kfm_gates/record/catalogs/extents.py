"""Where and when the data of a run lie: from the bytes of the outputs, else as the run says."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from kfm_gates import times
from kfm_gates.errors import EvidenceError, RecorderError
from kfm_gates.evidence.run_dir import Run
from kfm_gates.record.catalogs.subject import BBox, Interval

_WANTED_BBOX: Final = "[west, south, east, north] in degrees"
_WANTED_INTERVAL: Final = '["2017-01-01T00:00:00Z", "2017-12-31T23:59:59Z"]; null at an open end'


@dataclass(frozen=True, slots=True)
class Found:
    """What the bytes of the outputs say.

    Attributes:
        boxes: Extent in degrees of every output that has one, by run-relative path.
        placeless: Spatial outputs whose extent in degrees cannot be told.
        media_types: Media types, by run-relative path.
    """

    boxes: Mapping[str, BBox]
    placeless: tuple[str, ...]
    media_types: Mapping[str, str]

    @property
    def bbox(self) -> BBox | None:
        """Extent of all outputs; None where none is spatial or one of them cannot be placed."""
        return None if self.placeless else union(self.boxes.values())


def find(tree: Run, stated: Mapping[str, str | None]) -> Found:
    """Open outputs and see where they lie.

    Args:
        tree: The run.
        stated: Stated media types by run-relative path, None where nobody states one.

    Raises:
        RecorderError: An output is not what its first bytes promise, or what reads it is not
            installed.
    """
    from kfm_gates.evidence import openers

    looks = {}
    for path, media_type in sorted(stated.items()):
        try:
            looks[path] = openers.of_run(tree, path, media_type)
        except EvidenceError as error:
            raise RecorderError(
                f"The output {path} cannot be looked into: {error.message}",
                code=error.code,
                file=path,
                pointer=error.pointer,
                line=error.line,
                got=error.got,
                wanted=error.wanted,
                fix=error.fix,
            ) from error
    spatial = {path: look.bbox for path, look in looks.items() if look.kind == "spatial"}
    return Found(
        boxes={path: box for path, box in spatial.items() if box is not None},
        placeless=tuple(path for path, box in spatial.items() if box is None),
        media_types={path: one.media_type for path, one in looks.items() if one.media_type},
    )


def union(boxes: Iterable[BBox]) -> BBox | None:
    """The box around some boxes; None around none.

    A box that crosses the antimeridian has its west beyond its east. Around such a box and
    another one lies the whole circle: there is no telling which way round was meant.
    """
    listed = list(boxes)
    if not listed:
        return None
    south, north = min(box[1] for box in listed), max(box[3] for box in listed)
    crossing = [box for box in listed if box[0] > box[2]]
    if crossing and len(crossing) < len(listed):
        return (-180.0, south, 180.0, north)
    return (min(box[0] for box in listed), south, max(box[2] for box in listed), north)


def stated_bbox(extents: Mapping[str, Any]) -> BBox | None:
    """The box that a run states, None where it states none.

    Raises:
        RecorderError: It is no box in degrees.
    """
    box = extents.get("bbox")
    if box is None:
        return None
    if (
        isinstance(box, Sequence)
        and not isinstance(box, str)
        and len(box) == 4
        and all(_is_number(n) for n in box)
    ):
        west, south, east, north = map(float, box)
        if max(abs(west), abs(east)) <= 180 and -90 <= south <= north <= 90:
            return (west, south, east, north)
    raise _refused("extents.bbox is no extent", box, _WANTED_BBOX)


def stated_interval(extents: Mapping[str, Any]) -> Interval | None:
    """The time that a run states, None where it states none.

    Raises:
        RecorderError: It is no interval.
    """
    interval = extents.get("interval")
    if interval is None:
        return None
    if isinstance(interval, Sequence) and not isinstance(interval, str) and len(interval) == 2:
        start, end = (_moment(one) for one in interval)
        if (start or end) and not (start and end and start > end):
            return (start, end)
    raise _refused("extents.interval is no interval", interval, _WANTED_INTERVAL)


def geometry(box: BBox) -> dict[str, Any]:
    """The box as GeoJSON: a point or a line where it has no area, two parts at ±180°."""
    west, south, east, north = box
    if west > east:
        parts = ((west, south, 180.0, north), (-180.0, south, east, north))
        return {"type": "MultiPolygon", "coordinates": [[_ring(part)] for part in parts]}
    if west == east and south == north:
        return {"type": "Point", "coordinates": [west, south]}
    if west == east or south == north:
        return {"type": "LineString", "coordinates": [[west, south], [east, north]]}
    return {"type": "Polygon", "coordinates": [_ring(box)]}


def wkt(box: BBox) -> str:
    """The box as well-known text, in the order longitude, latitude of OGC:CRS84."""
    made = geometry(box)
    return f"{made['type'].upper()} {_wkt(made['coordinates'], made['type'] == 'Point')}"


def _wkt(value: Any, is_position: bool) -> str:
    if is_position:
        return f"({_position(value)})"
    if isinstance(value[0][0], float | int):
        return f"({', '.join(map(_position, value))})"
    return f"({', '.join(_wkt(part, False) for part in value)})"


def _position(pair: Sequence[float]) -> str:
    return " ".join(format(Decimal(repr(float(n))).normalize(), "f") for n in pair)


def _ring(box: BBox) -> list[list[float]]:
    west, south, east, north = box
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _moment(text: object) -> dt.datetime | None:
    if text is None:
        return None
    try:
        return times.parse(str(text))
    except ValueError:
        raise _refused("extents.interval holds no time", text, _WANTED_INTERVAL) from None


def _refused(what: str, got: object, wanted: str) -> RecorderError:
    from kfm_gates.record.ids import shown

    return RecorderError(
        f"{what}.",
        code="EXTENT_INVALID",
        got=shown(got),
        wanted=wanted,
        fix="Give it to record_run(extents=…).",
    )

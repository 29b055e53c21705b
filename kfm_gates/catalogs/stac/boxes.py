"""Boxes in degrees: west may lie east of east, and then the box crosses the antimeridian."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

NEAR: Final = 1e-6
"""Degrees, some ten centimetres: what rounding to six digits may move."""

Box = tuple[float, float, float, float]
"""West, south, east, north."""


def flat(box: Sequence[float]) -> Box:
    """The horizontal part of a box of four or six numbers."""
    if len(box) == 6:
        return (box[0], box[1], box[3], box[4])
    return (box[0], box[1], box[2], box[3])


def is_outside(box: Box) -> bool:
    """Does it reach over the edge of the earth?"""
    west, south, east, north = box
    return not (
        -180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= 90 and -90 <= north <= 90
    )


def problem_of(box: Sequence[float]) -> str | None:
    """Why a box of four or six numbers contains nothing, None if it is one."""
    _, south, _, north = flat(box)
    if south > north:
        return "Its south lies north of its north."
    if len(box) == 6 and box[2] > box[5]:
        return "Its lowest height is above its greatest."
    return None


def contains(outer: Box, inner: Box) -> bool:
    """Does a box contain another one, up to rounding? Either may cross the antimeridian."""
    if inner[1] < outer[1] - NEAR or inner[3] > outer[3] + NEAR:
        return False
    west, east = outer[0] - NEAR, outer[2] + NEAR
    if outer[0] <= outer[2]:
        if inner[0] > inner[2]:
            return west <= -180 and east >= 180
        return west <= inner[0] and inner[2] <= east
    if inner[0] > inner[2]:
        return west <= inner[0] and inner[2] <= east
    return west <= inner[0] or inner[2] <= east


def contains_longitudes(box: Box, longitudes: Sequence[float]) -> bool:
    """Does every longitude lie in a box that crosses the antimeridian, up to rounding?"""
    west, east = box[0] - NEAR, box[2] + NEAR
    return all(x >= west or x <= east for x in longitudes)


def is_near(one: Box, other: Box) -> bool:
    """Are two boxes the same, up to rounding?"""
    return all(abs(a - b) <= NEAR for a, b in zip(one, other, strict=True))

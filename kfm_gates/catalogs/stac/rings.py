"""Is a closed ring simple? Small ones are decided exactly, without any import.

Most footprints are convex, which is seen in one walk around them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

SMALL: Final = 16
"""Rings of so many corners are compared edge by edge."""
_ROUNDING: Final = 4e-16
"""Relative error of the determinant of three points in doubles (Shewchuk 1997, bound A)."""

Point = tuple[float, float]
Position = Sequence[float]
Ring = Sequence[Position]


def is_simple(ring: Ring) -> bool | None:
    """Does a closed ring enclose one area, without crossing or touching itself?

    Args:
        ring: Positions, the last one like the first one.

    Returns:
        The answer; None where the ring is too large to be decided here.
    """
    corners: list[Point] = []
    for position in ring[:-1]:
        corner = (position[0], position[1])
        if not corners or corner != corners[-1]:
            corners.append(corner)
    while len(corners) > 1 and corners[-1] == corners[0]:
        corners.pop()
    if len(corners) < 3:
        return False
    if _is_convex(corners):
        return True
    return None if len(corners) > SMALL else _no_edges_meet(corners)


def _is_convex(corners: list[Point]) -> bool:
    """All turns go to the same side, for certain, and the ring goes around once."""
    side = 0
    steps: list[bool] = []
    (ax, ay), (bx, by) = corners[-2], corners[-1]
    for cx, cy in corners:
        left, right = (bx - ax) * (cy - by), (by - ay) * (cx - bx)
        turn = left - right
        if abs(turn) <= _ROUNDING * (abs(left) + abs(right)):
            return False
        if not side:
            side = 1 if turn > 0 else -1
        elif (turn > 0) != (side > 0):
            return False
        if cx != bx:
            steps.append(cx > bx)
        ax, ay, bx, by = bx, by, cx, cy
    # East and west alternate twice on the way around; a star goes around more often.
    return sum(step != steps[n - 1] for n, step in enumerate(steps)) <= 2


def _no_edges_meet(corners: list[Point]) -> bool:
    count = len(corners)
    edges = [(corners[n - 1], corners[n]) for n in range(count)]
    for n, (a, b) in enumerate(edges):
        for m in range(n):
            c, d = edges[m]
            if n - m == 1 or (m == 0 and n == count - 1):
                start, middle, end = (c, d, b) if n - m == 1 else (a, b, d)
                if _turns_back(start, middle, end):
                    return False
            elif _meet(a, b, c, d):
                return False
    return True


def _turns_back(a: Point, b: Point, c: Point) -> bool:
    """Does the edge from b run back over the one that led to it?"""
    if _side(a, b, c) != 0:
        return False
    from fractions import Fraction

    along = (Fraction(a[0]) - Fraction(b[0])) * (Fraction(c[0]) - Fraction(b[0]))
    return along + (Fraction(a[1]) - Fraction(b[1])) * (Fraction(c[1]) - Fraction(b[1])) > 0


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Do two closed segments have a point in common?"""
    if max(a[0], b[0]) < min(c[0], d[0]) or max(c[0], d[0]) < min(a[0], b[0]):
        return False
    if max(a[1], b[1]) < min(c[1], d[1]) or max(c[1], d[1]) < min(a[1], b[1]):
        return False
    return _side(a, b, c) * _side(a, b, d) <= 0 and _side(c, d, a) * _side(c, d, b) <= 0


def _side(a: Point, b: Point, c: Point) -> int:
    """On which side of the line from a to b does c lie? Exact."""
    left = (b[0] - a[0]) * (c[1] - a[1])
    right = (b[1] - a[1]) * (c[0] - a[0])
    turn = left - right
    if abs(turn) > _ROUNDING * (abs(left) + abs(right)):
        return 1 if turn > 0 else -1
    from fractions import Fraction

    ax, ay = Fraction(a[0]), Fraction(a[1])
    exact = (Fraction(b[0]) - ax) * (Fraction(c[1]) - ay)
    exact -= (Fraction(b[1]) - ay) * (Fraction(c[0]) - ax)
    return (exact > 0) - (exact < 0)

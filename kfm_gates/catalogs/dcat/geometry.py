"""Places as DCAT writes them: WKT, GeoJSON, a box of four numbers. Only extents are of interest."""

from __future__ import annotations

import re
from typing import Any, Final

from kfm_gates.catalogs.dcat import wkt
from kfm_gates.catalogs.rdf import namespaces as ns
from kfm_gates.errors import EvidenceUnreadable
from kfm_gates.evidence import strict_json
from kfm_gates.evidence.openers._geometry import DEPTHS

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees; west is greater than east across the antimeridian."""

MAX_TEXT: Final = 1 << 20

_CRS = re.compile(r"<(?P<crs>[^<>\s]{1,200})>\s*")
_LONGITUDE_FIRST: Final = re.compile(r"https?://www\.opengis\.net/def/crs/OGC/(?:1\.3|0)/CRS84h?")
_LATITUDE_FIRST: Final = re.compile(
    r"https?://www\.opengis\.net/def/crs/EPSG/(?:0|[0-9.]+)/(?:4326|4979)"
)


class OutOfRangeError(ValueError):
    """The coordinates lie outside of the globe."""


class UnknownError(Exception):
    """It is written in a way that is not read here: GML, another coordinate reference system."""


def box(text: str, datatype: str = "") -> Box:
    """Extent of a geometry.

    Args:
        text: WKT (also ENVELOPE), GeoJSON, or `west,south,east,north`.
        datatype: IRI of the datatype, where there is one.

    Raises:
        OutOfRangeError: A longitude beyond 180 or a latitude beyond 90 degrees.
        UnknownError: It cannot be read here.
        ValueError: It is malformed.
    """
    if len(text) > MAX_TEXT:
        raise ValueError(f"it is longer than {MAX_TEXT} characters")
    bare = text.strip()
    if datatype == f"{ns.GEOSPARQL}gmlLiteral" or bare.startswith("<gml"):
        raise UnknownError("GML is not read")
    if bare.startswith("{") or datatype.lower().endswith(("geojsonliteral", "geo+json")):
        return _of_geojson(bare)
    word = re.match(r"(?:<[^<>\s]*>\s*)?([A-Za-z]+)", bare)
    if datatype == f"{ns.GEOSPARQL}wktLiteral" or (word and word[1].upper() in wkt.KINDS):
        return _of_wkt(bare)
    parts = re.split(r"[\s,]+", bare)
    if len(parts) == 4 and all(wkt.is_number(part) for part in parts):
        return corners(tuple(parts))
    raise UnknownError("it is no geometry")


def corners(parts: tuple[str, ...]) -> Box:
    """Extent of four texts: west, south, east, north. Raises as `box`."""
    west, south, east, north = (wkt.number(part) for part in parts)
    _in_range((west, east), (south, north))
    if south > north:
        raise ValueError("its south lies north of its north")
    return (west, south, east, north)


def union(boxes: list[Box]) -> Box | None:
    """The box around some boxes; None where there is none, or one crosses the antimeridian."""
    if len(boxes) == 1:
        return boxes[0]
    if not boxes or any(b[0] > b[2] for b in boxes):
        return None
    wests, souths, easts, norths = zip(*boxes, strict=True)
    return (min(wests), min(souths), max(easts), max(norths))


def _of_wkt(text: str) -> Box:
    match = _CRS.match(text)
    latitude_first = False
    if match is not None:
        text = text[match.end() :]
        latitude_first = bool(_LATITUDE_FIRST.fullmatch(match["crs"]))
        if not latitude_first and not _LONGITUDE_FIRST.fullmatch(match["crs"]):
            raise UnknownError(f"coordinates of {match['crs']} are not read")
    reading = wkt.Reading(text)
    xs, ys = reading.geometry()
    reading.end()
    if reading.envelope:
        west, east, south, north = xs[0], xs[1], ys[0], ys[1]
        _in_range((west, east), (south, north))
        if south > north:
            raise ValueError("its south lies north of its north")
        return (west, south, east, north)
    if latitude_first:
        xs, ys = ys, xs
    _in_range(xs, ys)
    return (min(xs), min(ys), max(xs), max(ys))


def _of_geojson(text: str) -> Box:
    try:
        data = strict_json.loads(text.encode(), file="", max_bytes=2 * MAX_TEXT)
    except EvidenceUnreadable as error:
        raise ValueError(f"it is no GeoJSON: {error.message}") from None
    xs: list[float] = []
    ys: list[float] = []
    waiting = [data]
    while waiting:
        one = waiting.pop()
        if not isinstance(one, dict):
            raise ValueError("it is no GeoJSON object")
        kind = one.get("type")
        if kind in ("FeatureCollection", "GeometryCollection"):
            members = one.get("features" if kind == "FeatureCollection" else "geometries")
            if not isinstance(members, list):
                raise ValueError(f"the {kind} has no members")
            waiting.extend(members)
        elif kind == "Feature":
            waiting.append(one.get("geometry"))
        elif isinstance(kind, str) and kind in DEPTHS:
            _positions(one.get("coordinates"), DEPTHS[kind], kind, xs, ys)
        else:
            raise ValueError("its type is none of GeoJSON")
    if not xs:
        raise ValueError("the geometry is empty")
    _in_range(xs, ys)
    return (min(xs), min(ys), max(xs), max(ys))


def _positions(value: Any, depth: int, kind: str, xs: list[float], ys: list[float]) -> None:
    if not isinstance(value, list) or not value:
        raise ValueError("its coordinates are not those of its type")
    if depth == 0:
        good = len(value) >= 2 and all(
            isinstance(v, int | float) and not isinstance(v, bool) for v in value
        )
        if not good:
            raise ValueError("a position is not two numbers or more")
        xs.append(float(value[0]))
        ys.append(float(value[1]))
        return
    start = len(xs)
    for entry in value:
        _positions(entry, depth - 1, kind, xs, ys)
    if depth == 1 and kind != "MultiPoint":
        wkt.check_line(kind.endswith("Polygon"), kind.upper(), xs[start:], ys[start:])


def _in_range(xs: Any, ys: Any) -> None:
    if min(xs) < -180 or max(xs) > 180:
        raise OutOfRangeError("a longitude lies beyond 180 degrees")
    if min(ys) < -90 or max(ys) > 90:
        raise OutOfRangeError("a latitude lies beyond 90 degrees")

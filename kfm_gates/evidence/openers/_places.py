"""Names, texts and numbers that may be places: then nobody can say that a file holds none.

Nothing here makes a file spatial. It only keeps the answer "not spatial" from what may well be.
"""

from __future__ import annotations

import math
import re
from typing import Any, Final

_PLACES: Final = frozenset(
    {"lat", "latitude", "lon", "lng", "longitude", "easting", "northing", "coordinates"}
    | {"geom", "geometry", "geography", "the_geom", "wkb_geometry", "geojson", "wkt", "wkb"}
    | {"bbox", "footprint", "geohash", "h3", "h3_index", "s2_cell", "quadkey", "mgrs"}
    | {"x", "y", "xy", "point_x", "point_y", "x_coord", "y_coord", "xcoord", "ycoord", "utm_x"}
    | {"utm_y", "coord_x", "coord_y", "coords", "coord", "coordinate", "intptlat", "intptlon"}
    | {"intptlong", "latlng", "latlon", "latlong", "lnglat", "lonlat", "location", "locations"}
    | {"position", "positions", "place", "geo", "geopoint", "geo_point_2d", "geopoint2d"}
    | {"geo_shape", "geoshape", "geolocation", "geoloc", "rings", "paths", "shape", "shape_wkb"}
    | {"arcs", "polygon", "polygons", "polyline", "linestring", "multipolygon", "ewkt", "ewkb"}
    | {"centroid", "envelope", "xmin", "xmax", "ymin", "ymax", "minx", "maxx", "miny", "maxy"}
)
_ENDS: Final = (
    *("_lat", "_latitude", "_lon", "_lng", "_longitude", "_wkt", "_wkb", "_geom", "_geometry"),
    *("_coord", "_coords", "_coordinates", "_easting", "_northing", "_latlng", "_latlon", "_xy"),
    *("_location", "_bbox", "_geohash", "_geojson", "_polygon"),
)
_STARTS: Final = ("h3_", "lat_", "latitude_", "lon_", "lng_", "longitude_", "geom_", "geo_point")
_GAPS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[\s.:-]+")

_NUMBER: Final = r"[-+]?\d{1,3}\.\d+"
_WKT: Final = re.compile(
    r"(?:POINT|LINESTRING|POLYGON|CURVE|SURFACE|CIRCULARSTRING|TRIANGLE|TIN|COLLECTION)"
    r"\s{0,9}(?:ZM|Z|M)?\s{0,9}\(\s{0,9}(?:[-+.\d(]|[A-Z]{1,20}\s{0,9}(?:ZM|Z|M)?\s{0,9}\()",
    re.IGNORECASE | re.ASCII,
)
_OTHER: Final = re.compile(
    # A document inside a string, whatever it holds; a pair of degrees; degrees as people write
    # them; WKB in hexadecimal digits.
    r"\{\s*\"|\[\s*(?:[\[{]|" + _NUMBER + r")|<(?:\?xml|gml:|kml|georss:)"
    r"|(?:geo:|\()?" + _NUMBER + r"\s{0,9}[,;\s]\s{0,9}" + _NUMBER + r"\)?\s*\Z"
    r"|[NSEW]?\s{0,9}\d{1,3}(?:\.\d+)?\s{0,9}\u00b0\s{0,9}(?:\d|[NSEW]\b)"
    r"|(?:01[0-9A-F]{2}0[0-9A-F]00[0-9A-F]0|00[0-9A-F]0000[0-9A-F]{3})(?:[0-9A-F]{16}){2,}",
    re.IGNORECASE,
)
_MAX_SHOWN: Final = 4096
_MAX_LEVELS: Final = 8


def suggests_places(name: str) -> bool:
    """May a column or member of this name hold places? Then nobody can say that there are none."""
    lower = _GAPS.sub("_", name.strip()).lower()
    # Columns are numbered by year or by use: INTPTLAT20, x1.
    bare = lower.rstrip("0123456789").rstrip("_")
    if lower in _PLACES or bare in _PLACES or lower.replace("_", "") in _PLACES:
        return True
    return bare.endswith(_ENDS) or lower.startswith(_STARTS)


def may_be_place(value: Any, *, top: bool = False) -> bool:
    """May a value of JSON be a place: a geometry in words, or numbers in pairs?

    Args:
        value: A text or an array; others are no places themselves. Numbers are floats.
        top: Does it stand at the top? Any numbers in pairs are taken for positions there, elsewhere
            only those that may be degrees and are not all whole.
    """
    if isinstance(value, str):
        if _OTHER.match(value[:_MAX_SHOWN].lstrip()) is not None:
            return True
        return "(" in value and _WKT.search(value) is not None
    if not isinstance(value, list):
        return False
    level = value
    for _ in range(_MAX_LEVELS):
        if not level:
            return False
        if any(type(one) is str and may_be_place(one) for one in level):
            return True
        if type(level[0]) is not list:
            break
        if all(map(_is_pair, level)):
            return top or (
                all(abs(number) <= 180 for one in level for number in one[:2])
                and any(number % 1 for one in level for number in one[:2])
            )
        level = level[0]
    return False


def _is_pair(value: Any) -> bool:
    """Can this be a position, degrees or metres?"""
    if type(value) is not list or not 2 <= len(value) <= 4:
        return False
    return all(type(number) is float and math.isfinite(number) for number in value)

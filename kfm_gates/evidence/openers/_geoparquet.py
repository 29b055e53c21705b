"""What the footer of a Parquet file says of geometries: GeoParquet 1.x, and Parquet's own types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kfm_gates.errors import EvidenceUnreadable
from kfm_gates.evidence import strict_json
from kfm_gates.evidence.openers._api import CRS84, Box, degrees
from kfm_gates.evidence.openers._parquet_footer import GEOGRAPHY, GEOMETRY, Column, Footer

_WKB_TYPES: Final = {
    1: "Point",
    2: "LineString",
    3: "Polygon",
    4: "MultiPoint",
    5: "MultiLineString",
    6: "MultiPolygon",
    7: "GeometryCollection",
}
_DEGREES: Final = frozenset({CRS84, "EPSG:4326", "EPSG:4269", "OGC:CRS83", "OGC:CRS27"})


@dataclass(frozen=True)
class Found:
    """A geometry column. Fields as in `Look`."""

    bbox: Box | None
    crs: str | None
    geometry_types: tuple[str, ...] = ()


def of_geo_key(footer: Footer) -> Found | None:
    """What the metadata of GeoParquet say of the primary column; None where there are none."""
    if footer.geo is None:
        return None
    try:
        geo = strict_json.loads(footer.geo, file=footer.file.path, exact_numbers=False)
    except EvidenceUnreadable as error:
        raise footer.file.malformed(f"Its GeoParquet metadata: {error.message}") from None
    geo = _object(geo)
    primary = geo.get("primary_column")
    described = _object(geo.get("columns")).get(primary) if isinstance(primary, str) else None
    if not isinstance(described, dict):
        raise footer.file.malformed(
            "Its GeoParquet metadata describe no primary column.",
            wanted="version, primary_column and columns (GeoParquet 1.1)",
        )
    if not any(column.path.split(".")[0] == primary for column in footer.columns):
        raise footer.file.malformed(
            "The primary column of its GeoParquet metadata does not exist.", got=primary
        )
    stated = described.get("geometry_types")
    types = {t.split(" ")[0][:64] for t in _list(stated)[:64] if isinstance(t, str)}
    crs, in_degrees = _crs(described["crs"]) if "crs" in described else (CRS84, True)
    box = _stated_box(footer, described.get("bbox")) or _covered_box(footer, described)
    if box is not None and in_degrees and degrees(*box) is None:
        raise footer.file.malformed(
            "The extent of its geometries is not in degrees, and their CRS is.",
            got=", ".join(f"{edge:g}" for edge in box),
        )
    return Found(degrees(*box) if box and in_degrees else None, crs, tuple(sorted(types)))


def of_logical_types(footer: Footer) -> Found | None:
    """The first column with a type GEOMETRY or GEOGRAPHY; None where there is none."""
    for column in footer.columns:
        if column.logical in (GEOMETRY, GEOGRAPHY):
            crs = column.crs[:255] if column.crs else CRS84
            known = column.box is not None and not column.boxless and crs in _DEGREES
            types = {_WKB_TYPES[t % 1000] for t in column.types if t % 1000 in _WKB_TYPES}
            box = degrees(*column.box) if known and column.box else None
            return Found(box, crs, tuple(sorted(types)))
    return None


def _crs(crs: Any) -> tuple[str | None, bool]:
    """Name of a system in PROJJSON, and whether its coordinates are degrees."""
    if not isinstance(crs, dict):
        return "unknown", False
    id_ = _object(crs.get("id"))
    name = crs.get("name")
    if "authority" in id_ and "code" in id_:
        code = id_["code"]
        name = f"{id_['authority']}:{int(code) if isinstance(code, float) else code}"
    axes = _list(_object(crs.get("coordinate_system")).get("axis"))
    plain = bool(axes) and all(_object(axis).get("unit") == "degree" for axis in axes[:3])
    in_degrees = str(name) in _DEGREES or (crs.get("type") == "GeographicCRS" and plain)
    return (str(name)[:255] if name else "unnamed"), in_degrees


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _stated_box(footer: Footer, stated: Any) -> Box | None:
    if stated is None:
        return None
    numbers = [float(v) for v in _list(stated) if isinstance(v, int | float)]
    if len(numbers) not in (4, 6) or len(numbers) != len(stated):
        raise footer.file.malformed("The bbox of its GeoParquet metadata is none.", got=stated)
    half = len(numbers) // 2
    return numbers[0], numbers[1], numbers[half], numbers[half + 1]


def _covered_box(footer: Footer, described: Mapping[str, Any]) -> Box | None:
    """Extent from the statistics of the columns that hold the boxes of the rows."""
    places = _object(_object(described.get("covering")).get("bbox"))
    west, south, east, north = (
        footer.column(".".join(map(str, _list(places.get(edge))))) or Column("")
        for edge in ("xmin", "ymin", "xmax", "ymax")
    )
    if not all(column.chunks for column in (west, south, east, north)):
        return None
    edges = (west.least, south.least, east.most, north.most)
    numbers = [edge for edge in edges if edge is not None]
    return (numbers[0], numbers[1], numbers[2], numbers[3]) if len(numbers) == 4 else None

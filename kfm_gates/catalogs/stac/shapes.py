"""Geometry and bounding boxes of one document."""

from __future__ import annotations

from typing import Any, Final

from kfm_gates.catalogs.stac import boxes, codes, geometry, schemas
from kfm_gates.catalogs.stac.record import Entity, Record

_GEODETIC: Final = frozenset({4326, 4979, "EPSG:4326", "EPSG:4979", "OGC:CRS84"})
"""Codes of reference systems in degrees of longitude and latitude of WGS 84."""
_WORLD: Final = "longitude from -180 to 180, latitude from -90 to 90"


def look(record: Record, entity: Entity, data: dict[str, Any], fits: bool) -> None:
    """Check the geometry and the boxes of an item, or the boxes of a collection.

    `fits` says that the schema of the document accepts it, so that shapes are as they should be.
    """
    if entity.kind == "item":
        entity.nowhere = data.get("geometry") is None
        shape = _geometry(record, entity, data, fits)
        box = _box(record, data.get("bbox"), f"{entity.pointer}/bbox")
        if box is not None:
            entity.bbox = boxes.flat(box)
            if shape is not None and shape.bounds is not None:
                _compare(record, box, shape, f"{entity.pointer}/bbox")
        _projected(record, entity, data)
    elif entity.kind == "collection":
        _extent(record, entity, data)


def _geometry(
    record: Record, entity: Entity, data: dict[str, Any], fits: bool
) -> geometry.Shape | None:
    found = data.get("geometry")
    if not isinstance(found, dict):
        return None
    if not fits and not schemas.geometry().validator.is_valid(found):
        return None
    record.count("geometry")
    shape = geometry.look(found)
    pointer = f"{entity.pointer}/geometry/coordinates"
    if shape.outside is not None:
        where, position = shape.outside
        record.refuse(
            "geometry",
            codes.COORDINATES_RANGE,
            "The position is not on the earth.",
            f"{pointer}{where}",
            got=position,
            wanted=_WORLD,
        )
    for where, why in shape.problems:
        record.refuse(
            "geometry",
            codes.GEOMETRY_INVALID,
            f"The geometry is not valid. {why}",
            f"{pointer}{where}",
            wanted="a valid geometry of OGC simple features",
        )
    if shape.unchecked:
        record.needs.append("shapely")
    return shape


def _is_box(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) in (4, 6)
        and all(type(number) in (int, float) for number in value)
    )


def _box(record: Record, value: Any, pointer: str) -> list[float] | None:
    """A box that can be compared with others; what is wrong with it is written down."""
    if not _is_box(value):
        return None
    box: list[float] = value
    record.count("bbox")
    if boxes.is_outside(boxes.flat(box)):
        record.refuse(
            "bbox",
            codes.COORDINATES_RANGE,
            "The box reaches over the edge of the earth.",
            pointer,
            got=box,
            wanted=_WORLD,
        )
        return None
    why = boxes.problem_of(box)
    if why is not None:
        record.refuse(
            "bbox",
            codes.BBOX_INVALID,
            f"The box contains nothing. {why}",
            pointer,
            got=box,
            wanted="west, south, east, north",
        )
        return None
    return box


def _compare(record: Record, box: list[float], shape: geometry.Shape, pointer: str) -> None:
    if shape.bounds is None or shape.outside is not None:
        return
    flat, bounds = boxes.flat(box), shape.bounds
    if flat[0] <= flat[2]:
        inside = boxes.contains(flat, bounds)
    else:
        inside = boxes.contains_longitudes(flat, shape.longitudes)
        inside = inside and boxes.contains(
            (-180, flat[1], 180, flat[3]), (0, bounds[1], 0, bounds[3])
        )
    if inside and len(box) == 6 and shape.heights is not None:
        inside = box[2] <= shape.heights[0] and shape.heights[1] <= box[5]
    if not inside:
        record.refuse(
            "bbox",
            codes.BBOX_TOO_SMALL,
            "The geometry reaches out of the box.",
            pointer,
            got=box,
            wanted=f"a box that contains {list(bounds)}",
        )
    elif flat[0] <= flat[2] and not boxes.is_near(flat, bounds):
        record.refuse(
            "bbox",
            codes.BBOX_LOOSE,
            "The box is larger than the geometry.",
            pointer,
            got=box,
            wanted=str(list(bounds)),
        )


def _projected(record: Record, entity: Entity, data: dict[str, Any]) -> None:
    """A box in the reference system of the data, where that is in degrees."""
    properties = data.get("properties")
    if not isinstance(properties, dict):
        return
    code = properties.get("proj:code", properties.get("proj:epsg"))
    if not isinstance(code, int | str) or code not in _GEODETIC:
        return
    box = properties.get("proj:bbox")
    if isinstance(box, list) and _is_box(box) and boxes.is_outside(boxes.flat(box)):
        record.refuse(
            "bbox",
            codes.COORDINATES_RANGE,
            "The box reaches over the edge of the earth.",
            f"{entity.pointer}/properties/proj:bbox",
            got=box,
            wanted=f"{_WORLD}, since the reference system is {code}",
        )


def _extent(record: Record, entity: Entity, data: dict[str, Any]) -> None:
    extent = data.get("extent")
    spatial = extent.get("spatial") if isinstance(extent, dict) else None
    listed = spatial.get("bbox") if isinstance(spatial, dict) else None
    for n, value in enumerate(listed if isinstance(listed, list) else ()):
        box = _box(record, value, f"{entity.pointer}/extent/spatial/bbox/{n}")
        if n == 0 and box is not None:
            entity.bbox = boxes.flat(box)

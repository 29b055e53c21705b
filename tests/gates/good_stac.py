"""STAC documents that fit the good run: a collection, and one item with the outputs as assets."""

from __future__ import annotations

import hashlib
from typing import Any

import goodrun

COLLECTION = "catalog/stac/collection.json"
ITEM = "catalog/stac/item.json"
FILE_EXTENSION = "https://stac-extensions.github.io/file/v2.1.0/schema.json"


def files() -> dict[str, Any]:
    """Run-relative path -> document."""
    return {COLLECTION: collection(), ITEM: item()}


def collection() -> dict[str, Any]:
    """The collection of the family."""
    return {
        "type": "Collection",
        "stac_version": "1.1.0",
        "id": goodrun.FAMILY,
        "title": "Wells of Kansas",
        "description": "Wells by county.",
        "license": "CC-BY-4.0",
        "extent": {
            "spatial": {"bbox": [goodrun.BBOX]},
            "temporal": {"interval": [[goodrun.STARTED, goodrun.ENDED]]},
        },
        "links": [
            {"rel": "root", "href": "./collection.json", "type": "application/json"},
            {"rel": "item", "href": "./item.json", "type": "application/geo+json"},
        ],
    }


def item() -> dict[str, Any]:
    """The item of the run."""
    west, south, east, north = goodrun.BBOX
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "stac_version": "1.1.0",
        "stac_extensions": [FILE_EXTENSION],
        "id": goodrun.RUN_ID.lower(),
        "collection": goodrun.FAMILY,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "bbox": goodrun.BBOX,
        "properties": {
            "datetime": None,
            "start_datetime": goodrun.STARTED,
            "end_datetime": goodrun.ENDED,
        },
        "links": [
            {"rel": rel, "href": "./collection.json", "type": "application/json"}
            for rel in ("collection", "root", "parent")
        ],
        "assets": {
            path.removeprefix("artifacts/"): {
                "href": f"../../{path}",
                "type": media_type,
                "roles": ["data"],
                "file:checksum": f"1220{hashlib.sha256(raw).hexdigest()}",
                "file:size": len(raw),
            }
            for (path, raw), media_type in zip(
                goodrun.artifacts().items(), goodrun.MEDIA_TYPES, strict=True
            )
        },
    }

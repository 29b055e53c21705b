"""A large STAC catalog in a run: items made of the shapes that real ones have.

    python benchmarks/stac_catalog.py RUN COUNT

Writes `catalog/collection.json` and COUNT items below `catalog/items/`, without sealing anything:
what is measured is the gate stac alone.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

EXTENSIONS = "https://stac-extensions.github.io"
FOLDER = 1_000
"""Items in one folder."""


def collection() -> dict[str, Any]:
    """The collection of all items."""
    return {
        "type": "Collection",
        "stac_version": "1.1.0",
        "id": "scenes",
        "description": "Scenes of a year.",
        "license": "CC-BY-4.0",
        "extent": {
            "spatial": {"bbox": [[-180, -90, 180, 90]]},
            "temporal": {"interval": [["2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"]]},
        },
        "links": [{"rel": "root", "href": "./collection.json", "type": "application/json"}],
    }


def optical(n: int) -> dict[str, Any]:
    """A scene of a satellite: a tilted footprint and an asset for each band."""
    west, south = -120 + n % 200 / 10, 30 + n % 97 / 10
    ring = [
        [west + 0.41523, south + 1.92101],
        [west, south + 0.31127],
        [west + 2.10517, south],
        [west + 2.59031, south + 1.60443],
        [west + 0.41523, south + 1.92101],
    ]
    bands = ("blue", "green", "red", "nir08", "swir16", "swir22", "qa")
    base = f"https://scenes.example.org/l8/{n:06d}"
    return {
        "stac_extensions": [
            f"{EXTENSIONS}/file/v2.1.0/schema.json",
            f"{EXTENSIONS}/projection/v2.0.0/schema.json",
            f"{EXTENSIONS}/raster/v2.0.0/schema.json",
        ],
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {
            **moment(n),
            "platform": "landsat-8",
            "instruments": ["oli", "tirs"],
            "gsd": 30,
            "proj:code": f"EPSG:{32600 + n % 60}",
            "proj:shape": [7821, 7671],
            "proj:transform": [30.0, 0.0, 339885.0, 0.0, -30.0, 4426515.0],
        },
        "assets": {
            band: {
                "href": f"{base}/{band}.tif",
                "title": f"Band {band}",
                "type": "image/tiff; application=geotiff; profile=cloud-optimized",
                "roles": ["data"],
                "data_type": "uint16",
                "nodata": 0,
                "unit": "1",
                "raster:scale": 0.0000275,
                "raster:offset": -0.2,
                "raster:spatial_resolution": 30,
                "file:size": 60_000_000 + n,
                "file:checksum": checksum(f"{n}{band}"),
            }
            for band in bands
        },
    }


def radar(n: int) -> dict[str, Any]:
    """A product with a polygon of many corners, as burst footprints have."""
    west, south = 5 + n % 300 / 10, 40 + n % 89 / 10
    lower = [[west + k / 4, south + (k % 2) / 100] for k in range(9)]
    upper = [[west + k / 4, south + 1.5 + (k % 2) / 100] for k in reversed(range(9))]
    base = f"https://scenes.example.org/s1/{n:06d}"
    return {
        "stac_extensions": [
            f"{EXTENSIONS}/file/v2.1.0/schema.json",
            f"{EXTENSIONS}/processing/v1.2.0/schema.json",
        ],
        "geometry": {"type": "Polygon", "coordinates": [[*lower, *upper, lower[0]]]},
        "properties": {
            **moment(n),
            "constellation": "sentinel-1",
            "platform": "sentinel-1a",
            "instruments": ["c-sar"],
            "processing:level": "L1",
            "processing:facility": "DPA",
            "processing:software": {"Sentinel-1 IPF": "003.71"},
            "processing:datetime": "2024-06-01T12:00:00Z",
        },
        "assets": {
            name: {
                "href": f"{base}/{name}.{end}",
                "type": type_,
                "roles": [role],
                "file:size": 900_000_000 + n,
                "file:checksum": checksum(f"{n}{name}"),
            }
            for name, end, type_, role in (
                ("vv", "tif", "image/tiff; application=geotiff", "data"),
                ("vh", "tif", "image/tiff; application=geotiff", "data"),
                ("noise", "xml", "application/xml", "metadata"),
                ("thumbnail", "png", "image/png", "thumbnail"),
            )
        },
    }


def table(n: int) -> dict[str, Any]:
    """A partition of a table: a rectangle."""
    west, south = -100 + n % 400 / 10, 25 + n % 200 / 10
    box = [west, south, west + 0.5, south + 0.5]
    ring = [[box[0], box[1]], [box[2], box[1]], [box[2], box[3]], [box[0], box[3]]]
    return {
        "stac_extensions": [
            f"{EXTENSIONS}/file/v2.1.0/schema.json",
            f"{EXTENSIONS}/table/v1.2.0/schema.json",
            f"{EXTENSIONS}/version/v1.2.0/schema.json",
        ],
        "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
        "properties": {
            **moment(n),
            "version": "2",
            "deprecated": False,
            "table:row_count": 10_000 + n,
            "table:primary_geometry": "geometry",
            "table:columns": [
                {"name": name, "type": type_, "description": f"The {name} of a well."}
                for name, type_ in (
                    ("geometry", "byte_array"),
                    ("county", "string"),
                    ("depth", "double"),
                    ("drilled", "date"),
                    ("owner", "string"),
                    ("status", "string"),
                )
            ],
        },
        "assets": {
            "data": {
                "href": f"https://scenes.example.org/wells/{n:06d}.parquet",
                "type": "application/vnd.apache.parquet",
                "roles": ["data"],
                "file:size": 1_000_000 + n,
                "file:checksum": checksum(str(n)),
            }
        },
    }


MAKERS: tuple[Callable[[int], dict[str, Any]], ...] = (optical, table, radar, optical)


def item(n: int) -> dict[str, Any]:
    """Item number n."""
    made = MAKERS[n % len(MAKERS)](n)
    corners = [corner for ring in made["geometry"]["coordinates"] for corner in ring]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    folder = f"{n // FOLDER:03d}"
    up = "../../collection.json"
    return {
        "type": "Feature",
        "stac_version": "1.1.0",
        "id": f"scene-{n:06d}",
        "collection": "scenes",
        "bbox": [min(xs), min(ys), max(xs), max(ys)],
        **made,
        "links": [
            {"rel": "root", "href": up, "type": "application/json"},
            {"rel": "parent", "href": up, "type": "application/json"},
            {"rel": "collection", "href": up, "type": "application/json"},
            {"rel": "via", "href": f"https://scenes.example.org/{folder}/{n:06d}.html"},
        ],
    }


def moment(n: int) -> dict[str, str]:
    """Times of item number n."""
    day, second = n % 360, n % 60
    at = f"2024-{day // 30 + 1:02d}-{day % 28 + 1:02d}T10:30:{second:02d}.250000Z"
    return {"datetime": at, "created": "2025-02-01T00:00:00Z", "updated": "2025-02-02T00:00:00Z"}


def checksum(text: str) -> str:
    """A multihash that looks real."""
    return f"1220{hashlib.sha256(text.encode()).hexdigest()}"


def write(run: Path, count: int) -> int:
    """Write the catalog; return the number of bytes."""
    catalog = run / "catalog"
    catalog.mkdir(parents=True, exist_ok=True)
    written = (catalog / "collection.json").write_text(json.dumps(collection(), indent=2))
    for n in range(count):
        folder = catalog / "items" / f"{n // FOLDER:03d}"
        if n % FOLDER == 0:
            folder.mkdir(parents=True, exist_ok=True)
        written += (folder / f"{n:06d}.json").write_text(json.dumps(item(n), indent=2))
    return written


if __name__ == "__main__":
    print(write(Path(sys.argv[1]), int(sys.argv[2])))

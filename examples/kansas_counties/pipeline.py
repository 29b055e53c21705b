"""The 105 counties of Kansas: TopoJSON in, GeoJSON and GeoParquet with areas out.

    python pipeline.py [--lake DIR]

Everything that makes this a checkable run is the `with` block in `main`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import geometry
from geometry import County

import kfm_gates

HERE = Path(__file__).resolve().parent
SOURCE = "data/raw/kansas_counties/kansas-counties.topojson"
TIME = "2017-01-01T00:00:00Z"
"""The boundaries are those of the first day of 2017, as the edition of the source says."""
PARAMS = {"object": "counties", "decimals": geometry.DECIMALS, "crs": "OGC:CRS84"}


def main(lake: Path) -> Path:
    """Run the pipeline on a lake and return the run directory."""
    with kfm_gates.record_run(
        "kansas_counties",
        pipeline="pipelines/kansas_counties",
        params=PARAMS,
        root=lake,
        versions={"pyarrow": arrow_version()},
        extents={"interval": [TIME, TIME]},
    ) as run:
        source = run.input(SOURCE)
        topology = json.loads(source.read_bytes())
        counties = geometry.decode(topology, str(PARAMS["object"]))
        run.transform("decode_topojson", description="Delta-coded arcs joined to rings.")
        run.transform("measure_areas", description="Areas on the WGS 84 ellipsoid, in km².")
        run.log(f"{len(counties)} counties decoded", stage="Transform")

        with run.open_output(
            "kansas-counties.geojson", media_type="application/geo+json", mode="w"
        ) as text:
            write_geojson(counties, text)
        with run.open_output(
            "kansas-counties.parquet", media_type="application/vnd.apache.parquet"
        ) as binary:
            write_geoparquet(counties, binary)

        rings = [ring for county in counties for ring in county.rings]
        total = round(sum(county.area_km2 for county in counties), 3)
        run.metric("feature_count", len(counties))
        run.metric("total_area_km2", total)
        # These two take their thresholds from .kfm/families/kansas_counties.yaml.
        run.check("feature_count", observed=len(counties))
        run.check("total_area_km2", observed=total)
        run.check(
            "distinct_fips",
            observed=len({county.fips for county in counties}),
            threshold={"equals": 105},
        )
        run.check(
            "invalid_rings",
            observed=sum(not geometry.is_valid(ring) for ring in rings),
            threshold={"max": 0},
            details={"rings": len(rings)},
        )
        # STAC, DCAT, PROV and OpenLineage; what they say beyond the receipts is in .kfm/families.
        run.write_catalogs()
        return run.path


def write_geojson(counties: list[County], file: TextIO) -> None:
    """Write a FeatureCollection (RFC 7946), one feature to a line."""
    features = ",\n".join(
        json.dumps(
            {
                "type": "Feature",
                "id": county.fips,
                "properties": {
                    "fips": county.fips,
                    "name": county.name,
                    "area_km2": round(county.area_km2, 3),
                },
                "geometry": {"type": "Polygon", "coordinates": county.rings},
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for county in counties
    )
    box = json.dumps(geometry.bounds(counties), separators=(",", ":"))
    file.write(f'{{"type":"FeatureCollection","bbox":{box},"features":[\n{features}\n]}}\n')


def write_geoparquet(counties: list[County], file: BinaryIO) -> None:
    """Write GeoParquet 1.1: one row to a county, the geometry as WKB."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    column = {
        "encoding": "WKB",
        "geometry_types": ["Polygon"],
        "orientation": "counterclockwise",
        "edges": "planar",
        "bbox": geometry.bounds(counties),
    }
    # No "crs" means OGC:CRS84, longitude before latitude on WGS 84.
    geo: dict[str, Any] = {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {"geometry": column},
    }
    schema = pa.schema(
        [
            pa.field("fips", pa.string(), nullable=False),
            pa.field("name", pa.string(), nullable=False),
            pa.field("area_km2", pa.float64(), nullable=False),
            pa.field("geometry", pa.binary(), nullable=False),
        ],
        metadata={"geo": json.dumps(geo)},
    )
    rows = [
        {
            "fips": county.fips,
            "name": county.name,
            "area_km2": round(county.area_km2, 3),
            "geometry": geometry.wkb(county.rings),
        }
        for county in counties
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), file, compression="zstd")


def arrow_version() -> str:
    """Version of the library that writes the parquet file."""
    import pyarrow as pa

    return str(pa.__version__)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--lake", type=Path, default=HERE, help="lake root that holds the raw data (default: here)"
    )
    print(main(parser.parse_args().lake))

"""GeoJSON (RFC 7946), and JSON that is not: the whole file is read, piece by piece.

Strict: `{"type": "FeatureCollection"}` has to be one throughout. JSON that is no GeoJSON and holds
geometries of GeoJSON somewhere is spatial all the same; it would be easy to hide them one level
deeper. JSON whose names speak of places is left unclassified.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kfm_gates.evidence.openers._api import CRS84, Box, File, Look, Opener, degrees
from kfm_gates.evidence.openers._geojson_root import GEO, GEO_LINES, Root, Seen, promised
from kfm_gates.evidence.openers._json_pieces import MAX_PIECE, Broken, Pieces, TooLong

_JSON: Final = frozenset({"application/json", "text/json", "text/plain"})
_LINES: Final = frozenset(
    {"application/x-ndjson", "application/ndjson", "application/jsonl", "application/jsonlines"}
    | {"application/x-jsonlines", "application/json-lines", "application/json-seq"}
)
_COVERAGES: Final = ("Coverage", "CoverageCollection", "Domain")
_COVERAGE_MEMBERS: Final = frozenset({"domain", "coverages", "axes", "domainType"})
_DEGREES: Final = ("CRS84", "EPSG::4326", "EPSG:4326", "EPSG/0/4326")


def look(file: File) -> Look:
    """Read the whole file and say what it is."""
    if file.head.startswith(b"\xef\xbb\xbf"):
        raise file.malformed("It starts with a byte order mark.", wanted="JSON in UTF-8")
    seen = Seen()
    file.stream.seek(0)
    pieces = Pieces(file.stream, seen.members)
    last: dict[str, Any] = {}
    geo = True
    count = 0
    try:
        while pieces.peek():
            pieces.skip("\x1e")
            root = Root(file, seen, pieces)
            root.read()
            geo = geo and root.is_geo
            count += 1
            last = root.kept
            if geo:
                root.finish()
    except Broken as error:
        raise file.malformed(f"It is no JSON: {error}", line=error.line, wanted="JSON") from None
    except TooLong:
        raise file.too_complex(
            "A single value of it is too large to be read.",
            wanted=f"features of at most {MAX_PIECE >> 20} million characters",
        ) from None
    if not count:
        raise file.malformed("It holds nothing.", wanted="JSON")
    return _answer(file, seen, geo, count, last)


def _answer(file: File, seen: Seen, geo: bool, count: int, last: Mapping[str, Any]) -> Look:
    lines = count > 1 or file.head.startswith(b"\x1e")
    if geo:
        crs = _crs_of(last) or CRS84
        box = degrees(*seen.box) if seen.box and crs == CRS84 else None
        if crs == CRS84 and seen.box and not _plausible(seen.box):
            raise file.malformed(
                "Its coordinates are no degrees; GeoJSON knows no others.",
                got=", ".join(f"{edge:g}" for edge in seen.box),
                wanted="longitude and latitude on WGS 84 (RFC 7946, section 4)",
            )
        return Look(
            kind="spatial",
            format="GeoJSON, one by line" if lines else "GeoJSON",
            media_type="application/geo+json-seq" if lines else "application/geo+json",
            also=GEO_LINES | _LINES | {"text/plain"} if lines else GEO | _JSON,
            container=not lines,
            bbox=box,
            crs=crs,
            count=seen.count or None,
            geometry_types=tuple(sorted(seen.types)),
        )
    if file.stated is None and promised(file):
        raise file.malformed("It is called GeoJSON, and is other JSON.", wanted="GeoJSON")
    if last.get("type") == "Topology" and isinstance(last.get("objects"), dict):
        return Look(
            kind="spatial",
            format="TopoJSON",
            media_type="application/topo+json",
            also=_JSON,
            container=True,
        )
    if last.get("type") in _COVERAGES and not _COVERAGE_MEMBERS.isdisjoint(last):
        return Look(
            kind="spatial",
            format="CoverageJSON",
            media_type="application/prs.coverage+json",
            also=_JSON | {"application/vnd.cov+json"},
            container=True,
        )
    spatial = bool(seen.embedded_types)
    return Look(
        kind="spatial" if spatial else "unclassified" if seen.places else "not_spatial",
        format="JSON, one by line" if lines else "JSON",
        media_type="application/x-ndjson" if lines else "application/json",
        also=_LINES | {"text/plain"} if lines else _JSON,
        container=not lines,
        bbox=degrees(*seen.embedded) if seen.embedded else None,
        geometry_types=tuple(sorted(seen.embedded_types)),
    )


def _crs_of(root: Mapping[str, Any]) -> str | None:
    """The member `crs` of GeoJSON of 2008, which some programs still write."""
    crs = root.get("crs")
    if crs is None:
        return None
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str):
        return "unknown"
    return CRS84 if name.endswith(_DEGREES) else name[:255]


def _plausible(box: Box) -> bool:
    """Can these be degrees? Longitudes up to 360 are met, and have no box in any catalog."""
    return box[1] >= -90.000001 and box[3] <= 90.000001 and box[0] >= -360 and box[2] <= 360


OPENER = Opener(
    id="GeoJSON",
    media_types=GEO | GEO_LINES | {"application/json", "text/json", "application/topo+json"},
    suffixes=(".geojson", ".json", ".topojson", ".geojsonl", ".ndjson", ".jsonl"),
    fits=lambda head: head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\x1e")[:1] in (b"{", b"["),
    look=look,
    order=50,
    weak=True,
)

"""What a file is by its first bytes, held against the media type that is stated.

Only what shows in a fixed place is looked at; a media type that is not listed here is not judged.
"""

from __future__ import annotations

from typing import Final

HEAD: Final = 512
"""So many bytes of a file are looked at."""

_TIFF: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_MAGIC: Final[dict[str, tuple[bytes, ...]]] = {
    "image/tiff": _TIFF,
    "image/vnd.stac.geotiff": _TIFF,
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/jp2": (b"\0\0\0\x0cjP  \r\n\x87\n",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "application/pdf": (b"%PDF-",),
    "application/vnd.apache.parquet": (b"PAR1", b"PARE"),
    "application/x-parquet": (b"PAR1", b"PARE"),
    "application/vnd.apache.arrow.file": (b"ARROW1",),
    "application/zip": (b"PK\x03\x04", b"PK\x05\x06"),
    "application/vnd.google-earth.kmz": (b"PK\x03\x04",),
    "application/gzip": (b"\x1f\x8b",),
    "application/x-gzip": (b"\x1f\x8b",),
    "application/zstd": (b"\x28\xb5\x2f\xfd",),
    "application/x-hdf5": (b"\x89HDF\r\n\x1a\n",),
    "application/x-hdf": (b"\x89HDF\r\n\x1a\n", b"\x0e\x03\x13\x01"),
    "application/netcdf": (b"CDF\x01", b"CDF\x02", b"CDF\x05", b"\x89HDF\r\n\x1a\n"),
    "application/x-netcdf": (b"CDF\x01", b"CDF\x02", b"CDF\x05", b"\x89HDF\r\n\x1a\n"),
    "application/geopackage+sqlite3": (b"SQLite format 3\0",),
    "application/vnd.sqlite3": (b"SQLite format 3\0",),
    "application/vnd.flatgeobuf": (b"fgb",),
    "application/vnd.laszip": (b"LASF",),
    "application/vnd.laszip+copc": (b"LASF",),
    "application/vnd.las": (b"LASF",),
    "application/vnd.pmtiles": (b"PMTiles",),
    "application/wmo-grib2": (b"GRIB",),
    "application/grib": (b"GRIB",),
}
_JSON: Final = frozenset({"application/json", "text/json"})
_XML: Final = frozenset({"application/xml", "text/xml", "text/html", "application/gml+xml"})
_BINARY: Final = {
    magic: type_
    for type_, magics in _MAGIC.items()
    for magic in magics
    # Two letters may well begin a text.
    if len(magic) > 3 or not magic.isascii()
}


def essence(media_type: str) -> str:
    """A media type without its parameters."""
    return media_type.partition(";")[0].strip().lower()


def problem_of(media_type: str, head: bytes) -> str | None:
    """Say why a file is not of a media type, None where nothing speaks against it.

    Args:
        media_type: As stated.
        head: The first bytes of the file, as many as it has of `HEAD`.

    Returns:
        What the bytes are, or that they are not what is stated.
    """
    type_ = essence(media_type)
    if type_ == "image/webp":
        good = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
        return None if good else _looks_like(head)
    if type_ in _MAGIC:
        return None if head.startswith(_MAGIC[type_]) else _looks_like(head)
    if type_ in _JSON or type_.endswith("+json"):
        return None if _text(head)[:1] in (b"{", b"[") else _looks_like(head)
    if type_ in _XML or type_.endswith("+xml"):
        return None if _text(head)[:1] == b"<" else _looks_like(head)
    if type_.startswith("text/") and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _looks_like(head) if b"\0" in head or _known(head) else None
    return None


def _text(head: bytes) -> bytes:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()


def _looks_like(head: bytes) -> str:
    if not head:
        return "The file is empty."
    known = _known(head)
    return f"Its first bytes are those of {known}." if known else "Its first bytes are others."


def _known(head: bytes) -> str | None:
    return next((type_ for magic, type_ in _BINARY.items() if head.startswith(magic)), None)

"""Formats that are told by their first bytes and not looked into any further."""

from __future__ import annotations

import re
from typing import Final

from kfm_gates.evidence.openers._api import File, Look, Opener

_HDF: Final = ("application/hdf5", "application/x-hdf", "application/x-netcdf")
_UNKNOWN: Final[tuple[tuple[bytes, str, str, tuple[str, ...]], ...]] = (
    (rb"%PDF-\d", "PDF", "application/pdf", ()),
    (rb"\x1f\x8b\x08", "gzip", "application/gzip", ("application/x-gzip",)),
    (rb"BZh[1-9]1AY&SY", "bzip2", "application/x-bzip2", ()),
    (rb"\xfd7zXZ\x00", "xz", "application/x-xz", ()),
    (rb"\x28\xb5\x2f\xfd", "Zstandard", "application/zstd", ()),
    (rb"7z\xbc\xaf\x27\x1c", "7-Zip", "application/x-7z-compressed", ()),
    (rb"\x89HDF\r\n\x1a\n", "HDF5", "application/x-hdf5", _HDF),
    (rb"CDF[\x01\x02\x05]", "NetCDF", "application/x-netcdf", ("application/netcdf",)),
    (rb"ARROW1\x00\x00", "Arrow", "application/vnd.apache.arrow.file", ()),
    (rb"Obj\x01", "Avro", "application/vnd.apache.avro", ()),
    (rb"\x00\x00\x00\x0cjP  \r\n\x87\n", "JPEG 2000", "image/jp2", ("image/jpx",)),
)
_LAS: Final = ("application/vnd.laszip", "application/vnd.laszip+copc")
_SPATIAL: Final[tuple[tuple[bytes, str, str, tuple[str, ...]], ...]] = (
    (rb"LASF.{20}\x01[\x00-\x05]", "LAS", "application/vnd.las", _LAS),
    (rb"GRIB.{3}[\x01\x02]", "GRIB", "application/grib", ("application/wmo-grib2",)),
)
_CONTAINERS: Final = frozenset({"gzip", "bzip2", "xz", "Zstandard", "HDF5"})


def _table() -> list[tuple[re.Pattern[bytes], Look]]:
    return [
        (
            re.compile(signature, re.DOTALL),
            Look(
                kind="spatial" if spatial else "unclassified",
                format=name,
                media_type=media_type,
                also=frozenset(also),
                container=name in _CONTAINERS,
            ),
        )
        for spatial, rows in ((False, _UNKNOWN), (True, _SPATIAL))
        for signature, name, media_type, also in rows
    ]


_TABLE: Final = _table()


def look(file: File) -> Look:
    """Name the format."""
    return next(found for pattern, found in _TABLE if pattern.match(file.head))


OPENER = Opener(
    id="signatures",
    media_types=frozenset(
        {m for _, found in _TABLE for m in (found.media_type or "", *found.also)}
    ),
    suffixes=(),
    fits=lambda head: any(pattern.match(head) for pattern, _ in _TABLE),
    look=look,
    order=10,
)

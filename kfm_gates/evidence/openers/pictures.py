"""Pictures: PNG, JPEG, GIF and WebP hold no places, unless a camera wrote where it was (EXIF)."""

from __future__ import annotations

import struct
from typing import Final

from kfm_gates.evidence.openers._api import File, Kind, Look, Opener

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_MAX_PARTS: Final = 100_000
_MAX_BLOCKS: Final = 2_000_000
_REPEATING: Final = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
_HARMLESS: Final = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"bKGD"}
    | {b"pHYs", b"sBIT", b"hIST", b"tIME", b"acTL", b"fcTL", b"fdAT", b"cICP"}
)
"""Chunks of PNG that hold no place; any other may (`eXIf`, XMP in `iTXt`, private ones)."""
_TEXTS: Final = frozenset({b"tEXt", b"zTXt"})


def look(file: File) -> Look:
    """Name the format and look for what may hold a place."""
    if file.head.startswith(_PNG):
        return _answer("PNG", "image/png", not _may_hold_place(file))
    if file.head.startswith(b"\xff\xd8\xff"):
        return _answer("JPEG", "image/jpeg", not _has_application_data(file))
    if file.head.startswith(b"GIF8"):
        return _answer("GIF", "image/gif", not _may_hold_more(file))
    return _answer("WebP", "image/webp", False)


def _answer(name: str, media_type: str, bare: bool) -> Look:
    kind: Kind = "not_spatial" if bare else "unclassified"
    also = frozenset({"image/jpg"}) if name == "JPEG" else frozenset()
    return Look(kind=kind, format=name, media_type=media_type, also=also)


def _may_hold_place(file: File) -> bool:
    """Is there such a chunk in a PNG (third edition, section 5.3)? The last one has to be IEND."""
    found = False
    at = len(_PNG)
    for _ in range(_MAX_PARTS):
        length, type_ = struct.unpack(">I4s", file.at(at, 8))
        if type_ == b"IEND":
            return found
        if type_ in _TEXTS:
            # ImageMagick writes EXIF and XMP into texts of this name.
            found = found or file.at(at + 8, min(length, 16)).startswith(b"Raw profile type")
        else:
            found = found or type_ not in _HARMLESS
        at += length + 12
    raise file.too_complex("It has too many chunks.", wanted=f"at most {_MAX_PARTS}")


def _may_hold_more(file: File) -> bool:
    """Has a GIF (89a) an application block that is not about repeating, such as XMP?"""
    at = 13 + _colours(file.at(10, 1)[0])
    for _ in range(_MAX_PARTS):
        kind = file.at(at, 1)[0]
        if kind == 0x3B:
            return False
        if kind == 0x2C:
            # An image: its own colours, the width of its codes, its data.
            at = _behind_blocks(file, at + 11 + _colours(file.at(at + 9, 1)[0]))
            continue
        if kind != 0x21:
            return True
        label, length = file.at(at + 1, 2)
        if label == 0xFF and file.at(at + 3, length) not in _REPEATING:
            return True
        at = _behind_blocks(file, at + 2)
    raise file.too_complex("It has too many blocks.", wanted=f"at most {_MAX_PARTS}")


def _colours(flags: int) -> int:
    """Length of the table of colours that flags announce."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _behind_blocks(file: File, at: int) -> int:
    for _ in range(_MAX_BLOCKS):
        length = file.at(at, 1)[0]
        at += length + 1
        if not length:
            return at
    raise file.too_complex("It has too many blocks.", wanted=f"at most {_MAX_BLOCKS}")


def _has_application_data(file: File) -> bool:
    """Is there EXIF or XMP in front of the first scan of a JPEG? Both can hold a place."""
    at = 2
    for _ in range(_MAX_PARTS):
        marker, length = struct.unpack(">HH", file.at(at, 4))
        if marker == 0xFFDA:
            return False
        if marker < 0xFFC0 or length < 2:
            raise file.malformed("A marker is missing.", got=f"0x{marker:04x}", wanted="JPEG")
        if marker == 0xFFE1:
            return True
        at += 2 + length
    raise file.too_complex("It has too many segments.", wanted=f"at most {_MAX_PARTS}")


OPENER = Opener(
    id="pictures",
    media_types=frozenset({"image/png", "image/jpeg", "image/jpg", "image/gif", "image/webp"}),
    suffixes=(".png", ".jpg", ".jpeg", ".gif", ".webp"),
    fits=lambda head: (
        head.startswith((_PNG, b"\xff\xd8\xff", b"GIF87a", b"GIF89a"))
        or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")
    ),
    look=look,
)

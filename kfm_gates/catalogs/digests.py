"""Digests in every spelling that catalogs use, brought to one form: sha256, 64 lower-case hex.

An algorithm that is not sha256 is recognised by its name, so that a refusal can say which one it
is; what is recognised by nothing is refused as well. Nothing is ever "unknown, so fine" (FO-42).
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Final

_HEX64: Final = re.compile(r"[0-9a-f]{64}")
_HEX_PAIRS: Final = re.compile(r"(?:[0-9a-f]{2})+")
_MAX_HEX: Final = 1024
_BY_LENGTH: Final = {32: "MD5", 40: "SHA-1", 64: "SHA-256", 96: "SHA-384", 128: "SHA-512"}
_NI: Final = re.compile(r"ni://[^/]*/([A-Za-z0-9-]+);([A-Za-z0-9_-]*)(?:\?.*)?")
_ZERO: Final = "0" * 64

MULTIHASH: Final[dict[int, tuple[str, int | None]]] = {
    0x00: ("identity", None),
    0x11: ("SHA-1", 20),
    0x12: ("SHA-256", 32),
    0x13: ("SHA-512", 64),
    0x14: ("SHA3-512", 64),
    0x15: ("SHA3-384", 48),
    0x16: ("SHA3-256", 32),
    0x17: ("SHA3-224", 28),
    0x18: ("SHAKE-128", None),
    0x19: ("SHAKE-256", None),
    0x1A: ("Keccak-224", 28),
    0x1B: ("Keccak-256", 32),
    0x1C: ("Keccak-384", 48),
    0x1D: ("Keccak-512", 64),
    0x1E: ("BLAKE3", None),
    0x20: ("SHA-384", 48),
    0x22: ("MurmurHash3", None),
    0x56: ("double SHA-256", 32),
    0xD4: ("MD4", 16),
    0xD5: ("MD5", 16),
    0x1012: ("SHA-256 truncated", None),
    0x1013: ("SHA-224", 28),
    0x1014: ("SHA-512/224", 28),
    0x1015: ("SHA-512/256", 32),
    0x1052: ("RIPEMD-128", 16),
    0x1053: ("RIPEMD-160", 20),
    0x1054: ("RIPEMD-256", 32),
    0x1D01: ("KangarooTwelve", None),
    0x534D: ("SM3", 32),
}
"""Codes of the multiformats table that are met in catalogs: name, length in bytes."""

_NAMES: Final = {
    "sha": "SHA-1",
    "sha1": "SHA-1",
    "sha224": "SHA-224",
    "sha384": "SHA-384",
    "sha512": "SHA-512",
    "sha512224": "SHA-512/224",
    "sha512256": "SHA-512/256",
    **dict.fromkeys(
        ("sha256128", "sha256120", "sha25696", "sha25664", "sha25632"), "SHA-256 truncated"
    ),
    "sha3224": "SHA3-224",
    "sha3256": "SHA3-256",
    "sha3384": "SHA3-384",
    "sha3512": "SHA3-512",
    "shake128": "SHAKE-128",
    "shake256": "SHAKE-256",
    "keccak256": "Keccak-256",
    "md2": "MD2",
    "md4": "MD4",
    "md5": "MD5",
    "md6": "MD6",
    "ripemd160": "RIPEMD-160",
    "rmd160": "RIPEMD-160",
    "whirlpool": "Whirlpool",
    "sm3": "SM3",
    "adler32": "Adler-32",
    "crc32": "CRC-32",
    "crc32c": "CRC-32C",
    "crc64": "CRC-64",
    "xxh3": "xxHash",
    "xxh64": "xxHash",
    "blake2": "BLAKE2",
    "blake2b": "BLAKE2b",
    "blake2b128": "BLAKE2b-128",
    "blake2b160": "BLAKE2b-160",
    "blake2b256": "BLAKE2b-256",
    "blake2b384": "BLAKE2b-384",
    "blake2b512": "BLAKE2b-512",
    "blake2s": "BLAKE2s",
    "blake2s256": "BLAKE2s-256",
    "blake3": "BLAKE3",
}
"""Words for algorithms that are not SHA-256, without what stands between letters and digits."""
_SHA256: Final = re.compile(r"sha(?:[-_/]?|2[-_])256", re.IGNORECASE | re.ASCII)
"""How SHA-256 is spelt; every other spelling is no SHA-256, however similar."""
_FIRST_SPDX: Final = "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"
_IRI: Final = re.compile(
    r"https?://spdx\.org/rdf/terms/?#checksumAlgorithm_(?P<spdx>[A-Za-z0-9_]+)"
    r"|spdx:checksumAlgorithm_(?P<curie>[A-Za-z0-9_]+)"
    r"|https?://dcat-ap\.de/def/hashAlgorithms/(?P<de>[a-z0-9]+(?:/[0-9]+)?)"
)
_WEAK: Final = frozenset(
    {"MD2", "MD4", "MD5", "MD6", "SHA-1", "Adler-32", "CRC-32", "CRC-32C", "CRC-64", "xxHash"}
    | {"MurmurHash3", "identity", "SHA-256 truncated"}
)
_MAX_SHOWN: Final = 200


@dataclass(frozen=True)
class StatedDigest:
    """A digest as a catalog states it.

    Args:
        text: As written, for messages.
        algorithm: Its name, `SHA-256` or another; `unknown` where nothing names it.
        sha256: 64 lower-case hex digits where it is a well-formed SHA-256, else None.
        problem: Why it cannot be used, one sentence; None where `sha256` is given.
        weak: True for an algorithm that must not be relied on (MD5, SHA-1, checksums).
        unusual: True where the spelling is legal somewhere and not the one of the standard.
    """

    text: str
    algorithm: str
    sha256: str | None = None
    problem: str | None = None
    weak: bool = False
    unusual: bool = False


def of_multihash(text: object) -> StatedDigest:
    """Read a multihash in lower-case hex, as `file:checksum` of STAC has it.

    `1220` and 64 digits is SHA-256. A bare MD5, SHA-1 or SHA-256 without the prefix is named as
    what its length suggests, and refused.
    """
    if not isinstance(text, str):
        return _refused(str(text), "unknown", "The checksum is not text.")
    if not _HEX_PAIRS.fullmatch(text):
        why = "in upper case" if _HEX_PAIRS.fullmatch(text.lower()) else "not hex"
        return _refused(text, "unknown", f"The checksum is no multihash: it is {why}.")
    try:
        code, rest = _varint(bytes.fromhex(text[:_MAX_HEX]))
        length, value = _varint(rest)
    except ValueError:
        return _bare(text)
    name = _multihash_name(code)
    if name is None or len(text) > _MAX_HEX:
        return _bare(text)
    wanted = MULTIHASH.get(code, ("", None))[1]
    if length == len(value) and wanted in (None, length):
        return _named(text, name, value.hex())
    if len(text) in _BY_LENGTH:
        return _bare(text)
    why = f"The multihash names {name} and {length} bytes; {len(value)} bytes follow."
    if length == len(value):
        why = f"The multihash names {name} and holds {length} bytes; that digest has {wanted}."
    return _refused(text, name, why)


def of_named(algorithm: object, value: object, *, standard: bool = True) -> StatedDigest:
    """Read a hex value whose algorithm is named: by an SPDX IRI or by a word such as `SHA-256`.

    Args:
        algorithm: IRI or word; None where the catalog names none.
        value: The digits.
        standard: True where the SPDX IRI is the one right spelling (RDF); any other is unusual.
    """
    shown = f"{algorithm or '(no algorithm)'} {value}"
    if not algorithm:
        return _refused(shown, "unknown", "The checksum does not name its algorithm.")
    if not isinstance(algorithm, str) or not isinstance(value, str):
        return _refused(shown, "unknown", "The checksum or its algorithm is not text.")
    match = _IRI.fullmatch(algorithm)
    word = next(filter(None, match.groups())) if match else algorithm
    name = _name(word)
    if name is None:
        return _refused(shown, "unknown", f"The checksum algorithm {_short(word)!r} is not known.")
    return _named(shown, name, value, unusual=standard and algorithm != _FIRST_SPDX)


def of_ni(uri: str) -> StatedDigest:
    """Read an RFC 6920 name, `ni:///sha-256;<base64url without padding>`."""
    match = _NI.fullmatch(uri)
    if match is None:
        return _refused(uri, "unknown", "It is no ni: name of RFC 6920.")
    word, value = match.groups()
    name = _name(word)
    if name is None:
        return _refused(uri, "unknown", f"The algorithm {_short(word)!r} is not known.")
    try:
        raw = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    except (binascii.Error, ValueError):
        return _refused(uri, name, "The value of the ni: name is not base64url.")
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != value:
        return _refused(uri, name, "The value of the ni: name is not written canonically.")
    return _named(uri, name, raw.hex(), unusual=word != "sha-256")


def of_prefixed(text: str) -> StatedDigest:
    """Read `sha256:<hex>`, as manifests and OCI have it."""
    word, colon, value = text.partition(":")
    name = _name(word) if colon else None
    if name is None:
        return _bare(text)
    return _named(text, name, value, unusual=word != "sha256")


def of_text(text: object) -> StatedDigest:
    """Read a digest in whichever of these spellings it is."""
    if not isinstance(text, str):
        return _refused(str(text), "unknown", "The digest is not text.")
    if text.startswith("ni:"):
        return of_ni(text)
    if ":" in text:
        return of_prefixed(text)
    return of_multihash(text)


def _name(word: str) -> str | None:
    """Name of an algorithm from a word for it, None where the word is not known."""
    if len(word) > 40:
        return None
    if _SHA256.fullmatch(word):
        return "SHA-256"
    return _NAMES.get(re.sub(r"[-_/ ]", "", word).lower())


def _named(text: str, name: str, value: str, *, unusual: bool = False) -> StatedDigest:
    if name != "SHA-256":
        return _refused(text, name, f"The digest is {name}; SHA-256 is wanted.")
    if not _HEX64.fullmatch(value):
        upper = bool(_HEX64.fullmatch(value.lower()))
        why = "is in upper case" if upper else "is not 64 hex digits"
        return _refused(text, name, f"The SHA-256 digest {why}; 64 in lower case are wanted.")
    if value == _ZERO:
        return _refused(text, name, "The digest is all zero, which is a placeholder.")
    return StatedDigest(_short(text), name, sha256=value, unusual=unusual)


def _refused(text: str, name: str, why: str) -> StatedDigest:
    return StatedDigest(_short(text), name, problem=why, weak=name in _WEAK)


def _bare(text: str) -> StatedDigest:
    """Digits without a name: say what they look like, and refuse them."""
    like = _BY_LENGTH.get(len(text)) if re.fullmatch(r"[0-9a-fA-F]+", text) else None
    if like is None:
        return _refused(text, "unknown", "The digest names no algorithm that is known.")
    why = f"It is no multihash; by its length it may be a bare {like}, and nothing says so."
    return _refused(text, like, why)


def _short(text: str) -> str:
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}..."


def _varint(raw: bytes) -> tuple[int, bytes]:
    number = shift = 0
    for n, byte in enumerate(raw[:4]):
        number |= (byte & 0x7F) << shift
        if not byte & 0x80:
            if n and byte == 0:
                raise ValueError("not minimal")
            return number, raw[n + 1 :]
        shift += 7
    raise ValueError("no varint")


def _multihash_name(code: int) -> str | None:
    if code in MULTIHASH:
        return MULTIHASH[code][0]
    if 0xB201 <= code <= 0xB240:
        return f"BLAKE2b-{(code - 0xB200) * 8}"
    if 0xB241 <= code <= 0xB260:
        return f"BLAKE2s-{(code - 0xB240) * 8}"
    if 0xB301 <= code <= 0xB3E0:
        return "Skein"
    return None

"""Digests of catalogs: all spellings come to one value, everything else is refused by its name."""

from __future__ import annotations

import base64
import hashlib
import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kfm_gates.catalogs import digests

RAW = hashlib.sha256(b"wells").digest()
HEX = RAW.hex()
NI = base64.urlsafe_b64encode(RAW).rstrip(b"=").decode()
SPDX = "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"


def test_every_encoding_of_one_digest_is_one_value() -> None:
    """Catalogs.md section 5: seven formats, one value."""
    stated = {
        "manifest, OCI": digests.of_prefixed(f"sha256:{HEX}"),
        "STAC multihash": digests.of_multihash(f"1220{HEX}"),
        "DCAT, SPDX": digests.of_named(SPDX, HEX),
        "DCAT-US 3 examples": digests.of_named(
            "https://spdx.org/rdf/terms/#checksumAlgorithm_sha256", HEX
        ),
        "DCAT-AP.de": digests.of_named("http://dcat-ap.de/def/hashAlgorithms/sha/256", HEX),
        "DCAT-US JSON": digests.of_named("SHA-256", HEX),
        "compact IRI": digests.of_named("spdx:checksumAlgorithm_sha256", HEX),
        "in-toto": digests.of_named("sha256", HEX, standard=False),
        "RFC 6920": digests.of_ni(f"ni:///sha-256;{NI}"),
        "RFC 6920 with authority and type": digests.of_ni(f"ni://host/sha-256;{NI}?ct=text/csv"),
        "Frictionless": digests.of_text(f"sha256:{HEX}"),
        "RO-Crate, Croissant": digests.of_named("sha256", HEX, standard=False),
        "whichever: prefixed": digests.of_text(f"sha256:{HEX}"),
        "whichever: multihash": digests.of_text(f"1220{HEX}"),
        "whichever: ni": digests.of_text(f"ni:///sha-256;{NI}"),
    }
    assert {name: one.sha256 for name, one in stated.items()} == dict.fromkeys(stated, HEX)
    assert {one.algorithm for one in stated.values()} == {"SHA-256"}
    assert not any(one.problem or one.weak for one in stated.values())


@pytest.mark.parametrize(
    ("one", "unusual"),
    [
        (digests.of_named(SPDX, HEX), False),
        (digests.of_named(SPDX.replace("http:", "https:"), HEX), True),
        (digests.of_named("https://spdx.org/rdf/terms/#checksumAlgorithm_sha256", HEX), True),
        (digests.of_named("http://dcat-ap.de/def/hashAlgorithms/sha/256", HEX), True),
        (digests.of_named("SHA-256", HEX), True),
        (digests.of_named("SHA-256", HEX, standard=False), False),
        (digests.of_prefixed(f"sha256:{HEX}"), False),
        (digests.of_prefixed(f"SHA-256:{HEX}"), True),
        (digests.of_ni(f"ni:///sha-256;{NI}"), False),
        (digests.of_ni(f"ni:///SHA256;{NI}"), True),
        (digests.of_multihash(f"1220{HEX}"), False),
    ],
)
def test_only_the_spelling_of_the_standard_is_usual(
    one: digests.StatedDigest, unusual: bool
) -> None:
    assert one.sha256 == HEX
    assert one.unusual is unusual


@pytest.mark.parametrize(
    ("text", "name", "weak"),
    [
        ("1114" + "ab" * 20, "SHA-1", True),
        ("d50110" + "ab" * 16, "MD5", True),
        ("d40110" + "ab" * 16, "MD4", True),
        ("1340" + "ab" * 64, "SHA-512", False),
        ("2030" + "ab" * 48, "SHA-384", False),
        ("1620" + "ab" * 32, "SHA3-256", False),
        ("5620" + "ab" * 32, "double SHA-256", False),
        ("1e20" + "ab" * 32, "BLAKE3", False),
        ("90e40210" + "ab" * 16, "BLAKE2b-128", False),
        ("a0e40220" + "ab" * 32, "BLAKE2b-256", False),
        ("c0e40240" + "ab" * 64, "BLAKE2b-512", False),
        ("e0e40220" + "ab" * 32, "BLAKE2s-256", False),
        ("922010" + "ab" * 16, "SHA-256 truncated", True),
        ("0004deadbeef", "identity", True),
        ("80e60220" + "ab" * 32, "unknown", False),
        ("81e60201" + "ab", "Skein", False),
    ],
)
def test_a_multihash_of_another_algorithm_is_refused_by_name(
    text: str, name: str, weak: bool
) -> None:
    one = digests.of_multihash(text)
    assert (one.algorithm, one.sha256, one.weak) == (name, None, weak)
    assert one.problem
    assert name == "unknown" or name in one.problem


def varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])


@pytest.mark.parametrize(
    ("code", "length", "name"),
    [
        *((0x11, 20, "SHA-1"), (0x13, 64, "SHA-512"), (0x14, 64, "SHA3-512")),
        *((0x15, 48, "SHA3-384"), (0x16, 32, "SHA3-256"), (0x17, 28, "SHA3-224")),
        *((0x18, 32, "SHAKE-128"), (0x19, 64, "SHAKE-256"), (0x1A, 28, "Keccak-224")),
        *((0x1B, 32, "Keccak-256"), (0x1C, 48, "Keccak-384"), (0x1D, 64, "Keccak-512")),
        *((0x1E, 32, "BLAKE3"), (0x20, 48, "SHA-384"), (0x22, 4, "MurmurHash3")),
        *((0x56, 32, "double SHA-256"), (0xD4, 16, "MD4"), (0xD5, 16, "MD5")),
        *((0x1012, 31, "SHA-256 truncated"), (0x1013, 28, "SHA-224")),
        *((0x1014, 28, "SHA-512/224"), (0x1015, 32, "SHA-512/256")),
        *((0x1052, 16, "RIPEMD-128"), (0x1053, 20, "RIPEMD-160"), (0x1054, 32, "RIPEMD-256")),
        *((0x1D01, 32, "KangarooTwelve"), (0x534D, 32, "SM3")),
        *((0xB201, 1, "BLAKE2b-8"), (0xB240, 64, "BLAKE2b-512"), (0xB241, 1, "BLAKE2s-8")),
        *((0xB260, 32, "BLAKE2s-256"), (0xB301, 1, "Skein"), (0xB3E0, 128, "Skein")),
        *((0xB200, 1, "unknown"), (0xB261, 33, "unknown"), (0xB300, 1, "unknown")),
        *((0xB3E1, 8, "unknown"), (0x10, 20, "unknown")),
    ],
)
def test_every_code_of_the_table_is_named_and_refused(code: int, length: int, name: str) -> None:
    text = (varint(code) + varint(length) + b"\x5a" * length).hex()
    # A length that makes it look like bare digits is told as such.
    if len(text) in (32, 40, 64, 96, 128):
        text += "00"
    one = digests.of_multihash(text)
    assert (one.algorithm, one.sha256) == (name, None)
    assert digests.of_multihash((varint(0x12) + b"\x20" + b"\x5a" * 32).hex()).sha256 == "5a" * 32


@pytest.mark.parametrize(
    ("length", "name", "weak"),
    [(32, "MD5", True), (40, "SHA-1", True), (64, "SHA-256", False), (128, "SHA-512", False)],
)
def test_bare_digits_are_named_after_their_length_and_refused(
    length: int, name: str, weak: bool
) -> None:
    """Sentinel-1 RTC of a public catalog: MD5 in `file:checksum`, which the schema accepts."""
    one = digests.of_text("7f" * (length // 2))
    assert (one.algorithm, one.sha256, one.weak) == (name, None, weak)
    assert one.problem
    assert name in one.problem


def test_a_bare_md5_that_begins_like_a_multihash_is_still_bare() -> None:
    one = digests.of_multihash("1220" + "ab" * 14)
    assert one.algorithm == "MD5"
    assert one.sha256 is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1220" + "ab" * 31, "names SHA-256 and 32 bytes; 31 bytes follow"),
        ("1220" + "ab" * 33, "names SHA-256 and 32 bytes; 33 bytes follow"),
        ("121f" + "ab" * 31, "names SHA-256 and holds 31 bytes; that digest has 32"),
        ("1221" + "ab" * 33, "names SHA-256 and holds 33 bytes; that digest has 32"),
        (f"1220{HEX}".upper(), "upper case"),
        (f"1220{HEX[:-2]}AB", "upper case"),
        (f"1220{HEX}0", "not hex"),
        (f"0x1220{HEX}", "not hex"),
        (f" 1220{HEX}", "not hex"),
        (f"1220{HEX}\n", "not hex"),
        ("", "not hex"),
        (f"9200{'20'}{HEX}", "names no algorithm"),
        ("ff" * 20 + "aa", "names no algorithm"),
        ("12" * 5000, "names no algorithm"),
        ("1220" + "0" * 64, "all zero"),
    ],
)
def test_a_malformed_multihash_says_what_is_wrong(text: str, told: str) -> None:
    one = digests.of_multihash(text)
    assert one.sha256 is None
    assert one.problem
    assert told in one.problem


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("http://spdx.org/rdf/terms#checksumAlgorithm_sha1", "SHA-1"),
        ("http://spdx.org/rdf/terms#checksumAlgorithm_md5", "MD5"),
        ("http://spdx.org/rdf/terms#checksumAlgorithm_sha512", "SHA-512"),
        ("http://spdx.org/rdf/terms#checksumAlgorithm_sha3_256", "SHA3-256"),
        ("http://spdx.org/rdf/terms#checksumAlgorithm_blake2b256", "BLAKE2b-256"),
        ("http://spdx.org/rdf/terms#checksumAlgorithm_blake3", "BLAKE3"),
        ("http://spdx.org/rdf/terms#checksumAlgorithm_adler32", "Adler-32"),
        ("http://dcat-ap.de/def/hashAlgorithms/sha/1", "SHA-1"),
        ("http://dcat-ap.de/def/hashAlgorithms/md/5", "MD5"),
        ("SHA", "SHA-1"),
        ("SHA-1", "SHA-1"),
        ("sha512/256", "SHA-512/256"),
        ("BLAKE2b-256", "BLAKE2b-256"),
        ("CRC32C", "CRC-32C"),
        ("sha3-256", "SHA3-256"),
    ],
)
def test_a_named_algorithm_other_than_sha256_is_refused_by_name(word: str, name: str) -> None:
    one = digests.of_named(word, HEX)
    assert (one.algorithm, one.sha256) == (name, None)
    assert one.problem
    assert name in one.problem


@pytest.mark.parametrize(
    "word",
    [
        "sha-2-56",
        "sha 256",
        "s-h-a-256",
        "sha2256",
        "\u017fha256",  # a long s, which ignoring case makes an s
        "sha256 ",
        "sha256\n",
        "xsha256",
        "sha-256x",
        "http://evil.example/checksumAlgorithm_sha256",
        "http://spdx.org/rdf/terms#checksumAlgorithm_sha256?x",
        "http://spdx.org.evil.example/rdf/terms#checksumAlgorithm_sha256",
        "unknown",
        "x" * 5000,
    ],
)
def test_what_only_looks_like_sha256_is_not(word: str) -> None:
    one = digests.of_named(word, HEX)
    assert one.sha256 is None
    assert one.problem
    assert len(one.problem) < 400
    assert len(one.text) < 400
    assert digests.of_prefixed(f"{word}:{HEX}").sha256 is None


@pytest.mark.parametrize("algorithm", [None, "", 256, ["sha256"], {}])
def test_an_unnamed_algorithm_is_refused(algorithm: object) -> None:
    one = digests.of_named(algorithm, HEX)
    assert (one.algorithm, one.sha256) == ("unknown", None)
    assert one.problem


@pytest.mark.parametrize(
    "value",
    [
        HEX.upper(),
        HEX[:-1],
        HEX + "0",
        f" {HEX}",
        f"{HEX}\n",
        f"sha256:{HEX}",
        f"1220{HEX}",
        "0" * 64,
        "",
        None,
        7,
        [HEX],
        HEX[:-1] + "\u0661",  # a digit of another script
    ],
)
def test_a_value_that_is_not_64_lower_case_digits_is_refused(value: object) -> None:
    one = digests.of_named(SPDX, value)
    assert one.sha256 is None
    assert one.problem
    assert ("upper case" in one.problem) is (value == HEX.upper())


@pytest.mark.parametrize(
    "uri",
    [
        "ni:///sha-256;",
        f"ni:///sha-256;{NI}=",
        f"ni:///sha-256;{NI[:-1]}",
        f"ni:///sha-256;{NI[:-1]}{'x' if NI[-1] != 'x' else 'y'}",
        f"ni:///sha-256-128;{NI[:22]}",
        f"ni:///sha-512;{NI}",
        f"ni:///blake3;{NI}",
        f"ni:///unheard-of;{NI}",
        f"ni:/sha-256;{NI}",
        f"ni:///x/sha-256;{NI}",
        f"NI:///sha-256;{NI}",
        f"nih:sha-256;{HEX}",
        f"ni:///sha-256;{base64.b64encode(RAW).decode()}",
        f"ni:///sha-256;{'A' * 43}",
    ],
)
def test_a_bad_name_of_rfc_6920_is_refused(uri: str) -> None:
    one = digests.of_text(uri)
    assert one.sha256 is None
    assert one.problem


@pytest.mark.parametrize("value", [None, 5, b"1220", ["1220"], {"sha256": HEX}, True])
def test_what_is_no_text_is_refused(value: object) -> None:
    for read in (digests.of_text, digests.of_multihash):
        one = read(value)
        assert one.sha256 is None
        assert one.problem


LEGAL = {f"sha256:{HEX}", f"1220{HEX}", f"ni:///sha-256;{NI}"}
ALPHABET = string.hexdigits + "sha-SHA_/:;nimd25126=x \n"


@st.composite
def near_misses(draw: st.DrawFn) -> str:
    """A legal spelling with one or a few characters changed, added or taken away."""
    text = draw(st.sampled_from(sorted(LEGAL)))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        cut = draw(st.integers(0, 2))
        text = text[:at] + draw(st.text(ALPHABET, max_size=2)) + text[at + cut :]
    return text


def in_other_words(text: str) -> bool:
    """Spellings that are legal as well: another word for SHA-256, ni: with authority or query."""
    word, _, value = text.partition(":")
    if value == HEX:
        return word.lower() in {"sha256", "sha-256", "sha_256", "sha/256", "sha2-256", "sha2_256"}
    head, _, rest = text.partition(";")
    authority, slash, algorithm = head.removeprefix("ni://").rpartition("/")
    return (
        head.startswith("ni://")
        and slash == "/"
        and "/" not in authority
        and algorithm.lower() in {"sha-256", "sha256", "sha2-256"}
        and rest.partition("?")[0] == NI
    )


@given(st.one_of(near_misses(), st.text(max_size=80), st.sampled_from(sorted(LEGAL))))
@example(f"SHA-256:{HEX}")
@example(f"sha256::{HEX}")
@example(f"sha256:{HEX}\n")
def test_nothing_but_a_legal_spelling_gives_the_digest(text: str) -> None:
    one = digests.of_text(text)
    if text in LEGAL or in_other_words(text):
        assert one.sha256 == HEX
    else:
        assert one.sha256 != HEX
    assert (one.sha256 is None) == (one.problem is not None)


@given(st.binary(max_size=80))
def test_a_multihash_of_any_bytes_never_breaks_and_is_exact(raw: bytes) -> None:
    one = digests.of_multihash(raw.hex())
    good = len(raw) == 34 and raw[:2] == b"\x12\x20" and any(raw[2:])
    assert one.sha256 == (raw[2:].hex() if good else None)
    assert (one.sha256 is None) == (one.problem is not None)


@given(st.text(max_size=60), st.text(max_size=70))
def test_any_two_texts_are_read_without_breaking(algorithm: str, value: str) -> None:
    one = digests.of_named(algorithm, value)
    assert (one.sha256 is None) == (one.problem is not None)
    if one.sha256 is not None:
        assert one.sha256 == value

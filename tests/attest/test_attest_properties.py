"""The small parsers, against everything: Merkle proofs, DER strings, base64, numbers."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st
from virtual_sigstore.encoding import der_utf8
from virtual_sigstore.rekor import Tree

from kfm_gates.attest import codes_bundle, log_entry
from kfm_gates.attest.claims import _utf8_string
from kfm_gates.attest.parts import LogEntry
from kfm_gates.attest.reading import Reader, strict_base64
from kfm_gates.attest.results import Refused
from kfm_gates.attest.signing_keys import signed_by
from kfm_gates.attest.trust_root import Window

CODE = codes_bundle.BUNDLE_MALFORMED


def entry(tree: Tree, index: int, body: bytes) -> LogEntry:
    return LogEntry(
        index=index,
        log_id=b"",
        kind="",
        version="",
        integrated_time=None,
        promise=None,
        proof_index=index,
        tree_size=len(tree.leaves),
        root_hash=tree.root(),
        hashes=tuple(tree.path(index)),
        checkpoint="",
        body=body,
    )


@pytest.mark.parametrize("size", [*range(1, 34), 63, 64, 65])
def test_every_proof_of_a_tree_holds_and_no_other(size: int) -> None:
    tree = Tree()
    for number in range(size):
        tree.add(b"%d" % number)
    for index in range(size):
        good = entry(tree, index, b"%d" % index)
        assert log_entry._root_of(good) == tree.root()
        for other in {index - 1, index + 1, 0, size - 1} - {index}:
            if 0 <= other < size:
                moved = dataclasses.replace(good, proof_index=other)
                assert log_entry._root_of(moved) != tree.root()
        assert log_entry._root_of(dataclasses.replace(good, body=b"x")) != tree.root()
        longer = dataclasses.replace(good, hashes=(*good.hashes, b"0" * 32))
        assert log_entry._root_of(longer) is None
        if good.hashes:
            shorter = dataclasses.replace(good, hashes=good.hashes[:-1])
            assert log_entry._root_of(shorter) != tree.root()


PRINTABLE = st.text(min_size=1, max_size=400).filter(str.isprintable)


@given(PRINTABLE)
def test_der_strings_are_read_back(text: str) -> None:
    assert _utf8_string(der_utf8(text), 8) == text


@given(PRINTABLE, st.binary(min_size=1, max_size=3))
def test_der_strings_fill_their_extension(text: str, more: bytes) -> None:
    with pytest.raises(Refused):
        _utf8_string(der_utf8(text) + more, 8)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_string_or_refused(raw: bytes) -> None:
    try:
        text = _utf8_string(raw, 8)
    except Refused:
        return
    assert der_utf8(text) == raw


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x0c",
        b"\x0c\x00",
        b"\x0c\x80",
        b"\x0c\x81\x01a",  # a long form where the short one does
        b"\x0c\x82\x00\x80" + b"a" * 128,
        b"\x0c\x83\x00\x00\x01a",
        b"\x13\x01a",
        b"\x0c\x01\xff",
        b"\x0c\x01\n",
        b"\x0c\x82\x01",
    ],
)
def test_odd_der(raw: bytes) -> None:
    with pytest.raises(Refused):
        _utf8_string(raw, 8)


@given(st.binary(max_size=100))
def test_base64_has_one_form(raw: bytes) -> None:
    text = base64.b64encode(raw).decode()
    assert strict_base64(text) == raw
    for other in (text + "=", text + "\n", " " + text, text.rstrip("=") + "!"):
        assert strict_base64(other) is None


@given(st.text(max_size=60))
def test_any_text_is_base64_in_one_form_or_none(text: str) -> None:
    raw = strict_base64(text)
    assert raw is None or base64.b64encode(raw).decode() == text


@pytest.mark.parametrize("text", ["QQ", "QR==", "QQ==QQ==", "Q_-=", "\u00e9"])
def test_lax_base64(text: str) -> None:
    assert strict_base64(text) is None


@given(st.integers(0, 2**64 - 1))
def test_numbers_are_decimal(number: int) -> None:
    assert Reader({"n": str(number)}, "", CODE, ("n",)).number("n") == number


@pytest.mark.parametrize("value", ["", "00", "+1", "1 ", "1.0", "\u0661", 1, None, str(2**64)])
def test_odd_numbers(value: Any) -> None:
    with pytest.raises(Refused):
        Reader({"n": value}, "", CODE, ("n",)).number("n")


def test_a_window_ends_with_its_end() -> None:
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    window = Window(start, start + dt.timedelta(days=1))
    assert window.holds([start, start + dt.timedelta(days=1)])
    assert not window.holds([start + dt.timedelta(days=1, microseconds=1)])
    assert not window.holds([start - dt.timedelta(microseconds=1)])


def test_algorithms_of_keys() -> None:
    """P-384 signs with SHA-384, unless a trust root says otherwise; small RSA keys do not."""
    key = ec.generate_private_key(ec.SECP384R1())
    wide, narrow = (key.sign(b"m", ec.ECDSA(h)) for h in (hashes.SHA384(), hashes.SHA256()))
    assert signed_by(key.public_key(), wide, b"m")
    assert not signed_by(key.public_key(), narrow, b"m")
    assert signed_by(key.public_key(), narrow, b"m", "PKIX_ECDSA_P384_SHA_256")
    from cryptography.hazmat.primitives.asymmetric import padding

    small = rsa.generate_private_key(65537, 1024)
    made = small.sign(b"m", padding.PKCS1v15(), hashes.SHA256())
    assert not signed_by(small.public_key(), made, b"m")
    assert not signed_by("no key", b"", b"m")

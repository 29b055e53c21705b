"""Digests: one algorithm, one spelling."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kfm_gates.evidence import digests

GOOD = hashlib.sha256(b"x").hexdigest()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "algorithm"),
        (GOOD, "does not name its algorithm"),
        (f"md5:{'a' * 32}", "not sha256"),
        (f"sha1:{'a' * 40}", "not sha256"),
        (f"sha512:{'a' * 128}", "not sha256"),
        (f"SHA256:{GOOD}", "not sha256"),
        (f"sha256-{GOOD}", "algorithm"),
        (f" sha256:{GOOD}", "not sha256"),
        (f"sha256:{GOOD.upper()}", "upper case"),
        (f"sha256:{GOOD[:-1]}", "63 digits"),
        (f"sha256:{GOOD[:12]}", "12 digits"),
        (f"sha256:{GOOD}0", "65 digits"),
        (f"sha256:{GOOD}\n", "65 digits"),
        (f"sha256: {GOOD[1:]}", "other than hex"),
        (f"sha256:{GOOD[:-1]}g", "other than hex"),
        ("sha256:" + "\u0661" * 64, "other than hex"),
        (f"sha256:{'0' * 64}", "all zero"),
        (f"sha256:sha256:{GOOD}", "71 digits"),
        (None, "text"),
        (b"sha256:" + GOOD.encode(), "text"),
    ],
)
def test_refused(text: object, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        digests.parse(text)


def test_a_digest_is_its_hex_digits() -> None:
    assert digests.parse(f"sha256:{GOOD}") == GOOD


def test_the_content_is_the_digest_of_what_sha256sum_would_print() -> None:
    a, b = hashlib.sha256(b"a").hexdigest(), hashlib.sha256(b"b").hexdigest()
    raw = f"{b}  Z.csv\n{a}  a/b c.csv\n".encode()
    assert digests.seal_bytes([("a/b c.csv", a), ("Z.csv", b)]) == raw
    assert digests.content_digest([("Z.csv", b), ("a/b c.csv", a)]) == (
        hashlib.sha256(raw).hexdigest()
    )


@pytest.mark.parametrize(
    "pairs",
    [
        [],
        [("a", GOOD), ("a", GOOD)],
        [("", GOOD)],
        [("a\nb", GOOD)],
        [("a", GOOD.upper())],
        [("a", f"sha256:{GOOD}")],
        [("a", "0" * 64)],
        [("\ud800", GOOD)],
    ],
)
def test_a_list_that_could_mean_two_things_is_refused(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each of them for its own reason
        digests.content_digest(pairs)


names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
hexes = st.integers(1, 2**256 - 1).map(lambda n: f"{n:064x}")


@given(st.dictionaries(names, hexes, min_size=1), st.dictionaries(names, hexes, min_size=1))
def test_different_lists_have_different_bytes(one: dict[str, str], two: dict[str, str]) -> None:
    same = digests.seal_bytes(one.items()) == digests.seal_bytes(two.items())
    assert same == (one == two)

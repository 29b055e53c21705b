"""Pieces of hostile text, and numbers of things in words."""

from __future__ import annotations

from kfm_gates.evidence import text


def test_one_item_is_one_item() -> None:
    assert [text.counted(n, "item") for n in (0, 1, 2)] == ["0 items", "1 item", "2 items"]


def test_what_is_shown_is_printable_and_short() -> None:
    assert text.shorten("a\x1b[31mb") == "a\ufffd[31mb"
    assert text.shorten("x" * 100, 10) == "x" * 9 + "…"
    assert text.shorten("\ud800").isprintable()

"""Pieces of hostile text, made fit to be shown."""

from __future__ import annotations


def shorten(text: str, limit: int = 80) -> str:
    """A piece of a hostile document as a message may show it: printable and short."""
    if len(text) <= limit and text.isprintable():
        return text
    shown = text.encode("utf-8", "backslashreplace").decode("utf-8")
    shown = "".join(c if c.isprintable() else "\ufffd" for c in shown[: limit + 1])
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def is_text(value: str) -> bool:
    """Say whether a string is Unicode text: file names and escapes can hold half characters."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def printable(value: str) -> str:
    """A file name that may hold bytes which are no UTF-8, with these written as escapes."""
    return value.encode("utf-8", "backslashreplace").decode("utf-8")


def counted(number: int, word: str) -> str:
    """A number of things in words: `1 item`, `2 items`."""
    return f"{number} {word}{'' if number == 1 else 's'}"

"""Make untrusted text inert before anything of it reaches a terminal, a log or a CI runner.

Names of files and values of receipts are written by whoever is being checked. The rule is an
allow-list: what `str.isprintable` does not vouch for (controls, ANSI introducers, bidi marks,
zero-width and tag characters, line separators, lone surrogates, odd spaces, unassigned code
points) becomes a visible escape.
"""

from __future__ import annotations

MAX_TEXT = 1_000
"""Longest message, got or wanted that is shown, in characters."""
MAX_PLACE = 5_000
"""Longest path or pointer that is shown. Above PATH_MAX, so no real path is ever cut."""


def terminal(text: str, limit: int = MAX_TEXT) -> str:
    """Return `text` on one line, without any character that a terminal or CI log acts on.

    Args:
        text: Anything.
        limit: Longest result in characters of the input; the cut says how long it was.
    """
    if len(text) > limit:
        text = f"{text[:limit]}... ({len(text)} characters)"
    if not text.isprintable():
        text = "".join(c if c.isprintable() else _visible(c) for c in text)
    return defused(text)


def defused(text: str) -> str:
    """Break the two spellings of workflow commands of GitHub's runner.

    The runner acts on `::name::` after any indentation, and on `##[name]` anywhere in a line, so
    escaping line breaks alone is not enough: wrapping may move such a word to a line's start.
    """
    return text.replace("::", ":\\x3a").replace("##[", "#\\x23[")


def command_data(text: str) -> str:
    """Escape what follows the second `::` of a workflow command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def command_property(text: str) -> str:
    """Escape a property value of a workflow command."""
    return command_data(text).replace(":", "%3A").replace(",", "%2C")


def json_text(text: str) -> str:
    r"""Escape a JSON text so that it is safe to show and means the same.

    Lone surrogates, which no strict reader accepts, become the literal text `\udc80`.
    """
    if not text.isascii() or "\x7f" in text:
        text = "".join(c if c == "\n" or c.isprintable() else _json_escape(c) for c in text)
    return text.replace("##[", "#\\u0023[")


def _visible(char: str) -> str:
    code = ord(char)
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
    if char in short:
        return short[char]
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _json_escape(char: str) -> str:
    code = ord(char)
    if 0xD800 <= code <= 0xDFFF:
        return f"\\\\u{code:04x}"
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"

"""Which paths a receipt may name: those that every system reads as the same one file (FO-41)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

MAX_PATH: Final = 1024
"""Longest path, in bytes of UTF-8."""
MAX_NAME: Final = 255
"""Longest component of a path, in bytes of UTF-8."""

# What most paths are made of; no component of these is reserved, dotted or too long.
_PLAIN = re.compile(
    r"(?:(?!(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:[./]|\Z))"
    r"[a-z0-9_][a-z0-9_-]{0,99}(?:\.[a-z0-9_-]{1,99})?(?:/(?!\Z)|\Z)){1,32}",
    re.ASCII | re.IGNORECASE,
)
_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")
_RESERVED: Final = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{device}{n}" for device in ("com", "lpt") for n in "0123456789¹²³"}
)
_UNSEEN: Final = {
    "Cc": "a control character",
    "Cf": "an invisible character",
    "Cs": "half of a surrogate pair",
    "Zl": "a line separator",
    "Zp": "a paragraph separator",
}


def problem_of(path: object) -> str | None:
    """Say why a path is not acceptable in a receipt, None if it is.

    Acceptable is a relative path in NFC with `/` between components that no system reads
    differently: no `..` and no `.`, no control or invisible characters, no `:` and no backslash,
    no percent-encoding, no names that Windows reserves or trims.

    Args:
        path: What a receipt, a seal or a directory names.

    Returns:
        One sentence without the path itself, or None.
    """
    if not isinstance(path, str):
        return "The path is not text."
    if len(path) <= MAX_PATH and _PLAIN.fullmatch(path):
        return None
    if not path:
        return "The path is empty."
    if path.startswith("/"):
        return "The path is absolute."
    if path == "-":
        return "The path - means standard input to many tools."
    for name in path.split("/"):
        why = name_problem(name)
        if why is not None:
            return why
    # Encoding is safe here: a surrogate was refused above.
    if len(path) * 4 > MAX_PATH and len(path.encode("utf-8")) > MAX_PATH:
        return f"The path is longer than {MAX_PATH} bytes."
    return None


def name_problem(name: str) -> str | None:
    """Say why one component of a path is not acceptable, None if it is."""
    if not name:
        return "The path has an empty component."
    if name in (".", ".."):
        return f"The path has the component {name!r}."
    for character in name:
        what = _UNSEEN.get(unicodedata.category(character))
        if what is not None:
            return f"The path holds {what} (U+{ord(character):04X})."
        if character in "\\:":
            return f"The path holds a {'backslash' if character == chr(92) else 'colon'}."
    if not unicodedata.is_normalized("NFC", name):
        return "The path is not in Unicode normalisation form C."
    if _ENCODED.search(name):
        return "The path is percent-encoded."
    if name[-1] in ". ":
        return "A component of the path ends in a dot or a space, which Windows drops."
    if len(name.encode("utf-8")) > MAX_NAME:
        return f"A component of the path is longer than {MAX_NAME} bytes."
    stem = name.split(".", 1)[0].rstrip(" ").lower()
    if stem in _RESERVED:
        return f"Windows reserves the name {stem.upper()}."
    return None


def clashes(paths: Iterable[str]) -> list[tuple[str, str]]:
    """Find paths that are one file on systems that fold case or normalise Unicode.

    Folders count: `A/x` and `a/y` give `("A", "a")`. So does a path that is a file here and a
    folder there: `a` and `A/b` clash. The same path twice is no clash.

    Returns:
        Pairs of spellings, the one that came first at the left; each pair once.
    """
    # Folded path -> its first spelling, and whether that was a file.
    known: dict[str, tuple[str, bool]] = {}
    pairs: dict[tuple[str, str], None] = {}
    for path in paths:
        folded = fold(path)
        end, folded_end = len(path), len(folded)
        is_file = True
        while True:
            spelling, key = path[:end], folded[:folded_end]
            if key not in known:
                known[key] = (spelling, is_file)
            elif known[key] != (spelling, is_file):
                pairs[known[key][0], spelling] = None
            elif not is_file:
                # This folder was seen in this spelling, and so were those above it.
                break
            end, folded_end = path.rfind("/", 0, end), folded.rfind("/", 0, folded_end)
            is_file = False
            if end < 0 or folded_end < 0:
                break
    return list(pairs)


def fold(path: str) -> str:
    """The form in which two paths are equal if some system takes them for one (Unicode D145)."""
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", path).casefold())


def under(path: str, folder: str) -> bool:
    """Say whether a POSIX path is a folder or lies below it. Looks at the text only.

    Paths with `.`, `..` or empty components, and absolute ones, lie below nothing.
    """
    folder = folder.rstrip("/")
    if not _is_straight(path) or not _is_straight(folder):
        return False
    return path == folder or path.startswith(f"{folder}/")


def _is_straight(path: str) -> bool:
    return not {"", ".", ".."} & set(path.split("/"))

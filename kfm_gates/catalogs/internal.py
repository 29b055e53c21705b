"""Which texts of a public catalog lead back into zones that are not public (R-129).

A catalog that names `data/raw/…` tells where the unredacted data lies. So every text of it is
looked at, whatever it stands for; the rule decides over the count.
"""

from __future__ import annotations

import posixpath
import re
import unicodedata
import urllib.parse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from kfm_gates.catalogs import references
from kfm_gates.evidence.json_positions import escape

if TYPE_CHECKING:
    from kfm_gates.catalogs._api import RunFacts
    from kfm_gates.catalogs.files import Files

_ZONE: Final = re.compile(
    r"(?<![A-Za-z0-9])data[/\\](?:\.?[/\\])*(?:raw|work|quarantine)(?:[/\\]+[^\s/\\]|[/\\]+$)",
    re.IGNORECASE,
)
"""Something below a zone, or a zone with its slash at the very end."""
_BARE: Final = re.compile(
    r"(?!https?:)[^\s]*?(?<![A-Za-z0-9])data[/\\](?:\.?[/\\])*(?:raw|work|quarantine)[/\\]*(?:[#?]\S*)?",
    re.IGNORECASE,
)
"""A text that is a reference as a whole and ends with a zone; prose and pages of the web may."""
_UNSEEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
)
"""Characters that nobody sees, between letters of a word."""
_ROUTE: Final = re.compile(r"https?://github\.com/[^\s/]+/data/raw/(?!\.)", re.IGNORECASE)
"""There `raw` is no folder: it is how GitHub serves a file of a repository called `data`."""
_DECODINGS: Final = 3


def is_internal(text: str, *, base: str, files: Files, run: RunFacts | None = None) -> bool:
    """Does a text name a path in raw, work or quarantine, or lead to one?

    A reference to a file of the run itself is none, whatever its folders are called.

    Args:
        text: Any text of the document, as written or as an RDF parser resolved it.
        base: Run-relative path of the document.
        files: The files of the run.
        run: The receipts; without them references that climb out of the run lead nowhere.
    """
    if not _may_be_path(text):
        return False
    target = references.resolve(text, base=base, run=run)
    path = references.plain(text)
    if run is None and path != text:
        path = _beyond(path, base)
    if target.kind == "run":
        if files.size(target.path) is not None or files.is_directory(target.path):
            return names_zone(target.fragment)
        return names_zone(path)
    if target.kind == "lake" and names_zone(target.path):
        return True
    return names_zone(path)


def _beyond(path: str, base: str) -> str:
    """A path without the folders that it shares with the document.

    Outside of a run the document itself may lie in work; what lies beside it leads nowhere else.
    """
    ours, shared = posixpath.dirname(base).split("/"), 0
    parts = path.split("/")
    for mine, other in zip(ours, parts, strict=False):
        if mine != other:
            break
        shared += 1
    return "/".join(parts[shared:])


def names_zone(text: str) -> bool:
    """Does a text hold `data/raw/…`, `data/work/…` or `data/quarantine/…` as components of a path?

    Also where dot segments, percent-encoding, look-alike or unseen characters stand between.
    What is encoded more often than anybody needs is taken for such a text.
    """
    if not _may_be_path(text):
        return False
    text = _ROUTE.sub("", text)
    if not text.isascii():
        text = _UNSEEN.sub("", unicodedata.normalize("NFKC", _UNSEEN.sub("", text)))
    for _ in range(_DECODINGS + 1):
        if _names_zone(text) or (".." in text and _names_zone(_flat(text))):
            return True
        decoded = _UNSEEN.sub("", urllib.parse.unquote(text))
        if decoded == text:
            return False
        text = decoded
    return True


def _names_zone(text: str) -> bool:
    if _ZONE.search(text) is not None:
        return True
    return len(text) <= references.MAX_LENGTH and _BARE.fullmatch(text) is not None


def _may_be_path(text: str) -> bool:
    return "/" in text or "\\" in text or "%" in text or not text.isascii()


def _flat(text: str) -> str:
    """The text with dot segments taken out of its paths, as whoever follows them does."""
    words = []
    for word in text.split():
        parts: list[str] = []
        for part in re.split(r"[/\\]", word):
            if part == ".." and parts and parts[-1] not in ("", ".."):
                parts.pop()
            elif part != ".":
                parts.append(part)
        words.append("/".join(parts))
    return " ".join(words)


def excerpt(text: str, length: int) -> str:
    """So much of a long text that it still names the zone that it names."""
    if len(text) <= length:
        return text
    for start in range(0, len(text), length // 2):
        if names_zone(text[start : start + length]):
            return text[start : start + length]
    return "data/raw/…"


def strings(value: Any) -> Iterator[str]:
    """Every string of a JSON value, keys included."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, list):
            waiting.extend(reversed(one))
        elif isinstance(one, dict):
            for key, entry in reversed(one.items()):
                waiting.extend((entry, key))


def pointer_of(data: Any, text: str) -> str | None:
    """JSON Pointer to the first value, or to the value of the first key, that holds a text."""
    waiting: list[tuple[str, Any]] = [("", data)]
    while waiting:
        pointer, one = waiting.pop()
        if isinstance(one, str):
            if text in one:
                return pointer
        elif isinstance(one, list):
            waiting.extend((f"{pointer}/{n}", v) for n, v in reversed(list(enumerate(one))))
        elif isinstance(one, dict):
            for key, value in reversed(one.items()):
                place = f"{pointer}/{escape(key)}"
                waiting.append((place, key if text in key else value))
    return None


def line_of(raw: bytes, text: str) -> int | None:
    """Line on which a text first stands in a document that is no JSON, as far as it can be told."""
    for part in (text, text.rpartition("/")[2]):
        at = raw.find(part.encode("utf-8", "replace")) if part else -1
        if at >= 0:
            return raw.count(b"\n", 0, at) + 1
    return None

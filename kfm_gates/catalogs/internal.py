"""Which texts of a public catalog lead back into zones that are not public (R-129).

A catalog that names `data/raw/…` tells where the unredacted data lies. So every text of it is
looked at, whatever it stands for; the rule decides over the count.
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from kfm_gates.catalogs import references

if TYPE_CHECKING:
    from kfm_gates.catalogs._api import RunFacts
    from kfm_gates.catalogs.files import Files

_ZONE: Final = re.compile(
    r"(?<![A-Za-z0-9_-])data[/\\](?:\.?[/\\])*(?:raw|work|quarantine)(?![A-Za-z0-9_-])",
    re.IGNORECASE,
)


def is_internal(text: str, *, base: str, files: Files, run: RunFacts | None = None) -> bool:
    """Does a text name a path in raw, work or quarantine, or lead to one?

    A reference to a file of the run itself is none, whatever its folders are called.

    Args:
        text: Any text of the document, as written or as an RDF parser resolved it.
        base: Run-relative path of the document.
        files: The files of the run.
        run: The receipts; without them references that climb out of the run lead nowhere.
    """
    if "/" not in text and "\\" not in text and "%" not in text:
        return False
    target = references.resolve(text, base=base, run=run)
    if target.kind == "run":
        if files.size(target.path) is not None or files.is_directory(target.path):
            return False
        return names_zone(references.plain(text))
    if target.kind == "lake" and names_zone(target.path):
        return True
    return names_zone(text)


def names_zone(text: str) -> bool:
    """Does a text hold `data/raw`, `data/work` or `data/quarantine` as components of a path?

    Also where the slash is percent-encoded, once or twice.
    """
    for _ in range(3):
        if _ZONE.search(text):
            return True
        decoded = urllib.parse.unquote(text)
        if decoded == text:
            return False
        text = decoded
    return False


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

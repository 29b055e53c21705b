"""Search one document for credentials and personal data, and say where without saying what.

Places are shown as JSON Pointers and lines. A pointer is cut where a key of it holds one of the
values that were found, because then the place would give the value away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from kfm_gates.errors import EvidenceUnreadable
from kfm_gates.evidence import strict_json
from kfm_gates.evidence.scan_text import Entry, batches, text_batches
from kfm_gates.evidence.secrets_scan import Hit, Search, TooManySuspectsError

MAX_VALUES = 1000
"""Different values in one document; more than that is no accident and is not listed any more."""


@dataclass(frozen=True, slots=True)
class Found:
    """A hit and its place. `mailto` tells that it is the target of a mailto: link."""

    hit: Hit
    pointer: str | None = None
    line: int | None = None
    mailto: bool = False


@dataclass(slots=True)
class Searched:
    """What came out of one document.

    `unreadable` is the reason why a JSON document could not be read as one; it was then searched
    as text, which finds most and proves nothing.
    """

    found: list[Found] = field(default_factory=list)
    strings: int = 0
    unreadable: EvidenceUnreadable | None = None


def search_document(search: Search, raw: bytes, file: str, *, as_json: bool = False) -> Searched:
    """Search one document.

    Args:
        search: The search of the run it belongs to.
        raw: The bytes of the document.
        file: Its name; the suffix says how to read it.
        as_json: Read it as one JSON document whatever its name.

    Raises:
        NotTextError: It is neither JSON nor UTF-8 text.
        TooManySuspectsError: Too much of it looks like credentials.
    """
    result = Searched()
    try:
        hits = list(_hits(search, batches(raw, file, as_json=as_json), result))
    except EvidenceUnreadable as error:
        result.unreadable = error
        hits = list(_hits(search, text_batches(raw), result))
    values = {hit.value for hit, _ in hits}
    if len(values) > MAX_VALUES:
        raise TooManySuspectsError(f"it holds more than {MAX_VALUES} values of such shapes")
    for hit, entry in hits:
        pointer = entry.parent if hit.end <= entry.value_at else entry.pointer
        pointer = None if pointer is None else _cut(pointer, values)
        line = entry.line
        if line is None and pointer is not None and result.unreadable is None:
            line = strict_json.line_of(raw, pointer)
        mailto = entry.text[max(hit.start - 7, 0) : hit.start].lower() == "mailto:"
        result.found.append(Found(hit, pointer, line, mailto))
    return result


def search_names(search: Search, names: Iterable[str]) -> list[Hit]:
    """Search the names of files."""
    return [hit for hit, _ in _hits(search, [[Entry(name) for name in names]], Searched())]


def _hits(
    search: Search, parts: Iterable[list[Entry]], result: Searched
) -> Iterator[tuple[Hit, Entry]]:
    for part in parts:
        result.strings += len(part)
        if search.clean(entry.text for entry in part):
            continue
        for entry in part:
            for hit in search.find(entry.text):
                yield hit, entry


def _cut(pointer: str, values: Iterable[str]) -> str:
    steps = pointer.split("/")
    for n, step in enumerate(steps):
        plain = step.replace("~1", "/").replace("~0", "~")
        if any(value in plain for value in values):
            return "/".join(steps[:n])
    return pointer

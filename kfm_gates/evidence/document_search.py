"""Search one document for credentials and personal data, and say where without saying what.

Places are shown as JSON Pointers and lines. A pointer is cut where a key of it holds one of the
values that were found, because then the place would give the value away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from kfm_gates.errors import EvidenceUnreadable
from kfm_gates.evidence import strict_json
from kfm_gates.evidence.scan_text import Entry, NotTextError, batches, text_batches
from kfm_gates.evidence.secrets_scan import Hit, Search, TooManySuspectsError

MAX_VALUES = 1000
"""Different values in one document; more than that is no accident and is not listed any more."""

_FEW = 16


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


def search_document(
    search: Search, raw: bytes, file: str, *, as_json: bool = False, binary: bool = False
) -> Searched:
    """Search one document.

    Args:
        search: The search of the run it belongs to.
        raw: The bytes of the document.
        file: Its name; the suffix says how to read it.
        as_json: Read it as one JSON document whatever its name.
        binary: Search what is no text byte by byte, which proves nothing about what is packed.

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
    except NotTextError:
        if not binary:
            raise
        # NUL out, so that ASCII in UTF-16 is found as well.
        plain = raw.replace(b"\0", b"").decode("latin-1").encode()
        hits = list(_hits(search, text_batches(plain), result))
    values = {hit.value for hit, _ in hits}
    if len(values) > MAX_VALUES:
        raise TooManySuspectsError(f"it holds more than {MAX_VALUES} values of such shapes")
    cut = _Cut(values)
    # One index for all hits: making it reads the whole document.
    positions = strict_json.Positions(raw)
    for hit, entry in hits:
        pointer = entry.parent if hit.end <= entry.value_at else entry.pointer
        pointer = None if pointer is None else cut(pointer)
        line = entry.line
        if line is None and pointer is not None and result.unreadable is None:
            line = positions.line(pointer)
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
        # Halved until what is left is clean or small: looking at texts one by one is the dear part.
        stack = [part]
        while stack:
            some = stack.pop()
            if search.clean(entry.text for entry in some):
                continue
            if len(some) > _FEW:
                half = len(some) // 2
                stack += (some[half:], some[:half])
                continue
            for entry in some:
                for hit in search.find(entry.text):
                    yield hit, entry


class _Cut:
    """Ends pointers before the first key that holds one of some values."""

    def __init__(self, values: Iterable[str]) -> None:
        self._values = sorted(values, key=len)
        self._shortest = len(self._values[0]) if self._values else 0
        self._seen: dict[str, bool] = {}

    def __call__(self, pointer: str) -> str:
        steps = pointer.split("/")
        for n, step in enumerate(steps):
            if len(step) >= self._shortest and self._tells(step):
                return "/".join(steps[:n])
        return pointer

    def _tells(self, step: str) -> bool:
        known = self._seen.get(step)
        if known is None:
            plain = step.replace("~1", "/").replace("~0", "~")
            known = self._seen[step] = any(value in plain for value in self._values)
        return known

"""Turn documents into texts to search, each with the place it came from.

JSON is searched after decoding, because an escape hides a credential from a search over bytes,
and every value together with its key, because some shapes need both. Long documents come in
batches, so that memory does not grow with them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from kfm_gates.evidence import strict_json

JSON_SUFFIXES = (".json", ".jsonld", ".geojson", ".topojson")
LINES_SUFFIXES = (".jsonl", ".ndjson")
_BATCH = 1 << 20
_NAMES = ("name", "Name", "key", "Key", "header", "Header")
_VALUES = ("value", "Value")
_TELLING = re.compile(
    r"[\w.-]{0,64}(?:authorization|cookie|api[_-]?key|token|secret|passw|access[_-]?key)[\w.-]{0,64}",
    re.IGNORECASE,
)
"""Names that say something about the text beside them: headers in a HAR file or in a list."""


class NotTextError(ValueError):
    """The bytes are no UTF-8 text, so nothing can be found in them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A text to search.

    Args:
        text: A line of a text, or `"key": "value"` of a JSON document.
        pointer: JSON Pointer of the value in its JSON document; None for lines of a text.
        line: Line of the file, counted from 1; None where the file is one JSON document.
        parent: Pointer to show where the hit is in the key itself, which must not be repeated.
        value_at: Where the value begins in `text`; what comes before is the key.
    """

    text: str
    pointer: str | None = None
    line: int | None = None
    parent: str | None = None
    value_at: int = 0


def batches(raw: bytes, file: str, *, as_json: bool = False) -> Iterator[list[Entry]]:
    """The texts of a document, some thousand at a time.

    Args:
        raw: The bytes of the document.
        file: Its name; the suffix says how to read it.
        as_json: Read it as one JSON document whatever its name.

    Raises:
        NotTextError: It is not UTF-8, or it holds NUL.
        EvidenceUnreadable: It is named as JSON and is no strict JSON.
    """
    suffix = file[file.rfind(".") :].lower() if "." in file else ""
    if as_json or suffix in JSON_SUFFIXES:
        yield of_json(strict_json.loads(raw, file=file))
    elif suffix in LINES_SUFFIXES:
        yield from _joined(
            of_json(value, line) for line, value in strict_json.loads_lines(raw, file=file)
        )
    else:
        yield from text_batches(raw)


def text_batches(raw: bytes) -> Iterator[list[Entry]]:
    """The lines of a text, whatever its name.

    Raises:
        NotTextError: It is not UTF-8, or it holds NUL.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotTextError(f"byte {error.start} is not UTF-8") from error
    if "\0" in text:
        raise NotTextError("it holds NUL characters, as binary files and UTF-16 do")
    yield from _joined([Entry(line, line=n)] for n, line in enumerate(text.split("\n"), 1))


def _joined(parts: Iterable[list[Entry]]) -> Iterator[list[Entry]]:
    batch: list[Entry] = []
    size = 0
    for part in parts:
        batch += part
        size += sum(len(entry.text) for entry in part)
        if size > _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def of_json(data: Any, line: int | None = None) -> list[Entry]:
    """Every key and every scalar of a parsed JSON document, in its order.

    Args:
        data: What a strict JSON reader returned.
        line: Line of the document in a JSON Lines file.
    """
    found: list[Entry] = []
    stack: list[tuple[str, str, str, Any]] = [("", "", "", data)]
    while stack:
        pointer, parent, key, value = stack.pop()
        if isinstance(value, dict):
            told = next((t for k in _NAMES if (t := _telling(value.get(k))) is not None), None)
            for name, inner in reversed(value.items()):
                place = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
                shown = told if told and name in _VALUES and isinstance(inner, str) else name
                stack.append((place, pointer, shown, inner))
            found.append(Entry(f'"{key}":', pointer, line, parent, len(key) + 3))
        elif isinstance(value, list):
            stack.extend(
                (f"{pointer}/{n}", parent, _before(value, n) or key, value[n])
                for n in reversed(range(len(value)))
            )
            found.append(Entry(f'"{key}":', pointer, line, parent, len(key) + 3))
        elif isinstance(value, str):
            found.append(Entry(f'"{key}": "{value}"', pointer, line, parent, len(key) + 5))
        elif isinstance(value, int) and not isinstance(value, bool):
            found.append(Entry(f'"{key}": {value}', pointer, line, parent, len(key) + 4))
        else:
            found.append(Entry(f'"{key}":', pointer, line, parent, len(key) + 3))
    return found


def _telling(name: Any) -> str | None:
    """The name itself, where it is one that gives a meaning to the text beside it."""
    return name if isinstance(name, str) and _TELLING.fullmatch(name) else None


def _before(items: list[Any], n: int) -> str | None:
    """What names an element of `["Authorization", "Basic …"]`."""
    return _telling(items[n - 1]) if n and isinstance(items[n], str) else None

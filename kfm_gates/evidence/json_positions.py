"""Where in a JSON text a JSON Pointer (RFC 6901) points: a scanner that keeps the lines.

Only used to explain a refusal. It expects text that is JSON up to the place that is looked for,
stops quietly at anything else, and never recurses.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_STRING: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_SCALAR: Final = re.compile(r"[-+0-9.A-Za-z]+")
_MAX_INDEXED: Final = 250_000
_MAX_POINTER: Final = 1000


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a document.

    Args:
        parent: The container that holds it, None for the document itself.
        name: Its key or index there.
        line: Line, counted from 1, of its key, or of itself where it has none.
        depth: How many containers hold it.
        serial: A number of its own.
        symbol: `[`, `{`, or the text of a number, true, false, null; empty for a string.
        string: The value of a string.
    """

    parent: Node | None
    name: str | int
    line: int
    depth: int
    serial: int
    symbol: str = ""
    string: str | None = None

    @property
    def pointer(self) -> str | None:
        """JSON Pointer of the value; None where a hostile document makes it absurdly long."""
        tokens: list[str] = []
        node, length = self, 0
        while node.parent is not None:
            tokens.append(escape(str(node.name)))
            length += len(tokens[-1]) + 1
            if length > _MAX_POINTER:
                return None
            node = node.parent
        return "".join(f"/{token}" for token in reversed(tokens))


def escape(key: str) -> str:
    """Make one token of a JSON Pointer of a key."""
    return key.replace("~", "~0").replace("/", "~1")


def scan(text: str) -> Iterator[Node]:
    """Yield the values of a document in the order in which they begin, containers first."""
    position = serial = counted = 0
    line = 1
    # The containers that are open, each with the index of its next element.
    stack: list[Node] = []
    following: list[int] = []
    while True:
        position = _skip(text, position)
        if stack and text[position : position + 1] in ("]", "}"):
            stack.pop()
            following.pop()
            position += 1
        else:
            start = position
            name: str | int = ""
            if stack and stack[-1].symbol == "{":
                match = _STRING.match(text, position)
                key = _unquoted(match[0]) if match else None
                if match is None or key is None:
                    return
                name = key
                position = _skip(text, match.end())
                if text[position : position + 1] != ":":
                    return
                position = _skip(text, position + 1)
            elif stack:
                name = following[-1]
                following[-1] += 1
            line += text.count("\n", counted, start)
            counted = start
            serial += 1
            place = (stack[-1] if stack else None, name, line, len(stack), serial)
            first = text[position : position + 1]
            if first in ("[", "{"):
                node = Node(*place, first)
                stack.append(node)
                following.append(0)
                position += 1
                yield node
                continue
            match = (_STRING if first == '"' else _SCALAR).match(text, position)
            if match is None:
                return
            position = match.end()
            if first == '"':
                yield Node(*place, "", _unquoted(match[0]))
            else:
                yield Node(*place, match[0])
        if not stack:
            return
        position = _skip(text, position)
        if text[position : position + 1] == ",":
            position += 1
        elif text[position : position + 1] not in ("]", "}"):
            return


def _skip(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _unquoted(token: str) -> str | None:
    if "\\" not in token:
        return token[1:-1]
    try:
        value = json.loads(token)
    except ValueError:
        return None
    return value if isinstance(value, str) else None


class Positions:
    """Lines of the values of one document, found when they are first asked for.

    Args:
        raw: The document; bytes that are not UTF-8 are read as far as they can be.
    """

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        # (serial of the container, key or index) -> (line, serial of the value)
        self._index: dict[tuple[int, str], tuple[int, int]] | None = None

    def line(self, pointer: str) -> int | None:
        """Line, counted from 1, of the value that a JSON Pointer names.

        None where there is no such value, and behind the first 250,000 values of a document.
        """
        if self._index is None:
            text = self._raw.decode("utf-8", "replace")
            self._index = {}
            for node in islice(scan(text), _MAX_INDEXED):
                holder = node.parent.serial if node.parent else 0
                self._index.setdefault((holder, str(node.name)), (node.line, node.serial))
        if pointer and not pointer.startswith("/"):
            return None
        found = self._index.get((0, ""))
        for token in pointer.split("/")[1:]:
            if found is None:
                return None
            name = token.replace("~1", "/").replace("~0", "~")
            found = self._index.get((found[1], name))
        return found[0] if found else None


def line_of(raw: bytes, pointer: str) -> int | None:
    """Line of the value that a JSON Pointer names, counted from 1; None where there is none."""
    return Positions(raw).line(pointer)

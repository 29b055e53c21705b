"""Mutations of a facts document: delete, null, empty and retype a field.

A mutant shares everything with its document but the changed branch, so thousands are cheap.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from kfm_gates.policy.reads import ANY, Path, Read

DELETE: Final = object()
"""Stands for a field that is not there."""

_EMPTIES: Final[Mapping[str, Any]] = {
    "null": None,
    "empty string": "",
    "empty array": [],
    "empty object": {},
    "zero": 0,
}


def expand(document: Any, reads: Iterable[Read]) -> tuple[set[Path], set[Path]]:
    """Find the fields of a document that some reads concern.

    Returns:
        Paths of the fields read and of everything above them, and the paths that are read and not
        there; these may hold `*`.
    """
    found: set[Path] = set()
    absent: set[Path] = set()
    for read in reads:
        concrete = list(_match(document, read.path))
        if not concrete:
            absent.add(read.path)
        for path in concrete:
            found.update(path[:size] for size in range(len(path) + 1))
            if read.deep:
                found.update(below(at(document, path), path))
    return found, absent


def below(value: Any, path: Path = ()) -> Iterator[Path]:
    """Paths of a value and of everything in it, outermost first."""
    yield path
    for name, member in _children(value):
        yield from below(member, (*path, name))


def mutations(document: Any, path: Path, *, is_count: bool) -> Iterator[tuple[str, Any]]:
    """Mutate one field.

    Args:
        document: The facts.
        path: A field that is there.
        is_count: The field counts something, so that 0 stands for nothing. Otherwise 0 is a number
            like any other.

    Yields:
        What was done, and the mutant.
    """
    value = at(document, path)
    if path and isinstance(path[-1], str):
        yield "deleted", _with(document, path, DELETE)
    for name, empty in _EMPTIES.items():
        if _same(empty, value) or (name == "zero" and _is_number(value) and not is_count):
            continue
        yield name, _with(document, path, empty)
    for name, other in _retyped(value):
        yield name, _with(document, path, other)


def at(document: Any, path: Path) -> Any:
    """The value at a path that is there."""
    for name in path:
        document = document[name]
    return document


def pointer(path: Path) -> str:
    """JSON Pointer (RFC 6901) of a path."""
    return "".join("/" + str(name).replace("~", "~0").replace("/", "~1") for name in path)


def counts(schema: Mapping[str, Any], path: Path) -> bool:
    """Say whether a JSON Schema declares the field at a path an integer."""
    node: Mapping[str, Any] = schema
    for name in path:
        node = _resolved(schema, node)
        if isinstance(name, int):
            node = node.get("items", {})
        else:
            other = node.get("additionalProperties") or {}
            node = node.get("properties", {}).get(name, other)
    return _resolved(schema, node).get("type") == "integer"


def _resolved(schema: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    name = str(node.get("$ref", "")).removeprefix("#/$defs/")
    found: Mapping[str, Any] = schema["$defs"][name] if name else node
    return found


def _match(value: Any, path: Path, done: Path = ()) -> Iterator[Path]:
    if not path:
        yield done
        return
    for name, member in _children(value):
        if path[0] in (ANY, name):
            yield from _match(member, path[1:], (*done, name))


def _children(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def _retyped(value: Any) -> Iterator[tuple[str, Any]]:
    """Values of other types that hold the same, or look like it."""
    yield "wrapped in an array", [value]
    if isinstance(value, bool):
        yield "boolean as string", str(value).lower()
        yield "boolean as number", int(value)
    elif _is_number(value):
        yield "number as string", str(value)
        yield "number as boolean", True
    elif isinstance(value, str):
        yield "string as number", 1
        yield "string as boolean", True
    elif isinstance(value, list):
        yield "array as object", {str(n): member for n, member in enumerate(value)}
        if value:
            yield "array as its first member", value[0]
    elif isinstance(value, dict):
        yield "object as array", list(value.values())


def _with(document: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    name, rest = path[0], path[1:]
    changed = document.copy()
    if rest or value is not DELETE:
        changed[name] = _with(document[name], rest, value)
    else:
        del changed[name]
    return changed


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same(left: Any, right: Any) -> bool:
    return type(left) is type(right) and left == right

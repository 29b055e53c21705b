"""What a value in Rego may be, as far as facts are concerned, and small steps on parsed terms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

ANY: Final = "*"
"""Stands for every member of an object or array in a path."""

Path = tuple[str | int, ...]
Term = Mapping[str, Any]
Items = frozenset[tuple[str, Any]]
"""What a value may be: `("path", path)`, `("const", scalar)`, `("of", items)` for a collection."""

NOTHING: Final[Items] = frozenset()


@dataclass(frozen=True)
class Read:
    """A field that is read; with `deep`, everything below it as well."""

    path: Path
    deep: bool


@dataclass(slots=True)
class Clause:
    """One rule of a module, with what its names mean there."""

    package: Path
    imports: Mapping[str, Sequence[Term]]
    rule: Mapping[str, Any]

    @property
    def ref(self) -> Sequence[Term]:
        """Name of the rule as it is written: `status`, then `license_known`."""
        return self.rule["head"]["ref"]  # type: ignore[no-any-return]


def members(items: Items, name: str | int) -> Items:
    """Members of a value under a name; a collection built in Rego keeps no names."""
    found: set[tuple[str, Any]] = set()
    for kind, what in items:
        if kind == "path":
            found.add(("path", (*what, name)))
        elif kind == "of":
            found |= what
    return frozenset(found)


def union(parts: Iterable[Items]) -> Items:
    """Everything that some values may be together."""
    found: Items = NOTHING
    for part in parts:
        found |= part
    return found


def name_of(operator: Term) -> str:
    """Name of an operator or built-in: `equal`, `object.get`."""
    return ".".join(str(term["value"]) for term in operator["value"])


def terms_in(value: Any) -> Iterator[Term]:
    """Every term inside a value of unknown shape, outermost first."""
    if isinstance(value, Mapping):
        for key in ("value", "terms", "body", "parts"):
            yield from _terms_of(value.get(key))
    elif isinstance(value, list):
        yield from _terms_of(value)


def _terms_of(value: Any) -> Iterator[Term]:
    for member in value if isinstance(value, list) else (value,):
        if isinstance(member, Mapping) and "type" in member:
            yield member
        elif isinstance(member, Mapping | list):
            yield from terms_in(member)

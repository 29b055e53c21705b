"""The part of a refused document that has to be explained: errors are few, documents large."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from kfm_gates.evidence.json_positions import escape
from kfm_gates.evidence.json_schema import Issue

_MAX_STRING: Final = 20_000
_MAX_LIST: Final = 64
_LIST_WORDS: Final = {
    "minItems": "has too few entries",
    "maxItems": "has too many entries",
    "uniqueItems": "holds an entry twice",
}

Place = tuple[str | int, ...]
"""Keys and indices that lead to a value."""


def pointer_of(path: Iterable[str | int]) -> str:
    """JSON Pointer of a path of keys and indices."""
    return "".join(f"/{escape(str(part))}" for part in path)


class Focus:
    """A document cut down to what has to be explained.

    Very long strings are cut, because the patterns of `re` backtrack and their length has decided
    already. Long lists keep the entries that are wrong.
    """

    def __init__(self, places: Mapping[Place, str] | None) -> None:
        self._places = places
        self._above = {place[:n] for place in places or () for n in range(len(place) + 1)}
        # Of each list that was shortened: the indices of the entries that it kept.
        self.shortened: dict[Place, list[int]] = {}
        self.issues: list[Issue] = []

    def cut(self, data: Any, path: Place, short: Place) -> Any:
        """Return the part of a value to look at; `short` is its path in what is returned."""
        if isinstance(data, str):
            return data if len(data) <= _MAX_STRING else data[:_MAX_STRING]
        if isinstance(data, dict):
            return {key: self.cut(v, (*path, key), (*short, key)) for key, v in data.items()}
        if not isinstance(data, list):
            return data
        kept = list(range(len(data)))
        if self._places is not None and len(data) > _MAX_LIST:
            kept = [n for n in kept if (*path, n) in self._above]
            self.shortened[short] = kept
            if path in self._places:
                keyword = self._places[path]
                what = _LIST_WORDS.get(keyword, f"does not fit the schema ({keyword})")
                self.issues.append(Issue(pointer_of(path), f"The list {what}."))
        return [self.cut(data[n], (*path, n), (*short, m)) for m, n in enumerate(kept)]

    def written(self, short: Place) -> Place:
        """The path in the document as it was written."""
        return tuple(
            self.shortened[short[:n]][step]
            if isinstance(step, int) and short[:n] in self.shortened
            else step
            for n, step in enumerate(short)
        )

"""The matrix: one row for each thing that is described, one column for each source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal

from kfm_gates.catalogs._api import ArtifactClaim

Kind = Literal["dataset", "output", "extra", "file", "catalog"]

MAX_FAULTY: Final = 4
"""So many faulty statements of a cell are kept; findings tell about all of them."""
BYTES: Final = "bytes"
MANIFEST: Final = "manifest"


class Word(StrEnum):
    """What can be said of a cell, the worst first where several apply."""

    CONTRADICTING = "contradicting"
    DUPLICATED = "duplicated"
    EXTRA = "extra"
    MISSING = "missing"
    UNPROVEN = "unproven"
    AGREE = "agree"
    NOT_REQUIRED = "not_required"


WORST_FIRST: Final = tuple(Word)
FAULTS: Final = frozenset(WORST_FIRST) - {Word.AGREE, Word.NOT_REQUIRED}


@dataclass(kw_only=True)
class Cell:
    """What one source says about one thing.

    Args:
        source: `bytes`, `manifest` or a kind of catalog.
        says: Its statements, in the order of its documents; none where it says nothing.
        words: Everything that holds of it.
        faulty: Those of its statements that are why.
    """

    source: str
    says: list[ArtifactClaim] = field(default_factory=list)
    words: set[Word] = field(default_factory=set)
    faulty: list[ArtifactClaim] = field(default_factory=list)

    @property
    def verdict(self) -> Word:
        """The worst of its words; `not_required` only where nothing is said and nothing wanted."""
        return next(
            (word for word in WORST_FIRST if word in self.words),
            Word.AGREE if self.says else Word.NOT_REQUIRED,
        )


@dataclass(kw_only=True)
class Row:
    """One thing: an output, a catalog document, data that no manifest lists, or the dataset."""

    name: str
    kind: Kind
    cells: dict[str, Cell]
    beside: list[ArtifactClaim] = field(default_factory=list)
    """Statements that are no data claims (a thumbnail, metadata): they may not contradict."""

    def statements(self) -> Iterator[ArtifactClaim]:
        """Everything that is said about it, column by column."""
        for cell in self.cells.values():
            yield from cell.says
        yield from self.beside

    def mark(self, source: str, word: Word, claim: ArtifactClaim | None = None) -> None:
        """Say something about the cell of a source, and which of its statements is why."""
        cell = self.cells[source]
        cell.words.add(word)
        if claim is None or len(cell.faulty) >= MAX_FAULTY:
            return
        if all(claim is not one for one in cell.faulty):
            cell.faulty.append(claim)

    @property
    def faulty(self) -> bool:
        """Is there anything wrong with it?"""
        return any(cell.verdict in FAULTS for cell in self.cells.values())


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """The rows, and the sources that are its columns."""

    sources: tuple[str, ...]
    rows: Sequence[Row]

    def counts(self) -> dict[str, int]:
        """How many cells have which verdict; `total` leaves out those that need not be."""
        found = Counter(cell.verdict for row in self.rows for cell in row.cells.values())
        words = [word for word in Word if word is not Word.NOT_REQUIRED]
        return {
            "total": sum(found[word] for word in words),
            **{str(word): found[word] for word in words},
        }

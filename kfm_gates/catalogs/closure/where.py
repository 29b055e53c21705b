"""Space and time: the data within what STAC states, STAC within what DCAT states.

DCAT describes the dataset as a whole, so it may cover more. Each of its documents has to hold on
its own: Turtle beside JSON-LD that says something else is a contradiction, not a second chance.

Whoever contradicts the bytes is told so, and then nobody has to contain what it says: DCAT is not
at fault for leaving out a place where the data are not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from kfm_gates.catalogs._api import ArtifactClaim
from kfm_gates.catalogs.closure import codes
from kfm_gates.catalogs.closure.cells import BYTES, Matrix, Row, Word
from kfm_gates.catalogs.closure.evidence import Evidence, Seen
from kfm_gates.catalogs.closure.extents import Box, Span, box_within, span_within
from kfm_gates.catalogs.closure.pad import Pad, name_of, place_of
from kfm_gates.errors import EvidenceUnreadable
from kfm_gates.model import Code

_E = TypeVar("_E", bound=tuple[object, ...])
_Rows = Sequence[tuple[Row, Sequence[tuple[ArtifactClaim, _E]]]]
_Containers = dict[str, list[tuple[ArtifactClaim, _E]]]
_DCAT: Final = "dcat"
MAX_PAIRS: Final = 5_000_000
"""So many pairs of extents are compared at most; only made-up catalogs have more."""


MAX_REAL: Final = 100
"""What is said of the dataset is held against the bytes up to so many different extents of them;
what is said of an output always is."""


def compare(matrix: Matrix, evidence: Evidence, pad: Pad) -> None:
    """Compare boxes and spans, row by row and against the dataset.

    Args:
        matrix: The matrix.
        evidence: What is compared: which outputs the bytes place, and which nobody can.
        pad: Where findings go.

    Raises:
        EvidenceUnreadable: `CLOSURE_TOO_COMPLEX`: there are too many of them.
    """
    space = _Attribute[Box]("space", codes.SPACE_CONFLICT, "extent", lambda c: c.bbox, box_within)
    time = _Attribute[Span]("time", codes.TIME_CONFLICT, "time", lambda c: c.interval, span_within)
    looks = [evidence.seen.get(path, Seen()) for path in evidence.run.outputs]
    placed = all(look.bbox is not None or look.spatial is False for look in looks)
    _Nested[Box](space, matrix, pad, placed=placed).compare()
    _Nested[Span](time, matrix, pad, placed=False).compare()


@dataclass(frozen=True)
class _Attribute(Generic[_E]):
    check: str
    code: Code
    what: str
    of: Callable[[ArtifactClaim], _E | None]
    within: Callable[[_E, _E], bool]


class _Nested(Generic[_E]):
    """One attribute of the matrix, of which one source has to contain another."""

    def __init__(
        self, attribute: _Attribute[_E], matrix: Matrix, pad: Pad, *, placed: bool
    ) -> None:
        self._attribute = attribute
        self._matrix = matrix
        self._pad = pad
        self._placed = placed
        self._pairs = 0
        self._agreed: set[tuple[str, str, _E]] = set()
        self._refuted: set[tuple[str, _E]] = set()
        """Source and extent of what the bytes contradict."""

    def compare(self) -> None:
        """Compare within each row, and everything with every document of DCAT."""
        dataset = next(row for row in self._matrix.rows if row.kind == "dataset")
        containers: _Containers[_E] = {}
        for claim, extent in self._stated(dataset):
            if claim.source == _DCAT:
                containers.setdefault(claim.file, []).append((claim, extent))
        rows = [(row, self._stated(row)) for row in self._matrix.rows]
        for row, stated in rows:
            if row is not dataset:
                self._real(row, stated)
        self._whole(dataset, rows, containers)
        done: set[tuple[str, _E]] = set()
        for row, stated in rows:
            if row is not dataset:
                self._row(row, stated)
            for claim, extent in stated:
                if claim.source == _DCAT or (claim.source, extent) in self._refuted:
                    continue
                for file, candidates in containers.items():
                    if (file, extent) not in done:
                        done.add((file, extent))
                        self._held(claim, extent, row, candidates, dataset)

    def _stated(self, row: Row) -> list[tuple[ArtifactClaim, _E]]:
        of = self._attribute.of
        return [(c, extent) for c in row.statements() if (extent := of(c)) is not None]

    def _real(self, row: Row, stated: Sequence[tuple[ArtifactClaim, _E]]) -> None:
        """The bytes lie within every catalog; DCAT comes later."""
        real = [one for one in stated if one[0].source == BYTES]
        for claim, extent in stated:
            if not real or claim.source in (BYTES, _DCAT):
                continue
            self._agreed.add((claim.source, claim.file, extent))
            for inner, small in real:
                if not self._within(small, extent):
                    self._refuted.add((claim.source, extent))
                    row.mark(claim.source, Word.CONTRADICTING, claim)
                    self._refuse(claim, extent, inner, small, row)

    def _whole(self, dataset: Row, rows: _Rows[_E], containers: _Containers[_E]) -> None:
        """What is said of the dataset contains at least the bytes of one output.

        Of a record that names outputs this is known. Where nobody can place one of the outputs,
        what is said may be about that one, unless DCAT contradicts it as well.
        """
        real: dict[_E, tuple[ArtifactClaim, Row]] = {}
        for row, stated in rows:
            for claim, extent in stated:
                if claim.source == BYTES:
                    real.setdefault(extent, (claim, row))
        for claim, extent in self._stated(dataset):
            if (claim.source, extent) in self._refuted:
                dataset.mark(claim.source, Word.CONTRADICTING, claim)
                continue
            told = (claim.source, claim.file, extent) in self._agreed
            if claim.source == _DCAT or told or not 0 < len(real) <= MAX_REAL:
                continue
            if not self._placed and all(
                any(self._within(extent, large) for _, large in candidates)
                for candidates in containers.values()
            ):
                continue
            if not any(self._within(small, extent) for small in real):
                small, (inner, row) = next(iter(real.items()))
                self._refuted.add((claim.source, extent))
                dataset.mark(claim.source, Word.CONTRADICTING, claim)
                self._refuse(claim, extent, inner, small, row)

    def _row(self, row: Row, stated: Sequence[tuple[ArtifactClaim, _E]]) -> None:
        """The bytes and every other catalog lie within DCAT."""
        others = [
            (inner, small)
            for inner, small in stated
            if inner.source != _DCAT and (inner.source, small) not in self._refuted
        ]
        for claim, extent in stated:
            for inner, small in others if claim.source == _DCAT else ():
                if not self._within(small, extent):
                    row.mark(claim.source, Word.CONTRADICTING, claim)
                    self._refuse(claim, extent, inner, small, row)

    def _held(
        self,
        inner: ArtifactClaim,
        small: _E,
        row: Row,
        candidates: list[tuple[ArtifactClaim, _E]],
        dataset: Row,
    ) -> None:
        """Some dataset of a document of DCAT contains what is stated elsewhere."""
        for n, (_, extent) in enumerate(candidates):
            if self._within(small, extent):
                # The next one most likely lies within the same.
                candidates.insert(0, candidates.pop(n))
                return
        dataset.mark(_DCAT, Word.CONTRADICTING, candidates[0][0])
        self._refuse(*candidates[0], inner, small, row)

    def _within(self, small: _E, large: _E) -> bool:
        self._pairs += 1
        self._pad.counts[self._attribute.check] += 1
        if self._pairs > MAX_PAIRS:
            raise EvidenceUnreadable(
                f"The catalogs state too many extents to compare ({self._attribute.check}).",
                code="CLOSURE_TOO_COMPLEX",
                wanted=f"at most {MAX_PAIRS} pairs",
            )
        return self._attribute.within(small, large)

    def _refuse(
        self, claim: ArtifactClaim, extent: _E, inner: ArtifactClaim, small: _E, row: Row
    ) -> None:
        self._pad.against(
            self._attribute.check,
            self._attribute.code,
            f"The {self._attribute.what} in {name_of(claim.source)} does not contain the one of "
            f"{row.name} in {name_of(inner.source)}.",
            claim,
            got=_shown(extent),
            wanted=f"one that contains {_shown(small)} ({inner.source}, {place_of(inner)})",
        )


def _shown(extent: Iterable[object]) -> str:
    return ", ".join(".." if part is None else str(part) for part in extent)

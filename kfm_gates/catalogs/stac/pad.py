"""Where findings across documents are written down: counted, bounded, with their place."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from kfm_gates.catalogs._api import Remark
from kfm_gates.catalogs.stac.record import MAX_REMARKS
from kfm_gates.evidence.text import shorten
from kfm_gates.model import Code


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entity stands: its document, its pointer there, its line in JSON Lines."""

    file: str
    pointer: str
    line: int | None


@dataclass(slots=True)
class Pad:
    """Remarks and counts of all documents."""

    remarks: list[Remark] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    _told: Counter[tuple[str, str]] = field(default_factory=Counter)

    def keep(self, remark: Remark) -> None:
        """Take in a remark, `MAX_REMARKS` times a code."""
        key = (remark.check, remark.code.id)
        self._told[key] += 1
        if self._told[key] <= MAX_REMARKS:
            self.remarks.append(remark)

    def count(self, check: str, number: int = 1) -> None:
        """Add to what a check looked at."""
        self.counts[check] = self.counts.get(check, 0) + number

    def refuse(
        self,
        check: str,
        code: Code,
        message: str,
        place: Place,
        pointer: str,
        *,
        got: object = None,
        wanted: str | None = None,
        unproven: bool = False,
    ) -> None:
        """Write down what is wrong at `pointer` below a place."""
        self.keep(
            Remark(
                check=check,
                code=code,
                message=message,
                file=place.file,
                pointer=f"{place.pointer}{pointer}",
                line=place.line,
                got=None if got is None else shorten(str(got), 200),
                wanted=None if wanted is None else shorten(wanted, 200),
                unproven=unproven,
            )
        )

"""Where the checks of DCAT write down what they find."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from kfm_gates.catalogs._api import Examined, Question, Remark
from kfm_gates.catalogs.dcat import codes
from kfm_gates.catalogs.dcat.model import Model
from kfm_gates.model import Code

_CHECK_OF = {code.id: check.id for check in codes.CHECKS for code in check.codes}
_SHOWN = 300
_WITH_LINE = 100
"""So many findings of a code have a line: to find one costs a walk over the document."""


@dataclass(kw_only=True)
class Notes:
    """The answer so far, and what the documents are held against."""

    question: Question
    found: Examined = field(default_factory=Examined)
    told: Counter[str] = field(default_factory=Counter)
    absent: set[tuple[str, str]] = field(default_factory=set)
    """Files that were missed, by document: each is told once."""

    def look(self, check: str, count: int = 1) -> None:
        """So many things were looked at for a check."""
        if count:
            self.found.counts[check] = self.found.counts.get(check, 0) + count

    def remark(
        self,
        model: Model,
        node: str,
        code: Code,
        message: str,
        *,
        got: str | None = None,
        wanted: str | None = None,
        unproven: bool = False,
    ) -> None:
        """Something is wrong with a node; the check is the one that declares the code."""
        self.told[code.id] += 1
        shown = self.told[code.id] <= _WITH_LINE
        self.found.remarks.append(
            Remark(
                check=_CHECK_OF[code.id],
                code=code,
                message=message,
                file=model.file,
                pointer=model.pointer(node),
                line=model.line(node) if shown else None,
                got=None if got is None else got[:_SHOWN],
                wanted=wanted,
                unproven=unproven,
            )
        )

"""What all PROV documents of a run say together, once each was read and its constraints decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from kfm_gates.catalogs._api import Document, Remark
from kfm_gates.catalogs.prov.constraints import Analysis
from kfm_gates.catalogs.prov.constraints.records import Term, Unknown, walk
from kfm_gates.catalogs.prov.model import MAX_TOLD, Statement, Where, pointer, short, text
from kfm_gates.catalogs.prov.reading import Reading
from kfm_gates.evidence import strict_json
from kfm_gates.model import Check, Code

_MAX_INDEXED: Final = 8 << 20
"""Lines of JSON values are looked up in documents of at most so many bytes."""


@dataclass(slots=True)
class Account:
    """One document: as it was found, read and judged."""

    document: Document
    reading: Reading
    analyses: list[Analysis]
    positions: strict_json.Positions | None = None
    looked: int = 0

    def remark(
        self,
        check: Check,
        code: Code,
        message: str,
        where: Where,
        *,
        got: str | None = None,
        wanted: str | None = None,
        unproven: bool = False,
    ) -> Remark:
        """A remark about a place in this document."""
        name, line = pointer(where)
        if line is None and name is not None:
            line = self._line(where, name)
        return Remark(
            check=check.id,
            code=code,
            message=message,
            file=self.document.file,
            pointer=name,
            line=line,
            got=got,
            wanted=wanted,
            unproven=unproven,
        )

    def _line(self, where: Where, name: str) -> int | None:
        self.looked += 1
        if self.looked > MAX_TOLD:
            return None
        if self.reading.lines is not None:
            return self.reading.lines(name)
        if not isinstance(where, tuple) or len(self.document.raw) > _MAX_INDEXED:
            return None
        if self.positions is None:
            self.positions = strict_json.Positions(self.document.raw)
        return self.positions.line(name)


class Said(NamedTuple):
    """A statement with its arguments after unification, and the document that makes it."""

    account: Account
    statement: Statement
    args: tuple[str | None, ...]

    @property
    def prefixes(self) -> dict[str, str]:
        """Namespaces of its document."""
        return self.account.reading.instances[0].prefixes

    def short(self, iri: str | None) -> str:
        """A name with the prefixes of its document."""
        return short(iri, self.prefixes)

    def text(self) -> str:
        """The statement as PROV-N."""
        return text(self.statement, self.prefixes)


class Story:
    """The accounts of all documents, by what they speak of."""

    def __init__(self, accounts: Sequence[Account]) -> None:
        self.accounts = accounts

    def of(self, kind: str) -> list[Said]:
        """Statements of one kind in all documents, merged as the constraints demand."""
        found = self._kinds.get(kind)
        if found is None:
            found = self._kinds[kind] = [
                Said(
                    account,
                    record.statements[0],
                    tuple(_name(walk(arg)) for arg in record.args),
                )
                for account in self.accounts
                for analysis in account.analyses
                for record in analysis.merged.of(kind)
                # What an inference adds is not what a document says.
                if record.statements[0].kind.name == kind
            ]
        return found

    @cached_property
    def _kinds(self) -> dict[str, list[Said]]:
        return {}

    def elements(self, kind: str) -> dict[str, list[Said]]:
        """Entities, activities or agents by IRI; every statement, for its attributes."""
        found = self._elements.get(kind)
        if found is None:
            found = self._elements[kind] = {}
            for account in self.accounts:
                for instance in account.reading.instances:
                    for statement in instance.statements:
                        if statement.kind.name == kind and statement.id is not None:
                            said = Said(account, statement, tuple(statement.args))
                            found.setdefault(statement.id, []).append(said)
        return found

    @cached_property
    def _elements(self) -> dict[str, dict[str, list[Said]]]:
        return {}


def _name(term: Term) -> str | None:
    return term.name if isinstance(term, Unknown) else term

"""The report: one versioned document for any number of runs, and the class that reads it.

Renderers are the modules of this package that do not start with an underscore; each exposes a
`RENDERER` and only reads the document. Nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn, cast

from kfm_gates.errors import KfmGatesError, VerdictFailed, VerdictUnavailable
from kfm_gates.model import Verdict
from kfm_gates.report._document import FindingDoc, LintedDoc, ReportDoc, RunDoc

__all__ = ["FindingDoc", "LintedDoc", "Report", "ReportDoc", "RunDoc", "contradiction_in"]


def contradiction_in(document: dict[str, Any]) -> str | None:
    """The first contradiction of a report document in words, None where there is none."""
    from kfm_gates.report._consistency import contradiction

    return contradiction(document)


class Report:
    """What a check found, as the document `report/v1`.

    The report of `lint` is one as well; its `question` says so, it has no runs and is never
    promotable.

    A report has no truth value on purpose: `if check(run):` would pass every run.

    Args:
        document: A document of the schema `report/v1`. It is kept, not copied.

    Raises:
        KfmGatesError: The document contradicts itself, for example a PASS beside a finding that
            stops the run (`REPORT_INCONSISTENT`).
    """

    __slots__ = ("_document",)

    def __init__(self, document: dict[str, Any] | ReportDoc) -> None:
        found = contradiction_in(cast("dict[str, Any]", document))
        if found is not None:
            raise KfmGatesError(
                f"The report contradicts itself: {found}.",
                code="REPORT_INCONSISTENT",
                fix="Check the run again; a report proves nothing by itself.",
            )
        self._document = cast("ReportDoc", document)

    @classmethod
    def of_error(
        cls,
        error: KfmGatesError,
        *,
        requested: Sequence[str] = (),
        invocation: str | None = None,
        exit_code: int | None = None,
        question: str = "check",
    ) -> Report:
        """The report of an invocation that ended before it could judge anything: ERROR, no runs.

        Args:
            error: What happened; becomes the only finding.
            requested: The subjects as they were asked for.
            invocation: Name of the invocation; None makes a unique one.
            exit_code: Overrides that of the error (130 for an interruption).
            question: `check` or `lint`: what was asked.
        """
        from kfm_gates.report._error import document

        return cls(
            document(
                error,
                requested=requested,
                invocation=invocation,
                exit_code=exit_code,
                question=question,
            )
        )

    @classmethod
    def load(cls, path: str | Path, *, question: str | None = "check") -> Report:
        """Read a report strictly and validate it. It says what was decided, not what holds now.

        Args:
            path: The file.
            question: What it has to answer, so that nobody takes the report of `lint` for a
                decision about a run; None takes either.

        Raises:
            UsageError: There is no such file.
            EvidenceUnreadable: It cannot be read strictly, does not fit the schema, answers
                another question, or contradicts itself.
        """
        from kfm_gates.report._load import read

        return cls(read(Path(path), question))

    @property
    def document(self) -> ReportDoc:
        """The document itself. Treat it as read-only."""
        return self._document

    @property
    def question(self) -> str:
        """`check`, or `lint`, whose verdict is about documents and about no run."""
        return self._document["question"]

    @property
    def verdict(self) -> Verdict:
        """PASS, FAIL or ERROR over all runs, or over all documents of `lint`."""
        return Verdict(self._document["verdict"])

    @property
    def promotable(self) -> bool:
        """True only for a PASS without any limit."""
        promotable = self._document["promotable"] is True and self.question == "check"
        return promotable and self.verdict is Verdict.PASS

    @property
    def exit_code(self) -> int:
        """0 PASS, 1 FAIL, 2 usage or configuration, 3 no decision, 130 interrupted."""
        code = self._document["exit_code"]
        # Not read from the document alone, so that no document turns another verdict into 0.
        if self.verdict is Verdict.PASS:
            return 0 if code == 0 else 3
        if self.verdict is Verdict.FAIL:
            return 1
        return code if code in (2, 130) else 3

    @property
    def findings(self) -> tuple[FindingDoc, ...]:
        """Every finding: first those that concern no single run or document, then the others."""
        runs = (f for run in self._document["runs"] for f in run["findings"])
        documents = (f for one in self.documents for f in one["findings"])
        return (*self._document["findings"], *runs, *documents)

    @property
    def documents(self) -> tuple[LintedDoc, ...]:
        """Everything about each document that was linted; nothing where runs were checked."""
        return tuple(self._document.get("documents", ()))

    @property
    def runs(self) -> tuple[RunDoc, ...]:
        """Everything about each run."""
        return tuple(self._document["runs"])

    def render(self, fmt: str = "text", **options: Any) -> str:
        """Render the report.

        Args:
            fmt: Name of a format, e.g. `text`, `json`, `github`.
            **options: `color`, `unicode`, `width`, `quiet`, `verbose`.

        Raises:
            UsageError: There is no such format or option.
        """
        from kfm_gates.report._api import Options, renderer

        return renderer(fmt).render(self._document, Options.of(**options))

    def raise_for_verdict(self) -> None:
        """Return only if the verdict is PASS.

        Raises:
            VerdictFailed: The verdict is FAIL.
            VerdictUnavailable: The verdict is anything else; no decision was made.
        """
        if self.verdict is Verdict.PASS:
            return
        text = self.render("text", quiet=True).strip()
        if self.verdict is Verdict.FAIL:
            raise VerdictFailed(text, self)
        raise VerdictUnavailable(text, self)

    def __bool__(self) -> NoReturn:
        raise TypeError(
            "A Report has no truth value. Use report.raise_for_verdict(), "
            "report.verdict is Verdict.PASS, or report.promotable."
        )

    def __repr__(self) -> str:
        if self.question == "lint":
            return f"<Report of lint {self.verdict} documents={len(self.documents)}>"
        summary = self._document["summary"]
        return f"<Report {self.verdict} runs={summary['runs']} promotable={self.promotable}>"

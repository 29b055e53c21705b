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
from kfm_gates.report._document import FindingDoc, ReportDoc, RunDoc

__all__ = ["FindingDoc", "Report", "ReportDoc", "RunDoc"]


class Report:
    """What a check found, as the document `report/v1`.

    A report has no truth value on purpose: `if check(run):` would pass every run.

    Args:
        document: A document of the schema `report/v1`. It is kept, not copied.

    Raises:
        KfmGatesError: The document contradicts itself, for example a PASS beside a finding that
            stops the run (`REPORT_INCONSISTENT`).
    """

    __slots__ = ("_document",)

    def __init__(self, document: dict[str, Any] | ReportDoc) -> None:
        from kfm_gates.report._consistency import contradiction

        found = contradiction(cast("dict[str, Any]", document))
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
    ) -> Report:
        """The report of an invocation that ended before it could judge anything: ERROR, no runs.

        Args:
            error: What happened; becomes the only finding.
            requested: The subjects as they were asked for.
            invocation: Name of the invocation; None makes a unique one.
            exit_code: Overrides that of the error (130 for an interruption).
        """
        from kfm_gates.report._error import document

        return cls(document(error, requested=requested, invocation=invocation, exit_code=exit_code))

    @classmethod
    def load(cls, path: str | Path) -> Report:
        """Read a report strictly and validate it. It says what was decided, not what holds now.

        Raises:
            UsageError: There is no such file.
            EvidenceUnreadable: It cannot be read strictly, does not fit the schema, or
                contradicts itself.
        """
        from kfm_gates.report._load import read

        return cls(read(Path(path)))

    @property
    def document(self) -> ReportDoc:
        """The document itself. Treat it as read-only."""
        return self._document

    @property
    def verdict(self) -> Verdict:
        """PASS, FAIL or ERROR over all runs."""
        return Verdict(self._document["verdict"])

    @property
    def promotable(self) -> bool:
        """True only for a PASS without any limit."""
        return self._document["promotable"] is True and self.verdict is Verdict.PASS

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
        """Every finding: first those that concern no single run, then those of each run."""
        runs = (f for run in self._document["runs"] for f in run["findings"])
        return (*self._document["findings"], *runs)

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
        summary = self._document["summary"]
        return f"<Report {self.verdict} runs={summary['runs']} promotable={self.promotable}>"

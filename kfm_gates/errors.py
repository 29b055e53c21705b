"""Every exception that leaves this package.

Library code raises; only the command line prints and exits. `exit_code` is what the command line
returns for the class, so that the meaning of an exit code is stated in exactly one place:
1 FAIL, 2 usage or configuration, 3 no decision.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kfm_gates.report import Report


class KfmGatesError(Exception):
    """Base of everything this package raises on purpose.

    Args:
        message: What happened, one sentence.
        code: Finding code of the same event, `^[A-Z][A-Z0-9_]{2,95}$`.
        file: The file it happened in, as the user knows it; None where there is none.
        pointer: JSON Pointer (RFC 6901) inside that file.
        line: Line in that file, counted from 1.
        wanted: What was expected instead.
        fix: What to do next.
    """

    exit_code = 3

    def __init__(
        self,
        message: str,
        *,
        code: str = "INTERNAL_ERROR",
        file: str | None = None,
        pointer: str | None = None,
        line: int | None = None,
        got: str | None = None,
        wanted: str | None = None,
        fix: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.file = file
        self.pointer = pointer
        self.line = line
        self.got = got
        self.wanted = wanted
        self.fix = fix

    def __str__(self) -> str:
        """Everything that helps, so that a traceback says it too: what, where, wanted, fix."""
        more = ((None, self.file), ("wanted", self.wanted), ("fix", self.fix))
        told = [f"{word}: {text}" if word else text for word, text in more if text]
        return f"{self.message} ({'; '.join(told)})" if told else self.message


class UsageError(KfmGatesError):
    """The call or the configuration is wrong: unknown profile, no such path, invalid `.kfm/`."""

    exit_code = 2


class EvidenceError(KfmGatesError):
    """A document of the run cannot be used as evidence."""


class EvidenceMissing(EvidenceError):
    """A document that has to exist does not. The run fails; there was something to decide."""


class EvidenceInvalid(EvidenceError):
    """A document is readable and does not fit its schema. The run fails; `receipts` says where."""


class EvidenceUnreadable(EvidenceError):
    """A document exists and cannot be read strictly. No decision is possible."""


class PolicyError(KfmGatesError):
    """OPA gave no answer that can be used: absent, unverified, killed, garbage, undefined."""


class OutputError(KfmGatesError):
    """A result could not be written; nothing that was written says PASS."""


class RecorderError(KfmGatesError):
    """The recorder refuses: the run exists, a path is outside the lake, a name is taken."""

    exit_code = 2


class VerdictError(KfmGatesError):
    """Base of what `Report.raise_for_verdict` raises. Carries the report."""

    def __init__(self, message: str, report: Report) -> None:
        super().__init__(message, code="VERDICT")
        self.report = report


class VerdictFailed(VerdictError):
    """The verdict is FAIL: evidence is missing or wrong."""

    exit_code = 1


class VerdictUnavailable(VerdictError):
    """The verdict is ERROR: no decision could be made."""

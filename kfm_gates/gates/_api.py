"""The contract of a gate: declared checks, a context to look at, and a pad for the answers.

A gate has no status of its own to return. It says what it examined and what it found, check by
check; everything else follows (`_status`). A check that is not answered is failed (FO-50), and
a check that examined nothing is failed (FO-18), without the gate having to think of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kfm_gates import codes
from kfm_gates.errors import (
    EvidenceError,
    EvidenceInvalid,
    EvidenceMissing,
    EvidenceUnreadable,
)
from kfm_gates.model import (
    NOWHERE,
    Check,
    CheckResult,
    CheckStatus,
    Code,
    Family,
    Finding,
    GateResult,
    GateStatus,
    Level,
    Location,
)

if TYPE_CHECKING:
    from kfm_gates.evidence.run_dir import Run


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a gate may look at. Everything else is out of its reach on purpose.

    Args:
        run: The run, opened once; documents and digests come from it.
        family: What `.kfm/` says about the family, None where it says nothing.
        families_declared: True where `.kfm/gates.yaml` lists families, so that an unlisted one
            is `FAMILY_UNKNOWN`.
        family_declared: True where one of those patterns matches this run's family.
        now: The time of the question, UTC, the same for every gate and for Rego.
        required_checks: Names of the checks that the family demands of every validation report.
        thresholds: `{metric: {"min": x, "max": y}}` of the family and the profile, combined.
        not_secrets: Salted hashes that `.kfm/not-secrets.yaml` lists: `(salt, {sha256 hex})`.
        target_zone: The zone that the question is about.
        shapes: SHACL graphs that the profile names for DCAT: name and bytes of each.
        progress: Called with the number of bytes hashed, from any thread.
    """

    run: Run
    now: dt.datetime
    family: Family | None = None
    families_declared: bool = False
    family_declared: bool = False
    required_checks: tuple[str, ...] = ()
    thresholds: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    not_secrets: tuple[str, frozenset[str]] = ("", frozenset())
    target_zone: str = "processed"
    shapes: tuple[tuple[str, bytes], ...] = ()
    progress: Callable[[int], None] | None = None


@dataclass(slots=True)
class Answers:
    """The pad on which a gate writes its answers. One per gate and run."""

    gate: Gate
    _results: dict[str, CheckResult] = field(default_factory=dict)
    _findings: list[Finding] = field(default_factory=list)
    _facts: dict[str, Any] = field(default_factory=dict)
    _not_checked: list[str] = field(default_factory=list)
    _tables: dict[str, Any] = field(default_factory=dict)

    def refuse(
        self,
        check: str,
        code: Code,
        message: str,
        *,
        where: Location = NOWHERE,
        got: object = None,
        wanted: object = None,
        unproven: bool = False,
    ) -> None:
        """Write down a finding against a check. Its level is that of the code.

        `unproven` marks bytes that are absent: the check becomes unproven instead of failed,
        unless it has other findings as well.
        """
        declared = self.gate.check(check)
        if code.id not in {c.id for c in (*declared.codes, *codes.HOST_CODES)}:
            raise ValueError(f"gate {self.gate.id}, check {check}: code {code.id} is not declared")
        self._findings.append(
            Finding(
                code=code.id,
                level=code.level,
                message=message,
                origin=f"gate:{self.gate.id}",
                check=check,
                where=where,
                got=None if got is None else str(got),
                wanted=None if wanted is None else str(wanted),
                fix=code.fix,
                unproven=unproven,
            )
        )

    def settle(self, check: str, examined: int) -> None:
        """Close a check: failed by its deny findings, unproven by absent bytes, else proved.

        Args:
            check: Id of a declared check.
            examined: How many things were looked at; 0 is a failure (`NOTHING_EXAMINED`).
        """
        declared = self.gate.check(check)
        if check in self._results:
            raise ValueError(f"gate {self.gate.id}: check {check} was settled twice")
        deny = [f for f in self._findings if f.check == check and f.level is Level.DENY]
        if any(not f.unproven for f in deny):
            status = CheckStatus.FAILED
        elif deny:
            status = CheckStatus.UNPROVEN
        elif examined < 1:
            self.refuse(
                check,
                codes.NOTHING_EXAMINED,
                f"The gate {self.gate.id} had nothing to examine for: {declared.title}.",
            )
            status = CheckStatus.FAILED
        else:
            status = CheckStatus.PROVED
        self._results[check] = CheckResult(check, status, examined)

    def not_applicable(self, check: str, witness: str) -> None:
        """Close a conditional check by naming what proves that it does not apply."""
        if not self.gate.check(check).conditional or not witness:
            raise ValueError(f"gate {self.gate.id}: check {check} cannot be not applicable")
        if any(f.check == check and f.level is Level.DENY for f in self._findings):
            self.settle(check, 0)
            return
        self._results[check] = CheckResult(check, CheckStatus.NOT_APPLICABLE, 0, witness)

    def fact(self, key: str, value: Any) -> None:
        """State a fact; it appears as `<gate id>.<key>` in the facts document.

        Never call this with a default for something that was not established: an absent fact
        is what makes a rule refuse.
        """
        if value is None:
            raise ValueError(f"gate {self.gate.id}: fact {key} is null; leave it out instead")
        self._facts[key] = value

    def not_checked(self, what: str) -> None:
        """Say what was seen and not opened; the report lists it."""
        self._not_checked.append(what)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was refused so far."""
        return tuple(self._findings)

    def table(self, key: str, data: Any) -> None:
        """Give the report plain data to show; it decides nothing and no rule sees it.

        Args:
            key: Its key in `runs[]`; the schema of the report has to name it.
            data: Bounded data that fit that schema.
        """
        self._tables[key] = data

    def result(self, error: str | None = None) -> GateResult:
        """Freeze the answers. Unanswered checks become failed ones."""
        if error is None:
            for check in self.gate.checks:
                if check.id not in self._results:
                    self.refuse(check.id, codes.CHECK_UNANSWERED, f"Not answered: {check.title}.")
                    self._results[check.id] = CheckResult(check.id, CheckStatus.FAILED)
        results = tuple(self._results[c.id] for c in self.gate.checks if c.id in self._results)
        return GateResult(
            id=self.gate.id,
            status=GateStatus.ERROR if error is not None else _status(results),
            checks=results,
            findings=tuple(self._findings),
            facts=dict(self._facts) if error is None else {},
            error=error,
            not_checked=tuple(self._not_checked),
            tables=dict(self._tables),
        )

    def _abandon(self, error: EvidenceMissing | EvidenceInvalid, told_by: str) -> None:
        """A required document is missing or malformed: say so once, fail every check still open."""
        code = (
            codes.RECEIPT_MISSING if isinstance(error, EvidenceMissing) else codes.RECEIPT_INVALID
        )
        self._findings.append(
            Finding(
                code=code.id,
                level=Level.DENY,
                message=error.message,
                origin=f"gate:{self.gate.id}",
                check="",
                where=Location(error.file, error.pointer, error.line),
                wanted=error.wanted,
                fix=code.fix,
                follows=None if self.gate.id == told_by else f"gate:{told_by}",
            )
        )
        for check in self.gate.checks:
            self._results.setdefault(check.id, CheckResult(check.id, CheckStatus.FAILED))
        # Half a section would not fit the schema of the facts; an absent one makes rules refuse.
        self._facts.clear()


@dataclass(frozen=True)
class Gate:
    """A gate: an id (also its section in the facts), a title, its checks and the function.

    `examine(context, answers)` answers every declared check. Modules of this package expose one
    as `GATE`; that is all the registration there is.
    """

    id: str
    title: str
    checks: tuple[Check, ...]
    examine: Callable[[Context, Answers], None]
    source: tuple[str, ...] = ()
    host: bool = False
    """True for the gate that the host answers itself (`policy`): it has no function of its own."""

    def check(self, id_: str) -> Check:
        """Return a declared check.

        Raises:
            ValueError: The gate does not declare it.
        """
        for check in self.checks:
            if check.id == id_:
                return check
        raise ValueError(f"gate {self.id} declares no check {id_!r}")

    def run(self, context: Context) -> GateResult:
        """Examine a run. Never raises: what the function raises is the gate's error.

        Evidence that is missing fails the checks still open; evidence that is unreadable, and
        any other exception, is an error of the gate.
        """
        answers = Answers(self)
        try:
            self.examine(context, answers)
        except (EvidenceMissing, EvidenceInvalid) as error:
            answers._abandon(error, _told_by(self, context, error))
            return answers.result()
        except EvidenceError as error:
            return _unreadable(answers, error, _told_by(self, context, error))
        except Exception as error:
            return crashed(self, error)
        return answers.result()


def _told_by(gate: Gate, context: Context, error: EvidenceError) -> str:
    """The gate that tells first about a document; what others say of it only follows."""
    layout = context.run.layout
    if error.file == layout.seal:
        return "layout"
    if error.file in (layout.run_record, layout.run_manifest, layout.validation_report):
        return "receipts"
    # Nobody else has to look at a catalog, a log or an output.
    return gate.id


def _unreadable(answers: Answers, error: EvidenceError, told_by: str) -> GateResult:
    kind = "unreadable" if isinstance(error, EvidenceUnreadable) else "unusable"
    answers._findings.append(
        Finding(
            code=error.code,
            level=Level.DENY,
            message=error.message,
            origin=f"gate:{answers.gate.id}",
            check="",
            where=Location(error.file, error.pointer, error.line),
            got=error.got,
            wanted=error.wanted,
            fix=codes.EVIDENCE_UNREADABLE.fix,
            follows=None if answers.gate.id == told_by else f"gate:{told_by}",
        )
    )
    return answers.result(error=f"{kind}: {error.file or 'the run'}: {error.message}")


def crashed(gate: Gate, error: BaseException) -> GateResult:
    """Turn an unexpected exception into the gate's error. The traceback goes to the log only."""
    import logging

    logging.getLogger("kfm_gates").error("gate %s raised", gate.id, exc_info=error)
    finding = Finding(
        code=codes.GATE_CRASHED.id,
        level=Level.DENY,
        message=f"The gate {gate.id} raised {type(error).__name__}.",
        origin=f"gate:{gate.id}",
        check="",
        fix=codes.GATE_CRASHED.fix,
    )
    return GateResult(
        id=gate.id,
        status=GateStatus.ERROR,
        checks=(),
        findings=(finding,),
        error=f"{type(error).__name__}: {error}",
    )


def _status(results: tuple[CheckResult, ...]) -> GateStatus:
    """Status of a gate from its answers: an allow-list, most severe first."""
    statuses = {r.status for r in results}
    if not results or CheckStatus.FAILED in statuses:
        return GateStatus.FAIL
    if CheckStatus.UNPROVEN in statuses:
        return GateStatus.UNPROVEN
    if statuses == {CheckStatus.NOT_APPLICABLE}:
        return GateStatus.NOT_APPLICABLE
    if statuses <= {CheckStatus.PROVED, CheckStatus.NOT_APPLICABLE}:
        return GateStatus.PASS
    return GateStatus.FAIL


def codes_of(gates: Mapping[str, Gate]) -> dict[str, Code]:
    """All codes of some gates by id.

    Raises:
        ValueError: Two different codes share an id.
    """
    found: dict[str, Code] = {c.id: c for c in codes.HOST_CODES}
    for gate in gates.values():
        for check in gate.checks:
            for code in check.codes:
                if found.setdefault(code.id, code) is not code:
                    raise ValueError(f"code {code.id} is declared twice (gate {gate.id})")
    return found

"""The vocabulary: frozen types that gates produce, `decide` judges and renderers read.

Standard library only, no behaviour beyond derived properties. A pass is never a default here:
statuses have no default value, and every aggregate is computed from what was answered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """The three answers. ERROR outranks FAIL outranks PASS, and cannot be waived."""

    PASS = "PASS"  # noqa: S105 - a verdict, not a password
    FAIL = "FAIL"
    ERROR = "ERROR"


class Level(StrEnum):
    """How much a finding weighs. Only `deny` stops a run."""

    DENY = "deny"
    WARN = "warn"
    INFO = "info"


class CheckStatus(StrEnum):
    """What a gate can answer to one of its declared checks."""

    PROVED = "proved"
    FAILED = "failed"
    UNPROVEN = "unproven"
    NOT_APPLICABLE = "not_applicable"


class GateStatus(StrEnum):
    """Status of a gate, always computed from its checks (design: verdict)."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    ERROR = "error"
    UNPROVEN = "unproven"
    NOT_APPLICABLE = "not_applicable"


class RuleStatus(StrEnum):
    """Status of a Rego rule. Nothing else is accepted from OPA."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"


class Who(StrEnum):
    """Who can mend a finding."""

    PIPELINE = "pipeline"
    STEWARD = "steward"
    POLICY = "policy"
    OPERATOR = "operator"


@dataclass(frozen=True)
class Fix:
    """What to do about a finding. Never an edit of a receipt and never a new seal."""

    text: str
    who: Who = Who.PIPELINE
    argv: tuple[str, ...] = ()


@dataclass(frozen=True)
class Code:
    """A finding code with everything `explain` says about it.

    Args:
        id: `^[A-Z][A-Z0-9_]{2,95}$`, unique in the project, never reused.
        title: What is wrong, a few words.
        why: Why it matters.
        fix: What to do.
        level: Level where no profile lowers it.
        source: Requirement ids it implements (`R-124`, `FO-41`).
        waivable: May a waiver cover it?
        may_warn: May a built-in profile lower it to a warning? Everything else is the floor.
    """

    id: str
    title: str
    why: str
    fix: Fix
    level: Level = Level.DENY
    source: tuple[str, ...] = ()
    waivable: bool = False
    may_warn: bool = False


@dataclass(frozen=True)
class Check:
    """One declared obligation of a gate: what has to hold, and the codes that refuse it."""

    id: str
    title: str
    codes: tuple[Code, ...]
    conditional: bool = False


@dataclass(frozen=True)
class Location:
    """Where a finding is. `base` says what `file` is relative to: the run or the lake root."""

    file: str | None = None
    pointer: str | None = None
    line: int | None = None
    base: str = "run"


NOWHERE = Location()


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong, or worth knowing. Data; renderers make text of it and escape it."""

    code: str
    level: Level
    message: str
    origin: str
    """`gate:<id>` or `rule:<area>.<rule>`, or `run` for what concerns the run as a whole."""
    check: str
    where: Location = NOWHERE
    got: str | None = None
    wanted: str | None = None
    fix: Fix
    unproven: bool = False
    """True where bytes were absent: a profile may admit it, and then it is a limit."""
    waived_by: str | None = None
    follows: str | None = None
    """Origin of the finding that this one only follows from; text output leaves it out."""

    @property
    def fingerprint(self) -> str:
        """Identity of the finding across runs: 32 hex digits without run id, time or values."""
        parts = (self.code, self.origin, self.check, self.where.base)
        place = (self.where.file or "", self.where.pointer or "")
        return hashlib.sha256("\0".join(parts + place).encode("utf-8", "replace")).hexdigest()[:32]


@dataclass(frozen=True)
class CheckResult:
    """The answer to one declared check. `proved` carries how many things were examined, >= 1."""

    id: str
    status: CheckStatus
    examined: int = 0
    witness: str | None = None
    """What proves that the check does not apply, or what could not be opened."""


@dataclass(frozen=True)
class GateResult:
    """What one gate established about one run. Has no verdict."""

    id: str
    status: GateStatus
    checks: tuple[CheckResult, ...]
    findings: tuple[Finding, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None
    not_checked: tuple[str, ...] = ()
    """What this gate saw and did not open, in words; listed in the report."""
    tables: Mapping[str, Any] = field(default_factory=dict)
    """Plain data for the report, by its key in `runs[]`, such as the matrix of the closure."""

    @property
    def examined(self) -> int:
        """How many things were looked at, over all checks."""
        return sum(c.examined for c in self.checks)


@dataclass(frozen=True)
class RuleInfo:
    """A Rego rule as annotated. `id` is `<area>.<rule>` or `overlay.<name>.<rule>`."""

    id: str
    code: str
    level: Level
    title: str
    description: str
    solution: str
    who: Who = Who.PIPELINE
    conditional: bool = False
    waivable: bool = False
    may_warn: bool = False
    source: tuple[str, ...] = ()
    why: str = ""

    @property
    def fix(self) -> Fix:
        """The solution of the annotation as a fix."""
        return Fix(self.solution, self.who)


@dataclass(frozen=True)
class Decision:
    """OPA's answer after it was checked against `schemas/decision/v1`."""

    facts_sha256: str
    rules: Mapping[str, RuleStatus]


@dataclass(frozen=True)
class Limit:
    """Anything other than the full check. PASS needs the profile to admit each by name."""

    name: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What has to be shown, resolved from built-in and house profiles.

    `warn` names the codes that are lowered to warnings here (only codes that declare `may_warn`),
    `admits` the limits under which PASS is still possible, `carries` a limit that every result of
    this profile has (`local`), `conditional` the gates that may prove themselves not applicable.
    """

    name: str
    description: str
    gates: frozenset[str]
    conditional: frozenset[str]
    rules: frozenset[str]
    warn: frozenset[str]
    admits: frozenset[str]
    carries: str | None = None
    waivable: frozenset[str] = frozenset()
    thresholds: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    house: tuple[str, ...] = ()
    """Names of the overlays in `.kfm/policy` that have to be present, `kfm.overlay.<name>`."""
    shapes: tuple[str, ...] = ()
    """Names of the SHACL graphs in `.kfm/shapes` that DCAT documents have to fit."""
    origin: str = "built-in"


@dataclass(frozen=True)
class Ruling:
    """Outcome of `decide`: the verdict, every reason against a PASS, promotable or not."""

    verdict: Verdict
    reasons: tuple[str, ...]
    promotable: bool


@dataclass(frozen=True, kw_only=True)
class Family:
    """A dataset family as `.kfm/families/<family>.yaml` describes it. Trusted input."""

    name: str
    title: str | None = None
    owner: str | None = None
    rights: Mapping[str, Any] | None = None
    sensitivity: Mapping[str, Any] | None = None
    thresholds: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    required_checks: tuple[str, ...] = ()
    file: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where things lie in the lake, relative to the lake root (project/v1)."""

    runs: str = "data/work/runs"
    """Folder that holds `<dataset_family>/<run_id>/`."""
    zones: Mapping[str, str] = field(
        default_factory=lambda: {
            "raw": "data/raw",
            "work": "data/work",
            "quarantine": "data/quarantine",
            "processed": "data/processed",
            "published": "data/published",
        }
    )
    run_record: str = "run_record.json"
    run_manifest: str = "run_manifest.json"
    validation_report: str = "validation_report.json"
    artifacts: str = "artifacts"
    logs: str = "logs"
    seal: str = "checksums.sha256"
    catalog: str = "catalog"
    attestations: str = "attestations"
    disposable: Sequence[str] = ("tmp", "cache", "staging")

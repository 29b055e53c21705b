"""The shape of report/v1 in types: what every renderer reads.

The JSON Schema in `schemas/report/v1.schema.json` is the contract; these types are the same thing
for mypy. Nothing here computes a verdict: it was decided once, by `decide`.
"""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict


class LocationDoc(TypedDict):
    """Where a finding is: `file` as the run or the lake names it, `path` from the lake root."""

    file: NotRequired[str]
    path: NotRequired[str]
    pointer: NotRequired[str]
    line: NotRequired[int]


class FixDoc(TypedDict):
    """What to do about a finding, who can, and the command where one helps."""

    text: str
    who: str
    argv: list[str]


class FindingDoc(TypedDict):
    """One thing that is wrong or worth knowing, at the level that the profile gives it."""

    code: str
    level: str
    message: str
    origin: str
    check: str
    location: LocationDoc
    got: NotRequired[str]
    wanted: NotRequired[str]
    fix: FixDoc
    fingerprint: str
    follows: NotRequired[str]
    waived_by: NotRequired[str]
    unproven: bool


class LimitDoc(TypedDict):
    """Something in which this check was less than the full one."""

    name: str
    why: str


class CheckDoc(TypedDict):
    """The answer to one declared check of a gate."""

    id: str
    title: str
    status: str
    examined: int
    witness: NotRequired[str]


class GateDoc(TypedDict):
    """What one gate answered."""

    id: str
    title: str
    status: str
    error: NotRequired[str]
    examined: int
    checks: list[CheckDoc]


class RuleDoc(TypedDict):
    """What one Rego rule answered."""

    id: str
    title: str
    status: str
    code: str
    level: str
    required: bool


class NextRungDoc(TypedDict):
    """The next profile, and the codes that still stand against it."""

    profile: str
    needs: list[str]


class LadderDoc(TypedDict):
    """The profiles that the same evidence passes, and the next one up."""

    passes: list[str]
    next: NotRequired[NextRungDoc]


class StatementDoc(TypedDict):
    """What a source says of an artifact at one place."""

    file: str
    pointer: NotRequired[str]
    faulty: NotRequired[bool]
    digest: NotRequired[str]
    size: NotRequired[int]
    media_type: NotRequired[str]
    id: NotRequired[str]
    license: NotRequired[str]
    bbox: NotRequired[list[float]]
    interval: NotRequired[list[str]]


class CellDoc(TypedDict):
    """What one source says of one artifact, and whether that agrees with the others."""

    verdict: str
    says: NotRequired[list[StatementDoc]]
    more: NotRequired[int]


class RowDoc(TypedDict):
    """One artifact of the closure, with a cell for each source."""

    artifact: str
    kind: str
    cells: dict[str, CellDoc]


class ClosureDoc(TypedDict):
    """The matrix of artifacts and sources; faulty rows come first."""

    sources: list[str]
    counts: dict[str, int]
    rows: list[RowDoc]
    left_out: int


class RunDoc(TypedDict):
    """Everything about one run."""

    path: str
    run_id: str
    family: str
    profile: str
    subject: NotRequired[str]
    content: NotRequired[str]
    verdict: str
    promotable: bool
    reasons: list[str]
    limits: list[LimitDoc]
    gates: list[GateDoc]
    rules: list[RuleDoc]
    findings: list[FindingDoc]
    not_checked: list[str]
    ladder: LadderDoc
    facts: NotRequired[dict[str, Any]]
    facts_sha256: NotRequired[str]
    decision: NotRequired[dict[str, Any]]
    closure: NotRequired[ClosureDoc]


# "pass" is a keyword, hence the functional form.
SummaryDoc = TypedDict("SummaryDoc", {"runs": int, "pass": int, "fail": int, "error": int})


class ProfileDoc(TypedDict):
    """The profile as it was resolved."""

    name: str
    description: str
    origin: str
    gates: list[str]
    conditional: list[str]
    rules: list[str]
    warn: list[str]
    admits: list[str]
    carries: NotRequired[str]
    house: list[str]
    thresholds: dict[str, Any]


class HouseDoc(TypedDict):
    """One overlay of house rules."""

    name: str
    sha256: str
    source: str


class OpaDoc(TypedDict):
    """The OPA binary that was asked."""

    version: str
    sha256: str
    origin: str
    locked: bool


class PolicyDoc(TypedDict):
    """The policy that decided."""

    origin: str
    sha256: str
    rules: int
    capabilities_sha256: str
    house: list[HouseDoc]
    opa: NotRequired[OpaDoc]


class ProjectDoc(TypedDict):
    """Where `.kfm/` came from."""

    origin: str
    sha256: NotRequired[str]


class ToolDoc(TypedDict):
    """Which version of this tool wrote the report."""

    name: str
    version: str


class LeftAloneDoc(TypedDict):
    """A run that was seen and not judged, and why."""

    path: str
    why: str


class LintedDoc(TypedDict):
    """What was found in one document outside a run (`lint`)."""

    path: str
    kind: str
    status: str
    findings: list[FindingDoc]


class ReportDoc(TypedDict):
    """The report: one document for any number of runs, or of documents that were linted.

    `question` is `check` or `lint`; `documents` and `not_checked` belong to `lint` alone, whose
    `runs` are empty.
    """

    schema: str
    question: str
    invocation: str
    generated_at: str
    tool: ToolDoc
    verdict: str
    promotable: bool
    exit_code: int
    requested: list[str]
    summary: SummaryDoc
    profiles: list[ProfileDoc]
    policy: NotRequired[PolicyDoc]
    project: ProjectDoc
    findings: list[FindingDoc]
    left_alone: list[LeftAloneDoc]
    runs: list[RunDoc]
    documents: NotRequired[list[LintedDoc]]
    not_checked: NotRequired[list[str]]

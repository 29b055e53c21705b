"""Gate receipts: three receipts that fit their schemas, agree with each other and with the clock.

The validation report is a claim (C-13): its overall status is recomputed from its checks, and the
status of a check that states a threshold and an observed value is recomputed from these.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from typing import Any

from kfm_gates import codes
from kfm_gates.evidence.documents import Document
from kfm_gates.evidence.validation import GOOD, missed_threshold, recompute
from kfm_gates.gates._api import Answers, Context, Gate
from kfm_gates.gates._receipt_facts import state_facts
from kfm_gates.model import Check, Code, Fix, Level, Location, Who
from kfm_gates.times import MAX_SKEW, parse, ulid_time

_RECEIPTS = ("run_record", "run_manifest", "validation_report")

DEPRECATED_FIELD = Code(
    "DEPRECATED_FIELD",
    "A receipt uses an old name for a field",
    "Old names are read for a while; two names for one thing invite two values for it.",
    Fix("Write the canonical name in the next run."),
    level=Level.WARN,
    source=("C-07",),
)
RUN_ID_MISMATCH = Code(
    "RUN_ID_MISMATCH",
    "The run id differs between the receipts and the directory",
    "Evidence of one run must not speak for another.",
    Fix("Record a new run; a run directory keeps the name it was recorded under."),
    source=("R-122",),
)
FAMILY_MISMATCH = Code(
    "FAMILY_MISMATCH",
    "The dataset family differs between the run record and the directory",
    "Rights, thresholds and the profile follow from the family.",
    Fix("Record the run under its own family."),
    source=("R-122",),
)
FAMILY_UNDESCRIBED = Code(
    "FAMILY_UNDESCRIBED",
    "The lake lists the family and says nothing about it",
    "Without its family file no steward's threshold, required check or label holds the run.",
    Fix("Write the family file, or mend its name.", Who.STEWARD),
    level=Level.WARN,
    source=("R-016", "R-140"),
)
TIME_ORDER = Code(
    "TIME_ORDER",
    "The run ends before it starts",
    "Times that cannot be are a sign that a receipt was not written by the run.",
    Fix("Mend the clock or the pipeline, then record a new run."),
    source=("C-28",),
)
TIME_IN_FUTURE = Code(
    "TIME_IN_FUTURE",
    "The run lies in the future",
    "A run that has not happened yet cannot have produced its outputs.",
    Fix("Mend the clock of the machine that runs the pipeline, then record a new run."),
    source=("C-28", "FO-23"),
)
RUN_ID_TIME = Code(
    "RUN_ID_TIME",
    "The time in the run id is not the time of the run",
    "A ULID holds the time at which it was made; a receipt that says otherwise was changed.",
    Fix("Let the recorder make the run id when the run starts."),
    source=("R-107",),
)
OVERALL_STATUS_CONTRADICTED = Code(
    "OVERALL_STATUS_CONTRADICTED",
    "The overall status does not follow from the checks",
    "The overall status is a claim; it is recomputed and never trusted.",
    Fix("Let the recorder compute the overall status, in a new run."),
    source=("R-120", "C-13"),
)
CHECK_CONTRADICTED = Code(
    "CHECK_CONTRADICTED",
    "A check says pass although its observed value misses its threshold",
    "A check is as good as its numbers.",
    Fix("Mend the data or the check of the pipeline, then record a new run."),
    source=("R-120", "C-13"),
)
CHECK_DUPLICATE = Code(
    "CHECK_DUPLICATE",
    "A check is reported twice",
    "Of two answers to one question the more convenient one would count.",
    Fix("Report every check once, in a new run."),
    source=("FO-22",),
)
METRIC_CONTRADICTED = Code(
    "METRIC_CONTRADICTED",
    "A metric has two values",
    "Of two values for one metric the more convenient one would meet the threshold.",
    Fix("Record every metric once, in a new run."),
    source=("C-13",),
)
RUN_NOT_REAL = Code(
    "RUN_NOT_REAL",
    "The run was a dry run or was forced",
    "A dry run published nothing real, a forced one skipped its idempotency check.",
    Fix("Run the pipeline for real, without --dry-run and --force."),
    source=("R-148", "R-152"),
)
ERROR_CONTRADICTED = Code(
    "ERROR_CONTRADICTED",
    "A run that succeeded names an error",
    "Either the run failed, or the error is not one; a receipt that says both says nothing.",
    Fix("Mend what the error names, then record a new run."),
    source=("R-025", "R-028"),
)
SUPERSEDES_ITSELF = Code(
    "SUPERSEDES_ITSELF",
    "The run claims to replace itself",
    "A correction replaces an earlier run; nothing can precede itself.",
    Fix("Name the run that is corrected, in a new run."),
    source=("R-008",),
)


def examine(context: Context, answers: Answers) -> None:
    """Validate each receipt, then everything that they must agree on."""
    run = context.run
    documents = [run.document(name) for name in _RECEIPTS]
    for document in documents:
        schema(answers, document)
    answers.settle("schemas", len(documents))
    record, manifest, report = (run.valid(name) for name in _RECEIPTS)
    _identity(context, answers, record, manifest, report)
    _family(context, answers)
    times(answers, run.layout.run_record, record, context.now)
    real_run(answers, run.layout.run_record, record)
    validation(answers, run.layout.validation_report, report, record.get("metrics", {}))
    state_facts(context, answers, record, manifest, report)


def schema(answers: Answers, document: Document) -> None:
    """Old names and what does not fit the schema, in one receipt. Also asked by `lint`."""
    for alias in document.aliases:
        answers.refuse(
            "schemas",
            DEPRECATED_FIELD,
            f"{alias.alias} is read as {alias.canonical}.",
            where=Location(document.file, alias.pointer, document.line(alias.pointer)),
            got=alias.alias,
            wanted=alias.canonical,
        )
    for issue in document.issues:
        answers.refuse(
            "schemas",
            codes.RECEIPT_INVALID,
            issue.message,
            where=Location(document.file, issue.pointer, document.line(issue.pointer)),
            got=issue.got,
            wanted=issue.wanted,
        )


def _identity(
    context: Context,
    answers: Answers,
    record: Mapping[str, Any],
    manifest: Mapping[str, Any],
    report: Mapping[str, Any],
) -> None:
    run = context.run
    for name, document in zip(_RECEIPTS, (record, manifest, report), strict=True):
        if document["run_id"] != run.name:
            answers.refuse(
                "identity",
                RUN_ID_MISMATCH,
                f"The receipt is of the run {document['run_id']}, the directory is {run.name}.",
                where=Location(run.document(name).file, "/run_id"),
                got=document["run_id"],
                wanted=run.name,
            )
    if record["dataset_family"] != run.family_name:
        answers.refuse(
            "identity",
            FAMILY_MISMATCH,
            f"The run is of the family {record['dataset_family']}.",
            where=Location(run.layout.run_record, "/dataset_family"),
            got=record["dataset_family"],
            wanted=run.family_name,
        )
    answers.settle("identity", len(_RECEIPTS))


def _family(context: Context, answers: Answers) -> None:
    if not context.families_declared:
        answers.not_applicable("family_known", "no list of families in .kfm/gates.yaml")
        return
    if context.family is None:
        answers.refuse(
            "family_known",
            FAMILY_UNDESCRIBED,
            f"There is no .kfm/families/{context.run.family_name}.yaml.",
            where=Location(".kfm/families", base="root"),
            wanted="rights, sensitivity, thresholds and required checks of the family",
        )
    if not context.family_declared:
        answers.refuse(
            "family_known",
            codes.FAMILY_UNKNOWN,
            f"No pattern of .kfm/gates.yaml matches {context.run.family_name}.",
            where=Location(".kfm/gates.yaml", "/families", base="root"),
            got=context.run.family_name,
        )
    answers.settle("family_known", 1)


def times(answers: Answers, file: str, record: Mapping[str, Any], now: dt.datetime) -> None:
    """Hold the times of a valid run record against each other and the clock. Also for `lint`."""
    started, ended = parse(record["started_at"]), parse(record["ended_at"])
    if ended < started:
        answers.refuse(
            "times",
            TIME_ORDER,
            "ended_at is before started_at.",
            where=Location(file, "/ended_at"),
            got=record["ended_at"],
            wanted=f"{record['started_at']} or later",
        )
    for key, moment in (("started_at", started), ("ended_at", ended)):
        if moment > now + MAX_SKEW:
            answers.refuse(
                "times",
                TIME_IN_FUTURE,
                f"{key} lies in the future.",
                where=Location(file, f"/{key}"),
                got=record[key],
                wanted=f"{now.isoformat()} or earlier",
            )
    try:
        made: dt.datetime | None = ulid_time(record["run_id"])
    except ValueError:
        made = None
    if made is None or not started - MAX_SKEW <= made <= ended + MAX_SKEW:
        answers.refuse(
            "times",
            RUN_ID_TIME,
            f"The run id was made at {made.isoformat() if made else 'no time that can be'}.",
            where=Location(file, "/run_id"),
            got=made.isoformat() if made else record["run_id"],
            wanted=f"between {record['started_at']} and {record['ended_at']}",
        )
    answers.settle("times", 3)


def real_run(answers: Answers, file: str, record: Mapping[str, Any]) -> None:
    """Refuse dry and forced runs and records that contradict themselves. Also for `lint`."""
    for key in ("dry_run", "forced"):
        if record.get(key, False) is not False:
            answers.refuse(
                "real_run",
                RUN_NOT_REAL,
                f"The run record says {key}.",
                where=Location(file, f"/{key}"),
                got=record[key],
                wanted="false",
            )
    if "error" in record and record["status"] == "succeeded":
        answers.refuse(
            "real_run",
            ERROR_CONTRADICTED,
            "The run record says success and names an error.",
            where=Location(file, "/error"),
            wanted="no error, or another status",
        )
    supersedes = record.get("supersedes")
    if supersedes is not None and supersedes["run_id"] == record["run_id"]:
        answers.refuse(
            "real_run",
            SUPERSEDES_ITSELF,
            "The run supersedes itself.",
            where=Location(file, "/supersedes/run_id"),
        )
    answers.settle("real_run", 3)


def validation(
    answers: Answers, file: str, report: Mapping[str, Any], theirs: Mapping[str, Any]
) -> None:
    """Recompute what a valid validation report claims. Also for `lint`.

    Args:
        answers: Where the findings go.
        file: Name of the report.
        report: What it says.
        theirs: Metrics of the run record.
    """
    checks: list[Mapping[str, Any]] = report["gates"]
    names = Counter(check["name"] for check in checks)
    for n, check in enumerate(checks):
        pointer = f"/gates/{n}"
        if names[check["name"]] > 1:
            answers.refuse(
                "validation",
                CHECK_DUPLICATE,
                f"The check {check['name']} is reported {names[check['name']]} times.",
                where=Location(file, f"{pointer}/name"),
            )
        missed = missed_threshold(check.get("observed"), check.get("threshold"))
        if check["status"] in GOOD and missed is not None:
            answers.refuse(
                "validation",
                CHECK_CONTRADICTED,
                f"The check {check['name']} says {check['status']}, and {missed}.",
                where=Location(file, pointer),
                got=check["observed"],
                wanted=str(check["threshold"]),
            )
    observed = {
        check["name"]: check["observed"]
        for check in checks
        if isinstance(check.get("observed"), int | float)
        and not isinstance(check["observed"], bool)
    }
    for metric, value in {**theirs, **report.get("metrics", {})}.items():
        if metric in observed and observed[metric] != value:
            answers.refuse(
                "validation",
                METRIC_CONTRADICTED,
                f"The metric {metric} is {value}, and the check {metric} observed another value.",
                where=Location(file, "/gates"),
                got=observed[metric],
                wanted=value,
            )
    for metric, value in report.get("metrics", {}).items():
        if metric in theirs and theirs[metric] != value:
            answers.refuse(
                "validation",
                METRIC_CONTRADICTED,
                f"The metric {metric} is {value} here and {theirs[metric]} in the run record.",
                where=Location(file, f"/metrics/{metric}"),
                got=value,
                wanted=theirs[metric],
            )
    computed = recompute(report)
    if computed != report["overall_status"]:
        answers.refuse(
            "validation",
            OVERALL_STATUS_CONTRADICTED,
            f"The report says {report['overall_status']}; its checks say {computed}.",
            where=Location(file, "/overall_status"),
            got=report["overall_status"],
            wanted=computed,
        )
    answers.settle("validation", len(checks))


GATE = Gate(
    id="receipts",
    title="Receipts",
    source=("R-112", "R-115", "R-119", "R-120", "R-122"),
    examine=examine,
    checks=(
        Check(
            "schemas",
            "each receipt fits its versioned schema",
            (codes.RECEIPT_INVALID, DEPRECATED_FIELD),
        ),
        Check(
            "identity",
            "run id and family are the same everywhere",
            (RUN_ID_MISMATCH, FAMILY_MISMATCH),
        ),
        Check(
            "family_known",
            "the family is one of the lake's",
            (FAMILY_UNDESCRIBED,),
            conditional=True,
        ),
        Check(
            "times",
            "times are ordered, past, and those of the run id",
            (TIME_ORDER, TIME_IN_FUTURE, RUN_ID_TIME),
        ),
        Check(
            "real_run",
            "the run was neither dry nor forced, and had no error if it succeeded",
            (RUN_NOT_REAL, ERROR_CONTRADICTED, SUPERSEDES_ITSELF),
        ),
        Check(
            "validation",
            "the validation report follows from its own numbers",
            (OVERALL_STATUS_CONTRADICTED, CHECK_CONTRADICTED, CHECK_DUPLICATE, METRIC_CONTRADICTED),
        ),
    ),
)

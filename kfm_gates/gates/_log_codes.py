"""Finding codes of the gate `logs`."""

from __future__ import annotations

from kfm_gates.model import Code, Fix, Who

LOG_MISSING = Code(
    "LOG_MISSING",
    "The run has no structured log",
    "Receipts say how a run ended; only its log says what happened on the way.",
    Fix("Record the run with kfm_gates.record_run, or write logs/<name>.jsonl, in a new run."),
    source=("R-023", "R-109"),
)
LOG_EMPTY = Code(
    "LOG_EMPTY",
    "A log has no line",
    "A file that was opened and never written, or emptied afterwards, tells nothing.",
    Fix("Leave out logs that nothing is written to, in a new run."),
    source=("R-023", "FO-18"),
)
LOG_KIND_UNKNOWN = Code(
    "LOG_KIND_UNKNOWN",
    "A file in logs/ is neither JSON Lines nor text",
    "What nobody reads is not a log, and travels unseen with the run.",
    Fix("Write logs as .jsonl, or as .txt or .log for people; data belong in artifacts/."),
    source=("R-109", "FO-07"),
)
LOG_TOO_LARGE = Code(
    "LOG_TOO_LARGE",
    "The logs are too large to be checked",
    "A log that is only read in part proves nothing about the rest.",
    Fix(
        "Let the pipeline write less in a new run: files below 32 MiB each, and all logs together "
        "below 64 MiB and 1,000,000 lines."
    ),
    source=("R-109", "FO-08"),
)
LOG_LINE_INVALID = Code(
    "LOG_LINE_INVALID",
    "A log line does not fit the schema",
    "Lines of another shape mean nothing to whoever searches or compares logs.",
    Fix("Log with run.log(...), or mend the fields of the line; own fields begin with x_."),
    source=("R-023", "R-024", "R-025", "R-160"),
)
LOG_ID_MISMATCH = Code(
    "LOG_ID_MISMATCH",
    "A log line belongs to another run, job, trace or dataset",
    "The log of one run must not speak for another, and one trace has one correlation id.",
    Fix("Let every run write its own log, with the ids of its run record."),
    source=("R-027", "R-122"),
)
LOG_TIME_ORDER = Code(
    "LOG_TIME_ORDER",
    "Log lines are not in order of time",
    "An append-only log cannot go back in time; this one was put together afterwards.",
    Fix("Append to the log as things happen, with one clock, in a new run."),
    source=("R-109", "R-160"),
)
LOG_TIME_OUTSIDE = Code(
    "LOG_TIME_OUTSIDE",
    "A log line lies before the run starts or after it ends",
    "Either the line is not about this run, or the run record has the wrong times.",
    Fix("Take the times of run record and log from the same clock, in a new run."),
    source=("R-160", "C-28"),
)
LOG_START_FINISH = Code(
    "LOG_START_FINISH",
    "The log does not hold one start and one finish at the times of the run",
    "A log without its ends may have lost any part, and one with two of them is two logs.",
    Fix("Log one start and one finish event for the run, at started_at and ended_at."),
    source=("R-048", "R-083"),
)
LOG_TRANSITION_ILLEGAL = Code(
    "LOG_TRANSITION_ILLEGAL",
    "The log goes through states in an order that no run can take",
    "A run is queued, started, and then succeeded, failed, cancelled or skipped; once.",
    Fix("Log the states of the run as they happen; name the stage in lines about a stage."),
    source=("R-042", "R-083"),
)
LOG_STATUS_MISMATCH = Code(
    "LOG_STATUS_MISMATCH",
    "The log ends in another state than the run record",
    "One of the two was not written by the run that ended.",
    Fix("Let the recorder write both, in a new run."),
    source=("R-042", "R-083"),
)
LOG_ERROR_MISSING = Code(
    "LOG_ERROR_MISSING",
    "An error is logged without saying what it was",
    "A failure that nobody can understand will happen again.",
    Fix("Give error events an error with its message, or at least a message."),
    source=("R-025",),
)
LOG_ERROR_UNRESOLVED = Code(
    "LOG_ERROR_UNRESOLVED",
    "A succeeded run logged an error that nothing solved",
    "Either the run did not succeed, or what was logged was no error.",
    Fix(
        "Let the pipeline fail where it cannot go on, log the success of a stage that was tried "
        "again, and log what does no harm as a warning; then record a new run."
    ),
    source=("R-025", "R-042", "R-083"),
)
LOG_ZONE_CONTRADICTED = Code(
    "LOG_ZONE_CONTRADICTED",
    "A log line reads or writes a zone that the run has no business in",
    "What a run wrote into another zone passed no gate on its way there.",
    Fix("Let runs read raw, work or processed and write work or quarantine, in a new run."),
    source=("R-023", "R-160"),
)
LOG_LABEL_CONTRADICTED = Code(
    "LOG_LABEL_CONTRADICTED",
    "A log line has a label more restricted than those of the outputs",
    "Data that were known to be restricted while they were worked on do not become free by "
    "writing another label into a receipt.",
    Fix(
        "A steward decides the label; the pipeline states it everywhere in a new run.", Who.STEWARD
    ),
    source=("R-023", "R-160"),
)
LOG_STAGE_ORDER = Code(
    "LOG_STAGE_ORDER",
    "Stages ran out of order",
    "What is published before it is validated was not validated.",
    Fix("Let the updater run its stages in their order, in a new run."),
    source=("R-162",),
)
LOG_DURATION_MISMATCH = Code(
    "LOG_DURATION_MISMATCH",
    "A logged duration does not fit the times of the run",
    "Telemetry that contradicts the receipts is wrong in one of the two places.",
    Fix("Compute duration_ms from the times of the run record, in a new run."),
    source=("R-023", "R-163"),
)
LOG_DUMP = Code(
    "LOG_DUMP",
    "A log line holds headers, payloads or an environment",
    "These carry credentials and personal data of shapes that no search knows.",
    Fix("Log sizes, digests and names instead of contents, in a new run."),
    source=("R-056", "R-138"),
)

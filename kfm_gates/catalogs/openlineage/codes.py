"""Finding codes and checks of the gate openlineage."""

from __future__ import annotations

from typing import Final

from kfm_gates.model import Check, Code, Fix, Level

_MEND: Final = "Mend the code that sends the events, then record a new run."
_WRITE: Final = "Let the pipeline write the events with run.write_catalogs(), in a new run."
_SOURCE: Final = ("R-085", "R-127")

EVENT_INVALID = Code(
    "OPENLINEAGE_EVENT_INVALID",
    "An event does not fit OpenLineage 2-0-2",
    "What does not keep to the specification is read differently by every reader, or by none.",
    Fix(_MEND),
    source=_SOURCE,
)
SCHEMA_UNKNOWN = Code(
    "OPENLINEAGE_SCHEMA_UNKNOWN",
    "An event names a definition that is not known here",
    "An event of another version may mean something else; what cannot be checked is not passed.",
    Fix("Send events of OpenLineage 2-0-2 or older, in a new run."),
    source=("FO-08", *_SOURCE),
)
FACET_INVALID = Code(
    "OPENLINEAGE_FACET_INVALID",
    "A facet does not fit its definition",
    "The schema of events looks at no facet; garbage in one of them passes everywhere else.",
    Fix(_MEND),
    source=_SOURCE,
)
FACET_UNKNOWN = Code(
    "OPENLINEAGE_FACET_UNKNOWN",
    "A facet names a definition that is not known here",
    "Definitions are never fetched, and what cannot be checked is not passed.",
    Fix(
        "Use a standard facet; or let a facet of your own name the base definition "
        "(…/2-0-2/OpenLineage.json#/$defs/RunFacet and so on), in a new run."
    ),
    source=("FO-08", *_SOURCE),
)
FACET_MISLABELLED = Code(
    "OPENLINEAGE_FACET_MISLABELLED",
    "A standard facet names another definition than its own",
    "Readers that go by the address take it for something else. It was held to its own definition.",
    Fix("Give the facet the _schemaURL of its definition."),
    level=Level.WARN,
    source=_SOURCE,
)
EVENT_TYPE_MISSING = Code(
    "OPENLINEAGE_EVENT_TYPE_MISSING",
    "An event of a run does not say what happened",
    "The schema does not ask for eventType, and without it a run neither begins nor ends.",
    Fix(_MEND),
    source=_SOURCE,
)
NOT_STARTED = Code(
    "OPENLINEAGE_NOT_STARTED",
    "A run has no START event",
    "Events that begin in the middle are an excerpt: what happened before is not told.",
    Fix(_MEND),
    source=_SOURCE,
)
NOT_ENDED = Code(
    "OPENLINEAGE_NOT_ENDED",
    "A run has no event that ends it",
    "A run that is not over has no final outputs, and what it will still do is not known.",
    Fix("Send COMPLETE when the run is done, before the run is sealed, in a new run."),
    source=_SOURCE,
)
EVENT_REPEATED = Code(
    "OPENLINEAGE_EVENT_REPEATED",
    "A run begins or ends more than once",
    "Two starts or two ends are two runs, or one of them is not true.",
    Fix("Give each execution, retries too, a runId of its own, in a new run."),
    source=_SOURCE,
)
NOT_COMPLETED = Code(
    "OPENLINEAGE_NOT_COMPLETED",
    "The run ended with FAIL or ABORT",
    "The receipts say that the run succeeded; both cannot be true.",
    Fix("Mend the pipeline, or what it reports about itself, and run it again."),
    source=_SOURCE,
)
AFTER_END = Code(
    "OPENLINEAGE_AFTER_END",
    "A run goes on after its end",
    "Whoever read up to the end has not seen what came later.",
    Fix("Send the event that ends the run last, in a new run."),
    source=_SOURCE,
)
LATE_METADATA = Code(
    "OPENLINEAGE_LATE_METADATA",
    "An event of type OTHER comes after the end of its run",
    "OpenLineage allows it, and readers that stop at the end miss it.",
    Fix("Send it before the event that ends the run."),
    level=Level.WARN,
    source=_SOURCE,
)
ORDER_WRONG = Code(
    "OPENLINEAGE_ORDER_WRONG",
    "An event stands behind a later one of its run",
    "Events are written as they happen; another order means that a clock or somebody was at work.",
    Fix(_MEND),
    source=_SOURCE,
)
JOB_CHANGED = Code(
    "OPENLINEAGE_JOB_CHANGED",
    "Events of one run name different jobs",
    "A run is one execution of one job; a runId that two jobs share mixes their lineage.",
    Fix("Give each execution a runId of its own, in a new run."),
    source=_SOURCE,
)
PARENT_WRONG = Code(
    "OPENLINEAGE_PARENT_WRONG",
    "The parent of a run cannot be its parent",
    "A run that started itself, or a parent that belongs to another job, leads lineage astray.",
    Fix("Name the run that really started it, or none, in a new run."),
    source=_SOURCE,
)
TIME_FUTURE = Code(
    "OPENLINEAGE_TIME_FUTURE",
    "An event lies in the future",
    "Nothing that is recorded can have happened later than now; a clock is wrong.",
    Fix("Set the clock of the runner, then run the pipeline again."),
    source=("FO-60", *_SOURCE),
)
TIME_MISMATCH = Code(
    "OPENLINEAGE_TIME_MISMATCH",
    "An event does not fit the times of the run record",
    "START and the end of the run are told twice; more than five minutes apart is two stories.",
    Fix(_MEND),
    source=("R-093", *_SOURCE),
)
RUN_MISSING = Code(
    "OPENLINEAGE_RUN_MISSING",
    "No event is about this run",
    "Events of other runs show nothing about the outputs of this one.",
    Fix(
        "Send events whose runId is the run id as UUID, or whose facet kfm_run names it; "
        "run.write_catalogs() does, in a new run."
    ),
    source=("R-093", *_SOURCE),
)
RUN_CONTRADICTED = Code(
    "OPENLINEAGE_RUN_CONTRADICTED",
    "The facet kfm_run names another run",
    "One run of OpenLineage stands for one run of the lake.",
    Fix(_MEND),
    source=("R-093", *_SOURCE),
)
RUN_FOREIGN = Code(
    "OPENLINEAGE_RUN_FOREIGN",
    "An event is about a run that has nothing to do with this one",
    "It was checked by itself; what it reads and writes says nothing about this run.",
    Fix("Keep the events of each run with that run."),
    level=Level.WARN,
    source=_SOURCE,
)
OUTPUT_MISSING = Code(
    "OPENLINEAGE_OUTPUT_MISSING",
    "An output of the manifest is in no event",
    "Lineage that leaves an output out cannot be followed back from it.",
    Fix(_WRITE),
    source=("R-093", *_SOURCE),
)
OUTPUT_EXTRA = Code(
    "OPENLINEAGE_OUTPUT_EXTRA",
    "An event writes a dataset that is no output of the manifest",
    "What was written and is not listed has no digest, no licence and no label.",
    Fix(
        "Declare every output, and name datasets by their path or address, or in catalog_ids of "
        "the output, in a new run."
    ),
    source=("R-093", *_SOURCE),
)
INPUT_MISSING = Code(
    "OPENLINEAGE_INPUT_MISSING",
    "An input of the manifest is in no event",
    "Lineage that leaves an input out does not lead back to it.",
    Fix(_WRITE),
    source=("R-093", *_SOURCE),
)
INPUT_EXTRA = Code(
    "OPENLINEAGE_INPUT_EXTRA",
    "An event reads a dataset that is no input of the manifest",
    "What was read and is not listed was not captured, so nobody can run this again.",
    Fix("Declare every input with run.input(…), in a new run."),
    source=("R-093", *_SOURCE),
)
SAME_DATASET = Code(
    "OPENLINEAGE_SAME_DATASET",
    "A run reads and writes the same dataset",
    "Overwriting in place makes a dataset its own ancestor; what was read is gone.",
    Fix("Write a new dataset; name versions apart, in a new run."),
    source=_SOURCE,
)
DATASET_REPEATED = Code(
    "OPENLINEAGE_DATASET_REPEATED",
    "An event lists a dataset twice",
    "Which of its facets counts is left to the reader. All of them were checked.",
    Fix("List each dataset once and join its facets."),
    level=Level.WARN,
    source=_SOURCE,
)
DIGEST_MISSING = Code(
    "OPENLINEAGE_DIGEST_MISSING",
    "A dataset has no digest",
    "A name alone does not say which bytes were meant; they may be others tomorrow.",
    Fix("Add the facet kfm_integrity, or a version sha256:<hex>; run.write_catalogs() does both."),
    source=("R-094", *_SOURCE),
)
DIGEST_INVALID = Code(
    "OPENLINEAGE_DIGEST_INVALID",
    "A digest in an event cannot be used",
    "Only SHA-256 in lower-case hex is compared; anything else would be taken on trust.",
    Fix(_WRITE),
    source=("FO-42", "R-094"),
)
DIGEST_MISMATCH = Code(
    "OPENLINEAGE_DIGEST_MISMATCH",
    "A digest in an event is not that of the bytes",
    "The events speak of other bytes than the ones that are here.",
    Fix(_WRITE),
    source=("R-094", "FO-42"),
)
SIZE_MISMATCH = Code(
    "OPENLINEAGE_SIZE_MISMATCH",
    "A size in an event is not that of the bytes",
    "The events speak of other bytes than the ones that are here.",
    Fix(_WRITE),
    source=("R-094",),
)
BYTES_ABSENT = Code(
    "OPENLINEAGE_BYTES_ABSENT",
    "The bytes of a dataset are not here",
    "Without them a digest is a claim.",
    Fix("Check the run where its artifacts are."),
    source=("R-094",),
)
COMPLETE_WITH_ERROR = Code(
    "OPENLINEAGE_COMPLETE_WITH_ERROR",
    "A run is complete and states an error",
    "A run that failed has no final outputs; both cannot be true.",
    Fix("Send FAIL with the error, or COMPLETE without one, in a new run."),
    source=_SOURCE,
)
OUTPUT_GONE = Code(
    "OPENLINEAGE_OUTPUT_GONE",
    "An event says that an output was emptied or removed",
    "An output that is here cannot have been dropped; one of the two tells of other bytes.",
    Fix(_MEND),
    source=("R-093", *_SOURCE),
)
NAME_CONFLICT = Code(
    "OPENLINEAGE_NAME_CONFLICT",
    "The manifest calls an output by the name of something else",
    "Whatever events say about that other thing would count for the output.",
    Fix("Give the output a name of its own in catalog_ids, or none, in a new run."),
    source=("R-064", "R-093"),
)
DATASET_UNKNOWN = Code(
    "OPENLINEAGE_DATASET_UNKNOWN",
    "An event speaks of a dataset that is neither input nor output",
    "What an event outside of this run says about it nobody can hold against anything.",
    Fix("Keep such events out of the run, or declare what they speak of, in a new run."),
    source=("R-093", *_SOURCE),
)
FACET_FOREIGN = Code(
    "OPENLINEAGE_FACET_FOREIGN",
    "A facet names a dataset that does not belong there",
    "Lineage in a facet is followed like any other, to data that the run never touched.",
    Fix(_MEND),
    source=("R-093", *_SOURCE),
)

CHECKS: Final = (
    Check("events", "every event fits OpenLineage", (EVENT_INVALID, SCHEMA_UNKNOWN), True),
    Check(
        "facets",
        "every facet fits its definition",
        (FACET_INVALID, FACET_UNKNOWN, FACET_MISLABELLED),
        True,
    ),
    Check(
        "life_cycle",
        "every run begins once, ends once, and what it reports is in order",
        (
            *(EVENT_TYPE_MISSING, NOT_STARTED, NOT_ENDED, EVENT_REPEATED, NOT_COMPLETED),
            *(AFTER_END, LATE_METADATA, ORDER_WRONG, JOB_CHANGED, COMPLETE_WITH_ERROR),
        ),
        True,
    ),
    Check("parents", "parents of runs can be their parents", (PARENT_WRONG,), True),
    Check("times", "times fit the run record and the clock", (TIME_FUTURE, TIME_MISMATCH), True),
    Check(
        "this_run",
        "the events are about this run",
        (RUN_MISSING, RUN_CONTRADICTED, RUN_FOREIGN),
        True,
    ),
    Check(
        "outputs",
        "outputs are those of the manifest",
        (OUTPUT_MISSING, OUTPUT_EXTRA, OUTPUT_GONE, NAME_CONFLICT),
        True,
    ),
    Check("inputs", "inputs are those of the manifest", (INPUT_MISSING, INPUT_EXTRA), True),
    Check(
        "datasets",
        "datasets are known, no run reads what it writes, and none lists a dataset twice",
        (SAME_DATASET, DATASET_REPEATED, DATASET_UNKNOWN, FACET_FOREIGN),
        True,
    ),
    Check(
        "bytes",
        "digests and sizes of datasets are those of the bytes",
        (DIGEST_MISSING, DIGEST_INVALID, DIGEST_MISMATCH, SIZE_MISMATCH, BYTES_ABSENT),
        True,
    ),
)

"""Finding codes and checks of the gate prov."""

from __future__ import annotations

from typing import Final

from kfm_gates.model import Check, Code, Fix, Level

_WRITE: Final = "Let the pipeline write the PROV document with run.write_catalogs(), in a new run."
_MEND: Final = "Mend the code that writes the PROV document, then record a new run."
_READ: Final = ("R-085", "FO-08")
_VALID: Final = ("R-085",)

SYNTAX = Code(
    "PROV_SYNTAX",
    "A PROV document cannot be parsed",
    "What one parser repairs another one refuses; a document that is not well formed says nothing.",
    Fix(_MEND),
    source=_READ,
)
TOO_LARGE = Code(
    "PROV_TOO_LARGE",
    "A PROV document holds too much",
    "Every statement is held in memory and compared; a bound keeps one document from using it up.",
    Fix("Describe the run, not each record of its data; split the document by run, in a new run."),
    source=_READ,
)
EMPTY = Code(
    "PROV_EMPTY",
    "A PROV document states nothing",
    "Nothing is contradicted by an empty document, and nothing is shown by it.",
    Fix(_WRITE),
    source=("FO-05", "R-085"),
)
RECORD_UNKNOWN = Code(
    "PROV_RECORD_UNKNOWN",
    "A PROV document holds something that PROV does not know",
    "What no reader understands is lost silently, and a misspelt word is exactly that.",
    Fix("Use the records and attributes of PROV-DM and PROV-LINKS, in a new run."),
    source=_READ,
)
PREFIX_UNKNOWN = Code(
    "PROV_PREFIX_UNKNOWN",
    "A name has a prefix that is declared nowhere",
    "Without its namespace a name is no IRI, so nothing can be compared with it.",
    Fix("Declare the prefix, or a default namespace, in the PROV document of a new run."),
    source=_READ,
)
ARGUMENT_MISSING = Code(
    "PROV_ARGUMENT_MISSING",
    "A statement lacks an argument that it must have",
    "A generation of nothing, or a derivation from nothing, states nothing.",
    Fix(_MEND),
    source=_VALID,
)
VALUE_INVALID = Code(
    "PROV_VALUE_INVALID",
    "A value in a PROV document is malformed",
    "A time that cannot exist, or a value of no known shape, is read differently by every reader.",
    Fix("Write times as xsd:dateTime and values as PROV has them, in a new run."),
    source=_READ,
)
DUPLICATE = Code(
    "PROV_DUPLICATE",
    "Something is declared twice in a PROV document",
    "Two bundles of one name, or two meanings of one prefix, make the document ambiguous.",
    Fix(_MEND),
    source=_READ,
)
UNIQUENESS_VIOLATED = Code(
    "PROV_UNIQUENESS_VIOLATED",
    "Two PROV statements about one thing contradict each other",
    "One identifier stands for one thing; a retry that records a second time breaks that.",
    Fix("Give each event an identifier of its own, or state it once, in a new run."),
    source=_VALID,
)
ORDER_VIOLATED = Code(
    "PROV_ORDER_VIOLATED",
    "The events of a PROV document cannot have happened in any order",
    "Something would have to exist before itself; mostly an output reuses the name of its input.",
    Fix("Give every version of a file an IRI of its own, then record a new run."),
    source=_VALID,
)
TYPE_CONFLICT = Code(
    "PROV_TYPE_CONFLICT",
    "One identifier stands for two kinds of things",
    "An entity cannot be an activity; mostly a run id was used as the id of a dataset.",
    Fix("Give the activity and its result different IRIs, in a new run."),
    source=_VALID,
)
IMPOSSIBLE = Code(
    "PROV_IMPOSSIBLE",
    "A PROV statement states something impossible",
    "PROV-CONSTRAINTS rules it out whatever else the document says.",
    Fix(_MEND),
    source=_VALID,
)
CLOCK_CONTRADICTED = Code(
    "PROV_CLOCK_CONTRADICTED",
    "Times of a PROV document contradict the order of events",
    "Nothing ends before it begins or is used before it exists; such times were not measured.",
    Fix("Take the times from the clock of the run, in UTC, in a new run."),
    source=("R-127", "C-28"),
)
TIME_ZONE_MISSING = Code(
    "PROV_TIME_ZONE_MISSING",
    "A time names no time zone",
    "Such a time can be any of 27 hours; it is read as UTC.",
    Fix("Write times in UTC with Z, in a new run."),
    level=Level.WARN,
    source=("C-28",),
)
ID_DANGLING = Code(
    "PROV_ID_DANGLING",
    "A PROV statement speaks of something that is not declared",
    "What is only mentioned has no attributes, so nobody can say what it was.",
    Fix("Declare every entity, activity and agent that is referred to, in a new run."),
    source=_VALID,
)
OUTPUT_NOT_GENERATED = Code(
    "PROV_OUTPUT_NOT_GENERATED",
    "An output has no generation",
    "Lineage of an output begins with the activity that made it.",
    Fix(_WRITE),
    source=("R-127", "R-089"),
)
OUTPUT_GENERATED_TWICE = Code(
    "PROV_OUTPUT_GENERATED_TWICE",
    "An output has more than one generation",
    "One file is made once; a second generation is a retry or an overwrite, and which one is it?",
    Fix("State the generation that made the bytes that are there, in a new run."),
    source=("R-127", "R-089"),
)
OUTPUT_INVALIDATED = Code(
    "PROV_OUTPUT_INVALIDATED",
    "An output ceased to exist before its run was over",
    "What was invalidated is not there to be promoted; the bytes that are there are others.",
    Fix("State no invalidation of what the run hands on, in a new run."),
    source=("R-127", "R-089"),
)
RUN_ACTIVITY_MISSING = Code(
    "PROV_RUN_ACTIVITY_MISSING",
    "No activity of the PROV document is the run",
    "Provenance that does not name its run could belong to any.",
    Fix("Name the activity kfm://run/<run_id>, as run.write_catalogs() does, in a new run."),
    source=("R-127", "R-093"),
)
RUN_TIME_MISMATCH = Code(
    "PROV_RUN_TIME_MISMATCH",
    "The activity of the run has other times than the run record",
    "Receipts and provenance of one run come from one clock.",
    Fix("Take start and end from the run record, as run.write_catalogs() does, in a new run."),
    source=("R-127",),
)
RUN_AGENT_MISSING = Code(
    "PROV_RUN_AGENT_MISSING",
    "Nobody is associated with the activity of the run",
    "Somebody or something is responsible for every run.",
    Fix("Associate an agent with the activity of the run, in a new run."),
    source=("R-127", "R-092"),
)
RUN_PLAN_MISSING = Code(
    "PROV_RUN_PLAN_MISSING",
    "The activity of the run follows no plan",
    "The plan is the code; without it the activity cannot be repeated.",
    Fix("Name the pipeline as the plan of the association, in a new run."),
    source=("R-127", "R-063"),
)
RECEIPT_CONTRADICTED = Code(
    "PROV_RECEIPT_CONTRADICTED",
    "A PROV document states another run id, commit or spec hash than the receipts",
    "Provenance that belongs to another run, or to other code, says nothing about this one.",
    Fix("Let the pipeline take them from its receipts, with run.write_catalogs(), in a new run."),
    source=("R-127", "R-093"),
)
INPUT_UNKNOWN = Code(
    "PROV_INPUT_UNKNOWN",
    "An activity used something that is no input of the run",
    "What was used and is not in the manifest was not traced to its source.",
    Fix("Record everything that is read as an input of the run, in a new run."),
    source=("R-127", "R-089"),
)
INPUT_NOT_USED = Code(
    "PROV_INPUT_NOT_USED",
    "An input of the run is used by no activity",
    "The manifest lists it, and the provenance does not say what became of it.",
    Fix("State what used it, or do not list it as an input, in a new run."),
    level=Level.WARN,
    source=("R-089",),
)
OVERWRITTEN = Code(
    "PROV_OVERWRITTEN_IN_PLACE",
    "One IRI stands for an input and for an output",
    "A file that was overwritten has two states; one name for both hides which one was read.",
    Fix("Write results to new files with IRIs of their own, in a new run."),
    source=("R-127", "R-064"),
)
DIGEST_MISSING = Code(
    "PROV_DIGEST_MISSING",
    "An entity that stands for a file has no digest",
    "A name does not say which bytes; only a digest does.",
    Fix("State kfm:digest on every entity that is a file, in a new run."),
    source=("R-127", "FO-42"),
)
DIGEST_UNUSABLE = Code(
    "PROV_DIGEST_UNUSABLE",
    "A digest of an entity is no SHA-256",
    "A weak, unknown or malformed digest does not identify bytes.",
    Fix('State kfm:digest as "sha256:" and 64 hex digits in lower case, in a new run.'),
    source=("FO-42",),
)
DIGEST_MISMATCH = Code(
    "PROV_DIGEST_MISMATCH",
    "A digest of an entity is not that of its bytes",
    "The provenance describes other bytes than the ones that are there.",
    Fix("Write the PROV document after the outputs, from their bytes, in a new run."),
    source=("R-127", "R-064"),
)
ARTIFACT_ABSENT = Code(
    "PROV_ARTIFACT_ABSENT",
    "An entity stands for a file that is not there",
    "A digest can be compared only with bytes.",
    Fix("Keep every file that the PROV document names, or do not name it, in a new run."),
    source=("R-127",),
)
PLACE_CONTRADICTED = Code(
    "PROV_PLACE_CONTRADICTED",
    "An entity has two places",
    "An address, a prov:location and the map catalog_ids of the manifest stand for one file;"
    " a digest that is right for one of two shows nothing about the other.",
    Fix("Give every file an entity of its own, and each entity one place, in a new run."),
    source=("R-127", "R-089"),
)
ATTRIBUTE_CONFLICT = Code(
    "PROV_ATTRIBUTE_CONFLICT",
    "A file has several sizes, media types or licences",
    "PROV merges what is stated of one entity, so all of the values hold at once.",
    Fix("State each of them once, in a new run."),
    source=("R-127",),
)
SIZE_UNUSABLE = Code(
    "PROV_SIZE_UNUSABLE",
    "The size of a file is no whole number of bytes",
    "A size that cannot be read cannot be compared with the bytes.",
    Fix("State kfm:size as digits, of the type xsd:integer or one derived from it, in a new run."),
    source=("R-127",),
)
LOCATION_REFUSED = Code(
    "PROV_LOCATION_REFUSED",
    "An entity names a place that no reference may lead to",
    "A reference that climbs out, is absolute or hides a path is never followed.",
    Fix("Name files by kfm:// addresses or relative references inside the run, in a new run."),
    source=("R-127",),
)

READABLE: Final = Check(
    "well_formed",
    "every PROV document is well formed and every name in it expands",
    (
        SYNTAX,
        TOO_LARGE,
        EMPTY,
        RECORD_UNKNOWN,
        PREFIX_UNKNOWN,
        ARGUMENT_MISSING,
        VALUE_INVALID,
        DUPLICATE,
    ),
    conditional=True,
)
UNIQUE: Final = Check(
    "unique",
    "statements about one thing agree (PROV-CONSTRAINTS 22 to 29)",
    (UNIQUENESS_VIOLATED,),
    conditional=True,
)
ORDERED: Final = Check(
    "ordered",
    "the events can have happened in some order (PROV-CONSTRAINTS 30 to 49)",
    (ORDER_VIOLATED,),
    conditional=True,
)
TYPED: Final = Check(
    "typed",
    "each identifier stands for one kind of thing (PROV-CONSTRAINTS 50, 55, 56)",
    (TYPE_CONFLICT,),
    conditional=True,
)
POSSIBLE: Final = Check(
    "possible",
    "nothing impossible is stated (PROV-CONSTRAINTS 51 to 54)",
    (IMPOSSIBLE,),
    conditional=True,
)
CLOCKS: Final = Check(
    "clocks",
    "times agree with the order of events, and none lies in the future",
    (CLOCK_CONTRADICTED, TIME_ZONE_MISSING),
    conditional=True,
)
DECLARED: Final = Check(
    "declared",
    "whatever a statement speaks of is declared",
    (ID_DANGLING,),
    conditional=True,
)
GENERATED_ONCE: Final = Check(
    "generated_once",
    "every output was generated by exactly one activity, and not invalidated",
    (OUTPUT_NOT_GENERATED, OUTPUT_GENERATED_TWICE, OUTPUT_INVALIDATED),
    conditional=True,
)
RUN_DESCRIBED: Final = Check(
    "run_described",
    "the activity of the run has its times, an agent and a plan, as the receipts have them",
    (
        RUN_ACTIVITY_MISSING,
        RUN_TIME_MISMATCH,
        RUN_AGENT_MISSING,
        RUN_PLAN_MISSING,
        RECEIPT_CONTRADICTED,
    ),
    conditional=True,
)
INPUTS_KNOWN: Final = Check(
    "inputs_known",
    "whatever was used is an input of the run or was made in it",
    (INPUT_UNKNOWN, INPUT_NOT_USED),
    conditional=True,
)
VERSIONS_APART: Final = Check(
    "versions_apart",
    "no output bears the name of an input",
    (OVERWRITTEN,),
    conditional=True,
)
DIGESTS_HOLD: Final = Check(
    "digests_hold",
    "every entity that is a file has one place, the SHA-256 digest of its bytes, and one size",
    (
        DIGEST_MISSING,
        DIGEST_UNUSABLE,
        DIGEST_MISMATCH,
        ARTIFACT_ABSENT,
        LOCATION_REFUSED,
        PLACE_CONTRADICTED,
        ATTRIBUTE_CONFLICT,
        SIZE_UNUSABLE,
    ),
    conditional=True,
)
CHECKS: Final = (
    READABLE,
    UNIQUE,
    ORDERED,
    TYPED,
    POSSIBLE,
    CLOCKS,
    DECLARED,
    GENERATED_ONCE,
    RUN_DESCRIBED,
    INPUTS_KNOWN,
    VERSIONS_APART,
    DIGESTS_HOLD,
)

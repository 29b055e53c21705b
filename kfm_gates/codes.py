"""Finding codes that belong to no single gate: what the host itself says about a run."""

from __future__ import annotations

from kfm_gates.model import Code, Fix, Who

RECEIPT_MISSING = Code(
    "RECEIPT_MISSING",
    "A receipt is missing",
    "Without its three receipts and its seal a run cannot show what it did.",
    Fix(
        "Record a new run with kfm_gates.record_run. A directory that has neither receipts nor a "
        "seal can get them from 'kfm-gates seal'."
    ),
    source=("R-101",),
)
RECEIPT_INVALID = Code(
    "RECEIPT_INVALID",
    "A receipt does not fit its schema",
    "Every rule reads receipts by their declared shape; another shape means nothing to it.",
    Fix("Mend the pipeline that writes the receipt, then record a new run."),
    source=("R-112", "R-115", "R-119", "R-130"),
)
EVIDENCE_UNREADABLE = Code(
    "EVIDENCE_UNREADABLE",
    "A document cannot be read strictly",
    "Two readers could understand these bytes differently, so nothing can be decided from them.",
    Fix("Let the pipeline write the document again in a new run; see the message for the place."),
    source=("FO-08", "FO-40"),
)
EVIDENCE_CHANGED = Code(
    "EVIDENCE_CHANGED",
    "A file changed while it was checked",
    "What was hashed is not what is there now, so the answer would be about bytes that are gone.",
    Fix("Wait until nothing writes into the run, then check again.", Who.OPERATOR),
    source=("FO-39", "FO-58"),
)
GATE_CRASHED = Code(
    "GATE_CRASHED",
    "A gate raised an exception",
    "A gate that did not finish has established nothing.",
    Fix("Attach the log file to a report to the maintainers of kfm-gates.", Who.OPERATOR),
)
CHECK_UNANSWERED = Code(
    "CHECK_UNANSWERED",
    "A gate left one of its checks unanswered",
    "A check that nobody answered is not a check that passed.",
    Fix("Attach the report to an issue of kfm-gates: this is a defect of the gate.", Who.OPERATOR),
    source=("FO-50",),
)
NOTHING_EXAMINED = Code(
    "NOTHING_EXAMINED",
    "There was nothing to check",
    "A statement about all of nothing is true and proves nothing.",
    Fix("Record a run that has inputs and outputs."),
    source=("FO-05", "FO-18"),
)
NO_RUNS_FOUND = Code(
    "NO_RUNS_FOUND",
    "No run was found",
    "An empty selection is never a pass.",
    Fix("Name a run directory, a run id or a family directory that holds runs.", Who.OPERATOR),
    source=("FO-05", "FO-60"),
)
RUN_UNREADABLE = Code(
    "RUN_UNREADABLE",
    "A run directory cannot be opened",
    "What cannot be opened cannot be checked.",
    Fix("Make the directory readable and check again.", Who.OPERATOR),
    source=("FO-60",),
)
NOT_A_RUN = Code(
    "NOT_A_RUN",
    "An entry of a family is not a run",
    "Everything below a family is a run or a finding, so that nothing hides among runs.",
    Fix("Move the entry out of the family directory.", Who.OPERATOR),
    source=("FO-60",),
)
FAMILY_UNKNOWN = Code(
    "FAMILY_UNKNOWN",
    "The dataset family matches no pattern of .kfm/gates.yaml",
    "Where the lake declares its families, an undeclared one has no owner and no profile.",
    Fix("A steward adds the family to .kfm/gates.yaml.", Who.STEWARD),
    source=("R-106",),
)
FACTS_INVALID = Code(
    "FACTS_INVALID",
    "The facts document does not fit its schema",
    "OPA is only asked about facts of the declared shape and size.",
    Fix("Attach the report to an issue of kfm-gates: this is a defect of a gate.", Who.OPERATOR),
    source=("FO-12", "FO-51"),
)
LIMIT_NOT_ADMITTED = Code(
    "LIMIT_NOT_ADMITTED",
    "The check was limited in a way that the profile does not admit",
    "Anything other than the full check is named, and the profile says which it accepts.",
    Fix("Check again without the limit that the message names.", Who.OPERATOR),
    source=("FO-24", "FO-52"),
)

HOST_CODES: tuple[Code, ...] = (
    RECEIPT_MISSING,
    RECEIPT_INVALID,
    EVIDENCE_UNREADABLE,
    EVIDENCE_CHANGED,
    GATE_CRASHED,
    CHECK_UNANSWERED,
    NOTHING_EXAMINED,
    NO_RUNS_FOUND,
    RUN_UNREADABLE,
    NOT_A_RUN,
    FAMILY_UNKNOWN,
    FACTS_INVALID,
    LIMIT_NOT_ADMITTED,
)

"""Finding codes of what cannot be read: why it is refused, and what to do about it."""

from __future__ import annotations

from typing import Final

from kfm_gates.model import Code, Fix, Who

_AGAIN = "Mend the pipeline that writes the document, then record a new run."
_JSON = ("FO-08", "FO-40")

JSON_TOO_LARGE = Code(
    "JSON_TOO_LARGE",
    "A JSON document is too large",
    "Documents are read whole; a bound keeps one of them from using up the machine.",
    Fix("Keep bulk data in artifacts/ and only describe them in receipts, in a new run."),
    source=_JSON,
)
JSON_EMPTY = Code(
    "JSON_EMPTY",
    "A JSON document or line is empty",
    "An empty document says nothing, and nothing is never a pass.",
    Fix("Let the pipeline write the document, or no blank lines, in a new run."),
    source=("FO-05", "FO-08"),
)
JSON_BOM = Code(
    "JSON_BOM",
    "A document starts with a byte order mark",
    "Some readers drop the mark, some refuse it, and some read it as part of the text.",
    Fix("Let the pipeline write UTF-8 without a byte order mark ('utf-8', not 'utf-8-sig')."),
    source=_JSON,
)
JSON_NOT_UTF8 = Code(
    "JSON_NOT_UTF8",
    "A document is not UTF-8",
    "Readers that guess an encoding guess differently.",
    Fix("Let the pipeline write UTF-8, in a new run."),
    source=_JSON,
)
JSON_COMMENT = Code(
    "JSON_COMMENT",
    "A JSON document holds a comment",
    "JSON has no comments; the line '// name' above a skeleton is not part of the document.",
    Fix("Let the pipeline write the document without the comment line, in a new run."),
    source=("R-131",),
)
JSON_SYNTAX = Code(
    "JSON_SYNTAX",
    "A document is not JSON",
    "What one parser repairs another one refuses; only JSON as RFC 8259 means it is evidence.",
    Fix(_AGAIN),
    source=_JSON,
)
JSON_DUPLICATE_KEY = Code(
    "JSON_DUPLICATE_KEY",
    "A key appears twice in one object",
    "Some readers take the first value and some the last, so two readers see two documents.",
    Fix(_AGAIN),
    source=_JSON,
)
JSON_NOT_A_NUMBER = Code(
    "JSON_NOT_A_NUMBER",
    "A document holds NaN or Infinity",
    "They are no JSON, and every comparison with NaN is false.",
    Fix("Let the pipeline leave the value out or fail where it is not a number, in a new run."),
    source=_JSON,
)
JSON_LOSSY_NUMBER = Code(
    "JSON_LOSSY_NUMBER",
    "A number loses precision when it is read",
    "Most readers hold numbers as doubles; they would compare another number than was written.",
    Fix("Let the pipeline round the number, or write it as text, in a new run."),
    source=_JSON,
)
JSON_TOO_DEEP = Code(
    "JSON_TOO_DEEP",
    "A document is nested too deeply",
    "Deep nesting crashes readers, and a crashed reader has checked nothing.",
    Fix("Let the pipeline write a flatter document, in a new run."),
    source=_JSON,
)
JSON_LONE_SURROGATE = Code(
    "JSON_LONE_SURROGATE",
    "A string holds half of a surrogate pair",
    "It is no character; readers replace it, drop it or fail.",
    Fix("Let the pipeline write whole characters, in a new run."),
    source=_JSON,
)
SEAL_MALFORMED = Code(
    "SEAL_MALFORMED",
    "The seal is not in the strict format of sha256sum",
    "The subject of a run is the digest of the seal, so there is one way to write it.",
    Fix("Let the recorder write the seal, in a new run."),
    source=("FO-41", "FO-42"),
)
ALIAS_CONFLICT = Code(
    "ALIAS_CONFLICT",
    "A receipt holds a field under its old and its new name",
    "Of two values for one field the more convenient one would count.",
    Fix("Let the pipeline write the canonical name only, in a new run."),
    source=("C-07", "FO-61"),
)
EVIDENCE_MISSING = Code(
    "EVIDENCE_MISSING",
    "A file is missing",
    "What is not there cannot be read, and absence is never a pass.",
    Fix("Check the run where its files lie, or record a new run.", Who.OPERATOR),
    source=("FO-07",),
)
EVIDENCE_TOO_LARGE = Code(
    "EVIDENCE_TOO_LARGE",
    "A file is too large to be read whole",
    "Logs and documents are read whole; a bound keeps one of them from using up the machine.",
    Fix("Let the pipeline write several smaller files, in a new run."),
    source=("FO-45",),
)

EVIDENCE_CODES: Final = (
    JSON_TOO_LARGE,
    JSON_EMPTY,
    JSON_BOM,
    JSON_NOT_UTF8,
    JSON_COMMENT,
    JSON_SYNTAX,
    JSON_DUPLICATE_KEY,
    JSON_NOT_A_NUMBER,
    JSON_LOSSY_NUMBER,
    JSON_TOO_DEEP,
    JSON_LONE_SURROGATE,
    SEAL_MALFORMED,
    ALIAS_CONFLICT,
    EVIDENCE_MISSING,
    EVIDENCE_TOO_LARGE,
)
"""What this package raises beyond the codes of the host (`EVIDENCE_UNREADABLE` and the like)."""

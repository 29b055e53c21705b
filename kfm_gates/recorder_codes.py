"""Codes of what the recorder and `seal` refuse, before a run says something that is not so.

They stand here for `explain` alone; where they are raised the message says what happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kfm_gates.model import Code, Fix

_CALL: Final = "Mend the call of the pipeline as the message says, then run it again."
_NEW: Final = "Every execution is a run of its own; a correction names the run it supersedes."
_GOES_IN: Final = "What is malformed would stand in the receipts for good."

_TEXTS: Final[Mapping[str, tuple[str, str, str]]] = {
    "RUN_EXISTS": ("The run exists already", "A run is written once, by one execution.", _NEW),
    "RUN_SEALED": (
        "The run is sealed",
        "Nothing is written into a sealed run, or its seal would be broken.",
        _NEW,
    ),
    "RUN_UNFINISHED": (
        "The run has receipts and no seal",
        "It was interrupted, and nobody knows what it would have become.",
        "Run the pipeline again.",
    ),
    "RUN_OVER": (
        "The run is over",
        "What happens after the seal is not part of the run.",
        "Record everything inside the with block, and join its threads there.",
    ),
    "RUN_NOT_WRITTEN": (
        "The run could not be written",
        "Without receipts and seal it shows nothing.",
        "Make room or make the folder writable, then run the pipeline again.",
    ),
    "RUN_FOLDER_REFUSED": (
        "The folder of the runs is a link or a file",
        "A run would be written somewhere else than it says.",
        "Make it a folder of the lake.",
    ),
    "RECEIPT_EXISTS": ("A receipt exists already", "Receipts are never overwritten.", _NEW),
    "RECEIPT_TOO_LARGE": (
        "A receipt is too large to be read again",
        "A receipt that no check reads shows nothing.",
        "Keep bulk data in artifacts/, and describe it in few words.",
    ),
    "CATALOG_EXISTS": (
        "A catalog document exists already",
        "Documents of the pipeline are never overwritten.",
        "Let either the pipeline or the recorder write this kind of catalog.",
    ),
    "CATALOG_EXTENT_UNKNOWN": (
        "Where the outputs lie is not known",
        "A STAC item says where its data lie.",
        "Say it: record_run(extents={'bbox': [west, south, east, north]}).",
    ),
    "CATALOG_FIELD_MISSING": (
        "A catalog needs a field that nobody states",
        "An invented value would be a false claim.",
        "A steward adds it to the family file, or the pipeline states it.",
    ),
    "CATALOG_FIELD_INVALID": (
        "A field cannot stand in a catalog as it is",
        "Readers of catalogs would refuse it, or read something else.",
        "A steward mends it in the family file, or the pipeline states another value.",
    ),
    "CATALOG_IDS_INVALID": ("The names of an output in catalogs are malformed", _GOES_IN, _CALL),
    "EXTENT_INVALID": ("An extent is malformed", _GOES_IN, _CALL),
    "CHECK_INVALID": ("A check of the pipeline is malformed", _GOES_IN, _CALL),
    "NUMBER_INVALID": (
        "A number cannot be recorded",
        "What is no finite number, or loses precision, is read differently by every reader.",
        _CALL,
    ),
    "METRIC_DUPLICATE": (
        "A metric is recorded twice",
        "Only one of the values could stand in the receipts.",
        _CALL,
    ),
    "COMMIT_INVALID": ("A commit is malformed", _GOES_IN, _CALL),
    "COMMIT_UNKNOWN": (
        "The commit of the pipeline is not known",
        "Without it nobody can tell which code made the data.",
        "Run the pipeline from a git repository, or state the commit.",
    ),
    "REPO_INVALID": ("The repository of the code is malformed", _GOES_IN, _CALL),
    "RUNNER_INVALID": ("The runner is malformed", _GOES_IN, _CALL),
    "RUN_ID_INVALID": ("A run id is no ULID", _GOES_IN, _CALL),
    "FAMILY_INVALID": ("The name of a family is malformed", _GOES_IN, _CALL),
    "KIND_INVALID": ("The kind of a transform is malformed", _GOES_IN, _CALL),
    "MEDIA_TYPE_INVALID": ("A media type is malformed", _GOES_IN, _CALL),
    "TEXT_INVALID": ("A text is blank, too long or not printable", _GOES_IN, _CALL),
    "LOG_LEVEL_INVALID": ("There is no such level of log lines", _GOES_IN, _CALL),
    "STATUS_INVALID": ("There is no such status", _GOES_IN, _CALL),
    "ZONE_INVALID": ("There is no such zone", _GOES_IN, _CALL),
    "SUPERSEDES_INVALID": ("What the run supersedes is malformed", _GOES_IN, _CALL),
    "PARAMS_INVALID": (
        "The parameters cannot be recorded",
        "They are hashed as JSON, and what JSON cannot say would be lost.",
        _CALL,
    ),
    "RIGHTS_INVALID": ("The rights have a field that does not exist", _GOES_IN, _CALL),
    "SENSITIVITY_INVALID": ("There is no such sensitivity label or field", _GOES_IN, _CALL),
    "DIGEST_INVALID": (
        "A digest is malformed",
        "Only sha256:<64 hex> says which bytes are meant.",
        _CALL,
    ),
    "INPUT_DIGEST_MISSING": (
        "An input that is named by a URI has no digest",
        "What an address answers changes; a digest does not.",
        "State the sha256 of the bytes that were read.",
    ),
    "OUTPUT_PATH_UNSAFE": (
        "The path of an output is not acceptable",
        "Systems read such paths differently, or they lead out of the run.",
        "Let the pipeline choose another name.",
    ),
    "OUTPUT_UNFINISHED": (
        "An output was declared and never finished",
        "Half a file is not what the run was meant to make.",
        "Close every output inside the with block, then run the pipeline again.",
    ),
    "FILE_MISSING": (
        "A file that was declared is not there",
        "What is not there cannot be hashed.",
        _CALL,
    ),
    "FILE_REFUSED": (
        "A file that was declared cannot be read",
        "What cannot be read cannot be hashed.",
        "Make it readable for the pipeline, then run it again.",
    ),
}

RECORDER_CODES: Final = tuple(
    Code(id_, title, why, Fix(fix)) for id_, (title, why, fix) in _TEXTS.items()
)
"""What `record_run` and `seal` refuse."""

"""The in-toto statement inside an envelope: exact types, strict JSON, exact subjects.

Read only after the signature held. Statement and subjects may carry members that in-toto may
add one day, which are ignored as its parsing rules want; predicates of our own are closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kfm_gates.attest import codes_statement as codes
from kfm_gates.attest.parts import Envelope
from kfm_gates.attest.reading import Reader
from kfm_gates.attest.results import Expected, Refused, Subject
from kfm_gates.errors import EvidenceUnreadable
from kfm_gates.evidence import digests, json_schema, strict_json

PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"
STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"

PROVENANCE: Final = "https://slsa.dev/provenance/v1"
SUMMARY: Final = "https://slsa.dev/verification_summary/v1"
TEST_RESULT: Final = "https://in-toto.io/attestation/test-result/v0.1"
APPROVAL: Final = "https://kfm-gates.dev/predicates/approval/v1"
WITNESS: Final = "https://kfm-gates.dev/predicates/witness/v1"

OWN: Final = {APPROVAL: "approval", WITNESS: "witness"}
"""Predicates of our own and their schemas, which are closed."""

MAX_BYTES: Final = 12 * 2**20
MAX_DEPTH: Final = 64
MAX_SUBJECTS: Final = 100_000

_JSON_CODES: Final = {
    "JSON_DUPLICATE_KEY": codes.STATEMENT_DUPLICATE_KEY,
    "JSON_NOT_UTF8": codes.STATEMENT_NOT_UTF8,
    "JSON_BOM": codes.STATEMENT_NOT_UTF8,
    "JSON_NOT_A_NUMBER": codes.STATEMENT_NOT_A_NUMBER,
    "JSON_TOO_DEEP": codes.STATEMENT_TOO_DEEP,
    "JSON_TOO_LARGE": codes.STATEMENT_TOO_LARGE,
}


@dataclass(frozen=True)
class Statement:
    """A statement that is well formed. Whether it is about this run is another question."""

    predicate_type: str
    predicate: Mapping[str, Any]
    subjects: tuple[Subject, ...]


def read(envelope: Envelope) -> Statement:
    """Read the statement of an envelope whose signature holds.

    Raises:
        Refused: Another payload type, JSON that is not strict, another version, or subjects
            that are not each one sha256 under a name of its own.
    """
    if envelope.payload_type != PAYLOAD_TYPE:
        raise Refused(
            codes.PAYLOAD_TYPE_DENIED,
            "The payload is not called an in-toto statement.",
            got=envelope.payload_type,
            wanted=PAYLOAD_TYPE,
        )
    document = _parse(envelope.payload)
    reader = Reader(document, "", codes.STATEMENT_MALFORMED, optional=None)
    if reader.value.get("_type") != STATEMENT_TYPE:
        raise Refused(
            codes.STATEMENT_TYPE_DENIED,
            "The statement is of another type.",
            got=reader.value.get("_type"),
            wanted=STATEMENT_TYPE,
            pointer="/_type",
        )
    predicate_type = reader.text("predicateType", 512)
    predicate = reader.inner("predicate", optional=None).value
    return Statement(predicate_type, predicate, _subjects(reader))


def _parse(payload: bytes) -> Any:
    # UTF-16 without a mark is full of zeros, and JSON never is.
    if b"\0" in payload[:64]:
        raise Refused(codes.STATEMENT_NOT_UTF8, "The statement is not UTF-8.", wanted="UTF-8")
    try:
        return strict_json.loads(
            payload, file="statement", max_bytes=MAX_BYTES, max_depth=MAX_DEPTH
        )
    except EvidenceUnreadable as error:
        raise Refused(
            _JSON_CODES.get(error.code, codes.STATEMENT_SYNTAX),
            error.message,
            got=error.got,
            wanted=error.wanted,
            pointer=error.pointer,
            line=error.line,
        ) from None


def _subjects(reader: Reader) -> tuple[Subject, ...]:
    listed = reader.value.get("subject")
    if listed == []:
        raise Refused(codes.SUBJECT_EMPTY, "The list of subjects is empty.", pointer="/subject")
    subjects: list[Subject] = []
    names: set[str] = set()
    for number, one in enumerate(reader.items("subject", MAX_SUBJECTS)):
        where = f"/subject/{number}"
        subject = Reader(one, where, codes.SUBJECT_MALFORMED, optional=None)
        name = subject.text("name", 4096) if "name" in subject else None
        if name is not None and name in names:
            raise Refused(
                codes.SUBJECT_NAME_REPEATED,
                "Two subjects have one name.",
                got=name,
                pointer=f"{where}/name",
            )
        names.add(name or "")
        subjects.append(Subject(name=name, sha256=_sha256(subject, where)))
    return tuple(subjects)


def _sha256(subject: Reader, where: str) -> str:
    stated = subject.value.get("digest")
    if not isinstance(stated, dict) or set(stated) != {"sha256"}:
        raise Refused(
            codes.SUBJECT_DIGEST_NOT_SHA256,
            "The digest of a subject is not sha256 and nothing else.",
            got=", ".join(sorted(stated)) if isinstance(stated, dict) else None,
            wanted="sha256",
            pointer=f"{where}/digest",
        )
    value = stated["sha256"]
    try:
        return digests.parse_hex(value if isinstance(value, str) else "")
    except ValueError as error:
        raise Refused(
            codes.SUBJECT_DIGEST_MALFORMED,
            f"A sha256 is malformed: {error}.",
            got=value,
            pointer=f"{where}/digest/sha256",
        ) from None


def check_predicate(statement: Statement) -> None:
    """Hold a predicate of our own against its schema.

    Raises:
        Refused: It does not fit (`PREDICATE_INVALID`).
    """
    name = OWN.get(statement.predicate_type)
    if name is None:
        return
    issues = json_schema.validate(name, dict(statement.predicate))
    if issues:
        raise Refused(
            codes.PREDICATE_INVALID,
            issues[0].message,
            got=issues[0].got,
            wanted=issues[0].wanted,
            pointer=f"/predicate{issues[0].pointer}",
        )


def check_subjects(statement: Statement, expected: Expected) -> bool:
    """See that the subjects are the run's: its content, its seal, both, or exactly its outputs.

    Returns:
        True where the seal is among them, which names the run itself.

    Raises:
        Refused: Another digest, one too few or one too many.
    """
    found = {s.sha256 for s in statement.subjects}
    whole = {expected.content, expected.subject}
    if found <= whole and len(statement.subjects) == len(found):
        return expected.subject in found
    named = {s.name: s.sha256 for s in statement.subjects if s.name is not None}
    if not found & whole and expected.outputs and set(named) & set(expected.outputs):
        _check_outputs(named, expected.outputs, len(statement.subjects))
        return False
    if found & whole:
        extra = next((s for s in statement.subjects if s.sha256 not in whole), None)
        raise Refused(
            codes.SUBJECT_FOREIGN,
            "Something else is attested besides the run.",
            got=extra.name if extra else "one digest twice",
        )
    raise Refused(
        codes.SUBJECT_DIGEST_DIFFERS,
        "The attestation is about other bytes.",
        got=statement.subjects[0].sha256,
        wanted=expected.content,
        pointer="/subject/0/digest/sha256",
    )


def _check_outputs(named: Mapping[str, str], outputs: Mapping[str, str], total: int) -> None:
    for name, digest in named.items():
        if name in outputs and outputs[name] != digest:
            raise Refused(
                codes.SUBJECT_DIGEST_DIFFERS,
                f"Other bytes of {name} were attested.",
                got=digest,
                wanted=outputs[name],
            )
    foreign = sorted(set(named) - set(outputs))
    if foreign or total != len(named):
        raise Refused(
            codes.SUBJECT_FOREIGN,
            "Something is attested that is no output of the run.",
            got=foreign[0] if foreign else "a subject without a name",
        )
    missing = sorted(set(outputs) - set(named))
    if missing:
        raise Refused(
            codes.SUBJECT_MISSING,
            "Not every output of the run is attested.",
            got=f"{len(named)} of {len(outputs)}",
            wanted=missing[0],
        )

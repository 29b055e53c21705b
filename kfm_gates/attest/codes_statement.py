"""Codes of what a signed statement says: its types, its subjects, its predicate."""

from __future__ import annotations

from kfm_gates.model import Code, Fix

_AGAIN = "Let the attesting job write the statement anew and sign it."


def _code(id_: str, title: str, why: str, *source: str, fix: str = _AGAIN) -> Code:
    return Code(id_, title, why, Fix(fix), source=("R-097", *source))


PAYLOAD_TYPE_DENIED = _code(
    "PAYLOAD_TYPE_DENIED",
    "The signed payload is not called an in-toto statement",
    "The same bytes mean something else under another type.",
    "ATTACK-14",
)
STATEMENT_SYNTAX = _code(
    "STATEMENT_SYNTAX",
    "The statement is not strict JSON",
    "What one parser repairs another one refuses.",
    "FO-40",
)
STATEMENT_DUPLICATE_KEY = _code(
    "STATEMENT_DUPLICATE_KEY",
    "A key appears twice in the statement",
    "One reader takes the first value and another one the last, and both are signed.",
    "ATTACK-13",
    "FO-40",
)
STATEMENT_NOT_UTF8 = _code(
    "STATEMENT_NOT_UTF8",
    "The statement is not UTF-8",
    "Readers that guess an encoding guess differently.",
    "ATTACK-25",
)
STATEMENT_NOT_A_NUMBER = _code(
    "STATEMENT_NOT_A_NUMBER",
    "The statement holds NaN or Infinity",
    "No comparison with NaN is ever true, so no limit holds against it.",
    "ATTACK-25",
)
STATEMENT_TOO_DEEP = _code(
    "STATEMENT_TOO_DEEP",
    "The statement nests too deeply",
    "Deep nesting crashes readers, and a crash must not look like an answer.",
    "ATTACK-25",
)
STATEMENT_TOO_LARGE = _code(
    "STATEMENT_TOO_LARGE",
    "The statement is too large",
    "Statements are read whole, so their size is bounded.",
    fix="Attest the content digest instead of every file.",
)
STATEMENT_TYPE_DENIED = _code(
    "STATEMENT_TYPE_DENIED",
    "The statement is of another version",
    "Each version has rules of its own; only Statement v1 is read.",
    "ATTACK-22",
)
STATEMENT_MALFORMED = _code(
    "STATEMENT_MALFORMED",
    "The statement has another shape",
    "A statement names its subjects, a predicate type and a predicate.",
)
PREDICATE_TYPE_DENIED = _code(
    "PREDICATE_TYPE_DENIED",
    "The signer may not make this kind of statement",
    "A signer vouches for what the trust policy lets it vouch for, and for nothing else.",
    "ATTACK-2",
    "FO-30",
)
PREDICATE_INVALID = _code(
    "PREDICATE_INVALID",
    "The predicate does not fit its schema",
    "Predicates of our own are closed: what is not known in them is not meant.",
)
PREDICATE_CONTRADICTS_CERTIFICATE = _code(
    "PREDICATE_CONTRADICTS_CERTIFICATE",
    "The predicate says something else than the certificate",
    "The job wrote the predicate itself; the certificate it could not choose.",
    "ATTACK-31",
)
SUBJECT_EMPTY = _code(
    "SUBJECT_EMPTY",
    "The statement is about nothing",
    "A statement about all of nothing is true and proves nothing.",
    "ATTACK-3",
    "FO-05",
    fix="Attest with 'kfm-gates attest', which names the content of the run.",
)
SUBJECT_MALFORMED = _code(
    "SUBJECT_MALFORMED",
    "A subject has another shape",
    "A subject is a name and a digest.",
)
SUBJECT_MISSING = _code(
    "SUBJECT_MISSING",
    "Not every output is attested",
    "An attestation of one file says nothing about the others.",
    "ATTACK-4",
    "FO-30",
)
SUBJECT_FOREIGN = _code(
    "SUBJECT_FOREIGN",
    "Something else is attested as well",
    "What the run did not make cannot be part of what it vouches for.",
    "ATTACK-5",
)
SUBJECT_DIGEST_DIFFERS = _code(
    "SUBJECT_DIGEST_DIFFERS",
    "Other bytes were attested than those that are here",
    "The files were changed after they were signed, or the attestation is of other files.",
    "ATTACK-1",
    "FO-30",
    fix="Attest the run that is here, or bring back the files that were attested.",
)
SUBJECT_DIGEST_NOT_SHA256 = _code(
    "SUBJECT_DIGEST_NOT_SHA256",
    "A subject has another digest than sha256",
    "Weak digests can be made to fit, and two digests can be of two files.",
    "ATTACK-12",
    "FO-42",
)
SUBJECT_DIGEST_MALFORMED = _code(
    "SUBJECT_DIGEST_MALFORMED",
    "A sha256 of a subject is not 64 lower-case hex digits",
    "Digests are compared as they are, whole and without forgiving.",
    "ATTACK-12",
    "FO-42",
)
SUBJECT_NAME_REPEATED = _code(
    "SUBJECT_NAME_REPEATED",
    "Two subjects have one name",
    "One of the two files is not the one that the name means.",
    "ATTACK-21",
)

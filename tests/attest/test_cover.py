"""What is required has to be there: by type, by signer, by as many holders as were asked for."""

from __future__ import annotations

import dataclasses

import pytest
from attest_bench import GOOD, SUBJECT, Bench, approval, person_signer, statement, subject
from virtual_sigstore import person

from kfm_gates.attest import (
    Denied,
    Requirement,
    VerifiedEvidence,
    distinct_signers,
    uncovered,
)
from kfm_gates.attest.bundle import MAX_ATTESTATIONS, verify_all
from kfm_gates.attest.statement import APPROVAL, PROVENANCE

NEED = Requirement(predicate_type=PROVENANCE, signers=frozenset({"pipeline"}))


@pytest.fixture
def evidence(bench: Bench) -> VerifiedEvidence:
    answer = bench.verify(bench.sigstore.attest(statement(), GOOD))
    assert isinstance(answer, VerifiedEvidence)
    return answer


def test_what_is_there_covers(evidence: VerifiedEvidence) -> None:
    assert uncovered([NEED], [evidence]) == []


def test_nothing_covers_nothing(evidence: VerifiedEvidence) -> None:
    assert [d.code.id for d in uncovered([], [evidence])] == ["ATTESTATION_REQUIRED"]
    assert [d.code.id for d in uncovered([NEED], [])] == ["ATTESTATION_REQUIRED"]


@pytest.mark.parametrize(
    "need",
    [
        Requirement(predicate_type=APPROVAL, signers=NEED.signers),
        Requirement(predicate_type=PROVENANCE, signers=frozenset({"steward"})),
        Requirement(predicate_type=PROVENANCE, signers=frozenset()),
        Requirement(predicate_type=PROVENANCE, signers=NEED.signers, distinct=2),
        Requirement(predicate_type=PROVENANCE, signers=NEED.signers, distinct=0),
    ],
)
def test_what_is_missing_is_said(evidence: VerifiedEvidence, need: Requirement) -> None:
    missing = uncovered([NEED, need], [evidence])
    assert len(missing) == 1
    assert need.predicate_type in missing[0].reason


def test_a_denied_one_covers_nothing(bench: Bench) -> None:
    denied = bench.verify(bench.sigstore.attest(statement([]), GOOD))
    assert uncovered([NEED], [denied])  # type: ignore[list-item]


def test_holders_are_counted_not_signatures(bench: Bench, evidence: VerifiedEvidence) -> None:
    """Every keyless signature has a key and a certificate of its own, and one holder."""
    again = bench.verify(bench.sigstore.attest(statement(), GOOD))
    assert isinstance(again, VerifiedEvidence)
    assert again.certificate_sha256 != evidence.certificate_sha256
    assert len(distinct_signers([evidence, again])) == 1
    two = dataclasses.replace(NEED, distinct=2)
    assert uncovered([two], [evidence, again])


def test_two_persons_are_two(bench: Bench) -> None:
    document = bench.document(one=person_signer(), two=person_signer(san="second@example.org"))
    policy = bench.policy(document)
    said = statement([subject("subject", SUBJECT)], APPROVAL, approval())
    answers = [
        bench.verify(bench.sigstore.attest(said, person(name)), policy=policy)
        for name in ("steward@example.org", "second@example.org")
    ]
    found = [a for a in answers if isinstance(a, VerifiedEvidence)]
    need = Requirement(predicate_type=APPROVAL, signers=frozenset({"one", "two"}), distinct=2)
    assert uncovered([need], found) == []
    assert uncovered([need], found[:1])


def test_a_flood_is_denied_whole(bench: Bench) -> None:
    from attest_bench import NOW, run

    good = bench.sigstore.attest(statement(), GOOD)
    import json

    raw = json.dumps(good).encode()
    files = [(f"{n}.json", raw) for n in range(MAX_ATTESTATIONS + 1)]
    answers = verify_all(files, bench.policy(), run(), now=NOW, seen=bench.seen)
    assert len(answers) == len(files)
    assert all(isinstance(a, Denied) and a.code.id == "BUNDLE_FLOOD" for _, a in answers)
    some = verify_all(files[:2], bench.policy(), run(), now=NOW, seen=bench.seen)
    assert all(isinstance(a, VerifiedEvidence) for _, a in some)

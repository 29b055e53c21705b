"""Every attack of the table is built for real and denied, with its own code; good ones pass."""

from __future__ import annotations

from collections import Counter

import pytest
from attacks import MEASURED, TABLE, Attack
from attest_bench import (
    CONTENT,
    GOOD,
    OUTPUTS,
    SUBJECT,
    Bench,
    approval,
    naive,
    statement,
    subject,
)
from virtual_sigstore import person

from kfm_gates.attest import Denied, TrustMode, VerifiedEvidence
from kfm_gates.attest.codes import ALL
from kfm_gates.attest.statement import APPROVAL

WHOLE = [subject("content", CONTENT), subject("subject", SUBJECT)]


@pytest.mark.parametrize("attack", TABLE, ids=str)
def test_the_attack_is_denied(attack: Attack, bench: Bench) -> None:
    case = attack.build(bench)
    answer = bench.verify(case.bytes, **case.how)
    assert isinstance(answer, Denied)
    assert answer.code.id == attack.code, answer


@pytest.mark.parametrize("attack", TABLE[:MEASURED], ids=str)
def test_the_naive_verifier_does_what_the_table_says(attack: Attack, bench: Bench) -> None:
    case = attack.build(bench)
    let_through = naive(case.bytes, bench.folder / "trusted_root.json", wanted=case.wanted)
    assert let_through is attack.naive


def test_the_table_is_the_one_that_was_measured() -> None:
    """50 attacks, of which the naive verifier lets 23 pass."""
    assert MEASURED == 50
    assert Counter(attack.naive for attack in TABLE[:MEASURED]) == {True: 23, False: 27}
    assert {attack.row.rstrip("abcd") for attack in TABLE[:MEASURED]} == set(map(str, range(1, 27)))


def test_every_code_of_the_table_exists_and_names_its_attack() -> None:
    for attack in TABLE[:MEASURED]:
        row = attack.row.rstrip("abcd")
        assert f"ATTACK-{row}" in ALL[attack.code].source, attack


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("subjects", [None, WHOLE, WHOLE[:1], WHOLE[1:]])
def test_a_good_bundle_passes(bench: Bench, version: int, subjects: list[object] | None) -> None:
    said = statement(subjects)  # type: ignore[arg-type]
    answer = bench.verify(bench.sigstore.attest(said, GOOD, version=version))
    assert isinstance(answer, VerifiedEvidence), answer
    assert answer.signer == "pipeline"
    assert answer.trust_mode is TrustMode.KEYLESS
    assert answer.claims is not None
    assert answer.claims.repository_id == "768213997"
    assert answer.root_sha256 == bench.pinned
    assert len(answer.times) == 1


@pytest.mark.parametrize("media", ["0.1", "0.2", "0.3-old", "0.3"])
def test_every_version_of_bundles_passes(bench: Bench, media: str) -> None:
    answer = bench.verify(bench.sigstore.attest(statement(), GOOD, media=media))
    assert isinstance(answer, VerifiedEvidence), answer


def test_an_approval_passes(bench: Bench) -> None:
    said = statement(WHOLE[1:], APPROVAL, approval())
    answer = bench.verify(bench.sigstore.attest(said, person()))
    assert isinstance(answer, VerifiedEvidence), answer
    assert answer.signer == "steward"
    assert answer.identities == ("https://accounts.google.com steward@example.org",)


def test_the_naive_verifier_accepts_good_bundles(bench: Bench) -> None:
    """The control of the comparison: it is not one that refuses everything."""
    import json

    for version in (1, 2):
        raw = json.dumps(bench.sigstore.attest(statement(), GOOD, version=version)).encode()
        assert naive(raw, bench.folder / "trusted_root.json", wanted=OUTPUTS)


def test_the_same_attestation_for_the_same_run_is_no_replay(bench: Bench) -> None:
    bundle = bench.sigstore.attest(statement(), GOOD)
    first, second = bench.verify(bundle), bench.verify(bundle)
    assert isinstance(first, VerifiedEvidence)
    assert isinstance(second, VerifiedEvidence)
    assert first.digest == second.digest


def test_an_answer_is_never_true_by_itself(bench: Bench) -> None:
    for answer in (bench.verify(b""), bench.verify(bench.sigstore.attest(statement(), GOOD))):
        with pytest.raises(TypeError, match="isinstance"):
            bool(answer)

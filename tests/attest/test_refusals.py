"""Whatever happens inside, the answer is Denied; reading is strict in every corner."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from attest_bench import GOOD, NOW, OUTPUTS, Bench, provenance, run, statement, subject
from virtual_sigstore.encoding import b64, dumps

from kfm_gates.attest import Denied, VerifiedEvidence, authenticity, bundle, signature
from kfm_gates.attest.codes import ALL
from kfm_gates.attest.results import _short
from kfm_gates.model import Level


def code_of(answer: VerifiedEvidence | Denied) -> str:
    assert isinstance(answer, Denied), answer
    return answer.code.id


@pytest.mark.parametrize("error", [ValueError, RecursionError, MemoryError, KeyError, OSError])
@pytest.mark.parametrize(
    ("module", "place"),
    [
        (authenticity, "shape.read"),
        (authenticity, "signature.check"),
        (authenticity, "identity.matching"),
        (authenticity, "statement.read"),
        (bundle, "bind.check_run"),
        (bundle, "statement.check_subjects"),
    ],
)
def test_a_crash_denies(
    bench: Bench,
    monkeypatch: pytest.MonkeyPatch,
    module: Any,
    place: str,
    error: type[Exception],
) -> None:
    """Attack 27: a verifier that stops with an error has verified nothing."""

    def crash(*_: Any, **__: Any) -> Any:
        raise error("boom")

    inner, name = place.split(".")
    monkeypatch.setattr(getattr(module, inner), name, crash)
    answer = bench.verify(bench.sigstore.attest(statement(), GOOD))
    assert code_of(answer) == "VERIFIER_CRASHED"


def test_the_second_verifier_has_a_veto(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from sigstore.verify import Verifier

    def crash(*_: Any) -> Any:
        raise TypeError("what its libraries raise")

    monkeypatch.setattr(Verifier, "verify_dsse", crash)
    answer = bench.verify(bench.sigstore.attest(statement(), GOOD))
    assert code_of(answer) == "VERIFIER_REFUSED"
    monkeypatch.setattr(Verifier, "verify_dsse", lambda *_: ("text/plain", b"{}"))
    answer = bench.verify(bench.sigstore.attest(statement(), GOOD))
    assert code_of(answer) == "VERIFIER_REFUSED"


def test_both_verifiers_are_asked(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """And ours does not lean on the other one: without it, bad bundles are denied as before."""
    monkeypatch.setattr(signature, "_second_verifier", lambda *_: None)
    good = bench.verify(bench.sigstore.attest(statement(), GOOD))
    assert isinstance(good, VerifiedEvidence)
    from attacks import TABLE

    for attack in TABLE:
        if attack.code == "SCT_INVALID":  # left to Sigstore's client
            continue
        case = attack.build(Bench(bench.folder, bench.sigstore))
        assert code_of(bench.verify(case.bytes, policy=case.how.pop("policy", None), **case.how))


def test_a_time_without_a_zone_is_denied(bench: Bench) -> None:
    answer = bench.verify(bench.sigstore.attest(statement(), GOOD), now=NOW.replace(tzinfo=None))
    assert code_of(answer) == "VERIFIER_CRASHED"


def test_only_what_was_asked_for(bench: Bench) -> None:
    good = bench.sigstore.attest(statement(), GOOD)
    assert isinstance(bench.verify(good, signers=["pipeline"]), VerifiedEvidence)
    assert code_of(bench.verify(good, signers=["steward"])) == "SIGNER_NAME_DENIED"
    wanted = [statement()["predicateType"]]
    assert isinstance(bench.verify(good, predicate_types=wanted), VerifiedEvidence)
    assert code_of(bench.verify(good, predicate_types=[])) == "PREDICATE_TYPE_DENIED"


def test_a_signer_may_have_two_entries(bench: Bench) -> None:
    """The same job, once with and once without an environment, each for its own predicates."""
    from attest_bench import workflow_signer
    from virtual_sigstore import workflow

    from kfm_gates.attest.statement import PROVENANCE, TEST_RESULT

    policy = bench.policy(
        bench.document(
            tests=workflow_signer(predicate_types=[TEST_RESULT]),
            builds=workflow_signer(predicate_types=[PROVENANCE], environment="production"),
        )
    )
    in_production = bench.sigstore.attest(statement(), workflow(environment="production"))
    answer = bench.verify(in_production, policy=policy)
    assert isinstance(answer, VerifiedEvidence), answer
    assert answer.signer == "builds"
    elsewhere = bench.sigstore.attest(statement(), GOOD)
    assert code_of(bench.verify(elsewhere, policy=policy)) == "PREDICATE_TYPE_DENIED"


AGES = [(24, True), (24.02, False)]


@pytest.mark.parametrize(("hours", "fresh"), AGES)
def test_age_counts_from_the_proved_time(bench: Bench, hours: float, fresh: bool) -> None:
    good = bench.sigstore.attest(statement(), GOOD)
    signed = NOW - dt.timedelta(hours=2) + dt.timedelta(seconds=30)
    answer = bench.verify(good, now=signed + dt.timedelta(hours=hours))
    assert isinstance(answer, VerifiedEvidence) is fresh


def test_the_clock_of_the_signer_may_be_a_little_ahead(bench: Bench) -> None:
    good = bench.sigstore.attest(statement(), GOOD)
    signed = NOW - dt.timedelta(hours=2)
    assert isinstance(bench.verify(good, now=signed - dt.timedelta(minutes=4)), VerifiedEvidence)


SUBJECTS: list[tuple[Any, str]] = [
    ("x", "STATEMENT_MALFORMED"),
    (None, "STATEMENT_MALFORMED"),
    ({}, "STATEMENT_MALFORMED"),
    ([1], "SUBJECT_MALFORMED"),
    ([{"name": "", "digest": {"sha256": "a" * 64}}], "SUBJECT_MALFORMED"),
    ([{"name": 1, "digest": {"sha256": "a" * 64}}], "SUBJECT_MALFORMED"),
    ([{"name": "x"}], "SUBJECT_DIGEST_NOT_SHA256"),
    ([{"name": "x", "digest": {}}], "SUBJECT_DIGEST_NOT_SHA256"),
    ([{"name": "x", "digest": "sha256:" + "a" * 64}], "SUBJECT_DIGEST_NOT_SHA256"),
    ([{"name": "x", "digest": {"sha256": None}}], "SUBJECT_DIGEST_MALFORMED"),
    ([{"name": "x", "digest": {"sha256": "a" * 63}}], "SUBJECT_DIGEST_MALFORMED"),
    ([{"name": "x", "digest": {"sha256": "0" * 64}}], "SUBJECT_DIGEST_MALFORMED"),
    ([{"name": "x", "digest": {"sha256": "a" * 64 + "\n"}}], "SUBJECT_DIGEST_MALFORMED"),
    ([{"name": "x", "digest": {"sha256": "sha256:" + "a" * 64}}], "SUBJECT_DIGEST_MALFORMED"),
]


@pytest.mark.parametrize(("subjects", "code"), SUBJECTS)
def test_subjects_are_names_and_digests(bench: Bench, subjects: Any, code: str) -> None:
    said = statement() | {"subject": subjects}
    assert code_of(bench.verify(bench.sigstore.attest(said, GOOD))) == code


@pytest.mark.parametrize(
    ("subjects", "code"),
    [
        ([subject(n + "x", d) for n, d in OUTPUTS.items()], "SUBJECT_DIGEST_DIFFERS"),
        (
            [{"digest": {"sha256": d}} for d in OUTPUTS.values()],
            "SUBJECT_DIGEST_DIFFERS",
        ),
        (
            [
                *(subject(n, d) for n, d in OUTPUTS.items()),
                {"digest": {"sha256": next(iter(OUTPUTS.values()))}},
            ],
            "SUBJECT_FOREIGN",
        ),
        ([subject("a", run().content), subject("b", run().content)], "SUBJECT_FOREIGN"),
        ([*([subject("c", run().content)]), subject("x", "1" * 64)], "SUBJECT_FOREIGN"),
    ],
)
def test_subjects_are_exactly_the_run(bench: Bench, subjects: Any, code: str) -> None:
    said = statement(subjects)
    assert code_of(bench.verify(bench.sigstore.attest(said, GOOD))) == code


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "BUNDLE_MALFORMED"),
        (b"{}", "STATEMENT_TYPE_DENIED"),
        (b"[]", "STATEMENT_MALFORMED"),
        (b"x", "STATEMENT_SYNTAX"),
        (b" ", "STATEMENT_SYNTAX"),
        (b"\xef\xbb\xbf{}", "STATEMENT_NOT_UTF8"),
        (b'{"a":"\xff"}', "STATEMENT_NOT_UTF8"),
        ('{"_type":"x"}'.encode("utf-16-le"), "STATEMENT_NOT_UTF8"),
        (b'{"a":1e999}', "STATEMENT_SYNTAX"),
        (b'{"a":"\\ud800"}', "STATEMENT_SYNTAX"),
        (dumps(statement(predicate=[])), "STATEMENT_MALFORMED"),  # type: ignore[arg-type]
        (dumps(statement(predicateType=1)), "STATEMENT_MALFORMED"),
    ],
)
def test_statements_are_strict_json(bench: Bench, raw: bytes, code: str) -> None:
    assert code_of(bench.verify(bench.sigstore.attest(raw, GOOD))) == code


def test_members_that_in_toto_may_add_are_ignored(bench: Bench) -> None:
    said = statement([s | {"annotations": {"a": 1}} for s in statement()["subject"]], more=1)
    answer = bench.verify(bench.sigstore.attest(said, GOOD))
    assert isinstance(answer, VerifiedEvidence), answer


def put(document: Any, path: str, value: Any) -> None:
    *parents, last = path.split("/")
    for name in parents:
        document = document[int(name) if name.isdigit() else name]
    if value is ...:
        del document[last]
    else:
        document[int(last) if last.isdigit() else last] = value


ENTRY = "verificationMaterial/tlogEntries/0"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("verificationMaterial", ...),
        ("verificationMaterial", []),
        ("verificationMaterial/certificate", ...),
        ("verificationMaterial/certificate/rawBytes", ""),
        ("verificationMaterial/certificate/rawBytes", "AAAA=AAA"),
        ("verificationMaterial/publicKey", {"hint": "x"}),
        ("verificationMaterial/x509CertificateChain", {"certificates": []}),
        ("verificationMaterial/tlogEntries", {}),
        (ENTRY, None),
        (f"{ENTRY}/logIndex", 5),
        (f"{ENTRY}/logIndex", "05"),
        (f"{ENTRY}/logIndex", "-5"),
        (f"{ENTRY}/logIndex", str(2**64)),
        (f"{ENTRY}/inclusionProof", ...),
        (f"{ENTRY}/inclusionProof/checkpoint", ...),
        (f"{ENTRY}/inclusionProof/hashes", [""]),
        (f"{ENTRY}/inclusionProof/hashes", ["AAAA"] * 65),
        (f"{ENTRY}/extra", 1),
        ("dsseEnvelope/payload", ""),
        ("dsseEnvelope/payloadType", ""),
        ("dsseEnvelope/signatures/0/sig", 7),
        ("dsseEnvelope/signatures/0/keyid", 7),
        ("dsseEnvelope/signatures/0/cert", "x"),
        ("messageSignature", {"signature": "AAAA"}),
    ],
)
def test_bundles_have_one_shape(bench: Bench, path: str, value: Any) -> None:
    document = bench.sigstore.attest(statement(), GOOD)
    put(document, path, value)
    assert code_of(bench.verify(document)) == "BUNDLE_MALFORMED"


def test_two_log_entries_are_one_too_many(bench: Bench) -> None:
    document = bench.sigstore.attest(statement(), GOOD)
    entries = document["verificationMaterial"]["tlogEntries"]
    entries.append(entries[0])
    assert code_of(bench.verify(document)) == "BUNDLE_MALFORMED"


def checkpoint(bench: Bench, change: Any) -> str:
    document = bench.sigstore.attest(statement(), GOOD)
    proof = document["verificationMaterial"]["tlogEntries"][0]["inclusionProof"]
    proof["checkpoint"]["envelope"] = change(proof["checkpoint"]["envelope"])
    return code_of(bench.verify(document))


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n\n", "\n"),
        lambda text: text.rstrip("\n"),
        lambda text: "\n" + text,
        lambda text: text.replace("\u2014", "-"),
        lambda text: text + "more\n",
        lambda text: text.replace("rekor.virtual - 1\n", "rekor.virtual - 2\n"),
        lambda text: "a\nb\n\n" + text.partition("\n\n")[2],
    ],
)
def test_checkpoints_are_signed_notes(bench: Bench, change: Any) -> None:
    assert checkpoint(bench, change) == "CHECKPOINT_INVALID"


def test_another_signature_under_a_checkpoint_is_a_witness(bench: Bench) -> None:
    document = bench.sigstore.attest(statement(), GOOD)
    note = document["verificationMaterial"]["tlogEntries"][0]["inclusionProof"]["checkpoint"]
    note["envelope"] += f"\u2014 witness.example {b64(b'1234' + b'x' * 64)}\n"
    assert isinstance(bench.verify(document), VerifiedEvidence)


def test_provenance_without_a_builder_contradicts(bench: Bench) -> None:
    said = provenance()
    del said["runDetails"]["builder"]
    answer = bench.verify(bench.sigstore.attest(statement(predicate=said), GOOD))
    assert code_of(answer) == "PREDICATE_CONTRADICTS_CERTIFICATE"


def test_messages_are_short_and_plain() -> None:
    assert _short("x" * 1000) == "x" * 300 + "\u2026"
    assert _short("a\n::error::\x1b[31m") == "a\ufffd::error::\ufffd[31m"


def test_a_denial_says_where(bench: Bench) -> None:
    answer = bench.verify(b'{"mediaType": 1}')
    assert isinstance(answer, Denied)
    assert answer.pointer == "/mediaType"
    assert answer.wanted


def test_every_code_denies_and_is_explained() -> None:
    assert len(ALL) > 80
    for code in ALL.values():
        assert code.level is Level.DENY
        assert not code.waivable
        assert not code.may_warn
        assert code.why.endswith(".")
        assert code.fix.text.endswith(".")
        assert code.source

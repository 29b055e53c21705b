"""Timestamp-only bundles (GitHub, private) and public keys: what passes, and what is denied."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from attest_bench import (
    CONTENT,
    GOOD,
    NOW,
    SUBJECT,
    Bench,
    approval,
    digest,
    outputs,
    run,
    statement,
    subject,
    workflow_signer,
)
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from virtual_sigstore import T0, VirtualSigstore, workflow
from virtual_sigstore.encoding import PrivateKey, b64, dumps, key_id, pae
from virtual_sigstore.sigstore import IN_TOTO, V3
from virtual_sigstore.tsa import Tsa

from kfm_gates.attest import Denied, TrustMode, VerifiedEvidence
from kfm_gates.attest.results import TimeSource
from kfm_gates.attest.statement import APPROVAL

DAY = dt.timedelta(days=1)
WHOLE = [subject("content", CONTENT), subject("subject", SUBJECT)]


def code_of(answer: VerifiedEvidence | Denied) -> str:
    assert isinstance(answer, Denied), answer
    return answer.code.id


# --- timestamp-only -------------------------------------------------------------------------------


@pytest.fixture
def private(bench: Bench) -> dict[str, Any]:
    """A policy with a signer of GitHub's private shape."""
    return bench.document(pipeline=workflow_signer(trust="timestamp_only"))


def test_a_bundle_without_log_passes_where_the_policy_says_so(
    bench: Bench, private: dict[str, Any]
) -> None:
    answer = bench.verify(
        bench.sigstore.attest(statement(), GOOD, version=0), policy=bench.policy(private)
    )
    assert isinstance(answer, VerifiedEvidence), answer
    assert answer.trust_mode is TrustMode.TIMESTAMP_ONLY
    assert [t.source for t in answer.times] == [TimeSource.TSA]


def test_without_such_a_signer_it_is_unlogged(bench: Bench) -> None:
    bundle = bench.sigstore.attest(statement(), GOOD, version=0)
    assert code_of(bench.verify(bundle)) == "REKOR_ENTRY_MISSING"


def test_a_root_without_logs_is_enough_for_it(bench: Bench, private: dict[str, Any]) -> None:
    root = bench.sigstore.trusted_root()
    del root["tlogs"], root["ctlogs"]
    bench.pin(dumps(root))
    private["roots"]["virtual"]["sha256"] = bench.pinned
    bundle = bench.sigstore.attest(statement(), GOOD, version=0)
    assert isinstance(bench.verify(bundle, policy=bench.policy(private)), VerifiedEvidence)


def foreign_tsa(sigstore: VirtualSigstore) -> dict[str, Any]:
    return sigstore.attest(statement(), GOOD, version=0, tsa=Tsa())


def late(sigstore: VirtualSigstore) -> dict[str, Any]:
    return sigstore.attest(statement(), GOOD, version=0, signed_after=dt.timedelta(minutes=11))


def edited(sigstore: VirtualSigstore) -> dict[str, Any]:
    bundle = sigstore.attest(statement(), GOOD, version=0)
    bundle["dsseEnvelope"]["payload"] = b64(dumps(statement([])))
    return bundle


def foreign_stamp(sigstore: VirtualSigstore) -> dict[str, Any]:
    bundle, other = (sigstore.attest(statement(), GOOD, version=0) for _ in range(2))
    material = other["verificationMaterial"]["timestampVerificationData"]
    bundle["verificationMaterial"]["timestampVerificationData"] = material
    return bundle


def unstamped(sigstore: VirtualSigstore) -> dict[str, Any]:
    bundle = sigstore.attest(statement(), GOOD, version=0)
    del bundle["verificationMaterial"]["timestampVerificationData"]
    return bundle


def other_id(sigstore: VirtualSigstore) -> dict[str, Any]:
    return sigstore.attest(statement(), workflow(repository_id="1"), version=0)


def other_ca(sigstore: VirtualSigstore) -> dict[str, Any]:
    return VirtualSigstore(tsa=sigstore.tsa).attest(statement(), GOOD, version=0)


@pytest.mark.parametrize(
    ("build", "code"),
    [
        (foreign_tsa, "TIMESTAMP_INVALID"),
        (foreign_stamp, "TIMESTAMP_INVALID"),
        (late, "CERTIFICATE_EXPIRED_AT_SIGNING"),
        (edited, "SIGNATURE_INVALID"),
        (unstamped, "TIMESTAMP_MISSING"),
        (other_id, "SIGNER_REPOSITORY_ID_DENIED"),
        (other_ca, "CA_UNKNOWN"),
    ],
)
def test_a_bad_one_is_denied(bench: Bench, private: dict[str, Any], build: Any, code: str) -> None:
    assert code_of(bench.verify(build(bench.sigstore), policy=bench.policy(private))) == code


@pytest.mark.parametrize(("part", "code"), [("ca", "CA_RETIRED"), ("tsa", "TSA_RETIRED")])
def test_a_retired_authority_is_denied(
    bench: Bench, private: dict[str, Any], part: str, code: str
) -> None:
    bench.pin(bench.sigstore.root_bytes(**{part: T0 - DAY}))
    private["roots"]["virtual"]["sha256"] = bench.pinned
    bundle = bench.sigstore.attest(statement(), GOOD, version=0)
    assert code_of(bench.verify(bundle, policy=bench.policy(private))) == code


def test_the_end_of_a_window_belongs_to_it(bench: Bench, private: dict[str, Any]) -> None:
    end = T0 + dt.timedelta(seconds=30)
    bench.pin(bench.sigstore.root_bytes(tsa=end, ca=end))
    private["roots"]["virtual"]["sha256"] = bench.pinned
    bundle = bench.sigstore.attest(statement(), GOOD, version=0)
    assert isinstance(bench.verify(bundle, policy=bench.policy(private)), VerifiedEvidence)


# --- keys -----------------------------------------------------------------------------------------


def pem(key: PrivateKey) -> str:
    public = key.public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def signature(key: PrivateKey, message: bytes) -> bytes:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(message)
    if isinstance(key, rsa.RSAPrivateKey):
        from cryptography.hazmat.primitives.asymmetric import padding

        return key.sign(message, padding.PKCS1v15(), hashes.SHA256())
    wide = isinstance(key.curve, ec.SECP384R1)
    return key.sign(message, ec.ECDSA(hashes.SHA384() if wide else hashes.SHA256()))


def envelope(*keys: PrivateKey, said: Any = None, keyid: str | None = None) -> dict[str, Any]:
    raw = dumps(statement(WHOLE, APPROVAL, approval()) if said is None else said)
    signatures = [{"sig": b64(signature(key, pae(IN_TOTO, raw)))} for key in keys]
    if keyid is not None:
        signatures = [{**s, "keyid": keyid} for s in signatures]
    return {"payload": b64(raw), "payloadType": IN_TOTO, "signatures": signatures}


P256 = ec.generate_private_key(ec.SECP256R1())
P384 = ec.generate_private_key(ec.SECP384R1())
EDWARDS = ed25519.Ed25519PrivateKey.generate()
RSA = rsa.generate_private_key(65537, 2048)
KINDS = {"p256": P256, "p384": P384, "ed25519": EDWARDS, "rsa": RSA}


def with_keys(bench: Bench, *keys: PrivateKey, **signer: Any) -> dict[str, Any]:
    document = bench.document(
        stewards={
            "kind": "key",
            "keys": [f"key{n}" for n in range(len(keys))],
            "predicate_types": [APPROVAL],
            **signer,
        }
    )
    document["keys"] = {
        f"key{n}": {
            "pem": pem(key),
            "not_before": "2026-01-01T00:00:00Z",
            "not_after": "2026-12-31T00:00:00Z",
        }
        for n, key in enumerate(keys)
    }
    return document


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_of_the_policy_vouches(bench: Bench, kind: str) -> None:
    key = KINDS[kind]
    answer = bench.verify(envelope(key), policy=bench.policy(with_keys(bench, key)))
    assert isinstance(answer, VerifiedEvidence), answer
    assert answer.trust_mode is TrustMode.PUBLIC_KEY
    assert answer.claims is None
    assert answer.identities == (f"key:{key_id(key.public_key()).hex()}",)
    assert answer.root_sha256 is None


def test_a_bundle_around_the_envelope_passes_too(bench: Bench) -> None:
    bundle = {
        "mediaType": V3,
        "verificationMaterial": {"publicKey": {"hint": "any"}, "tlogEntries": []},
        "dsseEnvelope": envelope(P256),
    }
    answer = bench.verify(bundle, policy=bench.policy(with_keys(bench, P256)))
    assert isinstance(answer, VerifiedEvidence), answer


@pytest.mark.parametrize("keyid", [None, "", "key0", "somebody else"])
def test_key_ids_are_not_looked_at(bench: Bench, keyid: str | None) -> None:
    answer = bench.verify(envelope(P256, keyid=keyid), policy=bench.policy(with_keys(bench, P256)))
    assert isinstance(answer, VerifiedEvidence), answer


def test_an_unknown_key_is_denied(bench: Bench) -> None:
    policy = bench.policy(with_keys(bench, P256))
    assert code_of(bench.verify(envelope(EDWARDS, keyid="key0"), policy=policy)) == "KEY_UNKNOWN"


def test_without_key_signers_a_key_vouches_for_nothing(bench: Bench) -> None:
    assert code_of(bench.verify(envelope(P256))) == "TRUST_MODE_DENIED"


@pytest.mark.parametrize("now", ["2025-12-31T23:59:59+00:00", "2026-12-31T00:00:01+00:00"])
def test_a_key_that_is_not_in_force_is_denied(bench: Bench, now: str) -> None:
    answer = bench.verify(
        envelope(P256),
        policy=bench.policy(with_keys(bench, P256)),
        now=dt.datetime.fromisoformat(now),
    )
    assert code_of(answer) == "KEY_NOT_IN_FORCE"


def test_a_revoked_key_is_denied_whenever_it_signed(bench: Bench) -> None:
    document = with_keys(bench, P256)
    document["keys"]["key0"]["revoked"] = {"at": "2026-12-30T00:00:00Z", "reason": "lost"}
    assert code_of(bench.verify(envelope(P256), policy=bench.policy(document))) == "KEY_REVOKED"


def test_two_of_three_keys(bench: Bench) -> None:
    policy = bench.policy(with_keys(bench, P256, P384, EDWARDS, threshold=2))
    answer = bench.verify(envelope(P256, EDWARDS), policy=policy)
    assert isinstance(answer, VerifiedEvidence), answer
    assert len(answer.identities) == 2


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ((P256,), "KEY_THRESHOLD_MISSED"),
        ((P256, P256), "KEY_THRESHOLD_MISSED"),
        ((P256, RSA), "KEY_UNKNOWN"),
        ((P256, EDWARDS, P256), "KEY_THRESHOLD_MISSED"),
    ],
)
def test_fewer_different_keys_are_too_few(bench: Bench, keys: Any, code: str) -> None:
    policy = bench.policy(with_keys(bench, P256, P384, EDWARDS, threshold=2))
    assert code_of(bench.verify(envelope(*keys), policy=policy)) == code


def test_a_key_statement_has_to_name_the_run(bench: Bench) -> None:
    """No time and no CI run: only the seal or the run id bind it."""
    policy = bench.policy(
        with_keys(bench, P256, predicate_types=["https://in-toto.io/attestation/test-result/v0.1"])
    )

    def said(subjects: Any) -> dict[str, Any]:
        kind = "https://in-toto.io/attestation/test-result/v0.1"
        return envelope(P256, said=statement(subjects, kind, {"result": "PASSED"}))

    assert code_of(bench.verify(said(outputs()), policy=policy)) == "ATTESTATION_RUN_UNBOUND"
    assert code_of(bench.verify(said(WHOLE[:1]), policy=policy)) == "ATTESTATION_RUN_UNBOUND"
    assert isinstance(bench.verify(said(WHOLE), policy=policy), VerifiedEvidence)


def test_a_key_attestation_is_not_used_for_two_runs(bench: Bench) -> None:
    policy = bench.policy(with_keys(bench, P256))
    said = envelope(P256, said=statement(WHOLE[:1], APPROVAL, approval()))
    assert isinstance(bench.verify(said, policy=policy), VerifiedEvidence)
    other = run(subject=digest("another seal"))
    assert code_of(bench.verify(said, other, policy=policy)) == "ATTESTATION_RUN_DIFFERS"


def test_edited_envelopes_are_denied(bench: Bench) -> None:
    policy = bench.policy(with_keys(bench, P256))
    other = envelope(P256)
    other["payload"] = b64(dumps(statement(WHOLE, APPROVAL, approval(reason="Nothing."))))
    assert code_of(bench.verify(other, policy=policy)) == "KEY_UNKNOWN"
    retyped = envelope(P256) | {"payloadType": "text/plain"}
    assert code_of(bench.verify(retyped, policy=policy)) == "KEY_UNKNOWN"
    more = envelope(P256) | {"note": "x"}
    assert code_of(bench.verify(more, policy=policy)) == "BUNDLE_MALFORMED"


# --- keys that have to be logged ------------------------------------------------------------------


def logged(bench: Bench, key: ec.EllipticCurvePrivateKey, of: Any = None) -> dict[str, Any]:
    import base64

    from virtual_sigstore.rekor import dsse_v1

    signed = envelope(key)
    payload = base64.b64decode(signed["payload"])
    body = dsse_v1(of or signed, payload, pem(key).encode())
    entry = bench.sigstore.log1.include(body, "dsse", "0.0.1", T0)
    return {
        "mediaType": V3,
        "verificationMaterial": {"publicKey": {}, "tlogEntries": [entry]},
        "dsseEnvelope": signed,
    }


def test_a_logged_key_signature_has_a_time(bench: Bench) -> None:
    policy = bench.policy(with_keys(bench, P256, root="virtual"))
    answer = bench.verify(logged(bench, P256), policy=policy)
    assert isinstance(answer, VerifiedEvidence), answer
    assert [t.time for t in answer.times] == [T0]
    assert answer.root_sha256 == bench.pinned


def test_a_key_signer_with_a_root_wants_the_log(bench: Bench) -> None:
    policy = bench.policy(with_keys(bench, P256, root="virtual"))
    assert code_of(bench.verify(envelope(P256), policy=policy)) == "REKOR_ENTRY_MISSING"
    foreign = logged(bench, P256, of=envelope(P256))
    assert code_of(bench.verify(foreign, policy=policy)) == "REKOR_ENTRY_FOREIGN"
    assert NOW > T0

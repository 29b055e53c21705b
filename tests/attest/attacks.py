"""The table of attacks: each one built for real, with the code that has to deny it.

Rows 1 to 26 are the 50 attacks that were measured against the naive verifier; `naive` says what
it did. What follows are variants and attacks that need a policy the naive verifier has not.
"""

from __future__ import annotations

import base64
import copy
import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from attest_bench import (
    CONTENT,
    GOOD,
    NOW,
    OUTPUTS,
    RUN_ID,
    SUBJECT,
    Bench,
    approval,
    digest,
    outputs,
    person_signer,
    provenance,
    run,
    statement,
    subject,
    workflow_signer,
)
from cryptography.x509 import BasicConstraints, UniformResourceIdentifier
from cryptography.x509.oid import ExtendedKeyUsageOID
from virtual_sigstore import T0, Claims, VirtualSigstore, person, workflow
from virtual_sigstore.authority import CtLog, Fulcio, new_key, usage
from virtual_sigstore.encoding import b64, dumps
from virtual_sigstore.identities import GITHUB
from virtual_sigstore.rekor import Log

from kfm_gates.attest.statement import APPROVAL

A, D = True, False
MINUTE = dt.timedelta(minutes=1)


@dataclass
class Case:
    """What is tried: the bytes, and what differs from the good run."""

    raw: Any
    how: dict[str, Any] = field(default_factory=dict)
    wanted: dict[str, str] | None = None
    """What the naive verifier compares with, where the run has other outputs."""

    @property
    def bytes(self) -> bytes:
        return self.raw if isinstance(self.raw, bytes) else json.dumps(self.raw).encode()


@dataclass(frozen=True)
class Attack:
    """A row: what is done, which code denies it, and whether the naive verifier lets it pass."""

    row: str
    title: str
    code: str
    naive: bool | None
    build: Callable[[Bench], Case]

    def __str__(self) -> str:
        return f"{self.row}-{self.code}"


TABLE: list[Attack] = []


def attack(
    row: str, title: str, code: str, naive: bool | None
) -> Callable[[Callable[[Bench], Case]], Callable[[Bench], Case]]:
    def register(build: Callable[[Bench], Case]) -> Callable[[Bench], Case]:
        TABLE.append(Attack(row, title, code, naive, build))
        return build

    return register


def signed(bench: Bench, payload: Any = None, claims: Claims = GOOD, **how: Any) -> dict[str, Any]:
    return bench.sigstore.attest(statement() if payload is None else payload, claims, **how)


# --- 1 to 6: what is attested --------------------------------------------------------------------


@attack("1", "artifact changed after signing", "SUBJECT_DIGEST_DIFFERS", D)
def _(bench: Bench) -> Case:
    changed = {name: digest(f"changed {name}") for name in OUTPUTS}
    return Case(signed(bench), {"expected": run(outputs=changed)}, changed)


@attack("2", "other predicate type by the same signer", "PREDICATE_TYPE_DENIED", A)
def _(bench: Bench) -> Case:
    return Case(signed(bench, statement(predicate_type="https://in-toto.io/attestation/scai/v0.3")))


@attack("3", "no subject", "SUBJECT_EMPTY", D)
def _(bench: Bench) -> Case:
    return Case(signed(bench, statement([])))


@attack("4", "one of several outputs attested", "SUBJECT_MISSING", A)
def _(bench: Bench) -> Case:
    return Case(signed(bench, statement(outputs()[:1])))


@attack("5", "a foreign subject added", "SUBJECT_FOREIGN", A)
def _(bench: Bench) -> Case:
    return Case(signed(bench, statement([*outputs(), subject("more.tif", digest("more"))])))


@attack("6a", "statement without envelope", "ENVELOPE_MISSING", D)
def _(bench: Bench) -> Case:
    return Case(statement())


@attack("6b", "no signature", "SIGNATURE_MISSING", D)
def _(bench: Bench) -> Case:
    bundle = signed(bench)
    bundle["dsseEnvelope"]["signatures"] = []
    return Case(bundle)


@attack("6c", "a second signature, garbage", "SIGNATURE_NOT_SINGLE", D)
def _(bench: Bench) -> Case:
    bundle = signed(bench)
    bundle["dsseEnvelope"]["signatures"].append({"sig": b64(b"garbage")})
    return Case(bundle)


# --- 7 to 11: who attested what, and when ---------------------------------------------------------


@attack("7", "look-alike repository", "SIGNER_REPOSITORY_DENIED", D)
def _(bench: Bench) -> Case:
    return Case(signed(bench, claims=workflow("kfm/lake-evil")))


@attack("8a", "same name, other issuer", "SIGNER_ISSUER_DENIED", D)
def _(bench: Bench) -> Case:
    other = "https://issuer.example.org"
    return Case(signed(bench, claims=GOOD.but(_1=other, _8=other)))


@attack(
    "8b", "old issuer field right, the one that counts differs", "SIGNER_ISSUER_CONTRADICTED", A
)
def _(bench: Bench) -> Case:
    return Case(signed(bench, claims=GOOD.but(_8="https://issuer.example.org")))


@attack("9a", "other workflow of the repository", "SIGNER_WORKFLOW_DENIED", D)
def _(bench: Bench) -> Case:
    return Case(signed(bench, claims=workflow(workflow="debug.yml")))


@attack("9b", "ref of a pull request", "SIGNER_REF_DENIED", D)
def _(bench: Bench) -> Case:
    return Case(signed(bench, claims=workflow(ref="refs/pull/7/merge")))


@attack(
    "10a", "reusable workflow called by another repository", "SIGNER_SOURCE_REPOSITORY_DENIED", A
)
def _(bench: Bench) -> Case:
    caller = workflow(caller="evil/lake", repository_id="99", owner_id="98")
    return Case(signed(bench, statement(predicate=provenance(caller)), caller))


@attack("10b", "reusable workflow called from another branch", "SIGNER_SOURCE_REF_DENIED", A)
def _(bench: Bench) -> Case:
    return Case(signed(bench, claims=workflow(caller="kfm/lake", caller_ref="refs/heads/try")))


@attack("11a", "replay of another run's attestation", "ATTESTATION_RUN_DIFFERS", A)
def _(bench: Bench) -> Case:
    other = workflow(run=4710)
    return Case(signed(bench, statement(predicate=provenance(other)), other))


@attack("11b", "replay from another commit", "ATTESTATION_COMMIT_DIFFERS", A)
def _(bench: Bench) -> Case:
    other = workflow(commit="0ddba11" * 5 + "00000")
    return Case(signed(bench, statement(predicate=provenance(other)), other))


@attack("11c", "forty days old", "ATTESTATION_STALE", A)
def _(bench: Bench) -> Case:
    old = T0 - dt.timedelta(days=40)
    return Case(signed(bench, at=old))


# --- 12 to 14: how it is written ------------------------------------------------------------------


@attack("12a", "sha1 only", "SUBJECT_DIGEST_NOT_SHA256", D)
def _(bench: Bench) -> Case:
    weak = [{"name": name, "digest": {"sha1": d[:40]}} for name, d in OUTPUTS.items()]
    return Case(signed(bench, statement(weak)))


@attack("12b", "digest in upper case", "SUBJECT_DIGEST_MALFORMED", D)
def _(bench: Bench) -> Case:
    return Case(signed(bench, statement([subject(n, d.upper()) for n, d in OUTPUTS.items()])))


def doubled(name: str, first: Any) -> bytes:
    """The good statement with one member twice; the good one comes last, as readers take it."""
    raw = dumps(statement())
    return b"{" + dumps(name) + b":" + dumps(first) + b"," + raw[1:]


@attack("13a", "subject twice", "STATEMENT_DUPLICATE_KEY", A)
def _(bench: Bench) -> Case:
    return Case(signed(bench, doubled("subject", [subject("evil.tif", digest("evil"))])))


@attack("13b", "predicate type twice", "STATEMENT_DUPLICATE_KEY", A)
def _(bench: Bench) -> Case:
    return Case(signed(bench, doubled("predicateType", "https://example.org/evil/v1")))


@attack("14a", "statement signed as plain text", "PAYLOAD_TYPE_DENIED", A)
def _(bench: Bench) -> Case:
    return Case(signed(bench, payload_type="text/plain"))


@attack("14b", "payload type edited", "SIGNATURE_INVALID", D)
def _(bench: Bench) -> Case:
    bundle = signed(bench, payload_type="text/plain")
    bundle["dsseEnvelope"]["payloadType"] = "application/vnd.in-toto+json"
    return Case(bundle)


# --- 15 to 18: log and certificate ----------------------------------------------------------------


@attack("15", "no log entry", "REKOR_ENTRY_MISSING", D)
def _(bench: Bench) -> Case:
    bundle = signed(bench)
    bundle["verificationMaterial"]["tlogEntries"] = []
    return Case(bundle)


@attack("16a", "log entry of another bundle", "REKOR_ENTRY_FOREIGN", D)
def _(bench: Bench) -> Case:
    bundle, other = signed(bench), signed(bench, statement([]))
    bundle["verificationMaterial"]["tlogEntries"] = other["verificationMaterial"]["tlogEntries"]
    return Case(bundle)


@attack("16b", "checkpoint signed by an unknown key", "CHECKPOINT_INVALID", D)
def _(bench: Bench) -> Case:
    return Case(signed(bench, checkpoint_key=new_key()))


@attack("17a", "logged after the certificate ended", "CERTIFICATE_EXPIRED_AT_SIGNING", D)
def _(bench: Bench) -> Case:
    return Case(signed(bench, signed_after=11 * MINUTE))


@attack("17b", "stamped after the certificate ended", "CERTIFICATE_EXPIRED_AT_SIGNING", D)
def _(bench: Bench) -> Case:
    return Case(signed(bench, version=2, signed_after=11 * MINUTE))


@attack("18a", "certificate without SCT", "SCT_MISSING", D)
def _(bench: Bench) -> Case:
    return Case(signed(bench, ct=None))


@attack("18b", "SCT of an unknown log", "SCT_LOG_UNKNOWN", D)
def _(bench: Bench) -> Case:
    return Case(signed(bench, ct=CtLog()))


@attack("18c", "certificate for another purpose", "CERTIFICATE_USAGE_DENIED", D)
def _(bench: Bench) -> Case:
    return Case(signed(bench, purpose=ExtendedKeyUsageOID.CLIENT_AUTH))


# --- 19 and 20: the trust root --------------------------------------------------------------------


def retired(bench: Bench, part: str, version: int = 1) -> Case:
    bench.pin(bench.sigstore.root_bytes(**{part: T0 - dt.timedelta(days=30)}))
    return Case(signed(bench, version=version))


@attack("19a", "retired certificate authority", "CA_RETIRED", A)
def _(bench: Bench) -> Case:
    return retired(bench, "ca")


@attack("19b", "retired key of Rekor", "REKOR_KEY_RETIRED", A)
def _(bench: Bench) -> Case:
    return retired(bench, "log1")


@attack("19c", "retired key of the CT log", "CT_KEY_RETIRED", A)
def _(bench: Bench) -> Case:
    return retired(bench, "ct")


@attack("19d", "retired timestamp authority", "TSA_RETIRED", D)
def _(bench: Bench) -> Case:
    return retired(bench, "tsa", version=2)


@attack("20a", "the attacker's own Sigstore", "REKOR_LOG_UNKNOWN", D)
def _(bench: Bench) -> Case:
    return Case(VirtualSigstore().attest(statement(), GOOD))


@attack("20b", "and the trust root swapped on disk", "TRUST_ROOT_DIFFERS", A)
def _(bench: Bench) -> Case:
    evil = VirtualSigstore()
    (bench.folder / "trusted_root.json").write_bytes(evil.root_bytes())
    return Case(evil.attest(statement(), GOOD))


# --- 21 to 26 -------------------------------------------------------------------------------------


@attack("21", "two subjects of one name", "SUBJECT_NAME_REPEATED", A)
def _(bench: Bench) -> Case:
    name = next(iter(OUTPUTS))
    return Case(signed(bench, statement([*outputs(), subject(name, digest("evil"))])))


@attack("22", "statement v0.1", "STATEMENT_TYPE_DENIED", A)
def _(bench: Bench) -> Case:
    return Case(signed(bench, statement(_type="https://in-toto.io/Statement/v0.1")))


@attack("23a", "self-hosted runner", "SIGNER_RUNNER_DENIED", A)
def _(bench: Bench) -> Case:
    return Case(signed(bench, claims=workflow(runner="self-hosted")))


@attack("23b", "started by pull_request_target", "SIGNER_TRIGGER_DENIED", A)
def _(bench: Bench) -> Case:
    return Case(signed(bench, claims=workflow(trigger="pull_request_target")))


@attack("24", "repository deleted and registered again", "SIGNER_REPOSITORY_ID_DENIED", A)
def _(bench: Bench) -> Case:
    return Case(signed(bench, claims=workflow(repository_id="1100000001")))


@attack("25a", "statement in UTF-16", "STATEMENT_NOT_UTF8", A)
def _(bench: Bench) -> Case:
    return Case(signed(bench, json.dumps(statement()).encode("utf-16")))


@attack("25b", "NaN in the predicate", "STATEMENT_NOT_A_NUMBER", A)
def _(bench: Bench) -> Case:
    return Case(signed(bench, dumps(statement(predicate={"score": float("nan")}))))


@attack("25c", "100,000 brackets", "STATEMENT_TOO_DEEP", D)
def _(bench: Bench) -> Case:
    deep = b"[" * 100_000 + b"]" * 100_000
    raw = dumps(statement())[:-1] + b',"deep":' + deep + b"}"
    return Case(signed(bench, raw))


@attack("26a", "cut off", "BUNDLE_SYNTAX", D)
def _(bench: Bench) -> Case:
    return Case(json.dumps(signed(bench)).encode()[:-200])


@attack("26b", "null", "BUNDLE_MALFORMED", D)
def _(bench: Bench) -> Case:
    return Case(b"null")


@attack("26c", "empty", "BUNDLE_EMPTY", D)
def _(bench: Bench) -> Case:
    return Case(b"")


@attack("26d", "two envelopes under one name", "BUNDLE_DUPLICATE_KEY", D)
def _(bench: Bench) -> Case:
    raw = json.dumps(signed(bench)).encode()
    forged = dumps(signed(bench, statement([]))["dsseEnvelope"])
    return Case(raw[:-1] + b',"dsseEnvelope":' + forged + b"}")


MEASURED = len(TABLE)
"""How many attacks the naive verifier was measured with."""


# --- variants -------------------------------------------------------------------------------------


@attack("2+", "a signer claims what another may claim", "PREDICATE_TYPE_DENIED", None)
def _(bench: Bench) -> Case:
    """The build signs its own approval."""
    said = statement([subject("subject", SUBJECT)], APPROVAL, approval())
    return Case(signed(bench, said))


@attack("5+", "content and something else", "SUBJECT_FOREIGN", None)
def _(bench: Bench) -> Case:
    return Case(signed(bench, statement([subject("content", CONTENT), subject("x", digest("x"))])))


@attack("9+", "an account instead of a workflow", "SIGNER_NAME_DENIED", None)
def _(bench: Bench) -> Case:
    return Case(
        signed(
            bench,
            statement([subject("subject", SUBJECT)], APPROVAL, approval()),
            person("somebody@example.org"),
        )
    )


@attack("10+", "another top-level workflow", "SIGNER_BUILD_CONFIG_DENIED", None)
def _(bench: Bench) -> Case:
    return Case(signed(bench, claims=GOOD.but(_18=GOOD.extensions[18] + "-other")))


@attack("10e", "another deployment environment", "SIGNER_ENVIRONMENT_DENIED", None)
def _(bench: Bench) -> Case:
    policy = bench.policy(bench.document(pipeline=workflow_signer(environment="production")))
    return Case(signed(bench, claims=workflow(environment="staging")), {"policy": policy})


@attack("10f", "no deployment environment at all", "SIGNER_ENVIRONMENT_DENIED", None)
def _(bench: Bench) -> Case:
    policy = bench.policy(bench.document(pipeline=workflow_signer(environment="production")))
    return Case(signed(bench), {"policy": policy})


@attack("11r", "the same attestation for another run", "ATTESTATION_REPLAYED", None)
def _(bench: Bench) -> Case:
    bundle = signed(bench)
    bench.verify(bundle)
    return Case(bundle, {"expected": run(subject=digest("seal of another run"))})


@attack("11u", "nothing binds it to the run", "ATTESTATION_RUN_UNBOUND", None)
def _(bench: Bench) -> Case:
    free = provenance()
    del free["buildDefinition"]["externalParameters"]["run_id"]
    return Case(signed(bench, statement(predicate=free)), {"expected": run(invocation=None)})


@attack("11p", "the predicate names another run", "ATTESTATION_RUN_DIFFERS", None)
def _(bench: Bench) -> Case:
    return Case(signed(bench, statement(predicate=provenance(run_id=RUN_ID[:-1] + "C"))))


@attack("11f", "signed in the future", "ATTESTATION_FROM_FUTURE", None)
def _(bench: Bench) -> Case:
    return Case(signed(bench), {"now": T0 - dt.timedelta(hours=1)})


@attack("11d", "the receipts name no full commit", "ATTESTATION_COMMIT_DIFFERS", None)
def _(bench: Bench) -> Case:
    return Case(signed(bench), {"expected": run(commit=GOOD.extensions[13][:12])})


@attack("12c", "a second digest beside sha256", "SUBJECT_DIGEST_NOT_SHA256", None)
def _(bench: Bench) -> Case:
    both = [{"name": n, "digest": {"sha256": d, "md5": "0" * 32}} for n, d in OUTPUTS.items()]
    return Case(signed(bench, statement(both)))


@attack("16c", "proof for another index", "REKOR_PROOF_INVALID", None)
def _(bench: Bench) -> Case:
    bundle = signed(bench)
    proof = bundle["verificationMaterial"]["tlogEntries"][0]["inclusionProof"]
    proof["logIndex"] = str(int(proof["logIndex"]) - 1)
    return Case(bundle)


@attack("16d", "proof for a tree of another size", "REKOR_PROOF_INVALID", None)
def _(bench: Bench) -> Case:
    bundle = signed(bench)
    proof = bundle["verificationMaterial"]["tlogEntries"][0]["inclusionProof"]
    proof["treeSize"] = str(int(proof["treeSize"]) + 1)
    return Case(bundle)


@attack("16e", "time of the promise edited", "REKOR_PROMISE_INVALID", None)
def _(bench: Bench) -> Case:
    bundle = signed(bench)
    entry = bundle["verificationMaterial"]["tlogEntries"][0]
    entry["integratedTime"] = str(int(entry["integratedTime"]) + 60)
    return Case(bundle)


@attack("16f", "an entry that cannot be compared", "REKOR_KIND_DENIED", None)
def _(bench: Bench) -> Case:
    bundle = signed(bench)
    body = dumps({"apiVersion": "0.0.2", "kind": "intoto", "spec": {}})
    entry = bench.sigstore.log1.include(body, "intoto", "0.0.2", T0 + MINUTE)
    del entry["inclusionPromise"]
    bundle["verificationMaterial"]["tlogEntries"] = [entry]
    signature = base64.b64decode(bundle["dsseEnvelope"]["signatures"][0]["sig"])
    bundle["verificationMaterial"]["timestampVerificationData"] = {
        "rfc3161Timestamps": [
            {"signedTimestamp": b64(bench.sigstore.tsa.stamp(signature, T0 + MINUTE))}
        ]
    }
    return Case(bundle)


@attack("16g", "Rekor v2 entry over another payload", "REKOR_ENTRY_FOREIGN", None)
def _(bench: Bench) -> Case:
    bundle, other = signed(bench, version=2), signed(bench, statement([]), version=2)
    bundle["verificationMaterial"]["tlogEntries"] = other["verificationMaterial"]["tlogEntries"]
    return Case(bundle)


@attack("16h", "a tree of one's own under a true checkpoint", "REKOR_PROOF_INVALID", None)
def _(bench: Bench) -> Case:
    """The log never saw the entry; its checkpoint is genuine and of a tree of the same size."""
    known, own = bench.sigstore.log2, Log(2, bench.sigstore.log2.origin, bench.sigstore.log2.key)
    bundle = signed(bench, version=2, log=own)
    while len(known.tree.leaves) < len(own.tree.leaves):
        known.tree.add(b"filler")
    while len(known.tree.leaves) > len(own.tree.leaves):
        own.tree.add(b"filler")
    entry = bundle["verificationMaterial"]["tlogEntries"][0]
    index = int(entry["logIndex"])
    entry["inclusionProof"] = {
        "logIndex": str(index),
        "rootHash": b64(own.tree.root()),
        "treeSize": str(len(own.tree.leaves)),
        "hashes": [b64(h) for h in own.tree.path(index)],
        "checkpoint": {"envelope": known.checkpoint()},
    }
    return Case(bundle)


@attack("16i", "a promise without a time", "REKOR_PROMISE_INVALID", None)
def _(bench: Bench) -> Case:
    bundle, other = signed(bench, version=2), signed(bench)
    promise = other["verificationMaterial"]["tlogEntries"][0]["inclusionPromise"]
    bundle["verificationMaterial"]["tlogEntries"][0]["inclusionPromise"] = promise
    return Case(bundle)


@attack("16j", "an entry that calls itself of another kind", "REKOR_ENTRY_FOREIGN", None)
def _(bench: Bench) -> Case:
    bundle = signed(bench, version=2)
    kind = bundle["verificationMaterial"]["tlogEntries"][0]["kindVersion"]
    kind |= {"kind": "dsse", "version": "0.0.1"}
    return Case(bundle)


@attack("17i", "the intermediate had expired", "CA_EXPIRED_AT_SIGNING", None)
def _(bench: Bench) -> Case:
    """CVE-2026-24122: the leaf is in time and its issuer is not."""
    old = VirtualSigstore(fulcio=Fulcio(intermediate_end=T0 - dt.timedelta(days=1)))
    bench.pin(old.root_bytes())
    return Case(old.attest(statement(), GOOD))


@attack("17r", "the root had expired", "CA_EXPIRED_AT_SIGNING", None)
def _(bench: Bench) -> Case:
    old = VirtualSigstore(fulcio=Fulcio(root_end=T0 - dt.timedelta(days=1)))
    bench.pin(old.root_bytes())
    return Case(old.attest(statement(), GOOD))


@attack("17t", "nothing proves the time", "TIMESTAMP_MISSING", None)
def _(bench: Bench) -> Case:
    bundle = signed(bench, version=2)
    del bundle["verificationMaterial"]["timestampVerificationData"]
    return Case(bundle)


@attack("17s", "a timestamp over another signature", "TIMESTAMP_INVALID", None)
def _(bench: Bench) -> Case:
    bundle, other = signed(bench, version=2), signed(bench, version=2)
    name = "timestampVerificationData"
    bundle["verificationMaterial"][name] = other["verificationMaterial"][name]
    return Case(bundle)


@attack("18e", "the certificate of an authority", "CERTIFICATE_USAGE_DENIED", None)
def _(bench: Bench) -> Case:
    return Case(signed(bench, more=[BasicConstraints(ca=True, path_length=0)]))


@attack("18f", "a certificate that may certify", "CERTIFICATE_USAGE_DENIED", None)
def _(bench: Bench) -> Case:
    return Case(signed(bench, key_usage=usage(sign=True, certify=True)))


@attack("18g", "a certificate that may not sign", "CERTIFICATE_USAGE_DENIED", None)
def _(bench: Bench) -> Case:
    return Case(signed(bench, key_usage=usage()))


@attack("18d", "SCT over another certificate", "SCT_INVALID", None)
def _(bench: Bench) -> Case:
    """The log id is the right one and the signature is somebody else's."""
    forged = CtLog()
    real = bench.sigstore.ct

    class Liar(CtLog):
        def stamp(self, *args: Any) -> bytes:
            from virtual_sigstore.encoding import key_id

            raw = forged.stamp(*args)
            return raw.replace(key_id(forged.key.public_key()), key_id(real.key.public_key()))

    return Case(signed(bench, ct=Liar()))


@attack("18n", "a certificate with two names", "SIGNER_CLAIMS_MALFORMED", None)
def _(bench: Bench) -> Case:
    more = [UniformResourceIdentifier("https://github.com/evil/x/.github/workflows/y.yml@main")]
    return Case(signed(bench, more_names=more))


@attack("18o", "a certificate without an issuer claim", "SIGNER_CLAIMS_MALFORMED", None)
def _(bench: Bench) -> Case:
    return Case(signed(bench, claims=GOOD.but(_8=None)))


@attack("19e", "retired key of Rekor v2", "REKOR_KEY_RETIRED", None)
def _(bench: Bench) -> Case:
    return retired(bench, "log2", version=2)


@attack("20c", "a foreign authority under a known log", "CA_UNKNOWN", None)
def _(bench: Bench) -> Case:
    known = bench.sigstore
    mixed = VirtualSigstore(ct=known.ct, log1=known.log1, log2=known.log2, tsa=known.tsa)
    return Case(mixed.attest(statement(), GOOD))


@attack("20d", "a trust root that nobody refreshed", "TRUST_ROOT_STALE", None)
def _(bench: Bench) -> Case:
    document = bench.document()
    document["roots"]["virtual"]["refreshed"] = "2026-01-01T00:00:00Z"
    return Case(signed(bench), {"policy": bench.policy(document)})


@attack("20e", "no trust root on disk", "TRUST_ROOT_UNREADABLE", None)
def _(bench: Bench) -> Case:
    (bench.folder / "trusted_root.json").unlink()
    return Case(signed(bench))


@attack("20f", "an unknown log", "REKOR_LOG_UNKNOWN", None)
def _(bench: Bench) -> Case:
    return Case(signed(bench, log=Log(1, "rekor.evil - 1")))


@attack("24o", "the owner was registered again", "SIGNER_OWNER_ID_DENIED", None)
def _(bench: Bench) -> Case:
    return Case(signed(bench, claims=workflow(owner_id="1")))


@attack("26v", "a version of bundles that is not known", "BUNDLE_VERSION_UNKNOWN", None)
def _(bench: Bench) -> Case:
    bundle = signed(bench)
    bundle["mediaType"] = "application/vnd.dev.sigstore.bundle.v0.4+json"
    return Case(bundle)


@attack("26m", "a member that no bundle has", "BUNDLE_MALFORMED", None)
def _(bench: Bench) -> Case:
    return Case(signed(bench) | {"note": "verified"})


@attack("26l", "base64 with a line break", "BUNDLE_MALFORMED", None)
def _(bench: Bench) -> Case:
    bundle = copy.deepcopy(signed(bench))
    payload = bundle["dsseEnvelope"]["payload"]
    bundle["dsseEnvelope"]["payload"] = payload[:40] + "\n" + payload[40:]
    return Case(bundle)


@attack("26b+", "a signature over a file instead of a statement", "ENVELOPE_MISSING", None)
def _(bench: Bench) -> Case:
    return Case(bench.sigstore.sign_blob(b"bytes", GOOD))


@attack("29", "nobody may sign", "SIGNER_NOT_CONFIGURED", None)
def _(bench: Bench) -> Case:
    return Case(signed(bench), {"signers": ()})


@attack("31a", "the predicate names another builder", "PREDICATE_CONTRADICTS_CERTIFICATE", None)
def _(bench: Bench) -> Case:
    lie = provenance()
    lie["runDetails"]["builder"]["id"] = "https://github.com/kfm/gates/trusted@refs/tags/v1"
    return Case(signed(bench, statement(predicate=lie)))


@attack("31b", "the predicate names another commit", "PREDICATE_CONTRADICTS_CERTIFICATE", None)
def _(bench: Bench) -> Case:
    lie = provenance()
    lie["buildDefinition"]["resolvedDependencies"][0]["digest"]["gitCommit"] = "1" * 40
    return Case(signed(bench, statement(predicate=lie)))


@attack("31c", "the predicate names another CI run", "PREDICATE_CONTRADICTS_CERTIFICATE", None)
def _(bench: Bench) -> Case:
    lie = provenance()
    lie["runDetails"]["metadata"]["invocationId"] += "0"
    return Case(signed(bench, statement(predicate=lie)))


@attack("31d", "an approval with a member of its own", "PREDICATE_INVALID", None)
def _(bench: Bench) -> Case:
    said = statement([subject("subject", SUBJECT)], APPROVAL, approval(waives=["RIGHTS_UNKNOWN"]))
    return Case(signed(bench, said, person()))


@attack("31e", "an approval of another seal", "ATTESTATION_RUN_DIFFERS", None)
def _(bench: Bench) -> Case:
    said = statement(
        [subject("content", CONTENT)], APPROVAL, approval(subject=digest("another seal"))
    )
    return Case(signed(bench, said, person()))


@attack("7p", "a look-alike address", "SIGNER_NAME_DENIED", None)
def _(bench: Bench) -> Case:
    policy = bench.policy(bench.document(steward=person_signer()))
    said = statement([subject("subject", SUBJECT)], APPROVAL, approval())
    return Case(signed(bench, said, person("steward@example.org.evil")), {"policy": policy})


@attack("8p", "the right address from another provider", "SIGNER_ISSUER_DENIED", None)
def _(bench: Bench) -> Case:
    policy = bench.policy(bench.document(steward=person_signer()))
    said = statement([subject("subject", SUBJECT)], APPROVAL, approval())
    return Case(signed(bench, said, person(issuer=GITHUB)), {"policy": policy})


@attack("15t", "a logged bundle for a signer without log", "TRUST_MODE_DENIED", None)
def _(bench: Bench) -> Case:
    policy = bench.policy(bench.document(private=workflow_signer(trust="timestamp_only")))
    return Case(signed(bench), {"policy": policy})


__all__ = ["MEASURED", "NOW", "TABLE", "Attack", "Case"]

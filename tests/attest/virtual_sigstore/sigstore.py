"""The whole: services that belong together, their trust root, and bundles signed with them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from virtual_sigstore import rekor
from virtual_sigstore.authority import CtLog, Fulcio, chain_json, new_key
from virtual_sigstore.encoding import PublicKey, b64, dumps, key_id, pae, sha256, spki
from virtual_sigstore.identities import Claims, workflow
from virtual_sigstore.rekor import Log
from virtual_sigstore.tsa import Tsa

T0 = dt.datetime(2026, 2, 18, 12, 0, tzinfo=dt.UTC)
"""When things are signed unless a test says otherwise."""

START = dt.datetime(2021, 1, 1, tzinfo=dt.UTC)
IN_TOTO = "application/vnd.in-toto+json"
V3 = "application/vnd.dev.sigstore.bundle.v0.3+json"
MEDIA_TYPES = {
    "0.1": "application/vnd.dev.sigstore.bundle+json;version=0.1",
    "0.2": "application/vnd.dev.sigstore.bundle+json;version=0.2",
    "0.3-old": "application/vnd.dev.sigstore.bundle+json;version=0.3",
    "0.3": V3,
}


def stamp(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Identity:
    """A leaf certificate and the ephemeral key that it is for."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


@dataclass
class VirtualSigstore:
    """One instance. Every part can be replaced by a test: another CA, another log, no CT."""

    fulcio: Fulcio = field(default_factory=Fulcio)
    ct: CtLog = field(default_factory=CtLog)
    log1: Log = field(default_factory=lambda: Log(1, "rekor.virtual - 1"))
    log2: Log = field(
        default_factory=lambda: Log(2, "log2.rekor.virtual", ed25519.Ed25519PrivateKey.generate())
    )
    tsa: Tsa = field(default_factory=Tsa)

    # --- trust root -------------------------------------------------------------------------

    def trusted_root(self, **ends: dt.datetime) -> dict[str, Any]:
        """The trust root as JSON. `ca=`, `log1=`, `log2=`, `ct=`, `tsa=` end a validity."""

        def window(part: str) -> dict[str, str]:
            valid = {"start": stamp(START)}
            if part in ends:
                valid["end"] = stamp(ends[part])
            return valid

        def log(url: str, key: PublicKey, part: str) -> dict[str, Any]:
            edwards = isinstance(key, ed25519.Ed25519PublicKey)
            return {
                "baseUrl": url,
                "hashAlgorithm": "SHA2_256",
                "publicKey": {
                    "rawBytes": b64(spki(key)),
                    "keyDetails": "PKIX_ED25519" if edwards else "PKIX_ECDSA_P256_SHA_256",
                    "validFor": window(part),
                },
                "logId": {"keyId": b64(key_id(key))},
            }

        def authority(url: str, chain: list[x509.Certificate], part: str) -> dict[str, Any]:
            return {
                "subject": {"organization": "virtual sigstore", "commonName": part},
                "uri": url,
                "certChain": chain_json(chain),
                "validFor": window(part),
            }

        return {
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [
                log("https://rekor.virtual", self.log1.key.public_key(), "log1"),
                log("https://log2.rekor.virtual", self.log2.key.public_key(), "log2"),
            ],
            "certificateAuthorities": [
                authority("https://fulcio.virtual", self.fulcio.chain, "ca")
            ],
            "ctlogs": [log("https://ct.virtual", self.ct.key.public_key(), "ct")],
            "timestampAuthorities": [authority("https://tsa.virtual", self.tsa.chain, "tsa")],
        }

    def root_bytes(self, **ends: dt.datetime) -> bytes:
        return dumps(self.trusted_root(**ends))

    # --- signing ----------------------------------------------------------------------------

    def identity(self, claims: Claims | None = None, at: dt.datetime = T0, **how: Any) -> Identity:
        """A key and a leaf for it. `how` goes to `Fulcio.issue`."""
        key = new_key()
        how.setdefault("ct", self.ct)
        leaf = self.fulcio.issue(claims or workflow(), key.public_key(), at, **how)
        return Identity(leaf, key)

    def attest(
        self,
        payload: bytes | dict[str, Any],
        claims: Claims | None = None,
        *,
        version: int = 1,
        at: dt.datetime = T0,
        signed_after: dt.timedelta = dt.timedelta(seconds=30),
        payload_type: str = IN_TOTO,
        media: str = "0.3",
        identity: Identity | None = None,
        log: Log | None = None,
        tsa: Tsa | None = None,
        checkpoint_key: rekor.LogKey | None = None,
        **how: Any,
    ) -> dict[str, Any]:
        """Sign a statement keyless and return the bundle.

        Args:
            payload: The statement, or the bytes to sign as they are.
            claims: Who signs.
            version: Of Rekor; 2 adds a timestamp, 0 logs nothing (GitHub's private shape).
            at: When the certificate is issued.
            signed_after: How much later log and TSA see the signature.
            payload_type: Of the envelope.
            media: Key of `MEDIA_TYPES`.
            identity: A certificate made before.
            log: Another log than the instance's.
            tsa: Another TSA than the instance's.
            checkpoint_key: Forges the checkpoint with this key.
            how: For `Fulcio.issue`.
        """
        raw = payload if isinstance(payload, bytes) else dumps(payload)
        if version == 0:
            how.setdefault("ct", None)
        who = identity or self.identity(claims, at, **how)
        when = at + signed_after
        signature = who.key.sign(pae(payload_type, raw), ec.ECDSA(hashes.SHA256()))
        envelope = {
            "payload": b64(raw),
            "payloadType": payload_type,
            "signatures": [{"sig": b64(signature)}],
        }
        if version == 1:
            body = rekor.dsse_v1(envelope, raw, who.certificate)
            entries = [
                (log or self.log1).include(
                    body, "dsse", "0.0.1", when, checkpoint_key=checkpoint_key
                )
            ]
        elif version == 2:
            digest = rekor.envelope_digest(payload_type, raw)
            body = rekor.hashedrekord_v2(digest, signature, who.certificate)
            entries = [
                (log or self.log2).include(
                    body, "hashedrekord", "0.0.2", None, checkpoint_key=checkpoint_key
                )
            ]
        else:
            entries = []
        material = self._material(who.certificate, media, entries)
        if version != 1:
            material["timestampVerificationData"] = self._timestamps(tsa, signature, when)
        return {
            "mediaType": MEDIA_TYPES[media],
            "verificationMaterial": material,
            "dsseEnvelope": envelope,
        }

    def sign_blob(
        self,
        artifact: bytes,
        claims: Claims | None = None,
        *,
        version: int = 1,
        at: dt.datetime = T0,
        media: str = "0.3",
    ) -> dict[str, Any]:
        """Sign an artifact keyless: a bundle with a message signature instead of an envelope."""
        who = self.identity(claims, at)
        when = at + dt.timedelta(seconds=30)
        digest = sha256(artifact)
        signature = who.key.sign(artifact, ec.ECDSA(hashes.SHA256()))
        if version == 1:
            body = rekor.hashedrekord_v1(digest, signature, who.certificate)
            entry = self.log1.include(body, "hashedrekord", "0.0.1", when)
        else:
            body = rekor.hashedrekord_v2(digest, signature, who.certificate)
            entry = self.log2.include(body, "hashedrekord", "0.0.2", None)
        material = self._material(who.certificate, media, [entry])
        if version != 1:
            material["timestampVerificationData"] = self._timestamps(None, signature, when)
        return {
            "mediaType": MEDIA_TYPES[media],
            "verificationMaterial": material,
            "messageSignature": {
                "messageDigest": {"algorithm": "SHA2_256", "digest": b64(digest)},
                "signature": b64(signature),
            },
        }

    def sign_blob_with_key(
        self, artifact: bytes, key: ec.EllipticCurvePrivateKey, at: dt.datetime = T0
    ) -> dict[str, Any]:
        """Sign an artifact with a key of one's own and log it in Rekor v1."""
        digest = sha256(artifact)
        signature = key.sign(artifact, ec.ECDSA(hashes.SHA256()))
        pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        body = rekor.hashedrekord_v1(digest, signature, pem)
        return {
            "mediaType": V3,
            "verificationMaterial": {
                "publicKey": {"hint": b64(key_id(key.public_key()))},
                "tlogEntries": [self.log1.include(body, "hashedrekord", "0.0.1", at)],
            },
            "messageSignature": {
                "messageDigest": {"algorithm": "SHA2_256", "digest": b64(digest)},
                "signature": b64(signature),
            },
        }

    def _material(
        self, certificate: x509.Certificate, media: str, entries: list[dict[str, Any]]
    ) -> dict[str, Any]:
        leaf = {"rawBytes": b64(certificate.public_bytes(Encoding.DER))}
        material: dict[str, Any] = {"tlogEntries": entries}
        if media.startswith("0.3"):
            material["certificate"] = leaf
        else:
            material["x509CertificateChain"] = {"certificates": [leaf]}
        return material

    def _timestamps(self, tsa: Tsa | None, signature: bytes, at: dt.datetime) -> dict[str, Any]:
        raw = (tsa or self.tsa).stamp(signature, at)
        return {"rfc3161Timestamps": [{"signedTimestamp": b64(raw)}]}

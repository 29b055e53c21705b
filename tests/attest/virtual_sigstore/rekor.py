"""The transparency logs: an RFC 6962 tree with checkpoints, and the entries of Rekor v1 and v2."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import rfc8785
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding

from virtual_sigstore.authority import new_key
from virtual_sigstore.encoding import b64, dumps, key_id, pae, sha256

LogKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def sign(key: LogKey, data: bytes) -> bytes:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(data)
    return key.sign(data, ec.ECDSA(hashes.SHA256()))


@dataclass
class Tree:
    """A Merkle tree as RFC 6962 draws it."""

    leaves: list[bytes] = field(default_factory=list)

    def add(self, entry: bytes) -> int:
        self.leaves.append(sha256(b"\0" + entry))
        return len(self.leaves) - 1

    def root(self, start: int = 0, end: int | None = None) -> bytes:
        end = len(self.leaves) if end is None else end
        if end - start == 1:
            return self.leaves[start]
        middle = start + _split(end - start)
        return sha256(b"\1" + self.root(start, middle) + self.root(middle, end))

    def path(self, index: int, start: int = 0, end: int | None = None) -> list[bytes]:
        """The audit path of a leaf, nearest sibling first."""
        end = len(self.leaves) if end is None else end
        if end - start == 1:
            return []
        middle = start + _split(end - start)
        if index < middle:
            return [*self.path(index, start, middle), self.root(middle, end)]
        return [*self.path(index, middle, end), self.root(start, middle)]


def _split(size: int) -> int:
    return 1 << ((size - 1).bit_length() - 1)


@dataclass
class Log:
    """A log with a key. `version` 1 signs a promise with a time, 2 only the tree."""

    version: int
    origin: str
    key: LogKey = field(default_factory=new_key)
    tree: Tree = field(default_factory=Tree)

    def __post_init__(self) -> None:
        for filler in range(5):  # entries of others, so that proofs have some length
            self.tree.add(b"entry %d of somebody else" % filler)

    @property
    def id(self) -> bytes:
        return key_id(self.key.public_key())

    def checkpoint(self, key: LogKey | None = None) -> str:
        """The signed note over the present size and root; `key` forges it with another one."""
        note = f"{self.origin}\n{len(self.tree.leaves)}\n{b64(self.tree.root())}\n"
        signature = sign(key or self.key, note.encode())
        hint = key_id(key.public_key())[:4] if key else self.id[:4]
        signer = self.origin.split(" ")[0]  # as Rekor v1 does: the tree id is no part of it
        return f"{note}\n\u2014 {signer} {b64(hint + signature)}\n"

    def include(
        self,
        body: bytes,
        kind: str,
        kind_version: str,
        at: dt.datetime | None,
        *,
        checkpoint_key: LogKey | None = None,
    ) -> dict[str, Any]:
        """Log an entry and return it as bundles hold it, with proof and checkpoint."""
        index = self.tree.add(body)
        self.tree.add(b"one that came after %d" % index)
        entry: dict[str, Any] = {
            "logIndex": str(index),
            "logId": {"keyId": b64(self.id)},
            "kindVersion": {"kind": kind, "version": kind_version},
            "inclusionProof": {
                "logIndex": str(index),
                "rootHash": b64(self.tree.root()),
                "treeSize": str(len(self.tree.leaves)),
                "hashes": [b64(h) for h in self.tree.path(index)],
                "checkpoint": {"envelope": self.checkpoint(checkpoint_key)},
            },
            "canonicalizedBody": b64(body),
        }
        if self.version == 1:
            if at is None:
                raise ValueError("Rekor v1 promises a time")
            seconds = int(at.timestamp())
            promise = {
                "body": b64(body),
                "integratedTime": seconds,
                "logID": self.id.hex(),
                "logIndex": index,
            }
            entry["integratedTime"] = str(seconds)
            entry["inclusionPromise"] = {
                "signedEntryTimestamp": b64(sign(self.key, rfc8785.dumps(promise)))
            }
        return entry


def _pem(verifier: x509.Certificate | bytes) -> str:
    pem = verifier if isinstance(verifier, bytes) else verifier.public_bytes(Encoding.PEM)
    return b64(pem)


def dsse_v1(envelope: dict[str, Any], payload: bytes, verifier: x509.Certificate | bytes) -> bytes:
    """The body `dsse/0.0.1` of Rekor v1; `verifier` is the certificate or a PEM key."""
    signatures = [
        {"signature": s["sig"], "verifier": _pem(verifier)} for s in envelope["signatures"]
    ]
    spec = {
        "envelopeHash": {"algorithm": "sha256", "value": sha256(dumps(envelope)).hex()},
        "payloadHash": {"algorithm": "sha256", "value": sha256(payload).hex()},
        "signatures": signatures,
    }
    return rfc8785.dumps({"apiVersion": "0.0.1", "kind": "dsse", "spec": spec})


def hashedrekord_v1(digest: bytes, signature: bytes, verifier: x509.Certificate | bytes) -> bytes:
    """The body `hashedrekord/0.0.1` of Rekor v1."""
    spec = {
        "data": {"hash": {"algorithm": "sha256", "value": digest.hex()}},
        "signature": {"content": b64(signature), "publicKey": {"content": _pem(verifier)}},
    }
    return rfc8785.dumps({"apiVersion": "0.0.1", "kind": "hashedrekord", "spec": spec})


def hashedrekord_v2(digest: bytes, signature: bytes, verifier: x509.Certificate | bytes) -> bytes:
    """The body `hashedrekord/0.0.2` of Rekor v2, for artifacts and for envelopes alike."""
    who: dict[str, Any] = (
        {"publicKey": {"rawBytes": b64(verifier)}}
        if isinstance(verifier, bytes)
        else {"x509Certificate": {"rawBytes": b64(verifier.public_bytes(Encoding.DER))}}
    )
    who["keyDetails"] = "PKIX_ECDSA_P256_SHA_256"
    spec = {
        "hashedRekordV002": {
            "data": {"algorithm": "SHA2_256", "digest": b64(digest)},
            "signature": {"content": b64(signature), "verifier": who},
        }
    }
    return rfc8785.dumps({"apiVersion": "0.0.2", "kind": "hashedrekord", "spec": spec})


def envelope_digest(payload_type: str, payload: bytes) -> bytes:
    """What Rekor v2 logs of an envelope."""
    return sha256(pae(payload_type, payload))

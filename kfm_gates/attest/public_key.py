"""Envelopes signed with keys that the policy holds: validity, revocation, distinct keys.

A key proves no time. So it has to be in force now, and what it signed has to name the run.
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kfm_gates.attest import codes_bundle, log_entry, timestamps
from kfm_gates.attest import codes_signer as codes
from kfm_gates.attest.parts import Envelope, Parts
from kfm_gates.attest.results import Refused, SignedTime
from kfm_gates.attest.signing_keys import signed_by
from kfm_gates.attest.trust_root import TrustRoot


@dataclass(frozen=True)
class TrustedKey:
    """A key of the policy. `key` is the parsed key, `fingerprint` the sha256 of its SPKI."""

    name: str
    key: Any
    fingerprint: str
    not_before: dt.datetime
    not_after: dt.datetime
    revoked: bool = False


def check(
    parts: Parts, keys: Sequence[TrustedKey], threshold: int, now: dt.datetime
) -> tuple[TrustedKey, ...]:
    """Verify an envelope against the keys of one signer.

    Every signature has to be by one of the keys, no two by the same, and there have to be enough.
    Key ids are not looked at: nobody signed them.

    Returns:
        The keys that signed, in the order of the signatures.

    Raises:
        Refused: Unknown, revoked, expired or too few keys, or a bundle with a certificate.
    """
    content = parts.content
    if not isinstance(content, Envelope):
        raise Refused(
            codes_bundle.ENVELOPE_MISSING, "The bundle holds a signature without a statement."
        )
    if parts.certificate is not None:
        raise Refused(codes_bundle.TRUST_MODE_DENIED, "A bundle with a certificate is not by key.")
    if len(content.signatures) != 1 and not parts.bare:
        raise Refused(
            codes_bundle.SIGNATURE_NOT_SINGLE,
            "The envelope of a bundle does not have exactly one signature.",
            got=len(content.signatures),
            wanted="1",
        )
    signers = [_signer(keys, s.sig, content.pae) for s in content.signatures]
    for key in signers:
        check_in_force(key, now)
    distinct = {key.fingerprint for key in signers}
    if len(distinct) != len(signers) or len(distinct) < threshold or threshold < 1:
        raise Refused(
            codes.KEY_THRESHOLD_MISSED,
            "Too few different keys signed.",
            got=len(distinct),
            wanted=f"{threshold}, each once",
        )
    return tuple(signers)


def _signer(keys: Sequence[TrustedKey], signature: bytes, message: bytes) -> TrustedKey:
    for key in keys:
        if signed_by(key.key, signature, message):
            return key
    raise Refused(codes.KEY_UNKNOWN, "No key of the signer made this signature.")


def check_in_force(key: TrustedKey, now: dt.datetime) -> None:
    """See that a key may be used now.

    Raises:
        Refused: It is revoked, not yet in force, or no longer.
    """
    if key.revoked:
        raise Refused(codes.KEY_REVOKED, f"The key {key.name} was revoked.")
    if not key.not_before <= now <= key.not_after:
        raise Refused(
            codes.KEY_NOT_IN_FORCE,
            f"The key {key.name} is not in force.",
            got=now.isoformat(),
            wanted=f"{key.not_before.isoformat()} to {key.not_after.isoformat()}",
        )


def check_logged(
    parts: Parts, key: TrustedKey, root: TrustRoot, *, artifact_sha256: bytes | None = None
) -> list[SignedTime]:
    """Verify the log entry of a bundle that a key signed, for signers that name a trust root.

    Returns:
        The times that log and timestamps prove; there may be none (Rekor v2 without a TSA).

    Raises:
        Refused: No entry, or one that does not hold.
    """
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    if parts.entry is None:
        raise Refused(codes_bundle.REKOR_ENTRY_MISSING, "The signature is in no log.")
    content = parts.content
    signature = content.signatures[0].sig if isinstance(content, Envelope) else content.signature
    log, promised = log_entry.check(parts.entry, root)
    times = [*timestamps.verified(parts.timestamps, signature, root), *promised]
    if times:
        log_entry.check_window(log, [t.time for t in times])
    der = key.key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    log_entry.check_body(
        parts.entry,
        content,
        digest=artifact_sha256,
        pem=key.key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        verifier={"publicKey": {"rawBytes": base64.b64encode(der).decode()}},
    )
    return times

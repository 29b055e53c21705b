"""Who signed a statement: a signer of the policy, freshly, by the trust mode of that signer.

The mode is chosen by the policy. What kind of bundle it is only says which signers could have
made it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NoReturn

from kfm_gates.attest import (
    bind,
    codes_bundle,
    codes_statement,
    identity,
    public_key,
    shape,
    signature,
    statement,
)
from kfm_gates.attest import codes_signer as codes
from kfm_gates.attest.identity import Signer
from kfm_gates.attest.parts import Envelope, Parts
from kfm_gates.attest.policy import TrustPolicy
from kfm_gates.attest.results import (
    Refused,
    SignedTime,
    SignerClaims,
    TrustMode,
    VerifiedEvidence,
)
from kfm_gates.attest.statement import Statement
from kfm_gates.model import Code


@dataclass(frozen=True)
class SignedBy:
    """Who signed, as a signer of the policy."""

    signer: Signer
    mode: TrustMode
    claims: SignerClaims | None
    times: tuple[SignedTime, ...]
    identities: tuple[str, ...]
    root_sha256: str | None
    holder: str
    """Fingerprint of the certificate, or of the keys."""


@dataclass(frozen=True)
class Authentic:
    """A statement of a signer of the policy, fresh. What it is about is not known yet."""

    by: SignedBy
    said: Statement
    payload_sha256: str

    def evidence(self) -> VerifiedEvidence:
        """What the callers build at their very end, when everything held."""
        by = self.by
        return VerifiedEvidence(
            signer=by.signer.name,
            trust_mode=by.mode,
            predicate_type=self.said.predicate_type,
            predicate=self.said.predicate,
            subjects=self.said.subjects,
            claims=by.claims,
            identities=by.identities,
            times=by.times,
            root_sha256=by.root_sha256,
            payload_sha256=self.payload_sha256,
            certificate_sha256=by.holder if by.claims is not None else None,
            digest=hashlib.sha256(f"{self.payload_sha256}\n{by.holder}\n".encode()).hexdigest(),
        )


def authentic(
    raw: bytes,
    policy: TrustPolicy,
    now: dt.datetime,
    predicate_types: Collection[str] | None,
    names: Collection[str] | None,
    file: str,
) -> Authentic:
    """Verify signature, signer, types and age of an attestation; not yet what it is about.

    Args:
        raw: A Sigstore bundle or a DSSE envelope.
        policy: Who may vouch for what.
        now: The time of the question, UTC.
        predicate_types: Take only these; None takes whatever the signer may make.
        names: Take only these signers; None takes all.
        file: Its name, for messages.

    Raises:
        Refused: Anything does not hold.
    """
    if now.tzinfo is None:
        raise ValueError("now has no time zone")
    parts = shape.read(raw, file)
    candidates = [s for s in policy.signers.values() if names is None or s.name in names]
    if not candidates:
        raise Refused(codes.SIGNER_NOT_CONFIGURED, "The trust policy names no signer.")
    by_key = parts.certificate is None
    found = (_by_key if by_key else _by_certificate)(parts, candidates, policy, now)
    if not isinstance(parts.content, Envelope):
        raise Refused(codes_bundle.ENVELOPE_MISSING, "The bundle holds no envelope.")
    said = statement.read(parts.content)
    by = _for_predicate(found, said.predicate_type, predicate_types)
    statement.check_predicate(said)
    bind.check_age(by.times, by.signer, now)
    return Authentic(by, said, hashlib.sha256(parts.content.payload).hexdigest())


def _for_predicate(
    found: Sequence[SignedBy], predicate_type: str, wanted: Collection[str] | None
) -> SignedBy:
    """The first entry of the policy that lets this signer say this."""
    for by in found:
        if predicate_type in by.signer.predicate_types and (
            wanted is None or predicate_type in wanted
        ):
            return by
    allowed = set().union(*(by.signer.predicate_types for by in found))
    raise Refused(
        codes_statement.PREDICATE_TYPE_DENIED,
        f"The signer {found[0].signer.name} may not vouch for this.",
        got=predicate_type,
        wanted=", ".join(sorted(allowed if wanted is None else allowed & set(wanted))) or "nothing",
        pointer="/predicateType",
    )


def _by_certificate(
    parts: Parts, candidates: list[Signer], policy: TrustPolicy, now: dt.datetime
) -> list[SignedBy]:
    """Try each trust root that a candidate names. The mode is the signer's, not the bundle's."""
    mode = TrustMode.KEYLESS if parts.entry is not None else TrustMode.TIMESTAMP_ONLY
    fitting = [s for s in candidates if s.trust is mode and s.root is not None]
    if not fitting:
        if mode is TrustMode.TIMESTAMP_ONLY:
            raise Refused(
                codes_bundle.REKOR_ENTRY_MISSING,
                "The signature is in no log, and no signer may go without.",
            )
        raise Refused(
            codes_bundle.TRUST_MODE_DENIED, "No signer of the policy signs with a certificate."
        )
    found: list[SignedBy] = []
    refusals: list[Refused] = []
    for name in dict.fromkeys(s.root for s in fitting if s.root is not None):
        try:
            root = policy.root(name, now)
            signed = signature.check(parts, root, mode)
        except Refused as refusal:
            refusals.append(refusal)
            continue
        signers = identity.matching(signed.claims, [s for s in fitting if s.root == name])
        if isinstance(signers, Refused):
            refusals.append(signers)
            continue
        holder = f"{signed.claims.issuer} {signed.claims.san}"
        found += [
            SignedBy(
                signer,
                mode,
                signed.claims,
                signed.times,
                (holder,),
                root.sha256,
                signed.certificate_sha256,
            )
            for signer in signers
        ]
    return found or _raise(refusals, codes_bundle.CA_UNKNOWN, codes_bundle.REKOR_LOG_UNKNOWN)


def _raise(refusals: list[Refused], *foreign: Code) -> NoReturn:
    """Say why nothing fits, with the reason of whom it concerns where there is one."""
    concerned = [refusal for refusal in refusals if refusal.why not in foreign]
    raise (concerned or refusals)[0]


def _by_key(
    parts: Parts, candidates: list[Signer], policy: TrustPolicy, now: dt.datetime
) -> list[SignedBy]:
    fitting = [s for s in candidates if s.trust is TrustMode.PUBLIC_KEY]
    if not fitting:
        raise Refused(codes_bundle.TRUST_MODE_DENIED, "No signer of the policy signs with a key.")
    found: list[SignedBy] = []
    refusals: list[Refused] = []
    for signer in fitting:
        try:
            keys = public_key.check(parts, signer.keys, signer.threshold, now)
            times: list[SignedTime] = []
            root_sha256 = None
            if signer.root is not None:
                root = policy.root(signer.root, now)
                root_sha256 = root.sha256
                times = public_key.check_logged(parts, keys[0], root)
        except Refused as refusal:
            refusals.append(refusal)
            continue
        prints = tuple(sorted(key.fingerprint for key in keys))
        holder = hashlib.sha256("\n".join(prints).encode()).hexdigest()
        found.append(
            SignedBy(
                signer,
                TrustMode.PUBLIC_KEY,
                None,
                tuple(sorted(times, key=lambda t: t.time)),
                tuple(f"key:{p}" for p in prints),
                root_sha256,
                holder,
            )
        )
    return found or _raise(refusals, codes.KEY_UNKNOWN)

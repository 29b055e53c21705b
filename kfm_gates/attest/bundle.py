"""One attestation, from bytes to `VerifiedEvidence` or `Denied`. The only way to the former."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection, Sequence

from kfm_gates.attest import (
    bind,
    codes_bundle,
    statement,
    vsa,
)
from kfm_gates.attest import codes_signer as codes
from kfm_gates.attest.authenticity import Authentic, authentic
from kfm_gates.attest.policy import TrustPolicy
from kfm_gates.attest.results import (
    Denied,
    Expected,
    Refused,
    VerifiedEvidence,
)
from kfm_gates.attest.seen import Seen
from kfm_gates.attest.vsa import Wanted

MAX_ATTESTATIONS = 64
"""How many attestations of one run are looked at. More are refused, not left out."""


def verify(
    raw: bytes,
    policy: TrustPolicy,
    expected: Expected,
    *,
    now: dt.datetime,
    seen: Seen,
    predicate_types: Collection[str] | None = None,
    signers: Collection[str] | None = None,
    file: str = "attestation",
) -> VerifiedEvidence | Denied:
    """Verify one attestation of a run: offline, strictly, to the end. Never raises.

    Args:
        raw: A Sigstore bundle (v0.1 to v0.3) or a DSSE envelope.
        policy: Who may vouch for what.
        expected: What it has to be about.
        now: The time of the question, UTC.
        seen: The record of used attestations.
        predicate_types: Take only these, of those that a signer may make.
        signers: Take only these signers of the policy, by name.
        file: Name of the attestation, for messages.
    """
    try:
        found = authentic(raw, policy, now, predicate_types, signers, file)
        evidence = _bind_to_run(found, expected)
        used = seen.seen(evidence.digest, expected.subject)
        if used != expected.subject:
            raise Refused(
                codes.ATTESTATION_REPLAYED,
                "The attestation was already used for another run.",
                got=used,
                wanted=expected.subject,
            )
    except Refused as refusal:
        return refusal.denied
    except Exception as error:
        return _crashed(file, error)
    return evidence


def verify_summary(
    raw: bytes,
    policy: TrustPolicy,
    wanted: Wanted,
    *,
    now: dt.datetime,
    file: str = "decision",
) -> VerifiedEvidence | Denied:
    """Verify a decision (SLSA VSA v1) where data are served. Never raises.

    A decision is bound to content, not to a run, and is used as often as the content is served:
    neither run, commit nor the record of used attestations are asked for.

    Args:
        raw: A Sigstore bundle or a DSSE envelope.
        policy: Who may vouch for what.
        wanted: What the decision has to say.
        now: The time of the question, UTC.
        file: Its name, for messages.
    """
    try:
        found = authentic(raw, policy, now, (statement.SUMMARY,), None, file)
        vsa.check(found.said, found.by.signer.name, found.by.times, wanted, now)
        evidence = found.evidence()
    except Refused as refusal:
        return refusal.denied
    except Exception as error:
        return _crashed(file, error)
    return evidence


def _crashed(file: str, error: Exception) -> Denied:
    logging.getLogger("kfm_gates").error("verification of %s raised", file, exc_info=error)
    return Denied(
        code=codes_bundle.VERIFIER_CRASHED,
        reason=f"The verification stopped with {type(error).__name__}.",
    )


def verify_all(
    attestations: Sequence[tuple[str, bytes]],
    policy: TrustPolicy,
    expected: Expected,
    *,
    now: dt.datetime,
    seen: Seen,
) -> list[tuple[str, VerifiedEvidence | Denied]]:
    """Verify every attestation of a run, by file. Too many are refused, one and all."""
    if len(attestations) > MAX_ATTESTATIONS:
        flood = Denied(
            code=codes_bundle.BUNDLE_FLOOD,
            reason="There are too many attestations.",
            got=str(len(attestations)),
            wanted=f"at most {MAX_ATTESTATIONS}",
        )
        return [(file, flood) for file, _ in attestations]
    return [
        (file, verify(raw, policy, expected, now=now, seen=seen, file=file))
        for file, raw in attestations
    ]


def _bind_to_run(found: Authentic, expected: Expected) -> VerifiedEvidence:
    said, claims = found.said, found.by.claims
    sealed = statement.check_subjects(said, expected)
    if claims is not None and found.by.signer.kind == "workflow":
        bind.check_commit(claims, expected)
        bind.check_predicate_against_certificate(said, claims)
    bind.check_run(said, claims, expected, sealed=sealed)
    return found.evidence()

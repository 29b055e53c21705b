"""Is every requirement covered? Only by evidence that is there: nothing is neutral (FO-30)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kfm_gates.attest import codes_signer as codes
from kfm_gates.attest.results import Denied, VerifiedEvidence


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """What has to be vouched for, and by whom.

    Args:
        predicate_type: Exact predicate type.
        signers: Names of signers of the trust policy, any of which will do. Never empty.
        distinct: How many different holders have to vouch.
    """

    predicate_type: str
    signers: frozenset[str]
    distinct: int = 1


def distinct_signers(evidence: Iterable[VerifiedEvidence]) -> frozenset[str]:
    """Who vouches, each once: by key, or by issuer and name.

    Certificates live for minutes, so two of them do not make two holders; key ids make none.
    """
    return frozenset(identity for one in evidence for identity in one.identities)


def uncovered(
    requirements: Sequence[Requirement], evidence: Sequence[VerifiedEvidence]
) -> list[Denied]:
    """What is required and not vouched for. Nothing required is not covered either.

    Args:
        requirements: What has to be there; all of it.
        evidence: What was verified, for one and the same run.
    """
    if not requirements:
        return [Denied(code=codes.ATTESTATION_REQUIRED, reason="Nothing is required.")]
    missing = []
    for need in requirements:
        fitting = [
            one
            for one in evidence
            if isinstance(one, VerifiedEvidence)
            and one.predicate_type == need.predicate_type
            and one.signer in need.signers
        ]
        holders = distinct_signers(fitting)
        if len(holders) < need.distinct or need.distinct < 1 or not fitting:
            missing.append(
                Denied(
                    code=codes.ATTESTATION_REQUIRED,
                    reason=f"{need.predicate_type} is not attested as required.",
                    got=f"{len(holders)} signers",
                    wanted=f"{need.distinct} of {', '.join(sorted(need.signers))}",
                )
            )
    return missing

"""Attestations: who vouches for a run, verified offline and strictly.

`verify` takes the bytes of one attestation and answers with `VerifiedEvidence` or `Denied`,
never with an exception and never with anything that could pass for true. What is verified
cryptographically is only the beginning: statement, subjects, signer, age, commit and run all
have to be exactly what the trust policy and the run say.
"""

from __future__ import annotations

from kfm_gates.attest.bundle import verify, verify_all, verify_summary
from kfm_gates.attest.cover import Requirement, distinct_signers, uncovered
from kfm_gates.attest.policy import TrustPolicy, load_policy
from kfm_gates.attest.results import (
    Denied,
    Expected,
    SignedTime,
    SignerClaims,
    TrustMode,
    VerifiedEvidence,
)
from kfm_gates.attest.seen import Seen, SeenFiles

__all__ = [
    "verify",
    "verify_all",
    "verify_summary",
    "VerifiedEvidence",
    "Denied",
    "Expected",
    "SignerClaims",
    "SignedTime",
    "TrustMode",
    "TrustPolicy",
    "load_policy",
    "Seen",
    "SeenFiles",
    "Requirement",
    "uncovered",
    "distinct_signers",
]

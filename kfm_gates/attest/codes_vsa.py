"""Codes of a decision attestation (SLSA VSA v1): made only of a PASS, believed only in full."""

from __future__ import annotations

from kfm_gates.model import Code, Fix, Who


def _code(id_: str, title: str, why: str, fix: str, *source: str) -> Code:
    return Code(id_, title, why, Fix(fix, Who.OPERATOR), source=("R-084", *source))


_DECIDE = "Let the gate decide again and sign what it decides: kfm-gates attest --decision."

VSA_NOT_A_PASS = _code(
    "VSA_NOT_A_PASS",
    "Only a full PASS is signed",
    "A signed decision outlives every doubt about it.",
    "Make the run pass without limits first; the report says what is missing.",
    "FO-35",
)
VSA_INVALID = _code(
    "VSA_INVALID",
    "The decision attestation has another shape",
    "What is not written as agreed is not agreed.",
    _DECIDE,
    "FO-35",
)
VSA_VERIFIER_DENIED = _code(
    "VSA_VERIFIER_DENIED",
    "Another verifier made the decision",
    "A decision counts only from the pair of signer and verifier that was agreed; who builds "
    "does not decide.",
    _DECIDE,
    "FO-30",
)
VSA_SUBJECT_DIFFERS = _code(
    "VSA_SUBJECT_DIFFERS",
    "The decision is about other content",
    "What is served has to be what was decided on, byte for byte.",
    "Serve the content that was decided on.",
    "FO-30",
)
VSA_RESOURCE_DIFFERS = _code(
    "VSA_RESOURCE_DIFFERS",
    "The decision is about another dataset",
    "The same bytes may be fit for one name and not for another.",
    _DECIDE,
    "FO-30",
)
VSA_FAILED = _code(
    "VSA_FAILED",
    "The decision was not PASSED",
    "Only the exact word is a pass.",
    "Make the run pass; the report says what is missing.",
    "FO-34",
)
VSA_LEVEL_MISSING = _code(
    "VSA_LEVEL_MISSING",
    "The decision does not carry the level",
    "Another level answers another question.",
    _DECIDE,
    "FO-35",
)
VSA_POLICY_DENIED = _code(
    "VSA_POLICY_DENIED",
    "The decision was made under another policy",
    "A policy that was withdrawn no longer decides, and neither does what was cached under it.",
    _DECIDE,
    "FO-37",
)
VSA_STALE = _code(
    "VSA_STALE",
    "The decision is too old",
    "Rules, rights and holds change after a decision.",
    _DECIDE,
    "FO-37",
)

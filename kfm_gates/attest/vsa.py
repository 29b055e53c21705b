"""The decision as a SLSA VSA v1: made of a PASS without limits only, and believed only in full.

https://slsa.dev/spec/v1.2/verification_summary. Ours is stricter than the specification: one
subject (the content), `policy.digest` and `verifiedLevels` are mandatory, and a signer counts
only together with the verifier that it may speak for.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kfm_gates.attest import codes_vsa as codes
from kfm_gates.attest.results import Expected, Refused, SignedTime
from kfm_gates.attest.statement import STATEMENT_TYPE, SUMMARY, Statement
from kfm_gates.evidence import digests, json_schema
from kfm_gates.model import Verdict
from kfm_gates.times import MAX_SKEW, render
from kfm_gates.times import parse as parse_time

LEVEL: Final = "KFM_PROMOTION_V1"
RECEIPT: Final = "https://kfm-gates.dev/vsa/receipt/v1"
"""The extension that names run and seal; extensions of a VSA have URIs for names."""
SLSA_VERSION: Final = "1.2"


@dataclass(frozen=True, kw_only=True)
class PolicyDigests:
    """Everything that decided, each by its sha256. Whatever is left out did not decide.

    Args:
        profile: Of the resolved profile.
        bundle: Of the Rego bundle.
        house: Of each overlay, by name.
        capabilities: Of the capabilities of OPA.
        trust_policy: Of the trust policy, None where there is none.
        trust_roots: Of the trust roots that evidence was verified with, by name.
        waivers: Of each waiver that was admitted, by its id.
    """

    profile: str
    bundle: str
    house: Mapping[str, str]
    capabilities: str
    trust_policy: str | None
    trust_roots: Mapping[str, str]
    waivers: Mapping[str, str]

    def sha256(self) -> str:
        """One digest over all of them: sha256 of their JCS (RFC 8785).

        Raises:
            ValueError: One of them is no sha256.
        """
        import rfc8785

        document: dict[str, Any] = {
            "profile": digests.parse_hex(self.profile),
            "bundle": digests.parse_hex(self.bundle),
            "capabilities": digests.parse_hex(self.capabilities),
        }
        if self.trust_policy is not None:
            document["trust_policy"] = digests.parse_hex(self.trust_policy)
        for name in ("house", "trust_roots", "waivers"):
            listed: Mapping[str, str] = getattr(self, name)
            document[name] = {key: digests.parse_hex(value) for key, value in listed.items()}
        return hashlib.sha256(rfc8785.dumps(document)).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What was decided in this process, a moment ago. Never read from a report."""

    verdict: Verdict
    promotable: bool
    limits: Sequence[str]
    """Names of the limits under which it was decided."""
    policy: PolicyDigests
    policy_uri: str
    evidence: Sequence[str]
    """sha256 of the payload of every attestation that was used, 64 hex digits each."""


def make(
    decided: Decided,
    run: Expected,
    *,
    resource_uri: str,
    verifier_id: str,
    verifier_version: Mapping[str, str],
    now: dt.datetime,
) -> dict[str, Any]:
    """Write the statement of a decision. Signing it is another step.

    Args:
        decided: The decision.
        run: The run that it is about.
        resource_uri: What the content is served as.
        verifier_id: URI of whoever decides.
        verifier_version: Versions of its parts, by name.
        now: When it was decided, UTC.

    Raises:
        Refused: It is anything but a PASS without limits (`VSA_NOT_A_PASS`).
        ValueError: A digest is none.
    """
    if decided.verdict is not Verdict.PASS or decided.promotable is not True or decided.limits:
        raise Refused(
            codes.VSA_NOT_A_PASS,
            "This decision is not signed.",
            got=", ".join([decided.verdict, *decided.limits]),
            wanted="PASS, promotable, without limits",
        )
    predicate: dict[str, Any] = {
        "verifier": {"id": verifier_id, "version": dict(verifier_version)},
        "timeVerified": render(now),
        "resourceUri": resource_uri,
        "policy": {"uri": decided.policy_uri, "digest": {"sha256": decided.policy.sha256()}},
        "verificationResult": "PASSED",
        "verifiedLevels": [LEVEL],
        "slsaVersion": SLSA_VERSION,
        RECEIPT: {"run_id": run.run_id, "subject": digests.parse_hex(run.subject)},
    }
    if decided.evidence:
        used = sorted({digests.parse_hex(one) for one in decided.evidence})
        predicate["inputAttestations"] = [
            {"uri": f"kfm://attestation/{one}", "digest": {"sha256": one}} for one in used
        ]
    content = digests.parse_hex(run.content)
    return {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": resource_uri, "digest": {"sha256": content}}],
        "predicateType": SUMMARY,
        "predicate": predicate,
    }


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a decision has to say where data are served.

    Args:
        content: sha256 over the files that are served, 64 hex digits.
        resource_uri: What they are served as.
        verifiers: Pairs of a signer of the trust policy and the verifier that it speaks for.
        policies: Digests of the policies that are accepted today.
        max_age: How old a decision may be.
        level: The level that it has to carry.
    """

    content: str
    resource_uri: str
    verifiers: frozenset[tuple[str, str]]
    policies: frozenset[str]
    max_age: dt.timedelta
    level: str = LEVEL


def check(
    said: Statement,
    signer: str,
    times: Sequence[SignedTime],
    wanted: Wanted,
    now: dt.datetime,
) -> None:
    """Hold a decision, whose signature was verified, against what is served.

    Raises:
        Refused: Anything differs, each with a code of its own.
    """
    if said.predicate_type != SUMMARY:
        raise Refused(codes.VSA_INVALID, "This is no verification summary.")
    predicate = dict(said.predicate)
    issues = json_schema.validate("vsa", predicate)
    if issues:
        raise Refused(
            codes.VSA_INVALID,
            issues[0].message,
            got=issues[0].got,
            wanted=issues[0].wanted,
            pointer=f"/predicate{issues[0].pointer}",
        )
    pair = (signer, predicate["verifier"]["id"])
    if pair not in wanted.verifiers:
        raise Refused(
            codes.VSA_VERIFIER_DENIED,
            "This signer does not speak for this verifier.",
            got=" for ".join(pair),
        )
    if [one.sha256 for one in said.subjects] != [wanted.content]:
        raise Refused(
            codes.VSA_SUBJECT_DIFFERS,
            "The decision is about other content.",
            got=said.subjects[0].sha256,
            wanted=wanted.content,
        )
    for code, got, want in (
        (codes.VSA_RESOURCE_DIFFERS, predicate["resourceUri"], wanted.resource_uri),
        (codes.VSA_FAILED, predicate["verificationResult"], "PASSED"),
    ):
        if got != want:
            raise Refused(code, f"{code.title}.", got=got, wanted=want)
    levels = predicate["verifiedLevels"]
    if wanted.level not in levels or "FAILED" in levels:
        raise Refused(
            codes.VSA_LEVEL_MISSING, "The level is missing.", got=levels, wanted=wanted.level
        )
    policy = predicate["policy"]["digest"]["sha256"]
    if policy not in wanted.policies:
        raise Refused(
            codes.VSA_POLICY_DENIED, "The policy of the decision is not accepted.", got=policy
        )
    _check_age(parse_time(predicate["timeVerified"]), times, wanted, now)


def _check_age(
    stated: dt.datetime, times: Sequence[SignedTime], wanted: Wanted, now: dt.datetime
) -> None:
    """The older of the stated and the proved time counts; neither may be in the future."""
    moments = [stated, *(time.time for time in times)]
    if max(moments) > now + MAX_SKEW or now - min(moments) > wanted.max_age:
        raise Refused(
            codes.VSA_STALE,
            "The decision is not of a time that is accepted.",
            got=render(min(moments)),
            wanted=f"at most {wanted.max_age} before {render(now)}",
        )

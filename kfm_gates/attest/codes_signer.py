"""Codes of trust: the policy and its roots, who signed, with which key, and when."""

from __future__ import annotations

from kfm_gates.model import Code, Fix, Who

_STEWARD = "Sign with the agreed workflow, or a steward changes the trust policy by review."


def _code(
    id_: str, title: str, why: str, *source: str, fix: str = _STEWARD, who: Who = Who.STEWARD
) -> Code:
    return Code(id_, title, why, Fix(fix, who), source=("R-092", *source))


# --- trust policy and roots ----------------------------------------------------------------------

TRUST_POLICY_INVALID = _code(
    "TRUST_POLICY_INVALID",
    "The trust policy is invalid",
    "Who may sign has to be beyond doubt: exact strings and numeric ids, no patterns.",
    "FO-43",
    fix="A steward mends the trust policy; the message says where.",
)
SIGNER_NOT_CONFIGURED = _code(
    "SIGNER_NOT_CONFIGURED",
    "The trust policy names no signer",
    "An attestation that cannot be verified is not a verified one.",
    "FO-29",
    fix="A steward names the signers of this lake in the trust policy.",
)
TRUST_ROOT_UNREADABLE = _code(
    "TRUST_ROOT_UNREADABLE",
    "A trust root cannot be read",
    "Without it no signature leads anywhere.",
    fix="A steward fetches the trust root again: kfm-gates fetch trust.",
)
TRUST_ROOT_DIFFERS = _code(
    "TRUST_ROOT_DIFFERS",
    "A trust root is not the one that was reviewed",
    "Whoever replaces the trust root replaces everybody's signature.",
    "ATTACK-20",
    fix="Restore the reviewed file, or review the new one and pin its sha256.",
)
TRUST_ROOT_STALE = _code(
    "TRUST_ROOT_STALE",
    "A trust root is too old",
    "An old root still believes keys that were retired since.",
    fix="A steward refreshes the trust root: kfm-gates fetch trust.",
)

# --- identities ----------------------------------------------------------------------------------

SIGNER_CLAIMS_MALFORMED = _code(
    "SIGNER_CLAIMS_MALFORMED",
    "The claims of a certificate cannot be read exactly",
    "A name that two readers understand differently is nobody's name.",
)
SIGNER_REPOSITORY_DENIED = _code(
    "SIGNER_REPOSITORY_DENIED",
    "The signing workflow lives in another repository",
    "Names that look alike belong to others; only the exact name counts.",
    "ATTACK-7",
    "FO-43",
)
SIGNER_WORKFLOW_DENIED = _code(
    "SIGNER_WORKFLOW_DENIED",
    "Another workflow of the repository signed",
    "Every workflow of a repository can get a certificate, also one without review.",
    "ATTACK-9",
    "FO-43",
)
SIGNER_REF_DENIED = _code(
    "SIGNER_REF_DENIED",
    "The workflow ran from another branch, tag or pull request",
    "The file of a workflow says something else on every branch.",
    "ATTACK-9",
    "FO-43",
)
SIGNER_NAME_DENIED = _code(
    "SIGNER_NAME_DENIED",
    "Somebody else signed",
    "Only the exact name of the trust policy counts.",
    "FO-43",
)
SIGNER_ISSUER_DENIED = _code(
    "SIGNER_ISSUER_DENIED",
    "Another identity provider vouches for the signer",
    "The same name at another provider is another person.",
    "ATTACK-8",
)
SIGNER_ISSUER_CONTRADICTED = _code(
    "SIGNER_ISSUER_CONTRADICTED",
    "The certificate names two identity providers",
    "The old field says one and the field that counts says another.",
    "ATTACK-8",
)
SIGNER_SOURCE_REPOSITORY_DENIED = _code(
    "SIGNER_SOURCE_REPOSITORY_DENIED",
    "A reusable workflow was called from another repository",
    "Everybody may call it; the signature then is about their source.",
    "ATTACK-10",
)
SIGNER_REPOSITORY_ID_DENIED = _code(
    "SIGNER_REPOSITORY_ID_DENIED",
    "The repository has the right name and another number",
    "A repository that was deleted and registered again belongs to somebody else.",
    "ATTACK-24",
)
SIGNER_OWNER_ID_DENIED = _code(
    "SIGNER_OWNER_ID_DENIED",
    "The owner of the repository has another number",
    "Names of owners can be taken over, numbers cannot.",
    "ATTACK-24",
)
SIGNER_SOURCE_REF_DENIED = _code(
    "SIGNER_SOURCE_REF_DENIED",
    "The source was another branch or tag",
    "Unreviewed code lies on other branches.",
    "ATTACK-10",
)
SIGNER_TRIGGER_DENIED = _code(
    "SIGNER_TRIGGER_DENIED",
    "Another event started the workflow",
    "Some events run with code or inputs of strangers.",
    "ATTACK-23",
)
SIGNER_RUNNER_DENIED = _code(
    "SIGNER_RUNNER_DENIED",
    "The job ran on another kind of runner",
    "A runner of one's own can be prepared by whoever owns it.",
    "ATTACK-23",
)
SIGNER_BUILD_CONFIG_DENIED = _code(
    "SIGNER_BUILD_CONFIG_DENIED",
    "Another top-level workflow called the signing one",
    "What ran before the signature decides what was signed.",
    "ATTACK-10",
)
SIGNER_ENVIRONMENT_DENIED = _code(
    "SIGNER_ENVIRONMENT_DENIED",
    "The job ran in another deployment environment",
    "The environment carries the approval that was asked for.",
)

# --- keys ----------------------------------------------------------------------------------------

KEY_UNKNOWN = _code(
    "KEY_UNKNOWN",
    "No key of the trust policy made this signature",
    "A valid signature of an unknown key is worth nothing.",
    "FO-29",
    fix="Sign with a key that the trust policy lists.",
)
KEY_NOT_IN_FORCE = _code(
    "KEY_NOT_IN_FORCE",
    "The key is outside its validity",
    "A key proves no time, so it has to be in force now.",
    fix="Sign with a key that is in force, or a steward prolongs it by review.",
)
KEY_REVOKED = _code(
    "KEY_REVOKED",
    "The key was revoked",
    "Whoever else holds it can date a signature back.",
    fix="Sign with another key.",
)
KEY_THRESHOLD_MISSED = _code(
    "KEY_THRESHOLD_MISSED",
    "Too few different keys signed",
    "A key that is listed or used twice is still one key.",
    fix="Let more of the listed keys sign.",
)

# --- time, run, commit, replay -------------------------------------------------------------------

ATTESTATION_STALE = _code(
    "ATTESTATION_STALE",
    "The attestation is too old",
    "An old statement says nothing about what happened since.",
    "ATTACK-11",
    fix="Let the attesting job sign again.",
    who=Who.PIPELINE,
)
ATTESTATION_FROM_FUTURE = _code(
    "ATTESTATION_FROM_FUTURE",
    "The attestation was signed in the future",
    "One of the two clocks is wrong, and with it every age.",
    fix="Set the clock of this machine right.",
    who=Who.OPERATOR,
)
ATTESTATION_RUN_DIFFERS = _code(
    "ATTESTATION_RUN_DIFFERS",
    "The attestation belongs to another run",
    "A true statement about another run is no statement about this one.",
    "ATTACK-11",
    fix="Attest this run in the job that made it.",
    who=Who.PIPELINE,
)
ATTESTATION_RUN_UNBOUND = _code(
    "ATTESTATION_RUN_UNBOUND",
    "Nothing binds the attestation to this run",
    "It would fit every run that yields the same files.",
    "ATTACK-11",
    fix="Attest with 'kfm-gates attest', which names the run.",
    who=Who.PIPELINE,
)
ATTESTATION_COMMIT_DIFFERS = _code(
    "ATTESTATION_COMMIT_DIFFERS",
    "The attestation is about another commit",
    "The receipts name the code that ran, and the certificate names other code.",
    "ATTACK-11",
    fix="Attest this run in the job that made it, from the commit that it records.",
    who=Who.PIPELINE,
)
ATTESTATION_REPLAYED = _code(
    "ATTESTATION_REPLAYED",
    "The attestation was already used for another run",
    "Each attestation counts for one subject only.",
    "ATTACK-11",
    fix="Attest this run in the job that made it.",
    who=Who.PIPELINE,
)
SEEN_UNAVAILABLE = _code(
    "SEEN_UNAVAILABLE",
    "The record of used attestations cannot be kept",
    "Without it a replay would pass unnoticed.",
    "ATTACK-11",
    fix="Make the folder of the record private and writable.",
    who=Who.OPERATOR,
)
ATTESTATION_REQUIRED = _code(
    "ATTESTATION_REQUIRED",
    "A required attestation is not there",
    "What nobody vouches for is not vouched for; absence is never neutral.",
    "FO-30",
    "ATTACK-33",
    fix="Let the named signer attest the run.",
    who=Who.PIPELINE,
)

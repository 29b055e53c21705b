"""Codes of what is wrong with a bundle, its signature, its certificate or its log entry."""

from __future__ import annotations

from kfm_gates.model import Code, Fix, Who

_AGAIN = "Let the attesting job sign again, and keep its bundle as it was written."
_ROOT = "Find out where the bundle comes from. A steward refreshes the trust root by review."


def _code(id_: str, title: str, why: str, fix: str, *source: str, who: Who = Who.PIPELINE) -> Code:
    return Code(id_, title, why, Fix(fix, who), source=("R-087", *source))


# --- the bytes -----------------------------------------------------------------------------------

BUNDLE_EMPTY = _code(
    "BUNDLE_EMPTY",
    "An attestation is empty",
    "No bytes are no signature.",
    _AGAIN,
    "ATTACK-26",
)
BUNDLE_TOO_LARGE = _code(
    "BUNDLE_TOO_LARGE",
    "An attestation is too large",
    "A bundle is read whole before anything in it is proved, so its size is bounded.",
    "Attest the content digest instead of every file.",
    "ATTACK-34",
)
BUNDLE_SYNTAX = _code(
    "BUNDLE_SYNTAX",
    "An attestation is not strict JSON",
    "What one parser repairs another one refuses; a cut-off bundle is no bundle.",
    _AGAIN,
    "ATTACK-26",
    "FO-40",
)
BUNDLE_DUPLICATE_KEY = _code(
    "BUNDLE_DUPLICATE_KEY",
    "A key appears twice in an attestation",
    "One reader verifies the first value and another one uses the last.",
    _AGAIN,
    "ATTACK-26",
    "FO-40",
)
BUNDLE_MALFORMED = _code(
    "BUNDLE_MALFORMED",
    "An attestation has another shape than a bundle",
    "Unknown members, missing ones and lax encodings are what forged bundles are made of.",
    _AGAIN,
    "ATTACK-26",
)
BUNDLE_VERSION_UNKNOWN = _code(
    "BUNDLE_VERSION_UNKNOWN",
    "The version of a bundle is not known",
    "The rules of another version may be other rules.",
    "Sign with a client that writes Sigstore bundles v0.1 to v0.3.",
)
BUNDLE_FLOOD = _code(
    "BUNDLE_FLOOD",
    "There are too many attestations",
    "Whoever can add attestations could hide the one that counts behind many that do not.",
    "Keep only the attestations that belong to the run.",
    "ATTACK-34",
)
ENVELOPE_MISSING = _code(
    "ENVELOPE_MISSING",
    "There is no signed envelope",
    "A statement that nobody signed is a claim.",
    "Keep the whole bundle, not only the statement in it.",
    "ATTACK-6",
    "FO-29",
)
SIGNATURE_MISSING = _code(
    "SIGNATURE_MISSING",
    "The envelope has no signature",
    "An empty list of signatures is verified by doing nothing.",
    _AGAIN,
    "ATTACK-6",
    "FO-29",
)
SIGNATURE_NOT_SINGLE = _code(
    "SIGNATURE_NOT_SINGLE",
    "The envelope has more than one signature",
    "A certificate vouches for one signature; what the others are is anybody's guess.",
    _AGAIN,
    "ATTACK-6",
)
SIGNATURE_INVALID = _code(
    "SIGNATURE_INVALID",
    "The signature does not fit",
    "Payload, payload type or signature were changed after signing.",
    _AGAIN,
    "ATTACK-1",
    "ATTACK-14",
)
TRUST_MODE_DENIED = _code(
    "TRUST_MODE_DENIED",
    "No signer may sign in this way",
    "How an attestation is believed is chosen by the trust policy, never by the attestation.",
    "A steward names a signer with this trust mode, or the job signs in the agreed way.",
    "ATTACK-15",
    "FO-29",
    who=Who.STEWARD,
)
VERIFIER_REFUSED = _code(
    "VERIFIER_REFUSED",
    "The second verifier refuses the bundle",
    "Our own checks and the Sigstore client both have to agree.",
    _ROOT,
    "ATTACK-27",
    who=Who.OPERATOR,
)
VERIFIER_CRASHED = _code(
    "VERIFIER_CRASHED",
    "A verifier stopped with an error",
    "A verification that did not finish has verified nothing.",
    "Attach the log file to a report to the maintainers of kfm-gates.",
    "ATTACK-27",
    who=Who.OPERATOR,
)

# --- the certificate -----------------------------------------------------------------------------

CERTIFICATE_MALFORMED = _code(
    "CERTIFICATE_MALFORMED",
    "A signing certificate cannot be read",
    "Its claims are what the decision stands on.",
    _AGAIN,
)
CERTIFICATE_USAGE_DENIED = _code(
    "CERTIFICATE_USAGE_DENIED",
    "The certificate is not for signing code",
    "A certificate made for another purpose vouches for that purpose.",
    _ROOT,
    "ATTACK-18",
)
CERTIFICATE_KEY_DENIED = _code(
    "CERTIFICATE_KEY_DENIED",
    "The certificate has another kind of key",
    "Sigstore signs with ECDSA on P-256; other keys are verified differently by each client.",
    "Sign with an ECDSA P-256 key, as Sigstore clients do.",
)
CERTIFICATE_EXPIRED_AT_SIGNING = _code(
    "CERTIFICATE_EXPIRED_AT_SIGNING",
    "The signature was made outside the life of its certificate",
    "A stolen key outlives its certificate; the log and the timestamps do not believe it.",
    _AGAIN,
    "ATTACK-17",
)
CA_UNKNOWN = _code(
    "CA_UNKNOWN",
    "The certificate comes from an unknown authority",
    "Anybody can run a Sigstore of their own.",
    _ROOT,
    "ATTACK-20",
)
CA_EXPIRED_AT_SIGNING = _code(
    "CA_EXPIRED_AT_SIGNING",
    "An issuer of the certificate had expired",
    "Every certificate of the chain has to be valid at every proved time.",
    _ROOT,
    "ATTACK-17",
)
CA_RETIRED = _code(
    "CA_RETIRED",
    "The authority was retired when this was signed",
    "A retired authority is out of use for a reason, whatever its certificate still says.",
    _ROOT,
    "ATTACK-19",
)
CHAIN_INVALID = _code(
    "CHAIN_INVALID",
    "The certificate does not lead to the trust root",
    "Name and key of the issuer fit, and the path does not hold.",
    _ROOT,
)
SCT_MISSING = _code(
    "SCT_MISSING",
    "The certificate was not logged",
    "Without a certificate timestamp nobody could notice that it was issued.",
    _ROOT,
    "ATTACK-18",
)
SCT_LOG_UNKNOWN = _code(
    "SCT_LOG_UNKNOWN",
    "The certificate was logged by an unknown log",
    "A log that the trust root does not name proves nothing.",
    _ROOT,
    "ATTACK-18",
)
SCT_INVALID = _code(
    "SCT_INVALID",
    "The certificate timestamp does not fit",
    "The log did not sign this certificate.",
    _ROOT,
    "ATTACK-18",
)
CT_KEY_RETIRED = _code(
    "CT_KEY_RETIRED",
    "The key of the certificate log was retired",
    "A key is only believed for the time for which the trust root lists it.",
    _ROOT,
    "ATTACK-19",
)

# --- the log and the time ------------------------------------------------------------------------

REKOR_ENTRY_MISSING = _code(
    "REKOR_ENTRY_MISSING",
    "The signature is in no log",
    "Unlogged signatures pass unnoticed. Only a signer of the mode timestamp_only may go without.",
    _AGAIN,
    "ATTACK-15",
)
REKOR_ENTRY_FOREIGN = _code(
    "REKOR_ENTRY_FOREIGN",
    "The log entry belongs to something else",
    "The log vouches for what it holds, and it holds another signature.",
    _AGAIN,
    "ATTACK-16",
)
REKOR_KIND_DENIED = _code(
    "REKOR_KIND_DENIED",
    "The log entry is of another kind",
    "Only entries whose contents can be compared with the bundle prove anything.",
    "Sign with a client that logs dsse/0.0.1 or hashedrekord/0.0.2.",
)
REKOR_LOG_UNKNOWN = _code(
    "REKOR_LOG_UNKNOWN",
    "The log is not one of the trust root",
    "Anybody can run a log.",
    _ROOT,
    "ATTACK-20",
)
REKOR_KEY_RETIRED = _code(
    "REKOR_KEY_RETIRED",
    "The key of the log was retired when this was logged",
    "A key is only believed for the time for which the trust root lists it.",
    _ROOT,
    "ATTACK-19",
)
REKOR_PROOF_INVALID = _code(
    "REKOR_PROOF_INVALID",
    "The inclusion proof does not fit",
    "The entry is not in the tree that the log signed.",
    _AGAIN,
    "ATTACK-16",
)
REKOR_PROMISE_INVALID = _code(
    "REKOR_PROMISE_INVALID",
    "The promise of the log does not fit",
    "Time and place of the entry are only as good as the signature over them.",
    _AGAIN,
    "ATTACK-16",
)
CHECKPOINT_INVALID = _code(
    "CHECKPOINT_INVALID",
    "The checkpoint is not signed by the log",
    "A proof of inclusion leads to a checkpoint; whoever signed that decides what is included.",
    _ROOT,
    "ATTACK-16",
)
TIMESTAMP_MISSING = _code(
    "TIMESTAMP_MISSING",
    "Nothing proves when this was signed",
    "A certificate that lives ten minutes needs a time that others vouch for.",
    _AGAIN,
)
TIMESTAMP_INVALID = _code(
    "TIMESTAMP_INVALID",
    "A timestamp does not fit",
    "It is of another authority or over another signature.",
    _AGAIN,
)
TSA_RETIRED = _code(
    "TSA_RETIRED",
    "The timestamp authority was retired",
    "An authority is only believed for the time for which the trust root lists it.",
    _ROOT,
    "ATTACK-19",
)

"""Is the signature good, and whose is it? The cryptographic half, by trust mode.

Our own checks come first, because they know the window of every key and give a reason. For
keyless bundles Sigstore's client then has to agree: two verifiers, both with a veto.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from kfm_gates.attest import certificate as certificates
from kfm_gates.attest import claims as certificate_claims
from kfm_gates.attest import codes_bundle as codes
from kfm_gates.attest import log_entry, timestamps
from kfm_gates.attest.certificate import Leaf
from kfm_gates.attest.parts import Envelope, Parts
from kfm_gates.attest.results import Refused, SignedTime, SignerClaims, TrustMode
from kfm_gates.attest.signing_keys import signed_by
from kfm_gates.attest.trust_root import TrustRoot


@dataclass(frozen=True)
class Signed:
    """A signature that holds. Nothing is known yet of what was signed."""

    claims: SignerClaims
    times: tuple[SignedTime, ...]
    certificate_sha256: str


def check(
    parts: Parts, root: TrustRoot, mode: TrustMode, *, artifact_sha256: bytes | None = None
) -> Signed:
    """Verify a signature made with a short-lived certificate.

    Args:
        parts: The bundle.
        root: Whom to believe.
        mode: KEYLESS or TIMESTAMP_ONLY.
        artifact_sha256: Digest of the artifact where the bundle holds a message signature.

    Raises:
        Refused: Anything does not hold.
    """
    if parts.certificate is None:
        raise Refused(codes.TRUST_MODE_DENIED, "The bundle holds no certificate.")
    leaf = certificates.read_leaf(parts.certificate)
    signature = _check_signature(parts, leaf, artifact_sha256)
    times = timestamps.verified(parts.timestamps, signature, root)
    if mode is TrustMode.KEYLESS:
        times = _check_logged(parts, leaf, root, times, artifact_sha256)
    elif mode is not TrustMode.TIMESTAMP_ONLY:
        raise Refused(codes.TRUST_MODE_DENIED, "Keys have no certificate.")
    elif not times:
        raise Refused(codes.TIMESTAMP_MISSING, "There is no timestamp.")
    elif parts.entry is not None:
        raise Refused(codes.TRUST_MODE_DENIED, "The bundle is logged, and its root knows no log.")
    else:
        certificates.check_chain(leaf, root, [t.time for t in times])
    claims = certificate_claims.read(leaf.certificate)
    if mode is TrustMode.KEYLESS:
        _second_verifier(parts, leaf, root, times, artifact_sha256)
    return Signed(
        claims,
        tuple(sorted(times, key=lambda t: t.time)),
        hashlib.sha256(leaf.der).hexdigest(),
    )


def _check_signature(parts: Parts, leaf: Leaf, artifact_sha256: bytes | None) -> bytes:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

    content = parts.content
    if isinstance(content, Envelope):
        if len(content.signatures) != 1:
            raise Refused(
                codes.SIGNATURE_NOT_SINGLE,
                "The envelope does not have exactly one signature.",
                got=len(content.signatures),
                wanted="1",
            )
        signature = content.signatures[0].sig
        if not signed_by(leaf.key, signature, content.pae):
            raise Refused(codes.SIGNATURE_INVALID, "The signature does not fit the payload.")
        return signature
    if artifact_sha256 is None:
        raise Refused(codes.ENVELOPE_MISSING, "The bundle holds a signature without a statement.")
    if content.digest is not None and content.digest != artifact_sha256:
        raise Refused(codes.SIGNATURE_INVALID, "The bundle is about another artifact.")
    try:
        algorithm = ec.ECDSA(Prehashed(hashes.SHA256()))
        leaf.key.verify(content.signature, artifact_sha256, algorithm)
    except (InvalidSignature, ValueError):
        raise Refused(codes.SIGNATURE_INVALID, "The signature does not fit the artifact.") from None
    return content.signature


def _check_logged(
    parts: Parts,
    leaf: Leaf,
    root: TrustRoot,
    times: list[SignedTime],
    artifact_sha256: bytes | None,
) -> list[SignedTime]:
    from cryptography.hazmat.primitives.serialization import Encoding

    if parts.entry is None:
        raise Refused(codes.REKOR_ENTRY_MISSING, "The signature is in no log.")
    log, promised = log_entry.check(parts.entry, root)
    times = [*times, *promised]
    if not times:
        raise Refused(
            codes.TIMESTAMP_MISSING, "There is neither a promise of the log nor a timestamp."
        )
    moments = [t.time for t in times]
    certificates.check_chain(leaf, root, moments)
    certificates.check_ct_log(leaf, root, moments)
    log_entry.check_window(log, [leaf.not_before, *moments])
    log_entry.check_body(
        parts.entry,
        parts.content,
        digest=artifact_sha256,
        pem=leaf.certificate.public_bytes(Encoding.PEM),
        verifier={"x509Certificate": {"rawBytes": base64.b64encode(leaf.der).decode()}},
    )
    return times


class _AnyName:
    """The policy that lets Sigstore's client skip names: they are compared exactly elsewhere."""

    def verify(self, cert: object) -> None:
        """Accept."""


def _second_verifier(
    parts: Parts,
    leaf: Leaf,
    root: TrustRoot,
    times: list[SignedTime],
    artifact_sha256: bytes | None,
) -> None:
    """Let Sigstore's client verify the same bundle with a root that was cut to its windows."""
    import json

    from sigstore.hashes import Hashed
    from sigstore.models import Bundle
    from sigstore.verify import Verifier
    from sigstore_models.common.v1 import HashAlgorithm

    client_root = root.for_sigstore([leaf.not_before, *(t.time for t in times)])
    try:
        bundle = Bundle.from_json(json.dumps(parts.document))
        verifier = Verifier(trusted_root=client_root)
        if isinstance(parts.content, Envelope):
            kind, payload = verifier.verify_dsse(bundle, _AnyName())
            agreed = (kind, payload) == (parts.content.payload_type, parts.content.payload)
        elif artifact_sha256 is None:
            agreed = False
        else:
            hashed = Hashed(algorithm=HashAlgorithm.SHA2_256, digest=artifact_sha256)
            verifier.verify_artifact(hashed, bundle, _AnyName())
            agreed = True
    except Exception as error:
        # It leaks what its libraries raise; from here all of it is a refusal.
        code = codes.SCT_INVALID if "SCT" in str(error) else codes.VERIFIER_REFUSED
        raise Refused(code, f"Sigstore's client refuses the bundle: {error}.") from error
    if not agreed:
        raise Refused(codes.VERIFIER_REFUSED, "The two verifiers read different payloads.")

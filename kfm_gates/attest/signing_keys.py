"""Signatures by a public key: which kinds of keys are believed, and with which digest."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from kfm_gates.attest import codes_signer as codes
from kfm_gates.attest.results import Refused

RSA_BITS: Final = 2048
"""Smallest RSA key. Sigstore's own algorithm registry starts there."""


def load_pem(pem: bytes, name: str) -> Any:
    """Read a public key: ECDSA on P-256 or P-384, Ed25519, or RSA.

    Raises:
        Refused: It is none of these (`TRUST_POLICY_INVALID`).
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Refused(
            codes.TRUST_POLICY_INVALID, f"The key {name} cannot be read: {error}."
        ) from error
    if not _believed(key):
        raise Refused(
            codes.TRUST_POLICY_INVALID,
            f"The key {name} is of a kind that is not believed.",
            got=type(key).__name__,
            wanted=f"ECDSA on P-256 or P-384, Ed25519, RSA from {RSA_BITS} bits on",
        )
    return key


def _believed(key: Any) -> bool:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    if isinstance(key, ec.EllipticCurvePublicKey):
        return isinstance(key.curve, ec.SECP256R1 | ec.SECP384R1)
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size >= RSA_BITS
    return isinstance(key, ed25519.Ed25519PublicKey)


def fingerprint(key: Any) -> str:
    """sha256 of the key itself (SubjectPublicKeyInfo), 64 hex digits. Names and ids are hints."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def signed_by(key: Any, signature: bytes, message: bytes, details: str = "") -> bool:
    """Say whether a key made a signature over a message.

    Args:
        key: A public key.
        signature: The signature, raw.
        message: What was signed.
        details: Sigstore's name of the algorithm, where a trust root gives one.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, message)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            wide = isinstance(key.curve, ec.SECP384R1) and not details.endswith("SHA_256")
            key.verify(signature, message, ec.ECDSA(hashes.SHA384() if wide else hashes.SHA256()))
        elif isinstance(key, rsa.RSAPublicKey) and key.key_size >= RSA_BITS:
            key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        else:
            return False
    except (InvalidSignature, ValueError):
        return False
    return True

"""The signing certificate: what it is for, who issued it, and whether all of it held in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kfm_gates.attest import codes_bundle as codes
from kfm_gates.attest.results import Refused
from kfm_gates.attest.trust_root import Authority, TrustRoot

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.x509 import Certificate


@dataclass(frozen=True)
class Leaf:
    """A signing certificate that is fit for signing; nobody vouches for it yet."""

    der: bytes
    certificate: Certificate
    key: EllipticCurvePublicKey

    @property
    def not_before(self) -> dt.datetime:
        """When it was issued, UTC."""
        return self.certificate.not_valid_before_utc


def read_leaf(der: bytes) -> Leaf:
    """Parse a leaf and see that it is one for signing with ECDSA on P-256.

    Raises:
        Refused: It cannot be read, certifies others, is for another purpose or has another key.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID

    certificate = _parsed(der)
    extensions, key = certificate.extensions, certificate.public_key()
    try:
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
        purposes = list(extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except x509.ExtensionNotFound:
        raise _unfit("The certificate does not say what it is for.") from None
    try:
        certifies = extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        certifies = False
    if certifies or usage.key_cert_sign:
        raise _unfit("The certificate is one of an authority.")
    if not usage.digital_signature or ExtendedKeyUsageOID.CODE_SIGNING not in purposes:
        raise _unfit(
            "The certificate is not for signing code.",
            got=", ".join(p.dotted_string for p in purposes),
        )
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise Refused(
            codes.CERTIFICATE_KEY_DENIED,
            "The certificate has another kind of key.",
            got=type(key).__name__,
            wanted="ECDSA on P-256",
        )
    return Leaf(der, certificate, key)


def _parsed(der: bytes) -> Certificate:
    """Parse a certificate and everything in it that is read later: the library does so lazily."""
    from cryptography import x509

    try:
        certificate = x509.load_der_x509_certificate(der)
        certificate.public_key()
        certificate.subject.rfc4514_string()
        issuer = certificate.issuer.rfc4514_string()
        life = certificate.not_valid_after_utc - certificate.not_valid_before_utc
        extensions = list(certificate.extensions)
        if certificate.version is not x509.Version.v3 or not issuer or not extensions:
            raise ValueError("it is not of v3, or lacks an issuer or extensions")
        if life <= dt.timedelta(0):
            raise ValueError("it ends before it begins")
    except Exception as error:
        # Half a dozen classes without a common one, some of them from Rust.
        raise Refused(codes.CERTIFICATE_MALFORMED, f"No certificate: {error}.") from error
    return certificate


def _unfit(why: str, got: str | None = None) -> Refused:
    return Refused(codes.CERTIFICATE_USAGE_DENIED, why, got=got)


def check_chain(leaf: Leaf, root: TrustRoot, times: Sequence[dt.datetime]) -> None:
    """See that an authority of the trust root issued the leaf, and that all of it held in time.

    Each certificate of the chain, and the window that the trust root gives the authority, has
    to hold at every proved time and when the leaf was issued (CVE-2026-24122).

    Raises:
        Refused: Unknown or retired authority, an expired certificate, or no path.
    """
    certificate = leaf.certificate
    for time in times:
        if not leaf.not_before <= time <= certificate.not_valid_after_utc:
            raise Refused(
                codes.CERTIFICATE_EXPIRED_AT_SIGNING,
                "The signature was made outside the life of its certificate.",
                got=time.isoformat(),
                wanted=f"{leaf.not_before.isoformat()} to "
                f"{certificate.not_valid_after_utc.isoformat()}",
            )
    issuers = [a for a in root.authorities if _issued(a, certificate)]
    if not issuers:
        raise Refused(
            codes.CA_UNKNOWN,
            "No authority of the trust root issued this certificate.",
            got=certificate.issuer.rfc4514_string(),
        )
    moments = [leaf.not_before, *times]
    in_force = [a for a in issuers if a.window.holds(moments)]
    if not in_force:
        end = issuers[0].window.end
        raise Refused(
            codes.CA_RETIRED,
            "The authority was not in force when this was signed.",
            got=leaf.not_before.isoformat(),
            wanted=f"until {end.isoformat()}" if end else None,
        )
    problems = [_path_problem(leaf, authority, moments) for authority in in_force]
    if None not in problems:
        raise next(p for p in problems if p is not None)


def _issued(authority: Authority, certificate: Certificate) -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        certificate.verify_directly_issued_by(authority.chain[0])
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _path_problem(
    leaf: Leaf, authority: Authority, moments: Sequence[dt.datetime]
) -> Refused | None:
    """Build the path with the root as the only anchor, so that every issuer is looked at."""
    from cryptography.x509 import ExtendedKeyUsage
    from cryptography.x509.verification import (
        Criticality,
        ExtensionPolicy,
        PolicyBuilder,
        Store,
        VerificationError,
    )

    for moment in moments:
        for issuer in authority.chain:
            if not issuer.not_valid_before_utc <= moment <= issuer.not_valid_after_utc:
                return Refused(
                    codes.CA_EXPIRED_AT_SIGNING,
                    "An issuer of the certificate had expired.",
                    got=moment.isoformat(),
                    wanted=f"until {issuer.not_valid_after_utc.isoformat()}",
                )
        # Purposes are looked at in `read_leaf`: the library only knows those of the web.
        any_purpose = (ExtendedKeyUsage, Criticality.NON_CRITICAL, None)
        verifier = (
            PolicyBuilder()
            .store(Store([authority.chain[-1]]))
            .time(moment)
            .extension_policies(
                ca_policy=ExtensionPolicy.webpki_defaults_ca().may_be_present(*any_purpose),
                ee_policy=ExtensionPolicy.webpki_defaults_ee().may_be_present(*any_purpose),
            )
            .build_client_verifier()
        )
        try:
            verifier.verify(leaf.certificate, list(authority.chain[:-1]))
        except (VerificationError, ValueError) as error:
            return Refused(codes.CHAIN_INVALID, f"There is no path to the trust root: {error}.")
    return None


def check_ct_log(leaf: Leaf, root: TrustRoot, times: Sequence[dt.datetime]) -> None:
    """See that a CT log of the trust root, in force, stamped the leaf.

    The signature of the log is left to Sigstore's client, which always follows.

    Raises:
        Refused: No stamp or several, an unknown log, or a retired key.
    """
    from cryptography import x509

    try:
        stamps = list(
            leaf.certificate.extensions.get_extension_for_class(
                x509.PrecertificateSignedCertificateTimestamps
            ).value
        )
    except (x509.ExtensionNotFound, ValueError):
        stamps = []
    if len(stamps) != 1:
        raise Refused(
            codes.SCT_MISSING,
            "The certificate does not carry exactly one timestamp of a CT log.",
            got=len(stamps),
        )
    log = root.ct_log(stamps[0].log_id)
    if log is None:
        raise Refused(
            codes.SCT_LOG_UNKNOWN,
            "The trust root does not name the CT log.",
            got=stamps[0].log_id.hex(),
        )
    if not log.window.holds([leaf.not_before, *times]):
        raise Refused(
            codes.CT_KEY_RETIRED,
            "The key of the CT log was not in force when this was signed.",
            got=leaf.not_before.isoformat(),
            wanted=f"until {log.window.end.isoformat()}" if log.window.end else None,
        )

"""The certificate authority: root, intermediate, and leaves with a signed certificate timestamp."""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from virtual_sigstore.encoding import PublicKey, b64, der_octets, der_utf8, key_id, sha256, spki
from virtual_sigstore.identities import ARC, Claims

SCT_LIST = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
EPOCH = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
FAR = dt.datetime(2045, 1, 1, tzinfo=dt.UTC)


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "virtual sigstore"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def usage(*, sign: bool = False, certify: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=sign,
        key_cert_sign=certify,
        crl_sign=certify,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def build_ca(
    common: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: Issuer | None,
    purposes: Sequence[x509.ObjectIdentifier] | None,
    start: dt.datetime = EPOCH,
    end: dt.datetime = FAR,
) -> x509.Certificate:
    """A root where `issuer` is None, else an intermediate."""
    signer = issuer.key if issuer else key
    public = key.public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(common))
        .issuer_name(issuer.certificate.subject if issuer else name(common))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0 if issuer else 1), True)
        .add_extension(usage(certify=True), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False
        )
    )
    if issuer and purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(list(purposes)), False)
    return builder.sign(signer, hashes.SHA256())


@dataclass(frozen=True)
class Issuer:
    """A certificate that may certify others, and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


@dataclass
class CtLog:
    """A certificate transparency log: all that anybody sees of it is its signature."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=new_key)

    def stamp(self, precert: x509.Certificate, issuer: x509.Certificate, at: dt.datetime) -> bytes:
        """The value of the SCT list extension: RFC 6962, one v1 SCT over a precertificate."""
        tbs = precert.tbs_certificate_bytes
        millis = int(at.timestamp() * 1000)
        issuer_hash = sha256(spki(issuer.public_key()))
        head = struct.pack("!BBQH", 0, 0, millis, 1)
        signature = self.key.sign(
            head + issuer_hash + len(tbs).to_bytes(3, "big") + tbs + b"\0\0",
            ec.ECDSA(hashes.SHA256()),
        )
        sct = (
            b"\0"
            + key_id(self.key.public_key())
            + struct.pack("!Q", millis)
            + b"\0\0\x04\x03"
            + struct.pack("!H", len(signature))
            + signature
        )
        entry = struct.pack("!H", len(sct)) + sct
        return der_octets(struct.pack("!H", len(entry)) + entry)


class Fulcio:
    """Root, intermediate and short-lived leaves."""

    def __init__(
        self,
        label: str = "fulcio",
        *,
        root_end: dt.datetime = FAR,
        intermediate_end: dt.datetime = FAR,
    ) -> None:
        root_key, key = new_key(), new_key()
        self.root = Issuer(build_ca(f"{label} root", root_key, None, None, end=root_end), root_key)
        self.intermediate = Issuer(
            build_ca(
                f"{label} intermediate",
                key,
                self.root,
                [ExtendedKeyUsageOID.CODE_SIGNING],
                end=intermediate_end,
            ),
            key,
        )

    @property
    def chain(self) -> list[x509.Certificate]:
        return [self.intermediate.certificate, self.root.certificate]

    def issue(
        self,
        claims: Claims,
        public: PublicKey,
        at: dt.datetime,
        *,
        ct: CtLog | None,
        lifetime: dt.timedelta = dt.timedelta(minutes=10),
        purpose: x509.ObjectIdentifier = ExtendedKeyUsageOID.CODE_SIGNING,
        more_names: Sequence[x509.GeneralName] = (),
        key_usage: x509.KeyUsage | None = None,
        more: Sequence[x509.ExtensionType] = (),
    ) -> x509.Certificate:
        """A leaf as Fulcio makes it. `ct=None` leaves the certificate without an SCT."""
        names: list[x509.GeneralName] = [
            x509.RFC822Name(claims.san)
            if claims.email
            else x509.UniformResourceIdentifier(claims.san),
            *more_names,
        ]
        ca = self.intermediate
        serial = x509.random_serial_number()

        def build(stamp: bytes | None) -> x509.Certificate:
            builder = (
                x509.CertificateBuilder()
                .subject_name(x509.Name([]))
                .issuer_name(ca.certificate.subject)
                .public_key(public)
                .serial_number(serial)
                .not_valid_before(at)
                .not_valid_after(at + lifetime)
                .add_extension(key_usage or usage(sign=True), True)
                .add_extension(x509.ExtendedKeyUsage([purpose]), False)
                .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), False)
                .add_extension(
                    x509.AuthorityKeyIdentifier.from_issuer_public_key(ca.key.public_key()), False
                )
                .add_extension(x509.SubjectAlternativeName(names), True)
            )
            for extension in more:
                builder = builder.add_extension(extension, True)
            for number, value in sorted(claims.extensions.items()):
                raw = value.encode() if number < 8 else der_utf8(value)
                oid = x509.ObjectIdentifier(f"{ARC}{number}")
                builder = builder.add_extension(x509.UnrecognizedExtension(oid, raw), False)
            # The SCT extension goes last: without it the bytes are those of the precertificate.
            if stamp is not None:
                builder = builder.add_extension(x509.UnrecognizedExtension(SCT_LIST, stamp), False)
            return builder.sign(ca.key, hashes.SHA256())

        if ct is None:
            return build(None)
        return build(ct.stamp(build(None), ca.certificate, at))


def chain_json(chain: Sequence[x509.Certificate]) -> dict[str, object]:
    return {"certificates": [{"rawBytes": b64(c.public_bytes(Encoding.DER))} for c in chain]}

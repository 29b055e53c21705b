"""A timestamp authority, RFC 3161. The time is a parameter, which `openssl ts` does not allow."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from virtual_sigstore.authority import EPOCH, FAR, Issuer, build_ca, name, new_key, usage
from virtual_sigstore.encoding import sha256

POLICY = "1.3.6.1.4.1.57264.2"


@dataclass(frozen=True)
class Request:
    """What a client wants stamped: the digest of a signature, and its nonce."""

    digest: bytes
    nonce: int | None = None

    @classmethod
    def parse(cls, raw: bytes) -> Request:
        request = tsp.TimeStampReq.load(raw)
        nonce = request["nonce"].native
        return cls(request["message_imprint"]["hashed_message"].native, nonce)


class Tsa:
    """A root, an intermediate and a signing certificate."""

    def __init__(self, label: str = "tsa", *, end: dt.datetime = FAR) -> None:
        root_key, middle_key, self.key = new_key(), new_key(), new_key()
        root = Issuer(build_ca(f"{label} root", root_key, None, None), root_key)
        middle = Issuer(
            build_ca(
                f"{label} intermediate", middle_key, root, [ExtendedKeyUsageOID.TIME_STAMPING]
            ),
            middle_key,
        )
        public = self.key.public_key()
        self.leaf = (
            x509.CertificateBuilder()
            .subject_name(name(label))
            .issuer_name(middle.certificate.subject)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(EPOCH)
            .not_valid_after(end)
            .add_extension(usage(sign=True), True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(middle_key.public_key()), False
            )
            .sign(middle_key, hashes.SHA256())
        )
        self.chain = [self.leaf, middle.certificate, root.certificate]

    def stamp(self, message: bytes, at: dt.datetime) -> bytes:
        """A time-stamp response over sha256(message), DER."""
        return self.answer(Request(sha256(message)), at)

    def answer(self, request: Request, at: dt.datetime) -> bytes:
        """A time-stamp response to a request, DER."""
        info = tsp.TSTInfo(
            {
                "version": "v1",
                "policy": POLICY,
                "message_imprint": {
                    "hash_algorithm": {"algorithm": "sha256"},
                    "hashed_message": request.digest,
                },
                "serial_number": x509.random_serial_number(),
                "gen_time": at.replace(microsecond=0),
                "accuracy": {"seconds": 1},
                **({} if request.nonce is None else {"nonce": request.nonce}),
            }
        )
        raw = info.dump()
        der = self.leaf.public_bytes(Encoding.DER)
        attributes = cms.CMSAttributes(
            [
                cms.CMSAttribute({"type": "content_type", "values": ["tst_info"]}),
                cms.CMSAttribute({"type": "message_digest", "values": [sha256(raw)]}),
                cms.CMSAttribute(
                    {
                        "type": "signing_certificate_v2",
                        "values": [
                            tsp.SigningCertificateV2(
                                {"certs": [tsp.ESSCertIDv2({"cert_hash": sha256(der)})]}
                            )
                        ],
                    }
                ),
            ]
        )
        # RFC 5652: signed are the attributes as an explicit SET, not as they are embedded.
        signature = self.key.sign(attributes.untag().dump(), ec.ECDSA(hashes.SHA256()))
        certificate = asn1_x509.Certificate.load(der)
        signer = cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.SignerIdentifier(
                    {
                        "issuer_and_serial_number": {
                            "issuer": certificate.issuer,
                            "serial_number": certificate.serial_number,
                        }
                    }
                ),
                "digest_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
                "signed_attrs": attributes,
                "signature_algorithm": {"algorithm": "sha256_ecdsa"},
                "signature": signature,
            }
        )
        signed = cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [{"algorithm": "sha256"}],
                "encap_content_info": {
                    "content_type": "tst_info",
                    "content": core.ParsableOctetString(raw),
                },
                "certificates": [certificate],
                "signer_infos": [signer],
            }
        )
        token = cms.ContentInfo({"content_type": "signed_data", "content": signed})
        response = tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token})
        return bytes(response.dump())

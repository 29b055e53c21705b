"""What a certificate says of its holder: the one name, and Fulcio's extensions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kfm_gates.attest import codes_signer as codes
from kfm_gates.attest.results import Refused, SignerClaims

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

ARC: Final = "1.3.6.1.4.1.57264.1."
_FIELDS: Final = {
    9: "build_signer_uri",
    10: "build_signer_digest",
    11: "runner_environment",
    12: "repository",
    13: "commit",
    14: "ref",
    15: "repository_id",
    16: "owner",
    17: "owner_id",
    18: "build_config",
    19: "build_config_digest",
    20: "trigger",
    21: "invocation",
    22: "visibility",
    23: "environment",
}


def read(certificate: Certificate) -> SignerClaims:
    """Read the claims of a leaf.

    The issuer is that of extension .8. The older .1 is only compared: a certificate in which the
    two differ is refused.

    Raises:
        Refused: No name or several, no issuer, or an extension that is not one exact text.
    """
    from cryptography.x509 import UnrecognizedExtension

    found: dict[int, bytes] = {}
    try:
        extensions = list(certificate.extensions)
    except ValueError as error:
        raise Refused(
            codes.SIGNER_CLAIMS_MALFORMED, f"The extensions cannot be read: {error}."
        ) from error
    for extension in extensions:
        oid = extension.oid.dotted_string
        tail = oid.removeprefix(ARC)
        if oid != tail and tail.isdigit() and isinstance(extension.value, UnrecognizedExtension):
            found[int(tail)] = extension.value.value
    issuer = _utf8_string(found[8], 8) if 8 in found else None
    if issuer is None:
        raise Refused(
            codes.SIGNER_CLAIMS_MALFORMED, "The certificate names no issuer.", wanted=f"{ARC}8"
        )
    if 1 in found and found[1] != issuer.encode():
        raise Refused(
            codes.SIGNER_ISSUER_CONTRADICTED,
            "The certificate names two issuers.",
            got=found[1].decode("utf-8", "replace"),
            wanted=issuer,
        )
    san, kind = _name(certificate)
    rest = {name: _utf8_string(found[n], n) for n, name in _FIELDS.items() if n in found}
    return SignerClaims(san=san, san_kind=kind, issuer=issuer, **rest)


def _name(certificate: Certificate) -> tuple[str, str]:
    from cryptography import x509

    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        names = list(extension.value)
    except (x509.ExtensionNotFound, ValueError):
        names = []
    if len(names) != 1:
        raise Refused(
            codes.SIGNER_CLAIMS_MALFORMED,
            "The certificate does not have exactly one name.",
            got=len(names),
            wanted="1",
        )
    (name,) = names
    if isinstance(name, x509.UniformResourceIdentifier):
        return _plain(name.value), "uri"
    if isinstance(name, x509.RFC822Name):
        return _plain(name.value), "email"
    raise Refused(
        codes.SIGNER_CLAIMS_MALFORMED,
        "The name of the certificate is neither a URI nor an e-mail address.",
        got=type(name).__name__,
    )


def _utf8_string(raw: bytes, number: int) -> str:
    """Decode a DER UTF8String that fills its extension."""
    body: bytes | None = None
    if len(raw) >= 2 and raw[0] == 0x0C:
        size, start = raw[1], 2
        if size >= 0x80:
            octets = size & 0x7F
            start = 2 + octets
            size = int.from_bytes(raw[2:start], "big")
            # DER writes a length in the shortest way.
            if not 1 <= octets <= 2 or len(raw) < start or size < (0x80 if octets == 1 else 0x100):
                size = -1
        if size == len(raw) - start:
            body = raw[start:]
    if body is None:
        raise Refused(
            codes.SIGNER_CLAIMS_MALFORMED,
            "An extension is not a DER UTF8String.",
            pointer=f"{ARC}{number}",
        )
    try:
        return _plain(body.decode())
    except UnicodeDecodeError:
        raise Refused(
            codes.SIGNER_CLAIMS_MALFORMED, "An extension is not UTF-8.", pointer=f"{ARC}{number}"
        ) from None


def _plain(text: str) -> str:
    if not text or not text.isprintable():
        raise Refused(
            codes.SIGNER_CLAIMS_MALFORMED, "A claim is empty or holds control characters.", got=text
        )
    return text

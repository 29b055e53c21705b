"""The parts of a bundle or an envelope, read strictly before anything is verified.

Nothing here is trusted yet. What is refused: unknown members, two of what there is one of, lax
base64, numbers that are no strings, versions that are not known.
"""

from __future__ import annotations

from typing import Any, Final

from kfm_gates.attest import codes_bundle as codes
from kfm_gates.attest.parts import Envelope, LogEntry, Message, Parts, Signature
from kfm_gates.attest.reading import Reader
from kfm_gates.attest.results import Refused
from kfm_gates.errors import EvidenceUnreadable
from kfm_gates.evidence import strict_json

MAX_BYTES: Final = 16 * 2**20
MAX_DEPTH: Final = 16
MAX_TIMESTAMPS: Final = 8
MAX_HASHES: Final = 64
MAX_SIGNATURES: Final = 16

_CHAIN_VERSIONS: Final = {
    "application/vnd.dev.sigstore.bundle+json;version=0.1": "0.1",
    "application/vnd.dev.sigstore.bundle+json;version=0.2": "0.2",
}
_LEAF_VERSIONS: Final = {
    "application/vnd.dev.sigstore.bundle+json;version=0.3": "0.3",
    "application/vnd.dev.sigstore.bundle.v0.3+json": "0.3",
}


def read(raw: bytes, file: str = "attestation") -> Parts:
    """Take a bundle (v0.1 to v0.3) or a bare DSSE envelope apart.

    Args:
        raw: The bytes of the file.
        file: Its name, for messages.

    Raises:
        Refused: It is neither, or not written as it has to be.
    """
    document = parse(raw, file)
    if not isinstance(document, dict):
        raise Refused(codes.BUNDLE_MALFORMED, "This is not an object.", wanted="a bundle")
    if "mediaType" in document:
        return _bundle(document)
    if "payloadType" in document or "signatures" in document:
        envelope = _envelope(document, "")
        return Parts(document, envelope, None, None, (), bare=True)
    if "_type" in document or "predicateType" in document:
        raise Refused(codes.ENVELOPE_MISSING, "This is a statement that nobody signed.")
    raise Refused(
        codes.BUNDLE_MALFORMED,
        "This is neither a bundle nor an envelope.",
        wanted="mediaType, or payload and signatures",
    )


def parse(raw: bytes, file: str) -> Any:
    """Read the JSON of an attestation.

    Raises:
        Refused: It is empty, too large, or not strict JSON.
    """
    try:
        return strict_json.loads(raw, file=file, max_bytes=MAX_BYTES, max_depth=MAX_DEPTH)
    except EvidenceUnreadable as error:
        code = {
            "JSON_EMPTY": codes.BUNDLE_EMPTY,
            "JSON_TOO_LARGE": codes.BUNDLE_TOO_LARGE,
            "JSON_DUPLICATE_KEY": codes.BUNDLE_DUPLICATE_KEY,
        }.get(error.code, codes.BUNDLE_SYNTAX)
        raise Refused(
            code,
            error.message,
            got=error.got,
            wanted=error.wanted,
            pointer=error.pointer,
            line=error.line,
        ) from None


def _bundle(document: dict[str, Any]) -> Parts:
    media = document["mediaType"]
    if not isinstance(media, str) or media not in {**_CHAIN_VERSIONS, **_LEAF_VERSIONS}:
        raise Refused(
            codes.BUNDLE_VERSION_UNKNOWN,
            "The media type of the bundle is not known.",
            got=media,
            wanted="a Sigstore bundle v0.1 to v0.3",
            pointer="/mediaType",
        )
    if "dsseEnvelope" not in document and "messageSignature" not in document:
        raise Refused(codes.ENVELOPE_MISSING, "The bundle holds no envelope.")
    bundle = Reader(
        document,
        "",
        codes.BUNDLE_MALFORMED,
        ("mediaType", "verificationMaterial"),
        ("dsseEnvelope", "messageSignature"),
    )
    if "dsseEnvelope" in bundle and "messageSignature" in bundle:
        raise bundle.refusal("The bundle holds an envelope and a message signature.", "")
    material = bundle.inner(
        "verificationMaterial",
        (),
        (
            "certificate",
            "publicKey",
            "tlogEntries",
            "timestampVerificationData",
            "x509CertificateChain",
        ),
    )
    content: Envelope | Message
    if "dsseEnvelope" in bundle:
        content = _envelope(document["dsseEnvelope"], "/dsseEnvelope")
    else:
        content = _message(bundle)
    return Parts(
        document,
        content,
        _certificate(material, media),
        _entry(material),
        _timestamps(material),
        bare=False,
    )


def _envelope(value: Any, pointer: str) -> Envelope:
    envelope = Reader(
        value, pointer, codes.BUNDLE_MALFORMED, ("payload", "payloadType", "signatures")
    )
    listed = envelope.items("signatures", MAX_SIGNATURES)
    if not listed:
        raise Refused(
            codes.SIGNATURE_MISSING,
            "The list of signatures is empty.",
            pointer=f"{pointer}/signatures",
        )
    signatures = []
    for number, one in enumerate(listed):
        where = f"{pointer}/signatures/{number}"
        signature = Reader(one, where, codes.BUNDLE_MALFORMED, ("sig",), ("keyid",))
        keyid = signature.value.get("keyid")
        if keyid is not None and (not isinstance(keyid, str) or len(keyid) > 1024):
            raise signature.refusal("keyid is not a text.", "keyid")
        signatures.append(Signature(signature.octets("sig"), keyid))
    return Envelope(
        envelope.octets("payload"), envelope.text("payloadType", 256), tuple(signatures)
    )


def _message(bundle: Reader) -> Message:
    message = bundle.inner("messageSignature", ("signature",), ("messageDigest",))
    digest = None
    if "messageDigest" in message:
        stated = message.inner("messageDigest", ("algorithm", "digest"))
        if stated.text("algorithm") != "SHA2_256":
            raise stated.refusal("The digest is not SHA2_256.", "algorithm")
        digest = stated.octets("digest")
    return Message(message.octets("signature"), digest)


def _certificate(material: Reader, media: str) -> bytes | None:
    given = [n for n in ("certificate", "x509CertificateChain", "publicKey") if n in material]
    if len(given) != 1:
        raise material.refusal(
            "There is not exactly one of certificate, chain and key.", "", got=", ".join(given)
        )
    if given == ["publicKey"]:
        key = material.inner("publicKey", (), ("hint",))
        if "hint" in key and not isinstance(key.value["hint"], str):
            raise key.refusal("hint is not a text.", "hint")
        return None
    if given == ["certificate"]:
        if media in _CHAIN_VERSIONS:
            raise material.refusal("Bundles before v0.3 hold a chain.", "certificate")
        return material.inner("certificate", ("rawBytes",)).octets("rawBytes")
    if media in _LEAF_VERSIONS:
        raise material.refusal("Bundles from v0.3 on hold one certificate.", "x509CertificateChain")
    chain = material.inner("x509CertificateChain", ("certificates",))
    listed = chain.items("certificates", 10)
    if not listed:
        raise chain.refusal("The chain is empty.", "certificates")
    # Only the first one counts: issuers come from the trust root, never from the bundle.
    read_all = [
        Reader(one, f"{chain.pointer}/certificates/{n}", chain.code, ("rawBytes",)).octets(
            "rawBytes"
        )
        for n, one in enumerate(listed)
    ]
    return read_all[0]


def _entry(material: Reader) -> LogEntry | None:
    listed = material.items("tlogEntries", 1) if "tlogEntries" in material else []
    if not listed:
        return None
    entry = Reader(
        listed[0],
        f"{material.pointer}/tlogEntries/0",
        material.code,
        ("logIndex", "logId", "kindVersion", "inclusionProof", "canonicalizedBody"),
        ("integratedTime", "inclusionPromise"),
    )
    kind = entry.inner("kindVersion", ("kind", "version"))
    proof = entry.inner(
        "inclusionProof", ("logIndex", "rootHash", "treeSize", "hashes", "checkpoint")
    )
    hashes = []
    for number, text in enumerate(proof.items("hashes", MAX_HASHES)):
        one = Reader({"hash": text}, f"{proof.pointer}/hashes/{number}", proof.code, ("hash",))
        hashes.append(one.octets("hash"))
    promise = None
    if "inclusionPromise" in entry:
        promise = entry.inner("inclusionPromise", ("signedEntryTimestamp",)).octets(
            "signedEntryTimestamp"
        )
    # Rekor v2 has no such time and some clients write it as zero.
    time = entry.number("integratedTime") if "integratedTime" in entry else 0
    return LogEntry(
        index=entry.number("logIndex"),
        log_id=entry.inner("logId", ("keyId",)).octets("keyId"),
        kind=kind.text("kind", 64),
        version=kind.text("version", 64),
        integrated_time=time or None,
        promise=promise,
        proof_index=proof.number("logIndex"),
        tree_size=proof.number("treeSize"),
        root_hash=proof.octets("rootHash"),
        hashes=tuple(hashes),
        checkpoint=proof.inner("checkpoint", ("envelope",)).text("envelope", 65536),
        body=entry.octets("canonicalizedBody"),
    )


def _timestamps(material: Reader) -> tuple[bytes, ...]:
    if "timestampVerificationData" not in material:
        return ()
    data = material.inner("timestampVerificationData", (), ("rfc3161Timestamps",))
    if "rfc3161Timestamps" not in data:
        return ()
    found = []
    for number, one in enumerate(data.items("rfc3161Timestamps", MAX_TIMESTAMPS)):
        where = f"{data.pointer}/rfc3161Timestamps/{number}"
        found.append(Reader(one, where, data.code, ("signedTimestamp",)).octets("signedTimestamp"))
    if len(set(found)) != len(found):
        raise data.refusal("A timestamp is there twice.", "rfc3161Timestamps")
    return tuple(found)

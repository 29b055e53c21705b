#!/usr/bin/env python3
"""A client for the sigstore-conformance suite, on the verification code of kfm-gates.

    client.py verify-bundle [--staging] --bundle FILE
        (--certificate-identity NAME --certificate-oidc-issuer URL | --key PEM)
        [--trusted-root FILE] FILE_OR_sha256:DIGEST

Exit code 0: verified. 1: refused, the code and the reason are on stderr. 2: wrong call. Without
`--trusted-root` the one that Sigstore's client carries is read, as a file of that package: never
a cache, never the network.

The suite asks less than a trust policy does: a name, an issuer, and an artifact. What is asked
is answered by the same checks of shape, signature, certificate, log, time and trust root.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import sys
import urllib.parse
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from kfm_gates.attest import (
    codes_bundle,
    codes_signer,
    codes_statement,
    public_key,
    shape,
    signature,
    statement,
    trust,
)
from kfm_gates.attest.public_key import TrustedKey
from kfm_gates.attest.results import Refused, TrustMode
from kfm_gates.attest.shape import Envelope, Parts
from kfm_gates.attest.signing_keys import fingerprint, load_pem, signed_by

PRODUCTION = "https://tuf-repo-cdn.sigstore.dev"
STAGING = "https://tuf-repo-cdn.sigstage.dev"
ALWAYS = (dt.datetime(1970, 1, 1, tzinfo=dt.UTC), dt.datetime(9999, 1, 1, tzinfo=dt.UTC))


def main(argv: Sequence[str]) -> int:
    """Run one command of the protocol and return its exit code."""
    options = _options(argv)
    try:
        parts = shape.read(options.bundle.read_bytes())
        root = _root(options)
        digest, raw = _artifact(options.artifact)
        if options.key is not None:
            _by_key(parts, options.key.read_bytes(), root, digest, raw)
        else:
            _keyless(parts, root, digest, options)
        if isinstance(parts.content, Envelope):
            said = statement.read(parts.content)
            if digest.hex() not in {subject.sha256 for subject in said.subjects}:
                raise Refused(codes_statement.SUBJECT_DIGEST_DIFFERS, "The artifact is no subject.")
    except Refused as refusal:
        print(f"{refusal.code}: {refusal}", file=sys.stderr)
        return 1
    except Exception as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="client.py", allow_abbrev=False)
    commands = parser.add_subparsers(required=True)
    verify = commands.add_parser("verify-bundle", allow_abbrev=False)
    verify.add_argument("--staging", action="store_true")
    verify.add_argument("--bundle", type=Path, required=True)
    verify.add_argument("--certificate-identity")
    verify.add_argument("--certificate-oidc-issuer")
    verify.add_argument("--key", type=Path)
    verify.add_argument("--trusted-root", type=Path)
    verify.add_argument("artifact")
    options = parser.parse_args(argv)
    names = (options.certificate_identity, options.certificate_oidc_issuer)
    if options.key is None and None in names:
        parser.error("a name and its issuer are needed, or a key")
    if options.key is not None and any(names):
        parser.error("a name and a key exclude each other")
    return options


def _root(options: argparse.Namespace) -> trust.TrustRoot:
    if options.trusted_root is not None:
        raw = options.trusted_root.read_bytes()
    else:
        folder = urllib.parse.quote(STAGING if options.staging else PRODUCTION, safe="")
        raw = resources.files("sigstore._store").joinpath(folder, "trusted_root.json").read_bytes()
    now = dt.datetime.now(dt.UTC)
    return trust.parse(
        raw,
        sha256=hashlib.sha256(raw).hexdigest(),
        refreshed=now,
        max_age=dt.timedelta(days=1),
        now=now,
    )


def _artifact(text: str) -> tuple[bytes, bytes | None]:
    path = Path(text)
    if text.startswith("sha256:") and not path.exists():
        digest = bytes.fromhex(text.removeprefix("sha256:"))
        if len(digest) != 32:
            raise ValueError("this is not the length of a sha256")
        return digest, None
    raw = path.read_bytes()
    return hashlib.sha256(raw).digest(), raw


def _keyless(
    parts: Parts, root: trust.TrustRoot, digest: bytes, options: argparse.Namespace
) -> None:
    artifact = None if isinstance(parts.content, Envelope) else digest
    signed = signature.check(parts, root, TrustMode.KEYLESS, artifact_sha256=artifact)
    if signed.claims.san != options.certificate_identity:
        raise Refused(codes_signer.SIGNER_NAME_DENIED, "Somebody else signed.")
    if signed.claims.issuer != options.certificate_oidc_issuer:
        raise Refused(codes_signer.SIGNER_ISSUER_DENIED, "Another issuer vouches.")


def _by_key(
    parts: Parts, pem: bytes, root: trust.TrustRoot, digest: bytes, raw: bytes | None
) -> None:
    loaded = load_pem(pem, "key")
    key = TrustedKey("key", loaded, fingerprint(loaded), *ALWAYS)
    content = parts.content
    artifact = None
    if isinstance(content, Envelope):
        public_key.check(parts, [key], 1, dt.datetime.now(dt.UTC))
    else:
        artifact = digest
        if parts.certificate is not None or content.digest not in (None, digest):
            raise Refused(codes_bundle.SIGNATURE_INVALID, "The bundle is about something else.")
        if not _signed_artifact(loaded, content.signature, digest, raw):
            raise Refused(codes_signer.KEY_UNKNOWN, "The key did not sign the artifact.")
    if parts.entry is not None:
        public_key.check_logged(parts, key, root, artifact_sha256=artifact)


def _signed_artifact(key: object, made: bytes, digest: bytes, raw: bytes | None) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

    if raw is not None:
        return signed_by(key, made, raw)
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        return False  # other algorithms need the bytes, and there is only a digest
    try:
        key.verify(made, digest, ec.ECDSA(Prehashed(hashes.SHA256())))
    except InvalidSignature:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

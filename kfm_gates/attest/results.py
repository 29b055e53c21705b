"""The two answers to an attestation, and what a run expects of one. Standard library only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NoReturn

from kfm_gates.errors import KfmGatesError
from kfm_gates.model import Code


class TrustMode(StrEnum):
    """What an attestation is believed by. Chosen by the policy, never by the attestation."""

    KEYLESS = "keyless"
    """A short-lived certificate, logged in CT and Rekor (Sigstore, public or private)."""
    TIMESTAMP_ONLY = "timestamp_only"
    """A short-lived certificate and an RFC 3161 timestamp, no log (GitHub, private)."""
    PUBLIC_KEY = "public_key"
    """A key that the policy holds, with dates and revocation."""


class TimeSource(StrEnum):
    """Who says when something was signed."""

    LOG = "transparency_log"
    TSA = "timestamp_authority"


@dataclass(frozen=True)
class SignedTime:
    """A time at which the signature existed, proved by a signature of somebody else."""

    source: TimeSource
    time: dt.datetime


@dataclass(frozen=True, kw_only=True)
class SignerClaims:
    """What a certificate says of its holder, as the CA took it from the identity provider.

    Numbers are the last parts of Fulcio's OIDs (1.3.6.1.4.1.57264.1.N). None: not in there.
    """

    san: str
    """The one subject alternative name, a URI or an e-mail address."""
    san_kind: str
    """`uri` or `email`."""
    issuer: str
    """Issuer of the identity token, from .8 (V2), never from .1."""
    build_signer_uri: str | None = None  # .9
    build_signer_digest: str | None = None  # .10
    runner_environment: str | None = None  # .11
    repository: str | None = None  # .12
    commit: str | None = None  # .13
    ref: str | None = None  # .14
    repository_id: str | None = None  # .15
    owner: str | None = None  # .16
    owner_id: str | None = None  # .17
    build_config: str | None = None  # .18
    build_config_digest: str | None = None  # .19
    trigger: str | None = None  # .20
    invocation: str | None = None  # .21
    visibility: str | None = None  # .22
    environment: str | None = None  # .23


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One subject of a statement. Its name is part of what was signed; it proves nothing."""

    name: str | None
    sha256: str


@dataclass(frozen=True, kw_only=True)
class VerifiedEvidence:
    """An attestation that passed everything. Made in one place, at the end of the strict path.

    Identity of the evidence is `digest`: bundles are malleable, payload and certificate are not.
    """

    signer: str
    """Name of the entry in the trust policy that vouches for the signer."""
    trust_mode: TrustMode
    predicate_type: str
    predicate: Mapping[str, Any]
    subjects: tuple[Subject, ...]
    claims: SignerClaims | None
    """None for a public key: a key makes no claims."""
    identities: tuple[str, ...]
    """Distinct holders: `<issuer> <san>`, or `key:<sha256 of the SPKI>` for each key."""
    times: tuple[SignedTime, ...]
    """Proved times, oldest first; none for a public key without a timestamp."""
    root_sha256: str | None
    payload_sha256: str
    certificate_sha256: str | None
    digest: str
    """sha256 over payload digest and the fingerprint of certificate or keys."""

    def __bool__(self) -> NoReturn:
        """Refuse: an answer is looked at, not tested for truth."""
        raise TypeError("ask isinstance(answer, VerifiedEvidence)")


@dataclass(frozen=True, kw_only=True)
class Denied:
    """An attestation that is not believed, and why."""

    code: Code
    reason: str
    got: str | None = None
    wanted: str | None = None
    pointer: str | None = None
    line: int | None = None

    def __bool__(self) -> NoReturn:
        """Refuse: an answer is looked at, not tested for truth."""
        raise TypeError("ask isinstance(answer, VerifiedEvidence)")


class Refused(KfmGatesError):
    """How the parts of this package say no; `verify` turns it into `Denied`."""

    def __init__(
        self,
        code: Code,
        reason: str,
        *,
        got: object = None,
        wanted: object = None,
        pointer: str | None = None,
        line: int | None = None,
        file: str | None = None,
    ) -> None:
        super().__init__(
            reason,
            code=code.id,
            file=file,
            pointer=pointer,
            line=line,
            got=None if got is None else _short(got),
            wanted=None if wanted is None else _short(wanted),
            fix=code.fix.text,
        )
        self.why = code

    @property
    def denied(self) -> Denied:
        """The same as an answer."""
        return Denied(
            code=self.why,
            reason=self.message,
            got=self.got,
            wanted=self.wanted,
            pointer=self.pointer,
            line=self.line,
        )


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What an attestation has to be about.

    Args:
        run_id: Run id of the receipts.
        subject: sha256 of the seal, 64 hex digits.
        content: sha256 of the list of outputs, 64 hex digits.
        outputs: Every output: path relative to `artifacts/` and 64 hex digits.
        commit: The full commit of the receipts, None where none was resolved.
        invocation: The CI run of the receipts (a URI), None where the receipts name none.
    """

    run_id: str
    subject: str
    content: str
    outputs: Mapping[str, str] = field(default_factory=dict)
    commit: str | None = None
    invocation: str | None = None


def _short(value: object, limit: int = 300) -> str:
    """A value for a message: bounded, on one line, without control characters."""
    text = value if isinstance(value, str) else str(value)
    text = "".join(c if c.isprintable() else "\ufffd" for c in text[: limit + 1])
    return text if len(text) <= limit else text[:limit] + "\u2026"

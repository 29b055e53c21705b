"""The trust root: a reviewed file whose sha256 is pinned, and the windows in which it holds.

Never the cache of a user, never the network. Sigstore's client takes no notice of the end of a
validity for authorities, logs and CT keys; here it is enforced, at every proved time.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kfm_gates.attest import codes_signer as codes
from kfm_gates.attest.reading import Reader
from kfm_gates.attest.results import Refused
from kfm_gates.attest.trust_root import Authority, LogKey, TrustRoot, Window
from kfm_gates.errors import EvidenceUnreadable
from kfm_gates.evidence import strict_json
from kfm_gates.evidence.files import read_regular
from kfm_gates.times import MAX_SKEW

if TYPE_CHECKING:
    pass

MAX_BYTES: Final = 2**20
MEDIA_TYPE: Final = "application/vnd.dev.sigstore.trustedroot+json;version=0.1"


def load(
    path: Path, *, sha256: str, refreshed: dt.datetime, max_age: dt.timedelta, now: dt.datetime
) -> TrustRoot:
    """Read a trust root from the file that was reviewed.

    Args:
        path: The file.
        sha256: Its digest, 64 hex digits, as pinned.
        refreshed: When it was last taken from its publisher, as the policy says.
        max_age: How old that may be.
        now: The time of the question, UTC.

    Raises:
        Refused: Unreadable, another file than the pinned one, too old, or from the future.
    """
    try:
        raw = read_regular(path, MAX_BYTES)
    except OSError as error:
        raise Refused(
            codes.TRUST_ROOT_UNREADABLE,
            f"The trust root cannot be read: {error.strerror}.",
            file=path.name,
        ) from error
    return parse(raw, sha256=sha256, refreshed=refreshed, max_age=max_age, now=now, file=path.name)


def parse(
    raw: bytes,
    *,
    sha256: str,
    refreshed: dt.datetime,
    max_age: dt.timedelta,
    now: dt.datetime,
    file: str = "trusted_root.json",
) -> TrustRoot:
    """As `load`, from bytes that were read already."""
    digest = hashlib.sha256(raw).hexdigest()
    if digest != sha256:
        raise Refused(
            codes.TRUST_ROOT_DIFFERS,
            "The trust root is not the file that the policy pins.",
            got=digest,
            wanted=sha256,
            file=file,
        )
    if refreshed > now + MAX_SKEW:
        raise Refused(
            codes.TRUST_ROOT_STALE,
            "The trust root was refreshed in the future.",
            got=refreshed.isoformat(),
            file=file,
        )
    if now - refreshed > max_age:
        raise Refused(
            codes.TRUST_ROOT_STALE,
            "The trust root is older than the policy allows.",
            got=f"{(now - refreshed).days} days",
            wanted=f"at most {max_age.days} days",
            file=file,
        )
    try:
        document = strict_json.loads(raw, file=file, max_bytes=MAX_BYTES, max_depth=32)
    except EvidenceUnreadable as error:
        raise Refused(
            codes.TRUST_ROOT_UNREADABLE, error.message, line=error.line, file=file
        ) from error
    return _root(document, digest)


def _root(document: Any, digest: str) -> TrustRoot:
    root = Reader(
        document, "", codes.TRUST_ROOT_UNREADABLE, ("mediaType", "certificateAuthorities"), None
    )
    if root.text("mediaType") != MEDIA_TYPE:
        raise root.refusal("The version of the trust root is not known.", "mediaType")
    for name in ("tlogs", "ctlogs", "timestampAuthorities"):
        root.value.setdefault(name, [])

    def authorities(name: str) -> tuple[Authority, ...]:
        return tuple(_authority(r) for r in _items(root, name))

    def logs(name: str) -> tuple[LogKey, ...]:
        found = tuple(_log(r) for r in _items(root, name))
        if len({log.log_id for log in found}) != len(found):
            raise root.refusal("Two logs have one id.", name)
        return found

    return TrustRoot(
        sha256=digest,
        document=root.value,
        authorities=authorities("certificateAuthorities"),
        logs=logs("tlogs"),
        ct_logs=logs("ctlogs"),
        timestamp_authorities=authorities("timestampAuthorities"),
    )


def _items(root: Reader, name: str) -> Iterable[Reader]:
    for number, item in enumerate(root.items(name, 100)):
        yield Reader(item, f"/{name}/{number}", root.code, (), None)


def _authority(item: Reader) -> Authority:
    from cryptography.x509 import load_der_x509_certificate

    chain = item.inner("certChain", ("certificates",)).items("certificates", 10)
    if not chain:
        raise item.refusal("The chain is empty.", "certChain")
    certificates = []
    for number, one in enumerate(chain):
        where = f"{item.pointer}/certChain/certificates/{number}"
        raw = Reader(one, where, item.code, ("rawBytes",)).octets("rawBytes")
        try:
            certificates.append(load_der_x509_certificate(raw))
        except ValueError as error:
            raise Refused(item.code, f"No certificate: {error}.", pointer=where) from error
    return Authority(tuple(certificates), _window(item))


def _log(item: Reader) -> LogKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    public = item.inner("publicKey", ("rawBytes", "keyDetails"), ("validFor",))
    try:
        key = load_der_public_key(public.octets("rawBytes"))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise public.refusal(f"No key: {error}.", "rawBytes") from error
    return LogKey(
        item.inner("logId", ("keyId",)).octets("keyId"),
        key,
        public.text("keyDetails"),
        _window(public),
    )


def _window(item: Reader) -> Window:
    valid = item.inner("validFor", ("start",), ("end",))
    return Window(_time(valid, "start"), _time(valid, "end") if "end" in valid else None)


def _time(valid: Reader, name: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(valid.text(name))
    except ValueError:
        raise valid.refusal("This is no time.", name) from None
    if moment.tzinfo is None:
        raise valid.refusal("This time has no zone.", name)
    return moment.astimezone(dt.UTC)

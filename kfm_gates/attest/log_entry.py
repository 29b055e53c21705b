"""The entry of a transparency log: in the tree, under a signed checkpoint, about this signature.

RFC 6962 for the tree, C2SP signed-note and tlog-checkpoint for the checkpoint, and the two kinds
of bodies whose contents can be compared with what is in the bundle.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any, Final

from kfm_gates.attest import codes_bundle as codes
from kfm_gates.attest.parts import Envelope, LogEntry, Message
from kfm_gates.attest.reading import strict_base64
from kfm_gates.attest.results import Refused, SignedTime, TimeSource
from kfm_gates.attest.signing_keys import signed_by
from kfm_gates.attest.trust_root import LogKey, TrustRoot
from kfm_gates.errors import EvidenceUnreadable
from kfm_gates.evidence import strict_json

_NOTE_SIGNATURE: Final = re.compile("\u2014 ([^\\s+]+) ([A-Za-z0-9+/]+={0,2})")
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,19}")


def check(entry: LogEntry, root: TrustRoot) -> tuple[LogKey, list[SignedTime]]:
    """Verify proof, checkpoint and promise of an entry. Says nothing about its contents.

    Returns:
        The log, and the time that it promises, if it promises one.

    Raises:
        Refused: An unknown log, or something that it did not sign.
    """
    log = root.log(entry.log_id)
    if log is None:
        raise Refused(
            codes.REKOR_LOG_UNKNOWN,
            "The trust root does not name the log.",
            got=entry.log_id.hex(),
        )
    _check_checkpoint(entry, log)
    if not 0 <= entry.proof_index < entry.tree_size or _root_of(entry) != entry.root_hash:
        raise Refused(codes.REKOR_PROOF_INVALID, "The entry is not in the tree of the checkpoint.")
    if entry.promise is None:
        return log, []
    return log, [_promised(entry, log, entry.promise)]


def check_window(log: LogKey, times: Sequence[dt.datetime]) -> None:
    """See that the key of the log was in force at all the times.

    Raises:
        Refused: It was not.
    """
    if not log.window.holds(times):
        raise Refused(
            codes.REKOR_KEY_RETIRED,
            "The key of the log was not in force when this was logged.",
            got=max(times).isoformat(),
            wanted=f"until {log.window.end.isoformat()}" if log.window.end else None,
        )


def _root_of(entry: LogEntry) -> bytes | None:
    """The root that an audit path leads to (RFC 9162, 2.1.3.2); None if it has a wrong length."""
    index, last = entry.proof_index, entry.tree_size - 1
    value = hashlib.sha256(b"\0" + entry.body).digest()
    for sibling in entry.hashes:
        if last == 0:
            return None
        if index & 1 or index == last:
            value = hashlib.sha256(b"\1" + sibling + value).digest()
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            value = hashlib.sha256(b"\1" + value + sibling).digest()
        index, last = index >> 1, last >> 1
    return value if last == 0 else None


def _check_checkpoint(entry: LogEntry, log: LogKey) -> None:
    text, blank, block = entry.checkpoint.partition("\n\n")
    lines = text.split("\n")
    signatures = block.split("\n")
    if not blank or len(lines) < 3 or not lines[0] or signatures.pop() != "" or not signatures:
        raise Refused(codes.CHECKPOINT_INVALID, "The checkpoint is not a signed note.")
    matches = [_NOTE_SIGNATURE.fullmatch(line) for line in signatures]
    note = f"{text}\n".encode()
    if None in matches or len(matches) > 32:
        raise Refused(codes.CHECKPOINT_INVALID, "The checkpoint is not a signed note.")
    held = False
    for match in matches:
        raw = strict_base64(match[2]) if match else None
        if raw is not None and raw[:4] == log.log_id[:4]:  # the others are of witnesses
            held = held or signed_by(log.key, raw[4:], note, log.details)
    if not held:
        raise Refused(
            codes.CHECKPOINT_INVALID, "The log did not sign the checkpoint.", got=lines[0]
        )
    if (
        not _SIZE.fullmatch(lines[1])
        or int(lines[1]) != entry.tree_size
        or strict_base64(lines[2]) != entry.root_hash
    ):
        raise Refused(
            codes.REKOR_PROOF_INVALID,
            "The proof leads to another tree than the checkpoint states.",
            got=f"{entry.tree_size} entries",
            wanted=f"{lines[1]} entries",
        )


def _promised(entry: LogEntry, log: LogKey, promise: bytes) -> SignedTime:
    """The time in the signed entry timestamp of Rekor v1."""
    # Numbers, hex and base64 only: sorted and without space this is RFC 8785 already.
    signed = json.dumps(
        {
            "body": base64.b64encode(entry.body).decode(),
            "integratedTime": entry.integrated_time,
            "logID": entry.log_id.hex(),
            "logIndex": entry.index,
        },
        sort_keys=True,
        separators=(",", ":"),
    ).encode()
    if (
        entry.integrated_time is None
        or entry.version != "0.0.1"
        or not signed_by(log.key, promise, signed, log.details)
    ):
        raise Refused(codes.REKOR_PROMISE_INVALID, "The promise of the log does not hold.")
    try:
        time = dt.datetime.fromtimestamp(entry.integrated_time, dt.UTC)
    except (OverflowError, ValueError, OSError):
        raise Refused(codes.REKOR_PROMISE_INVALID, "The promised time is none.") from None
    return SignedTime(TimeSource.LOG, time)


def check_body(
    entry: LogEntry,
    content: Envelope | Message,
    *,
    digest: bytes | None,
    pem: bytes,
    verifier: dict[str, Any],
) -> None:
    """See that the entry is about this signature, these bytes and this key (CVE-2022-36056).

    Args:
        entry: The entry, proved to be in the log.
        content: What the bundle holds.
        digest: sha256 of the artifact of a message signature.
        pem: Certificate or key, PEM, as Rekor v1 writes it.
        verifier: The same as Rekor v2 writes it, without `keyDetails`.

    Raises:
        Refused: Another kind of entry, or one about something else.
    """
    try:
        body = strict_json.loads(entry.body, file="log entry", max_bytes=len(entry.body))
    except EvidenceUnreadable as error:
        raise Refused(codes.REKOR_ENTRY_FOREIGN, error.message) from error
    kind = (entry.kind, entry.version)
    if not isinstance(body, dict) or (body.get("kind"), body.get("apiVersion")) != kind:
        raise Refused(codes.REKOR_ENTRY_FOREIGN, "The entry is of another kind than it says.")
    spec = body.get("spec")
    if kind == ("dsse", "0.0.1") and isinstance(content, Envelope):
        same = _same_dsse(spec, content, base64.b64encode(pem).decode())
    elif kind == ("hashedrekord", "0.0.1") and isinstance(content, Message) and digest is not None:
        same = spec == {
            "data": {"hash": {"algorithm": "sha256", "value": digest.hex()}},
            "signature": {
                "content": base64.b64encode(content.signature).decode(),
                "publicKey": {"content": base64.b64encode(pem).decode()},
            },
        }
    elif kind == ("hashedrekord", "0.0.2"):
        same = _same_hashedrekord(spec, content, digest, verifier)
    else:
        raise Refused(
            codes.REKOR_KIND_DENIED,
            "Entries of this kind cannot be compared with the bundle.",
            got="/".join(kind),
            wanted="dsse/0.0.1 or hashedrekord/0.0.2",
        )
    if not same:
        raise Refused(codes.REKOR_ENTRY_FOREIGN, "The log entry is about something else.")


def _same_dsse(spec: Any, envelope: Envelope, verifier: str) -> bool:
    if not isinstance(spec, dict):
        return False
    # envelopeHash is over JSON as the client happened to write it; nothing can be done with it.
    payload = hashlib.sha256(envelope.payload).hexdigest()
    signatures = [
        {"signature": base64.b64encode(s.sig).decode(), "verifier": verifier}
        for s in envelope.signatures
    ]
    return (
        spec.get("payloadHash") == {"algorithm": "sha256", "value": payload}
        and spec.get("signatures") == signatures
    )


def _same_hashedrekord(
    spec: Any, content: Envelope | Message, digest: bytes | None, verifier: dict[str, Any]
) -> bool:
    if isinstance(content, Envelope):
        if len(content.signatures) != 1:
            return False
        digest, signature = hashlib.sha256(content.pae).digest(), content.signatures[0].sig
    else:
        signature = content.signature
    if digest is None or not isinstance(spec, dict) or set(spec) != {"hashedRekordV002"}:
        return False
    inner = spec["hashedRekordV002"]
    try:
        stated = dict(inner["signature"]["verifier"])
        stated.pop("keyDetails")
    except (KeyError, TypeError, ValueError):
        return False
    return bool(
        stated == verifier
        and inner["data"] == {"algorithm": "SHA2_256", "digest": base64.b64encode(digest).decode()}
        and inner["signature"]["content"] == base64.b64encode(signature).decode()
        and set(inner) == {"data", "signature"}
    )

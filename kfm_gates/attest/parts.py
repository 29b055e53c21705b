"""What a bundle or an envelope holds, read and not yet believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Signature:
    """One signature of an envelope. The key id is a hint that nobody signed."""

    sig: bytes
    keyid: str | None


@dataclass(frozen=True)
class Envelope:
    """A DSSE envelope."""

    payload: bytes
    payload_type: str
    signatures: tuple[Signature, ...]

    @property
    def pae(self) -> bytes:
        """What is signed: the pre-authentication encoding of DSSE v1."""
        kind = self.payload_type.encode()
        return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(self.payload), self.payload)


@dataclass(frozen=True)
class Message:
    """A signature over an artifact that is not in the bundle."""

    signature: bytes
    digest: bytes | None


@dataclass(frozen=True)
class LogEntry:
    """An entry of a transparency log with its proof."""

    index: int
    log_id: bytes
    kind: str
    version: str
    integrated_time: int | None
    promise: bytes | None
    proof_index: int
    tree_size: int
    root_hash: bytes
    hashes: tuple[bytes, ...]
    checkpoint: str
    body: bytes


@dataclass(frozen=True)
class Parts:
    """Everything a bundle holds. `document` is the parsed JSON, for the second verifier."""

    document: dict[str, Any]
    content: Envelope | Message
    certificate: bytes | None
    entry: LogEntry | None
    timestamps: tuple[bytes, ...]
    bare: bool
    """True for an envelope without a bundle around it."""

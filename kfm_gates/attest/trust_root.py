"""A trust root as data: authorities, logs, and the window in which each of them holds."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from sigstore.models import TrustedRoot


@dataclass(frozen=True)
class Window:
    """A validity, both ends inclusive."""

    start: dt.datetime
    end: dt.datetime | None

    def holds(self, times: Iterable[dt.datetime]) -> bool:
        """Say whether all the times lie inside."""
        return all(self.start <= t and (self.end is None or t <= self.end) for t in times)


@dataclass(frozen=True)
class Authority:
    """A certificate authority or a timestamp authority: its chain, leaf first, root last."""

    chain: tuple[Certificate, ...]
    window: Window


@dataclass(frozen=True)
class LogKey:
    """The key of a transparency log."""

    log_id: bytes
    key: Any
    details: str
    window: Window


@dataclass(frozen=True)
class TrustRoot:
    """A trust root, parsed. `sha256` is the digest of the file as it was pinned."""

    sha256: str
    document: dict[str, Any]
    authorities: tuple[Authority, ...]
    logs: tuple[LogKey, ...]
    ct_logs: tuple[LogKey, ...]
    timestamp_authorities: tuple[Authority, ...]
    _filtered: dict[tuple[int, ...], TrustedRoot] = field(default_factory=dict, compare=False)

    def log(self, log_id: bytes) -> LogKey | None:
        """The Rekor log of that id."""
        return next((log for log in self.logs if log.log_id == log_id), None)

    def ct_log(self, log_id: bytes) -> LogKey | None:
        """The CT log of that id."""
        return next((log for log in self.ct_logs if log.log_id == log_id), None)

    def for_sigstore(self, times: Sequence[dt.datetime]) -> TrustedRoot:
        """The root for Sigstore's client, without whatever is not valid at all these times."""
        kept: dict[str, list[Any]] = {}
        key: list[int] = []
        for name, items, window in _sections(self):
            inside = [n for n, item in enumerate(items) if window(item).holds(times)]
            kept[name] = [self.document[name][n] for n in inside]
            key += [-1, *inside]
        made = self._filtered.get(tuple(key))
        if made is None:
            made = self._filtered[tuple(key)] = _client_root({**self.document, **kept})
        return made


def _sections(
    root: TrustRoot,
) -> Iterable[tuple[str, Sequence[Any], Callable[[Any], Window]]]:
    for name, items in (
        ("certificateAuthorities", root.authorities),
        ("tlogs", root.logs),
        ("ctlogs", root.ct_logs),
    ):  # for timestamp authorities the client does look at the end
        yield name, items, lambda item: item.window


def _client_root(document: dict[str, Any]) -> TrustedRoot:
    """Hand a trust root to Sigstore's client through its public interface.

    That reads a root from a path, or as part of a client configuration; the signing part of the
    latter is never looked at.
    """
    from sigstore.models import ClientTrustConfig

    config = {
        "mediaType": "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json",
        "trustedRoot": document,
        "signingConfig": {"mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json"},
    }
    return ClientTrustConfig.from_json(json.dumps(config)).trusted_root

"""The trust policy `.kfm/trust.yaml` (schema trust/v1): roots, keys and signers, all exact."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from kfm_gates.attest import codes_signer as codes
from kfm_gates.attest import trust
from kfm_gates.attest.identity import Signer
from kfm_gates.attest.public_key import TrustedKey
from kfm_gates.attest.results import Refused, TrustMode
from kfm_gates.attest.signing_keys import fingerprint, load_pem
from kfm_gates.attest.trust_root import TrustRoot
from kfm_gates.errors import KfmGatesError
from kfm_gates.evidence import json_schema, strict_yaml
from kfm_gates.evidence.files import read_regular
from kfm_gates.times import parse as parse_time

FILE: Final = "trust.yaml"
MAX_BYTES: Final = 2**20


@dataclass(frozen=True)
class RootPin:
    """Where a trust root lies and what was reviewed of it."""

    name: str
    path: Path
    sha256: str
    refreshed: dt.datetime
    max_age: dt.timedelta


@dataclass(frozen=True)
class TrustPolicy:
    """Who may vouch for what. Roots are read when they are first needed, then kept."""

    signers: Mapping[str, Signer]
    roots: Mapping[str, RootPin]
    _read: dict[str, TrustRoot] = field(default_factory=dict, compare=False)

    def root(self, name: str, now: dt.datetime) -> TrustRoot:
        """The trust root of that name.

        The file is read once for each policy; its age is looked at each time.

        Raises:
            Refused: Unreadable, another file than the pinned one, or too old.
        """
        pin = self.roots[name]
        kept = self._read.get(name)
        if kept is not None and dt.timedelta(0) <= now - pin.refreshed <= pin.max_age:
            return kept
        kept = trust.load(
            pin.path, sha256=pin.sha256, refreshed=pin.refreshed, max_age=pin.max_age, now=now
        )
        self._read[name] = kept
        return kept


def load_policy(path: Path) -> TrustPolicy:
    """Read a trust policy. Files of trust roots are relative to its folder.

    Raises:
        Refused: It cannot be read, does not fit trust/v1, or contradicts itself
            (`TRUST_POLICY_INVALID`).
    """
    try:
        raw = read_regular(path, MAX_BYTES)
    except OSError as error:
        raise _invalid(f"The trust policy cannot be read: {error.strerror}.") from error
    return parse_policy(raw, path.parent, path.name)


def parse_policy(raw: bytes, folder: Path, file: str = FILE) -> TrustPolicy:
    """As `load_policy`, from bytes."""
    try:
        document = strict_yaml.loads(raw, file=file)
    except KfmGatesError as error:
        raise _invalid(error.message, line=error.line) from error
    issues = json_schema.validate("trust", document)
    if issues:
        first = issues[0]
        raise _invalid(first.message, pointer=first.pointer, got=first.got, wanted=first.wanted)
    keys = {name: _key(name, entry) for name, entry in document.get("keys", {}).items()}
    seen: dict[str, str] = {}
    for key in keys.values():
        other = seen.setdefault(key.fingerprint, key.name)
        if other != key.name:
            raise _invalid(f"The keys {other} and {key.name} are one key.", pointer="/keys")
    roots = {name: _root(name, entry, folder) for name, entry in document.get("roots", {}).items()}
    signers = {
        name: _signer(name, entry, roots, keys) for name, entry in document["signers"].items()
    }
    return TrustPolicy(signers, roots)


def _root(name: str, entry: Mapping[str, Any], folder: Path) -> RootPin:
    return RootPin(
        name,
        folder / entry["file"],
        entry["sha256"],
        parse_time(entry["refreshed"]),
        dt.timedelta(days=entry["max_age_days"]),
    )


def _key(name: str, entry: Mapping[str, Any]) -> TrustedKey:
    key = load_pem(entry["pem"].encode(), name)
    start, end = parse_time(entry["not_before"]), parse_time(entry["not_after"])
    if end <= start:
        raise _invalid(f"The key {name} ends before it begins.", pointer=f"/keys/{name}")
    return TrustedKey(name, key, fingerprint(key), start, end, "revoked" in entry)


def _signer(
    name: str,
    entry: Mapping[str, Any],
    roots: Mapping[str, RootPin],
    keys: Mapping[str, TrustedKey],
) -> Signer:
    where = f"/signers/{name}"
    root = entry.get("root")
    if root is not None and root not in roots:
        raise _invalid(f"The signer {name} names an unknown root.", pointer=where, got=root)
    unknown = [key for key in entry.get("keys", ()) if key not in keys]
    if unknown:
        raise _invalid(f"The signer {name} names an unknown key.", pointer=where, got=unknown[0])
    if entry.get("threshold", 1) > len(entry.get("keys", ("",))):
        raise _invalid(f"The signer {name} wants more keys than it has.", pointer=where)
    kind = entry["kind"]
    plain = {
        n: entry[n]
        for n in (
            "san",
            "issuer",
            "repository",
            "repository_id",
            "owner_id",
            "ref",
            "runner_environment",
            "build_config",
            "environment",
            "max_age_hours",
        )
        if n in entry
    }
    return Signer(
        name=name,
        kind=kind,
        trust=TrustMode.PUBLIC_KEY if kind == "key" else TrustMode(entry["trust"]),
        predicate_types=frozenset(entry["predicate_types"]),
        root=root,
        triggers=frozenset(entry.get("triggers", ())),
        keys=tuple(keys[key] for key in entry.get("keys", ())),
        threshold=entry.get("threshold", 1),
        **plain,
    )


def _invalid(why: str, **more: Any) -> Refused:
    return Refused(codes.TRUST_POLICY_INVALID, why, file=FILE, **more)

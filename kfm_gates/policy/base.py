"""The base policy: its files, its rules, its digest.

The shipped rules were held to their contract when they were frozen into `rules.lock.json`; as
long as their digest is the one that stands there, nothing has to be parsed.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kfm_gates.errors import KfmGatesError, PolicyError, UsageError
from kfm_gates.model import Level, RuleInfo, Who
from kfm_gates.policy.archive import bundle
from kfm_gates.policy.locate import Opa, find_opa
from kfm_gates.policy.sources import read_base
from kfm_gates.resources import data_path, data_root, read_data

LOCK = "rules.lock.json"
CAPABILITIES = "capabilities.json"


@dataclass(frozen=True)
class Base:
    """The base policy: its files, its rules, where it is from."""

    files: Mapping[str, bytes]
    rules: Mapping[str, RuleInfo]
    sha256: str
    origin: str
    shipped: bool

    def archive(self) -> bytes:
        """The base as a bundle that may fill everything but `kfm.overlay`."""
        data = json.loads(self.files.get("kfm/data.json", b"{}"))
        roots = ("kfm/gates", "kfm/rules", *(f"kfm/{key}" for key in data))
        return bundle(self.files, roots, self.sha256)


def load_base(policy_dir: Path | None, opa: Opa | PolicyError | None) -> Base:
    """Load the shipped base policy, or another one.

    Raises:
        UsageError: `POLICY_DIR_NOT_FOUND`.
        PolicyError: It breaks the contract of rules, or OPA is needed to see that and unusable.
    """
    if policy_dir is not None:
        if not policy_dir.is_dir():
            raise UsageError(
                f"There is no folder {policy_dir}.",
                code="POLICY_DIR_NOT_FOUND",
                file=str(policy_dir),
                fix="Give a folder that holds kfm/rules/ and kfm/gates/ to --policy-dir.",
            )
        files = read_base(policy_dir)
        return Base(files, _parsed(files, opa), digest_of(files), "policy-dir", shipped=False)
    frozen = _frozen(data_path("policies"))
    if frozen is not None:
        return frozen
    origin = data_root()[1]
    if origin != "checkout":
        raise PolicyError(
            "The shipped policy is not the one that was frozen with this package.",
            code="POLICY_INVALID",
            file=str(data_path("policies", LOCK)),
            fix="Install kfm-gates again: python -m pip install --force-reinstall kfm-gates",
        )
    # Rules that are being worked on: usable, and a limit until they are frozen.
    files = read_base(data_path("policies"))
    return Base(files, _parsed(files, opa), digest_of(files), origin, shipped=False)


@functools.lru_cache(maxsize=2)
def _frozen_rules(raw: bytes) -> tuple[str, Mapping[str, RuleInfo]]:
    document = json.loads(raw)
    rules = (thaw(entry) for entry in document["rules"])
    return document["digest"], {info.id: info for info in rules}


def _frozen(folder: Path) -> Base | None:
    """The shipped base without parsing, None where its digest is not the frozen one."""
    try:
        digest, rules = _frozen_rules(read_data("policies", LOCK))
    except (KfmGatesError, ValueError, KeyError, TypeError):
        return None
    files = read_base(folder)
    if not rules or digest_of(files) != digest:
        return None
    return Base(files, rules, digest, data_root()[1], shipped=True)


def digest_of(files: Mapping[str, bytes]) -> str:
    """Digest over the list of files and their digests, the capabilities among them."""
    every = {**files, CAPABILITIES: read_data("policies", CAPABILITIES)}
    lines = (f"{hashlib.sha256(every[path]).hexdigest()}  {path}\n" for path in sorted(every))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _parsed(files: Mapping[str, bytes], opa: Opa | PolicyError | None) -> dict[str, RuleInfo]:
    if isinstance(opa, PolicyError):
        raise opa
    return {info.id: info for info in checked_rules(opa or find_opa(), files)}


def checked_rules(opa: Opa, files: Mapping[str, bytes]) -> list[RuleInfo]:
    """Hold the modules of a base to the contract, compile them, and return their rules.

    Raises:
        PolicyError: `POLICY_INVALID` with the first problem; OPA cannot be used.
    """
    from kfm_gates.policy.parse import check_modules, compile_bundles, refused

    modules = {path: raw for path, raw in files.items() if path.endswith(".rego")}
    rules = check_modules(opa, modules, kind="base")
    archive = Base(files, {}, "", "", shipped=False).archive()
    names = {f"/{path}": path for path in modules}
    capabilities = read_data("policies", CAPABILITIES)
    if problems := compile_bundles(opa, {"base.tar.gz": archive}, capabilities, names):
        raise refused(problems)
    return rules


def thaw(entry: Mapping[str, Any]) -> RuleInfo:
    """Read one entry of `rules.lock.json`.

    Raises:
        ValueError, KeyError, TypeError: It is not one.
    """
    known = dict(entry)
    known["level"] = Level(known["level"])
    known["who"] = Who(known["who"])
    known["source"] = tuple(known["source"])
    return RuleInfo(**known)

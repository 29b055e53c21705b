"""The policy that judges: a base, house rules beside it, and what OPA may do at all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kfm_gates.errors import PolicyError, UsageError
from kfm_gates.model import RuleInfo
from kfm_gates.policy.archive import bundle
from kfm_gates.policy.base import CAPABILITIES, Base, load_base
from kfm_gates.policy.locate import Opa, find_opa
from kfm_gates.policy.syntax import NAME
from kfm_gates.resources import read_data

__all__ = ["CAPABILITIES", "Base", "Policy", "load_base", "load_policy", "overlay_bundle"]

MAX_HOUSE = 256 << 10
"""Bytes of one house rule file."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """A loaded policy. Immutable; used from several threads.

    Args:
        rules: Every declared rule by id, base and house.
        sha256: Digest over the base modules, their data and the capabilities.
        capabilities: What OPA may do, as bytes for `--capabilities`.
        capabilities_sha256: Their digest.
        bundles: Archives for `--bundle` by file name: the base, then one for each overlay.
        house: Name, sha256 and source of each house rule file.
        origin: `packaged`, `checkout` or `policy-dir`.
        shipped: True only where the base is the one that was frozen with this package.
        unchecked: Why the house rules could not be checked; then nothing is evaluated.
    """

    rules: Mapping[str, RuleInfo]
    sha256: str
    capabilities: bytes
    capabilities_sha256: str
    bundles: Mapping[str, bytes]
    house: tuple[tuple[str, str, str], ...] = ()
    origin: str
    shipped: bool
    unchecked: PolicyError | None = None


def load_policy(
    policy_dir: Path | None = None,
    house: Mapping[str, bytes] | None = None,
    names: Iterable[str] | None = None,
    *,
    opa: Opa | PolicyError | None = None,
    reserved: Iterable[str] = (),
) -> Policy:
    """Load the base policy and the house rules.

    Args:
        policy_dir: Another base policy, a folder with `kfm/` (`--policy-dir`). A limit.
        house: Sources of the house rules by file name, `<name>.rego`; tests are left out.
        names: House rules that have to be there, no more and no less; None asks for nothing.
        opa: OPA for parsing, or why there is none; None looks for it where it is needed.
        reserved: Codes that no house rule may use, beside those of the host and of the base.

    Raises:
        UsageError: `HOUSE_RULE_INVALID`: a house rule breaks the contract, with file and line.
        PolicyError: `POLICY_INVALID`: the base breaks it; `OPA_*`: OPA is needed and unusable.
    """
    overlays = {file: raw for file, raw in (house or {}).items() if not file.endswith("_test.rego")}
    _named(overlays, names)
    base = load_base(policy_dir, opa)
    capabilities = read_data("policies", CAPABILITIES)
    rules = dict(base.rules)
    bundles = {"base.tar.gz": base.archive()}
    unchecked: PolicyError | None = None
    if overlays:
        bundles |= {
            f"{file.removesuffix('.rego')}.overlay.tar.gz": overlay_bundle(file, raw)
            for file, raw in sorted(overlays.items())
        }
        if isinstance(opa, PolicyError):
            unchecked = opa
        else:
            from kfm_gates.policy.house import check_house

            rules |= check_house(opa or find_opa(), base, overlays, bundles, capabilities, reserved)
    return Policy(
        rules=rules,
        sha256=base.sha256,
        capabilities=capabilities,
        capabilities_sha256=hashlib.sha256(capabilities).hexdigest(),
        bundles=bundles,
        house=tuple(
            (
                file.removesuffix(".rego"),
                hashlib.sha256(raw).hexdigest(),
                raw.decode("utf-8", "replace"),
            )
            for file, raw in sorted(overlays.items())
        ),
        origin=base.origin,
        shipped=base.shipped,
        unchecked=unchecked,
    )


def _named(overlays: Mapping[str, bytes], names: Iterable[str] | None) -> None:
    if names is None:
        return
    present = {file.removesuffix(".rego") for file in overlays}
    for name in sorted(present ^ set(names)):
        missing = name not in present
        raise UsageError(
            f"The house rules {name!r} are {'missing' if missing else 'named by nothing'}.",
            code="HOUSE_RULE_MISSING" if missing else "HOUSE_RULE_UNNAMED",
            file=f".kfm/policy/{name}.rego",
            fix=f"Write it with: kfm-gates policy new {name}" if missing else "Name it in 'house'.",
        )


def overlay_bundle(file: str, raw: bytes) -> bytes:
    """One house rule file as a bundle of its own that may fill nothing but its own package.

    Raises:
        UsageError: The file name cannot be a path of a bundle, or the file is too large.
    """
    name = file.removesuffix(".rego")
    if not NAME.fullmatch(name) or name == file:
        raise UsageError(
            f"{file!a} is not a file name of house rules.",
            code="HOUSE_RULE_INVALID",
            file=f".kfm/policy/{name if name.isprintable() else file!a}",
            wanted=f"{NAME.pattern}.rego",
            fix="Name the file with lower case letters, digits and '_'.",
        )
    if len(raw) > MAX_HOUSE:
        raise UsageError(
            f"The house rules are larger than {MAX_HOUSE} bytes.",
            code="HOUSE_RULE_INVALID",
            file=f".kfm/policy/{file}",
            fix="Split them into several files.",
        )
    root = f"kfm/overlay/{name}"
    # The shortest path that a bundle can have it at: names are long, headers of archives are not.
    return bundle({f"{root}/_.rego": raw}, (root,), hashlib.sha256(raw).hexdigest())

"""Versions and digests: what `--version` and `doctor` say about this installation."""

from __future__ import annotations

import platform
from typing import Any


def opa_line(explicit: str | None = None) -> tuple[bool, str]:
    """Whether a usable OPA was found, and one line about it."""
    from kfm_gates.errors import KfmGatesError
    from kfm_gates.policy.locate import find_opa

    try:
        opa = find_opa(explicit)
    except KfmGatesError as error:
        found = "not found" if error.code == "OPA_NOT_FOUND" else f"unusable ({error.message})"
        return False, f"opa {found}; {error.fix or 'run: kfm-gates doctor'}"
    locked = "" if opa.locked else ", not in the lock"
    return True, f"opa {opa.version} sha256:{opa.sha256} ({opa.origin}{locked})"


def policy_line() -> tuple[bool, str]:
    """Whether the shipped policy can be loaded, and one line about it."""
    from kfm_gates.errors import KfmGatesError
    from kfm_gates.policy.bundle import load_policy

    try:
        policy = load_policy()
    except KfmGatesError as error:
        return False, f"policy unusable: {error.message}"
    frozen = "" if policy.shipped else ", not the frozen one"
    return True, (
        f"policy sha256:{policy.sha256} ({policy.origin}, {len(policy.rules)} rules{frozen})"
    )


def tool() -> dict[str, Any]:
    """Versions of the tool and of what it runs on."""
    from kfm_gates import __version__

    return {
        "version": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
    }


def version_text() -> str:
    """What `--version` prints: three lines."""
    from kfm_gates.report._escape import MAX_PLACE, terminal

    about = tool()
    lines = [
        f"kfm-gates {about['version']} (Python {about['python']})",
        opa_line()[1],
        policy_line()[1],
    ]
    return "".join(f"{terminal(line, MAX_PLACE)}\n" for line in lines)

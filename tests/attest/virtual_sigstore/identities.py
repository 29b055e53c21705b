"""Who asks for a certificate: the claims that Fulcio copies from an OIDC token into it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

GITHUB = "https://token.actions.githubusercontent.com"
GOOGLE = "https://accounts.google.com"

ARC = "1.3.6.1.4.1.57264.1."
"""Fulcio's arc of extensions: 1 to 6 hold raw bytes, 8 to 23 a DER UTF8String."""


@dataclass(frozen=True)
class Claims:
    """The names of a certificate and Fulcio's extensions by the last number of their OID."""

    san: str
    issuer: str
    extensions: dict[int, str] = field(default_factory=dict)
    email: bool = False

    def but(self, san: str | None = None, **changes: str | None) -> Claims:
        """The same claims, changed by number: `but(_15="7")`; None leaves one out."""
        numbers: dict[int, str] = dict(self.extensions)
        for name, value in changes.items():
            number = int(name.lstrip("_"))
            if value is None:
                numbers.pop(number, None)
            else:
                numbers[number] = value
        return Claims(san or self.san, self.issuer, numbers, self.email)


def workflow(
    repository: str = "kfm/lake",
    *,
    workflow: str = "build.yml",
    ref: str = "refs/heads/main",
    commit: str = "c0ffee" * 6 + "beef",
    run: int = 4711,
    repository_id: str = "768213997",
    owner_id: str = "2314423",
    trigger: str = "push",
    runner: str = "github-hosted",
    caller: str | None = None,
    caller_ref: str | None = None,
    environment: str | None = None,
) -> Claims:
    """A GitHub Actions job. `caller` is the repository that uses a reusable workflow."""
    home = "https://github.com/"
    source = caller or repository
    source_ref = caller_ref or ref
    signer = f"{home}{repository}/.github/workflows/{workflow}@{ref}"
    config = (
        f"{home}{source}/.github/workflows/caller.yml@{source_ref}"
        if caller_ref or caller
        else signer
    )
    numbers = {
        1: GITHUB,
        2: trigger,
        3: commit,
        4: "build",
        5: source,
        6: source_ref,
        8: GITHUB,
        9: signer,
        10: commit,
        11: runner,
        12: home + source,
        13: commit,
        14: source_ref,
        15: repository_id,
        16: home + source.split("/")[0],
        17: owner_id,
        18: config,
        19: commit,
        20: trigger,
        21: f"{home}{source}/actions/runs/{run}/attempts/1",
        22: "public",
    }
    if environment is not None:
        numbers[23] = environment
    return Claims(signer, GITHUB, numbers)


def person(email: str = "steward@example.org", issuer: str = GOOGLE) -> Claims:
    """Somebody who signed in with an account."""
    return Claims(email, issuer, {1: issuer, 8: issuer}, email=True)


def from_token(token: dict[str, Any]) -> Claims:
    """What the loopback Fulcio puts into the certificate for an OIDC token."""
    if token["iss"] != GITHUB:
        return person(token["email"], token["iss"])
    return workflow(
        token.get("repository", "kfm/lake"),
        ref=token.get("ref", "refs/heads/main"),
        commit=token.get("sha", "c0ffee" * 6 + "beef"),
        run=int(token.get("run_id", 4711)),
    )

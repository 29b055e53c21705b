"""Who may sign: exact strings and numeric ids, compared one by one.

Nothing here knows patterns. A claim that is wanted and absent from the certificate is refused
like one that differs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kfm_gates.attest import codes_signer as codes
from kfm_gates.attest.public_key import TrustedKey
from kfm_gates.attest.results import Refused, SignerClaims, TrustMode
from kfm_gates.model import Code


@dataclass(frozen=True, kw_only=True)
class Signer:
    """One entry of the trust policy. `kind` is `workflow`, `person` or `key`.

    For a workflow every field is set but `environment`; a person has a name and an issuer; a
    key signer has keys and a threshold.
    """

    name: str
    kind: str
    trust: TrustMode
    predicate_types: frozenset[str]
    max_age_hours: int | None = None
    """None for key signers only: a key proves no time."""
    root: str | None = None
    san: str | None = None
    issuer: str | None = None
    repository: str | None = None
    repository_id: str | None = None
    owner_id: str | None = None
    ref: str | None = None
    triggers: frozenset[str] = frozenset()
    runner_environment: str | None = None
    build_config: str | None = None
    environment: str | None = None
    keys: tuple[TrustedKey, ...] = ()
    threshold: int = 1


def matching(claims: SignerClaims, signers: Sequence[Signer]) -> list[Signer] | Refused:
    """The signers that a certificate is of, or why it is none: as its nearest neighbour says it.

    What is returned instead of a list is not raised: another trust root may have a better answer.
    """
    found: list[Signer] = []
    best: tuple[tuple[bool, bool, int], Refused] | None = None
    for signer in signers:
        differs = list(_mismatches(claims, signer))
        if not differs:
            found.append(signer)
            continue
        other_kind = (signer.kind == "person") is not (claims.san_kind == "email")
        distance = (other_kind, claims.san != signer.san, len(differs))
        if best is None or distance < best[0]:
            best = (distance, differs[0])
    if found:
        return found
    if best is None:
        return Refused(codes.SIGNER_NOT_CONFIGURED, "No signer of this kind is named.")
    return best[1]


def _mismatches(claims: SignerClaims, signer: Signer) -> Iterator[Refused]:
    if signer.kind not in ("workflow", "person"):
        yield Refused(codes.SIGNER_NAME_DENIED, "The signer is a key.", got=claims.san)
        return
    if signer.kind == "person" and claims.san_kind != "email":
        yield Refused(codes.SIGNER_NAME_DENIED, "The signer is no person.", got=claims.san)
    if signer.san is None or claims.san != signer.san:
        yield _other_name(claims.san, signer.san or "")
    yield from _same(codes.SIGNER_ISSUER_DENIED, "issuer", claims.issuer, signer.issuer)
    if signer.kind == "person":
        return
    for code, name in (
        (codes.SIGNER_SOURCE_REPOSITORY_DENIED, "repository"),
        (codes.SIGNER_REPOSITORY_ID_DENIED, "repository_id"),
        (codes.SIGNER_OWNER_ID_DENIED, "owner_id"),
        (codes.SIGNER_SOURCE_REF_DENIED, "ref"),
    ):
        yield from _same(code, name, getattr(claims, name), getattr(signer, name))
    if claims.trigger is None or claims.trigger not in signer.triggers:
        yield _refused(
            codes.SIGNER_TRIGGER_DENIED,
            "trigger",
            claims.trigger,
            ", ".join(sorted(signer.triggers)),
        )
    for code, name in (
        (codes.SIGNER_RUNNER_DENIED, "runner_environment"),
        (codes.SIGNER_BUILD_CONFIG_DENIED, "build_config"),
    ):
        yield from _same(code, name, getattr(claims, name), getattr(signer, name))
    if signer.environment is not None:
        yield from _same(
            codes.SIGNER_ENVIRONMENT_DENIED, "environment", claims.environment, signer.environment
        )


def _same(code: Code, name: str, got: str | None, wanted: str | None) -> Iterator[Refused]:
    if got is None or wanted is None or got != wanted:
        yield _refused(code, name, got, wanted)


def _refused(code: Code, name: str, got: str | None, wanted: str | None) -> Refused:
    return Refused(
        code,
        f"The certificate has another {name} than the signer.",
        got="(absent)" if got is None else got,
        wanted=wanted,
    )


def _other_name(got: str, wanted: str) -> Refused:
    """Say which part of a workflow's name differs: repository, file or ref."""
    mark = "/.github/workflows/"
    (repository, found, rest), (other, _, wanted_rest) = got.partition(mark), wanted.partition(mark)
    file, _, _ = rest.partition("@")
    wanted_file, _, _ = wanted_rest.partition("@")
    if not found or not wanted_rest:
        code = codes.SIGNER_NAME_DENIED
    elif repository != other:
        code = codes.SIGNER_REPOSITORY_DENIED
    elif file != wanted_file:
        code = codes.SIGNER_WORKFLOW_DENIED
    else:
        code = codes.SIGNER_REF_DENIED
    return Refused(
        code, "The certificate has another name than the signer.", got=got, wanted=wanted
    )

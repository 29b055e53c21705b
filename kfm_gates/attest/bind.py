"""Is the attestation about this run, from this commit, and fresh? And does it agree with itself?

The certificate is what the job could not choose. What the predicate says is compared with it
(attack 31), never the other way round.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from kfm_gates.attest import codes_signer as codes
from kfm_gates.attest import codes_statement
from kfm_gates.attest.identity import Signer
from kfm_gates.attest.results import Expected, Refused, SignedTime, SignerClaims
from kfm_gates.attest.statement import OWN, PROVENANCE, Statement
from kfm_gates.times import MAX_SKEW

_COMMIT: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def check_age(times: Sequence[SignedTime], signer: Signer, now: dt.datetime) -> None:
    """See that the oldest proved time is not too old and none lies in the future.

    Raises:
        Refused: It is, or a signer with a maximum age has no proved time.
    """
    for time in times:
        if time.time > now + MAX_SKEW:
            raise Refused(
                codes.ATTESTATION_FROM_FUTURE,
                "The attestation was signed in the future.",
                got=time.time.isoformat(),
                wanted=now.isoformat(),
            )
    if signer.kind == "key" and signer.max_age_hours is None:
        return  # a key proves no time: dates of the key and the name of the run stand in for it
    if not times or signer.max_age_hours is None:
        raise Refused(codes.ATTESTATION_STALE, "Nothing proves how old the attestation is.")
    age = now - min(time.time for time in times)
    if age > dt.timedelta(hours=signer.max_age_hours):
        raise Refused(
            codes.ATTESTATION_STALE,
            "The attestation is too old.",
            got=f"{int(age.total_seconds() // 3600)} hours",
            wanted=f"at most {signer.max_age_hours} hours",
        )


def check_commit(claims: SignerClaims, expected: Expected) -> None:
    """See that the certificate is of the commit that the receipts name, in full.

    Raises:
        Refused: Another commit, or none that could be compared.
    """
    if (
        expected.commit is None
        or not _COMMIT.fullmatch(expected.commit)
        or claims.commit != expected.commit
    ):
        raise Refused(
            codes.ATTESTATION_COMMIT_DIFFERS,
            "The certificate is not of the commit of this run.",
            got=claims.commit or "(absent)",
            wanted=expected.commit or "a full commit in the receipts",
        )


def check_run(
    statement: Statement, claims: SignerClaims | None, expected: Expected, *, sealed: bool
) -> None:
    """See that something binds the attestation to this run, and that nothing names another one.

    What binds: the seal among the subjects; the CI run in the certificate, where the receipts
    name theirs; the run id in a predicate that has a place for it.

    Raises:
        Refused: Another run is named, or none.
    """
    bound = sealed
    if expected.invocation is not None and claims is not None and claims.repository is not None:
        if claims.invocation != expected.invocation:
            raise Refused(
                codes.ATTESTATION_RUN_DIFFERS,
                "The certificate is of another CI run.",
                got=claims.invocation or "(absent)",
                wanted=expected.invocation,
            )
        bound = True
    named = run_id_of(statement)
    if named is not None:
        if named != expected.run_id:
            raise Refused(
                codes.ATTESTATION_RUN_DIFFERS,
                "The predicate names another run.",
                got=named,
                wanted=expected.run_id,
            )
        bound = True
    for member in ("subject", "content"):
        stated = statement.predicate.get(member) if statement.predicate_type in OWN else None
        if stated is not None and stated != getattr(expected, member):
            raise Refused(
                codes.ATTESTATION_RUN_DIFFERS,
                f"The predicate names another {member}.",
                got=stated,
                wanted=getattr(expected, member),
            )
    if not bound:
        raise Refused(
            codes.ATTESTATION_RUN_UNBOUND,
            "Nothing in the attestation names this run.",
            wanted="the seal as a subject, the CI run, or the run id in the predicate",
        )


def run_id_of(statement: Statement) -> object:
    """The run id that a predicate states where it has a place for one, None where it has none."""
    if statement.predicate_type in OWN:
        return statement.predicate.get("run_id")
    if statement.predicate_type == PROVENANCE:
        return _at(statement.predicate, "buildDefinition", "externalParameters", "run_id")
    return None


def check_predicate_against_certificate(statement: Statement, claims: SignerClaims) -> None:
    """Compare what SLSA provenance says of its origin with the certificate (attack 31).

    Raises:
        Refused: Builder, invocation or commit differ.
    """
    if statement.predicate_type != PROVENANCE:
        return
    predicate = statement.predicate
    builder = _at(predicate, "runDetails", "builder", "id")
    # GitHub's own action names the signing workflow; older ones name the kind of runner.
    runner = f"https://github.com/actions/runner/{claims.runner_environment}"
    if builder not in (claims.san, claims.build_signer_uri, runner):
        raise _contradicted("/runDetails/builder/id", builder, claims.san)
    invocation = _at(predicate, "runDetails", "metadata", "invocationId")
    if invocation is not None and invocation != claims.invocation:
        raise _contradicted("/runDetails/metadata/invocationId", invocation, claims.invocation)
    materials = _at(predicate, "buildDefinition", "resolvedDependencies")
    for number, material in enumerate(materials if isinstance(materials, list) else ()):
        uri, commit = _at(material, "uri"), _at(material, "digest", "gitCommit")
        source = f"git+{claims.repository}"
        if isinstance(uri, str) and uri.partition("@")[0] == source and commit != claims.commit:
            where = f"/buildDefinition/resolvedDependencies/{number}/digest/gitCommit"
            raise _contradicted(where, commit, claims.commit)


def _contradicted(where: str, got: object, wanted: object) -> Refused:
    return Refused(
        codes_statement.PREDICATE_CONTRADICTS_CERTIFICATE,
        "The predicate contradicts the certificate.",
        got="(absent)" if got is None else got,
        wanted=wanted,
        pointer=f"/predicate{where}",
    )


def _at(value: Any, *path: str) -> Any:
    for name in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value

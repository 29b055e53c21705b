"""What the tests of attestations work with: a run, a trust policy, good statements, verifiers."""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from virtual_sigstore import T0, Claims, VirtualSigstore, person, workflow
from virtual_sigstore.identities import GITHUB, GOOGLE

from kfm_gates.attest import Denied, Expected, SeenFiles, TrustPolicy, VerifiedEvidence, verify
from kfm_gates.attest.policy import parse_policy
from kfm_gates.attest.statement import APPROVAL, PROVENANCE, TEST_RESULT

RUN_ID = "01KH6VZ3D0W8X4Q2N7R5T9Y1AB"
STATEMENT = "https://in-toto.io/Statement/v1"
NOW = T0 + dt.timedelta(hours=2)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


OUTPUTS = {
    "wells.parquet": digest("wells"),
    "tiles/0.tif": digest("z0"),
    "tiles/1.tif": digest("z1"),
}
CONTENT = digest("content of the run")
SUBJECT = digest("seal of the run")
GOOD = workflow()


def run(**changes: Any) -> Expected:
    known: dict[str, Any] = {
        "run_id": RUN_ID,
        "subject": SUBJECT,
        "content": CONTENT,
        "outputs": OUTPUTS,
        "commit": GOOD.extensions[13],
        "invocation": GOOD.extensions[21],
    }
    return Expected(**known | changes)


def subject(name: str, sha256: str) -> dict[str, Any]:
    return {"name": name, "digest": {"sha256": sha256}}


def outputs() -> list[dict[str, Any]]:
    return [subject(n, d) for n, d in OUTPUTS.items()]


def provenance(claims: Claims = GOOD, run_id: str = RUN_ID) -> dict[str, Any]:
    """SLSA provenance v1 that agrees with the certificate."""
    numbers = claims.extensions
    return {
        "buildDefinition": {
            "buildType": "https://kfm-gates.dev/builds/run/v1",
            "externalParameters": {"run_id": run_id},
            "resolvedDependencies": [
                {
                    "uri": f"git+{numbers[12]}@{numbers[14]}",
                    "digest": {"gitCommit": numbers[13]},
                }
            ],
        },
        "runDetails": {
            "builder": {"id": claims.san},
            "metadata": {"invocationId": numbers[21]},
        },
    }


def statement(
    subjects: list[dict[str, Any]] | None = None,
    predicate_type: str = PROVENANCE,
    predicate: dict[str, Any] | None = None,
    **changes: Any,
) -> dict[str, Any]:
    said = {
        "_type": STATEMENT,
        "subject": outputs() if subjects is None else subjects,
        "predicateType": predicate_type,
        "predicate": provenance() if predicate is None else predicate,
    }
    return said | changes


def approval(**changes: Any) -> dict[str, Any]:
    return {
        "run_id": RUN_ID,
        "subject": SUBJECT,
        "decision": "approved",
        "approved_at": "2026-02-18T12:00:00Z",
        "reason": "Looked at the map and at the counts.",
    } | changes


def workflow_signer(claims: Claims = GOOD, **changes: Any) -> dict[str, Any]:
    numbers = claims.extensions
    return {
        "kind": "workflow",
        "trust": "keyless",
        "root": "virtual",
        "san": claims.san,
        "issuer": GITHUB,
        "repository": numbers[12],
        "repository_id": numbers[15],
        "owner_id": numbers[17],
        "ref": numbers[14],
        "triggers": ["push", "merge_group", "workflow_dispatch"],
        "runner_environment": "github-hosted",
        "build_config": numbers[18],
        "predicate_types": [PROVENANCE, TEST_RESULT],
        "max_age_hours": 24,
    } | changes


def person_signer(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "person",
        "trust": "keyless",
        "root": "virtual",
        "san": person().san,
        "issuer": GOOGLE,
        "predicate_types": [APPROVAL],
        "max_age_hours": 720,
    } | changes


@dataclass
class Bench:
    """A folder with a trust root and a policy, and the instance that they trust."""

    folder: Path
    sigstore: VirtualSigstore

    def __post_init__(self) -> None:
        self.seen = SeenFiles(self.folder / "seen")
        self.pin(self.sigstore.root_bytes())

    def pin(self, root: bytes) -> None:
        """Review this trust root: write it and pin its digest."""
        (self.folder / "trusted_root.json").write_bytes(root)
        self.pinned = hashlib.sha256(root).hexdigest()

    def document(self, **signers: dict[str, Any]) -> dict[str, Any]:
        """A trust policy as data. Without signers: the good workflow and the good person."""
        return {
            "schema_version": "trust/v1",
            "roots": {
                "virtual": {
                    "file": "trusted_root.json",
                    "sha256": self.pinned,
                    "refreshed": "2026-02-10T00:00:00Z",
                    "max_age_days": 30,
                }
            },
            "signers": copy.deepcopy(
                signers or {"pipeline": workflow_signer(), "steward": person_signer()}
            ),
        }

    def policy(self, document: dict[str, Any] | None = None) -> TrustPolicy:
        raw = yaml.safe_dump(document or self.document(), sort_keys=False).encode()
        return parse_policy(raw, self.folder)

    def verify(
        self,
        bundle: Any,
        expected: Expected | None = None,
        policy: TrustPolicy | None = None,
        now: dt.datetime = NOW,
        **how: Any,
    ) -> VerifiedEvidence | Denied:
        raw = bundle if isinstance(bundle, bytes) else json.dumps(bundle).encode()
        how.setdefault("seen", self.seen)
        return verify(raw, policy or self.policy(), expected or run(), now=now, **how)


def naive(
    raw: bytes, root_file: Path, claims: Claims = GOOD, wanted: dict[str, str] | None = None
) -> bool:
    """A gate as tutorials show it, on the same library: what it lets through is the comparison.

    The trust root from where it lies, `verify_dsse` with name and issuer, `json.loads`, and any
    subject that fits.
    """
    from sigstore.models import Bundle, TrustedRoot
    from sigstore.verify import Verifier, policy

    try:
        verifier = Verifier(trusted_root=TrustedRoot.from_file(str(root_file)))
        who = policy.Identity(identity=claims.san, issuer=claims.issuer)
        _, payload = verifier.verify_dsse(Bundle.from_json(raw), who)
        subjects = json.loads(payload)["subject"]
        digests = set((wanted or OUTPUTS).values())
        return any(one["digest"].get("sha256") in digests for one in subjects)
    except Exception:
        return False

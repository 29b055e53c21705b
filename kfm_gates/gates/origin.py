"""Gate origin: the run follows its specification, from a commit, by somebody (R-063, R-092)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from kfm_gates.evidence import git
from kfm_gates.evidence.placeholders import is_placeholder
from kfm_gates.gates._api import Answers, Context, Gate
from kfm_gates.model import Check, Code, Fix, Location

_NEEDED = frozenset({"pipeline_id", "params"})
"""What a spec has to state, or it could be the spec of anything."""
_SAMPLES = frozenset({"hostname", "operator_or_service_account", "user", "username", "example"})
"""Values of the skeletons that people copy."""

SPEC_HASH_MISMATCH = Code(
    "SPEC_HASH_MISMATCH",
    "The spec hash is not the hash of the specification",
    "Two runs of one specification are recognised by this hash; a wrong one breaks replay.",
    Fix("Let the recorder compute spec_hash: sha256 over RFC 8785 JCS of the spec, in a new run."),
    source=("R-063", "C-09"),
)
SPEC_CONTRADICTED = Code(
    "SPEC_CONTRADICTED",
    "The specification and the receipts say different things",
    "A run that was specified one way and recorded another way cannot be replayed.",
    Fix("Record the run through kfm_gates.record_run, which writes both from one source."),
    source=("R-063",),
)
COMMIT_PLACEHOLDER = Code(
    "COMMIT_PLACEHOLDER",
    "The git commit is a placeholder",
    "Code that cannot be found cannot be reviewed or run again.",
    Fix("Commit the pipeline and record a new run from that commit."),
    source=("R-114",),
)
RUNNER_UNKNOWN = Code(
    "RUNNER_UNKNOWN",
    "Nobody is named as the runner",
    "An emitter without identity cannot be asked, trusted or revoked.",
    Fix("Give the recorder the host and the user or service account, in a new run."),
    source=("R-092", "R-113"),
)


def examine(context: Context, answers: Answers) -> None:
    """Recompute the spec hash, compare spec and receipts, look for the commit in git."""
    run = context.run
    record, manifest = run.valid("run_record"), run.valid("run_manifest")
    file = run.layout.run_manifest
    spec = manifest.get("spec")
    if spec is None:
        spec = {"pipeline_id": record["pipeline_id"], "params": manifest["params"]}
        answers.not_applicable("spec_agrees", "the manifest has no spec of its own")
    else:
        agrees(answers, file, manifest, record)
    spec_hash(answers, file, manifest, spec)
    answers.fact("spec_hash", manifest["spec_hash"])
    commit_named(answers, run.layout.run_record, record["git_commit"])
    _commit(context, answers, record)
    runner_named(answers, run.layout.run_record, record["runner"])


def spec_hash(
    answers: Answers, file: str, manifest: Mapping[str, Any], spec: Mapping[str, Any]
) -> None:
    """Recompute the spec hash of a valid manifest. Also for `lint`."""
    computed = f"sha256:{hashlib.sha256(_jcs(spec)).hexdigest()}"
    if computed != manifest["spec_hash"]:
        answers.refuse(
            "spec_hash",
            SPEC_HASH_MISMATCH,
            "spec_hash is not the hash of the specification.",
            where=Location(file, "/spec_hash"),
            got=manifest["spec_hash"],
            wanted=computed,
        )
    answers.settle("spec_hash", 1)


def _jcs(value: Any) -> bytes:
    import rfc8785

    return rfc8785.dumps(value)


def agrees(
    answers: Answers,
    file: str,
    manifest: Mapping[str, Any],
    record: Mapping[str, Any] | None = None,
) -> None:
    """Whatever part of the spec repeats a receipt has to repeat it exactly.

    Without the record, as in `lint`, only the manifest is compared with itself.
    """
    spec = manifest["spec"]
    names = ("path", "uri", "digest", "role")
    expected = {
        "params": manifest["params"],
        "inputs": [{k: i[k] for k in names if k in i} for i in manifest["inputs"]],
    }
    if record is not None:
        expected["pipeline_id"] = record["pipeline_id"]
    compared = 0
    for key, wanted in expected.items():
        if key not in spec and key in _NEEDED:
            answers.refuse(
                "spec_agrees",
                SPEC_CONTRADICTED,
                f"The spec does not state {key}.",
                where=Location(file, "/spec"),
                wanted=f"{key}, as in the receipts",
            )
            continue
        compared += key in spec
        if key in spec and _jcs(spec[key]) != _jcs(wanted):
            answers.refuse(
                "spec_agrees",
                SPEC_CONTRADICTED,
                f"spec.{key} is not what the receipts say.",
                where=Location(file, f"/spec/{key}"),
                got=_short(spec[key]),
                wanted=_short(wanted),
            )
    code = spec.get("code")
    commit = code.get("git_commit") if isinstance(code, dict) else None
    if record is not None and code is not None and commit != record["git_commit"]:
        answers.refuse(
            "spec_agrees",
            SPEC_CONTRADICTED,
            "spec.code.git_commit is not the commit of the run record.",
            where=Location(file, "/spec/code"),
            got=_short(code),
            wanted=record["git_commit"],
        )
    answers.settle("spec_agrees", compared)


def commit_named(answers: Answers, file: str, commit: str) -> None:
    """Refuse a commit that is a placeholder. Also for `lint`."""
    if len(set(commit)) == 1:
        answers.refuse(
            "commit_named",
            COMMIT_PLACEHOLDER,
            f"{commit} is a placeholder.",
            where=Location(file, "/git_commit"),
            got=commit,
            wanted="12 to 40 hex digits of a commit",
        )
    answers.settle("commit_named", 1)


def _commit(context: Context, answers: Answers, record: Mapping[str, Any]) -> None:
    commit = record["git_commit"]
    answers.fact("commit", commit)
    if "code" in record:
        # Another repository cannot be opened from here: unproven until an attestation says so.
        answers.fact("commit_state", "external")
        answers.not_checked(f"the commit {commit} of another repository")
    elif record.get("git_dirty", False):
        # The work tree had changes: what ran is not what the commit holds.
        answers.fact("commit_state", "dirty")
    else:
        answers.fact("commit_state", git.resolve(context.run.root, commit))


def runner_named(answers: Answers, file: str, runner: Mapping[str, Any]) -> None:
    """Refuse a runner that is a placeholder. Also for `lint`."""
    for key in ("host", "user"):
        if is_placeholder(runner[key]) or runner[key].strip().lower() in _SAMPLES:
            answers.refuse(
                "runner_named",
                RUNNER_UNKNOWN,
                f"runner.{key} is a placeholder.",
                where=Location(file, f"/runner/{key}"),
                got=runner[key],
                wanted="the host, and the operator or service account",
            )
    answers.settle("runner_named", 2)


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 200 else f"{text[:200]}…"


GATE = Gate(
    id="origin",
    title="Origin",
    source=("R-063", "R-092", "C-09"),
    examine=examine,
    checks=(
        Check("spec_hash", "spec_hash is the hash of the specification", (SPEC_HASH_MISMATCH,)),
        Check(
            "spec_agrees",
            "the specification repeats the receipts exactly",
            (SPEC_CONTRADICTED,),
            conditional=True,
        ),
        Check("commit_named", "a commit is named", (COMMIT_PLACEHOLDER,)),
        Check("runner_named", "the runner has a host and a user", (RUNNER_UNKNOWN,)),
    ),
)

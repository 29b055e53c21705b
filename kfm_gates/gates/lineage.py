"""Gate lineage: every input is known by a stable name and a digest, and is still that (R-009)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kfm_gates import codes
from kfm_gates.errors import EvidenceError, EvidenceMissing
from kfm_gates.evidence import paths, uris
from kfm_gates.gates._api import Answers, Context, Gate
from kfm_gates.model import Check, Code, Fix, Location, Who

INPUT_OUTSIDE_RAW = Code(
    "INPUT_OUTSIDE_RAW",
    "An input does not lie in the raw zone",
    "Only the raw zone is write-once; an input from elsewhere may be gone or changed tomorrow.",
    Fix("Capture the source in data/raw/ first, or name it by a URI with its digest."),
    source=("R-009", "R-117"),
)
INPUT_PATH_UNSAFE = Code(
    "INPUT_PATH_UNSAFE",
    "The path of an input is unsafe",
    "A path that two systems read differently names two files.",
    Fix("Give the input a plain path below data/raw/, in a new run."),
    source=("R-117", "FO-41"),
)
INPUT_URI_REFUSED = Code(
    "INPUT_URI_REFUSED",
    "The URI of an input cannot be a stable name",
    "Local, unknown and credential-bearing URIs cannot be resolved by anyone else.",
    Fix(f"Name the input by {uris.WANTED}, and its digest."),
    source=("R-009", "R-012"),
)
INPUT_DUPLICATE = Code(
    "INPUT_DUPLICATE",
    "An input is listed twice",
    "Two entries for one input can say two things about it.",
    Fix("Declare every input once, in a new run."),
    source=("FO-41",),
)
INPUT_DIGEST_MISMATCH = Code(
    "INPUT_DIGEST_MISMATCH",
    "An input in the raw zone is not the one that the run read",
    "The raw zone is write-once: either it was changed, or the run did not read what it says.",
    Fix(
        "A steward finds out what changed the raw zone; then the pipeline runs again.", Who.STEWARD
    ),
    source=("R-100", "R-124"),
)
INPUT_BYTES_ABSENT = Code(
    "INPUT_BYTES_ABSENT",
    "The bytes of an input are not here",
    "A digest that nobody recomputed is a claim.",
    Fix(
        "Check the run where the raw zone lies, or fetch the input; under the profile 'review' "
        "absent bytes are admitted as a limit.",
        Who.OPERATOR,
    ),
    source=("C-12", "R-124"),
)
PARENT_IS_SELF = Code(
    "PARENT_IS_SELF",
    "The run names itself as its parent",
    "Nothing can be its own origin.",
    Fix("Record the run with the id of the run that started it, or without one."),
    source=("R-001", "R-046"),
)


def examine(context: Context, answers: Answers) -> None:
    """Resolve each input, hash those in the raw zone, compare the ids of the trace."""
    run = context.run
    record, manifest = run.valid("run_record"), run.valid("run_manifest")
    inputs = manifest["inputs"]
    local, remote = resolve(answers, run.layout.run_manifest, inputs, run.layout.zones["raw"])
    verified, absent = _bytes(context, answers, local, remote)
    trace(answers, run.layout.run_record, record)
    answers.fact(
        "inputs",
        {
            "total": len(inputs),
            "with_digest": sum("digest" in entry for entry in inputs),
            "in_raw": len(local),
            "remote": remote,
            "verified": verified,
            "absent": absent,
            "complete": True,
        },
    )


def resolve(
    answers: Answers, file: str, inputs: Sequence[Mapping[str, Any]], raw: str
) -> tuple[list[tuple[int, str, str]], int]:
    """Look at the names of the inputs of a valid manifest. Also for `lint`.

    Args:
        answers: Where the findings go.
        file: Name of the manifest.
        inputs: Its inputs.
        raw: The raw zone, relative to the lake root.

    Returns:
        Number, path and digest of each input in the raw zone; how many are remote.
    """
    local: list[tuple[int, str, str]] = []
    remote = 0
    seen: set[str] = set()
    for n, entry in enumerate(inputs):
        name = entry.get("path") or entry["uri"]
        if name in seen:
            answers.refuse(
                "resolve",
                INPUT_DUPLICATE,
                f"Listed twice: {name}.",
                where=Location(file, f"/inputs/{n}"),
                got=name,
            )
        seen.add(name)
        if "path" in entry:
            if _in_raw(answers, file, n, entry["path"], raw):
                local.append((n, entry["path"], entry["digest"]))
        elif _uri(answers, file, n, entry["uri"]):
            remote += 1
            answers.not_checked(f"the bytes of the remote input {entry['uri']}")
    if not inputs:
        answers.refuse(
            "resolve",
            codes.NOTHING_EXAMINED,
            "The manifest lists no input.",
            where=Location(file, "/inputs"),
            wanted="at least one input",
        )
    answers.settle("resolve", len(inputs))
    return local, remote


def _in_raw(answers: Answers, file: str, n: int, path: str, raw: str) -> bool:
    where = Location(file, f"/inputs/{n}/path")
    why = paths.problem_of(path)
    if why is not None:
        answers.refuse("resolve", INPUT_PATH_UNSAFE, why, where=where, got=path)
        return False
    if not paths.under(path, raw) or path == raw:
        answers.refuse(
            "resolve",
            INPUT_OUTSIDE_RAW,
            f"The input {path} does not lie below {raw}/.",
            where=where,
            got=path,
            wanted=f"{raw}/… or a URI",
        )
        return False
    return True


def _uri(answers: Answers, file: str, n: int, uri: str) -> bool:
    if uris.is_stable(uri):
        return True
    answers.refuse(
        "resolve",
        INPUT_URI_REFUSED,
        "The URI of the input is not one of the accepted kinds.",
        where=Location(file, f"/inputs/{n}/uri"),
        # A refused URI may carry a password before its @, so its value is not repeated here.
        wanted=uris.WANTED,
    )
    return False


def _bytes(
    context: Context, answers: Answers, local: list[tuple[int, str, str]], remote: int
) -> tuple[int, int]:
    if not local and remote:
        answers.not_applicable(
            "bytes", f"all {remote} input(s) are remote, named by URI and digest"
        )
        return 0, 0
    verified = absent = 0
    found = context.run.outside_all([path for _, path, _ in local], progress=context.progress)
    for n, path, digest in local:
        where = Location(path, base="root")
        outcome = found[path]
        if isinstance(outcome, EvidenceMissing):
            absent += 1
            answers.refuse(
                "bytes",
                INPUT_BYTES_ABSENT,
                f"The input {path} is not here.",
                where=where,
                wanted=digest,
                unproven=True,
            )
        elif isinstance(outcome, EvidenceError):
            raise outcome
        elif f"sha256:{outcome.sha256}" == digest:
            verified += 1
        else:
            answers.refuse(
                "bytes",
                INPUT_DIGEST_MISMATCH,
                f"The input {path} is not the one of the manifest (/inputs/{n}/digest).",
                where=where,
                got=f"sha256:{outcome.sha256}",
                wanted=digest,
            )
    answers.settle("bytes", len(local))
    return verified, absent


def trace(answers: Answers, file: str, record: Mapping[str, Any]) -> None:
    """Look at the parent that a valid run record names. Also for `lint`."""
    if "parent_run_id" not in record:
        answers.not_applicable("trace", "the run record names no parent run")
        return
    if record["parent_run_id"] == record["run_id"]:
        answers.refuse(
            "trace",
            PARENT_IS_SELF,
            "parent_run_id is the run's own id.",
            where=Location(file, "/parent_run_id"),
        )
    answers.settle("trace", 1)


GATE = Gate(
    id="lineage",
    title="Lineage",
    source=("R-001", "R-009", "R-027", "R-046"),
    examine=examine,
    checks=(
        Check(
            "resolve",
            "every input is a file in the raw zone or a stable URI, once",
            (INPUT_OUTSIDE_RAW, INPUT_PATH_UNSAFE, INPUT_URI_REFUSED, INPUT_DUPLICATE),
        ),
        Check(
            "bytes",
            "every input in the raw zone still has the recorded digest",
            (INPUT_DIGEST_MISMATCH, INPUT_BYTES_ABSENT),
            conditional=True,
        ),
        Check("trace", "the ids of the trace are consistent", (PARENT_IS_SELF,), conditional=True),
    ),
)

"""Gate integrity: the bytes, the seal and the manifest say the same (R-087, R-124, R-125).

Every file that the seal covers is hashed here from its own descriptor. Bytes that are absent are
unproven, which only a profile that admits it can live with; they are never a pass.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections import Counter
from collections.abc import Mapping
from typing import Any

from kfm_gates import codes
from kfm_gates.errors import EvidenceError, EvidenceMissing
from kfm_gates.evidence import digests, paths, seal
from kfm_gates.evidence.hashing import FileDigest
from kfm_gates.evidence.run_dir import Run
from kfm_gates.gates._api import Answers, Context, Gate
from kfm_gates.model import Check, Code, Fix, Location, Who

SEAL_MISMATCH = Code(
    "SEAL_MISMATCH",
    "A file is not the one that was sealed",
    "The seal is what reports, approvals and promotions are bound to.",
    Fix("Find out what changed the file; then let the pipeline record a new run."),
    source=("R-008", "R-087"),
)
SEAL_INCOMPLETE = Code(
    "SEAL_INCOMPLETE",
    "A file of the run is not covered by the seal",
    "What the seal does not cover can be changed without a trace.",
    Fix("Find out who added the file; then let the pipeline record a new run."),
    source=("FO-41",),
)
SEALED_FILE_MISSING = Code(
    "SEALED_FILE_MISSING",
    "A sealed file is missing",
    "A run that lost a receipt, a log or a catalog cannot be checked as it was sealed.",
    Fix("Bring the file back from where the run was recorded, or record a new run."),
    source=("R-087",),
)
OUTPUT_DIGEST_MISMATCH = Code(
    "OUTPUT_DIGEST_MISMATCH",
    "The bytes of an output do not have the digest of the manifest",
    "The manifest speaks of other bytes than those that would be promoted.",
    Fix("Find out what changed the file; then let the pipeline record a new run."),
    source=("R-124", "R-125"),
)
OUTPUT_SIZE_MISMATCH = Code(
    "OUTPUT_SIZE_MISMATCH",
    "An output does not have the size of the manifest",
    "A size that differs shows that the manifest was not made from these bytes.",
    Fix("Let the recorder write the size, in a new run."),
    source=("R-125",),
)
OUTPUT_BYTES_ABSENT = Code(
    "OUTPUT_BYTES_ABSENT",
    "The bytes of an output are not here",
    "A digest that nobody recomputed is a claim.",
    Fix(
        "Check the run where its artifacts lie, or fetch them; under the profile 'review' "
        "absent bytes are admitted as a limit.",
        Who.OPERATOR,
    ),
    source=("C-12", "R-124"),
)
OUTPUTS_EMPTY = Code(
    "OUTPUTS_EMPTY",
    "Every output is empty",
    "A run that wrote nothing has nothing that could be promoted.",
    Fix("Mend the pipeline so that it writes its outputs, then record a new run."),
    source=("FO-05", "R-054"),
)
OUTPUT_NOT_SEALED = Code(
    "OUTPUT_NOT_SEALED",
    "The seal and the manifest disagree about an output",
    "Seal and manifest are written together; a difference means that one was changed.",
    Fix("Let the recorder write both, in a new run."),
    source=("FO-41", "R-125"),
)


def examine(context: Context, answers: Answers) -> None:
    """Hash everything, then compare seal, manifest and bytes pairwise."""
    run = context.run
    sealed = run.seal()
    with contextlib.suppress(EvidenceMissing):
        run.document("run_manifest")  # where it cannot be read there is nothing to hash for
    covered = [path for path in run.entries if seal.covers(path, run.layout)]
    found = run.digest_all(covered, progress=context.progress)
    problems = {path: d for path, d in found.items() if isinstance(d, EvidenceError)}
    if problems:
        raise next(iter(problems.values()))
    hashed = {path: d for path, d in found.items() if isinstance(d, FileDigest)}
    manifest = run.valid("run_manifest")
    outputs = {_relative(run, o["path"]): (n, o) for n, o in enumerate(manifest["outputs"])}
    intact = _seal(run, answers, sealed, hashed, set(outputs))
    absent = _outputs(run, answers, hashed, outputs)
    _same_set(run, answers, sealed, outputs)
    _facts(run, answers, hashed, outputs, absent)
    if intact:
        answers.fact("subject", hashlib.sha256(run.seal_raw()).hexdigest())


def _relative(run: Run, path: str) -> str:
    """Path inside the run of a lake-root-relative path; unchanged where it lies elsewhere."""
    return path.removeprefix(f"{run.relpath}/")


def _seal(
    run: Run,
    answers: Answers,
    sealed: Mapping[str, str],
    hashed: Mapping[str, FileDigest],
    outputs: set[str],
) -> bool:
    intact = True
    for path, digest in sealed.items():
        where = Location(path)
        if path not in hashed:
            is_output = path in outputs and paths.under(path, run.layout.artifacts)
            if is_output and path not in run.entries:
                answers.refuse(
                    "seal",
                    OUTPUT_BYTES_ABSENT,
                    f"{path} is sealed and not here.",
                    where=where,
                    wanted=f"sha256:{digest}",
                    unproven=True,
                )
            else:
                intact = False
                answers.refuse(
                    "seal", SEALED_FILE_MISSING, f"{path} is sealed and missing.", where=where
                )
        elif hashed[path].sha256 != digest:
            intact = False
            answers.refuse(
                "seal",
                SEAL_MISMATCH,
                f"{path} is not the file that was sealed.",
                where=where,
                got=f"sha256:{hashed[path].sha256}",
                wanted=f"sha256:{digest}",
            )
    for path in sorted(hashed.keys() - sealed.keys()):
        intact = False
        answers.refuse(
            "seal", SEAL_INCOMPLETE, f"{path} is not covered by the seal.", where=Location(path)
        )
    answers.settle("seal", len(hashed))
    return intact


def _outputs(
    run: Run,
    answers: Answers,
    hashed: Mapping[str, FileDigest],
    outputs: Mapping[str, tuple[int, Mapping[str, Any]]],
) -> int:
    file = run.layout.run_manifest
    absent = 0
    for path, (n, output) in outputs.items():
        if path not in hashed:
            absent += 1
            elsewhere = path == output["path"]  # not below this run, so from the lake root
            answers.refuse(
                "outputs",
                OUTPUT_BYTES_ABSENT,
                f"The bytes of {path} are not here.",
                where=Location(path, base="root" if elsewhere else "run"),
                wanted=output["digest"],
                unproven=True,
            )
            continue
        got = f"sha256:{hashed[path].sha256}"
        if got != output["digest"]:
            answers.refuse(
                "outputs",
                OUTPUT_DIGEST_MISMATCH,
                f"The bytes of {path} are not those of the manifest.",
                where=Location(file, f"/outputs/{n}/digest"),
                got=got,
                wanted=output["digest"],
            )
        size = output.get("size")
        if size is not None and size != hashed[path].size:
            answers.refuse(
                "outputs",
                OUTPUT_SIZE_MISMATCH,
                f"{path} has {hashed[path].size} bytes.",
                where=Location(file, f"/outputs/{n}/size"),
                got=hashed[path].size,
                wanted=size,
            )
    if not outputs:
        answers.refuse(
            "outputs",
            codes.NOTHING_EXAMINED,
            "The manifest lists no output.",
            where=Location(file, "/outputs"),
            wanted="at least one output",
        )
    sizes = [hashed[path].size for path in outputs if path in hashed]
    if sizes and not any(sizes):
        answers.refuse(
            "outputs",
            OUTPUTS_EMPTY,
            f"All {len(sizes)} outputs have 0 bytes.",
            where=Location(file, "/outputs"),
            got="0 bytes",
        )
    answers.settle("outputs", len(outputs))
    return absent


def _same_set(
    run: Run,
    answers: Answers,
    sealed: Mapping[str, str],
    outputs: Mapping[str, tuple[int, Mapping[str, Any]]],
) -> None:
    """The seal and the manifest, compared without bytes: it holds where artifacts are absent."""
    file = run.layout.run_manifest
    for path, (n, output) in outputs.items():
        if f"sha256:{sealed.get(path)}" != output["digest"]:
            answers.refuse(
                "manifest_sealed",
                OUTPUT_NOT_SEALED,
                f"The seal has another digest for {path}, or none.",
                where=Location(file, f"/outputs/{n}/digest"),
                got=output["digest"],
                wanted=f"sha256:{sealed[path]}" if path in sealed else "an entry in the seal",
            )
    answers.settle("manifest_sealed", len(outputs))


def _facts(
    run: Run,
    answers: Answers,
    hashed: Mapping[str, FileDigest],
    outputs: Mapping[str, tuple[int, Mapping[str, Any]]],
    absent: int,
) -> None:
    present = {path: hashed[path] for path in outputs if path in hashed}
    verified = sum(f"sha256:{d.sha256}" == outputs[p][1]["digest"] for p, d in present.items())
    answers.fact("files", len(hashed))
    answers.fact("bytes", sum(d.size for d in hashed.values()))
    answers.fact(
        "outputs",
        {
            "total": len(outputs),
            "verified": verified,
            "absent": absent,
            "bytes": sum(d.size for d in present.values()),
            "complete": absent == 0,
            "by_role": dict(Counter(o["role"] for _, o in outputs.values())),
            "by_media_type": dict(
                Counter(o["media_type"] for _, o in outputs.values() if "media_type" in o)
            ),
        },
    )
    prefix = f"{run.layout.artifacts}/"
    content = [
        (p.removeprefix(prefix), o["digest"].removeprefix("sha256:"))
        for p, (_, o) in outputs.items()
    ]
    if content:
        answers.fact("content", digests.content_digest(content))


GATE = Gate(
    id="integrity",
    title="Integrity",
    source=("R-087", "R-124", "R-125"),
    examine=examine,
    checks=(
        Check(
            "seal",
            "the seal covers every file, and each has the sealed bytes",
            (SEAL_MISMATCH, SEAL_INCOMPLETE, SEALED_FILE_MISSING, OUTPUT_BYTES_ABSENT),
        ),
        Check(
            "outputs",
            "every output has the digest and size of the manifest",
            (OUTPUT_DIGEST_MISMATCH, OUTPUT_SIZE_MISMATCH, OUTPUT_BYTES_ABSENT, OUTPUTS_EMPTY),
        ),
        Check("manifest_sealed", "seal and manifest agree on every output", (OUTPUT_NOT_SEALED,)),
    ),
)

"""Gate layout: the run lies where it should, holds what it should, and nothing else (R-105)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfm_gates.evidence import paths
from kfm_gates.evidence.run_dir import Run
from kfm_gates.gates._api import Answers, Context, Gate
from kfm_gates.model import Check, Code, Fix, Level, Location

_LEGACY_LOGS = frozenset({"run.jsonl", "event_log.jsonl", "publisher_trace.jsonl"})

RUN_MISPLACED = Code(
    "RUN_MISPLACED",
    "The run is not at <runs>/<dataset_family>/<run_id>",
    "Family and run id are read from the place; elsewhere a run would name itself.",
    Fix("Record the run below the runs folder of the lake."),
    source=("R-105",),
)
PATH_UNSAFE = Code(
    "PATH_UNSAFE",
    "A path of the run is unsafe",
    "Links, devices and names that other systems read differently make two readers see two runs.",
    Fix("Let the pipeline write plain files with plain names, in a new run."),
    source=("R-117", "FO-41"),
)
UNEXPECTED_ENTRY = Code(
    "UNEXPECTED_ENTRY",
    "The run holds an entry that nothing describes",
    "What no receipt describes would travel unseen with the run.",
    Fix("Write outputs to artifacts/, scratch to tmp/, in a new run."),
    source=("R-105", "FO-07"),
)
ARTIFACT_UNLISTED = Code(
    "ARTIFACT_UNLISTED",
    "A file in artifacts/ is not an output of the manifest",
    "Promotion moves what the manifest lists; a file beside it has no digest, licence or label.",
    Fix("Declare every output with run.output(...), in a new run."),
    source=("R-125", "FO-07"),
)
OUTPUT_OUTSIDE_RUN = Code(
    "OUTPUT_OUTSIDE_RUN",
    "An output of the manifest is not below the run's own artifacts/",
    "A run can only answer for bytes of its own; tmp/, cache/ and staging/ are thrown away.",
    Fix("Let the pipeline write its outputs to artifacts/ of its own run."),
    source=("R-110", "R-117"),
)
OUTPUT_DUPLICATE = Code(
    "OUTPUT_DUPLICATE",
    "An output is listed twice",
    "Two entries for one file can say two things about it.",
    Fix("List every output once, in a new run."),
    source=("FO-41",),
)
LEGACY_LOG = Code(
    "LEGACY_LOG",
    "A log lies in artifacts/",
    "Logs belong to logs/; those in artifacts/ are accepted for older updaters and are no outputs.",
    Fix("Write logs to logs/."),
    level=Level.WARN,
    source=("C-16",),
)


def examine(context: Context, answers: Answers) -> None:
    """Look at the tree of the run, then at the paths of the manifest."""
    run = context.run
    _place(run, answers)
    _entries(run, answers)
    for name in ("run_record", "run_manifest", "validation_report"):
        run.document(name)
    run.seal()
    answers.settle("receipts_present", 4)
    _outputs(run, answers)
    answers.fact("files", len(run.entries))


def _place(run: Run, answers: Answers) -> None:
    wanted = f"{run.layout.runs}/{run.family_name}/{run.name}"
    if run.relpath != wanted:
        answers.refuse(
            "in_place",
            RUN_MISPLACED,
            f"The run lies at {run.relpath}.",
            where=Location(run.relpath, base="root"),
            got=run.relpath,
            wanted=f"{run.layout.runs}/<dataset_family>/<run_id>",
        )
    zones = [z for z, folder in run.layout.zones.items() if paths.under(run.relpath, folder)]
    if len(zones) == 1:
        answers.fact("zone", zones[0])
    answers.settle("in_place", 1)


def _entries(run: Run, answers: Answers) -> None:
    for problem in run.problems:
        answers.refuse(
            "plain_files",
            PATH_UNSAFE,
            problem.message,
            where=Location(problem.path),
            got=problem.kind,
        )
    answers.settle("plain_files", len(run.entries))
    layout = run.layout
    files = {layout.run_record, layout.run_manifest, layout.validation_report, layout.seal}
    folders = {layout.artifacts, layout.logs, layout.catalog, layout.attestations}
    folders |= set(layout.disposable)
    seen = {path.split("/", 1)[0] for path in (*run.entries, *run.directories)}
    for name in sorted(seen):
        is_folder = name in run.directories
        if name not in (folders if is_folder else files):
            answers.refuse(
                "only_known_entries",
                UNEXPECTED_ENTRY,
                f"{'Folder' if is_folder else 'File'} {name} is not part of a run.",
                where=Location(name),
                wanted=", ".join(sorted(files) + sorted(f"{f}/" for f in folders)),
            )
    answers.settle("only_known_entries", len(seen))
    for folder, why in (
        (layout.attestations, "no gate verifies attestations yet"),
        *((name, "disposable, never part of the seal") for name in layout.disposable),
    ):
        count = sum(paths.under(path, folder) for path in run.entries)
        if count:
            answers.not_checked(f"{folder}/: {count} file(s), {why}")


def _outputs(run: Run, answers: Answers) -> None:
    manifest = run.valid("run_manifest")
    file = run.layout.run_manifest
    artifacts = f"{run.relpath}/{run.layout.artifacts}"
    listed = outputs(answers, file, manifest, artifacts)
    for reference in manifest.get("catalog_refs", ()):
        why = None if "://" in reference else paths.problem_of(reference)
        if why is None and not paths.under(reference, f"{run.relpath}/{run.layout.catalog}"):
            answers.not_checked(f"the catalog reference {reference}, which lies outside of the run")
    answers.settle("outputs_inside", len(manifest["outputs"]))
    _artifacts(run, answers, listed)


def outputs(
    answers: Answers, file: str, manifest: Mapping[str, Any], artifacts: str | None = None
) -> set[str]:
    """Look at the paths of a valid manifest. Also for `lint`.

    Args:
        answers: Where the findings go.
        file: Name of the manifest.
        manifest: What it says.
        artifacts: Where the outputs have to lie, relative to the lake root; None where the run
            is not known.

    Returns:
        The paths of the outputs.
    """
    listed: set[str] = set()
    for n, output in enumerate(manifest["outputs"]):
        path = output["path"]
        where = Location(file, f"/outputs/{n}/path")
        why = paths.problem_of(path)
        if why is not None:
            answers.refuse("outputs_inside", PATH_UNSAFE, why, where=where, got=path)
        elif artifacts is not None and (not paths.under(path, artifacts) or path == artifacts):
            answers.refuse(
                "outputs_inside",
                OUTPUT_OUTSIDE_RUN,
                f"The output {path} is not below {artifacts}/.",
                where=where,
                got=path,
                wanted=f"{artifacts}/…",
            )
        if path in listed:
            answers.refuse(
                "outputs_inside", OUTPUT_DUPLICATE, f"Listed twice: {path}.", where=where, got=path
            )
        listed.add(path)
    for first, second in paths.clashes(sorted(listed)):
        answers.refuse(
            "outputs_inside",
            OUTPUT_DUPLICATE,
            f"{first} and {second} are one file on some systems.",
            where=Location(file, "/outputs"),
            got=second,
        )
    for n, reference in enumerate(manifest.get("catalog_refs", ())):
        why = None if "://" in reference else paths.problem_of(reference)
        if why is not None:
            where = Location(file, f"/catalog_refs/{n}")
            answers.refuse("outputs_inside", PATH_UNSAFE, why, where=where, got=reference)
    return listed


def _artifacts(run: Run, answers: Answers, listed: set[str]) -> None:
    artifacts = [p for p in run.entries if paths.under(p, run.layout.artifacts)]
    for path in artifacts:
        if f"{run.relpath}/{path}" in listed:
            continue
        if path.removeprefix(f"{run.layout.artifacts}/") in _LEGACY_LOGS:
            answers.refuse(
                "artifacts_listed", LEGACY_LOG, f"{path} is a log.", where=Location(path)
            )
            continue
        answers.refuse(
            "artifacts_listed",
            ARTIFACT_UNLISTED,
            f"{path} is not among the outputs of the manifest.",
            where=Location(path),
            wanted="an entry in run_manifest.json#/outputs",
        )
    # Absent artifacts are for the gate integrity to judge; here the manifest is what was examined.
    answers.settle("artifacts_listed", max(len(artifacts), len(listed)))
    answers.fact("artifacts", len(artifacts))


GATE = Gate(
    id="layout",
    title="Layout",
    source=("R-101", "R-105", "R-110", "R-117"),
    examine=examine,
    checks=(
        Check("in_place", "the run lies at <runs>/<dataset_family>/<run_id>", (RUN_MISPLACED,)),
        Check("plain_files", "every entry is a plain file with a safe name", (PATH_UNSAFE,)),
        Check("only_known_entries", "the run holds nothing undescribed", (UNEXPECTED_ENTRY,)),
        Check("receipts_present", "the three receipts and the seal are there", ()),
        Check(
            "outputs_inside",
            "every output lies below the run's own artifacts/, once",
            (PATH_UNSAFE, OUTPUT_OUTSIDE_RUN, OUTPUT_DUPLICATE),
        ),
        Check(
            "artifacts_listed",
            "every file in artifacts/ is an output of the manifest",
            (ARTIFACT_UNLISTED, LEGACY_LOG),
        ),
    ),
)

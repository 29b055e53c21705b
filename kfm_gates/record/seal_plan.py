"""What `seal` would write, and everything that is still missing for it.

Nothing here writes or guesses: a status, a time, a commit or a check that nobody states stays
missing, with the option that states it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from kfm_gates import times
from kfm_gates.errors import RecorderError
from kfm_gates.evidence.run_dir import Run
from kfm_gates.record import catalogs, demands, globs, governance, ids, runner_info
from kfm_gates.record.place import Place
from kfm_gates.record.stated import Stated, entries_of, labels_of, require_wellformed

_OPTIONS: Final = {
    "rights.license": "--license ID",
    "rights.holder": "--holder NAME",
    "rights.attribution": "--attribution TEXT",
    "sensitivity.label": "--label LABEL",
    "sensitivity.input_label": "--input-label LABEL",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What would be written for one directory.

    Attributes:
        place: The run.
        stated: What was stated about it, checked.
        tree: The directory as it was found.
        roles: Role of each output, by run-relative path.
        missing: What nobody stated, with the option that states it.
        problems: What stands against sealing.
        remarks: What the gates are going to ask about.
        catalogs: Kinds of catalogs that are written as well.
    """

    place: Place
    stated: Stated
    tree: Run
    roles: Mapping[str, str]
    missing: tuple[tuple[str, str], ...]
    problems: tuple[str, ...]
    remarks: tuple[str, ...]
    catalogs: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Nothing is missing and nothing stands against it."""
        return not self.missing and not self.problems

    @property
    def delivered(self) -> list[str]:
        """Run-relative paths of the catalog documents that lie there already."""
        prefix = f"{self.place.project.layout.catalog}/"
        return sorted(path for path in self.tree.entries if path.startswith(prefix))

    @property
    def catalog_refs(self) -> list[str]:
        """Run-relative paths of what the manifest is going to list as catalogs."""
        made = catalogs.files(self.catalogs, self.place.project.layout.catalog)
        return sorted({*self.delivered, *made})

    @property
    def has_log(self) -> bool:
        """The tool left a JSONL log of its own."""
        return bool(self.tree.log_files())

    def writes(self) -> list[str]:
        """Run-relative paths that sealing would write, in order."""
        layout = self.place.project.layout
        log = [] if self.has_log else [f"{layout.logs}/run.jsonl"]
        return [
            *log,
            *catalogs.files(self.catalogs, layout.catalog),
            layout.run_record,
            layout.run_manifest,
            layout.validation_report,
            layout.seal,
        ]


def make(place: Place, stated: Stated) -> Plan:
    """Look at a directory and at what is stated about it.

    Args:
        place: The directory, at its place.
        stated: What the caller knows.

    Raises:
        RecorderError: The directory has receipts or a seal already, or something that is stated
            is malformed.
    """
    layout = place.project.layout
    tree = Run.open(place.path, root=place.lake.root, layout=layout)
    receipts = (layout.run_record, layout.run_manifest, layout.validation_report, layout.seal)
    if taken := [name for name in receipts if name in tree.entries]:
        raise RecorderError(
            f"The directory has {', '.join(taken)} already.",
            code="RUN_EXISTS",
            file=place.relpath,
            fix="A run is sealed once. A correction is a new run: give its directory a new run id, "
            f"and --supersedes {place.run_id} --reason TEXT.",
        )
    require_wellformed(stated)
    matched = globs.match(stated.outputs, tree.entries, layout.artifacts)
    kinds, trouble, notes = _catalogs(place, stated, tree, matched.roles)
    problems = [
        *(problem.message for problem in tree.problems),
        *_strangers(tree),
        *(matched.problems if stated.outputs else ()),
        *_clock(place, stated),
        *_logs(tree),
        *trouble,
    ]
    return Plan(
        place=place,
        stated=stated,
        tree=tree,
        roles=matched.roles,
        missing=_missing(stated, sum(p.startswith(f"{layout.artifacts}/") for p in tree.entries)),
        problems=tuple(problems),
        remarks=(*_remarks(place, stated), *notes),
        catalogs=kinds,
    )


def _missing(stated: Stated, files: int) -> tuple[tuple[str, str], ...]:
    wanted = (
        ("the pipeline", stated.pipeline, "--pipeline ID"),
        ("the commit of the pipeline", stated.commit, "--commit SHA"),
        ("how the run ended", stated.status, "--status succeeded|failed|cancelled"),
        ("when it started", stated.started_at, "--started-at 2026-02-18T00:00:00Z"),
        ("when it ended", stated.ended_at, "--ended-at 2026-02-18T00:10:00Z"),
        ("the parameters", stated.params, "--params FILE, or --no-params"),
        ("the inputs", stated.inputs or None, "--input data/raw/… or --input URI@sha256:…"),
        (f"the outputs, {files} files so far", stated.outputs or None, "--output 'artifacts/**'"),
        ("what was checked", stated.checks or None, "--check FILE"),
    )
    missing = [(what, option) for what, value, option in wanted if value is None]
    if stated.status == "failed" and not stated.error:
        missing.append(("what failed", "--error TEXT"))
    return tuple(missing)


def _catalogs(
    place: Place, stated: Stated, tree: Run, outputs: Iterable[str]
) -> tuple[tuple[str, ...], list[str], list[str]]:
    """Kinds of catalogs that can be written, what stands against it, and what is worth a note."""
    if not stated.catalogs:
        return (), [], []
    from kfm_gates.record.catalogs import extents, making

    family = place.project.families.get(place.family)
    if stated.status not in (None, "succeeded", "success"):
        return (), ["Catalogs are for runs that succeeded (--catalogs)."], []
    try:
        catalogs.require(
            catalogs.KINDS, place.family, family, governance.rights(stated.rights, family)
        )
        making.refuse_existing(tree, catalogs.KINDS)
        found = extents.find(tree, dict.fromkeys(outputs))
        kinds, notes = making.settled(catalogs.KINDS, found.bbox, found.placeless, named=False)
    except RecorderError as error:
        return (), [error.message], []
    return kinds, [], notes


def _strangers(tree: Run) -> list[str]:
    layout = tree.layout
    folders = {layout.artifacts, layout.logs, layout.catalog, layout.attestations}
    folders |= set(layout.disposable)
    names = {path.split("/", 1)[0] for path in (*tree.entries, *tree.directories)}
    return [
        f"{name}: not part of a run; outputs belong to {layout.artifacts}/, scratch to "
        f"{layout.disposable[0]}/."
        for name in sorted(names)
        if name not in folders or name in tree.entries
    ]


def _clock(place: Place, stated: Stated) -> list[str]:
    problems = []
    start, end = stated.started_at, stated.ended_at
    if start is not None and end is not None and end < start:
        problems.append("The run ends before it starts.")
    if end is not None and end > dt.datetime.now(dt.UTC) + times.MAX_SKEW:
        problems.append("The run ends in the future.")
    made = times.ulid_time(place.run_id)
    early = start is not None and made < start - times.MAX_SKEW
    late = end is not None and made > end + times.MAX_SKEW
    if early or late:
        problems.append(
            f"The run id was made at {times.render(made)}, which is not when the run happened; "
            "a directory with another run id is needed"
            + (f", such as {ids.new_run_id(_whole(start))}." if start is not None else ".")
        )
    return problems


def _whole(moment: dt.datetime) -> dt.datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _logs(tree: Run) -> list[str]:
    """The tool's own log has to fit: afterwards it is sealed and cannot be mended."""
    from kfm_gates.errors import EvidenceError
    from kfm_gates.evidence import json_schema, strict_json

    problems = []
    for name in tree.log_files():
        try:
            raw = tree.read(name, 64 << 20)
            for n, line in strict_json.loads_lines(raw, file=name):
                if issues := json_schema.validate("log_line", line):
                    problems.append(f"{name}, line {n}: {issues[0].message}")
                    break
                if line["run_id"] != tree.name:
                    problems.append(f"{name}, line {n}: it is of another run, {line['run_id']}.")
                    break
        except EvidenceError as error:
            problems.append(f"{name}, line {error.line}: {error.message}")
    return problems


def _remarks(place: Place, stated: Stated) -> tuple[str, ...]:
    known = place.project.families.get(place.family)
    rights = governance.rights(stated.rights, known)
    labels = governance.sensitivity(labels_of(stated), known)
    remarks = [
        f"{field}: nobody states it, and the gates refuse a run without ({_OPTIONS[field]})."
        for field in governance.unstated(rights, labels)
    ]
    if len(stated.runner) < 3:
        seen = runner_info.runner(stated.runner)
        remarks.append(
            f"runner: {seen['user']} on {seen['host']} ({seen['type']}), as seen from here; say "
            "otherwise with --runner-user, --runner-host, --runner-type."
        )
    if stated.checks:
        remarks += demands.unmet(known, entries_of(stated.checks), stated.metrics)
    if not stated.tools:
        remarks.append("versions: no tool is named (--tool NAME=VERSION).")
    return tuple(remarks)

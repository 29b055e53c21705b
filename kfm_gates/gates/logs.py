"""Gate logs: the story of the run, line by line, agrees with its receipts (R-023 to R-025, R-160).

Logs are JSON Lines in logs/; text for people may lie beside them and is only searched for secrets.
A line that names a stage is about that stage, every other line about the run. Logs of earlier
pipelines in artifacts/ are read too, so that no data hide behind their names; they tell the story
of the run only where logs/ has none.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from kfm_gates.errors import EvidenceError
from kfm_gates.evidence import paths
from kfm_gates.evidence.run_dir import Run
from kfm_gates.gates import _log_claims as claims
from kfm_gates.gates import _log_codes as codes
from kfm_gates.gates import _log_story as story
from kfm_gates.gates._api import Answers, Context, Gate
from kfm_gates.gates._log_reader import MAX_FINDINGS, Reader
from kfm_gates.gates._log_story import Problem
from kfm_gates.model import Check, Location

_TEXT = (".txt", ".log")
_STORY = "run.jsonl"
_LEGACY = (_STORY, "event_log.jsonl", "publisher_trace.jsonl")
_NO_LINES = "the run has no structured log, and is refused for that"


def examine(context: Context, answers: Answers) -> None:
    """Read every log, then compare it with the run record."""
    run = context.run
    names, beside = _names(run, answers)
    reader = Reader(run, answers)
    files = [reader.read(name) for name in names]
    others = [line for name in beside for line in reader.read(name)]
    reader.close()
    lines = [line for part in files for line in part]
    empty = [name for name in (*names, *beside) if run.entries[name].size == 0]
    read = len(names) - sum(name in empty for name in names)
    if not read:
        answers.refuse(
            "present",
            codes.LOG_MISSING,
            "The run has no structured log with a line in it.",
            where=Location(f"{run.layout.logs}/"),
            wanted=f"{run.layout.logs}/<name>.jsonl",
        )
    for name in empty:
        if read or name in beside:
            message = f"The log {name} has no line."
            answers.refuse("present", codes.LOG_EMPTY, message, where=Location(name))
    answers.settle("present", len(names))
    if not read and not others and not reader.refused:
        for check in GATE.checks[1:]:
            answers.not_applicable(check.id, _NO_LINES)
        return
    every = [*lines, *others]
    answers.settle("lines", len(every))
    answers.settle("no_dumps", len(every))
    record = run.valid("run_record")
    same = itertools.chain(story.identity(every, record), claims.datasets(every, record))
    _settle(answers, "identity", len(every), same)
    if not read:
        for check in GATE.checks[4:]:
            answers.not_applicable(check.id, _NO_LINES)
        return
    _settle(answers, "times", len(lines), story.times(files, record))
    whole = itertools.chain(story.lifecycle(files, record), claims.errors(lines, record))
    _settle(answers, "lifecycle", len(lines), whole)
    stated = itertools.chain(claims.zones(every), claims.labels(every, _emitted(run)))
    _settle(answers, "claims", len(every), stated)
    staged, timed = story.staged(files), story.timed(files)
    if staged:
        _settle(answers, "stages", len(staged), story.stages(files))
    else:
        answers.not_applicable("stages", "no line names a stage of an updater")
    if timed:
        _settle(answers, "duration", len(timed), story.durations(timed, record))
    else:
        answers.not_applicable("duration", "no line states a duration")
    answers.fact("files", len(names))
    answers.fact("lines", len(lines))


def _names(run: Run, answers: Answers) -> tuple[list[str], list[str]]:
    """The logs that tell the story of the run, and those that only have to be logs.

    What else lies in the folder makes findings.
    """
    names = list(run.log_files())
    logs, artifacts = run.layout.logs, run.layout.artifacts
    for path in sorted(run.entries):
        if paths.under(path, logs) and path not in names and not path.lower().endswith(_TEXT):
            answers.refuse(
                "present",
                codes.LOG_KIND_UNKNOWN,
                f"The file {path} is no log.",
                where=Location(path),
                wanted="*.jsonl, *.txt or *.log",
            )
    beside = [path for name in _LEGACY if (path := f"{artifacts}/{name}") in run.entries]
    story_log = f"{artifacts}/{_STORY}"
    if not names and story_log in beside and f"{run.relpath}/{story_log}" not in _outputs(run):
        names.append(story_log)
        beside.remove(story_log)
    return names, beside


def _emitted(run: Run) -> set[str]:
    """The labels that manifest and validation report state, whichever of the two can be read."""
    found: set[str] = set()
    for name in ("run_manifest", "validation_report"):
        try:
            data = run.valid(name)
        except EvidenceError:
            continue  # the gate receipts says so; this run fails in any case
        found.update(data.get("policy", {}).get("labels_emitted", ()))
        if "label" in data.get("sensitivity", {}):
            found.add(data["sensitivity"]["label"])
    return found


def _outputs(run: Run) -> frozenset[str]:
    try:
        return frozenset(output["path"] for output in run.valid("run_manifest")["outputs"])
    except EvidenceError:
        return frozenset()  # the gate receipts says so; this run fails in any case


def _settle(answers: Answers, check: str, examined: int, problems: Iterable[Problem]) -> None:
    found = iter(problems)
    for problem in itertools.islice(found, MAX_FINDINGS):
        line = problem.line
        answers.refuse(
            check,
            problem.code,
            problem.message,
            where=Location(line.file, line=line.number) if line else Location(),
            got=problem.got,
            wanted=problem.wanted,
        )
    rest = list(found)
    if rest:
        answers.refuse(check, rest[0].code, f"{len(rest)} more of this kind are not listed.")
    answers.settle(check, examined)


GATE = Gate(
    id="logs",
    title="Logs",
    source=("R-023", "R-024", "R-025", "R-042", "R-083", "R-138", "R-160", "R-162"),
    examine=examine,
    checks=(
        Check(
            "present",
            "there is a structured log, and none is empty",
            (codes.LOG_MISSING, codes.LOG_EMPTY, codes.LOG_KIND_UNKNOWN),
        ),
        Check(
            "lines",
            "every line is strict JSON and fits the schema",
            (codes.LOG_LINE_INVALID, codes.LOG_TOO_LARGE),
            conditional=True,
        ),
        Check(
            "no_dumps",
            "no line holds headers, payloads or an environment",
            (codes.LOG_DUMP,),
            conditional=True,
        ),
        Check(
            "identity",
            "every line belongs to this run, job, trace and dataset family",
            (codes.LOG_ID_MISMATCH,),
            conditional=True,
        ),
        Check(
            "times",
            "lines are in order of time and lie within the run",
            (codes.LOG_TIME_ORDER, codes.LOG_TIME_OUTSIDE),
            conditional=True,
        ),
        Check(
            "lifecycle",
            "the run starts once, goes through legal states, and ends as its record says",
            (
                codes.LOG_START_FINISH,
                codes.LOG_TRANSITION_ILLEGAL,
                codes.LOG_STATUS_MISMATCH,
                codes.LOG_ERROR_MISSING,
                codes.LOG_ERROR_UNRESOLVED,
            ),
            conditional=True,
        ),
        Check(
            "claims",
            "zones and labels of the lines agree with the run",
            (codes.LOG_ZONE_CONTRADICTED, codes.LOG_LABEL_CONTRADICTED),
            conditional=True,
        ),
        Check("stages", "stages ran in their order", (codes.LOG_STAGE_ORDER,), conditional=True),
        Check(
            "duration",
            "durations fit the times of the run",
            (codes.LOG_DURATION_MISMATCH,),
            conditional=True,
        ),
    ),
)

"""Gate logs: the story of the run, line by line, agrees with its receipts (R-023 to R-025, R-160).

Logs are JSON Lines in logs/; text for people may lie beside them and is only searched for secrets.
A line that names a stage is about that stage, every other line about the run.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from kfm_gates.errors import EvidenceError
from kfm_gates.evidence import json_schema, paths, receipts, strict_json
from kfm_gates.evidence.labels import LABELS
from kfm_gates.evidence.run_dir import Run
from kfm_gates.gates import _log_codes as codes
from kfm_gates.gates import _log_story as story
from kfm_gates.gates._api import Answers, Context, Gate
from kfm_gates.gates._log_dump import dump_in
from kfm_gates.gates._log_story import Line, Problem
from kfm_gates.model import Check, Location
from kfm_gates.times import parse

MAX_FILE = 32 * 2**20
MAX_FINDINGS = 20
"""Findings that are listed for one check; one bad logger makes as many as there are lines."""
_TEXT = (".txt", ".log")
_LEGACY = "run.jsonl"
_NO_LINES = "the run has no structured log, and is refused for that"


def examine(context: Context, answers: Answers) -> None:
    """Read every log, then compare it with the run record."""
    run = context.run
    names = _names(run, answers)
    files = [_read(run, answers, name) for name in names]
    lines = [line for part in files for line in part]
    read = sum(run.entries[name].size > 0 for name in names)
    if not read:
        answers.refuse(
            "present",
            codes.LOG_MISSING,
            "The run has no structured log with a line in it.",
            where=Location(f"{run.layout.logs}/"),
            wanted=f"{run.layout.logs}/<name>.jsonl",
        )
    answers.settle("present", len(names))
    if not read:
        for check in GATE.checks[1:]:
            answers.not_applicable(check.id, _NO_LINES)
        return
    answers.settle("lines", len(lines))
    for line in lines:
        _dumps(answers, line)
    answers.settle("no_dumps", len(lines))
    record = run.valid("run_record")
    _settle(answers, "identity", len(lines), story.identity(lines, record))
    _settle(answers, "times", len(lines), story.times(files, record))
    _settle(answers, "lifecycle", len(lines), story.lifecycle(files, record))
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


def _names(run: Run, answers: Answers) -> list[str]:
    """The structured logs, and findings about what else lies in the folder."""
    names = list(run.log_files())
    logs = run.layout.logs
    for path in sorted(run.entries):
        if paths.under(path, logs) and path not in names and not path.lower().endswith(_TEXT):
            answers.refuse(
                "present",
                codes.LOG_KIND_UNKNOWN,
                f"The file {path} is no log.",
                where=Location(path),
                wanted="*.jsonl, *.txt or *.log",
            )
    legacy = f"{run.layout.artifacts}/{_LEGACY}"
    if not names and legacy in run.entries and f"{run.relpath}/{legacy}" not in _outputs(run):
        names.append(legacy)
    return names


def _outputs(run: Run) -> frozenset[str]:
    try:
        return frozenset(output["path"] for output in run.valid("run_manifest")["outputs"])
    except EvidenceError:
        return frozenset()  # the gate receipts says so; this run fails in any case


def _read(run: Run, answers: Answers, name: str) -> list[Line]:
    """The lines of a log that fit the schema.

    Raises:
        EvidenceUnreadable: A line is no strict JSON.
    """
    size = run.entries[name].size
    if size > MAX_FILE:
        answers.refuse(
            "lines",
            codes.LOG_TOO_LARGE,
            f"The log has {size} bytes.",
            where=Location(name),
            got=f"{size} bytes",
            wanted=f"at most {MAX_FILE} bytes",
        )
        return []
    found: list[Line] = []
    bad = 0
    for number, raw in strict_json.loads_lines(run.read(name, MAX_FILE), file=name):
        data, _ = receipts.normalise("log_line", raw, file=name)
        issue = next(iter(json_schema.validate("log_line", data)), None)
        if issue is None:
            try:
                found.append(Line(name, number, data, parse(data["timestamp"])))
            except ValueError as error:
                issue = json_schema.Issue("/timestamp", f"{error}.")
        if issue is None and data.get("policy_label", LABELS[0]) not in LABELS:
            wanted = ", ".join(LABELS)
            issue = json_schema.Issue("/policy_label", "The label is unknown.", None, wanted)
        if issue is None:
            continue
        bad += 1
        if bad > MAX_FINDINGS:
            continue
        answers.refuse(
            "lines",
            codes.LOG_LINE_INVALID,
            f"Line {number} does not fit log_line/v1 at {issue.pointer or '/'}: {issue.message}",
            where=Location(name, line=number),
            # What a malformed line holds is not repeated: nobody knows what it is.
            wanted=issue.wanted,
        )
    if bad > MAX_FINDINGS:
        more = f"{bad - MAX_FINDINGS} more lines do not fit."
        answers.refuse("lines", codes.LOG_LINE_INVALID, more, where=Location(name))
    return found


def _dumps(answers: Answers, line: Line) -> None:
    pointer = dump_in(line.data)
    if pointer is not None:
        answers.refuse(
            "no_dumps",
            codes.LOG_DUMP,
            f"The field {pointer} holds headers, a payload or an environment.",
            where=Location(line.file, line=line.number),
        )


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
        Check("present", "there is a structured log", (codes.LOG_MISSING, codes.LOG_KIND_UNKNOWN)),
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
            "every line belongs to this run, job and trace",
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
            ),
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

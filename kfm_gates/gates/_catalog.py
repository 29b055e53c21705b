"""How the gates of catalogs answer: one way for all four kinds.

The survey and what each kind established are remembered with the run, because the closure needs
them again.
"""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from kfm_gates.catalogs import run_facts, survey
from kfm_gates.catalogs._api import Examined, Question, Remark
from kfm_gates.catalogs.files import RunFiles
from kfm_gates.evidence import paths
from kfm_gates.gates._api import Answers, Context
from kfm_gates.model import Level, Location

MAX_SHOWN: Final = 100
"""So many findings of one code are listed one by one; the next says how many more there are."""


def surveyed(context: Context) -> survey.Survey:
    """The catalog documents of the run, read once."""
    run = context.run
    listed = [path for path in run.entries if paths.under(path, run.layout.catalog)]

    def make() -> survey.Survey:
        return survey.survey(RunFiles(run), listed, lambda: question_of(context))

    return run.remembered("catalogs", make)


def question_of(context: Context) -> Question:
    """What the catalogs of the run are held against.

    Raises:
        EvidenceMissing: A receipt is missing.
        EvidenceInvalid: A receipt does not fit its schema.
        EvidenceUnreadable: A receipt cannot be read.
    """
    run = context.run
    return Question(
        files=RunFiles(run),
        now=context.now,
        run=run_facts.of_run(run, context.family),
        shapes=context.shapes,
    )


def examined(context: Context, kind: str) -> Examined | None:
    """What a kind of catalog established, None where the run carries no document of it.

    Raises:
        EvidenceMissing: A receipt is missing.
        EvidenceInvalid: A receipt does not fit its schema.
        EvidenceUnreadable: A receipt cannot be read.
    """
    documents = surveyed(context).of(kind)
    if not documents:
        return None
    module = importlib.import_module(f"kfm_gates.catalogs.{kind}")

    def make() -> Examined:
        found: Examined = module.examine(documents, question_of(context))
        return found

    return context.run.remembered(f"catalogs.{kind}", make)


def answer(kind: str) -> Callable[[Context, Answers], None]:
    """The `examine` of the gate of one kind."""

    def examine(context: Context, answers: Answers) -> None:
        found = examined(context, kind)
        if found is None:
            folder = context.run.layout.catalog
            for check in answers.gate.checks:
                answers.not_applicable(check.id, f"no {kind} document lies in {folder}/")
            return
        write_down(found, answers)
        if found.error is not None:
            raise found.error

    return examine


def write_down(found: Examined, answers: Answers, shown: Sequence[Remark] | None = None) -> None:
    """Turn what a kind of catalog established into answers.

    Args:
        found: What it established.
        answers: Where the answers go.
        shown: The remarks to list; None for those that one report of a run has room for.
    """
    for remark in bounded(found.remarks) if shown is None else shown:
        answers.refuse(
            remark.check,
            remark.code,
            remark.message,
            where=Location(remark.file, remark.pointer, remark.line),
            got=remark.got,
            wanted=remark.wanted,
            unproven=remark.unproven,
        )
    for check in answers.gate.checks:
        if check.id in found.counts:
            answers.settle(check.id, found.counts[check.id])
        elif check.id in found.witnesses:
            answers.not_applicable(check.id, found.witnesses[check.id])
    for key, value in found.facts.items():
        answers.fact(key, value)
    for text in found.not_checked[:MAX_SHOWN]:
        answers.not_checked(text)
    if len(found.not_checked) > MAX_SHOWN:
        answers.not_checked(f"{len(found.not_checked) - MAX_SHOWN} more of the same kind")


def bounded(remarks: Sequence[Remark]) -> list[Remark]:
    """The remarks, denials first, at most `MAX_SHOWN` of each kind; the last one says the rest.

    A kind is a code in a check: no check may lose all that speaks against it.
    """
    total = Counter(map(_kind, remarks))
    seen: Counter[tuple[str, str, bool]] = Counter()
    kept: list[Remark] = []
    for remark in sorted(remarks, key=lambda r: r.code.level is not Level.DENY):
        kind = _kind(remark)
        seen[kind] += 1
        if seen[kind] <= MAX_SHOWN:
            kept.append(remark)
        elif seen[kind] == MAX_SHOWN + 1:
            rest = total[kind] - MAX_SHOWN
            more = f"And {rest} more of these, in this document and others."
            kept.append(replace(remark, message=more, pointer=None, line=None, got=None))
    return kept


def _kind(remark: Remark) -> tuple[str, str, bool]:
    return (remark.check, remark.code.id, remark.unproven)

"""Receipts and seals one by one: what the gates ask of a run, as far as one file tells it."""

from __future__ import annotations

import datetime as dt
import hashlib

from kfm_gates.evidence import seal
from kfm_gates.evidence.documents import Document, read_document
from kfm_gates.gates import layout, lineage, origin, receipts
from kfm_gates.gates._api import Answers
from kfm_gates.model import Finding, Layout

NOT_CHECKED = {
    "run_record": "run_record: the other receipts, the directory and the commit in git",
    "run_manifest": "run_manifest: bytes of inputs and outputs, and the other receipts",
    "validation_report": "validation_report: metrics of the run record, and checks of the family",
    "log": "log: the times, ids and status of the run record",
    "seal": "seal: the files that it lists",
}
"""What a document of these kinds cannot tell alone."""


def examine(
    kind: str, file: str, raw: bytes, now: dt.datetime, layout_of_lake: Layout
) -> list[Finding]:
    """Findings about one receipt, log or seal.

    Args:
        kind: `run_record`, `run_manifest`, `validation_report`, `log` or `seal`.
        file: Its path, for the findings.
        raw: Its bytes.
        now: The time of the question.
        layout_of_lake: Where things lie in the lake.

    Raises:
        EvidenceUnreadable: It cannot be read strictly.
    """
    if kind == "seal":
        seal.parse(raw, file)
        return []
    if kind == "log":
        from kfm_gates.linter import logs

        return logs.examine(file, raw)
    document = read_document(kind, file, raw, hashlib.sha256(raw).hexdigest())
    answers = Answers(receipts.GATE)
    receipts.schema(answers, document)
    found = list(answers.findings)
    if document.issues:
        return found
    if kind == "run_record":
        return [*found, *_run_record(document, now)]
    if kind == "run_manifest":
        return [*found, *_run_manifest(document, layout_of_lake.zones["raw"])]
    answers = Answers(receipts.GATE)
    receipts.validation(answers, file, document.data, {})
    return [*found, *answers.findings]


def _run_record(document: Document, now: dt.datetime) -> list[Finding]:
    file, record = document.file, document.data
    answers, trace, about = Answers(receipts.GATE), Answers(lineage.GATE), Answers(origin.GATE)
    receipts.times(answers, file, record, now)
    receipts.real_run(answers, file, record)
    lineage.trace(trace, file, record)
    origin.commit_named(about, file, record["git_commit"])
    origin.runner_named(about, file, record["runner"])
    return [*answers.findings, *trace.findings, *about.findings]


def _run_manifest(document: Document, raw_zone: str) -> list[Finding]:
    file, manifest = document.file, document.data
    about, inputs, outputs = Answers(origin.GATE), Answers(lineage.GATE), Answers(layout.GATE)
    spec = manifest.get("spec")
    if spec is not None:
        origin.spec_hash(about, file, manifest, spec)
        origin.agrees(about, file, manifest)
    lineage.resolve(inputs, file, manifest["inputs"], raw_zone)
    layout.outputs(outputs, file, manifest)
    return [*about.findings, *inputs.findings, *outputs.findings]

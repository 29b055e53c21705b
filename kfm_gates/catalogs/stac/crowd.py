"""Thousands of documents: each is read, hashed, parsed and checked in one go, and then forgotten.

Where there are processors, workers do that, see `workers`; this process holds the documents
against each other. What is no STAC is given back, to be read in the ordinary way.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from kfm_gates.catalogs import kinds, mixture, quick_json
from kfm_gates.catalogs._api import Document
from kfm_gates.catalogs.files import RunFiles
from kfm_gates.catalogs.stac.across import Across
from kfm_gates.catalogs.stac.inspect import Inspector
from kfm_gates.catalogs.stac.record import Record
from kfm_gates.errors import EvidenceError

if TYPE_CHECKING:
    from kfm_gates.catalogs._api import Question

FORM: Final = "stac-many"
"""Form of the one document that stands for all of a crowd; its data is an `Across`."""

Answer = Record | EvidenceError | None
"""What was made of a document: None for one that is no STAC."""


@dataclass
class Crowd:
    """What was found among many files.

    Args:
        document: Stands for all STAC documents; None where there is none.
        others: Paths of what is no STAC.
        errors: Why a file could not be read, by path.
    """

    document: Document | None = None
    others: list[str] = field(default_factory=list)
    errors: dict[str, EvidenceError] = field(default_factory=dict)


def look(paths: Sequence[str], question: Question, max_bytes: int) -> Crowd:
    """Check all STAC documents among some files.

    Args:
        paths: Paths of JSON files.
        question: What they are held against.
        max_bytes: Largest document.
    """
    found = Crowd()
    across = Across(question)
    try:
        for path, answer in _answers(paths, question, max_bytes):
            if answer is None:
                found.others.append(path)
            elif isinstance(answer, EvidenceError):
                found.errors[path] = answer
            else:
                if found.document is None:
                    found.document = Document(file=path, form=FORM, raw=b"", data=across)
                across.add(answer)
    except EvidenceError as error:
        # The kinds of the files that were not reached are not known: the gate cannot answer.
        across.broken = error
        found.document = found.document or Document(file=paths[0], form=FORM, raw=b"", data=across)
    return found


def _answers(
    paths: Sequence[str], question: Question, max_bytes: int
) -> Iterator[tuple[str, Answer]]:
    files = question.files
    processors = _processors()
    if isinstance(files, RunFiles) and processors > 1:
        from kfm_gates.catalogs.stac import workers

        team = workers.start(files.run, question.run, max_bytes, min(processors, workers.MOST))
        if team is not None:
            yield from team.answers(paths)
            return
    yield from one_by_one(paths, question, max_bytes)


def one_by_one(
    paths: Iterable[str], question: Question, max_bytes: int
) -> Iterator[tuple[str, Answer]]:
    """The same in this process."""
    inspector = Inspector(question.run)
    for path in paths:
        answer: Answer
        try:
            raw = question.files.read(path, max_bytes)
            answer = inspect(inspector, path, raw, max_bytes)
        except EvidenceError as error:
            answer = error
        yield path, answer


def inspect(inspector: Inspector, path: str, raw: bytes, max_bytes: int) -> Record | None:
    """Parse and check one file; None where it is no STAC.

    Raises:
        EvidenceUnreadable: It is no strict JSON, holds more values than may be, or is JSON-LD
            as well.
    """
    quick_json.require_bounded(raw, path)
    data = quick_json.loads(raw, file=path, max_bytes=max_bytes)
    if kinds.of_json(data) != "stac":
        return None
    mixture.require_one_kind("stac", data, raw, path)
    return inspector.document(path, data, raw)


def _processors() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS
        return os.cpu_count() or 1

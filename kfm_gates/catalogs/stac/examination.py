"""The way of STAC documents through the checks: each alone, then all together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kfm_gates.catalogs.stac.across import Across
from kfm_gates.catalogs.stac.inspect import Inspector
from kfm_gates.catalogs.stac.record import Record
from kfm_gates.errors import EvidenceError

if TYPE_CHECKING:
    from kfm_gates.catalogs._api import Document, Examined, Question


def examine(documents: Sequence[Document], question: Question) -> Examined:
    """Check STAC documents.

    Documents of the form `stac-many` have been looked at already, see `crowd`.
    """
    many = next((d.data for d in documents if d.form == "stac-many"), None)
    across: Across = many if many is not None else Across(question)
    if across.broken is not None:
        return across.fail(across.broken)
    inspector = Inspector(question.run)
    refused: EvidenceError | None = None
    try:
        for document in documents:
            try:
                record = _record(inspector, document)
            except EvidenceError as error:
                refused = refused or error
                continue
            if record is not None:
                across.add(record)
        found = across.finish()
    except EvidenceError as error:
        return across.fail(error)
    found.error = refused or found.error
    return found


def _record(inspector: Inspector, document: Document) -> Record | None:
    if document.form == "stac":
        return inspector.document(document.file, document.data, document.raw)
    if document.form == "stac-lines":
        return inspector.lines(document.file, document.data, document.raw)
    return None

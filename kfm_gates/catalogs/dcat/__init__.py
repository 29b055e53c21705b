"""DCAT: RDF in four notations and DCAT-US as JSON, read into one model and held against the run."""

from __future__ import annotations

from collections.abc import Sequence

from kfm_gates.catalogs._api import Document, Examined, Question
from kfm_gates.catalogs.dcat.codes import CHECKS

__all__ = ["CHECKS", "examine"]


def examine(documents: Sequence[Document], question: Question) -> Examined:
    """Check DCAT documents.

    Args:
        documents: All DCAT documents of the run, or the one that `lint` was given.
        question: What they are held against.

    Returns:
        Remarks, counts and claims; `error` where a document could not be read at all.
    """
    from kfm_gates.catalogs.dcat.examination import examine as look

    return look(documents, question)

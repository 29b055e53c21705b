"""PROV: five notations, all of PROV-CONSTRAINTS, and what a gate wants beyond them."""

from __future__ import annotations

from collections.abc import Sequence

from kfm_gates.catalogs._api import Document, Examined, Question
from kfm_gates.catalogs.prov.codes import CHECKS

__all__ = ["CHECKS", "examine"]


def examine(documents: Sequence[Document], question: Question) -> Examined:
    """Check PROV documents.

    Args:
        documents: All PROV documents of the run, or the one that `lint` was given.
        question: What they are held against.

    Returns:
        Remarks, counts and claims; `error` where a document could not be read at all.
    """
    from kfm_gates.catalogs.prov.examination import examine as look

    return look(documents, question)

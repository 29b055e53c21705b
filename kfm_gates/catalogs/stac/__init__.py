"""STAC: items, collections, catalogs and ItemCollections of 1.0.0 and 1.1.0 (R-080, R-127)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kfm_gates.catalogs.stac.codes import CHECKS

if TYPE_CHECKING:
    from kfm_gates.catalogs._api import Document, Examined, Question

__all__ = ["CHECKS", "examine"]


def examine(documents: Sequence[Document], question: Question) -> Examined:
    """Check STAC documents, each alone and all together."""
    from kfm_gates.catalogs.stac import examination

    return examination.examine(documents, question)

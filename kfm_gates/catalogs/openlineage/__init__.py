"""OpenLineage: events and facets one by one, the life of a run, and whether it is this one."""

from __future__ import annotations

from collections.abc import Sequence

from kfm_gates.catalogs._api import Document, Examined, Question
from kfm_gates.catalogs.openlineage.codes import CHECKS

__all__ = ["CHECKS", "examine"]


def examine(documents: Sequence[Document], question: Question) -> Examined:
    """Check OpenLineage events.

    Life cycles are judged as far as they can be told. The run that the receipts are about has to
    have exactly one START and, last, exactly one COMPLETE. Any other run, and every run where
    there are no receipts, may be an excerpt: its START is only missed where one of several events
    ends it, and it may have failed or go on. Two starts, two ends, a wrong order and a change of
    the job are wrong everywhere.

    Args:
        documents: All OpenLineage documents of the run, or the one that `lint` was given.
        question: What they are held against.

    Returns:
        Remarks, counts and claims.
    """
    from kfm_gates.catalogs.openlineage.examination import examine as look

    return look(documents, question)

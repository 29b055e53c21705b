"""The section `closure` of the facts: counts, never the matrix itself."""

from __future__ import annotations

import re
from typing import Any, Final

from kfm_gates.catalogs import licenses
from kfm_gates.catalogs.closure.cells import BYTES, Matrix
from kfm_gates.catalogs.closure.evidence import Evidence

_LICENSED: Final = ("stac", "dcat")
"""Kinds of catalogs that have to state a licence."""
MAX_VALUES: Final = 64
_WORD: Final = re.compile(r"[^\x00-\x1f\x7f]{1,255}")
"""What the schema of the facts takes for a word."""


def of(matrix: Matrix, evidence: Evidence) -> dict[str, Any]:
    """State the facts; none where licences are too many or too long to be stated as facts.

    Without the section every rule that needs it refuses, which is right: such licences conflict.
    """
    stated: dict[str, set[str]] = {}
    if evidence.run.license is not None:
        stated["run"] = {licenses.normal(evidence.run.license)}
    for row in matrix.rows:
        for claim in row.statements():
            if claim.source in _LICENSED and claim.license is not None:
                said = stated.setdefault(claim.source, set())
                if not licenses.names_nothing(claim.license, evidence.run.license):
                    said.add(licenses.normal(claim.license))
    values = sorted(set().union(*stated.values()))
    if len(values) > MAX_VALUES or not all(map(_WORD.fullmatch, values)):
        return {}
    return {
        "artifacts": len(evidence.run.outputs),
        "catalogs": len(evidence.catalogs),
        "cells": matrix.counts(),
        "sources": [source for source in matrix.sources if source != BYTES],
        "licenses": {
            "total": 1 + sum(kind in evidence.claims for kind in _LICENSED),
            "with_value": len(stated),
            "values": values,
        },
    }

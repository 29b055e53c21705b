"""The matrix as plain data for the report: bounded, faulty rows first."""

from __future__ import annotations

import math
from typing import Any, Final

from kfm_gates.catalogs._api import ArtifactClaim
from kfm_gates.catalogs.closure.cells import Cell, Matrix, Row
from kfm_gates.evidence.text import shorten

MAX_ROWS: Final = 10_000
_PATH: Final = 1024
_TEXT: Final = 255
MAX_SAYS: Final = 4
"""Statements of one cell that are listed; the number of the others is given."""


def of(matrix: Matrix) -> dict[str, Any]:
    """The matrix; what is left out is counted in `left_out`."""
    rows = sorted(matrix.rows, key=lambda row: not row.faulty)
    return {
        "sources": list(matrix.sources),
        "counts": matrix.counts(),
        "rows": [_row(row) for row in rows[:MAX_ROWS]],
        "left_out": max(0, len(rows) - MAX_ROWS),
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "artifact": shorten(row.name, _PATH),
        "kind": row.kind,
        "cells": {source: _cell(cell) for source, cell in row.cells.items()},
    }


def _cell(cell: Cell) -> dict[str, Any]:
    document: dict[str, Any] = {"verdict": str(cell.verdict)}
    # What is said beside (a thumbnail) may be at fault as well.
    faulty = {id(claim): claim for claim in cell.faulty}
    says = [*faulty.values(), *(claim for claim in cell.says if id(claim) not in faulty)]
    if says:
        document["says"] = [_statement(claim, id(claim) in faulty) for claim in says[:MAX_SAYS]]
    if len(says) > MAX_SAYS:
        document["more"] = len(says) - MAX_SAYS
    return document


def _statement(claim: ArtifactClaim, faulty: bool) -> dict[str, Any]:
    document: dict[str, Any] = {"file": shorten(claim.file, _PATH)}
    if faulty:
        document["faulty"] = True
    if claim.pointer:
        document["pointer"] = shorten(claim.pointer, _PATH)
    if claim.digests:
        digest = claim.digests[0]
        document["digest"] = (
            f"sha256:{digest.sha256}" if digest.sha256 else shorten(digest.text, _TEXT)
        )
    for key in ("id", "media_type", "license"):
        if value := getattr(claim, key):
            document[key] = shorten(value, _TEXT)
    # Beyond this no reader of JSON keeps an integer exact, and no file is that large.
    if claim.size is not None and abs(claim.size) < 2**53:
        document["size"] = claim.size
    if claim.bbox is not None and all(map(math.isfinite, claim.bbox)):
        document["bbox"] = list(claim.bbox)
    if claim.interval is not None:
        document["interval"] = [".." if end is None else shorten(end) for end in claim.interval]
    return document

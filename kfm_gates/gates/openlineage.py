"""Gate openlineage: events that keep to their schemas and tell the story of this run (R-085)."""

from __future__ import annotations

from kfm_gates.catalogs.openlineage import CHECKS
from kfm_gates.gates import _catalog
from kfm_gates.gates._api import Gate

GATE = Gate(
    id="openlineage",
    title="OpenLineage events are valid and tell of this run",
    checks=CHECKS,
    examine=_catalog.answer("openlineage"),
    source=("R-085", "R-093", "R-127"),
)

"""Gate prov: provenance that is valid, complete and about this run (R-085, R-127)."""

from __future__ import annotations

from kfm_gates.catalogs.prov import CHECKS
from kfm_gates.gates import _catalog
from kfm_gates.gates._api import Gate

GATE = Gate(
    id="prov",
    title="PROV documents are valid and describe this run",
    checks=CHECKS,
    examine=_catalog.answer("prov"),
    source=("R-085", "R-093", "R-127"),
)

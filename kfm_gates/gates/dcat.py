"""Gate dcat: descriptions of the datasets that say what is true of the files (R-080, R-094)."""

from __future__ import annotations

from kfm_gates.catalogs.dcat import CHECKS
from kfm_gates.gates import _catalog
from kfm_gates.gates._api import Gate

GATE = Gate(
    id="dcat",
    title="DCAT documents are well formed and describe the files of this run",
    checks=CHECKS,
    examine=_catalog.answer("dcat"),
    source=("R-064", "R-080", "R-094", "R-129"),
)

"""Gate stac: are the STAC documents of the run valid, and do they speak of its files?"""

from __future__ import annotations

from kfm_gates.catalogs.stac import CHECKS
from kfm_gates.gates import _catalog
from kfm_gates.gates._api import Gate

GATE = Gate(
    id="stac",
    title="STAC",
    source=("R-064", "R-080", "R-127"),
    checks=CHECKS,
    examine=_catalog.answer("stac"),
)

"""The closure: manifest, catalogs and bytes speak of the same artifacts (R-064, R-089).

One matrix of artifacts and sources. Nothing is read here: the kinds of catalogs gave their claims,
the run its digests, and all that is left is to put them side by side.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from kfm_gates.catalogs.closure.codes import CHECKS

if TYPE_CHECKING:
    from kfm_gates.catalogs._api import Examined
    from kfm_gates.catalogs.closure.cells import Matrix
    from kfm_gates.catalogs.closure.evidence import Evidence

__all__ = ["CHECKS", "Closed", "close"]


@dataclass(frozen=True)
class Closed:
    """The answers to `CHECKS`, and the matrix that they are about."""

    examined: Examined
    matrix: Matrix


def close(evidence: Evidence, seal: str = "checksums.sha256") -> Closed:
    """Compare everything with everything.

    Args:
        evidence: What was established about the run.
        seal: Name of the file that is the seal.
    """
    from kfm_gates.catalogs.closure import build, compare, documents, facts, redactions, where
    from kfm_gates.catalogs.closure.pad import Pad

    pad = Pad()
    matrix = build.build(evidence, pad)
    if evidence.claims:
        compare.compare(matrix, evidence, pad)
        where.compare(matrix, evidence, pad)
    absent = documents.compare(matrix, evidence, pad, seal)
    matrix = replace(matrix, rows=[*matrix.rows, *absent])
    redactions.compare(evidence, pad)
    examined = pad.examined(_witnesses(evidence))
    examined.facts = facts.of(matrix, evidence)
    return Closed(examined, matrix)


_NO_CATALOG: Final = "the run carries no catalog"


def _witnesses(evidence: Evidence) -> dict[str, str]:
    """Why a check does not apply, where nothing is there that it could be about."""
    found = {"redactions": "the run claims no redaction"}
    if not any(output.names for output in evidence.run.outputs.values()):
        found["names"] = "the manifest gives no output a name in a catalog (catalog_ids)"
    if not evidence.catalogs and not evidence.refs:
        found["documents"] = "the run carries no catalog and lists none"
    if not evidence.claims:
        for check in ("coverage", "digests", "sizes", "media_types", "licenses", "space", "time"):
            found[check] = _NO_CATALOG
        return found
    found["sizes"] = "no catalog states a size"
    found["media_types"] = "no catalog states a media type"
    found["licenses"] = "no catalog states a licence"
    found["space"] = "no two sources state where the data lie"
    found["time"] = "no two sources state the time that the data cover"
    return found

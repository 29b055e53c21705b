"""How OpenLineage events name runs, datasets and facets of kfm-gates."""

from __future__ import annotations

from typing import Final

_ALPHABET: Final = {c: n for n, c in enumerate("0123456789ABCDEFGHJKMNPQRSTVWXYZ")}

INTEGRITY: Final = "kfm_integrity"
"""Key of the dataset facet that holds digest and size; OpenLineage has none for them."""
INTEGRITY_URL: Final = (
    "https://kfm-gates.dev/schemas/openlineage/facets/1-0-0/KfmIntegrityDatasetFacet.json"
)
RUN: Final = "kfm_run"
"""Key of the run facet that holds the run id where `runId` is another UUID."""
RUN_URL: Final = "https://kfm-gates.dev/schemas/openlineage/facets/1-0-0/KfmRunFacet.json"


def uuid_of(run_id: str) -> str:
    """The 128 bits of a ULID, written as a UUID.

    Raises:
        ValueError: It is not a ULID.
    """
    if len(run_id) != 26 or run_id[0] > "7" or any(c not in _ALPHABET for c in run_id):
        raise ValueError(f"not a ULID: {run_id!r}")
    bits = 0
    for character in run_id:
        bits = bits << 5 | _ALPHABET[character]
    digits = f"{bits:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

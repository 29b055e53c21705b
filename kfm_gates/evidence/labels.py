"""The seven sensitivity labels, from free to never. The rules rank them in the same order."""

from __future__ import annotations

from typing import Final

LABELS: Final = (
    "public",
    "public_generalized",
    "internal",
    "embargoed",
    "restricted",
    "restricted_sensitive_location",
    "quarantine",
)

REDACTING: Final = frozenset({"redaction", "generalization", "masking"})
"""Kinds of transform that make data less precise on purpose (R-136)."""

"""What the closure is made of: everything that was established before, and nothing parsed twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kfm_gates.catalogs._api import ActivityClaim, ArtifactClaim, DatasetClaim, RunFacts
from kfm_gates.catalogs.closure.extents import Box


@dataclass(frozen=True, kw_only=True)
class OnDisk:
    """The bytes of a file: 64 hex digits and size."""

    sha256: str
    size: int


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What the bytes of an output say of places.

    Args:
        spatial: True or False where they prove it, None where nobody can tell.
        bbox: Extent in degrees where it is known.
    """

    spatial: bool | None = None
    bbox: Box | None = None


@dataclass(frozen=True, kw_only=True)
class CatalogFile:
    """A file of the catalog folder.

    Args:
        path: Run-relative path.
        disk: Its bytes.
        sealed: What the seal says of it, 64 hex digits; None where it says nothing.
        known: Is it a catalog of a known kind?
    """

    path: str
    disk: OnDisk
    sealed: str | None
    known: bool


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Everything that the closure compares.

    Args:
        run: The receipts.
        manifest: Name of the file of the run manifest.
        license_at: Where the licence of the run stands: file and JSON Pointer.
        disk: The bytes of files of the run by run-relative path, as far as they are here.
        seen: What the bytes of outputs say of places, by run-relative path.
        claims: What each kind of catalog says about files. A kind is a key here if the run
            carries a document of it, whatever that says.
        datasets: What the catalogs say about the dataset.
        activities: The activities of PROV.
        catalogs: The files of the catalog folder.
        refs: JSON Pointer of each entry of `catalog_refs` that lies in the run, by path.
    """

    run: RunFacts
    manifest: str = "run_manifest.json"
    license_at: tuple[str, str] = ("run_manifest.json", "/rights/license")
    disk: Mapping[str, OnDisk] = field(default_factory=dict)
    seen: Mapping[str, Seen] = field(default_factory=dict)
    claims: Mapping[str, Sequence[ArtifactClaim]] = field(default_factory=dict)
    datasets: Sequence[DatasetClaim] = ()
    activities: Sequence[ActivityClaim] = ()
    catalogs: Sequence[CatalogFile] = ()
    refs: Mapping[str, str] = field(default_factory=dict)
    present: frozenset[str] = frozenset()
    """Which of those entries are files."""
    unread: frozenset[str] = frozenset()
    """Kinds of which a document could not be read: what they do not say is not held against them.
    The gate is an error then."""

    @property
    def redaction_claimed(self) -> bool:
        """Does the run say that it redacted anything?"""
        return bool(self.run.redactions) or self.run.redactions_applied

    @property
    def nothing_to_close(self) -> bool:
        """Is there no catalog, none promised, and nothing that a catalog would have to back?"""
        named = any(output.names for output in self.run.outputs.values())
        return not (self.catalogs or self.refs or named or self.redaction_claimed)

"""What STAC documents say about files and datasets, for the closure. Bounded, and never silently.

What is left out is either said again by something that is kept, or listed; a catalog that says
more than can be held is an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from kfm_gates.catalogs import digests
from kfm_gates.catalogs._api import ArtifactClaim, DatasetClaim
from kfm_gates.catalogs.stac import boxes, moments
from kfm_gates.catalogs.stac.places import Room
from kfm_gates.catalogs.stac.record import Asset, Entity
from kfm_gates.errors import EvidenceUnreadable

if TYPE_CHECKING:
    from kfm_gates.catalogs._api import RunFacts

MAX_CLAIMS: Final = 200_000
"""So many different statements about files of the run can be held."""
MAX_REMOTE: Final = 1_000
"""So many assets that are no file of the run are kept, and as many that are no data.

The others are counted. Data that are no file of the run are extra unless the manifest names them,
and a thousand of them are as wrong as more; where it names any, all are kept.
"""
MAX_DATASETS: Final = 1_000
"""So many items are kept as statements about the dataset; of the others, where they lie."""


def is_named(run: RunFacts | None) -> bool:
    """Does the manifest give any output a name in STAC, which may then lie anywhere?"""
    return run is not None and any("stac" in one.names for one in run.outputs.values())


class Claims:
    """Collects claims.

    Args:
        run: The receipts; None outside a run.
    """

    def __init__(self, run: RunFacts | None) -> None:
        self._outputs = frozenset(run.outputs) if run is not None else frozenset()
        self._artifacts: list[tuple[ArtifactClaim, str | None]] = []
        self._seen: dict[tuple[Any, ...], int] = {}
        named = is_named(run)
        self._room = Room(None if named else MAX_REMOTE, MAX_REMOTE)
        self.remote_left = self._datasets_left = 0
        self._datasets: list[DatasetClaim] = []
        self._wholes: dict[tuple[bool, ...], boxes.Box] = {}
        self._whole_span: moments.Span | None = None
        self._reach: dict[tuple[bool, ...], tuple[str, str]] = {}
        self._licenses: set[str | None] = set()

    def asset(self, file: str, entity: Entity, asset: Asset) -> None:
        """Take in an asset of an entity.

        Raises:
            EvidenceUnreadable: `CATALOG_TOO_LARGE`: there are more than can be held.
        """
        artifact = asset.path if asset.place == "run" else None
        collection = entity.collection if entity.kind == "item" else entity.id
        if asset.place != "run" and not self._room.take(data=asset.data):
            self.remote_left += 1
            return
        if asset.aside and artifact not in self._outputs:
            return
        if artifact in self._outputs:
            key: tuple[Any, ...] = (file, artifact, asset.checksum, asset.size, asset.media_type)
            key += (asset.license, entity.license, collection, asset.data)
            key += (entity.bbox, entity.span)
            self._seen[key] = self._seen.get(key, 0) + 1
            # A third claim of one document that says the same is told from the second by nothing.
            if self._seen[key] > 2:
                return
        if len(self._artifacts) >= MAX_CLAIMS:
            raise EvidenceUnreadable(
                f"The catalog says more than {MAX_CLAIMS} different things about files.",
                code="CATALOG_TOO_LARGE",
                file=file,
            )
        stated = () if asset.checksum is None else (digests.of_multihash(asset.checksum),)
        claim = ArtifactClaim(
            source="stac",
            file=file,
            pointer=asset.pointer,
            href=asset.href,
            artifact=artifact,
            digests=stated,
            size=asset.size,
            media_type=asset.media_type,
            id=entity.id or None,
            license=asset.license or entity.license,
            bbox=entity.bbox,
            interval=entity.span,
            data=asset.data,
        )
        self._artifacts.append((claim, collection if claim.license is None else None))

    def dataset(self, file: str, entity: Entity) -> None:
        """Take in a collection or an item as a statement about the dataset."""
        if entity.kind == "catalog":
            return
        if (
            entity.kind == "item"
            and len(self._datasets) >= MAX_DATASETS
            and (entity.license in self._licenses or len(self._licenses) > MAX_DATASETS)
        ):
            self._datasets_left += 1
            self._widen(file, entity)
            return
        self._licenses.add(entity.license)
        self._datasets.append(
            DatasetClaim(
                source="stac",
                file=file,
                pointer=entity.pointer,
                id=entity.id or None,
                title=entity.title,
                license=entity.license,
                bbox=entity.bbox,
                interval=entity.span,
            )
        )

    def all(
        self, licenses: Mapping[str, str | None]
    ) -> tuple[list[ArtifactClaim], list[DatasetClaim]]:
        """The claims; what states no licence is under the one of its collection.

        Args:
            licenses: Licences of the collections that are here.
        """
        found = [
            replace(claim, license=licenses.get(collection)) if collection else claim
            for claim, collection in self._artifacts
        ]
        return found, [*self._datasets, *self._rest()]

    def _widen(self, file: str, entity: Entity) -> None:
        """Let what is not kept itself still show where it lies.

        One box for each side of the antimeridian, one for what crosses it and one for what lies on
        both sides of Greenwich: a single one would reach around the earth.
        """
        box, span = entity.bbox, entity.span
        if box is not None:
            key = (box[0] > box[2], box[0] >= 0, box[2] <= 0)
            old = self._wholes.get(key, box)
            whole = (
                min(old[0], box[0]),
                min(old[1], box[1]),
                max(old[2], box[2]),
                max(old[3], box[3]),
            )
            if self._wholes.get(key) != whole:
                self._wholes[key], self._reach[key] = whole, (file, entity.pointer)
        if span is not None:
            whole_span = moments.union(self._whole_span or span, span)
            if self._whole_span != whole_span:
                self._whole_span, self._reach[()] = whole_span, (file, entity.pointer)

    def _rest(self) -> Iterator[DatasetClaim]:
        """Where the items lie that are not kept, named by the one that reaches out furthest."""
        for key, (file, pointer) in self._reach.items():
            box, span = self._wholes.get(key), None if key else self._whole_span
            yield DatasetClaim(source="stac", file=file, pointer=pointer, bbox=box, interval=span)

    def left_out(self) -> list[str]:
        """What was counted and not kept, in words."""
        found = []
        if self._datasets_left:
            found.append(f"{self._datasets_left} more items as statements about the dataset")
        return found

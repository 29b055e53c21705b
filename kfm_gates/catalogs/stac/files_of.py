"""The files of assets: are they there, are they these bytes, are they of this type?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kfm_gates.catalogs import digests
from kfm_gates.catalogs.files import RunFiles
from kfm_gates.catalogs.stac import codes, media
from kfm_gates.catalogs.stac.pad import Pad, Place
from kfm_gates.catalogs.stac.record import Asset
from kfm_gates.errors import EvidenceError, EvidenceInvalid
from kfm_gates.evidence import openers

if TYPE_CHECKING:
    from kfm_gates.catalogs._api import Question

_BATCH: Final = 5_000
"""So many assets are hashed together."""


class AssetFiles:
    """Checks assets against files.

    Args:
        question: The files, and the receipts.
        pad: Where findings go.
    """

    def __init__(self, question: Question, pad: Pad) -> None:
        self._question = question
        self._pad = pad
        self._waiting: list[tuple[Place, Asset]] = []
        self._heads: dict[str, bytes | None] = {}
        self._spatial: dict[str, bool] = {}
        self.error: EvidenceError | None = None
        """The first file that could not be read."""

    def add(self, place: Place, asset: Asset, *, nowhere: bool = False) -> None:
        """Check an asset of an entity, what needs all its bytes later.

        Args:
            place: Where the entity stands.
            asset: The asset.
            nowhere: Is it one of an item without a geometry?
        """
        if asset.place != "run":
            return
        entity = place
        # The pointer of an asset starts at its document, as its entity may be one of many.
        place = Place(place.file, asset.pointer, place.line)
        if not asset.aside:
            self._pad.count("assets")
        size = self._question.files.size(asset.path)
        if size is None:
            # A link that leads to nothing is told as such.
            if not asset.aside and not self._question.files.is_directory(asset.path):
                self._missing(place, asset)
            return
        self._size(place, asset, size)
        if nowhere and asset.data:
            self._placed(entity, asset)
        if asset.media_type is not None:
            self._media_type(place, asset)
        if asset.checksum is not None:
            self._waiting.append((place, asset))
            if len(self._waiting) >= _BATCH:
                self.finish()

    def finish(self) -> None:
        """Hash what has been waiting."""
        waiting, self._waiting = self._waiting, []
        found = self._question.files.digests([asset.path for _, asset in waiting])
        for place, asset in waiting:
            digest = found[asset.path]
            if isinstance(digest, EvidenceError):
                self.error = self.error or digest
                continue
            stated = digests.of_multihash(asset.checksum)
            if stated.sha256 is not None and stated.sha256 != digest.sha256:
                self._pad.refuse(
                    "checksums",
                    codes.CHECKSUM_WRONG,
                    "The checksum is not that of the file.",
                    place,
                    "/file:checksum",
                    got=asset.checksum,
                    wanted=f"1220{digest.sha256}",
                )

    def _placed(self, entity: Place, asset: Asset) -> None:
        """Refuse an item that says it is nowhere, and whose data say where they are."""
        self._pad.count("geometry")
        if asset.path not in self._spatial:
            self._spatial[asset.path] = self._look(asset.path)
        if self._spatial[asset.path]:
            self._pad.refuse(
                "geometry",
                codes.GEOMETRY_MISSING,
                "The item has no geometry, and its file has places.",
                entity,
                "/geometry",
                got=asset.path,
                wanted="the geometry and the bbox of the data",
            )

    def _look(self, path: str) -> bool:
        files, run = self._question.files, self._question.run
        output = run.outputs.get(path) if run is not None else None
        media_type = output.media_type if output is not None else None
        try:
            if isinstance(files, RunFiles):
                return openers.of_run(files.run, path, media_type).kind == "spatial"
            return openers.look(files.open, path, media_type).kind == "spatial"
        except EvidenceInvalid:
            # The gate of outputs says so.
            return False
        except EvidenceError as error:
            self.error = self.error or error
            return False

    def _missing(self, place: Place, asset: Asset) -> None:
        run = self._question.run
        # An output that the manifest lists may only be absent from this copy of the run.
        listed = run is not None and asset.path in run.outputs
        self._pad.refuse(
            "assets",
            codes.ASSET_MISSING,
            "The file of the asset is absent." if listed else "The file of the asset is missing.",
            place,
            "/href",
            got=asset.href,
            wanted=f"the file {asset.path}",
            unproven=listed,
        )

    def _size(self, place: Place, asset: Asset, size: int) -> None:
        if asset.size is None:
            return
        self._pad.count("checksums")
        if asset.size != size:
            self._pad.refuse(
                "checksums",
                codes.SIZE_WRONG,
                "The size is not that of the file.",
                place,
                "/file:size",
                got=asset.size,
                wanted=f"{size} bytes",
            )

    def _media_type(self, place: Place, asset: Asset) -> None:
        self._pad.count("media_types")
        head = self._head(asset.path)
        why = None if head is None else media.problem_of(asset.media_type or "", head)
        if why is not None:
            self._pad.refuse(
                "media_types",
                codes.MEDIA_TYPE_WRONG,
                f"The file is not of this media type. {why}",
                place,
                "/type",
                got=asset.media_type,
                wanted="the media type of what the file holds",
            )

    def _head(self, path: str) -> bytes | None:
        if path not in self._heads:
            try:
                with self._question.files.open(path) as stream:
                    self._heads[path] = stream.read(media.HEAD)
            except EvidenceError as error:
                self.error = self.error or error
                self._heads[path] = None
        return self._heads[path]

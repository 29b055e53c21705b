"""The checks across STAC documents: records come in one by one, little of them is kept.

A catalog of a hundred thousand items has to fit into memory, so of each item only its id, and
what waits for a collection that has not come yet, stays.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from typing import TYPE_CHECKING, Final

from kfm_gates.catalogs import internal
from kfm_gates.catalogs._api import Examined
from kfm_gates.catalogs.stac import codes
from kfm_gates.catalogs.stac.claims import Claims
from kfm_gates.catalogs.stac.files_of import AssetFiles
from kfm_gates.catalogs.stac.membership import Membership
from kfm_gates.catalogs.stac.pad import Pad, Place
from kfm_gates.catalogs.stac.record import Record
from kfm_gates.catalogs.stac.tree import Tree
from kfm_gates.errors import EvidenceError, EvidenceUnreadable
from kfm_gates.evidence import strict_json
from kfm_gates.evidence.text import counted

if TYPE_CHECKING:
    from kfm_gates.catalogs._api import Question

MAX_ENTITIES: Final = 1_000_000
"""So many items are looked at; a catalog of more of them is an error."""
_MAX_HOSTS: Final = 50
_TOLD: Final = 10
"""So many references into closed zones are told one by one."""
_MOST: Final = 64 << 20


class Across:
    """Collects records and holds them against each other and the files.

    Args:
        question: What the catalog is held against.
    """

    def __init__(self, question: Question) -> None:
        self.broken: EvidenceError | None = None
        """Why not all documents could be looked at; then nothing is established."""
        self._question = question
        self._pad = Pad()
        self._tree = Tree(question, self._pad)
        self._members = Membership(
            self._pad,
            alone=question.run is None,
            license_=question.run.license if question.run is not None else None,
        )
        self._files = AssetFiles(question, self._pad)
        self._claims = Claims(question.run)
        self._kinds: Counter[str] = Counter()
        self._documents = self._left_out = 0
        self._references = self._internal = 0
        self._remote: dict[str, list[int]] = {}
        self._error: EvidenceError | None = None

    def add(self, record: Record) -> None:
        """Take in what was found in one document.

        Raises:
            EvidenceUnreadable: `CATALOG_TOO_LARGE`.
        """
        self._documents += 1
        if record.needs:
            self._error = self._error or _extra_missing(record)
        for remark in record.remarks:
            self._pad.keep(remark)
        for check, number in record.counts.items():
            self._pad.count(check, number)
        self._count_references(record)
        for entity in record.entities:
            place = Place(record.file, entity.pointer, entity.line)
            self._kinds[entity.kind] += 1
            self._tree.add(place, entity)
            for asset in entity.assets:
                self._files.add(place, asset, nowhere=entity.nowhere)
                self._claims.asset(record.file, entity, asset)
            self._claims.dataset(record.file, entity)
            self._members.add(place, entity)
        if sum(self._kinds.values()) > MAX_ENTITIES:
            raise EvidenceUnreadable(
                f"The catalog describes more than {MAX_ENTITIES} items.",
                code="CATALOG_TOO_LARGE",
                file=record.file,
            )

    def finish(self) -> Examined:
        """Answer what had to wait for all documents."""
        self._tree.finish()
        self._members.finish()
        self._files.finish()
        counts = {check: number for check, number in self._pad.counts.items() if number}
        claims, datasets = self._claims.all(self._members.licenses())
        return Examined(
            remarks=self._pad.remarks,
            counts=counts,
            witnesses={
                check.id: _WITNESSES[check.id] for check in codes.CHECKS if check.id not in counts
            },
            claims=claims,
            datasets=datasets,
            facts={
                "documents": self._documents,
                "items": self._kinds["item"],
                "collections": self._kinds["collection"],
                "catalogs": self._kinds["catalog"],
                "references": {"total": self._references, "internal": self._internal},
                "licenses": {"total": self._members.total, "with_value": self._members.licensed},
            },
            not_checked=self._listed(),
            error=self._error or self._files.error,
        )

    def fail(self, error: EvidenceError) -> Examined:
        """The answer where something could not be read: an error, never a pass."""
        return Examined(remarks=self._pad.remarks, error=error)

    def _count_references(self, record: Record) -> None:
        for host, (links, assets) in record.remote.items():
            full = host not in self._remote and len(self._remote) >= _MAX_HOSTS
            if full and not host.startswith("("):
                host = "(further hosts)"
            counted = self._remote.setdefault(host, [0, 0])
            counted[0] += links
            counted[1] += assets
        self._left_out += record.left_out
        self._references += record.references
        for text in record.suspects:
            files, run = self._question.files, self._question.run
            if internal.is_internal(text, base=record.file, files=files, run=run):
                self._internal += 1
                self._tell_internal(record.file, text)
        # What names an internal zone in a text that is no reference counts as one.
        self._references = max(self._references, self._internal)

    def _tell_internal(self, file: str, text: str) -> None:
        """Say where the first of these texts stand; the rule that refuses them has no place."""
        if self._internal > _TOLD:
            return
        place, pointer = Place(file, "", None), ""
        with contextlib.suppress(EvidenceError):
            raw = self._question.files.read(file, _MOST)
            if file.lower().endswith((".jsonl", ".ndjson")):
                place = Place(file, "", internal.line_of(raw, text))
            else:
                data = strict_json.loads(raw, file=file, max_bytes=len(raw), exact_numbers=False)
                pointer = internal.pointer_of(data, text) or ""
                place = Place(file, "", strict_json.Positions(raw).line(pointer))
        self._pad.count("links")
        message = "The text leads into a zone that is not public."
        wanted = "no path in raw, work or quarantine"
        code = codes.REFERENCE_INTERNAL
        self._pad.refuse("links", code, message, place, pointer, got=text, wanted=wanted)

    def _listed(self) -> list[str]:
        """What was seen and not opened, in words."""
        found = []
        for host, (links, assets) in sorted(self._remote.items()):
            numbers = ((links, "link"), (assets, "asset"))
            what = ", ".join(counted(number, word) for number, word in numbers if number)
            found.append(f"not opened: {host} ({what})")
        left_out = self._left_out + self._claims.remote_left
        if left_out:
            found.append(f"{left_out} more assets that are no files of the run")
        return [*found, *self._members.not_checked(), *self._claims.left_out()]


def _extra_missing(record: Record) -> EvidenceUnreadable:
    names = ", ".join(sorted(set(record.needs)))
    return EvidenceUnreadable(
        f"A geometry of {record.file} can only be checked with {names}, which is not installed. "
        "Run: python -m pip install 'kfm-gates[geo]'",
        code="EXTRA_MISSING",
        file=record.file,
        wanted=names,
        fix="Run: python -m pip install 'kfm-gates[geo]'",
    )


_WITNESSES: Final = {
    "schemas": "there is no STAC document",
    "extensions": "no document could be looked at for its fields",
    "geometry": "no item has a geometry",
    "bbox": "no document has a bounding box",
    "times": "no document states a time",
    "ids": "no document has an id",
    "links": "no link leads to a file of the run",
    "assets": "no asset is a file of the run",
    "checksums": "no asset states a checksum or a size",
    "media_types": "no local asset states a media type",
    "extents": "no item has its collection here",
    "licenses": "there is neither an item nor a collection",
}
"""Why a check has nothing to look at."""

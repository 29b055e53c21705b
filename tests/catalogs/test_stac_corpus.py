"""Real documents: what is found in them, by reason. Those that are in order raise no alarm.

Each document is looked at alone, as `lint` does: what it links to is looked for in its folder.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest
from stac_samples import CORPUS, NOW, SCHEMAS, needs_shared

from kfm_gates.catalogs import stac, survey
from kfm_gates.catalogs._api import Examined, Question
from kfm_gates.catalogs.stac import schemas, store
from kfm_gates.catalogs.stac.fetch import fetch_schemas
from kfm_gates.errors import EvidenceError
from kfm_gates.evidence.hashing import FileDigest
from kfm_gates.model import Level

pytestmark = needs_shared

FOUND = {
    # Versions before 1.0.0 are not checked, and documents of 0.x look the same.
    "STAC_VERSION_UNKNOWN": 115,
    # No licence in the item, and it names no collection.
    "STAC_LICENSE_MISSING": 47,
    # `other` or `proprietary` without a link to the terms.
    "STAC_LICENSE_UNLINKED": 37,
    # Formats and fields; the official schemas say the same.
    "STAC_INVALID": 34,
    # Boxes that were copied from other items: the geometry lies elsewhere.
    "STAC_BBOX_TOO_SMALL": 34,
    # Relative assets that are not in the repository.
    "STAC_ASSET_MISSING": 25,
    # Relative links that are not in the repository.
    "STAC_LINK_BROKEN": 21,
    # Fields of an extension that is not listed, so that no schema checks them.
    "STAC_FIELD_UNDECLARED": 19,
    # Extensions of which no schema is known: landsat 1.1.1, ml-aoi, virtual-assets and others.
    "STAC_SCHEMA_UNAVAILABLE": 17,
    # Warnings.
    "STAC_BBOX_LOOSE": 17,
    "STAC_EXTENSION_UNUSED": 12,
    # Absolute paths of somebody's machine, and backslashes.
    "STAC_REFERENCE_REFUSED": 6,
    # Examples of mlm with file:size in the properties, where it speaks of no file.
    "STAC_FIELD_MISPLACED": 6,
    # Bare MD5 and BLAKE2.
    "STAC_CHECKSUM_INVALID": 5,
    # `self` that leads to the document from which this one was copied.
    "STAC_IDS_DISAGREE": 5,
    # Boxes with latitude before longitude, or longitudes to 360.
    "STAC_COORDINATES_RANGE": 3,
    # `eo`, `view` and a relative path.
    "STAC_EXTENSION_NAME": 3,
    # Rings that are not closed.
    "STAC_GEOMETRY_INVALID": 2,
    # Times without a time zone.
    "STAC_TIME_INVALID": 2,
    # `CC-0`.
    "STAC_LICENSE_INVALID": 1,
}
"""How many documents of the corpus show a code at least once."""

IN_ORDER = (
    "rustac/spec-examples/v1.0.0/simple-item.json",
    "rustac/spec-examples/v1.0.0/core-item.json",
    "rustac/spec-examples/v1.0.0/collection.json",
    "rustac/spec-examples/v1.0.0/catalog.json",
    "rustac/spec-examples/v1.1.0/simple-item.json",
    "rustac/spec-examples/v1.1.0/core-item.json",
    "rustac/spec-examples/v1.1.0/collection.json",
    "rustac/spec-examples/v1.1.0/catalog.json",
)


class FolderFiles:
    """The files of one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def size(self, path: str) -> int | None:
        place = self.folder / path
        return place.stat().st_size if place.is_file() else None

    def is_directory(self, path: str) -> bool:
        return (self.folder / path).is_dir()

    def digests(self, paths: Iterable[str]) -> Mapping[str, FileDigest | EvidenceError]:
        raws = {path: (self.folder / path).read_bytes() for path in paths}
        return {p: FileDigest(hashlib.sha256(raw).hexdigest(), len(raw)) for p, raw in raws.items()}

    def read(self, path: str, max_bytes: int) -> bytes:
        return (self.folder / path).read_bytes()

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        with (self.folder / path).open("rb") as stream:
            yield stream

    def paths(self) -> Iterable[str]:
        return sorted(place.name for place in self.folder.iterdir())


@pytest.fixture(scope="module")
def fetched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The schemas of the mirror, in a cache of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setattr(schemas, "_COMPILED", {})
        fetch_schemas(lambda *_: pytest.fail("a socket"), mirror=SCHEMAS)
        yield store.folder()


def look(path: Path) -> Examined | None:
    """What is found in one document; None where it is no STAC."""
    files = FolderFiles(path.parent)
    documents = survey.survey(files, [path.name]).of("stac")
    return stac.examine(documents, Question(files=files, now=NOW)) if documents else None


def test_what_is_found_in_real_documents(fetched: Path) -> None:
    found: Counter[str] = Counter()
    clean = looked_at = 0
    for path in sorted(CORPUS.rglob("*")):
        examined = look(path) if path.suffix in (".json", ".geojson") else None
        if examined is None:
            continue
        assert examined.error is None, path
        looked_at += 1
        found.update({remark.code.id for remark in examined.remarks})
        clean += not any(r.code.level is Level.DENY for r in examined.remarks)
    assert dict(found) == FOUND
    assert (looked_at, clean) == (473, 182)


@pytest.mark.parametrize("name", IN_ORDER)
def test_documents_that_are_in_order_raise_no_alarm(fetched: Path, name: str) -> None:
    examined = look(CORPUS / name)
    assert examined is not None
    denied = [r for r in examined.remarks if r.code.level is Level.DENY]
    assert [r for r in denied if r.code.id not in WITHOUT_NEIGHBOURS] == []


WITHOUT_NEIGHBOURS = frozenset({"STAC_LICENSE_MISSING", "STAC_LICENSE_UNLINKED"})
"""What these examples leave to the collections that they would belong to."""

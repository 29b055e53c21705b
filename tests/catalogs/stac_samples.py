"""A good catalog in memory, and the means to break it."""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from kfm_gates.catalogs import stac, survey
from kfm_gates.catalogs._api import Examined, Output, Question, RunFacts
from kfm_gates.errors import EvidenceError, EvidenceMissing
from kfm_gates.evidence.hashing import FileDigest

SHARED = Path(__file__).resolve().parents[3] / "shared"
CORPUS = SHARED / "corpus" / "stac"
SCHEMAS = SHARED / "stac-schemas"
needs_shared = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the shared material is not beside the checkout"
)

NOW = dt.datetime(2026, 2, 18, 9, 0, tzinfo=dt.UTC)
RUN_ID = "01KHQZ2C80Q1V5A7M3TB6XJ4NE"
RELPATH = f"data/work/runs/wells/{RUN_ID}"
ASSET = b"II*\0" + b"pixels of a small image" * 3
EXTENSIONS = "https://stac-extensions.github.io"
FILE_2_1 = f"{EXTENSIONS}/file/v2.1.0/schema.json"
PROJECTION_2 = f"{EXTENSIONS}/projection/v2.0.0/schema.json"
ITEM, COLLECTION, CATALOG = "catalog/item.json", "catalog/collection.json", "catalog/catalog.json"
TEXT = "catalog/license.txt"


class MemoryFiles:
    """Files that are bytes in memory."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self.contents = dict(contents)
        self.opened: list[str] = []

    def size(self, path: str) -> int | None:
        raw = self.contents.get(path)
        return None if raw is None else len(raw)

    def is_directory(self, path: str) -> bool:
        return any(name.startswith(f"{path}/") for name in self.contents)

    def digests(self, paths: Iterable[str]) -> Mapping[str, FileDigest | EvidenceError]:
        return {
            path: FileDigest(hashlib.sha256(raw).hexdigest(), len(raw))
            for path in paths
            for raw in [self.read(path, 1 << 40)]
        }

    def read(self, path: str, max_bytes: int) -> bytes:
        self.opened.append(path)
        if path not in self.contents:
            raise EvidenceMissing(f"{path} is missing.", code="EVIDENCE_MISSING", file=path)
        return self.contents[path]

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        yield io.BytesIO(self.read(path, 1 << 40))

    def paths(self) -> Iterable[str]:
        return sorted(self.contents)


def facts(**changes: Any) -> RunFacts:
    """The receipts of the run that holds the good catalog."""
    fields: dict[str, Any] = {
        "run_id": RUN_ID,
        "family": "wells",
        "relpath": RELPATH,
        "artifacts": "artifacts",
        "started_at": NOW - dt.timedelta(minutes=15),
        "ended_at": NOW - dt.timedelta(minutes=5),
        "pipeline_id": "pipelines/wells",
        "commit": "4f2a9c1d7b3e5f60819acbde2468024fb1d35791",
        "outputs": {
            "artifacts/a.tif": Output(
                path="artifacts/a.tif",
                sha256=hashlib.sha256(ASSET).hexdigest(),
                pointer="/outputs/0",
                size=len(ASSET),
            )
        },
        "inputs": {},
    }
    return RunFacts(**{**fields, **changes})


def good() -> dict[str, Any]:
    """Run-relative path -> content: bytes, or a JSON document."""
    to_collection = {"href": "./collection.json", "type": "application/json"}
    item = {
        "type": "Feature",
        "stac_version": "1.1.0",
        "stac_extensions": [FILE_2_1],
        "id": "wells-2026",
        "collection": "wells",
        "geometry": {
            "type": "Polygon",
            "coordinates": [
                [[-98.5, 37.5], [-95.5, 37.5], [-95.5, 39.5], [-98.5, 39.5], [-98.5, 37.5]]
            ],
        },
        "bbox": [-98.5, 37.5, -95.5, 39.5],
        "properties": {
            "datetime": "2026-02-02T00:00:00Z",
            "start_datetime": "2026-02-01T00:00:00Z",
            "end_datetime": "2026-02-03T00:00:00Z",
            "license": "CC-BY-4.0",
        },
        "links": [
            {"rel": "collection", **to_collection},
            {"rel": "parent", **to_collection},
            {"rel": "root", "href": "./catalog.json", "type": "application/json"},
            {"rel": "license", "href": "./license.txt", "type": "text/plain"},
            {"rel": "about", "href": "https://example.org/wells"},
        ],
        "assets": {
            "image": {
                "href": "../artifacts/a.tif",
                "type": "image/tiff; application=geotiff",
                "roles": ["data"],
                "file:checksum": f"1220{hashlib.sha256(ASSET).hexdigest()}",
                "file:size": len(ASSET),
            }
        },
    }
    collection = {
        "type": "Collection",
        "stac_version": "1.1.0",
        "id": "wells",
        "description": "Wells by county.",
        "license": "CC-BY-4.0",
        "extent": {
            "spatial": {"bbox": [[-99, 37, -95, 40]]},
            "temporal": {"interval": [["2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z"]]},
        },
        "links": [
            {"rel": "root", "href": "./catalog.json"},
            {"rel": "parent", "href": "./catalog.json"},
            {"rel": "item", "href": "./item.json"},
        ],
    }
    catalog = {
        "type": "Catalog",
        "stac_version": "1.1.0",
        "id": "all",
        "description": "Everything.",
        "links": [
            {"rel": "root", "href": "./catalog.json"},
            {"rel": "child", "href": "./collection.json"},
        ],
    }
    return {
        ITEM: item,
        COLLECTION: collection,
        CATALOG: catalog,
        TEXT: b"Do as you like, and name us.\n",
        "artifacts/a.tif": ASSET,
    }


def changed(path: str, change: Any) -> dict[str, Any]:
    """The good catalog with one document changed in place by a function."""
    contents = copy.deepcopy(good())
    change(contents[path])
    return contents


def encoded(contents: Mapping[str, Any]) -> dict[str, bytes]:
    """Documents as bytes."""
    return {
        path: raw if isinstance(raw, bytes) else json.dumps(raw, indent=1).encode()
        for path, raw in contents.items()
    }


def surveyed(contents: Mapping[str, Any]) -> tuple[survey.Survey, MemoryFiles]:
    """Read what lies in the catalog folder."""
    files = MemoryFiles(encoded(contents))
    listed = [path for path in files.paths() if path.startswith("catalog/")]
    return survey.survey(files, listed), files


def examined(contents: Mapping[str, Any], run: RunFacts | None = None) -> Examined:
    """What the kind stac establishes about the documents of a run."""
    found, files = surveyed(contents)
    assert not found.errors, found.errors
    question = Question(files=files, now=NOW, run=run or facts())
    return stac.examine(found.of("stac"), question)


def linted(contents: Mapping[str, Any]) -> Examined:
    """The same outside of a run."""
    found, files = surveyed(contents)
    assert not found.errors, found.errors
    return stac.examine(found.of("stac"), Question(files=files, now=NOW, run=None))


def codes_of(found: Examined) -> list[str]:
    """Codes of the remarks, sorted, each once."""
    return sorted({remark.code.id for remark in found.remarks})

"""Claims by hand that agree with each other: what the tests of the closure change."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from kfm_gates.catalogs import digests
from kfm_gates.catalogs._api import (
    SOURCES,
    ActivityClaim,
    ArtifactClaim,
    DatasetClaim,
    Output,
    RunFacts,
)
from kfm_gates.catalogs.closure.evidence import CatalogFile, Evidence, OnDisk, Seen
from kfm_gates.model import Family

RUN_ID = "01KHQZ2C80Q1V5A7M3TB6XJ4NE"
RELPATH = f"data/work/runs/kansas_wells/{RUN_ID}"
NOON = dt.datetime(2026, 2, 18, 12, tzinfo=dt.UTC)
PATHS = ("artifacts/wells.tif", "artifacts/wells.csv")
MEDIA_TYPES = ("image/tiff; application=geotiff", "text/csv")
BOXES = ((-98.68, 37.23, -94.77, 39.11), (-98.0, 37.5, -95.0, 39.0))
SPANS = (("2020-01-01T00:00:00Z", "2020-12-31T00:00:00Z"), ("2021-01-01T00:00:00Z", None))
WHOLE = (-99.0, 37.0, -94.0, 40.0)
EVER = ("2019-01-01", None)
LICENSE = "CC-BY-4.0"
REDACTION = "Generalise wells to counties"
FILES = {
    "stac": "catalog/stac/item.json",
    "dcat": "catalog/dcat.jsonld",
    "prov": "catalog/prov.json",
    "openlineage": "catalog/openlineage.jsonl",
}


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def size_of(path: str) -> int:
    return len(path) * 100


def name_of(kind: str, path: str) -> str:
    """The name that the manifest gives: in STAC the id of the item and the key of the asset."""
    return f"item#{PATHS.index(path)}" if kind == "stac" else f"{kind}:{path}"


def digest_of(kind: str, value: str) -> digests.StatedDigest:
    """The digest in the spelling that each kind of catalog has."""
    if kind == "stac":
        return digests.of_multihash(f"1220{value}")
    if kind == "dcat":
        return digests.of_named("http://spdx.org/rdf/terms#checksumAlgorithm_sha256", value)
    return digests.of_prefixed(f"sha256:{value}")


def claim(kind: str, n: int) -> ArtifactClaim:
    path = PATHS[n]
    return ArtifactClaim(
        source=kind,
        file=FILES[kind],
        pointer=f"/assets/{n}",
        href=f"../../{path}",
        artifact=path,
        digests=(digest_of(kind, sha256(path)),),
        size=size_of(path),
        media_type=MEDIA_TYPES[n],
        id="item" if kind == "stac" else name_of(kind, path),
        license={"dcat": "https://creativecommons.org/licenses/by/4.0/"}.get(kind, LICENSE),
        bbox=WHOLE if kind == "dcat" else BOXES[n],
        interval=EVER if kind == "dcat" else SPANS[n],
    )


def run_facts() -> RunFacts:
    return RunFacts(
        run_id=RUN_ID,
        family="kansas_wells",
        relpath=RELPATH,
        artifacts="artifacts",
        started_at=NOON,
        ended_at=NOON,
        pipeline_id="p",
        commit="0" * 40,
        outputs={
            path: Output(
                path=path,
                sha256=sha256(path),
                pointer=f"/outputs/{n}",
                size=size_of(path),
                media_type=MEDIA_TYPES[n],
                names={kind: name_of(kind, path) for kind in SOURCES},
            )
            for n, path in enumerate(PATHS)
        },
        inputs={},
        redactions=(REDACTION,),
        redactions_applied=True,
        license=LICENSE,
        about=Family(name="kansas_wells"),
    )


def good() -> Evidence:
    """Evidence in which everything agrees, and every cell states everything."""
    return Evidence(
        run=run_facts(),
        disk={path: OnDisk(sha256=sha256(path), size=size_of(path)) for path in PATHS},
        seen={path: Seen(spatial=True, bbox=box) for path, box in zip(PATHS, BOXES, strict=True)},
        claims={kind: [claim(kind, n) for n in range(len(PATHS))] for kind in SOURCES},
        datasets=[
            DatasetClaim(
                source="stac",
                file="catalog/stac/collection.json",
                pointer="",
                id="kansas_wells",
                license=LICENSE,
                bbox=BOXES[0],
                interval=SPANS[0],
            ),
            DatasetClaim(
                source="dcat",
                file=FILES["dcat"],
                pointer="kfm://dataset/kansas_wells",
                id="kfm://dataset/kansas_wells",
                license="http://creativecommons.org/licenses/by/4.0/deed.de",
                bbox=WHOLE,
                interval=EVER,
            ),
        ],
        activities=[
            ActivityClaim(
                file=FILES["prov"],
                pointer="/activity/kfm:redact",
                id=f"kfm://run/{RUN_ID}/transform/1",
                types=frozenset({"https://kfm-gates.dev/ns#redaction"}),
                label=REDACTION,
                generated=frozenset(PATHS),
            )
        ],
        catalogs=[
            CatalogFile(
                path=file,
                disk=OnDisk(sha256=sha256(file), size=7),
                sealed=sha256(file),
                known=True,
            )
            for file in FILES.values()
        ],
        refs={file: f"/catalog_refs/{n}" for n, file in enumerate(FILES.values())},
        present=frozenset(FILES.values()),
    )


def with_claims(kind: str, change: Callable[[list[ArtifactClaim]], Any]) -> Evidence:
    """Good evidence with the claims of one kind changed in place."""
    evidence = good()
    claims = list(evidence.claims[kind])
    change(claims)
    return replace(evidence, claims={**evidence.claims, kind: claims})


def with_output(path: str, **changes: Any) -> Evidence:
    """Good evidence with one output of the manifest changed."""
    evidence = good()
    outputs = dict(evidence.run.outputs)
    outputs[path] = replace(outputs[path], **changes)
    return replace(evidence, run=replace(evidence.run, outputs=outputs))

"""From a run to its catalogs: while it is being written, or from the receipts of an old one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

from kfm_gates.errors import RecorderError
from kfm_gates.evidence.run_dir import Run
from kfm_gates.model import Family
from kfm_gates.record import catalogs, receipts
from kfm_gates.record.catalogs import extents, subject
from kfm_gates.record.catalogs.subject import BBox
from kfm_gates.record.receipts import Described

CRS = "OGC:CRS84"
"""Longitude before latitude on WGS 84: what boxes of catalogs are in."""


@dataclass(frozen=True, slots=True)
class Made:
    """The catalogs of a run.

    Attributes:
        run: What the receipts say, completed with extents and references to the catalogs.
        documents: Bytes by run-relative path.
        remarks: What is worth a warning.
    """

    run: Described
    documents: Mapping[str, bytes]
    remarks: tuple[str, ...] = ()


def for_run(
    run: Described, family: Family | None, tree: Run, kinds: tuple[str, ...], *, named: bool
) -> Made:
    """Make the catalogs of a run that is about to be sealed.

    Args:
        run: What its receipts say.
        family: The family file.
        tree: The run directory as it is now.
        kinds: Kinds of catalogs, for which `catalogs.require` was satisfied.
        named: The caller named the kinds; else STAC is left out where nothing is spatial.

    Raises:
        RecorderError: An output cannot be read, or STAC is wanted and there is no extent.
    """
    layout = tree.layout
    outputs = {entry["path"].removeprefix(f"{tree.relpath}/"): entry for entry in run.outputs}
    found = extents.find(tree, {path: one.get("media_type") for path, one in outputs.items()})
    stated = dict(run.extents or {})
    if found.bbox is not None and "bbox" not in stated:
        stated |= {"bbox": list(found.bbox), "crs": stated.get("crs", CRS)}
    bbox = found.bbox or extents.stated_bbox(stated)
    kinds, remarks = settled(kinds, bbox, found.placeless, named=named)
    refuse_existing(tree, kinds)
    refs = {f"{tree.relpath}/{path}" for path in catalogs.files(kinds, layout.catalog)}
    refs.update(run.catalog_refs)
    completed = replace(run, extents=stated or None, catalog_refs=sorted(refs))
    about = subject.of_receipts(
        receipts.run_record(completed),
        receipts.run_manifest(completed),
        family=family,
        layout=layout,
        relpath=tree.relpath,
        bbox=bbox,
        media_types=found.media_types,
        sizes={path: one["size"] for path, one in outputs.items()},
    )
    remarks += [
        f"The media type of {one.path} is not stated and cannot be told."
        for one in about.outputs
        if one.media_type is None
    ]
    return Made(completed, catalogs.written(about, kinds), tuple(remarks))


def settled(
    kinds: tuple[str, ...], bbox: BBox | None, placeless: Sequence[str], *, named: bool
) -> tuple[tuple[str, ...], list[str]]:
    """Leave STAC out where there is no extent and nobody insists; and what to say about it.

    Args:
        kinds: Kinds of catalogs.
        bbox: Extent of all outputs.
        placeless: Spatial outputs that cannot be placed.
        named: The caller named the kinds.

    Raises:
        RecorderError: `CATALOG_EXTENT_UNKNOWN`: STAC was named and there is no extent.
    """
    if "stac" not in kinds or bbox is not None:
        return kinds, []
    if placeless:
        message = f"Where {', '.join(placeless[:10])} lies in degrees cannot be told"
    else:
        message = "No output is spatial"
    if named:
        raise RecorderError(
            f"{message}, so there is no STAC item.",
            code="CATALOG_EXTENT_UNKNOWN",
            wanted='outputs in degrees, or extents={"bbox": [west, south, east, north]}',
            fix="Say where the data lie: record_run(extents={'bbox': [west, south, east, north]}).",
        )
    rest = tuple(kind for kind in kinds if kind != "stac")
    return rest, [f"{message}: STAC is left out."] if placeless else []


def build_catalogs(
    run: str | os.PathLike[str],
    kinds: Iterable[str] | None = None,
    *,
    root: str | os.PathLike[str] | None = None,
) -> dict[str, bytes]:
    """Make the catalogs that fit the receipts of a run, and write nothing.

    What a pipeline gets from `run.write_catalogs()` is the same, bytes and all, as long as the
    family file is.

    Args:
        run: The run directory.
        kinds: Any of `stac`, `dcat`, `prov`, `openlineage`; all that fit where left out.
        root: The lake root, where it is not the nearest.

    Returns:
        Documents by run-relative path.

    Raises:
        UsageError: There is no such directory or lake.
        RecorderError: The run did not succeed, or a catalog needs what nobody states.
        EvidenceError: A receipt or an output is missing or cannot be read.
    """
    from kfm_gates.project import find_root, load_project

    chosen = catalogs.checked_kinds(kinds)
    path = Path(os.path.abspath(run))
    folder = find_root(path, None if root is None else Path(root))
    project = load_project(folder)
    tree = Run.open(path, root=folder, layout=project.layout)
    record, manifest = tree.valid("run_record"), tree.valid("run_manifest")
    if record["status"] not in ("success", "succeeded"):
        raise RecorderError(
            "The run did not succeed, so there is nothing to catalog.",
            code="RUN_NOT_SUCCEEDED",
            file=f"{tree.relpath}/{project.layout.run_record}",
            got=str(record["status"]),
            wanted="success",
        )
    family = project.families.get(record["dataset_family"])
    rights = {**((family.rights if family else None) or {}), **manifest.get("rights", {})}
    catalogs.require(chosen, record["dataset_family"], family, rights)
    return _of_receipts(tree, record, manifest, family, chosen, named=kinds is not None)


def _of_receipts(
    tree: Run,
    record: Mapping[str, Any],
    manifest: Mapping[str, Any],
    family: Family | None,
    kinds: tuple[str, ...],
    *,
    named: bool,
) -> dict[str, bytes]:
    prefix = f"{tree.relpath}/"
    outputs = {one["path"].removeprefix(prefix): one for one in manifest["outputs"]}
    found = extents.find(tree, {path: one.get("media_type") for path, one in outputs.items()})
    stated = manifest.get("extents", {})
    check_stated(stated)
    bbox = found.bbox or extents.stated_bbox(stated)
    kinds, _ = settled(kinds, bbox, found.placeless, named=named)
    about = subject.of_receipts(
        record,
        manifest,
        family=family,
        layout=tree.layout,
        relpath=tree.relpath,
        bbox=bbox,
        media_types=found.media_types,
        sizes={path: _size(tree, path, one) for path, one in outputs.items()},
    )
    return catalogs.written(about, kinds)


def _size(tree: Run, path: str, output: Mapping[str, Any]) -> int:
    size: int = output["size"] if "size" in output else tree.digest(path).size
    return size


def check_stated(stated: Mapping[str, Any]) -> None:
    """Look at the extents that a run states before anything depends on them.

    Raises:
        RecorderError: `EXTENT_INVALID`.
    """
    extents.stated_bbox(stated)
    extents.stated_interval(stated)


def refuse_existing(tree: Run, kinds: Iterable[str]) -> None:
    """Insist that no catalog document would be overwritten.

    Raises:
        RecorderError: `CATALOG_EXISTS`.
    """
    for path in catalogs.files(kinds, tree.layout.catalog):
        if path in tree.entries:
            raise RecorderError(
                f"{path} exists already and is never overwritten.",
                code="CATALOG_EXISTS",
                file=path,
                fix="Let either the pipeline or the recorder write this kind of catalog: "
                "name the others, run.write_catalogs([…]).",
            )


def refuse_the_run(run: str | os.PathLike[str], root: str | os.PathLike[str] | None) -> NoReturn:
    """Say why no catalog is written into a run that exists, and what is the way.

    Raises:
        UsageError: There is no such directory or lake.
        RecorderError: `RUN_SEALED`, `RUN_UNFINISHED` or `RECEIPT_MISSING`.
    """
    from kfm_gates.project import find_root, load_project

    path = Path(os.path.abspath(run))
    folder = find_root(path, None if root is None else Path(root))
    layout = load_project(folder).layout
    tree = Run.open(path, root=folder, layout=layout)
    review = "To read them beside it, give another folder: -o DIR."
    if layout.seal in tree.entries:
        raise RecorderError(
            "The run is sealed; nothing is written into it any more.",
            code="RUN_SEALED",
            file=tree.relpath,
            fix=f"Have the pipeline call run.write_catalogs(), in a new run. {review}",
        )
    if {layout.run_record, layout.run_manifest} & set(tree.entries):
        raise RecorderError(
            "The run has receipts and no seal: it was never finished.",
            code="RUN_UNFINISHED",
            file=tree.relpath,
            fix=f"Run the pipeline again, with run.write_catalogs(). {review}",
        )
    raise RecorderError(
        "The directory has no receipts to make catalogs from.",
        code="RECEIPT_MISSING",
        file=tree.relpath,
        fix="Write receipts, catalogs and seal at once: kfm-gates seal --catalogs.",
    )

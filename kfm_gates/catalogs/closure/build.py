"""Put every statement into its cell: by its path, or by a name that the manifest gives; no guess.

A claim that is data and belongs to no output makes a row of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from kfm_gates.catalogs._api import SOURCES, ArtifactClaim, DatasetClaim, Output
from kfm_gates.catalogs.closure import codes
from kfm_gates.catalogs.closure.cells import BYTES, MANIFEST, Cell, Kind, Matrix, Row, Word
from kfm_gates.catalogs.closure.evidence import Evidence, OnDisk
from kfm_gates.catalogs.closure.names import Names, in_manifest
from kfm_gates.catalogs.closure.pad import Pad, name_of
from kfm_gates.catalogs.digests import StatedDigest

DATASET: Final = "the dataset"


def build(evidence: Evidence, pad: Pad) -> Matrix:
    """The matrix, its cells filled and marked missing, extra or duplicated."""
    kinds = tuple(kind for kind in SOURCES if kind in evidence.claims)
    sources = (BYTES, MANIFEST, *kinds)
    rows: dict[str, Row] = {}
    for path, output in evidence.run.outputs.items():
        row = rows[path] = _row(path, "output", sources)
        row.cells[MANIFEST].says.append(_in_manifest(evidence, output))
        _bytes(row, evidence)
    for file in evidence.catalogs:
        rows.setdefault(file.path, _row(file.path, "catalog", sources))
    names = Names(evidence, pad)
    for kind in kinds:
        for claim in evidence.claims[kind]:
            home = names.home(claim)
            if claim.data:
                key = home or claim.href or claim.id or f"{claim.file} {claim.pointer}"
                row = rows.get(key) or rows.setdefault(key, _row(key, "extra", sources))
                row.cells[kind].says.append(claim)
            elif home is not None and (home in rows or home in evidence.disk):
                row = rows.setdefault(home, _row(home, "file", sources))
                row.beside.append(claim)
            else:
                continue
            _bytes(row, evidence)
    names.loose_ends(evidence)
    ordered = sorted(rows.values(), key=lambda row: _ORDER[row.kind])
    _coverage(ordered, kinds, evidence, pad)
    return Matrix(sources=sources, rows=[_dataset(evidence, sources), *ordered])


_ORDER: Final = {"dataset": 0, "output": 1, "extra": 2, "file": 3, "catalog": 4}


def _row(name: str, kind: Kind, sources: Iterable[str]) -> Row:
    cells = {source: Cell(source=source) for source in sources}
    return Row(name=name, kind=kind, cells=cells)


def _digest(sha256: str) -> StatedDigest:
    return StatedDigest(f"sha256:{sha256}", "SHA-256", sha256=sha256)


def on_disk(path: str, disk: OnDisk, evidence: Evidence) -> ArtifactClaim:
    """What the bytes of a file say."""
    seen = evidence.seen.get(path)
    return ArtifactClaim(
        source=BYTES,
        file=path,
        pointer="",
        href=path,
        artifact=path,
        digests=(_digest(disk.sha256),),
        size=disk.size,
        bbox=None if seen is None else seen.bbox,
    )


def _bytes(row: Row, evidence: Evidence) -> None:
    disk = evidence.disk.get(row.name)
    if disk is not None and not row.cells[BYTES].says:
        row.cells[BYTES].says.append(on_disk(row.name, disk, evidence))


def _in_manifest(evidence: Evidence, output: Output) -> ArtifactClaim:
    return ArtifactClaim(
        source=MANIFEST,
        file=evidence.manifest,
        pointer=output.pointer,
        href=output.path,
        artifact=output.path,
        digests=(_digest(output.sha256),),
        size=output.size,
        media_type=output.media_type,
        # What the manifest says of the whole holds for each part.
        bbox=evidence.run.bbox,
        interval=evidence.run.interval,
    )


def _dataset(evidence: Evidence, sources: Iterable[str]) -> Row:
    row = _row(DATASET, "dataset", sources)
    file, pointer = evidence.license_at
    row.cells[MANIFEST].says.append(
        ArtifactClaim(
            source=MANIFEST,
            file=file,
            pointer=pointer,
            href="",
            artifact=None,
            id=evidence.run.family,
            license=evidence.run.license,
        )
    )
    for one in evidence.datasets:
        if one.source in row.cells:
            row.cells[one.source].says.append(_as_claim(one))
    return row


def _as_claim(one: DatasetClaim) -> ArtifactClaim:
    return ArtifactClaim(
        source=one.source,
        file=one.file,
        pointer=one.pointer,
        href="",
        artifact=None,
        id=one.id,
        license=one.license,
        bbox=one.bbox,
        interval=one.interval,
    )


def _coverage(rows: list[Row], kinds: tuple[str, ...], evidence: Evidence, pad: Pad) -> None:
    for row in rows:
        if row.kind == "output":
            for kind in kinds:
                pad.counts["coverage"] += 1
                _covered(row, kind, evidence, pad)
        else:
            for cell in row.cells.values():
                for claim in cell.says if cell.source in kinds else ():
                    pad.counts["coverage"] += 1
                    row.mark(cell.source, Word.EXTRA, claim)
                    pad.against(
                        "coverage",
                        codes.ARTIFACT_EXTRA,
                        f"{name_of(cell.source)} names {row.name} as data, and the manifest does "
                        "not list it.",
                        claim,
                        got=claim.href or claim.id,
                        wanted="a file that is an output of the run",
                    )


def _covered(row: Row, kind: str, evidence: Evidence, pad: Pad) -> None:
    cell = row.cells[kind]
    seen = evidence.seen.get(row.name)
    if not cell.says:
        if kind == "stac" and seen is not None and seen.spatial is False:
            return
        row.mark(kind, Word.MISSING)
        pad.against(
            "coverage",
            codes.ARTIFACT_MISSING,
            f"{name_of(kind)} does not name {row.name}.",
            in_manifest(evidence.manifest, evidence.run.outputs[row.name].pointer),
            wanted=f"a record of {row.name} in {name_of(kind)}",
        )
        return
    times = Counter(claim.file for claim in cell.says)
    for file, number in times.items():
        if number > 1:
            again = [claim for claim in cell.says if claim.file == file]
            row.mark(kind, Word.DUPLICATED, again[1])
            pad.against(
                "coverage",
                codes.ARTIFACT_DUPLICATED,
                f"{name_of(kind)} names {row.name} {number} times in one document.",
                again[1],
                got=again[1].pointer,
                wanted=f"only {again[0].pointer}",
            )

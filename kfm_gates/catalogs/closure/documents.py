"""Catalogs are artifacts: known, sealed, listed in the manifest, and all that is listed is here."""

from __future__ import annotations

from kfm_gates.catalogs._api import ArtifactClaim
from kfm_gates.catalogs.closure import codes
from kfm_gates.catalogs.closure.build import on_disk
from kfm_gates.catalogs.closure.cells import BYTES, MANIFEST, Cell, Matrix, Row, Word
from kfm_gates.catalogs.closure.evidence import Evidence
from kfm_gates.catalogs.closure.pad import Pad
from kfm_gates.catalogs.digests import StatedDigest


def compare(matrix: Matrix, evidence: Evidence, pad: Pad, seal: str) -> list[Row]:
    """Fill the rows of catalog documents.

    Args:
        matrix: The matrix; it has a row for every file of the catalog folder.
        evidence: What is compared.
        pad: Where findings go.
        seal: Name of the file that is the seal.

    Returns:
        Rows of documents that the manifest lists and that are not here.
    """
    rows = {row.name: row for row in matrix.rows}
    for file in evidence.catalogs:
        row, cell = rows[file.path], rows[file.path].cells[BYTES]
        where = on_disk(file.path, file.disk, evidence)
        if not cell.says:
            cell.says.append(where)
        pad.counts["documents"] += 1
        if file.sealed is not None:
            cell.says.append(_sealed(file.path, file.sealed, seal))
        if file.sealed != file.disk.sha256:
            row.mark(BYTES, Word.CONTRADICTING if file.sealed else Word.MISSING)
            pad.against(
                "documents",
                codes.NOT_SEALED,
                f"{file.path} is not the document that was sealed.",
                where,
                got=f"sha256:{file.disk.sha256}",
                wanted=f"sha256:{file.sealed}" if file.sealed else "an entry in the seal",
            )
        if not file.known:
            row.mark(BYTES, Word.UNPROVEN)
            pad.against(
                "documents",
                codes.KIND_UNKNOWN,
                f"{file.path} is neither STAC nor DCAT nor PROV nor OpenLineage.",
                where,
                wanted="a catalog document",
            )
        if file.path not in evidence.refs and file.path not in evidence.run.outputs:
            row.mark(MANIFEST, Word.MISSING)
            pad.against(
                "documents",
                codes.UNLISTED,
                f"The manifest does not list {file.path}.",
                where,
                wanted=f"{evidence.run.relpath}/{file.path} in catalog_refs of {evidence.manifest}",
            )
    absent = []
    for path, pointer in evidence.refs.items():
        stated = _listed(path, pointer, evidence.manifest)
        if path in rows:
            rows[path].cells[MANIFEST].says.append(stated)
        if path in evidence.present:
            continue
        pad.counts["documents"] += 1
        row = Row(
            name=path,
            kind="catalog",
            cells={source: Cell(source=source) for source in matrix.sources},
        )
        row.cells[MANIFEST].says.append(stated)
        row.mark(BYTES, Word.MISSING)
        absent.append(row)
        pad.against(
            "documents",
            codes.ABSENT,
            f"The manifest lists {path}, which is not here.",
            stated,
            wanted="the document",
        )
    return absent


def _sealed(path: str, sha256: str, seal: str) -> ArtifactClaim:
    return ArtifactClaim(
        source=BYTES,
        file=seal,
        pointer="",
        href=path,
        artifact=path,
        digests=(StatedDigest(f"sha256:{sha256}", "SHA-256", sha256=sha256),),
    )


def _listed(path: str, pointer: str, manifest: str) -> ArtifactClaim:
    return ArtifactClaim(
        source=MANIFEST, file=manifest, pointer=pointer, href=path, artifact=path, data=False
    )

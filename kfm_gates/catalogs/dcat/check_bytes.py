"""Sizes and checksums of distributions, held against the bytes of the files that they lead to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from kfm_gates.catalogs import digests
from kfm_gates.catalogs.dcat import codes
from kfm_gates.catalogs.dcat.leads import Lead
from kfm_gates.catalogs.dcat.model import Checksum, Distribution, Model, Value
from kfm_gates.catalogs.dcat.notes import Notes
from kfm_gates.catalogs.rdf import namespaces as ns
from kfm_gates.errors import EvidenceError, EvidenceMissing

if TYPE_CHECKING:
    from kfm_gates.evidence.hashing import FileDigest


def measured(notes: Notes, model: Model, leads: Mapping[str, Lead]) -> None:
    """Sizes and checksums, against the bytes where there are any."""
    wanted = {path for one in leads.values() for path in one.paths}
    files = notes.question.files.digests(sorted(wanted)) if wanted else {}
    for one in model.distributions.values():
        paths = sorted(leads[one.node].paths)
        if len({whole(value) for value in one.sizes} - {None}) > 1:
            notes.remark(
                model,
                one.node,
                codes.SIZE_INVALID,
                f"{model.name(one.node)} has several byte sizes.",
                got=", ".join(value.text for value in one.sizes),
                wanted="one",
            )
        for value in one.sizes:
            notes.look("measured")
            _size(notes, model, one, value, paths, files)
        stated_all = {digest(c).sha256 for c in one.checksums} - {None}
        if len(stated_all) > 1:
            notes.remark(
                model,
                one.node,
                codes.CHECKSUM_INVALID,
                f"{model.name(one.node)} has several SHA-256 checksums.",
                got=", ".join(sorted(map(str, stated_all))),
                wanted="one",
            )
        for checksum in one.checksums:
            notes.look("measured")
            stated = digest(checksum)
            _checksum(notes, model, one, checksum, stated, paths, files)


def _size(
    notes: Notes,
    model: Model,
    one: Distribution,
    value: Value,
    paths: list[str],
    files: Mapping[str, FileDigest | EvidenceError],
) -> None:
    name, size = model.name(one.node), whole(value)
    if size is None:
        notes.remark(
            model,
            one.node,
            codes.SIZE_INVALID,
            f"The byte size of {name} is no whole number.",
            got=value.shown,
            wanted="a whole number",
        )
        return
    for path in paths:
        actual = files.get(path)
        if isinstance(actual, EvidenceError) or actual is None:
            _absent(notes, model, one, path, actual)
        elif actual.size != size:
            notes.remark(
                model,
                one.node,
                codes.SIZE_WRONG,
                f"The byte size of {name} is not that of {path}.",
                got=str(size),
                wanted=str(actual.size),
            )


def _checksum(
    notes: Notes,
    model: Model,
    one: Distribution,
    checksum: Checksum,
    stated: digests.StatedDigest,
    paths: list[str],
    files: Mapping[str, FileDigest | EvidenceError],
) -> None:
    name = model.name(one.node)
    if stated.problem is not None or stated.sha256 is None:
        notes.remark(
            model,
            checksum.node,
            codes.CHECKSUM_WEAK if stated.weak else codes.CHECKSUM_INVALID,
            f"The checksum of {name} cannot be used. {stated.problem}",
            got=stated.text,
            wanted="SHA-256, 64 hex digits in lower case",
        )
        return
    if stated.unusual:
        notes.remark(
            model,
            checksum.node,
            codes.CHECKSUM_UNUSUAL,
            f"The algorithm of the checksum of {name} has an unusual name.",
            got=checksum.algorithms[0],
            wanted="http://spdx.org/rdf/terms#checksumAlgorithm_sha256",
        )
    for path in paths:
        actual = files.get(path)
        if isinstance(actual, EvidenceError) or actual is None:
            _absent(notes, model, one, path, actual)
        elif actual.sha256 != stated.sha256:
            notes.remark(
                model,
                checksum.node,
                codes.CHECKSUM_WRONG,
                f"The checksum of {name} is not that of {path}.",
                got=stated.sha256,
                wanted=actual.sha256,
            )


def _absent(
    notes: Notes, model: Model, one: Distribution, path: str, error: EvidenceError | None
) -> None:
    if error is not None and not isinstance(error, EvidenceMissing):
        notes.found.error = notes.found.error or error
        return
    if (model.file, path) not in notes.absent:
        notes.absent.add((model.file, path))
        notes.remark(
            model,
            one.node,
            codes.FILE_ABSENT,
            f"{path} is not there, so that {model.name(one.node)} cannot be compared with it.",
            got=path,
            unproven=True,
        )


def digest(checksum: Checksum) -> digests.StatedDigest:
    """The one digest that a checksum states."""
    if len(checksum.values) != 1 or len(checksum.algorithms) > 1:
        shown = f"{' '.join(checksum.algorithms)} {' '.join(checksum.values)}".strip()
        many = max(len(checksum.values), len(checksum.algorithms)) > 1
        why = "It has several values." if many else "It has no value."
        return digests.StatedDigest(shown[:300], "unknown", problem=why)
    algorithm = checksum.algorithms[0] if checksum.algorithms else None
    return digests.of_named(algorithm, checksum.values[0], standard=checksum.standard)


def whole(value: Value) -> int | None:
    """A size in bytes; DCAT 2 wrote it as xsd:decimal."""
    match = re.fullmatch(r"\+?(\d{1,18})(\.0*)?", value.text.strip(), re.ASCII)
    if match is None or value.kind != "literal":
        return None
    if match[2] and value.datatype not in ("", f"{ns.XSD}decimal"):
        return None
    return int(match[1])

"""Compare what the sources say: digests, sizes, media types and licences.

Who is odd is told by counting sources, with the bytes and then the manifest ahead where there are
as many on both sides. That only decides which cell a finding points at: that somebody differs is a
finding in any case.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Final, TypeVar

from kfm_gates.catalogs import licenses
from kfm_gates.catalogs._api import ArtifactClaim
from kfm_gates.catalogs.closure import codes, media_types
from kfm_gates.catalogs.closure.cells import BYTES, MANIFEST, Matrix, Row, Word
from kfm_gates.catalogs.closure.evidence import Evidence
from kfm_gates.catalogs.closure.pad import Pad, name_of, names_of, place_of
from kfm_gates.model import Code

_V = TypeVar("_V", bound=Hashable)
_AHEAD: Final = {BYTES: 2, MANIFEST: 1}

_SPELT: Final = {
    "stac": "file:checksum of 1220 and 64 hex digits",
    "dcat": "spdx:checksumValue of 64 hex digits, with spdx:checksumAlgorithm_sha256",
    "prov": "kfm:digest of sha256: and 64 hex digits",
    "openlineage": "the facet kfm_integrity with sha256: and 64 hex digits as digest",
}
"""How each kind of catalog spells a digest."""

Stated = Sequence[tuple[Row, ArtifactClaim, _V]]
"""Statements, each with its row and the value that is compared."""


def compare(matrix: Matrix, evidence: Evidence, pad: Pad) -> None:
    """Compare every row, attribute by attribute."""
    for row in matrix.rows:
        if row.kind != "dataset":
            _digests(row, pad)
            _sizes(row, pad)
            _media_types(row, pad)
    _licenses(matrix, evidence, pad)


def _digests(row: Row, pad: Pad) -> None:
    stated: list[tuple[Row, ArtifactClaim, str]] = []
    if row.kind == "output" and not row.cells[BYTES].says:
        row.mark(BYTES, Word.UNPROVEN)
        pad.against(
            "digests",
            codes.BYTES_ABSENT,
            f"The bytes of {row.name} are not here.",
            _nowhere(row),
            wanted="the file",
            unproven=True,
        )
    for claim in row.statements():
        for digest in claim.digests:
            if digest.sha256 is not None:
                stated.append((row, claim, digest.sha256))
                continue
            row.mark(claim.source, Word.UNPROVEN, claim)
            pad.against(
                "digests",
                codes.DIGEST_UNUSABLE,
                f"{name_of(claim.source)} states a digest of {row.name} that cannot be used. "
                f"{digest.problem}",
                claim,
                got=f"{digest.algorithm}: {digest.text}",
                wanted=_wanted(claim.source),
            )
        if not claim.digests and claim.data and row.kind == "output":
            row.mark(claim.source, Word.UNPROVEN, claim)
            pad.against(
                "digests",
                codes.DIGEST_ABSENT,
                f"{name_of(claim.source)} names {row.name} without a digest.",
                claim,
                wanted=_wanted(claim.source),
            )
    _same(stated, "digests", codes.DIGEST_CONFLICT, "digest", pad, lambda v: f"sha256:{v}")


def _wanted(source: str) -> str:
    return f"SHA-256: {_SPELT.get(source, '64 hex digits')}, in lower case"


def _nowhere(row: Row) -> ArtifactClaim:
    return ArtifactClaim(source=BYTES, file=row.name, pointer="", href="", artifact=None)


def _sizes(row: Row, pad: Pad) -> None:
    stated = [(row, c, c.size) for c in row.statements() if c.size is not None]
    _same(stated, "sizes", codes.SIZE_CONFLICT, "size", pad, lambda v: f"{v} bytes")


def _media_types(row: Row, pad: Pad) -> None:
    said = [(c, c.media_type) for c in row.statements() if c.media_type is not None]
    kinds = [(row, claim, media_types.kind(text)) for claim, text in said]
    _same(kinds, "media_types", codes.MEDIA_TYPE_CONFLICT, "media type", pad, str)
    # An address at IANA cannot carry parameters, so a source without any contradicts nothing.
    full = [
        (row, claim, text)
        for (claim, text), (*_, kind) in zip(said, kinds, strict=True)
        if media_types.parameters(text) and kind == kinds[0][2]
    ]
    if len({media_types.parameters(text) for *_, text in full}) > 1:
        keyed = [(r, c, tuple(sorted(media_types.parameters(text)))) for r, c, text in full]
        _same(
            keyed,
            "media_types",
            codes.MEDIA_TYPE_CONFLICT,
            "media type",
            pad,
            lambda pairs: f"{kinds[0][2]}; " + "; ".join(f"{k}={v}" for k, v in pairs),
        )


def _licenses(matrix: Matrix, evidence: Evidence, pad: Pad) -> None:
    """One licence for the run and all its catalogs; the manifest or the family has the say."""
    authority = evidence.run.license
    stated: list[tuple[Row, ArtifactClaim, str]] = []
    for row in matrix.rows:
        for claim in row.statements():
            if claim.license is None:
                continue
            if licenses.names_nothing(claim.license, authority):
                continue
            stated.append((row, claim, licenses.normal(claim.license)))
    first = None if authority is None else MANIFEST
    _same(stated, "licenses", codes.LICENSE_CONFLICT, "licence", pad, str, authority=first)


def _same(
    stated: Stated[_V],
    check: str,
    code: Code,
    what: str,
    pad: Pad,
    show: Callable[[_V], str],
    authority: str | None = None,
) -> None:
    """Refuse the statements that differ from what most sources say.

    Args:
        stated: The statements.
        check: Check that they speak against.
        code: Code of a difference.
        what: Name of the attribute, for messages.
        pad: Where it is written down.
        show: Writes a value.
        authority: The source that is right whatever the others say.
    """
    pad.counts[check] += sum(claim.source not in (BYTES, MANIFEST) for _, claim, _ in stated)
    groups: dict[_V, list[ArtifactClaim]] = {}
    for _, claim, value in stated:
        groups.setdefault(value, []).append(claim)
    if len(groups) < 2:
        return

    def weight(value: _V) -> tuple[bool, int, int]:
        sources = {claim.source for claim in groups[value]}
        ahead = max(_AHEAD.get(source, 0) for source in sources)
        return authority in sources, len(sources), ahead

    right = max(groups, key=weight)
    witness = max(groups[right], key=lambda claim: _AHEAD.get(claim.source, 0))
    sources = [claim.source for claim in groups[right]]
    for row, claim, value in stated:
        if value == right:
            continue
        others = [source for source in sources if source != claim.source]
        than = names_of(others) if others else witness.file
        row.mark(claim.source, Word.CONTRADICTING, claim)
        pad.against(
            check,
            code,
            f"{name_of(claim.source)} states another {what} for {row.name} than {than}.",
            claim,
            got=show(value),
            wanted=f"{show(right)} ({witness.source}, {place_of(witness)})",
        )

"""Digests of entities: of files by their bytes, of inputs by the manifest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kfm_gates.catalogs._api import Question, Remark, RunFacts
from kfm_gates.catalogs.prov import codes
from kfm_gates.catalogs.prov.entities import Thing, needs_digest
from kfm_gates.errors import EvidenceError


def check(found: Mapping[str, Thing], question: Question) -> tuple[list[Remark], int]:
    """Compare the digests of entities that are files with bytes, and those of inputs with receipts.

    Returns:
        Remarks, and how many entities are files.
    """
    run = question.run
    files = [thing for thing in found.values() if thing.path is not None]
    actual = question.files.digests(
        {
            thing.path
            for thing in files
            if thing.path is not None and question.files.size(thing.path) is not None
        }
    )
    remarks: list[Remark] = []
    count = 0
    for thing in found.values():
        wanted: str | None = None
        unproven = False
        if thing.path is not None:
            digest = actual.get(thing.path)
            if digest is None or isinstance(digest, EvidenceError):
                remarks.append(_absent(thing, digest, run))
                unproven = True
            else:
                wanted = digest.sha256
        elif thing.input is not None and run is not None:
            wanted = run.inputs[thing.input]
        if thing.path is None and thing.input is None:
            # Not known to be a file; yet a digest that is stated has to be one.
            if thing.digests:
                count += 1
                remarks.extend(_unusable(thing))
            continue
        count += 1
        if unproven and run is not None and thing.path is not None and thing.path in run.outputs:
            wanted = run.outputs[thing.path].sha256
        needed = thing.input is not None or needs_digest(thing, run)
        if not thing.digests and needed:
            remarks.append(_missing(thing))
        remarks.extend(_unusable(thing))
        remarks.extend(_mismatches(thing, wanted))
    return remarks, count


def _absent(thing: Thing, error: EvidenceError | None, run: RunFacts | None) -> Remark:
    said = thing.said[0]
    why = "is not there" if error is None else f"cannot be read: {error.message}"
    return said.account.remark(
        codes.DIGESTS_HOLD,
        codes.ARTIFACT_ABSENT,
        f"{said.text()} stands for {thing.path}, which {why}.",
        said.statement.where,
        got=thing.path,
        unproven=error is None and run is not None and thing.path in run.outputs,
    )


def _missing(thing: Thing) -> Remark:
    said = thing.said[0]
    return said.account.remark(
        codes.DIGESTS_HOLD,
        codes.DIGEST_MISSING,
        f"{said.text()} stands for {thing.path or thing.input} and has no digest.",
        said.statement.where,
        wanted="kfm:digest, sha256: and 64 hex digits",
    )


def _unusable(thing: Thing) -> Iterator[Remark]:
    said = thing.said[0]
    for digest in thing.digests:
        if digest.sha256 is None:
            yield said.account.remark(
                codes.DIGESTS_HOLD,
                codes.DIGEST_UNUSABLE,
                f"The {digest.algorithm} digest of {said.text()} cannot be used."
                f" {digest.problem or ''}".rstrip(),
                said.statement.where,
                got=digest.text[:200],
                wanted="SHA-256",
            )


def _mismatches(thing: Thing, wanted: str | None) -> Iterator[Remark]:
    said = thing.said[0]
    for digest in thing.digests:
        if wanted is not None and digest.sha256 is not None and digest.sha256 != wanted:
            whose = f"the bytes of {thing.path}" if thing.path else f"the input {thing.input}"
            yield said.account.remark(
                codes.DIGESTS_HOLD,
                codes.DIGEST_MISMATCH,
                f"The digest of {said.text()} is not that of {whose}.",
                said.statement.where,
                got=f"sha256:{digest.sha256}",
                wanted=f"sha256:{wanted}",
            )

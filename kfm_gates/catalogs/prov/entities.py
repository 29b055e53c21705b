"""Entities: where each of them lies, and which digests it states."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from kfm_gates.catalogs import digests
from kfm_gates.catalogs._api import RunFacts
from kfm_gates.catalogs.digests import StatedDigest
from kfm_gates.catalogs.prov.model import PROV, Value
from kfm_gates.catalogs.prov.story import Said, Story
from kfm_gates.evidence import paths

KFM: Final = "https://kfm-gates.dev/ns#"
_DCT: Final = "http://purl.org/dc/terms/"
_DCAT: Final = "http://www.w3.org/ns/dcat#"
_SPDX: Final = "http://spdx.org/rdf/terms#"
_SCHEMA: Final = ("https://schema.org/", "http://schema.org/")
SIZES: Final = (
    f"{KFM}size",
    f"{KFM}byteSize",
    f"{_DCAT}byteSize",
    *(f"{s}contentSize" for s in _SCHEMA),
)
"""Attributes that state a size in bytes."""
_BY_TEXT: Final = (f"{KFM}digest", f"{KFM}checksum")
_BY_NAME: Final = {
    f"{KFM}sha256": "sha256",
    **{f"{schema}sha256": "sha256" for schema in _SCHEMA},
    f"{KFM}sha1": "sha1",
    f"{KFM}md5": "md5",
    "http://xmlns.com/foaf/0.1/sha1": "sha1",
}
_LIKE_A_DIGEST = re.compile(
    r"digest|checksum|hash|fingerprint|blake|crc|sha[-_]?[0-9]|md[-_]?[0-9]|^(?:sha|sum|etag|cid)$",
    re.IGNORECASE | re.ASCII,
)
_NO_DIGEST: Final = frozenset({f"{KFM}specHash", f"{KFM}spec_hash"})
_DIGEST_TEXT = re.compile(r"ni:.*|(?:[a-z0-9/_-]+:)?[0-9a-f]{32,}", re.IGNORECASE | re.ASCII)


@dataclass(slots=True)
class Thing:
    """An entity, and what it is in the lake.

    Args:
        id: Its IRI.
        said: The statements that declare it.
        path: Run-relative path of the file that it is, None where it is none of this run.
        input: Name in the manifest of the input that it is.
        outside: Where else in the lake it lies: neither in this run nor at the place of an input.
        digests: What is stated, in every spelling.
    """

    id: str
    said: list[Said]
    path: str | None = None
    input: str | None = None
    outside: str | None = None
    digests: list[StatedDigest] = field(default_factory=list)


def stated(story: Story) -> dict[str, Thing]:
    """All entities by IRI, with the digests that they state; `places` says where they lie."""
    return {
        iri: Thing(iri, said, digests=list(_digests(iri, said)))
        for iri, said in story.elements("entity").items()
    }


def is_artifact(path: str, run: RunFacts | None) -> bool:
    """Is a path of the run an output, or in the folder of outputs?"""
    return run is not None and (path in run.outputs or paths.under(path, run.artifacts))


def values(said: Iterable[Said], names: Iterable[str]) -> Iterator[Value]:
    """Values of some attributes, by their IRIs."""
    wanted = frozenset(names)
    for one in said:
        for iri, value in one.statement.attributes:
            if iri in wanted:
                yield value


def _digests(iri: str, said: list[Said]) -> Iterator[StatedDigest]:
    """The closed list of ways in which an entity states a digest."""
    if iri.startswith("ni:"):
        yield digests.of_ni(iri)
    for one in said:
        algorithms = [v.text for v in one.statement.values(f"{_SPDX}algorithm")]
        for name, value in one.statement.attributes:
            if name in _BY_TEXT:
                yield digests.of_text(value.text)
            elif name in _BY_NAME:
                yield digests.of_named(_BY_NAME[name], value.text, standard=False)
            elif name == f"{_SPDX}checksum":
                yield digests.of_named(value.datatype, value.text)
            elif name == f"{_SPDX}checksumValue":
                yield digests.of_named(algorithms[0] if algorithms else None, value.text)
            elif value.text.startswith("ni:") and name in (f"{PROV}location", f"{_DCT}identifier"):
                yield digests.of_ni(value.text)


def unread(said: Iterable[Said]) -> Iterator[StatedDigest]:
    """Digests of a file in words that are none of those that are read."""
    for one in said:
        for name, value in one.statement.attributes:
            if name == f"{PROV}value" and _DIGEST_TEXT.fullmatch(value.text):
                yield digests.of_text(value.text)
            elif name.startswith(KFM) and name not in {*_BY_TEXT, *_BY_NAME, *_NO_DIGEST}:
                word = name.removeprefix(KFM)
                if _LIKE_A_DIGEST.search(word):
                    why = f"kfm:{word[:60]} is not read; kfm:digest is."
                    yield StatedDigest(value.text[:200], "unknown", problem=why)


def needs_digest(thing: Thing, run: RunFacts | None) -> bool:
    """Is it a file that has to have a digest? Logs and catalogs of the run need none."""
    return thing.path is not None and (run is None or is_artifact(thing.path, run))

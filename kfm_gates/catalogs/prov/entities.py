"""Entities, and what each of them is in the lake: a file of the run, an input, or neither."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from kfm_gates.catalogs import digests, references
from kfm_gates.catalogs._api import Question, Remark, RunFacts
from kfm_gates.catalogs.digests import StatedDigest
from kfm_gates.catalogs.prov import codes
from kfm_gates.catalogs.prov.model import PROV, XSD, Value
from kfm_gates.catalogs.prov.story import Said, Story
from kfm_gates.evidence import paths

KFM: Final = "https://kfm-gates.dev/ns#"
_DCT: Final = "http://purl.org/dc/terms/"
_DCAT: Final = "http://www.w3.org/ns/dcat#"
_SPDX: Final = "http://spdx.org/rdf/terms#"
_SCHEMA: Final = ("https://schema.org/", "http://schema.org/")
_BY_TEXT: Final = (f"{KFM}digest",)
_BY_NAME: Final = {
    f"{KFM}sha256": "sha256",
    **{f"{schema}sha256": "sha256" for schema in _SCHEMA},
    f"{KFM}sha1": "sha1",
    f"{KFM}md5": "md5",
    "http://xmlns.com/foaf/0.1/sha1": "sha1",
}


@dataclass(slots=True)
class Thing:
    """An entity, and what it is in the lake.

    Args:
        id: Its IRI.
        said: The statements that declare it.
        path: Run-relative path of the file that it is, None where it is none of this run.
        input: Name in the manifest of the input that it is.
        digests: What is stated, in every spelling.
    """

    id: str
    said: list[Said]
    path: str | None = None
    input: str | None = None
    digests: list[StatedDigest] = field(default_factory=list)


def things(story: Story, question: Question) -> tuple[dict[str, Thing], list[Remark]]:
    """All entities by IRI, and remarks about places that no reference may lead to."""
    run = question.run
    by_name = {
        output.names["prov"]: path
        for path, output in (run.outputs.items() if run is not None else ())
        if "prov" in output.names
    }
    found: dict[str, Thing] = {}
    remarks: list[Remark] = []
    for iri, said in story.elements("entity").items():
        thing = Thing(iri, said, digests=list(_digests(iri, said)))
        if iri in by_name:
            thing.path = by_name[iri]
        _place(thing, question, remarks)
        found[iri] = thing
    return found, remarks


def _place(thing: Thing, question: Question, remarks: list[Remark]) -> None:
    run = question.run
    if run is not None and thing.id in run.inputs:
        thing.input = thing.id
    base = thing.said[0].account.document.file
    target = references.resolve(thing.id, base=base, run=run)
    if target.kind == "refused" and thing.id.startswith(("kfm://", references.BASE)):
        remarks.append(_refused(thing, thing.id, target.why))
    elif target.kind == "run" and not target.fragment and target.path and thing.path is None:
        # Elsewhere in the run it may be an intermediate file that is gone, or no file at all.
        if is_artifact(target.path, run) or question.files.size(target.path) is not None:
            thing.path = target.path
    elif target.kind == "lake" and run is not None and target.path in run.inputs:
        thing.input = target.path
    for value in values(thing.said, (f"{PROV}location",)):
        is_reference = value.is_name or value.datatype == f"{XSD}anyURI"
        where = references.resolve(value.text, base=base, run=run)
        if where.kind == "refused" and is_reference:
            remarks.append(_refused(thing, value.text, where.why))
        elif where.kind == "run" and thing.path is None and not where.fragment:
            if question.files.size(where.path) is not None or _is_output(where.path, run):
                thing.path = where.path
        elif run is not None and thing.input is None:
            name = where.path if where.kind == "lake" else value.text
            thing.input = name if name in run.inputs else None


def _is_output(path: str, run: RunFacts | None) -> bool:
    return run is not None and path in run.outputs


def is_artifact(path: str, run: RunFacts | None) -> bool:
    """Is a path of the run an output, or in the folder of outputs?"""
    return run is not None and (path in run.outputs or paths.under(path, run.artifacts))


def _refused(thing: Thing, text: str, why: str | None) -> Remark:
    said = thing.said[0]
    return said.account.remark(
        codes.DIGESTS_HOLD,
        codes.LOCATION_REFUSED,
        f"{said.text()} names a place that is not followed. {why or ''}".strip(),
        said.statement.where,
        got=text[:200],
    )


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


def needs_digest(thing: Thing, run: RunFacts | None) -> bool:
    """Is it a file that has to have a digest? Logs and catalogs of the run need none."""
    return thing.path is not None and (run is None or is_artifact(thing.path, run))

"""The same graph in four notations gives the same findings, facts and claims."""

from __future__ import annotations

import copy
import json
import random
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import good_dcat
import goodrun
import pytest

from kfm_gates.catalogs import dcat, references, run_facts
from kfm_gates.catalogs._api import Document, Examined, Question
from kfm_gates.catalogs.files import RunFiles

FILE = "catalog/dcat"
FORMS = {"turtle": "turtle", "nt": "ntriples", "pretty-xml": "rdfxml", "xml": "rdfxml"}
CASES = [
    case
    for folder in sorted((Path(__file__).parents[1] / "gates" / "dcat").glob("*/*"))
    if folder.parent.name != "broken"
    and "catalog/dcat.jsonld"
    in (case := json.loads((folder / "case.json").read_text())).get("patch", {})
]


@pytest.fixture(scope="module")
def question(tmp_path_factory: pytest.TempPathFactory) -> Question:
    root = tmp_path_factory.mktemp("lake")
    context = goodrun.context(goodrun.write(root), root)
    return Question(
        files=RunFiles(context.run),
        now=context.now,
        run=run_facts.of_run(context.run, context.family),
    )


def document(data: Any) -> Document:
    raw = json.dumps(data).encode()
    return Document(file=FILE, form="dcat-jsonld", raw=raw, data=json.loads(raw))


def notations(data: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Document]:
    import rdflib

    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    graph = rdflib.Graph()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph.parse(data=json.dumps(data), format="json-ld", publicID=references.base_iri(FILE))
        for format_, form in FORMS.items():
            raw = graph.serialize(format=format_).encode()
            yield Document(file=FILE, form=f"dcat-{form}", raw=raw)


def told(found: Examined) -> list[tuple[str | None, ...]]:
    return sorted((r.check, r.code.id, r.message, r.got, r.wanted) for r in found.remarks)


def same(first: Examined, second: Examined) -> None:
    assert told(first) == told(second)
    assert (first.error and first.error.code) == (second.error and second.error.code)
    assert first.counts == second.counts
    assert first.witnesses == second.witnesses
    assert first.facts["properties"] == second.facts["properties"]
    assert [c.artifact for c in first.claims] == [c.artifact for c in second.claims]
    assert [(c.digests, c.size, c.media_type) for c in first.claims] == [
        (c.digests, c.size, c.media_type) for c in second.claims
    ]
    assert [(d.id, d.license, d.bbox, d.interval) for d in first.datasets] == [
        (d.id, d.license, d.bbox, d.interval) for d in second.datasets
    ]


def without_names(data: Any) -> Any:
    """Blank nodes instead of names with a fragment, for everything but references."""
    if isinstance(data, list):
        return [without_names(entry) for entry in data]
    if isinstance(data, dict):
        named = len(data) > 1 and "#" in str(data.get("@id", ""))
        return {k: without_names(v) for k, v in data.items() if not (named and k == "@id")}
    return data


@pytest.mark.parametrize("blank", [False, True], ids=["named", "blank"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["title"][:40])
def test_four_notations(
    case: Any, blank: bool, question: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = goodrun.patched(good_dcat.jsonld(), case["patch"]["catalog/dcat.jsonld"])
    if blank:
        data = without_names(data)
    first = dcat.examine([document(data)], question)
    if {"DCAT_TERM_IGNORED", "DCAT_BASE_FOREIGN"}.intersection(r.code.id for r in first.remarks):
        return  # the loss of JSON-LD, and a base, are of one notation
    for other in notations(data, monkeypatch):
        same(first, dcat.examine([other], question))


def test_the_two_documents_of_the_good_run_say_the_same(question: Question) -> None:
    first = dcat.examine([document(good_dcat.jsonld())], question)
    turtle = Document(file=FILE, form="dcat-turtle", raw=good_dcat.turtle().encode())
    same(first, dcat.examine([turtle], question))
    assert not first.remarks
    assert len(first.claims) == 2


def shuffled(data: Any, chance: random.Random) -> Any:
    if isinstance(data, dict):
        keys = list(data)
        chance.shuffle(keys)
        return {key: shuffled(data[key], chance) for key in keys}
    if isinstance(data, list):
        entries = [shuffled(entry, chance) for entry in data]
        chance.shuffle(entries)
        return entries
    return data


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["title"][:40])
def test_order_and_whitespace_never_matter(case: Any, seed: int, question: Question) -> None:
    data = goodrun.patched(good_dcat.jsonld(), case["patch"]["catalog/dcat.jsonld"])
    other = shuffled(copy.deepcopy(data), random.Random(seed))
    raw = json.dumps(other, indent=seed, separators=(", ", " : ")).encode() + b"\n\n"
    again = Document(file=FILE, form="dcat-jsonld", raw=raw, data=json.loads(raw))
    same(dcat.examine([document(data)], question), dcat.examine([again], question))


def test_an_error_in_one_document_hides_nothing_in_another(question: Question) -> None:
    bad = goodrun.patched(
        good_dcat.jsonld(), [{"op": "replace", "path": "/@graph/2/dcat:byteSize", "value": "x"}]
    )
    broken = Document(file="catalog/a.ttl", form="dcat-turtle", raw=b"<a>")
    for documents in ([broken, document(bad)], [document(bad), broken]):
        found = dcat.examine(documents, question)
        assert found.error is not None
        assert found.error.code == "RDF_SYNTAX"
        assert [r.code.id for r in found.remarks] == ["DCAT_SIZE_INVALID", "DCAT_PROPERTY_ABSENT"]

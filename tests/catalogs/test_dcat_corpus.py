"""Real DCAT documents: every one is answered, and what is found has a reason that is known."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.catalogs import dcat, kinds, survey
from kfm_gates.catalogs._api import Question

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "dcat"
pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the shared material is not beside the checkout"
)
FRAGMENTS = {
    "DCAT_NO_DATASET",
    "DCAT_NO_DISTRIBUTION",
    "DCAT_DISTRIBUTION_ORPHAN",
    "DCAT_UNTYPED",
    "DCAT_UNDESCRIBED",
    "DCAT_PROPERTY_ABSENT",
}
"""Most files are examples of one class, so that what belongs to it stands in another file."""
KNOWN = {
    "DCAT_DATE_UNTYPED": "the context declares no prefix xsd, so the datatype is no IRI of XSD",
    "DCAT_TERM_IGNORED": "a key that the published context does not define",
    "DCAT_URL_INSECURE": "http",
    "DCAT_CHECKSUM_UNUSUAL": "https://spdx.org/rdf/terms/#… instead of http://spdx.org/rdf/terms#…",
}
UNREADABLE = {
    "RDF_SYNTAX": 6,  # named one by one in test_rdf_corpus
}


class NoFiles:
    """Outside of a run nothing can be looked at."""

    def size(self, path: str) -> int | None:
        return None

    def is_directory(self, path: str) -> bool:
        return False

    def digests(self, paths: Any) -> dict[str, Any]:
        return {}


def files() -> list[Path]:
    wanted = (".ttl", ".jsonld", ".bad")
    found = [p for p in sorted(CORPUS.rglob("*")) if p.suffix in wanted]
    return [p for p in found if "shacl" not in p.parts and "context" not in p.name]


def test_every_document_is_answered() -> None:
    files_: Any = NoFiles()
    question = Question(files=files_, now=dt.datetime(2026, 10, 1, tzinfo=dt.UTC))
    declared = {check.id for check in dcat.CHECKS}
    told: Counter[str] = Counter()
    errors: Counter[str] = Counter()
    looked = unknown = 0
    for path in files():
        document = survey.look(path.read_bytes(), path.name.removesuffix(".bad"))
        if document is None or kinds.FORMS[document.form] != "dcat":
            unknown += 1
            continue
        looked += 1
        found = dcat.examine([document], question)
        if found.error is not None:
            errors[found.error.code] += 1
            continue
        assert found.counts.keys() | found.witnesses.keys() == declared
        told.update(remark.code.id for remark in found.remarks)
    assert looked >= 250
    assert unknown <= 25  # a concept, an address, an agent without one word of DCAT
    assert errors == UNREADABLE
    assert told.keys() == KNOWN.keys() | FRAGMENTS
    assert all(
        code.level.value == "warn"
        for check in dcat.CHECKS
        for code in check.codes
        if code.id in KNOWN
    )


def test_turtle_and_jsonld_of_an_example_find_the_same() -> None:
    """The examples come in pairs; what differs between the two is what the context drops."""
    files_: Any = NoFiles()
    question = Question(files=files_, now=dt.datetime(2026, 10, 1, tzinfo=dt.UTC))
    pairs = alike = 0
    for path in files():
        other = path.with_suffix(".jsonld")
        if path.suffix != ".ttl" or not other.is_file():
            continue
        facts = []
        for one in (path, other):
            document = survey.look(one.read_bytes(), one.name)
            if document is None or kinds.FORMS[document.form] != "dcat":
                break
            found = dcat.examine([document], question)
            if found.error is None:
                facts.append(found.facts["properties"])
        if len(facts) == 2:
            pairs += 1
            alike += facts[0] == facts[1]
    assert pairs >= 100
    assert alike / pairs > 0.8

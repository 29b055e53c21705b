"""Real RDF files: what pyoxigraph reads through `rdf.read` is what rdflib reads.

rdflib is told the published contexts; it is not let near a remote one.
"""

from __future__ import annotations

import json
import logging
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.catalogs import rdf, references
from kfm_gates.catalogs._api import Document
from kfm_gates.errors import EvidenceUnreadable
from kfm_gates.evidence import strict_json

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "dcat"
pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the shared material is not beside the checkout"
)
CONTEXTS = {
    "https://raw.githubusercontent.com/DOI-DO/dcat-us/main/context/dcat-us-3.0.jsonld": (
        "dcat-us/context/dcat-us-3.0.jsonld"
    ),
    "https://semiceu.github.io/uri.semic.eu-generated/DCAT-AP/releases/3.0.0/html/examples/"
    "context.jsonld": "dcat-ap-3.0.1/html/examples/context.jsonld",
}
NO_RDF = {
    "dcat-ap-3.0.1/context/dcat-ap.jsonld": "a term 'Xsd:…' that expands in two ways",
    "dcat-ap-3.0.1/html/examples/example-bee-population-dataset-series-api.ttl": (
        "a name with a slash"
    ),
    "dcat-ap-3.0.1/html/examples/example-bee-population-dataset-series-combined.ttl": (
        "a name with a slash"
    ),
    "dcat-us/docs/examples/catalog/rights.ttl.bad": "a prefix that is not declared",
    "dcat-us/docs/examples/distribution/access-url.jsonld": "an IRI that begins with <",
    "dcat-us/docs/examples/distribution/media-type1.jsonld": "an IRI that ends in >",
    "dcat-us/docs/examples/dataset/metadata-distribution.jsonld": "an IRI that is none",
}
SCOPED = ("http://www.w3.org/2006/vcard/ns#title", "http://purl.org/dc/terms/version")
"""What a term means in one class only; our copy of the context is flat."""


def files() -> list[Path]:
    wanted = (".ttl", ".jsonld", ".bad")
    return [p for p in sorted(CORPUS.rglob("*")) if p.suffix in wanted] if CORPUS.is_dir() else []


def document(path: Path) -> Document:
    raw = path.read_bytes()
    if path.suffix == ".jsonld":
        data = strict_json.loads(raw, file=path.name)
        return Document(file=path.name, form="dcat-jsonld", raw=raw, data=data)
    return Document(file=path.name, form="dcat-turtle", raw=raw)


def inlined(value: Any) -> Any:
    if isinstance(value, list):
        return [inlined(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    found = {}
    for key, entry in value.items():
        if key == "@context" and isinstance(entry, str):
            entry = json.loads((CORPUS / CONTEXTS[entry]).read_bytes())["@context"]
        found[key] = inlined(entry)
    return found


def by_rdflib(path: Path) -> Counter[tuple[str, ...]]:
    import rdflib

    data = path.read_bytes()
    if path.suffix == ".jsonld":
        data = json.dumps(inlined(json.loads(data))).encode()
    found: Counter[tuple[str, ...]] = Counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph = rdflib.Dataset(default_union=True)
        graph.parse(
            data=data,
            format="json-ld" if path.suffix == ".jsonld" else "turtle",
            publicID=references.base_iri(path.name),
        )
        for statement in graph.quads():
            found[tuple(told(term) for term in statement[:3])] += 1
    return found


def told(term: Any) -> str:
    import rdflib

    if isinstance(term, rdflib.BNode):
        return "_:"
    if isinstance(term, rdflib.Literal):
        return spelled(str(term), str(term.datatype or ""), (term.language or "").lower())
    return str(term)


def spelled(text: str, datatype: str, language: str) -> str:
    if datatype.endswith(("#double", "#decimal", "#integer", "#float")):
        text, datatype = repr(float(text)), "number"
    if datatype.endswith(("#string", "#langString")):
        datatype = ""
    return f"{text!r}@{language}^^{datatype}"


def by_us(path: Path) -> Counter[tuple[str, ...]]:
    def say(term: rdf.Term) -> str:
        if isinstance(term, rdf.Literal):
            return spelled(*[term.text, term.datatype, term.language])
        return "_:" if rdf.is_blank(term) else term

    graph = rdf.read(document(path))
    return Counter((say(s), p, say(o)) for s, p, o in graph.triples())


@pytest.mark.parametrize("path", files(), ids=lambda p: p.relative_to(CORPUS).as_posix())
def test_the_same_statements_as_rdflib(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import rdflib

    logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    if path.relative_to(CORPUS).as_posix() in NO_RDF:
        with pytest.raises(EvidenceUnreadable) as refused:
            rdf.read(document(path))
        assert refused.value.code == "RDF_SYNTAX"
        return
    ours, theirs = by_us(path), by_rdflib(path)
    if path.suffix != ".jsonld":
        assert ours == theirs
        return
    # rdflib knows the published contexts, which define a term only within its class: ours reads at
    # least as much. Of several types rdflib applies the scope of one only.
    missing = [s for s in theirs - ours if s[1] not in SCOPED]
    assert not missing

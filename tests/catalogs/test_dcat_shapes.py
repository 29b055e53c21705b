"""SHACL: what is counted before anything conforms, and what the process may not do."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import good_dcat
import goodrun
import pytest

from kfm_gates.catalogs import dcat, rdf, run_facts
from kfm_gates.catalogs._api import Document, Examined, Question
from kfm_gates.catalogs.dcat import shapes
from kfm_gates.catalogs.files import RunFiles

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "dcat" / "dcat-ap-3.0.1"
PREFIXES = (
    "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix dcat: <http://www.w3.org/ns/dcat#> .\n"
    "@prefix dct: <http://purl.org/dc/terms/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
    "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
)
TITLED = "sh:property [ sh:path dct:title ; sh:minCount 1 ]"


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = tmp_path_factory.mktemp("lake")
    return goodrun.context(goodrun.write(root), root)


def held(lake: Any, documents: list[Document], **graphs: str) -> Examined:
    question = Question(
        files=RunFiles(lake.run),
        now=lake.now,
        run=run_facts.of_run(lake.run, lake.family),
        shapes=tuple((name, (PREFIXES + text).encode()) for name, text in graphs.items()),
    )
    return dcat.examine(documents, question)


def turtle(text: str | None = None) -> Document:
    raw = (good_dcat.turtle() if text is None else text).encode()
    return Document(file="catalog/dcat.ttl", form="dcat-turtle", raw=raw)


def codes(found: Examined) -> list[str]:
    return [r.code.id for r in found.remarks if r.check == "shapes"]


def graph(text: str) -> rdf.Graph:
    raw = (PREFIXES + text).encode()
    return rdf.read(Document(file="s.ttl", form="dcat-turtle", raw=raw))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (f"<urn:s> a sh:NodeShape ; sh:targetClass dcat:Dataset ; {TITLED} .", 1),
        (f"<urn:s> a sh:NodeShape ; sh:targetClass dcat:Distribution ; {TITLED} .", 2),
        (f"dcat:Dataset a sh:NodeShape, rdfs:Class ; {TITLED} .", 1),
        (f"<urn:s> a sh:NodeShape ; sh:targetNode <{good_dcat.DATASET}> ; {TITLED} .", 1),
        (f"<urn:s> a sh:NodeShape ; sh:targetNode <urn:nobody> ; {TITLED} .", 0),
        (f"<urn:s> a sh:NodeShape ; sh:targetSubjectsOf dcat:distribution ; {TITLED} .", 1),
        (f"<urn:s> a sh:NodeShape ; sh:targetObjectsOf dcat:distribution ; {TITLED} .", 2),
        (f"<urn:s> a sh:NodeShape ; sh:targetClass dcat:DataService ; {TITLED} .", 0),
        (f"<urn:s> a sh:NodeShape ; {TITLED} .", 0),
        (
            f"<urn:s> a sh:NodeShape ; sh:targetClass dcat:Dataset ; sh:deactivated true ; "
            f"{TITLED} .",
            0,
        ),
        (
            "<urn:s> a sh:NodeShape ; sh:targetClass <urn:Top> . <urn:Middle> rdfs:subClassOf "
            "<urn:Top> . dcat:Dataset rdfs:subClassOf <urn:Middle> . <urn:Top> rdfs:subClassOf "
            "dcat:Dataset .",
            1,
        ),
        ("", 0),
    ],
)
def test_subjects_are_counted_as_shacl_selects_them(text: str, count: int) -> None:
    assert len(shapes.focus_nodes(rdf.read(turtle()), graph(text))) == count


@pytest.mark.parametrize("text", ["", f"<urn:s> a sh:NodeShape ; {TITLED} ."])
def test_shapes_that_select_nothing_never_conform(lake: Any, text: str) -> None:
    found = held(lake, [turtle()], ours=text)
    assert codes(found) == ["DCAT_SHAPES_VACUOUS"]


def test_an_untyped_catalog_never_conforms(lake: Any) -> None:
    untyped = good_dcat.turtle().replace(" a dcat:Dataset ;", "")
    found = held(lake, [turtle(untyped)], ours=f"<urn:s> sh:targetClass dcat:Dataset ; {TITLED} .")
    assert codes(found) == ["DCAT_SHAPES_VACUOUS"]


def test_dcat_us_as_json_fits_no_shapes(lake: Any) -> None:
    data = {"@type": "Dataset", "title": "x"}
    document = Document(
        file="catalog/d.json", form="dcat-us", raw=json.dumps(data).encode(), data=data
    )
    found = held(lake, [document], ours=f"<urn:s> sh:targetClass dcat:Dataset ; {TITLED} .")
    assert codes(found) == ["DCAT_SHAPES_VACUOUS"]


def test_every_document_is_held_against_every_set(lake: Any) -> None:
    missing = "sh:property [ sh:path dct:provenance ; sh:minCount 1 ]"
    found = held(
        lake,
        [turtle(), turtle(good_dcat.turtle().replace("dct:title", "dct:abstract"))],
        title=f"<urn:s> a sh:NodeShape ; sh:targetClass dcat:Dataset ; {TITLED} .",
        more=f"<urn:s> a sh:NodeShape ; sh:targetClass dcat:Dataset ; {missing} .",
    )
    assert codes(found) == ["DCAT_SHAPE_VIOLATED"] * 3
    assert found.error is None
    remark = next(r for r in found.remarks if r.check == "shapes")
    assert remark.pointer == good_dcat.DATASET
    assert remark.wanted == "sh:MinCountConstraintComponent"
    assert "dct:provenance" in remark.message
    assert found.counts["shapes"] == 4


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<urn:x> owl:imports <https://example.org/shapes.ttl> .", "SHAPES_INVALID"),
        ("<urn:s> sh:targetClass dcat:Dataset ; sh:js [ sh:x 'f' ] .", "SHAPES_INVALID"),
        ("<urn:s> sh:targetClass dcat:Dataset ; sh:mincount 1 .", "SHAPES_INVALID"),
        ("<urn:s> sh:target [ a sh:SPARQLTarget ] .", "SHAPES_INVALID"),
        ("<urn:s> sh:rule [ a sh:TripleRule ] .", "SHAPES_INVALID"),
        ("<urn:s> sh:targetClass", "RDF_SYNTAX"),
        ("<urn:s> a sh:NodeShape ; sh:targetClass dcat:Dataset ; sh:property 5 .", "SHACL_FAILED"),
    ],
)
def test_shapes_that_cannot_be_used_are_an_error(lake: Any, text: str, code: str) -> None:
    found = held(lake, [turtle()], ours=text)
    assert found.error is not None
    assert found.error.code == code


@pytest.mark.parametrize(
    "select",
    [
        "SELECT $this WHERE { $this a ?c . SERVICE <http://127.0.0.1:9/sparql> { ?a ?b ?c } }",
        "SELECT $this FROM <http://127.0.0.1:9/x> WHERE { $this a ?c }",
    ],
)
def test_a_shape_cannot_reach_the_network(lake: Any, select: str) -> None:
    """SPARQL can ask another server or graph; such shapes are refused."""
    text = (
        f'<urn:s> a sh:NodeShape ; sh:targetClass dcat:Dataset ; sh:sparql [ sh:select "{select}" ]'
        " ."
    )
    found = held(lake, [turtle()], ours=text)
    assert found.error is not None
    assert found.error.code == "SHAPES_INVALID"


def test_what_could_connect_is_shut_off() -> None:
    script = (
        "import sys\n"
        "from kfm_gates.catalogs.dcat import _shacl\n"
        "import socket, subprocess, urllib.request\n"
        "sys.addaudithook(_shacl._deny)\n"
        "for attempt in (\n"
        "    lambda: socket.create_connection(('127.0.0.1', 9)),\n"
        "    lambda: urllib.request.urlopen('http://127.0.0.1:9/'),\n"
        "    lambda: subprocess.run(['true']),\n"
        "):\n"
        "    try:\n"
        "        attempt()\n"
        "    except PermissionError as error:\n"
        "        print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert done.stdout.count(b"is not allowed here") == 3


def test_sparql_within_the_document_is_evaluated(lake: Any) -> None:
    select = "SELECT $this WHERE { $this <http://purl.org/dc/terms/title> ?title }"
    text = (
        f'<urn:s> a sh:NodeShape ; sh:targetClass dcat:Dataset ; sh:sparql [ sh:select "{select}" ;'
        ' sh:message "has a title" ] .'
    )
    assert codes(held(lake, [turtle()], ours=text)) == ["DCAT_SHAPE_VIOLATED"]


def test_too_slow_is_an_error(lake: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes, "TIMEOUT_S", 0.01)
    found = held(lake, [turtle()], ours=f"<urn:s> sh:targetClass dcat:Dataset ; {TITLED} .")
    assert found.error is not None
    assert found.error.code == "SHACL_TIMEOUT"


@pytest.mark.parametrize(
    ("process", "code"),
    [
        (b"raise ModuleNotFoundError(\"No module named 'pyshacl'\")", "EXTRA_MISSING"),
        (b"import sys; sys.exit(3)", "SHACL_FAILED"),
        (b"print('[]')", "SHACL_FAILED"),
        (b"print('{}')", "SHACL_FAILED"),
        (b"print('garbage')", "SHACL_FAILED"),
        (b"", "SHACL_FAILED"),
    ],
)
def test_a_process_that_does_not_answer_is_an_error(
    lake: Any, monkeypatch: pytest.MonkeyPatch, process: bytes, code: str
) -> None:
    real = subprocess.run

    def instead(argv: list[str], **options: Any) -> Any:
        assert argv[:2] == [sys.executable, "-I"]
        return real([sys.executable, "-c", process.decode()], **options)

    monkeypatch.setattr(subprocess, "run", instead)
    found = held(lake, [turtle()], ours=f"<urn:s> sh:targetClass dcat:Dataset ; {TITLED} .")
    assert found.error is not None
    assert found.error.code == code
    if code == "EXTRA_MISSING":
        assert "kfm-gates[shapes]" in str(found.error.fix)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared material is not beside the checkout")
@pytest.mark.parametrize("name", ["html/shacl/shapes.ttl", "html/shacl/shapes_recommended.ttl"])
def test_dcat_ap(lake: Any, name: str) -> None:
    """DCAT-AP 3.0.1 finds what the good run lacks by its own shapes, and nothing in the rest."""
    raw = (CORPUS / name).read_bytes()
    question = Question(
        files=RunFiles(lake.run),
        now=lake.now,
        run=run_facts.of_run(lake.run, lake.family),
        shapes=(("dcat-ap", raw),),
    )
    found = dcat.examine([turtle()], question)
    assert found.error is None
    assert found.counts["shapes"] >= 3
    assert "DCAT_SHAPES_VACUOUS" not in codes(found)
    told = [(r.code.id, r.message) for r in found.remarks]
    if name.endswith("shapes.ttl"):
        assert told == []
    bad = good_dcat.turtle().replace('dct:title "Wells of Kansas"@en ;', "")
    worse = dcat.examine([turtle(bad)], question)
    if name.endswith("shapes.ttl"):
        assert codes(worse) == ["DCAT_SHAPE_VIOLATED"]
    empty = dcat.examine([turtle("@prefix dcat: <http://www.w3.org/ns/dcat#> .")], question)
    assert codes(empty) == ["DCAT_SHAPES_VACUOUS"]

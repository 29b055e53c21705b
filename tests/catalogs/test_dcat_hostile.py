"""Documents made to harm: each ends in bounded time, with an answer that names it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import good_dcat
import goodrun
import pytest

from kfm_gates.catalogs import dcat, survey
from kfm_gates.catalogs._api import Question
from kfm_gates.catalogs.files import RunFiles
from kfm_gates.errors import EvidenceUnreadable
from kfm_gates.evidence.run_dir import Run
from kfm_gates.model import Layout

PREFIXES = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in good_dcat.PREFIXES.items())


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    goodrun.write(tmp_path)
    return tmp_path


def looked(lake: Path, name: str, raw: bytes | str | int) -> Any:
    """Put a file into the catalog folder and survey it; a number makes a sparse file."""
    path = lake / goodrun.RUN / "catalog" / name
    path.parent.mkdir(exist_ok=True)
    if isinstance(raw, int):
        path.touch()
        os.truncate(path, raw)
    else:
        path.write_bytes(raw.encode() if isinstance(raw, str) else raw)
    run = Run.open(lake / goodrun.RUN, root=lake, layout=Layout())
    files = RunFiles(run)
    found = survey.survey(files, [f"catalog/{name}"])
    if found.errors:
        return found.errors[f"catalog/{name}"]
    documents = found.of("dcat")
    assert documents
    return dcat.examine(documents, Question(files=files, now=goodrun.NOW))


@pytest.mark.parametrize("name", ["dcat.ttl", "dcat.jsonld", "dcat.nt", "dcat.rdf", "data.json"])
def test_a_gigabyte_is_refused_by_its_size(lake: Path, name: str) -> None:
    error = looked(lake, name, 1 << 30)
    assert isinstance(error, EvidenceUnreadable)
    assert str(1 << 30) in f"{error.got} {error.message}"


@pytest.mark.parametrize(
    ("name", "raw", "code"),
    [
        ("a.jsonld", '{"@context": {"dcat": "http://www.w3.org/ns/dcat#"}, "a": ' * 5000, None),
        ("b.jsonld", "[" * 5000 + '"dcat:"' + "]" * 5000, "JSON_TOO_DEEP"),
        ("c.jsonld", '{"@id": "a", "@id": "dcat:"}', "JSON_DUPLICATE_KEY"),
        ("d.jsonld", '{"@type": "dcat:Dataset", "dcat:byteSize": 1e999}', "JSON_LOSSY_NUMBER"),
        ("e.jsonld", '{"@type": "dcat:Dataset", "a": NaN}', "JSON_NOT_A_NUMBER"),
        ("f.jsonld", '\ufeff{"@type": "dcat:Dataset"}', "JSON_BOM"),
        ("g.jsonld", '{"@type": "dcat:Dataset"}'.encode("utf-16-le"), None),
    ],
)
def test_json_is_refused_before_it_is_rdf(
    lake: Path, name: str, raw: bytes | str, code: str | None
) -> None:
    error = looked(lake, name, raw)
    assert isinstance(error, EvidenceUnreadable)
    assert code is None or error.code == code


def test_a_million_blank_nodes(lake: Path) -> None:
    found = looked(lake, "a.ttl", PREFIXES + "<a> dcat:x " + ",".join(["[]"] * 1_000_000) + " .")
    assert found.error.code == "RDF_TOO_LARGE"
    assert "blank nodes" in found.error.message


def test_many_findings_stay_bounded(lake: Path) -> None:
    lines = (
        f'<#{n}> a dcat:Distribution ; dcat:byteSize "x" ; dcat:downloadURL <file:///{n}> .'
        for n in range(5000)
    )
    found = looked(lake, "a.ttl", PREFIXES + "\n".join(lines))
    told = [r for r in found.remarks if r.code.id == "DCAT_SIZE_INVALID"]
    assert len(told) == 5000
    assert told[0].line is not None
    assert told[-1].line is None


def test_an_endless_chain_of_versions(lake: Path) -> None:
    count = 20_000
    lines = (
        f"<#{n}> a dcat:Dataset ; dcat:previousVersion <#{(n + 1) % count}> ." for n in range(count)
    )
    found = looked(lake, "a.ttl", PREFIXES + "\n".join(lines))
    cycles = [r for r in found.remarks if r.code.id == "DCAT_VERSION_CYCLE"]
    assert len(cycles) == 1
    assert len(str(cycles[0].got)) <= 300


def test_blank_nodes_in_a_circle(lake: Path) -> None:
    text = PREFIXES + (
        "_:a a dcat:Dataset ; dcat:distribution _:b ; dct:publisher _:c ; dct:spatial _:a .\n"
        "_:b a dcat:Distribution ; spdx:checksum _:a ; dcat:accessURL _:b .\n"
        "_:c dct:publisher _:a ; foaf:homepage _:b .\n"
    )
    found = looked(lake, "a.ttl", text)
    assert found.error is None
    assert "DCAT_PUBLISHER_UNNAMED" in {r.code.id for r in found.remarks}
    assert all("_:" not in str(r.pointer) and "_:" not in r.message for r in found.remarks)


def test_long_texts_are_cut_in_findings(lake: Path) -> None:
    text = PREFIXES + f'<#a> a dcat:Dataset ; dct:issued "{"9" * 100_000}"^^xsd:date .'
    found = looked(lake, "a.ttl", text)
    assert max(len(str(r.got)) for r in found.remarks) <= 300


def test_numbers_of_any_size(lake: Path) -> None:
    data = {
        "@context": good_dcat.PREFIXES,
        "@id": "#a",
        "@type": "dcat:Distribution",
        "dcat:byteSize": 10**400,
    }
    found = looked(lake, "a.jsonld", json.dumps(data))
    if isinstance(found, EvidenceUnreadable):
        assert found.code == "JSON_LOSSY_NUMBER"
    else:
        assert "DCAT_SIZE_INVALID" in {r.code.id for r in found.remarks}

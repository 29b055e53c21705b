"""DCAT: what reading and checking costs, against rdflib and pySHACL on the same catalog.

    python benchmarks/dcat.py [--datasets 400] [--shapes SHAPES.ttl]

The catalog is made here: datasets with seven distributions each, as JSON-LD, Turtle and N-Triples.
Processor time, best of three; ratios are to be trusted, digits are not.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import warnings
from pathlib import Path
from typing import Any

from measure import best

from kfm_gates.catalogs import dcat, rdf
from kfm_gates.catalogs._api import Document, Question

PREFIXES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


class NoFiles:
    """The documents lie in no run."""

    def size(self, path: str) -> int | None:
        """There is none."""
        return None

    def is_directory(self, path: str) -> bool:
        """There is none."""
        return False

    def digests(self, paths: Any) -> dict[str, Any]:
        """There are none."""
        return {}


def catalog(datasets: int, distributions: int = 7) -> dict[str, Any]:
    """A catalog as JSON-LD."""
    graph: list[Any] = []
    for n in range(datasets):
        name = f"https://data.example.org/dataset/{n}"
        ways = [f"{name}/{m}" for m in range(distributions)]
        graph.append(
            {
                "@id": name,
                "@type": "dcat:Dataset",
                "dct:identifier": f"d{n}",
                "dct:title": {"@value": f"Dataset {n}", "@language": "en"},
                "dct:description": "What it holds.",
                "dct:publisher": {"@type": "foaf:Agent", "foaf:name": "Somebody"},
                "dct:issued": {"@value": "2025-01-01", "@type": "xsd:date"},
                "dct:modified": {"@value": "2025-02-01", "@type": "xsd:date"},
                "dcat:keyword": ["one", "two", "three"],
                "dcat:distribution": [{"@id": way} for way in ways],
            }
        )
        graph.extend(
            {
                "@id": way,
                "@type": "dcat:Distribution",
                "dcat:accessURL": {"@id": f"{way}.csv"},
                "dcat:mediaType": {"@id": "https://www.iana.org/assignments/media-types/text/csv"},
                "dcat:byteSize": {"@value": "17", "@type": "xsd:nonNegativeInteger"},
                "spdx:checksum": {
                    "spdx:algorithm": {"@id": f"{PREFIXES['spdx']}checksumAlgorithm_sha256"},
                    "spdx:checksumValue": {"@value": "ab" * 32, "@type": "xsd:hexBinary"},
                },
            }
            for way in ways
        )
    return {"@context": PREFIXES, "@graph": graph}


def main() -> None:
    """Measure and print."""
    import rdflib

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--datasets", type=int, default=400)
    parser.add_argument("--shapes", type=Path, help="SHACL in Turtle, for example of DCAT-AP")
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    data = catalog(chosen.datasets)
    raw = json.dumps(data).encode()
    graph = rdflib.Graph().parse(data=raw, format="json-ld")
    texts = {
        "jsonld": raw,
        "turtle": graph.serialize(format="turtle").encode(),
        "ntriples": graph.serialize(format="nt").encode(),
    }
    names = {"jsonld": "json-ld", "turtle": "turtle", "ntriples": "nt"}
    files: Any = NoFiles()
    question = Question(files=files, now=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    print(f"{chosen.datasets} datasets, {len(graph)} statements")
    for form, text in texts.items():
        document = Document(
            file=f"catalog/x.{form}",
            form=f"dcat-{form}",
            raw=text,
            data=json.loads(text) if form == "jsonld" else None,
        )
        read = best(lambda d=document: rdf.read(d))
        checked = best(lambda d=document: dcat.examine([d], question))
        other = best(lambda f=form, t=text: rdflib.Graph().parse(data=t, format=names[f]), 1)
        print(
            f"{form:9} {len(text) / 1e6:5.2f} MB  read {read:.3f} s  read and checked "
            f"{checked:.3f} s  rdflib parses {other:.3f} s: {other / read:.1f} times our reading, "
            f"{other / checked:.1f} times all of it"
        )
    if chosen.shapes is not None:
        import pyshacl

        shapes = rdflib.Graph().parse(chosen.shapes)
        taken = best(lambda: pyshacl.validate(graph, shacl_graph=shapes), 1)
        print(f"pySHACL validates in {taken:.3f} s: {taken / checked:.1f} times all of it")


if __name__ == "__main__":
    main()

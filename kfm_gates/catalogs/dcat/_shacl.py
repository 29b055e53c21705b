"""One process that runs pySHACL and nothing else: `python -m kfm_gates.catalogs.dcat._shacl`.

It gets graphs as lists of statements on its standard input and never parses RDF, so that nothing
in a document or in shapes can make it read a file or an address; what could connect is shut off
besides. The caller ends it when it takes too long.
"""

from __future__ import annotations

import json
import sys
from typing import Any

MAX_RESULTS = 500
MAX_MEMORY = 2 << 30
"""Address space in bytes."""
_DENIED = ("socket.", "urllib.Request", "http.client.", "ftplib.", "subprocess.", "os.system")


def main() -> None:
    """Validate every graph against every set of shapes; the answer goes to standard output."""
    _limit()
    task = json.load(sys.stdin)
    import pyshacl
    import rdflib

    sys.addaudithook(_deny)
    rdflib.NORMALIZE_LITERALS = False
    answers = []
    shapes = [_graph(statements) for statements in task["shapes"]]
    for statements in task["data"]:
        data = _graph(statements)
        for one in shapes:
            _, report, text = pyshacl.validate(
                data, shacl_graph=one, advanced=False, do_owl_imports=False, inplace=False
            )
            if not isinstance(report, rdflib.Graph):
                raise SystemExit(" ".join(str(text).split())[:300] or "there is no report")
            answers.append(_results(report))
    json.dump(answers, sys.stdout)


def _limit() -> None:
    try:
        import resource
    except ImportError:  # no such thing on this system
        return
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))


def _deny(event: str, _: object) -> None:
    if event.startswith(_DENIED):
        raise PermissionError(f"{event} is not allowed here")


def _graph(statements: list[list[Any]]) -> Any:
    import rdflib

    graph = rdflib.Graph()

    def term(value: Any) -> Any:
        if isinstance(value, list):
            text, datatype, language = value
            if language:
                return rdflib.Literal(text, lang=language)
            plain = datatype == "http://www.w3.org/2001/XMLSchema#string"
            return rdflib.Literal(text, datatype=None if plain else rdflib.URIRef(datatype))
        return rdflib.BNode(value[2:]) if value.startswith("_:") else rdflib.URIRef(value)

    for subject, predicate, value in statements:
        graph.add((term(subject), term(predicate), term(value)))
    return graph


def _results(report: Any) -> dict[str, Any]:
    import rdflib
    from rdflib.namespace import RDF, SH

    def one(result: Any, name: str) -> str | None:
        value = report.value(result, SH[name])
        if value is None:
            return None
        return f"_:{value}" if isinstance(value, rdflib.BNode) else str(value)

    keys = ("resultSeverity", "focusNode", "resultPath", "value", "sourceConstraintComponent")
    found = []
    for result in report.subjects(RDF.type, SH.ValidationResult):
        entry: dict[str, str | None] = {key: one(result, key) for key in keys}
        messages = sorted(str(m) for m in report.objects(result, SH.resultMessage))
        entry["message"] = messages[0][:500] if messages else None
        found.append(entry)
    found.sort(key=lambda entry: json.dumps(entry, sort_keys=True))
    conforms = bool(report.value(predicate=RDF.type, object=SH.ValidationReport)) and any(
        str(value) == "true" for value in report.objects(None, SH.conforms)
    )
    return {"conforms": conforms, "total": len(found), "results": found[:MAX_RESULTS]}


if __name__ == "__main__":
    main()

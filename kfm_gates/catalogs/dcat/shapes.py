"""SHACL shapes that the profile names, run by pySHACL in a process of its own.

"Conforms" is only believed after the subjects were counted: shapes whose targets select nothing
are satisfied by anything, also by an empty graph.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from typing import Any, Final, NoReturn

from kfm_gates.catalogs._api import Document
from kfm_gates.catalogs.dcat import codes
from kfm_gates.catalogs.dcat.model import Model
from kfm_gates.catalogs.dcat.notes import Notes
from kfm_gates.catalogs.rdf import Graph, Literal
from kfm_gates.catalogs.rdf import namespaces as ns
from kfm_gates.catalogs.rdf import read as read_graph
from kfm_gates.errors import EvidenceError, EvidenceUnreadable

TIMEOUT_S: Final = 60.0
_NODE_SHAPE: Final = f"{ns.SHACL}NodeShape"
_SHAPE_CLASSES: Final = (_NODE_SHAPE, f"{ns.SHACL}PropertyShape")
_QUERIES: Final = frozenset(f"{ns.SHACL}{kind}" for kind in ("select", "ask", "construct"))
_ELSEWHERE = re.compile(r"\b(?:SERVICE|FROM|LOAD)\b", re.IGNORECASE)
_CORE: Final = (
    "alternativePath and ask class closed construct datatype deactivated declare defaultValue "
    "description detail disjoint equals flags group hasValue ignoredProperties in inversePath "
    "labelTemplate languageIn lessThan lessThanOrEquals maxCount maxExclusive maxInclusive "
    "maxLength message minCount minExclusive minInclusive minLength name namespace node "
    "nodeKind nodeValidator not oneOrMorePath optional or order parameter path pattern prefix "
    "prefixes property propertyValidator qualifiedMaxCount qualifiedMinCount "
    "qualifiedValueShape qualifiedValueShapesDisjoint select severity shapesGraph sparql "
    "targetClass targetNode targetObjectsOf targetSubjectsOf uniqueLang validator xone "
    "zeroOrMorePath zeroOrOnePath"
)
_TERMS: Final = frozenset({*_CORE.split(), "shape"})
"""SHACL Core and SHACL-SPARQL, and the list of shapes in the head of DCAT-AP. Anything else
pySHACL would pass over here without a word."""


def check(notes: Notes, documents: Sequence[tuple[Model, Graph | None]]) -> None:
    """Hold every document against every set of shapes of the question."""
    try:
        shapes = [(name, read(name, raw)) for name, raw in notes.question.shapes]
        _check(notes, documents, shapes)
    except EvidenceError as error:
        notes.found.error = notes.found.error or error


def _check(
    notes: Notes,
    documents: Sequence[tuple[Model, Graph | None]],
    shapes: Sequence[tuple[str, Graph]],
) -> None:
    graphs: list[tuple[Model, Graph]] = []
    for model, graph in documents:
        if graph is not None:
            graphs.append((model, graph))
            continue
        for name, _ in shapes:
            _vacuous(notes, model, name, "the document is no RDF")
    answers = iter(_run([graph for _, graph in graphs], [graph for _, graph in shapes]))
    for model, graph in graphs:
        for name, shape in shapes:
            answer = next(answers)
            subjects = focus_nodes(graph, shape)
            notes.look("shapes", len(subjects))
            if not subjects:
                _vacuous(notes, model, name, "its targets select nothing")
            _results(notes, model, graph, name, answer)


def read(name: str, raw: bytes) -> Graph:
    """Read a set of shapes; also for `lint`.

    Args:
        name: Its name, that of the file below `.kfm/shapes/` without suffix.
        raw: Turtle.

    Raises:
        EvidenceUnreadable: It is no Turtle, or says what is not evaluated here (`SHAPES_INVALID`).
    """
    file = f".kfm/shapes/{name}.ttl"
    graph = read_graph(Document(file=file, form="dcat-turtle", raw=raw))
    for _, predicate, value in graph.triples():
        if isinstance(value, Literal) and predicate in _QUERIES and _ELSEWHERE.search(value.text):
            _refuse(name, f"A query of the shapes {name} asks another server or graph.")
        if predicate == f"{ns.OWL}imports":
            _refuse(name, f"The shapes {name} import {value}; nothing is fetched.")
        if predicate.startswith(ns.SHACL) and predicate.removeprefix(ns.SHACL) not in _TERMS:
            _refuse(name, f"The shapes {name} use {ns.short(predicate)}, which is not evaluated.")
    return graph


def _refuse(name: str, message: str) -> NoReturn:
    raise EvidenceUnreadable(
        message,
        code="SHAPES_INVALID",
        file=f".kfm/shapes/{name}.ttl",
        wanted="SHACL Core or SHACL-SPARQL in one file",
        fix="Mend the shapes, or leave them out of the profile.",
    )


def focus_nodes(graph: Graph, shapes: Graph) -> set[str]:
    """The nodes of a graph that some shapes select, in all four ways of SHACL."""
    found: set[str] = set()
    classes = _subclasses(graph, shapes)
    for shape in shapes.subjects():
        if any(v.text == "true" for v in shapes.literals(shape, f"{ns.SHACL}deactivated")):
            continue
        targets = shapes.nodes(shape, f"{ns.SHACL}targetClass")
        implicit = shapes.types(shape)
        if f"{ns.RDFS}Class" in implicit and not implicit.isdisjoint(_SHAPE_CLASSES):
            targets = [*targets, shape]
        for target in targets:
            for class_ in {target, *classes.get(target, ())}:
                found.update(graph.of_type(class_))
        found.update(n for n in shapes.nodes(shape, f"{ns.SHACL}targetNode") if n in graph)
        for subject, predicate, value in graph.triples():
            if predicate in shapes.nodes(shape, f"{ns.SHACL}targetSubjectsOf"):
                found.add(subject)
            if isinstance(value, str) and predicate in shapes.nodes(
                shape, f"{ns.SHACL}targetObjectsOf"
            ):
                found.add(value)
    return found


def _subclasses(*graphs: Graph) -> dict[str, set[str]]:
    """All subclasses of each class."""
    direct: dict[str, set[str]] = {}
    for graph in graphs:
        for subject, predicate, value in graph.triples():
            if predicate == f"{ns.RDFS}subClassOf" and isinstance(value, str):
                direct.setdefault(value, set()).add(subject)
    closed: dict[str, set[str]] = {}
    for class_ in direct:
        waiting, seen = [class_], set[str]()
        while waiting:
            for below in direct.get(waiting.pop(), ()):
                if below not in seen:
                    seen.add(below)
                    waiting.append(below)
        closed[class_] = seen
    return closed


def _vacuous(notes: Notes, model: Model, name: str, why: str) -> None:
    notes.look("shapes")
    notes.remark(
        model,
        "",
        codes.SHAPES_VACUOUS,
        f"The shapes {name} apply to nothing in {model.file}: {why}.",
        wanted="at least one subject",
    )


def _results(notes: Notes, model: Model, graph: Graph, name: str, answer: dict[str, Any]) -> None:
    if not answer["conforms"] and not answer["results"]:
        notes.remark(model, "", codes.SHAPE_VIOLATED, f"{model.file} does not conform to {name}.")
    for result in answer["results"]:
        severity = str(result["resultSeverity"])
        violated = severity == f"{ns.SHACL}Violation"
        focus = str(result["focusNode"])
        path = result["resultPath"]
        at = f" at {ns.short(path)}" if path and not path.startswith("_:") else ""
        node = focus if focus in graph or focus.startswith("_:") else ""
        component = ns.short(str(result["sourceConstraintComponent"]))
        said = result["message"]
        value = result["value"]
        notes.remark(
            model,
            node,
            codes.SHAPE_VIOLATED if violated else codes.SHAPE_WARNING,
            f"{model.name(node) or focus}{at} does not fit the shapes {name}"
            f"{f': {said}' if said else '.'}",
            got=None if value is None or value.startswith("_:") else value,
            wanted=component,
        )
    rest = answer["total"] - len(answer["results"])
    if rest:
        notes.found.not_checked.append(f"{rest} more results of the shapes {name} are not listed")


def _run(data: Sequence[Graph], shapes: Sequence[Graph]) -> list[dict[str, Any]]:
    if not data:
        return []
    task = {"data": [_statements(g) for g in data], "shapes": [_statements(g) for g in shapes]}
    argv = [sys.executable, "-I", "-m", "kfm_gates.catalogs.dcat._shacl"]
    try:
        done = subprocess.run(
            argv,
            input=json.dumps(task).encode(),
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
            env={},
        )
    except subprocess.TimeoutExpired:
        _failed("SHACL_TIMEOUT", f"pySHACL was ended after {TIMEOUT_S:g} seconds.")
    except OSError as error:
        _failed("SHACL_FAILED", f"pySHACL could not be started: {error.strerror}.")
    if done.returncode != 0:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        last = lines[-1][:300] if lines else f"exit code {done.returncode}"
        if "No module named 'pyshacl'" in last or "No module named 'rdflib'" in last:
            raise EvidenceUnreadable(
                "SHACL shapes need pySHACL, which is not installed.",
                code="EXTRA_MISSING",
                wanted="the extra 'shapes' of kfm-gates",
                fix="Install kfm-gates[shapes], or leave dcat.shapes out of the profile.",
            )
        _failed("SHACL_FAILED", f"pySHACL failed: {last}")
    try:
        answers = json.loads(done.stdout)
    except ValueError:
        answers = None
    if not isinstance(answers, list) or len(answers) != len(data) * len(shapes):
        _failed("SHACL_FAILED", "pySHACL did not answer for every document.")
    return answers


def _failed(code: str, message: str) -> NoReturn:
    raise EvidenceUnreadable(
        message, code=code, fix="Simplify the shapes, or leave them out of the profile."
    )


def _statements(graph: Graph) -> list[list[Any]]:
    return [
        [s, p, list(value) if isinstance(value, Literal) else value]
        for s, p, value in graph.triples()
    ]

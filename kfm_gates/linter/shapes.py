"""SHACL shapes of `.kfm/shapes/`: what a check demands of them before it runs them."""

from __future__ import annotations

from pathlib import PurePosixPath

from kfm_gates.catalogs.dcat.shapes import read
from kfm_gates.catalogs.rdf import Graph
from kfm_gates.catalogs.rdf import namespaces as ns
from kfm_gates.errors import EvidenceUnreadable
from kfm_gates.linter import codes
from kfm_gates.model import Finding, Location

_TARGETS = tuple(f"{ns.SHACL}target{kind}" for kind in ("Class", "Node", "SubjectsOf", "ObjectsOf"))
_CLASSES = frozenset(f"{ns.SHACL}{kind}Shape" for kind in ("Node", "Property"))


def examine(file: str, raw: bytes) -> list[Finding]:
    """Findings about one file of shapes. pySHACL is not needed.

    Args:
        file: Its path, for the findings.
        raw: Its bytes.

    Raises:
        EvidenceUnreadable: It is no strict Turtle (`RDF_…`).
    """
    try:
        graph = read(PurePosixPath(file).stem, raw)
    except EvidenceUnreadable as error:
        if error.code != codes.SHAPES_INVALID.id:
            # The reader names the file that a profile would mean.
            error.file = file
            raise
        return [_invalid(file, error.message, error.wanted)]
    if not _has_a_target(graph):
        return [
            _invalid(
                file,
                "No shape in it has a target, so it applies to nothing.",
                "sh:targetClass, sh:targetNode, sh:targetSubjectsOf or sh:targetObjectsOf",
            )
        ]
    return []


def _has_a_target(graph: Graph) -> bool:
    for shape in graph.subjects():
        if any(value.text == "true" for value in graph.literals(shape, f"{ns.SHACL}deactivated")):
            continue
        types = graph.types(shape)
        if f"{ns.RDFS}Class" in types and not types.isdisjoint(_CLASSES):
            return True
        if any(graph.nodes(shape, target) for target in _TARGETS):
            return True
    return False


def _invalid(file: str, message: str, wanted: str | None) -> Finding:
    code = codes.SHAPES_INVALID
    return Finding(
        code=code.id,
        level=code.level,
        message=message,
        origin="lint:shapes",
        check="",
        where=Location(file),
        wanted=wanted,
        fix=code.fix,
    )

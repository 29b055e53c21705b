"""One shape for everything that describes datasets: DCAT in RDF, DCAT-US in JSON.

The readers fill it in and judge nothing; the checks judge and do not know where it came from.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from kfm_gates.catalogs import references


@dataclass(frozen=True)
class Value:
    """A value as written.

    Args:
        text: Its text; the IRI where it is one, with the base that the parser added.
        kind: Whether it is an IRI, a literal, or an object without a name.
        datatype: IRI of the datatype of a literal, '' where the syntax has none (JSON).
        node: What it says more about itself under, for values that are nodes.
    """

    text: str
    kind: Literal["iri", "literal", "blank"] = "literal"
    datatype: str = ""
    node: str | None = None

    @property
    def shown(self) -> str:
        """The text for people: a relative reference without the base."""
        return references.plain(self.text)


@dataclass(frozen=True, kw_only=True)
class Agent:
    """Who publishes. `described` is False where only an IRI stands there."""

    node: str
    name: str | None
    described: bool


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Whom to ask."""

    node: str
    name: str | None
    emails: tuple[Value, ...]
    urls: tuple[Value, ...]
    described: bool


@dataclass(frozen=True, kw_only=True)
class Checksum:
    """A digest with the algorithm as written; `standard` where an IRI of SPDX is expected."""

    node: str
    algorithms: tuple[str, ...]
    values: tuple[str, ...]
    standard: bool


@dataclass(frozen=True, kw_only=True)
class Period:
    """A span of time."""

    node: str
    starts: tuple[Value, ...]
    ends: tuple[Value, ...]


@dataclass(frozen=True, kw_only=True)
class Space:
    """A place: geometries as written, corners west, south, east, north, or only a name."""

    node: str
    geometries: tuple[Value, ...] = ()
    corners: tuple[tuple[str, ...], ...] = ()
    named: bool = False


@dataclass(kw_only=True)
class Distribution:
    """One way to get the data of a dataset."""

    node: str
    id: str | None
    typed: bool = True
    described: bool = True
    access: list[Value] = field(default_factory=list)
    download: list[Value] = field(default_factory=list)
    media_types: list[Value] = field(default_factory=list)
    sizes: list[Value] = field(default_factory=list)
    checksums: list[Checksum] = field(default_factory=list)
    licenses: list[Value] = field(default_factory=list)
    issued: list[Value] = field(default_factory=list)
    modified: list[Value] = field(default_factory=list)
    rights: list[Value] = field(default_factory=list)
    hints: list[Value] = field(default_factory=list)
    """What stands under other properties in which some readers look for a licence."""


@dataclass(kw_only=True)
class Other:
    """A catalog or a service: only its rights are read."""

    node: str
    id: str | None
    licenses: list[Value]
    rights: list[Value]
    hints: list[Value]


@dataclass(kw_only=True)
class Dataset:
    """A dataset, or a series of them."""

    node: str
    id: str | None
    typed: bool = True
    series: bool = False
    titles: list[Value] = field(default_factory=list)
    descriptions: list[Value] = field(default_factory=list)
    identifiers: list[Value] = field(default_factory=list)
    publishers: list[Agent] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    licenses: list[Value] = field(default_factory=list)
    issued: list[Value] = field(default_factory=list)
    modified: list[Value] = field(default_factory=list)
    keywords: list[Value] = field(default_factory=list)
    themes: list[Value] = field(default_factory=list)
    spaces: list[Space] = field(default_factory=list)
    periods: list[Period] = field(default_factory=list)
    versions: list[Value] = field(default_factory=list)
    generated_by: list[Value] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    """Nodes of the versions that it says came before it."""
    rights: list[Value] = field(default_factory=list)
    hints: list[Value] = field(default_factory=list)
    pages: list[Value] = field(default_factory=list)
    distributions: list[str] = field(default_factory=list)
    """Nodes of its distributions."""
    samples: list[str] = field(default_factory=list)
    """Nodes of its samples, which are distributions too."""


@dataclass(kw_only=True)
class Model:
    """What one document describes.

    Args:
        file: Path of the document.
        pointer: Where a node stands, for findings: JSON Pointer or IRI.
        line: The line of it, None where it is not known; looked for only when it is asked for.
        name: What a message calls a node; the same in every syntax.
        catalogs: Nodes of the catalogs.
        datasets: Datasets by node.
        distributions: Distributions by node.
        others: Catalogs and services.
        ignored: What readers leave out: place and key.
        malformed: Values of a type that they cannot have: place, what it is, what is wanted.
        missing: What the schema that the document names requires and it lacks: place and name.
    """

    file: str
    pointer: Callable[[str], str]
    line: Callable[[str], int | None]
    name: Callable[[str], str]
    catalogs: list[str] = field(default_factory=list)
    datasets: dict[str, Dataset] = field(default_factory=dict)
    distributions: dict[str, Distribution] = field(default_factory=dict)
    others: list[Other] = field(default_factory=list)
    ignored: list[tuple[str, str]] = field(default_factory=list)
    malformed: list[tuple[str, str, str]] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)

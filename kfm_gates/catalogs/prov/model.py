"""PROV-DM as the gate needs it: kinds of statements, their arguments, and the statements read.

One model for all five notations. An argument is an IRI, the name of an existential variable
(`_:name`), a time as written, or None where the notation leaves it out or writes `-`. What None
means (an unknown, or explicitly nothing) depends on the argument: Definition 4 of PROV-CONSTRAINTS.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

PROV: Final = "http://www.w3.org/ns/prov#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
QUALIFIED_NAME: Final = f"{PROV}QUALIFIED_NAME"
MAX_STATEMENTS: Final = 200_000
"""So many statements are read of all documents of a run together."""
MAX_WEIGHT: Final = 400_000
"""So many attributes, elements and prefixes are read of one document."""
MAX_BYTES: Final = 16 << 20
"""Largest PROV-N or PROV-XML document, in bytes."""
MAX_TOLD: Final = 200
"""So many findings of one sort are written out; there is no use in more of them."""

Role = Literal["entity", "activity", "agent", "thing", "time", "generation", "usage"]


class Slot(NamedTuple):
    """One argument of a kind of statement.

    Args:
        name: Its name, as PROV-JSON (`prov:<name>`), PROV-XML and PROV-JSONLD have it.
        role: What stands in it; `thing` is an entity, an activity or an agent.
        mandatory: It may not be left out.
        expandable: Left out, it is an unknown; else it is nothing (Definition 4).
    """

    name: str
    role: Role
    mandatory: bool = False
    expandable: bool = True


class Kind(NamedTuple):
    """A kind of statement.

    Args:
        name: As PROV-N writes it.
        slots: Its arguments in the order of PROV-N, without the identifier.
        element: True for entity, activity and agent: the identifier is the thing itself.
        short: How many arguments its short form in PROV-N has.
        identified: True where PROV-DM gives it an identifier.
    """

    name: str
    slots: tuple[Slot, ...]
    element: bool = False
    short: int = 0
    identified: bool = True


def _need(name: str, role: Role) -> Slot:
    return Slot(name, role, mandatory=True)


_TIME = Slot("time", "time")
_ACTIVITY = Slot("activity", "activity")

_ALL: Final = (
    Kind("entity", (), element=True),
    Kind("activity", (Slot("startTime", "time"), Slot("endTime", "time")), element=True),
    Kind("agent", (), element=True),
    Kind("wasGeneratedBy", (_need("entity", "entity"), _ACTIVITY, _TIME), short=1),
    Kind("used", (_need("activity", "activity"), Slot("entity", "entity"), _TIME), short=1),
    Kind("wasInformedBy", (_need("informed", "activity"), _need("informant", "activity")), short=2),
    Kind(
        "wasStartedBy",
        (
            _need("activity", "activity"),
            Slot("trigger", "entity"),
            Slot("starter", "activity"),
            _TIME,
        ),
        short=1,
    ),
    Kind(
        "wasEndedBy",
        (
            _need("activity", "activity"),
            Slot("trigger", "entity"),
            Slot("ender", "activity"),
            _TIME,
        ),
        short=1,
    ),
    Kind("wasInvalidatedBy", (_need("entity", "entity"), _ACTIVITY, _TIME), short=1),
    Kind(
        "wasDerivedFrom",
        (
            _need("generatedEntity", "entity"),
            _need("usedEntity", "entity"),
            Slot("activity", "activity", expandable=False),
            Slot("generation", "generation", expandable=False),
            Slot("usage", "usage", expandable=False),
        ),
        short=2,
    ),
    Kind("wasAttributedTo", (_need("entity", "entity"), _need("agent", "agent")), short=2),
    Kind(
        "wasAssociatedWith",
        (
            _need("activity", "activity"),
            Slot("agent", "agent"),
            Slot("plan", "entity", expandable=False),
        ),
        short=1,
    ),
    Kind(
        "actedOnBehalfOf",
        (_need("delegate", "agent"), Slot("responsible", "agent"), _ACTIVITY),
        short=2,
    ),
    Kind("wasInfluencedBy", (_need("influencee", "thing"), _need("influencer", "thing")), short=2),
    Kind(
        "specializationOf",
        (_need("specificEntity", "entity"), _need("generalEntity", "entity")),
        short=2,
        identified=False,
    ),
    Kind(
        "alternateOf",
        (_need("alternate1", "entity"), _need("alternate2", "entity")),
        short=2,
        identified=False,
    ),
    Kind(
        "hadMember",
        (_need("collection", "entity"), _need("entity", "entity")),
        short=2,
        identified=False,
    ),
    Kind(
        "mentionOf",
        (
            _need("specificEntity", "entity"),
            _need("generalEntity", "entity"),
            _need("bundle", "entity"),
        ),
        short=3,
        identified=False,
    ),
)
KINDS: Final[dict[str, Kind]] = {kind.name: kind for kind in _ALL}
"""Every kind of statement by its name in PROV-N, PROV-JSON and PROV-XML."""

ATTRIBUTES: Final = frozenset({"type", "label", "location", "role", "value"})
"""Attributes that PROV-DM itself defines; any other name in its namespace is a mistake."""

Where = tuple[str, ...] | int | str
"""Where a statement stands: keys of a JSON Pointer, a line, or the IRI of a subject."""


class Value(NamedTuple):
    """A value of an attribute.

    Args:
        text: Lexical form; the IRI of a qualified name.
        datatype: IRI of its type, None for plain text.
        lang: Language tag.
    """

    text: str
    datatype: str | None = None
    lang: str | None = None

    @property
    def is_name(self) -> bool:
        """Is it a qualified name, `text` being its IRI?"""
        return self.datatype == QUALIFIED_NAME


class Statement:
    """One statement.

    Args:
        kind: Its kind.
        id: IRI or `_:` name; None for a relation that has none.
        args: One for each slot of the kind.
        attributes: IRIs of attributes with their values.
        where: Where it stands.
    """

    __slots__ = ("args", "attributes", "id", "kind", "where")

    def __init__(
        self,
        kind: Kind,
        id: str | None,
        args: list[str | None],
        attributes: Sequence[tuple[str, Value]],
        where: Where,
    ) -> None:
        self.kind = kind
        self.id = id
        self.args = args
        self.attributes = attributes
        self.where = where

    def values(self, name: str) -> Iterator[Value]:
        """Values of one attribute, by its IRI."""
        return (value for iri, value in self.attributes if iri == name)

    def arg(self, name: str) -> str | None:
        """An argument by its name."""
        for slot, value in zip(self.kind.slots, self.args, strict=True):
            if slot.name == name:
                return value
        raise KeyError(name)


@dataclass(slots=True)
class Instance:
    """The statements of a document outside bundles, or those of one bundle.

    Args:
        id: IRI of the bundle, None for what stands outside of any.
        statements: In the order of the document.
        prefixes: Namespaces by prefix, for messages.
    """

    id: str | None
    statements: list[Statement] = field(default_factory=list)
    prefixes: dict[str, str] = field(default_factory=dict)


def pointer(where: Where) -> tuple[str | None, int | None]:
    """JSON Pointer or subject IRI, and line, of a place; whichever of them is known."""
    if isinstance(where, tuple):
        return "".join(f"/{t.replace('~', '~0').replace('/', '~1')}" for t in where), None
    if isinstance(where, int):
        return None, where
    return where, None


def place(where: Where) -> str:
    """A place in words, for messages that name more than one."""
    name, line = pointer(where)
    return f"line {line}" if name is None else name


MAX_SHOWN: Final = 300


def short(term: str | None, prefixes: dict[str, str]) -> str:
    """A name as PROV-N would write it with the prefixes of its document."""
    if term is None:
        return "-"
    fitting = [prefix for prefix, namespace in prefixes.items() if term.startswith(namespace)]
    if fitting:
        prefix = max(fitting, key=lambda one: len(prefixes[one]))
        term = f"{prefix}{':' if prefix else ''}{term[len(prefixes[prefix]) :]}"
    return term if len(term) <= MAX_SHOWN else f"{term[:MAX_SHOWN]}…"


def text(statement: Statement, prefixes: dict[str, str]) -> str:
    """A statement as PROV-N, without its attributes."""
    args = list(statement.args)
    while len(args) > statement.kind.short and args[-1] is None:
        args.pop()
    shown = [
        (value or "-") if slot.role == "time" else short(value, prefixes)
        for slot, value in zip(statement.kind.slots, args, strict=False)
    ]
    if statement.kind.element:
        shown.insert(0, short(statement.id, prefixes))
        return f"{statement.kind.name}({', '.join(shown)})"
    named = statement.id is not None and not statement.id.startswith("_:")
    head = f"{short(statement.id, prefixes)}; " if named else ""
    return f"{statement.kind.name}({head}{', '.join(shown)})"

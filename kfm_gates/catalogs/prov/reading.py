"""What all readers share: names are expanded, problems are noted, a bound is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from kfm_gates.catalogs.prov import codes, moments
from kfm_gates.catalogs.prov.model import (
    ATTRIBUTES,
    MAX_STATEMENTS,
    MAX_WEIGHT,
    PROV,
    XSD,
    Instance,
    Kind,
    Statement,
    Value,
    Where,
)
from kfm_gates.errors import EvidenceUnreadable
from kfm_gates.model import Code

PREDEFINED: Final = {"prov": PROV, "xsd": XSD}
MAX_PROBLEMS: Final = 1000
_DATE_TIME: Final = f"{XSD}dateTime"
_STRING: Final = f"{XSD}string"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a document that is wrong, and does not keep the rest from being read."""

    code: Code
    message: str
    where: Where
    got: str | None = None
    wanted: str | None = None


@dataclass(slots=True)
class Names:
    """Namespaces by prefix; "" is the default namespace.

    Args:
        prefixes: As declared, beside `prov` and `xsd`.
        absolute: Names such as `scheme://rest` are IRIs already (JSON-LD).
    """

    prefixes: dict[str, str]
    absolute: bool = False
    _known: dict[str, str | None] = field(default_factory=dict)

    def declare(self, prefix: str, namespace: str) -> None:
        """Give a prefix a meaning from here on."""
        self.prefixes[prefix] = namespace
        self._known.clear()

    def forget(self, prefix: str) -> None:
        """Take the meaning of a prefix away."""
        self.prefixes.pop(prefix, None)
        self._known.clear()

    def expand(self, name: str) -> str | None:
        """IRI of a qualified name, None where its prefix is not declared."""
        if name in self._known:
            return self._known[name]
        prefix, colon, local = name.partition(":")
        if not colon:
            prefix, local = "", name
        iri: str | None
        if (prefix == "_" and colon) or (self.absolute and local.startswith("//")):
            iri = name
        else:
            namespace = self.prefixes.get(prefix) or PREDEFINED.get(prefix)
            iri = None if namespace is None or not (local or colon) else namespace + local
        self._known[name] = iri
        return iri


@dataclass(slots=True)
class Reading:
    """A document while it is read, and what was read in the end.

    Args:
        file: Its path, for messages.
        room: How many statements it may hold.
    """

    file: str
    room: int = MAX_STATEMENTS
    instances: list[Instance] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unnoted: int = 0
    """How many problems there are beyond those that are kept."""
    count: int = 0
    weight: int = 0
    lines: Callable[[str], int | None] | None = None
    """Line of a subject, where the document is RDF."""
    _bundles: set[str] = field(default_factory=set)

    def note(
        self,
        code: Code,
        message: str,
        where: Where,
        *,
        got: str | None = None,
        wanted: str | None = None,
    ) -> None:
        """Keep a problem; beyond a bound they are only counted."""
        self.weigh()
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(code, message, where, got, wanted))
        else:
            self.unnoted += 1

    def refuse(
        self, message: str, *, line: int | None = None, wanted: str = ""
    ) -> EvidenceUnreadable:
        """The error of a document that cannot be parsed."""
        return EvidenceUnreadable(
            message, code=codes.SYNTAX.id, file=self.file, line=line, wanted=wanted or None
        )

    def instance(self, id_: str | None, names: Names, where: Where) -> Instance:
        """Begin the statements of the document itself, or those of a bundle."""
        if id_ is not None:
            if id_ in self._bundles:
                self.note(
                    codes.DUPLICATE, f"The bundle {_shown(id_)} is there twice.", where, got=id_
                )
            self._bundles.add(id_)
        self.weigh(len(names.prefixes))
        found = Instance(id_, prefixes={**PREDEFINED, **names.prefixes})
        self.instances.append(found)
        if len(self.instances) > self.room:
            raise self.too_large()
        return found

    def weigh(self, weight: int = 1) -> None:
        """Count what a document holds beside statements: attributes, elements, mistakes.

        Raises:
            EvidenceUnreadable: It holds too much of it.
        """
        self.weight += weight
        if self.weight > MAX_WEIGHT:
            raise self.too_large(
                "The document holds more attributes than are read.",
                f"at most {MAX_WEIGHT} attributes",
            )

    def name(self, names: Names, text: object, where: Where) -> str | None:
        """Expand a qualified name; what does not expand is noted."""
        if not isinstance(text, str):
            self.note(
                codes.VALUE_INVALID, "A name is no text.", where, got=_shown(text), wanted="a name"
            )
            return None
        iri = names.expand(text)
        if iri is None:
            prefix, colon, _ = text.partition(":")
            what = f"the prefix {prefix!r}" if colon else "a default namespace"
            self.note(
                codes.PREFIX_UNKNOWN,
                f"The name {_shown(text)} needs {what}, which is not declared.",
                where,
                got=_shown(text),
            )
        return iri

    def time(self, text: object, where: Where) -> str | None:
        """A time as it is written; what is no time is noted."""
        try:
            if not isinstance(text, str):
                raise ValueError("not text")
            moments.parse(text)
        except ValueError as error:
            self.note(
                codes.VALUE_INVALID,
                f"A time is malformed: {error}.",
                where,
                got=_shown(text),
                wanted="an xsd:dateTime such as 2026-02-18T08:45:00Z",
            )
            return None
        return str(text)

    def value(self, value: Value, where: Where) -> Value:
        """A value as all notations have it: times are checked, `xsd:string` is plain text."""
        if value.datatype == _DATE_TIME:
            self.time(value.text, where)
        if value.datatype == _STRING or value.lang is not None:
            return Value(value.text, None, value.lang)
        return value

    def attribute(self, iri: str, where: Where) -> bool:
        """Is this the IRI of an attribute? One of the namespace of PROV has to be known."""
        if not iri.startswith(PROV) or iri[len(PROV) :] in ATTRIBUTES:
            return True
        self.note(
            codes.RECORD_UNKNOWN,
            f"PROV has no attribute prov:{_shown(iri[len(PROV) :])} here.",
            where,
            got=_shown(iri),
        )
        return False

    def add(
        self,
        instance: Instance,
        kind: Kind,
        id_: str | None,
        args: list[str | None],
        attributes: Sequence[tuple[str, Value]],
        where: Where,
        *,
        stated: Iterable[int] = (),
    ) -> None:
        """Add a statement; one that lacks a mandatory argument is noted instead.

        Args:
            instance: Where it belongs.
            kind: Its kind.
            id_: Its identifier.
            args: Its arguments.
            attributes: Its attributes.
            where: Where it stands.
            stated: Slots whose argument stands there but could not be read, and was noted.
        """
        self.count += 1
        if self.count > self.room:
            raise self.too_large()
        missing = [
            slot.name
            for n, slot in enumerate(kind.slots)
            if slot.mandatory and args[n] is None and n not in stated
        ]
        if kind.element and id_ is None:
            return
        if missing:
            self.note(
                codes.ARGUMENT_MISSING,
                f"{kind.name} lacks its {' and '.join(missing)}.",
                where,
                wanted=", ".join(slot.name for slot in kind.slots if slot.mandatory),
            )
        elif not any(slot.mandatory and args[n] is None for n, slot in enumerate(kind.slots)):
            instance.statements.append(Statement(kind, id_, args, attributes, where))

    def too_large(
        self,
        message: str = "The PROV documents hold more statements than are read.",
        wanted: str = f"at most {MAX_STATEMENTS} statements in all PROV documents of a run",
    ) -> EvidenceUnreadable:
        """The error of a document that holds too much."""
        return EvidenceUnreadable(message, code=codes.TOO_LARGE.id, file=self.file, wanted=wanted)


def _shown(text: object) -> str:
    shown = text if isinstance(text, str) else type(text).__name__
    return shown if len(shown) <= 200 else f"{shown[:200]}…"

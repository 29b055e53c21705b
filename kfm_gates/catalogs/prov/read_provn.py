"""PROV-N: a strict parser that knows the line of every statement."""

from __future__ import annotations

from typing import Final

from kfm_gates.catalogs.prov import codes
from kfm_gates.catalogs.prov.model import (
    KINDS,
    MAX_BYTES,
    QUALIFIED_NAME,
    XSD,
    Instance,
    Kind,
    Value,
)
from kfm_gates.catalogs.prov.provn_tokens import Token, tokens, unescaped
from kfm_gates.catalogs.prov.reading import Names, Reading

_NAME_TYPES: Final = frozenset({QUALIFIED_NAME, f"{XSD}QName"})
_MAX_ARGUMENTS: Final = 16
_WORDS: Final = frozenset({"document", "endDocument", "bundle", "endBundle", "prefix", "default"})


def read(raw: bytes, reading: Reading) -> None:
    """Read a PROV-N document into `reading`.

    Raises:
        EvidenceUnreadable: It is not UTF-8, does not follow the grammar, or is too large.
    """
    if len(raw) > MAX_BYTES:
        raise reading.too_large(
            f"The document has {len(raw)} bytes.", f"at most {MAX_BYTES} bytes of PROV-N"
        )
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise reading.refuse(f"Byte {error.start} is not UTF-8.", line=line) from None
    _Parser(text, reading).document()


class _Parser:
    def __init__(self, text: str, reading: Reading) -> None:
        self.reading = reading
        self.tokens = tokens(text, reading)
        self.token = next(self.tokens)

    def next(self) -> Token:
        token = self.token
        if token.sort != "end":
            self.token = next(self.tokens)
        return token

    def at(self, *marks: str) -> bool:
        return self.token.sort in ("mark", "name") and self.token.text in marks

    def expect(self, *marks: str) -> Token:
        if not self.at(*marks):
            got = self.token.text or "the end of the document"
            raise self.reading.refuse(
                f"{got[:60]!r} stands where {' or '.join(map(repr, marks))} is wanted.",
                line=self.token.line,
                wanted=" or ".join(marks),
            )
        return self.next()

    def document(self) -> None:
        line = self.expect("document").line
        names = self.declarations({})
        instance = self.reading.instance(None, names, line)
        self.statements(instance, names)
        while self.at("bundle"):
            self.bundle(names)
        self.expect("endDocument")
        if self.token.sort != "end":
            raise self.reading.refuse(
                "Something follows endDocument.", line=self.token.line, wanted="the end"
            )

    def bundle(self, outer: Names) -> None:
        line = self.expect("bundle").line
        name = self.name()
        names = self.declarations(outer.prefixes)
        known = outer if outer.expand(unescaped(name.text)) is not None else names
        id_ = self.reading.name(known, unescaped(name.text), line)
        self.statements(self.reading.instance(id_, names, line), names)
        self.expect("endBundle")

    def declarations(self, outer: dict[str, str]) -> Names:
        declared: dict[str, str] = {}
        while self.at("prefix", "default"):
            self.reading.weigh()
            word = self.next()
            prefix = "" if word.text == "default" else self.name().text
            if self.token.sort != "iri":
                raise self.reading.refuse(
                    f"The {word.text} names no namespace.",
                    line=self.token.line,
                    wanted="an IRI in angle brackets",
                )
            if prefix in declared:
                self.reading.note(
                    codes.DUPLICATE,
                    f"The prefix {prefix!r} is declared twice.",
                    word.line,
                    got=prefix,
                )
            declared[prefix] = self.next().text
        self.reading.weigh(len(outer) + len(declared))
        return Names({**outer, **declared})

    def name(self) -> Token:
        if self.token.sort not in ("name", "int"):
            raise self.reading.refuse(
                f"{self.token.text[:60]!r} stands where a name is wanted.",
                line=self.token.line,
                wanted="a qualified name",
            )
        return self.next()

    def statements(self, instance: Instance, names: Names) -> None:
        while self.token.sort == "name" and self.token.text not in _WORDS:
            self.statement(instance, names)

    def statement(self, instance: Instance, names: Names) -> None:
        word = self.next()
        self.expect("(")
        id_: Token | None = None
        args: list[Token] = []
        attributes: list[tuple[str, Value]] = []
        while not self.at(")"):
            if self.at("["):
                attributes = self.attributes(names)
                break
            token = self.argument()
            if self.at(";") and not args and id_ is None:
                id_ = token
                self.next()
                continue
            args.append(token)
            if len(args) > _MAX_ARGUMENTS:
                raise self.reading.refuse(
                    f"{word.text[:60]} has more arguments than anything in PROV.", line=word.line
                )
            if not self.at(")"):
                self.expect(",")
                if self.at(")"):
                    raise self.reading.refuse(
                        "An argument is missing before ')'.", line=self.token.line
                    )
        self.expect(")")
        kind = KINDS.get(word.text.removeprefix("prov:"))
        if kind is None:
            self.reading.note(
                codes.RECORD_UNKNOWN,
                f"PROV knows no {word.text[:80]!r}.",
                word.line,
                got=word.text[:80],
            )
            return
        self.add(kind, word.line, id_, args, attributes, instance, names)

    def argument(self) -> Token:
        if self.token.sort in ("name", "time", "int") or self.at("-"):
            return self.next()
        raise self.reading.refuse(
            f"{self.token.text[:60]!r} stands where an argument is wanted.",
            line=self.token.line,
            wanted="a name, a time or -",
        )

    def add(
        self,
        kind: Kind,
        line: int,
        id_token: Token | None,
        given: list[Token],
        attributes: list[tuple[str, Value]],
        instance: Instance,
        names: Names,
    ) -> None:
        reading = self.reading
        if kind.element:
            if id_token is not None or not given:
                raise reading.refuse(f"{kind.name} has one identifier, in front.", line=line)
            id_token = given.pop(0)
        elif id_token is not None and not kind.identified:
            raise reading.refuse(f"{kind.name} has no identifier.", line=line)
        if len(given) not in (kind.short, len(kind.slots)):
            wanted = " or ".join(str(n) for n in sorted({kind.short, len(kind.slots)}))
            reading.note(
                codes.ARGUMENT_MISSING,
                f"{kind.name} has {len(given)} arguments; PROV-N gives it {wanted}.",
                line,
                got=str(len(given)),
                wanted=wanted,
            )
            return
        id_ = None
        if id_token is not None and id_token.text != "-":
            id_ = self.iri(id_token, names)
        args: list[str | None] = [None] * len(kind.slots)
        stated: set[int] = set()
        for n, token in enumerate(given):
            if token.sort == "mark":
                continue
            stated.add(n)
            if kind.slots[n].role == "time":
                args[n] = reading.time(token.text, token.line)
            else:
                args[n] = self.iri(token, names)
        reading.add(instance, kind, id_, args, attributes, line, stated=stated)

    def iri(self, token: Token, names: Names) -> str | None:
        if token.sort == "time":
            self.reading.note(
                codes.VALUE_INVALID, "A time stands for a name.", token.line, got=token.text
            )
            return None
        return self.reading.name(names, unescaped(token.text), token.line)

    def attributes(self, names: Names) -> list[tuple[str, Value]]:
        self.expect("[")
        found: list[tuple[str, Value]] = []
        while not self.at("]"):
            self.reading.weigh()
            token = self.name()
            self.expect("=")
            value = self.value(names)
            iri = self.iri(token, names)
            if iri is not None and value is not None and self.reading.attribute(iri, token.line):
                found.append((iri, value))
            if not self.at("]"):
                self.expect(",")
        self.expect("]")
        return found

    def value(self, names: Names) -> Value | None:
        token = self.next()
        if token.sort == "int":
            return Value(token.text, f"{XSD}int")
        if token.sort == "literal":
            iri = self.iri(token, names)
            return None if iri is None else Value(iri, QUALIFIED_NAME)
        if token.sort != "string":
            raise self.reading.refuse(
                f"{token.text[:60]!r} stands where a value is wanted.",
                line=token.line,
                wanted="a string, a number or a quoted name",
            )
        if self.token.sort == "lang":
            return Value(token.text, None, self.next().text)
        if not self.at("%%"):
            return Value(token.text)
        self.next()
        type_iri = self.iri(self.name(), names)
        if type_iri is None:
            return None
        if type_iri in _NAME_TYPES:
            named = self.reading.name(names, token.text, token.line)
            return None if named is None else Value(named, QUALIFIED_NAME)
        return self.reading.value(Value(token.text, type_iri), token.line)

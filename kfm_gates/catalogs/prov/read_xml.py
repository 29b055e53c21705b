"""PROV-XML (W3C Note of 2013), read with expat; a DOCTYPE is refused before it can do anything."""

from __future__ import annotations

import xml.parsers.expat as expat
from typing import Final

from kfm_gates.catalogs.prov import codes
from kfm_gates.catalogs.prov.model import (
    KINDS,
    MAX_BYTES,
    PROV,
    QUALIFIED_NAME,
    XSD,
    Instance,
    Kind,
    Value,
)
from kfm_gates.catalogs.prov.reading import Names, Reading

_XSI_TYPE: Final = "http://www.w3.org/2001/XMLSchema-instance type"
_XML_LANG: Final = "http://www.w3.org/XML/1998/namespace lang"
_SUBTYPES: Final = {
    "bundle": ("entity", "Bundle"),
    "collection": ("entity", "Collection"),
    "emptyCollection": ("entity", "EmptyCollection"),
    "plan": ("entity", "Plan"),
    "organization": ("agent", "Organization"),
    "person": ("agent", "Person"),
    "softwareAgent": ("agent", "SoftwareAgent"),
    "wasRevisionOf": ("wasDerivedFrom", "Revision"),
    "wasQuotedFrom": ("wasDerivedFrom", "Quotation"),
    "hadPrimarySource": ("wasDerivedFrom", "PrimarySource"),
}
"""Elements of PROV-XML that are a record with a type."""
_NAME_TYPES: Final = frozenset({QUALIFIED_NAME, f"{XSD}QName"})


def read(raw: bytes, reading: Reading) -> None:
    """Read a PROV-XML document into `reading`.

    Raises:
        EvidenceUnreadable: It is not well formed, has a DOCTYPE or another root, or is too large.
    """
    if len(raw) > MAX_BYTES:
        raise reading.too_large(
            f"The document has {len(raw)} bytes.", f"at most {MAX_BYTES} bytes of PROV-XML"
        )
    reader = _Reader(reading)
    parser = reader.parser
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code) or "malformed"
        raise reading.refuse(f"The XML is not well formed: {what}.", line=error.lineno) from None
    except (LookupError, ValueError) as error:  # an encoding that expat hands to Python
        raise reading.refuse(f"The XML cannot be decoded: {error}.", line=1) from None
    if not reading.instances:
        raise reading.refuse("The XML holds no PROV document.", wanted="prov:document")


class _Record:
    """A record while its element is open."""

    __slots__ = ("args", "attributes", "id", "kind", "line", "members", "stated")

    def __init__(self, kind: Kind, id_: str | None, line: int) -> None:
        self.kind = kind
        self.id = id_
        self.line = line
        self.args: list[str | None] = [None] * len(kind.slots)
        self.attributes: list[tuple[str, Value]] = []
        self.members: list[str | None] = []
        self.stated: set[int] = set()


class _Reader:
    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartNamespaceDeclHandler = self._declare
        self.parser.EndNamespaceDeclHandler = self._forget
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.scopes: dict[str, list[str]] = {}
        self.names = Names({})
        self.path: list[str] = []
        self.instance: Instance | None = None
        self.record: _Record | None = None
        self.child: tuple[str, dict[str, str], int] | None = None
        self.text: list[str] = []
        self.ignored = 0

    def _doctype(self, *_: object) -> None:
        raise self.reading.refuse(
            "The XML has a DOCTYPE.",
            line=self.parser.CurrentLineNumber,
            wanted="PROV-XML without a document type",
        )

    def _declare(self, prefix: str | None, namespace: str | None) -> None:
        self.reading.weigh()
        self.scopes.setdefault(prefix or "", []).append(namespace or "")
        self._rename(prefix or "")

    def _forget(self, prefix: str | None) -> None:
        self.scopes[prefix or ""].pop()
        self._rename(prefix or "")

    def _rename(self, prefix: str) -> None:
        stack = self.scopes[prefix]
        if stack and stack[-1]:
            self.names.declare(prefix, stack[-1])
        else:
            self.names.forget(prefix)

    def _start(self, element: str, given: dict[str, str]) -> None:
        line = self.parser.CurrentLineNumber
        self.reading.weigh()
        namespace, _, local = element.rpartition(" ")
        if self.ignored:
            self.ignored += 1
        elif not self.path:
            if namespace != PROV or local != "document":
                raise self.reading.refuse(
                    f"The root element is {local[:60]!r}.", line=line, wanted="prov:document"
                )
            self.instance = self.reading.instance(None, self.names, line)
            self.path.append(local)
        elif self.child is not None:
            self._unexpected(local, line, "an attribute holds text only")
        elif self.record is not None:
            self.child = (element, given, line)
            self.text = []
        elif namespace == PROV and local == "bundleContent" and len(self.path) == 1:
            id_ = self.reading.name(self.names, given.get(f"{PROV} id"), line)
            self.instance = self.reading.instance(id_, self.names, line)
            self.path.append(local)
        elif namespace == PROV and local == "other":
            self.ignored = 1
        else:
            self._begin(namespace, local, given, line)

    def _begin(self, namespace: str, local: str, given: dict[str, str], line: int) -> None:
        name, type_ = _SUBTYPES.get(local, (local, None))
        kind = KINDS.get(name) if namespace == PROV else None
        if kind is None:
            self._unexpected(local, line, "a record of PROV")
            return
        id_ = None
        stated = given.get(f"{PROV} id")
        if stated is not None and kind.identified:
            id_ = self.reading.name(self.names, stated, line)
        elif kind.element:
            self.reading.note(
                codes.ARGUMENT_MISSING, f"{local} has no identifier.", line, wanted="prov:id"
            )
        self.record = _Record(kind, id_, line)
        if type_ is not None:
            value = Value(f"{PROV}{type_}", QUALIFIED_NAME)
            self.record.attributes.append((f"{PROV}type", value))

    def _unexpected(self, local: str, line: int, wanted: str) -> None:
        self.reading.note(
            codes.RECORD_UNKNOWN,
            f"PROV-XML has no element {local[:80]!r} here.",
            line,
            got=local[:80],
            wanted=wanted,
        )
        self.ignored = 1

    def _text(self, text: str) -> None:
        if self.child is not None and not self.ignored:
            self.text.append(text)
        elif text.strip() and not self.ignored:
            self.reading.note(
                codes.VALUE_INVALID,
                "Text stands where only elements may.",
                self.parser.CurrentLineNumber,
                got=text.strip()[:60],
            )

    def _end(self, element: str) -> None:
        if self.ignored:
            self.ignored -= 1
        elif self.child is not None:
            self._finish_child(*self.child)
            self.child = None
        elif self.record is not None:
            self._finish_record(self.record)
            self.record = None
        else:
            self.path.pop()
            self.instance = self.reading.instances[0]

    def _finish_child(self, element: str, given: dict[str, str], line: int) -> None:
        record = self.record
        if record is None:
            return
        namespace, _, local = element.rpartition(" ")
        text = "".join(self.text)
        iri = f"{namespace}{local}"
        if namespace == PROV:
            for n, slot in enumerate(record.kind.slots):
                if slot.name == local:
                    self._argument(record, n, slot.role == "time", given, text.strip(), line)
                    return
        if not namespace:
            self.reading.note(
                codes.PREFIX_UNKNOWN, f"The attribute {local!r} has no namespace.", line, got=local
            )
        elif self.reading.attribute(iri, line):
            value = self._value(text, given, line)
            if value is not None:
                record.attributes.append((iri, value))

    def _argument(
        self, record: _Record, n: int, is_time: bool, given: dict[str, str], text: str, line: int
    ) -> None:
        if is_time:
            value = self.reading.time(text, line)
        else:
            value = self.reading.name(self.names, given.get(f"{PROV} ref"), line)
        if record.kind.name == "hadMember" and n == 1:
            record.members.append(value)
        elif n in record.stated:
            name = record.kind.slots[n].name
            self.reading.note(
                codes.DUPLICATE, f"{record.kind.name} has two values of {name}.", line, got=name
            )
        record.stated.add(n)
        record.args[n] = value

    def _value(self, text: str, given: dict[str, str], line: int) -> Value | None:
        lang = given.get(_XML_LANG)
        datatype = given.get(_XSI_TYPE)
        if datatype is None:
            return Value(text, None, lang)
        type_iri = self.reading.name(self.names, datatype, line)
        if type_iri is None:
            return None
        # The namespace of XML Schema is written with and without the hash.
        if type_iri.startswith(XSD[:-1]) and not type_iri.startswith(XSD):
            type_iri = XSD + type_iri[len(XSD) - 1 :]
        if type_iri in _NAME_TYPES:
            named = self.reading.name(self.names, text.strip(), line)
            return None if named is None else Value(named, QUALIFIED_NAME)
        return self.reading.value(Value(text, type_iri, lang), line)

    def _finish_record(self, record: _Record) -> None:
        if self.instance is None:
            return
        for member in record.members or [None]:
            args = list(record.args)
            if record.members:
                args[1] = member
            self.reading.add(
                self.instance,
                record.kind,
                record.id,
                args,
                record.attributes,
                record.line,
                stated=record.stated,
            )

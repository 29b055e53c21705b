"""What is looked at before the parser sees a document: it has to survive what it is given.

The parser is native code. Quoted triples within each other overflow its stack, which ends the
process; deeply nested RDF/XML costs it the square of the depth; both are refused here.
"""

from __future__ import annotations

import re
from typing import Final
from xml.parsers import expat

from kfm_gates.catalogs.rdf.refusals import refuse

MAX_XML_DEPTH: Final = 256
MAX_XML_ATTRIBUTES: Final = 64

_TOKEN = re.compile(rb'"""|\'\'\'|"|\'|#|\\.|<<|<[^<>"\x00-\x20]*>', re.DOTALL)
ENDS = {
    b'"""': re.compile(rb'(?:[^"\\]|\\.|"(?!""))*+"""', re.DOTALL),
    b"'''": re.compile(rb"(?:[^'\\]|\\.|'(?!''))*+'''", re.DOTALL),
    b'"': re.compile(rb'(?:[^"\\\n\r]|\\.)*+"', re.DOTALL),
    b"'": re.compile(rb"(?:[^'\\\n\r]|\\.)*+'", re.DOTALL),
    b"#": re.compile(rb"[^\n\r]*+"),
}


def text(raw: bytes, file: str) -> None:
    """Refuse what is not UTF-8 without a byte order mark.

    Raises:
        EvidenceUnreadable: RDF_NOT_UTF8.
    """
    if raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        refuse(
            "RDF_NOT_UTF8",
            "The document starts with a byte order mark.",
            file,
            line=1,
            wanted="UTF-8 without a byte order mark",
        )
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        refuse(
            "RDF_NOT_UTF8",
            f"Byte {error.start} is not UTF-8.",
            file,
            line=_line(raw, error.start),
            got=f"0x{raw[error.start]:02x}",
            wanted="UTF-8",
        )


def turtle(raw: bytes, file: str) -> None:
    """Refuse quoted triples (RDF 1.2) in Turtle and N-Triples; linear in the size.

    Raises:
        EvidenceUnreadable: RDF_TRIPLE_TERM; RDF_SYNTAX where a text has no end.
    """
    if b"<<" not in raw:
        return
    at = 0
    while (token := _TOKEN.search(raw, at)) is not None:
        kind = token.group()
        at = token.end()
        if kind == b"<<":
            refuse(
                "RDF_TRIPLE_TERM",
                "The document holds a quoted triple, which no vocabulary of catalogs uses.",
                file,
                line=_line(raw, token.start()),
                got="<<",
                wanted="RDF 1.1",
            )
        if kind in ENDS:
            end = ENDS[kind].match(raw, at)
            if end is None:
                refuse("RDF_SYNTAX", "A text has no end.", file, line=_line(raw, token.start()))
            at = end.end()


def xml(raw: bytes, file: str) -> None:
    """Refuse RDF/XML that has a DOCTYPE, another encoding, or nests too deep.

    Nothing is expanded and nothing is fetched: the first declaration of a document type ends it.

    Raises:
        EvidenceUnreadable: RDF_DOCTYPE, RDF_NOT_UTF8, RDF_TOO_DEEP or RDF_SYNTAX.
    """
    parser = expat.ParserCreate()
    depth = 0

    def doctype(name: str, *_: object) -> None:
        refuse(
            "RDF_DOCTYPE",
            "The document declares a document type, and with it could declare entities.",
            file,
            line=parser.CurrentLineNumber,
            got=f"<!DOCTYPE {name}",
            wanted="RDF/XML without <!DOCTYPE>",
        )

    def declaration(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in ("utf-8", "us-ascii"):
            refuse(
                "RDF_NOT_UTF8",
                "The document declares another encoding.",
                file,
                line=1,
                got=encoding,
                wanted="UTF-8",
            )

    def start(_name: str, attributes: list[str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_XML_DEPTH or len(attributes) > 2 * MAX_XML_ATTRIBUTES:
            refuse(
                "RDF_TOO_DEEP",
                f"Elements nest deeper than {MAX_XML_DEPTH}."
                if depth > MAX_XML_DEPTH
                else f"An element has more than {MAX_XML_ATTRIBUTES} attributes.",
                file,
                line=parser.CurrentLineNumber,
            )

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    parser.ordered_attributes = True
    parser.StartDoctypeDeclHandler = doctype
    parser.XmlDeclHandler = declaration
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as error:
        refuse("RDF_SYNTAX", f"It is no XML: {error}.", file, line=error.lineno)


def _line(raw: bytes, at: int) -> int:
    return raw.count(b"\n", 0, at) + 1

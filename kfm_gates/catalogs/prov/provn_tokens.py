"""Tokens of PROV-N (W3C Recommendation of 2013)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from kfm_gates.catalogs.prov.reading import Reading

_BASE: Final = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_CHARS: Final = f"{_BASE}_0-9\u00b7\u0300-\u036f\u203f-\u2040-"
_OTHERS: Final = r"/@~&+*?#$!"
_ESCAPES: Final = r"%[0-9A-Fa-f]{2}|\\[='(),\-:;\[\].]"
_PREFIX: Final = rf"[{_BASE}](?:[{_CHARS}]+|\.+(?=[{_CHARS}]))*+"
_LOCAL: Final = (
    rf"(?:[{_BASE}_0-9{_OTHERS}]|{_ESCAPES})"
    rf"(?:[{_CHARS}{_OTHERS}]+|{_ESCAPES}|\.+(?=[{_CHARS}{_OTHERS}%\\]))*+"
)
QNAME: Final = rf"(?:{_PREFIX}:(?:{_LOCAL})?|{_LOCAL})"
_STRING: Final = r'"(?:[^"\\\n\r]+|\\[tbnrf"\'\\])*+"'
_LONG: Final = r'"""(?:[^"\\]+|"{1,2}+(?!")|\\[tbnrf"\'\\])*+"""'

_TOKEN: Final = re.compile(
    rf"""
    [ \t\r\n]*+(?:
    (?P<comment>//[^\r\n]*|/\*(?:[^*]+|\*(?!/))*+\*/)
  | (?P<iri><[^<>"{{}}|^`\\\x00-\x20]*>)
  | (?P<long>{_LONG})
  | (?P<string>{_STRING})
  | (?P<literal>'{QNAME}')
  | (?P<lang>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
  | (?P<time>\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?(?![{_CHARS}:.]))
  | (?P<int>-?\d+(?![{_CHARS}:.]))
  | (?P<name>{QNAME})
  | (?P<mark>%%|[()\[\],;=-])
  | (?P<end>\Z)
    )
    """,
    re.VERBOSE,
)
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


class Token(NamedTuple):
    """A token.

    Args:
        sort: `iri`, `string`, `literal` (a quoted name), `lang`, `time`, `int`, `name`, `mark`,
            or `end`.
        text: Without quotes and escapes; names keep theirs.
        line: Line, counted from 1.
    """

    sort: str
    text: str
    line: int


def tokens(text: str, reading: Reading) -> Iterator[Token]:
    """Yield the tokens of a document, `end` at last.

    Raises:
        EvidenceUnreadable: Something is no token.
    """
    position = counted = 0
    line = 1
    while True:
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            rest = text[position:].lstrip()
            line += text.count("\n", counted, len(text) - len(rest))
            got = rest[:20].split("\n")[0]
            raise reading.refuse(f"Nothing of PROV-N begins with {got!r}.", line=line)
        sort = match.lastgroup
        start, position = match.span(sort)
        line += text.count("\n", counted, start)
        counted = start
        if sort == "name" or sort == "mark":
            yield Token(sort, match[sort], line)
        elif sort != "comment":
            yield _token(sort, match[sort], line)
            if sort == "end":
                return


def _token(sort: str, text: str, line: int) -> Token:
    if sort == "long":
        return Token("string", unescaped(text[3:-3]), line)
    if sort == "string":
        return Token("string", unescaped(text[1:-1]), line)
    if sort in ("literal", "iri"):
        return Token(sort, text[1:-1], line)
    if sort == "lang":
        return Token(sort, text[1:], line)
    return Token(sort, text, line)


def unescaped(text: str) -> str:
    """Take the escapes out of a string or of a local name."""
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), text)

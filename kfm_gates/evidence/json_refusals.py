"""Where a JSON document is not strict: found by walking it again, once it has been refused."""

from __future__ import annotations

import json
from typing import Final, NoReturn

from kfm_gates.errors import EvidenceUnreadable
from kfm_gates.evidence import json_numbers
from kfm_gates.evidence.json_positions import scan
from kfm_gates.evidence.text import is_text, shorten

SPACE: Final = " \t\n\r"


def syntax(text: str, error: json.JSONDecodeError, file: str) -> NoReturn:
    """The parser gave up: say where, and be friendly about comments."""
    rest = text[error.pos : error.pos + 200].lstrip(SPACE)
    if rest.startswith(("//", "/*", "#")):
        comment = rest.splitlines()[0]
        raise EvidenceUnreadable(
            "There is a comment, and JSON has none.",
            code="JSON_COMMENT",
            file=file,
            line=error.lineno,
            got=shorten(comment),
            wanted="JSON without comments: leave out the '// name' line of the skeleton",
        ) from None
    what = error.msg.removesuffix(" at").removesuffix(" starting")
    raise EvidenceUnreadable(
        f"{what} at line {error.lineno}, column {error.colno}.",
        code="JSON_SYNTAX",
        file=file,
        line=error.lineno,
        wanted="one JSON value (RFC 8259)",
    ) from None


def duplicate(text: str, file: str) -> NoReturn:
    """A key appears twice in one object: say which and where."""
    seen: set[tuple[int, str | int]] = set()
    for node in scan(text):
        place = (node.parent.serial if node.parent else 0, node.name)
        if place in seen:
            raise EvidenceUnreadable(
                f"The key {shorten(str(node.name))} appears twice in one object.",
                code="JSON_DUPLICATE_KEY",
                file=file,
                pointer=node.pointer,
                line=node.line,
                wanted="every key once",
            )
        seen.add(place)
    raise _unplaced("JSON_DUPLICATE_KEY", "A key appears twice in one object.", file)


def not_a_number(text: str, file: str) -> NoReturn:
    """There is NaN or Infinity: say where."""
    for node in scan(text):
        if node.symbol in {"NaN", "Infinity", "-Infinity"}:
            raise EvidenceUnreadable(
                f"{node.symbol} is not JSON.",
                code="JSON_NOT_A_NUMBER",
                file=file,
                pointer=node.pointer,
                line=node.line,
                got=node.symbol,
                wanted="a finite number",
            )
    raise _unplaced("JSON_NOT_A_NUMBER", "NaN and Infinity are not JSON.", file)


def lossy(text: str, file: str, exact: bool) -> NoReturn:
    """A number loses precision: say which and where."""
    for node in scan(text):
        if node.symbol and node.symbol[0] in "-0123456789":
            try:
                json_numbers.read(node.symbol, exact=exact)
            except ValueError:
                raise EvidenceUnreadable(
                    "The number loses precision when it is read.",
                    code="JSON_LOSSY_NUMBER",
                    file=file,
                    pointer=node.pointer,
                    line=node.line,
                    got=shorten(node.symbol),
                    wanted=f"integers up to {json_numbers.MAX_INTEGER}, decimals of a double",
                ) from None
    raise _unplaced("JSON_LOSSY_NUMBER", "A number loses precision when it is read.", file)


def too_deep(text: str, file: str, limit: int) -> NoReturn:
    """Containers are nested too deeply: say where."""
    for node in scan(text):
        if node.symbol in {"[", "{"} and node.depth >= limit:
            raise EvidenceUnreadable(
                f"The document is nested more than {limit} deep.",
                code="JSON_TOO_DEEP",
                file=file,
                pointer=node.pointer,
                line=node.line,
                wanted=f"at most {limit} containers within each other",
            )
    raise _unplaced("JSON_TOO_DEEP", f"The document is nested more than {limit} deep.", file)


def surrogate(text: str, file: str) -> NoReturn:
    """A string holds half of a surrogate pair: say where."""
    for node in scan(text):
        for string in (node.name, node.string):
            if isinstance(string, str) and not is_text(string):
                pointer = node.pointer
                raise EvidenceUnreadable(
                    "A string holds half of a surrogate pair.",
                    code="JSON_LONE_SURROGATE",
                    file=file,
                    pointer=pointer and pointer.encode("utf-8", "replace").decode("utf-8"),
                    line=node.line,
                    wanted="escapes that name whole characters",
                )
    raise _unplaced("JSON_LONE_SURROGATE", "A string holds half of a surrogate pair.", file)


def _unplaced(code: str, message: str, file: str) -> EvidenceUnreadable:
    """The parser refused and the scanner does not find where: refuse without a place."""
    return EvidenceUnreadable(message, code=code, file=file, wanted="strict JSON (RFC 8259)")

"""How RDF is refused: one function, so that every refusal has a code, a file and a line."""

from __future__ import annotations

from typing import NoReturn

from kfm_gates.errors import EvidenceUnreadable


def refuse(
    code: str,
    message: str,
    file: str,
    *,
    line: int | None = None,
    pointer: str | None = None,
    got: str | None = None,
    wanted: str | None = None,
) -> NoReturn:
    """Raise EvidenceUnreadable about an RDF document."""
    raise EvidenceUnreadable(
        message,
        code=code,
        file=file,
        line=line,
        pointer=pointer,
        got=None if got is None else shown(got),
        wanted=wanted,
        fix="Let the pipeline write the document in a new run; see the message for the place.",
    )


def shown(text: str) -> str:
    """Text of a document, short enough for a message."""
    return text if len(text) <= 200 else f"{text[:200]}…"

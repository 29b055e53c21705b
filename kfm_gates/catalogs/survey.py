"""The catalog documents of a run: each file is read once, strictly, and told by its content."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from kfm_gates.catalogs import kinds, mixture, quick_json
from kfm_gates.catalogs._api import Document, Question
from kfm_gates.catalogs.files import Files
from kfm_gates.errors import EvidenceError, EvidenceUnreadable
from kfm_gates.evidence import strict_json

MAX_BYTES: Final = 64 << 20
"""Largest catalog document, in bytes."""
MANY: Final = 2_000
"""So many JSON documents are not held in memory."""


@dataclass(kw_only=True)
class Survey:
    """What lies in a catalog folder.

    Args:
        documents: Documents by the kind of catalog that reads them.
        unknown: Paths of files that are no catalog that is known.
        errors: Why a file could not be read, by path.
    """

    documents: dict[str, list[Document]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    errors: dict[str, EvidenceError] = field(default_factory=dict)

    def of(self, kind: str) -> list[Document]:
        """Documents of one kind, by path."""
        return self.documents.get(kind, [])


def survey(files: Files, paths: Iterable[str], ask: Callable[[], Question] | None = None) -> Survey:
    """Read files and sort them by kind. What cannot be read is kept as an error, never left out.

    Args:
        files: Where they are read.
        paths: Their paths.
        ask: Makes what catalogs are held against. Thousands of STAC documents do not fit into
            memory, so they are checked while they are read; without it, as outside of a run.
    """
    found = Survey()
    paths = list(paths)
    many = [path for path in paths if _suffix(path) in kinds.JSON_SUFFIXES]
    if len(many) >= MANY:
        paths = _crowd(found, files, paths, many, ask)
    for path in paths:
        try:
            document = look(files.read(path, MAX_BYTES), path)
        except EvidenceError as error:
            found.errors[path] = error
            continue
        if document is None:
            found.unknown.append(path)
        else:
            found.documents.setdefault(kinds.FORMS[document.form], []).append(document)
    return found


def _crowd(
    found: Survey,
    files: Files,
    paths: list[str],
    many: list[str],
    ask: Callable[[], Question] | None,
) -> list[str]:
    """Let the STAC documents among many files be checked; return the paths of the others."""
    import datetime as dt

    from kfm_gates.catalogs.stac import crowd

    question = Question(files=files, now=dt.datetime.now(dt.UTC))
    if ask is not None:
        # Without receipts every gate says so itself; kinds have to be told all the same.
        with contextlib.suppress(EvidenceError):
            question = ask()
    seen = crowd.look(many, question, MAX_BYTES)
    found.errors.update(seen.errors)
    if seen.document is not None:
        found.documents.setdefault("stac", []).append(seen.document)
    done = set(many).difference(seen.others)
    return [path for path in paths if path not in done]


def _suffix(path: str) -> str:
    return path[path.rfind(".") :].lower() if "." in path else ""


def look(raw: bytes, path: str, form: str | None = None) -> Document | None:
    """Tell what one document is.

    Args:
        raw: Its bytes.
        path: Its path, for messages and for the suffix.
        form: What it is taken for, where somebody says so; else its content decides.

    Returns:
        The document, None where it is no catalog that is known.

    Raises:
        EvidenceUnreadable: It is JSON by its name or its first character, and cannot be read
            strictly; or it is empty, or two kinds of catalogs at once.
    """
    suffix = _suffix(path)
    if not raw.strip():
        raise EvidenceUnreadable(
            f"{path} is empty.", code="CATALOG_EMPTY", file=path, wanted="a catalog document"
        )
    if suffix in kinds.LINES_SUFFIXES or (form or "").endswith("-lines"):
        quick_json.require_bounded(raw, path)
        lines = list(strict_json.loads_lines(raw, file=path))
        form = form or kinds.of_lines([value for _, value in lines])
        return None if form is None else _of_one_kind(path, form, raw, lines)
    textual = suffix in kinds.TEXT_SUFFIXES or (form or "") in _TEXT_FORMS
    if not textual and (suffix in kinds.JSON_SUFFIXES or raw.lstrip()[:1] in (b"{", b"[")):
        quick_json.require_bounded(raw, path)
        data = strict_json.loads(raw, file=path, max_bytes=MAX_BYTES, exact_numbers=False)
        form = form or kinds.of_json(data)
        return None if form is None else _of_one_kind(path, form, raw, data)
    form = form or kinds.of_text(raw, path)
    return None if form is None else Document(file=path, form=form, raw=raw)


def _of_one_kind(path: str, form: str, raw: bytes, data: Any) -> Document:
    mixture.require_one_kind(form, data, raw, path)
    return Document(file=path, form=form, raw=raw, data=data)


_TEXT_FORMS: Final = frozenset(
    form for form in kinds.FORMS if form.endswith(("-n", "xml", "turtle", "ntriples"))
)

"""Documents that are read again when they are looked at, so that many of them fit into memory."""

from __future__ import annotations

from typing import Any, Final

from kfm_gates.catalogs import survey
from kfm_gates.catalogs._api import Document
from kfm_gates.catalogs.kinds import FORMS, LINES_SUFFIXES
from kfm_gates.errors import EvidenceError, EvidenceUnreadable
from kfm_gates.evidence import strict_json
from kfm_gates.linter.files import LintFiles

KEPT: Final = 32 << 20
"""So many bytes of documents are held in memory; those after them are read again."""


def read(raw: bytes, file: str, form: str) -> Document:
    """Take a document for what somebody says that it is, whatever its name is.

    Args:
        raw: Its bytes.
        file: Its path.
        form: One of `catalogs.kinds.FORMS`. Lines of a form that has a form for lines are that.

    Raises:
        EvidenceUnreadable: It is empty, or should be JSON and is none.
    """
    if f"{form}-lines" in FORMS and _has_lines(raw, file):
        form = f"{form}-lines"
    if form.endswith("-lines") or not file.lower().endswith(LINES_SUFFIXES):
        document = survey.look(raw, file, form)
        if document is not None and (document.data is not None or not is_json(form)):
            return document
    elif not raw.strip():
        survey.look(raw, file, form)  # says that it is empty
    if not is_json(form):
        return Document(file=file, form=form, raw=raw)
    data = strict_json.loads(raw, file=file, max_bytes=survey.MAX_BYTES, exact_numbers=False)
    if not isinstance(data, dict | list):
        raise EvidenceUnreadable(
            f"{file} is no JSON object or list.", code="JSON_SYNTAX", file=file
        )
    return Document(file=file, form=form, raw=raw, data=data)


def is_json(form: str) -> bool:
    """Is a document of this form JSON as a whole?"""
    return form.endswith(("json", "jsonld")) or form in ("stac", "dcat-us", "openlineage")


def _has_lines(raw: bytes, file: str) -> bool:
    """Is it JSON Lines, by its name or because its first line is an object of its own?"""
    if file.lower().endswith(LINES_SUFFIXES):
        return True
    first, _, rest = raw.strip().partition(b"\n")
    if not rest or not first.startswith(b"{"):
        return False
    try:
        strict_json.loads(first, file=file, exact_numbers=False)
    except EvidenceError:
        return False
    return True


class Later(Document):
    """A document whose bytes are not kept. They have to be those that were there before.

    Reading `raw` or `data` raises `EvidenceUnreadable` where they are not.
    """

    def __init__(self, files: LintFiles, document: Document) -> None:
        object.__setattr__(self, "file", document.file)
        object.__setattr__(self, "form", document.form)
        object.__setattr__(self, "_files", files)

    @property
    def raw(self) -> bytes:
        """The bytes, read again."""
        files: LintFiles = self.__dict__["_files"]
        return files.read(self.file, survey.MAX_BYTES)

    @property
    def data(self) -> Any:
        """What they say, parsed again."""
        return read(self.raw, self.file, self.form).data

"""Documents that are read again when they are looked at, so that many of them fit into memory."""

from __future__ import annotations

from typing import Any, Final

from kfm_gates.catalogs import survey
from kfm_gates.catalogs._api import Document
from kfm_gates.linter.files import LintFiles

KEPT: Final = 32 << 20
"""So many bytes of documents are held in memory; those after them are read again."""


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
        document = survey.look(self.raw, self.file, self.form)
        return None if document is None else document.data

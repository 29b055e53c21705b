"""Everything below one folder that was asked for: tell the kind of each document, examine it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kfm_gates.catalogs import mixture
from kfm_gates.catalogs.kinds import FORMS
from kfm_gates.errors import EvidenceError, PolicyError, UsageError
from kfm_gates.linter import kinds
from kfm_gates.linter.answer import Answer, Linted
from kfm_gates.linter.files import LintFiles
from kfm_gates.linter.targets import Target
from kfm_gates.model import Layout

if TYPE_CHECKING:
    from kfm_gates.catalogs._api import Document
    from kfm_gates.linter.secrets import Secrets

MAX_BYTES: Final = 64 << 20
"""Largest document that is read, in bytes; some kinds have a smaller bound of their own."""
MAX_TOTAL: Final = 256 << 20
"""DCAT, PROV and OpenLineage of one folder become one model, so their bytes are bounded as well."""


class Root:
    """Everything below one root that was asked for."""

    def __init__(self, files: LintFiles, answer: Answer) -> None:
        self._files = files
        self._answer = answer
        self._shown: dict[str, Linted] = {}
        self._secrets: Secrets | None = None
        self._layout: Layout | None = None

    def look(self, target: Target, as_kind: str | None) -> None:
        """Examine what one argument names."""
        from kfm_gates.linter import later

        self._answer.selected(target)
        groups: dict[tuple[str, str | None], list[Document]] = {}
        lakes: dict[str, None] = {}
        total = large = 0
        for path in target.entries:
            if path in self._shown:
                continue
            document = self._one(target, path, as_kind)
            if document is not None:
                kind = FORMS[document.form]
                total += len(document.raw)
                if total > later.KEPT:
                    document = later.Later(self._files, document)
                if kind != "stac":
                    large += len(document.raw)
                    self._require_small(large)
                groups.setdefault((kind, target.run_of(path)), []).append(document)
            if kinds.by_place(path) is not None and path in self._shown:
                lakes[path[: path.rindex(".kfm/")]] = None
        for (kind, _), documents in groups.items():
            self._group(target, kind, documents)
        for lake in lakes:
            self._together(target, lake)

    def close(self) -> None:
        """Whatever changed while it was looked at was not looked at."""
        for path in self._files.changed():
            self._answer.changed(path, self._shown.get(path))

    def _one(self, target: Target, path: str, as_kind: str | None) -> Document | None:
        """Examine one file; a catalog document is only told, and given back."""
        one = Linted(target.show(path), path)
        try:
            raw = self._files.read(path, MAX_BYTES)
        except EvidenceError as error:
            known = as_kind or self._named(path)
            if known is None and target.named is None and error.code == "EVIDENCE_TOO_LARGE":
                target.leave(path, f"{error.message} That is too large for a document.")
                return None
            one.kind = known or kinds.UNKNOWN
            self._answer.unreadable(self._add(one), error)
            return None
        place = kinds.by_place(path)
        if as_kind is None and place == kinds.STRANGER:
            self._stranger(target, one)
            return None
        kind = as_kind or place
        if kind is None and kinds.states_a_receipt(raw):
            kind = kinds.by_content(raw, path)
        document = None
        if (kind is None and not path.lower().endswith((".yaml", ".yml"))) or kind in FORMS:
            try:
                document = self._catalog(raw, path, kind)
            except EvidenceError as error:
                kind = kind or self._named(path) or kinds.by_content(raw, path)
                told = error.code == mixture.CODE  # it says what it is, twice
                if kind is None and not told and self._stray(target, path):
                    target.leave(path, f"nothing says what it is, and: {error.message}")
                    return None
                if kind is None or kind in FORMS:
                    one.kind = kind or kinds.UNKNOWN
                    self._answer.unreadable(self._add(one), error)
                    return None
        if document is not None:
            one.kind = document.form
        else:
            one.kind = kind or kinds.by_content(raw, path) or self._named(path) or ""
        if not one.kind:
            self._unknown(target, path)
            return None
        self._answer.names(self._add(one), path)
        if document is not None:
            self._search(one, raw, "catalog")
            return document
        self._plain(one, raw)
        return None

    def _stray(self, target: Target, path: str) -> bool:
        """Is it a file that only happens to lie in a folder that was named?

        Where catalogs, receipts and configuration lie, what cannot be read is an error.
        """
        if target.named is not None or target.run_of(path) is not None:
            return False
        folders = (self._files.root / path).parts[:-1]
        return not {".kfm", Layout().catalog}.intersection(folders)

    def _named(self, path: str) -> str | None:
        # The folders above the root say something as well, `logs` for example.
        return kinds.by_name((self._files.root / path).as_posix())

    def _catalog(self, raw: bytes, path: str, form: str | None) -> Document | None:
        from kfm_gates.catalogs import survey
        from kfm_gates.linter import later

        return survey.look(raw, path) if form is None else later.read(raw, path, form)

    def _plain(self, one: Linted, raw: bytes) -> None:
        """Anything but a catalog, alone."""
        try:
            if one.steward:
                from kfm_gates.linter import steward

                self._answer.take(one, steward.examine(one.kind, one.file, raw))
                self._answer.unseen(steward.NOT_CHECKED.get(one.kind))
            elif one.kind == "report":
                from kfm_gates.linter import reports

                self._answer.take(one, reports.examine(one.file, raw))
            else:
                from kfm_gates.linter import receipts

                now, layout = self._answer.now, self._lake_layout()
                found = receipts.examine(one.kind, one.file, raw, now, layout)
                self._answer.take(one, found)
                self._answer.unseen(receipts.NOT_CHECKED.get(one.kind))
                if one.kind != "seal":
                    self._search(one, raw, one.kind)
        except (EvidenceError, UsageError) as error:
            self._answer.unreadable(one, error)
        except Exception as error:
            self._answer.crashed(one, error)

    def _group(self, target: Target, kind: str, documents: list[Document]) -> None:
        from kfm_gates.linter import catalogs

        group = catalogs.examine(kind, documents, self._files, self._answer.now)
        for finding in group.findings:
            one = self._shown.get(finding.where.file or "")
            if one is None:
                self._answer.stray(finding, target)
            else:
                self._answer.take(one, [finding])
        for path in group.failed & self._shown.keys():
            self._shown[path].failed = True
        for path in group.errors & self._shown.keys():
            self._shown[path].error = True
        for document in documents:
            self._shown[document.file].cut = group.cut
        for text in group.not_checked:
            self._answer.unseen(text)

    def _together(self, target: Target, lake: str) -> None:
        """The `.kfm/` of a lake as a whole, where its files are in order one by one."""
        from kfm_gates.linter import steward

        theirs = [one for file, one in self._shown.items() if file.startswith(f"{lake}.kfm/")]
        if any(one.status != "pass" for one in theirs):
            self._answer.unseen("the files of .kfm/ together, because of findings in single ones")
            return
        try:
            findings = steward.together(self._files.root / lake, lake)
        except PolicyError as error:
            self._answer.unseen(f"profiles of .kfm/ against the shipped rules: {error.message}")
            return
        for finding in findings:
            one = self._shown.get(finding.where.file or "")
            if one is not None:
                self._answer.take(one, [finding])
            elif target.named is None:
                self._answer.stray(finding, target)
            else:
                self._answer.unseen("other files of .kfm/, one of which is not in order")

    def _search(self, one: Linted, raw: bytes, what: str) -> None:
        if self._secrets is None:
            from kfm_gates.linter.secrets import Secrets

            self._secrets = Secrets(self._files)
        self._answer.take(one, self._secrets.search(raw, one.file, what))

    def _lake_layout(self) -> Layout:
        """Where things lie in this lake; the defaults where `.kfm/` cannot say so."""
        if self._layout is None:
            self._layout = Layout()
            if self._files.size(".kfm/gates.yaml") is not None:
                from kfm_gates.project import load_project

                try:
                    self._layout = load_project(self._files.root).layout
                except UsageError:
                    self._answer.unseen("the layout of .kfm/gates.yaml, which cannot be read")
        return self._layout

    def _stranger(self, target: Target, one: Linted) -> None:
        from kfm_gates.linter import steward

        if target.named is not None:
            raise _unknown_kind(one.path, "nothing in .kfm/ reads it")
        one.kind = kinds.UNKNOWN
        self._answer.take(self._add(one), [steward.stranger(one.file)])

    def _unknown(self, target: Target, path: str) -> None:
        if target.named is not None:
            raise _unknown_kind(target.show(path), "nothing in it says what it is")
        target.leave(path, "of no kind that is known")

    def _require_small(self, total: int) -> None:
        if total > MAX_TOTAL:
            raise UsageError(
                f"The catalog documents have more than {MAX_TOTAL} bytes together.",
                code="EVIDENCE_TOO_LARGE",
                got=f"{total} bytes",
                wanted=f"at most {MAX_TOTAL} bytes in one folder",
                fix="Name smaller folders one by one.",
            )

    def _add(self, one: Linted) -> Linted:
        self._shown[one.file] = one
        self._answer.documents.append(one)
        return one


def _unknown_kind(shown: str, why: str) -> UsageError:
    return UsageError(
        f"The kind of {shown} is not known: {why}.",
        code="KIND_UNKNOWN",
        file=shown,
        wanted=", ".join(kinds.KINDS),
        fix="Say what it is with --as KIND, or leave it out.",
    )

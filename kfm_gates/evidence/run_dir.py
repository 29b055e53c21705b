"""A run, opened once: every document and digest that the gates look at comes from here (FO-58).

Bytes are read through descriptors that were opened relative to the lake root, link by link
refused; a file must be the one that the listing saw. What was hashed is what was parsed, and
`changed` says at the end whether it still is.
"""

from __future__ import annotations

import errno
import hashlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar

from kfm_gates.errors import EvidenceError, EvidenceInvalid, EvidenceMissing, EvidenceUnreadable
from kfm_gates.evidence import documents, hashing, paths, seal, tree
from kfm_gates.evidence.documents import Document, read_document
from kfm_gates.evidence.hashing import FileDigest
from kfm_gates.evidence.lake_files import LakeFiles
from kfm_gates.evidence.tree import Entry, Problem
from kfm_gates.model import Layout

__all__ = ["RECEIPTS", "Document", "Entry", "FileDigest", "Problem", "Run"]

RECEIPTS: Final = ("run_record", "run_manifest", "validation_report")

_T = TypeVar("_T")


class Run:
    """One run directory. Open it with `Run.open`.

    Attributes:
        path: The directory, absolute.
        root: The lake root, absolute.
        layout: Where things lie.
        name: Name of the directory, which should be the run id.
        family_name: Name of the directory above it, which should be the dataset family.
        relpath: POSIX path relative to the lake root.
        entries: Every regular file by run-relative POSIX path, sorted.
        directories: Run-relative paths of all folders.
        problems: Links, devices, unreadable folders, bad and clashing names.
    """

    def __init__(
        self,
        path: Path,
        root: Path,
        layout: Layout,
        relpath: str,
        listing: tree.Tree,
        identity: tuple[int, int],
    ) -> None:
        self.path = path
        self.root = root
        self.layout = layout
        self.relpath = relpath
        self.name = path.name
        self.family_name = path.parent.name
        self.entries: Mapping[str, Entry] = listing.entries
        self.directories: frozenset[str] = listing.directories
        self.problems: tuple[Problem, ...] = listing.problems
        self._identity = identity
        self._lock = threading.RLock()
        self._once: dict[str, Any] = {}
        self._digests: dict[str, FileDigest] = {}
        self._opened_once: set[str] = set()
        self._outside = LakeFiles(root)

    @classmethod
    def open(cls, path: Path, *, root: Path, layout: Layout) -> Run:
        """List a run directory.

        Args:
            path: The directory, below `root` by folders that are no links.
            root: The lake root.
            layout: Where things lie.

        Raises:
            EvidenceUnreadable: `RUN_UNREADABLE`: it is not a directory, reached through a link,
                outside the root, badly named, or cannot be listed.
        """
        root, path = Path(os.path.abspath(root)), Path(os.path.abspath(path))
        if root not in path.parents:
            raise _no_run(path, "it does not lie below the lake root")
        relpath = path.relative_to(root).as_posix()
        why = paths.problem_of(relpath)
        if why is not None:
            raise _no_run(path, why)
        try:
            with tree.directory(str(root), relpath.split("/")) as descriptor:
                status = os.fstat(descriptor)
                listing = tree.walk(descriptor)
        except OSError as error:
            why = error.strerror or "it cannot be listed"
            if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
                why = "it is missing, no directory, or reached through a symbolic link"
            raise _no_run(path, why) from error
        return cls(path, root, layout, relpath, listing, (status.st_dev, status.st_ino))

    def __repr__(self) -> str:
        return f"Run({self.relpath!r})"

    def document(self, name: str) -> Document:
        """Return a receipt, read strictly and only once.

        Args:
            name: `run_record`, `run_manifest` or `validation_report`.

        Raises:
            EvidenceMissing: `RECEIPT_MISSING`.
            EvidenceUnreadable: It cannot be read, is not strict JSON, or names a field twice.
        """
        if name not in RECEIPTS:
            raise ValueError(f"no receipt has the name {name!r}")
        return self._remembered(name, lambda: self._document(name))

    def valid(self, name: str) -> dict[str, Any]:
        """Return the data of a receipt that fits its schema.

        Raises:
            EvidenceMissing: `RECEIPT_MISSING`.
            EvidenceUnreadable: As `document`.
            EvidenceInvalid: `RECEIPT_INVALID`, at the first place that does not fit.
        """
        document = self.document(name)
        if document.issues:
            first, more = document.issues[0], len(document.issues) - 1
            raise EvidenceInvalid(
                f"{document.file} does not fit its schema: {first.message}"
                + (f" There are {more} more places." if more else ""),
                code="RECEIPT_INVALID",
                file=document.file,
                pointer=first.pointer,
                line=document.line(first.pointer),
                got=first.got,
                wanted=first.wanted,
            )
        data: dict[str, Any] = document.data
        return data

    def seal(self) -> dict[str, str]:
        """Return the digests of the seal by run-relative path, hex, in its order.

        Raises:
            EvidenceMissing: `RECEIPT_MISSING`: there is none.
            EvidenceUnreadable: `SEAL_MALFORMED`, or it cannot be read.
        """
        return self._remembered("seal", lambda: seal.parse(self.seal_raw(), self.layout.seal))

    def seal_raw(self) -> bytes:
        """Return the bytes of the seal.

        Raises:
            EvidenceMissing: `RECEIPT_MISSING`: there is none.
            EvidenceUnreadable: It cannot be read.
        """
        return self._remembered(
            "seal_raw", lambda: self._receipt_bytes(self.layout.seal, seal.MAX_BYTES)
        )

    def log_files(self) -> list[str]:
        """Run-relative paths of the structured logs: `*.jsonl` below `logs/`, sorted."""
        return [
            path
            for path in self.entries
            if paths.under(path, self.layout.logs) and path.lower().endswith(".jsonl")
        ]

    def read(self, relpath: str, max_bytes: int) -> bytes:
        """Read a file of the run; its digest is that of the same bytes.

        Args:
            relpath: Run-relative path.
            max_bytes: Largest file that is read.

        Raises:
            EvidenceMissing: `EVIDENCE_MISSING`: the run has no such file.
            EvidenceUnreadable: It is no regular file, too large, or not as it was listed.
        """
        entry = self._entry(relpath)
        if entry.size > max_bytes:
            raise EvidenceUnreadable(
                f"{relpath} has {entry.size} bytes.",
                code="EVIDENCE_TOO_LARGE",
                file=relpath,
                got=f"{entry.size} bytes",
                wanted=f"at most {max_bytes} bytes",
            )
        with self._opened(entry) as descriptor:
            raw = hashing.read_descriptor(descriptor, entry.stamp, relpath)
        digest = FileDigest(hashlib.sha256(raw).hexdigest(), len(raw))
        if self._digests.setdefault(relpath, digest) != digest:
            raise hashing.changed(relpath)
        return raw

    @contextmanager
    def opened(self, relpath: str) -> Iterator[BinaryIO]:
        """Open a file of the run to read parts of it: the very file that is hashed.

        It has to be the file that was listed, before and after it was read, and `changed` looks
        at it once more at the end.

        Args:
            relpath: Run-relative path.

        Raises:
            EvidenceMissing: `EVIDENCE_MISSING`: the run has no such file.
            EvidenceUnreadable: It is no regular file, or changed (`EVIDENCE_CHANGED`).
        """
        entry = self._entry(relpath)
        with self._opened(entry) as descriptor, open(descriptor, "rb", closefd=False) as stream:
            if tree.stamp_of(os.fstat(descriptor)) != entry.stamp:
                raise hashing.changed(relpath)
            yield stream
            if tree.stamp_of(os.fstat(descriptor)) != entry.stamp:
                raise hashing.changed(relpath)

    @property
    def identity(self) -> tuple[int, int]:
        """Device and inode of the run directory that was listed."""
        return self._identity

    def adopt(self, relpath: str, digest: FileDigest) -> None:
        """Take over a digest that another process of ours computed, from the file as it was listed.

        Args:
            relpath: Run-relative path of a listed file.
            digest: Its digest and its size.

        Raises:
            EvidenceUnreadable: `EVIDENCE_CHANGED`: it differs from what was hashed here.
        """
        entry = self._entry(relpath)
        if digest.size != entry.size or self._digests.setdefault(relpath, digest) != digest:
            raise hashing.changed(relpath)
        self._opened_once.add(relpath)

    def remembered(self, key: str, make: Callable[[], _T]) -> _T:
        """Make something about this run once, under a key of the caller; a refusal is kept too.

        Args:
            key: Name of the thing; prefix it with the name of the caller.
            make: Makes it; what it raises of `EvidenceError` is raised again at every call.
        """
        return self._remembered(key, make)

    def digest(self, relpath: str) -> FileDigest:
        """Return sha256 and size of a file of the run. Each file is hashed once.

        Raises:
            EvidenceMissing: `EVIDENCE_MISSING`: the run has no such file.
            EvidenceUnreadable: It is no regular file, or changed (`EVIDENCE_CHANGED`).
        """
        found = self.digest_all([relpath])[relpath]
        if isinstance(found, EvidenceError):
            raise found
        return found

    def digest_all(
        self,
        relpaths: Iterable[str],
        progress: Callable[[int], None] | None = None,
        threads: int | None = None,
    ) -> dict[str, FileDigest | EvidenceError]:
        """Hash files of the run, largest first, several at once.

        Args:
            relpaths: Run-relative paths.
            progress: Called with numbers of bytes as they are hashed, from any thread.
            threads: How many; None for as many as there are processors to use.

        Returns:
            A digest or the reason why there is none, for every path.
        """
        found: dict[str, FileDigest | EvidenceError] = {}
        work: list[Entry] = []
        for relpath in dict.fromkeys(relpaths):
            if relpath in self._digests:
                found[relpath] = self._digests[relpath]
                if progress is not None:
                    progress(self._digests[relpath].size)
                continue
            try:
                work.append(self._entry(relpath))
            except EvidenceError as error:
                found[relpath] = error
        if not work:
            return found
        work.sort(key=lambda entry: (-entry.size, entry.path))

        def hash_one(entry: Entry, buffer: memoryview) -> None:
            try:
                with self._opened(entry, descriptor) as file:
                    digest = hashing.hash_descriptor(
                        file, entry.stamp, entry.path, buffer, progress
                    )
                found[entry.path] = self._digests[entry.path] = digest
            except EvidenceError as error:
                found[entry.path] = error

        with self._directory() as descriptor:
            total = sum(entry.size for entry in work)
            hashing.in_parallel(work, hash_one, threads, total)
        return found

    def outside(self, lake_path: str) -> FileDigest:
        """Return sha256 and size of a file elsewhere in the lake, such as an input.

        Args:
            lake_path: Path relative to the lake root; no component may be a link.

        Raises:
            EvidenceMissing: `EVIDENCE_MISSING`: there is no such file.
            EvidenceUnreadable: The path is not acceptable, it is no regular file, or it changed.
        """
        found = self.outside_all([lake_path])[lake_path]
        if isinstance(found, EvidenceError):
            raise found
        return found

    def outside_all(
        self,
        lake_paths: Iterable[str],
        progress: Callable[[int], None] | None = None,
        threads: int | None = None,
    ) -> dict[str, FileDigest | EvidenceError]:
        """Hash files elsewhere in the lake, several at once; otherwise as `digest_all`."""
        return self._outside.digest_all(lake_paths, progress, threads)

    def changed(self) -> list[str]:
        """Say what is no longer as it was when it was read.

        Returns:
            Paths, sorted: files and folders that appeared or vanished, files that were read or
            hashed and have another device, inode, size or time now; inputs by their path in the
            lake. Nothing if all is as it was.
        """
        try:
            with self._directory() as descriptor:
                now = tree.walk(descriptor)
        except (OSError, EvidenceError):
            return [self.relpath]
        different = set(self.entries) ^ set(now.entries) | self.directories ^ now.directories
        different |= {p.path for p in set(self.problems) ^ set(now.problems)}
        for path in self._opened_once:
            if path in now.entries and now.entries[path].stamp != self.entries[path].stamp:
                different.add(path)
        different.update(self._outside.changed())
        return sorted(different)

    def _document(self, name: str) -> Document:
        file: str = getattr(self.layout, name)
        raw = self._receipt_bytes(file, documents.MAX_BYTES[name])
        return read_document(name, file, raw, self._digests[file].sha256)

    def _receipt_bytes(self, file: str, max_bytes: int) -> bytes:
        try:
            return self.read(file, max_bytes)
        except EvidenceMissing as error:
            raise EvidenceMissing(
                f"{file} is missing.", code="RECEIPT_MISSING", file=file, wanted="a regular file"
            ) from error

    def _entry(self, relpath: str) -> Entry:
        entry = self.entries.get(relpath)
        if entry is not None:
            return entry
        what = next((p.message for p in self.problems if p.path == relpath), None)
        if relpath in self.directories:
            what = "It is a directory."
        if what is not None:
            raise EvidenceUnreadable(
                f"{relpath} cannot be read. {what}",
                code="EVIDENCE_UNREADABLE",
                file=relpath,
                wanted="a regular file",
            )
        raise EvidenceMissing(f"{relpath} is missing.", code="EVIDENCE_MISSING", file=relpath)

    @contextmanager
    def _directory(self) -> Iterator[int]:
        """The run directory, which has to be the one that was listed."""
        with ExitStack() as stack:
            try:
                opened = tree.directory(str(self.root), self.relpath.split("/"))
                descriptor = stack.enter_context(opened)
                status = os.fstat(descriptor)
            except OSError as error:
                raise _vanished(self.relpath) from error
            if (status.st_dev, status.st_ino) != self._identity:
                raise _vanished(self.relpath)
            yield descriptor

    @contextmanager
    def _opened(self, entry: Entry, start: int | None = None) -> Iterator[int]:
        """A file of the run; whoever reads it compares it with what was listed."""
        if start is None:
            with self._directory() as directory, self._opened(entry, directory) as descriptor:
                yield descriptor
            return
        self._opened_once.add(entry.path)
        try:
            with tree.regular_file(start, entry.path) as (descriptor, _):
                yield descriptor
        except EvidenceMissing as error:
            # It was there when the run was listed.
            raise hashing.changed(entry.path) from error

    def _remembered(self, key: str, make: Callable[[], _T]) -> _T:
        """Make something once; a refusal is remembered as well."""
        with self._lock:
            if key not in self._once:
                try:
                    self._once[key] = make()
                except EvidenceError as error:
                    self._once[key] = error
            found = self._once[key]
        if isinstance(found, EvidenceError):
            raise found.with_traceback(None)
        made: _T = found
        return made


def _no_run(path: Path, why: str) -> EvidenceUnreadable:
    return EvidenceUnreadable(
        f"{path.name} cannot be opened as a run: {why.rstrip('.')}.",
        code="RUN_UNREADABLE",
        file=str(path),
        wanted="a directory below the lake root, reached by folders that are no links",
    )


def _vanished(relpath: str) -> EvidenceUnreadable:
    return EvidenceUnreadable(
        "The run directory is no longer the one that was opened.",
        code="EVIDENCE_CHANGED",
        file=relpath,
        wanted="a run into which nothing writes any more",
    )

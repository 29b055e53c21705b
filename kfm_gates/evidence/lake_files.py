"""Files of the lake outside a run, such as its inputs: hashed once, and watched until the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path

from kfm_gates.errors import EvidenceError, EvidenceMissing, EvidenceUnreadable
from kfm_gates.evidence import hashing, paths, tree
from kfm_gates.evidence.hashing import FileDigest
from kfm_gates.evidence.tree import Stamp


class LakeFiles:
    """Digests of files below a lake root.

    Args:
        root: The lake root. It may be reached through links, nothing below it is.
    """

    def __init__(self, root: Path) -> None:
        self._root = str(root)
        # None for a file that was missing, which must not appear later either.
        self._known: dict[str, tuple[Stamp, FileDigest] | None] = {}

    def digest_all(
        self,
        lake_paths: Iterable[str],
        progress: Callable[[int], None] | None = None,
        threads: int | None = None,
    ) -> dict[str, FileDigest | EvidenceError]:
        """Hash files, several at once, each only once.

        Args:
            lake_paths: Paths relative to the lake root.
            progress: Called with numbers of bytes as they are hashed, from any thread.
            threads: How many; None for as many as there are processors to use.

        Returns:
            A digest or the reason why there is none, for every path.
        """
        found: dict[str, FileDigest | EvidenceError] = {}
        work: list[str] = []
        for path in dict.fromkeys(lake_paths):
            why = paths.problem_of(path)
            if path in self._known:
                known = self._known[path]
                found[path] = known[1] if known is not None else _missing(path)
            elif why is not None:
                found[path] = _unreadable(path, why)
            else:
                work.append(path)
        if not work:
            return found

        def hash_one(path: str, buffer: memoryview) -> None:
            try:
                with tree.regular_file(root, path) as (file, stamp):
                    digest = hashing.hash_descriptor(file, stamp, path, buffer, progress)
                self._known[path] = (stamp, digest)
                found[path] = digest
            except EvidenceMissing:
                self._known[path] = None
                found[path] = _missing(path)
            except EvidenceError as error:
                found[path] = error

        with ExitStack() as stack:
            try:
                root = stack.enter_context(tree.directory(self._root))
            except OSError as error:
                why = f"The lake root cannot be opened: {error.strerror}."
                return found | {path: _unreadable(path, why) for path in work}
            # Their sizes are not known yet, and inputs are seldom small.
            hashing.in_parallel(work, hash_one, threads, hashing.PARALLEL_FROM)
        return found

    def changed(self) -> list[str]:
        """Paths of the files that are no longer as they were when they were hashed."""
        different: list[str] = []
        for path, known in self._known.items():
            try:
                with tree.directory(self._root) as root, tree.regular_file(root, path) as opened:
                    if known is None or opened[1] != known[0]:
                        different.append(path)
            except EvidenceMissing:
                if known is not None:
                    different.append(path)
            except (OSError, EvidenceError):
                different.append(path)
        return different


def _missing(path: str) -> EvidenceMissing:
    return EvidenceMissing(
        f"{path} is missing.", code="EVIDENCE_MISSING", file=path, wanted="a regular file"
    )


def _unreadable(path: str, why: str) -> EvidenceUnreadable:
    return EvidenceUnreadable(
        why, code="EVIDENCE_UNREADABLE", file=path, wanted="a regular file below the lake root"
    )

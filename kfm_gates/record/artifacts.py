"""Outputs of a run: names below `artifacts/`, claimed once, with the digest of their bytes.

Catalog documents that the pipeline delivers are taken in by the same rules, below `catalog/`.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal, TextIO, cast

from kfm_gates.errors import RecorderError
from kfm_gates.evidence import paths
from kfm_gates.evidence.hashing import BUFFER
from kfm_gates.record.governance import checked_label
from kfm_gates.record.guard import Guard
from kfm_gates.record.hashing_file import BinaryOutput, Hashed, HashingFile, TextOutput
from kfm_gates.record.ids import checked_media_type, checked_name, shown
from kfm_gates.record.lake import Lake

KINDS: Final = ("stac", "dcat", "prov", "openlineage")
"""Catalogs in which an output may have a name of its own."""

About = str | Mapping[str, str] | None
"""What may be said about an output beside its name."""


class Artifacts:
    """The outputs that a run declared so far.

    Args:
        lake: The lake.
        folder: The run's artifacts folder, relative to the lake root.
        guard: Lock of the run.
        what: What messages call one of its files; the first word of their codes.
    """

    def __init__(self, lake: Lake, folder: str, guard: Guard, what: str = "output") -> None:
        self._lake = lake
        self._what = what
        self._folder = folder
        self._guard = guard
        self._entries: dict[str, dict[str, Any]] = {}
        self._folded: dict[str, str] = {}
        self._hashed: dict[str, Hashed] = {}
        # Held until they are closed, so that collecting a forgotten one does not complete it.
        self._open: dict[str, tuple[HashingFile, BinaryIO | TextIO]] = {}

    @property
    def place(self) -> Path:
        """The artifacts folder."""
        return self._lake.root / self._folder

    def declare(self, path: str | os.PathLike[str], name: str | None, **about: About) -> Path:
        """Take a file in, or a copy of it where it lies elsewhere; see `RunRecorder.output`."""
        source = Path(os.path.normpath(self.place / path))
        own = self._name_of(source)
        if source.is_dir():
            raise self._refused(
                "It is a folder.",
                source.name,
                f"Declare its files: run.{self._what}(file) for each one.",
            )
        if own is None:
            with self.open(name or source.name, "wb", **about) as copy:
                self._copy(source, cast("BinaryIO", copy))
            return self.place / (name or source.name)
        if name is not None:
            raise self._refused("It lies in the run and has its name already.", name)
        target = self._claim(own, about)
        try:
            self._settle(target, self._lake.hash(target))
        except BaseException:
            self._release(target)
            raise
        return source

    def open(self, name: str, mode: Literal["wb", "w"], **about: About) -> BinaryIO | TextIO:
        """Open a new output that is hashed while it is written; see `RunRecorder.open_output`."""
        target = self._claim(name, about)
        place = self._lake.root / target
        try:
            self._make_folders(name)
            raw = HashingFile(
                place,
                lambda hashed: self._settle(target, hashed),
                lambda: self._release(target),
            )
        except OSError as error:
            self._release(target)
            raise self._refused(f"It cannot be created: {error.strerror}.", name) from error
        file = cast("BinaryIO | TextIO", TextOutput(raw) if mode == "w" else BinaryOutput(raw))
        try:
            with self._guard:
                self._open[target] = (raw, file)
        except RecorderError:
            raw.give_up()
            raise
        return file

    def entries(self) -> list[dict[str, Any]]:
        """Entries for the manifest, by path."""
        return [self._entries[path] for path in sorted(self._entries)]

    def close(self) -> list[str]:
        """Drop what was never finished, and say what it was. Called once the guard is closed."""
        unfinished = sorted(path for path in self._entries if path not in self._hashed)
        for raw, _ in list(self._open.values()):
            raw.give_up()
        # A new mapping: whatever a straggling thread still settles changes the old one.
        self._entries = {path: dict(self._entries[path]) for path in self._hashed}
        return [path.removeprefix(f"{self._folder}/") for path in unfinished]

    def refresh(self) -> list[str]:
        """Hash again what changed after it was declared, and say what that was.

        The manifest then states the bytes that are there; what is gone is no output any more.
        """
        changed = [
            name for name, hashed in self._hashed.items() if self._lake.differs(name, hashed)
        ]
        for name in changed:
            try:
                self._settle(name, self._lake.hash(name))
            except RecorderError:
                self._release(name)
        return changed

    def known(self) -> dict[str, str]:
        """Hex digests by lake path, of everything that was hashed."""
        return {name: hashed.sha256 for name, hashed in self._hashed.items()}

    def _name_of(self, source: Path) -> str | None:
        """Name below the artifacts folder, None for a file that lies elsewhere."""
        relative = self._lake.relative(source)
        if relative is None or not paths.under(relative, self._folder):
            return None
        return relative.removeprefix(self._folder).lstrip("/") or "."

    def _claim(self, name: str, about: Mapping[str, About]) -> str:
        """Reserve a name and keep what is said about it; the digest comes later."""
        target = f"{self._folder}/{name}"
        if (why := paths.problem_of(target)) is not None or not name:
            raise RecorderError(
                f"The name of the {self._what} is refused: {why or 'it is empty'}",
                code=f"{self._what.upper()}_PATH_UNSAFE",
                got=shown(name),
                wanted="a plain relative path such as tables/counties.parquet",
            )
        entry: dict[str, Any] = {"path": target}
        if (role := about.get("role")) is not None:
            entry["role"] = checked_name(role, "role of an output")
        if (media_type := about.get("media_type")) is not None:
            entry["media_type"] = checked_media_type(media_type)
        if (label := about.get("label")) is not None:
            entry["label"] = checked_label(cast("str", label), "label of an output")
        if (names := about.get("catalog_ids")) is not None:
            entry["catalog_ids"] = _names(names)
        with self._guard:
            clash = self._clash(name)
            if target in self._entries or clash is not None:
                raise RecorderError(
                    f"The {self._what} {name} is declared already.",
                    code=f"{self._what.upper()}_DUPLICATE",
                    file=target,
                    got=clash,
                )
            self._entries[target] = entry
        return target

    def _make_folders(self, name: str) -> None:
        """Make the folders of a name; one that is a link would lead out of the run."""
        folder = self.place
        for part in ("", *name.split("/")[:-1]):
            folder = folder / part
            with suppress(FileExistsError):
                folder.mkdir()
            if not stat.S_ISDIR(folder.lstat().st_mode):
                raise NotADirectoryError(errno.ENOTDIR, f"{folder.name} is no folder of its own")

    def _clash(self, name: str) -> str | None:
        """Another spelling of this name, or of a folder in it, for systems that fold case."""
        parts = name.split("/")
        for n in range(1, len(parts) + 1):
            spelling = "/".join(parts[:n])
            first = self._folded.setdefault(paths.fold(spelling), spelling)
            if first != spelling:
                return first
        return None

    def _settle(self, target: str, hashed: Hashed) -> None:
        self._open.pop(target, None)
        if (entry := self._entries.get(target)) is not None:
            entry.update(digest=f"sha256:{hashed.sha256}", size=hashed.size)
            self._hashed[target] = hashed

    def _release(self, target: str) -> None:
        self._open.pop(target, None)
        self._hashed.pop(target, None)
        self._entries.pop(target, None)

    def _copy(self, source: Path, copy: BinaryIO) -> None:
        try:
            descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            with os.fdopen(descriptor, "rb", buffering=0) as stream:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise OSError(errno.EINVAL, "it is no regular file")
                shutil.copyfileobj(stream, copy, BUFFER)
        except OSError as error:
            raise self._refused(f"It cannot be copied: {error.strerror}.", source.name) from error

    def _refused(self, why: str, name: str, fix: str | None = None) -> RecorderError:
        return RecorderError(
            f"The {self._what} {name} is refused. {why}",
            code=f"{self._what.upper()}_REFUSED",
            file=name,
            wanted="a regular file",
            fix=fix,
        )


def _names(given: object) -> dict[str, str]:
    """Names of an output in catalogs, as the schema of the manifest wants them.

    Raises:
        RecorderError: `CATALOG_IDS_INVALID`, or a name that cannot be written.
    """
    if not isinstance(given, Mapping) or not given or set(given) - set(KINDS):
        raise RecorderError(
            "The names of the output in catalogs are malformed.",
            code="CATALOG_IDS_INVALID",
            got=shown(given),
            wanted=f"a mapping from any of {', '.join(KINDS)} to the name in it",
        )
    return {
        kind: checked_name(given[kind], f"name of an output in {kind}")
        for kind in KINDS
        if kind in given
    }

"""Writing that leaves either the whole thing or no seal.

Every file is staged beside its place, flushed to the disk and renamed; the seal comes last. A
process that dies on the way leaves a run without a seal, which no profile lets pass.
"""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from kfm_gates.errors import RecorderError


def create_run_dir(
    root: Path, runs: str, family: str, run_id: str, folders: Sequence[str] = ()
) -> Path:
    """Create `<root>/<runs>/<family>/<run_id>`, which must not exist yet.

    Args:
        root: The lake root, absolute.
        runs: Folder of the runs, relative to the root.
        family: Dataset family.
        run_id: The run id.
        folders: Folders to make in it.

    Raises:
        RecorderError: The run exists, a folder on the way is a link or a file, or the disk
            refuses.
    """
    folder = root
    for part in (*runs.split("/"), family):
        folder = folder / part
        try:
            with suppress(FileExistsError):
                folder.mkdir()
            mode = folder.lstat().st_mode
        except OSError as error:
            raise _refused(folder, error) from error
        if not stat.S_ISDIR(mode):
            raise RecorderError(
                f"{folder} is not a folder of its own.",
                code="RUN_FOLDER_REFUSED",
                file=str(folder),
                got="a symbolic link" if stat.S_ISLNK(mode) else "a file",
                wanted="a directory",
            )
    run = folder / run_id
    try:
        run.mkdir()
        for name in folders:
            (run / name).mkdir()
    except FileExistsError:
        raise RecorderError(
            f"The run exists already: {run_id}.",
            code="RUN_EXISTS",
            file=str(run),
            fix="Every execution is a run of its own; a correction names the run it supersedes.",
        ) from None
    except OSError as error:
        raise _refused(run, error) from error
    return run


def make_folders(run: Path, names: Iterable[str]) -> None:
    """Make the folders in which files of a run are going to lie.

    Args:
        run: The run directory.
        names: Run-relative paths of the files.

    Raises:
        RecorderError: One of them is a link or a file, or the disk refuses.
    """
    for name in sorted(names):
        folder = run
        for part in name.split("/")[:-1]:
            folder = folder / part
            try:
                with suppress(FileExistsError):
                    folder.mkdir()
                if not stat.S_ISDIR(folder.lstat().st_mode):
                    raise NotADirectoryError(errno.ENOTDIR, f"{part} is no folder of its own")
            except OSError as error:
                raise _refused(folder, error) from error


def publish(files: Sequence[tuple[Path, bytes]]) -> None:
    """Write files, all or none, in the given order; nothing is ever overwritten.

    Args:
        files: Path and bytes of each; the last one (the seal) is the one that counts.

    Raises:
        RecorderError: A file exists, or the disk refuses. What this call wrote is gone again.
    """
    staged: list[tuple[Path, Path]] = []
    placed: list[Path] = []
    try:
        for target, raw in files:
            if os.path.lexists(target):
                raise RecorderError(
                    f"{target.name} exists already and is never overwritten.",
                    code="RECEIPT_EXISTS",
                    file=str(target),
                )
            staged.append((_stage(target, raw), target))
        for temporary, target in staged:
            os.replace(temporary, target)  # noqa: PTH105 - one place to watch for renames
            placed.append(target)
        for folder in {target.parent for _, target in staged}:
            sync_folder(folder)
    except BaseException as error:
        for leftover in (*reversed(placed), *(temporary for temporary, _ in staged)):
            with suppress(OSError):
                leftover.unlink()
        if isinstance(error, OSError):
            raise _refused(files[0][0].parent, error) from error
        raise


def _stage(target: Path, raw: bytes) -> Path:
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(raw)
            stream.flush()
            os.fsync(stream.fileno())
        # The folder got its mode from the umask, which cannot be asked without changing it.
        temporary.chmod(stat.S_IMODE(target.parent.stat().st_mode) & 0o666)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    return temporary


def sync_folder(folder: Path) -> None:
    """Make renames in a folder survive a power cut, where the file system can."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refused(place: Path, error: OSError) -> RecorderError:
    return RecorderError(
        f"The run cannot be written: {error.strerror or type(error).__name__}.",
        code="RUN_NOT_WRITTEN",
        file=str(place),
        fix="Nothing was sealed. Make room or permission, then run the pipeline again.",
    )

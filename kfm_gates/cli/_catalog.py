"""A folder of documents that is there as a whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from kfm_gates.errors import OutputError, UsageError


def write_folder(folder: str, documents: Mapping[str, bytes], run: str) -> Path:
    """Write documents into a folder that is new or empty.

    Args:
        folder: The folder; the one above it exists.
        documents: Bytes by relative path.
        run: The run directory, into which nothing is written.

    Raises:
        UsageError: The folder holds something, is none, or lies in the run.
        OutputError: The disk refuses; nothing was written.
    """
    target = Path(os.path.abspath(folder))
    _refuse(target, Path(os.path.abspath(run)))
    try:
        staged = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    except OSError as error:
        raise _failed(target, error) from error
    try:
        for name, raw in documents.items():
            place = staged / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(raw)
        # mkdtemp keeps everybody else out; the folder is to be like any other.
        staged.chmod(0o777 & ~_umask())
        staged.rename(target)
    except OSError as error:
        raise _failed(target, error) from error
    finally:
        with suppress(OSError):
            shutil.rmtree(staged)
    return target


def _refuse(target: Path, run: Path) -> None:
    real = Path(os.path.realpath(target))
    if real.is_relative_to(os.path.realpath(run)):
        raise UsageError(
            "The folder lies in the run, which is sealed as it is.",
            code="OUTPUT_REFUSED",
            file=str(target),
            wanted="a folder outside of the run",
        )
    if os.path.lexists(target) and (
        target.is_symlink() or not target.is_dir() or any(target.iterdir())
    ):
        raise UsageError(
            f"{target} exists and is no empty folder.",
            code="OUTPUT_REFUSED",
            file=str(target),
            wanted="a folder that is new or empty",
        )
    if not target.parent.is_dir():
        raise UsageError(
            f"There is no folder {target.parent}.",
            code="OUTPUT_REFUSED",
            file=str(target),
            wanted="a folder in one that exists",
        )


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _failed(target: Path, error: OSError) -> OutputError:
    return OutputError(
        f"{target} cannot be written: {error.strerror or type(error).__name__}.",
        code="OUTPUT_NOT_WRITTEN",
        file=str(target),
        fix="Nothing was written. Make room or permission, then call it again.",
    )

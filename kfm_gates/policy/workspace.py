"""A private folder that holds, for one call of OPA, exactly the bytes that were read."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from kfm_gates.errors import PolicyError


@contextlib.contextmanager
def workspace(files: Mapping[str, bytes]) -> Iterator[Path]:
    """Write files into a new folder, mode 0700, and remove it afterwards.

    Args:
        files: Bytes by path relative to the folder; the paths are ours.

    Raises:
        PolicyError: It cannot be written, `OPA_FAILED`.
    """
    try:
        folder = Path(tempfile.mkdtemp(prefix="kfm-gates-"))
    except OSError as error:
        raise _unwritable(error) from error
    try:
        try:
            for name, raw in files.items():
                path = _inside(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                descriptor = os.open(
                    path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600
                )
                with os.fdopen(descriptor, "wb") as stream:
                    stream.write(raw)
        except OSError as error:
            raise _unwritable(error) from error
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _inside(folder: Path, name: str) -> Path:
    """A path that can only lie below the folder; names are ours, and this makes sure of it."""
    parts = name.split("/")
    if "\0" in name or not all(parts) or {".", ".."} & set(parts):
        raise PolicyError(f"{name!a} is not a name of a file.", code="POLICY_INVALID")
    return folder.joinpath(*parts)


def _unwritable(error: OSError) -> PolicyError:
    return PolicyError(
        f"The folder for temporary files cannot be written: {error.strerror}.",
        code="OPA_FAILED",
        fix="Make room there, or set TMPDIR to a folder of your own.",
    )

"""The user's own cache on disk: where it is, whether it is theirs alone, and writing into it whole.

Nothing in it is believed; what lies there may still be executed or read, so others may not write.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path
from typing import Final

OTHERS_MAY_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH


def folder() -> Path:
    """Path of the cache, `$XDG_CACHE_HOME/kfm-gates` or `~/.cache/kfm-gates`. May not exist.

    Raises:
        RuntimeError: There is no home directory.
    """
    base = os.environ.get("XDG_CACHE_HOME", "")
    # The XDG specification says that a relative path is to be ignored.
    if Path(base).is_absolute():
        return Path(base) / "kfm-gates"
    return Path.home() / ".cache" / "kfm-gates"


def make(target: Path) -> None:
    """Make a folder of the cache, mode 0700, where there is none.

    Raises:
        OSError: It cannot be made.
    """
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        target.mkdir(mode=0o700)


def why_not_private(target: Path) -> str | None:
    """Why a folder is not the user's alone, as the end of a sentence; None where it is.

    Raises:
        OSError: It does not exist, or cannot be looked at.
    """
    status = target.lstat()
    if not stat.S_ISDIR(status.st_mode):
        return "is not a folder"
    if status.st_uid != os.geteuid():
        return "belongs to another user"
    if status.st_mode & OTHERS_MAY_WRITE:
        return "may be written by others"
    return None


def write(path: Path, raw: bytes) -> None:
    """Write a file of the cache at once and whole, mode 0600.

    Raises:
        OSError: It cannot be written.
    """
    descriptor, temporary = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(raw)
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise

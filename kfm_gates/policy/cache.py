"""The private folder in the user's cache: the fetched OPA, its sidecar, remembered digests.

What lies there is executed, so it has to be ours and ours alone.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kfm_gates.errors import PolicyError

_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH
_MAX_JSON = 1 << 20


def cache_dir() -> Path:
    """Path of the cache, `$XDG_CACHE_HOME/kfm-gates` or `~/.cache/kfm-gates`. May not exist.

    Raises:
        PolicyError: There is no home directory, `OPA_NOT_FOUND`.
    """
    base = os.environ.get("XDG_CACHE_HOME", "")
    # The XDG specification says that a relative path is to be ignored.
    if Path(base).is_absolute():
        return Path(base) / "kfm-gates"
    try:
        return Path.home() / ".cache" / "kfm-gates"
    except RuntimeError as error:
        raise PolicyError(
            "There is no home directory to keep OPA in.",
            code="OPA_NOT_FOUND",
            fix="Set HOME or XDG_CACHE_HOME.",
        ) from error


def private_dir(*, create: bool = False) -> Path | None:
    """Return the cache folder once it is known to be private, None where it does not exist.

    Raises:
        PolicyError: `OPA_UNVERIFIED`: it is a link, belongs to someone else, or others may write
            into it; `OPA_NOT_FOUND`: it cannot be made.
    """
    folder = cache_dir()
    if create:
        try:
            folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with contextlib.suppress(FileExistsError):
                folder.mkdir(mode=0o700)
        except OSError as error:
            raise PolicyError(
                f"The cache {folder} cannot be made: {error.strerror}.",
                code="OPA_NOT_FOUND",
                file=str(folder),
                fix="Set XDG_CACHE_HOME to a folder of your own.",
            ) from error
    try:
        status = folder.lstat()
    except OSError:
        return None
    if not stat.S_ISDIR(status.st_mode):
        raise _not_private(folder, "is not a folder")
    if status.st_uid != os.geteuid():
        raise _not_private(folder, "belongs to another user")
    if status.st_mode & _OTHERS_MAY_WRITE:
        raise _not_private(folder, "may be written by others")
    return folder


def _not_private(folder: Path, why: str) -> PolicyError:
    return PolicyError(
        f"The cache {folder} {why}.",
        code="OPA_UNVERIFIED",
        file=str(folder),
        wanted="a folder that belongs to you, mode 0700",
        fix=f"Remove {folder}, then run: kfm-gates fetch opa",
    )


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object of the cache that only we may write; empty where there is none.

    A file that cannot be read, or that others may write, is treated as absent: the caller then
    does the work again instead of believing it.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            status = os.fstat(stream.fileno())
            if (
                not stat.S_ISREG(status.st_mode)
                or status.st_uid != os.geteuid()
                or status.st_mode & _OTHERS_MAY_WRITE
            ):
                return {}
            data = json.loads(stream.read(_MAX_JSON))
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Write a JSON object atomically, mode 0600.

    Raises:
        OSError: It cannot be written.
    """
    descriptor, temporary = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(json.dumps(data, indent=2, sort_keys=True).encode() + b"\n")
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise

"""The private folder in the user's cache: the fetched OPA, its sidecar, remembered digests.

What lies there is executed, so it has to be ours and ours alone.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kfm_gates.errors import PolicyError
from kfm_gates.evidence import user_cache

_MAX_JSON = 1 << 20


def cache_dir() -> Path:
    """Path of the cache, `$XDG_CACHE_HOME/kfm-gates` or `~/.cache/kfm-gates`. May not exist.

    Raises:
        PolicyError: There is no home directory, `OPA_NOT_FOUND`.
    """
    try:
        return user_cache.folder()
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
            user_cache.make(folder)
        except OSError as error:
            raise PolicyError(
                f"The cache {folder} cannot be made: {error.strerror}.",
                code="OPA_NOT_FOUND",
                file=str(folder),
                fix="Set XDG_CACHE_HOME to a folder of your own.",
            ) from error
    try:
        why = user_cache.why_not_private(folder)
    except OSError:
        return None
    if why is not None:
        raise _not_private(folder, why)
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
                or status.st_mode & user_cache.OTHERS_MAY_WRITE
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
    user_cache.write(path, json.dumps(data, indent=2, sort_keys=True).encode() + b"\n")

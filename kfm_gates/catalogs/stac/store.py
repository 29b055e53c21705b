"""The schemas in the user's private cache: named by their digest, verified whenever they are read.

The rules are those of the cache of OPA: the folder is ours alone, and nothing in it is believed.
"""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import Final

from kfm_gates.catalogs.stac.lock import Locked
from kfm_gates.errors import KfmGatesError
from kfm_gates.evidence import user_cache

_FIX: Final = "Run: kfm-gates fetch schemas"


def folder() -> Path:
    """Path of the cache of schemas, below `$XDG_CACHE_HOME/kfm-gates`. May not exist.

    Raises:
        KfmGatesError: `STAC_SCHEMA_UNAVAILABLE`: there is no home directory.
    """
    try:
        return user_cache.folder() / "schemas"
    except RuntimeError as error:
        raise _error(
            "There is no home directory to keep schemas in.", "Set HOME or XDG_CACHE_HOME."
        ) from error


def require_private(*, create: bool = False) -> Path | None:
    """The cache, once it is known to be ours alone; None where it does not exist.

    Raises:
        KfmGatesError: `STAC_SCHEMA_UNAVAILABLE`: it is a link, belongs to somebody else, others
            may write into it, or it cannot be made.
    """
    target = folder()
    for one in (target.parent, target):
        if create:
            try:
                user_cache.make(one)
            except OSError as error:
                raise _error(
                    f"The cache {one} cannot be made: {error.strerror}.",
                    "Set XDG_CACHE_HOME to a folder of your own.",
                ) from error
        try:
            why = user_cache.why_not_private(one)
        except OSError:
            return None
        if why is not None:
            raise _error(f"The cache {one} {why}.", f"Remove {one}. {_FIX}")
    return target


def read(cache: Path, schema: Locked) -> bytes | None:
    """The bytes of a schema of the lock, None where the cache does not hold exactly these."""
    try:
        descriptor = os.open(
            _place(cache, schema), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        )
        with os.fdopen(descriptor, "rb") as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_size != schema.size:
                return None
            raw = stream.read(schema.size + 1)
    except OSError:
        return None
    return raw if is_it(raw, schema) else None


def is_corrupted(cache: Path, schema: Locked) -> bool:
    """Does something lie at the place of a schema that is not this schema?"""
    return os.path.lexists(_place(cache, schema)) and read(cache, schema) is None


def name_of(schema: Locked) -> str:
    """How the file of a schema is called in any cache: by its digest."""
    return f"{schema.sha256}.json"


def is_it(raw: bytes, schema: Locked) -> bool:
    """Are these the bytes that the lock names?"""
    return len(raw) == schema.size and hashlib.sha256(raw).hexdigest() == schema.sha256


def write(cache: Path, schema: Locked, raw: bytes) -> None:
    """Put a schema into the cache, at once and whole.

    Raises:
        ValueError: It is another one.
        OSError: It cannot be written.
    """
    if not is_it(raw, schema):
        raise ValueError(f"these are not the bytes of {schema.uri}")
    user_cache.write(_place(cache, schema), raw)


def _place(cache: Path, schema: Locked) -> Path:
    return cache / name_of(schema)


def _error(message: str, fix: str) -> KfmGatesError:
    return KfmGatesError(message, code="STAC_SCHEMA_UNAVAILABLE", fix=fix)

"""Find the OPA binary. Its sha256 decides, never what it prints about itself (FO-54).

Hashing 40 MB takes 25 to 100 ms, so a digest is remembered for as long as device, inode, size,
mtime and ctime of the file are the same; the memory lies in the private cache.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import shutil
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kfm_gates.errors import PolicyError
from kfm_gates.policy.cache import private_dir, read_json, write_json
from kfm_gates.policy.lock import Pin, load_lock

ENVIRONMENT_VARIABLE = "KFM_GATES_OPA"
MEMORY = "opa-digests.json"
_MAX_REMEMBERED = 64
_SETTLED_NS = 2_000_000_000
_FETCH = "Run: kfm-gates fetch opa"
_FOUND_BY_ITSELF = ("wheel", "cache", "PATH")

Stamp = tuple[int, int, int, int, int]
"""Device, inode, size, mtime_ns, ctime_ns."""


@dataclass(frozen=True)
class Opa:
    """A verified OPA binary.

    Args:
        path: Absolute path without links.
        sha256: Digest of its bytes, 64 hex digits.
        version: Version that the lock or the sidecar of `fetch opa` gives to this digest.
        origin: How it was found: `--opa`, `KFM_GATES_OPA`, `wheel`, `cache` or `PATH`, and what
            it is: `release linux/amd64`, `build go1.26.8 linux/amd64`, `own build ...`.
        locked: True where the lock lists the digest. False is the limit `opa`.
        stamp: What the file looked like when it was hashed; it has to look so when it is run.
    """

    path: Path
    sha256: str
    version: str
    origin: str
    locked: bool
    stamp: Stamp | None = field(default=None, compare=False)

    def require_unchanged(self) -> None:
        """Refuse a binary that was replaced since it was hashed.

        Raises:
            PolicyError: `OPA_UNVERIFIED`.
        """
        if self.stamp is None:
            return
        try:
            now = stamp_of(self.path.stat())
        except OSError:
            now = None
        if now != self.stamp:
            raise PolicyError(
                f"OPA changed after it was verified: {self.path}.",
                code="OPA_UNVERIFIED",
                file=str(self.path),
                fix="Check again; if it stays, find out who writes that file.",
            )


def find_opa(explicit: str | None = None, *, version: str | None = None) -> Opa:
    """Find OPA and verify it.

    `--opa` and `KFM_GATES_OPA` are taken or refused; what lies in the wheel, the cache or on PATH
    is passed over where it is not one that is known. A variable that is set to nothing is not set.

    Args:
        explicit: Path of the binary (`--opa`).
        version: A past pin, for replay; None means the one in force.

    Raises:
        PolicyError: `OPA_NOT_FOUND`, `OPA_UNVERIFIED`.
    """
    try:
        pin = load_lock().pin(version)
    except KeyError as error:
        raise PolicyError(
            f"The lock has no OPA {version}.",
            code="OPA_NOT_FOUND",
            wanted=", ".join(sorted(load_lock().pins)),
        ) from error
    if explicit is not None:
        return _named(explicit, "--opa", pin)
    if named := os.environ.get(ENVIRONMENT_VARIABLE):
        return _named(named, ENVIRONMENT_VARIABLE, pin)
    refused: PolicyError | None = None
    for where, path in _candidates(pin):
        try:
            return verify(path, where, pin)
        except PolicyError as error:
            refused = refused or error
    try:
        private_dir()
    except PolicyError as error:
        refused = refused or error
    raise refused or PolicyError(
        "There is no OPA.",
        code="OPA_NOT_FOUND",
        wanted=f"OPA {pin.version} from --opa, {ENVIRONMENT_VARIABLE}, the cache or PATH",
        fix=_FETCH,
    )


def _named(text: str, where: str, pin: Pin) -> Opa:
    if not text.strip():
        raise PolicyError(f"{where} names no file.", code="OPA_NOT_FOUND", fix=_fix(where))
    return verify(Path(text), where, pin)


def _candidates(pin: Pin) -> Iterator[tuple[str, Path]]:
    # Found without importing the wheel: nothing of it runs before its bytes are verified.
    spec = importlib.util.find_spec("kfm_gates_opa")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        yield "wheel", Path(folder) / "opa"
    with contextlib.suppress(PolicyError):
        if (folder_ := private_dir()) is not None and (
            cached := cached_path(folder_, pin)
        ).exists():
            yield "cache", cached
    if on_path := shutil.which("opa"):
        yield "PATH", Path(on_path)


def cached_path(folder: Path, pin: Pin) -> Path:
    """Where `fetch opa` puts the binary of a pin."""
    return folder / f"opa-{pin.version}"


def sidecar_path(folder: Path, pin: Pin) -> Path:
    """Where `fetch opa` says what it put there."""
    return folder / f"opa-{pin.version}.json"


def _fix(where: str) -> str:
    """A binary that was named keeps being used: fetching another one would not help."""
    return (
        _FETCH if where in _FOUND_BY_ITSELF else f"Leave {where} out, then run: kfm-gates fetch opa"
    )


def verify(path: Path, where: str, pin: Pin) -> Opa:
    """Verify one binary.

    Raises:
        PolicyError: `OPA_NOT_FOUND` it is not there, `OPA_UNVERIFIED` it is not one that is known.
    """
    try:
        real = Path(os.path.realpath(path, strict=True))
        sha256, stamp = digest_of(real)
    except (OSError, ValueError) as error:
        absent = isinstance(error, FileNotFoundError | NotADirectoryError)
        why = "it does not exist" if absent else getattr(error, "strerror", None) or str(error)
        raise PolicyError(
            f"The OPA at {path} ({where}) cannot be used: {why}.",
            code="OPA_NOT_FOUND" if absent else "OPA_UNVERIFIED",
            file=str(path),
            fix=_fix(where),
        ) from error
    if what := pin.origin_of(sha256):
        return Opa(real, sha256, pin.version, f"{where}: {what}", locked=True, stamp=stamp)
    if built := _own_build(sha256, pin):
        return Opa(real, sha256, pin.version, f"{where}: {built}", locked=False, stamp=stamp)
    raise PolicyError(
        f"The OPA at {path} ({where}) is not one that the lock knows.",
        code="OPA_UNVERIFIED",
        file=str(path),
        got=f"sha256 {sha256}",
        wanted=f"a locked binary of OPA {pin.version}",
        fix=_fix(where),
    )


def _own_build(sha256: str, pin: Pin) -> str | None:
    """What `fetch opa` recorded about a build of its own with this digest."""
    folder = private_dir()
    if folder is None:
        return None
    record = read_json(sidecar_path(folder, pin))
    known = record.get("how") == "built" and record.get("version") == pin.version
    if not known or record.get("sha256") != sha256:
        return None
    return f"own build {record.get('go')} {record.get('platform')}"


def digest_of(path: Path) -> tuple[str, Stamp]:
    """Return sha256 and stamp of a regular file, remembered where that is safe.

    Raises:
        OSError: It is not a regular file that can be read, or everyone may write it.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as stream:
        status = os.fstat(stream.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(None, "it is not a regular file", str(path))
        if status.st_mode & stat.S_IWOTH:
            raise OSError(None, "everyone may write it", str(path))
        stamp = stamp_of(status)
        memory = _memory()
        if memory is not None:
            entry = read_json(memory).get(str(path))
            if isinstance(entry, dict) and entry.get("stamp") == list(stamp):
                sha256 = entry.get("sha256")
                if isinstance(sha256, str) and len(sha256) == 64:
                    return sha256, stamp
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        if stamp_of(os.fstat(stream.fileno())) != stamp:
            raise OSError(None, "it changed while it was read", str(path))
    # A file that was written a moment ago could be written again within one tick of its clock.
    if memory is not None and time.time_ns() - max(stamp[3], stamp[4]) > _SETTLED_NS:
        _remember(memory, path, sha256, stamp)
    return sha256, stamp


def stamp_of(status: os.stat_result) -> Stamp:
    """What identifies the content of a file without reading it."""
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _memory() -> Path | None:
    """The file of remembered digests, None where no private cache can hold one."""
    with contextlib.suppress(PolicyError):
        if (folder := private_dir(create=True)) is not None:
            return folder / MEMORY
    return None


def _remember(memory: Path, path: Path, sha256: str, stamp: Stamp) -> None:
    entries = dict(list(read_json(memory).items())[-_MAX_REMEMBERED:])
    entries[str(path)] = {"sha256": sha256, "stamp": list(stamp)}
    # Only speed is lost where it cannot be written.
    with contextlib.suppress(OSError):
        write_json(memory, entries)

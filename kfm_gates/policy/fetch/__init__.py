"""`kfm-gates fetch opa`: put the pinned OPA into the user's cache, verified.

The official release asset, or a file at hand, or a build from source: in each case the sha256 is
known before the file becomes executable, the conformance vectors run before it gets its name, and
the name appears at once and whole.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from kfm_gates.errors import PolicyError
from kfm_gates.policy.cache import private_dir, write_json
from kfm_gates.policy.conformance import require_conformance
from kfm_gates.policy.fetch import build as source_build
from kfm_gates.policy.fetch.release import MAX_BYTES, download, open_url
from kfm_gates.policy.locate import Opa, cached_path, digest_of, sidecar_path, verify
from kfm_gates.policy.lock import Pin, load_lock, this_platform


@dataclass(frozen=True, slots=True)
class Fetched:
    """What `fetch opa` did.

    Args:
        opa: The verified binary in the cache.
        how: `present`, `release`, `file` or `built`.
        note: Why it was not the release; None where it was.
    """

    opa: Opa
    how: str
    note: str | None = None


def fetch_opa(
    from_file: Path | None = None,
    *,
    force: bool = False,
    say: Callable[[str], None] | None = None,
    progress: Callable[[int], None] | None = None,
    opener: Callable[[str], IO[bytes]] = open_url,
) -> Fetched:
    """Put the pinned OPA into the cache.

    Args:
        from_file: A binary that is here already (`--from FILE`); it has to be one of the lock.
        force: Fetch although a verified one is there.
        say: Called with one sentence before each slow step.
        progress: Called with the number of bytes of each piece of a download.
        opener: Opens an https address.

    Raises:
        PolicyError: `OPA_NOT_FOUND` it cannot be had, `OPA_UNVERIFIED` it is another one, or the
            cache is not private.
    """
    tell = say or (lambda _: None)
    pin = load_lock().pin()
    folder = private_dir(create=True)
    if folder is None:
        raise PolicyError("The cache cannot be made.", code="OPA_NOT_FOUND")
    with _alone(folder, tell):
        if from_file is None and not force and (here := _present(folder, pin)):
            return Fetched(here, "present")
        if from_file is not None:
            tell(f"Verifying {from_file}.")
            return Fetched(_from_file(from_file, folder, pin), "file")
        try:
            return Fetched(_release(folder, pin, tell, progress, opener), "release")
        except PolicyError as error:
            if error.code != "OPA_NOT_FOUND":
                raise
            unreachable = error
        try:
            return Fetched(_built(folder, pin, tell), "built", unreachable.message)
        except PolicyError as error:
            if error.code != "OPA_NOT_FOUND":
                raise
            raise PolicyError(
                f"{unreachable.message} {error.message}",
                code="OPA_NOT_FOUND",
                got=unreachable.got,
                wanted=error.wanted,
                fix=error.fix,
            ) from error


@contextlib.contextmanager
def _alone(folder: Path, tell: Callable[[str], None]) -> Iterator[None]:
    """Let one process at a time fetch, so that two never build at once."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(folder / "fetch.lock", flags, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell("Waiting for another fetch.")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _present(folder: Path, pin: Pin) -> Opa | None:
    with contextlib.suppress(PolicyError):
        here = verify(cached_path(folder, pin), "cache", pin)
        require_conformance(here.path)
        return here
    return None


def _from_file(source: Path, folder: Path, pin: Pin) -> Opa:
    with _temporary(folder) as (path, stream):
        try:
            if not source.is_file():
                raise OSError(None, "it is not a file")
            with open(source, "rb") as given:
                copied = 0
                while chunk := given.read(1 << 20):
                    copied += len(chunk)
                    if copied > MAX_BYTES:
                        raise OSError(None, f"it is larger than {MAX_BYTES} bytes")
                    stream.write(chunk)
        except OSError as error:
            raise PolicyError(
                f"{source} cannot be read: {error.strerror}.",
                code="OPA_NOT_FOUND",
                file=str(source),
            ) from error
        stream.close()
        sha256, _ = digest_of(path)
        what = pin.origin_of(sha256)
        if what is None:
            raise PolicyError(
                f"{source} is not an OPA {pin.version} that the lock knows.",
                code="OPA_UNVERIFIED",
                file=str(source),
                got=f"sha256 {sha256}",
                wanted=", ".join(asset.url.rsplit("/", 1)[-1] for asset in pin.releases.values()),
                fix="Download the release asset for this platform.",
            )
        return _install(path, folder, pin, {"how": "file", "what": what, "sha256": sha256})


def _release(
    folder: Path,
    pin: Pin,
    tell: Callable[[str], None],
    progress: Callable[[int], None] | None,
    opener: Callable[[str], IO[bytes]],
) -> Opa:
    asset = pin.releases.get(this_platform())
    if asset is None:
        raise PolicyError(f"OPA has no release for {this_platform()}.", code="OPA_NOT_FOUND")
    tell(f"Downloading {asset.url}")
    with _temporary(folder) as (path, stream):
        download(asset.url, stream, asset.sha256, opener=opener, progress=progress)
        stream.close()
        record = {"how": "release", "what": asset.url, "sha256": asset.sha256}
        return _install(path, folder, pin, record)


def _built(folder: Path, pin: Pin, tell: Callable[[str], None]) -> Opa:
    go = source_build.find_go()
    tell(f"The release cannot be reached. Building {pin.module} with {go.name}; takes minutes.")
    with _build_folder(folder) as target:
        binary = source_build.build(go, pin, target)
        sha256, _ = digest_of(binary)
        record = {"how": "built", "what": pin.module, "sha256": sha256}
        return _install(binary, folder, pin, {**record, "go": go.version, "platform": go.platform})


@contextlib.contextmanager
def _build_folder(folder: Path) -> Iterator[Path]:
    target = Path(tempfile.mkdtemp(prefix=".build-", dir=folder))
    try:
        yield target
    finally:
        shutil.rmtree(target, ignore_errors=True)


@contextlib.contextmanager
def _temporary(folder: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """A new file of ours that nothing can execute, removed unless it was renamed."""
    descriptor, name = tempfile.mkstemp(prefix=".fetch-", dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield Path(name), stream
    finally:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()


def _install(path: Path, folder: Path, pin: Pin, record: dict[str, Any]) -> Opa:
    """Make a verified file executable, try it, and give it its name."""
    path.chmod(0o700)
    require_conformance(path)
    # The sidecar first: a build is only accepted by it, and it fits nothing but these bytes.
    write_json(sidecar_path(folder, pin), {**record, "version": pin.version})
    path.replace(cached_path(folder, pin))
    return verify(cached_path(folder, pin), "cache", pin)

"""`fetch opa`: only known bytes get the name under which OPA is found."""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest

from kfm_gates.errors import PolicyError
from kfm_gates.policy import cache, fetch, locate
from kfm_gates.policy.fetch import build, fetch_opa, release
from kfm_gates.policy.lock import Asset, Lock, Pin

RELEASE = b"#!/bin/sh\necho the release\n"
BUILT = b"#!/bin/sh\necho built here\n"
OTHER = b"#!/bin/sh\necho something else\n"
GO = build.Go(Path("/nowhere/go"), "go1.99.0", "plan9/mips", {})


def sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty cache, a lock that knows `RELEASE`, vectors that every binary answers, no Go."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    releases = {"plan9/mips": Asset("https://example.org/opa", sha256(RELEASE))}
    lock = Lock("9.9.9", {"9.9.9": Pin("9.9.9", "example.org/opa@v9.9.9", releases, {})})
    monkeypatch.setattr(fetch, "load_lock", lambda: lock)
    monkeypatch.setattr(fetch, "this_platform", lambda: "plan9/mips")
    monkeypatch.setattr(fetch, "require_conformance", lambda _: None)
    monkeypatch.setattr(build, "find_go", no_go)


def no_go() -> build.Go:
    raise PolicyError("there is no Go", code="OPA_NOT_FOUND")


def serving(raw: bytes) -> Callable[[str], IO[bytes]]:
    return lambda _: io.BytesIO(raw)


def unreachable(_: str) -> IO[bytes]:
    raise OSError(113, "No route to host")


def folder() -> Path:
    found = cache.private_dir()
    assert found is not None
    return found


def names() -> set[str]:
    return {path.name for path in folder().iterdir()} - {"fetch.lock"}


def refusal(*arguments: Path, opener: Callable[[str], IO[bytes]] = unreachable) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        fetch_opa(*arguments, opener=opener)
    return caught.value


def building(monkeypatch: pytest.MonkeyPatch, raw: bytes = BUILT) -> None:
    def make(go: build.Go, pin: Pin, target: Path) -> Path:
        assert target.parent == folder()
        assert stat.S_IMODE(target.stat().st_mode) == 0o700
        (target / "opa").write_bytes(raw)
        return target / "opa"

    monkeypatch.setattr(build, "find_go", lambda: GO)
    monkeypatch.setattr(build, "build", make)


def test_the_release() -> None:
    sizes: list[int] = []
    said: list[str] = []
    done = fetch_opa(opener=serving(RELEASE), progress=sizes.append, say=said.append)
    assert (done.how, done.note, done.opa.locked) == ("release", None, True)
    assert done.opa.origin == "cache: release plan9/mips"
    assert done.opa.path == folder() / "opa-9.9.9"
    assert stat.S_IMODE(done.opa.path.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder().stat().st_mode) == 0o700
    assert sum(sizes) == len(RELEASE)
    assert said == ["Downloading https://example.org/opa"]
    assert names() == {"opa-9.9.9", "opa-9.9.9.json"}


def test_what_is_there_is_kept_unless_forced() -> None:
    fetch_opa(opener=serving(RELEASE))
    assert fetch_opa(opener=unreachable).how == "present"
    assert fetch_opa(opener=serving(RELEASE), force=True).how == "release"


def test_a_spoilt_binary_in_the_cache_is_replaced() -> None:
    fetch_opa(opener=serving(RELEASE))
    (folder() / "opa-9.9.9").write_bytes(OTHER)
    done = fetch_opa(opener=serving(RELEASE))
    assert done.how == "release"
    assert done.opa.path.read_bytes() == RELEASE


@pytest.mark.parametrize("raw", [OTHER, b"", RELEASE[:-1], RELEASE + b"\n"])
def test_another_download_never_gets_the_name(raw: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    building(monkeypatch)
    error = refusal(opener=serving(raw))
    # It is not a reason to build either: someone answers for that address.
    assert error.code == "OPA_UNVERIFIED"
    assert names() == set()


def test_a_download_is_not_executable_before_it_is_verified() -> None:
    seen: list[int] = []

    class Watching(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            seen.extend(p.stat().st_mode & 0o777 for p in folder().glob(".fetch-*"))
            return super().read(size)

    fetch_opa(opener=lambda _: Watching(RELEASE))
    assert set(seen) == {0o600}


def test_too_large_a_download_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "MAX_BYTES", 1000)

    class Endless(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return bytes(100)

    assert "larger than" in refusal(opener=lambda _: Endless()).message
    assert names() == set()


def test_too_slow_a_download_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "TOTAL_TIMEOUT_S", -1.0)
    assert "takes longer" in refusal(opener=serving(RELEASE)).message
    assert names() == set()


def test_a_connection_that_breaks() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise ConnectionResetError(104, "Connection reset by peer")

    assert "Connection reset" in refusal(opener=lambda _: Broken()).message
    assert names() == set()


def test_a_file_at_hand(tmp_path: Path) -> None:
    given = tmp_path / "opa_download"
    given.write_bytes(RELEASE)
    done = fetch_opa(given, opener=unreachable)
    assert (done.how, done.opa.locked) == ("file", True)
    assert done.opa.path.read_bytes() == RELEASE


def test_a_file_at_hand_that_the_lock_does_not_know(tmp_path: Path) -> None:
    given = tmp_path / "opa_download"
    given.write_bytes(OTHER)
    assert refusal(given).code == "OPA_UNVERIFIED"
    assert refusal(tmp_path / "absent").code == "OPA_NOT_FOUND"
    assert refusal(tmp_path).code == "OPA_NOT_FOUND"
    assert names() == set()


def test_a_build_where_the_release_cannot_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    building(monkeypatch)
    done = fetch_opa(opener=unreachable)
    assert (done.how, done.opa.locked) == ("built", False)
    assert done.opa.origin == "cache: own build go1.99.0 plan9/mips"
    assert done.note is not None
    assert "No route to host" in done.note
    assert cache.read_json(folder() / "opa-9.9.9.json") == {
        "how": "built",
        "what": "example.org/opa@v9.9.9",
        "version": "9.9.9",
        "sha256": sha256(BUILT),
        "go": "go1.99.0",
        "platform": "plan9/mips",
    }
    assert names() == {"opa-9.9.9", "opa-9.9.9.json"}
    # It stays a limit when it is found again.
    assert fetch_opa(opener=unreachable).opa.locked is False


def test_no_release_and_no_go() -> None:
    error = refusal()
    assert error.code == "OPA_NOT_FOUND"
    assert "No route to host" in error.message
    assert "there is no Go" in error.message


def test_no_release_for_this_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "this_platform", lambda: "haiku/riscv")
    error = refusal(opener=lambda _: pytest.fail("there is nothing to download"))
    assert "haiku/riscv" in error.message


@pytest.mark.parametrize("how", ["release", "file", "built"])
def test_a_binary_that_fails_the_vectors_never_gets_the_name(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def odd(path: Path) -> None:
        assert path.name != "opa-9.9.9"
        raise PolicyError("odd", code="OPA_UNVERIFIED")

    monkeypatch.setattr(fetch, "require_conformance", odd)
    building(monkeypatch)
    given = tmp_path / "given"
    given.write_bytes(RELEASE)
    opener = serving(RELEASE) if how == "release" else unreachable
    error = refusal(*([given] if how == "file" else []), opener=opener)
    assert error.code == "OPA_UNVERIFIED"
    assert names() == set()


def test_what_is_there_has_to_answer_the_vectors_too(monkeypatch: pytest.MonkeyPatch) -> None:
    fetch_opa(opener=serving(RELEASE))
    answers = iter([PolicyError("odd", code="OPA_UNVERIFIED"), None])

    def once_odd(_: Path) -> None:
        if error := next(answers):
            raise error

    monkeypatch.setattr(fetch, "require_conformance", once_odd)
    assert fetch_opa(opener=serving(RELEASE)).how == "release"


def test_a_cache_that_is_not_private_gets_nothing(tmp_path: Path) -> None:
    (tmp_path / "xdg" / "kfm-gates").mkdir(parents=True)
    (tmp_path / "xdg" / "kfm-gates").chmod(0o777)
    assert refusal(opener=serving(RELEASE)).code == "OPA_UNVERIFIED"
    assert not list((tmp_path / "xdg" / "kfm-gates").iterdir())


def test_a_cache_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "xdg").write_text("a file in the way")
    assert refusal(opener=serving(RELEASE)).code == "OPA_NOT_FOUND"


def test_one_fetch_at_a_time() -> None:
    """Of several at once one fetches, and the others find what it fetched."""
    held = os.open(
        (cache.private_dir(create=True) or Path()) / "fetch.lock", os.O_RDWR | os.O_CREAT, 0o600
    )
    fcntl.flock(held, fcntl.LOCK_EX)
    opened: list[str] = []
    waiting = threading.Barrier(4)
    done: list[str] = []

    def opener(url: str) -> IO[bytes]:
        opened.append(url)
        return io.BytesIO(RELEASE)

    # Each says once that it waits; the one that goes first says later that it downloads.
    def tell(text: str) -> None:
        if text.startswith("Waiting"):
            waiting.wait(20)

    def patient() -> None:
        done.append(fetch_opa(opener=opener, say=tell).how)

    threads = [threading.Thread(target=patient) for _ in range(3)]
    for thread in threads:
        thread.start()
    waiting.wait(20)
    os.close(held)
    for thread in threads:
        thread.join(20)
    assert sorted(done) == ["present", "present", "release"]
    assert len(opened) == 1


def test_a_fetched_release_is_what_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locate, "load_lock", fetch.load_lock)
    monkeypatch.delenv("KFM_GATES_OPA", raising=False)
    fetched = fetch_opa(opener=serving(RELEASE)).opa
    assert locate.find_opa() == fetched

"""Which binary is OPA: its sha256 decides, whatever it prints and wherever it lies (FO-54)."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kfm_gates.errors import PolicyError
from kfm_gates.policy import cache, locate, lock
from kfm_gates.policy.locate import digest_of, find_opa, verify
from kfm_gates.policy.lock import Asset, Lock, Pin, load_lock

KNOWN = b"#!/bin/sh\necho the known one\n"
BUILT = b"#!/bin/sh\necho a build of our own\n"
LIAR = b"#!/bin/sh\necho 'Version: 1.19.0'\n"


def sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


@pytest.fixture(autouse=True)
def _nothing_is_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty cache, an empty PATH, no variable; and a lock that knows `KNOWN` alone."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("KFM_GATES_OPA", raising=False)
    releases = {"linux/amd64": Asset("https://example.org/opa", sha256(KNOWN))}
    now = Pin("9.9.9", "example.org/opa@v9.9.9", releases, {})
    past = Pin("9.9.8", "example.org/opa@v9.9.8", {}, {"go1.26.8 linux/amd64": sha256(BUILT)})
    monkeypatch.setattr(locate, "load_lock", lambda: Lock("9.9.9", {"9.9.9": now, "9.9.8": past}))
    (tmp_path / "bin").mkdir()


def put(path: Path, raw: bytes = KNOWN) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)
    path.chmod(0o700)
    return path


def in_cache(raw: bytes, sidecar: dict[str, object] | None = None) -> Path:
    folder = cache.private_dir(create=True)
    assert folder is not None
    if sidecar is not None:
        cache.write_json(folder / "opa-9.9.9.json", sidecar)
    return put(folder / "opa-9.9.9", raw)


def refusal(explicit: str | None = None, **how: str) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        find_opa(explicit, **how)
    return caught.value


def test_nothing_found() -> None:
    error = refusal()
    assert error.code == "OPA_NOT_FOUND"
    assert error.fix == "Run: kfm-gates fetch opa"


def test_lookup_goes_from_the_named_to_the_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "bin" / "opa")
    assert find_opa().origin == "PATH: release linux/amd64"
    in_cache(KNOWN)
    assert find_opa().origin.startswith("cache:")
    put(tmp_path / "site" / "kfm_gates_opa" / "opa")
    (tmp_path / "site" / "kfm_gates_opa" / "__init__.py").write_text("raise SystemExit(1)")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    assert find_opa().origin.startswith("wheel:")
    assert "kfm_gates_opa" not in sys.modules
    monkeypatch.setenv("KFM_GATES_OPA", str(put(tmp_path / "named")))
    assert find_opa().origin.startswith("KFM_GATES_OPA:")
    found = find_opa(str(put(tmp_path / "explicit")))
    assert found.origin == "--opa: release linux/amd64"
    assert (found.locked, found.version, found.sha256) == (True, "9.9.9", sha256(KNOWN))
    assert found.path == tmp_path / "explicit"


def test_a_script_that_prints_the_version_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    liar = str(put(tmp_path / "liar", LIAR))
    assert refusal(liar).code == "OPA_UNVERIFIED"
    monkeypatch.setenv("KFM_GATES_OPA", liar)
    assert refusal().code == "OPA_UNVERIFIED"
    monkeypatch.delenv("KFM_GATES_OPA")
    put(tmp_path / "bin" / "opa", LIAR)
    error = refusal()
    assert error.code == "OPA_UNVERIFIED"
    assert error.got == f"sha256 {sha256(LIAR)}"


def test_a_named_binary_is_taken_or_refused_never_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "bin" / "opa")
    assert refusal(str(tmp_path / "absent")).code == "OPA_NOT_FOUND"
    assert refusal("").code == "OPA_NOT_FOUND"
    assert refusal("a\0b").code == "OPA_UNVERIFIED"
    assert refusal(str(tmp_path)).code == "OPA_UNVERIFIED"
    monkeypatch.setenv("KFM_GATES_OPA", str(tmp_path / "absent"))
    assert refusal().code == "OPA_NOT_FOUND"


def test_another_opa_on_path_is_passed_over_for_nothing_worse(tmp_path: Path) -> None:
    in_cache(LIAR)
    put(tmp_path / "bin" / "opa")
    assert find_opa().origin.startswith("PATH:")


def test_links_are_resolved(tmp_path: Path) -> None:
    real = put(tmp_path / "real")
    (tmp_path / "link").symlink_to(real)
    assert find_opa(str(tmp_path / "link")).path == real


def test_a_past_pin_is_for_replay_only(tmp_path: Path) -> None:
    past = str(put(tmp_path / "past", BUILT))
    assert refusal(past).code == "OPA_UNVERIFIED"
    assert find_opa(past, version="9.9.8").version == "9.9.8"
    assert refusal(past, version="1.0.0").code == "OPA_NOT_FOUND"


def sidecar(**changed: object) -> dict[str, object]:
    return {
        "how": "built",
        "version": "9.9.9",
        "sha256": sha256(BUILT),
        "go": "go1.99",
        "platform": "linux/amd64",
        **changed,
    }


def test_a_build_of_our_own_is_a_limit(tmp_path: Path) -> None:
    in_cache(BUILT, sidecar())
    found = find_opa()
    assert (found.locked, found.version) == (False, "9.9.9")
    assert found.origin == "cache: own build go1.99 linux/amd64"
    # The same bytes elsewhere are the same build.
    assert find_opa(str(put(tmp_path / "copy", BUILT))).locked is False


@pytest.mark.parametrize(
    "changed",
    [{"how": "file"}, {"version": "9.9.8"}, {"sha256": sha256(KNOWN)}, {"sha256": None}],
)
def test_a_sidecar_that_says_something_else_accepts_nothing(changed: dict[str, object]) -> None:
    in_cache(BUILT, sidecar(**changed))
    assert refusal().code == "OPA_UNVERIFIED"


def test_a_sidecar_that_others_may_write_accepts_nothing() -> None:
    path = in_cache(BUILT, sidecar())
    path.with_name("opa-9.9.9.json").chmod(0o666)
    assert refusal().code == "OPA_UNVERIFIED"


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_a_cache_that_others_may_write_is_refused(tmp_path: Path, mode: int) -> None:
    in_cache(KNOWN)
    (tmp_path / "xdg" / "kfm-gates").chmod(mode)
    error = refusal()
    assert error.code == "OPA_UNVERIFIED"
    assert "written by others" in error.message


def test_a_cache_of_someone_else_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    in_cache(KNOWN)
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    assert refusal().code == "OPA_UNVERIFIED"


def test_a_cache_that_is_a_link_is_refused(tmp_path: Path) -> None:
    in_cache(KNOWN)
    (tmp_path / "xdg" / "kfm-gates").rename(tmp_path / "elsewhere")
    (tmp_path / "xdg" / "kfm-gates").symlink_to(tmp_path / "elsewhere")
    assert refusal().code == "OPA_UNVERIFIED"


def test_a_binary_that_everyone_may_write_is_refused(tmp_path: Path) -> None:
    path = put(tmp_path / "opa")
    path.chmod(0o777)
    assert refusal(str(path)).code == "OPA_UNVERIFIED"


def remembered(path: Path) -> None:
    """Make the memory hold a digest; a file has to be older than a moment for that."""
    os.utime(path, ns=(1, 1))
    digest_of(path)


@pytest.fixture
def _settled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locate, "_SETTLED_NS", -(10**18))


@pytest.mark.usefixtures("_settled")
def test_the_digest_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path / "opa")
    remembered(path)
    monkeypatch.setattr(hashlib, "file_digest", lambda *_: pytest.fail("hashed again"))
    assert digest_of(path)[0] == sha256(KNOWN)


def test_a_new_file_is_not_remembered(tmp_path: Path) -> None:
    """Within one tick of the clock it could be written again with the same stamp."""
    digest_of(put(tmp_path / "opa"))
    folder = cache.private_dir()
    assert folder is not None
    assert not (folder / locate.MEMORY).exists()


@pytest.mark.usefixtures("_settled")
@pytest.mark.parametrize("change", ["content", "mtime", "inode"])
def test_a_changed_file_is_hashed_again(tmp_path: Path, change: str) -> None:
    path = put(tmp_path / "opa")
    remembered(path)
    if change == "content":
        path.write_bytes(LIAR)
    elif change == "mtime":
        os.utime(path, ns=(2, 2))
    else:
        put(tmp_path / "other", LIAR).rename(path)
    expected = KNOWN if change == "mtime" else LIAR
    assert digest_of(path)[0] == sha256(expected)


@pytest.mark.usefixtures("_settled")
@pytest.mark.parametrize(
    "spoil",
    [
        lambda memory: memory.write_text("{"),
        lambda memory: memory.write_text("[]"),
        lambda memory: memory.write_text("[" * 100_000),
        lambda memory: memory.chmod(0o666),
        lambda memory: memory.write_text(
            json.dumps(dict.fromkeys(json.loads(memory.read_text()), 1))
        ),
    ],
    ids=["torn", "array", "deep", "writable", "shape"],
)
def test_a_spoilt_memory_is_not_believed(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    path = put(tmp_path / "opa", LIAR)
    remembered(path)
    folder = cache.private_dir()
    assert folder is not None
    memory = folder / locate.MEMORY
    entries = json.loads(memory.read_text())
    entries[str(path)]["sha256"] = sha256(KNOWN)
    memory.write_text(json.dumps(entries))
    assert digest_of(path)[0] == sha256(KNOWN), "the test is no test otherwise"
    spoil(memory)
    assert digest_of(path)[0] == sha256(LIAR)


def test_without_a_private_cache_nothing_is_remembered(tmp_path: Path) -> None:
    (tmp_path / "xdg" / "kfm-gates").mkdir(parents=True)
    (tmp_path / "xdg" / "kfm-gates").chmod(0o777)
    path = put(tmp_path / "opa")
    os.utime(path, ns=(1, 1))
    assert digest_of(path)[0] == sha256(KNOWN)
    assert not list((tmp_path / "xdg" / "kfm-gates").iterdir())


def test_a_binary_that_changes_after_it_was_verified(tmp_path: Path) -> None:
    path = put(tmp_path / "opa")
    found = find_opa(str(path))
    found.require_unchanged()
    path.write_bytes(LIAR)
    with pytest.raises(PolicyError) as caught:
        found.require_unchanged()
    assert caught.value.code == "OPA_UNVERIFIED"
    path.unlink()
    with pytest.raises(PolicyError):
        found.require_unchanged()


def test_no_home_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/is/ignored")
    monkeypatch.setattr(Path, "home", lambda: (_ for _ in ()).throw(RuntimeError))
    with pytest.raises(PolicyError) as caught:
        cache.cache_dir()
    assert caught.value.code == "OPA_NOT_FOUND"
    assert refusal().code == "OPA_NOT_FOUND"


def test_the_lock_names_what_was_measured() -> None:
    real = lock.load_lock()
    pin = real.pin()
    assert pin.version == "1.19.0"
    assert pin.module.endswith(f"@v{pin.version}")
    every = [asset.sha256 for asset in pin.releases.values()] + list(pin.builds.values())
    assert len(set(every)) == len(every) == 6
    for digest in every:
        assert len(digest) == 64
        assert pin.origin_of(digest)
    for asset in pin.releases.values():
        assert asset.url.startswith(
            f"https://github.com/open-policy-agent/opa/releases/download/v{pin.version}/opa_"
        )
    assert pin.origin_of("0" * 64) is None
    assert real.pinned in real.pins


def test_the_real_binary_is_in_the_real_lock(opa: locate.Opa) -> None:
    assert verify(opa.path, "test", load_lock().pin()).sha256 == opa.sha256

"""Attestations are verified offline: every socket is refused here, unless a test runs a server."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_socket
from attest_bench import Bench
from virtual_sigstore import VirtualSigstore
from virtual_sigstore.servers import Services, serve


@pytest.fixture(autouse=True)
def _no_sockets(request: pytest.FixtureRequest) -> Iterator[None]:
    if "services" in request.fixturenames:
        pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
    else:
        pytest_socket.disable_socket(allow_unix_socket=True)
    try:
        yield
    finally:
        pytest_socket._remove_restrictions()


@pytest.fixture(autouse=True)
def _nobodys_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home that is empty: whoever looks into a cache of the user finds none."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home" / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home" / "data"))


@pytest.fixture(scope="session")
def sigstore() -> VirtualSigstore:
    """One instance for all tests that do not change it."""
    return VirtualSigstore()


@pytest.fixture
def bench(tmp_path: Path, sigstore: VirtualSigstore) -> Bench:
    """A lake that trusts the instance, a run, and everything to attest and verify it with."""
    return Bench(tmp_path, sigstore)


@pytest.fixture
def services(sigstore: VirtualSigstore) -> Iterator[Services]:
    """The services of the instance on the loopback."""
    with serve(sigstore) as running:
        yield running


@pytest.fixture
def wall_clock() -> dt.datetime:
    """Now: only where a client looks at the clock itself."""
    return dt.datetime.now(dt.UTC)

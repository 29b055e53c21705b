"""The one place that uses the network: https, or nothing."""

from __future__ import annotations

import email.message
import hashlib
import http.client
import io
import socket
import ssl
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.errors import PolicyError
from kfm_gates.policy.fetch import release
from kfm_gates.policy.fetch.release import open_url


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(socket, "getaddrinfo", _unknown)


def _unknown(*_: Any, **__: Any) -> Any:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@pytest.mark.parametrize("scheme", ["http", "ftp", "file", "data", "gopher"])
def test_no_other_scheme(scheme: str, tmp_path: Path) -> None:
    (tmp_path / "opa").write_bytes(b"x")
    url = "data:text/plain,x" if scheme == "data" else f"{scheme}://localhost{tmp_path}/opa"
    with pytest.raises(urllib.error.URLError) as caught:
        open_url(url)
    assert "scheme" in str(caught.value.reason) or "unknown url type" in str(caught.value.reason)


def test_no_redirect_away_from_https() -> None:
    request = urllib.request.Request("https://example.org/a")
    headers = email.message.Message()
    follow = release._HttpsOnly().redirect_request
    with pytest.raises(urllib.error.URLError):
        follow(request, io.BytesIO(), 302, "Found", headers, "http://example.org/b")
    found = follow(request, io.BytesIO(), 302, "Found", headers, "https://example.org/b")
    assert found.full_url == "https://example.org/b"


def test_a_name_that_does_not_resolve() -> None:
    with pytest.raises(PolicyError) as caught:
        release.download("https://example.invalid/opa", io.BytesIO(), "0" * 64)
    assert caught.value.code == "OPA_NOT_FOUND"
    assert "Name or service not known" in caught.value.message


@pytest.mark.parametrize(
    "error",
    [
        urllib.error.HTTPError(
            "https://example.org", 404, "Not Found", email.message.Message(), None
        ),
        urllib.error.URLError(ssl.SSLCertVerificationError("self-signed certificate")),
        http.client.IncompleteRead(b""),
        http.client.BadStatusLine("\r\n::error::x"),
        TimeoutError(),
        ValueError("odd"),
    ],
)
def test_whatever_goes_wrong_is_told_in_one_line(error: Exception) -> None:
    def opener(_: str) -> Any:
        raise error

    with pytest.raises(PolicyError) as caught:
        release.download("https://example.org/opa", io.BytesIO(), "0" * 64, opener=opener)
    assert caught.value.code == "OPA_NOT_FOUND"
    assert caught.value.message.isprintable()
    assert caught.value.message != "The release of OPA cannot be downloaded: ."


def test_the_bytes_written_are_the_bytes_hashed() -> None:
    raw = bytes(range(256)) * 10_000
    target = io.BytesIO()
    release.download(
        "https://example.org/opa",
        target,
        hashlib.sha256(raw).hexdigest(),
        opener=lambda _: io.BytesIO(raw),
    )
    assert target.getvalue() == raw


def test_connecting_gives_up_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []

    def connect(address: Any, timeout: object = None, source: Any = None) -> Any:
        seen.append(timeout)
        raise TimeoutError("timed out")

    monkeypatch.setattr(socket, "create_connection", connect)
    connection = release._Connection("example.org")
    with pytest.raises(TimeoutError):
        connection.connect()
    assert seen == [release.CONNECT_TIMEOUT_S]

"""Download one release asset: https only, bounded, and hashed before anyone could run it."""

from __future__ import annotations

import hashlib
import http.client
import socket
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import IO, Any

from kfm_gates.errors import PolicyError

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 30.0
TOTAL_TIMEOUT_S = 600.0
MAX_BYTES = 256 << 20
_CHUNK = 1 << 20


class _Connection(http.client.HTTPSConnection):
    """Quick to give up where nothing answers, patient with what is slow."""

    def connect(self) -> None:
        self.timeout = CONNECT_TIMEOUT_S
        super().connect()
        if self.sock is not None:
            self.sock.settimeout(READ_TIMEOUT_S)


class _Handler(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_Connection, req)


class _HttpsOnly(urllib.request.HTTPRedirectHandler):
    def __init__(self, hosts: frozenset[str] | None = None) -> None:
        self._hosts = hosts

    def redirect_request(
        self, req: Any, fp: Any, code: Any, msg: Any, headers: Any, newurl: str
    ) -> Any:
        if not newurl.startswith("https://"):
            raise urllib.error.URLError(f"redirected away from https: {newurl[:200]}")
        if self._hosts is not None and urllib.parse.urlsplit(newurl).netloc not in self._hosts:
            raise urllib.error.URLError(f"redirected to another host: {newurl[:200]}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class _NoOther(urllib.request.BaseHandler):
    """Refuse every scheme that urllib opens by default: file, ftp, data, plain http."""

    def _refuse(self, req: urllib.request.Request) -> Any:
        raise urllib.error.URLError(f"the scheme {req.type} is refused")

    http_open = file_open = ftp_open = data_open = _refuse
    handler_order = 0


def open_url(url: str, hosts: frozenset[str] | None = None) -> IO[bytes]:
    """Open an https address; proxies of the environment are used, credentials are not.

    Args:
        url: The address.
        hosts: Hosts to which it may lead, redirects included; None for any.

    Raises:
        OSError: It cannot be reached, is not https, or leads to another host.
    """
    if hosts is not None and urllib.parse.urlsplit(url).netloc not in hosts:
        raise urllib.error.URLError(f"not a host to fetch from: {url[:200]}")
    opener = urllib.request.build_opener(_Handler, _HttpsOnly(hosts), _NoOther)
    request = urllib.request.Request(url, headers={"User-Agent": "kfm-gates"})  # noqa: S310
    response: IO[bytes] = opener.open(request)
    return response


def download(
    url: str,
    target: IO[bytes],
    sha256: str,
    *,
    opener: Callable[[str], IO[bytes]] = open_url,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Write an asset into an open file and verify it.

    Args:
        url: Where it is.
        target: Where it goes; nothing that can be executed yet.
        sha256: What it has to be.
        opener: Opens the address.
        progress: Called with the number of bytes of each piece.

    Raises:
        PolicyError: `OPA_NOT_FOUND` it cannot be had, `OPA_UNVERIFIED` it is something else.
    """
    digest = hashlib.sha256()
    size = 0
    deadline = time.monotonic() + TOTAL_TIMEOUT_S
    try:
        with opener(url) as response:
            while chunk := response.read(_CHUNK):
                size += len(chunk)
                if size > MAX_BYTES:
                    raise OSError(None, f"it is larger than {MAX_BYTES} bytes")
                if time.monotonic() > deadline:
                    raise TimeoutError(None, f"it takes longer than {TOTAL_TIMEOUT_S:g} s")
                digest.update(chunk)
                target.write(chunk)
                if progress is not None:
                    progress(len(chunk))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise PolicyError(
            f"The release of OPA cannot be downloaded: {_why(error)}.",
            code="OPA_NOT_FOUND",
            got=url,
            fix="Download it elsewhere, then run: kfm-gates fetch opa --from FILE",
        ) from error
    if digest.hexdigest() != sha256:
        raise PolicyError(
            "What was downloaded is not the release that the lock names.",
            code="OPA_UNVERIFIED",
            got=f"sha256 {digest.hexdigest()}, {size} bytes",
            wanted=f"sha256 {sha256}",
            fix="Find out what answers for this address before trying again.",
        )


def _why(error: BaseException) -> str:
    reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
    if isinstance(reason, socket.gaierror | OSError) and reason.strerror:
        reason = reason.strerror
    text = " ".join(str(reason).split())[:200]
    return text or type(error).__name__

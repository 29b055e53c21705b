"""The block that the catalog tests rely on works: whoever tries to connect is refused.

The block is one of Python. What native code does shows a listener that nobody may reach; `make
test-offline` runs all tests where the kernel has no network.
"""

from __future__ import annotations

import contextlib
import http.client
import select
import socket
import threading
import urllib.request
from collections.abc import Iterator

import pytest
from pytest_socket import SocketBlockedError

pytestmark = pytest.mark.filterwarnings("ignore:A test tried to use:UserWarning")


def test_a_socket_is_refused() -> None:
    with pytest.raises(SocketBlockedError):
        socket.socket(socket.AF_INET, socket.SOCK_STREAM)


def test_http_is_refused() -> None:
    with pytest.raises(SocketBlockedError):
        http.client.HTTPConnection("127.0.0.1", 9).connect()


def test_a_library_that_fetches_is_refused() -> None:
    with pytest.raises(SocketBlockedError):
        urllib.request.urlopen("http://127.0.0.1:9/context.jsonld")


@pytest.fixture
def listener(_no_sockets: None) -> Iterator[socket.socket]:
    """A port of this machine, opened in spite of the block, at which nobody may knock."""
    import pytest_socket

    pytest_socket.enable_socket()
    server = socket.create_server(("127.0.0.1", 0))
    pytest_socket.disable_socket(allow_unix_socket=True)
    yield server
    server.close()


def knocked(server: socket.socket, seconds: float = 0) -> bool:
    """Did anybody connect? Waits at most so long for somebody."""
    return bool(select.select([server], [], [], seconds)[0])


def test_the_listener_notices_native_code(listener: socket.socket) -> None:
    """The control: without a denying retriever, jsonschema-rs does fetch, past Python's block."""
    schema = {"$ref": f"http://127.0.0.1:{listener.getsockname()[1]}/schema.json"}
    asking = threading.Thread(target=compiled, args=(schema,), daemon=True)
    asking.start()
    assert knocked(listener, seconds=20)
    listener.close()
    asking.join(20)


def compiled(schema: object) -> None:
    import jsonschema_rs

    with contextlib.suppress(jsonschema_rs.ReferencingError, ValueError):
        jsonschema_rs.validator_for(schema)

"""No test of a catalog may reach for the network: every socket is refused here."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_socket

# The good run and its documents, which the tests of kinds start from.
sys.path.insert(0, str(Path(__file__).parents[1] / "gates"))


@pytest.fixture(autouse=True)
def _no_sockets() -> Iterator[None]:
    pytest_socket.disable_socket(allow_unix_socket=True)
    try:
        yield
    finally:
        pytest_socket.enable_socket()

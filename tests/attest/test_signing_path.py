"""The real signing path of Sigstore's client against the loopback services, verified by us."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from attest_bench import GOOD, Bench, statement
from virtual_sigstore.encoding import dumps
from virtual_sigstore.servers import Services, token

from kfm_gates.attest import VerifiedEvidence
from kfm_gates.attest.results import TimeSource


@pytest.mark.parametrize("version", [1, 2])
def test_what_the_client_signs_is_verified(
    bench: Bench, services: Services, wall_clock: dt.datetime, version: int
) -> None:
    from sigstore.dsse import Statement
    from sigstore.models import ClientTrustConfig
    from sigstore.oidc import IdentityToken
    from sigstore.sign import SigningContext

    config = ClientTrustConfig.from_json(json.dumps(services.trust_config(version)))
    context = SigningContext.from_trust_config(config)
    with context.signer(IdentityToken(token(wall_clock))) as signer:
        bundle = signer.sign_dsse(Statement(dumps(statement())))
    document = bench.document()
    document["roots"]["virtual"]["refreshed"] = wall_clock.strftime("%Y-%m-%dT%H:%M:%SZ")
    answer = bench.verify(bundle.to_json().encode(), policy=bench.policy(document), now=wall_clock)
    assert isinstance(answer, VerifiedEvidence), answer
    assert answer.claims is not None
    assert answer.claims.invocation == GOOD.extensions[21]
    sources = {t.source for t in answer.times}
    assert TimeSource.TSA in sources
    assert (TimeSource.LOG in sources) is (version == 1)
    assert "/api/v2/signingCert" in services.requests


def test_there_is_no_way_to_the_network(bench: Bench, services: Services) -> None:
    """Only the loopback is open, even where a test runs a server."""
    import socket

    from pytest_socket import SocketConnectBlockedError

    with (
        pytest.warns(UserWarning, match="tried to use"),
        pytest.raises(SocketConnectBlockedError),
    ):
        socket.create_connection(("192.0.2.1", 443), timeout=1)

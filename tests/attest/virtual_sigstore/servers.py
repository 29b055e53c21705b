"""Fulcio, Rekor v1 and v2 and the TSA over HTTP on the loopback, for the real signing path."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from virtual_sigstore import rekor
from virtual_sigstore.encoding import b64, dumps
from virtual_sigstore.identities import GITHUB, from_token
from virtual_sigstore.sigstore import VirtualSigstore, stamp
from virtual_sigstore.tsa import Request


def token(now: dt.datetime, **claims: Any) -> str:
    """An OIDC token. Its signature is nonsense: only a real Fulcio would look at it."""
    seconds = int(now.timestamp())
    body = {
        "aud": "sigstore",
        "iss": GITHUB,
        "sub": "repo:kfm/lake:ref:refs/heads/main",
        "iat": seconds - 5,
        "nbf": seconds - 5,
        "exp": seconds + 600,
        **claims,
    }

    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(dumps(value)).rstrip(b"=").decode()

    signature = base64.urlsafe_b64encode(b"unsigned").rstrip(b"=").decode()
    return f"{part({'alg': 'RS256', 'typ': 'JWT'})}.{part(body)}.{signature}"


class Services:
    """The running services and what a client needs to sign with them."""

    def __init__(self, sigstore: VirtualSigstore, url: str) -> None:
        self.sigstore = sigstore
        self.url = url
        self.requests: list[str] = []

    def signing_config(self, rekor_version: int = 1) -> dict[str, Any]:
        def service(version: int) -> list[dict[str, Any]]:
            return [
                {
                    "url": self.url,
                    "majorApiVersion": version,
                    "operator": "virtual",
                    "validFor": {"start": stamp(dt.datetime(2021, 1, 1, tzinfo=dt.UTC))},
                }
            ]

        tsa = service(1)
        tsa[0]["url"] = f"{self.url}/api/v1/timestamp"
        return {
            "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
            "caUrls": service(1),
            "oidcUrls": service(1),
            "rekorTlogUrls": service(rekor_version),
            "rekorTlogConfig": {"selector": "ANY"},
            "tsaUrls": tsa,
            "tsaConfig": {"selector": "ANY"},
        }

    def trust_config(self, rekor_version: int = 1) -> dict[str, Any]:
        """What `ClientTrustConfig.from_json` and `sigstore --trust-config` read."""
        return {
            "mediaType": "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json",
            "trustedRoot": self.sigstore.trusted_root(),
            "signingConfig": self.signing_config(rekor_version),
        }

    # --- the services -----------------------------------------------------------------------

    def certify(self, request: dict[str, Any], authorization: str) -> dict[str, Any]:
        body = authorization.removeprefix("Bearer ").split(".")[1]
        claims = from_token(json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))
        pem = base64.b64decode(request["certificateSigningRequest"])
        csr = x509.load_pem_x509_csr(pem)
        if not csr.is_signature_valid:
            raise ValueError("the request does not prove possession of its key")
        now = dt.datetime.now(dt.UTC).replace(microsecond=0)
        public = csr.public_key()
        leaf = self.sigstore.fulcio.issue(
            claims,
            public,  # type: ignore[arg-type]
            now,
            ct=self.sigstore.ct,
        )
        chain = [leaf, *self.sigstore.fulcio.chain]
        pems = [c.public_bytes(Encoding.PEM).decode() for c in chain]
        return {"signedCertificateEmbeddedSct": {"chain": {"certificates": pems}}}

    def log_v1(self, entry: dict[str, Any]) -> dict[str, Any]:
        now = dt.datetime.now(dt.UTC)
        spec = entry["spec"]
        if entry["kind"] == "dsse":
            proposed = spec["proposedContent"]
            envelope = json.loads(proposed["envelope"])
            payload = base64.b64decode(envelope["payload"])
            pem = base64.b64decode(proposed["verifiers"][0])
            body = rekor.dsse_v1(envelope, payload, pem)
        else:
            body = rekor.hashedrekord_v1(
                bytes.fromhex(spec["data"]["hash"]["value"]),
                base64.b64decode(spec["signature"]["content"]),
                base64.b64decode(spec["signature"]["publicKey"]["content"]),
            )
        logged = self.sigstore.log1.include(body, entry["kind"], "0.0.1", now)
        proof = logged["inclusionProof"]

        def hex_(text: str) -> str:
            return base64.b64decode(text).hex()

        return {
            "0" * 64: {
                "body": logged["canonicalizedBody"],
                "integratedTime": int(logged["integratedTime"]),
                "logID": hex_(logged["logId"]["keyId"]),
                "logIndex": int(logged["logIndex"]),
                "verification": {
                    "inclusionProof": {
                        "checkpoint": proof["checkpoint"]["envelope"],
                        "hashes": [hex_(h) for h in proof["hashes"]],
                        "logIndex": int(proof["logIndex"]),
                        "rootHash": hex_(proof["rootHash"]),
                        "treeSize": int(proof["treeSize"]),
                    },
                    "signedEntryTimestamp": logged["inclusionPromise"]["signedEntryTimestamp"],
                },
            }
        }

    def log_v2(self, entry: dict[str, Any]) -> dict[str, Any]:
        asked = entry["hashedRekordRequestV002"]
        verifier = asked["signature"]["verifier"]
        der = base64.b64decode(verifier["x509Certificate"]["rawBytes"])
        body = rekor.hashedrekord_v2(
            base64.b64decode(asked["digest"]),
            base64.b64decode(asked["signature"]["content"]),
            x509.load_der_x509_certificate(der),
        )
        logged = self.sigstore.log2.include(body, "hashedrekord", "0.0.2", None)
        return {**logged, "integratedTime": "0"}

    def timestamp(self, raw: bytes) -> bytes:
        return self.sigstore.tsa.answer(Request.parse(raw), dt.datetime.now(dt.UTC))


@contextlib.contextmanager
def serve(sigstore: VirtualSigstore) -> Iterator[Services]:
    """Run the services on a free port of the loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            services.requests.append(self.path)
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/api/v1/timestamp":
                self._answer(200, services.timestamp(raw), "application/timestamp-reply")
                return
            try:
                asked = json.loads(raw)
                if self.path == "/api/v2/signingCert":
                    answer = services.certify(asked, self.headers["Authorization"])
                elif self.path == "/api/v1/log/entries":
                    answer = services.log_v1(asked)
                elif self.path == "/api/v2/log/entries":
                    answer = services.log_v2(asked)
                else:
                    self._answer(404, b"{}", "application/json")
                    return
            except (KeyError, ValueError) as error:
                self._answer(400, dumps({"code": 400, "message": str(error)}), "application/json")
                return
            self._answer(201, dumps(answer), "application/json")

        def _answer(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    services = Services(sigstore, f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield services
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


__all__ = ["Services", "serve", "token", "b64"]

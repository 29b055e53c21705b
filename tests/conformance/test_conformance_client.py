"""The client speaks the protocol of the suite, and says why it refuses."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import client
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from virtual_sigstore import T0, VirtualSigstore, workflow

ARTIFACT = b"some artifact\n"
CLAIMS = workflow()
Run = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def sigstore() -> VirtualSigstore:
    return VirtualSigstore()


@pytest.fixture
def run(tmp_path: Path, sigstore: VirtualSigstore, capsys: pytest.CaptureFixture[str]) -> Run:
    """Verify a bundle as the suite would call the client; returns exit code and stderr."""

    def call(
        bundle: dict[str, Any],
        *,
        root: bytes | None = None,
        artifact: bytes = ARTIFACT,
        digest: bool = False,
        key: ec.EllipticCurvePrivateKey | None = None,
        name: str = CLAIMS.san,
        issuer: str = CLAIMS.issuer,
    ) -> tuple[int, str]:
        (tmp_path / "bundle.json").write_text(json.dumps(bundle), encoding="utf-8")
        (tmp_path / "root.json").write_bytes(root or sigstore.root_bytes())
        (tmp_path / "artifact").write_bytes(artifact)
        argv = ["verify-bundle", "--bundle", str(tmp_path / "bundle.json")]
        if key is None:
            argv += ["--certificate-identity", name, "--certificate-oidc-issuer", issuer]
        else:
            pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
            (tmp_path / "key.pub").write_bytes(pem)
            argv += ["--key", str(tmp_path / "key.pub")]
        argv += ["--trusted-root", str(tmp_path / "root.json")]
        what = f"sha256:{hashlib.sha256(artifact).hexdigest()}"
        code = client.main([*argv, what if digest else str(tmp_path / "artifact")])
        return code, capsys.readouterr().err

    return call


def said(artifact: bytes = ARTIFACT) -> dict[str, Any]:
    digest = hashlib.sha256(artifact).hexdigest()
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "artifact", "digest": {"sha256": digest}}],
        "predicateType": "https://example.org/any/v1",
        "predicate": {},
    }


@pytest.mark.parametrize("digest", [False, True])
@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("kind", ["blob", "dsse"])
def test_good_bundles(
    run: Run, sigstore: VirtualSigstore, kind: str, version: int, digest: bool
) -> None:
    if kind == "blob":
        bundle = sigstore.sign_blob(ARTIFACT, CLAIMS, version=version)
    else:
        bundle = sigstore.attest(said(), CLAIMS, version=version)
    assert run(bundle, digest=digest) == (0, "")
    code, why = run(bundle, artifact=b"other", digest=digest)
    assert code == 1
    assert why.startswith(("SIGNATURE_INVALID", "SUBJECT_DIGEST_DIFFERS"))


@pytest.mark.parametrize("digest", [False, True])
def test_keys(run: Run, sigstore: VirtualSigstore, digest: bool) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    bundle = sigstore.sign_blob_with_key(ARTIFACT, key)
    assert run(bundle, key=key, digest=digest) == (0, "")
    unlogged = json.loads(json.dumps(bundle))
    del unlogged["verificationMaterial"]["tlogEntries"]
    assert run(unlogged, key=key, digest=digest) == (0, "")
    other = ec.generate_private_key(ec.SECP256R1())
    assert run(bundle, key=other, digest=digest)[1].startswith("KEY_UNKNOWN")
    assert run(bundle, key=key, artifact=b"x", digest=digest)[1].startswith("SIGNATURE_INVALID")
    assert run(bundle)[1].startswith("TRUST_MODE_DENIED")
    keyless = sigstore.sign_blob(ARTIFACT, CLAIMS)
    assert run(keyless, key=key)[0] == 1
    foreign = sigstore.sign_blob_with_key(b"x", key)["verificationMaterial"]["tlogEntries"]
    bundle["verificationMaterial"]["tlogEntries"] = foreign
    assert run(bundle, key=key)[1].startswith("REKOR_ENTRY_FOREIGN")


def test_names_are_exact(run: Run, sigstore: VirtualSigstore) -> None:
    bundle = sigstore.sign_blob(ARTIFACT, CLAIMS)
    assert run(bundle, name=CLAIMS.san[:-1])[1].startswith("SIGNER_NAME_DENIED")
    assert run(bundle, issuer=CLAIMS.issuer + "/")[1].startswith("SIGNER_ISSUER_DENIED")


def test_windows_hold(run: Run, sigstore: VirtualSigstore) -> None:
    bundle = sigstore.sign_blob(ARTIFACT, CLAIMS)
    assert run(bundle, root=sigstore.root_bytes(ca=T0))[1].startswith("CA_RETIRED")


def test_the_production_root_is_the_default(
    tmp_path: Path, sigstore: VirtualSigstore, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bundle").write_text(json.dumps(sigstore.sign_blob(ARTIFACT, CLAIMS)))
    names = ["--certificate-identity", "x", "--certificate-oidc-issuer", "y"]
    for more in ([], ["--staging"]):
        argv = ["verify-bundle", *more, "--bundle", str(tmp_path / "bundle"), *names]
        assert client.main([*argv, "sha256:" + hashlib.sha256(ARTIFACT).hexdigest()]) == 1
        assert capsys.readouterr().err.startswith("REKOR_LOG_UNKNOWN")


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["verify-bundle"],
        ["verify-bundle", "--bundle", "b", "a"],
        ["verify-bundle", "--bundle", "b", "--certificate-identity", "x", "a"],
        ["sign-bundle", "--bundle", "b", "a"],
    ],
)
def test_wrong_calls(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        client.main(argv)
    assert caught.value.code == 2
    assert capsys.readouterr().err


def test_whatever_happens_is_a_refusal(
    run: Run, sigstore: VirtualSigstore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: Any, **__: Any) -> Any:
        raise TypeError("boom")

    monkeypatch.setattr(client.signature, "check", crash)
    assert run(sigstore.sign_blob(ARTIFACT, CLAIMS)) == (1, "TypeError: boom\n")


def test_it_runs_as_a_script(tmp_path: Path, sigstore: VirtualSigstore) -> None:
    (tmp_path / "bundle").write_text(json.dumps(sigstore.sign_blob(ARTIFACT, CLAIMS)))
    (tmp_path / "root").write_bytes(sigstore.root_bytes())
    (tmp_path / "a").write_bytes(ARTIFACT)
    names = ["--certificate-identity", CLAIMS.san, "--certificate-oidc-issuer", CLAIMS.issuer]
    argv = ["--bundle", "bundle", *names, "--trusted-root", "root", "a"]
    script = Path(client.__file__)
    done = subprocess.run(
        (sys.executable, str(script), "verify-bundle", *argv), cwd=tmp_path, check=False
    )
    assert done.returncode == 0

"""The trust policy is exact: patterns are a schema error, and roots are the reviewed files."""

from __future__ import annotations

import datetime as dt
import json
import urllib.parse
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from attest_bench import GOOD, NOW, Bench, person_signer, statement, workflow_signer
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from virtual_sigstore import T0
from virtual_sigstore.encoding import dumps

from kfm_gates.attest import Denied, VerifiedEvidence, load_policy, trust
from kfm_gates.attest.policy import parse_policy
from kfm_gates.attest.results import Refused


def refused(bench: Bench, document: dict[str, Any]) -> Refused:
    with pytest.raises(Refused) as caught:
        bench.policy(document)
    assert caught.value.code == "TRUST_POLICY_INVALID"
    return caught.value


EXACT = ("san", "issuer", "repository", "ref", "build_config")


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize(
    "value", ["https://github.com/kfm/*", "^https://x$", "https://(a|b)", "https://x/y?", "a b", ""]
)
def test_patterns_are_no_names(bench: Bench, name: str, value: str) -> None:
    refusal = refused(bench, bench.document(pipeline=workflow_signer(**{name: value})))
    assert refusal.pointer == f"/signers/pipeline/{name}"


@pytest.mark.parametrize("name", ["repository_id", "owner_id"])
@pytest.mark.parametrize("value", ["*", "0", "-1", "12a", 12, ""])
def test_ids_are_numbers_in_text(bench: Bench, name: str, value: Any) -> None:
    refused(bench, bench.document(pipeline=workflow_signer(**{name: value})))


@pytest.mark.parametrize("value", ["*@example.org", "example.org", "a@b@c", "a|b@example.org"])
def test_persons_are_addresses(bench: Bench, value: str) -> None:
    refused(bench, bench.document(steward=person_signer(san=value)))


@pytest.mark.parametrize(
    "missing", ["san", "issuer", "repository_id", "owner_id", "ref", "triggers", "max_age_hours"]
)
def test_nothing_is_left_open(bench: Bench, missing: str) -> None:
    signer = workflow_signer()
    del signer[missing]
    refused(bench, bench.document(pipeline=signer))


@pytest.mark.parametrize(
    "change",
    [
        {"trust": "anything"},
        {"trust": "public_key"},
        {"root": "unknown"},
        {"triggers": []},
        {"triggers": ["*"]},
        {"runner_environment": "any"},
        {"predicate_types": []},
        {"predicate_types": ["https://slsa.dev/*"]},
        {"max_age_hours": 0},
        {"san_regexp": "https://github.com/.*"},
        {"kind": "anybody"},
    ],
)
def test_what_is_not_known_is_refused(bench: Bench, change: dict[str, Any]) -> None:
    refused(bench, bench.document(pipeline=workflow_signer(**change)))


@pytest.mark.parametrize(
    "change",
    [
        {"file": "../trusted_root.json"},
        {"file": "/etc/passwd"},
        {"file": ".hidden"},
        {"sha256": "0" * 63},
        {"sha256": "A" * 64},
        {"max_age_days": 10_000},
        {"refreshed": "yesterday"},
    ],
)
def test_roots_are_pinned(bench: Bench, change: dict[str, Any]) -> None:
    document = bench.document()
    document["roots"]["virtual"].update(change)
    refused(bench, document)


def test_no_signers_are_no_policy(bench: Bench) -> None:
    document = bench.document()
    document["signers"] = {}
    refused(bench, document)


def public_pem() -> str:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def keyed(bench: Bench, **keys: dict[str, str]) -> dict[str, Any]:
    document = bench.document(
        stewards={"kind": "key", "keys": list(keys), "predicate_types": ["https://x.example/v1"]}
    )
    document["keys"] = {
        name: {"not_before": "2026-01-01T00:00:00Z", "not_after": "2026-12-31T00:00:00Z", **key}
        for name, key in keys.items()
    }
    return document


def test_one_key_has_one_name(bench: Bench) -> None:
    pem = public_pem()
    refusal = refused(bench, keyed(bench, one={"pem": pem}, two={"pem": pem}))
    assert "one and two" in refusal.message


def test_keys_have_to_be_keys(bench: Bench) -> None:
    broken = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"
    refused(bench, keyed(bench, one={"pem": broken}))
    odd = ec.generate_private_key(ec.SECP521R1()).public_key()
    pem = odd.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    refused(bench, keyed(bench, one={"pem": pem}))


def test_a_validity_has_a_length(bench: Bench) -> None:
    refused(bench, keyed(bench, one={"pem": public_pem(), "not_after": "2025-01-01T00:00:00Z"}))


def test_a_threshold_can_be_reached(bench: Bench) -> None:
    document = keyed(bench, one={"pem": public_pem()})
    document["signers"]["stewards"]["threshold"] = 2
    refused(bench, document)
    document["signers"]["stewards"]["keys"] = ["one", "unknown"]
    refused(bench, document)


@pytest.mark.parametrize("raw", [b"", b"- a", b"{", b"a: &x 1\nb: *x\n", b"\xff"])
def test_a_policy_is_strict_yaml(tmp_path: Path, raw: bytes) -> None:
    with pytest.raises(Refused) as caught:
        parse_policy(raw, tmp_path)
    assert caught.value.code == "TRUST_POLICY_INVALID"


def test_a_policy_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        load_policy(tmp_path / "trust.yaml")
    assert caught.value.code == "TRUST_POLICY_INVALID"


def test_a_policy_from_a_file(bench: Bench) -> None:
    path = bench.folder / "trust.yaml"
    path.write_text(json.dumps(bench.document()), encoding="utf-8")
    assert set(load_policy(path).signers) == {"pipeline", "steward"}


# --- roots ----------------------------------------------------------------------------------------


def parse(raw: bytes, **how: Any) -> trust.TrustRoot:
    import hashlib

    known: dict[str, Any] = {
        "sha256": hashlib.sha256(raw).hexdigest(),
        "refreshed": NOW - dt.timedelta(days=3),
        "max_age": dt.timedelta(days=30),
        "now": NOW,
    }
    return trust.parse(raw, **known | how)


def test_the_public_root_is_understood() -> None:
    """The one that Sigstore's client carries, read as a resource and not from any cache."""
    folder = urllib.parse.quote("https://tuf-repo-cdn.sigstore.dev", safe="")
    raw = resources.files("sigstore._store").joinpath(folder, "trusted_root.json").read_bytes()
    root = parse(raw)
    assert len(root.logs) == 2
    assert len(root.authorities) == 2
    assert any(a.window.end is not None for a in root.authorities)
    assert root.for_sigstore([NOW]).get_fulcio_certs()


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"sha256": "0" * 64}, "TRUST_ROOT_DIFFERS"),
        ({"max_age": dt.timedelta(days=2)}, "TRUST_ROOT_STALE"),
        ({"refreshed": NOW + dt.timedelta(hours=1)}, "TRUST_ROOT_STALE"),
    ],
)
def test_roots_that_are_not_believed(bench: Bench, how: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as caught:
        parse(bench.sigstore.root_bytes(), **how)
    assert caught.value.code == code


def test_the_age_may_be_the_oldest_allowed(bench: Bench) -> None:
    assert parse(bench.sigstore.root_bytes(), max_age=dt.timedelta(days=3))


def damaged(root: dict[str, Any], how: str) -> bytes:
    if how == "media":
        root["mediaType"] = "application/vnd.dev.sigstore.trustedroot.v9+json"
    elif how == "twice":
        root["tlogs"].append(root["tlogs"][0])
    elif how == "key":
        root["tlogs"][0]["publicKey"]["rawBytes"] = "AAAA"
    elif how == "certificate":
        root["certificateAuthorities"][0]["certChain"]["certificates"] = [{"rawBytes": "AAAA"}]
    elif how == "chain":
        root["certificateAuthorities"][0]["certChain"]["certificates"] = []
    elif how == "window":
        del root["certificateAuthorities"][0]["validFor"]
    elif how == "start":
        root["ctlogs"][0]["publicKey"]["validFor"] = {}
    elif how == "zone":
        root["ctlogs"][0]["publicKey"]["validFor"] = {"start": "2021-01-01T00:00:00"}
    elif how == "time":
        root["ctlogs"][0]["publicKey"]["validFor"] = {"start": "now"}
    return dumps(root)


@pytest.mark.parametrize(
    "how",
    ["media", "twice", "key", "certificate", "chain", "window", "start", "zone", "time"],
)
def test_damaged_roots(bench: Bench, how: str) -> None:
    with pytest.raises(Refused) as caught:
        parse(damaged(bench.sigstore.trusted_root(), how))
    assert caught.value.code == "TRUST_ROOT_UNREADABLE"


def test_a_root_ages_while_the_policy_is_in_use(bench: Bench) -> None:
    """It is read once; how old it is, is asked each time."""
    policy = bench.policy()
    assert policy.root("virtual", NOW)
    with pytest.raises(Refused) as caught:
        policy.root("virtual", NOW + dt.timedelta(days=60))
    assert caught.value.code == "TRUST_ROOT_STALE"


def test_the_users_cache_is_never_asked(bench: Bench, tmp_path: Path) -> None:
    answer = bench.verify(bench.sigstore.attest(statement(), GOOD))
    assert isinstance(answer, VerifiedEvidence)
    assert not (tmp_path / "home").exists()


def test_windows_hold_at_both_ends() -> None:
    window = trust.Window(T0, T0 + dt.timedelta(hours=1))
    assert window.holds([T0, T0 + dt.timedelta(hours=1)])
    assert not window.holds([T0, T0 + dt.timedelta(hours=1, seconds=1)])
    assert not window.holds([T0 - dt.timedelta(seconds=1)])
    assert trust.Window(T0, None).holds([T0 + dt.timedelta(days=9999)])


def test_of_two_roots_the_one_that_knows_the_authority_says_why(bench: Bench) -> None:
    from virtual_sigstore import VirtualSigstore

    other = VirtualSigstore()
    (bench.folder / "other.json").write_bytes(other.root_bytes())
    import hashlib

    document = bench.document(
        other=workflow_signer(root="other"), pipeline=workflow_signer(max_age_hours=1)
    )
    document["roots"]["other"] = document["roots"]["virtual"] | {
        "file": "other.json",
        "sha256": hashlib.sha256(other.root_bytes()).hexdigest(),
    }
    policy = bench.policy(document)
    answer = bench.verify(bench.sigstore.attest(statement(), GOOD), policy=policy)
    assert isinstance(answer, Denied)
    assert answer.code.id == "ATTESTATION_STALE"
    good = bench.verify(other.attest(statement(), GOOD), policy=policy)
    assert isinstance(good, VerifiedEvidence), good
    assert good.signer == "other"

"""Decisions: signed only of a PASS without limits, believed only where everything fits."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
from attest_bench import (
    CONTENT,
    GOOD,
    NOW,
    RUN_ID,
    SUBJECT,
    Bench,
    digest,
    provenance,
    run,
    statement,
    workflow_signer,
)
from virtual_sigstore import T0, workflow

from kfm_gates.attest import Denied, TrustPolicy, VerifiedEvidence, verify_summary, vsa
from kfm_gates.attest.provenance import Builder
from kfm_gates.attest.provenance import make as make_provenance
from kfm_gates.attest.results import Refused
from kfm_gates.attest.statement import PROVENANCE, SUMMARY
from kfm_gates.evidence import json_schema
from kfm_gates.model import Verdict

RESOURCE = "kfm://dataset/kansas_wells"
VERIFIER = "https://kfm-gates.dev/verifiers/lake"
PROMOTER = workflow("kfm/gates", workflow="promote.yml", ref="refs/tags/v1", caller="kfm/lake")

DIGESTS = vsa.PolicyDigests(
    profile=digest("profile"),
    bundle=digest("bundle"),
    house={"house": digest("house")},
    capabilities=digest("capabilities"),
    trust_policy=digest("trust"),
    trust_roots={"virtual": digest("root")},
    waivers={"W-1": digest("waiver")},
)
DECIDED = vsa.Decided(
    verdict=Verdict.PASS,
    promotable=True,
    limits=(),
    policy=DIGESTS,
    policy_uri="https://kfm-gates.dev/profiles/promotion",
    evidence=(digest("two"), digest("one"), digest("one")),
)
WANTED = vsa.Wanted(
    content=CONTENT,
    resource_uri=RESOURCE,
    verifiers=frozenset({("promoter", VERIFIER)}),
    policies=frozenset({DIGESTS.sha256()}),
    max_age=dt.timedelta(days=30),
)


def make(decided: vsa.Decided = DECIDED, **how: Any) -> dict[str, Any]:
    known: dict[str, Any] = {
        "resource_uri": RESOURCE,
        "verifier_id": VERIFIER,
        "verifier_version": {"kfm-gates": "0.1.0"},
        "now": T0,
    }
    return vsa.make(decided, run(), **known | how)


@pytest.fixture
def policy(bench: Bench) -> TrustPolicy:
    promoter = workflow_signer(PROMOTER, predicate_types=[SUMMARY], max_age_hours=720)
    builder = workflow_signer(predicate_types=[SUMMARY, PROVENANCE])
    return bench.policy(bench.document(promoter=promoter, pipeline=builder))


def answer(
    bench: Bench,
    policy: TrustPolicy,
    said: dict[str, Any],
    wanted: vsa.Wanted = WANTED,
    claims: Any = PROMOTER,
    now: dt.datetime = NOW,
) -> VerifiedEvidence | Denied:
    import json

    raw = json.dumps(bench.sigstore.attest(said, claims)).encode()
    return verify_summary(raw, policy, wanted, now=now)


def code_of(answer: VerifiedEvidence | Denied) -> str:
    assert isinstance(answer, Denied), answer
    return answer.code.id


# --- making ---------------------------------------------------------------------------------------


def test_a_statement_of_a_pass() -> None:
    said = make()
    predicate = said["predicate"]
    assert json_schema.validate("vsa", predicate) == []
    assert said["subject"] == [{"name": RESOURCE, "digest": {"sha256": CONTENT}}]
    assert predicate["verificationResult"] == "PASSED"
    assert predicate["verifiedLevels"] == ["KFM_PROMOTION_V1"]
    assert predicate["policy"]["digest"]["sha256"] == DIGESTS.sha256()
    assert predicate[vsa.RECEIPT] == {"run_id": RUN_ID, "subject": SUBJECT}
    used = [one["digest"]["sha256"] for one in predicate["inputAttestations"]]
    assert used == sorted({digest("one"), digest("two")})


def test_without_attestations_none_are_listed() -> None:
    bare = dataclasses.replace(DECIDED, evidence=())
    assert "inputAttestations" not in make(bare)["predicate"]


@pytest.mark.parametrize(
    "change",
    [
        {"verdict": Verdict.FAIL},
        {"verdict": Verdict.ERROR},
        {"verdict": "PASS "},
        {"promotable": False},
        {"promotable": 1},
        {"limits": ("worktree",)},
    ],
)
def test_nothing_else_is_signed(change: dict[str, Any]) -> None:
    """FO-35: an OR, a default or a soft failure never becomes PASSED."""
    with pytest.raises(Refused) as caught:
        make(dataclasses.replace(DECIDED, **change))
    assert caught.value.code == "VSA_NOT_A_PASS"


def test_what_was_handed_over_as_a_report_is_no_decision() -> None:
    """FO-49: there is no way in for a document; the verdict has to be one of this process."""
    forged: Any = {"verdict": "PASS", "promotable": True, "limits": []}
    with pytest.raises(AttributeError):
        make(forged)


PARTS: list[dict[str, Any]] = [
    {"profile": digest("x")},
    {"bundle": digest("x")},
    {"house": {}},
    {"house": {"house": digest("x")}},
    {"house": {"other": digest("house")}},
    {"capabilities": digest("x")},
    {"trust_policy": None},
    {"trust_roots": {}},
    {"waivers": {}},
]


@pytest.mark.parametrize("change", PARTS)
def test_whatever_decides_is_in_the_digest(change: dict[str, Any]) -> None:
    assert dataclasses.replace(DIGESTS, **change).sha256() != DIGESTS.sha256()


def test_parts_of_the_policy_do_not_change_places() -> None:
    swapped = dataclasses.replace(DIGESTS, house=DIGESTS.waivers, waivers=DIGESTS.house)
    assert swapped.sha256() != DIGESTS.sha256()
    with pytest.raises(ValueError, match="digits"):
        dataclasses.replace(DIGESTS, profile="short").sha256()


# --- checking -------------------------------------------------------------------------------------


def test_a_decision_is_believed(bench: Bench, policy: TrustPolicy) -> None:
    found = answer(bench, policy, make())
    assert isinstance(found, VerifiedEvidence), found
    assert found.signer == "promoter"


def test_it_is_believed_as_often_as_it_is_served(bench: Bench, policy: TrustPolicy) -> None:
    import json

    raw = json.dumps(bench.sigstore.attest(make(), PROMOTER)).encode()
    for _ in range(3):
        assert isinstance(verify_summary(raw, policy, WANTED, now=NOW), VerifiedEvidence)


def test_who_builds_does_not_decide(bench: Bench, policy: TrustPolicy) -> None:
    """A VSA signed by the build identity: it may sign summaries here, and still is no promoter."""
    assert code_of(answer(bench, policy, make(), claims=GOOD)) == "VSA_VERIFIER_DENIED"


def predicate(**changes: Any) -> dict[str, Any]:
    said = make()
    for path, value in changes.items():
        target = said["predicate"]
        *parents, last = path.split("__")
        for name in parents:
            target = target[name]
        if value is None:
            del target[last]
        else:
            target[last] = value
    return said


OTHER = [{"name": "x", "digest": {"sha256": digest("x")}}]
SVR = "https://in-toto.io/attestation/svr/v0.2"
BAD: list[tuple[dict[str, Any], str]] = [
    (predicate(verifier__id="https://kfm-gates.dev/verifiers/other"), "VSA_VERIFIER_DENIED"),
    (predicate(resourceUri="kfm://dataset/other"), "VSA_RESOURCE_DIFFERS"),
    (predicate(verificationResult="FAILED"), "VSA_FAILED"),
    (predicate(verificationResult="passed"), "VSA_FAILED"),
    (predicate(verifiedLevels=["KFM_OTHER"]), "VSA_LEVEL_MISSING"),
    (predicate(verifiedLevels=["FAILED", "KFM_PROMOTION_V1"]), "VSA_LEVEL_MISSING"),
    (predicate(verifiedLevels=[]), "VSA_INVALID"),
    (predicate(policy__digest={"sha256": digest("withdrawn")}), "VSA_POLICY_DENIED"),
    (predicate(policy__digest=None), "VSA_INVALID"),
    (predicate(policy__digest={"sha1": "a" * 40}), "VSA_INVALID"),
    (predicate(timeVerified=None), "VSA_INVALID"),
    (predicate(timeVerified="2025-01-01T00:00:00Z"), "VSA_STALE"),
    (predicate(timeVerified="2027-01-01T00:00:00Z"), "VSA_STALE"),
    (predicate(more="x"), "VSA_INVALID"),
    (
        make() | {"subject": [{"name": "x", "digest": {"sha256": digest("x")}}]},
        "VSA_SUBJECT_DIFFERS",
    ),
    (make() | {"subject": make()["subject"] * 2}, "SUBJECT_NAME_REPEATED"),
    (
        make() | {"subject": [*make()["subject"], *OTHER]},
        "VSA_SUBJECT_DIFFERS",
    ),
    (
        make() | {"predicateType": "https://in-toto.io/attestation/svr/v0.2"},
        "PREDICATE_TYPE_DENIED",
    ),
    (make() | {"predicateType": PROVENANCE}, "PREDICATE_TYPE_DENIED"),
]


@pytest.mark.parametrize(("said", "code"), BAD)
def test_what_differs_is_denied(
    bench: Bench, policy: TrustPolicy, said: dict[str, Any], code: str
) -> None:
    assert code_of(answer(bench, policy, said)) == code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"content": digest("x")}, "VSA_SUBJECT_DIFFERS"),
        ({"resource_uri": "kfm://dataset/other"}, "VSA_RESOURCE_DIFFERS"),
        ({"verifiers": frozenset()}, "VSA_VERIFIER_DENIED"),
        ({"policies": frozenset()}, "VSA_POLICY_DENIED"),
        ({"level": "KFM_PROMOTION_V2"}, "VSA_LEVEL_MISSING"),
        ({"max_age": dt.timedelta(hours=1)}, "VSA_STALE"),
    ],
)
def test_what_is_asked_decides(
    bench: Bench, policy: TrustPolicy, change: dict[str, Any], code: str
) -> None:
    """FO-37: the policy that is accepted today counts, not the one of the decision."""
    wanted = dataclasses.replace(WANTED, **change)
    assert code_of(answer(bench, policy, make(), wanted)) == code


def test_a_decision_does_not_date_itself_younger(bench: Bench, policy: TrustPolicy) -> None:
    late = T0 + dt.timedelta(days=12)
    said = make(now=late)
    wanted = dataclasses.replace(WANTED, max_age=dt.timedelta(days=7))
    assert code_of(answer(bench, policy, said, wanted, now=late)) == "VSA_STALE"


def test_a_run_attestation_is_no_decision(bench: Bench, policy: TrustPolicy) -> None:
    assert code_of(answer(bench, policy, statement(), claims=GOOD)) == "PREDICATE_TYPE_DENIED"


def test_a_crash_denies(bench: Bench, policy: TrustPolicy, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: Any) -> None:
        raise KeyError("boom")

    monkeypatch.setattr(vsa, "check", crash)
    assert code_of(answer(bench, policy, make())) == "VERIFIER_CRASHED"


# --- provenance -----------------------------------------------------------------------------------

RECORD = {
    "run_id": RUN_ID,
    "dataset_family": "kansas_wells",
    "pipeline_id": "wells",
    "started_at": "2026-02-18T11:00:00Z",
    "ended_at": "2026-02-18T11:30:00Z",
}
MANIFEST = {
    "run_id": RUN_ID,
    "spec_hash": f"sha256:{digest('spec')}",
    "params": {"cells": 3},
    "inputs": [
        {"path": "data/raw/wells.csv", "digest": f"sha256:{digest('raw')}", "role": "source"},
        {"uri": "https://example.org/x", "digest": f"sha256:{digest('x')}", "role": "source"},
    ],
}
BUILDER = Builder(
    id=GOOD.san,
    invocation=GOOD.extensions[21],
    source=GOOD.extensions[12],
    ref=GOOD.extensions[14],
)


def test_provenance_from_receipts_is_verified(bench: Bench) -> None:
    said = make_provenance(run(), RECORD, MANIFEST, BUILDER)
    found = bench.verify(bench.sigstore.attest(said, GOOD))
    assert isinstance(found, VerifiedEvidence), found
    build = found.predicate["buildDefinition"]
    assert build["externalParameters"]["run_id"] == RUN_ID
    assert [one["uri"] for one in build["resolvedDependencies"]] == [
        "git+https://github.com/kfm/lake@refs/heads/main",
        "kfm://lake/data/raw/wells.csv",
        "https://example.org/x",
    ]
    assert {one.sha256 for one in found.subjects} == {CONTENT, SUBJECT}


def test_provenance_cannot_name_another_builder(bench: Bench) -> None:
    for change in ({"id": "https://github.com/x"}, {"invocation": "https://github.com/x/1"}):
        said = make_provenance(run(), RECORD, MANIFEST, dataclasses.replace(BUILDER, **change))
        found = bench.verify(bench.sigstore.attest(said, GOOD))
        assert code_of(found) == "PREDICATE_CONTRADICTS_CERTIFICATE"


def test_githubs_older_builder_name_is_known(bench: Bench) -> None:
    said = provenance()
    said["runDetails"]["builder"]["id"] = "https://github.com/actions/runner/github-hosted"
    found = bench.verify(bench.sigstore.attest(statement(predicate=said), GOOD))
    assert isinstance(found, VerifiedEvidence), found
    said["runDetails"]["builder"]["id"] = "https://github.com/actions/runner/self-hosted"
    found = bench.verify(bench.sigstore.attest(statement(predicate=said), GOOD))
    assert code_of(found) == "PREDICATE_CONTRADICTS_CERTIFICATE"


def test_provenance_outside_ci() -> None:
    said = make_provenance(run(commit=None), RECORD, MANIFEST, Builder(id="kfm://key/steward"))
    details = said["predicate"]["runDetails"]
    assert "invocationId" not in details["metadata"]
    dependencies = said["predicate"]["buildDefinition"]["resolvedDependencies"]
    assert len(dependencies) == len(MANIFEST["inputs"])


@pytest.mark.parametrize("name", ["record", "manifest"])
def test_receipts_of_another_run_are_refused(name: str) -> None:
    other = {"run_id": RUN_ID[:-1] + "C"}
    record = RECORD | (other if name == "record" else {})
    manifest = MANIFEST | (other if name == "manifest" else {})
    with pytest.raises(ValueError, match="another run"):
        make_provenance(run(), record, manifest, BUILDER)

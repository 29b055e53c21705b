"""Age, commit and run, asked directly: what a policy file cannot even say is denied as well."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
from attest_bench import GOOD, NOW, OUTPUTS, Bench, provenance, run, statement, workflow_signer
from virtual_sigstore import T0

from kfm_gates.attest import Denied, SignedTime, TrustMode, VerifiedEvidence, bind
from kfm_gates.attest.identity import Signer
from kfm_gates.attest.results import Refused, TimeSource
from kfm_gates.attest.statement import TEST_RESULT

SIGNED = [SignedTime(TimeSource.LOG, T0)]
WORKFLOW = Signer(
    name="w",
    kind="workflow",
    trust=TrustMode.KEYLESS,
    predicate_types=frozenset({TEST_RESULT}),
    max_age_hours=24,
)
KEY = dataclasses.replace(WORKFLOW, kind="key", trust=TrustMode.PUBLIC_KEY, max_age_hours=None)


def test_a_key_needs_no_time() -> None:
    bind.check_age([], KEY, NOW)
    bind.check_age(SIGNED, KEY, NOW)
    bind.check_age(SIGNED, KEY, NOW + dt.timedelta(days=999))
    bind.check_age(SIGNED, WORKFLOW, NOW)


@pytest.mark.parametrize(
    ("times", "signer"),
    [
        ([], WORKFLOW),
        (SIGNED, dataclasses.replace(WORKFLOW, max_age_hours=None)),
        ([], dataclasses.replace(WORKFLOW, max_age_hours=None)),
        ([], dataclasses.replace(KEY, max_age_hours=24)),
        (SIGNED, dataclasses.replace(KEY, max_age_hours=1)),
        ([SignedTime(TimeSource.LOG, T0 - dt.timedelta(days=2)), *SIGNED], WORKFLOW),
    ],
)
def test_an_age_that_is_not_proved_is_too_old(times: Any, signer: Signer) -> None:
    with pytest.raises(Refused) as caught:
        bind.check_age(times, signer, NOW)
    assert caught.value.code == "ATTESTATION_STALE"


def test_every_time_counts_for_the_future() -> None:
    times = [*SIGNED, SignedTime(TimeSource.TSA, NOW + dt.timedelta(minutes=6))]
    for signer in (WORKFLOW, KEY):
        with pytest.raises(Refused) as caught:
            bind.check_age(times, signer, NOW)
        assert caught.value.code == "ATTESTATION_FROM_FUTURE"


def answer(bench: Bench, expected: Any, claims: Any = GOOD, **said: Any) -> Any:
    return bench.verify(bench.sigstore.attest(statement(**said), claims), expected)


@pytest.mark.parametrize(
    ("stated", "known"),
    [
        (None, None),
        (None, GOOD.extensions[13]),
        (GOOD.extensions[13], None),
        (GOOD.extensions[13][:12], GOOD.extensions[13][:12]),
        (GOOD.extensions[13].upper(), GOOD.extensions[13].upper()),
    ],
)
def test_commits_are_full_and_there(bench: Bench, stated: Any, known: Any) -> None:
    found = answer(
        bench,
        run(commit=known),
        GOOD.but(_13=stated),
        predicate_type=TEST_RESULT,
        predicate={"result": "PASSED"},
    )
    assert isinstance(found, Denied)
    assert found.code.id == "ATTESTATION_COMMIT_DIFFERS"


def test_a_commit_may_be_sha256(bench: Bench) -> None:
    commit = "ab" * 32
    claims = GOOD.but(_13=commit)
    found = answer(bench, run(commit=commit), claims, predicate=provenance(claims))
    assert isinstance(found, VerifiedEvidence), found


def test_a_test_result_of_a_workflow_passes(bench: Bench) -> None:
    found = answer(bench, run(), predicate_type=TEST_RESULT, predicate={"result": "PASSED"})
    assert isinstance(found, VerifiedEvidence), found
    assert {one.sha256 for one in found.subjects} == set(OUTPUTS.values())


def test_provenance_may_leave_out_what_it_need_not_say(bench: Bench) -> None:
    said = provenance()
    del said["runDetails"]["metadata"]
    said["buildDefinition"]["resolvedDependencies"] += [
        {"digest": {"gitCommit": "0" * 40}},
        {"uri": 7},
        {"uri": "git+https://github.com/kfm/other@refs/heads/main"},
        "odd",
    ]
    assert isinstance(answer(bench, run(), predicate=said), VerifiedEvidence)
    said["buildDefinition"]["resolvedDependencies"] = "odd"
    assert isinstance(answer(bench, run(), predicate=said), VerifiedEvidence)
    said["buildDefinition"] = "odd"
    assert isinstance(answer(bench, run(), predicate=said), VerifiedEvidence)


def test_the_source_without_a_ref_is_the_source(bench: Bench) -> None:
    said = provenance()
    source = said["buildDefinition"]["resolvedDependencies"][0]
    source["uri"] = source["uri"].partition("@")[0]
    assert isinstance(answer(bench, run(), predicate=said), VerifiedEvidence)
    del source["digest"]
    found = answer(bench, run(), predicate=said)
    assert isinstance(found, Denied)
    assert found.code.id == "PREDICATE_CONTRADICTS_CERTIFICATE"


def test_the_ci_run_binds_and_is_compared(bench: Bench) -> None:
    free = provenance()
    del free["buildDefinition"]["externalParameters"]
    assert isinstance(answer(bench, run(), predicate=free), VerifiedEvidence)
    silent = GOOD.but(_21=None)
    found = answer(bench, run(), silent, predicate_type=TEST_RESULT, predicate={})
    assert isinstance(found, Denied)
    assert found.code.id == "ATTESTATION_RUN_DIFFERS"
    assert workflow_signer()["san"] == GOOD.san

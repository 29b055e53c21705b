"""The cases of the W3C for PROV-CONSTRAINTS, in both notations in which they are at hand.

The names of the files are no verdicts: `usage-fail5` is valid. The verdicts are those of the names
under which the W3C published the cases (`unification-generation-f3-FAIL-c23`); a case that has no
published name is not in this table, and a file that is not in it is a failure.
"""

from __future__ import annotations

import pytest
from prov_tools import CORPUS, WHY, judged, reading

CASES = CORPUS / "w3c-constraints"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason=WHY)

FAIL = {
    "activity-end-fail1": "c29",
    "activity-start-fail1": "c28",
    "association-fail1": "c23",
    "association-fail6": "DM",
    "attribution-fail1": "DM",
    "delegation-fail3": "c23",
    "derivation2": "c42",
    "end-fail2": "c23",
    "end-fail3": "c23",
    "end-fail4": "c27",
    "end-fail5": "c23",
    "generation-fail3": "c23",
    "influence-fail1": "DM",
    "invalidation-fail3": "c23",
    "invalidation-fail4": "c23",
    "specialization-fail4": "c52",
    "start-fail1": "c23",
    "start-fail4": "c26",
    "start-fail7": "c23",
    "type-fail3": "c54",
    "type-fail4": "c53",
}
"""Invalid cases, and what their published names say is violated; `DM`: no PROV-DM at all."""

PASS = {
    "activity-end-success1": "c29",
    "activity-success1": "c22",
    "activity-success2": "c22",
    "activity-success3": "c22",
    "activity-success4": "c22",
    "activity2": "c33",
    "association-success1": "c23",
    "association-success3": "c23",
    "association-success4": "c23",
    "association1": "c47",
    "attributes-activity-success1": "c22",
    "attributes-end-success1": "c23",
    "attributes-end-success2": "c23",
    "attributes-entity-success1": "c22",
    "attribution-success1": "c23",
    "attribution-success2": "c23",
    "attribution1": "c48",
    "communication-success1": "c23",
    "communication-success3": "c23",
    "delegation-success1": "c23",
    "delegation-success2": "c23",
    "delegation1": "c49",
    "delegation2": "c49",
    "derivation-success1": "c23",
    "derivation-success5": "c23",
    "derivation1": "c42",
    "end-success2": "c27",
    "end-success3": "c27",
    "end-success4": "c27",
    "end-success5": "c23-c27",
    "entity1": "c36-c37-c38",
    "entity3": "c39",
    "entity4": "c40",
    "generation-success2": "c23",
    "generation-success3": "c24",
    "influence-success1": "c23",
    "invalidation-success2": "c23",
    "invalidation-success5": "c23",
    "invalidation-success8": "c23-c25",
    "specialization1": "c45",
    "specialization2": "c46",
    "specialization3": "c42-c45",
    "start-success1": "c26",
    "start-success2": "c26",
    "start-success6": "c23-c26",
    "start-success7": "c23-c26",
    "start-success8": "c23-c26",
    "start-success9": "c23-c26",
    "usage-fail5": "c23",
    "usage-fail6": "c23",
    "usage-success6": "c23",
    "usage-success8": "c23",
}
OTHER_NUMBER = {"start-fail7": 26}
"""Two starts of one activity by one starter are one start first (26), and differ then (23)."""


def test_every_case_has_its_verdict() -> None:
    assert not FAIL.keys() & PASS.keys()
    for suffix in ("provn", "xml"):
        assert {path.stem for path in CASES.glob(f"*.{suffix}")} == FAIL.keys() | PASS.keys()
    assert (len(FAIL), len(PASS)) == (21, 52)


@pytest.mark.parametrize("suffix", ["provn", "xml"])
@pytest.mark.parametrize("name", sorted(PASS))
def test_a_valid_case(name: str, suffix: str) -> None:
    found = reading((CASES / f"{name}.{suffix}").read_bytes(), _form(suffix))
    assert not found.problems
    assert not judged(found)


@pytest.mark.parametrize("suffix", ["provn", "xml"])
@pytest.mark.parametrize("name", sorted(FAIL))
def test_an_invalid_case(name: str, suffix: str) -> None:
    found = reading((CASES / f"{name}.{suffix}").read_bytes(), _form(suffix))
    violated = judged(found)
    if FAIL[name] == "DM":
        assert [problem.code.id for problem in found.problems] == ["PROV_ARGUMENT_MISSING"]
        assert not violated
        return
    number = OTHER_NUMBER.get(name, int(FAIL[name][1:]))
    # Two events that contradict each other may also contradict their activity (28, 29).
    assert {violation.constraint for violation in violated} - {28, 29} in ({number}, set())
    assert number == violated[0].constraint
    assert f"Constraint {number} (" in violated[0].message


def _form(suffix: str) -> str:
    return "prov-n" if suffix == "provn" else "prov-xml"

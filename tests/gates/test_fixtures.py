"""Fixture runs of all gates: `tests/gates/<gate>/{pass,fail,broken}/<case>/case.json`.

Collected automatically. A case says how the good run is changed and what the gate then answers:
`pass` passes, `fail` fails, `broken` is an error, because there is nothing to decide on.
"""

from __future__ import annotations

from pathlib import Path

import goodrun
import pytest

from kfm_gates.codes import HOST_CODES
from kfm_gates.gates import all_gates
from kfm_gates.model import CheckStatus, GateStatus

HERE = Path(__file__).parent
OUTCOMES = {"pass": "pass", "fail": "fail", "broken": "error"}
# Statuses that a case may name itself, beside the one of its folder.
OTHERS = {"pass": {"pass", "not_applicable"}, "fail": {"fail", "unproven"}, "broken": {"error"}}
EXPECT = {"status", "codes", "checks", "facts", "absent_facts", "where"}

# Shown by a test of its own, because a fixture run always lies where it should.
ELSEWHERE = {"RUN_MISPLACED"}

CASES = sorted(
    folder
    for outcome in OUTCOMES
    for folder in HERE.glob(f"*/{outcome}/*")
    if not folder.name.startswith(("_", "."))
)


def name_of(folder: Path) -> str:
    return folder.relative_to(HERE).as_posix()


@pytest.mark.parametrize("folder", CASES, ids=name_of)
def test_case(folder: Path, tmp_path: Path) -> None:
    gate = all_gates()[folder.parts[-3]]
    outcome = folder.parts[-2]
    case = goodrun.Case.load(folder / "case.json")
    assert set(case.expect) <= EXPECT
    run = goodrun.write(tmp_path, case, goodrun.catalogs_of(gate.id))
    result = gate.run(goodrun.context(run, tmp_path, case))

    wanted = case.expect.get("status", OUTCOMES[outcome])
    assert wanted in OTHERS[outcome]
    told = [(f.code, f.check, f.message) for f in result.findings]
    assert result.status == wanted, (result.error, told)
    assert sorted({f.code for f in result.findings}) == sorted(case.expect.get("codes", [])), told
    statuses = {check.id: str(check.status) for check in result.checks}
    assert case.expect.get("checks", {}).items() <= statuses.items()
    for key, value in case.expect.get("facts", {}).items():
        assert result.facts.get(key) == value, key
    places = [
        {"code": f.code, "file": f.where.file, "pointer": f.where.pointer, "line": f.where.line}
        for f in result.findings
    ]
    for place in case.expect.get("where", []):
        assert any(place.items() <= found.items() for found in places), places
    for key in case.expect.get("absent_facts", []):
        assert key not in result.facts
    if result.status is GateStatus.PASS:
        assert result.examined >= 1
    if result.status is GateStatus.ERROR:
        assert result.error
        assert not result.facts
    for check in result.checks:
        if check.status is CheckStatus.FAILED and result.status is GateStatus.FAIL:
            assert result.findings


@pytest.mark.parametrize(
    "gate", [g for g in all_gates().values() if not g.host], ids=lambda g: g.id
)
def test_every_gate_passes_the_good_run(gate: object, tmp_path: Path) -> None:
    from kfm_gates.gates import Gate

    assert isinstance(gate, Gate)
    run = goodrun.write(tmp_path, catalogs=goodrun.catalogs_of(gate.id))
    result = gate.run(goodrun.context(run, tmp_path))
    assert result.status is GateStatus.PASS, (result.error, result.findings)


def test_the_collection_is_complete() -> None:
    """A folder that nobody reads would be a case that silently does not exist."""
    for folder in HERE.iterdir():
        if not folder.is_dir() or folder.name.startswith(("_", ".")):
            continue
        assert folder.name in all_gates()
        assert {f.name for f in folder.iterdir()} <= OUTCOMES.keys(), folder
        for outcome in folder.iterdir():
            for case in outcome.iterdir():
                assert (case / "case.json").is_file(), case
                assert {f.name for f in case.iterdir()} <= {"case.json", "README.md"}, case


@pytest.mark.parametrize("id_", [id_ for id_, gate in all_gates().items() if not gate.host])
def test_every_code_has_a_case(id_: str) -> None:
    """Each code that a gate declares is shown by a fixture, so that none of them is dead."""
    shown = {
        code
        for folder in CASES
        if folder.parts[-3] == id_
        for code in goodrun.Case.load(folder / "case.json").expect.get("codes", [])
    }
    host = {code.id for code in HOST_CODES}
    declared = {code.id for check in all_gates()[id_].checks for code in check.codes}
    assert declared - host <= shown | ELSEWHERE, sorted(declared - host - shown)


def test_the_subject_is_stated_only_of_what_was_sealed(tmp_path: Path) -> None:
    """Reports and waivers are bound to it, so a seal that does not hold has none."""
    gate = all_gates()["integrity"]
    good = gate.run(goodrun.context(goodrun.write(tmp_path), tmp_path))
    assert {"subject", "content"} <= good.facts.keys()
    case = goodrun.Case(files={"logs/console.txt": "changed"}, seal="old")
    bad = gate.run(goodrun.context(goodrun.write(tmp_path / "b", case), tmp_path / "b", case))
    assert "subject" not in bad.facts

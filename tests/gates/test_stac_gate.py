"""The gate stac as a whole: what cases cannot show."""

from __future__ import annotations

import sys
from pathlib import Path

import good_stac
import goodrun
import pytest

from kfm_gates.catalogs import survey
from kfm_gates.catalogs.stac import crowd, geometry, workers
from kfm_gates.gates import all_gates
from kfm_gates.model import CheckStatus, GateStatus

STAC = all_gates()["stac"]


def test_many_documents_are_looked_at_by_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey, "MANY", 2)
    monkeypatch.setattr(crowd, "_processors", lambda: 2)
    monkeypatch.setattr(crowd, "one_by_one", lambda *_: pytest.fail("no worker was started"))
    context = goodrun.context(goodrun.write(tmp_path, catalogs=("stac",)), tmp_path)
    result = STAC.run(context)
    assert result.status is GateStatus.PASS, (result.error, result.findings)
    assert result.facts["items"] == 1
    # What the workers hashed is what the seal says.
    assert all_gates()["integrity"].run(context).status is GateStatus.PASS
    assert context.run.changed() == []


def test_a_worker_that_fails_is_an_error_of_the_gate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey, "MANY", 2)
    monkeypatch.setattr(crowd, "_processors", lambda: 2)
    boot = "import sys; print('\"ready\"', flush=True); sys.stdin.readline()"
    monkeypatch.setattr(workers, "_BOOT", boot)
    result = STAC.run(goodrun.context(goodrun.write(tmp_path, catalogs=("stac",)), tmp_path))
    assert result.status is GateStatus.ERROR
    assert [finding.code for finding in result.findings] == ["WORKER_FAILED"]
    assert not result.facts


def test_without_receipts_the_gate_does_not_pass_many_documents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey, "MANY", 2)
    case = goodrun.Case(remove=("run_manifest.json",), seal="old")
    run = goodrun.write(tmp_path, case, ("stac",))
    result = STAC.run(goodrun.context(run, tmp_path, case))
    assert result.status is GateStatus.FAIL
    assert {finding.code for finding in result.findings} == {"RECEIPT_MISSING"}


def test_a_missing_extra_is_an_error_that_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(geometry.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setitem(sys.modules, "shapely", None)
    item = good_stac.item()
    west, south, east, north = goodrun.BBOX
    lower = [[west + (east - west) * n / 20, south + n % 2 / 10] for n in range(21)]
    ring = [*lower, [east, north], [west, north], lower[0]]
    item["geometry"]["coordinates"] = [ring]
    case = goodrun.Case(files={good_stac.ITEM: item})
    run = goodrun.write(tmp_path, case, ("stac",))
    result = STAC.run(goodrun.context(run, tmp_path, case))
    assert result.status is GateStatus.ERROR
    assert "pip install 'kfm-gates[geo]'" in (result.error or "")
    (finding,) = result.findings
    assert finding.code == "EXTRA_MISSING"


def test_every_check_is_answered_once(tmp_path: Path) -> None:
    result = STAC.run(goodrun.context(goodrun.write(tmp_path, catalogs=("stac",)), tmp_path))
    assert [check.id for check in result.checks] == [check.id for check in STAC.checks]
    assert {check.status for check in result.checks} == {CheckStatus.PROVED}
    assert all(check.conditional for check in STAC.checks)

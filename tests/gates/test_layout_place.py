"""A run that does not lie at <runs>/<dataset_family>/<run_id> of the lake root."""

from __future__ import annotations

from pathlib import Path

import goodrun

from kfm_gates.gates.layout import GATE
from kfm_gates.model import GateStatus


def test_a_run_elsewhere_is_misplaced(tmp_path: Path) -> None:
    """With another root the family and run id of the path are not those of the layout."""
    run = goodrun.write(tmp_path)
    result = GATE.run(goodrun.context(run, tmp_path / "data"))
    assert result.status is GateStatus.FAIL
    assert "RUN_MISPLACED" in {finding.code for finding in result.findings}
    assert "zone" not in result.facts

"""A check that examined nothing says which one it is: several of a gate can be empty at once."""

from __future__ import annotations

from typing import Any, cast

from kfm_gates.gates._api import Answers, Context, Gate
from kfm_gates.model import Check, GateStatus


def test_the_finding_names_gate_and_check() -> None:
    def examine(context: Context, answers: Answers) -> None:
        answers.settle("thresholds", 0)
        answers.settle("names", 0)

    gate = Gate(
        id="demo",
        title="Demo",
        checks=(
            Check("thresholds", "every check has a threshold", ()),
            Check("names", "every name is used", ()),
        ),
        examine=examine,
    )
    result = gate.run(cast("Any", None))
    assert result.status is GateStatus.FAIL
    assert [one.message for one in result.findings] == [
        "The gate demo had nothing to examine for: every check has a threshold.",
        "The gate demo had nothing to examine for: every name is used.",
    ]

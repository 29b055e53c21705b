from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kfm_gates.errors import RecorderError
from kfm_gates.gates.receipts import missed_threshold, recompute
from kfm_gates.record.checks import STATUSES, make_check, number, overall_status


@pytest.mark.parametrize(
    ("observed", "threshold", "status"),
    [
        (105, {"equals": 105}, "pass"),
        (105.0, {"equals": 105}, "pass"),
        (104, {"equals": 105}, "fail"),
        ("a", {"equals": "a"}, "pass"),
        (True, {"equals": True}, "pass"),
        (True, {"equals": 1}, "fail"),
        (0.5, {"min": 0.5, "max": 0.5}, "pass"),
        (0.4, {"min": 0.5}, "fail"),
        (0.6, {"max": 0.5}, "fail"),
        ("0.6", {"max": 1}, "fail"),
        (True, {"min": 0}, "fail"),
        (5, {"min": 1, "equals": 4}, "fail"),
    ],
)
def test_the_status_follows_from_the_numbers(
    observed: Any, threshold: dict[str, Any], status: str
) -> None:
    entry = make_check("x", observed=observed, threshold=threshold)
    assert entry == {
        "name": "x",
        "status": status,
        "observed": observed,
        "threshold": threshold,
    }


@pytest.mark.parametrize(
    ("status", "observed"),
    [
        ("pass", 2),
        ("warn", 2),
        ("not_applicable", 2),
        ("skip", 2),
        ("fail", 1),
        ("error", 1),
        ("skip", 1),
        ("not_applicable", 1),
    ],
)
def test_a_status_that_contradicts_the_numbers_is_refused(status: str, observed: int) -> None:
    with pytest.raises(RecorderError) as caught:
        make_check("x", status, observed=observed, threshold={"max": 1})
    assert caught.value.code == "CHECK_CONTRADICTED"


@pytest.mark.parametrize(("status", "observed"), [("warn", 1), ("error", 2), ("fail", 2)])
def test_a_status_may_say_more_than_the_numbers(status: str, observed: int) -> None:
    entry = make_check("x", status, observed=observed, threshold={"max": 1})
    assert entry["status"] == status


def test_a_status_without_numbers_is_kept() -> None:
    for status in STATUSES:
        assert make_check("x", status)["status"] == status


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"observed": 1},
        {"threshold": {"min": 1}},
        {"status": "passed"},
        {"status": "PASS"},
        {"observed": 1, "threshold": {}},
        {"observed": 1, "threshold": {"minimum": 1}},
        {"observed": 1, "threshold": {"min": "1"}},
        {"observed": 1, "threshold": {"min": True}},
        {"observed": 1, "threshold": {"min": 2, "max": 1}},
        {"observed": math.nan, "threshold": {"min": 1}},
        {"observed": math.inf, "threshold": {"min": 1}},
        {"observed": 1, "threshold": {"min": math.nan}},
        {"observed": 2**53, "threshold": {"min": 1}},
        {"observed": [1], "threshold": {"min": 1}},
        {"observed": "", "threshold": {"equals": ""}},
        {"status": "pass", "details": {"a": object}},
    ],
    ids=str,
)
def test_a_malformed_check_is_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(RecorderError):
        make_check("x", **arguments)


@given(
    st.floats(allow_nan=False, allow_infinity=False) | st.integers(-100, 100) | st.booleans(),
    st.dictionaries(
        st.sampled_from(["min", "max", "equals"]),
        st.integers(-100, 100) | st.floats(-100, 100),
        min_size=1,
    ),
)
def test_the_gate_never_finds_a_contradiction(observed: Any, threshold: dict[str, Any]) -> None:
    try:
        entry = make_check("x", observed=observed, threshold=threshold)
    except RecorderError:
        assert threshold.get("min", 0) > threshold.get("max", 0)
        return
    missed = missed_threshold(entry["observed"], entry["threshold"])
    assert (missed is None) is (entry["status"] == "pass")


def test_the_overall_status_is_what_the_gate_computes() -> None:
    for status in STATUSES:
        entries = [{"name": "a", "status": "pass"}, {"name": "b", "status": status}]
        overall = overall_status(entries)
        assert recompute({"gates": entries, "overall_status": overall}) == overall
        assert overall == ("pass" if status in ("pass", "warn", "not_applicable") else "fail")
    assert overall_status([]) == "fail"


class _Scalar:
    def __init__(self, value: object) -> None:
        self.value = value

    def item(self) -> object:
        return self.value


def test_scalars_of_numeric_libraries_are_taken() -> None:
    pa = pytest.importorskip("pyarrow")
    assert number(_Scalar(3), "x") == 3
    assert number(pa.scalar(2.5), "x") == 2.5
    assert make_check("x", observed=_Scalar(True), threshold={"equals": True})["observed"] is True
    for value in (_Scalar("3"), _Scalar(True), _Scalar(None), "3", None, True, [1]):
        with pytest.raises(RecorderError):
            number(value, "x")

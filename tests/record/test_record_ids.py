from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kfm_gates.errors import RecorderError
from kfm_gates.evidence import json_schema
from kfm_gates.record import ids
from kfm_gates.times import ulid_time

MOMENT = dt.datetime(2026, 2, 18, 12, 0, 0, 123000, tzinfo=dt.UTC)


def test_a_run_id_holds_its_moment() -> None:
    run_id = ids.new_run_id(MOMENT)
    assert ids.RUN_ID.fullmatch(run_id)
    assert ulid_time(run_id) == MOMENT


def test_two_run_ids_of_one_moment_differ() -> None:
    assert len({ids.new_run_id(MOMENT) for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "moment",
    [MOMENT.replace(tzinfo=None), MOMENT + dt.timedelta(microseconds=1)],
    ids=["naive", "microseconds"],
)
def test_a_moment_that_a_run_id_cannot_hold_is_refused(moment: dt.datetime) -> None:
    with pytest.raises(ValueError, match="run id"):
        ids.new_run_id(moment)


def test_a_moment_of_another_time_zone_is_the_same_moment() -> None:
    central = MOMENT.astimezone(dt.timezone(dt.timedelta(hours=-6)))
    assert ulid_time(ids.new_run_id(central)) == MOMENT


def test_now_is_whole_milliseconds_in_utc() -> None:
    moment = ids.now()
    assert moment.utcoffset() == dt.timedelta(0)
    assert moment.microsecond % 1000 == 0


@pytest.mark.parametrize("text", ["", "Ab_cd", "ab", "1abc", "a-bc", "a" * 65, "abc\n", 7, None])
def test_other_families_are_refused(text: object) -> None:
    with pytest.raises(RecorderError) as caught:
        ids.checked_family(text)
    assert caught.value.code == "FAMILY_INVALID"


@pytest.mark.parametrize(
    "text", ["", "abc", "0" * 40, "ABCDEF123456", "g23456789012", "a1" * 21, "abcdef123456\n", None]
)
def test_other_commits_are_refused(text: object) -> None:
    with pytest.raises(RecorderError) as caught:
        ids.checked_commit(text)
    assert caught.value.code == "COMMIT_INVALID"


@pytest.mark.parametrize("text", ["", " ", "\u200b\u00a0", "a\nb", "a\x00", "\ud800", "x" * 513, 3])
def test_names_that_no_receipt_can_hold_are_refused(text: object) -> None:
    with pytest.raises(RecorderError):
        ids.checked_name(text, "thing")


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=40))
def test_every_accepted_name_fits_the_schema(text: str) -> None:
    try:
        name = ids.checked_name(text, "thing")
    except RecorderError:
        return
    record = {
        "run_id": "01KHQZ2C80Q1V5A7M3TB6XJ4NE",
        "dataset_family": "demo_family",
        "pipeline_id": name,
        "git_commit": "0123456789ab",
        "started_at": "2026-02-18T00:00:00Z",
        "ended_at": "2026-02-18T00:00:00Z",
        "status": "success",
        "runner": {"type": "local", "host": name, "user": name},
    }
    assert json_schema.validate("run_record", record) == []


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=60), st.integers(1, 50))
def test_cleaned_text_is_bounded_and_fits_the_schema(text: str, limit: int) -> None:
    cleaned = ids.clean(text, limit)
    assert len(cleaned) <= limit
    line = {
        "timestamp": "2026-02-18T00:00:00Z",
        "run_id": "01KHQZ2C80Q1V5A7M3TB6XJ4NE",
        "event": "step",
        "message": cleaned,
    }
    assert json_schema.validate("log_line", line) == []


@given(st.text())
def test_what_is_shown_is_short_and_printable_as_utf8(text: str) -> None:
    assert len(ids.shown(text)) <= 80
    ids.shown(text).encode("utf-8")


def test_run_ids_have_a_shape() -> None:
    assert ids.checked_run_id("01KHQZ2C80Q1V5A7M3TB6XJ4NE") == "01KHQZ2C80Q1V5A7M3TB6XJ4NE"
    for text in ("", "x", "01khqz2c80q1v5a7m3tb6xj4ne", "81KHQZ2C80Q1V5A7M3TB6XJ4NE", None):
        with pytest.raises(RecorderError) as caught:
            ids.checked_run_id(text)
        assert caught.value.code == "RUN_ID_INVALID"


def test_texts_may_have_lines() -> None:
    assert ids.checked_text("a\n\tb", "reason") == "a\n\tb"
    for text in ("", "\n", "a\rb", "a\x1bb", "\ud800", "x" * 4001, None):
        with pytest.raises(RecorderError) as caught:
            ids.checked_text(text, "reason")
        assert caught.value.code == "TEXT_INVALID"


def test_a_media_type_has_a_shape() -> None:
    assert ids.checked_media_type("application/geo+json") == "application/geo+json"
    for text in ("", "json", "Application/JSON", "a/b\n", "a/b;;", None):
        with pytest.raises(RecorderError):
            ids.checked_media_type(text)


def test_a_kind_has_a_shape() -> None:
    assert ids.checked_kind("redaction") == "redaction"
    for text in ("", "Redaction", "a b", "a" * 65, None):
        with pytest.raises(RecorderError):
            ids.checked_kind(text)

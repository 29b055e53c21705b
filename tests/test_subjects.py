"""Which runs a user means (FO-06, FO-60): the set checked equals the set asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kfm_gates import subjects
from kfm_gates.errors import UsageError
from kfm_gates.model import Layout

OLD, MIDDLE, NEW = (f"01JD{n}000000000000000000000" for n in "123")
LAYOUT = Layout()


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    for family, ids in (("alpha", (OLD, MIDDLE, NEW)), ("beta", (NEW,))):
        for id_ in ids:
            (tmp_path / "data/work/runs" / family / id_).mkdir(parents=True)
    return tmp_path


def chosen(lake: Path, *names: str | Path, **how: object) -> subjects.Selection:
    return subjects.select(names, root=lake, layout=LAYOUT, **how)  # type: ignore[arg-type]


def runs(lake: Path) -> Path:
    return lake / "data/work/runs"


def ids(selection: subjects.Selection) -> list[str]:
    return [f"{run.parent.name}/{run.name}" for run in selection.runs]


def test_a_run_directory(lake: Path) -> None:
    assert ids(chosen(lake, runs(lake) / "alpha" / OLD)) == [f"alpha/{OLD}"]


def test_a_run_named_twice_is_checked_once(lake: Path) -> None:
    run = runs(lake) / "alpha" / OLD
    assert len(chosen(lake, run, run / ".", OLD).runs) == 1


def test_a_run_id_is_searched(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(lake)
    assert ids(chosen(lake, MIDDLE)) == [f"alpha/{MIDDLE}"]
    assert ids(chosen(lake, f"beta/{NEW}")) == [f"beta/{NEW}"]
    with pytest.raises(UsageError, match="ambiguous"):
        chosen(lake, NEW)


def test_a_family_is_its_newest_run(lake: Path) -> None:
    selection = chosen(lake, runs(lake) / "alpha")
    assert ids(selection) == [f"alpha/{NEW}"]
    assert [path.name for path, _ in selection.left_alone] == [MIDDLE, OLD]


def test_a_family_by_its_name(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(lake)
    assert ids(chosen(lake, "alpha")) == [f"alpha/{NEW}"]
    with pytest.raises(UsageError):
        chosen(lake, "gamma")


def test_all_runs_of_a_family_and_of_the_lake(lake: Path) -> None:
    assert len(chosen(lake, runs(lake) / "alpha", all_runs=True).runs) == 3
    assert len(chosen(lake, all_runs=True).runs) == 4
    assert len(chosen(lake, runs(lake), all_runs=True).runs) == 4


def test_since_takes_a_run_id_or_a_date(lake: Path) -> None:
    selection = chosen(lake, runs(lake) / "alpha", since=MIDDLE)
    assert ids(selection) == [f"alpha/{NEW}", f"alpha/{MIDDLE}"]
    assert len(chosen(lake, runs(lake) / "alpha", since="2000-01-01").runs) == 3
    for bad in (
        "yesterday",
        "2026-13",
        "",
        "2026-13-45",
        "0000-00-00",
        "\u0662\u0660\u0662\u0666-01-01",
        "20260101",
    ):
        with pytest.raises(UsageError):
            chosen(lake, runs(lake) / "alpha", since=bad)


def test_a_run_id_of_no_time_is_looked_at(lake: Path) -> None:
    odd = runs(lake) / "alpha" / ("7" + "Z" * 25)
    odd.mkdir()
    assert odd in chosen(lake, runs(lake) / "alpha", since="2026-01-01").runs


def test_runs_that_failed_are_listed_unless_named(lake: Path) -> None:
    record = runs(lake) / "alpha" / NEW / "run_record.json"
    record.write_text(json.dumps({"status": "failed"}))
    selection = chosen(lake, runs(lake) / "alpha", all_runs=True)
    assert ids(selection) == [f"alpha/{MIDDLE}", f"alpha/{OLD}"]
    assert "failed" in selection.left_alone[0][1]
    assert ids(chosen(lake, record.parent)) == [f"alpha/{NEW}"]


@pytest.mark.parametrize("text", ["{", "[]", '{"status": "success"}', '{"status": ["failed"]}'])
def test_a_record_that_does_not_plainly_say_failed_is_judged(lake: Path, text: str) -> None:
    (runs(lake) / "alpha" / NEW / "run_record.json").write_text(text)
    assert ids(chosen(lake, runs(lake) / "alpha")) == [f"alpha/{NEW}"]


def test_every_entry_of_a_family_is_a_run_or_a_finding(lake: Path) -> None:
    family = runs(lake) / "alpha"
    (family / "README.md").write_text("fine")
    (family / "notes.txt").write_text("odd")
    (family / "not-a-run").mkdir()
    (family / "01JD4000000000000000000000").symlink_to(family / OLD)
    selection = chosen(lake, family, all_runs=True)
    assert len(selection.runs) == 3
    assert {f.code for f in selection.findings} == {"NOT_A_RUN"}
    assert len(selection.findings) == 3


def test_an_odd_family_of_the_lake_is_a_finding(lake: Path) -> None:
    (runs(lake) / "Bad-Family").mkdir()
    assert [f.code for f in chosen(lake, all_runs=True).findings] == ["NOT_A_RUN"]


def test_nothing_found_is_a_finding(lake: Path) -> None:
    (runs(lake) / "gamma").mkdir()
    assert [f.code for f in chosen(lake, runs(lake) / "gamma").findings] == ["NO_RUNS_FOUND"]


@pytest.mark.parametrize(
    "name",
    ["absent", "data/work/runs", "data/work", "data/work/runs/alpha/{OLD}/x", "01JZ", "--help"],
)
def test_what_is_no_run_is_a_usage_error(
    lake: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(lake)
    (runs(lake) / "alpha" / OLD / "x").write_text("")
    with pytest.raises(UsageError):
        chosen(lake, name.format(OLD=OLD))


@pytest.mark.parametrize("name", ["", " ", "\t", "a\0b"])
def test_a_blank_argument_is_refused(lake: Path, name: str) -> None:
    with pytest.raises(UsageError, match="blank"):
        subjects.root_of([name], lake)


def test_no_argument_is_refused(lake: Path) -> None:
    with pytest.raises(UsageError, match="No run"):
        chosen(lake)


def test_runs_of_two_lakes_are_refused(
    lake: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    (other / "data").mkdir()
    with pytest.raises(UsageError, match="lakes"):
        subjects.root_of([runs(lake) / "alpha", other / "data"], None)

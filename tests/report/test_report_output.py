"""Outputs: all or none, never beside the leftovers of an earlier run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kfm_gates.errors import OutputError, UsageError
from kfm_gates.report._output import Target, clear, forbid_inside, parse_targets, write


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_targets_are_parsed(tmp_path: Path) -> None:
    path = tmp_path / "a=b.json"
    assert parse_targets([f"json={path}", "text=-"]) == (Target("json", path), Target("text", None))
    assert parse_targets([]) == ()


@pytest.mark.parametrize(
    "specs",
    [
        ["json"],
        ["=x"],
        ["json="],
        ["json= "],
        [" =x"],
        [""],
        ["nope=x"],
        ["_api=x"],
        ["json=-", "text=-"],
        ["json=-", "json=-"],
        ["json=a\0b"],
        ["json={d}"],
        ["json={d}/"],
        ["json={d}/none/x"],
        ["json={d}/x/"],
        ["json={d}/.."],
        ["json={d}/x", "text={d}/x"],
        ["json={d}/x", "text={d}/./x"],
        ["json={d}/x", "text={d}/X"],
        ["json={d}/x", "text={d}/sub/../x"],
        ["json={d}/link"],
        ["json={d}/fifo"],
        ["json=/dev/null"],
    ],
)
def test_targets_that_are_refused(tmp_path: Path, specs: list[str]) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(UsageError) as caught:
        parse_targets([spec.format(d=tmp_path) for spec in specs])
    assert caught.value.exit_code == 2


def test_outputs_inside_what_is_checked_are_refused(tmp_path: Path) -> None:
    run = tmp_path / "run"
    (run / "artifacts").mkdir(parents=True)
    (tmp_path / "door").symlink_to(run)
    forbid_inside([Target("json", tmp_path / "run.json"), Target("text", None)], [run])
    for path in (run / "x.json", run / "artifacts" / "x", tmp_path / "door" / "x"):
        with pytest.raises(UsageError, match="which is evidence"):
            forbid_inside([Target("json", path)], [run])


def test_outputs_inside_any_run_are_refused(tmp_path: Path) -> None:
    (tmp_path / "run" / "artifacts").mkdir(parents=True)
    (tmp_path / "run" / "run_record.json").write_text("{}")
    for path in (tmp_path / "run" / "run_record.json", tmp_path / "run" / "artifacts" / "x"):
        with pytest.raises(UsageError, match="which is evidence"):
            forbid_inside([Target("json", path)], [])


def test_leftovers_of_an_earlier_run_are_removed(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("PASS")
    clear([Target("json", path), Target("text", None), Target("text", tmp_path / "new")])
    assert names(tmp_path) == []


def test_a_leftover_that_cannot_be_removed_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(OutputError, match="earlier run"):
        clear([Target("json", tmp_path / "x")])


def test_all_are_written(tmp_path: Path) -> None:
    shown: list[str] = []
    targets = [
        (Target("json", tmp_path / "a"), "A \udcff ü\n"),
        (Target("text", None), "B"),
        (Target("text", tmp_path / "c"), "C"),
    ]
    write(targets, shown.append)
    assert names(tmp_path) == ["a", "c"]
    assert (tmp_path / "a").read_bytes() == "A \\udcff ü\n".encode()
    assert shown == ["B"]


def test_one_that_cannot_be_staged_leaves_none(tmp_path: Path) -> None:
    shown: list[str] = []
    targets = [
        (Target("json", tmp_path / "a"), "PASS"),
        (Target("json", tmp_path / "gone" / "b"), "PASS"),
        (Target("text", None), "PASS"),
    ]
    with pytest.raises(OutputError, match="could not be written") as caught:
        write(targets, shown.append)
    assert caught.value.exit_code == 3
    assert names(tmp_path) == []
    assert shown == []


def test_a_rename_that_fails_takes_the_others_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if target.name == "b":
            raise OSError(28, "No space left on device")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(OutputError, match="No space left"):
        write([(Target("json", tmp_path / n), "PASS") for n in "abc"])
    assert names(tmp_path) == []


def test_standard_output_that_fails_takes_the_files_back(tmp_path: Path) -> None:
    def broken(text: str) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    with pytest.raises(OutputError, match="standard output"):
        write([(Target("text", None), "x"), (Target("json", tmp_path / "a"), "PASS")], broken)
    assert names(tmp_path) == []
    with pytest.raises(OutputError):
        write([(Target("text", None), "x")])


def test_an_interruption_takes_everything_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(text: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write([(Target("json", tmp_path / "a"), "PASS"), (Target("text", None), "")], interrupted)
    assert names(tmp_path) == []


def test_a_file_that_appears_meanwhile_is_replaced_whole(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("something longer than the result")
    write([(Target("json", tmp_path / "a"), "new")])
    assert (tmp_path / "a").read_text() == "new"

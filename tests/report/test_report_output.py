"""Outputs: all or none, never beside the leftovers of an earlier run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import report_documents as docs

from kfm_gates.errors import OutputError, UsageError
from kfm_gates.report import Report
from kfm_gates.report._api import format_names
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


@pytest.mark.parametrize(
    "place",
    [
        *(".kfm/families/x.yaml", ".kfm/new.json", ".KFM/x", ".kfm", "deep/.kfm/x.json"),
        *(".git/HEAD", ".git/x", ".Git/x", ".git", "sub/.git"),
        *("data/raw/x/in.csv", "data/catalog.json", "Data/x", "sub/DATA/Raw/x"),
        *("sub/data/raw/x", "sub/data/work/x", "sub/data/processed/x", "sub/data/published/x"),
        *("sub/data/quarantine/x", "sub/data/raw"),
        *("door/raw/x", "kfm/families/x.yaml"),
    ],
)
def test_outputs_in_the_lake_or_its_project_are_refused(tmp_path: Path, place: str) -> None:
    lake = tmp_path / "lake"
    # The case of the folders that are there is not always that of the argument.
    for folder in ("data/raw/x", "sub/data/raw", "conf/families"):
        (lake / folder).mkdir(parents=True)
    (lake / ".kfm").symlink_to("conf")
    (lake / "door").symlink_to("data")
    (lake / "kfm").symlink_to(".kfm")
    (tmp_path / "lake" / "plain.json").write_text("{}")
    forbid_inside([Target("json", lake / "plain.json"), Target("json", tmp_path / "data")], [])
    if place.startswith("kfm/"):
        (lake / ".kfm").unlink()
        (lake / "conf").rename(lake / ".kfm")
    with pytest.raises(UsageError) as caught:
        forbid_inside([Target("json", lake / place)], [])
    assert (caught.value.code, caught.value.exit_code) == ("OUTPUT_REFUSED", 2)


def test_outputs_beside_the_zones_are_allowed(tmp_path: Path) -> None:
    for place in ("report.json", "data/report.json", "raw/x", "data/other/raw", ".kfm-report/x"):
        forbid_inside([Target("json", tmp_path / place)], [])


def test_leftovers_of_an_earlier_run_are_removed(tmp_path: Path) -> None:
    report = Report(docs.report(docs.run("FAIL", docs.finding())))
    targets = [Target("text", None), Target("text", tmp_path / "new")]
    for n, fmt in enumerate(format_names()):
        for m, options in enumerate(({}, {"quiet": True}, {"unicode": False}, {"color": True})):
            path = tmp_path / f"{n}-{m}"
            path.write_text(report.render(fmt, **options), encoding="utf-8")
            targets.append(Target(fmt, path))
    (tmp_path / "empty").write_bytes(b"")
    error = Report.of_error(UsageError("no", code="NO_SUCH_PATH"))
    (tmp_path / "error").write_text(error.render("text"), encoding="utf-8")
    clear([*targets, Target("json", tmp_path / "empty"), Target("text", tmp_path / "error")])
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("fmt", "raw"),
    [
        ("json", b"{}"),
        ("json", b'{"schema": "family/v1"}'),
        ("json", b'{"x": {"schema": "report/v1"}}'),
        ("json", b'["report/v1"]'),
        ("json", b'# "schema": "report/v1"\nfamily: x\n'),
        ("json", b"family: x\n"),
        ("json", b"{" * 100_000),
        ("json", b'{"schema": "report/v1", "x": \xff}'),
        ("json", b" "),
        ("text", b"ref: refs/heads/main\n"),
        ("text", b"PASSED, they say\n"),
        ("text", b"name,verdict\n\xe2\x9c\x93 PASS  x\n"),
        ("text", b"\xff\xfe"),
        ("text", b'{"schema": "report/v1"}'),
        ("github", b"a::notice title=kfm-gates PASS::\n"),
        ("github", b": :\n"),
        ("other", b"::"),
    ],
)
def test_a_file_that_is_no_earlier_result_is_never_removed(
    tmp_path: Path, fmt: str, raw: bytes
) -> None:
    path, earlier = tmp_path / "mine", tmp_path / "earlier"
    path.write_bytes(raw)
    earlier.write_text("")
    with pytest.raises(UsageError, match="not an earlier result") as caught:
        clear([Target("text", earlier), Target(fmt, path)])
    assert (caught.value.code, caught.value.exit_code) == ("OUTPUT_REFUSED", 2)
    assert "another path" in str(caught.value.fix)
    assert path.read_bytes() == raw
    # All or none here as well.
    assert earlier.exists()


def test_what_became_a_link_or_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("")
    (tmp_path / "link").symlink_to("real")
    os.mkfifo(tmp_path / "fifo")
    for name in ("link", "fifo"):
        with pytest.raises(UsageError) as caught:
            clear([Target("text", tmp_path / name)])
        assert caught.value.code == "OUTPUT_REFUSED"
        assert (tmp_path / name).is_symlink() or (tmp_path / name).exists()


def test_a_leftover_that_cannot_be_removed_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "x").write_text("")
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

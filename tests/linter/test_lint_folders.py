"""Folders and what hostile ones hold: walked strictly, bounded, nothing outside of them read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import goodrun
import pytest
from lint_documents import codes, statuses, write

from kfm_gates.errors import UsageError
from kfm_gates.evidence import tree
from kfm_gates.linter import root, targets
from kfm_gates.linter.files import LintFiles
from kfm_gates.linter.session import lint

RECORD = goodrun.good_files()["run_record.json"]


def left(report: Any) -> dict[str, str]:
    return {Path(one["path"]).name: one["why"] for one in report.document["left_alone"]}


def test_a_run_is_linted_in_parts_and_check_decides(run: Path, look: Any) -> None:
    report = look(run)
    assert {name: kind for name, (kind, _) in statuses(report).items()} == {
        "run_record.json": "run_record",
        "run_manifest.json": "run_manifest",
        "validation_report.json": "validation_report",
        "run.jsonl": "log",
        "checksums.sha256": "seal",
    }
    assert report.exit_code == 0
    told = [text for text in report.document["not_checked"] if "kfm-gates check" in text]
    assert len(told) == 1
    assert run.name in told[0]
    assert report.document["runs"] == []


def test_data_of_a_run_are_no_documents(run: Path, tmp_path: Path, look: Any) -> None:
    for folder in ("artifacts", "tmp"):
        write(run / folder / "run_record.json", {"run_id": "x", "runner": 1, "status": 2})
    assert len(look(run).documents) == 5
    # One receipt alone is no run, so everything beside it is looked at.
    write(tmp_path / "f/run_record.json", RECORD)
    write(tmp_path / "f/artifacts/run_record.json", RECORD)
    report = look(tmp_path / "f")
    assert len(report.documents) == 2
    assert not any("kfm-gates check" in text for text in report.document["not_checked"])


def test_names_of_other_files_do_not_matter(tmp_path: Path, look: Any) -> None:
    write(tmp_path / "f/run_record.json", RECORD)
    write(tmp_path / "f/a:b.txt", "text")
    assert look(tmp_path / "f").exit_code == 0


def test_a_folder_of_nothing_is_no_pass(tmp_path: Path, look: Any) -> None:
    write(tmp_path / "f/a.txt", "text")
    write(tmp_path / "f/b.json", {"a": 1})
    for folder in (tmp_path / "f", (tmp_path / "empty")):
        folder.mkdir(exist_ok=True)
        report = look(folder)
        assert (codes(report), report.exit_code) == (["NOTHING_LINTED"], 3)


def test_unknown_files_of_a_folder_are_left_alone_by_name(tmp_path: Path, look: Any) -> None:
    write(tmp_path / "f/run_record.json", RECORD)
    write(tmp_path / "f/b.json", {"a": 1})
    write(tmp_path / "f/notes.md", "text")
    write(tmp_path / "f/.git/config.json", {"stac_version": "1.0.0"})
    report = look(tmp_path / "f")
    assert report.exit_code == 0
    assert [d["kind"] for d in report.documents] == ["run_record"]
    assert left(report)["b.json"] == "of no kind that is known"
    assert left(report)[".git"] == "a hidden folder"
    assert any("1 file " in why for why in left(report).values())


def test_links_and_special_files_are_not_followed(tmp_path: Path, look: Any) -> None:
    secret = write(tmp_path / "outside/run_record.json", RECORD)
    folder = tmp_path / "f"
    write(folder / "run_manifest.json", goodrun.good_files()["run_manifest.json"])
    (folder / "run_record.json").symlink_to(secret)
    (folder / "sub").symlink_to(tmp_path / "outside")
    (folder / "loop").symlink_to(folder)
    (folder / "self.json").symlink_to("self.json")
    os.mkfifo(folder / "fifo.json")
    report = look(folder)
    assert list(statuses(report)) == ["run_manifest.json"]
    assert {"run_record.json", "sub", "loop", "self.json", "fifo.json"} <= left(report).keys()


@pytest.mark.parametrize("make", ["link", "fifo", "loop"])
def test_a_named_file_that_is_none_cannot_be_read(make: str, tmp_path: Path, look: Any) -> None:
    path = tmp_path / "run_record.json"
    if make == "fifo":
        os.mkfifo(path)
    else:
        path.symlink_to(path if make == "loop" else write(tmp_path / "real.json", RECORD))
    report = look(path)
    assert statuses(report)["run_record.json"] == ("run_record", "error")
    assert report.exit_code == 3


def test_a_device_is_not_read(look: Any) -> None:
    report = look("/dev/zero")
    assert (report.exit_code, codes(report)) == (3, ["EVIDENCE_UNREADABLE"])


def test_no_such_path_is_a_wrong_call(tmp_path: Path) -> None:
    for paths in ([tmp_path / "none"], [], [tmp_path / ("x" * 300)]):
        with pytest.raises(UsageError) as caught:
            lint(paths)
        assert caught.value.exit_code == 2
    with pytest.raises(UsageError):
        lint(7)  # type: ignore[arg-type]


def test_a_sparse_file_of_a_gigabyte_is_not_read(tmp_path: Path, look: Any) -> None:
    path = tmp_path / "f/run_record.json"
    write(tmp_path / "f/run_manifest.json", goodrun.good_files()["run_manifest.json"])
    with path.open("wb") as stream:
        stream.truncate(1 << 30)
    report = look(path)
    assert (codes(report), report.exit_code) == (["EVIDENCE_TOO_LARGE"], 3)
    # In a folder data may be large; a receipt may not, and its name says that it is one.
    report = look(tmp_path / "f")
    assert report.exit_code == 3
    path.rename(tmp_path / "f/raw.geojson")
    report = look(tmp_path / "f")
    assert report.exit_code == 0
    assert "1073741824 bytes" in left(report)["raw.geojson"]


def test_a_large_folder_is_bounded(
    tmp_path: Path, look: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every entry is a name here: what is listed is capped, and a walk that ends early says so."""
    folder = tmp_path / "f"
    write(folder / "run_record.json", RECORD)
    for n in range(1500):
        (folder / f"{n:05}.json").write_bytes(b"{}")
        (folder / f"{n:05}.txt").touch()
    report = look(folder)
    assert report.exit_code == 0
    listed = report.document["left_alone"]
    assert len(listed) == targets.MAX_LISTED + 1
    assert any(one["why"].startswith("501 more") for one in listed)
    assert any("1500 files" in one["why"] for one in listed)
    monkeypatch.setattr(targets.tree, "walk", lambda d, **o: tree_walk(d, max_entries=200, **o))
    report = look(folder)
    assert report.exit_code == 3
    assert "LINT_INCOMPLETE" in codes(report)


tree_walk = tree.walk


def test_a_deep_folder_is_not_taken_for_a_whole_one(tmp_path: Path, look: Any) -> None:
    write(tmp_path / "f/run_record.json", RECORD)
    write(tmp_path.joinpath("f", *"d" * 40, "run_record.json"), RECORD)
    report = look(tmp_path / "f")
    assert (codes(report), report.exit_code) == (["LINT_INCOMPLETE"], 3)


def test_a_folder_that_cannot_be_listed(
    tmp_path: Path, look: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "f/run_record.json", RECORD)
    write(tmp_path / "f/closed/run_record.json", RECORD)
    problem = tree.Problem("unreadable", "closed", "The folder cannot be listed: no.")

    def walk(descriptor: int, **options: Any) -> tree.Tree:
        found = tree_walk(descriptor, **options)
        entries = {k: v for k, v in found.entries.items() if not k.startswith("closed/")}
        return tree.Tree(entries, found.directories, (problem,))

    monkeypatch.setattr(targets.tree, "walk", walk)
    report = look(tmp_path / "f")
    assert (codes(report), report.exit_code) == (["LINT_INCOMPLETE"], 3)


HOSTILE = (
    "\x1b[2J\x1b[31mPASS.json",
    "a\nb ::error::x.json",
    "\u202egnp.json",
    "-.json",
    "con.json",
    "a:b.json",
    "e\u0301.json",
    "##[error]x.json",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_findings_and_stay_inert(
    name: str, tmp_path: Path, look: Any, run: Path
) -> None:
    folder = tmp_path / "h"
    write(folder / name, RECORD)
    report = look(folder)
    if paths_problem(name):
        assert codes(report) == ["PATH_UNSAFE"]
        assert report.exit_code == 1
    for fmt in ("text", "github", "json"):
        shown = report.render(fmt, **({} if fmt == "json" else {"verbose": True}))
        assert all(line.isprintable() for line in shown.split("\n"))
        assert not any(line.lstrip().startswith("::error::x") for line in shown.split("\n"))


def paths_problem(name: str) -> bool:
    from kfm_gates.evidence import paths

    return paths.problem_of(name) is not None


def test_names_that_are_no_text(tmp_path: Path, look: Any) -> None:
    folder = tmp_path / "h"
    write(folder / "run_record.json", RECORD)
    raw = os.fsencode(folder) + b"/x\xff.json"
    with open(raw, "wb") as stream:
        stream.write(json.dumps(RECORD).encode())
    report = look(folder)
    assert (codes(report), report.exit_code) == (["PATH_UNSAFE"], 1)
    named = look(os.fsdecode(raw))
    assert named.exit_code == 1
    json.loads(named.render("json").encode("utf-8"))


def test_a_file_that_changes_while_it_is_linted(
    tmp_path: Path, look: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "run_record.json", RECORD)
    read = LintFiles.read

    def meddle(self: LintFiles, name: str, max_bytes: int) -> bytes:
        raw = read(self, name, max_bytes)
        path.write_text("{}", encoding="utf-8")
        return raw

    monkeypatch.setattr(LintFiles, "read", meddle)
    report = look(path)
    assert (codes(report), report.exit_code) == (["EVIDENCE_CHANGED"], 3)
    assert statuses(report)["run_record.json"] == ("run_record", "error")


def test_all_catalogs_together_are_bounded(
    tmp_path: Path, look: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(root, "MAX_TOTAL", 100)
    document = {"entity": {"ex:a": {"ex:text": "x" * 200}}, "prefix": {"ex": "https://ex.org/"}}
    with pytest.raises(UsageError) as caught:
        look(write(tmp_path / "f/a.json", document))
    assert caught.value.code == "EVIDENCE_TOO_LARGE"


def test_an_examination_that_raises_is_no_pass(
    tmp_path: Path, look: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kfm_gates.linter import receipts

    def crash(*_: Any) -> Any:
        raise RuntimeError("boom")

    monkeypatch.setattr(receipts, "examine", crash)
    write(tmp_path / "f/run_record.json", RECORD)
    write(tmp_path / "f/.kfm/gates.yaml", "schema_version: project/v1\n")
    report = look(tmp_path / "f")
    assert (codes(report), report.exit_code) == (["GATE_CRASHED"], 3)
    assert statuses(report)["gates.yaml"] == ("project", "pass")


def test_roots(tmp_path: Path, run: Path, lake: Path) -> None:
    def top_of(path: Path) -> Path:
        return targets.targets(path, None)[0].root

    top = run.parents[4]
    assert top_of(run) == top_of(run / "run_record.json") == top_of(run / "logs") == top
    assert top_of(lake / ".kfm") == top_of(lake / ".kfm/families/kansas_wells.yaml") == lake
    alone = write(tmp_path / "alone/a.json", {})
    assert top_of(alone) == top_of(alone.parent) == alone.parent
    moved = run.rename(tmp_path / "moved")
    assert top_of(moved / "logs/run.jsonl") == moved
    write(tmp_path / "x/data/notes/a.json", {})
    assert top_of(tmp_path / "x/data/notes/a.json") == tmp_path / "x/data/notes"
    assert targets.targets(alone, tmp_path)[0].root == tmp_path
    with pytest.raises(UsageError, match="below the root"):
        targets.targets(alone, lake)


def test_paths_are_shown_as_they_were_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, look: Any, run: Path
) -> None:
    monkeypatch.chdir(run.parent)
    for name in (run.name, f"./{run.name}/", f"{run.name}/run_record.json"):
        shown = {d["path"] for d in look(name).documents}
        assert f"{run.name}/run_record.json" in shown
    found = look(run.name, now=goodrun.NOW.replace(year=2020)).findings
    assert {f["location"]["path"] for f in found} == {f"{run.name}/run_record.json"}
    found = look(run, now=goodrun.NOW.replace(year=2020)).findings
    assert all("path" not in f["location"] for f in found)


def test_files_named_twice_count_once(run: Path, look: Any) -> None:
    report = look(run, run / "run_record.json", run / "run_record.json", run)
    assert len(report.documents) == 5


def test_json_that_only_happens_to_lie_there_is_left_alone(
    tmp_path: Path, look: Any, run: Path
) -> None:
    top = run.parents[4]
    write(top / "package.json", '{"a": 1,}')
    write(top / "notes/empty.json", "")
    report = look(top)
    assert report.exit_code == 0
    why = {Path(one["path"]).name: one["why"] for one in report.document["left_alone"]}
    assert "nothing says what it is" in why["package.json"]
    assert "empty" in why["empty.json"]
    assert look(top / "package.json").exit_code == 3


@pytest.mark.parametrize("place", ["catalog/x.json", ".kfm/policy/x.documents.json"])
def test_json_where_documents_lie_is_an_error(place: str, tmp_path: Path, look: Any) -> None:
    write(tmp_path / "lake/run_record.json", RECORD)
    write(tmp_path / "lake" / place, "{")
    for folder in (tmp_path / "lake", (tmp_path / "lake" / place).parent):
        assert look(folder).exit_code == 3


def test_json_in_a_run_is_an_error(run: Path, look: Any) -> None:
    write(run / "other.json", "{")
    assert look(run).exit_code == 3
    assert look(run.parent).exit_code == 3


def test_fixes_fit_what_lies_at_the_path(tmp_path: Path, look: Any) -> None:
    write(tmp_path / "real.json", RECORD)
    (tmp_path / "link.json").symlink_to("real.json")
    os.mkfifo(tmp_path / "fifo.json")
    write(tmp_path / "empty.json", "")
    wanted = {
        "link.json": "Links are not followed",
        "fifo.json": "Name a regular file",
        "empty.json": "Name a file that says something",
    }
    for name, fix in wanted.items():
        report = look(tmp_path / name)
        assert report.exit_code == 3
        (finding,) = report.findings
        assert finding["fix"]["text"].startswith(fix)
        assert finding["fix"]["who"] == "operator"
    (finding,) = look("/dev/null", as_kind="run_record").findings
    assert finding["fix"]["text"].startswith("Name a regular file")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("run-record", "run_record"),
        ("turtle", "dcat-turtle"),
        ("turtel", "dcat-turtle"),
        ("Run_Record", "run_record"),
    ],
)
def test_a_kind_that_is_misspelt(word: str, meant: str, tmp_path: Path, look: Any) -> None:
    path = write(tmp_path / "x.json", RECORD)
    with pytest.raises(UsageError) as caught:
        look(path, as_kind=word)
    assert meant in str(caught.value.wanted).split(", ")
    assert caught.value.fix == f"Did you mean --as {str(caught.value.wanted).split(', ')[0]}?"
    with pytest.raises(UsageError) as caught:
        look(path, as_kind="nonsense")
    assert "--help" in str(caught.value.fix)


def test_a_path_that_is_not_there_says_what_to_do(look: Any) -> None:
    with pytest.raises(UsageError) as caught:
        look("nowhere.json")
    assert (caught.value.code, caught.value.exit_code) == ("NO_SUCH_PATH", 2)
    assert caught.value.wanted
    assert caught.value.fix

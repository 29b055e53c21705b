"""The record of used attestations: one subject each, private, whole, for all processes at once."""

from __future__ import annotations

import multiprocessing
import os
import stat
from pathlib import Path

import pytest
from attest_bench import GOOD, Bench, digest, statement

from kfm_gates.attest import Denied, SeenFiles
from kfm_gates.attest.results import Refused

ONE, TWO, RUN_A, RUN_B = (digest(text) for text in ("one", "two", "run a", "run b"))


def test_the_first_subject_counts(tmp_path: Path) -> None:
    record = SeenFiles(tmp_path / "seen")
    assert record.seen(ONE, RUN_A) == RUN_A
    assert record.seen(ONE, RUN_A) == RUN_A
    assert record.seen(ONE, RUN_B) == RUN_A
    assert record.seen(TWO, RUN_B) == RUN_B
    assert SeenFiles(tmp_path / "seen").seen(ONE, RUN_B) == RUN_A


def test_it_is_private_and_leaves_nothing_behind(tmp_path: Path) -> None:
    SeenFiles(tmp_path / "deep" / "seen").seen(ONE, RUN_A)
    shelf = tmp_path / "deep" / "seen" / ONE[:2]
    assert [p.name for p in shelf.iterdir()] == [ONE]
    assert stat.S_IMODE((shelf / ONE).stat().st_mode) == 0o600
    assert stat.S_IMODE(shelf.stat().st_mode) == 0o700
    assert stat.S_IMODE(shelf.parent.stat().st_mode) == 0o700


def refusal(record: SeenFiles) -> None:
    with pytest.raises(Refused) as caught:
        record.seen(ONE, RUN_A)
    assert caught.value.code == "SEEN_UNAVAILABLE"


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_a_folder_of_everybody_is_refused(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "seen"
    folder.mkdir()
    folder.chmod(mode)
    refusal(SeenFiles(folder))


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "seen").symlink_to(tmp_path / "elsewhere")
    refusal(SeenFiles(tmp_path / "seen"))
    shelf = tmp_path / "real" / ONE[:2]
    shelf.mkdir(parents=True, mode=0o700)
    (tmp_path / "real").chmod(0o700)
    (tmp_path / "target").write_text(RUN_A + "\n")
    (shelf / ONE).symlink_to(tmp_path / "target")
    refusal(SeenFiles(tmp_path / "real"))


@pytest.mark.parametrize("content", ["", "x", RUN_A, RUN_A + "\n\n", RUN_A.upper() + "\n"])
def test_a_damaged_entry_is_no_entry(tmp_path: Path, content: str) -> None:
    record = SeenFiles(tmp_path / "seen")
    record.seen(ONE, RUN_A)
    (tmp_path / "seen" / ONE[:2] / ONE).write_text(content)
    refusal(record)


@pytest.mark.parametrize("bad", ["", "../../x", "A" * 64, "a" * 63])
def test_only_digests_are_recorded(tmp_path: Path, bad: str) -> None:
    for pair in ((bad, RUN_A), (ONE, bad)):
        with pytest.raises(Refused):
            SeenFiles(tmp_path / "seen").seen(*pair)
    assert not (tmp_path / "seen").exists()


def test_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "seen").write_text("")
    refusal(SeenFiles(tmp_path / "seen"))


def compete(folder: str, subject: str, answers: multiprocessing.Queue[str]) -> None:
    for number in range(20):
        answers.put(SeenFiles(Path(folder)).seen(digest(str(number)), subject))


def test_of_many_at_once_one_comes_first(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    answers: multiprocessing.Queue[str] = context.Queue()
    subjects = [RUN_A, RUN_B, ONE]
    processes = [
        context.Process(target=compete, args=(str(tmp_path / "seen"), subject, answers))
        for subject in subjects
    ]
    for process in processes:
        process.start()
    got = [answers.get(timeout=60) for _ in range(60)]
    for process in processes:
        process.join()
    assert all(process.exitcode == 0 for process in processes)
    record = SeenFiles(tmp_path / "seen")
    winners = [record.seen(digest(str(n)), TWO) for n in range(20)]
    assert set(winners) <= set(subjects)
    assert sorted(got) == sorted(winners * 3)


def test_without_a_record_nothing_is_verified(bench: Bench) -> None:
    bench.folder.joinpath("file").write_text("")
    answer = bench.verify(
        bench.sigstore.attest(statement(), GOOD), seen=SeenFiles(bench.folder / "file")
    )
    assert isinstance(answer, Denied)
    assert answer.code.id == "SEEN_UNAVAILABLE"


def test_what_is_denied_is_not_recorded(bench: Bench) -> None:
    bench.verify(bench.sigstore.attest(statement([]), GOOD))
    assert not (bench.folder / "seen").exists()
    assert os.listdir(bench.folder) == ["trusted_root.json"]

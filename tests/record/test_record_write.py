from __future__ import annotations

import os
from pathlib import Path

import pytest

from kfm_gates.errors import RecorderError
from kfm_gates.record import write

RUN_ID = "01KHQZ2C80Q1V5A7M3TB6XJ4NE"


def test_a_run_directory_is_made_once(tmp_path: Path) -> None:
    run = write.create_run_dir(tmp_path, "data/work/runs", "abc", RUN_ID)
    assert run == tmp_path / "data" / "work" / "runs" / "abc" / RUN_ID
    with pytest.raises(RecorderError) as caught:
        write.create_run_dir(tmp_path, "data/work/runs", "abc", RUN_ID)
    assert caught.value.code == "RUN_EXISTS"


@pytest.mark.parametrize("part", ["data", "data/work", "data/work/runs/abc"])
@pytest.mark.parametrize("kind", ["link", "file"])
def test_links_and_files_on_the_way_are_refused(tmp_path: Path, part: str, kind: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    root = tmp_path / "root"
    (root / part).parent.mkdir(parents=True)
    if kind == "link":
        (root / part).symlink_to(elsewhere)
    else:
        (root / part).write_text("")
    with pytest.raises(RecorderError) as caught:
        write.create_run_dir(root, "data/work/runs", "abc", RUN_ID)
    assert caught.value.code == "RUN_FOLDER_REFUSED"
    assert list(elsewhere.iterdir()) == []


def test_a_run_that_is_a_dangling_link_exists(tmp_path: Path) -> None:
    (tmp_path / "runs" / "abc").mkdir(parents=True)
    (tmp_path / "runs" / "abc" / RUN_ID).symlink_to(tmp_path / "nowhere")
    with pytest.raises(RecorderError) as caught:
        write.create_run_dir(tmp_path, "runs", "abc", RUN_ID)
    assert caught.value.code == "RUN_EXISTS"


def test_files_are_written_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    replace = os.replace

    def watched(source: Path, target: Path) -> None:
        order.append(Path(target).name)
        replace(source, target)

    monkeypatch.setattr(os, "replace", watched)
    write.publish([(tmp_path / "b", b"1"), (tmp_path / "a", b"2")])
    assert order == ["b", "a"]
    assert (tmp_path / "b").read_bytes() == b"1"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b"]


@pytest.mark.parametrize("fails_at", [0, 1, 2])
def test_all_or_nothing_when_a_rename_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    calls = 0
    replace = os.replace

    def full(source: Path, target: Path) -> None:
        nonlocal calls
        calls += 1
        if calls > fails_at:
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(RecorderError, match="No space left"):
        write.publish([(tmp_path / name, b"x") for name in ("a", "b", "seal")])
    assert list(tmp_path.iterdir()) == []


def test_all_or_nothing_when_staging_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RecorderError):
        write.publish([(tmp_path / "a", b"x")])
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(source: Path, target: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write.publish([(tmp_path / "a", b"x")])
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "seal").write_bytes(b"old")
    with pytest.raises(RecorderError) as caught:
        write.publish([(tmp_path / "a", b"x"), (tmp_path / "seal", b"new")])
    assert caught.value.code == "RECEIPT_EXISTS"
    assert [p.name for p in tmp_path.iterdir()] == ["seal"]
    assert (tmp_path / "seal").read_bytes() == b"old"


def test_files_have_the_permissions_of_their_folder(tmp_path: Path) -> None:
    folder = tmp_path / "private"
    folder.mkdir(mode=0o750)
    write.publish([(folder / "a", b"x")])
    assert (folder / "a").stat().st_mode & 0o777 == 0o640

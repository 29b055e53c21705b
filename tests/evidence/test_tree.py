"""Listing a directory: links, devices, names, clashes and bounds are problems, never skipped."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.errors import EvidenceUnreadable
from kfm_gates.evidence import tree


def listed(folder: Path, **bounds: int) -> tree.Tree:
    with tree.directory(str(folder)) as descriptor:
        return tree.walk(descriptor, **bounds)


def kinds(found: tree.Tree) -> list[tuple[str, str]]:
    return [(problem.kind, problem.path) for problem in found.problems]


def test_links_and_special_files_are_problems_not_entries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/file").write_bytes(b"x")
    (tmp_path / "file_link").symlink_to("a/file")
    (tmp_path / "folder_link").symlink_to("a")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "out").symlink_to("/etc")
    os.mkfifo(tmp_path / "fifo")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
    found = listed(tmp_path)
    assert list(found.entries) == ["a/file"]
    assert found.directories == {"a"}
    assert kinds(found) == [
        ("special", "fifo"),
        ("symlink", "file_link"),
        ("symlink", "folder_link"),
        ("symlink", "loop"),
        ("symlink", "out"),
        ("special", "socket"),
    ]
    messages = {problem.path: problem.message for problem in found.problems}
    assert messages["fifo"] == "It is a FIFO."
    assert messages["socket"] == "It is a socket."
    assert messages["loop"] == "It is a symbolic link."


def test_a_device_is_a_problem() -> None:
    if not Path("/dev/null").is_char_device():
        pytest.skip("there is no device to try")
    found = listed(Path("/dev"), max_entries=100_000)
    assert ("special", "null") in kinds(found)
    assert "null" not in found.entries


def test_bad_names_are_problems_and_still_entries(tmp_path: Path) -> None:
    for name in ("CON", "a:b", "e\u0301", "x.", "new\nline"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "aux").mkdir()
    (tmp_path / "aux/inner").write_bytes(b"")
    found = listed(tmp_path)
    assert set(found.entries) == {"CON", "a:b", "e\u0301", "x.", "new\nline", "aux/inner"}
    assert {kind for kind, _ in kinds(found)} == {"name"}
    assert {path for _, path in kinds(found)} == set(found.entries) | {"aux"}


def test_a_name_that_is_no_text_is_a_problem_and_no_entry(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path)
    os.mkdir(raw + b"/folder\xff")
    for name in (b"/a\xff", b"/folder\xff/b"):
        with open(raw + name, "wb"):
            pass
    found = listed(tmp_path)
    assert not found.entries
    assert not found.directories
    assert kinds(found) == [("name", "a\\udcff"), ("name", "folder\\udcff")]


def test_names_that_clash_elsewhere_are_problems_here(tmp_path: Path) -> None:
    (tmp_path / "A").mkdir()
    (tmp_path / "b").mkdir()
    for name in ("README", "Readme", "a", "A/x", "b/\u00e9", "b/\u00c9"):
        (tmp_path / name).write_bytes(b"")
    if len(list(tmp_path.iterdir())) < 5:
        pytest.skip("this file system folds case itself")
    (tmp_path / "B").mkdir()
    assert kinds(listed(tmp_path)) == [
        ("clash", "B"),
        ("clash", "Readme"),
        ("clash", "a"),
        ("clash", "b/\u00e9"),
    ]


def test_depth_is_bounded_and_said(tmp_path: Path) -> None:
    (tmp_path / "a/b/c").mkdir(parents=True)
    for name in ("x", "a/x", "a/b/x", "a/b/c/x"):
        (tmp_path / name).write_bytes(b"")
    found = listed(tmp_path, max_depth=2)
    assert list(found.entries) == ["a/x", "x"]
    assert kinds(found) == [("depth", "a/b")]
    assert kinds(listed(tmp_path, max_depth=4)) == []


def test_the_number_of_entries_is_bounded_and_said(tmp_path: Path) -> None:
    for n in range(12):
        (tmp_path / f"{n}").write_bytes(b"")
    assert kinds(listed(tmp_path, max_entries=12)) == []
    found = listed(tmp_path, max_entries=11)
    assert kinds(found) == [("too_many", ".")]
    assert len(found.entries) == 11


def test_after_the_bound_nothing_more_is_listed(tmp_path: Path) -> None:
    for folder in ("a", "b", "c"):
        (tmp_path / folder).mkdir()
        for n in range(9):
            (tmp_path / folder / f"{n}").write_bytes(b"")
    found = listed(tmp_path, max_entries=8)
    assert [kind for kind, _ in kinds(found)] == ["too_many"]
    assert kinds(found)[0][1] in {"a", "b", "c"}
    assert len(found.entries) == 5


def test_a_folder_that_cannot_be_listed_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "good").mkdir()
    (tmp_path / "good/x").write_bytes(b"")
    (tmp_path / "bad").mkdir()
    opened = os.open

    def forbidden(path: Any, *args: Any, **kwargs: Any) -> int:
        if path == "bad":
            raise PermissionError(13, "Permission denied")
        return opened(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", forbidden)
    found = listed(tmp_path)
    assert list(found.entries) == ["good/x"]
    assert kinds(found) == [("unreadable", "bad")]


def test_a_folder_that_becomes_a_link_while_it_is_listed_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lake/a").mkdir(parents=True)
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret/key").write_bytes(b"")
    original = tree._sort_in

    def swap(path: str, *args: Any) -> None:
        original(path, *args)
        (tmp_path / "lake/a").rmdir()
        (tmp_path / "lake/a").symlink_to(tmp_path / "secret")

    monkeypatch.setattr(tree, "_sort_in", swap)
    found = listed(tmp_path / "lake")
    assert not found.entries
    assert kinds(found) == [("unreadable", "a")]


def test_the_directory_itself_has_to_be_readable(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for name in ("missing", "file"):
        with pytest.raises(OSError, match=name), tree.directory(str(tmp_path / name)):
            pytest.fail("it was opened")


def test_a_directory_that_opens_and_cannot_be_listed_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "scandir", broken)
    with pytest.raises(OSError, match="Input/output error"):
        listed(tmp_path)


def test_what_is_no_file_is_not_even_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "fifo")
    names: list[object] = []
    opened = os.open

    def recording(path: Any, *args: Any, **kwargs: Any) -> int:
        names.append(path)
        return opened(path, *args, **kwargs)

    with tree.directory(str(tmp_path)) as folder:
        monkeypatch.setattr(os, "open", recording)
        with pytest.raises(EvidenceUnreadable), tree.regular_file(folder, "fifo"):
            pytest.fail("it was opened")
    assert names == []


def test_descriptors_are_closed_when_a_component_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/link").symlink_to(".")
    before = len(list(Path("/dev/fd").iterdir()))
    for parts in (["a", "b", "link"], ["a", "missing"], ["a", "b", "link", "x"]):
        with pytest.raises(OSError, match=r"."), tree.directory(str(tmp_path), parts):
            pytest.fail("it was opened")
    assert len(list(Path("/dev/fd").iterdir())) == before

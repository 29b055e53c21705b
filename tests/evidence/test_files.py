"""Reading one small file: links, devices and endless input are refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kfm_gates.evidence.files import read_regular


@pytest.mark.parametrize("kind", ["missing", "symlink", "fifo", "directory"])
def test_only_a_regular_file_is_read(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "x"
    if kind == "symlink":
        (tmp_path / "target").write_bytes(b"x")
        path.symlink_to(tmp_path / "target")
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "directory":
        path.mkdir()
    with pytest.raises(OSError, match=r"."):
        read_regular(path, 100)


def test_a_device_is_not_read() -> None:
    with pytest.raises(OSError, match="not a regular file"):
        read_regular("/dev/zero", 100)


def test_the_bound_is_exact(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"12345")
    assert read_regular(tmp_path / "x", 5) == b"12345"
    with pytest.raises(OSError, match="larger than 4 bytes"):
        read_regular(tmp_path / "x", 4)

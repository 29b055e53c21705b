from __future__ import annotations

import gc
import hashlib
import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kfm_gates.record.hashing_file import BinaryOutput, Hashed, HashingFile, TextOutput


class Seen:
    """Takes what a file reports."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.done: list[Hashed] = []
        self.gone = 0
        self.raw = HashingFile(path, self.done.append, self._gone)

    def _gone(self) -> None:
        self.gone += 1


@given(chunks=st.lists(st.binary(max_size=3000), max_size=20))
def test_the_digest_is_that_of_the_file(
    tmp_path_factory: pytest.TempPathFactory, chunks: list[bytes]
) -> None:
    seen = Seen(tmp_path_factory.mktemp("h") / "x")
    with BinaryOutput(seen.raw) as file:
        for chunk in chunks:
            file.write(chunk)
    whole = b"".join(chunks)
    assert seen.path.read_bytes() == whole
    (hashed,) = seen.done
    assert hashed.sha256 == hashlib.sha256(whole).hexdigest()
    assert hashed.size == len(whole)
    assert seen.gone == 0


def test_text_is_utf8_with_line_feeds(tmp_path: Path) -> None:
    seen = Seen(tmp_path / "x")
    with TextOutput(seen.raw) as file:
        file.write("é\nz")
    assert seen.path.read_bytes() == b"\xc3\xa9\nz"
    assert seen.done[0].size == 4


@pytest.mark.parametrize("kind", [BinaryOutput, TextOutput])
@pytest.mark.parametrize("amount", [1, 3_000_000])
def test_a_block_that_raises_leaves_nothing(
    tmp_path: Path, kind: type[BinaryOutput] | type[TextOutput], amount: int
) -> None:
    seen = Seen(tmp_path / "x")

    def block() -> None:
        with kind(seen.raw) as file:
            file.write("a" * amount if kind is TextOutput else b"a" * amount)  # type: ignore[arg-type]
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        block()
    assert not seen.path.exists()
    assert (seen.done, seen.gone) == ([], 1)


def test_a_write_that_fails_is_not_an_output_even_if_it_is_swallowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = Seen(tmp_path / "x")
    file = BinaryOutput(seen.raw)
    file.write(b"abc")

    def full(descriptor: int, data: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space"):
        file.flush()
    monkeypatch.undo()
    file.close()
    assert not seen.path.exists()
    assert (seen.done, seen.gone) == ([], 1)


def test_a_close_that_fails_is_not_an_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = Seen(tmp_path / "x")
    file = BinaryOutput(seen.raw)
    file.write(b"abc")

    def full(descriptor: int, data: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space"):
        file.close()
    assert not seen.path.exists()
    assert (seen.done, seen.gone) == ([], 1)


def test_short_writes_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda d, data: write(d, data[: max(1, len(data) // 2)]))
    seen = Seen(tmp_path / "x")
    with BinaryOutput(seen.raw) as file:
        file.write(b"0123456789" * 100)
    assert seen.path.read_bytes() == b"0123456789" * 100
    assert seen.done[0].sha256 == hashlib.sha256(b"0123456789" * 100).hexdigest()


def test_there_is_no_way_around_the_hash(tmp_path: Path) -> None:
    seen = Seen(tmp_path / "x")
    with BinaryOutput(seen.raw) as file:
        file.write(b"ab")
        assert file.tell() == 2
        for forbidden in (file.fileno, lambda: file.seek(0), lambda: file.truncate(0), file.read):
            with pytest.raises((io.UnsupportedOperation, OSError)):
                forbidden()
    assert seen.path.read_bytes() == b"ab"


def test_an_existing_file_or_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("there", "link"):
        with pytest.raises(FileExistsError):
            Seen(tmp_path / name)
    gc.collect()
    assert not (tmp_path / "nowhere").exists()


def test_nothing_is_written_once_it_is_closed(tmp_path: Path) -> None:
    seen = Seen(tmp_path / "x")
    seen.raw.write(b"ab")
    seen.raw.close()
    with pytest.raises(ValueError, match="closed"):
        seen.raw.write(b"cd")
    assert seen.path.read_bytes() == b"ab"


def test_closing_twice_reports_once(tmp_path: Path) -> None:
    seen = Seen(tmp_path / "x")
    seen.raw.close()
    seen.raw.close()
    seen.raw.give_up()
    assert len(seen.done) == 1
    assert seen.path.exists()

from __future__ import annotations

import gc
import hashlib
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from record_helpers import Record, document, failing, sha256

from kfm_gates.errors import RecorderError
from kfm_gates.record import RunRecorder


def outputs(run: RunRecorder) -> dict[str, dict[str, Any]]:
    """Entries of the manifest by name below artifacts."""
    prefix = run.artifacts.relative_to(run.root).as_posix() + "/"
    entries = document(run.path, "run_manifest")["outputs"]
    return {entry["path"].removeprefix(prefix): entry for entry in entries}


def test_a_file_that_lies_in_artifacts(record: Record) -> None:
    with record() as run:
        (run.artifacts / "a.csv").write_bytes(b"abc")
        place = run.output(
            run.artifacts / "a.csv", "intermediate", media_type="text/csv", label="internal"
        )
        assert place == run.artifacts / "a.csv"
    assert outputs(run)["a.csv"] == {
        "path": f"data/work/runs/demo_family/{run.run_id}/artifacts/a.csv",
        "role": "intermediate",
        "media_type": "text/csv",
        "label": "internal",
        "digest": f"sha256:{hashlib.sha256(b'abc').hexdigest()}",
        "size": 3,
    }


def test_a_relative_path_is_relative_to_artifacts(record: Record) -> None:
    with record() as run:
        (run.artifacts / "deep").mkdir()
        (run.artifacts / "deep" / "a").write_bytes(b"")
        assert run.output("deep/a") == run.artifacts / "deep" / "a"
    assert outputs(run)["deep/a"]["size"] == 0


def test_a_file_from_elsewhere_is_copied(record: Record, tmp_path: Path) -> None:
    source = tmp_path / "big.bin"
    source.write_bytes(os.urandom(3_000_001))
    with record() as run:
        assert run.output(source) == run.artifacts / "big.bin"
        assert run.output(source, name="copies/two.bin") == run.artifacts / "copies" / "two.bin"
        source.write_bytes(b"gone")
    assert set(outputs(run)) == {"big.bin", "copies/two.bin"}
    for name, entry in outputs(run).items():
        assert entry["digest"] == f"sha256:{sha256(run.artifacts / name)}"
        assert entry["size"] == 3_000_001


def test_files_that_are_hashed_while_they_are_written(record: Record) -> None:
    with record() as run:
        with run.open_output("t.txt", mode="w") as text:
            text.write("ä\n")
        with run.open_output("a/b/c.bin", "intermediate", "application/octet-stream") as binary:
            binary.write(b"\0" * 10)
    wanted = hashlib.sha256("ä\n".encode()).hexdigest()
    assert outputs(run)["t.txt"]["digest"] == f"sha256:{wanted}"
    assert outputs(run)["a/b/c.bin"]["size"] == 10
    assert document(run.path, "run_record")["status"] == "success"


def test_parquet_is_written_through(record: Record) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    with record() as run, run.open_output("t.parquet") as file:
        pq.write_table(pa.table({"a": list(range(1000))}), file)
    assert outputs(run)["t.parquet"]["digest"] == f"sha256:{sha256(run.artifacts / 't.parquet')}"
    assert pq.read_table(run.artifacts / "t.parquet").num_rows == 1000


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../x", "/etc/x", "a/../../x", "a//b", "a/", "a\\b", "a:b", "con", "a\n", "a."],
)
def test_unsafe_names(record: Record, name: str) -> None:
    with record() as run:
        before = sorted(run.path.rglob("*"))
        with pytest.raises(RecorderError) as caught:
            run.open_output(name)
        assert caught.value.code == "OUTPUT_PATH_UNSAFE"
        assert sorted(run.path.rglob("*")) == before
    assert outputs(run) == {}


def test_a_name_is_taken_once(record: Record, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"x")
    with record() as run:
        with run.open_output("a.csv") as file:
            file.write(b"first")
        for again in (
            lambda: run.open_output("a.csv"),
            lambda: run.output("a.csv"),
            lambda: run.output(tmp_path / "a.csv"),
            lambda: run.open_output("A.CSV"),
        ):
            with pytest.raises(RecorderError) as caught:
                again()
            assert caught.value.code == "OUTPUT_DUPLICATE"
    assert (run.artifacts / "a.csv").read_bytes() == b"first"


def test_folders_that_fold_to_one_are_refused(record: Record) -> None:
    with record() as run:
        run.open_output("Tiles/a").close()
        with pytest.raises(RecorderError) as caught:
            run.open_output("tiles/b")
        assert caught.value.code == "OUTPUT_DUPLICATE"
        assert caught.value.got == "Tiles"
        run.open_output("Tiles/b").close()
    assert set(outputs(run)) == {"Tiles/a", "Tiles/b"}


def test_a_file_that_is_there_already_is_not_overwritten(record: Record) -> None:
    with record() as run:
        (run.artifacts / "a").write_bytes(b"old")
        with pytest.raises(RecorderError) as caught:
            run.open_output("a")
        assert caught.value.code == "OUTPUT_REFUSED"
        run.output("a")
    assert (run.artifacts / "a").read_bytes() == b"old"


def test_what_is_no_plain_file(record: Record, tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"x")
    with record() as run:
        (run.artifacts / "link").symlink_to(tmp_path / "real")
        (tmp_path / "link").symlink_to(tmp_path / "real")
        (run.artifacts / "folder").mkdir()
        os.mkfifo(run.artifacts / "fifo")
        os.mkfifo(tmp_path / "fifo")
        for path in ("link", "folder", "fifo", "nothing"):
            for place in (run.artifacts / path, tmp_path / path):
                with pytest.raises(RecorderError):
                    run.output(place)
        with pytest.raises(RecorderError):
            run.output("/dev/zero")
        (run.artifacts / "link").unlink()
        (run.artifacts / "fifo").unlink()
        assert not (run.artifacts / "nothing").exists()
    assert outputs(run) == {}


def test_a_folder_that_is_a_link_does_not_lead_out(record: Record, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "a").write_bytes(b"x")
    with record() as run:
        (run.artifacts / "out").symlink_to(elsewhere)
        with pytest.raises(RecorderError):
            run.output("out/a")
        with pytest.raises(RecorderError):
            run.open_output("out/b")
        (run.artifacts / "out").unlink()
    assert sorted(p.name for p in elsewhere.iterdir()) == ["a"]
    assert outputs(run) == {}


def test_a_refused_output_can_be_written_again(record: Record) -> None:
    def half(run: RunRecorder) -> None:
        with run.open_output("a") as file:
            file.write(b"half")
            raise ZeroDivisionError

    with record() as run:
        with pytest.raises(ZeroDivisionError):
            half(run)
        assert not (run.artifacts / "a").exists()
        with run.open_output("a") as file:
            file.write(b"whole")
    assert outputs(run)["a"]["size"] == 5


def test_an_output_that_is_never_closed_fails_the_run(record: Record) -> None:
    def block(run: RunRecorder) -> None:
        run.open_output("a").write(b"half")
        gc.collect()

    run, error = failing(record, block)
    assert error.code == "OUTPUT_UNFINISHED"
    assert document(run.path, "run_record")["status"] == "failed"
    assert outputs(run) == {}
    assert list(run.artifacts.iterdir()) == []


def test_an_output_that_changes_afterwards_fails_the_run(record: Record) -> None:
    def block(run: RunRecorder) -> None:
        with run.open_output("a") as file:
            file.write(b"first")
        (run.artifacts / "a").write_bytes(b"later!")

    run, error = failing(record, block)
    assert error.code == "EVIDENCE_CHANGED"
    assert document(run.path, "run_record")["status"] == "failed"
    # The manifest states the bytes that are there.
    assert outputs(run)["a"]["digest"] == f"sha256:{hashlib.sha256(b'later!').hexdigest()}"


def test_an_output_that_vanishes_fails_the_run(record: Record) -> None:
    def block(run: RunRecorder) -> None:
        run.open_output("a").close()
        (run.artifacts / "a").unlink()

    run, _ = failing(record, block)
    assert document(run.path, "run_record")["status"] == "failed"
    assert outputs(run) == {}


def test_names_for_copies_only(record: Record) -> None:
    with record() as run:
        (run.artifacts / "a").write_bytes(b"")
        with pytest.raises(RecorderError):
            run.output("a", name="b")
        run.output("a")


@pytest.mark.parametrize(
    "about", [{"role": ""}, {"media_type": "csv"}, {"label": "secret"}], ids=str
)
def test_what_is_said_about_an_output_is_checked(record: Record, about: dict[str, str]) -> None:
    with record() as run:
        with pytest.raises(RecorderError):
            run.open_output("a", **about)  # type: ignore[call-overload]
        assert list(run.artifacts.iterdir()) == []


def test_a_thread_that_comes_too_late_changes_nothing(record: Record) -> None:
    opened, over = threading.Event(), threading.Event()
    raised: list[BaseException] = []

    def straggler(run: RunRecorder) -> None:
        file = run.open_output("late")
        opened.set()
        over.wait(30)
        try:
            file.write(b"x")
            file.close()
        except ValueError as error:
            raised.append(error)

    def block(run: RunRecorder) -> None:
        thread = threading.Thread(target=straggler, args=(run,))
        thread.start()
        opened.wait(30)
        threads.append(thread)

    threads: list[threading.Thread] = []
    run, error = failing(record, block)
    over.set()
    threads[0].join(30)
    assert error.code == "OUTPUT_UNFINISHED"
    assert len(raised) == 1
    assert list(run.artifacts.iterdir()) == []

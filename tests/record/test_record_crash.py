"""Whatever goes wrong while a run ends, there is no seal, and the first exception is heard."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from record_helpers import COMMIT, FAMILY, RAW, Record, failing, only_run

from kfm_gates.errors import RecorderError
from kfm_gates.record import RunRecorder, receipts

RECEIPTS = ("run_record.json", "run_manifest.json", "validation_report.json")


def whole(run: RunRecorder) -> None:
    run.input(RAW)
    run.open_output("a").close()
    run.check("a", "pass")


def nothing_counts(run: RunRecorder) -> None:
    """No receipt and no seal, but the log up to the end."""
    names = {path.name for path in run.path.iterdir()}
    assert names == {"artifacts", "logs"}
    assert any(path.name.startswith("run.jsonl") for path in run.logs.iterdir())


@pytest.mark.parametrize("survives", range(5))
def test_a_rename_that_fails(
    record: Record, monkeypatch: pytest.MonkeyPatch, survives: int
) -> None:
    replace = os.replace
    left = [survives]

    def full(source: Path, target: Path) -> None:
        if left[0] == 0:
            raise OSError(28, "No space left on device")
        left[0] -= 1
        replace(source, target)

    def block(run: RunRecorder) -> None:
        whole(run)
        monkeypatch.setattr(os, "replace", full)

    run, error = failing(record, block)
    assert error.code == "RUN_NOT_WRITTEN"
    assert "No space left" in error.message
    nothing_counts(run)


def test_a_disk_that_is_full(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    def block(run: RunRecorder) -> None:
        whole(run)
        monkeypatch.setattr(os, "fsync", full)

    run, _ = failing(record, block)
    nothing_counts(run)


def test_the_exception_of_the_block_goes_first(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    def block(run: RunRecorder) -> None:
        whole(run)
        monkeypatch.setattr(os, "replace", full)
        raise ZeroDivisionError("by zero")

    run, error = failing(record, block, ZeroDivisionError)
    assert any("No space left" in note for note in error.__notes__)
    nothing_counts(run)


def test_a_defect_of_the_recorder_is_no_seal(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(run: object) -> dict[str, object]:
        raise TypeError("a bug")

    monkeypatch.setattr(receipts, "run_manifest", broken)
    run, error = failing(record, whole)
    assert error.code == "RUN_NOT_WRITTEN"
    assert isinstance(error.__cause__, TypeError)
    nothing_counts(run)


def test_receipts_that_would_not_fit_are_not_written(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = receipts.run_record
    monkeypatch.setattr(receipts, "run_record", lambda run: made(run) | {"status": "fine"})
    run, error = failing(record, whole)
    assert error.code == "RECEIPT_INVALID"
    assert error.pointer == "/status"
    nothing_counts(run)


def test_a_file_that_no_seal_can_name(record: Record) -> None:
    def block(run: RunRecorder) -> None:
        whole(run)
        (run.logs / "a:b").write_text("x")

    run, error = failing(record, block)
    assert error.code == "PATH_UNSAFE"
    nothing_counts(run)


def test_an_interrupt_while_the_end_is_written(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(source: Path, target: Path) -> None:
        raise KeyboardInterrupt

    def block(run: RunRecorder) -> None:
        whole(run)
        monkeypatch.setattr(os, "replace", interrupted)

    run, _ = failing(record, block, KeyboardInterrupt)
    nothing_counts(run)


def test_a_process_that_is_killed_leaves_its_log_and_no_seal(lake: Path) -> None:
    code = f"""
        import os, signal
        from kfm_gates.record import record_run
        with record_run({FAMILY!r}, pipeline="p", root={str(lake)!r}, commit={COMMIT!r}) as run:
            run.log("half way")
            run.open_output("a").write(b"half")
            os.kill(os.getpid(), signal.SIGKILL)
    """
    done = subprocess.run((sys.executable, "-c", textwrap.dedent(code)), check=False)
    assert done.returncode == -signal.SIGKILL
    run = only_run(lake)
    assert not any((run / name).exists() for name in (*RECEIPTS, "checksums.sha256"))
    assert "half way" in (run / "logs" / "run.jsonl.part").read_text()


def test_a_receipt_that_is_there_already_is_kept(record: Record) -> None:
    def block(run: RunRecorder) -> None:
        whole(run)
        (run.path / "run_record.json").write_text("mine")

    run, error = failing(record, block)
    assert isinstance(error, RecorderError)
    assert (run.path / "run_record.json").read_text() == "mine"
    assert not (run.path / "checksums.sha256").exists()

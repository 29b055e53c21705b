"""A run is opened once: what is missing, unreadable, changed or out of place is never evidence."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
from evidence_samples import OUTPUT, RAW, RELPATH, Lake, sample

from kfm_gates.errors import EvidenceInvalid, EvidenceMissing, EvidenceUnreadable
from kfm_gates.evidence import hashing, run_dir, tree
from kfm_gates.evidence.run_dir import RECEIPTS, FileDigest, Run
from kfm_gates.model import Layout

FILES = [
    "artifacts/out.geojson",
    "checksums.sha256",
    "logs/run.jsonl",
    "run_manifest.json",
    "run_record.json",
    "validation_report.json",
]


def sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def open_descriptors() -> int:
    return len(list(Path("/dev/fd").iterdir()))


@pytest.fixture(autouse=True)
def _no_descriptor_stays_open() -> Any:
    before = open_descriptors()
    yield
    assert open_descriptors() <= before


# Opening


def test_a_run_that_is_not_there_cannot_be_opened(lake: Lake) -> None:
    for path in (lake.run.with_name("missing"), lake.run / "run_record.json", lake.run / "x" / "y"):
        with pytest.raises(EvidenceUnreadable) as caught:
            Run.open(path, root=lake.root, layout=Layout())
        assert caught.value.code == "RUN_UNREADABLE"
        assert "missing, no directory, or reached" in caught.value.message


def test_a_run_outside_the_root_cannot_be_opened(lake: Lake, tmp_path: Path) -> None:
    shutil.copytree(lake.run, tmp_path / "elsewhere")
    for path in (
        tmp_path / "elsewhere",
        lake.root,
        lake.root.parent,
        lake.root / ".." / "elsewhere",
    ):
        with pytest.raises(EvidenceUnreadable) as caught:
            Run.open(path, root=lake.root, layout=Layout())
        assert caught.value.code == "RUN_UNREADABLE"


@pytest.mark.parametrize("depth", [0, 1, 2, 4])
def test_no_component_above_a_run_may_be_a_link(depth: int, lake: Lake, tmp_path: Path) -> None:
    part = [lake.run, *lake.run.parents][depth]
    part.rename(tmp_path / "real")
    part.symlink_to(tmp_path / "real")
    with pytest.raises(EvidenceUnreadable) as caught:
        lake.open()
    assert caught.value.code == "RUN_UNREADABLE"


def test_the_root_itself_may_be_reached_through_a_link(lake: Lake, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(lake.root)
    root = tmp_path / "link"
    assert Run.open(root / RELPATH, root=root, layout=Layout()).relpath == RELPATH


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (PermissionError(13, "Permission denied"), "Permission denied"),
        (OSError(24, "Too many open files"), "Too many open files"),
    ],
)
def test_a_run_that_may_not_be_listed_cannot_be_opened(
    error: OSError, why: str, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(tree, "walk", refuse)
    with pytest.raises(EvidenceUnreadable) as caught:
        lake.open()
    assert caught.value.code == "RUN_UNREADABLE"
    assert why in caught.value.message


def test_a_run_with_a_name_that_cannot_be_shown_cannot_be_opened(lake: Lake) -> None:
    for name in ("a\nb", "a\u202eb", "a:b"):
        path = lake.run.with_name(name)
        path.mkdir()
        with pytest.raises(EvidenceUnreadable) as caught:
            Run.open(path, root=lake.root, layout=Layout())
        assert caught.value.code == "RUN_UNREADABLE"
    os.mkdir(os.fsencode(lake.run.parent) + b"/a\xff")
    with pytest.raises(EvidenceUnreadable):
        Run.open(Path(os.fsdecode(b"a\xff")), root=lake.root, layout=Layout())


def test_a_run_knows_its_place_and_its_files(lake: Lake) -> None:
    lake.write("catalog/stac/item.json", b"{}")
    (lake.run / "tmp").mkdir()
    run = lake.open()
    assert run.relpath == RELPATH
    assert (run.family_name, run.name) == tuple(RELPATH.split("/")[-2:])
    assert (run.path, run.root) == (lake.run, lake.root)
    assert list(run.entries) == sorted([*FILES, "catalog/stac/item.json"])
    assert run.entries["artifacts/out.geojson"].size == len(OUTPUT)
    assert run.directories == {"artifacts", "catalog", "catalog/stac", "logs", "tmp"}
    assert run.problems == ()


def test_logs_are_found_by_any_case_of_their_suffix(lake: Lake) -> None:
    for name in ("logs/a.JSONL", "logs/deep/b.jsonl", "logs/c.txt", "artifacts/d.jsonl", "e.jsonl"):
        lake.write(name, b"{}\n")
    assert lake.open().log_files() == ["logs/a.JSONL", "logs/deep/b.jsonl", "logs/run.jsonl"]


# Receipts


@pytest.mark.parametrize("name", RECEIPTS)
def test_a_missing_receipt_is_missing(name: str, lake: Lake) -> None:
    (lake.run / f"{name}.json").unlink()
    run = lake.open()
    for read in (run.document, run.valid):
        with pytest.raises(EvidenceMissing) as caught:
            read(name)
        assert (caught.value.code, caught.value.file) == ("RECEIPT_MISSING", f"{name}.json")


@pytest.mark.parametrize("name", RECEIPTS)
@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "JSON_EMPTY"),
        (b"{", "JSON_SYNTAX"),
        (b'{"a":1,"a":1}', "JSON_DUPLICATE_KEY"),
        (b"\xef\xbb\xbf{}", "JSON_BOM"),
        (b"// x\n{}", "JSON_COMMENT"),
        (b'"' + b"x" * 2**25 + b'"', "EVIDENCE_TOO_LARGE"),
    ],
)
def test_an_unreadable_receipt_is_unreadable(name: str, raw: bytes, code: str, lake: Lake) -> None:
    lake.write(f"{name}.json", raw)
    run = lake.open()
    for read in (run.document, run.valid, run.document):
        with pytest.raises(EvidenceUnreadable) as caught:
            read(name)
        assert (caught.value.code, caught.value.file) == (code, f"{name}.json")


@pytest.mark.parametrize("kind", ["symlink", "dangling", "directory", "fifo", "socket"])
def test_a_receipt_that_is_no_plain_file_is_unreadable_not_missing(kind: str, lake: Lake) -> None:
    path = lake.run / "run_record.json"
    path.rename(lake.root / "moved.json")
    match kind:
        case "symlink":
            path.symlink_to(lake.root / "moved.json")
        case "dangling":
            path.symlink_to("nowhere")
        case "directory":
            path.mkdir()
        case "fifo":
            os.mkfifo(path)
        case "socket":
            with socket.socket(socket.AF_UNIX) as listener:
                os.chdir(lake.run)
                listener.bind("run_record.json")
    run = lake.open()
    for read in (run.document, run.digest):
        with pytest.raises(EvidenceUnreadable) as caught:
            read("run_record" if read == run.document else "run_record.json")
        assert caught.value.code == "EVIDENCE_UNREADABLE"
        assert caught.value.wanted == "a regular file"


def test_an_invalid_receipt_is_a_document_and_never_valid(lake: Lake) -> None:
    lake.receipt("run_record", status="done", ended_at=None)
    run = lake.open()
    document = run.document("run_record")
    assert {i.pointer for i in document.issues} == {"", "/status"}
    with pytest.raises(EvidenceInvalid) as caught:
        run.valid("run_record")
    error = caught.value
    assert (error.code, error.file) == ("RECEIPT_INVALID", "run_record.json")
    assert "ended_at" in error.message
    assert "1 more" in error.message
    assert (error.pointer, error.line) == ("", 1)


def test_one_issue_is_told_as_one(lake: Lake) -> None:
    lake.receipt("run_record", status="done")
    with pytest.raises(EvidenceInvalid) as caught:
        lake.open().valid("run_record")
    assert "more" not in caught.value.message
    assert caught.value.pointer == "/status"
    lines = (lake.run / "run_record.json").read_text().split("\n")
    assert caught.value.line is not None
    assert "status" in lines[caught.value.line - 1]
    assert caught.value.got == '"done"'


@pytest.mark.parametrize("raw", [b"[]", b"null", b'"x"', b"1", b"true"])
def test_a_receipt_that_is_no_object_is_invalid(raw: bytes, lake: Lake) -> None:
    lake.write("run_manifest.json", raw)
    with pytest.raises(EvidenceInvalid):
        lake.open().valid("run_manifest")


def test_an_unknown_schema_version_is_refused(lake: Lake) -> None:
    lake.receipt("run_manifest", schema_version="run_manifest/v2")
    with pytest.raises(EvidenceInvalid) as caught:
        lake.open().valid("run_manifest")
    assert caught.value.pointer == "/schema_version"


def test_a_good_receipt_is_read_once_with_its_digest(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = lake.open()
    raw = (lake.run / "run_record.json").read_bytes()
    document = run.document("run_record")
    monkeypatch.setattr(tree, "regular_file", lambda *_: pytest.fail("it was opened twice"))
    assert run.document("run_record") is document
    assert run.valid("run_record") == {**sample("run_record"), "status": "succeeded"}
    assert (document.raw, document.sha256) == (raw, sha256(raw))
    assert run.digest("run_record.json") == FileDigest(sha256(raw), len(raw))
    assert document.name == "run_record"
    assert document.aliases == ()


def test_what_no_receipt_has_as_a_name_is_a_mistake(lake: Lake) -> None:
    with pytest.raises(ValueError, match="no receipt"):
        lake.open().document("seal")


def test_names_of_receipts_come_from_the_layout(lake: Lake) -> None:
    (lake.run / "run_record.json").rename(lake.run / "record.json")
    (lake.run / "checksums.sha256").rename(lake.run / "SHA256SUMS")
    layout = Layout(run_record="record.json", seal="SHA256SUMS")
    run = Run.open(lake.run, root=lake.root, layout=layout)
    assert run.document("run_record").file == "record.json"
    assert "run_record.json" in run.seal()


def test_lines_lead_to_what_was_written_under_its_old_name(lake: Lake) -> None:
    data = sample("run_manifest")
    output = data["outputs"][0]
    data["outputs"] = [{"path": output["path"], "checksum": "md5:1", "role": "x"}]
    lake.write("run_manifest.json", json.dumps(data, indent=1).encode())
    document = lake.open().document("run_manifest")
    [issue] = document.issues
    assert issue.pointer == "/outputs/0/digest"
    lines = document.raw.decode().split("\n")
    line = document.line(issue.pointer)
    assert line is not None
    assert "checksum" in lines[line - 1]
    # What is missing is shown where it should be.
    assert document.line("/outputs/0/size") == document.line("/outputs/0")
    assert document.line("/outputs/7/size") == document.line("/outputs")
    assert document.line("/nothing") == document.line("") == 1


def test_two_names_of_one_field_are_unreadable(lake: Lake) -> None:
    lake.receipt("run_record", finished_at="2026-02-18T00:10:00Z")
    with pytest.raises(EvidenceUnreadable) as caught:
        lake.open().document("run_record")
    assert (caught.value.code, caught.value.file) == ("ALIAS_CONFLICT", "run_record.json")


# Seal


def test_a_missing_seal_is_missing_and_a_bad_one_unreadable(lake: Lake) -> None:
    (lake.run / "checksums.sha256").unlink()
    run = lake.open()
    for read in (run.seal, run.seal_raw):
        with pytest.raises(EvidenceMissing) as caught:
            read()
        assert caught.value.code == "RECEIPT_MISSING"
    lake.write("checksums.sha256", b"")
    run = lake.open()
    for _ in range(2):
        with pytest.raises(EvidenceUnreadable) as unreadable:
            run.seal()
        assert unreadable.value.code == "SEAL_MALFORMED"
    assert run.seal_raw() == b""


def test_the_seal_lists_every_other_file(lake: Lake) -> None:
    run = lake.open()
    assert list(run.seal()) == [f for f in FILES if f != "checksums.sha256"]
    assert run.seal_raw() == (lake.run / "checksums.sha256").read_bytes()
    found = run.digest_all(run.seal())
    assert {p: d.sha256 for p, d in found.items() if isinstance(d, FileDigest)} == run.seal()


# Reading and hashing


@pytest.mark.parametrize(
    "path",
    [
        "",
        "missing",
        "artifacts/missing",
        "../x",
        f"../../{RELPATH}",
        "/etc/passwd",
        "./run_record.json",
        "artifacts//out.geojson",
        "run_record.json/x",
        "logs/../run_record.json",
        "a\x00b",
    ],
)
def test_only_files_of_the_run_are_read(path: str, lake: Lake) -> None:
    run = lake.open()
    for read in (lambda: run.read(path, 100), lambda: run.digest(path)):
        with pytest.raises(EvidenceMissing) as caught:
            read()
        assert caught.value.code == "EVIDENCE_MISSING"


def test_a_file_over_the_bound_is_not_read(lake: Lake) -> None:
    run = lake.open()
    assert run.read("artifacts/out.geojson", len(OUTPUT)) == OUTPUT
    with pytest.raises(EvidenceUnreadable) as caught:
        run.read("artifacts/out.geojson", len(OUTPUT) - 1)
    assert caught.value.code == "EVIDENCE_TOO_LARGE"


def test_one_bad_file_does_not_hide_the_others(lake: Lake) -> None:
    lake.write("artifacts/other.bin", b"x" * 10)
    (lake.run / "artifacts/link").symlink_to("out.geojson")
    run = lake.open()
    (lake.run / "artifacts/other.bin").write_bytes(b"y" * 11)
    wanted = ["artifacts/out.geojson", "artifacts/other.bin", "artifacts/link", "gone", "logs"]
    found = run.digest_all(wanted)
    assert sorted(found) == sorted(wanted)
    assert found["artifacts/out.geojson"] == FileDigest(sha256(OUTPUT), len(OUTPUT))
    codes = {p: getattr(d, "code", None) for p, d in found.items()}
    assert codes == {
        "artifacts/out.geojson": None,
        "artifacts/other.bin": "EVIDENCE_CHANGED",
        "artifacts/link": "EVIDENCE_UNREADABLE",
        "gone": "EVIDENCE_MISSING",
        "logs": "EVIDENCE_UNREADABLE",
    }


def big(lake: Lake, size: int = 3 * 2**20) -> tuple[str, bytes]:
    raw = os.urandom(1000) * (size // 1000)
    lake.write("artifacts/big.bin", raw)
    return "artifacts/big.bin", raw


def appending(path: Path) -> Any:
    def progress(count: int) -> None:
        with path.open("ab") as stream:
            stream.write(b"x")

    return progress


def rewriting(path: Path) -> Any:
    def progress(count: int) -> None:
        with path.open("r+b") as stream:
            stream.write(b"x")

    return progress


def truncating(path: Path) -> Any:
    return lambda count: os.truncate(path, 1)


@pytest.mark.parametrize("tamper", [appending, rewriting, truncating])
def test_a_file_that_changes_while_it_is_hashed_is_refused(tamper: Any, lake: Lake) -> None:
    path, _ = big(lake)
    run = lake.open()
    found = run.digest_all([path], tamper(lake.run / path))[path]
    assert isinstance(found, EvidenceUnreadable)
    assert found.code == "EVIDENCE_CHANGED"
    with pytest.raises(EvidenceUnreadable):
        run.digest(path)
    assert path in run.changed()


def test_a_file_that_grows_for_ever_is_not_read_for_ever(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, raw = big(lake)
    run = lake.open()
    reads: list[int] = []

    def endless(descriptor: int, buffers: list[Any]) -> int:
        reads.append(1)
        return len(buffers[0])

    monkeypatch.setattr(os, "readv", endless)
    found = run.digest_all([path])[path]
    assert isinstance(found, EvidenceUnreadable)
    assert found.code == "EVIDENCE_CHANGED"
    assert len(reads) <= len(raw) // hashing.BUFFER + 2


def test_a_short_read_is_not_the_end(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    path, raw = big(lake)
    readv, read = os.readv, os.read
    monkeypatch.setattr(os, "readv", lambda d, b: readv(d, [b[0][:777_777]]))
    monkeypatch.setattr(os, "read", lambda d, n: read(d, min(n, 777_777)))
    assert lake.open().digest(path) == FileDigest(sha256(raw), len(raw))
    assert lake.open().read(path, len(raw)) == raw


@pytest.mark.parametrize("more", [b"", b" "])
def test_a_file_that_changes_while_it_is_read_is_refused(
    more: bytes, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = lake.run / "run_record.json"
    os.utime(path, ns=(1, 1))
    run = lake.open()
    read = os.read

    def racing(descriptor: int, count: int) -> bytes:
        raw = read(descriptor, count)
        path.write_bytes(path.read_bytes() + more)
        return raw

    monkeypatch.setattr(os, "read", racing)
    with pytest.raises(EvidenceUnreadable) as caught:
        run.document("run_record")
    assert caught.value.code == "EVIDENCE_CHANGED"


def test_a_file_that_ends_too_early_is_refused(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "read", lambda *_: b"")
    monkeypatch.setattr(os, "readv", lambda *_: 0)
    run = lake.open()
    for read in (run.digest, lambda path: run.read(path, 1000)):
        with pytest.raises(EvidenceUnreadable) as caught:
            read("logs/run.jsonl")
        assert caught.value.code == "EVIDENCE_CHANGED"


def test_a_file_that_changed_before_is_refused_without_reading_it(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = lake.open()
    lake.write("logs/run.jsonl", b"other\n")
    monkeypatch.setattr(os, "read", lambda *_: pytest.fail("it was read"))
    monkeypatch.setattr(os, "readv", lambda *_: pytest.fail("it was read"))
    for read in (run.digest, lambda path: run.read(path, 1000)):
        with pytest.raises(EvidenceUnreadable) as caught:
            read("logs/run.jsonl")
        assert caught.value.code == "EVIDENCE_CHANGED"


def test_an_input_output_error_is_a_refusal(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "readv", broken)
    monkeypatch.setattr(os, "read", broken)
    run = lake.open()
    for read in (run.digest, lambda path: run.read(path, 1000)):
        with pytest.raises(EvidenceUnreadable) as caught:
            read("logs/run.jsonl")
        assert caught.value.code == "EVIDENCE_UNREADABLE"
        assert "Input/output error" in caught.value.message


def test_a_file_may_not_be_opened(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    run = lake.open()
    opened = os.open

    def forbidden(path: Any, *args: Any, **kwargs: Any) -> int:
        if path == "out.geojson":
            raise PermissionError(13, "Permission denied")
        return opened(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", forbidden)
    with pytest.raises(EvidenceUnreadable) as caught:
        run.digest("artifacts/out.geojson")
    assert caught.value.code == "EVIDENCE_UNREADABLE"
    assert "Permission denied" in caught.value.message


@pytest.mark.parametrize("kind", ["symlink", "fifo", "directory", "parent", "gone", "copy"])
def test_what_was_swapped_after_the_listing_is_refused(kind: str, lake: Lake) -> None:
    run = lake.open()
    path = lake.run / "artifacts/out.geojson"
    moved = lake.root / "moved"
    match kind:
        case "parent":
            path.parent.rename(moved)
            path.parent.symlink_to(moved)
        case "copy":
            shutil.copy2(path, moved)
            os.replace(moved, path)
        case _:
            path.rename(moved)
    match kind:
        case "symlink":
            path.symlink_to(moved)
        case "fifo":
            os.mkfifo(path)
        case "directory":
            path.mkdir()
    for read in (run.digest, lambda p: run.read(p, 1000)):
        with pytest.raises(EvidenceUnreadable):
            read("artifacts/out.geojson")
    assert run.changed()


@pytest.mark.parametrize("kind", ["fifo", "symlink", "gone"])
def test_a_file_swapped_between_the_question_and_the_opening_is_refused(
    kind: str, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = lake.open()
    path = lake.run / "artifacts/out.geojson"
    opened = os.open

    def racing(name: Any, *args: Any, **kwargs: Any) -> int:
        if name == "out.geojson":
            path.unlink()
            if kind == "fifo":
                os.mkfifo(path)
            elif kind == "symlink":
                path.symlink_to(lake.raw)
        return opened(name, *args, **kwargs)

    monkeypatch.setattr(os, "open", racing)
    with pytest.raises(EvidenceUnreadable) as caught:
        run.digest("artifacts/out.geojson")
    wanted = {"fifo": "is a FIFO", "symlink": "symbolic link", "gone": "changed"}
    assert wanted[kind] in caught.value.message


def test_the_run_directory_itself_may_not_be_swapped(lake: Lake, tmp_path: Path) -> None:
    run = lake.open()
    shutil.copytree(lake.run, tmp_path / "copy")
    lake.run.rename(tmp_path / "old")
    with pytest.raises(EvidenceUnreadable) as caught:
        run.document("run_record")
    assert caught.value.code == "EVIDENCE_CHANGED"
    (tmp_path / "copy").rename(lake.run)
    with pytest.raises(EvidenceUnreadable):
        run.digest_all(["run_manifest.json"])
    assert run.changed() == [RELPATH]


def test_what_was_read_twice_has_to_be_the_same(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = lake.open()
    run.digest("logs/run.jsonl")
    # A file system that hides the change from stat is caught by the digest.
    monkeypatch.setattr(hashing, "read_descriptor", lambda *_: b"other")
    with pytest.raises(EvidenceUnreadable) as caught:
        run.read("logs/run.jsonl", 1000)
    assert caught.value.code == "EVIDENCE_CHANGED"


@pytest.mark.parametrize("threads", [None, 1, 2, 7])
def test_threads_and_sizes_do_not_matter_to_digests(threads: int | None, lake: Lake) -> None:
    sizes = [0, 1, 1000, hashing.BUFFER - 1, hashing.BUFFER, hashing.BUFFER + 1, 5 * hashing.BUFFER]
    wanted = {}
    for size in sizes:
        raw = os.urandom(16) * (size // 16 + 1)
        lake.write(f"artifacts/{size}.bin", raw[:size])
        wanted[f"artifacts/{size}.bin"] = FileDigest(sha256(raw[:size]), size)
    counted: list[int] = []
    run = lake.open()
    assert run.digest_all(wanted, counted.append, threads) == wanted
    assert sum(counted) == sum(sizes)
    assert max(counted) <= hashing.BUFFER
    # A second time nothing is read, and progress still adds up.
    counted.clear()
    assert run.digest_all(wanted, counted.append, threads) == wanted
    assert sum(counted) == sum(sizes)


@pytest.mark.parametrize(
    ("threads", "size", "started"),
    [
        (None, 10, 0),
        (None, hashing.PARALLEL_FROM, 4),
        (1, hashing.PARALLEL_FROM, 0),
        (3, 10, 3),
        (0, 10, 0),
        (100, 10, 5),
    ],
)
def test_threads_are_started_where_they_pay(
    threads: int | None, size: int, started: int, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"artifacts/{n}.bin" for n in range(5)]
    for name in names:
        lake.write(name, b"x" * size)
    monkeypatch.setattr(hashing, "_processors", lambda: 4)
    running: list[threading.Thread] = []
    start = threading.Thread.start
    monkeypatch.setattr(threading.Thread, "start", lambda self: (running.append(self), start(self)))
    assert len(lake.open().digest_all(names, threads=threads)) == 5
    assert len(running) == started
    assert not any(thread.is_alive() for thread in running)


def test_the_largest_file_is_hashed_first(lake: Lake) -> None:
    for size in (5, 500, 50):
        lake.write(f"artifacts/{size}.bin", b"x" * size)
    counted: list[int] = []
    lake.open().digest_all(
        ["artifacts/5.bin", "artifacts/500.bin", "artifacts/50.bin"], counted.append
    )
    assert counted == [500, 50, 5]


@pytest.mark.parametrize("threads", [1, 3])
def test_an_interrupt_or_a_bug_in_progress_is_not_swallowed(threads: int, lake: Lake) -> None:
    for n in range(6):
        lake.write(f"artifacts/{n}.bin", b"x" * 100)
    run = lake.open()
    before = threading.active_count()

    def interrupt(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run.digest_all([f"artifacts/{n}.bin" for n in range(6)], interrupt, threads)
    assert threading.active_count() == before


def test_few_descriptors_are_open_at_once(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(40):
        lake.write(f"artifacts/{n % 5}/a/b/c/{n}.bin", b"x")
    most = 0
    readv = os.readv

    def counting(descriptor: int, buffers: Any) -> int:
        nonlocal most
        most = max(most, open_descriptors())
        return readv(descriptor, buffers)

    monkeypatch.setattr(os, "readv", counting)
    before = open_descriptors()
    run = lake.open()
    run.digest_all(run.entries, threads=1)
    assert most - before <= 4


# Inputs elsewhere in the lake


def test_an_input_that_is_not_there_is_missing(lake: Lake) -> None:
    run = lake.open()
    for path in ("data/raw/none.csv", "data/none/x", "data/raw/source.csv/x"):
        with pytest.raises(EvidenceMissing) as caught:
            run.outside(path)
        assert (caught.value.code, caught.value.file) == ("EVIDENCE_MISSING", path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "../x",
        "data/raw/../../../x",
        "data//raw/source.csv",
        "data/raw/",
        "data\\raw",
        "data/raw/a\x00",
        "-",
    ],
)
def test_an_input_path_that_is_not_acceptable_is_unreadable(path: str, lake: Lake) -> None:
    with pytest.raises(EvidenceUnreadable):
        lake.open().outside(path)


@pytest.mark.parametrize("part", ["data/raw/source.csv", "data/raw", "data"])
def test_an_input_behind_a_link_is_unreadable_not_missing(
    part: str, lake: Lake, tmp_path: Path
) -> None:
    run = lake.open()
    (lake.root / part).rename(tmp_path / "real")
    (lake.root / part).symlink_to(tmp_path / "real")
    with pytest.raises(EvidenceUnreadable) as caught:
        run.outside("data/raw/source.csv")
    assert "symbolic link" in caught.value.message


def test_an_input_that_is_no_file_is_unreadable(lake: Lake) -> None:
    os.mkfifo(lake.root / "data/raw/fifo")
    run = lake.open()
    for path, kind in (("data/raw/fifo", "FIFO"), ("data/raw", "directory")):
        with pytest.raises(EvidenceUnreadable) as caught:
            run.outside(path)
        assert kind in caught.value.message


def test_a_device_is_never_read(lake: Lake) -> None:
    if not Path("/dev/null").is_char_device():
        pytest.skip("there is no device to try")
    run = Run.open(lake.run, root=lake.root, layout=Layout())
    run.root = Path("/")
    run._outside = type(run._outside)(Path("/"))
    with pytest.raises(EvidenceUnreadable) as caught:
        run.outside("dev/null")
    assert "device" in caught.value.message


def test_inputs_are_hashed_once_and_watched(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    run = lake.open()
    wanted = FileDigest(sha256(RAW), len(RAW))
    assert run.outside("data/raw/source.csv") == wanted
    with pytest.raises(EvidenceMissing):
        run.outside("data/raw/late.csv")
    with monkeypatch.context() as patch:
        patch.setattr(os, "readv", lambda *_: pytest.fail("it was read twice"))
        found = run.outside_all(["data/raw/source.csv", "data/raw/late.csv"])
    assert found["data/raw/source.csv"] == wanted
    assert isinstance(found["data/raw/late.csv"], EvidenceMissing)
    assert run.changed() == []
    (lake.root / "data/raw/late.csv").write_bytes(b"x")
    # What was missing once stays missing for this run, and is reported as a change.
    with pytest.raises(EvidenceMissing):
        run.outside("data/raw/late.csv")
    lake.raw.write_bytes(RAW + b"x")
    assert run.changed() == ["data/raw/late.csv", "data/raw/source.csv"]
    lake.raw.unlink()
    assert run.changed() == ["data/raw/late.csv", "data/raw/source.csv"]
    lake.raw.symlink_to("late.csv")
    assert run.changed() == ["data/raw/late.csv", "data/raw/source.csv"]


# Afterwards


def test_an_unchanged_run_is_unchanged(lake: Lake) -> None:
    run = lake.open()
    run.digest_all(run.entries)
    run.outside("data/raw/source.csv")
    assert run.changed() == []


def touch(lake: Lake) -> None:
    os.utime(lake.run / "logs/run.jsonl", ns=(1, 1))


def same_size(lake: Lake) -> None:
    path = lake.run / "logs/run.jsonl"
    status = path.stat()
    path.write_bytes(b"x" * status.st_size)
    # The size and mtime are as before; ctime is not for a user to set.
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def replaced(lake: Lake) -> None:
    path = lake.run / "logs/run.jsonl"
    shutil.copy2(path, lake.root / "copy")
    os.replace(lake.root / "copy", path)


def removed(lake: Lake) -> None:
    (lake.run / "logs/run.jsonl").unlink()


def linked(lake: Lake) -> None:
    path = lake.run / "logs/run.jsonl"
    path.rename(lake.root / "moved")
    path.symlink_to(lake.root / "moved")


@pytest.mark.parametrize("tamper", [touch, same_size, replaced, removed, linked])
def test_a_file_that_changed_after_it_was_hashed_is_named(tamper: Any, lake: Lake) -> None:
    run = lake.open()
    run.digest_all(run.entries)
    tamper(lake)
    assert run.changed() == ["logs/run.jsonl"]


def test_what_appears_is_named_whether_it_was_read_or_not(lake: Lake) -> None:
    run = lake.open()
    lake.write("artifacts/new.bin", b"x")
    (lake.run / "empty").mkdir()
    (lake.run / "link").symlink_to("nowhere")
    assert run.changed() == ["artifacts/new.bin", "empty", "link"]


def test_a_file_that_nobody_read_may_grow(lake: Lake) -> None:
    lake.write("tmp/scratch", b"x")
    run = lake.open()
    run.digest("logs/run.jsonl")
    lake.write("tmp/scratch", b"xx")
    assert run.changed() == []


def test_a_run_that_vanished_has_changed(lake: Lake) -> None:
    run = lake.open()
    shutil.rmtree(lake.root)
    assert run.changed() == [RELPATH]
    with pytest.raises(EvidenceUnreadable):
        run.document("run_record")
    with pytest.raises(EvidenceUnreadable):
        run.outside("data/raw/source.csv")


def test_two_threads_read_a_receipt_once(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    run = lake.open()
    opened: list[str] = []
    original = run_dir.read_document

    def counting(*args: Any) -> Any:
        opened.append(args[0])
        return original(*args)

    monkeypatch.setattr(run_dir, "read_document", counting)
    barrier = threading.Barrier(4)

    def work() -> None:
        barrier.wait()
        for name in RECEIPTS:
            run.valid(name)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(opened) == sorted(RECEIPTS)

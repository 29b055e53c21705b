from __future__ import annotations

import os
from pathlib import Path

import pytest
from record_helpers import RAW, Record, document, failing, only_run, sha256

from kfm_gates.errors import RecorderError
from kfm_gates.record import RunRecorder

URI = "https://example.org/a.csv"
DIGEST = "sha256:" + "ab" * 32


def refused(record: Record, *arguments: str, **keywords: str) -> RecorderError:
    with record() as run, pytest.raises(RecorderError) as caught:
        run.input(*arguments, **keywords)
    return caught.value


def test_a_file_of_the_raw_zone_is_hashed(record: Record, lake: Path) -> None:
    with record() as run:
        assert run.input(RAW) == lake / RAW
    assert document(run.path, "run_manifest")["inputs"] == [
        {"path": RAW, "digest": f"sha256:{sha256(lake / RAW)}", "role": "primary"}
    ]


def test_absolute_paths_and_detours_name_the_same_file(record: Record, lake: Path) -> None:
    with record() as run:
        for path in (lake / RAW, f"{lake}/data/../{RAW}", f"./{RAW}", Path(RAW)):
            assert run.input(path) == lake / RAW
    assert len(document(run.path, "run_manifest")["inputs"]) == 1


def test_a_root_that_is_reached_through_a_link(record: Record, lake: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(lake)
    with record(root=tmp_path / "alias") as run:
        assert run.input(tmp_path / "alias" / RAW) == lake / RAW
        assert run.input(lake / RAW) == lake / RAW
    assert run.path == only_run(lake)


def test_a_uri_with_its_digest(record: Record) -> None:
    with record() as run:
        assert run.input(URI, "reference", digest=DIGEST, label="internal") is None
    assert document(run.path, "run_manifest")["inputs"] == [
        {"uri": URI, "digest": DIGEST, "role": "reference", "label": "internal"}
    ]


def test_the_same_input_twice_is_one_input(record: Record, lake: Path) -> None:
    with record() as run:
        run.input(RAW)
        run.input(lake / RAW, digest=f"sha256:{sha256(lake / RAW)}")
        with pytest.raises(RecorderError) as caught:
            run.input(RAW, role="reference")
        assert caught.value.code == "INPUT_DUPLICATE"
    assert len(document(run.path, "run_manifest")["inputs"]) == 1


def test_another_digest_than_expected(record: Record) -> None:
    assert refused(record, RAW, digest=DIGEST).code == "INPUT_DIGEST_MISMATCH"


@pytest.mark.parametrize(
    "path",
    [
        "data/raw",
        "data/work/x",
        "rows.csv",
        "../rows.csv",
        "data/raw/../../../etc/passwd",
        "/etc/passwd",
        "data/rawer/x",
        "",
    ],
)
def test_paths_outside_the_raw_zone(record: Record, path: str) -> None:
    assert refused(record, path).code == "INPUT_OUTSIDE_RAW"


@pytest.mark.parametrize("name", ["a:b", "a\\b", "con", "a.", "a\nb", "a%2Fb", "e\u0301"])
def test_unsafe_names(record: Record, lake: Path, name: str) -> None:
    (lake / "data" / "raw" / name).write_text("x")
    assert refused(record, f"data/raw/{name}").code == "INPUT_PATH_UNSAFE"


@pytest.mark.parametrize("what", ["file", "folder", "raw", "dangling"])
def test_links_are_refused(record: Record, lake: Path, tmp_path: Path, what: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "x.csv").write_text("x")
    raw = lake / "data" / "raw"
    path = "data/raw/x.csv"
    if what == "file":
        (raw / "x.csv").symlink_to(elsewhere / "x.csv")
    elif what == "dangling":
        (raw / "x.csv").symlink_to(elsewhere / "nothing")
    elif what == "folder":
        (raw / "there").symlink_to(elsewhere)
        path = "data/raw/there/x.csv"
    else:
        raw.rename(lake / "data" / "raw_moved")
        raw.symlink_to(elsewhere)
    error = refused(record, path)
    assert error.code == "EVIDENCE_UNREADABLE"
    assert "symbolic link" in error.message


def test_what_is_not_a_file(record: Record, lake: Path) -> None:
    os.mkfifo(lake / "data" / "raw" / "fifo")
    assert refused(record, "data/raw/fifo").code == "EVIDENCE_UNREADABLE"
    assert refused(record, "data/raw/demo_family").code == "EVIDENCE_UNREADABLE"
    assert refused(record, "data/raw/nothing").code == "FILE_MISSING"


@pytest.mark.parametrize(
    "uri",
    [
        "file:///etc/passwd",
        "http://example.org/a",
        "ftp://example.org/a",
        "HTTPS://example.org/a",
        "https://user:hunter2@example.org/a",
        "https://example.org/a b",
        "https://example.org/a\nb",
        "https://example.org/" + "a" * 2048,
        "s3://",
    ],
)
def test_uris_that_are_no_stable_names(record: Record, uri: str) -> None:
    error = refused(record, uri, digest=DIGEST)
    assert error.code == "INPUT_URI_REFUSED"
    assert "hunter2" not in f"{error.message}{error.got}{error.wanted}{error.file}"


@pytest.mark.parametrize(
    "digest",
    ["", "ab" * 32, "sha256:AB" + "ab" * 31, "md5:" + "ab" * 16, "sha256:" + "0" * 64, "sha256:ab"],
)
def test_digests_that_are_none(record: Record, digest: str) -> None:
    assert refused(record, URI, digest=digest).code == "DIGEST_INVALID"
    assert refused(record, RAW, digest=digest).code == "DIGEST_INVALID"


def test_a_uri_without_digest(record: Record) -> None:
    assert refused(record, URI).code == "INPUT_DIGEST_MISSING"


@pytest.mark.parametrize("label", ["", "Public", "secret"])
def test_a_label_that_is_none(record: Record, label: str) -> None:
    assert refused(record, RAW, label=label).code == "SENSITIVITY_INVALID"


def test_an_input_that_changes_during_the_run_fails_it(record: Record, lake: Path) -> None:
    def block(run: RunRecorder) -> None:
        run.input(RAW)
        (lake / RAW).write_bytes(b"other")

    run, error = failing(record, block)
    assert error.code == "EVIDENCE_CHANGED"
    written = document(run.path, "run_record")
    assert written["status"] == "failed"
    assert RAW in written["error"]["message"]


def test_an_input_that_was_only_touched_is_still_the_input(record: Record, lake: Path) -> None:
    with record() as run:
        run.input(RAW)
        os.utime(lake / RAW, ns=(1, 1))
    assert document(run.path, "run_record")["status"] == "success"


def test_an_input_that_vanishes_fails_the_run(record: Record, lake: Path) -> None:
    def block(run: RunRecorder) -> None:
        run.input(RAW)
        (lake / RAW).unlink()

    run, _ = failing(record, block)
    assert document(run.path, "run_record")["status"] == "failed"

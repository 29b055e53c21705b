"""Catalogs that were made elsewhere: declared by the pipeline, or found where `seal` looks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from record_helpers import RAW, Record, document, failing, log, sha256, sha256sum

from kfm_gates.errors import RecorderError
from kfm_gates.record import RunRecorder

ABOUT = """
title: Rows
description: Rows of Kansas
publisher: {name: Rows team}
contact: {name: Desk, email: desk@rows.example.org}
rights: {license: CC-BY-4.0, holder: Rows team, attribution: "Data: Rows team"}
sensitivity: {label: public, input_label: public}
"""


def fill(run: RunRecorder) -> None:
    run.input(RAW)
    with run.open_output("rows.csv", mode="w") as file:
        file.write("a\n1\n")
    run.check("rows", observed=1, threshold={"min": 1})


def refs(run: Path) -> list[str]:
    place = "/".join(run.parts[-5:])
    found: list[str] = document(run, "run_manifest").get("catalog_refs", [])
    assert all(one.startswith(f"{place}/") for one in found)
    return [one.removeprefix(f"{place}/") for one in found]


def warned(run: Path) -> str:
    return "\n".join(str(one.get("message")) for one in log(run) if one.get("level") == "warning")


def test_a_document_in_the_folder_is_declared(record: Record) -> None:
    with record() as run:
        fill(run)
        (run.catalogs / "deep").mkdir()
        (run.catalogs / "deep" / "a.ttl").write_text("# a\n")
        (run.catalogs / "b.json").write_text("{}")
        assert run.catalog("deep/a.ttl") == run.path / "catalog" / "deep" / "a.ttl"
        assert run.catalog(run.catalogs / "b.json") == run.path / "catalog" / "b.json"
    assert refs(run.path) == ["catalog/b.json", "catalog/deep/a.ttl"]
    assert "catalog" not in warned(run.path)
    assert f"{sha256(run.path / 'catalog/b.json')}  catalog/b.json" in (
        run.path / "checksums.sha256"
    ).read_text("utf-8")


def test_one_from_elsewhere_is_copied(record: Record, tmp_path: Path) -> None:
    source = tmp_path / "dcat.jsonld"
    source.write_text("{}")
    with record() as run:
        fill(run)
        assert run.catalog(source) == run.path / "catalog" / "dcat.jsonld"
        assert run.catalog(source, name="x/d.jsonld") == run.path / "catalog" / "x" / "d.jsonld"
        source.write_text("gone")
    assert refs(run.path) == ["catalog/dcat.jsonld", "catalog/x/d.jsonld"]
    assert (run.path / "catalog/x/d.jsonld").read_text() == "{}"
    assert sha256sum(run.path).returncode == 0


def test_they_stand_beside_those_that_are_written(
    record: Record, family_file: Any, tmp_path: Path
) -> None:
    family_file(ABOUT)
    (tmp_path / "mine.ttl").write_text("# mine\n")
    with record() as run:
        fill(run)
        run.write_catalogs(["prov", "dcat"])
        run.catalog(tmp_path / "mine.ttl")
    assert refs(run.path) == [
        "catalog/dcat.jsonld",
        "catalog/dcat.ttl",
        "catalog/mine.ttl",
        "catalog/prov.json",
    ]


def test_one_that_is_going_to_be_written_is_refused(
    record: Record, family_file: Any, tmp_path: Path
) -> None:
    family_file(ABOUT)
    (tmp_path / "dcat.ttl").write_text("# mine\n")

    def block(run: RunRecorder) -> None:
        fill(run)
        run.write_catalogs(["dcat"])
        run.catalog(tmp_path / "dcat.ttl")

    _, error = failing(record, block)
    assert (error.code, error.file) == ("CATALOG_EXISTS", "catalog/dcat.ttl")


def test_an_undeclared_one_is_warned_about(record: Record) -> None:
    with record() as run:
        fill(run)
        (run.catalogs / "stray.json").write_text("{}")
    assert refs(run.path) == []
    assert "In catalog/ and not declared with run.catalog: catalog/stray.json." in warned(run.path)


def test_a_run_without_catalogs_has_no_folder(record: Record) -> None:
    with record() as run:
        fill(run)
    assert not (run.path / "catalog").exists()


@pytest.mark.parametrize(
    ("path", "name", "code"),
    [
        ("absent.ttl", None, "FILE_MISSING"),
        ("deep", None, "CATALOG_REFUSED"),
        ("a.ttl", "b.ttl", "CATALOG_REFUSED"),
        ("../artifacts/rows.csv", "../x", "CATALOG_PATH_UNSAFE"),
        ("link.ttl", None, "EVIDENCE_UNREADABLE"),
        ("a.ttl", None, "CATALOG_DUPLICATE"),
    ],
)
def test_what_is_refused(record: Record, path: str, name: str | None, code: str) -> None:
    def block(run: RunRecorder) -> None:
        fill(run)
        (run.catalogs / "deep").mkdir()
        (run.catalogs / "a.ttl").write_text("# a\n")
        (run.catalogs / "link.ttl").symlink_to(run.catalogs / "a.ttl")
        if code == "CATALOG_DUPLICATE":
            run.catalog("a.ttl")
        run.catalog(path, name)

    _, error = failing(record, block)
    assert error.code == code
    assert "output" not in error.message


def test_one_that_changes_fails_the_run(record: Record) -> None:
    def block(run: RunRecorder) -> None:
        fill(run)
        (run.catalogs / "a.ttl").write_text("# a\n")
        run.catalog("a.ttl")
        (run.catalogs / "a.ttl").write_text("# ab\n")

    run, error = failing(record, block)
    assert error.code == "EVIDENCE_CHANGED"
    assert str(error.file).endswith("/catalog/a.ttl")
    assert sha256sum(run.path).returncode == 0


def test_after_the_run_it_is_too_late(record: Record) -> None:
    with record() as run:
        fill(run)
        (run.catalogs / "a.ttl").write_text("# a\n")
    with pytest.raises(RecorderError) as caught:
        run.catalog("a.ttl")
    assert caught.value.code == "RUN_OVER"


def test_a_link_instead_of_the_folder(record: Record, tmp_path: Path) -> None:
    def block(run: RunRecorder) -> None:
        fill(run)
        (run.path / "catalog").symlink_to(tmp_path)
        (tmp_path / "mine.ttl").write_text("# mine\n")
        with pytest.raises(RecorderError):
            _ = run.catalogs
        run.catalog(tmp_path / "mine.ttl", name="copy.ttl")

    _, error = failing(record, block)
    assert error.code == "CATALOG_REFUSED"
    assert not (tmp_path / "copy.ttl").exists()


NAMES = {
    "stac": "item#rows",
    "dcat": "https://rows.example.org/rows.csv",
    "prov": "kfm://dataset/rows",
    "openlineage": "https://rows.example.org/rows.csv",
}


def test_an_output_has_names_in_catalogs(record: Record) -> None:
    with record() as run:
        fill(run)
        with run.open_output("a.csv", catalog_ids=NAMES) as file:
            file.write(b"a\n")
        (run.artifacts / "b.csv").write_text("b\n")
        run.output("b.csv", catalog_ids={"stac": "item#b"})
    entries = document(run.path, "run_manifest")["outputs"]
    assert [one.get("catalog_ids") for one in entries] == [NAMES, {"stac": "item#b"}, None]


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ({"rss": "x"}, "CATALOG_IDS_INVALID"),
        ({}, "CATALOG_IDS_INVALID"),
        ("stac", "CATALOG_IDS_INVALID"),
        ({"stac": ""}, "NAME_INVALID"),
        ({"stac": 1}, "NAME_INVALID"),
        ({"stac": "a\nb"}, "NAME_INVALID"),
        ({"stac": "x" * 513}, "NAME_INVALID"),
    ],
)
def test_names_that_no_manifest_takes(record: Record, names: Any, code: str) -> None:
    def block(run: RunRecorder) -> None:
        fill(run)
        (run.artifacts / "b.csv").write_text("b\n")
        with pytest.raises(RecorderError) as caught:
            run.open_output("c.csv", catalog_ids=names)
        assert caught.value.code == code
        run.output("b.csv", catalog_ids=names)

    run, error = failing(record, block)
    assert error.code == code
    assert [one["path"][-8:] for one in document(run.path, "run_manifest")["outputs"]] == [
        "rows.csv"
    ]

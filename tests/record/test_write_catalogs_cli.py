"""`kfm-gates catalog build` and `kfm-gates seal --catalogs`: good, bad and absurd."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shlex
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from record_helpers import COMMIT, FAMILY, RAW, Record, document, sha256sum
from test_write_catalogs import ABOUT, FILES, points, write
from test_write_catalogs_gates import passes

from kfm_gates.cli import main
from kfm_gates.record import ids

Said = tuple[int, str, str]
Call = Callable[..., Said]
START = dt.datetime(2026, 2, 18, tzinfo=dt.UTC)


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    def run(*arguments: str | Path) -> Said:
        code = main([str(one) for one in arguments])
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return code, said.out, said.err

    return run


@pytest.fixture
def sealed(record: Record, family_file: Callable[[str], None]) -> Path:
    family_file(ABOUT)
    with record() as run:
        write(run)
        run.write_catalogs()
    return run.path


def tree(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def test_the_same_documents_are_written_elsewhere(call: Call, sealed: Path, tmp_path: Path) -> None:
    before = tree(sealed)
    code, out, err = call("catalog", "build", sealed, "-o", tmp_path / "review")
    assert (code, err) == (0, "")
    assert all(name in out for name in FILES)
    made = tree(tmp_path / "review")
    assert made == {name: (sealed / name).read_bytes() for name in FILES}
    assert tree(sealed) == before
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []
    mask = os.umask(0o22)
    os.umask(mask)
    assert stat.S_IMODE((tmp_path / "review").stat().st_mode) == 0o777 & ~mask


def test_an_empty_folder_is_taken(call: Call, sealed: Path, tmp_path: Path) -> None:
    (tmp_path / "review").mkdir()
    code, _, _ = call("catalog", "build", sealed, "-o", tmp_path / "review", "--kind", "prov")
    assert code == 0
    assert list(tree(tmp_path / "review")) == ["catalog/prov.json"]


def test_json_is_one_document(call: Call, sealed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "review"
    code, out, err = call("catalog", "build", sealed, "-o", folder, "--json", "--kind", "dcat")
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert told["schema"] == "catalog-build/v1"
    assert told["documents"] == [
        {"path": name, "sha256": hashlib.sha256(raw).hexdigest(), "size": len(raw)}
        for name, raw in tree(folder).items()
    ]


def test_a_sealed_run_is_left_alone(call: Call, sealed: Path) -> None:
    before = tree(sealed)
    code, out, err = call("catalog", "build", sealed)
    assert (code, out) == (2, "")
    assert "RUN_SEALED" in err
    assert "run.write_catalogs()" in err
    assert tree(sealed) == before


def test_a_run_without_seal_was_never_finished(call: Call, sealed: Path) -> None:
    (sealed / "checksums.sha256").unlink()
    code, _, err = call("catalog", "build", sealed)
    assert code == 2
    assert "RUN_UNFINISHED" in err


@pytest.mark.parametrize("where", [".", "review", "catalog/x"])
def test_a_folder_in_the_run_is_refused(call: Call, sealed: Path, where: str) -> None:
    before = tree(sealed)
    code, _, err = call("catalog", "build", sealed, "-o", sealed / where)
    assert code == 2
    assert "OUTPUT_REFUSED" in err
    assert tree(sealed) == before


def test_a_link_into_the_run_is_one_as_well(call: Call, sealed: Path, tmp_path: Path) -> None:
    (tmp_path / "door").symlink_to(sealed)
    code, _, err = call("catalog", "build", sealed, "-o", tmp_path / "door" / "review")
    assert code == 2
    assert not (sealed / "review").exists()
    assert "OUTPUT_REFUSED" in err


@pytest.mark.parametrize("what", ["full", "file", "link", "no parent"])
def test_a_folder_that_cannot_be(call: Call, sealed: Path, tmp_path: Path, what: str) -> None:
    target = tmp_path / "review"
    if what == "full":
        target.mkdir()
        (target / "mine").write_text("mine")
    elif what == "file":
        target.write_text("mine")
    elif what == "link":
        (tmp_path / "empty").mkdir()
        target.symlink_to(tmp_path / "empty")
    else:
        target = tmp_path / "none" / "review"
    code, out, err = call("catalog", "build", sealed, "-o", target)
    assert (code, out) == (2, "")
    assert "OUTPUT_REFUSED" in err
    if what == "full":
        assert tree(target) == {"mine": b"mine"}


def test_a_disk_that_refuses_leaves_nothing(
    call: Call, sealed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", full)
    code, out, err = call("catalog", "build", sealed, "-o", tmp_path / "review")
    assert (code, out) == (3, "")
    assert "No space left" in err
    assert not [p for p in tmp_path.iterdir() if "review" in p.name]


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (["--kind", "rdf"], 2, "CATALOG_KIND_UNKNOWN"),
        (["--kind", ""], 2, "blank"),
        (["--root", "/nowhere/at/all"], 2, "ROOT_NOT_FOUND"),
        (["--no-such-option"], 2, "no-such-option"),
    ],
)
def test_wrong_calls(
    call: Call, sealed: Path, tmp_path: Path, arguments: list[str], code: int, word: str
) -> None:
    told = call("catalog", "build", sealed, "-o", tmp_path / "review", *arguments)
    assert told[0] == code
    assert word in told[2]
    assert not (tmp_path / "review").exists()


def test_a_run_that_is_none(call: Call, lake: Path, tmp_path: Path) -> None:
    for arguments in (["-o", str(tmp_path / "review")], []):
        code, _, err = call("catalog", "build", lake / "data/work/none", *arguments)
        assert code == 2
        assert "PATH_NOT_FOUND" in err


def test_a_run_that_failed_has_nothing_to_catalog(
    call: Call, record: Record, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="no"), record() as run:  # noqa: PT012
        write(run)
        raise ValueError("no")
    code, _, err = call("catalog", "build", run.path, "-o", tmp_path / "review")
    assert code == 2
    assert "RUN_NOT_SUCCEEDED" in err


def test_an_output_that_is_gone(call: Call, sealed: Path, tmp_path: Path) -> None:
    (sealed / "artifacts/maps/a b.geojson").unlink()
    code, _, err = call("catalog", "build", sealed, "-o", tmp_path / "review")
    assert code != 0
    assert "a b.geojson" in err
    assert not (tmp_path / "review").exists()


def test_receipts_that_are_broken(call: Call, sealed: Path, tmp_path: Path) -> None:
    (sealed / "run_manifest.json").write_text("{")
    code, _, err = call("catalog", "build", sealed, "-o", tmp_path / "review")
    assert code == 3
    assert "run_manifest.json" in err


@pytest.fixture
def filled(lake: Path) -> Path:
    run = lake / "data" / "work" / "runs" / FAMILY / ids.new_run_id(START)
    (run / "artifacts").mkdir(parents=True)
    (run / "artifacts" / "map.geojson").write_text(points((-98.0, 37.0), (-95.0, 39.0)))
    return run


def words(filled: Path, tmp_path: Path, *more: str) -> list[str]:
    checks = tmp_path / "checks.json"
    checks.write_text('[{"name": "rows", "observed": 1, "threshold": {"min": 1}}]')
    return [
        *("seal", str(filled), "--catalogs", "--pipeline", "pipelines/demo", "--no-params"),
        *("--input", RAW, "--output", "artifacts/*", "--commit", COMMIT, "--check", str(checks)),
        *("--started-at", "2026-02-18T00:00:00Z", "--ended-at", "2026-02-18T00:10:00Z"),
        *(more or ("--status", "succeeded")),
    ]


def test_seal_writes_catalogs_too(
    call: Call, filled: Path, tmp_path: Path, family_file: Callable[[str], None]
) -> None:
    family_file(ABOUT)
    code, out, _ = call(*words(filled, tmp_path), "--plan")
    assert code == 0
    assert all(name in out for name in FILES)
    assert not (filled / "catalog").exists()
    code, out, err = call(*words(filled, tmp_path))
    assert (code, err) == (0, "")
    assert all(name in out for name in FILES)
    assert sha256sum(filled).returncode == 0
    manifest = document(filled, "run_manifest")
    assert [ref.partition(f"{filled.name}/")[2] for ref in manifest["catalog_refs"]] == FILES
    assert manifest["extents"]["bbox"] == [-98.0, 37.0, -95.0, 39.0]
    item = json.loads((filled / "catalog/stac/item.json").read_bytes())
    assert item["assets"]["map.geojson"]["type"] == "application/geo+json"
    passes(filled, filled.parents[4])


def test_seal_refuses_what_the_family_file_does_not_say(
    call: Call, filled: Path, tmp_path: Path
) -> None:
    code, out, err = call(*words(filled, tmp_path))
    assert (code, out) == (2, "")
    assert f".kfm/families/{FAMILY}.yaml" in err
    assert not (filled / "checksums.sha256").exists()
    assert not (filled / "catalog").exists()


def test_seal_leaves_a_failed_run_without(
    call: Call, filled: Path, tmp_path: Path, family_file: Callable[[str], None]
) -> None:
    family_file(ABOUT)
    code, _, err = call(*words(filled, tmp_path, "--status", "failed", "--error", "no"))
    assert code == 2
    assert "--catalogs" in err


def test_seal_overwrites_no_catalog(
    call: Call, filled: Path, tmp_path: Path, family_file: Callable[[str], None]
) -> None:
    family_file(ABOUT)
    (filled / "catalog").mkdir()
    (filled / "catalog/prov.json").write_text("{}")
    code, _, err = call(*words(filled, tmp_path))
    assert code == 2
    assert "catalog/prov.json exists" in err
    assert (filled / "catalog/prov.json").read_text() == "{}"


def test_the_way_out_of_a_directory_without_receipts(call: Call, filled: Path) -> None:
    code, _, err = call("catalog", "build", filled)
    assert code == 2
    assert "kfm-gates seal --catalogs" in err


def test_help_has_an_example(call: Call) -> None:
    code, out, _ = call("catalog", "build", "--help")
    assert code == 0
    example = next(line for line in out.splitlines() if "-o review" in line)
    assert shlex.split(example)[:3] == ["kfm-gates", "catalog", "build"]


def test_a_run_is_named_as_check_names_it(
    call: Call, sealed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(sealed.parents[4])
    names = [sealed, sealed.name, f"{sealed.parent.name}/{sealed.name}", sealed.parent]
    for n, name in enumerate(names):
        code, _, err = call("catalog", "build", name, "-o", tmp_path / str(n))
        assert (code, err) == (0, "")
        assert sorted(tree(tmp_path / str(n))) == sorted(FILES)


@pytest.mark.parametrize("name", ["nix", "01KF0RDQG0DDK6TBB7C5T6AWS1", "nix/../nowhere"])
def test_a_run_that_is_not_there(
    name: str, call: Call, sealed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(sealed.parents[4])
    for more in ([], ["-o", tmp_path / "review"]):
        code, _, err = call("catalog", "build", name, *more)
        assert code == 2
        assert "PATH_NOT_FOUND" in err
    assert call("catalog", "build", sealed / "run_record.json")[0] == 2
    assert not (tmp_path / "review").exists()


@pytest.mark.parametrize(
    "place",
    [
        *("data/work/runs", "data/work/runs/new_family", "data/work/new", "data/raw/x"),
        *("data/processed", ".kfm/x", ".git/x", ".git"),
    ],
)
def test_no_folder_where_evidence_or_configuration_lies(
    place: str, call: Call, sealed: Path
) -> None:
    lake = sealed.parents[4]
    target = lake / place
    target.parent.mkdir(parents=True, exist_ok=True)
    before = tree(lake)
    code, _, err = call("catalog", "build", sealed, "-o", target)
    assert code == 2
    assert "OUTPUT_REFUSED" in err
    assert tree(lake) == before


def test_it_says_how_to_lint_what_was_written(call: Call, sealed: Path, tmp_path: Path) -> None:
    _, out, _ = call("catalog", "build", sealed, "-o", tmp_path / "review")
    command = next(line for line in out.splitlines() if "kfm-gates lint" in line)
    path = shlex.split(command.partition("kfm-gates lint ")[2])
    assert call("lint", *path)[0] == 0

"""`.kfm/`: read strictly, nothing in it is silently ignored."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kfm_gates.errors import UsageError
from kfm_gates.project import find_root, load_project

GATES = """\
schema_version: project/v1
profile: promotion
families:
  - pattern: kansas_counties
    profile: local
  - pattern: census_*
"""


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    (tmp_path / ".kfm" / "families").mkdir(parents=True)
    (tmp_path / ".kfm" / "policy").mkdir()
    (tmp_path / ".kfm" / "gates.yaml").write_text(GATES)
    return tmp_path


def test_without_kfm_everything_is_default(tmp_path: Path) -> None:
    project = load_project(tmp_path)
    assert project.origin == "none"
    assert project.layout.runs == "data/work/runs"
    assert project.profile_for("anything") is None


def test_families_by_pattern(lake: Path) -> None:
    project = load_project(lake)
    assert project.origin == "worktree"
    assert project.profile_for("kansas_counties") == "local"
    assert project.profile_for("census_1900") == "promotion"
    assert project.listed("other") is None


def test_the_digest_covers_every_file(lake: Path) -> None:
    before = load_project(lake).sha256
    (lake / ".kfm/families/census_1900.yaml").write_text("schema_version: family/v1\ntitle: C\n")
    middle = load_project(lake).sha256
    (lake / ".kfm/policy/x.rego").write_text("package kfm.overlay.x\n")
    assert len({before, middle, load_project(lake).sha256}) == 3


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("gates.yml", "schema_version: project/v1"),
        ("profile/x.yaml", "a: b"),
        ("policy/data.json", "{}"),
        ("policy/x.yaml", "a: b"),
        ("families/x.yml", "a: b"),
        ("gates.yaml", "schema_version: project/v2"),
        ("gates.yaml", "schema_version: project/v1\nprofil: x"),
        ("gates.yaml", "schema_version: project/v1\nschema_version: project/v1"),
        ("gates.yaml", ""),
        ("gates.yaml", "- a"),
        ("gates.yaml", "schema_version: project/v1\nlayout: {runs: ../elsewhere}"),
        ("gates.yaml", "schema_version: project/v1\nlayout: {runs: /abs}"),
        ("gates.yaml", "schema_version: project/v1\nfamilies: []"),
        ("families/x.yaml", "schema_version: family/v9"),
        ("profiles/x.yaml", "schema_version: profile/v1"),
        ("families/kansas_countys.yaml", "schema_version: family/v1"),
        ("families/Kansas_Counties.yaml", "schema_version: family/v1"),
        ("waivers/x.yaml", "anything: goes"),
        ("stewards.yaml", "anything: goes"),
    ],
)
def test_anything_odd_is_refused(lake: Path, name: str, text: str) -> None:
    target = lake / ".kfm" / name
    target.parent.mkdir(exist_ok=True)
    target.write_text(text)
    with pytest.raises(UsageError) as caught:
        load_project(lake)
    assert caught.value.exit_code == 2
    assert ".kfm" in (caught.value.file or "")


@pytest.mark.parametrize("kind", ["link", "fifo", "folder", "huge"])
def test_strange_files_are_refused(lake: Path, kind: str) -> None:
    target = lake / ".kfm" / "not-secrets.yaml"
    if kind == "link":
        target.symlink_to(lake / ".kfm" / "gates.yaml")
    elif kind == "fifo":
        os.mkfifo(target)
    elif kind == "folder":
        target.mkdir()
    else:
        target.write_bytes(b"#" * (1 << 20) + b"\n")
    with pytest.raises(UsageError):
        load_project(lake)


def test_a_kfm_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / ".kfm").symlink_to(tmp_path / "real")
    with pytest.raises(UsageError):
        load_project(tmp_path)


def test_the_nearest_kfm_is_the_root_and_data_only_without_it(lake: Path) -> None:
    run = lake / "data" / "work" / "runs" / "f" / "r"
    run.mkdir(parents=True)
    assert find_root(run) == lake
    assert find_root(run, explicit=lake / "data") == lake / "data"
    other = lake.parent / f"{lake.name}-other"
    (other / "data" / "x").mkdir(parents=True)
    assert find_root(other / "data" / "x") == other


def test_data_cannot_bring_its_own_configuration(lake: Path) -> None:
    """Whoever writes below data/ must not become the steward of the lake."""
    run = lake / "data" / "work" / "runs" / "f" / "r"
    (run / ".kfm").mkdir(parents=True)
    for inner in (run, lake / "data" / ".kfm", lake / "data" / "work"):
        inner.mkdir(exist_ok=True)
    with pytest.raises(UsageError, match="ambiguous"):
        find_root(run)
    assert find_root(run, explicit=lake) == lake


@pytest.mark.parametrize("own", [".kfm", "data"])
def test_a_lake_within_the_zone_of_a_lake_has_to_be_named(tmp_path: Path, own: str) -> None:
    inner = tmp_path / "data" / "work" / "x"
    (inner / own).mkdir(parents=True)
    with pytest.raises(UsageError, match="ambiguous"):
        find_root(inner / own)
    assert find_root(inner, explicit=inner) == inner


def test_no_root_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="root"):
        find_root(tmp_path, explicit=tmp_path / "absent")

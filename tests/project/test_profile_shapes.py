"""`.kfm/shapes` and `dcat.shapes`: named and missing, there and unnamed, inherited."""

from __future__ import annotations

from pathlib import Path

import pytest

from kfm_gates import profiles
from kfm_gates.errors import UsageError
from kfm_gates.policy.bundle import load_policy
from kfm_gates.project import Project, load_project

OURS = "name: ours\ndescription: ours\nextends: promotion\ndcat:\n  shapes: [dcat-ap]\n"
THEIRS = "name: theirs\ndescription: theirs\nextends: ours\ndcat:\n  shapes: [more]\n"


def lake(root: Path, **files: str) -> Project:
    for name, text in files.items():
        path = root / ".kfm" / name.replace("__", "/").replace("_ttl", ".ttl")
        path = path.with_name(path.name.replace("_yaml", ".yaml").replace("dcat_ap", "dcat-ap"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return load_project(root)


def resolved(project: Project, name: str) -> tuple[str, ...]:
    return profiles.resolve(name, project, load_policy(None, {}).rules).shapes


def test_shapes_add_up(tmp_path: Path) -> None:
    project = lake(
        tmp_path,
        profiles__ours_yaml=OURS,
        profiles__theirs_yaml=THEIRS,
        shapes__dcat_ap_ttl="# a",
        shapes__more_ttl="# b",
    )
    assert project.shapes == {"dcat-ap": b"# a", "more": b"# b"}
    assert resolved(project, "ours") == ("dcat-ap",)
    assert resolved(project, "theirs") == ("dcat-ap", "more")
    assert resolved(project, "promotion") == ()


def test_a_profile_cannot_drop_the_shapes_of_its_parent(tmp_path: Path) -> None:
    project = lake(
        tmp_path,
        profiles__ours_yaml=OURS,
        profiles__theirs_yaml=THEIRS.replace("[more]", "[]"),
        shapes__dcat_ap_ttl="# a",
    )
    assert resolved(project, "theirs") == ("dcat-ap",)


def test_named_and_missing_is_refused(tmp_path: Path) -> None:
    project = lake(tmp_path, profiles__ours_yaml=OURS)
    with pytest.raises(UsageError, match="dcat-ap") as refused:
        resolved(project, "ours")
    assert refused.value.exit_code == 2


def test_there_and_unnamed_is_refused(tmp_path: Path) -> None:
    project = lake(tmp_path, shapes__dcat_ap_ttl="# a")
    with pytest.raises(UsageError, match="named by no profile") as refused:
        resolved(project, "promotion")
    assert refused.value.code == "SHAPES_UNNAMED"
    assert refused.value.exit_code == 2


@pytest.mark.parametrize("name", ["shapes__x_yaml", "shapes__X_ttl", "shape__x_ttl"])
def test_what_nobody_would_read_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError) as refused:
        lake(tmp_path, **{name: "x"})
    assert refused.value.code == "PROJECT_INVALID"


def test_shapes_are_part_of_the_digest(tmp_path: Path) -> None:
    first = lake(tmp_path, profiles__ours_yaml=OURS, shapes__dcat_ap_ttl="# a")
    second = lake(tmp_path, shapes__dcat_ap_ttl="# b")
    assert first.sha256 != second.sha256


@pytest.mark.parametrize("shapes", ["dcat-ap", "[../x]", "[A]", "[a, a]"])
def test_names_are_names(tmp_path: Path, shapes: str) -> None:
    with pytest.raises(UsageError) as refused:
        lake(tmp_path, profiles__ours_yaml=OURS.replace("[dcat-ap]", shapes))
    assert refused.value.code == "PROJECT_INVALID"

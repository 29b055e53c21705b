"""Files of `.kfm/`: each by itself, and the folder as a whole, without OPA."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lint_documents import KFM, codes, statuses, write

from kfm_gates.errors import UsageError
from kfm_gates.linter.session import lint
from kfm_gates.project import load_project

RULE = """\
# METADATA
# title: Tiles
package kfm.overlay.tiles

default status["enough"] := "fail"

status["enough"] := "pass" if input.x > 1
"""


@pytest.fixture(autouse=True)
def _no_opa(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KFM_GATES_OPA", "/nowhere")
    monkeypatch.setenv("PATH", "")


def test_a_folder_in_order(lake: Path, look: Any) -> None:
    for name in (lake, lake / ".kfm"):
        report = look(name)
        assert statuses(report) == {
            "gates.yaml": ("project", "pass"),
            "kansas_wells.yaml": ("family", "pass"),
            "strict.yaml": ("profile", "pass"),
            "not-secrets.yaml": ("not_secrets", "pass"),
        }
        assert (report.exit_code, report.findings) == (0, ())


@pytest.mark.parametrize("path", KFM)
def test_one_file_in_order(path: str, lake: Path, look: Any) -> None:
    report = look(lake / path)
    assert (report.exit_code, report.findings) == (0, ())


@pytest.mark.parametrize("path", KFM)
def test_every_issue_of_a_file_has_its_line(path: str, lake: Path, look: Any) -> None:
    write(lake / path, KFM[path] + "first_typo: 1\nsecond_typo: 2\n")
    report = look(lake / path)
    assert codes(report) == ["PROJECT_INVALID"]
    assert report.exit_code == 1
    lines = KFM[path].count("\n")
    assert {f["location"].get("line") for f in report.findings} <= {1, lines + 1, lines + 2}
    with pytest.raises(UsageError):
        load_project(lake)


BROKEN = {
    "twice": ("owner: a\nowner: b\n", "YAML_DUPLICATE_KEY"),
    "alias": ("owner: &a b\ntitle: *a\n", "YAML_ALIAS"),
    "tag": ("owner: !!python/object:os.system x\n", "YAML_TAG"),
    "syntax": ("owner: [\n", "YAML_SYNTAX"),
    "empty": ("", "YAML_EMPTY"),
    "two": ("a: 1\n---\nb: 2\n", "YAML_MULTIPLE"),
    "bom": ("\ufeffowner: a\n", "YAML_BOM"),
    "deep": ("a: " + "[" * 40 + "]" * 40 + "\n", "YAML_TOO_DEEP"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_read_is_no_answer(name: str, lake: Path, look: Any) -> None:
    text, code = BROKEN[name]
    path = write(lake / ".kfm/families/kansas_wells.yaml", text)
    report = look(path)
    assert (codes(report), report.exit_code) == ([code], 3)
    assert statuses(report)["kansas_wells.yaml"] == ("family", "error")
    # And hides nothing in the others.
    write(lake / ".kfm/profiles/strict.yaml", "description: d\n")
    assert set(codes(look(lake))) == {code, "PROJECT_INVALID"}


TOGETHER: dict[str, tuple[dict[str, str], str, str]] = {
    "family without a pattern": (
        {".kfm/families/iowa_wells.yaml": "schema_version: family/v1\n"},
        "PROJECT_INVALID",
        "iowa_wells.yaml",
    ),
    "profile of another name": (
        {".kfm/profiles/other.yaml": "name: strict\ndescription: d\nextends: local\n"},
        "PROFILE_INVALID",
        "other.yaml",
    ),
    "profile that loosens": (
        {".kfm/profiles/loose.yaml": "name: loose\ndescription: d\nextends: promotion\n"
         "admits: [worktree, opa]\n"},
        "PROFILE_INVALID",
        "loose.yaml",
    ),
    "profile that extends nothing": (
        {".kfm/profiles/alone.yaml": "name: alone\ndescription: d\ngates: [layout]\n"
         "rules: [a.b]\nadmits: []\n"},
        "PROFILE_INVALID",
        "alone.yaml",
    ),
    "unknown rule": (
        {".kfm/profiles/odd.yaml": "name: odd\ndescription: d\nextends: local\nrules: [a.b]\n"},
        "PROFILE_INVALID",
        "odd.yaml",
    ),
    "unknown gate": (
        {".kfm/profiles/odd.yaml": "name: odd\ndescription: d\nextends: local\ngates: [nope]\n"},
        "PROFILE_INVALID",
        "odd.yaml",
    ),
    "rule that nothing names": (
        {".kfm/policy/tiles.rego": RULE},
        "HOUSE_RULE_UNNAMED",
        "tiles.rego",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TOGETHER)
def test_what_is_only_wrong_together(name: str, lake: Path, look: Any) -> None:
    files, code, file = TOGETHER[name]
    for path, text in files.items():
        write(lake / path, text)
    for asked in (lake, lake / next(iter(files))):
        report = look(asked)
        assert (codes(report), report.exit_code) == ([code], 1), report.findings
        assert statuses(report)[file][1] == "fail"


def test_a_rule_that_nothing_names_in_a_lake_without_profiles(lake: Path, look: Any) -> None:
    (lake / ".kfm/profiles/strict.yaml").unlink()
    write(lake / ".kfm/policy/tiles.rego", RULE)
    report = look(lake)
    assert (codes(report), report.exit_code) == (["HOUSE_RULE_UNNAMED"], 1)


def test_a_profile_that_nothing_has(lake: Path, look: Any) -> None:
    write(lake / ".kfm/gates.yaml", "schema_version: project/v1\nprofile: nope\n")
    report = look(lake)
    assert (codes(report), report.exit_code) == (["PROFILE_UNKNOWN"], 1)


def test_the_fault_of_another_file_is_not_told_of_this_one(lake: Path, look: Any) -> None:
    write(
        lake / ".kfm/profiles/alone.yaml",
        "name: alone\ndescription: d\ngates: [layout]\nrules: [a.b]\nadmits: []\n",
    )
    report = look(lake / ".kfm/gates.yaml")
    assert report.exit_code == 0
    assert any("other files" in text for text in report.document["not_checked"])


def test_a_stranger_in_the_folder(lake: Path, look: Any) -> None:
    write(lake / ".kfm/profile/strict.yaml", KFM[".kfm/profiles/strict.yaml"])
    write(lake / ".kfm/families/README.md", "text")
    write(lake / ".kfm/README.md", "text")
    report = look(lake)
    assert (codes(report), report.exit_code) == (["PROJECT_INVALID"], 1)
    assert [d["path"] for d in report.documents if d["status"] == "fail"] == [
        str(lake / ".kfm/profile/strict.yaml")
    ]
    with pytest.raises(UsageError) as caught:
        lint(lake / ".kfm/profile/strict.yaml")
    assert caught.value.code == "KIND_UNKNOWN"


def test_house_rules_are_read_as_text(lake: Path, look: Any) -> None:
    path = write(lake / ".kfm/policy/tiles.rego", RULE)
    write(lake / ".kfm/gates.yaml", "schema_version: project/v1\nhouse: [tiles]\n")
    write(lake / ".kfm/policy/tiles_test.rego", "package kfm.overlay.tiles_test\n")
    write(lake / ".kfm/policy/tiles.documents.json", {"pass": {}, "fail": {"enough": {}}})
    write(
        lake / ".kfm/profiles/strict.yaml",
        KFM[".kfm/profiles/strict.yaml"] + "rules: [overlay.tiles.enough]\n",
    )
    report = look(lake)
    assert (report.findings, report.exit_code) == ((), 0)
    assert any("policy test" in text for text in report.document["not_checked"])
    for text in (
        RULE.replace("overlay.tiles", "overlay.tilse"),
        RULE.replace("default", "#"),
        RULE + "package kfm.overlay.other\n",
    ):
        report = look(write(path, text))
        assert (codes(report), report.exit_code) == (["HOUSE_RULE_INVALID"], 1)
    for raw in (b"", b"\xff", b" \n"):
        assert look(write(path, raw)).exit_code == 3
    write(path, RULE)
    report = look(write(lake / ".kfm/policy/tiles.documents.json", {"passes": {}}))
    assert (codes(report), report.exit_code) == (["DOCUMENTS_INVALID"], 1)


def test_a_configuration_elsewhere_is_told_by_its_version(tmp_path: Path, look: Any) -> None:
    for path, text in KFM.items():
        name = Path(path).name
        report = look(write(tmp_path / "elsewhere" / name, text))
        assert report.exit_code == 0, (name, report.findings)
        assert look(write(tmp_path / "elsewhere" / name, text + "typo: 1\n")).exit_code == 1


SHAPES = """\
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
<urn:house> a sh:NodeShape ; sh:targetClass dcat:Dataset ;
  sh:property [ sh:path dct:title ; sh:minCount 1 ] .
"""
USES_SHAPES = KFM[".kfm/profiles/strict.yaml"] + "dcat: {shapes: [house]}\n"


def test_shapes_are_read_as_a_check_reads_them(lake: Path, look: Any) -> None:
    path = write(lake / ".kfm/shapes/house.ttl", SHAPES)
    write(lake / ".kfm/profiles/strict.yaml", USES_SHAPES)
    other = write(lake / "other.txt", SHAPES)
    for report in (look(lake), look(path), look(other, as_kind="shapes")):
        assert (report.findings, report.exit_code) == ((), 0)
        assert "shapes" in {d["kind"] for d in report.documents}
        assert any("what documents they fit" in text for text in report.document["not_checked"])


FAULTY_SHAPES = {
    "import": (SHAPES + "<urn:x> <http://www.w3.org/2002/07/owl#imports> <urn:y> .\n", 1),
    "not evaluated": (SHAPES.replace("sh:minCount", "sh:minCuont"), 1),
    "no target": (SHAPES.replace("sh:targetClass dcat:Dataset ;", ""), 1),
    "deactivated": (SHAPES.replace("sh:targetClass", "sh:deactivated true ; sh:targetClass"), 1),
    "service": (
        SHAPES + '<urn:house> sh:sparql [ sh:select "SELECT $this { SERVICE <urn:x> { } }" ] .\n',
        1,
    ),
    "syntax": (SHAPES + "<urn:x", 3),
    "empty": ("", 1),
    "latin-1": (SHAPES.encode() + b"# \xe9\n", 3),
}


@pytest.mark.parametrize("name", FAULTY_SHAPES)
def test_shapes_that_no_check_could_use(name: str, lake: Path, look: Any) -> None:
    text, exit_code = FAULTY_SHAPES[name]
    path = write(lake / ".kfm/shapes/house.ttl", text)
    write(lake / ".kfm/profiles/strict.yaml", USES_SHAPES)
    for asked in (path, lake / ".kfm", lake):
        report = look(asked)
        assert report.exit_code == exit_code
        (finding,) = report.findings
        assert (finding["code"] == "SHAPES_INVALID") is (exit_code == 1)
        assert finding["fix"]["who"] == "steward"
        assert finding["location"]["file"].endswith("house.ttl")


def test_shapes_and_profiles_that_do_not_fit_together(lake: Path, look: Any) -> None:
    path = write(lake / ".kfm/shapes/house.ttl", SHAPES)
    for asked in (lake, path):
        assert (codes(look(asked)), look(asked).exit_code) == (["SHAPES_UNNAMED"], 1)
    path.unlink()
    write(lake / ".kfm/profiles/strict.yaml", USES_SHAPES)
    assert (codes(look(lake)), look(lake).exit_code) == (["PROFILE_INVALID"], 1)
    write(lake / ".kfm/shapes/House.ttl", SHAPES)
    assert codes(look(lake)) == ["PROJECT_INVALID"]

"""What the documents say is there: tests, files, commands, targets, versions."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest
from dev_tools import ROOT

import kfm_gates

SECURITY = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
THREAT = re.compile(r"^\| (T-\d\d) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
NAMED_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
DOCUMENTS = sorted(
    path
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*/*.md")]
    if path.is_file()
)


def code_of(path: Path) -> list[str]:
    """Fenced blocks and inline code of a document."""
    text = path.read_text(encoding="utf-8")
    fenced = re.findall(r"```.*?\n(.*?)```", text, flags=re.DOTALL)
    rest = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return [*fenced, *re.findall(r"`([^`\n]+)`", rest)]


def threats() -> list[tuple[str, str]]:
    """Id of each threat and the cell that names its tests."""
    return [(match[1], match[4]) for match in THREAT.finditer(SECURITY)]


def test_threats_are_numbered_without_a_gap() -> None:
    ids = [id_ for id_, _ in threats()]
    assert ids == [f"T-{number:02}" for number in range(1, len(ids) + 1)]
    assert len(ids) >= 20
    assert len(re.findall(r"^\| T-", SECURITY, flags=re.MULTILINE)) == len(ids)


@pytest.mark.parametrize(("id_", "cell"), threats(), ids=[id_ for id_, _ in threats()])
def test_every_threat_names_tests_that_exist(id_: str, cell: str) -> None:
    named = NAMED_TEST.findall(cell)
    assert named, f"{id_} has no test"
    assert not NAMED_TEST.sub("", cell).strip(), f"{id_}: {cell}"
    for file, name in named:
        path = ROOT / file
        assert path.is_file(), f"{id_}: there is no {file}"
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}
        assert name in functions, f"{id_}: {file} has no {name}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_relative_links_lead_somewhere(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target or target.startswith(("#", "mailto:")):
            continue
        assert (path.parent / target.partition("#")[0]).exists(), f"{path.name}: {target}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_make_targets_exist(path: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = [name for code in code_of(path) for name in re.findall(r"\bmake ([a-z-]+)", code)]
    assert set(named) <= targets


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_commands_exist(path: Path) -> None:
    """Only those that stand in code: prose may speak of what is to come."""
    commands = {
        file.stem
        for file in (ROOT / "kfm_gates" / "cli").glob("[a-z]*.py")
        if "COMMAND" in file.read_text(encoding="utf-8")
    }
    named = re.findall(r"^(?:\$ )?kfm-gates ([a-z]+)", "\n".join(code_of(path)), re.MULTILINE)
    assert set(named) <= commands


def test_the_version_is_said_once() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert settings["project"]["version"] == kfm_gates.__version__
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## \[(.+?)\]", changes, flags=re.MULTILINE)
    assert headings[0] in ("Unreleased", kfm_gates.__version__)


def test_the_licence_is_the_one_that_is_declared() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert settings["project"]["license"] == "Apache-2.0"
    assert re.search(r"Apache License\s+Version 2\.0, January 2004", text)
    assert "END OF TERMS AND CONDITIONS" in text


def test_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", makefile, flags=re.MULTILINE)
    assert phony
    targets = re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE)
    assert set(phony[1].split()) == set(targets)

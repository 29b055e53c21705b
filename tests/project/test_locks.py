"""The locks pin everything that pyproject.toml asks for, each pin by hash, and name no place."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from dev_tools import ROOT
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

RUNTIME = ROOT / "requirements.lock"
DEV = ROOT / "requirements-dev.lock"
PIN = re.compile(r"([a-z0-9][a-z0-9.-]*)==([0-9][0-9a-z.+!]*)(?: ; (.+?))?((?: --hash=\S+)*)")


def pins(file: Path) -> dict[str, tuple[str, Marker | None, list[str]]]:
    """Name -> (version, marker, hashes); every line of the file is accounted for."""
    found: dict[str, tuple[str, Marker | None, list[str]]] = {}
    text = file.read_text(encoding="utf-8")
    for line in re.sub(r" \\\n\s*", " ", text).splitlines():
        match = PIN.fullmatch(line)
        assert match, f"{file.name}: not a pin with hashes: {line[:80]!r}"
        name, version, marker, hashes = match.groups()
        assert name not in found, f"{file.name}: {name} is pinned twice"
        found[name] = (version, Marker(marker) if marker else None, hashes.split())
    return found


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def wanted(group: str) -> list[Requirement]:
    """What the lock of a group has to satisfy: dependencies, and the group with its includes."""
    settings = project()
    texts = list(settings["project"]["dependencies"])
    for name, extra in settings["project"]["optional-dependencies"].items():
        # The Action has to open whatever a run may hold; no gate reads attestations yet.
        if group == "dev" or name != "attest":
            texts += extra
    names = [group]
    for name in names:
        for item in settings["dependency-groups"][name]:
            if isinstance(item, dict):
                names.append(item["include-group"])
            else:
                texts.append(item)
    return [Requirement(text) for text in texts]


@pytest.mark.parametrize(("file", "group"), [(RUNTIME, "build"), (DEV, "dev")])
def test_every_dependency_is_pinned_within_its_range(file: Path, group: str) -> None:
    pinned = pins(file)
    for requirement in wanted(group):
        version, marker, _ = pinned[canonicalize_name(requirement.name)]
        assert version in requirement.specifier, f"{requirement} is pinned to {version}"
        assert marker is None


@pytest.mark.parametrize("file", [RUNTIME, DEV])
def test_every_pin_has_sha256_hashes(file: Path) -> None:
    for name, (_, _, hashes) in pins(file).items():
        assert hashes, f"{name} has no hash"
        for hash_ in hashes:
            assert re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", hash_), name


def test_both_locks_agree() -> None:
    dev = pins(DEV)
    for name, (version, _, hashes) in pins(RUNTIME).items():
        assert dev[name][0] == version
        assert dev[name][2] == hashes


@pytest.mark.parametrize("file", [RUNTIME, DEV])
def test_what_the_pinned_packages_need_is_pinned(file: Path) -> None:
    """The closure over what is installed; a lock that leaves one out would not install."""
    pinned = pins(file)
    for name, (version, marker, _) in pinned.items():
        if marker is not None and not marker.evaluate():
            continue
        installed = metadata.distribution(name)
        assert installed.version == version, f"{name}: run make dev"
        for text in installed.requires or ():
            needed = Requirement(text)
            if needed.marker is not None and not needed.marker.evaluate({"extra": ""}):
                continue
            assert pinned[canonicalize_name(needed.name)][0] in needed.specifier, f"{name}: {text}"


@pytest.mark.parametrize(
    "file", [RUNTIME, DEV, ROOT / "tools" / "go.mod", ROOT / "benchmarks" / "go.mod"]
)
def test_no_lock_names_a_place(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert not re.search(r"://|file:|index-url|find-links|\breplace\b|(^|\s)\.{0,2}/\w", text)


def test_the_build_backend_is_in_the_lock_of_the_action() -> None:
    assert project()["build-system"]["build-backend"] == "hatchling.build"
    assert "hatchling" in pins(RUNTIME)
    assert "editables" not in pins(DEV), "dev-mode-dirs makes it unnecessary"


def test_a_pin_without_a_hash_would_be_seen(tmp_path: Path) -> None:
    bad = tmp_path / "bad.lock"
    bad.write_text("click==8.5.1\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="no hash"):
        test_every_pin_has_sha256_hashes(bad)
    bad.write_text("click>=8\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="not a pin"):
        pins(bad)


@pytest.mark.parametrize("module", ["tools", "benchmarks"])
def test_the_go_tools_are_pinned(module: str) -> None:
    text = (ROOT / module / "go.mod").read_text(encoding="utf-8")
    sums = (ROOT / module / "go.sum").read_text(encoding="utf-8")
    required = dict(re.findall(r"^\s*(?:require )?(\S+) (v\S+)", text, flags=re.MULTILINE))
    named = re.search(r"^tool (?:\((.*?)^\)|(\S+)$)", text, flags=re.MULTILINE | re.DOTALL)
    assert named
    for tool in (named[1] or named[2]).split():
        owner = next(name for name in required if tool == name or tool.startswith(f"{name}/"))
        assert f"{owner} {required[owner]} h1:" in sums

"""The wheel is what people install: it holds the same policies and schemas, and works elsewhere."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from dev_tools import ROOT, wheels

from kfm_gates import __version__

DATA = ("schemas", "policies")


def build(target: str, folder: Path, source: Path = ROOT) -> Path:
    subprocess.run(
        [sys.executable, "-I", "-m", "hatchling", "build", "-t", target, "-d", str(folder)],
        cwd=source,
        check=True,
        capture_output=True,
    )
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean environment with the wheel and the pinned dependencies, made without a network."""
    offline = ["--no-index", "--find-links", str(wheels())]
    venv = tmp_path_factory.mktemp("clean") / "venv"
    subprocess.run([sys.executable, "-I", "-m", "venv", str(venv)], check=True)
    pip = [str(venv / "bin" / "python"), "-I", "-m", "pip", "--disable-pip-version-check"]
    lock = ["--require-hashes", "-r", str(ROOT / "requirements.lock")]
    subprocess.run([*pip, "install", "-q", *offline, *lock], check=True)
    subprocess.run([*pip, "install", "-q", "--no-index", "--no-deps", str(wheel)], check=True)
    return venv


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def contents(wheel: Path) -> dict[str, str]:
    with zipfile.ZipFile(wheel) as archive:
        return {
            name: hashlib.sha256(archive.read(name)).hexdigest()
            for name in archive.namelist()
            if not name.endswith("/") and "dist-info/RECORD" not in name
        }


def test_the_wheel_ships_the_policies_and_schemas_as_they_are(wheel: Path) -> None:
    shipped = contents(wheel)
    for name in DATA:
        prefix = f"kfm_gates/_data/{name}/"
        found = {k.removeprefix(prefix): v for k, v in shipped.items() if k.startswith(prefix)}
        assert found == digests(ROOT / name)
        assert found


def test_the_wheel_ships_the_package_and_nothing_else(wheel: Path) -> None:
    shipped = contents(wheel)
    package = {f"kfm_gates/{k}": v for k, v in digests(ROOT / "kfm_gates").items()}
    others = set(shipped) - set(package)
    assert {k: v for k, v in shipped.items() if k in package} == package
    assert {name.split("/")[0] for name in others} == {
        "kfm_gates",
        f"kfm_gates-{__version__}.dist-info",
    }
    assert all(n.startswith("kfm_gates/_data/") for n in others if not n.startswith("kfm_gates-"))
    assert "kfm_gates/py.typed" in shipped
    assert any(name.endswith("licenses/LICENSE") for name in shipped)


def test_the_source_distribution_builds_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    sdist = build("sdist", tmp_path / "sdist")
    with tarfile.open(sdist) as archive:
        # 3.11.0 to 3.11.3 know no filter, 3.12 warns without one.
        safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        archive.extractall(tmp_path / "source", **safely)
    (source,) = (tmp_path / "source").iterdir()
    assert contents(build("wheel", tmp_path / "again", source)) == contents(wheel)


def test_building_twice_gives_the_same_bytes(wheel: Path, tmp_path: Path) -> None:
    assert build("wheel", tmp_path / "again").read_bytes() == wheel.read_bytes()


def run(venv: Path, *argv: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(venv / "bin" / "kfm-gates"), *argv],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "HOME": str(cwd)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_installed_command_works_from_anywhere(installed: Path, tmp_path: Path) -> None:
    done = run(installed, "--version", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert __version__ in done.stdout


def test_the_installed_command_explains_gates_and_rules(installed: Path, tmp_path: Path) -> None:
    for code in ("RECEIPT_MISSING", "RIGHTS_UNKNOWN"):
        done = run(installed, "explain", code, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert code in done.stdout


def test_the_installed_data_are_those_of_the_checkout(installed: Path) -> None:
    (package,) = installed.glob("lib/python*/site-packages/kfm_gates")
    for name in DATA:
        assert digests(package / "_data" / name) == digests(ROOT / name)


def test_the_current_folder_is_never_the_data(installed: Path, tmp_path: Path) -> None:
    """A checkout under judgement that carries policies of its own changes nothing."""
    for name in (*DATA, "kfm_gates/_data/policies"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'kfm-gates'\n", encoding="utf-8")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    inside, outside = (run(installed, "explain", cwd=cwd) for cwd in (tmp_path, elsewhere))
    assert inside.returncode == 0, inside.stderr
    assert inside.stdout == outside.stdout

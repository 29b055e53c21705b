"""Reading a base policy: nothing that nobody would read, nothing that would answer for rules."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kfm_gates.errors import PolicyError
from kfm_gates.policy.sources import read_base


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("kfm/gates/gates.rego", "kfm/rules/a/a.rego", "kfm/rules/a/a_test.rego"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("package x\n")
    (tmp_path / "kfm" / "data.json").write_text('{"labels": {}}')
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "local.yaml").write_text("not read here")
    return tmp_path


def test_modules_and_data_without_tests(folder: Path) -> None:
    base = ["kfm/data.json", "kfm/gates/gates.rego", "kfm/rules/a/a.rego"]
    assert list(read_base(folder)) == base
    assert list(read_base(folder, tests=True)) == [*base, "kfm/rules/a/a_test.rego"]


def _no_gates(folder: Path) -> None:
    (folder / "kfm/gates/gates.rego").unlink()


def _only_tests(folder: Path) -> None:
    (folder / "kfm/rules/a/a.rego").unlink()


def _misspelt(folder: Path) -> None:
    (folder / "kfm/rules/a/a.rego").rename(folder / "kfm/rules/a/a.reg0")


def _hidden(folder: Path) -> None:
    (folder / "kfm/rules/.hidden").mkdir()
    (folder / "kfm/rules/.hidden/x").write_text("")


def _data_beside_a_rule(folder: Path) -> None:
    (folder / "kfm/rules/a/data.json").write_text('{"status": {"x": "pass"}}')


def _yaml_data(folder: Path) -> None:
    (folder / "kfm/data.yaml").write_text("rules: {}")


def _data_at(key: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / "kfm/data.json").write_text(f'{{"{key}": {{}}}}')

    return change


def _data_text(text: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / "kfm/data.json").write_text(text)

    return change


def _linked_file(folder: Path) -> None:
    (folder / "kfm/rules/a/a.rego").unlink()
    (folder / "kfm/rules/a/a.rego").symlink_to(folder / "kfm/gates/gates.rego")


def _linked_folder(folder: Path) -> None:
    (folder / "kfm/rules/b").symlink_to(folder / "kfm/rules/a")


def _long_path(folder: Path) -> None:
    (folder / f"kfm/rules/a/{'a' * 90}.rego").write_text("package x\n")


def _odd_path(folder: Path) -> None:
    (folder / "kfm/rules/a/\u00e4.rego").write_text("package x\n")


def _too_large(folder: Path) -> None:
    (folder / "kfm/rules/a/a.rego").write_bytes(bytes((1 << 20) + 1))


@pytest.mark.parametrize(
    "change",
    [
        _no_gates,
        _only_tests,
        _misspelt,
        _hidden,
        _data_beside_a_rule,
        _yaml_data,
        _data_at("rules"),
        _data_at("gates"),
        _data_at("overlay"),
        _data_text("[]"),
        _data_text('{"a": 1, "a": 2}'),
        _data_text(""),
        _linked_file,
        _linked_folder,
        _too_large,
        _long_path,
        _odd_path,
    ],
)
def test_refused(folder: Path, change: Callable[[Path], None]) -> None:
    change(folder)
    with pytest.raises(PolicyError) as caught:
        read_base(folder)
    assert caught.value.code == "POLICY_INVALID"


def test_no_folder_at_all(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        read_base(tmp_path / "absent")
    assert caught.value.code == "POLICY_INVALID"

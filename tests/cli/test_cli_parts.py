"""Registry, help, completion protocol, progress."""

from __future__ import annotations

import io
import re
import sys
import types
from pathlib import Path
from typing import Any

import click
import pytest

from kfm_gates.cli import _app, _completion, _progress


def test_commands_are_registered_by_being_there() -> None:
    names = _app.command_names()
    assert {"check", "explain", "facts", "report", "completion"} <= set(names)
    for name in names:
        assert _app.load_command(name).name == name


@pytest.mark.parametrize("command", [None, "x", click.Command("other")])
def test_a_module_that_is_no_command_is_an_import_error(
    monkeypatch: pytest.MonkeyPatch, command: Any
) -> None:
    module = types.ModuleType("kfm_gates.cli.fake")
    if command is not None:
        module.COMMAND = command  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "kfm_gates.cli.fake", module)
    with pytest.raises(ImportError, match="COMMAND"):
        _app.load_command("fake")


def every_command(command: click.Command, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = [path]
    if isinstance(command, click.Group):
        ctx = click.Context(command)
        for name in command.list_commands(ctx):
            sub = command.get_command(ctx, name)
            assert sub is not None
            found += every_command(sub, (*path, name))
    return found


@pytest.mark.parametrize("path", every_command(_app.app))
def test_every_help_has_an_example_and_exits_0(invoke: Any, path: tuple[str, ...]) -> None:
    result = invoke(*path, "--help")
    assert result.code == 0
    assert result.out.startswith("Usage: kfm-gates")
    assert re.search(
        r"Example:\n    kfm-gates|Example:\n    eval", result.out.replace("  " * 2, "    ")
    )
    assert "\x08" not in result.out


@pytest.mark.parametrize("path", every_command(_app.app))
def test_no_option_has_an_environment_variable(path: tuple[str, ...]) -> None:
    command: click.Command = _app.app
    for name in path:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), name)
        assert found is not None
        command = found
    assert "auto_envvar_prefix" not in (command.context_settings or {})
    for parameter in command.params:
        assert parameter.envvar is None
    if path[:1] == ("fetch",):
        return  # --force fetches again; it forces no verdict
    flags = {flag for p in command.params for flag in p.opts}
    assert not flags & {"--exit-zero", "--no-fail", "--warn-only", "--skip", "--force", "--strict"}


@pytest.mark.parametrize("shell", ["bash", "fish", "zsh"])
def test_completion_scripts_use_no_environment(invoke: Any, shell: str) -> None:
    result = invoke("completion", shell)
    assert result.code == 0
    assert "_COMPLETE=" not in result.out
    assert "COMP_WORDS=" not in result.out
    assert f"completion {shell} --words" in result.out


def words(invoke: Any, shell: str, *line: str) -> list[str]:
    result = invoke("completion", shell, "--words", str(len(line) - 1), "--", *line)
    assert result.code == 0
    return result.out.splitlines()  # type: ignore[no-any-return]


def test_completion_answers(invoke: Any) -> None:
    assert words(invoke, "bash", "kfm-gates", "ch") == ["plain,check"]
    assert words(invoke, "bash", "kfm-gates", "check", "--al") == ["plain,--all"]
    assert words(invoke, "bash", "kfm-gates", "check", "da") == ["file,da"]
    assert words(invoke, "bash", "kfm-gates", "check", "-o", "j") == ["plain,json="]
    assert words(invoke, "bash", "kfm-gates", "check", "-o", "json=da") == ["file,da"]
    assert words(invoke, "zsh", "kfm-gates", "check", "--all")[:2] == ["plain", "--all"]
    assert words(invoke, "fish", "kfm-gates", "chec")[0].startswith("plain,check")
    assert words(invoke, "bash", "kfm-gates", "nonsense", "x") == []
    assert words(invoke, "bash", "kfm-gates") == []


def test_completion_beyond_the_words_is_an_empty_word(invoke: Any) -> None:
    out = invoke("completion", "fish", "--words", "2", "--", "kfm-gates", "completion").out
    assert "plain,bash" in out


def test_a_completion_that_breaks_is_silent(invoke: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any) -> str:
        raise RuntimeError

    monkeypatch.setattr(_completion, "complete", broken)
    result = invoke("completion", "bash", "--words", "1", "--", "kfm-gates", "")
    assert (result.code, result.out, result.err) == (0, "", "")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_short_work_draws_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with _progress.Progress(1000) as progress:
        progress(500)
        progress(500)
    assert stream.getvalue() == ""


def test_long_or_large_work_draws_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    for total, patience in ((1000, 0.0), (_progress.LARGE + 1, 99.0)):
        stream = Terminal()
        monkeypatch.setattr(sys, "stderr", stream)
        with _progress.Progress(total, patience) as progress:
            progress(total // 2)
            progress(total)  # an estimate may be too low
        assert "hashing" in stream.getvalue()
        assert "100%" in stream.getvalue()


def test_only_people_see_a_bar(invoke: Any, runner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert invoke("check", "a").code == 0
    assert runner.asked[-1][1]["progress"] is None
    monkeypatch.setattr(_progress, "wanted", lambda: True)
    assert invoke("check", "a").code == 0
    assert isinstance(runner.asked[-1][1]["progress"], _progress.Progress)


def test_sizes_are_estimated_without_following_links(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "x").write_bytes(b"12345")
    (tmp_path / "a" / "b" / "y").write_bytes(b"123")
    (tmp_path / "a" / "link").symlink_to("/")
    assert _progress.size_of([tmp_path / "a", tmp_path / "gone"]) == 8

"""The group of all commands. A command's module is imported only when it is called or listed."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

PROGRAM = "kfm-gates"
_PACKAGE = "kfm_gates.cli"


def command_names() -> list[str]:
    """Names of all commands, without importing any of them."""
    package = importlib.import_module(_PACKAGE)
    names = (info.name for info in pkgutil.iter_modules(package.__path__))
    return sorted(name for name in names if not name.startswith("_"))


def load_command(name: str) -> click.Command:
    """The command of a module.

    Raises:
        ImportError: The module exposes no `COMMAND`, or one of another name.
    """
    module = importlib.import_module(f"{_PACKAGE}.{name}")
    command = getattr(module, "COMMAND", None)
    if not isinstance(command, click.Command):
        raise ImportError(f"{module.__name__} defines no COMMAND")
    if command.name != name:
        # Also what makes two commands of one name impossible.
        raise ImportError(f"{module.__name__} defines a COMMAND named {command.name!r}")
    return command


class Commands(click.Group):
    """A group whose commands are the modules of this package."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands, in the order in which a user meets them."""
        order = {
            name: n
            for n, name in enumerate(("check", "lint", "explain", "report", "facts", "seal"))
        }
        return sorted(command_names(), key=lambda name: (order.get(name, 99), name))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command, None where there is none of that name."""
        return load_command(cmd_name) if cmd_name in command_names() else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Take the first argument for a command's name, whatever it looks like.

        click's own parses it once more as an option, so that `-- --help` would exit 0.
        """
        command = self.get_command(ctx, args[0])
        if command is None and not ctx.resilient_parsing:
            ctx.fail(f"There is no command {args[0]!r}.")
        return (command.name if command else None), command, args[1:]

    def main(self, args: Sequence[str] | None = None, *_: Any, **__: Any) -> NoReturn:
        """Run and exit. Replaces click's own, which an environment variable can end with 0."""
        from kfm_gates.cli import main

        sys.exit(main(args))


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from kfm_gates.cli import _about, _stream

        _stream.emit(_about.version_text())
        ctx.exit(0)


def example(*lines: str) -> str:
    """Text below a command's options that is shown line by line."""
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    no_args_is_help=True,
    epilog=example(
        "kfm-gates fetch opa",
        "kfm-gates check data/work/runs/FAMILY/RUN",
        "kfm-gates explain CODE",
    )
    + "\n\nExit codes: 0 PASS, 1 FAIL, 2 usage or configuration, 3 no decision, 130 interrupted.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the versions of the tool and of OPA and the digest of the policy.",
)
def app() -> None:
    """Decide whether runs of a data lake may be promoted, and show why."""

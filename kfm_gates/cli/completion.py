"""`kfm-gates completion`."""

from __future__ import annotations

import contextlib

import click

from kfm_gates.cli._app import PROGRAM, app, example


@click.command(
    "completion",
    epilog=example(
        'eval "$(kfm-gates completion bash)"    # in ~/.bashrc',
        'eval "$(kfm-gates completion zsh)"     # in ~/.zshrc',
        "kfm-gates completion fish > ~/.config/fish/completions/kfm-gates.fish",
    ),
)
@click.argument("shell", type=click.Choice(["bash", "fish", "zsh"]))
@click.option("--words", "position", type=click.IntRange(min=0), hidden=True)
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="")
def completion(shell: str, position: int | None, words: tuple[str, ...]) -> int:
    """Print the completion script of a shell."""
    from kfm_gates.cli import _stream
    from kfm_gates.cli._completion import complete, script
    from kfm_gates.errors import UsageError

    if position is None:
        if words:
            raise UsageError(
                "This command takes the name of one shell.", code="USAGE", got=" ".join(words)
            )
        _stream.emit(script(shell, app, PROGRAM))
        return 0
    text = ""
    # Somebody is typing: no suggestion is better than a message in the middle of the line.
    with contextlib.suppress(Exception):
        text = complete(shell, app, PROGRAM, words, position)
    _stream.emit(text + "\n" if text else "", "utf-8")
    return 0


COMMAND = completion

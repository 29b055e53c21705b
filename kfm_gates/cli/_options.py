"""Options that several commands share, and the words that they refuse."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    import datetime as dt

    # Generic for mypy only: older click 8 has no subscript here.
    _Text = click.ParamType[str]
else:
    _Text = click.ParamType

F = TypeVar("F", bound=Callable[..., Any])


class Word(_Text):
    """Text that says something: never blank, never with a NUL."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text as it is.

        Raises:
            click.BadParameter: It is blank, so that an unset variable is never an argument (FO-06).
        """
        text = str(value)
        if not text.strip() or "\0" in text:
            self.fail("a blank argument is refused", param, ctx)
        return text


class PathWord(Word):
    """A path, completed by the shell. Whether it exists is for the command to say."""

    name = "path"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Leave it to the shell."""
        return [CompletionItem(incomplete, type="file")]


class ProfileWord(Word):
    """Name of a profile, completed with the built-in ones."""

    name = "name"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Offer the built-in profiles."""
        from kfm_gates.profiles import built_in

        return [CompletionItem(name) for name in built_in() if name.startswith(incomplete)]


class OutputWord(Word):
    """`FMT=PATH`, completed with the formats and then by the shell."""

    name = "fmt=path"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Offer the formats."""
        from kfm_gates.report._api import format_names

        if "=" in incomplete:
            return [CompletionItem(incomplete.partition("=")[2], type="file")]
        return [CompletionItem(f"{n}=") for n in format_names() if n.startswith(incomplete)]


def subject_options(function: F) -> F:
    """Options about which question is asked: profile, lake, OPA, policy, time."""
    for option in reversed(
        (
            click.option(
                "--profile",
                type=ProfileWord(),
                help="What has to be shown: local, review, promotion, public, or a house profile. "
                "Default: the family's in .kfm/gates.yaml, else local.",
            ),
            click.option(
                "--root", type=PathWord(), help="The lake root. Default: found from the runs."
            ),
            click.option(
                "--opa", type=PathWord(), help="An OPA binary that the lock knows by its sha256."
            ),
            click.option(
                "--policy-dir",
                type=PathWord(),
                help="Another base policy. A limit: the result is never promotable.",
            ),
            click.option(
                "--now",
                type=Word(),
                help="The time of the question, e.g. 2026-03-01T12:00:00Z. A limit.",
            ),
            click.option(
                "--trusted-ref",
                type=Word(),
                help="A git ref whose clean checkout the work tree has to be.",
            ),
        )
    ):
        function = option(function)
    return function


def look_options(function: F) -> F:
    """Options about how much is shown and how it looks. They never change an exit code."""
    for option in reversed(
        (
            click.option("--quiet", "-q", is_flag=True, help="Only the verdict line."),
            click.option(
                "--verbose", "-v", is_flag=True, help="Every check, rule, digest and finding."
            ),
            color_option,
        )
    ):
        function = option(function)
    return function


def output_options(function: F) -> F:
    """`-o FMT=PATH` and `--json`."""
    function = json_option(function)
    return click.option(
        "-o",
        "--output",
        "outputs",
        type=OutputWord(),
        multiple=True,
        metavar="FMT=PATH",
        help="Write a result to a file, or to standard output with the path -. Repeatable; all "
        "files are written or none.",
    )(function)


def color_option(function: F) -> F:
    """`--color`."""
    return click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        show_default=True,
        help="Colours; auto honours NO_COLOR and FORCE_COLOR.",
    )(function)


def json_option(function: F) -> F:
    """`--json`: standard output is exactly one JSON document, whatever happens."""
    return click.option(
        "--json", "as_json", is_flag=True, help="One JSON document on standard output."
    )(function)


def checker(
    *,
    profile: str | None,
    root: str | None = None,
    opa: str | None = None,
    policy_dir: str | None = None,
    now: str | None = None,
    trusted_ref: str | None = None,
    invocation: str | None = None,
) -> Any:
    """A `Checker` from the values of `subject_options`.

    Raises:
        UsageError: The time is not RFC 3339 in UTC.
    """
    from kfm_gates.runner import Checker

    return Checker(
        profile,
        root=root,
        opa=opa,
        policy_dir=policy_dir,
        now=moment(now),
        trusted_ref=trusted_ref,
        invocation=invocation,
    )


def moment(now: str | None) -> dt.datetime | None:
    """The time of the question from its option.

    Raises:
        UsageError: The time is not RFC 3339 in UTC.
    """
    from kfm_gates import times
    from kfm_gates.errors import UsageError

    if now is None:
        return None
    try:
        return times.parse(now)
    except ValueError as error:
        raise UsageError(
            "The time of the question cannot be read.",
            code="TIME_INVALID",
            got=now,
            wanted="UTC with Z, e.g. 2026-03-01T12:00:00Z",
        ) from error


def existing_folders(paths: tuple[str, ...]) -> list[Path]:
    """Those of some arguments that are folders."""
    # Path.is_dir raises for a name that is too long; here that is just no folder.
    return [Path(path) for path in paths if os.path.isdir(path)]  # noqa: PTH112

"""Which files of a run a pattern means: `*` and `?` inside a name, `**` for any folders."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_ROLE = re.compile(r"([a-z][a-z0-9_]*)=(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Matched:
    """Files by role, and what did not work out."""

    roles: dict[str, str]
    problems: tuple[str, ...]


def split_role(text: str) -> tuple[str, str]:
    """Split `role=rest`; the role is `primary` where none is given."""
    match = _ROLE.fullmatch(text)
    return (match[1], match[2]) if match else ("primary", text)


def match(patterns: Sequence[str], files: Iterable[str], folder: str) -> Matched:
    """Give every file of a folder the role of the pattern that matches it.

    Args:
        patterns: `[role=]pattern`, relative to the run.
        files: Files of the run, by run-relative path.
        folder: The folder that the patterns have to cover wholly.

    Returns:
        The roles, and a problem for each pattern without a file, each file without a pattern,
        and each file that two patterns give different roles.
    """
    inside = sorted(path for path in files if path.startswith(f"{folder}/"))
    roles: dict[str, str] = {}
    problems: list[str] = []
    for text in patterns:
        role, pattern = split_role(text)
        found = [path for path in inside if _compiled(pattern).fullmatch(path)]
        if not found:
            problems.append(f"--output {text}: no file below {folder}/ matches.")
        for path in found:
            if roles.setdefault(path, role) != role:
                problems.append(f"{path}: two patterns give it the roles {roles[path]} and {role}.")
    unlisted = [path for path in inside if path not in roles]
    problems += [f"{path}: no --output names it." for path in unlisted[:20]]
    if len(unlisted) > 20:
        problems.append(f"{len(unlisted) - 20} more files that no --output names.")
    return Matched(roles, tuple(problems))


def _compiled(pattern: str) -> re.Pattern[str]:
    parts = []
    for part in re.split(r"(\*\*/|\*\*|\*|\?)", pattern):
        parts.append(
            {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}.get(part, re.escape(part))
        )
    return re.compile("".join(parts), re.DOTALL)

"""Who ran it, on what, from which commit. Observed, or given; never guessed."""

from __future__ import annotations

import getpass
import os
import platform
import re
from collections.abc import Mapping
from pathlib import Path
from socket import gethostname
from typing import Final

from kfm_gates import __version__
from kfm_gates.errors import RecorderError
from kfm_gates.record.ids import checked_commit, checked_name, shown

TYPES: Final = ("ci", "local", "cluster")
MAX_URI: Final = 2048

_REPOSITORY = re.compile(r"[a-z][a-z0-9+.-]*:[^\s@\x00-\x1f\x7f-\x9f]+")


def runner(given: Mapping[str, str] | str | None = None) -> dict[str, str]:
    """Identity of the runner: `{type, host, user}`.

    Args:
        given: A type, or a mapping with any of the three. What it leaves out is observed: the
            type is `ci` where `CI` is set, host and user are those of this process.

    Raises:
        RecorderError: An unknown type or key, or a value that cannot be written.
    """
    told = {"type": given} if isinstance(given, str) else dict(given or {})
    if strange := sorted(set(told) - {"type", "host", "user"}):
        raise RecorderError(
            f"The runner has no field {shown(strange[0])}.",
            code="RUNNER_INVALID",
            wanted="type, host, user",
        )
    kind = told.get("type") or ("ci" if _is_ci() else "local")
    if kind not in TYPES:
        raise RecorderError(
            "The runner type is unknown.",
            code="RUNNER_INVALID",
            got=shown(kind),
            wanted=", ".join(TYPES),
        )
    return {
        "type": kind,
        "host": checked_name(told.get("host") or gethostname(), "runner host"),
        "user": checked_name(told.get("user") or _user(), "runner user"),
    }


def versions(given: Mapping[str, str] | None = None) -> dict[str, str]:
    """Versions of what took part: Python, kfm-gates and what is given, by name."""
    found = {"python": platform.python_version(), "kfm_gates": __version__}
    for name, version in (given or {}).items():
        found |= {checked_name(name, "name of a version"): checked_name(version, "version")}
    return found


def commit(root: Path, given: str | None = None) -> tuple[str, bool | None]:
    """The commit that the pipeline ran from, and whether the work tree had changes on top.

    Args:
        root: The lake root; its repository is asked.
        given: The commit, where it is known better.

    Returns:
        The commit, and True for a changed work tree, False for a clean one, None where that was
        not asked because the commit was given.

    Raises:
        RecorderError: No commit was given and there is no repository, or it has no commit.
    """
    if given is not None:
        return checked_commit(given), None
    from kfm_gates.evidence import git

    head = git.head(root)
    if head is None:
        raise RecorderError(
            "The commit of the pipeline is unknown: the lake is in no git repository that has one.",
            code="COMMIT_UNKNOWN",
            file=str(root),
            wanted="a commit id, 12 to 40 hex digits",
            fix='Give it: record_run(..., commit="…"), or commit the pipeline first.',
        )
    return checked_commit(head), git.dirty(root)


def repository(given: str | None, commit_given: bool) -> str | None:
    """The repository of the pipeline, where it is not the one at the lake root.

    Raises:
        RecorderError: It is no URI, holds a user name, or comes without its commit.
    """
    if given is None:
        return None
    if not _REPOSITORY.fullmatch(given) or len(given) > MAX_URI:
        # The text may carry a password, so it is not repeated.
        raise RecorderError(
            "The repository is not a URI that can be shown to others.",
            code="REPO_INVALID",
            wanted="such as https://github.com/ORG/NAME, without user or password",
        )
    if not commit_given:
        raise RecorderError(
            "The commit of another repository has to be given.",
            code="COMMIT_UNKNOWN",
            wanted="a commit id, 12 to 40 hex digits",
        )
    return given


def _is_ci() -> bool:
    return os.environ.get("CI", "").strip().lower() not in {"", "0", "false", "no", "off"}


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container may run under a uid that has no name.
        return f"uid-{os.getuid()}"

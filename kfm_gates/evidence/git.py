"""What git says about the code of a run: read only, offline, and deaf to configuration.

Nothing of the caller's environment reaches git, and of its configuration only that of the
repository itself, without hooks, file system monitors, replacement objects or fetching.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

from kfm_gates.evidence.files import read_regular

State = Literal["resolved", "unresolved", "ambiguous", "no_repository"]

TIMEOUT_S: Final = 10.0
"""Seconds after which git is killed."""

_COMMIT = re.compile(r"[0-9a-f]{12,40}")
_OBJECT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REF = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./@{}^~+-]*")
_HISTORIES: Final = ("refs/heads/", "refs/remotes/", "refs/tags/")
_ARGUMENTS: Final = (
    "--no-pager",
    "--no-optional-locks",
    # Ownership is no matter here, since nothing that the repository configures is executed.
    *("-c", "safe.directory=*"),
    *("-c", "core.fsmonitor=false"),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "protocol.allow=never"),
)
_ENVIRONMENT: Final = {
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_ASKPASS": "",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "HOME": os.devnull,
    "LC_ALL": "C",
}


def resolve(root: Path, commit: str) -> State:
    """Say whether a commit id names exactly one commit of the repository at the lake root.

    Branches and tags of that name do not count, nor do objects that are no commits, nor commits
    that belong to no history: anybody can make one, and git deletes it sooner or later.

    Args:
        root: The lake root, or any folder of the repository.
        commit: 12 to 40 lower-case hex digits; anything else is unresolved without asking git.

    Returns:
        `resolved`; `ambiguous` if several commits start with these digits; `no_repository` if
        there is none; `unresolved` in every other case, a git that fails or is absent included.
    """
    if not _COMMIT.fullmatch(commit):
        return "unresolved"
    answer = _git(root, ["rev-parse", f"--disambiguate={commit}"])
    if answer is None:
        return "unresolved"
    if answer.returncode != 0:
        is_none = b"not a git repository" in answer.stderr
        return "no_repository" if is_none else "unresolved"
    candidates = answer.stdout.decode("ascii", "replace").split()
    if not candidates or not all(_OBJECT.fullmatch(c) for c in candidates):
        return "unresolved"
    kinds = _git(root, ["cat-file", "--batch-check"], "\n".join(candidates) + "\n")
    if kinds is None or kinds.returncode != 0:
        return "unresolved"
    fields = [line.split() for line in kinds.stdout.decode("ascii", "replace").splitlines()]
    commits = [f[0] for f in fields if len(f) == 3 and f[1] == "commit"]
    if not commits or not all(c.startswith(commit) for c in commits):
        return "unresolved"
    if len(commits) > 1:
        return "ambiguous"
    return "resolved" if _is_reachable(root, commits[0]) else "unresolved"


def _is_reachable(root: Path, commit: str) -> bool:
    """Say whether HEAD, a branch or a tag, also of a remote, leads to a commit."""
    # First what is nearly always so; it walks one history, whatever the number of refs.
    ancestor = _git(root, ["merge-base", "--is-ancestor", commit, "HEAD"])
    if ancestor is not None and ancestor.returncode == 0:
        return True
    found = _git(
        root,
        ["for-each-ref", "--count=1", "--format=%(refname)", f"--contains={commit}", *_HISTORIES],
    )
    return found is not None and found.returncode == 0 and found.stdout.startswith(b"refs/")


def head(root: Path) -> str | None:
    """The commit that is checked out, at most 40 hex digits; None where there is none."""
    return _commit_of(root, "HEAD")


def dirty(root: Path) -> bool | None:
    """Say whether files that git tracks differ from the commit; None where git cannot say.

    Untracked files do not count: the run that is being recorded is one. For repositories of
    one's own: filters that the repository configures do run.
    """
    answer = _git(
        root,
        ["status", "--porcelain", "-z", "--untracked-files=no", "--ignore-submodules=none"],
    )
    if answer is None or answer.returncode != 0:
        return None
    return bool(answer.stdout)


def not_at(root: Path, ref: str, folder: str) -> str | None:
    """Say why a folder is not exactly what a ref holds, with that ref checked out.

    The files are hashed here and compared with the tree of the commit, so neither the index nor
    attributes and filters have a say. Untracked and missing files, links and other modes count.

    Args:
        root: The lake root.
        ref: A branch, tag or commit.
        folder: The folder, relative to the lake root. It may be absent in both places.

    Returns:
        The reason, a few words, or None if they are the same.
    """
    if not _REF.fullmatch(ref):
        return "the ref has an unusual name"
    tip, here = _commit_of(root, ref), head(root)
    if tip is None:
        return "git does not know that ref"
    if tip != here:
        return "another commit is checked out"
    prefix = _git(root, ["rev-parse", "--show-prefix"])
    if prefix is None or prefix.returncode != 0:
        return "git does not answer"
    inside = os.fsdecode(prefix.stdout.rstrip(b"\n"))
    listing = _git(root, ["ls-tree", "-r", "-z", "--full-tree", tip, "--", f"{inside}{folder}"])
    if listing is None or listing.returncode != 0:
        return "git does not answer"
    recorded: dict[str, tuple[str, str]] = {}
    for line in listing.stdout.split(b"\0")[:-1]:
        about, _, name = line.partition(b"\t")
        mode, _, object_id = os.fsdecode(about).split(" ")
        recorded[os.fsdecode(name).removeprefix(inside)] = (mode, object_id)
    algorithm = "sha256" if any(len(i) == 64 for _, i in recorded.values()) else "sha1"
    try:
        found = _blobs(root, folder, algorithm)
    except OSError as error:
        return f"{folder} cannot be read: {error.strerror}"
    for path in sorted(recorded.keys() | found.keys()):
        if path not in found:
            return f"{path} is missing"
        if path not in recorded:
            return f"{path} is not in that commit"
        if found[path] != recorded[path]:
            return f"{path} differs"
    return None


def _commit_of(root: Path, ref: str) -> str | None:
    answer = _git(
        root, ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"]
    )
    if answer is None or answer.returncode != 0:
        return None
    commit = answer.stdout.decode("ascii", "replace").strip()
    # Receipts hold at most 40 digits, which name a commit in a sha256 repository as well.
    return commit[:40] if _OBJECT.fullmatch(commit) else None


def _blobs(root: Path, folder: str, algorithm: str) -> dict[str, tuple[str, str]]:
    """Mode and object id, as git would have them, of every file below a folder.

    Links and special files get a mode that no commit holds, so that they always differ.
    """
    found: dict[str, tuple[str, str]] = {}
    waiting = [folder] if os.path.lexists(root / folder) else []
    while waiting:
        path = waiting.pop()
        status = (root / path).lstat()
        if stat.S_ISDIR(status.st_mode):
            waiting.extend(f"{path}/{entry.name}" for entry in (root / path).iterdir())
        elif stat.S_ISREG(status.st_mode):
            raw = read_regular(root / path, 2**24)
            digest = hashlib.new(algorithm, b"blob %d\0" % len(raw), usedforsecurity=False)
            digest.update(raw)
            mode = "100755" if status.st_mode & stat.S_IXUSR else "100644"
            found[path] = (mode, digest.hexdigest())
        else:
            found[path] = ("no plain file", "")
    return found


def _git(
    root: Path, arguments: Sequence[str], text: str = ""
) -> subprocess.CompletedProcess[bytes] | None:
    """Run git in a folder; None if it is absent, cannot start or takes too long."""
    program = shutil.which("git")
    if program is None:
        return None
    try:
        return subprocess.run(
            [os.path.abspath(program), *_ARGUMENTS, *arguments],
            cwd=root,
            env={**_ENVIRONMENT, "PATH": os.environ.get("PATH", os.defpath)},
            input=text.encode(),
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
            start_new_session=True,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None

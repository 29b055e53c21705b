"""The lake root and the project's own folder `.kfm/` (schema `project/v1`).

Everything below `.kfm/` is trusted more than a run and less than the package: it may tighten,
never loosen. So it is read strictly, and an entry that nobody would read is refused, because a
misspelt `profile/` would otherwise be a rule that silently does not exist.
"""

from __future__ import annotations

import fnmatch
import hashlib
import itertools
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kfm_gates.errors import UsageError
from kfm_gates.evidence import json_schema, strict_yaml
from kfm_gates.evidence.files import read_regular
from kfm_gates.model import Family, Layout

KFM = ".kfm"
MAX_FILE = 1 << 20
_FOLDERS = frozenset({"families", "profiles", "policy", "shapes"})
_FILES = frozenset({"gates.yaml", "not-secrets.yaml", "README.md", ".gitkeep"})
_ZONES = frozenset({"raw", "work", "quarantine", "processed", "published"})
_FAMILY_NAME = re.compile(r"[a-z][a-z0-9_]{2,63}")
_SUFFIXES: Mapping[str, tuple[str, ...]] = {
    "policy": (".rego", ".documents.json"),
    "shapes": (".ttl",),
}
"""What lies in a folder of `.kfm/`; everywhere else it is YAML."""
_SHAPES_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")


@dataclass(frozen=True, kw_only=True)
class Project:
    """A lake: its root, its layout and what `.kfm/` says.

    `families_listed` holds `(pattern, profile or None)` in order; the first match counts.
    `sha256` is the digest over every file of `.kfm/` that was read (path and bytes).
    """

    root: Path
    layout: Layout
    origin: str
    sha256: str
    families_listed: tuple[tuple[str, str | None], ...] = ()
    profile: str | None = None
    families: Mapping[str, Family] = field(default_factory=dict)
    profiles: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    house: Mapping[str, bytes] = field(default_factory=dict)
    """Overlay sources by file name (`name.rego`), tests left out."""
    house_named: tuple[str, ...] = ()
    """Overlays that `gates.yaml` names for every profile."""
    not_secrets: tuple[str, frozenset[str]] = ("", frozenset())
    shapes: Mapping[str, bytes] = field(default_factory=dict)
    """SHACL graphs of `.kfm/shapes` by name, unread."""

    def listed(self, family: str) -> tuple[str, str | None] | None:
        """The first pattern of `gates.yaml` that matches a family, with its profile."""
        for pattern, profile in self.families_listed:
            if fnmatch.fnmatchcase(family, pattern):
                return pattern, profile
        return None

    def profile_for(self, family: str) -> str | None:
        """Name of the profile that `.kfm/` gives a family, None where it names none."""
        listed = self.listed(family)
        return (listed[1] if listed else None) or self.profile


def find_root(start: Path, explicit: Path | None = None) -> Path:
    """Return the lake root for a path.

    The nearest folder at or above `start` that holds `.kfm/`, else the nearest that holds
    `data/`; `explicit` (`--root`) wins. Whoever fills a lake must not become its steward by
    putting a `.kfm/` or a `data/` of their own into it, so a root inside the data of another
    lake, or below another `.kfm/`, has to be named.

    Raises:
        UsageError: There is none, it is ambiguous, or `explicit` is not a directory.
    """
    if explicit is not None:
        root = Path(os.path.abspath(explicit))
        if not root.is_dir():
            raise UsageError(
                f"The lake root is not a directory: {explicit}",
                code="ROOT_NOT_FOUND",
                fix="Give the folder that holds data/ (or .kfm/) to --root.",
            )
        return root
    start = Path(os.path.abspath(start))
    above = (start, *start.parents)
    for name in (KFM, "data"):
        for folder in above:
            if (folder / name).is_dir():
                return _unambiguous(folder)
    raise UsageError(
        f"No lake root at or above {start}.",
        code="ROOT_NOT_FOUND",
        wanted="a folder that holds .kfm/ or data/",
        fix="Run the command inside the lake, or give its root to --root.",
    )


def _unambiguous(root: Path) -> Path:
    outer = next((f for f in root.parents if os.path.lexists(f / KFM)), None)
    inside = any(
        first == "data" and second in _ZONES for first, second in itertools.pairwise(root.parts)
    )
    if outer is not None or inside:
        what = f"{outer} holds a {KFM}/ as well" if outer else "it lies in a zone of another lake"
        raise UsageError(
            f"The lake root {root} is ambiguous: {what}.",
            code="ROOT_AMBIGUOUS",
            file=str(root),
            fix=f"Remove what makes {root} look like a lake, or name the root with --root.",
        )
    return root


def load_project(root: Path, *, trusted_ref: str | None = None) -> Project:
    """Read `.kfm/` below a lake root, strictly. Works without it, on defaults.

    Args:
        root: The lake root.
        trusted_ref: A git ref; if `.kfm/` is clean and HEAD is that ref's commit, the origin
            is `trusted-ref` instead of `worktree`.

    Raises:
        UsageError: Anything in `.kfm/` is unreadable, unknown or does not fit its schema.
    """
    files = _read_all(root / KFM)
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n".encode())
    gates = _document(files, "gates.yaml", "project") or {}
    families = {
        name: _family(name, _document(files, f"families/{name}.yaml", "family") or {})
        for name in _stems(files, "families", ".yaml")
    }
    profiles = {
        name: _document(files, f"profiles/{name}.yaml", "profile") or {}
        for name in _stems(files, "profiles", ".yaml")
    }
    house = {
        path.removeprefix("policy/"): raw
        for path, raw in files.items()
        if path.startswith("policy/") and path.endswith(".rego") and not path.endswith("_test.rego")
    }
    not_secrets = _document(files, "not-secrets.yaml", "not_secrets") or {}
    listed = tuple((entry["pattern"], entry.get("profile")) for entry in gates.get("families", ()))
    _check_families(families, listed)
    shapes = {name: files[f"shapes/{name}.ttl"] for name in _stems(files, "shapes", ".ttl")}
    return Project(
        root=root,
        layout=_layout(gates),
        origin=_origin(root, files, trusted_ref),
        sha256=digest.hexdigest(),
        families_listed=listed,
        profile=gates.get("profile"),
        families=families,
        profiles=profiles,
        house=house,
        house_named=tuple(gates.get("house", ())),
        not_secrets=(
            str(not_secrets.get("salt", "")),
            frozenset(str(entry["sha256"]) for entry in not_secrets.get("hashes", ())),
        ),
        shapes=shapes,
    )


def _read_all(folder: Path) -> dict[str, bytes]:
    """Every file of `.kfm/` by relative path; refuses links, strangers and oversize."""
    if not os.path.lexists(folder):
        return {}
    if folder.is_symlink() or not folder.is_dir():
        raise _refused(KFM, "it is not a directory")
    files: dict[str, bytes] = {}
    for entry in sorted(folder.iterdir()):
        if entry.is_symlink():
            raise _refused(f"{KFM}/{entry.name}", "it is a symbolic link")
        if entry.is_dir() and entry.name in _FOLDERS:
            for inner in sorted(entry.iterdir()):
                if inner.name not in {".gitkeep", "README.md"}:
                    relative = f"{entry.name}/{inner.name}"
                    _check_inner(entry.name, inner.name)
                    files[relative] = _read(inner, f"{KFM}/{relative}")
        elif entry.name in _FILES:
            if entry.name.endswith(".yaml"):
                files[entry.name] = _read(entry, f"{KFM}/{entry.name}")
        else:
            raise _refused(
                f"{KFM}/{entry.name}",
                "nothing reads it",
                wanted=", ".join(sorted(_FILES | {f"{f}/" for f in _FOLDERS})),
            )
    return files


def _check_inner(folder: str, name: str) -> None:
    suffixes = _SUFFIXES.get(folder, (".yaml",))
    if not name.endswith(suffixes):
        raise _refused(f"{KFM}/{folder}/{name}", "nothing reads it", wanted=f"*{suffixes[0]}")
    if folder == "shapes" and not _SHAPES_NAME.fullmatch(name.removesuffix(".ttl")):
        raise _refused(f"{KFM}/{folder}/{name}", "no profile could name it", "a-z, 0-9, _ and -")


def _read(path: Path, name: str) -> bytes:
    try:
        return read_regular(path, MAX_FILE)
    except OSError as error:
        raise _refused(name, error.strerror or "it cannot be opened") from error


def _refused(name: str, why: str, wanted: str | None = None) -> UsageError:
    return UsageError(
        f"{name} is refused: {why}.",
        code="PROJECT_INVALID",
        file=name,
        wanted=wanted,
        fix="Mend or remove it, then check again.",
    )


def _stems(files: Mapping[str, bytes], folder: str, suffix: str) -> list[str]:
    prefix = f"{folder}/"
    return [
        path.removeprefix(prefix).removesuffix(suffix) for path in files if path.startswith(prefix)
    ]


def _document(files: Mapping[str, bytes], path: str, schema: str) -> dict[str, Any] | None:
    if path not in files:
        return None
    name = f"{KFM}/{path}"
    data = strict_yaml.loads(files[path], file=name)
    issues = json_schema.validate(schema, data)
    if issues:
        issue = issues[0]
        raise UsageError(
            f"{name} does not fit the schema {schema}/v1: {issue.message}",
            code="PROJECT_INVALID",
            file=name,
            pointer=issue.pointer,
            got=issue.got,
            wanted=issue.wanted,
            fix=f"Mend {issue.pointer or 'the document'} in {name}.",
        )
    if not isinstance(data, dict):  # the schemas say so; this is for the type checker
        raise _refused(name, "it is not a mapping")
    return data


def _check_families(
    families: Mapping[str, Family], listed: Sequence[tuple[str, str | None]]
) -> None:
    """A family file whose name fits nothing would be thresholds that silently hold no run."""
    for name, family in families.items():
        if not _FAMILY_NAME.fullmatch(name):
            raise _refused(str(family.file), "that is no name of a family", "a-z, 0-9 and _")
        if listed and not any(fnmatch.fnmatchcase(name, pattern) for pattern, _ in listed):
            raise _refused(
                str(family.file),
                "no pattern of gates.yaml matches the family",
                ", ".join(pattern for pattern, _ in listed),
            )


def _layout(gates: Mapping[str, Any]) -> Layout:
    defaults = Layout()
    layout = gates.get("layout", {})
    return Layout(
        runs=layout.get("runs", defaults.runs),
        zones={**defaults.zones, **gates.get("zones", {})},
    )


def _family(name: str, data: Mapping[str, Any]) -> Family:
    return Family(
        name=name,
        title=data.get("title"),
        owner=data.get("owner"),
        rights=data.get("rights"),
        sensitivity=data.get("sensitivity"),
        thresholds=data.get("thresholds", {}),
        required_checks=tuple(data.get("required_checks", ())),
        file=f"{KFM}/families/{name}.yaml",
        extra=dict(data),
    )


def _origin(root: Path, files: Mapping[str, bytes], trusted_ref: str | None) -> str:
    """`trusted-ref` where git vouches for `.kfm/`, else `worktree` or `none`.

    The absence of `.kfm/` is a fact of the work tree as well: deleting it must not look
    better than having it.
    """
    if trusted_ref is not None:
        from kfm_gates.evidence import git

        why = git.not_at(root, trusted_ref, KFM)
        if why is None and not files and not os.path.lexists(root / ".git"):
            # Nothing was read, and this is not where the repository would keep it.
            why = f"there is no {KFM}/ here, and the repository begins elsewhere"
        if why is None:
            return "trusted-ref"
        raise UsageError(
            f"The work tree is not a clean checkout of {trusted_ref}: {why}.",
            code="TRUSTED_REF_REFUSED",
            fix="Check out that ref without changes, or leave --trusted-ref out.",
        )
    return "worktree" if files else "none"

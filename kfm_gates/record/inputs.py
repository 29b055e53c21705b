"""Inputs of a run: files of the raw zone, hashed here, or URIs that come with their digest."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from kfm_gates.errors import RecorderError
from kfm_gates.evidence import digests, paths, uris
from kfm_gates.record.governance import checked_label
from kfm_gates.record.guard import Guard
from kfm_gates.record.hashing_file import Hashed
from kfm_gates.record.ids import checked_name, shown
from kfm_gates.record.lake import Lake

_URI = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://.*", re.DOTALL)


class Inputs:
    """The inputs that a run declared so far.

    Args:
        lake: The lake.
        raw: Its raw zone, relative to the root.
        guard: Lock of the run.
    """

    def __init__(self, lake: Lake, raw: str, guard: Guard) -> None:
        self._lake = lake
        self._raw = raw
        self._guard = guard
        self._entries: dict[str, dict[str, Any]] = {}
        self._hashed: dict[str, Hashed] = {}

    def declare(
        self, path: str | os.PathLike[str], role: str, digest: str | None, label: str | None
    ) -> Path | None:
        """Take an input in; see `RunRecorder.input`."""
        text = os.fspath(path)
        hashed: Hashed | None = None
        if is_uri(text):
            entry = uri_entry(text, digest)
            name = text
        else:
            entry, hashed = file_entry(self._lake, self._raw, text, digest)
            name = entry["path"]
        entry["role"] = checked_name(role, "role of an input")
        if label is not None:
            entry["label"] = checked_label(label, "label of an input")
        with self._guard:
            if self._entries.setdefault(name, entry) != entry:
                raise RecorderError(
                    f"The input {name} was declared before, and differently.",
                    code="INPUT_DUPLICATE",
                    file=name,
                )
            if hashed is not None:
                self._hashed[name] = hashed
        return None if hashed is None else self._lake.root / name

    def entries(self) -> list[dict[str, Any]]:
        """Entries for the manifest, in the order in which they were declared."""
        return list(self._entries.values())

    def changed(self) -> list[str]:
        """Files that are no longer what was hashed; the raw zone is write-once."""
        return [name for name, hashed in self._hashed.items() if self._lake.differs(name, hashed)]


def is_uri(text: str) -> bool:
    """Tell a URI from a path: it has a scheme and `://`."""
    return _URI.fullmatch(text) is not None


def uri_entry(uri: str, digest: str | None) -> dict[str, Any]:
    """Entry of a remote input, without its role.

    Raises:
        RecorderError: The digest is missing or malformed, or the URI is no stable name.
    """
    if not uris.is_stable(uri):
        # The text may carry a password, so it is not repeated.
        raise RecorderError(
            "The URI of an input is not a stable name.",
            code="INPUT_URI_REFUSED",
            wanted=uris.WANTED,
        )
    if digest is None:
        raise RecorderError(
            f"The input {shown(uri)} is named by a URI and has no digest.",
            code="INPUT_DIGEST_MISSING",
            wanted="sha256:<64 hex>",
        )
    return {"uri": checked_name(uri, "URI of an input"), "digest": f"sha256:{_parsed(digest)}"}


def file_entry(
    lake: Lake, raw: str, path: str, digest: str | None
) -> tuple[dict[str, Any], Hashed]:
    """Entry of an input in the raw zone, without its role, and what was hashed.

    Raises:
        RecorderError: It is missing, outside the raw zone, behind a link, or not what `digest`
            says.
    """
    relative = lake.relative(path)
    if relative is None or not paths.under(relative, raw) or relative == raw:
        raise RecorderError(
            f"The input does not lie below {raw}/ of the lake.",
            code="INPUT_OUTSIDE_RAW",
            file=path,
            got=path,
            wanted=f"{raw}/… or a URI with its digest",
            fix=f"Capture the source in {raw}/ first, or name it by a URI with its digest.",
        )
    if (why := paths.problem_of(relative)) is not None:
        raise RecorderError(
            f"The path of the input is refused: {why}", code="INPUT_PATH_UNSAFE", file=relative
        )
    wanted = None if digest is None else _parsed(digest)
    hashed = lake.hash(relative)
    if wanted not in (None, hashed.sha256):
        raise RecorderError(
            f"The input {relative} is not the expected one.",
            code="INPUT_DIGEST_MISMATCH",
            file=relative,
            got=f"sha256:{hashed.sha256}",
            wanted=f"sha256:{wanted}",
        )
    return {"path": relative, "digest": f"sha256:{hashed.sha256}"}, hashed


def _parsed(digest: str) -> str:
    try:
        return digests.parse(digest)
    except ValueError as error:
        raise RecorderError(
            f"The digest of an input is refused: {error}",
            code="DIGEST_INVALID",
            got=shown(digest),
            wanted="sha256:<64 lower-case hex>",
        ) from None

"""Read the files of a base policy, each once. What is not known to belong there is refused."""

from __future__ import annotations

import os
from pathlib import Path

from kfm_gates.errors import PolicyError
from kfm_gates.evidence.files import read_regular

MAX_FILE = 1 << 20
MAX_FILES = 256
MAX_PATH = 98
"""Characters of a path, as many as the header of an archive holds."""
_DATA = "kfm/data.json"
_RESERVED = frozenset({"rules", "gates", "overlay"})


def read_base(folder: Path, *, tests: bool = False) -> dict[str, bytes]:
    """Read the modules and the data of a base policy.

    Args:
        folder: The folder that holds `kfm/`.
        tests: Read `_test.rego` files as well; they are never part of what judges (conftest#114).

    Returns:
        Bytes by POSIX path relative to `folder`, sorted.

    Raises:
        PolicyError: `POLICY_INVALID`: a link, a stranger, an unreadable file, no module at all,
            or data at a place that belongs to rules.
    """
    files: dict[str, bytes] = {}
    for path in _walk(folder / "kfm"):
        name = path.relative_to(folder).as_posix()
        if name.endswith("_test.rego") and not tests:
            continue
        if len(name) > MAX_PATH or not name.isascii():
            raise _refused(ascii(name), f"the path is longer than {MAX_PATH} or not ASCII")
        if not name.endswith(".rego") and name != _DATA:
            raise _refused(name, "it is neither a module nor kfm/data.json")
        try:
            files[name] = read_regular(path, MAX_FILE)
        except OSError as error:
            raise _refused(name, error.strerror or "it cannot be read") from error
        if len(files) > MAX_FILES:
            raise _refused(name, f"there are more than {MAX_FILES} files")
    if (
        not any(name.startswith("kfm/rules/") for name in files)
        or "kfm/gates/gates.rego" not in files
    ):
        raise _refused(str(folder), "it holds no rules: kfm/rules/ and kfm/gates/gates.rego")
    if _DATA in files:
        _check_data(files[_DATA])
    return dict(sorted(files.items()))


def _walk(folder: Path) -> list[Path]:
    found: list[Path] = []

    def _stop(error: OSError) -> None:
        raise _refused(str(error.filename), error.strerror or "it cannot be read") from error

    for here, folders, names in os.walk(folder, onerror=_stop):
        folders.sort()
        for name in folders:
            if Path(here, name).is_symlink():
                raise _refused(name, "it is a symbolic link")
        found.extend(Path(here, name) for name in names)
    return sorted(found)


def _check_data(raw: bytes) -> None:
    from kfm_gates.errors import EvidenceUnreadable
    from kfm_gates.evidence import strict_json

    try:
        data = strict_json.loads(raw, file=_DATA)
    except EvidenceUnreadable as error:
        raise _refused(_DATA, error.message, line=error.line) from error
    if not isinstance(data, dict):
        raise _refused(_DATA, "it is not an object")
    for key in sorted(_RESERVED & data.keys()):
        raise _refused(_DATA, f"'{key}' is where rules are; data there would answer for them")


def _refused(name: str, why: str, line: int | None = None) -> PolicyError:
    return PolicyError(
        f"The policy is refused: {name}: {why}.", code="POLICY_INVALID", file=name, line=line
    )

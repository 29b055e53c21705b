"""Where the shipped policies and schemas are: inside the wheel, or the checkout beside the package.

Never the current directory: that is the data of the pull request under judgement.
"""

from __future__ import annotations

import functools
from pathlib import Path

from kfm_gates.errors import KfmGatesError

_PACKAGE = Path(__file__).resolve().parent


@functools.cache
def data_root() -> tuple[Path, str]:
    """Folder that holds `schemas/` and `policies/`, and its origin: `packaged` or `checkout`.

    Raises:
        KfmGatesError: The installation is incomplete.
    """
    packaged = _PACKAGE / "_data"
    if packaged.is_dir():
        return packaged, "packaged"
    parent = _PACKAGE.parent
    if (parent / "pyproject.toml").is_file() and (parent / "policies").is_dir():
        return parent, "checkout"
    raise KfmGatesError(
        "The policies and schemas of kfm-gates are not installed.",
        code="INSTALLATION_BROKEN",
        file=str(packaged),
        fix="Install kfm-gates again: python -m pip install --force-reinstall kfm-gates",
    )


def data_path(*parts: str) -> Path:
    """Path of a shipped file, e.g. `data_path("schemas", "run_record", "v1.schema.json")`."""
    return data_root()[0].joinpath(*parts)


def read_data(*parts: str) -> bytes:
    """Bytes of a shipped file.

    Raises:
        KfmGatesError: The file is not there.
    """
    try:
        return data_path(*parts).read_bytes()
    except OSError as error:
        raise KfmGatesError(
            f"A shipped file cannot be read: {'/'.join(parts)} ({error.strerror}).",
            code="INSTALLATION_BROKEN",
            fix="Install kfm-gates again: python -m pip install --force-reinstall kfm-gates",
        ) from error

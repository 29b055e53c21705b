"""Freeze the shipped rules: `python -m kfm_gates.policy.freeze` after a change of `policies/`.

The rules are parsed and held to their contract here, once, so that a check needs no parser: it
only compares a digest. A test asserts that the frozen file is up to date.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path

from kfm_gates.errors import KfmGatesError
from kfm_gates.model import RuleInfo
from kfm_gates.policy.base import LOCK, checked_rules, digest_of
from kfm_gates.policy.locate import Opa, find_opa
from kfm_gates.policy.sources import read_base
from kfm_gates.resources import data_path


def frozen(opa: Opa, folder: Path) -> bytes:
    """What `rules.lock.json` has to hold for the policy in a folder.

    Raises:
        PolicyError: The policy breaks the contract of rules.
    """
    files = read_base(folder)
    rules = sorted(checked_rules(opa, files), key=lambda info: info.id)
    document = {"digest": digest_of(files), "rules": [_entry(info) for info in rules]}
    return json.dumps(document, indent=2).encode() + b"\n"


def _entry(info: RuleInfo) -> dict[str, object]:
    entry = dataclasses.asdict(info)
    return {**entry, "source": list(info.source)}


def main() -> int:
    """Write the file; the exit code is 0 where it was written."""
    folder = data_path("policies")
    try:
        raw = frozen(find_opa(), folder)
    except KfmGatesError as error:
        place = f"{error.file}:{error.line}: " if error.file else ""
        sys.stderr.write(f"{place}{error.message}\n{error.fix or ''}\n")
        return error.exit_code
    (folder / LOCK).write_bytes(raw)
    return 0


if __name__ == "__main__":
    sys.exit(main())

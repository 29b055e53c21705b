"""Files of house rules: reading a lake's, and the first ones that `policy new` writes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from kfm_gates.errors import UsageError

FOLDER = ".kfm/policy"
_MAX_FILE = 1 << 20

_RULES = """\
# METADATA
# title: House rules {name}
# description: What this lake asks for beyond the shipped rules.
package kfm.overlay.{name}

# A rule says what has to be shown. Whatever cannot be shown is refused: a field that is missing
# or misspelt leaves the body undefined, and the default stands.

# METADATA
# title: The bytes of every output were compared with the manifest
# description: There is at least one output, and each has the digest that the manifest lists.
# scope: document
# custom:
#   code: {code}_OUTPUTS_NOT_VERIFIED
#   level: deny
#   waivable: false
#   who: pipeline
#   solution: Let the pipeline write its outputs again; it records a new run.
#   why: What was not compared may be anything.
default status["outputs_verified"] := "fail"

status["outputs_verified"] := "pass" if {{
	is_number(input.integrity.outputs.total)
	input.integrity.outputs.total > 0
	input.integrity.outputs.verified == input.integrity.outputs.total
	input.integrity.outputs.complete == true
}}
"""

_TEST = """\
package kfm.overlay.{name}_test

import data.kfm.overlay.{name}

_facts := {{"integrity": {{"outputs": {{"total": 2, "verified": 2, "complete": true}}}}}}

test_passes_when_shown if {{
	{name}.status.outputs_verified == "pass" with input as _facts
}}

test_refuses_when_one_is_not_verified if {{
	patch := {{"op": "replace", "path": "/integrity/outputs/verified", "value": 1}}
	{name}.status.outputs_verified == "fail" with input as json.patch(_facts, [patch])
}}

test_refuses_when_nothing_is_known if {{
	{name}.status.outputs_verified == "fail" with input as {{}}
}}
"""

_DOCUMENTS = """\
{
  "pass": {},
  "fail": {
    "outputs_verified": { "integrity": { "outputs": { "verified": 0 } } }
  }
}
"""

_GATES = """\
schema_version: project/v1
house: [{name}]
"""


@dataclass(frozen=True)
class HouseFiles:
    """The files of `.kfm/policy` by name."""

    rules: dict[str, bytes] = field(default_factory=dict)
    tests: dict[str, bytes] = field(default_factory=dict)
    documents: dict[str, bytes] = field(default_factory=dict)


def read_house(root: Path | None) -> HouseFiles:
    """Read the house rules of a lake with their tests and documents; nothing where there is none.

    Raises:
        UsageError: A file cannot be read, or is none that belongs there.
    """
    from kfm_gates.evidence.files import read_regular

    found = HouseFiles()
    folder = root / FOLDER if root is not None else None
    if folder is None or not folder.is_dir():
        return found
    for path in sorted(folder.iterdir()):
        name = path.name
        if name in ("README.md", ".gitkeep"):
            continue
        try:
            raw = read_regular(path, _MAX_FILE)
        except OSError as error:
            raise UsageError(
                f"A file of the house rules cannot be read: {error.strerror}.",
                code="HOUSE_RULE_INVALID",
                file=f"{FOLDER}/{name}",
            ) from error
        if name.endswith("_test.rego"):
            found.tests[name] = raw
        elif name.endswith(".rego"):
            found.rules[name] = raw
        elif name.endswith(".documents.json"):
            found.documents[name] = raw
        else:
            raise UsageError(
                "This file does not belong to the house rules.",
                code="HOUSE_RULE_INVALID",
                file=f"{FOLDER}/{name}",
                wanted="NAME.rego, NAME_test.rego or NAME.documents.json",
            )
    return found


def write_new(root: Path, name: str) -> tuple[list[Path], bool]:
    """Write the first house rules of a name, with their test and documents.

    Args:
        root: The lake root.
        name: Name of the overlay, already known to be acceptable.

    Returns:
        The files written, and whether `.kfm/gates.yaml` has to be told of them by hand.

    Raises:
        UsageError: One of the files exists, or cannot be written. Nothing is overwritten.
    """
    folder = root / FOLDER
    files = {
        folder / f"{name}.rego": _RULES.format(name=name, code=name.upper()),
        folder / f"{name}_test.rego": _TEST.format(name=name),
        folder / f"{name}.documents.json": _DOCUMENTS,
    }
    gates = root / ".kfm" / "gates.yaml"
    by_hand = gates.exists() or gates.is_symlink()
    if not by_hand:
        files[gates] = _GATES.format(name=name)
    for path in files:
        if path.exists() or path.is_symlink():
            raise UsageError(
                f"There is already a file {path.relative_to(root).as_posix()}.",
                code="FILE_EXISTS",
                file=str(path),
                fix="Choose another name; nothing was written.",
            )
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in files.items():
            with path.open("x", encoding="utf-8") as stream:
                written.append(path)
                stream.write(text)
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        raise UsageError(
            f"The house rules cannot be written: {error.strerror}.",
            code="OUTPUT_FAILED",
            file=str(error.filename or folder),
        ) from error
    return written, by_hand

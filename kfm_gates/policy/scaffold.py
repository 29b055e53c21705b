"""`policy new NAME`: house rules that work, with their test and the facts that try them."""

from __future__ import annotations

import contextlib
from pathlib import Path

from kfm_gates.errors import UsageError
from kfm_gates.policy.syntax import NAME

FOLDER = ".kfm/policy"
RESERVED = frozenset({"rules", "gates", "overlay", "data", "input", "status", "findings"})
"""Names that would be read as something else, by OPA or by people."""

_RULES = """\
# METADATA
# title: House rules {name}
# description: What this lake asks for beyond the shipped rules.
package kfm.overlay.{name}

# A rule says what has to be shown. Whatever cannot be shown is refused: where a field is missing
# or a name is misspelt the body is undefined, and the default stands.

# METADATA
# title: Every output was verified
# description: There is at least one output, and each has the digest that the manifest lists.
# scope: document
# custom:
#   code: {code}_OUTPUTS_NOT_VERIFIED
#   level: deny
#   waivable: false
#   who: pipeline
#   solution: Let the pipeline write its outputs again; that records a new run.
#   why: What was not compared with the manifest may be anything.
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

_facts(verified) := {{"integrity": {{"outputs": {{
	"total": 2,
	"verified": verified,
	"complete": true,
}}}}}}

test_passes_what_is_shown if {{
	{name}.status.outputs_verified == "pass" with input as _facts(2)
}}

test_refuses_what_is_not_verified if {{
	{name}.status.outputs_verified == "fail" with input as _facts(1)
}}

test_refuses_what_is_not_known if {{
	{name}.status.outputs_verified == "fail" with input as {{}}
}}
"""

_DOCUMENTS = """\
{
  "pass": {},
  "fail": {
    "outputs_verified": {"integrity": {"outputs": {"verified": 0}}}
  }
}
"""


def check_name(name: str) -> None:
    """Refuse a name that house rules cannot have.

    Raises:
        UsageError: `NAME_INVALID`.
    """
    if not NAME.fullmatch(name) or name.endswith("_test") or name in RESERVED:
        raise UsageError(
            f"{name!r} cannot be a name of house rules.",
            code="NAME_INVALID",
            got=name,
            wanted="lower case letters, digits and '_', beginning with a letter",
            fix="Name the rules after what they protect, e.g.: kfm-gates policy new tiles",
        )


def new_overlay(root: Path, name: str) -> list[Path]:
    """Write `<name>.rego`, its test and its facts into `.kfm/policy`.

    Args:
        root: The lake root.
        name: Name of the overlay, `kfm.overlay.<name>`.

    Returns:
        What was written; `policy test` and `policy test --mutate` pass on it as it is.

    Raises:
        UsageError: `NAME_INVALID`, `FILE_EXISTS`, `OUTPUT_FAILED`. Nothing is overwritten, and
            nothing stays behind where not everything could be written.
    """
    check_name(name)
    folder = root / FOLDER
    files = {
        folder / f"{name}.rego": _RULES.format(name=name, code=name.upper()[:64]),
        folder / f"{name}_test.rego": _TEST.format(name=name),
        folder / f"{name}.documents.json": _DOCUMENTS,
    }
    written: list[Path] = []
    try:
        for part in (root / ".kfm", folder):
            if part.is_symlink():
                raise OSError(None, "it is a symbolic link", str(part))
            part.mkdir(exist_ok=True)
        for path, text in files.items():
            with path.open("x", encoding="utf-8", newline="\n") as stream:
                written.append(path)
                stream.write(text)
    except OSError as error:
        for path in written:
            with contextlib.suppress(OSError):
                path.unlink()
        exists = isinstance(error, FileExistsError)
        place = Path(error.filename or folder).relative_to(root).as_posix()
        raise UsageError(
            f"{place} exists already." if exists else f"{place}: {error.strerror}.",
            code="FILE_EXISTS" if exists else "OUTPUT_FAILED",
            file=place,
            fix="Choose another name; nothing was written.",
        ) from error
    return written

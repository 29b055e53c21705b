"""Vectors that tell OPA from what only looks like it (FO-48).

Other engines give other answers to the same policy, most often where a refusal is at stake: a
value of the wrong type, an error in a built-in, an undefined package. They run at `fetch opa` and
in `doctor`. They do not replace the sha256; they show that the pinned binary works here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kfm_gates.errors import PolicyError
from kfm_gates.policy.archive import bundle
from kfm_gates.policy.parse import excerpt
from kfm_gates.policy.process import Completed, run
from kfm_gates.policy.workspace import workspace
from kfm_gates.resources import read_data

_TIMEOUT_S = 30.0
_MAX_OUTPUT = 1 << 20

_VALUES: Mapping[str, tuple[str, Any]] = {
    # name: (expression, its values; none where it is undefined)
    "an undefined package": ("data.conformanse.deny", []),
    "a conjunction with an undefined package": ("[_bare, data.conformanse.deny]", []),
    "a rule that is false": ("_bare", [False]),
    "a missing field": ("input.absent", []),
    "a missing field in a message": ('sprintf("%s", [input.absent])', []),
    "a text below a number": ('"5" < 100', [False]),
    "a text above a number": ('"5" > 100', [True]),
    "null below a number": ("null < 100", [True]),
    "null above a number": ("null > 100", [False]),
    "an array above a number": ("[] >= 10", [True]),
    "every over nothing": ("_every([])", [True]),
    "every over a text": ('_every("abc")', []),
    "every over null": ("_every(null)", []),
    "an error in a built-in": ('to_number("12 ha")', []),
    "a default that is overridden": ('_status["shown"]', ["pass"]),
    "a default that stands": ('_status["hidden"]', ["fail"]),
    "an exact large number": ("input.large + 1", [9007199254740994]),
    "a duplicate key": ("input.twice", [2]),
}
_MODULE = """package conformance

_bare := 1 == 2

_every(values) if {{
	every value in values {{
		value != "b"
	}}
}}

default _status["shown"] := "fail"

_status["shown"] := "pass" if input.twice == 2

default _status["hidden"] := "fail"

_status["hidden"] := "pass" if input.absent == 2

values := {{
{values}
}}

builtin_error := to_number("12 ha")

conflict := 1 if input.twice == 2

conflict := 2 if input.large > 1
"""
_INPUT = b'{"twice":1,"large":9007199254740993,"twice":2}'
_NETWORK = (
    b'package conformance\n\nanswer := http.send({"method": "get", "url": "http://localhost"})\n'
)


@dataclass(frozen=True)
class Vector:
    """One question with a known answer."""

    name: str
    ok: bool
    got: str
    wanted: str


def check_conformance(opa: Path) -> list[Vector]:
    """Ask a binary all vectors.

    Args:
        opa: Absolute path of the binary.

    Returns:
        Every vector, whatever the outcome; a binary that cannot even run fails them all.
    """
    lines = ",\n".join(
        f'\t"{name}": [value | value := {expression}]' for name, (expression, _) in _VALUES.items()
    )
    module = _MODULE.format(values=lines).encode()
    files = {
        "vectors.tar.gz": _bundle(module),
        "network.tar.gz": _bundle(_NETWORK),
        "capabilities.json": read_data("policies", "capabilities.json"),
    }
    with workspace(files) as folder:
        return [
            *_values(opa, folder),
            _error(
                "a strict error in a built-in",
                "eval_builtin_error",
                _eval(opa, folder, "data.conformance.builtin_error", "--strict-builtin-errors"),
            ),
            _error(
                "a conflict", "eval_conflict_error", _eval(opa, folder, "data.conformance.conflict")
            ),
            _error(
                "a built-in that is not allowed",
                "rego_type_error",
                _eval(
                    opa,
                    folder,
                    "data.conformance.answer",
                    "--capabilities=capabilities.json",
                    archive="network.tar.gz",
                ),
            ),
        ]


def require_conformance(opa: Path) -> None:
    """Refuse a binary that answers any vector in another way.

    Raises:
        PolicyError: `OPA_UNVERIFIED` with the first vector that differs.
    """
    odd = [vector for vector in check_conformance(opa) if not vector.ok]
    if odd:
        raise PolicyError(
            f"This OPA answers {len(odd)} of the conformance vectors otherwise, first "
            f"{odd[0].name!r}.",
            code="OPA_UNVERIFIED",
            file=str(opa),
            got=odd[0].got,
            wanted=odd[0].wanted,
            fix="Report it with the output of: kfm-gates doctor",
        )


def _bundle(module: bytes) -> bytes:
    return bundle({"conformance/conformance.rego": module}, ("conformance",), "vectors")


def _eval(
    opa: Path, folder: Path, query: str, *flags: str, archive: str = "vectors.tar.gz"
) -> Completed | PolicyError:
    try:
        return run(
            [
                *(str(opa), "eval", "--format=json", "--strict", *flags),
                *(f"--bundle={archive}", "--stdin-input", query),
            ],
            timeout_s=_TIMEOUT_S,
            max_stdout=_MAX_OUTPUT,
            stdin=_INPUT,
            cwd=folder,
        )
    except PolicyError as error:
        return error


def _document(done: Completed | PolicyError) -> Any:
    if isinstance(done, PolicyError):
        return None
    for raw in (done.stdout, done.stderr):
        try:
            return json.loads(raw)
        except (ValueError, RecursionError):
            continue
    return None


def _shown(done: Completed | PolicyError) -> str:
    return done.message if isinstance(done, PolicyError) else excerpt(done.stdout or done.stderr)


def _values(opa: Path, folder: Path) -> list[Vector]:
    done = _eval(opa, folder, "data.conformance.values")
    try:
        answers = _document(done)["result"][0]["expressions"][0]["value"]
        seen = {name: json.dumps(answers[name]) for name in _VALUES}
    except (TypeError, KeyError, IndexError):
        seen = dict.fromkeys(_VALUES, _shown(done))
    return [
        Vector(name, seen[name] == json.dumps(wanted), seen[name], json.dumps(wanted))
        for name, (_, wanted) in _VALUES.items()
    ]


def _error(name: str, code: str, done: Completed | PolicyError) -> Vector:
    document = _document(done)
    errors = document.get("errors") if isinstance(document, dict) else None
    codes = [e.get("code") for e in errors if isinstance(e, dict)] if errors else []
    ok = isinstance(done, Completed) and done.returncode != 0 and codes == [code]
    return Vector(name, ok, ", ".join(map(str, codes)) or _shown(done), code)

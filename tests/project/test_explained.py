"""Every code that a finding or an error can carry is known to `kfm-gates explain`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from dev_tools import ROOT

from kfm_gates.explain import catalogue

PACKAGE = ROOT / "kfm_gates"
NOT_JOINED = ("attest",)
"""Rooms whose codes no command shows yet."""
NO_CODES = re.compile(
    r"(GIT|XDG|SSL|KFM|LC|CGO)_.*|(HTTPS?|NO|ALL)_PROXY|(NO|FORCE)_COLOR|QUALIFIED_NAME|NON_PUBLIC"
)
"""Words of the same shape: variables of the environment, and words of other standards."""
SHAPE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")


def codes_in(source: str) -> Iterator[str]:
    """Every `code="…"`, and every other text that looks like a code."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.keyword) and node.arg == "code":
            yield from (
                one.value
                for one in ast.walk(node.value)
                if isinstance(one, ast.Constant)
                and isinstance(one.value, str)
                and one.value.isupper()
                and not one.value.startswith("_")
            )
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and SHAPE.fullmatch(node.value)
            and not NO_CODES.fullmatch(node.value)
        ):
            yield node.value


def sources() -> Iterator[Path]:
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.relative_to(PACKAGE).parts[0] not in NOT_JOINED:
            yield path


def test_every_code_is_explained() -> None:
    known = catalogue()
    places = {
        code: path.name for path in sources() for code in codes_in(path.read_text(encoding="utf-8"))
    }
    assert len(places) > 200
    assert {code: place for code, place in places.items() if code not in known} == {}


def test_a_code_that_is_made_of_parts_is_explained() -> None:
    from kfm_gates.record.governance import _merged

    assert "{what.upper()}_INVALID" in Path(_merged.__code__.co_filename).read_text("utf-8")
    assert {"RIGHTS_INVALID", "SENSITIVITY_INVALID"} <= catalogue().keys()


def test_every_explanation_says_something() -> None:
    for item in catalogue().values():
        assert all((item.title, item.what, item.why, item.fix, item.who)), item.code


def test_a_code_in_any_place_is_seen() -> None:
    source = 'f("NEW_THING", x)\nraise E("m", code="LONE")\ng(code="A_B" if x else "C_D")'
    assert set(codes_in(source)) == {"NEW_THING", "LONE", "A_B", "C_D"}

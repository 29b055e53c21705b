"""METADATA under a closed schema: no key too many, no word for a boolean."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from kfm_gates.model import Level, RuleInfo, Who
from kfm_gates.policy.annotations import AnnotationError, rule_info

GOOD: dict[str, Any] = {
    "title": "The licence is known",
    "description": "Folded\n  over two lines.",
    "scope": "document",
    "custom": {"code": "RIGHTS_UNKNOWN", "level": "deny", "waivable": False, "solution": "Set it."},
    "location": {"file": "x", "row": 1, "col": 1},
}


def test_the_least() -> None:
    assert rule_info("rights.license_known", GOOD) == RuleInfo(
        id="rights.license_known",
        code="RIGHTS_UNKNOWN",
        level=Level.DENY,
        title="The licence is known",
        description="Folded over two lines.",
        solution="Set it.",
    )


def test_the_most() -> None:
    annotation = copy.deepcopy(GOOD)
    annotation["custom"] |= {
        "who": "steward",
        "may_warn": True,
        "conditional": True,
        "waivable": True,
        "level": "warn",
        "source": ["R-018", "C-20"],
        "why": "Because.",
    }
    info = rule_info("rights.license_known", annotation)
    assert (info.who, info.level, info.source) == (Who.STEWARD, Level.WARN, ("R-018", "C-20"))
    assert (info.may_warn, info.conditional, info.waivable) == (True, True, True)
    assert info.fix.who is Who.STEWARD


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("title", None),
        ("title", ""),
        ("title", " \n "),
        ("title", 3),
        ("title", "x" * 2001),
        ("title", "\x1b[2J"),
        ("title", "\u202egnp"),
        ("description", None),
        ("description", ["a"]),
        ("scope", "rule"),
        ("scope", None),
        ("custom", None),
        ("custom", []),
        ("custom", "code: X"),
        ("related_resources", []),
        ("entrypoint", True),
        ("custom.code", None),
        ("custom.code", ""),
        ("custom.code", "AB"),
        ("custom.code", "lower_case"),
        ("custom.code", "RIGHTS_UNKNOWN\n"),
        ("custom.code", "X" * 97),
        ("custom.code", ["RIGHTS_UNKNOWN"]),
        ("custom.level", None),
        ("custom.level", "DENY"),
        ("custom.level", "none"),
        ("custom.level", ["deny"]),
        ("custom.waivable", None),
        ("custom.waivable", "no"),
        ("custom.waivable", 0),
        ("custom.waivable", 1),
        ("custom.solution", None),
        ("custom.solution", ""),
        ("custom.who", "nobody"),
        ("custom.who", {}),
        ("custom.may_warn", "yes"),
        ("custom.conditional", 1),
        ("custom.source", []),
        ("custom.source", "R-018"),
        ("custom.source", [1]),
        ("custom.why", ""),
        ("custom.waiveable", True),
    ],
)
def test_refused(key: str, value: object) -> None:
    annotation = copy.deepcopy(GOOD)
    outer, _, inner = key.partition(".")
    place = annotation[outer] if inner else annotation
    if value is None:
        place.pop(inner or outer, None)
    else:
        place[inner or outer] = value
    with pytest.raises(AnnotationError) as caught:
        rule_info("rights.license_known", annotation)
    assert (inner or outer) in str(caught.value)

"""What the checks of a module share: the module on its way, its problems, its syntax tree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kfm_gates.model import RuleInfo

NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
"""Name of an area or an overlay."""

_SKIPPED = frozenset({"location", "annotations", "comments"})


@dataclass(frozen=True)
class Problem:
    """Something in a module that is refused."""

    file: str
    line: int | None
    message: str
    fix: str


@dataclass(slots=True)
class Module:
    """One parsed module on its way through the checks."""

    file: str
    tree: Mapping[str, Any]
    package: tuple[str, ...] = ()
    area: str = ""
    problems: list[Problem] = field(default_factory=list)
    rules: list[RuleInfo] = field(default_factory=list)

    def refuse(self, node: object, message: str, fix: str) -> None:
        """Note what is refused at a node of the tree, and how to mend it."""
        self.problems.append(Problem(self.file, line_of(node), message, fix))


def uses(rule: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every node of a rule where a name can be used, so not the name of the rule itself."""
    head = rule.get("head", {})
    yield from nodes([rule.get("body"), head.get("value"), head.get("key"), head.get("args")])
    yield from nodes(list(head.get("ref", ()))[1:])


def nodes(tree: object) -> Iterator[Mapping[str, Any]]:
    """Every object of a syntax tree, without recursion, so that no depth can break it."""
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, Mapping):
            yield node
            stack.extend(value for key, value in node.items() if key not in _SKIPPED)
        elif isinstance(node, list | tuple):
            stack.extend(node)


def line_of(node: object) -> int | None:
    """Line of a node of the tree, counted from 1; None where it has no place."""
    location = node.get("location") if isinstance(node, Mapping) else None
    row = location.get("row") if isinstance(location, Mapping) else None
    return row if isinstance(row, int) and row > 0 else None

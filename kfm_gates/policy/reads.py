"""Which fields of the facts a rule reads, found by walking its parsed module.

Field mutation needs to know this: a field that a rule reads and that can be deleted without the
rule noticing is a hole. Values are followed through assignments, `some`, `every`, comprehensions,
helpers and function arguments; where that is not possible everything below a field counts as read,
so a mistake makes mutation stricter, never blind. `mutate` compares the outcome with what OPA does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kfm_gates.policy.read_items import ANY, Clause, Path, Read
from kfm_gates.policy.read_walk import Walk

__all__ = ["ANY", "Path", "Read", "Reads"]


@dataclass(slots=True)
class Reads:
    """The reads of the rules of some modules.

    Args:
        modules: Parsed modules (`opa parse --format json`).
    """

    modules: Iterable[Mapping[str, Any]]
    _clauses: dict[Path, dict[str, list[Clause]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for module in self.modules:
            package = tuple(term["value"] for term in module["package"]["path"][1:])
            imports = {}
            for entry in module.get("imports", ()):
                terms = entry["path"]["value"]
                name = entry.get("alias") or terms[-1]["value"]
                imports[name] = terms
            for rule in module.get("rules", ()):
                clause = Clause(package, imports, rule)
                name = clause.ref[0]["value"]
                self._clauses.setdefault(package, {}).setdefault(name, []).append(clause)

    def rules(self) -> tuple[str, ...]:
        """Ids of all rules that a default declares: `<area>.<rule>`, `overlay.<name>.<rule>`."""
        found = [
            f"{area}.{clause.ref[1]['value']}"
            for area, clause in self._statuses()
            if clause.rule.get("default")
        ]
        return tuple(sorted(found))

    def of(self, rule: str, value: str) -> frozenset[Read]:
        """Fields that the clauses of a rule read which give it a status.

        Args:
            rule: Id of the rule.
            value: `pass` or `not_applicable`.
        """
        walk = Walk(self._clauses)
        for clause in self._giving(rule, value):
            walk.clause(clause, ())
        return frozenset(walk.reads)

    def has(self, rule: str, value: str) -> bool:
        """Say whether a rule has a clause that gives it a status."""
        return any(True for _ in self._giving(rule, value))

    def _giving(self, rule: str, value: str) -> Iterator[Clause]:
        for area, clause in self._statuses():
            if f"{area}.{clause.ref[1]['value']}" != rule or clause.rule.get("default"):
                continue
            if clause.rule["head"]["value"].get("value") == value:
                yield clause

    def _statuses(self) -> Iterator[tuple[str, Clause]]:
        for package, names in self._clauses.items():
            if package[:2] == ("kfm", "rules") and len(package) == 3:
                area = str(package[2])
            elif package[:2] == ("kfm", "overlay") and len(package) == 3:
                area = f"overlay.{package[2]}"
            else:
                continue
            for clause in names.get("status", ()):
                if len(clause.ref) == 2:
                    yield area, clause

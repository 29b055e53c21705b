"""Checks on parsed Rego modules, before anything is evaluated (design section 5, FO-53).

OPA itself lets a dynamic head delete the defaults, an `else` slip past a refusal and a misspelt
rule be silent. So a module is only used once its syntax tree shows that every rule is a proof
obligation: one default that fails, and proofs that say `pass` for what they have seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kfm_gates.model import RuleInfo
from kfm_gates.policy.obligations import obligations
from kfm_gates.policy.syntax import NAME, Module, Problem, nodes, uses

_GATES = ("kfm", "gates")
_PUBLIC = frozenset({"status", "findings"})
_ENTRYPOINTS = frozenset({"decision", "findings", "batch"})


def examine_module(
    file: str, tree: Mapping[str, Any], *, kind: str
) -> tuple[list[RuleInfo], list[Problem]]:
    """Check one parsed module.

    Args:
        file: Its path; a house rule is `<name>.rego`, a base module `kfm/rules/<area>/<area>.rego`.
        tree: What `opa parse --format json --json-include locations` says.
        kind: `base` or `house`.

    Returns:
        The rules that it declares, and everything that is refused. Rules count only where
        nothing is refused.
    """
    module = Module(file, tree)
    _package(module, kind)
    if not module.problems:
        _imports(module)
        _syntax(module)
        _names(module)
        if module.package != _GATES:
            obligations(module, kind)
    return module.rules, module.problems


def unique_codes(rules: Sequence[tuple[str, RuleInfo]], taken: Mapping[str, str]) -> list[Problem]:
    """Find codes that are used twice; one code on two levels would downgrade the worse (FO-22).

    Args:
        rules: File and rule.
        taken: Codes that are taken already, with who has them.
    """
    problems = []
    owners = dict(taken)
    for file, info in rules:
        if info.code in owners:
            problems.append(
                Problem(
                    file,
                    None,
                    f"The code {info.code} of the rule {info.id} belongs to {owners[info.code]}.",
                    "Give the rule a code of its own.",
                )
            )
        owners.setdefault(info.code, f"the rule {info.id}")
    return problems


def _package(module: Module, kind: str) -> None:
    node = module.tree.get("package", {})
    path = node.get("path", ())
    module.package = tuple(str(term.get("value")) for term in path[1:])
    wanted: tuple[str, ...]
    if kind == "house":
        name = module.file.removesuffix(".rego")
        module.area = f"overlay.{name}"
        wanted = ("kfm", "overlay", name)
        if not NAME.fullmatch(name):
            module.refuse(
                node,
                f"The file name {module.file} is not one of a house rule.",
                f"Name the file with lower case letters, digits and '_' ({NAME.pattern}).",
            )
            return
    elif module.file == "kfm/gates/gates.rego":
        wanted = _GATES
    else:
        module.area = area = module.file.rsplit("/", 1)[-1].removesuffix(".rego")
        wanted = ("kfm", "rules", area)
        if module.file != f"kfm/rules/{area}/{area}.rego" or not NAME.fullmatch(area):
            module.refuse(
                node,
                "A module of the base policy lies at kfm/rules/<area>/<area>.rego.",
                "Move the file.",
            )
            return
    if module.package != wanted:
        module.refuse(
            node,
            f"The package is {'.'.join(module.package)}, and this file may only be "
            f"{'.'.join(wanted)}.",
            f"Write: package {'.'.join(wanted)}",
        )


def _imports(module: Module) -> None:
    for node in module.tree.get("imports", ()):
        path = [str(term.get("value")) for term in node.get("path", {}).get("value", ())]
        if path[:1] != ["rego"] and path[:2] != ["data", "kfm"] and path[:1] != ["input"]:
            module.refuse(
                node,
                f"The import {'.'.join(path)} leads outside of the policy.",
                "Import nothing but rego.v1, input and data.kfm.",
            )


def _syntax(module: Module) -> None:
    """Refuse `else` everywhere and `with` everywhere but in kfm.gates."""
    for node in nodes(module.tree.get("rules", ())):
        if "else" in node:
            module.refuse(
                node["else"].get("head"),
                "'else' is refused: it answers where the rule before it was undefined.",
                "Write a second rule with a condition of its own.",
            )
        if "with" in node and module.package != _GATES:
            module.refuse(
                node,
                "'with' is refused: it judges other facts than those of the run.",
                "Say the condition of the facts as they are; 'with' belongs to tests.",
            )


def _names(module: Module) -> None:
    """Refuse rules that nothing will ever read: a misspelt name is silent in OPA (FO-01)."""
    public = _ENTRYPOINTS if module.package == _GATES else _PUBLIC
    used = {
        str(node["value"])
        for rule in module.tree.get("rules", ())
        for node in uses(rule)
        if node.get("type") == "var"
    }
    for rule in module.tree.get("rules", ()):
        head = rule.get("head", {})
        ref = head.get("ref") or ({"value": head.get("name")},)
        name = str(ref[0].get("value"))
        if name in ("data", "input"):
            module.refuse(
                head,
                f"The rule writes to '{name}'.",
                "A rule is named by one word; its package is the file's.",
            )
        elif name in public:
            continue
        elif not name.startswith("_"):
            module.refuse(
                head,
                f"Nothing reads the rule {name!r}.",
                'A rule is written status["name"]; a helper begins with "_".',
            )
        elif name not in used:
            module.refuse(head, f"Nothing uses the helper {name!r}.", "Use it, or remove it.")

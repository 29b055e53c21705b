"""One rule as a proof obligation: a default that fails, its annotation, and literal answers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from kfm_gates.model import RuleInfo
from kfm_gates.policy.annotations import AnnotationError, rule_info
from kfm_gates.policy.fields import looks, unknown_fields
from kfm_gates.policy.syntax import Module, line_of

_RULE_NAME = re.compile(r"[a-z][a-z0-9_]{0,95}")


def obligations(module: Module, kind: str) -> None:
    """Hold every status rule of a module to the contract and note the rules that it declares."""
    defaults: dict[str, list[Mapping[str, Any]]] = {}
    proofs: dict[str, list[Mapping[str, Any]]] = {}
    for rule in module.tree.get("rules", ()):
        head = rule.get("head", {})
        ref = head.get("ref", ())
        if not ref or ref[0].get("value") != "status":
            continue
        if len(ref) != 2 or ref[1].get("type") != "string" or head.get("args"):
            module.refuse(
                head,
                "The head of a rule has to be ground: a dynamic head deletes the defaults.",
                'Write status["name"], with the name as a literal.',
            )
            continue
        name = str(ref[1]["value"])
        if not _RULE_NAME.fullmatch(name):
            module.refuse(head, f"{name!r} is not a name of a rule.", f"Use {_RULE_NAME.pattern}.")
            continue
        (defaults if rule.get("default") is True else proofs).setdefault(name, []).append(rule)
    if not defaults and not proofs and not module.problems:
        module.refuse(
            None,
            "The module declares no rule.",
            'Write default status["name"] := "fail" with METADATA, and its proof.',
        )
    for name in defaults | proofs:
        _obligation(module, kind, name, defaults.get(name, []), proofs.get(name, []))
    _strays(module)
    # A misspelt field first: it is often the reason why a body looks at nothing.
    unknown_fields(module)
    for name, rules in proofs.items():
        for rule in rules:
            if not _unconditional(rule) and not looks(module, rule):
                module.refuse(
                    rule["head"],
                    f"The rule {name} answers without looking at any fact that has to be there.",
                    "Ask for a field of input; constants and 'not input...' hold for every run.",
                )


def _obligation(
    module: Module,
    kind: str,
    name: str,
    defaults: Sequence[Mapping[str, Any]],
    proofs: Sequence[Mapping[str, Any]],
) -> None:
    """One rule: a default that fails, its annotation, and proofs with literal answers."""
    heads = [rule["head"] for rule in (*defaults, *proofs)]
    if len(defaults) != 1:
        module.refuse(
            heads[0],
            f"The rule {name} has {len(defaults)} defaults.",
            f'Write exactly one: default status["{name}"] := "fail"',
        )
        return
    if _literal(defaults[0]) != "fail":
        module.refuse(
            heads[0],
            f'The default of {name} is not "fail".',
            f'Write default status["{name}"] := "fail"',
        )
    info = _annotated(module, kind, name, defaults[0], proofs)
    if not proofs:
        module.refuse(
            heads[0],
            f"The rule {name} has no proof, so it could never pass.",
            f'Write status["{name}"] := "pass" if {{ ... }}; mind the spelling.',
        )
    for rule in proofs:
        value = _literal(rule)
        if value == "not_applicable":
            if info is not None and not info.conditional:
                module.refuse(
                    rule["head"],
                    f"The rule {name} may not be not_applicable.",
                    "Say 'conditional: true' in its METADATA if it may.",
                )
        elif value != "pass":
            module.refuse(
                rule["head"],
                f'A proof of {name} answers neither "pass" nor "not_applicable".',
                "Write the answer as a literal.",
            )
        if _unconditional(rule):
            module.refuse(
                rule["head"],
                f"The rule {name} answers without looking at anything.",
                "Add the condition: if { ... }",
            )
    if info is not None:
        module.rules.append(info)


def _annotated(
    module: Module,
    kind: str,
    name: str,
    default: Mapping[str, Any],
    proofs: Sequence[Mapping[str, Any]],
) -> RuleInfo | None:
    head = default["head"]
    # OPA gives an annotation of scope `document` to every part of the rule; its place tells.
    places = {
        line_of(annotation): annotation
        for rule in (default, *proofs)
        for annotation in rule.get("annotations", ())
    }
    if len(places) != 1:
        module.refuse(
            head,
            f"The rule {name} has {len(places)} METADATA blocks.",
            "Write exactly one, directly above its default.",
        )
        return None
    ((place, annotation),) = places.items()
    if _statement_after(module.tree, place or 0) != line_of(head):
        module.refuse(
            annotation,
            f"The METADATA of {name} does not stand above its default.",
            "Move it there.",
        )
        return None
    try:
        info = rule_info(f"{module.area}.{name}", annotation)
    except AnnotationError as error:
        module.refuse(
            annotation, f"The METADATA of {name} is refused: {error}.", "Mend the METADATA block."
        )
        return None
    if kind == "house" and info.may_warn:
        module.refuse(
            annotation,
            f"The METADATA of {name} says may_warn, which only the shipped rules may.",
            "Set the level to warn, or leave may_warn out.",
        )
        return None
    return info


def _strays(module: Module) -> None:
    """An annotation with a code that stands on anything but a status rule was meant for one."""
    owned = {
        line_of(annotation)
        for rule in module.tree.get("rules", ())
        if rule["head"].get("ref", [{}])[0].get("value") == "status"
        for annotation in rule.get("annotations", ())
    }
    for annotation in module.tree.get("annotations", ()):
        if "custom" in annotation and line_of(annotation) not in owned:
            module.refuse(
                annotation,
                "A METADATA block with 'custom' does not belong to any rule.",
                'Put it directly above default status["name"] := "fail".',
            )


def _statement_after(tree: Mapping[str, Any], line: int) -> int | None:
    heads = [line_of(rule.get("head")) for rule in tree.get("rules", ())]
    return min((at for at in heads if at is not None and at > line), default=None)


def _literal(rule: Mapping[str, Any]) -> str | None:
    value = rule.get("head", {}).get("value") or {}
    return value.get("value") if value.get("type") == "string" else None


def _unconditional(rule: Mapping[str, Any]) -> bool:
    body = rule.get("body", ())
    return len(body) == 0 or all(_is_true(expression) for expression in body)


def _is_true(expression: Mapping[str, Any]) -> bool:
    terms = expression.get("terms")
    return isinstance(terms, Mapping) and terms.get("type") == "boolean" and terms["value"] is True

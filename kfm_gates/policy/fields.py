"""What a module reads of the facts, as it is written: fields that exist, and proofs that look.

In Rego a misspelt field is not an error, it is undefined; below `not` that passes every run. And a
body of constants proves nothing about any run. `reads` follows values for field mutation; this is
the coarser look that every house rule has to stand before it is used at all.
"""

from __future__ import annotations

import difflib
import functools
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kfm_gates.policy.syntax import Module, line_of, nodes

_Node = Mapping[str, Any]
_SKIPPED = frozenset({"location", "annotations", "comments"})
_LITERALS = frozenset({"array", "set", "object"})
_COMPARISONS = frozenset({"assign", "eq", "equal", "gte", "lte"})
_POLICY = (("kfm", "rules"), ("kfm", "overlay"))


def unknown_fields(module: Module) -> None:
    """Refuse every `input.…` that no facts document can have, `object.get` included."""
    imported = _imports(module.tree)
    for rule in module.tree.get("rules", ()):
        aliases = imported | _aliases(rule, imported)
        for node in nodes(rule):
            for place, path in _paths(node, aliases):
                _check(module, place, path, rule)


def looks(module: Module, rule: _Node) -> bool:
    """Say whether the body of a rule needs a fact to be there: not `1 == 1`, not `not input.x`."""
    return _Looking(module.tree).clause(rule)


class _Looking:
    """Which rules of a module need a fact. Their order and depth mean nothing."""

    def __init__(self, tree: _Node) -> None:
        self._imports = _imports(tree)
        self._policy = {
            str(entry.get("alias") or entry["path"]["value"][-1]["value"])
            for entry in tree.get("imports", ())
            if _is_policy(entry["path"]["value"])
        }
        self._clauses: dict[str, list[_Node]] = {}
        for rule in tree.get("rules", ()):
            self._clauses.setdefault(_name(rule), []).append(rule)
        self._known: dict[str, bool] = {}

    def clause(self, rule: _Node) -> bool:
        aliases = self._imports | _aliases(rule, self._imports)
        parts = [rule.get("body"), rule.get("head", {}).get("value")]
        for node in _positive(parts):
            if any(path for _, path in _paths(node, aliases)):
                return True
            terms = _ref(node)
            if _is_policy(terms):
                return True
            name = str(terms[0].get("value")) if terms else ""
            if name in self._policy or (name in self._clauses and self._helper(name)):
                return True
        return False

    def _helper(self, name: str) -> bool:
        """A helper needs a fact if each of its clauses does: one that does not lets all through."""
        if name not in self._known:
            # What refers to itself needs nothing by that; OPA refuses it anyway.
            self._known[name] = False
            self._known[name] = all(self.clause(rule) for rule in self._clauses[name])
        return self._known[name]


def _positive(tree: object) -> Iterator[_Node]:
    """Nodes that have to hold: nothing negated, no `every` over nothing, no `x == x`."""
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, list | tuple):
            stack.extend(node)
        elif isinstance(node, Mapping):
            if node.get("negated"):
                continue
            terms = node.get("terms")
            if isinstance(terms, Mapping) and "domain" in terms:
                domain = terms["domain"]
                stack.append(domain)
                if domain.get("type") in _LITERALS and domain.get("value"):
                    stack.append(terms["body"])
            elif not _is_tautology(terms):
                yield node
                stack.extend(value for key, value in node.items() if key not in _SKIPPED)


def _is_tautology(terms: object) -> bool:
    if not isinstance(terms, list) or len(terms) != 3:
        return False
    operator = [term.get("value") for term in _ref(terms[0])]
    return (
        operator[-1:] != [] and operator[-1] in _COMPARISONS and _bare(terms[1]) == _bare(terms[2])
    )


def _bare(node: object) -> object:
    """A tree without its places. The depth is bounded by that of OPA's parser."""
    if isinstance(node, Mapping):
        return {key: _bare(value) for key, value in node.items() if key not in _SKIPPED}
    if isinstance(node, list | tuple):
        return [_bare(value) for value in node]
    return node


def _paths(
    node: _Node, aliases: Mapping[str, Sequence[_Node]]
) -> Iterator[tuple[_Node, Sequence[_Node]]]:
    """Paths below `input` that a node reads itself, with the term that tells their place."""
    path = _path(node, aliases)
    if path is not None:
        yield node, path
    call = node.get("value") if node.get("type") == "call" else node.get("terms")
    if not isinstance(call, list) or len(call) < 3:
        return
    if [term.get("value") for term in _ref(call[0])] != ["object", "get"]:
        return
    start = _path(call[1], aliases)
    if start is not None:
        key = call[2]
        yield key, [*start, *(key["value"] if key.get("type") == "array" else [key])]


def _path(node: _Node, aliases: Mapping[str, Sequence[_Node]]) -> Sequence[_Node] | None:
    terms = _ref(node)
    if not terms or terms[0].get("type") != "var":
        return None
    name = str(terms[0].get("value"))
    if name == "input":
        return terms[1:]
    return [*aliases[name], *terms[1:]] if name in aliases else None


def _ref(node: object) -> Sequence[_Node]:
    """The terms of a reference, a variable being one of length one."""
    if not isinstance(node, Mapping):
        return ()
    if node.get("type") == "var":
        return (node,)
    value = node.get("value")
    return value if node.get("type") == "ref" and isinstance(value, list) else ()


def _aliases(rule: _Node, imported: Mapping[str, Sequence[_Node]]) -> dict[str, Sequence[_Node]]:
    """Variables that a rule sets to a field, each once, so that what is below is seen as well."""
    found: dict[str, Sequence[_Node]] = {}
    twice: set[str] = set()
    assignments = [
        node["terms"]
        for node in nodes(rule)
        if isinstance(node.get("terms"), list)
        and len(node["terms"]) == 3
        and [term.get("value") for term in _ref(node["terms"][0])] in (["assign"], ["eq"])
        and node["terms"][1].get("type") == "var"
    ]
    # As often as one may stand for another.
    for _ in assignments:
        for _, target, value in assignments:
            path = _path(value, {**imported, **found})
            name = str(target["value"])
            if path is None or (name in found and _bare(found[name]) != _bare(path)):
                twice.add(name) if name in found or path is not None else None
            elif name not in twice:
                found[name] = path
    return {name: path for name, path in found.items() if name not in twice}


def _imports(tree: _Node) -> dict[str, Sequence[_Node]]:
    found: dict[str, Sequence[_Node]] = {}
    for entry in tree.get("imports", ()):
        terms = entry["path"]["value"]
        if terms[0].get("value") == "input":
            found[str(entry.get("alias") or terms[-1]["value"])] = terms[1:]
    return found


def _is_policy(terms: Sequence[_Node]) -> bool:
    """Does this lead to what other rules answered? That depends on the facts."""
    names = tuple(term.get("value") for term in terms[:3])
    return names[:1] == ("data",) and names[1:] in _POLICY


def _name(rule: _Node) -> str:
    head = rule.get("head", {})
    ref = head.get("ref") or ({"value": head.get("name")},)
    return str(ref[0].get("value"))


def _check(module: Module, place: _Node, path: Sequence[_Node], rule: _Node) -> None:
    schema, seen = _schema(), "input"
    node = schema
    for term in path:
        if term.get("type") != "string":
            node = _member(schema, node, None)
            if node is None:
                return
            seen += "[_]"
            continue
        name = str(term["value"])
        inner = _member(schema, node, name)
        if inner is None:
            known = sorted(node.get("properties", {}))
            near = difflib.get_close_matches(name, known, 1)
            listed = f"There are {', '.join(known)}." if known else f"{seen} has no fields."
            module.refuse(
                place if line_of(place) else path[-1] if line_of(path[-1]) else rule.get("head"),
                f"No facts have the field {seen}.{name}: it would be undefined in every run.",
                f"Did you mean {seen}.{near[0]}?" if near else listed,
            )
            return
        node, seen = inner, f"{seen}.{name}"


def _member(schema: _Node, node: _Node, name: str | None) -> Any:
    """The schema of a member; of any, where no name is known. None where there is no such."""
    if "items" in node:
        inner = node["items"] if name is None else None
    elif name is not None and name in node.get("properties", {}):
        inner = node["properties"][name]
    else:
        inner = node.get("additionalProperties")
    while isinstance(inner, Mapping) and "$ref" in inner:
        inner = schema["$defs"][str(inner["$ref"]).removeprefix("#/$defs/")]
    return inner if isinstance(inner, Mapping) else None


@functools.cache
def _schema() -> Mapping[str, Any]:
    from kfm_gates.resources import read_data

    schema: dict[str, Any] = json.loads(read_data("schemas", "facts", "v1.schema.json"))
    # What the host adds to the facts when it asks.
    host = {"properties": {"facts_sha256": {"type": "string"}}, "additionalProperties": False}
    return {**schema, "properties": {**schema["properties"], "host": host}}

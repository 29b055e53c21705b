"""A walk through the parsed rules of Rego that follows the facts through every name.

This is the analysis behind `reads`: an abstract evaluation in which a value is the set of fields
that it may be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from kfm_gates.errors import PolicyError
from kfm_gates.policy.read_items import (
    ANY,
    NOTHING,
    Clause,
    Items,
    Path,
    Read,
    Term,
    members,
    name_of,
    terms_in,
    union,
)

_SHALLOW: Final = frozenset({"count", "type_name"})
"""Built-ins that look at a value and not at what is in it."""
_SELECTING: Final = frozenset(
    {
        *("and", "intersection", "max", "min", "minus", "or", "sort", "union"),
        *("array.concat", "array.flatten", "array.reverse", "array.slice"),
        *("json.filter", "json.remove", "object.filter", "object.remove"),
        *("object.union", "object.union_n"),
    }
)
"""Built-ins whose result is made of what they are given."""
_MAX_CALLS: Final = 64


@dataclass(slots=True)
class Walk:
    """One walk through a rule and everything that it calls."""

    clauses: Mapping[Path, Mapping[str, Sequence[Clause]]]
    reads: set[Read] = field(default_factory=set)
    _values: dict[int, Items] = field(default_factory=dict)
    _calls: int = 0

    def clause(self, clause: Clause, arguments: Sequence[Items]) -> Items:
        """Walk one clause; return what its head may be."""
        found: Items = NOTHING
        rule: Mapping[str, Any] | None = clause.rule
        while rule is not None:
            scope = _Scope(self, clause, {})
            for pattern, items in zip(rule["head"].get("args", ()), arguments, strict=False):
                scope.bind(pattern, items)
            scope.body(rule["body"])
            head = rule["head"]
            for name in ("key", "value"):
                if name in head:
                    found |= scope.term(head[name])
            rule = rule.get("else")
        return found

    def value(self, clauses: Sequence[Clause], arguments: Sequence[Items] | None) -> Items:
        """What a helper rule, or a call of a helper function, may be."""
        found: Items = NOTHING
        for clause in clauses:
            key = id(clause)
            if arguments is None and key in self._values:
                found |= self._values[key]
                continue
            if self._calls >= _MAX_CALLS:
                raise _unknown("calls nested this deep")
            self._calls += 1
            items = self.clause(clause, arguments or ())
            self._calls -= 1
            if arguments is None:
                is_partial = "key" in clause.rule["head"] or len(clause.ref) > 1
                items = frozenset({("of", items)}) if is_partial else items
                self._values[key] = items
            found |= items
        return found

    def consume(self, items: Items, *, deep: bool = True) -> None:
        """A value is looked at: note the fields that it may be."""
        for kind, what in items:
            if kind == "path":
                self.reads.add(Read(what, deep))
            elif kind == "of":
                self.consume(what, deep=deep)


@dataclass(slots=True)
class _Scope:
    """The variables of one body."""

    walk: Walk
    clause: Clause
    names: dict[str, Items]
    bound: set[int] = field(default_factory=set)
    """Terms that `=` gave a value, so that they are not compared when a body is walked again."""

    def inner(self) -> _Scope:
        return _Scope(self.walk, self.clause, dict(self.names), self.bound)

    def body(self, expressions: Sequence[Mapping[str, Any]]) -> None:
        """Walk expressions until nothing new is bound: their order means nothing in Rego."""
        for _ in range(len(expressions) + 1):
            before = dict(self.names)
            for expression in expressions:
                scope = self.inner() if expression.get("negated") else self
                scope.expression(expression["terms"])
                for modifier in expression.get("with", ()):
                    self.walk.consume(self.term(modifier["value"]))
            if self.names == before:
                return

    def expression(self, terms: Any) -> None:
        if isinstance(terms, list):
            name, arguments = name_of(terms[0]), terms[1:]
            if name in {"assign", "eq"} and len(arguments) == 2:
                self.unify(*arguments, declared=name == "assign")
            else:
                self.walk.consume(self.call(terms[0], arguments), deep=False)
        elif "symbols" in terms:
            for symbol in terms["symbols"]:
                self.some(symbol)
        elif "domain" in terms:
            scope = self.inner()
            scope.iterate(terms.get("key"), terms["value"], terms["domain"])
            scope.body(terms["body"])
        elif terms["type"] == "not":
            self.inner().body(terms["body"])
        else:
            self.walk.consume(self.term(terms), deep=False)

    def some(self, symbol: Term) -> None:
        if symbol["type"] == "call":
            *targets, collection = symbol["value"][1:]
            self.iterate(targets[0] if len(targets) == 2 else None, targets[-1], collection)

    def iterate(self, key: Term | None, value: Term, collection: Term) -> None:
        items = self.term(collection)
        self.walk.consume(items, deep=False)
        if key is not None:
            self.bind(key, NOTHING)
        self.bind(value, members(items, ANY))

    def unify(self, left: Term, right: Term, *, declared: bool) -> None:
        for target, source in ((left, right), (right, left)):
            if declared or id(target) in self.bound or self._is_free(target):
                self.bound.add(id(target))
                self.bind(target, self.term(source))
                return
        self.walk.consume(self.term(left))
        self.walk.consume(self.term(right))

    def bind(self, pattern: Term, items: Items) -> None:
        kind, value = pattern["type"], pattern["value"]
        if kind == "var":
            if value.startswith("$"):
                self.walk.consume(items, deep=False)
            else:
                self.names[value] = self.names.get(value, NOTHING) | items
        elif kind == "array":
            for n, member in enumerate(value):
                self.bind(member, members(items, n))
        elif kind == "object":
            for key, member in value:
                names = [what for kind, what in self.term(key) if kind == "const"]
                self.bind(member, members(items, names[0] if len(names) == 1 else ANY))
        else:
            self.walk.consume(items)
            self.walk.consume(self.term(pattern))

    def term(self, term: Term) -> Items:
        """What a term may be. Only what it takes to find it is read."""
        kind = term["type"]
        value: Any = term.get("value")
        if kind in {"string", "number", "boolean", "null"}:
            return frozenset({("const", None if kind == "null" else value)})
        if kind == "var":
            return self.reference([term])
        if kind == "ref":
            return self.reference(value)
        if kind == "call":
            return self.call(value[0], value[1:])
        if kind in {"array", "set"}:
            return frozenset({("of", union(self.term(member) for member in value))})
        if kind == "object":
            pairs = [member for pair in value for member in pair]
            return frozenset({("of", union(self.term(member) for member in pairs))})
        if kind.endswith("comprehension"):
            scope = self.inner()
            scope.body(value["body"])
            heads = (scope.term(value[name]) for name in ("term", "key", "value") if name in value)
            return frozenset({("of", union(heads))})
        if kind == "templatestring":
            for inner in terms_in(value):
                self.walk.consume(self.term(inner))
            return NOTHING
        raise _unknown(f"terms of the kind {kind}")

    def reference(self, terms: Sequence[Term]) -> Items:
        head, rest = terms[0], list(terms[1:])
        if head["type"] != "var":
            return self.follow(self.term(head), rest)
        name = head["value"]
        if name in self.names:
            return self.follow(self.names[name], rest)
        if name == "input":
            return self.follow(frozenset({("path", ())}), rest)
        if name == "data":
            return self.document(rest)
        if name in self.clause.imports:
            return self.reference([*self.clause.imports[name], *rest])
        local = self.walk.clauses[self.clause.package].get(name, ())
        return self.rule([head, *rest], local)

    def document(self, terms: Sequence[Term]) -> Items:
        """A reference below `data`: a rule of some package, or rule data."""
        names = tuple(term["value"] if term["type"] == "string" else None for term in terms)
        for package, rules in self.walk.clauses.items():
            size = len(package)
            if names[:size] == package and len(names) > size:
                return self.rule(terms[size:], rules.get(str(names[size]), ()))
        self.follow(NOTHING, terms)
        return NOTHING

    def rule(self, terms: Sequence[Term], clauses: Sequence[Clause]) -> Items:
        wanted = [term.get("value") for term in terms]
        fitting = [
            clause
            for clause in clauses
            if len(clause.ref) < 2
            or len(wanted) < 2
            or "string" not in {clause.ref[1]["type"]} & {terms[1]["type"]}
            or clause.ref[1]["value"] == wanted[1]
        ]
        items = self.walk.value([c for c in fitting if "args" not in c.rule["head"]], None)
        return self.follow(items, terms[1:])

    def follow(self, items: Items, terms: Sequence[Term]) -> Items:
        """Take members: constants by name, everything else by any name."""
        for term in terms:
            keys = self.term(term)
            names = {what for kind, what in keys if kind == "const"}
            if len(names) != len(keys) or not names:
                self.walk.consume(keys)
                names.add(ANY)
            items = union(members(items, name) for name in names)
        return items

    def call(self, operator: Term, arguments: Sequence[Term]) -> Items:
        functions = self._functions(operator)
        values = [self.term(argument) for argument in arguments]
        if functions:
            result = self.walk.value(functions, values)
            arity = len(functions[0].rule["head"]["args"])
            if len(arguments) > arity:
                self.bind(arguments[arity], result)
                return NOTHING
            return result
        name = name_of(operator)
        if name == "object.get" and len(arguments) >= 2:
            return self.get(values, arguments[1])
        if name.startswith("internal.member_"):
            self.walk.consume(values[-1], deep=False)
            self.walk.consume(members(values[-1], ANY))
        if name in _SHALLOW or name.startswith("is_"):
            self.walk.consume(union(values), deep=False)
            return NOTHING
        if name in _SELECTING:
            self.walk.consume(union(values), deep=False)
            return union(values)
        self.walk.consume(union(values[:-1] if name.startswith("internal.") else values))
        return NOTHING

    def get(self, values: Sequence[Items], key: Term) -> Items:
        """`object.get`: a member by name, or along an array of names."""
        keys = key["value"] if key["type"] == "array" else [key]
        return self.follow(values[0], keys) | (values[2] if len(values) > 2 else NOTHING)

    def _functions(self, operator: Term) -> Sequence[Clause]:
        terms: Sequence[Term] = operator["value"]
        if terms[0]["value"] in self.clause.imports:
            terms = [*self.clause.imports[terms[0]["value"]], *terms[1:]]
        names = tuple(term["value"] for term in terms)
        if names[0] == "data":
            found = self.walk.clauses.get(names[1:-1], {}).get(names[-1], ())
        else:
            found = self.walk.clauses[self.clause.package].get(names[0], ())
        return [clause for clause in found if "args" in clause.rule["head"]]

    def _is_free(self, term: Term) -> bool:
        if term["type"] in {"array", "object"}:
            return any(inner["type"] == "var" and self._is_free(inner) for inner in terms_in(term))
        if term["type"] != "var":
            return False
        name = term["value"]
        known = self.names, self.clause.imports, self.walk.clauses[self.clause.package]
        return name not in {"input", "data"} and not any(name in names for names in known)


def _unknown(what: str) -> PolicyError:
    return PolicyError(
        f"Field mutation cannot follow {what}.",
        code="POLICY_INVALID",
        fix="Write the rule in simpler Rego, so that the fields it reads can be seen.",
    )

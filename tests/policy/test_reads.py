"""Which fields a rule reads: every way in which Rego gets at a value."""

from __future__ import annotations

import pytest

from kfm_gates.errors import PolicyError
from kfm_gates.policy.locate import Opa
from kfm_gates.policy.modules import Problem
from kfm_gates.policy.parse import parse_modules
from kfm_gates.policy.reads import Reads


def reads(opa: Opa, *modules: str) -> Reads:
    trees = parse_modules(opa, {f"{n}.rego": text.encode() for n, text in enumerate(modules)})
    assert not [tree for tree in trees.values() if isinstance(tree, Problem)]
    return Reads(list(trees.values()))  # type: ignore[arg-type]


def fields(
    opa: Opa, body: str, helpers: str = "", imports: str = "", value: str = "pass"
) -> set[str]:
    text = f"""package kfm.overlay.x
{imports}
default status["a"] := "fail"
status["a"] := "pass" if {{
	{body}
}}
{helpers}
"""
    found = reads(opa, text).of("overlay.x.a", value)
    return {".".join(map(str, read.path)) for read in found}


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("input.a == 1", "a"),
        ('input["a"].b["c"] == 1', "a.b.c"),
        ("input.a", "a"),
        ("input.a[0].b > 1", "a.0.b"),
        ("input.a[_].b > 1", "a.*.b"),
        ("some i; input.a[i].b > 1", "a.*.b"),
        ("x := input.a; x.b == 1", "a.b"),
        ("x = input.a; x.b == 1", "a.b"),
        ("input.a = x; x.b == 1", "a.b"),
        ("x.b == 1; x = input.a", "a.b"),
        ("x := input; y := x.a; y.b == 1", "a.b"),
        ("[x, y] := input.a; x == y", "a.0 a.1"),
        ('{"b": x} := input.a; x == 1', "a.b"),
        ("_ = input.a", "a"),
        ("some x in input.a; x.b == 1", "a a.*.b"),
        ("some k, x in input.a; x == k", "a a.*"),
        ('some {"b": y} in input.a; y > 1', "a a.*.b"),
        ("every x in input.a { x.b == 1 }", "a a.*.b"),
        ("every k, x in input.a { x == k }", "a a.*"),
        ("every x in input.a { every y in x.b { y.c } }", "a a.*.b a.*.b.*.c"),
        ("input.a in {1, 2}", "a"),
        ("1 in input.a", "a a.*"),
        ('"k", 1 in input.a', "a a.*"),
        ("not input.a", "a"),
        ("not input.a.b == 1", "a.b"),
        ("is_array(input.a)", "a"),
        ("count(input.a) > 0", "a"),
        ("input.a + input.b == input.c", "a b c"),
        ("count([x | some x in input.a; x.b == 1]) == 1", "a a.*.b a.*"),
        ("count({x.c | x := input.a[_]}) == 1", "a.*.c"),
        ("m := {k: v.b | some k, v in input.a}; m.z == 1", "a a.*.b"),
        ("x := [input.a, input.b]; x[0] == 1", "a b"),
        ('x := {"k": input.a}; x.k.b == 1', "a.b"),
        ('object.get(input.a, "b", 1) == 1', "a.b"),
        ('object.get(input, ["a", "b"], 1) == 1', "a.b"),
        ("object.get(input.a, input.b, 1) == 1", "a.* b"),
        ('object.get(input, ["a"], input.b) == 1', "a b"),
        ("some x in array.concat(input.a, input.b); x.c == 1", "a b a.*.c b.*.c"),
        ("max(input.a) < 3", "a"),
        ('startswith(lower(input.a), "x")', "a"),
        ("data.kfm.labels.rank[input.a] > 1", "a"),
        ("x := input.a; data.kfm.labels.rank[x] > 1", "a"),
        ('$"{input.a}" == "x"', "a"),
        ("walk(input.a, [p, v]); v == p", "a"),
    ],
)
def test_within_a_body(opa: Opa, body: str, wanted: str) -> None:
    assert fields(opa, body) == set(wanted.split())


@pytest.mark.parametrize(
    ("body", "helpers", "wanted"),
    [
        ("_f", "_f if input.a == 1\n_f if input.b == 1", "a b"),
        ("not _f", "_f if input.a == 1", "a"),
        ("_f == 1", "default _f := 1\n_f := 2 if input.a", "a"),
        ("_f(input.a)", "_f(x) if x.b == 1", "a.b"),
        ("_f(input.a.b)", "_f(x) := x == 1", "a.b"),
        ('_f("b")', "_f(name) if input.a[name] == 1", "a.b"),
        ("_f(input.c)", "_f(name) if input.a[name] == 1", "a.* c"),
        ("_f(input.a).b == 1", "_f(x) := x.y", "a.y.b"),
        ("_f(input.a, y); y.b == 1", "_f(x) := x.y", "a.y.b"),
        ('_f({"k": input.a})', "_f(x) if x.k.b == 1", "a.b"),
        ('_f({"k": input.a})', '_f({"k": y}) if y.b == 1', "a.b"),
        ("x := _o; x.b == 1", "_o := input.a", "a.b"),
        ("_o.b == 1", "_o := input.a", "a.b"),
        ("count(_s) == 0", "_s contains x if { some x in input.a; x.b == 1 }", "a a.*.b a.*"),
        (
            "some x in _s; x.c",
            "_s contains x if { some x in input.a; x.b == 1 }",
            "a a.* a.*.b a.*.c",
        ),
        ("_m.k.b == 1", '_m["k"] := input.a', "a.b"),
        ("_f == 1", "_f := 1 if { input.a } else := 2 if { input.b }", "a b"),
        ("_f(1)", "_f(1) if _g\n_g if _h(input.a)\n_h(x) if x.b == 1", "a.b"),
        (
            "status.b == 1",
            'default status["b"] := 0\nstatus["b"] := 1 if input.b',
            "b",
        ),
    ],
)
def test_through_helpers(opa: Opa, body: str, helpers: str, wanted: str) -> None:
    assert fields(opa, body, helpers) == set(wanted.split())


def test_another_rule_of_the_package_is_not_read(opa: Opa) -> None:
    other = 'default status["b"] := "fail"\nstatus["b"] := "pass" if input.b == 1'
    assert fields(opa, "input.a == 1", other) == {"a"}


def test_imports(opa: Opa) -> None:
    assert fields(opa, "rights.b == 1", imports="import input.a as rights") == {"a.b"}
    assert fields(opa, "x.b == 1", imports="import data.kfm.labels as x") == set()


def test_other_packages(opa: Opa) -> None:
    base = """package kfm.rules.x
default status["b"] := "fail"
status["b"] := "pass" if input.b == 1
default status["c"] := "fail"
status["c"] := "pass" if f(input.c)
f(x) if x.d == 1
"""
    house = """package kfm.overlay.x
import data.kfm.rules.x
default status["a"] := "fail"
status["a"] := "pass" if {
	BODY
}
"""
    for body, wanted in (
        ('data.kfm.rules.x.status.b == "pass"', {("b",)}),
        ('x.status["c"] == "pass"', {("c", "d")}),
        ("x.f(input.e)", {("e", "d")}),
        ("data.kfm.rules.x.f(input.e)", {("e", "d")}),
    ):
        found = reads(opa, base, house.replace("BODY", body)).of("overlay.x.a", "pass")
        assert {read.path for read in found} == wanted


def test_the_newer_not_sees_into_its_body(opa: Opa) -> None:
    body = "not { some x in input.a; x.b == 1 }"
    assert fields(opa, body, imports="import future.keywords.not") == {"a", "a.*.b"}


def test_values_are_told_apart(opa: Opa) -> None:
    more = 'status["a"] := "not_applicable" if input.b == 1'
    assert fields(opa, "input.a == 1", more) == {"a"}
    assert fields(opa, "input.a == 1", more, value="not_applicable") == {"b"}


def test_what_is_looked_at_whole_is_read_deep(opa: Opa) -> None:
    text = """package kfm.rules.x
default status["a"] := "fail"
status["a"] := "pass" if {
	is_object(input.shallow)
	input.deep == input.other
}
"""
    found = reads(opa, text).of("x.a", "pass")
    assert {(read.path[0], read.deep) for read in found} == {
        ("shallow", False),
        ("deep", True),
        ("other", True),
    }


def test_rules_are_what_a_default_declares(opa: Opa) -> None:
    text = """package kfm.PACKAGE
default status["a"] := "fail"
status["a"] := "pass" if input.a
status["b"] := "pass" if input.b
default other["c"] := "fail"
"""
    modules = [text.replace("PACKAGE", p) for p in ("rules.x", "overlay.y", "other.z", "rules.x.y")]
    assert reads(opa, *modules).rules() == ("overlay.y.a", "x.a")


def test_recursion_is_refused_and_not_followed_for_ever(opa: Opa) -> None:
    with pytest.raises(PolicyError) as caught:
        fields(opa, "_f(input.a)", "_f(x) if _f(x.b)")
    assert caught.value.code == "POLICY_INVALID"

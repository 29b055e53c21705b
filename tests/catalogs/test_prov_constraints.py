"""PROV-CONSTRAINTS 22 to 56, one by one: what violates each of them, and what nearly does."""

from __future__ import annotations

import pytest
from prov_tools import numbers, provn, violations

from kfm_gates.catalogs.prov.constraints.components import components, way
from kfm_gates.catalogs.prov.constraints.violations import NAMES

T1, T2 = "2012-11-16T16:05:00", "2013-11-16T16:05:00"
E12 = ("entity(ex:e1)", "entity(ex:e2)")
A12 = ("activity(ex:a1,-,-)", "activity(ex:a2,-,-)")

INVALID: dict[str, tuple[set[int], tuple[str, ...]]] = {
    "an activity with two starts": ({22}, (f"activity(ex:a,{T1},-)", f"activity(ex:a,{T2},-)")),
    "an activity with two ends": ({22}, (f"activity(ex:a,-,{T1})", f"activity(ex:a,-,{T2})")),
    "a generation of two entities": (
        {23},
        ("wasGeneratedBy(ex:g; ex:e1, ex:a, -)", "wasGeneratedBy(ex:g; ex:e2, ex:a, -)"),
    ),
    "a generation at two times": (
        {23},
        (f"wasGeneratedBy(ex:g; ex:e, -, {T1})", f"wasGeneratedBy(ex:g; ex:e, -, {T2})"),
    ),
    "a usage by two activities": (
        {23},
        ("used(ex:u; ex:a1, ex:e, -)", "used(ex:u; ex:a2, ex:e, -)"),
    ),
    "a communication of two": (
        {23},
        ("wasInformedBy(ex:i; ex:a1, ex:a2)", "wasInformedBy(ex:i; ex:a1, ex:a3)"),
    ),
    "an association with two plans": (
        {23},
        (
            "wasAssociatedWith(ex:w; ex:a, ex:ag, ex:p1)",
            "wasAssociatedWith(ex:w; ex:a, ex:ag, ex:p2)",
        ),
    ),
    "an association with and without a plan": (
        {23},
        ("wasAssociatedWith(ex:w; ex:a, ex:ag, ex:p1)", "wasAssociatedWith(ex:w; ex:a, ex:ag, -)"),
    ),
    "an attribution to two": (
        {23},
        ("wasAttributedTo(ex:w; ex:e, ex:ag1)", "wasAttributedTo(ex:w; ex:e, ex:ag2)"),
    ),
    "a delegation in two activities": (
        {23},
        ("actedOnBehalfOf(ex:d; ex:g, ex:h, ex:a1)", "actedOnBehalfOf(ex:d; ex:g, ex:h, ex:a2)"),
    ),
    "a derivation with and without an activity": (
        {23},
        ("wasDerivedFrom(ex:d; ex:e2, ex:e1)", "wasDerivedFrom(ex:d; ex:e2, ex:e1, ex:a, -, -)"),
    ),
    "an influence of two": (
        {23},
        ("wasInfluencedBy(ex:i; ex:e1, ex:e2)", "wasInfluencedBy(ex:i; ex:e1, ex:e3)"),
    ),
    "an influence that is not the one of its generation": (
        {23},
        ("wasGeneratedBy(ex:g; ex:e1, ex:a, -)", "wasInfluencedBy(ex:g; ex:e2, ex:a)"),
    ),
    "two generations of one entity by one activity": (
        {24},
        ("wasGeneratedBy(ex:g1; ex:e, ex:a, -)", "wasGeneratedBy(ex:g2; ex:e, ex:a, -)"),
    ),
    "an activity that is only found when two are one": (
        {24},
        (
            "wasGeneratedBy(ex:g1; ex:e, ex:a, -)",
            "wasGeneratedBy(ex:g2; ex:e, -, -)",
            "wasGeneratedBy(ex:g2; -, ex:a, -)".replace("-, ex:a", "ex:e, ex:a"),
        ),
    ),
    "a time that is only found when three are one": (
        {24},
        (
            "wasGeneratedBy(ex:g; ex:e, ex:a, -)",
            f"wasGeneratedBy(ex:g; ex:e, ex:a, {T1})",
            f"wasGeneratedBy(ex:e, ex:a, {T2})",
        ),
    ),
    "the generation of a derivation that is another one": (
        {24},
        (
            "wasGeneratedBy(ex:g1; ex:e2, ex:a, -)",
            "wasDerivedFrom(ex:d; ex:e2, ex:e1, ex:a, ex:g2, -)",
        ),
    ),
    "the usage of a derivation that used something else": (
        {23},
        ("used(ex:u; ex:a, ex:e3, -)", "wasDerivedFrom(ex:d; ex:e2, ex:e1, ex:a, -, ex:u)"),
    ),
    "two invalidations of one entity by one activity": (
        {25},
        ("wasInvalidatedBy(ex:i1; ex:e, ex:a, -)", "wasInvalidatedBy(ex:i2; ex:e, ex:a, -)"),
    ),
    "two starts by one starter": (
        {26},
        ("wasStartedBy(ex:s1; ex:a, -, ex:b, -)", "wasStartedBy(ex:s2; ex:a, -, ex:b, -)"),
    ),
    "two ends by one ender": (
        {27},
        ("wasEndedBy(ex:s1; ex:a, -, ex:b, -)", "wasEndedBy(ex:s2; ex:a, -, ex:b, -)"),
    ),
    "a start at another time": (
        {28},
        (f"activity(ex:a, {T1}, -)", f"wasStartedBy(ex:a, ex:e, -, {T2})"),
    ),
    "two starts at two times of an activity without one": (
        {28},
        (
            "activity(ex:a)",
            f"wasStartedBy(ex:a, ex:e, -, {T1})",
            f"wasStartedBy(ex:a, ex:f, -, {T2})",
        ),
    ),
    "an end at another time": (
        {29},
        (f"activity(ex:a, -, {T1})", f"wasEndedBy(ex:a, ex:e, -, {T2})"),
    ),
    "a derivation from itself": ({42}, (*E12, "wasDerivedFrom(ex:e1, ex:e1)")),
    "derivations in a circle": (
        {42},
        (*E12, "wasDerivedFrom(ex:e1, ex:e2)", "wasDerivedFrom(ex:e2, ex:e1)"),
    ),
    "a derivation against a specialization": (
        {42},
        (*E12, "specializationOf(ex:e2, ex:e1)", "wasDerivedFrom(ex:e1, ex:e2)"),
    ),
    "a derivation against a specialization of what is not declared": (
        {42},
        (
            *E12,
            "specializationOf(ex:e2, ex:m)",
            "specializationOf(ex:m, ex:e1)",
            "wasDerivedFrom(ex:e1, ex:e2)",
        ),
    ),
    "a derivation from what is used after it is made": (
        {42},
        (
            "wasDerivedFrom(ex:e2, ex:e1)",
            "wasGeneratedBy(ex:e1, ex:a, -)",
            "wasGeneratedBy(ex:e2, ex:b, -)",
            "wasInformedBy(ex:x, ex:y)",
            *(f"activity(ex:{name})" for name in "abxy"),
            "wasStartedBy(ex:a, ex:e2, -, -)",
        ),
    ),
    "an agent that is made of what it is responsible for": (
        {42},
        (
            "entity(ex:e)",
            "entity(ex:ag)",
            "agent(ex:ag)",
            "wasAttributedTo(ex:e, ex:ag)",
            "wasDerivedFrom(ex:ag, ex:e)",
        ),
    ),
    "derivations in a circle of what is attributed": (
        {42},
        (
            "wasAttributedTo(ex:e1, ex:ag)",
            "wasAttributedTo(ex:e2, ex:ag)",
            "wasDerivedFrom(ex:e1, ex:e2)",
            "wasDerivedFrom(ex:e2, ex:e1)",
        ),
    ),
    "derivations in a circle by activities": (
        {42},
        (
            "wasDerivedFrom(ex:e1, ex:e2, ex:a, -, -)",
            "wasDerivedFrom(ex:e2, ex:e1, ex:b, -, -)",
        ),
    ),
    "derivations in a circle of what started something": (
        {42},
        (
            "wasStartedBy(ex:a, ex:e1, -, -)",
            "wasEndedBy(ex:a, ex:e2, -, -)",
            "wasDerivedFrom(ex:e1, ex:e2)",
            "wasDerivedFrom(ex:e2, ex:e1)",
        ),
    ),
    "a starter that made its trigger of what the started one made": (
        {42},
        (
            "activity(ex:b)",
            "wasStartedBy(ex:a, ex:e1, ex:b, -)",
            "wasStartedBy(ex:b, ex:e2, -, -)",
            "wasDerivedFrom(ex:e2, ex:e1)",
        ),
    ),
    "a derivation by an activity that its result started": (
        {42},
        (
            "activity(ex:a)",
            "entity(ex:e1)",
            "wasStartedBy(ex:a, ex:e2, -, -)",
            "wasDerivedFrom(ex:e2, ex:e1)",
            "wasDerivedFrom(ex:e1, ex:e0, ex:a, -, -)",
        ),
    ),
    "an activity that is responsible for what it is started by": (
        {42},
        (
            "entity(ex:e1)",
            "activity(ex:ag)",
            "wasAttributedTo(ex:e1, ex:ag)",
            "wasStartedBy(ex:ag, ex:e2, -, -)",
            "wasDerivedFrom(ex:e2, ex:e1)",
        ),
    ),
    "an entity that is an activity": ({55}, ("entity(ex:x)", "activity(ex:x)")),
    "an entity that is used as an activity": (
        {55},
        ("wasGeneratedBy(ex:x, ex:a, -)", "used(ex:x, ex:e, -)"),
    ),
    "a plan that is an activity": (
        {55},
        ("activity(ex:x)", "wasAssociatedWith(ex:a, ex:ag, ex:x)"),
    ),
    "a member of an empty collection": (
        {56},
        ("entity(ex:c, [prov:type='prov:EmptyCollection'])", "hadMember(ex:c, ex:e)"),
    ),
    "a member of what specializes an empty collection": (
        {56},
        (
            "entity(ex:c, [prov:type='prov:EmptyCollection'])",
            "specializationOf(ex:d, ex:c)",
            "hadMember(ex:d, ex:e)",
        ),
    ),
    "a member of what specializes an empty collection at two removes": (
        {56},
        (
            "entity(ex:c, [prov:type='prov:EmptyCollection'])",
            "specializationOf(ex:d, ex:c)",
            "specializationOf(ex:f, ex:d)",
            "hadMember(ex:f, ex:e)",
        ),
    ),
    "a generation without its activity": (
        {51},
        ("wasDerivedFrom(ex:d; ex:e2, ex:e1, -, ex:g, -)",),
    ),
    "a usage without its activity": ({51}, ("wasDerivedFrom(ex:d; ex:e2, ex:e1, -, -, ex:u)",)),
    "a specialization of itself": ({52}, ("specializationOf(ex:e, ex:e)",)),
    "specializations in a circle": (
        {52},
        (
            "specializationOf(ex:a, ex:b)",
            "specializationOf(ex:b, ex:c)",
            "mentionOf(ex:c, ex:a, ex:bundle)",
        ),
    ),
    "a usage and a generation of one name": (
        {53},
        ("used(ex:x; ex:a, ex:e, -)", "wasGeneratedBy(ex:x; ex:f, ex:b, -)"),
    ),
    "an entity that bears the name of a generation": (
        {54},
        ("entity(ex:x)", "wasGeneratedBy(ex:x; ex:e, ex:a, -)"),
    ),
    "an agent that bears the name of a derivation": (
        {54},
        ("agent(ex:x)", "wasDerivedFrom(ex:x; ex:e2, ex:e1)"),
    ),
    "an entity that bears the name of the usage of a derivation": (
        {54},
        ("entity(ex:u)", "wasDerivedFrom(ex:d; ex:e2, ex:e1, ex:a, -, ex:u)"),
    ),
}

VALID: dict[str, tuple[str, ...]] = {
    "nothing is stated twice": ("entity(ex:e)", "entity(ex:e, [ex:a=1])"),
    "one time in two zones": (
        "activity(ex:a, 2012-11-16T16:05:00Z, -)",
        "activity(ex:a, 2012-11-16T18:05:00.000+02:00, -)",
    ),
    "what is left out is filled in": (
        "wasGeneratedBy(ex:g; ex:e, -, -)",
        f"wasGeneratedBy(ex:g; ex:e, ex:a, {T1})",
    ),
    "a generation without a name is the named one": (
        "wasGeneratedBy(ex:g; ex:e, ex:a, -)",
        f"wasGeneratedBy(ex:e, ex:a, {T1})",
    ),
    "two generations by two activities": (
        "wasGeneratedBy(ex:g1; ex:e, ex:a1, -)",
        "wasGeneratedBy(ex:g2; ex:e, ex:a2, -)",
    ),
    "two generations by whatever": (
        "wasGeneratedBy(ex:g1; ex:e, -, -)",
        "wasGeneratedBy(ex:g2; ex:e, -, -)",
    ),
    "two usages of one thing": ("used(ex:a, ex:e, -)", f"used(ex:u; ex:a, ex:e, {T1})"),
    "two plans of two associations": (
        "wasAssociatedWith(ex:a, ex:ag, ex:p1)",
        "wasAssociatedWith(ex:a, ex:ag, -)",
    ),
    "the usage of a derivation is found": (
        "wasDerivedFrom(ex:d; ex:e2, ex:e1, ex:a, -, ex:u)",
        "wasDerivedFrom(ex:d; ex:e2, ex:e1, ex:a, ex:g, -)",
        "used(ex:u; ex:a, ex:e1, -)",
    ),
    "starts at two times of an undeclared activity": (
        f"wasStartedBy(ex:a, ex:e, -, {T1})",
        f"wasStartedBy(ex:a, ex:f, -, {T2})",
    ),
    "responsibility for somebody unknown": (
        "actedOnBehalfOf(ex:d; ex:g, ex:h, ex:a)",
        "actedOnBehalfOf(ex:d; ex:g, -, ex:a)",
    ),
    "an influence that shares the name of its derivation": (
        "wasDerivedFrom(ex:d; ex:e2, ex:e1)",
        "wasInfluencedBy(ex:d; ex:e2, ex:e1)",
    ),
    "an agent that is an entity": ("agent(ex:x)", "entity(ex:x)"),
    "an agent that is an activity": ("agent(ex:x)", "activity(ex:x)"),
    "a cycle in which nothing is strict": (
        "entity(ex:e)",
        "activity(ex:a)",
        "wasGeneratedBy(ex:e, ex:a, -)",
        "used(ex:a, ex:e, -)",
        "wasStartedBy(ex:a, ex:e, ex:a, -)",
    ),
    "derivations in a circle of things that have no events": (
        "wasDerivedFrom(ex:e1, ex:e2)",
        "wasDerivedFrom(ex:e2, ex:e1)",
    ),
    "a long chain": tuple(f"wasDerivedFrom(ex:e{n + 1}, ex:e{n})" for n in range(20)),
    "the empty collection is somewhere else": (
        "entity(ex:c, [prov:type='prov:EmptyCollection'])",
        "specializationOf(ex:c, ex:d)",
        "hadMember(ex:d, ex:e)",
    ),
    "a text is no type": (
        'entity(ex:c, [prov:type="prov:EmptyCollection"])',
        "hadMember(ex:c, ex:e)",
    ),
    "alternates of each other": ("alternateOf(ex:a, ex:b)", "alternateOf(ex:b, ex:a)"),
}


@pytest.mark.parametrize("title", INVALID)
def test_a_violation_is_found(title: str) -> None:
    wanted, statements = INVALID[title]
    assert numbers(*statements) == wanted


@pytest.mark.parametrize("title", INVALID)
def test_the_order_of_statements_does_not_matter(title: str) -> None:
    wanted, statements = INVALID[title]
    assert numbers(*reversed(statements)) == wanted


@pytest.mark.parametrize("title", VALID)
def test_what_is_valid_stays_valid(title: str) -> None:
    assert numbers(*VALID[title]) == set()
    assert numbers(*reversed(VALID[title])) == set()


@pytest.mark.parametrize("title", INVALID)
def test_a_message_names_the_constraint_and_the_statements(title: str) -> None:
    _, statements = INVALID[title]
    for violation in violations(provn(*statements)):
        name = NAMES[violation.constraint]
        assert violation.message.startswith(f"Constraint {violation.constraint} ({name}): ")
        assert " at line " in violation.message
        assert "http://example.org/" not in violation.message
        assert isinstance(violation.where, int)


def test_a_message_quotes_both_statements_with_their_lines() -> None:
    (violation,) = violations(
        provn("wasGeneratedBy(ex:g; ex:e1, ex:a, -)", "", "wasGeneratedBy(ex:g; ex:e2, ex:a, -)")
    )
    assert violation.message == (
        "Constraint 23 (key-properties): wasGeneratedBy(ex:g; ex:e1, ex:a) at line 3 and"
        " wasGeneratedBy(ex:g; ex:e2, ex:a) at line 5 are one wasGeneratedBy and differ in"
        " entity: ex:e1, ex:e2."
    )
    assert violation.where == 5


def test_a_cycle_is_printed() -> None:
    (violation,) = violations(
        provn(*E12, "wasDerivedFrom(ex:e1, ex:e2)", "wasDerivedFrom(ex:e2, ex:e1)")
    )
    assert violation.message == (
        "Constraint 42 (derivation-generation-generation-ordering): these events form a cycle:"
        " generation of ex:e2 is strictly before generation of ex:e1 (Constraint 42:"
        " wasDerivedFrom(ex:e1, ex:e2) at line 5); generation of ex:e1 is strictly before"
        " generation of ex:e2 (Constraint 42: wasDerivedFrom(ex:e2, ex:e1) at line 6)."
    )


def test_a_cycle_names_the_constraint_of_every_step() -> None:
    _, statements = INVALID["a derivation from what is used after it is made"]
    (violation,) = violations(provn(*statements))
    for number in (34, 42, 43):
        assert f"Constraint {number}: " in violation.message


def test_an_inplace_overwrite_is_a_cycle() -> None:
    """An output that reuses the name of its input is derived from itself."""
    assert numbers(
        "entity(ex:wells)",
        "activity(ex:run)",
        "used(ex:u; ex:run, ex:wells, -)",
        "wasGeneratedBy(ex:g; ex:wells, ex:run, -)",
        "wasDerivedFrom(ex:wells, ex:wells, ex:run, ex:g, ex:u)",
    ) == {42}


def test_bundles_are_judged_one_by_one() -> None:
    inside = "bundle ex:b1\nentity(ex:x)\nendBundle\nbundle ex:b2\nactivity(ex:x)\nendBundle"
    assert not violations(provn("entity(ex:y)", inside))
    again = inside.replace("entity(ex:x)", "entity(ex:x)\nactivity(ex:x)")
    (violation,) = violations(provn("entity(ex:y)", again))
    assert violation.constraint == 55


def test_unknowns_meet_constants() -> None:
    """A name of an unknown stands for one thing wherever it stands (JSON has such names)."""
    import json

    data = {
        "prefix": {"ex": "http://example.org/"},
        "wasGeneratedBy": {
            "ex:g": [
                {"prov:entity": "_:x", "prov:activity": "ex:a"},
                {"prov:entity": "ex:e", "prov:activity": "ex:a"},
            ]
        },
        "used": {"_:u": {"prov:activity": "_:x", "prov:entity": "ex:f"}},
    }
    (violation,) = violations(json.dumps(data), "prov-json")
    assert violation.constraint == 55
    del data["used"]
    assert not violations(json.dumps(data), "prov-json")


def test_unknowns_are_bound_through_each_other() -> None:
    import json

    def used(one: str, other: str) -> dict[str, str]:
        return {"prov:activity": one, "prov:entity": other}

    data = {
        "prefix": {"ex": "http://example.org/"},
        "used": {
            "ex:u1": [used("_:x", "ex:e"), used("_:y", "ex:e")],
            "ex:u2": [used("_:y", "ex:e"), used("_:z", "ex:e")],
            "ex:u3": [used("_:z", "ex:e"), used("ex:a1", "ex:e")],
            "ex:u4": [used("_:x", "ex:e"), used("ex:a2", "ex:e")],
        },
    }
    (violation,) = violations(json.dumps(data), "prov-json")
    assert violation.constraint == 23
    assert violation.got is not None
    assert {"ex:a1", "ex:a2"} <= set(violation.got.replace(",", "").split())


def test_a_derivation_refers_to_a_generation_without_a_name() -> None:
    import json

    data = {
        "prefix": {"ex": "http://example.org/"},
        "wasGeneratedBy": {"_:g": {"prov:entity": "ex:e3", "prov:activity": "ex:a"}},
        "wasDerivedFrom": {
            "_:d": {
                "prov:generatedEntity": "ex:e2",
                "prov:usedEntity": "ex:e1",
                "prov:activity": "ex:a",
                "prov:generation": "_:g",
            }
        },
    }
    (violation,) = violations(json.dumps(data), "prov-json")
    assert violation.constraint == 23


def test_components_of_a_graph() -> None:
    following = [[1], [2], [0, 3], [4], []]
    found = components(following)
    assert len({found[0], found[1], found[2]}) == 1
    assert len(set(found)) == 3
    # The last component of the order has the least number.
    assert found[4] < found[3] < found[0]
    assert way(following, 1, 0) == [1, 2, 0]
    assert way(following, 4, 0) == []
    assert way(following, 2, 2) == [2]

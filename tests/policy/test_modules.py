"""Modules that break the contract of rules, with the real parser and compiler (FO-53)."""

from __future__ import annotations

import pytest

from kfm_gates.errors import PolicyError, UsageError
from kfm_gates.model import Level
from kfm_gates.policy.bundle import load_policy
from kfm_gates.policy.locate import Opa
from kfm_gates.policy.parse import check_modules

HEAD = "package kfm.overlay.lake\n\n"
METADATA = """\
# METADATA
# title: The run has a title
# description: Somebody said what it is.
# scope: document
# custom:
#   code: LAKE_UNTITLED
#   level: deny
#   waivable: false
#   solution: Give it a title.
"""
DEFAULT = 'default status["titled"] := "fail"\n\n'
PROOF = """\
status["titled"] := "pass" if {
	is_string(input.run.run_id)
	input.run.run_id != ""
}
"""
GOOD = HEAD + METADATA + DEFAULT + PROOF


def load(opa: Opa, source: str, file: str = "lake.rego", **others: bytes) -> dict[str, object]:
    house = {file: source.encode(), **others}
    return dict(load_policy(house=house, opa=opa).rules)


def refusal(opa: Opa, source: bytes) -> UsageError:
    with pytest.raises(UsageError) as caught:
        load_policy(house={"lake.rego": source}, opa=opa)
    error = caught.value
    assert error.code == "HOUSE_RULE_INVALID"
    assert error.exit_code == 2
    assert error.file == ".kfm/policy/lake.rego"
    assert error.fix
    return error


def test_a_good_one(opa: Opa) -> None:
    policy = load_policy(house={"lake.rego": GOOD.encode()}, opa=opa)
    info = policy.rules["overlay.lake.titled"]
    assert (info.code, info.level, info.title) == (
        "LAKE_UNTITLED",
        Level.DENY,
        "The run has a title",
    )
    ((name, digest, source),) = policy.house
    assert (name, source) == ("lake", GOOD)
    assert len(digest) == 64
    base = load_policy(opa=opa)
    assert policy.shipped is base.shipped
    assert policy.sha256 == base.sha256
    assert policy.rules.keys() - base.rules.keys() == {"overlay.lake.titled"}


def test_tests_are_left_out(opa: Opa) -> None:
    house = {"lake.rego": GOOD.encode(), "lake_test.rego": b"this is not even Rego"}
    assert load_policy(house=house, opa=opa).house[0][0] == "lake"


# name: (source, line of the complaint or None, a word of it)
BAD: dict[str, tuple[str, int | None, str]] = {
    # shadows
    "package of the base": (GOOD.replace("overlay.lake", "rules.rights"), 1, "package"),
    "package of the decision": (GOOD.replace("kfm.overlay.lake", "kfm.gates"), 1, "package"),
    "package of another file": (GOOD.replace("overlay.lake", "overlay.sea"), 1, "package"),
    "package above": (GOOD.replace("kfm.overlay.lake", "kfm.overlay"), 1, "package"),
    "package below": (GOOD.replace("overlay.lake", "overlay.lake.status"), 1, "package"),
    "foreign package": (GOOD.replace("kfm.overlay.lake", "lake"), 1, "package"),
    "system package": (GOOD.replace("kfm.overlay.lake", "system.log"), 1, "package"),
    "writes to data": (
        GOOD + '\ndata.kfm.rules.rights.status["license_known"] := "pass" if true\n',
        19,
        "writes to 'data'",
    ),
    "writes to input": (GOOD + '\ninput.x := "pass" if true\n', 19, "input"),
    "takes a code of the base": (GOOD.replace("LAKE_UNTITLED", "RIGHTS_UNKNOWN"), None, "RIGHTS"),
    "takes a code of the host": (GOOD.replace("LAKE_UNTITLED", "RECEIPT_MISSING"), None, "RECEIPT"),
    "uses a code twice": (
        GOOD + "\n" + METADATA + 'default status["b"] := "fail"\n\n' + PROOF.replace("titled", "b"),
        None,
        "LAKE_UNTITLED",
    ),
    "imports from outside": (GOOD.replace(HEAD, HEAD + "import data.secrets\n\n"), 3, "import"),
    # misspells
    "misspelt proof": (
        HEAD + METADATA + DEFAULT + PROOF.replace("titled", "tilted"),
        12,
        "no proof",
    ),
    "misspelt status": (
        GOOD.replace('status["titled"] := "pass"', 'staus["titled"] := "pass"'),
        14,
        "staus",
    ),
    "misspelt default": (GOOD.replace("default status", "default statsu"), 12, "statsu"),
    "no default": (HEAD + METADATA + PROOF, 12, "0 defaults"),
    "two defaults": (GOOD + "\n" + DEFAULT, 12, "defaults"),
    "no proof": (HEAD + METADATA + DEFAULT, 12, "no proof"),
    "default that passes": (GOOD.replace(':= "fail"', ':= "pass"'), 12, "default"),
    "default that is not applicable": (
        GOOD.replace(':= "fail"', ':= "not_applicable"'),
        12,
        "default",
    ),
    "default of another type": (GOOD.replace(':= "fail"', ":= false"), 12, "default"),
    "status misspelt in the value": (GOOD.replace('"pass"', '"passed"'), 14, "neither"),
    "status in upper case": (GOOD.replace('"pass"', '"PASS"'), 14, "neither"),
    "a proof that fails": (GOOD.replace('"pass"', '"fail"'), 14, "neither"),
    "value from the run": (GOOD.replace('"pass"', "input.claimed"), 14, "neither"),
    "value that is true": (GOOD.replace('"pass"', "true"), 14, "neither"),
    "not applicable without the right": (
        GOOD.replace('"pass"', '"not_applicable"'),
        14,
        "not_applicable",
    ),
    "conftest's deny": (GOOD + '\ndeny contains "x" if input.x\n', 19, "'deny'"),
    "conftest's deny alone": (HEAD + 'deny contains "x" if input.x\n', 3, "'deny'"),
    "an allow": (GOOD + "\nallow if input.x\n", 19, "'allow'"),
    "a helper that nothing uses": (GOOD + "\n_titled if input.x\n", 19, "'_titled'"),
    "name in upper case": (GOOD.replace("titled", "Titled"), 12, "name of a rule"),
    "name with a dash": (GOOD.replace("titled", "is-titled"), 12, "name of a rule"),
    # heads
    "dynamic head": (
        GOOD + '\nstatus[name] := "pass" if some name in ["titled", "license_known"]\n',
        19,
        "ground",
    ),
    "head from the run": (GOOD + '\nstatus[input.name] := "pass" if input.x\n', 19, "ground"),
    "whole status": (GOOD + '\nstatus := {"titled": "pass"} if input.x\n', 19, "ground"),
    "default of the whole": (HEAD + METADATA + "default status := {}\n", 12, "ground"),
    "status as a set": (GOOD + '\nstatus contains "titled" if input.x\n', 19, "ground"),
    "deeper head": (GOOD + '\nstatus["titled"]["x"] := "pass" if input.x\n', 19, "ground"),
    "status as a function": (GOOD + '\nstatus(x) := "pass" if x\n', 19, "ground"),
    # control flow
    "else": (
        GOOD.rstrip() + ' else := "pass" if {\n\tinput.x\n}\n',
        17,
        "else",
    ),
    "else in a helper": (
        GOOD.replace("is_string(input.run.run_id)", "_f(input)")
        + "\n_f(x) if x.a\nelse if {\n\ttrue\n}\n",
        None,
        "else",
    ),
    "with": (GOOD.replace('!= ""', '!= "" with input as {"run": {"run_id": "x"}}'), 16, "with"),
    "with on a built-in": (GOOD.replace('!= ""', '!= "" with is_string as true'), 16, "with"),
    "with inside a comprehension": (
        GOOD.replace('!= ""', '!= concat("", [x | x := "y" with input as {}])'),
        16,
        "with",
    ),
    "with inside every": (
        GOOD.replace(
            'input.run.run_id != ""', "every x in [1] {\n\t\tx == 1 with input as {}\n\t}"
        ),
        17,
        "with",
    ),
    "no condition": (
        HEAD + METADATA + DEFAULT + 'status["titled"] := "pass"\n',
        14,
        "without looking",
    ),
    "true as condition": (
        HEAD + METADATA + DEFAULT + 'status["titled"] := "pass" if true\n',
        14,
        "without looking",
    ),
    # annotations
    "no annotation": (HEAD + DEFAULT + PROOF, 3, "0 METADATA"),
    "two annotations": (
        GOOD.replace(DEFAULT, METADATA.replace("LAKE", "SEA") + DEFAULT),
        21,
        "2 METADATA",
    ),
    "annotation on the proof": (HEAD + DEFAULT + METADATA + PROOF, 5, "above its default"),
    "annotation on both": (HEAD + METADATA + DEFAULT + METADATA + PROOF, None, "2 METADATA"),
    "annotation of the package": (
        HEAD.replace("package", METADATA.replace("document", "package") + "package")
        + DEFAULT
        + PROOF,
        12,
        "0 METADATA",
    ),
    "annotation on a helper": (
        GOOD.replace("is_string(input.run.run_id)", "_f")
        + "\n"
        + METADATA.replace("UNTITLED", "OTHER")
        + "_f if input.x\n",
        19,
        "does not belong",
    ),
    "waivable is a word": (GOOD.replace("waivable: false", "waivable: no"), 3, "waivable"),
    "unknown key": (GOOD.replace("waivable:", "waiveable:"), 3, "waiveable"),
    "level that is none": (GOOD.replace("level: deny", "level: none"), 3, "level"),
    "may be lowered": (
        GOOD.replace("waivable: false", "waivable: false\n#   may_warn: true"),
        3,
        "may_warn",
    ),
    "metadata that is no YAML": (GOOD.replace("title: The", "title: [The"), None, "yaml"),
    # what does not compile
    "nothing": ("", None, "empty module"),
    "comments alone": ("# METADATA\n# title: x\n", None, "package expected"),
    "a package alone": (HEAD, None, "declares no rule"),
    "no Rego": ("{}\n", None, "OPA refuses"),
    "Rego of old": (
        HEAD + METADATA + DEFAULT + 'status["titled"] = "pass" { input.x }\n',
        14,
        "OPA refuses",
    ),
    "unsafe variable": (GOOD.replace('!= ""', "!= x"), 16, "unsafe"),
    "unknown function": (GOOD.replace("is_string", "is_strung"), 15, "is_strung"),
    "network": (
        GOOD.replace("is_string(input.run.run_id)", 'http.send({"method": "get", "url": "x"})'),
        15,
        "http.send",
    ),
    "clock": (GOOD.replace("is_string(input.run.run_id)", "time.now_ns() > 0"), 15, "time.now_ns"),
    "schema that is fetched": (
        GOOD.replace("is_string(input.run.run_id)", 'json.match_schema(input, "{}")[0]'),
        15,
        "json.match_schema",
    ),
    "environment": (
        GOOD.replace("is_string(input.run.run_id)", "opa.runtime().env"),
        15,
        "opa.runtime",
    ),
    "the decision itself": (
        GOOD.replace("is_string(input.run.run_id)", "data.kfm.gates.decision"),
        None,
        "recursive",
    ),
    "unused import": (GOOD.replace(HEAD, HEAD + "import data.kfm.labels\n\n"), 3, "import"),
    "bytes that are no text": ("package kfm.overlay.lake\n\udcff\n", None, "OPA refuses"),
}


ALONE = 'status["titled"] := "pass" if {{\n\t{}\n}}\n'


@pytest.mark.parametrize(
    "body",
    [
        *("1 == 1", "every c in [] {\n\t\tc == 1\n\t}", "x := 1\n\tx == 1", "[1][0]"),
        "every c in [] {\n\t\tc == input.run.run_id\n\t}",
        "every c in {} {\n\t\tc == input.run.run_id\n\t}",
        "xs := []\n\tevery c in xs {\n\t\tc == input.run.run_id\n\t}",
        *("input", "is_object(input)", "input == input", "input.run.run_id == input.run.run_id"),
        *("not input.run.run_id", "not input.secrets.hits > 0", "not _open", "_closed", "_either"),
        *("_constant == 1", "data.kfm.labels.rank.public == 0", "x := input\n\tis_object(x)"),
    ],
)
@pytest.mark.parametrize("answer", ["pass", "not_applicable"])
def test_a_body_that_needs_no_fact_is_refused(opa: Opa, body: str, answer: str) -> None:
    helpers = {
        "_open": "\n_open if input.secrets.hits > 0\n",
        "_closed": "\n_closed if not input.secrets.hits\n",
        "_either": "\n_either if input.secrets.hits == 0\n\n_either if 1 == 1\n",
        "_constant": "\n_constant := 1\n",
    }
    more = "".join(text for name, text in helpers.items() if name in body)
    metadata = METADATA.replace("waivable: false", "waivable: false\n#   conditional: true")
    proof = ALONE.format(body).replace("pass", answer, 1)
    error = refusal(opa, (HEAD + metadata + DEFAULT + proof + more).encode())
    assert "looking" in error.message
    assert error.line == 15


@pytest.mark.parametrize(
    "body",
    [
        'input.secrets.hits == 0\n\tnot input.run.run_id == "x"',
        "every c in [1, 2] {\n\t\tinput.secrets.documents > c\n\t}",
        'every c in input.rights.licenses {\n\t\tc == "x"\n\t}',
        'some c in input.rights.licenses\n\tc == "x"',
        "x := input\n\tx.secrets.hits == 0",
        "some id\n\tinput.gates[id].examined > 0",
        'object.get(input, ["secrets", "hits"], 1) == 0',
        'object.get(input.secrets, "hits", 1) == 0',
        'object.get(input.integrity.outputs.by_role, "any", 1) == 0',
        "input.receipts.minimums[0].bound == 1",
        'input.gates.anything.status == "pass"',
        'count([x | some x in input.rights.licenses; x == "y"]) == 1',
        '_both("hits")',
        'data.kfm.rules.rights.status.license_known == "pass"',
        'input.host.facts_sha256 != ""',
    ],
)
def test_a_body_that_needs_a_fact_is_accepted(opa: Opa, body: str) -> None:
    more = "\n_both(name) if input.secrets[name] == 0\n" if "_both" in body else ""
    assert load(opa, HEAD + METADATA + DEFAULT + ALONE.format(body) + more)


@pytest.mark.parametrize(
    ("line", "field", "near"),
    [
        ("input.recipts.status", "input.recipts", "input.receipts"),
        ('input["recipts"].status', "input.recipts", "input.receipts"),
        ("not input.recipts", "input.recipts", "input.receipts"),
        ("not input.recipts.status", "input.recipts", "input.receipts"),
        ("input.secrets.hit == 0", "input.secrets.hit", "input.secrets.hits"),
        ("not input.secrets.hit", "input.secrets.hit", "input.secrets.hits"),
        (
            "input.integrity.outputs.totl == 1",
            "input.integrity.outputs.totl",
            "input.integrity.outputs.total",
        ),
        ("input.receipts.minimums[_].bond == 1", "minimums[_].bond", "minimums[_].bound"),
        ("input.gates[_].examind == 1", "input.gates[_].examind", "input.gates[_].examined"),
        ('object.get(input, "recipts", {}) == {}', "input.recipts", "input.receipts"),
        ('object.get(input, ["recipts", "x"], 1) == 1', "input.recipts", "input.receipts"),
        (
            '1 == object.get(input, ["secrets", "hit"], 1)',
            "input.secrets.hit",
            "input.secrets.hits",
        ),
        ('object.get(input.secrets, ["hit"], 1) == 1', "input.secrets.hit", "input.secrets.hits"),
        ("count([x | x := input.recipts.status]) == 0", "input.recipts", "input.receipts"),
        ("count({x | some x in input.rigts.licenses}) == 0", "input.rigts", "input.rights"),
        ('every x in ["a"] {not input.recipts[x]}', "input.recipts", "input.receipts"),
        ("is_string(input.receipts.status.word)", "input.receipts.status.word", "has no fields"),
        ("not input.zzzzzz", "input.zzzzzz", "receipts"),
        ('x := input; not x.recipts["a"]', "input.recipts", "input.receipts"),
        ("s := input.secrets; t := s; not t.hit", "input.secrets.hit", "input.secrets.hits"),
        ("secrets.hit == 0", "input.secrets.hit", "input.secrets.hits"),
    ],
)
def test_a_field_that_no_facts_have_is_refused(opa: Opa, line: str, field: str, near: str) -> None:
    head = HEAD
    if line.startswith("secrets"):
        head = "package kfm.overlay.lake\n\nimport input.secrets\n"
    source = (head + GOOD.removeprefix(HEAD)).replace('input.run.run_id != ""', line)
    error = refusal(opa, source.encode())
    assert field in error.message
    assert near in str(error.fix)
    assert error.line == 16 + (head != HEAD)


def test_a_misspelt_field_is_told_before_what_follows_from_it(opa: Opa) -> None:
    source = HEAD + METADATA + DEFAULT + ALONE.format("not input.recipts")
    error = refusal(opa, source.encode())
    assert ("input.recipts" in error.message, error.line) == (True, 15)
    assert error.fix == "Did you mean input.receipts?"


def test_a_field_that_no_facts_have_is_refused_in_helpers_and_findings(opa: Opa) -> None:
    for more in (
        '\nfindings contains {"rule": "titled", "got": input.recipts} if input.run\n',
        '\nfindings contains {"rule": "titled"} if not input.recipts\n',
    ):
        error = refusal(opa, (GOOD + more).encode())
        assert "input.recipts" in error.message
        assert error.line == 19
    source = GOOD.replace("is_string(input.run.run_id)", "_f") + "\n_f if not input.recipts\n"
    assert refusal(opa, source.encode()).line == 19


@pytest.mark.parametrize("name", BAD)
def test_bad_house_rules(opa: Opa, name: str) -> None:
    source, line, word = BAD[name]
    error = refusal(opa, source.encode("utf-8", "surrogateescape"))
    assert word in error.message
    if line is not None:
        assert error.line == line


@pytest.mark.parametrize(
    "file",
    [
        *("Lake.rego", "la-ke.rego", "_lake.rego", ".rego", "1.rego", "lä.rego", "lake.txt"),
        *("../lake.rego", "a b.rego", "la\nke.rego", "lake.rego.rego"),
        *("x" * 65 + ".rego", "x" * 200 + ".rego"),
    ],
)
def test_bad_file_names(opa: Opa, file: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(opa, GOOD, file)
    assert caught.value.code == "HOUSE_RULE_INVALID"
    assert caught.value.exit_code == 2


def test_too_large_a_file(opa: Opa) -> None:
    with pytest.raises(UsageError) as caught:
        load(opa, GOOD + "#" * (256 << 10))
    assert caught.value.code == "HOUSE_RULE_INVALID"


def test_a_code_of_a_gate_can_be_reserved(opa: Opa) -> None:
    house = {"lake.rego": GOOD.encode()}
    load_policy(house=house, opa=opa, reserved=["OTHER"])
    with pytest.raises(UsageError) as caught:
        load_policy(house=house, opa=opa, reserved=["LAKE_UNTITLED"])
    assert "LAKE_UNTITLED" in caught.value.message


def test_all_problems_are_counted(opa: Opa) -> None:
    source = GOOD + "\nallow if input.run\n\ndeny if input.now\n"
    assert "(1 more)" in refusal(opa, source.encode()).message


def test_one_bad_file_among_good_ones(opa: Opa) -> None:
    house = {"sea.rego": GOOD.replace("lake", "sea").encode(), "lake.rego": b""}
    with pytest.raises(UsageError) as caught:
        load_policy(house=house, opa=opa)
    assert caught.value.file == ".kfm/policy/lake.rego"


def test_two_overlays_do_not_share_a_code(opa: Opa) -> None:
    house = {"sea.rego": GOOD.replace("lake", "sea").encode(), "lake.rego": GOOD.encode()}
    with pytest.raises(UsageError) as caught:
        load_policy(house=house, opa=opa)
    assert "LAKE_UNTITLED" in caught.value.message


def test_a_conditional_rule_may_be_not_applicable(opa: Opa) -> None:
    source = GOOD.replace("waivable: false", "waivable: false\n#   conditional: true")
    source += (
        '\nstatus["titled"] := "not_applicable" if {\n\tinput.run.dataset_family == "untitled"\n}\n'
    )
    rules = load(opa, source)
    assert rules["overlay.lake.titled"].conditional  # type: ignore[attr-defined]


def test_helpers_findings_and_imports_of_the_policy(opa: Opa) -> None:
    source = GOOD.replace(HEAD, HEAD + "import rego.v1\n\nimport data.kfm.labels\n\n")
    source = source.replace('!= ""', "in object.keys(labels.rank)\n\t_long(input.run.run_id)")
    source += "\n_long(name) if count(name) > 3\n"
    source += '\nfindings contains {"rule": "titled", "got": input.run.run_id} if not _long("x")\n'
    assert "overlay.lake.titled" in load(opa, source)


# Base modules are held to the same contract, as POLICY_INVALID.

BASE = GOOD.replace("kfm.overlay.lake", "kfm.rules.lake")


def test_a_good_base_module(opa: Opa) -> None:
    (info,) = check_modules(opa, {"kfm/rules/lake/lake.rego": BASE.encode()}, kind="base")
    assert info.id == "lake.titled"


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("kfm/rules/lake/lake.rego", GOOD),
        ("kfm/rules/lake/other.rego", BASE),
        ("kfm/rules/lake.rego", BASE),
        ("kfm/lib/lake/lake.rego", BASE),
        ("kfm/gates/gates.rego", BASE),
        ("kfm/gates/more.rego", BASE),
        ("kfm/rules/lake/lake.rego", BASE.replace('!= ""', '!= "" with input as {}')),
        ("kfm/rules/lake/lake.rego", BASE + "\nallow if input.x\n"),
        ("kfm/rules/lake/lake.rego", BASE.replace("input.run.run_id !=", "input.run.run_name !=")),
        ("kfm/rules/lake/lake.rego", BASE + '\nstatus["titled"] := "pass" if 1 == 1\n'),
        ("kfm/rules/lake/lake.rego", ""),
    ],
)
def test_bad_base_modules(opa: Opa, file: str, source: str) -> None:
    with pytest.raises(PolicyError) as caught:
        check_modules(opa, {file: source.encode()}, kind="base")
    assert caught.value.code == "POLICY_INVALID"
    assert caught.value.file == file

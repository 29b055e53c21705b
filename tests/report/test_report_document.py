"""The document: schema, self-contradictions, the Report class, json, github, the registry."""

from __future__ import annotations

import copy
import json
import sys
import types
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import report_documents as docs

from kfm_gates.errors import (
    EvidenceUnreadable,
    KfmGatesError,
    UsageError,
    VerdictFailed,
    VerdictUnavailable,
)
from kfm_gates.model import Verdict
from kfm_gates.report import Report, _api

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "schemas" / "report" / "v1.schema.json").read_text("utf-8")
)


def promotable() -> Any:
    run = docs.run("PASS", limits=[], promotable=True, ladder={"passes": ["promotion"]})
    document = docs.report(run, promotable=True)
    del document["profiles"][0]["carries"]
    return document


DOCUMENTS = {
    "pass": lambda: docs.report(docs.run("PASS", docs.warning())),
    "promotable": promotable,
    "fail": lambda: docs.report(docs.run("FAIL", docs.finding())),
    "error": lambda: docs.report(docs.error_run()),
    "many": lambda: docs.report(docs.run("PASS"), docs.error_run(), docs.run("FAIL")),
    "nothing": lambda: docs.report(findings=(docs.finding("NO_RUNS_FOUND"),)),
    "usage": lambda: Report.of_error(UsageError("no", code="NO_SUCH_PATH", got="x")).document,
}


@pytest.fixture(scope="module")
def validator() -> Any:
    jsonschema_rs.meta.validate(SCHEMA)
    return jsonschema_rs.validator_for(SCHEMA, validate_formats=True)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_fit_the_schema(name: str, validator: Any) -> None:
    document = DOCUMENTS[name]()
    assert [str(error) for error in validator.iter_errors(document)] == []
    Report(document)


def test_every_property_of_the_schema_has_title_and_description() -> None:
    missing: list[str] = []

    def walk(node: Any, where: str) -> None:
        if isinstance(node, dict):
            for key, part in node.get("properties", {}).items():
                while "$ref" in part:
                    part = SCHEMA["$defs"][part["$ref"].removeprefix("#/$defs/")]
                if "/if" not in where and "/then" not in where and not (
                    {"title", "description"} <= part.keys()
                ):  # fmt: skip
                    missing.append(f"{where}/{key}")
            for key, part in node.items():
                walk(part, f"{where}/{key}")
        elif isinstance(node, list):
            for n, part in enumerate(node):
                walk(part, f"{where}/{n}")

    walk(SCHEMA, "")
    assert missing == []
    assert SCHEMA["$id"] == "https://kfm-gates.dev/schemas/report/v1.schema.json"


def removals(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    found: list[tuple[Any, ...]] = []
    for key, part in items:
        if isinstance(value, dict):
            found.append((*path, key))
        if isinstance(part, dict | list):
            found += removals(part, (*path, key))
    return found


def test_deleting_or_retyping_any_required_field_is_refused(validator: Any) -> None:
    """Field mutation of a PASS: what the schema lets go has to be optional on purpose."""
    document = promotable()
    free = {"subject", "content", "facts_sha256", "decision", "facts", "opa", "next", "line"}
    free |= {"schema"}  # of the embedded facts, which have a schema of their own
    survivors = []
    for path in removals(document):
        *parents, key = path
        if key in free or "facts" in path[:-1] or "decision" in path[:-1]:
            continue
        for action in ("delete", "null"):
            mutated = copy.deepcopy(document)
            holder = mutated
            for part in parents:
                holder = holder[part]
            if action == "delete":
                del holder[key]
            else:
                holder[key] = None
            if validator.is_valid(mutated):
                survivors.append((action, path))
    assert [s for s in survivors if s[1][-1] not in ("sha256", "thresholds", "carries")] == []


CONTRADICTIONS: dict[str, Any] = {
    "verdict unknown": lambda d: d.update(verdict="GOOD"),
    "exit code of another verdict": lambda d: d.update(exit_code=1),
    "exit code true": lambda d: d.update(exit_code=False),
    "no runs": lambda d: d.update(runs=[], summary={"runs": 0, "pass": 0, "fail": 0, "error": 0}),
    "summary": lambda d: d["summary"].update(runs=2),
    "no profile": lambda d: d.update(profiles=[]),
    "other profile": lambda d: d["runs"][0].update(profile="mine"),
    "no policy": lambda d: d.pop("policy"),
    "stray finding": lambda d: d["findings"].append(docs.finding()),
    "finding of an unknown level": lambda d: d["findings"].append(docs.finding(level="DENY")),
    "deny finding": lambda d: d["runs"][0]["findings"].append(docs.finding()),
    "reason": lambda d: d["runs"][0]["reasons"].append("something"),
    "no gates": lambda d: d["runs"][0].update(gates=[]),
    "no rules": lambda d: d["runs"][0].update(rules=[]),
    "gate error": lambda d: d["runs"][0]["gates"][0].update(status="error"),
    "gate status unknown": lambda d: d["runs"][0]["gates"][0].update(status="ok"),
    "gate with an error": lambda d: d["runs"][0]["gates"][0].update(error="x"),
    "rule unanswered": lambda d: d["runs"][0]["rules"][0].update(status="unanswered"),
    "nothing examined": lambda d: [g.update(examined=0) for g in d["runs"][0]["gates"]],
    "no subject": lambda d: d["runs"][0].pop("subject"),
    "no facts digest": lambda d: d["runs"][0].pop("facts_sha256"),
    "no decision": lambda d: d["runs"][0].pop("decision"),
    "empty decision": lambda d: d["runs"][0].update(decision={}),
    "run failed": lambda d: d["runs"][0].update(verdict="FAIL"),
    "run without gates key": lambda d: d["runs"][0].pop("gates"),
    "promotable with a limit": lambda d: d["runs"][0]["limits"].append({"name": "a", "why": "b"}),
    "promotable without the run": lambda d: d["runs"][0].update(promotable=False),
    "promotable is a number": lambda d: d.update(promotable=1),
    "runs is no list": lambda d: d.update(runs=None),
    # What `decide` would never have let pass.
    "gate fails": lambda d: gate(d).update(status="fail"),
    "promotable although a gate only warns": lambda d: (
        gate(d).update(status="fail"),
        d["runs"][0]["findings"].append(docs.finding(level="warn")),
    ),
    "gate fails beside the warning of another": lambda d: (
        gate(d).update(status="fail"),
        d["runs"][0]["findings"].append(docs.finding(level="warn", origin="gate:rights")),
    ),
    "gate unproven without its limit": lambda d: gate(d).update(status="unproven"),
    "required gate that does not apply": lambda d: gate(d).update(status="not_applicable"),
    "one gate examined nothing": lambda d: gate(d).update(examined=0),
    "required gate is missing": lambda d: d["runs"][0]["gates"].pop(),
    "required gate is there twice": lambda d: d["runs"][0]["gates"].append(gate(d)),
    "profile without gates": lambda d: d["profiles"][0].update(gates=[]),
    "profile asks for another gate": lambda d: d["profiles"][0]["gates"].append("stac"),
    "rule fails": lambda d: answer(d, "fail"),
    "rule fails beside the warning of another": lambda d: (
        answer(d, "fail"),
        d["runs"][0]["findings"].append(docs.warning()),
    ),
    "rule fails and says that it is not required": lambda d: (
        answer(d, "fail"),
        d["runs"][0]["rules"][0].update(required=False),
    ),
    "rule has an unknown answer": lambda d: answer(d, "ok"),
    "rule and decision differ": lambda d: d["runs"][0]["decision"]["rules"].update(
        {docs.RULES[0][0]: "fail"}
    ),
    "required rule is missing": lambda d: (
        d["runs"][0]["rules"].pop(),
        d["runs"][0]["decision"]["rules"].pop(docs.RULES[-1][0]),
    ),
    "rule is there twice": lambda d: d["runs"][0]["rules"].append(d["runs"][0]["rules"][0]),
    "profile without rules": lambda d: d["profiles"][0].update(rules=[]),
    "decision about other facts": lambda d: d["runs"][0]["decision"].update(facts_sha256="0" * 64),
    "limit that is carried is missing": lambda d: d["profiles"][0].update(carries="local"),
    "limit that is not admitted": lambda d: (
        d.update(promotable=False),
        d["runs"][0].update(promotable=False, limits=[{"name": "opa", "why": "b"}]),
    ),
    "unproven that is not admitted": lambda d: (
        d.update(promotable=False),
        gate(d).update(status="unproven"),
        d["runs"][0].update(promotable=False, limits=[{"name": "unproven", "why": "b"}]),
    ),
}


def gate(document: Any) -> Any:
    return document["runs"][0]["gates"][3]


def answer(document: Any, status: str) -> Any:
    run = document["runs"][0]
    run["rules"][0]["status"] = run["decision"]["rules"][run["rules"][0]["id"]] = status
    return run


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_contradictory_document_is_no_report(name: str) -> None:
    document = promotable()
    Report(document)
    CONTRADICTIONS[name](document)
    with pytest.raises(KfmGatesError) as caught:
        Report(document)
    assert caught.value.code == "REPORT_INCONSISTENT"
    assert caught.value.exit_code == 3


def test_failures_that_a_profile_lowers_or_somebody_waives_may_pass() -> None:
    document = promotable()
    run = document["runs"][0]
    document["promotable"] = run["promotable"] = False
    answer(document, "fail")
    gate(document).update(status="fail")
    origin = f"rule:{docs.RULES[0][0]}"
    for rule, theirs in (
        (docs.finding(origin=origin, level="warn"), docs.finding(waived_by="w-1")),
        (docs.finding(origin=origin, waived_by="w-1"), docs.finding(level="warn")),
        (docs.finding(origin=origin, level="info"), docs.finding(level="info", unproven=True)),
    ):
        run["findings"] = [rule, theirs]
        Report(document)
    gate(document).update(status="unproven")
    run["limits"] = [{"name": "unproven", "why": "bytes were absent"}]
    document["profiles"][0]["admits"].append("unproven")
    Report(document)
    gate(document).update(status="not_applicable")
    document["profiles"][0]["conditional"].append("integrity")
    Report(document)


def test_a_rule_that_is_not_required_may_fail() -> None:
    document = promotable()
    answer(document, "fail")
    document["runs"][0]["rules"][0]["required"] = False
    document["profiles"][0]["rules"].remove(docs.RULES[0][0])
    Report(document)


def test_the_run_agrees_with_one_of_several_profiles_of_its_name() -> None:
    document = promotable()
    document["profiles"].insert(0, {**document["profiles"][0], "gates": ["stac"]})
    Report(document)
    document["profiles"].pop()
    with pytest.raises(KfmGatesError, match="did not answer once"):
        Report(document)


def test_a_run_with_an_unknown_verdict_is_a_contradiction() -> None:
    document = docs.report(docs.error_run())
    document["runs"][0]["verdict"] = "GOOD"
    document["summary"]["error"] = 0
    with pytest.raises(KfmGatesError, match="GOOD"):
        Report(document)


def test_fail_beside_an_undecided_run_is_a_contradiction() -> None:
    document = docs.report(docs.error_run())
    document.update(verdict="FAIL", exit_code=1)
    with pytest.raises(KfmGatesError, match="no decision"):
        Report(document)


def test_a_report_has_no_truth_value() -> None:
    report = Report(promotable())
    with pytest.raises(TypeError, match="raise_for_verdict"):
        bool(report)
    with pytest.raises(TypeError):
        assert report


def test_what_a_report_says() -> None:
    report = Report(docs.report(docs.run("PASS"), docs.run("FAIL", docs.finding())))
    assert report.verdict is Verdict.FAIL
    assert report.exit_code == 1
    assert report.promotable is False
    assert [f["code"] for f in report.findings] == ["OUTPUT_DIGEST_MISMATCH"]
    assert [run["verdict"] for run in report.runs] == ["PASS", "FAIL"]
    assert repr(report) == "<Report FAIL runs=2 promotable=False>"
    assert Report(promotable()).promotable is True


def test_the_exit_code_is_never_taken_from_the_document_alone() -> None:
    document = promotable()
    report = Report(document)
    document["exit_code"] = 1
    assert report.exit_code == 3
    document.update(verdict="FAIL", exit_code=0)
    assert report.exit_code == 1
    document.update(verdict="ERROR", exit_code=0)
    assert report.exit_code == 3
    assert report.promotable is False


def test_raise_for_verdict() -> None:
    Report(promotable()).raise_for_verdict()
    with pytest.raises(VerdictFailed, match="FAIL") as failed:
        Report(docs.report(docs.run("FAIL", docs.finding()))).raise_for_verdict()
    assert failed.value.exit_code == 1
    assert failed.value.report.verdict is Verdict.FAIL
    with pytest.raises(VerdictUnavailable, match="ERROR") as unavailable:
        Report(docs.report(docs.error_run())).raise_for_verdict()
    assert unavailable.value.exit_code == 3


@pytest.mark.parametrize(
    ("error", "override", "code"),
    [
        (UsageError("x", code="NO_SUCH_PATH"), None, 2),
        (KfmGatesError("x"), None, 3),
        (KfmGatesError("x"), 130, 130),
        (KfmGatesError("x"), 0, 3),
        (KfmGatesError("x"), 1, 3),
    ],
)
def test_an_error_before_the_check_is_a_report_too(
    error: KfmGatesError, override: int | None, code: int, validator: Any
) -> None:
    report = Report.of_error(error, requested=["a"], invocation="me", exit_code=override)
    assert validator.is_valid(report.document)
    assert (report.verdict, report.exit_code) == (Verdict.ERROR, code)
    assert report.document["invocation"] == "me"
    assert report.findings[0]["code"] == error.code


def test_json_is_the_document_and_deterministic() -> None:
    document = docs.report(docs.run("FAIL", docs.finding()))
    raw = Report(document).render("json")
    assert json.loads(raw) == document
    assert raw.endswith("}\n")
    turned = dict(reversed(document.items()))
    assert Report(turned).render("json") == raw
    assert Report(json.loads(raw)).render("json") == raw


def test_json_of_a_lone_surrogate_can_be_read_strictly() -> None:
    run = docs.run("FAIL", docs.finding(message="name \udcff"))
    raw = Report(docs.report(run)).render("json").encode("utf-8")
    assert json.loads(raw)["runs"][0]["findings"][0]["message"] == "name \\udcff"


def test_github_is_worst_first_and_capped() -> None:
    warnings = [docs.warning(message=f"w{n}") for n in range(8)]
    findings = [docs.finding(message=f"d{n}") for n in range(8)]
    lines = Report(docs.report(docs.run("FAIL", *warnings, *findings))).render("github").split("\n")
    assert lines[0] == "::error title=kfm-gates FAIL::1 run: 0 pass, 1 fail, 0 error"
    assert [line.startswith("::error file=") for line in lines[1:10]] == [True] * 8 + [False]
    assert lines[9].startswith("::warning title=DCAT_MISSING::w0")
    assert lines[10] == "::notice title=kfm-gates::7 more of 16 findings are in the report."
    assert lines[11:] == [""]


def test_github_of_a_pass_and_of_an_error_without_findings() -> None:
    assert Report(promotable()).render("github").startswith("::notice title=kfm-gates PASS::")
    run = docs.run("ERROR", reasons=["there is no policy decision"])
    shown = Report(docs.report(run)).render("github")
    assert shown.startswith("::error title=kfm-gates ERROR::")
    assert "there is no policy decision" in shown


def test_github_waived_findings_are_notices() -> None:
    run = docs.run("PASS", docs.finding(waived_by="w-1"), reasons=[])
    assert "\n::notice file=" in Report(docs.report(run)).render("github")


def test_renderers_are_registered_by_being_there() -> None:
    assert {"json", "text", "github"} <= set(_api.format_names())
    found = _api.all_renderers()
    assert all(found[name].name == name and found[name].description for name in found)


@pytest.mark.parametrize(
    ("attribute", "message"),
    [
        (None, "defines no RENDERER"),
        ("not a renderer", "defines no RENDERER"),
        (_api.Renderer("json", "a second one", lambda d, o: ""), "named 'json'"),
    ],
)
def test_a_module_that_is_no_renderer_is_an_import_error(
    monkeypatch: pytest.MonkeyPatch, attribute: Any, message: str
) -> None:
    module = types.ModuleType("kfm_gates.report.fake")
    if attribute is not None:
        module.RENDERER = attribute  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "kfm_gates.report.fake", module)
    monkeypatch.setattr(_api, "format_names", lambda: ("fake", "json"))
    with pytest.raises(ImportError, match=message):
        _api.renderer("fake")


def test_load_reads_back_what_json_wrote(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    report = Report(docs.report(docs.run("FAIL", docs.finding(message="ü \u202e"))))
    path.write_text(report.render("json"), encoding="utf-8")
    assert Report.load(path).document == report.document


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"", EvidenceUnreadable),
        (b"[]", EvidenceUnreadable),
        (b"{}", EvidenceUnreadable),
        (b'{"schema": "report/v2"}', EvidenceUnreadable),
        (b'{"schema": "report/v1"}', EvidenceUnreadable),
        (b'{"schema": "report/v1", "schema": "report/v1"}', EvidenceUnreadable),
        (b"\xff\xfe", EvidenceUnreadable),
        (b"[" * 100_000, EvidenceUnreadable),
        (b'{"schema": NaN}', EvidenceUnreadable),
    ],
)
def test_load_refuses(tmp_path: Path, raw: bytes, error: type[KfmGatesError]) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(raw)
    with pytest.raises(error) as caught:
        Report.load(path)
    assert caught.value.exit_code == 3


def test_load_refuses_a_forged_pass(tmp_path: Path) -> None:
    document = docs.report(docs.run("FAIL", docs.finding()))
    document.update(verdict="PASS", exit_code=0)
    document["runs"][0]["verdict"] = "PASS"
    document["summary"] = {"runs": 1, "pass": 1, "fail": 0, "error": 0}
    path = tmp_path / "report.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(KfmGatesError, match="contradicts itself"):
        Report.load(path)


def test_load_of_no_file_is_a_usage_error(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path, tmp_path / "none" / "x.json"):
        with pytest.raises(UsageError):
            Report.load(path)

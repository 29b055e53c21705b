"""The report of `lint`: it decides about no run, and nothing may take it for one that does."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import report_documents as docs

from kfm_gates.errors import EvidenceUnreadable, KfmGatesError, UsageError, VerdictFailed
from kfm_gates.report import Report
from kfm_gates.report._api import format_names
from kfm_gates.report._output import Target, clear

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "schemas" / "report" / "v1.schema.json").read_text("utf-8")
)
VALIDATOR = jsonschema_rs.validator_for(SCHEMA, validate_formats=True)


def linted(status: str = "pass", *findings: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"path": "a/item.json", "kind": "stac", "status": status} | {
        "findings": list(findings),
        **changes,
    }


def report(*documents: dict[str, Any], **changes: Any) -> dict[str, Any]:
    document = docs.report()
    del document["policy"]
    statuses = [one["status"] for one in documents]
    verdict = "ERROR" if "error" in statuses or not statuses else "PASS"
    verdict = "FAIL" if verdict == "PASS" and "fail" in statuses else verdict
    document.update(
        question="lint",
        verdict=verdict,
        exit_code={"PASS": 0, "FAIL": 1, "ERROR": 3}[verdict],
        profiles=[],
        documents=list(documents),
        not_checked=["promotion: this is no run"],
        **changes,
    )
    return copy.deepcopy(document)


DOCUMENTS = {
    "pass": lambda: report(linted(), linted(path="b.json")),
    "fail": lambda: report(linted("fail", docs.finding()), linted()),
    "error": lambda: report(linted("error", docs.finding("JSON_SYNTAX")), linted("fail")),
    "nothing": lambda: report(findings=[docs.finding("NOTHING_LINTED")]),
    "usage": lambda: Report.of_error(UsageError("no", code="X_Y"), question="lint").document,
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_fit_the_schema(name: str) -> None:
    document = DOCUMENTS[name]()
    assert [str(error) for error in VALIDATOR.iter_errors(document)] == []
    found = Report(document)
    assert found.question == "lint"
    assert found.promotable is False
    assert found.runs == ()


LIES: dict[str, Any] = {
    "question": lambda d: d.update(question="check"),
    "no question": lambda d: d.pop("question"),
    "another question": lambda d: d.update(question="both"),
    "no documents": lambda d: d.pop("documents"),
    "none at all": lambda d: d.update(documents=[]),
    "a run": lambda d: d.update(runs=[docs.run("PASS")]),
    "a profile": lambda d: d.update(profiles=docs.report()["profiles"]),
    "a policy": lambda d: d.update(policy=docs.report()["policy"]),
    "promotable": lambda d: d.update(promotable=True),
    "a document fails": lambda d: d["documents"][0].update(status="fail"),
    "a document is open": lambda d: d["documents"][0].update(status="open"),
    "a document has an unknown status": lambda d: d["documents"][0].update(status="ok"),
}


@pytest.mark.parametrize("name", LIES)
def test_a_lie_is_refused_by_schema_and_by_the_report_itself(name: str) -> None:
    document = DOCUMENTS["pass"]()
    LIES[name](document)
    assert not VALIDATOR.is_valid(document)
    with pytest.raises(KfmGatesError) as caught:
        Report(document)
    assert caught.value.code == "REPORT_INCONSISTENT"


INCONSISTENT: dict[str, Any] = {
    "counted runs": lambda d: d["summary"].update(runs=1),
    "a stopping finding of a document": lambda d: d["documents"][0]["findings"].append(
        docs.finding()
    ),
    "a stray finding": lambda d: d["findings"].append(docs.finding()),
    "exit code": lambda d: d.update(exit_code=1),
}


@pytest.mark.parametrize("name", INCONSISTENT)
def test_a_contradictory_document_is_no_report(name: str) -> None:
    document = DOCUMENTS["pass"]()
    INCONSISTENT[name](document)
    with pytest.raises(KfmGatesError, match="contradicts itself"):
        Report(document)


def test_fail_beside_a_document_without_an_answer_is_a_contradiction() -> None:
    document = DOCUMENTS["error"]()
    document.update(verdict="FAIL", exit_code=1)
    with pytest.raises(KfmGatesError, match="could not be examined"):
        Report(document)


def test_a_check_may_not_list_documents() -> None:
    document = docs.report(docs.run("PASS"))
    document["documents"] = []
    assert not VALIDATOR.is_valid(document)
    with pytest.raises(KfmGatesError, match="only linted"):
        Report(document)


def test_load_does_not_take_it_for_a_check(tmp_path: Path) -> None:
    path = tmp_path / "lint.json"
    path.write_text(Report(DOCUMENTS["pass"]()).render("json"), encoding="utf-8")
    with pytest.raises(EvidenceUnreadable, match="question 'check'"):
        Report.load(path)
    assert Report.load(path, question="lint").question == "lint"
    assert Report.load(path, question=None).question == "lint"
    path.write_text(Report(docs.report(docs.run("PASS"))).render("json"), encoding="utf-8")
    with pytest.raises(EvidenceUnreadable, match="question 'lint'"):
        Report.load(path, question="lint")


@pytest.mark.parametrize("fmt", format_names())
@pytest.mark.parametrize("options", [{}, {"quiet": True}, {"unicode": False}, {"color": True}])
def test_the_one_never_makes_room_for_the_other(
    fmt: str, options: dict[str, bool], tmp_path: Path
) -> None:
    made = {"lint": DOCUMENTS["pass"](), "check": docs.report(docs.run("PASS"))}
    for question, document in made.items():
        path = tmp_path / question
        path.write_text(Report(document).render(fmt, **options), encoding="utf-8")
        other = "check" if question == "lint" else "lint"
        with pytest.raises(UsageError, match="not an earlier result"):
            clear([Target(fmt, path)], other)
        assert path.exists()
        clear([Target(fmt, path)], question)
        assert not path.exists()
        path.write_text(Report(document).render(fmt, **options), encoding="utf-8")
        clear([Target(fmt, path)], None)
        assert not path.exists()


def test_the_verdict_is_no_verdict_about_a_run() -> None:
    found = Report(DOCUMENTS["pass"]())
    found.raise_for_verdict()
    assert found.exit_code == 0
    assert repr(found) == "<Report of lint PASS documents=2>"
    failed = Report(DOCUMENTS["fail"]())
    assert [f["code"] for f in failed.findings] == ["OUTPUT_DIGEST_MISMATCH"]
    assert [d["status"] for d in failed.documents] == ["fail", "pass"]
    with pytest.raises(VerdictFailed):
        failed.raise_for_verdict()


def test_text_of_a_pass() -> None:
    assert Report(DOCUMENTS["pass"]()).render("text") == (
        "✔ PASS lint: 2 documents in order. This is no decision about a run.\n"
        "\n"
        "✔ pass   a/item.json  stac\n"
        "✔ pass   b.json  stac\n"
        "\n"
        "  not checked promotion: this is no run\n"
        "\n"
        "2 documents: 2 pass, 0 fail, 0 error · 0 of 0 findings stop\n"
    )
    assert Report(report(linted())).render("text", quiet=True) == (
        "✔ PASS lint: 1 document in order. This is no decision about a run.\n"
    )


def test_text_of_a_fail() -> None:
    shown = Report(DOCUMENTS["fail"]()).render("text")
    assert shown.startswith(
        "✘ FAIL lint: 2 documents: 1 pass, 1 fail, 0 error. This is no decision about a run.\n\n"
        "✘ FAIL   a/item.json  stac  OUTPUT_DIGEST_MISMATCH\n"
        "✔ pass   a/item.json  stac\n"
    )
    assert "/outputs/0/digest" in shown
    assert shown.endswith("next: kfm-gates explain OUTPUT_DIGEST_MISMATCH\n")
    quiet = Report(DOCUMENTS["fail"]()).render("text", quiet=True)
    assert quiet.count("\n") == 3
    assert "pass   a/item.json" not in quiet


def test_text_of_an_error_and_of_nothing() -> None:
    assert Report(DOCUMENTS["error"]()).render("text").startswith("! ERROR lint: 2 documents:")
    assert (
        Report(DOCUMENTS["nothing"]())
        .render("text")
        .startswith("! ERROR lint: nothing was linted. This is no decision about a run.\n")
    )
    shown = Report(DOCUMENTS["usage"]()).render("text")
    assert shown.endswith("next: kfm-gates lint --help\n") or "next: kfm-gates doctor" not in shown


def test_many_documents_have_one_screen() -> None:
    shown = Report(report(*(linted(path=f"{n}.json") for n in range(120)))).render("text")
    assert "and 100 more: pass; --verbose lists them" in shown
    assert shown.count("\n") < 30
    verbose = Report(report(*(linted(path=f"{n}.json") for n in range(120))))
    assert all(f" {n}.json  stac" in verbose.render("text", verbose=True) for n in range(120))
    failing = [linted("fail", docs.finding(), path=f"{n}.json") for n in range(30)]
    assert "and 10 more: fail" in Report(report(*failing)).render("text", quiet=True)


def test_github() -> None:
    lines = Report(DOCUMENTS["fail"]()).render("github").split("\n")
    assert lines[0] == (
        "::error title=kfm-gates lint FAIL::2 documents: 1 pass, 1 fail, 0 error. "
        "This is no decision about a run."
    )
    assert lines[1].startswith("::error file=")
    assert Report(DOCUMENTS["pass"]()).render("github").startswith("::notice title=kfm-gates lint ")


def test_hostile_text_stays_inert() -> None:
    bad = "\x1b[2J ::error::x\n::set-output name=a::b ##[error]"
    one = linted("fail", docs.finding(message=bad, got=bad), path=bad, kind="stac")
    found = Report(report(one, left_alone=[{"path": bad, "why": bad}], findings=[docs.finding()]))
    found.document["not_checked"].append(bad)
    for fmt, options in (("text", {}), ("text", {"verbose": True}), ("github", {}), ("json", {})):
        for line in found.render(fmt, **options).split("\n"):
            assert line == "" or line.isprintable()
            assert not line.lstrip().startswith(("::set-output", "::error::"))
            assert "##[" not in line

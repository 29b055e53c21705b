"""Catalogs: the same checks as the gates, with no run to hold them against."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import goodrun
import pytest
from lint_documents import codes, statuses, write

from kfm_gates.catalogs import survey
from kfm_gates.catalogs._api import Examined, Question, Remark
from kfm_gates.catalogs.files import RunFiles
from kfm_gates.errors import EvidenceUnreadable
from kfm_gates.gates import all_gates
from kfm_gates.gates._api import Answers
from kfm_gates.gates._catalog import write_down
from kfm_gates.linter import catalogs, later
from kfm_gates.model import Code, Fix, Level
from kfm_gates.report import Report

GATES = Path(goodrun.__file__).parent
KINDS = tuple(kind for kind in goodrun.CATALOGS if (GATES / f"good_{kind}.py").is_file())
CASES = sorted(
    folder
    for kind in goodrun.CATALOGS
    for outcome in ("pass", "fail", "broken")
    for folder in GATES.glob(f"{kind}/{outcome}/*")
)
OTHERS = sorted(
    folder
    for gate in ("receipts", "origin", "lineage", "logs", "layout", "secrets")
    for folder in GATES.glob(f"{gate}/*/*")
)
LAST = goodrun.NOW


def findings_of(report: Report, kind: str) -> set[str]:
    return {f["code"] for f in report.findings if f["origin"] == f"gate:{kind}"}


def gate_without_a_run(kind: str, run: Path, root: Path, case: goodrun.Case) -> set[str]:
    """What the gate says about the documents of a run where the run is not known."""
    context = goodrun.context(run, root, case)
    files = RunFiles(context.run)
    found = survey.survey(files, [p for p in context.run.entries if p.startswith("catalog/")])
    seen = {error.code for error in found.errors.values()}
    if documents := found.of(kind):
        module = importlib.import_module(f"kfm_gates.catalogs.{kind}")
        examined = module.examine(documents, Question(files=files, now=context.now))
        answers = Answers(all_gates()[kind])
        write_down(examined, answers)
        seen |= {finding.code for finding in answers.result().findings}
        if examined.error is not None:
            seen.add(examined.error.code)
    return seen


@pytest.mark.parametrize("kind", KINDS)
def test_good_catalogs_are_in_order(kind: str, tmp_path: Path, look: Any) -> None:
    run = goodrun.write(tmp_path, catalogs=(kind,))
    report = look(run)
    assert report.findings == ()
    assert report.exit_code == 0
    forms = {d["kind"] for d in report.documents if "/catalog/" in d["path"]}
    assert forms
    assert look(run / "catalog").exit_code == 0
    for one in report.documents:
        alone = look(one["path"])
        assert (alone.exit_code, alone.findings) == (0, ()), one["path"]
        assert alone.documents[0]["kind"] == one["kind"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_kind_of_a_catalog_can_be_said(kind: str, tmp_path: Path, look: Any) -> None:
    run = goodrun.write(tmp_path, catalogs=(kind,))
    for one in look(run / "catalog").documents:
        assert look(one["path"], as_kind=one["kind"]).exit_code == 0
    other = write(tmp_path / "x.txt", "this is no document of any kind")
    for form in {one["kind"] for one in look(run / "catalog").documents}:
        assert look(other, as_kind=form).exit_code in (1, 3)


@pytest.mark.parametrize("folder", CASES, ids=lambda f: f.relative_to(GATES).as_posix())
def test_lint_says_nothing_that_the_gate_does_not(folder: Path, tmp_path: Path, look: Any) -> None:
    kind = folder.parts[-3]
    case = goodrun.Case.load(folder / "case.json")
    run = goodrun.write(tmp_path, case, goodrun.catalogs_of(kind))
    now = goodrun.context(run, tmp_path, case).now
    wanted = gate_without_a_run(kind, run, tmp_path, case)
    folder_ = run / "catalog"
    report = look(folder_, now=now) if folder_.is_dir() else look(run, now=now)
    theirs = findings_of(report, kind)
    assert theirs <= wanted, theirs - wanted
    # And what the gate sees without a run, lint sees, unless it could not read that far.
    unreadable = {d["status"] for d in report.documents} & {"error"}
    assert unreadable or theirs == wanted, wanted - theirs


@pytest.mark.parametrize("folder", OTHERS, ids=lambda f: f.relative_to(GATES).as_posix())
def test_receipts_and_logs_have_no_finding_that_the_gates_do_not_have(
    folder: Path, tmp_path: Path, look: Any
) -> None:
    case = goodrun.Case.load(folder / "case.json")
    run = goodrun.write(tmp_path, case)
    context = goodrun.context(run, tmp_path, case)
    write(tmp_path / ".kfm/gates.yaml", "schema_version: project/v1\n")
    if case.not_secrets:
        hashes = [
            {"sha256": value, "reason": "no secret at all", "owner": "somebody"}
            for value in case.not_secrets.get("hashes", ())
        ]
        listed = {"salt": case.not_secrets.get("salt", ""), "hashes": hashes}
        write(tmp_path / ".kfm/not-secrets.yaml", json.dumps({**LISTED, **listed}))
    wanted = {
        finding.code
        for gate in all_gates().values()
        if not gate.host
        for finding in gate.run(context).findings
    }
    report = look(run, now=context.now)
    kfm = {f["code"] for f in report.findings if f["origin"] == "lint:not_secrets"}
    if "LOG_MISSING" in wanted:
        wanted.add("LOG_EMPTY")  # the only log of a run being empty, the gate says that it has none
    assert set(codes(report)) - kfm <= wanted


LISTED = {"schema_version": "not_secrets/v1"}


def test_what_lint_misses_of_a_run_needs_more_than_one_document(tmp_path: Path, look: Any) -> None:
    """The share of the cases of receipts that single documents show; no less than this."""
    seen = 0
    cases = [f for f in OTHERS if f.parts[-3] in ("receipts", "origin") and f.parts[-2] == "fail"]
    for n, folder in enumerate(cases):
        case = goodrun.Case.load(folder / "case.json")
        run = goodrun.write(tmp_path / str(n), case)
        report = look(run, now=goodrun.context(run, tmp_path / str(n), case).now)
        seen += bool(set(codes(report)) & set(case.expect["codes"]))
    assert seen >= 0.6 * len(cases)


def test_documents_that_do_not_fit_into_memory_have_the_same_findings(
    tmp_path: Path, look: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = []
    for kept in (later.KEPT, 0):
        monkeypatch.setattr(later, "KEPT", kept)
        for n, folder in enumerate(CASES):
            case = goodrun.Case.load(folder / "case.json")
            run = tmp_path / str(n)
            if not run.exists():
                goodrun.write(run, case, goodrun.catalogs_of(folder.parts[-3]))
            document = look(run / goodrun.RUN, invocation="i").document
            shown.append((n, document["documents"], document["findings"]))
    assert shown[: len(CASES)] == shown[len(CASES) :]


def test_a_document_that_changes_between_two_readings_is_no_answer(
    fake: Any, tmp_path: Path, look: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(documents: Any, question: Any) -> Examined:
        write(tmp_path / "f/1.json", {"another": "document"})
        try:
            assert [d.data["id"] for d in documents]
        except EvidenceUnreadable as error:
            return Examined(error=error)
        return Examined(counts={"one": 1, "two": 1})

    monkeypatch.setattr(later, "KEPT", 0)
    fake.answer = answer
    report = look(items(tmp_path / "f"))
    assert report.exit_code == 3
    assert "EVIDENCE_CHANGED" in codes(report)
    assert statuses(report)["1.json"][1] == "error"


# A kind by hand, for what the shipped ones never do.

ODD = Code("ODD_THING", "Odd", "Because.", Fix("Mend the pipeline, in a new run."))
RARE = Code("RARE_THING", "Rare", "Because.", Fix("Mend it, in a new run."), level=Level.WARN)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Replaces the examination of STAC."""
    import types

    from kfm_gates.gates._api import Gate
    from kfm_gates.model import Check

    box = types.SimpleNamespace(answer=None)
    checks = (
        Check("one", "one holds", (ODD, RARE), conditional=True),
        Check("two", "two holds", (ODD,), conditional=True),
    )
    module = types.ModuleType("kfm_gates.catalogs.stac")
    module.examine = lambda documents, question: box.answer(documents, question)  # type: ignore[attr-defined]
    gate = types.ModuleType("kfm_gates.gates.stac")
    gate.GATE = Gate("stac", "STAC", checks, lambda c, a: None)  # type: ignore[attr-defined]
    real = importlib.import_module

    def find(name: str, package: str | None = None) -> Any:
        known = {"kfm_gates.catalogs.stac": module, "kfm_gates.gates.stac": gate}
        return known.get(name) or real(name, package)

    monkeypatch.setattr(catalogs.importlib, "import_module", find)
    return box


def items(folder: Path, count: int = 3) -> Path:
    for n in range(count):
        write(folder / f"{n}.json", {"type": "Feature", "stac_version": "1.0.0", "id": str(n)})
    return folder


def remark(file: str, code: Code = ODD) -> Remark:
    return Remark(check="one", code=code, message="m", file=file, pointer="/id")


def test_a_document_fails_by_its_own_remarks(fake: Any, tmp_path: Path, look: Any) -> None:
    fake.answer = lambda documents, question: Examined(
        remarks=[remark("1.json"), remark("2.json", RARE)], counts={"one": 3, "two": 3}
    )
    report = look(items(tmp_path / "f"))
    assert {n: s for n, (_, s) in statuses(report).items()} == {
        "0.json": "pass",
        "1.json": "fail",
        "2.json": "pass",
    }
    assert report.exit_code == 1


def test_a_remark_that_is_not_listed_fails_its_document_all_the_same(
    fake: Any, tmp_path: Path, look: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.answer = lambda documents, question: Examined(
        remarks=[remark("0.json")] * 500 + [remark("1.json")], counts={"one": 1, "two": 1}
    )
    report = look(items(tmp_path / "f", 2))
    assert {s for _, s in statuses(report).values()} == {"fail"}
    # One document cannot crowd out another one.
    assert [len(d["findings"]) for d in report.documents] == [101, 1]
    monkeypatch.setattr(catalogs, "MAX_FINDINGS", 50)
    report = look(tmp_path / "f")
    assert {s for _, s in statuses(report).values()} == {"fail"}
    assert len(report.findings) == 51
    assert any("501 findings" in finding["message"] for finding in report.findings)


def test_where_findings_may_be_cut_nothing_is_in_order(
    fake: Any, tmp_path: Path, look: Any
) -> None:
    fake.answer = lambda documents, question: Examined(
        remarks=[remark("0.json")] * 200, counts={"one": 1, "two": 1}
    )
    folder = items(tmp_path / "f", 3)
    write(folder / "run_record.json", goodrun.good_files()["run_record.json"])
    report = look(folder)
    assert {n: s for n, (_, s) in statuses(report).items()} == {
        "0.json": "fail",
        "1.json": "open",
        "2.json": "open",
        "run_record.json": "pass",
    }
    assert report.exit_code == 1
    assert "1 pass, 1 fail, 0 error, 2 open" in report.render("text")


def test_a_remark_about_another_file_stops_as_well(fake: Any, tmp_path: Path, look: Any) -> None:
    fake.answer = lambda documents, question: Examined(
        remarks=[remark("elsewhere.json")], counts={"one": 1, "two": 1}
    )
    report = look(items(tmp_path / "f", 2))
    assert report.exit_code == 1
    assert {s for _, s in statuses(report).values()} == {"pass"}
    assert report.document["findings"][0]["location"]["file"].endswith("f/elsewhere.json")


@pytest.mark.parametrize(
    ("examined", "exit_code", "code"),
    [
        (Examined(), 1, "CHECK_UNANSWERED"),
        (Examined(counts={"one": 1}), 1, "CHECK_UNANSWERED"),
        (Examined(counts={"one": 0, "two": 1}), 1, "NOTHING_EXAMINED"),
        (Examined(witnesses={"one": "no run", "two": "no run"}), 3, "NOTHING_EXAMINED"),
        (Examined(counts={"one": 1}, facts={"x": None}, witnesses={"two": "w"}), 3, "GATE_CRASHED"),
        (None, 3, "GATE_CRASHED"),
    ],
)
def test_no_answer_is_no_pass(
    examined: Any, exit_code: int, code: str, fake: Any, tmp_path: Path, look: Any
) -> None:
    fake.answer = lambda documents, question: examined
    report = look(items(tmp_path / "f"))
    assert (codes(report), report.exit_code) == ([code], exit_code)


def test_what_needs_a_run_is_listed_as_not_checked(fake: Any, tmp_path: Path, look: Any) -> None:
    fake.answer = lambda documents, question: Examined(
        counts={"one": 3}, witnesses={"two": "no run is known"}, not_checked=["https://x"]
    )
    report = look(items(tmp_path / "f"))
    assert report.exit_code == 0
    assert "stac: two holds (no run is known)" in report.document["not_checked"]
    assert "https://x" in report.document["not_checked"]


def test_one_that_cannot_be_read_hides_nothing(fake: Any, tmp_path: Path, look: Any) -> None:
    def answer(documents: Any, question: Any) -> Examined:
        names = [d.file for d in documents]
        broken = [n for n in names if n in ("0.json", "3.json")]
        found = Examined(counts={"one": 1, "two": 1})
        if broken:
            found.error = EvidenceUnreadable("cut", code="JSON_SYNTAX", file=broken[0])
        else:
            found.remarks = [remark("1.json")]
        return found

    fake.answer = answer
    report = look(items(tmp_path / "f", 5))
    assert {n: s for n, (_, s) in statuses(report).items()} == {
        "0.json": "error",
        "1.json": "fail",
        "2.json": "pass",
        "3.json": "error",
        "4.json": "pass",
    }
    assert report.exit_code == 3


def test_one_alone_that_cannot_be_read_has_one_finding(
    fake: Any, tmp_path: Path, look: Any
) -> None:
    fake.answer = lambda documents, question: Examined(
        error=EvidenceUnreadable("cut", code="JSON_SYNTAX", file=documents[0].file)
    )
    report = look(items(tmp_path / "f", 1))
    assert (codes(report), report.exit_code) == (["JSON_SYNTAX"], 3)


def test_credentials_in_catalogs_are_found_and_contacts_are_not(
    fake: Any, tmp_path: Path, look: Any
) -> None:
    fake.answer = lambda documents, question: Examined(counts={"one": 1, "two": 1})
    item = {"type": "Feature", "stac_version": "1.0.0", "id": "a"}
    contact = {"providers": [{"name": "A", "email": "jane.doe@prairie-water.org"}]}
    assert look(write(tmp_path / "a.json", {**item, "properties": contact})).exit_code == 0
    key = {"href": "https://x.org/?key=AKIAQ3EGTZ7RPXUH5VN2"}
    report = look(write(tmp_path / "a.json", {**item, "assets": {"a": key}}))
    assert "SECRET_FOUND" in codes(report)
    assert report.exit_code == 1
    assert "AKIAQ3EGTZ7RPXUH5VN2" not in report.render("json")


@pytest.mark.parametrize("named", [True, False])
def test_too_many_that_cannot_be_read(
    named: bool, fake: Any, tmp_path: Path, look: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogs, "MAX_UNREADABLE", 2)
    fake.answer = lambda documents, question: Examined(
        error=EvidenceUnreadable(
            "cut", code="JSON_SYNTAX", file=documents[0].file if named else None
        )
    )
    report = look(items(tmp_path / "f", 6))
    assert {s for _, s in statuses(report).values()} == {"error"}
    assert report.exit_code == 3


def test_the_references_of_a_document_stay_in_its_root(
    fake: Any, tmp_path: Path, look: Any
) -> None:
    asked: dict[str, Any] = {}

    def answer(documents: Any, question: Any) -> Examined:
        files = question.files
        assert question.run is None
        asked["size"] = [files.size(p) for p in ("0.json", "none.json", "link.json", "sub")]
        asked["directory"] = [files.is_directory(p) for p in ("sub", "0.json", "none", "door")]
        asked["digests"] = dict(files.digests(["0.json", "link.json"]))
        asked["paths"] = list(files.paths())
        with files.open("0.json") as stream:
            asked["start"] = stream.read(1)
        asked["errors"] = []
        for path in ("none.json", "link.json", "sub"):
            try:
                files.read(path, 10)
            except Exception as error:
                asked["errors"].append(type(error).__name__)
        return Examined(counts={"one": 1, "two": 1})

    fake.answer = answer
    folder = items(tmp_path / "f", 1)
    (folder / "sub").mkdir()
    outside = write(tmp_path / "outside/0.json", {})
    (folder / "link.json").symlink_to(outside)
    (folder / "door").symlink_to(outside.parent)
    report = look(folder / "0.json")
    assert report.exit_code == 0, report.findings
    size = (folder / "0.json").stat().st_size
    assert asked["size"] == [size, None, None, None]
    assert asked["directory"] == [True, False, False, False]
    assert asked["digests"]["0.json"].size == size
    assert isinstance(asked["digests"]["link.json"], EvidenceUnreadable)
    assert asked["paths"] == ["0.json"]
    assert asked["start"] == b"{"
    assert asked["errors"] == ["EvidenceMissing", "EvidenceUnreadable", "EvidenceUnreadable"]


def test_an_asset_that_changes_is_no_answer(fake: Any, tmp_path: Path, look: Any) -> None:
    def answer(documents: Any, question: Any) -> Examined:
        question.files.size("asset.csv")
        question.files.size("later.csv")
        (tmp_path / "f/asset.csv").write_text("longer than before", encoding="utf-8")
        (tmp_path / "f/later.csv").write_text("was not there", encoding="utf-8")
        return Examined(counts={"one": 1, "two": 1})

    fake.answer = answer
    folder = items(tmp_path / "f", 1)
    write(folder / "asset.csv", "x")
    report = look(folder / "0.json")
    assert (codes(report), report.exit_code) == (["EVIDENCE_CHANGED"], 3)
    assert len(report.findings) == 2


def test_documents_of_two_runs_are_not_held_against_each_other(
    fake: Any, tmp_path: Path, look: Any
) -> None:
    groups: list[list[str]] = []

    def answer(documents: Any, question: Any) -> Examined:
        groups.append([d.file for d in documents])
        return Examined(counts={"one": 1, "two": 1})

    fake.answer = answer
    for name in ("a", "b"):
        run = goodrun.write(tmp_path / "made" / name)
        target = tmp_path / "lake" / name
        target.parent.mkdir(exist_ok=True)
        run.rename(target)
        items(target / "catalog", 2)
    items(tmp_path / "lake/more", 2)
    assert look(tmp_path / "lake").exit_code == 0
    assert sorted(groups) == [
        ["a/catalog/0.json", "a/catalog/1.json"],
        ["b/catalog/0.json", "b/catalog/1.json"],
        ["more/0.json", "more/1.json"],
    ]


def test_a_kind_that_is_not_installed(tmp_path: Path, look: Any, monkeypatch: Any) -> None:
    def find(name: str) -> Any:
        raise ModuleNotFoundError("no", name="pyoxigraph")

    monkeypatch.setattr(catalogs.importlib, "import_module", find)
    report = look(items(tmp_path / "f", 1))
    assert (codes(report), report.exit_code) == (["KIND_UNAVAILABLE"], 3)
    assert "pyoxigraph" in report.findings[0]["message"]


def event(kind: str, **more: Any) -> dict[str, Any]:
    """An event of OpenLineage that the good run has."""
    import good_openlineage

    ((_, text),) = good_openlineage.files().items()
    values = [json.loads(line) for line in text.splitlines()] if isinstance(text, str) else text
    return next(value for value in values if value["eventType"] == kind) | more


def test_one_event_does_not_tell_the_life_of_a_run(tmp_path: Path, look: Any) -> None:
    report = look(write(tmp_path / "start.json", event("START")))
    assert report.exit_code == 0
    assert any("begins once and ends once" in text for text in report.document["not_checked"])


@pytest.mark.parametrize("name", ["e.jsonl", "e.txt"])
def test_lines_of_events_are_read_as_lines_whatever_they_are_called(
    name: str, tmp_path: Path, look: Any
) -> None:
    text = "".join(f"{json.dumps(event(kind))}\n" for kind in ("START", "COMPLETE"))
    report = look(write(tmp_path / name, text), as_kind="openlineage")
    assert statuses(report)[name] == ("openlineage-lines", "pass")
    broken = text.replace('"eventType": "START"', '"eventType": "BEGIN"')
    report = look(write(tmp_path / name, broken), as_kind="openlineage")
    assert report.exit_code == 1
    assert not any("(1, {" in str(f.get("got")) for f in report.findings)


@pytest.mark.parametrize("kind", ["prov-json", "dcat-jsonld", "dcat-us", "dcat-turtle"])
def test_what_has_no_lines_is_read_as_a_whole(kind: str, tmp_path: Path, look: Any) -> None:
    one = write(tmp_path / "one.jsonl", {"entity": {"ex:a": {}}, "prefix": {"ex": "urn:x:"}})
    assert "(1, {" not in look(one, as_kind=kind).render("json")
    two = write(tmp_path / "two.jsonl", '{"a": 1}\n{"b": 2}\n')
    assert look(two, as_kind=kind).exit_code == 3
    assert look(write(tmp_path / "none.jsonl", "\n"), as_kind=kind).exit_code == 3


def test_receipts_beside_a_document_are_named_as_not_compared(tmp_path: Path, look: Any) -> None:
    run = goodrun.write(tmp_path, catalogs=("openlineage", "dcat"))
    told = look(run).document["not_checked"]
    assert any("lint does not compare with receipts" in text for text in told)
    assert not any("there are no receipts" in text for text in told)


def test_a_document_of_two_kinds_is_told_with_its_place(tmp_path: Path, look: Any) -> None:
    item = {"stac_version": "1.1.0", "type": "Catalog", "id": "a", "links": [], "@graph": []}
    write(tmp_path / "item.json", item)
    prov = "@prefix p: <http://www.w3.org/ns/prov#> ."
    hidden = "@prefix d: <http://www.w3.org/ns/dca\\u0074#> ."
    write(
        tmp_path / "prov.ttl",
        f"{prov}\n{hidden}\n<urn:a> a p:Agent .\n<urn:b> a d:Dataset .\n",
    )
    report = look(tmp_path)
    assert "CATALOG_TWO_KINDS" in codes(report)
    assert {status for _, status in statuses(report).values()} == {"error"}
    found = [f["location"] for f in report.findings]
    places = {(Path(one["file"]).name, one.get("pointer")) for one in found if "file" in one}
    assert ("item.json", "/@graph") in places

"""The closure matrix in the report: as data, as one line, as a table."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
import report_documents as docs

from kfm_gates.evidence import json_schema
from kfm_gates.report import Report

SOURCES = ["bytes", "manifest", "stac", "dcat"]


def cell(verdict: str = "agree", *says: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"verdict": verdict, **({"says": list(says)} if says else {}), **more}


def row(artifact: str, kind: str = "output", **verdicts: str) -> dict[str, Any]:
    cells = {source: cell(verdicts.get(source, "agree")) for source in SOURCES}
    for source, one in cells.items():
        if one["verdict"] not in ("missing", "not_required"):
            one["says"] = [{"file": f"catalog/{source}.json", "pointer": f"/{kind}/0", "size": 7}]
    return {"artifact": artifact, "kind": kind, "cells": cells}


def closure(*rows: dict[str, Any], **changes: Any) -> dict[str, Any]:
    verdicts = [c["verdict"] for r in rows for c in r["cells"].values()]
    words = ("contradicting", "duplicated", "extra", "missing", "unproven", "agree")
    counts = {word: verdicts.count(word) for word in words}
    return {
        "sources": SOURCES,
        "counts": {"total": sum(counts.values()), **counts},
        "rows": list(rows),
        "left_out": 0,
    } | changes


def document(made: dict[str, Any] | None, status: str = "pass", **changes: Any) -> Any:
    findings = []
    if status == "fail":
        findings = [docs.finding("CLOSURE_DIGEST_CONFLICT", origin="gate:closure")]
    run = docs.run("PASS" if status == "pass" else "FAIL", *findings, **changes)
    check = {"id": "digests", "title": "t", "status": "proved", "examined": 2}
    if status != "pass":
        check["status"] = "failed"
    run["gates"].append(
        {"id": "closure", "title": "Closure", "status": status, "examined": 2, "checks": [check]}
    )
    if made is not None:
        run["closure"] = made
    return docs.report(run)


def text(made: dict[str, Any] | None, status: str = "pass", **options: Any) -> str:
    return Report(document(made, status)).render("text", **options)


GOOD = closure(
    row("the dataset", "dataset", bytes="not_required"),
    row("artifacts/wells.geojson"),
    row("artifacts/summary.csv", stac="not_required"),
    row("catalog/dcat.ttl", "catalog", stac="not_required", dcat="not_required"),
)
BAD = closure(
    row("artifacts/wells.geojson", dcat="contradicting"),
    row("artifacts/extra.tif", "extra", bytes="not_required", manifest="not_required", dcat="extra")
    | {},
    row("artifacts/summary.csv", stac="missing", dcat="duplicated", bytes="unproven"),
    row("the dataset", "dataset", bytes="not_required"),
)


def test_the_data_fit_the_schema() -> None:
    for made in (GOOD, BAD):
        assert json_schema.validate("report", document(made, "fail")) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c.update(more=1),
        lambda c: c.pop("counts"),
        lambda c: c["counts"].pop("agree"),
        lambda c: c["rows"][0].update(kind="other"),
        lambda c: c["rows"][0]["cells"].update(stac={"verdict": "fine"}),
        lambda c: c["rows"][0]["cells"].update(stac={}),
        lambda c: c["rows"][0]["cells"].update(STAC={"verdict": "agree"}),
        lambda c: c["rows"][0]["cells"]["manifest"]["says"][0].update(digest="x" * 300),
        lambda c: c["rows"][0].update(artifact="x" * 1025),
        lambda c: c.update(rows=c["rows"] * 2501),
        lambda c: c.update(left_out=-1),
    ],
)
def test_data_beyond_the_schema_are_refused(change: Any) -> None:
    made = copy.deepcopy(GOOD)
    change(made)
    assert json_schema.validate("report", document(made))


def test_json_carries_it() -> None:
    rendered = json.loads(Report(document(GOOD)).render("json"))
    assert rendered["runs"][0]["closure"] == GOOD


def test_where_all_agrees_it_is_one_line() -> None:
    shown = text(GOOD, width=120)
    assert "\nclosure  2 artifacts × bytes, manifest, stac, dcat: all agree\n" in shown  # noqa: RUF001
    assert "artifacts/wells.geojson" not in shown
    ascii_ = text(GOOD, unicode=False, width=120)
    assert "\nclosure  2 artifacts x bytes, manifest, stac, dcat: all agree\n" in ascii_


def test_a_line_never_says_more_than_the_gate() -> None:
    assert "no cell differs; see the findings" in text(GOOD, "fail")
    assert "all agree" not in text(GOOD, "fail")
    run = document(GOOD, "fail")
    run["runs"][0]["gates"][-1].update(status="error", error="unreadable")
    assert "what could be read agrees" in Report(run).render("text", width=200)


def test_without_catalogs_there_is_nothing_to_show() -> None:
    assert "artifacts ×" not in text(None)  # noqa: RUF001
    assert "\nclosure" not in text(None, verbose=True)


def test_where_something_differs_it_is_a_table_with_the_faulty_rows_first() -> None:
    shown = text(BAD, "fail")
    assert (
        "closure                    bytes       manifest  stac       dcat\n"
        "  artifacts/extra.tif      –           –         ✔          ✘ extra\n"  # noqa: RUF001
        "  artifacts/wells.geojson  ✔           ✔         ✔          ✘ differs\n"
        "  artifacts/summary.csv    ? unproven  ✔         ✘ missing  ✘ twice\n"
        "  the dataset              –           ✔         ✔          ✔\n"  # noqa: RUF001
        "    dcat extra: artifacts/extra.tif, at catalog/dcat.json /extra/0\n"
        "    dcat differs: artifacts/wells.geojson, at catalog/dcat.json /output/0\n"
        "    bytes unproven: artifacts/summary.csv, at catalog/bytes.json /output/0\n"
        "    stac missing: artifacts/summary.csv\n"
        "    dcat twice: artifacts/summary.csv, at catalog/dcat.json /output/0\n"
    ) in shown


def test_a_faulty_cell_is_named_by_the_statements_that_are_why() -> None:
    made = closure(row("artifacts/wells.geojson", dcat="contradicting"))
    made["rows"][0]["cells"]["dcat"]["says"] = [
        {"file": "catalog/dcat.ttl", "pointer": "kfm://run/x", "faulty": True},
        {"file": "catalog/dcat.jsonld"},
    ]
    assert json_schema.validate("report", document(made, "fail")) == []
    shown = text(made, "fail")
    assert "dcat differs: artifacts/wells.geojson, at catalog/dcat.ttl kfm://run/x\n" in shown


def test_without_unicode_and_colour_words_are_left() -> None:
    shown = text(BAD, "fail", unicode=False)
    assert "  artifacts/wells.geojson  ok          ok        ok         x differs\n" in shown
    assert "  artifacts/extra.tif      -           -         ok         x extra\n" in shown
    colored = text(BAD, "fail", color=True)
    assert "\x1b[31m✘ differs\x1b[0m" in colored
    assert "\x1b[32m✔\x1b[0m" in colored


def test_verbose_always_shows_the_table() -> None:
    shown = text(GOOD, verbose=True)
    assert "  artifacts/wells.geojson  ✔      ✔         ✔     ✔\n" in shown


def test_rows_and_cells_are_bounded_and_the_rest_is_counted() -> None:
    rows = [row(f"artifacts/{n}.tif", dcat="missing") for n in range(30)]
    made = closure(*rows, *(row(f"good/{n}") for n in range(5)), left_out=7)
    shown = text(made, "fail")
    assert shown.count("✘ missing") == 20
    assert "  and 22 more rows, 10 of them not in order\n" in shown
    assert "    and 10 more cells; --verbose names them\n" in shown
    many = text(closure(*rows * 10), "fail", verbose=True)
    assert many.count("✘ missing") == 200


def test_a_long_path_is_never_cut() -> None:
    path = "artifacts/" + "x" * 200 + ".tif"
    shown = text(closure(row(path, dcat="contradicting")), "fail", width=60)
    assert f"  {path}\n" in shown
    assert "✘ differs" in shown


def test_everything_is_escaped() -> None:
    nasty = "a\x1b[31m\u202e\n::error::x##[error]"
    made = closure(row(nasty, dcat="contradicting"), sources=[*SOURCES])
    made["rows"][0]["cells"]["dcat"]["says"] = [{"file": nasty, "pointer": nasty}]
    made["rows"][0]["cells"]["stac"] = {"verdict": nasty}
    for options in ({}, {"verbose": True}, {"unicode": False}):
        shown = text(made, "fail", **options)
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        assert "::error" not in shown
        assert "##[" not in shown
        assert "\\x1b[31m" in shown


def test_a_cell_that_nobody_knows_is_never_shown_as_fine() -> None:
    made = copy.deepcopy(GOOD)
    made["rows"][1]["cells"]["dcat"] = {"verdict": "splendid"}
    assert "? splendid" in text(made, "fail")
    del made["rows"][1]["cells"]["dcat"]
    assert "  artifacts/wells.geojson  ✔      ✔         ✔     ?\n" in text(made, verbose=True)


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c["rows"][1]["cells"]["dcat"].update(verdict="contradicting"),
        lambda c: c["rows"][1]["cells"]["dcat"].update(verdict="unheard of"),
        lambda c: c["counts"].update(agree=1),
        lambda c: c["counts"].update(total=99),
    ],
)
def test_a_gate_that_passes_over_an_open_cell_contradicts_itself(change: Any) -> None:
    from kfm_gates.report._consistency import contradiction

    good = document(GOOD)
    assert contradiction(good) is None
    bad = copy.deepcopy(good)
    change(bad["runs"][0]["closure"])
    assert "closure" in str(contradiction(bad))

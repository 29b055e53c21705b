"""The text output: one screen, what stops the run first, never a colour alone."""

from __future__ import annotations

import re

import pytest
import report_documents as docs

from kfm_gates.errors import KfmGatesError, UsageError
from kfm_gates.report import Report


def text(document: object, **options: object) -> str:
    return Report(document).render("text", **options)  # type: ignore[arg-type]


def test_a_pass_with_its_ladder() -> None:
    assert text(docs.report(docs.run("PASS", docs.warning()))) == (
        "✔ PASS  kansas_counties/01JDZXQ7Y3N4K5M6P7R8S9T0VA  sha256:ab12cd34ef56  profile local  "
        "not promotable: local\n"
        "\n"
        "gates (how many things each examined)\n"
        "  ✔ pass     layout (3)        ✔ pass     lineage (3)       ✔ pass     sensitivity (3)\n"
        "  ✔ pass     receipts (3)      ✔ pass     logs (3)          ✔ pass     policy (3 rules)\n"
        "  ✔ pass     origin (3)        ✔ pass     secrets (3)\n"
        "  ✔ pass     integrity (3)     ✔ pass     rights (3)\n"
        "\n"
        "  ▲ warn   DCAT_MISSING  Not shown: a DCAT dataset is shown.\n"
        "\n"
        "  limit   local: the profile local is a preview\n"
        "  passes: local · next: promotion needs DCAT_MISSING, ATTESTATION_MISSING\n"
        "\n"
        "1 run: 1 pass, 0 fail, 0 error · 10 gates, 10 checks, 3 rules · 0 of 1 findings stop\n"
        "did not run: nothing\n"
        "next: kfm-gates explain DCAT_MISSING\n"
    )


def test_a_fail_says_where_got_wanted_fix_and_who() -> None:
    shown = text(docs.report(docs.run("FAIL", docs.warning(), docs.finding())))
    assert (
        "✘ deny OUTPUT_DIGEST_MISMATCH · kfm-gates explain OUTPUT_DIGEST_MISMATCH\n"
        "    The bytes of artifacts/counties.geojson are not those of the manifest.\n"
        f"    at      {docs.RUN}/run_manifest.json:34\n"
        "            /outputs/0/digest\n"
        f"    got     sha256:{'1' * 64}\n"
        f"    wanted  sha256:{'2' * 64}\n"
        "    fix     pipeline: Run the pipeline again; it records a new run.\n"
    ) in shown
    assert shown.index("OUTPUT_DIGEST_MISMATCH") < shown.index("DCAT_MISSING")
    assert "✘ FAIL     integrity (3)" in shown
    assert shown.endswith("next: kfm-gates explain OUTPUT_DIGEST_MISMATCH\n")


def test_without_opa_the_next_command_fetches_it() -> None:
    shown = text(docs.report(docs.error_run()))
    assert shown.startswith("! ERROR ")
    assert "    fix     operator: Run: kfm-gates fetch opa\n" in shown
    assert "    run  " not in shown
    assert "did not run: gate policy, rules\n" in shown
    assert shown.endswith("next: kfm-gates fetch opa\n")
    assert "  against there is no policy decision\n" in shown


def test_a_command_that_the_fix_does_not_spell_out_has_its_line() -> None:
    fix = {"text": "Look.", "who": "operator", "argv": ["kfm-gates", "check", "--", "a b"]}
    shown = text(docs.report(docs.run("FAIL", docs.finding(fix=fix))))
    assert "    run     kfm-gates check -- 'a b'\n" in shown
    assert shown.endswith("next: kfm-gates check -- 'a b'\n")


def test_a_gate_without_an_answer_says_why() -> None:
    run = docs.run("ERROR", reasons=["gate logs gave no answer"])
    run["gates"][5].update(status="error", error="ValueError: x")
    shown = text(docs.report(run))
    assert "  error   logs: ValueError: x\n" in shown
    assert shown.endswith("next: kfm-gates doctor\n")


def test_what_the_profile_requires_and_nobody_answered_did_not_run() -> None:
    run = docs.run("ERROR", reasons=["gate logs answered 0 times"])
    run["gates"] = [gate for gate in run["gates"] if gate["id"] != "logs"]
    run["rules"] = [rule for rule in run["rules"] if rule["id"] != "rights.license_known"]
    expected = "did not run: gate logs, rule rights.license_known\n"
    assert expected in text(docs.report(run))


def test_a_finding_of_opa_comes_before_findings_of_the_run_as_next_command() -> None:
    broken = docs.error_run()
    broken["findings"].insert(0, docs.finding())
    assert text(docs.report(broken)).endswith("next: kfm-gates fetch opa\n")


def test_several_runs_have_a_line_each_worst_first() -> None:
    document = docs.report(
        docs.run("PASS"),
        docs.other("01JDZXQ7Y3N4K5M6P7R8S9T0VB", "FAIL", docs.finding()),
        docs.error_run(run_id="01JDZXQ7Y3N4K5M6P7R8S9T0VC"),
    )
    lines = text(document).split("\n")
    assert lines[0] == "! ERROR  3 runs: 1 pass, 1 fail, 1 error  profile local"
    assert [line.split()[1] for line in lines[2:5]] == ["ERROR", "FAIL", "PASS"]
    assert lines[3].endswith("OUTPUT_DIGEST_MISMATCH")
    assert text(document, quiet=True).count("\n") == 5


def test_every_run_that_does_not_pass_has_its_line_among_many() -> None:
    ids = [f"01JDZXQ7Y3N4K5M6P7R8S9{n:04d}" for n in range(120)]
    runs = [docs.other(i, "FAIL" if n % 2 else "PASS", *([docs.finding()] if n % 2 else []))
            for n, i in enumerate(ids)]  # fmt: skip
    shown = text(docs.report(*runs))
    assert all(i in shown for n, i in enumerate(ids) if n % 2)
    assert "and 40 more that pass; --verbose lists them" in shown
    assert "55 more runs do not pass; for one of them: kfm-gates check -- data/work" in shown
    assert all(i in text(docs.report(*runs), quiet=True) for i in ids)


def test_follow_ons_are_hidden_while_their_cause_is_shown() -> None:
    cause = docs.finding("RECEIPT_MISSING", origin="gate:receipts", message="no manifest")
    effect = docs.finding("NO_MANIFEST", origin="gate:lineage", follows="gate:receipts")
    document = docs.report(docs.run("FAIL", cause, effect))
    assert "NO_MANIFEST" not in text(document)
    assert "(1 follow-on hidden)" in text(document, width=200)
    assert "NO_MANIFEST" in text(document, verbose=True)


def test_follow_ons_of_nothing_and_of_each_other_stay() -> None:
    orphan = docs.finding("ORPHAN_CODE", follows="gate:gone")
    first = docs.finding("CIRCLE_A", origin="gate:logs", follows="gate:layout")
    second = docs.finding("CIRCLE_B", origin="gate:layout", follows="gate:logs")
    shown = text(docs.report(docs.run("FAIL", orphan, first, second)))
    assert all(code in shown for code in ("ORPHAN_CODE", "CIRCLE_A", "CIRCLE_B"))


def test_repetitions_are_shown_once_and_places_are_counted() -> None:
    places = [docs.finding(message=f"File {n} differs.") for n in range(9)]
    shown = text(docs.report(docs.run("FAIL", *places, places[0])))
    assert "✘ deny OUTPUT_DIGEST_MISMATCH  (9 places) · " in shown
    assert shown.count("File 0 differs.") == 1
    assert "and 6 more of OUTPUT_DIGEST_MISMATCH; --verbose shows them" in shown
    assert "File 8 differs." in text(docs.report(docs.run("FAIL", *places)), verbose=True)


def test_every_code_is_named_even_where_not_all_are_shown_in_full() -> None:
    codes = [f"CODE_{n:02d}" for n in range(20)]
    shown = text(docs.report(docs.run("FAIL", *(docs.finding(code) for code in codes))))
    assert all(code in shown for code in codes)
    assert "and also: CODE_06 (1), " in shown


def test_waived_findings_are_listed_with_their_waiver() -> None:
    waived = docs.finding(waived_by="waivers/w-7.yaml until 2026-05-01")
    shown = text(docs.report(docs.run("PASS", waived, reasons=[])))
    assert "≈ waived OUTPUT_DIGEST_MISMATCH" in shown
    assert "waived by waivers/w-7.yaml until 2026-05-01" in re.sub(r"\s+", " ", shown)


def test_reasons_without_a_finding_are_shown() -> None:
    run = docs.run("FAIL", reasons=["the profile promotion does not admit the limit clock"])
    assert "against the profile promotion does not admit the limit clock" in text(docs.report(run))


def test_codes_and_paths_are_never_cut() -> None:
    path = "data/work/runs/kansas_counties/" + "long-name-" * 40 + "x.json"
    code = "A" + "_VERY_LONG_CODE" * 6
    finding = docs.finding(code, location={"path": path, "pointer": "/" + "p" * 300})
    shown = text(docs.report(docs.run("FAIL", finding)), width=40)
    assert path in shown
    assert code in shown
    assert "/" + "p" * 300 in shown


def test_no_runs_at_all() -> None:
    finding = docs.finding("NO_RUNS_FOUND", origin="run", message="There is no run to check.")
    shown = text(docs.report(findings=(finding,)))
    assert shown.startswith("! ERROR  0 runs: 0 pass, 0 fail, 0 error  profile local\n")
    assert "There is no run to check." in shown
    assert "did not run: gates, rules\n" in shown


def test_color_adds_only_color() -> None:
    document = docs.report(docs.run("FAIL", docs.finding(), docs.warning()), docs.error_run())
    for options in ({}, {"verbose": True}, {"quiet": True}):
        colored = text(document, color=True, **options)
        assert "\x1b[" in colored
        assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == text(document, **options)


def test_without_unicode_the_glyphs_are_ascii() -> None:
    document = docs.report(docs.run("FAIL", docs.finding(), docs.warning()), docs.error_run())
    assert text(document, unicode=False, verbose=True).isascii()


def test_verbose_lists_every_check_rule_and_digest() -> None:
    shown = text(docs.report(docs.run("PASS", docs.warning())), verbose=True)
    for id_, _ in docs.GATES:
        assert f"✔ proved   {id_}.{id_}_holds" in shown
    assert "✔ pass     rights.license_known" in shown
    assert "▲ warn     evidence.dcat_shown" in shown
    for digest in (docs.SUBJECT, docs.FACTS, "cd" * 32, "aa" * 32, "cc" * 32, "dd" * 32):
        assert digest in shown
    assert "invocation " + "f" * 32 in shown


def test_nothing_to_do_after_a_promotable_pass() -> None:
    run = docs.run("PASS", limits=[], promotable=True, ladder={"passes": ["promotion"]})
    document = docs.report(run, promotable=True)
    del document["profiles"][0]["carries"]
    shown = text(document)
    assert "not promotable" not in shown
    assert "next:" not in shown


def test_the_next_rung_without_needs_is_a_command_to_run() -> None:
    run = docs.run("PASS", ladder={"passes": ["local"], "next": {"profile": "review", "needs": []}})
    expected = f"next: kfm-gates check --profile review -- {docs.RUN}\n"
    assert text(docs.report(run)).endswith(expected)


def test_what_was_not_checked_is_listed_up_to_a_screen() -> None:
    run = docs.run("PASS", not_checked=[f"file {n}" for n in range(9)])
    assert "not checked 5 more; --verbose shows them" in text(docs.report(run))
    assert "not checked file 8" in text(docs.report(run), verbose=True)


def test_unknown_formats_and_options_are_usage_errors() -> None:
    report = Report(docs.report(docs.run()))
    with pytest.raises(UsageError, match="no output format 'sarif2'") as caught:
        report.render("sarif2")
    assert "json" in (caught.value.wanted or "")
    with pytest.raises(UsageError, match="colour"):
        report.render("text", colour=True)


def test_an_invocation_that_failed_names_no_code_to_explain() -> None:
    usage = Report.of_error(UsageError("no such path", code="PATH_NOT_FOUND")).render("text")
    assert "explain" not in usage
    assert usage.endswith("next: kfm-gates check --help\n")
    broken = Report.of_error(KfmGatesError("torn")).render("text")
    assert broken.endswith("next: kfm-gates doctor\n")

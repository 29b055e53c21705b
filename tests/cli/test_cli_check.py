"""`check`: exit codes, outputs, and one JSON document whatever happens."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.cli import _run, _stream
from kfm_gates.errors import EvidenceUnreadable, PolicyError, UsageError
from kfm_gates.report import Report


def test_pass_is_0_and_text(invoke: Any, runner: Any) -> None:
    result = invoke("check", "a-run")
    assert result.code == 0
    assert result.out.startswith("✔ PASS ")
    assert result.err == ""
    assert runner.asked[0][0] == ("a-run",)


def test_fail_is_1_whatever_the_options(invoke: Any, runner: Any, docs: Any) -> None:
    runner.answer = Report(docs.report(docs.run("FAIL", docs.finding())))
    for options in ([], ["-q"], ["-v"], ["--json"], ["-o", "github=-"], ["--color", "always"]):
        assert invoke("check", *options, "a-run").code == 1


def test_error_is_3(invoke: Any, runner: Any, docs: Any) -> None:
    runner.answer = Report(docs.report(docs.error_run()))
    result = invoke("check", "a-run")
    assert result.code == 3
    assert "kfm-gates fetch opa" in result.out


def test_options_reach_the_checker(invoke: Any, runner: Any) -> None:
    question = ["--profile", "promotion", "--root", "r", "--opa", "o", "--policy-dir", "p"]
    question += ["--now", "2026-03-01T12:00:00Z", "--trusted-ref", "main", "--invocation", "i"]
    assert invoke("check", *question, "--all", "--since", "2026-01-01", "x", "y").code == 0
    (profile, made), (paths, asked) = runner.made[0], runner.asked[0]
    assert profile == "promotion"
    assert made["now"].isoformat() == "2026-03-01T12:00:00+00:00"
    del made["now"]
    assert made == {
        "root": "r",
        "opa": "o",
        "policy_dir": "p",
        "trusted_ref": "main",
        "invocation": "i",
    }
    assert paths == ("x", "y")
    assert asked == {"all_runs": True, "since": "2026-01-01", "progress": None}


@pytest.mark.parametrize(
    "args",
    [
        ["check", ""],
        ["check", " "],
        ["check", "a", ""],
        ["check", "--profile", "", "a"],
        ["check", "--root", " ", "a"],
        ["check", "--since", "", "a"],
        ["check", "--opa=", "a"],
        ["check", "-o", "", "a"],
        ["check", "-o", "json=", "a"],
        ["check", "-o", "nope=x", "a"],
        ["check", "-o", "json=-", "-o", "text=-", "a"],
        ["check", "--json", "-o", "json=-", "a"],
        ["check", "-o", "json=none/x.json", "a"],
        ["check", "--bogus", "a"],
        ["check", "--exit-zero", "a"],
        ["check", "--now", "yesterday", "a"],
        ["check", "--now", "2026-03-01T12:00:00", "a"],
        ["check", "--color", "sometimes", "a"],
        ["chekc", "a"],
        ["--bogus"],
        [],
        ["-- ", "check"],
        ["--", "--help"],
        ["report"],
        ["report", ""],
        ["report", "none.json"],
        ["facts"],
        ["facts", ""],
        ["explain", ""],
        ["completion", "tcsh"],
        ["completion", "bash", "check"],
    ],
)
def test_usage_errors_are_2_and_with_json_one_document(
    invoke: Any, runner: Any, args: list[str]
) -> None:
    result = invoke(*args)
    assert result.code == 2
    assert result.err != ""
    assert (result.out != "") is _run.wants_json(args)
    if args and args[0] == "check":
        machine = invoke(args[0], "--json", *args[1:])
        assert machine.code == 2
        document = machine.document
        assert (document["verdict"], document["exit_code"]) == ("ERROR", 2)
        Report(document)
    assert runner.asked == []


@pytest.mark.parametrize(
    ("error", "code", "name"),
    [
        (UsageError("no such profile", code="PROFILE_UNKNOWN"), 2, "PROFILE_UNKNOWN"),
        (EvidenceUnreadable("torn", code="JSON_SYNTAX"), 3, "JSON_SYNTAX"),
        (PolicyError("none", code="OPA_NOT_FOUND", fix="Run: kfm-gates fetch opa"), 3, "OPA"),
        (KeyboardInterrupt(), 130, "INTERRUPTED"),
        (RuntimeError("boom \x1b[31m"), 3, "INTERNAL_ERROR"),
        (RecursionError(), 3, "INTERNAL_ERROR"),
        (MemoryError(), 3, "INTERNAL_ERROR"),
    ],
)
def test_every_end_is_one_document_with_its_exit_code(
    invoke: Any, runner: Any, error: BaseException, code: int, name: str
) -> None:
    runner.answer = error
    for args in (["--json"], ["-o", "json=-"], ["--output=json=-"], ["-ojson=-"]):
        result = invoke("check", *args, "a-run")
        assert result.code == code
        assert result.document["verdict"] == "ERROR"
        assert result.document["exit_code"] == code
        assert result.document["findings"][0]["code"].startswith(name)
        assert "Traceback" not in result.err
        assert "\x1b" not in result.err
    plain = invoke("check", "a-run")
    assert (plain.code, plain.out) == (code, "")


def test_an_error_says_what_where_got_wanted_and_fix(invoke: Any, runner: Any) -> None:
    runner.answer = UsageError(
        "There is no profile\n::error::x.",
        code="PROFILE_UNKNOWN",
        file=".kfm/gates.yaml",
        line=3,
        pointer="/profile",
        got="promo",
        wanted="local, promotion",
        fix="Name one of them.",
    )
    assert invoke("check", "a").err == (
        "error: There is no profile\\n:\\x3aerror:\\x3ax. (PROFILE_UNKNOWN)\n"
        "  at      .kfm/gates.yaml:3 /profile\n"
        "  got     promo\n"
        "  wanted  local, promotion\n"
        "  fix     Name one of them.\n"
    )


def test_a_usage_error_names_the_help_of_its_command(invoke: Any, runner: Any) -> None:
    for args, command in ((["check", "--bogus"], "kfm-gates check"), ([], "kfm-gates")):
        (finding,) = invoke(*args, "--json").document["findings"]
        assert finding["code"] == "USAGE"
        assert finding["fix"]["text"] == f"See: {command} --help"


def test_an_error_of_click_that_is_no_usage_is_3(
    invoke: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import click

    def broken(args: list[str]) -> int:
        raise click.ClickException("torn")

    monkeypatch.setattr(_run, "_invoke", broken)
    result = invoke("check", "--json", "x")
    assert result.code == 3
    assert result.document["findings"][0]["code"] == "COMMAND_FAILED"


def test_a_bug_leaves_a_log_file_and_no_traceback(invoke: Any, runner: Any, tmp_path: Path) -> None:
    runner.answer = RuntimeError("secret place")
    result = invoke("check", "a-run")
    assert result.code == 3
    assert "Traceback" not in result.err
    (log,) = tmp_path.glob("kfm-gates-*.log")
    assert str(log) in result.err
    assert "RuntimeError: secret place" in log.read_text()
    assert log.stat().st_mode & 0o077 == 0


def test_a_gate_that_logs_an_exception_leaves_a_log_file(
    invoke: Any, runner: Any, docs: Any, tmp_path: Path
) -> None:
    import logging

    def crash() -> Report:
        logging.getLogger("kfm_gates").error("gate x raised", exc_info=ValueError("inside"))
        return Report(docs.report(docs.error_run()))

    runner.answer = crash
    result = invoke("check", "a-run")
    assert result.code == 3
    assert "Traceback" not in result.err
    (log,) = tmp_path.glob("kfm-gates-*.log")
    assert "ValueError: inside" in log.read_text()


def test_outputs_are_written_beside_the_text(invoke: Any, runner: Any, tmp_path: Path) -> None:
    result = invoke("check", "-o", "json=r.json", "-o", "github=r.txt", "-v", "a-run")
    assert result.code == 0
    assert result.out.startswith("✔ PASS ")
    assert json.loads((tmp_path / "r.json").read_text())["verdict"] == "PASS"
    assert (tmp_path / "r.txt").read_text().startswith("::notice ")


def test_files_never_have_colours(invoke: Any, runner: Any, tmp_path: Path) -> None:
    result = invoke("check", "--color", "always", "-o", "text=r.txt", "a-run")
    assert "\x1b[" in result.out
    assert "\x1b[" not in (tmp_path / "r.txt").read_text()


def test_an_earlier_result_is_gone_before_the_check_begins(
    invoke: Any, runner: Any, docs: Any, tmp_path: Path
) -> None:
    path = tmp_path / "r.json"
    path.write_text(Report(docs.report(docs.run("PASS"))).render("json"), encoding="utf-8")

    def look() -> Report:
        assert not path.exists()
        raise RuntimeError

    runner.answer = look
    assert invoke("check", "-o", f"json={path}", "a-run").code == 3
    assert not path.exists()


def test_a_configuration_error_is_written_to_the_outputs(
    invoke: Any, runner: Any, tmp_path: Path
) -> None:
    runner.answer = UsageError("no such profile", code="PROFILE_UNKNOWN")
    args = ("-o", "json=r.json", "-o", "text=r.txt", "--invocation", "mine")
    assert invoke("check", *args, "a-run").code == 2
    document = json.loads((tmp_path / "r.json").read_text())
    assert (document["verdict"], document["exit_code"]) == ("ERROR", 2)
    assert document["invocation"] == "mine"
    assert document["requested"] == ["a-run"]
    assert (tmp_path / "r.txt").read_text().startswith("! ERROR")


def test_an_output_that_cannot_be_written_is_3_and_none_says_pass(
    invoke: Any, runner: Any, docs: Any, tmp_path: Path
) -> None:
    (tmp_path / "gone").mkdir()

    def vanish() -> Report:
        (tmp_path / "gone").rmdir()
        return Report(docs.report(docs.run("PASS")))

    runner.answer = vanish
    result = invoke("check", "-o", "json=r.json", "-o", "json=gone/r.json", "a-run")
    assert result.code == 3
    assert "could not be written" in result.err
    assert result.out == ""
    assert list(tmp_path.iterdir()) == []


def test_the_same_with_json_on_standard_output(
    invoke: Any, runner: Any, docs: Any, tmp_path: Path
) -> None:
    (tmp_path / "gone").mkdir()

    def vanish() -> Report:
        (tmp_path / "gone").rmdir()
        return Report(docs.report(docs.run("PASS")))

    runner.answer = vanish
    result = invoke("check", "--json", "-o", "json=gone/r.json", "a-run")
    assert result.code == 3
    assert result.document["verdict"] == "ERROR"
    assert result.document["findings"][0]["code"] == "OUTPUT_FAILED"


def test_a_standard_output_that_breaks_is_3(
    invoke: Any, runner: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(text: str, encoding: str | None = None) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr(_stream, "emit", broken)
    result = invoke("check", "-o", "json=r.json", "a-run")
    assert result.code == 3
    assert not (tmp_path / "r.json").exists()
    assert invoke("check", "--json", "a-run").code == 3


def test_outputs_inside_the_run_are_refused(invoke: Any, runner: Any, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    receipt = tmp_path / "run" / "run_record.json"
    receipt.write_text("{}")
    result = invoke("check", "-o", f"json={receipt}", "run")
    assert result.code == 2
    assert receipt.read_text() == "{}"


@pytest.mark.parametrize(
    ("spec", "place"),
    [
        ("json", ".kfm/families/kansas_counties.yaml"),
        ("json", "data/raw/counties.csv"),
        ("text", ".git/HEAD"),
        ("json", "notes.json"),
    ],
)
def test_an_output_never_replaces_what_the_check_reads(
    invoke: Any, runner: Any, docs: Any, tmp_path: Path, spec: str, place: str
) -> None:
    path = tmp_path / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("family: x\n")
    (tmp_path / "r.json").write_text(Report(docs.report(docs.run("PASS"))).render("json"))
    for command in (["check", "a-run"], ["report", "r.json"]):
        result = invoke(*command, "-o", f"{spec}={place}", "--json")
        assert result.code == 2
        assert result.document["findings"][0]["code"] == "OUTPUT_REFUSED"
        assert path.read_text() == "family: x\n"
    assert runner.made == []


def test_a_run_named_like_an_option_is_a_run(
    invoke: Any, runner: Any, docs: Any, tmp_path: Path
) -> None:
    runner.answer = Report(docs.report(docs.run("FAIL", docs.finding())))
    for name in ("--help", "--version", "--json", "-o"):
        (tmp_path / name).mkdir()
        result = invoke("check", "--", name)
        assert result.code == 1
        assert runner.asked[-1][0] == (name,)
        assert result.out.startswith("✘ FAIL")


def test_quiet_is_the_verdict_line_only(invoke: Any, runner: Any) -> None:
    assert invoke("check", "-q", "a-run").out.count("\n") == 1


@pytest.mark.parametrize(
    ("env", "choice", "expected"),
    [
        ({}, "auto", False),
        ({"FORCE_COLOR": "1"}, "auto", True),
        ({"FORCE_COLOR": ""}, "auto", False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, "auto", False),
        ({"NO_COLOR": "", "FORCE_COLOR": "1"}, "auto", True),
        ({"NO_COLOR": "1"}, "always", True),
        ({"FORCE_COLOR": "1"}, "never", False),
    ],
)
def test_colours(
    invoke: Any,
    runner: Any,
    monkeypatch: pytest.MonkeyPatch,
    env: dict[str, str],
    choice: str,
    expected: bool,
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    result = invoke("check", "--color", choice, "a-run")
    assert ("\x1b[" in result.out) is expected
    assert result.code == 0


def test_a_terminal_has_colours_unless_it_is_dumb(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

    assert _stream.wants_color("auto", Terminal())  # type: ignore[arg-type]
    monkeypatch.setenv("TERM", "dumb")
    assert not _stream.wants_color("auto", Terminal())  # type: ignore[arg-type]
    assert not _stream.wants_color("auto", None)


def test_no_option_is_driven_by_the_environment(
    invoke: Any, runner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for prefix in ("KFM_GATES", "KFM_GATES_CHECK", "CHECK", "CLICK"):
        for name in ("PROFILE", "ROOT", "ALL", "SINCE", "OUTPUTS", "RUNS", "AS_JSON", "NOW"):
            monkeypatch.setenv(f"{prefix}_{name}", "local")
    assert invoke("check", "a-run").code == 0
    assert runner.made[0] == (
        None,
        dict.fromkeys(("root", "opa", "policy_dir", "now", "trusted_ref", "invocation")),
    )


@pytest.mark.parametrize("value", ["bash_source", "bash_complete", "zsh_source", "fish_complete"])
def test_completion_instructions_in_the_environment_change_nothing(
    invoke: Any, runner: Any, docs: Any, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    runner.answer = Report(docs.report(docs.run("FAIL", docs.finding())))
    monkeypatch.setenv("_KFM_GATES_COMPLETE", value)
    monkeypatch.setenv("COMP_WORDS", "kfm-gates check")
    monkeypatch.setenv("COMP_CWORD", "1")
    result = invoke("check", "a-run")
    assert result.code == 1
    assert result.out.startswith("✘ FAIL")


@pytest.mark.parametrize("code", [None, True, False, "0", 0.0, 4, -1])
def test_an_unknown_exit_code_is_3(
    invoke: Any, monkeypatch: pytest.MonkeyPatch, code: object
) -> None:
    monkeypatch.setattr(_run, "_invoke", lambda args: code)
    assert invoke("check", "a").code == 3


def test_a_command_without_an_exit_code_is_3(
    invoke: Any, runner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kfm_gates.cli._results.publish", lambda *a, **k: None)
    assert invoke("check", "a").code == 3


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["check", "--json"], True),
        (["--json"], True),
        (["check", "-o", "json=-"], True),
        (["check", "-ojson=-"], True),
        (["check", "--output", "json=-"], True),
        (["check", "--output=json=-"], True),
        (["check", "--", "--json"], False),
        (["check", "-o", "json=x"], False),
        (["check", "-o"], False),
        ([], False),
    ],
)
def test_json_is_seen_even_where_parsing_fails(args: list[str], expected: bool) -> None:
    assert _run.wants_json(args) is expected


def test_a_report_that_contradicts_itself_is_3(invoke: Any, runner: Any, docs: Any) -> None:
    document = docs.report(docs.run("PASS"))
    document["runs"][0]["findings"] = [docs.finding()]
    runner.answer = lambda: Report(document)
    assert invoke("check", "--json", "a").document["findings"][0]["code"] == "REPORT_INCONSISTENT"
    assert invoke("check", "a").code == 3


def test_report_shows_and_repeats_the_verdict(invoke: Any, docs: Any, tmp_path: Path) -> None:
    for verdict, findings, code in (("PASS", [], 0), ("FAIL", [docs.finding()], 1)):
        report = Report(docs.report(docs.run(verdict, *findings)))
        (tmp_path / "r.json").write_text(report.render("json"), encoding="utf-8")
        result = invoke("report", "r.json")
        assert result.code == code
        assert verdict in result.out.splitlines()[0]
        assert "nothing was checked again" in result.err
        assert invoke("report", "r.json", "--json").out == report.render("json")


def test_report_never_writes_over_the_report(invoke: Any, docs: Any, tmp_path: Path) -> None:
    raw = Report(docs.report(docs.run("PASS"))).render("json")
    (tmp_path / "r.json").write_text(raw, encoding="utf-8")
    assert invoke("report", "r.json", "-o", "text=r.json").code == 2
    assert (tmp_path / "r.json").read_text(encoding="utf-8") == raw


def test_report_of_garbage_is_3(invoke: Any, tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text("{}")
    assert invoke("report", "r.json").code == 3
    assert invoke("report", "r.json", "--json").document["exit_code"] == 3


def test_facts_are_the_input_as_json(invoke: Any, runner: Any) -> None:
    runner.answer = {"b": 1, "a": {"host": "ü"}}
    result = invoke("facts", "a-run", "--profile", "review")
    assert result.code == 0
    assert result.document == runner.answer
    assert runner.made[0][0] == "review"
    runner.answer = UsageError("not one run", code="NOT_A_RUN")
    assert invoke("facts", "a-run").code == 2
    assert invoke("facts", "--json", "a-run").document["exit_code"] == 2


def test_ascii_streams_get_ascii_glyphs(
    invoke: Any, runner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import io
    import sys

    buffer = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(buffer, encoding="ascii"))
    from kfm_gates.cli import main

    assert main(["check", "a-run"]) == 0
    assert buffer.getvalue().startswith(b"+ PASS ")


def test_standard_output_may_be_redirected_inside_the_process(runner: Any) -> None:
    import contextlib
    import io

    from kfm_gates.cli import main

    with contextlib.redirect_stdout(io.StringIO()) as out:
        assert main(["check", "a-run"]) == 0
        assert main(["check", "--json", "a-run"]) == 0
    assert "PASS" in out.getvalue()


def test_a_closed_standard_output_is_3(
    runner: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import sys

    from kfm_gates.cli import main

    monkeypatch.setattr(sys, "stdout", None)
    assert main(["check", "-o", f"json={tmp_path / 'r.json'}", "a-run"]) == 3
    assert os.listdir(tmp_path) == []

"""Nothing that a terminal, a CI runner or a JSON reader acts on gets through."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import pytest
import report_documents as docs
from hypothesis import given, settings
from hypothesis import strategies as st

from kfm_gates.report import Report
from kfm_gates.report._escape import command_data, command_property, json_text, terminal

HOSTILE = [
    "\x1b[2J\x1b[31mPASS",
    "a\r\n::error::b",
    "::stop-commands::pause",
    "   ::add-mask::x",
    "##[error]x",
    "###[group]x",
    "\x9b31m",
    "\u202ePASS\u202c",
    "\u2066x\u2069",
    "\u200f\u061c\u200b\ufeff",
    "a\u2028b\u2029c\x85d",
    "\ud800 lone \udcff",
    "\x00\x07\x08\x7f",
    "%0A::error::x",
    "\U000e0041\U000e0042",
    "\u00a0\u3000",
    "x" * 100_000,
    ":" * 999,
]
hostile = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(codec=None), max_size=80),
    st.lists(st.sampled_from([*HOSTILE[:12], " ", ":", "::", "\n", "x"]), max_size=8).map("".join),
)


def fields(value: Any) -> list[tuple[Any, Any]]:
    """Every place of a string in a document that is not a word of a closed list."""
    closed = {"verdict", "level", "status", "schema", "who", "question"}
    found: list[tuple[Any, Any]] = []
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        if isinstance(item, str) and key not in closed:
            found.append((value, key))
        elif isinstance(item, dict | list):
            found += fields(item)
    return found


def document() -> dict[str, Any]:
    """A report with every kind of string in it."""
    doc: dict[str, Any] = docs.report(
        docs.run(
            "FAIL",
            docs.finding(),
            docs.finding("OTHER_CODE", follows="gate:layout"),
            docs.finding("WAIVED_CODE", waived_by="w-1"),
            docs.warning(),
            reasons=["gate x gave no answer"],
            not_checked=["a.bin was not opened"],
        ),
        docs.error_run(),
        findings=(docs.finding("NOT_A_RUN", level="info"),),
        left_alone=[{"path": "data/work/runs/a/b", "why": "older"}],
    )
    doc["runs"][0]["gates"][0]["checks"][0]["witness"] = "nothing there"
    doc["policy"]["house"] = [{"name": "kfm.overlay.x", "sha256": "ee" * 32, "source": "x.rego"}]
    return doc


@pytest.mark.parametrize("text", HOSTILE)
def test_terminal_text_is_printable_and_inert(text: str) -> None:
    shown = terminal(text)
    assert shown.isprintable()
    assert "::" not in shown
    assert "##[" not in shown
    assert len(shown) < 11_000


def test_escapes_can_be_read_back_by_people() -> None:
    assert terminal("\x1b\x9b\u202e\U000e0041\n\r\t\ud800") == (
        r"\x1b\x9b\u202e\U000e0041\n\r\t\ud800"
    )
    assert json_text('"\x7f\x9b"') == r'"\u007f\u009b"'
    assert json_text('"##[x]"') == r'"#\u0023[x]"'


def test_terminal_text_keeps_what_people_write() -> None:
    for text in ("Grüße aus Kansas", "県", "a/b_c-1.geojson", "12:30", "naïve 🌾"):
        assert terminal(text) == text


def test_a_cut_text_says_how_long_it_was() -> None:
    assert terminal("x" * 2000).endswith("... (2000 characters)")


def test_commands_of_github_are_escaped() -> None:
    assert command_data("50%\r\n::x") == "50%25%0D%0A::x"
    assert command_property("a:b,c%\n") == "a%3Ab%2Cc%25%0A"


@given(st.text(st.characters(codec=None), max_size=60))
def test_json_text_means_the_same_and_is_printable(text: str) -> None:
    raw = json_text(json.dumps(text, ensure_ascii=False))
    assert raw.replace("\n", "").isprintable()
    assert "##[" not in raw
    encoded = raw.encode("utf-8")
    clean = "".join(f"\\u{ord(c):04x}" if 0xD800 <= ord(c) <= 0xDFFF else c for c in text)
    assert json.loads(encoded) == clean


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_renderer_lets_a_hostile_string_through(data: st.DataObject) -> None:
    doc = copy.deepcopy(document())
    places = fields(doc)
    profile = doc["profiles"][0]["name"]
    for holder, key in data.draw(st.lists(st.sampled_from(places), min_size=1, max_size=12)):
        holder[key] = data.draw(hostile)
    doc["profiles"][0]["name"] = profile
    for run in doc["runs"]:
        run["profile"] = profile
    report = Report(doc)
    for verbose in (False, True):
        text = report.render("text", verbose=verbose)
        for line in text.split("\n"):
            assert line == "" or line.isprintable()
            assert not line.lstrip().startswith("::")
            assert "##[" not in line
    for line in report.render("github").rstrip("\n").split("\n"):
        assert line.isprintable()
        assert re.match(r"::(error|warning|notice) (file=|title=)", line)
        assert line.count("::") == 2
    raw = report.render("json")
    assert all(line.isprintable() for line in raw.split("\n"))
    json.loads(raw.encode("utf-8"))


@given(hostile)
def test_quiet_is_one_line_for_one_run(text: str) -> None:
    doc = docs.report(docs.run("FAIL", docs.finding(message=text or "x"), family=text or "x"))
    assert Report(doc).render("text", quiet=True).count("\n") == 1


def test_quiet_says_what_stops_beside_runs_that_pass() -> None:
    finding = docs.finding("NOT_A_RUN") | {"location": {"file": "data/work/runs/x/odd"}}
    doc = docs.report(docs.run(), findings=(finding,))
    line = Report(doc).render("text", quiet=True)
    assert line.count("\n") == 1
    assert "NOT_A_RUN data/work/runs/x/odd" in line

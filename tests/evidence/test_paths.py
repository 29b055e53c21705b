"""Paths of receipts: every trick is refused, and a plain path is not."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kfm_gates.evidence import paths

REFUSED = {
    "": "empty",
    "/": "absolute",
    "/etc/passwd": "absolute",
    "//host/share": "absolute",
    "..": "'..'",
    "../x": "'..'",
    "a/../x": "'..'",
    "a/..": "'..'",
    ".": "'.'",
    "./a": "'.'",
    "a/./b": "'.'",
    "a//b": "empty component",
    "a/": "empty component",
    "-": "standard input",
    "a\\b": "backslash",
    "..\\x": "backslash",
    "C:/x": "colon",
    "a:stream": "colon",
    "a\nb": "control",
    "a\x00": "control",
    "a\x7f": "control",
    "a\x85": "control",
    "a\u202egpj.exe": "invisible",
    "a\u200bb": "invisible",
    "\ufeffa": "invisible",
    "a\u2028b": "line separator",
    "a\u2029b": "paragraph separator",
    "a\ud800": "surrogate",
    "e\u0301": "form C",
    "\u212b": "form C",
    "a/%2e%2e/b": "percent",
    "a%2Fb": "percent",
    "a%00": "percent",
    "a.": "Windows drops",
    "a/b /c": "Windows drops",
    "a ./b": "Windows drops",
    "...": "Windows drops",
    "CON": "CON",
    "nul": "NUL",
    "a/Aux.txt": "AUX",
    "prn.tar.gz": "PRN",
    "COM1": "COM1",
    "lpt9.csv": "LPT9",
    "com0": "COM0",
    "com\u00b9": "COM\u00b9",
    "conin$": "CONIN$",
    "nul .txt": "NUL",
    "x" * 256: "255 bytes",
    "\u00e9" * 128: "255 bytes",
    "/".join(["x" * 250] * 5): "1024 bytes",
}


@pytest.mark.parametrize("path", REFUSED)
def test_refused(path: str) -> None:
    why = paths.problem_of(path)
    assert why is not None
    assert REFUSED[path] in why
    # The reason never repeats what a hostile receipt says.
    assert why.isprintable()
    assert len(why) < 100


@pytest.mark.parametrize("path", [None, 1, b"a", ["a"], {}])
def test_what_is_no_text_is_refused(path: object) -> None:
    assert paths.problem_of(path) is not None


@pytest.mark.parametrize(
    "path",
    [
        "a",
        "a/b.c",
        ".gitignore",
        "..a",
        "a..b",
        "a/-",
        "-rf",
        "_x/0",
        "café",
        "100%.csv",
        "data/raw/2026-01-01 (1).csv",
        "com10",
        "console.log",
        "nullable",
        "x" * 255,
        "a%2x",
        "~a",
        "data/work/runs/kansas_counties/01KHQZ2C80Q1V5A7M3TB6XJ4NE/artifacts/a.parquet",
        "日本/語",
    ],
)
def test_plain_paths_are_accepted(path: str) -> None:
    assert paths.problem_of(path) is None


@pytest.mark.parametrize("character", ["x", "\u00e9", "\u65e5"])
def test_lengths_are_counted_in_bytes_and_exact(character: str) -> None:
    width = len(character.encode())
    name = character * (255 // width) + "y" * (255 % width)
    assert paths.problem_of(name) is None
    assert paths.problem_of(name + "y") is not None
    short = "z" * 253
    path = "/".join([name, name, name, short, "ab"])
    assert len(path.encode()) == 1024
    assert paths.problem_of(path) is None
    assert paths.problem_of(path + "c") is not None


@given(st.text(max_size=30) | st.text("./\\:%2eE \u0301-anulCON", max_size=12))
def test_an_accepted_path_stays_below_its_folder(path: str) -> None:
    assume(paths.problem_of(path) is None)
    root = PurePosixPath("/lake")
    assert (root / path).is_relative_to(root)
    assert ".." not in PurePosixPath(path).parts
    assert str(PurePosixPath(path)) == path
    assert unicodedata.normalize("NFC", path) == path
    assert path.encode("utf-8").decode() == path
    assert not set(path) & set("\\:\n\r\0")
    assert paths.under(f"lake/{path}", "lake")


@given(
    st.text(max_size=12)
    | st.text("aAzZ09_-./", max_size=12)
    | st.lists(
        st.sampled_from(
            [
                "a",
                ".",
                "..",
                "/",
                "con",
                "CON.",
                "nul.x",
                "aux/",
                "com1",
                "com10",
                "lpt0.y",
                "a-b",
                "_",
                "-",
                "x.y.z",
                "\n",
            ]
        ),
        max_size=4,
    ).map("".join)
    | st.lists(st.sampled_from(["a", "b" * 100, "c.d" * 80, "e" * 255]), max_size=8).map("/".join)
)
def test_the_short_way_accepts_nothing_that_the_long_way_refuses(path: str) -> None:
    short = paths.problem_of(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "_PLAIN", re.compile("(?!)"))
        assert paths.problem_of(path) == short


@pytest.mark.parametrize(
    ("path", "folder", "expected"),
    [
        ("data/raw/x", "data/raw", True),
        ("data/raw", "data/raw", True),
        ("data/raw/x", "data/raw/", True),
        ("data/raw2/x", "data/raw", False),
        ("data", "data/raw", False),
        ("data/RAW/x", "data/raw", False),
        ("data/raw/../work/x", "data/raw", False),
        ("data/raw/..", "data/raw", False),
        ("data/raw//x", "data/raw", False),
        ("data/raw/./x", "data/raw", False),
        ("/data/raw/x", "data/raw", False),
        ("/data/raw/x", "/data/raw", False),
        ("x", "", False),
        ("", "", False),
        ("x", ".", False),
        ("../x", "..", False),
        ("a/b/x", "a/../a/b", False),
    ],
)
def test_containment_is_that_of_the_text(path: str, folder: str, expected: bool) -> None:
    assert paths.under(path, folder) is expected


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ([], []),
        (["a", "b"], []),
        (["a", "a"], []),
        (["A", "a"], [("A", "a")]),
        (["a/B.txt", "a/b.TXT"], [("a/B.txt", "a/b.TXT")]),
        (["A/x", "a/y"], [("A", "a")]),
        (["p/A/x", "P/b/y"], [("p", "P")]),
        (["p/q/A/x", "p/Q/b/y", "P/z"], [("p/q", "p/Q"), ("p", "P")]),
        (["caf\u00e9", "cafe\u0301"], [("caf\u00e9", "cafe\u0301")]),
        (["STRASSE", "stra\u00dfe"], [("STRASSE", "stra\u00dfe")]),
        (["\u03c3", "\u03c2"], [("\u03c3", "\u03c2")]),
        (["\u212a", "k"], [("\u212a", "k")]),
        (["a", "a/b"], [("a", "a")]),
        (["A/b", "a"], [("A", "a")]),
        (["x/a", "x/b", "x/c/d", "x/c/e"], []),
    ],
)
def test_clashes(listed: list[str], expected: list[tuple[str, str]]) -> None:
    assert paths.clashes(listed) == expected


letters = st.text("aAbB\u00e9\u00c9", min_size=1, max_size=2)


@given(st.lists(st.lists(letters, min_size=1, max_size=3).map("/".join), max_size=6))
def test_paths_without_clash_are_different_files_on_a_folding_system(listed: list[str]) -> None:
    if paths.clashes(listed):
        return
    spelling: dict[str, str] = {}
    kind: dict[str, bool] = {}
    for path in listed:
        parts = path.split("/")
        for n in range(1, len(parts) + 1):
            prefix = "/".join(parts[:n])
            assert spelling.setdefault(prefix.casefold(), prefix) == prefix
            assert kind.setdefault(prefix.casefold(), n == len(parts)) is (n == len(parts))


@given(st.lists(st.text("aA/b", min_size=1, max_size=5), max_size=5))
def test_clashes_never_fail(listed: list[str]) -> None:
    assert all(isinstance(pair, tuple) for pair in paths.clashes(listed))


def test_a_real_directory_takes_only_names_that_are_accepted(tmp_path: Path) -> None:
    # What the rules accept can be created here as well: they are no stricter reading of nothing.
    for name in ("a b", "caf\u00e9", "100%.csv", ".x", "x" * 255):
        (tmp_path / name).write_bytes(b"")
        assert paths.problem_of(name) is None

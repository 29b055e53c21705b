"""Licence expressions and placeholders: what says something, and what only fills a field."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kfm_gates.evidence import spdx
from kfm_gates.evidence.placeholders import is_placeholder
from kfm_gates.resources import read_data


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "-", "?", "...", "…", "\u200b", "TODO", "todo:", "TBD", "n/a", "N.A.", "None"),
        *("unknown", "Unknown owner", "licence unknown", "[unknown]", "not applicable", "null"),
        *("TODO: ask", "FIXME who?", "TBD by the team", "XXX legal", "N/A (public domain)"),
        *("NA (see above)", "n.a., unbekannt", "no one", "Nobody", "unbekannt", "niemand"),
        *("<holder>", "${HOLDER}", "$(holder)", "{{ holder }}", "[holder]", "to be determined"),
        *(
            "not specified",
            "Source: unknown",
            "FIXME",
            "\uff34\uff2f\uff24\uff2f",
            "tbd by the owner",
            "xxx",
        ),
    ],
)
def test_placeholders(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize(
    "text",
    [
        *("Kansas Geological Survey", "國土地理院", "U.S. Census Bureau", "Ω", "3M"),
        *("None Such Inc.", "Data: KGS, CC BY 4.0", "Public domain", "Unknown Worlds", "TodoMVC"),
        *(
            "Nordea (Bank)",
            "NASA (USA)",
            "Na Pali Coast Survey",
            "Nobody's Farm Trust",
            "XXXX GmbH",
        ),
        *("No attribution required", "Nation", "the owner of the land"),
    ],
)
def test_texts_that_say_something(text: str) -> None:
    assert not is_placeholder(text)


@pytest.mark.parametrize("id_", sorted(spdx._COMMON))
def test_the_short_list_is_what_the_library_says(id_: str) -> None:
    parsed = spdx._expression(id_)
    assert (parsed.canonical, parsed.ids, parsed.listed) == (id_, (id_,), True)
    assert spdx.parse(id_) == parsed


def test_the_short_list_holds_what_the_rules_know() -> None:
    """A licence that a rule allows by name should not cost an import in every check."""
    known = json.loads(read_data("policies", "kfm", "data.json"))["licenses"]["known"]
    assert {id_ for id_ in known if not id_.startswith("LicenseRef-")} <= spdx._COMMON


@pytest.mark.parametrize(
    ("text", "canonical", "ids", "listed"),
    [
        ("cc-by-4.0", "CC-BY-4.0", ("CC-BY-4.0",), True),
        ("MIT and (CC0-1.0 OR isc)", "MIT AND (CC0-1.0 OR ISC)", ("CC0-1.0", "ISC", "MIT"), True),
        ("GPL-2.0+", "GPL-2.0-or-later", ("GPL-2.0-or-later",), True),
        ("AFL-2.1+", "AFL-2.1+", ("AFL-2.1+",), True),
        ("public_domain", spdx.PUBLIC_DOMAIN, (spdx.PUBLIC_DOMAIN,), False),
        (" Public-Domain ", spdx.PUBLIC_DOMAIN, (spdx.PUBLIC_DOMAIN,), False),
        ("PD", spdx.PUBLIC_DOMAIN, (spdx.PUBLIC_DOMAIN,), False),
        ("LicenseRef-kgs-1.0", "LicenseRef-kgs-1.0", ("LicenseRef-kgs-1.0",), False),
        ("MIT OR LicenseRef-x", "MIT OR LicenseRef-x", ("LicenseRef-x", "MIT"), False),
        (
            "DocumentRef-a:LicenseRef-b",
            "DocumentRef-a:LicenseRef-b",
            ("DocumentRef-a:LicenseRef-b",),
            False,
        ),
    ],
)
def test_expressions(text: str, canonical: str, ids: tuple[str, ...], listed: bool) -> None:
    parsed = spdx.parse(text)
    assert (parsed.canonical, parsed.ids, parsed.listed) == (canonical, ids, listed)
    assert parsed.written == text
    assert spdx.parse(canonical).canonical == canonical


@pytest.mark.parametrize(
    "text",
    ["NONE", "NOASSERTION", "MIT OR NONE", "LicenseRef-unknown", "LicenseRef-scancode-unknown"],
)
def test_unusable(text: str) -> None:
    with pytest.raises(spdx.LicenseUnusableError):
        spdx.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        *("MIT AND", "OR", "(MIT", "MIT MIT", "MIT WITH MIT", "MIT/ISC", "MIT;ISC", "MIT\x00"),
        *("Foo", "Foo+", "LicenseRef-", "LicenseRef-a b", "licenseref-a", "Apache 2.0", "C" * 256),
        "MIT WITH LicenseRef-scancode-commons-clause",
        "mit with licenseref-scancode-commons-clause",
        "ISC OR (MIT WITH LicenseRef-scancode-commons-clause)",
        *("MIT WITH LicenseRef-foo", "MIT WITH AdditionRef-foo", "MIT WITH commons-clause"),
        *("MIT WITH GPL-2.0-with-classpath-exception", "MIT WITH eCos-2.0"),
        *("(" * 120 + "MIT" + ")" * 119, "proprietary", "Creative Commons"),
    ],
)
def test_invalid(text: str) -> None:
    with pytest.raises(spdx.LicenseInvalidError):
        spdx.parse(text)


def test_no_exception_of_the_library_is_left_out_unless_spdx_lists_it() -> None:
    """What the library adds to the list of SPDX may take rights away, and never passes."""
    for symbol in spdx._licensing().known_symbols.values():
        if symbol.is_exception and symbol.key.startswith("LicenseRef-"):
            with pytest.raises(spdx.LicenseInvalidError):
                spdx.parse(f"MIT WITH {symbol.key}")
    assert spdx.parse("GPL-2.0-only WITH Classpath-exception-2.0").ids == ("GPL-2.0-only",)


@settings(max_examples=150, deadline=None, database=None)
@given(
    st.one_of(
        st.text(max_size=40),
        st.lists(
            st.sampled_from(
                [
                    *("MIT", "mit", "AND", "or", "WITH", "(", ")", "+", "NONE", "LicenseRef-x"),
                    *("Classpath-exception-2.0", "LicenseRef-TODO", "DocumentRef-a:LicenseRef-b"),
                ]
            ),
            max_size=9,
        ).map(" ".join),
    )
)
def test_anything_is_a_licence_or_refused(text: str) -> None:
    try:
        parsed = spdx.parse(text)
    except (spdx.LicenseUnusableError, spdx.LicenseInvalidError):
        return
    assert 1 <= len(parsed.ids) <= spdx.MAX_IDS
    assert not any(is_placeholder(id_) for id_ in parsed.ids)
    assert spdx.parse(parsed.canonical).ids == parsed.ids


def test_a_plain_identifier_imports_nothing() -> None:
    code = (
        "import sys\n"
        "from kfm_gates.evidence import spdx\n"
        "spdx.parse('CC-BY-4.0'); spdx.parse('LicenseRef-public-domain')\n"
        "assert 'license_expression' not in sys.modules\n"
    )
    subprocess.run((sys.executable, "-c", code), check=True)

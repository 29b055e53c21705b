"""Licences of catalogs: addresses are translated where their owner gives them to a licence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kfm_gates.catalogs import licenses


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("CC-BY-4.0", "CC-BY-4.0"),
        (" CC-BY-4.0 ", "CC-BY-4.0"),
        ("cc-by-4.0", "CC-BY-4.0"),
        ("public domain", "LicenseRef-public-domain"),
        ("MIT OR Apache-2.0", "MIT OR Apache-2.0"),
        ("https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"),
        ("http://creativecommons.org/licenses/by/4.0", "CC-BY-4.0"),
        ("https://www.creativecommons.org/licenses/by/4.0/deed.de", "CC-BY-4.0"),
        ("https://creativecommons.org/licenses/by/4.0/legalcode", "CC-BY-4.0"),
        ("https://creativecommons.org/licenses/by/4.0/legalcode.es", "CC-BY-4.0"),
        ("https://creativecommons.org/licenses/by-sa/4.0/", "CC-BY-SA-4.0"),
        ("https://creativecommons.org/licenses/by-nc-sa/3.0/", "CC-BY-NC-SA-3.0"),
        ("https://creativecommons.org/licenses/by-nc-nd/2.5/", "CC-BY-NC-ND-2.5"),
        ("https://creativecommons.org/licenses/by/3.0/us/", "CC-BY-3.0-US"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/deed.en", "CC0-1.0"),
        ("https://creativecommons.org/publicdomain/mark/1.0/", "CC-PDM-1.0"),
        ("https://spdx.org/licenses/CC-BY-4.0", "CC-BY-4.0"),
        ("https://spdx.org/licenses/CC-BY-4.0.html", "CC-BY-4.0"),
        ("http://spdx.org/licenses/MIT.json", "MIT"),
        ("http://publications.europa.eu/resource/authority/licence/CC_BY_4_0", "CC-BY-4.0"),
        ("http://publications.europa.eu/resource/authority/licence/CC_BYSA_4_0", "CC-BY-SA-4.0"),
        (
            "http://publications.europa.eu/resource/authority/licence/CC_BYNCND_4_0",
            "CC-BY-NC-ND-4.0",
        ),
        ("http://publications.europa.eu/resource/authority/licence/CC0", "CC0-1.0"),
        ("https://opendatacommons.org/licenses/odbl/1-0/", "ODbL-1.0"),
        ("https://www.opendatacommons.org/licenses/by/1.0/", "ODC-By-1.0"),
        ("https://www.govdata.de/dl-de/by-2-0", "DL-DE-BY-2.0"),
        (
            "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
            "OGL-UK-3.0",
        ),
        ("https://www.apache.org/licenses/LICENSE-2.0.txt", "Apache-2.0"),
        ("https://opensource.org/licenses/MIT", "MIT"),
    ],
)
def test_a_licence_that_spdx_knows(written: str, wanted: str) -> None:
    assert licenses.normal(written) == wanted
    assert licenses.is_listed(wanted) is (wanted != "LicenseRef-public-domain")


@pytest.mark.parametrize(
    "written",
    [
        "TODO",
        "",
        "see website",
        "https://creativecommons.org/licenses/by/9.0/",
        "https://creativecommons.org/licenses/by/4.0/../../by-nc/4.0/",
        "https://creativecommons.org/licenses/by/3.0/xx/",
        "https://creativecommons.org.evil.example/licenses/by/4.0/",
        "https://evil.example/creativecommons.org/licenses/by/4.0/",
        "https://evil.example/?https://creativecommons.org/licenses/by/4.0/",
        "https://creativecommons.org/licenses/by/4.0/?x",
        "https://creativecommons.org/licenses/by/",
        "https://spdx.org/licenses/No-Such-Licence-9.9",
        "https://spdx.org/licenses/",
        "ftp://spdx.org/licenses/MIT",
        "https://publications.europa.eu/resource/authority/licence/COM_REUSE",
    ],
)
def test_everything_else_stays_as_it_is_written(written: str) -> None:
    assert licenses.normal(written) == written


@pytest.mark.parametrize(
    ("text", "wanted", "nothing"),
    [
        ("other", "LicenseRef-x", True),
        ("Proprietary", "LicenseRef-x", True),
        ("various", "see the website", True),
        ("other", "CC-BY-4.0", False),
        ("other", "https://creativecommons.org/licenses/by/4.0/", False),
        ("other", None, False),
        ("CC-BY-4.0", "LicenseRef-x", False),
    ],
)
def test_a_word_that_names_no_licence(text: str, wanted: str | None, nothing: bool) -> None:
    assert licenses.names_nothing(text, wanted) is nothing


@given(st.text(max_size=60))
def test_any_text_is_answered_and_stays_what_it_becomes(text: str) -> None:
    once = licenses.normal(text)
    assert licenses.normal(once) == once

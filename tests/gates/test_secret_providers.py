"""The prefilter of detect-secrets: cheap, and never in the way of a real hit."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kfm_gates.evidence import secret_providers
from kfm_gates.evidence.secrets_scan import MAX_SUSPECTS, Search, TooManySuspectsError

# Guesses (entropy, keywords), no secrets (addresses), and what our own detectors look for.
LEFT_OUT = {
    "Base64HighEntropyString",
    "BasicAuthDetector",
    "HexHighEntropyString",
    "IPPublicDetector",
    "KeywordDetector",
}

# One token for each expression of each detector, in the form that its provider documents. They
# are put together from halves, so that no scanner takes this file for a leak.
A, D = "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zA", "0123456789"
HEX = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
EXAMPLES: dict[str, list[str]] = {
    "ArtifactoryDetector": ["AK" + "Cp5" + A[:20], 'x="AP' + "A" + A[:12] + '"'],
    "AWSKeyDetector": ["AK" + "IAIOSFODNN7EXAMPLE", "aws_secret_key='" + A + "/+" + A[:6] + "'"],
    "AzureStorageKeyDetector": ["AccountKey" + "=" + (A * 3)[:86] + "=="],
    "CloudantDetector": [
        "cloudant_password = " + HEX,
        "cloudant_apikey = " + "abcdefghijklmnopqrstuvwx",
        "https://acme:" + HEX + "@acme.cloudant.com",
        "https://acme:" + "abcdefghijklmnopqrstuvwx" + "@acme.cloudant.com",
    ],
    "DiscordBotTokenDetector": ["MTk4" + A[:21] + ".Cl2FMQ." + A[:27]],
    "GitHubTokenDetector": ["gh" + "p_" + A + "abcd"],
    "GitLabTokenDetector": [
        "glpat" + "-" + A[:20],
        "GR13489" + "41" + A[:20],
        "glcbt" + "-4f_" + A[:20],
        "glimt" + "-" + A[:25],
        "glptt" + "-" + HEX[:40],
        "glagent" + "-" + (A * 2)[:50],
        "gloas" + "-" + HEX,
    ],
    "IbmCloudIamDetector": ["ibm_cloud_iam_api_key = " + (A * 2)[:44]],
    "IbmCosHmacDetector": ["cos_hmac_secret_access_key: " + HEX[:48]],
    "JwtTokenDetector": ["eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxIn0.c2lnbmF0dXJl"],
    "MailchimpDetector": [HEX[:32] + "-us12"],
    "NpmDetector": ["//registry.npmjs.org/:_authToken" + "=npm_" + A],
    "OpenAIDetector": ["sk-" + A[:20] + "T3Blbk" + "FJ" + A[:20]],
    "PrivateKeyDetector": [
        "-----BEGIN " + kind + "-----"
        for kind in (
            *("DSA PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "PRIVATE KEY"),
            *("PGP PRIVATE KEY BLOCK", "RSA PRIVATE KEY", "SSH2 ENCRYPTED PRIVATE KEY"),
        )
    ]
    + ["PuTTY-User-Key-" + "File-2: ssh-rsa"],
    "PypiTokenDetector": [
        "pypi-" + "AgEIcHlwaS5vcmc" + (A * 3)[:70],
        "pypi-" + "AgENdGVzdC5weXBpLm9yZw" + (A * 3)[:70],
    ],
    "SendGridDetector": ["SG" + "." + A[:22] + "." + (A * 2)[:43]],
    "SlackDetector": [
        "xox" + "b-123456789012-123456789012-" + "abcdefghijklmnopqrstuvwx",
        "https://hooks.slack" + ".com/services/T0123456/B0123456/" + A[:24],
    ],
    "SoftlayerDetector": [
        "softlayer_api_key = " + HEX,
        "https://api.softlayer.com/soap/v3/" + HEX,
    ],
    "SquareOAuthDetector": ["sq0csp" + "-" + (A * 2)[:43]],
    "StripeDetector": ["sk_" + "live_" + A[:24]],
    "TelegramBotTokenDetector": ["110201543:" + "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0"],
    "TwilioKeyDetector": ["AC" + HEX[:32], "SK" + HEX[:32]],
}


def plugins() -> dict[str, Any]:
    return dict(secret_providers._plugins())


def patterns() -> list[Any]:
    return [
        pytest.param(pattern, id=f"{name}-{n}")
        for name, plugin in plugins().items()
        for n, pattern in enumerate(plugin.denylist)
    ]


def test_every_installed_detector_is_used_or_left_out_on_purpose() -> None:
    """A newer detect-secrets with a new provider is noticed here, not missed in a log."""
    package = importlib.import_module("detect_secrets.plugins")
    base = importlib.import_module("detect_secrets.plugins.base").BasePlugin
    found = {
        name
        for info in pkgutil.iter_modules(package.__path__)
        for name, member in inspect.getmembers(
            importlib.import_module(f"{package.__name__}.{info.name}"), inspect.isclass
        )
        if issubclass(member, base)
        and not inspect.isabstract(member)
        and member.__module__ == f"{package.__name__}.{info.name}"
    }
    assert found - LEFT_OUT == set(secret_providers.PLUGINS.values())
    assert found >= LEFT_OUT


@pytest.mark.parametrize("name", sorted(secret_providers.PLUGINS.values()))
def test_examples_of_each_detector_are_found(name: str) -> None:
    examples = EXAMPLES[name]
    for pattern in plugins()[name].denylist:
        assert any(pattern.search(text) for text in examples), pattern.pattern
    for text in examples:
        assert secret_providers.suspicious(text, text.casefold()), text
        assert not Search().clean(["a harmless line", text]), text
        (hit, *_) = Search().find(f"found {text} here")
        assert hit.kind == "credential"


@pytest.mark.parametrize("pattern", patterns())
def test_prefilter_lets_every_match_through(pattern: re.Pattern[str]) -> None:
    """Whatever an expression of a detector matches, the prefilter has to call suspicious."""

    @settings(
        max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(st.from_regex(pattern))
    def check(text: str) -> None:
        # Detectors see one line at a time, so their own expressions never cross a line.
        for line in text.split("\n"):
            if pattern.search(line):
                assert secret_providers.suspicious(line, line.casefold()), line

    check()


HARMLESS = [
    "the river APALACHICOLA and the APPALACHIANHIGHLANDS",
    "run 01ACCA0123456789ABCDEFGHJK, run 01KA3T0123456789ABCDEFGHJK",
    "20480000:" + HEX,
    "commit 4f2a9c1d7b3e5f60819acbde2468024fb1d35791 key sha256:" + HEX,
    '"key": "kansas-geological-survey-wells-by-county-200"',
    "tokens eyJ.eyJ.x and eyJhbGciOi.notjson",
    "md5 " + HEX[:32] + "-us2024.csv",
    "the AC unit SK of " + "a" * 40,
]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_alike_is_no_hit(text: str) -> None:
    assert Search().find(text) == []


def test_long_lines_are_searched_to_their_end() -> None:
    token = "gh" + "p_" + A + "abcd"
    for before in (0, 3000, 3072, 4080, 4096, 20_000):
        text = " " * before + token + " " * 5000
        (hit,) = Search().find(text)
        assert text[hit.start : hit.end] == hit.value == token


@pytest.mark.parametrize("text", ["{}", "{} x", "x {}", "({})", "key{}"])
def test_a_token_at_either_end_is_found(text: str) -> None:
    token = "AK" + "IAIOSFODNN7EXAMPLE"
    (hit,) = Search().find(text.format(token))
    assert hit.value == token


@pytest.mark.parametrize("text", ["x{}", "{}x", "0{}0"])
def test_a_stretch_of_a_longer_word_is_none(text: str) -> None:
    assert Search().find(text.format("AC" + HEX[:32])) == []


def test_capitals_and_digits_are_a_token() -> None:
    assert Search().find("x=AP5" + "ABCDEFGHIJ12 y")


def test_only_a_first_line_is_a_marker() -> None:
    (key,) = Search().find("x BEGIN PRIVATE " + "KEY y")
    (token,) = Search().find("gh" + "p_" + A + "abcd")
    assert key.marker
    assert not token.marker


def test_two_tokens_in_a_line_are_two_hits() -> None:
    one, two = "gh" + "p_" + A + "abcd", "gh" + "o_" + A + "wxyz"
    hits = Search().find(f"{one} {two}")
    assert [hit.value for hit in hits] == [one, two]


def test_a_flood_is_refused() -> None:
    search = Search()
    for _ in range(MAX_SUSPECTS):
        search.find("eyJ")
    with pytest.raises(TooManySuspectsError):
        search.find("eyJ")
    with pytest.raises(TooManySuspectsError):
        Search().find("eyJ" * 2_000_000)


def test_a_clean_text_imports_nothing() -> None:
    code = (
        "import sys\n"
        "from kfm_gates.evidence.secrets_scan import Search\n"
        "assert Search().clean(['nothing to see', 'sha256:' + 'ab' * 32])\n"
        "assert not {'detect_secrets', 'requests'} & sys.modules.keys()\n"
    )
    subprocess.run((sys.executable, "-c", code), check=True)

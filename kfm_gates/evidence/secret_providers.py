"""The provider detectors of detect-secrets, behind a prefilter of what their tokens begin with.

Importing detect-secrets costs 150 to 220 ms (it pulls an HTTP client in, which is never called),
so a text gets that far only if it holds one of the fixed parts below. The prefilter lets
through a superset of what the detectors match; a property test generates matches for every
expression of every detector and holds the prefilter to it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from kfm_gates.evidence.secret_patterns import compiled

WINDOW = 4096
"""Longest piece that is given to a detector; some of its expressions are quadratic."""
OVERLAP = 1024

# Left out: entropy and keyword detectors guess, addresses of servers are no secrets, and
# passwords in URLs are ours to find because redacted ones have to be told apart.
PLUGINS = {
    "artifactory": "ArtifactoryDetector",
    "aws": "AWSKeyDetector",
    "azure_storage_key": "AzureStorageKeyDetector",
    "cloudant": "CloudantDetector",
    "discord": "DiscordBotTokenDetector",
    "github_token": "GitHubTokenDetector",
    "gitlab_token": "GitLabTokenDetector",
    "ibm_cloud_iam": "IbmCloudIamDetector",
    "ibm_cos_hmac": "IbmCosHmacDetector",
    "jwt": "JwtTokenDetector",
    "mailchimp": "MailchimpDetector",
    "npm": "NpmDetector",
    "openai": "OpenAIDetector",
    "private_key": "PrivateKeyDetector",
    "pypi_token": "PypiTokenDetector",
    "sendgrid": "SendGridDetector",
    "slack": "SlackDetector",
    "softlayer": "SoftlayerDetector",
    "square_oauth": "SquareOAuthDetector",
    "stripe": "StripeDetector",
    "telegram_token": "TelegramBotTokenDetector",
    "twilio": "TwilioKeyDetector",
}

# Case matters in these.
_FIXED = (
    *("AKC", "A3T", "ABIA", "ACCA", "AKIA", "ASIA", "AccountKey=", "GR1348941", "T3BlbkFJ"),
    *("glagent-", "glcbt-", "gldt-", "glft-", "glimt-", "gloas-", "glpat-", "glptt-", "glrt-"),
    *("glsoat-", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "eyJ", ":_authToken=", "PRIVATE KEY"),
    *("PuTTY-User-Key-File-2", "pypi-AgE", "SG.", "sq0csp-", "k_live_"),
)
# Case does not, and the text is case-folded before the search.
_FOLDED = (
    *("cloudant", "hooks.slack.com/", "softlayer"),
    *("xoxa-", "xoxb-", "xoxo-", "xoxp-", "xoxr-", "xoxs-"),
)
# Detectors whose tokens have no fixed part, or too short a one. The needle is case-folded.
_IAM_KEY = r"(?i:(?<![a-z0-9_-])[a-z0-9_-]{44}(?![a-z0-9_-]))"
_SHAPES: tuple[tuple[str, str], ...] = (
    ("ap", r"AP[\dA-F][A-Za-z0-9]{8}"),
    ("-us", r"-us[0-9]"),
    (":", r":(?<=\d{8}:)[0-9A-Za-z_-]{35}"),
    (".", r"\.[A-Za-z\d_-]{6}\.[A-Za-z\d_-]{27}"),
    ("ac", r"AC[a-z0-9]{32}"),
    ("sk", r"SK[a-z0-9]{32}"),
    ("aws", r"(?i:aws).{0,20}(?i:key|pw|pass|token)"),
    ("cl", r"(?i:cl(?:ou)?[_-]?(?:api)?(?:key|pw|pass|token))"),
    ("sl", r"(?i:sl[_-]?(?:api)?[_-]?(?:key|pw|pass|token))"),
    ("secret", r"(?i:secret[-_]?(?:access)?[-_]?key)"),
    ("key", _IAM_KEY),
    ("pwd", _IAM_KEY),
    ("pass", _IAM_KEY),
    ("token", _IAM_KEY),
)


@dataclass(frozen=True, slots=True)
class Match:
    """A match of a provider detector in a text, `text[start:end]`."""

    name: str
    start: int
    end: int
    marker: bool


def suspicious(text: str, folded: str) -> bool:
    """The prefilter: False only where no provider detector can match.

    Args:
        text: Any text.
        folded: The same text after `str.casefold`.
    """
    if any(fixed in text for fixed in _FIXED) or any(word in folded for word in _FOLDED):
        return True
    return any(needle in folded and compiled(shape).search(text) for needle, shape in _SHAPES)


def find(text: str) -> Iterator[Match]:
    """Yield the matches of all provider detectors in a line; some twice, where windows overlap.

    Args:
        text: A line or a string of any length; it is searched in overlapping windows.
    """
    for offset in range(0, max(len(text) - OVERLAP, 1), WINDOW - OVERLAP):
        window = text[offset : offset + WINDOW]
        for name, plugin in _plugins():
            for pattern in plugin.denylist:
                for match in pattern.finditer(window):
                    start, end = match.span()
                    # The detector's own last word (a JWT has to decode), asked about this match.
                    if not any(plugin.analyze_string(match[0])):
                        continue
                    if not _SIEVES.get(name, _pass)(window, start, end):
                        continue
                    marker = name == "PrivateKeyDetector"
                    yield Match(plugin.secret_type, offset + start, offset + end, marker)


@functools.cache
def _plugins() -> tuple[tuple[str, Any], ...]:
    import importlib

    return tuple(
        (name, getattr(importlib.import_module(f"detect_secrets.plugins.{module}"), name)())
        for module, name in PLUGINS.items()
    )


def _pass(text: str, start: int, end: int) -> bool:
    return True


def _alone(text: str, start: int, end: int) -> bool:
    """Not a stretch of a longer word: digests and coordinates hold every short pattern."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not ((before.isalnum() and text[start].isalnum()) or after.isalnum())


def _own_capitals(text: str, start: int, end: int) -> bool:
    """Not a stretch of a longer word in capitals: one ULID in 6,000 holds the start of a key."""
    around = text[start - 1 : start] + text[end : end + 1]
    return not any(c.isupper() or c.isdigit() for c in around)


def _mixed(text: str, start: int, end: int) -> bool:
    """Generated at random: upper case, lower case and digits; a dataset key rarely is."""
    value = re.split(r"[\s\"'=:>]+", text[start:end].strip("\"' "))[-1]
    return (
        any(c.isupper() for c in value)
        and any(c.islower() for c in value)
        and any(c.isdigit() for c in value)
    )


def _no_word(text: str, start: int, end: int) -> bool:
    """Not just a word in capitals, such as the river APALACHICOLA."""
    value = text[start:end].strip("\"'=: \t")
    return not (value.isalpha() and value.isupper())


_SIEVES: dict[str, Callable[[str, int, int], bool]] = {
    "ArtifactoryDetector": _no_word,
    "AWSKeyDetector": _own_capitals,
    "DiscordBotTokenDetector": _alone,
    "IbmCloudIamDetector": _mixed,
    "MailchimpDetector": _alone,
    "TelegramBotTokenDetector": _alone,
    "TwilioKeyDetector": _alone,
}

"""Own detectors of credentials and personal data: fixed shapes only, no guessing (R-056, R-104).

Entropy and suspicious names are left out on purpose: they flag commit ids, digests and ETags,
and a gate that cries wolf gets an exception for everything. A detector runs only where one of
its `needles` occurs, which makes the search of a clean document a handful of substring tests.
Quantifiers are bounded wherever a match can fail after them, so that hostile text costs little
more than honest text.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a hit would be."""

    CREDENTIAL = "credential"
    PERSONAL = "personal"


def _any(_: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Detector:
    """One shape to look for.

    Args:
        name: What it is, with its article; it goes into findings.
        needles: Case-folded texts; where none of them occurs, the pattern cannot match. Empty
            where the shape has no fixed part.
        source: The shape, a regular expression; a group `value`, where there is one, is what
            counts as the value.
        kind: Credential or personal data.
        accept: Has the last word on a value; drops redacted and impossible ones.
        marker: True where the match only announces a secret (the first line of a private key).
            Such a match is the same for every secret, so no exception may name it.
    """

    name: str
    needles: tuple[str, ...]
    source: str
    kind: Kind = Kind.CREDENTIAL
    accept: Callable[[str], bool] = _any
    marker: bool = False

    @property
    def pattern(self) -> re.Pattern[str]:
        """The compiled shape. Compiling all of them at import would cost 20 ms in every check."""
        return compiled(self.source)


compiled = functools.cache(re.compile)

_REDACTED = (
    r"[*xX.\-_#]{3,}|<[^<>]*>|\[[^\[\]]*\]|\$\{[^{}]*\}|\{\{[^{}]*\}\}|%s|%\(\w+\)s"
    r"|(?i:%24%7B[^{}%]*%7D|%7B%7B[^{}%]*%7D%7D)"
    r"|(?i:redacted|masked|removed|hidden|filtered|omitted|none|null)"
)


def is_redacted(value: str) -> bool:
    """Whether a value was replaced by stars, a template or a word that says so."""
    return compiled(_REDACTED).fullmatch(value) is not None


def _not_redacted(value: str) -> bool:
    return not is_redacted(value)


def _random(value: str) -> bool:
    """Letters and digits mixed: what generated tokens are and words are not."""
    return any(c.isdigit() for c in value) and any(c.isalpha() for c in value)


def luhn(digits: str) -> bool:
    """Whether a string of digits ends in its Luhn check digit (ISO/IEC 7812-1)."""
    total = 0
    for n, c in enumerate(reversed(digits)):
        value = int(c) * (1 + n % 2)
        total += value - 9 if value > 9 else value
    return bool(digits) and total % 10 == 0


def _card(value: str) -> bool:
    digits = re.sub(r"[ -]", "", value)
    return luhn(digits) and len(set(digits)) > 1


# File names carry an @ as well (`tile@2x.png`), and these domains belong to nobody (RFC 2606).
_SUFFIX_LIST = """
    avif bin cbor cog csv dbf fgb geojson gif gml gpkg gz html ico jpeg jpg js json jsonl jsonld kml
    kmz las laz log md mbtiles mvt nc parquet pbf pdf pmtiles png py shp svg tar tif tiff toml
    topojson tsv ttl txt vrt webp xml yaml yml zarr zip zst
"""
_SUFFIXES = frozenset(_SUFFIX_LIST.split())
_NOBODY = (
    r"(?i:.*@(?:.+\.)?(?:example(?:\.(?:com|net|org|edu))?|invalid|test|localhost)"
    r"|(?:git|no-?reply|donotreply)@.*"
    r"|.*@users\.noreply\.github\.com"
    r"|.*@(?:.+\.)?gserviceaccount\.com)"
)


def _person(value: str) -> bool:
    domain = value.rsplit("@", 1)[1]
    return domain.rsplit(".", 1)[-1].lower() not in _SUFFIXES and not compiled(_NOBODY).fullmatch(
        value
    )


EMAIL = "an e-mail address"
# Quotes are escaped where a document stands in a string of another one. What follows a name is
# an assignment, the next element of a tuple, or the `value` that belongs to a `name` (HAR).
_QUOTE = r"\\{0,4}[\"']"
_SEP = (
    rf"(?:(?:{_QUOTE})?\s{{0,8}}[:=]{{1,2}}>?\s{{0,8}}(?:b?{_QUOTE})?"
    rf"|{_QUOTE}\s{{0,8}},\s{{0,8}}(?:b?{_QUOTE})(?:(?i:value){_QUOTE}\s{{0,8}}[:=]\s{{0,8}}{_QUOTE})?)"
)
_ALNUM = r"(?<![A-Za-z0-9])"

DETECTORS: tuple[Detector, ...] = (
    Detector(
        "a private key",
        ("private key", "putty-user-key-file"),
        (
            r"-----BEGIN (?:[A-Z0-9]{1,16} ){0,4}PRIVATE KEY(?: BLOCK)?-----"
            r"|---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----|PuTTY-User-Key-File-\d"
        ),
        marker=True,
    ),
    Detector(
        "a password in a URL",
        ("://",),
        r"://[^\s/?#@:\"'<>]{0,256}:(?P<value>[^\s/?#@\"']{1,256})@",
        accept=_not_redacted,
    ),
    Detector(
        "an Authorization header",
        ("authorization",),
        (
            rf"(?i:authorization){_SEP}(?i:apikey|aws4-hmac-sha256|basic|bearer|digest|hawk"
            r"|negotiate|ntlm|token)\s{1,8}(?P<value>[^\s\"',;\\]{4,4096})"
        ),
        accept=_not_redacted,
    ),
    Detector(
        "a bearer token",
        ("bearer",),
        r"(?i:\bbearer)\s{1,8}(?P<value>[A-Za-z0-9._~+/-]{16,4096}={0,2})",
        accept=_random,
    ),
    Detector(
        "an AWS secret key",
        ("access", "session", "security"),
        (
            r"(?i:secret[_.-]?access[_.-]?key|aws[_.-]?(?:session|security)[_.-]?token|sessiontoken)"
            rf"(?:{_SEP}|\s{{1,8}})(?P<value>[A-Za-z0-9+/]{{40,4096}}={{0,2}})"
        ),
        accept=_random,
    ),
    Detector(
        "a cookie",
        ("cookie",),
        rf"(?i:\b(?:set-)?cookie){_SEP}(?P<value>[\w.-]{{1,64}}=[^\s;\"'\\]{{8,4096}})",
        accept=lambda value: not is_redacted(value.split("=", 1)[1]),
    ),
    Detector(
        "an API key header",
        ("x-api-key", "x-auth-token", "x-amz-security-token", "x-goog-api-key", "private-token"),
        (
            r"(?i:x-api-key|x-auth-token|x-amz-security-token|x-goog-api-key|private-token)"
            rf"{_SEP}(?P<value>[^\s\"',;\\]{{8,4096}})"
        ),
        accept=_not_redacted,
    ),
    Detector(
        "a signed URL",
        ("signature=", "sig="),
        (
            r"[?&](?i:x-amz-signature|x-goog-signature|signature|sig)="
            r"(?P<value>[A-Za-z0-9%+/=_~-]{32,2048})"
        ),
        accept=_not_redacted,
    ),
    Detector(
        "a credential in a URL",
        ("token=", "key=", "secret=", "password=", "passwd=", "pwd="),
        (
            r"[?&](?i:access[_-]?token|api[_-]?key|auth[_-]?token|client[_-]?secret|passwd|password"
            r"|pwd|secret|subscription-key)=(?P<value>[^\s&#\"'<>]{6,2048})"
        ),
        accept=_not_redacted,
    ),
    Detector(
        "a key in a URL",
        ("token=", "key="),
        r"[?&](?i:key|token)=(?P<value>[A-Za-z0-9]{16,2048})(?![A-Za-z0-9])",
        accept=_random,
    ),
    *(
        Detector(name, (needle.casefold(),), _ALNUM + pattern)
        for name, needle, pattern in (
            ("an Anthropic key", "sk-ant-", r"sk-ant-[A-Za-z0-9_-]{20,}"),
            ("an ArcGIS key", "AAP", r"AAP[KT][0-9A-Za-z_.-]{60,}"),
            ("an Azure client secret", "Q~", r"[A-Za-z0-9_~.-]{3}[78]Q~[A-Za-z0-9_~.-]{31,34}"),
            (
                "an Azure shared key",
                "SharedAccessKey=",
                r"SharedAccessKey=[A-Za-z0-9+/]{42,}={0,2}",
            ),
            ("a Databricks token", "dapi", r"dapi[0-9a-f]{32}(?![0-9a-f])"),
            ("a DigitalOcean token", "do", r"do[opr]_v1_[0-9a-f]{64}"),
            ("a GitHub token", "github_pat_", r"github_pat_[0-9A-Za-z_]{36,}"),
            ("a Google API key", "AIza", r"AIza[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])"),
            ("a Google OAuth token", "ya29.", r"ya29\.[0-9A-Za-z_-]{20,}"),
            ("a Google OAuth secret", "GOCSPX-", r"GOCSPX-[0-9A-Za-z_-]{28}"),
            ("a Hugging Face token", "hf_", r"hf_[A-Za-z0-9]{34}(?![A-Za-z0-9])"),
            ("a Mapbox secret token", "sk.eyJ", r"sk\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{16,}"),
            ("an npm token", "npm_", r"npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])"),
            ("an OpenAI key", "sk-", r"sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{40,}"),
            ("a Planet key", "PLAK", r"PLAK[0-9a-f]{32}(?![0-9a-f])"),
            ("a Slack token", "xapp-", r"xapp-\d-[A-Z0-9]{6,}-\d{6,}-[0-9a-f]{32,}"),
            ("a Slack token", "xoxe", r"xoxe(?:\.xox[bp])?-\d-[A-Za-z0-9]{32,}"),
            ("a Vault token", "hvs.", r"hvs\.[A-Za-z0-9_-]{24,}"),
            ("an age secret key", "AGE-SECRET-KEY-1", r"AGE-SECRET-KEY-1[0-9A-Z]{50,}"),
        )
    ),
    Detector(
        EMAIL,
        ("@",),
        (
            r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@"
            r"(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9-])"
        ),
        Kind.PERSONAL,
        _person,
    ),
    Detector(
        "a US social security number",
        ("-",),
        r"(?a)(?<![\w.-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-]|\.\d)",
        Kind.PERSONAL,
    ),
    Detector(
        "a payment card number",
        (),
        (
            r"(?a)(?<![\w.,/-])(?:"
            r"(?:4\d{3}|5[1-5]\d\d|2[2-7]\d\d|6(?:011|5\d\d))"
            r"(?P<gap>[ -]?)\d{4}(?P=gap)\d{4}(?P=gap)\d{4}"
            r"|3[47]\d\d(?P<wide>[ -])\d{6}(?P=wide)\d{5}"
            r")(?![\w-]|[.,]\d)"
        ),
        Kind.PERSONAL,
        _card,
    ),
)

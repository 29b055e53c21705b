"""Names: run ids, families, and the text that receipts use to name things."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from kfm_gates.errors import RecorderError
from kfm_gates.evidence.text import shorten
from kfm_gates.times import ulid_time

RUN_ID: Final = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
FAMILY: Final = re.compile(r"[a-z][a-z0-9_]{2,63}")
COMMIT: Final = re.compile(r"[0-9a-f]{12,40}")
MAX_NAME: Final = 512
MAX_TEXT: Final = 4000

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_VISIBLE = re.compile(r"[^\s\u00a0\u2000-\u200f\u2028-\u202f\u3000\ufeff]")
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*(; ?[^\s;]+)*")
_KIND = re.compile(r"[a-z][a-z0-9_]{0,63}")


def now() -> dt.datetime:
    """The current time in UTC, cut to the millisecond: what a ULID can hold exactly."""
    moment = dt.datetime.now(dt.UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def new_run_id(moment: dt.datetime) -> str:
    """Make a ULID whose time is `moment`.

    Raises:
        ValueError: The moment has no time zone, or lies outside what a ULID can hold.
    """
    from ulid import ULID

    if moment.tzinfo is None:
        raise ValueError("a run id needs a time with a time zone")
    run_id = str(ULID.from_datetime(moment))
    if ulid_time(run_id) != moment:
        raise ValueError("the time of a run id is whole milliseconds since 1970")
    return run_id


def checked_run_id(text: object, what: str = "run id") -> str:
    """Return a well-formed run id.

    Raises:
        RecorderError: It is not a ULID in upper case.
    """
    if isinstance(text, str) and RUN_ID.fullmatch(text):
        return text
    raise RecorderError(
        f"The {what} is not a ULID.",
        code="RUN_ID_INVALID",
        got=shown(text),
        wanted="26 characters of Crockford base 32 in upper case",
        fix="Let the recorder make it when the run starts.",
    )


def checked_family(text: object) -> str:
    """Return a well-formed name of a dataset family.

    Raises:
        RecorderError: It is not lower snake case of 3 to 64 characters.
    """
    if isinstance(text, str) and FAMILY.fullmatch(text):
        return text
    raise RecorderError(
        "The dataset family is not a valid name.",
        code="FAMILY_INVALID",
        got=shown(text),
        wanted="lower snake case, 3 to 64 characters, such as kansas_counties",
    )


def checked_commit(text: object) -> str:
    """Return a well-formed git commit id.

    Raises:
        RecorderError: It is not 12 to 40 lower-case hex digits.
    """
    if isinstance(text, str) and COMMIT.fullmatch(text) and len(set(text)) > 1:
        return text
    raise RecorderError(
        "The commit is not a git commit id.",
        code="COMMIT_INVALID",
        got=shown(text),
        wanted="12 to 40 lower-case hex digits",
        fix="Give what `git rev-parse HEAD` prints.",
    )


def checked_name(text: object, what: str) -> str:
    """Return a text that may name something in a receipt.

    Raises:
        RecorderError: It is not text, empty, too long, or holds control characters.
    """
    if (
        isinstance(text, str)
        and len(text) <= MAX_NAME
        and _VISIBLE.search(text)
        and not _CONTROL.search(text)
    ):
        return str.__str__(text)
    raise RecorderError(
        f"The {what} cannot be written into a receipt.",
        code="NAME_INVALID",
        got=shown(text),
        wanted=f"1 to {MAX_NAME} characters without control characters, not blank",
    )


def checked_text(text: object, what: str) -> str:
    """Return a text of some sentences, where line feeds and tabs are allowed.

    Raises:
        RecorderError: It is not text, blank, too long, or holds other control characters.
    """
    if (
        isinstance(text, str)
        and len(text) <= MAX_TEXT
        and _VISIBLE.search(text)
        and clean(text, MAX_TEXT) == text
    ):
        return str.__str__(text)
    raise RecorderError(
        f"The {what} cannot be written into a receipt.",
        code="TEXT_INVALID",
        got=shown(text),
        wanted=f"1 to {MAX_TEXT} characters without control characters, not blank",
    )


def checked_media_type(text: object) -> str:
    """Return an IANA media type.

    Raises:
        RecorderError: It is something else.
    """
    if isinstance(text, str) and _MEDIA_TYPE.fullmatch(text):
        return checked_name(text, "media type")
    raise RecorderError(
        "The media type is malformed.",
        code="MEDIA_TYPE_INVALID",
        got=shown(text),
        wanted="lower case such as application/geo+json",
    )


def checked_kind(text: object) -> str:
    """Return a kind of transform.

    Raises:
        RecorderError: It is not lower snake case of at most 64 characters.
    """
    if isinstance(text, str) and _KIND.fullmatch(text):
        return str.__str__(text)
    raise RecorderError(
        "The kind of a transform is malformed.",
        code="KIND_INVALID",
        got=shown(text),
        wanted="lower snake case such as transform, redaction, generalization or masking",
    )


def clean(text: str, limit: int) -> str:
    """Free text for a receipt or log: no lone surrogates, no control characters, bounded."""
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    text = _CONTROL.sub(lambda m: m[0] if m[0] in "\n\t" else "\ufffd", text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def shown(value: object) -> str:
    """A value as an error message may show it: quoted, printable and short."""
    return shorten(repr(value))

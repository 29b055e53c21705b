"""Addresses of distributions, pages and people: well formed and where the family publishes."""

from __future__ import annotations

import re
import urllib.parse
from typing import Final

from kfm_gates.catalogs import references
from kfm_gates.catalogs.dcat import codes
from kfm_gates.catalogs.dcat.model import Model, Value
from kfm_gates.catalogs.dcat.notes import Notes
from kfm_gates.evidence import uris

_HOST: Final = re.compile(
    r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*"
    r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?",
    re.ASCII,
)
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def addressed(notes: Notes, model: Model) -> None:
    """Addresses are well formed; those of distributions lie where the family publishes."""
    place = home(notes)
    for one in model.distributions.values():
        for word, values in (("accessURL", one.access), ("downloadURL", one.download)):
            for value in values:
                notes.look("addressed")
                _address(notes, model, one.node, word, value, place)
    for dataset in model.datasets.values():
        for value in dataset.pages:
            notes.look("addressed")
            _address(notes, model, dataset.node, "landingPage", value, None)
        for contact in dataset.contacts:
            for value in contact.urls:
                notes.look("addressed")
                _address(notes, model, contact.node, "address of the contact", value, None)


def _address(
    notes: Notes, model: Model, node: str, word: str, value: Value, place: str | None
) -> None:
    text = value.text
    target = references.resolve(text, base=model.file, run=notes.question.run)
    if value.kind == "blank" or (target.kind != "remote" and target.kind != "refused"):
        return
    if target.kind == "refused":
        if is_relative(text) and word.endswith("URL"):
            return  # `linked` tells why
        why: str | None = target.why
    else:
        why = problem(text)
    if why is not None:
        notes.remark(
            model,
            node,
            codes.URL_INVALID,
            f"The {word} of {model.name(node)} is malformed: {why}",
            got=text,
            wanted="an https address",
        )
        return
    scheme = text.partition(":")[0]
    if scheme.lower() in ("http", "ftp"):
        notes.remark(
            model,
            node,
            codes.URL_INSECURE,
            f"The {word} of {model.name(node)} is not https.",
            got=text,
            wanted="https",
        )
    if place is not None and is_web(text):
        host = urllib.parse.urlsplit(text).hostname
        if host != place:
            notes.remark(
                model,
                node,
                codes.URL_FOREIGN,
                f"The {word} of {model.name(node)} is on another host than base_url.",
                got=host,
                wanted=place,
            )


def is_relative(text: str) -> bool:
    """Did the document have a relative reference there?"""
    return not _SCHEME.match(references.plain(text))


def is_web(url: str) -> bool:
    """Does everybody know how to follow it?"""
    return url.partition(":")[0].lower() in ("http", "https", "ftp")


def problem(url: str) -> str | None:
    """Why an absolute address cannot be used, None where it can."""
    if len(url) > references.MAX_LENGTH:
        return "it is too long."
    if not url.isprintable() or any(c.isspace() or c in '<>"{}|\\^`' for c in url):
        return "it holds a character that has no place in an address."
    try:
        parts = urllib.parse.urlsplit(url)
        port = parts.port
        host = parts.hostname
    except ValueError:
        return "it cannot be taken apart."
    if parts.scheme.lower() not in ("http", "https", "ftp", *uris.SCHEMES):
        return f"nobody downloads from {parts.scheme or 'a path'}:."
    if not host or not (_HOST.fullmatch(host) or re.fullmatch(r"[0-9a-f]*:[0-9a-f:.]+", host)):
        return "it names no host."
    if parts.username is not None or parts.password is not None:
        return "it holds a name or a password."
    if port == 0 or parts.netloc.endswith(":"):
        return "it has no such port."
    return None


def home(notes: Notes) -> str | None:
    """The host on which the family publishes, None where the family file names none."""
    run = notes.question.run
    url = run.about.extra.get("base_url") if run is not None and run.about is not None else None
    return urllib.parse.urlsplit(str(url)).hostname if url else None

"""Where references lead, remembered: the documents of a catalog repeat them."""

from __future__ import annotations

import posixpath
import re
import urllib.parse
from typing import TYPE_CHECKING, Any, Final

from kfm_gates.catalogs import internal, references
from kfm_gates.catalogs.references import Target

if TYPE_CHECKING:
    from kfm_gates.catalogs._api import RunFacts

_WEB: Final = re.compile(r"https?://([a-z0-9.-]{1,255})(?:/[!-~]{0,2000})?")
_MAX_KNOWN: Final = 50_000
_ZONES: Final = re.compile(rb"(?:data|\.)[/\\](?:\.?[/\\])*(?:raw|work|quarantine)")
"""A zone below `data`, or at the end of a path that climbs."""
MAX_SUSPECTS: Final = 1000


class Resolver:
    """Resolves references of documents.

    Args:
        run: The receipts; None outside a run.
    """

    def __init__(self, run: RunFacts | None) -> None:
        self.run = run
        self._known: dict[tuple[str, str], Target] = {}
        self._zones: dict[str, bool] = {}
        self._file = self._folder = ""
        about = run.about if run is not None else None
        # Only a family with a base_url has addresses of the web that lead into the run.
        self._web = not (about is not None and about.extra.get("base_url"))

    def web_host(self, href: str) -> str | None:
        """The host of a plain address of the web that leads nowhere here; None for anything else.

        Most references are such addresses, and this says so without taking them apart.
        """
        match = _WEB.fullmatch(href) if self._web else None
        if match is None or ".." in href or match[1].startswith("run.kfm-gates."):
            return None
        return match[1]

    def resolve(self, href: str, file: str) -> Target:
        """As `references.resolve`, with a reference of a document."""
        if file != self._file:
            self._file, self._folder = file, posixpath.dirname(file)
        key = (self._folder if href[:1] != "#" else file, href)
        found = self._known.get(key)
        if found is None:
            found = references.resolve(href, base=file, run=self.run)
            if len(self._known) >= _MAX_KNOWN:
                self._known.clear()
            self._known[key] = found
        return found

    def names_zone(self, text: str) -> bool:
        """As `internal.names_zone`, remembered: documents climb to the same few places."""
        found = self._zones.get(text)
        if found is None:
            if len(self._zones) >= _MAX_KNOWN:
                self._zones.clear()
            found = self._zones[text] = internal.names_zone(text)
        return found

    def climbs_out(self, href: str, file: str) -> bool:
        """Does a relative reference leave what was given? Outside a run nobody knows what is there.

        A path that only climbs, as catalogs of several folders have it, is no refusal of its own.
        """
        if self.run is not None or ":" in href.split("/", 1)[0] or href.startswith("/"):
            return False
        path = posixpath.normpath(posixpath.join(posixpath.dirname(file), href.split("#")[0]))
        return path == ".." or path.startswith("../")


def host_of(href: str) -> str:
    """The host of a remote reference, or its scheme where it has none that can be read."""
    scheme, separator, rest = href.partition("://")
    if not separator:
        return f"{href.partition(':')[0][:40]}:"
    host = rest.split("/", 1)[0].rpartition("@")[2][:100].lower()
    return host if scheme in ("http", "https") else f"{scheme[:40]}://{host}"


def suspects(
    data: Any, raw: bytes, resolver: Resolver, file: str, seen: list[str], climbing: int
) -> list[str]:
    """Texts of a document that may lead into zones that are not public.

    Most documents hold none of the words, which is seen in their bytes.

    Args:
        data: The document.
        raw: Its bytes.
        resolver: Resolves references.
        file: Its path.
        seen: References of links and assets that do.
        climbing: How many `..` there are in those.
    """
    if raw.count(b"..") == climbing and not _may_hold(raw):
        return seen
    found: list[str] = []
    for text in internal.strings(data):
        if "/" not in text and "\\" not in text and "%" not in text and text.isascii():
            continue
        target = resolver.resolve(text, file) if len(text) <= 4096 else None
        lake = target is not None and target.kind == "lake" and internal.names_zone(target.path)
        if lake or internal.names_zone(text):
            found.append(internal.excerpt(text, 4096))
            if len(found) >= MAX_SUSPECTS:
                break
    return found


def _may_hold(raw: bytes) -> bool:
    """Could any text of a document name a zone? What climbs is not looked at here."""
    if (b"\\" in raw and b"\\u" in raw) or not raw.isascii():
        return True
    low = raw.lower()
    for _ in range(3):
        # The names of the zones are in few documents, and then seldom as parts of a path.
        if (b"raw" in low or b"work" in low or b"quarantine" in low) and _ZONES.search(low):
            return True
        if b"%" not in low:
            return False
        low = urllib.parse.unquote_to_bytes(low).lower()
    return True

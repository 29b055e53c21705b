"""Search texts for credentials and personal data, and name values without repeating them.

A hit knows where it is and what shape it has. Its value leaves this module only as a salted
hash, which is what `.kfm/not-secrets.yaml` lists.
"""

from __future__ import annotations

import bisect
import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from kfm_gates.evidence import secret_providers
from kfm_gates.evidence.secret_patterns import DETECTORS, Kind

MAX_SUSPECTS = 1000
"""Texts per search that are given to the provider detectors; more than that is refused."""


class TooManySuspectsError(ValueError):
    """So many texts look like credentials that searching them all would take too long."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that has the shape of a credential or of personal data."""

    detector: str
    kind: Kind
    start: int
    end: int
    value: str = field(repr=False)
    marker: bool = False
    """True where the value only announces a secret, so that no exception may name it."""


@dataclass(slots=True)
class Search:
    """A search over the texts of one run. Counts what it had to look at closely."""

    suspects: int = 0

    def clean(self, texts: Iterable[str]) -> bool:
        """Whether nothing can be found in any of some texts; they are looked at in one go.

        False only means that each has to be searched by `find`.
        """
        # The separator keeps a pattern from matching across two texts.
        joined = "\n\0\n".join(texts)
        folded = joined.casefold()
        return not (secret_providers.suspicious(joined, folded) or any(_own(joined, folded)))

    def find(self, text: str) -> list[Hit]:
        """Every hit in a text, left to right, without overlaps.

        Raises:
            TooManySuspectsError: This search had too many texts that look like credentials.
        """
        folded = text.casefold()
        hits = list(_own(text, folded))
        if secret_providers.suspicious(text, folded):
            self.suspects += 1 + len(text) // secret_providers.WINDOW
            if self.suspects > MAX_SUSPECTS:
                raise TooManySuspectsError(f"more than {MAX_SUSPECTS} texts look like credentials")
            for match in secret_providers.find(text):
                value = text[match.start : match.end]
                hits.append(
                    Hit(
                        f"a credential ({match.name})",
                        Kind.CREDENTIAL,
                        match.start,
                        match.end,
                        value,
                        match.marker,
                    )
                )
        return _apart(hits)


def _own(text: str, folded: str) -> Iterator[Hit]:
    for detector in DETECTORS:
        if detector.needles and not any(needle in folded for needle in detector.needles):
            continue
        for match in detector.pattern.finditer(text):
            group: int | str = "value" if "value" in detector.pattern.groupindex else 0
            value = match[group]
            if detector.accept(value):
                start, end = match.span(group)
                yield Hit(detector.name, detector.kind, start, end, value, detector.marker)


def _apart(hits: list[Hit]) -> list[Hit]:
    """Drop what lies inside or across another hit; credentials outrank personal data."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (h.kind is Kind.PERSONAL, not h.marker, h.start, -h.end)):
        at = bisect.bisect(kept, hit.start, key=lambda h: h.start)
        free_before = at == 0 or kept[at - 1].end <= hit.start
        if free_before and (at == len(kept) or hit.end <= kept[at].start):
            kept.insert(at, hit)
    return kept


def salted_hash(salt: str, value: str) -> str:
    """The name of a value in `.kfm/not-secrets.yaml`: HMAC-SHA256 under the lake's salt, in hex.

    Args:
        salt: The salt of `.kfm/not-secrets.yaml`, not empty. Without one anybody could try out
            all social security numbers; with one that everybody can read they still can, which
            is why only values that are *no* secret belong there.
        value: The value, as it stands in the text.

    Raises:
        ValueError: The salt is empty.
    """
    if not salt:
        raise ValueError("a hash without a salt gives the value away")
    return hmac.new(
        salt.encode(), value.encode("utf-8", "surrogatepass"), hashlib.sha256
    ).hexdigest()

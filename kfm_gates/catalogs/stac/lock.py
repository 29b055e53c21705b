"""`stac.lock.json`: which schemas of STAC are known, by address, sha256 and size.

Schemas are content-addressed: whoever serves one, a host or a mirror, has to serve these bytes.
"""

from __future__ import annotations

import functools
import json
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kfm_gates.resources import read_data

HOSTS: Final = frozenset(
    {
        "geojson.org",
        "json-schema.org",
        "proj.org",
        "schemas.stacspec.org",
        "stac-extensions.github.io",
    }
)
"""Hosts from which schemas may be fetched."""


@dataclass(frozen=True)
class Locked:
    """A schema of the lock.

    Args:
        uri: Where it is retrieved.
        sha256: Its digest, 64 hex digits.
        size: Its size in bytes.
        aliases: What it calls itself, where that is something else.
    """

    uri: str
    sha256: str
    size: int
    aliases: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """Where it is fetched: always over https, from one of `HOSTS`.

        Raises:
            ValueError: Its host is not one of them.
        """
        parts = urllib.parse.urlsplit(self.uri)
        if parts.hostname not in HOSTS or parts.netloc != parts.hostname:
            raise ValueError(f"schemas are not fetched from {parts.netloc!r}")
        return f"https://{parts.netloc}{parts.path}"


@functools.cache
def load() -> Mapping[str, Locked]:
    """The schemas of the lock by address.

    Raises:
        KfmGatesError: The lock is not installed.
    """
    document = json.loads(read_data("schemas", "stac.lock.json"))
    return {
        uri: Locked(uri, entry["sha256"], entry["size"], tuple(entry.get("aliases", ())))
        for uri, entry in document["schemas"].items()
    }


@functools.cache
def by_any_name() -> Mapping[str, Locked]:
    """The schemas of the lock by address and by alias; an address wins over an alias."""
    named = {alias: one for one in load().values() for alias in one.aliases}
    return {**named, **load()}

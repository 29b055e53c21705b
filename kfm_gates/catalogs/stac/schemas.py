"""The schemas of STAC: shipped ones always, others from the cache once they are verified.

jsonschema-rs decides, with formats; nothing is ever fetched here. A schema that refers to one
that is not at hand is itself not at hand.
"""

from __future__ import annotations

import functools
import json
import re
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kfm_gates.catalogs.stac import lock, store
from kfm_gates.errors import KfmGatesError
from kfm_gates.evidence import json_schema
from kfm_gates.resources import read_data

if TYPE_CHECKING:
    from jsonschema_rs import Validator

VERSIONS: Final = ("1.0.0", "1.1.0")
"""Versions of STAC that are checked."""

_CORE: Final = {
    "item": "item-spec/json-schema/item.json",
    "collection": "collection-spec/json-schema/collection.json",
    "catalog": "catalog-spec/json-schema/catalog.json",
}
_OWN: Final = "https://kfm-gates.dev/schemas/stac/"
_DRAFT_7: Final = "http://json-schema.org/draft-07/schema"
_VERSION: Final = re.compile(r"/v?([0-9]+\.[0-9]+\.[0-9]+[^/]*)/")


@dataclass(frozen=True)
class Schema:
    """A schema that is ready to decide.

    Args:
        name: How messages call it.
        validator: Decides.
        document: The schema itself.
        resources: What it refers to, by address; for the one that explains.
    """

    name: str
    validator: Validator
    document: dict[str, Any]
    resources: tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Unavailable:
    """Why a schema is not at hand, one sentence."""

    why: str


class Schemas:
    """The schemas that one examination uses. What is missing is looked for once."""

    def __init__(self) -> None:
        self._known: dict[str, Schema | Unavailable] = {}

    def core(self, kind: str, version: str) -> Schema:
        """The schema of items, collections or catalogs of one of `VERSIONS`."""
        return _shipped(f"https://schemas.stacspec.org/v{version}/{_CORE[kind]}")

    def extension(self, uri: str) -> Schema | Unavailable:
        """The schema at an address, which has no `#` at its end."""
        found = self._known.get(uri)
        if found is None:
            found = self._known[uri] = self._extension(uri)
        return found

    def _extension(self, uri: str) -> Schema | Unavailable:
        if uri in _index():
            return _shipped(uri)
        locked = lock.load().get(uri)
        if locked is None:
            return Unavailable("The lock of kfm-gates does not name this schema.")
        try:
            cache = store.require_private()
        except KfmGatesError as error:
            return Unavailable(error.message)
        if cache is None:
            return Unavailable("No schemas have been fetched yet.")
        return _cached(cache, locked)


@functools.cache
def item_collection() -> Schema:
    """The schema of an ItemCollection without its items."""
    return _compiled_own("item-collection.json", "ItemCollection")


@functools.cache
def geometry() -> Schema:
    """The schema of a GeoJSON geometry."""
    return _compiled_own("geojson/geometry.json", "GeoJSON")


@functools.cache
def _index() -> Mapping[str, str]:
    found: dict[str, str] = json.loads(read_data("schemas", "stac", "index.json"))
    return found


@functools.cache
def _own(address: str) -> dict[str, Any]:
    """A shipped schema by its own address."""
    parts = address.removeprefix(_OWN).split("/")
    found: dict[str, Any] = json.loads(read_data("schemas", "stac", *parts))
    return found


def _own_closure(address: str) -> dict[str, Any]:
    """A shipped schema and all that it refers to, by address."""
    found: dict[str, Any] = {}
    waiting = [address]
    while waiting:
        one = waiting.pop()
        if one not in found and one != _DRAFT_7:
            found[one] = _own(one)
            waiting.extend(_references(found[one], one))
    return found


@functools.cache
def _shipped(uri: str) -> Schema:
    return _compiled_own(_index()[uri], name_of(uri))


def name_of(uri: str) -> str:
    """How messages call the schema at an address: `file v2.1.0`."""
    version = _VERSION.search(uri)
    parts = urllib.parse.urlsplit(uri).path.split("/")
    if "schemas.stacspec.org" in uri and version:
        return f"STAC {version[1]}"
    return f"{parts[1]} v{version[1]}" if version and len(parts) > 2 else uri


def _compiled_own(file: str, name: str) -> Schema:
    import jsonschema_rs

    documents = _own_closure(_OWN + file)
    validator = jsonschema_rs.Draft7Validator(
        documents[_OWN + file],
        validate_formats=True,
        ignore_unknown_formats=False,
        registry=jsonschema_rs.Registry(list(documents.items()), retriever=json_schema.deny),
        retriever=json_schema.deny,
        # The linear-time engine: no pattern of these can be made to backtrack by a document.
        pattern_options=jsonschema_rs.RegexOptions(),
    )
    return Schema(name, validator, documents[_OWN + file], _for_words(documents))


def _for_words(documents: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    # To find words, a meta-schema is not followed: whatever a summary holds may be a schema.
    return (*documents.items(), (_DRAFT_7, {"$schema": f"{_DRAFT_7}#", "type": "object"}))


_COMPILED: Final[dict[str, Schema]] = {}
"""Schemas of the cache that were compiled: their bytes are known by the lock."""


def _cached(cache: Path, locked: lock.Locked) -> Schema | Unavailable:
    import jsonschema_rs

    if locked.uri in _COMPILED:
        return _COMPILED[locked.uri]
    resources = _closure(cache, locked)
    if isinstance(resources, Unavailable):
        return resources
    try:
        validator = jsonschema_rs.validator_for(
            resources[locked.uri],
            validate_formats=True,
            registry=jsonschema_rs.Registry(list(resources.items()), retriever=json_schema.deny),
            retriever=json_schema.deny,
            pattern_options=jsonschema_rs.FancyRegexOptions(backtrack_limit=100_000),
        )
    except ValueError as error:
        return Unavailable(f"The schema cannot be used: {str(error)[:200]}.")
    found = Schema(name_of(locked.uri), validator, resources[locked.uri], _for_words(resources))
    _COMPILED[locked.uri] = found
    return found


def _closure(cache: Path, locked: lock.Locked) -> dict[str, Any] | Unavailable:
    """A schema and all that it refers to, by address and by alias."""
    found: dict[str, Any] = {}
    waiting = [locked]
    while waiting:
        one = waiting.pop()
        if one.uri in found:
            continue
        raw = store.read(cache, one)
        if raw is None:
            if store.is_corrupted(cache, one):
                return Unavailable(f"What the cache holds for {one.uri} is corrupted.")
            return Unavailable(f"The cache does not hold {one.uri}.")
        document = json.loads(raw)
        found[one.uri] = document
        for alias in one.aliases:
            found.setdefault(alias, document)
        for address in _references(document, one.uri):
            if address in found or address == _DRAFT_7:
                continue
            other = lock.by_any_name().get(address)
            if other is not None:
                waiting.append(other)
            elif address in _index():
                found[address] = _own(_OWN + _index()[address])
            else:
                return Unavailable(f"It refers to {address}, which the lock does not name.")
    return found


def _references(document: Any, uri: str) -> Iterator[str]:
    """Addresses of other schemas that a schema refers to, without fragments."""
    base = str(document.get("$id", uri)) if isinstance(document, dict) else uri
    waiting = [document]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, dict):
            waiting.extend(one.values())
            reference = one.get("$ref")
            if isinstance(reference, str) and not reference.startswith("#"):
                address = urllib.parse.urljoin(base, reference).partition("#")[0]
                if address and address != base.removesuffix("#"):
                    yield address

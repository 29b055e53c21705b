"""Which extension a field belongs to: by its prefix, or by its name where it has none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

HOME: Final = "https://stac-extensions.github.io/"

PREFIXES: Final[dict[str, tuple[str, ...]]] = {
    "alternate": ("alternate-assets",),
    "altm": ("altimetry",),
    "auth": ("authentication",),
    "ceosard": ("ceos-ard",),
    "cf": ("cf",),
    "classification": ("classification",),
    "cube": ("datacube",),
    "eo": ("eo",),
    "file": ("file",),
    "forecast": ("forecast",),
    "goes": ("goes",),
    "grid": ("grid",),
    "label": ("label",),
    "landsat": ("landsat", "landsat-extension", "landsat-ard-extension"),
    "mgrs": ("mgrs",),
    "ml-aoi": ("ml-aoi",),
    "mlm": ("mlm",),
    "noaa_mrms_qpe": ("noaa-mrms-qpe",),
    "osc": ("osc",),
    "pc": ("pointcloud",),
    "processing": ("processing",),
    "product": ("product",),
    "proj": ("projection",),
    "raster": ("raster",),
    "s1": ("sentinel-1",),
    "s2": ("sentinel-2",),
    "sar": ("sar",),
    "sat": ("sat",),
    "sci": ("scientific",),
    "stats": ("stats",),
    "storage": ("storage",),
    "table": ("table",),
    "view": ("view",),
    "xarray": ("xarray-assets",),
}
"""Prefixes of fields, and the names of the extensions that define them."""

_OWNER: Final = {name: prefix for prefix, names in PREFIXES.items() for name in names}
# Fields of one extension that other schemas also ask for: they need not be declared again.
_ELSEWHERE: Final = {"processing": ("product", "ceos-ard"), "classification": ("mlm",)}
_PLAIN: Final[dict[str, tuple[frozenset[str], frozenset[str]]]] = {
    "version": (
        frozenset({"version", "deprecated", "experimental"}),
        frozenset({f"{which}-version" for which in ("successor", "predecessor", "latest")}),
    ),
    "timestamps": (frozenset({"published", "expires", "unpublished"}), frozenset()),
    "item-assets": (frozenset({"item_assets"}), frozenset()),
    "scientific": (frozenset(), frozenset({"cite-as"})),
    "alternate-assets": (frozenset({"alternate"}), frozenset()),
}
"""Fields and link relations of extensions that are told by them, by name of the extension."""
_NAME = re.compile(r"https?://[^/]+/(?:[^/?#]+/)*?([^/?#]+)/v?[0-9][^/]*/(?:[^?#]*/)?[^/?#]*\.json")
_URI = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]+)?/[!-~]+")


def is_uri(text: str) -> bool:
    """Is this the address of a schema, and no short name or relative path?"""
    return _URI.fullmatch(text) is not None


def retrieval(text: str) -> str:
    """The address without a lone `#` at its end, which stands for the whole document."""
    return text.removesuffix("#")


def name_of(uri: str) -> str | None:
    """The name of an extension in the address of its schema, None where it shows none."""
    match = _NAME.fullmatch(uri)
    return match[1] if match else None


def names_in(entity: Mapping[str, Any]) -> set[str]:
    """Names of all fields of a document, wherever they stand."""
    found: set[str] = set()
    waiting: list[Any] = [entity]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            found.update(one)
            waiting.extend(v for v in one.values() if isinstance(v, dict | list))
        else:
            waiting.extend(v for v in one if isinstance(v, dict | list))
    return found


def of_own(entity: Mapping[str, Any]) -> set[str]:
    """Names of the fields that a document states of itself and its assets.

    Summaries and kinds of assets speak of other documents, and links of their targets.
    """
    found = set(entity)
    properties = entity.get("properties")
    if isinstance(properties, dict):
        found.update(properties)
    assets = entity.get("assets")
    if isinstance(assets, dict):
        for asset in assets.values():
            if isinstance(asset, dict):
                found.update(asset)
    return found


def prefixes_in(names: Iterable[str]) -> set[str]:
    """Prefixes of some field names."""
    return {name[: name.find(":")] for name in names if ":" in name}


def undeclared(prefixes: Iterable[str], declared: set[str]) -> list[str]:
    """Prefixes of known extensions that are not declared, sorted.

    Args:
        prefixes: Prefixes of the fields that are used.
        declared: Names of the declared extensions.
    """
    return sorted(
        prefix
        for prefix in prefixes
        if prefix in PREFIXES
        and declared.isdisjoint(PREFIXES[prefix])
        and declared.isdisjoint(_ELSEWHERE.get(prefix, ()))
    )


def is_used(name: str, prefixes: set[str], names: set[str], relations: set[str]) -> bool:
    """Is any field of an extension used? An extension of unknown fields is taken to be."""
    prefix = _OWNER.get(name)
    fields, links = _PLAIN.get(name, (frozenset[str](), frozenset[str]()))
    if prefix is None and not fields and not links:
        return True
    return prefix in prefixes or not fields.isdisjoint(names) or not links.isdisjoint(relations)

"""Extensions of one document: declared where their fields are used, and used where declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kfm_gates.catalogs.stac import codes, extensions
from kfm_gates.catalogs.stac.record import Record
from kfm_gates.evidence.json_positions import escape


def look(
    record: Record,
    data: dict[str, Any],
    pointer: str,
    declared: Mapping[str, int],
    used: set[str],
) -> bool:
    """Compare extensions with fields; True where the names of the fields alone show good order."""
    names = {name: n for uri, n in declared.items() if (name := extensions.name_of(uri))}
    prefixes = extensions.prefixes_in(used)
    undeclared = extensions.undeclared(prefixes, set(names))
    for prefix in undeclared:
        record.refuse(
            "extensions",
            codes.FIELD_UNDECLARED,
            f"Fields that begin with {prefix}: are used, and no schema checks them.",
            _first(data, f"{prefix}:", pointer),
            wanted=f"the extension {extensions.PREFIXES[prefix][0]} in stac_extensions",
        )
    if "alternate" in used and "alternate-assets" not in names:
        undeclared.append("alternate")
        record.refuse(
            "extensions",
            codes.FIELD_UNDECLARED,
            "Alternates of assets are stated, and no schema checks them.",
            _first(data, "alternate", pointer),
            wanted="the extension alternate-assets in stac_extensions",
        )
    unused = [name for name in names if not extensions.is_used(name, prefixes, used, set())]
    if not unused:
        return not undeclared
    # Fields may also stand in bands, dimensions, kinds of assets and the like.
    everywhere = extensions.names_in(data)
    prefixes, relations = extensions.prefixes_in(everywhere), _relations(data)
    for name in unused:
        if not extensions.is_used(name, prefixes, everywhere, relations):
            record.refuse(
                "extensions",
                codes.EXTENSION_UNUSED,
                f"No field of the extension {name} is used.",
                f"{pointer}/stac_extensions/{names[name]}",
                wanted="a field of the extension, or the extension left out",
            )
    return False


def _relations(data: Mapping[str, Any]) -> set[str]:
    links = data.get("links")
    return {
        link["rel"]
        for link in (links if isinstance(links, list) else ())
        if isinstance(link, dict) and isinstance(link.get("rel"), str)
    }


def _first(data: Mapping[str, Any], prefix: str, pointer: str) -> str:
    """Pointer of the first field with a prefix."""
    for place, holder in _holders(data, pointer):
        for name in holder:
            if name.startswith(prefix):
                return f"{place}/{escape(name)}"
    return pointer


def _holders(data: Mapping[str, Any], pointer: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield pointer, data
    if isinstance(data.get("properties"), dict):
        yield f"{pointer}/properties", data["properties"]
    if isinstance(data.get("assets"), dict):
        for key, asset in data["assets"].items():
            if isinstance(asset, dict):
                yield f"{pointer}/assets/{escape(key)}", asset

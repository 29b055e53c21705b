"""Catalogs written from the receipts of a run: STAC, DCAT, PROV and OpenLineage.

Deterministic: the same receipts and family file give the same bytes. `required` is asked early,
while the pipeline can still be mended cheaply, `written` at the end, when all is known.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from kfm_gates.errors import RecorderError
from kfm_gates.model import Family
from kfm_gates.record.catalogs.subject import Subject
from kfm_gates.record.ids import shown

KINDS: Final = ("stac", "dcat", "prov", "openlineage")
_MODULES: Final = {"stac": "stac", "dcat": "dcat", "prov": "provjson", "openlineage": "lineage"}
_FILES: Final = {
    "stac": ("stac/collection.json", "stac/item.json"),
    "dcat": ("dcat.jsonld", "dcat.ttl"),
    "prov": ("prov.json",),
    "openlineage": ("openlineage.jsonl",),
}
_NEEDS: Final = {
    "stac": ("title", "description"),
    "dcat": ("title", "description", "publisher", "contact"),
    "prov": (),
    "openlineage": (),
}
"""Fields of the family file without which a catalog would not say what it is for."""
_NO_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\]')
_LICENSED: Final = frozenset({"stac", "dcat"})


def checked_kinds(kinds: Iterable[str] | None) -> tuple[str, ...]:
    """Kinds of catalogs in their order; all of them where nobody names any.

    Raises:
        RecorderError: `CATALOG_KIND_UNKNOWN`, or an empty list.
    """
    if kinds is None:
        return KINDS
    named = [kinds] if isinstance(kinds, str) else list(kinds)
    if strange := [kind for kind in named if kind not in KINDS]:
        raise RecorderError(
            "There is no such kind of catalog.",
            code="CATALOG_KIND_UNKNOWN",
            got=shown(strange[0]),
            wanted=", ".join(KINDS),
        )
    if not named:
        raise RecorderError(
            "No kind of catalog is named.", code="CATALOG_KIND_UNKNOWN", wanted=", ".join(KINDS)
        )
    return tuple(kind for kind in KINDS if kind in named)


def files(kinds: Iterable[str], folder: str) -> list[str]:
    """Run-relative paths of the documents of some kinds, sorted."""
    return sorted(f"{folder}/{name}" for kind in kinds for name in _FILES[kind])


def require(
    kinds: Iterable[str], name: str, family: Family | None, rights: Mapping[str, Any] | None
) -> None:
    """Insist on what catalogs need to know and no receipt says.

    Args:
        kinds: Kinds of catalogs.
        name: Name of the family.
        family: The family file, None where there is none.
        rights: Rights of the run, completed from the family file.

    Raises:
        RecorderError: `CATALOG_FIELD_MISSING` or `CATALOG_FIELD_INVALID`, naming field and file.
    """
    listed = list(kinds)
    about = family.extra if family else {}
    needed = dict.fromkeys(field for kind in listed for field in _NEEDS[kind])
    missing = [field for field in needed if not about.get(field)]
    contact = about.get("contact")
    if "contact" in needed and contact and not (contact.get("email") or contact.get("url")):
        missing.append("contact.email or contact.url")
    if _LICENSED & set(listed) and not (rights or {}).get("license"):
        missing.append("rights.license")
    if missing:
        file = f".kfm/families/{name}.yaml"
        raise RecorderError(
            f"The catalogs need {', '.join(missing)}; {file} "
            f"{'does not say it' if family else 'does not exist'}.",
            code="CATALOG_FIELD_MISSING",
            file=file,
            pointer="/" + missing[0].partition(" ")[0].replace(".", "/"),
            wanted=", ".join(missing),
            fix=f"Let the steward add {', '.join(missing)} to {file}.",
        )
    if "dcat" in listed:
        _require_addresses(name, about)


def _require_addresses(name: str, about: Mapping[str, Any]) -> None:
    """What a graph refers to has to be an IRI, which is less than a browser takes."""
    addresses = {
        "publisher.url": about.get("publisher", {}).get("url"),
        "contact.url": about.get("contact", {}).get("url"),
        **{f"themes.{n}": theme for n, theme in enumerate(about.get("themes", ()))},
    }
    for field, address in addresses.items():
        if address is not None and _NO_IRI.search(address):
            file = f".kfm/families/{name}.yaml"
            raise RecorderError(
                f"{field} of {file} is no IRI.",
                code="CATALOG_FIELD_INVALID",
                file=file,
                pointer="/" + field.replace(".", "/"),
                got=shown(address),
                wanted="an address whose special characters are percent-encoded",
            )


def written(subject: Subject, kinds: Iterable[str]) -> dict[str, bytes]:
    """The documents of some kinds by run-relative path.

    Args:
        subject: The run. For `stac` it has a bounding box.
        kinds: Kinds of catalogs, for which `require` was satisfied.
    """
    chosen = tuple(kinds)
    made: dict[str, bytes] = {}
    for kind in chosen:
        module = importlib.import_module(f"{__name__}.{_MODULES[kind]}")
        for name, raw in module.write(subject, chosen).items():
            made[f"{subject.folder}/{name}"] = raw
    return dict(sorted(made.items()))

"""STAC 1.1: a collection for the family, and an item whose assets are the outputs of the run."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Final

from kfm_gates.record.catalogs import extents
from kfm_gates.record.catalogs.render import document, relative
from kfm_gates.record.catalogs.subject import OutputFile, Subject
from kfm_gates.times import render

COLLECTION: Final = "stac/collection.json"
ITEM: Final = "stac/item.json"
FILE_EXTENSION: Final = "https://stac-extensions.github.io/file/v2.1.0/schema.json"

_LICENSE = re.compile(r"[\w.+-]+")
_SPDX: Final = "https://spdx.org/licenses/"
_PROVENANCE: Final = "http://www.w3.org/ns/prov#has_provenance"


def write(subject: Subject, kinds: tuple[str, ...]) -> dict[str, bytes]:
    """Collection and item, by path below the folder of catalogs.

    Where nobody states which time the data are about, STAC gets the time at which they were made,
    because it cannot be without: `datetime` is the end of the run.

    Args:
        subject: The run; it has a bounding box.
        kinds: Kinds of catalogs that are written; the item links to those beside it.
    """
    made = {COLLECTION: _collection(subject, kinds), ITEM: _item(subject, kinds)}
    return {path: document(one) for path, one in made.items()}


def _interval(subject: Subject) -> tuple[dt.datetime | None, dt.datetime | None]:
    return subject.interval or (subject.ended_at, subject.ended_at)


def _collection(subject: Subject, kinds: tuple[str, ...]) -> dict[str, Any]:
    import pystac

    about = subject.about
    made = pystac.Collection(
        id=subject.family,
        title=about["title"],
        description=about["description"],
        license=_license(subject),
        keywords=sorted(about.get("keywords", ())) or None,
        providers=_providers(subject),
        extent=pystac.Extent(
            pystac.SpatialExtent([list(_box(subject))]),
            pystac.TemporalExtent([list(_interval(subject))]),
        ),
    )
    made.add_links(
        [
            pystac.Link("root", "./collection.json", media_type="application/json"),
            pystac.Link("item", "./item.json", media_type="application/geo+json"),
            *_license_links(subject),
            *_siblings(kinds, "dcat"),
        ]
    )
    return made.to_dict(include_self_link=False, transform_hrefs=False)


def _item(subject: Subject, kinds: tuple[str, ...]) -> dict[str, Any]:
    import pystac

    start, end = _interval(subject)
    moment = start if start == end else None
    box = _box(subject)
    ended = render(subject.ended_at)
    properties = {
        "title": subject.about["title"],
        "license": _license(subject),
        "created": ended,
        "updated": ended,
    }
    if moment is None:
        # STAC knows no open ends here: what is open has the other end for both, or goes on to
        # the end of the run.
        first = start or end or subject.ended_at
        properties["start_datetime"] = render(first)
        properties["end_datetime"] = render(end or max(first, subject.ended_at))
    made = pystac.Item(
        id=subject.run_id.lower(),
        geometry=extents.geometry(box),
        bbox=list(box),
        datetime=moment,
        properties=properties,
        stac_extensions=[FILE_EXTENSION],
        collection=subject.family,
    )
    for output in subject.outputs:
        made.add_asset(output.path.partition("/")[2], _asset(output))
    made.add_links(
        [
            *(
                pystac.Link(rel, "./collection.json", media_type="application/json")
                for rel in ("root", "parent", "collection")
            ),
            *_license_links(subject),
            *_siblings(kinds, "dcat", "prov"),
        ]
    )
    return made.to_dict(include_self_link=False, transform_hrefs=False)


def _asset(output: OutputFile) -> Any:
    import pystac

    return pystac.Asset(
        relative(output.path, above=2),
        title=output.path.rpartition("/")[2],
        media_type=output.media_type,
        roles=["data"],
        extra_fields={"file:checksum": f"1220{output.sha256}", "file:size": output.size},
    )


def _box(subject: Subject) -> tuple[float, float, float, float]:
    if subject.bbox is None:
        raise ValueError("a run without an extent has no STAC item")
    return subject.bbox


def _license(subject: Subject) -> str:
    """The licence where STAC can spell it, else `other`, and a link says which."""
    license_ = str(subject.license)
    return license_ if _LICENSE.fullmatch(license_) else "other"


def _license_links(subject: Subject) -> list[Any]:
    import pystac

    from kfm_gates.evidence import spdx

    if _license(subject) != "other":
        return []
    source = subject.rights.get("source", "")
    if source.startswith(("https://", "http://")):
        return [pystac.Link("license", source, title=subject.license)]
    try:
        ids = spdx.parse(str(subject.license)).ids
    except ValueError:
        return []
    named = [one for one in ids if not one.startswith(("LicenseRef-", "DocumentRef-"))]
    return [pystac.Link("license", f"{_SPDX}{one}.html", title=one) for one in named]


def _siblings(kinds: tuple[str, ...], *wanted: str) -> list[Any]:
    import pystac

    known = {
        "dcat": pystac.Link("describedby", "../dcat.jsonld", media_type="application/ld+json"),
        "prov": pystac.Link(_PROVENANCE, "../prov.json", media_type="application/json"),
    }
    return [known[kind] for kind in wanted if kind in kinds]


def _providers(subject: Subject) -> list[Any]:
    import pystac

    publisher = subject.about.get("publisher")
    if publisher is None:
        return []
    roles = [pystac.ProviderRole.PROCESSOR, pystac.ProviderRole.HOST]
    return [pystac.Provider(publisher["name"], roles=roles, url=publisher.get("url"))]

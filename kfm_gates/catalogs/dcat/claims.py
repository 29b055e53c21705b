"""What DCAT documents claim: about files, about the dataset, and how much of it they fill in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kfm_gates.catalogs import licenses, references
from kfm_gates.catalogs._api import ArtifactClaim, DatasetClaim, Examined
from kfm_gates.catalogs.dcat import (
    addresses,
    check_allowed,
    check_bytes,
    check_document,
    check_extent,
    check_terms,
    codes,
    geometry,
    times,
)
from kfm_gates.catalogs.dcat.leads import Lead
from kfm_gates.catalogs.dcat.model import Dataset, Distribution, Model, Other, Value
from kfm_gates.catalogs.dcat.notes import Notes
from kfm_gates.evidence.placeholders import is_placeholder

PER_DATASET: Final = (
    "title",
    "description",
    "identifier",
    "publisher",
    "contact_point",
    "license",
    "issued",
    "modified",
    "keyword",
    "theme",
    "spatial",
    "temporal",
    "generated_by",
    "version",
)
PER_DISTRIBUTION: Final = (
    "access",
    "media_type",
    "byte_size",
    "checksum",
    "distribution_license",
)


def state(found: Examined, model: Model, leads: Mapping[str, Lead]) -> None:
    """Write down what a document claims."""
    for node, one in model.distributions.items():
        pointer = model.pointer(node)
        sizes = {check_bytes.whole(value) for value in one.sizes}
        media = {check_terms.essence(value) for value in one.media_types}
        found.claims.append(
            ArtifactClaim(
                source="dcat",
                file=model.file,
                pointer=pointer,
                href=leads[node].href,
                artifact=leads[node].artifact,
                digests=tuple(map(check_bytes.digest, one.checksums)),
                size=sizes.pop() if len(sizes) == 1 else None,
                media_type=one.media_types[0].text if len(media) == 1 else None,
                id=None if one.id is None else references.plain(one.id),
                license=_license(one),
            )
        )
    beside: list[Dataset | Other] = [*model.others]
    for other in [*beside, *(d for d in model.datasets.values() if d.series)]:
        if (license_ := _license(other)) is not None:
            found.datasets.append(
                DatasetClaim(
                    source="dcat",
                    file=model.file,
                    pointer=model.pointer(other.node),
                    id=None if other.id is None else references.plain(other.id),
                    license=license_,
                )
            )
    for node, dataset in model.datasets.items():
        if dataset.series:
            continue
        pointer = model.pointer(node)
        boxes = [b for s in dataset.spaces for b in check_extent.boxes(model, dataset, s)]
        found.datasets.append(
            DatasetClaim(
                source="dcat",
                file=model.file,
                pointer=pointer,
                id=_id(dataset),
                title=dataset.titles[0].text if dataset.titles else None,
                license=_license(dataset),
                bbox=geometry.union(boxes),
                interval=_interval(dataset),
            )
        )


def _id(dataset: Dataset) -> str | None:
    if dataset.id is not None:
        return references.plain(dataset.id)
    return dataset.identifiers[0].text if dataset.identifiers else None


def _license(subject: Dataset | Distribution | Other) -> str | None:
    """The licence as written; several of them are equal to no single one."""
    values = subject.licenses or [v for v in subject.hints if check_allowed.known(v)]
    texts = {licenses.normal(value.shown): value.shown for value in values if value.text}
    return " AND ".join(sorted(texts.values())) if texts else None


def _interval(dataset: Dataset) -> tuple[str | None, str | None] | None:
    periods = [p for p in dataset.periods if p.starts or p.ends]
    if len(periods) != 1 or max(len(periods[0].starts), len(periods[0].ends)) > 1:
        return None
    starts, ends = periods[0].starts, periods[0].ends
    return (starts[0].text if starts else None, ends[0].text if ends else None)


ASKED: Final = (
    *("title", "description", "identifier", "publisher", "contact_point", "license"),
    *("generated_by", "version", "access", "media_type", "byte_size", "checksum"),
)
"""Properties whose absence is told where it is."""


def absent(notes: Notes, model: Model) -> None:
    """Say in which document and subject a property is missing that the facts count as missing."""
    given = [(d.node, _of_dataset(model, d)) for d in model.datasets.values() if not d.series]
    given += [(d.node, _of_distribution(d)) for d in model.distributions.values() if d.described]
    for node, properties in given:
        names = [name for name in properties if name in ASKED and not properties[name]]
        if names:
            notes.remark(
                model,
                node,
                codes.PROPERTY_ABSENT,
                f"{model.name(node)} has no usable {', '.join(names).replace('_', ' ')}.",
                wanted=", ".join(names),
            )


@dataclass(kw_only=True)
class Totals:
    """How many things there are, counted document by document, and how many have a value.

    The same dataset in two documents counts twice: what only one of them says, half of the
    readers do not learn.
    """

    documents: int = 0
    datasets: int = 0
    distributions: int = 0
    texts: int = 0
    inside: int = 0
    filled: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys((*PER_DATASET, *PER_DISTRIBUTION), 0)
    )

    def add(self, model: Model) -> None:
        """Count what a document describes."""
        self.documents += 1
        for dataset in model.datasets.values():
            if not dataset.series:
                self.datasets += 1
                for name, given in _of_dataset(model, dataset).items():
                    self.filled[name] += bool(given)
        for one in model.distributions.values():
            self.distributions += 1
            for name, given in _of_distribution(one).items():
                self.filled[name] += bool(given)

    def refer(self, texts: int, inside: int) -> None:
        """Count texts, and those that lead into closed zones."""
        self.texts += texts
        self.inside += inside

    def facts(self) -> dict[str, Any]:
        """The section of the facts document."""
        totals = dict.fromkeys(PER_DATASET, self.datasets)
        totals |= dict.fromkeys(PER_DISTRIBUTION, self.distributions)
        return {
            "documents": self.documents,
            "datasets": self.datasets,
            "distributions": self.distributions,
            "references": {"total": self.texts, "internal": self.inside},
            "properties": {
                name: {"total": total, "with_value": self.filled[name]}
                for name, total in totals.items()
            },
        }


def _of_dataset(model: Model, dataset: Dataset) -> dict[str, bool]:
    """Which properties of a dataset have a value that can be used; malformed is not given."""
    parts = [model.distributions[n] for n in dataset.distributions if n in model.distributions]
    return {
        "title": _said(dataset.titles),
        "description": _said(dataset.descriptions),
        "identifier": _said(dataset.identifiers),
        "publisher": any(a.name and not is_placeholder(a.name[:1000]) for a in dataset.publishers),
        "contact_point": any(
            any(map(check_document.reachable, contact.emails))
            or any(addresses.problem(value.text) is None for value in contact.urls)
            for contact in dataset.contacts
        ),
        "license": _given(dataset.licenses)
        or (bool(parts) and all(_given(one.licenses) for one in parts)),
        "issued": _date(dataset.issued),
        "modified": _date(dataset.modified),
        "keyword": _said(dataset.keywords),
        "theme": _given(dataset.themes),
        "spatial": any(s.named or check_extent.boxes(model, dataset, s) for s in dataset.spaces),
        "temporal": any(_date([*p.starts, *p.ends]) for p in dataset.periods),
        "generated_by": any(value.text for value in dataset.generated_by),
        "version": _said(dataset.versions),
    }


def _of_distribution(one: Distribution) -> dict[str, bool]:
    return {
        "access": any(value.text for value in (*one.access, *one.download)),
        "media_type": any(map(check_terms.media_type, one.media_types)),
        "byte_size": any(check_bytes.whole(value) is not None for value in one.sizes),
        "checksum": any(check_bytes.digest(checksum).sha256 for checksum in one.checksums),
        "distribution_license": _given(one.licenses),
    }


def _said(values: list[Value]) -> bool:
    return any(not is_placeholder(value.text[:1000]) for value in values)


def _given(values: list[Value]) -> bool:
    return any(v.kind == "iri" or not is_placeholder(v.text[:1000]) for v in values)


def _date(values: list[Value]) -> bool:
    for value in values:
        try:
            times.span(value)
        except ValueError:
            if not times.REPEATING.fullmatch(value.text):
                continue
        return True
    return False

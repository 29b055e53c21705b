"""Checks that need nothing but the document: what it describes, in words, people and time."""

from __future__ import annotations

import re
from typing import Final

from kfm_gates.catalogs.dcat import codes
from kfm_gates.catalogs.dcat.model import Model, Value
from kfm_gates.catalogs.dcat.notes import Notes
from kfm_gates.evidence.placeholders import is_placeholder

_MAIL: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+"
    r"[A-Za-z]{2,63}(?:\?.*)?",
    re.ASCII,
)


def described(notes: Notes, model: Model) -> None:
    """What the document is about at all."""
    notes.look("described", len(model.datasets) + len(model.distributions))
    if not any(dataset.typed and not dataset.series for dataset in model.datasets.values()):
        notes.look("described")
        notes.remark(
            model,
            "",
            codes.NO_DATASET,
            f"{model.file} describes no dataset.",
            wanted="at least one dcat:Dataset",
        )
    linked: set[str] = set()
    for dataset in model.datasets.values():
        linked.update((*dataset.distributions, *dataset.samples))
        if not dataset.typed:
            _untyped(notes, model, dataset.node, "dataset", "dcat:Dataset")
        if not dataset.distributions and not dataset.series:
            notes.remark(
                model,
                dataset.node,
                codes.NO_DISTRIBUTION,
                f"The dataset {model.name(dataset.node)} has no distribution.",
                wanted="dcat:distribution",
            )
    for one in model.distributions.values():
        name = model.name(one.node)
        if not one.described:
            notes.remark(
                model, one.node, codes.UNDESCRIBED, f"The distribution {name} is not described."
            )
        elif not one.typed:
            _untyped(notes, model, one.node, "distribution", "dcat:Distribution")
        if model.datasets and one.node not in linked:
            notes.remark(
                model,
                one.node,
                codes.ORPHAN,
                f"No dataset of {model.file} has the distribution {name}.",
                wanted="dcat:distribution of a dcat:Dataset",
            )
    for pointer, key in model.ignored:
        notes.remark(
            model,
            pointer,
            codes.TERM_IGNORED,
            f"No context defines {key[:80]!r}; readers leave it out.",
            got=key,
        )
    for node, key in model.missing:
        name = model.name(node)
        message = f"The dataset {name} has no {key}."
        notes.remark(model, node, codes.REQUIRED_MISSING, message, wanted=key)
    for node, got, wanted in model.malformed:
        message = "The field holds a value of the wrong type."
        notes.remark(model, node, codes.MALFORMED, message, got=got, wanted=wanted)


def _untyped(notes: Notes, model: Model, node: str, what: str, kind: str) -> None:
    notes.remark(
        model,
        node,
        codes.UNTYPED,
        f"{model.name(node)} is used as a {what}, and its rdf:type does not say so.",
        wanted=kind,
    )


def identified(notes: Notes, model: Model) -> None:
    """Titles, descriptions, identifiers and keywords."""
    holders: dict[str, list[str]] = {}
    for dataset in model.datasets.values():
        for word, values in (
            ("title", dataset.titles),
            ("description", dataset.descriptions),
            ("identifier", dataset.identifiers),
            ("keyword", dataset.keywords),
        ):
            notes.look("identified", len(values))
            for value in values:
                if value.kind == "literal" and is_placeholder(value.text[:1000]):
                    notes.remark(
                        model,
                        dataset.node,
                        codes.TEXT_EMPTY,
                        f"The {word} of {model.name(dataset.node)} says nothing.",
                        got=value.text,
                    )
        if not dataset.series:
            for text in {value.text for value in dataset.identifiers}:
                holders.setdefault(text, []).append(dataset.node)
    for text, nodes in holders.items():
        for node in nodes[1:]:
            notes.remark(
                model,
                node,
                codes.IDENTIFIER_DUPLICATE,
                f"{model.name(node)} has the identifier of {model.name(nodes[0])}.",
                got=text,
            )


def answerable(notes: Notes, model: Model) -> None:
    """Publishers and contact points."""
    for dataset in model.datasets.values():
        notes.look("answerable", len(dataset.publishers) + len(dataset.contacts))
        for agent in dataset.publishers:
            if agent.described and (agent.name is None or is_placeholder(agent.name[:1000])):
                notes.remark(
                    model,
                    agent.node,
                    codes.PUBLISHER_UNNAMED,
                    f"The publisher of {model.name(dataset.node)} has no name.",
                    got=agent.name,
                    wanted="foaf:name",
                )
        for contact in dataset.contacts:
            for value in contact.emails:
                if not reachable(value):
                    notes.remark(
                        model,
                        contact.node,
                        codes.CONTACT_INVALID,
                        f"The e-mail address of {model.name(dataset.node)} is malformed.",
                        got=value.text,
                        wanted="mailto:name@host",
                    )


def reachable(mail: Value) -> bool:
    """Is it a mailto: address? A literal without the scheme is what `vcard:email` holds."""
    text = mail.text.strip()
    scheme, colon, rest = text.partition(":")
    if colon and scheme.lower() == "mailto":
        return bool(_MAIL.fullmatch(rest.replace("%40", "@")))
    return mail.kind == "literal" and bool(_MAIL.fullmatch(text))

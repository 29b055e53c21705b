"""Access rights and licences: they mean something, fit the label and do not contradict."""

from __future__ import annotations

from typing import Final

from kfm_gates.catalogs import licenses
from kfm_gates.catalogs.dcat import codes
from kfm_gates.catalogs.dcat.model import Dataset, Distribution, Model, Other, Value
from kfm_gates.catalogs.dcat.notes import Notes
from kfm_gates.evidence.placeholders import is_placeholder

_EUROPE: Final = "http://publications.europa.eu/resource/authority/access-right/"
_RIGHTS: Final = {
    f"{_EUROPE}PUBLIC": True,
    f"{_EUROPE}RESTRICTED": False,
    f"{_EUROPE}NON_PUBLIC": False,
    f"{_EUROPE}CONFIDENTIAL": False,
    f"{_EUROPE}SENSITIVE": False,
    "http://purl.org/coar/access_right/c_abf2": True,
    "http://purl.org/coar/access_right/c_16ec": False,
    "http://purl.org/coar/access_right/c_14cb": False,
    "http://purl.org/coar/access_right/c_f1cf": False,
    "public": True,
    "restricted public": False,
    "non-public": False,
}
"""Whether access rights mean that everybody may have the data."""
_PUBLIC_LABELS: Final = frozenset({"public", "public_generalized"})
_Subject = Dataset | Distribution | Other


def allowed(notes: Notes, model: Model) -> None:
    """Access rights against the label of the outputs; licences that mean something."""
    subjects: list[_Subject] = [*model.datasets.values(), *model.others]
    for subject in [*subjects, *model.distributions.values()]:
        hints = [value for value in subject.hints if known(value)]
        notes.look("allowed", len(subject.rights) + len(subject.licenses) + len(hints))
        for value in subject.rights:
            _access(notes, model, subject, value)
        _licenses(notes, model, subject, hints)


def known(value: Value) -> bool:
    """Is it a licence, wherever it stands?"""
    text = value.shown.strip()
    return licenses.is_listed(text) or ("://" in text and licenses.normal(text) != text)


def _access(notes: Notes, model: Model, subject: _Subject, value: Value) -> None:
    run, name = notes.question.run, model.name(subject.node)
    label = run.label if run is not None else None
    text = value.text.strip()
    if text[:8].lower() == "https://":
        text = f"http://{text[8:]}"
    public = _RIGHTS.get(text)
    if public is None and text.lower().startswith(_EUROPE):
        notes.remark(
            model,
            subject.node,
            codes.ACCESS_UNKNOWN,
            f"The access rights of {name} are not in the vocabulary that they belong to.",
            got=value.shown,
            wanted=f"{_EUROPE}PUBLIC, for example",
        )
    if label is not None and public is not None and public != (label in _PUBLIC_LABELS):
        notes.remark(
            model,
            subject.node,
            codes.ACCESS_CONTRADICTS,
            f"The access rights of {name} do not fit the label {label}.",
            got=value.shown,
            wanted=f"rights for {label}",
        )


def _licenses(notes: Notes, model: Model, subject: _Subject, hints: list[Value]) -> None:
    name = model.name(subject.node)
    for value in subject.licenses:
        if value.kind != "iri" and is_placeholder(value.text[:1000]):
            notes.remark(
                model,
                subject.node,
                codes.LICENSE_INVALID,
                f"The licence of {name} names none.",
                got=value.shown or None,
                wanted="the IRI or the SPDX id of a licence",
            )
    stated = {licenses.normal(value.shown) for value in subject.licenses}
    if len(stated) > 1:
        notes.remark(
            model,
            subject.node,
            codes.LICENSE_SEVERAL,
            f"{name} has {len(stated)} licences.",
            got=", ".join(value.shown for value in subject.licenses),
            wanted="one",
        )
        return
    others = {value.shown for value in hints if licenses.normal(value.shown) not in stated}
    named = {licenses.normal(text) for text in others}
    if others and (stated or len(named) > 1):
        notes.remark(
            model,
            subject.node,
            codes.LICENSE_CONTRADICTS,
            f"Another property of {name} names another licence.",
            got=", ".join(sorted(others)),
            wanted=", ".join(sorted(stated)) or "one",
        )

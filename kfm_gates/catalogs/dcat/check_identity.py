"""Which dataset it is: the family of the run, and the same in every document of the run."""

from __future__ import annotations

import urllib.parse
from collections.abc import Callable, Sequence
from typing import Final

from kfm_gates.catalogs import references
from kfm_gates.catalogs.dcat import codes
from kfm_gates.catalogs.dcat.model import Dataset, Model, Value
from kfm_gates.catalogs.dcat.notes import Notes

_DATASET: Final = "kfm://dataset/"
_SAME: Final[tuple[tuple[str, Callable[[Dataset], list[Value]]], ...]] = (
    ("identifier", lambda dataset: dataset.identifiers),
    ("title", lambda dataset: dataset.titles),
    ("version", lambda dataset: dataset.versions),
)


def identity(notes: Notes, model: Model) -> None:
    """A dataset with a `kfm:` name has that of the family of the run."""
    run = notes.question.run
    if run is None:
        return
    for dataset in model.datasets.values():
        iri = dataset.id or ""
        if dataset.series or not iri.lower().startswith(_DATASET):
            continue
        notes.look("identified")
        right = f"{_DATASET}{urllib.parse.quote(run.family)}"
        if iri not in (right, f"{_DATASET}{run.family}"):
            _wrong(notes, model, dataset, "name", iri, right)
            continue
        for value in dataset.identifiers:
            if value.text not in (run.family, iri):
                _wrong(notes, model, dataset, "identifier", value.shown, run.family)


def _wrong(notes: Notes, model: Model, dataset: Dataset, word: str, got: str, wanted: str) -> None:
    notes.remark(
        model,
        dataset.node,
        codes.IDENTITY_WRONG,
        f"The {word} of {model.name(dataset.node)} is not that of the family of this run.",
        got=got,
        wanted=wanted,
    )


def across(notes: Notes, models: Sequence[Model]) -> None:
    """Documents that describe the same dataset say the same; what one leaves out is a fact."""
    first: dict[tuple[str, str], tuple[str, frozenset[str]]] = {}
    for model in models:
        for dataset in model.datasets.values():
            if dataset.id is None:
                continue
            # A relative name is one of its own document.
            if references.plain(dataset.id) != dataset.id:
                continue
            for word, values in _SAME:
                said = frozenset(value.text for value in values(dataset))
                if not said:
                    continue
                file, other = first.setdefault((dataset.id, word), (model.file, said))
                if said != other:
                    notes.remark(
                        model,
                        dataset.node,
                        codes.DOCUMENTS_DIFFER,
                        f"The {word} of {model.name(dataset.node)} is another than in {file}.",
                        got=", ".join(sorted(said)),
                        wanted=", ".join(sorted(other)),
                    )

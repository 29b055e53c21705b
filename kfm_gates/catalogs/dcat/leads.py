"""Where a distribution leads: to which file of the run, and whether its references agree."""

from __future__ import annotations

from dataclasses import dataclass, field

from kfm_gates.catalogs import references
from kfm_gates.catalogs.dcat import codes
from kfm_gates.catalogs.dcat.addresses import is_relative
from kfm_gates.catalogs.dcat.model import Distribution, Model
from kfm_gates.catalogs.dcat.notes import Notes


@dataclass(kw_only=True)
class Lead:
    """Where a distribution leads: the files of the run, and the one that it means."""

    href: str
    paths: dict[str, str] = field(default_factory=dict)
    """Run-relative paths with the reference that led to each."""

    @property
    def artifact(self) -> str | None:
        """The file, where all references agree on one."""
        return next(iter(self.paths)) if len(self.paths) == 1 else None


def lead(notes: Notes, model: Model, one: Distribution) -> Lead:
    """Resolve what a distribution refers to, and note what leads nowhere."""
    question, name = notes.question, model.name(one.node)
    found = Lead(href=next((v.shown for v in (*one.download, *one.access) if v.text), one.id or ""))
    for word, values in (("downloadURL", one.download), ("accessURL", one.access)):
        for value in values:
            if value.kind == "blank":
                continue
            notes.look("linked")
            target = references.resolve(value.text, base=model.file, run=question.run)
            if target.kind == "run":
                if question.files.size(target.path) is not None:
                    found.paths.setdefault(target.path, value.shown)
                elif word == "accessURL" and question.files.is_directory(target.path):
                    continue
                elif question.run is not None and target.path in question.run.outputs:
                    found.paths.setdefault(target.path, value.shown)
                else:
                    notes.remark(
                        model,
                        one.node,
                        codes.LINK_BROKEN,
                        f"The {word} of {name} leads to {target.path}, and there is no such file.",
                        got=value.shown,
                    )
            elif target.kind == "refused" and is_relative(value.text):
                notes.remark(
                    model,
                    one.node,
                    codes.LINK_REFUSED,
                    f"The {word} of {name} is not followed: {target.why}",
                    got=value.shown,
                )
            elif target.kind == "lake":
                notes.found.not_checked.append(
                    f"the {word} of {name}: {target.path} lies outside of the run"
                )
            elif target.kind == "remote":
                notes.found.not_checked.append(f"the {word} of {name}: {value.shown[:200]}")
    _by_name(notes, model, one, found)
    if len(found.paths) > 1:
        notes.look("linked")
        notes.remark(
            model,
            one.node,
            codes.LINKS_CONTRADICT,
            f"{name} leads to {len(found.paths)} different files.",
            got=", ".join(f"{path} by {href}" for path, href in sorted(found.paths.items())),
            wanted="one file",
        )
    return found


def _by_name(notes: Notes, model: Model, one: Distribution, found: Lead) -> None:
    """The IRI of the distribution itself, and the explicit map of the manifest."""
    run = notes.question.run
    if one.id is None:
        return
    target = references.resolve(one.id, base=model.file, run=run)
    inside = target.kind == "run" and not target.fragment and target.path != model.file
    if inside and notes.question.files.size(target.path) is not None:
        notes.look("linked")
        found.paths.setdefault(target.path, references.plain(one.id))
    elif inside and one.id.startswith("kfm://"):
        notes.look("linked")
        if run is not None and target.path in run.outputs:
            found.paths.setdefault(target.path, references.plain(one.id))
        else:
            notes.remark(
                model,
                one.node,
                codes.LINK_BROKEN,
                f"{one.id} is the name of {target.path}, and there is no such file.",
                got=one.id,
            )
    for output in run.outputs.values() if run is not None else ():
        if output.names.get("dcat") in (one.id, references.plain(one.id)):
            notes.look("linked")
            found.paths.setdefault(output.path, f"{output.pointer}/catalog_ids/dcat")

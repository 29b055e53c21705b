"""Where a distribution leads: to which file of the run, and whether its references agree."""

from __future__ import annotations

import urllib.parse
from dataclasses import dataclass, field

from kfm_gates.catalogs import references
from kfm_gates.catalogs._api import Document
from kfm_gates.catalogs.dcat import codes
from kfm_gates.catalogs.dcat.addresses import home, is_relative, is_web
from kfm_gates.catalogs.dcat.model import Distribution, Model
from kfm_gates.catalogs.dcat.notes import Notes
from kfm_gates.catalogs.rdf import bases


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
    elsewhere: dict[str, str] = {}
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
                elsewhere[value.shown] = word
                notes.found.not_checked.append(
                    f"the {word} of {name}: {target.path} lies outside of the run"
                )
            elif target.kind == "remote":
                if _foreign(notes, value.text):
                    elsewhere[value.shown] = word
                notes.found.not_checked.append(f"the {word} of {name}: {value.shown[:200]}")
    _by_name(notes, model, one, found)
    if found.paths and elsewhere:
        notes.look("linked")
        notes.remark(
            model,
            one.node,
            codes.LINKS_CONTRADICT,
            f"{name} is {min(found.paths)} of this run, and its address is another.",
            got=", ".join(f"{word} {href}" for href, word in sorted(elsewhere.items())),
            wanted=min(found.paths),
        )
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


def _foreign(notes: Notes, url: str) -> bool:
    """Is an address certainly not that of an output of this run?"""
    run = notes.question.run
    if run is None or url.lower().startswith("kfm:"):
        return run is not None
    host = home(notes)
    # `addressed` tells of another host; on the same one the path is wrong.
    return host is not None and (not is_web(url) or urllib.parse.urlsplit(url).hostname == host)


def based(notes: Notes, model: Model, document: Document) -> None:
    """No document gives its relative references another base."""
    for base in bases.foreign(document):
        notes.look("linked")
        at = "" if base.line is None else f" on line {base.line}"
        notes.remark(
            model,
            "",
            codes.BASE_FOREIGN,
            f"{model.file} declares a base{at} that is not its own place.",
            got=base.text,
            wanted="no base",
        )


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
    elif inside and one.id[:6].lower() == "kfm://":
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

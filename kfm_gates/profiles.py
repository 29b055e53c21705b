"""Profiles: what has to be shown. Built-in ones, and house profiles that can only tighten.

A house profile `extends` another one. It adds gates, rules and overlays, makes thresholds
stricter, and may shrink what is lowered to a warning, admitted or waivable; a profile that
tries to widen any of these is refused with exit 2 (FO-52).
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any

from kfm_gates.errors import UsageError
from kfm_gates.evidence import json_schema, strict_yaml
from kfm_gates.model import Profile, RuleInfo
from kfm_gates.project import Project
from kfm_gates.resources import data_path, read_data

LADDER = ("local", "promotion", "public")
"""The steps of the ladder, lowest first. `review` stands beside `promotion`."""

LIMITS = frozenset({"worktree", "local", "unproven", "clock", "policy", "opa", "gates"})
_SHRINKABLE = ("warn", "admits", "waivable", "conditional")


@functools.cache
def built_in() -> tuple[str, ...]:
    """Names of the built-in profiles."""
    return tuple(sorted(p.stem for p in data_path("policies", "profiles").glob("*.yaml")))


@functools.cache
def _built_in_document(name: str) -> dict[str, Any]:
    file = f"{name}.yaml"
    data = strict_yaml.loads(read_data("policies", "profiles", file), file=file)
    issues = json_schema.validate("profile", data)
    if issues or not isinstance(data, dict):
        raise UsageError(
            f"The built-in profile {name} is invalid: {issues[0].message if issues else 'shape'}",
            code="INSTALLATION_BROKEN",
            file=file,
        )
    return data


def check_all(project: Project, rules: Mapping[str, RuleInfo]) -> None:
    """Refuse a lake in which any profile is invalid, used or not, or named and absent.

    Raises:
        UsageError: As for `resolve`; or a profile states another name than its file has.
    """
    for name, document in project.profiles.items():
        if document.get("name", name) != name:
            raise _bad(name, f"calls itself {document['name']!r}", fix="Name it as its file.")
    named = {profile for _, profile in project.families_listed} | {project.profile}
    for name in sorted({*project.profiles, *(n for n in named if n is not None)}):
        resolve(name, project, rules)


def resolve(name: str, project: Project, rules: Mapping[str, RuleInfo]) -> Profile:
    """Resolve a profile by name.

    Args:
        name: A built-in profile or one of `.kfm/profiles`.
        project: The lake; its overlays have to be the ones that the profile names.
        rules: What the loaded policy declares; every rule that a profile names is in it.

    Raises:
        UsageError: Unknown profile, gate, rule, code or limit; a house profile that loosens;
            an overlay that is missing or that nothing names.
    """
    profile = _resolve(name, project, ())
    house = tuple(dict.fromkeys((*profile.house, *project.house_named)))
    present = {file.removesuffix(".rego") for file in project.house}
    for overlay in house:
        if overlay not in present:
            raise _bad(name, f"names the overlay {overlay!r}, and .kfm/policy has none", present)
    unnamed = sorted(present - set(house))
    if unnamed:
        raise UsageError(
            f"The house rules {', '.join(unnamed)} in .kfm/policy are named by nothing.",
            code="HOUSE_RULE_UNNAMED",
            file=f".kfm/policy/{unnamed[0]}.rego",
            fix=f"Add 'house: [{', '.join(unnamed)}]' to .kfm/gates.yaml or to the profile {name}.",
        )
    _check_shapes(profile, project)
    added = {
        id_ for id_ in rules if any(id_.startswith(f"overlay.{overlay}.") for overlay in house)
    }
    unknown = sorted(profile.rules - rules.keys())
    if unknown:
        raise _bad(name, f"names the unknown rule {unknown[0]}", rules)
    warnable = {info.code for info in rules.values() if info.may_warn}
    loose = sorted(profile.warn - warnable)
    if loose:
        raise _bad(name, f"lowers {loose[0]} to a warning, which belongs to the floor", warnable)
    return Profile(
        name=profile.name,
        description=profile.description,
        gates=profile.gates,
        conditional=profile.conditional,
        rules=profile.rules | added,
        warn=profile.warn,
        admits=profile.admits,
        carries=profile.carries,
        waivable=profile.waivable,
        thresholds=profile.thresholds,
        house=house,
        shapes=profile.shapes,
        origin=profile.origin,
    )


def _check_shapes(profile: Profile, project: Project) -> None:
    """Refuse shapes that are named and absent, or lie there and no profile names them."""
    for name in profile.shapes:
        if name not in project.shapes:
            why = f"names the shapes {name!r}, and .kfm/shapes has none of that name"
            raise _bad(profile.name, why, project.shapes)
    named = {
        name
        for document in project.profiles.values()
        for name in document.get("dcat", {}).get("shapes", ())
    }
    unnamed = sorted(project.shapes.keys() - named - set(profile.shapes))
    if unnamed:
        raise UsageError(
            f"The shapes {', '.join(unnamed)} in .kfm/shapes are named by no profile.",
            code="SHAPES_UNNAMED",
            file=f".kfm/shapes/{unnamed[0]}.ttl",
            fix=f"Add 'dcat: {{shapes: [{', '.join(unnamed)}]}}' to a profile of .kfm/profiles.",
        )


def _resolve(name: str, project: Project, chain: tuple[str, ...]) -> Profile:
    if name in chain:
        raise _bad(name, f"extends itself ({' -> '.join((*chain, name))})")
    is_house = name in project.profiles
    if is_house and name in built_in():
        raise _bad(name, "has the name of a built-in profile", fix="Give it a name of its own.")
    if is_house:
        document: Mapping[str, Any] = project.profiles[name]
    elif name in built_in():
        document = _built_in_document(name)
    else:
        known = sorted({*built_in(), *project.profiles})
        raise UsageError(
            f"There is no profile {name!r}.",
            code="PROFILE_UNKNOWN",
            wanted=", ".join(known),
            fix="Name one of these, or write .kfm/profiles/<name>.yaml.",
        )
    parent = (
        _resolve(document["extends"], project, (*chain, name)) if "extends" in document else None
    )
    if is_house and parent is None:
        raise _bad(name, "extends no other profile", fix="Add 'extends: promotion'.")
    _check_names(name, document)
    return _merge(name, document, parent, is_house)


def _merge(name: str, document: Mapping[str, Any], parent: Profile | None, house: bool) -> Profile:
    sets: dict[str, frozenset[str]] = {}
    for key in _SHRINKABLE:
        inherited = getattr(parent, key) if parent else frozenset()
        sets[key] = frozenset(document[key]) if key in document else inherited
        wider = sorted(sets[key] - inherited)
        if house and wider:
            raise _bad(name, f"widens '{key}' by {wider[0]}", fix="House profiles only tighten.")
    carries = document.get("carries", parent.carries if parent else None)
    if house and parent and carries != parent.carries:
        raise _bad(name, f"drops the limit {parent.carries!r} that its parent carries")
    return Profile(
        name=name,
        description=document["description"],
        gates=frozenset(document.get("gates", ())) | (parent.gates if parent else frozenset()),
        rules=frozenset(document.get("rules", ())) | (parent.rules if parent else frozenset()),
        carries=carries,
        thresholds=tighten(document.get("thresholds", {}), parent.thresholds if parent else {}),
        house=tuple(dict.fromkeys((*(parent.house if parent else ()), *document.get("house", ())))),
        shapes=tuple(
            dict.fromkeys(
                (*(parent.shapes if parent else ()), *document.get("dcat", {}).get("shapes", ()))
            )
        ),
        origin="house" if house else "built-in",
        **sets,
    )


def tighten(
    *layers: Mapping[str, Mapping[str, float]],
) -> dict[str, dict[str, float]]:
    """Combine thresholds by metric: the highest minimum and the lowest maximum count."""
    combined: dict[str, dict[str, float]] = {}
    for layer in layers:
        for metric, bounds in layer.items():
            target = combined.setdefault(metric, {})
            if "min" in bounds:
                target["min"] = max(bounds["min"], target.get("min", bounds["min"]))
            if "max" in bounds:
                target["max"] = min(bounds["max"], target.get("max", bounds["max"]))
    return combined


def _check_names(name: str, document: Mapping[str, Any]) -> None:
    from kfm_gates.gates import all_gates

    for gate in (*document.get("gates", ()), *document.get("conditional", ())):
        if gate not in all_gates():
            raise _bad(name, f"names the unknown gate {gate!r}", all_gates())
    for limit in document.get("admits", ()):
        if limit not in LIMITS:
            raise _bad(name, f"admits the unknown limit {limit!r}", LIMITS)


def _bad(name: str, why: str, known: Iterable[str] = (), fix: str | None = None) -> UsageError:
    return UsageError(
        f"The profile {name} {why}.",
        code="PROFILE_INVALID",
        wanted=", ".join(sorted(known)) or None,
        fix=fix or f"Mend the profile {name}.",
    )

"""Facts by example: for each rule a document that it passes and one that it refuses.

They are written as JSON merge patches (RFC 7386) over one complete facts document, in
`<area>.documents.json`; for house rules that is `<name>.documents.json` beside `<name>.rego`:

    {"pass": {}, "fail": {"license_known": {"rights": {"licenses": ["unknown"]}}}}

`pass` is what every rule of the area passes, `fail` has an entry for each rule, `not_applicable`
one for each conditional rule, `also_pass` one for a rule that passes in more than one way. These
lie over `pass`. A merge patch deletes with null, which no fact ever is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kfm_gates.errors import EvidenceUnreadable, UsageError

SUFFIX = ".documents.json"
_KINDS = ("pass", "also_pass", "fail", "not_applicable")


@dataclass(frozen=True)
class Documents:
    """Facts by rule id. A rule may have several that it passes."""

    passing: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    failing: Mapping[str, Any] = field(default_factory=dict)
    not_applicable: Mapping[str, Any] = field(default_factory=dict)


def load_documents(base: bytes, files: Mapping[str, bytes], rules: tuple[str, ...]) -> Documents:
    """Read the documents of some areas.

    Args:
        base: The facts document that the patches are laid over.
        files: Bytes of `<area>.documents.json` by area (`rights`, `overlay.tiles`).
        rules: Ids of the rules that exist.

    Raises:
        UsageError: `DOCUMENTS_INVALID`: not strict JSON, another shape, a rule that does not
            exist, facts that do not fit `facts/v1`.
    """
    facts = _read(base, "facts.json")
    _check(facts, "facts.json", "")
    passing: dict[str, list[Any]] = {}
    entries: dict[str, dict[str, Any]] = {kind: {} for kind in _KINDS[1:]}
    for area, raw in files.items():
        file = f"{area.removeprefix('overlay.')}{SUFFIX}"
        patches = _read(raw, file)
        if not isinstance(patches, dict) or not patches.keys() <= set(_KINDS):
            raise _invalid(file, "has another shape", wanted=", ".join(_KINDS))
        theirs = merge(facts, patches.get("pass", {}))
        _check(theirs, file, "/pass")
        passing |= {rule: [theirs] for rule in rules if area_of(rule) == area}
        for kind, found in entries.items():
            for name, patch in _object(patches.get(kind, {}), file, kind).items():
                if f"{area}.{name}" not in rules:
                    raise _invalid(file, f"names the rule {name}, which does not exist")
                found[f"{area}.{name}"] = merge(theirs, patch)
                _check(found[f"{area}.{name}"], file, f"/{kind}/{name}")
    for rule, document in entries["also_pass"].items():
        passing[rule].append(document)
    return Documents(passing, entries["fail"], entries["not_applicable"])


def area_of(rule: str) -> str:
    """Area of a rule id: `rights`, `overlay.tiles`."""
    return rule.rpartition(".")[0]


def merge(target: Any, patch: Any) -> Any:
    """Lay a JSON merge patch (RFC 7386) over a value. Nothing is changed in place."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge(merged.get(name), value)
    return merged


def _read(raw: bytes, file: str) -> Any:
    from kfm_gates.evidence import strict_json

    try:
        return strict_json.loads(raw, file=file)
    except EvidenceUnreadable as error:
        raise UsageError(
            error.message, code="DOCUMENTS_INVALID", file=file, line=error.line, wanted=error.wanted
        ) from error


def _check(facts: Any, file: str, pointer: str) -> None:
    from kfm_gates.evidence import json_schema

    issues = json_schema.validate("facts", facts)
    if issues:
        raise UsageError(
            f"These are no facts: {issues[0].message}",
            code="DOCUMENTS_INVALID",
            file=file,
            pointer=pointer,
            got=issues[0].got,
            wanted=issues[0].wanted,
            fix="Write a patch over the example facts that keeps to schemas/facts/v1.",
        )


def _object(value: Any, file: str, kind: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _invalid(file, f"has no object at /{kind}")
    return value


def _invalid(file: str, why: str, wanted: str | None = None) -> UsageError:
    return UsageError(
        f"The file {file} {why}.",
        code="DOCUMENTS_INVALID",
        file=file,
        wanted=wanted,
        fix="Give facts that the rules pass, and for each rule facts that it refuses.",
    )

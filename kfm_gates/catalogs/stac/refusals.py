"""Words for what a STAC document gets wrong. What is found here never decides anything.

jsonschema explains the first refusals; it is slow, so that very large documents, and the rest of a
catalog of which everything is wrong, are told in the words of the engine that decided.
"""

from __future__ import annotations

from itertools import islice
from typing import Any, Final

from kfm_gates.catalogs.stac.schemas import Schema
from kfm_gates.evidence.json_schema import Issue
from kfm_gates.evidence.text import shorten

MAX_ISSUES: Final = 20
"""How many places of one document are listed."""
_EXPLAINED: Final = 200
_LISTED: Final = 5_000
_SMALL: Final = 2_000


class Explainer:
    """Explains refusals, with patience for the first ones."""

    def __init__(self) -> None:
        self._left = _EXPLAINED
        self._listed = _LISTED

    def issues(self, schema: Schema, data: Any) -> list[Issue]:
        """Where and why a document that was refused does not fit; at least one place."""
        if self._listed <= 0:
            return [_generic(schema)]
        self._listed -= 1
        errors = list(islice(schema.validator.iter_errors(data), 10 * MAX_ISSUES))
        found: list[Issue] = []
        if self._left and _is_small(data):
            self._left -= 1
            found = _in_words(schema, data, errors)
        known = {issue.pointer for issue in found}
        for error in errors:
            pointer = _pointer(error.instance_path)
            if not found or (error.kind.name == "format" and pointer not in known):
                found.append(Issue(pointer, _message(error), _got(error), _wanted(error)))
                known.add(pointer)
        return found[:MAX_ISSUES] or [_generic(schema)]


def _generic(schema: Schema) -> Issue:
    return Issue("", f"It does not fit the schema {schema.name}.")


def _in_words(schema: Schema, data: Any, errors: list[Any]) -> list[Issue]:
    from kfm_gates.evidence import json_schema_words

    places = {tuple(error.instance_path): error.kind.name for error in errors}
    try:
        return json_schema_words.explain(
            schema.document, data, MAX_ISSUES, places, schema.resources
        )
    except Exception:  # a schema of somebody else: whatever is raised, the refusal stands
        return []


def _is_small(data: Any) -> bool:
    """Has a document so few values that the slow engine may look at all of them?"""
    waiting, seen = [data], 0
    while waiting:
        one = waiting.pop()
        seen += 1
        if seen > _SMALL:
            return False
        if isinstance(one, dict):
            waiting.extend(islice(one.values(), _SMALL))
        elif isinstance(one, list):
            waiting.extend(one[:64])
    return True


def _pointer(path: list[str | int]) -> str:
    from kfm_gates.evidence.json_schema_focus import pointer_of

    return pointer_of(path)


def _message(error: Any) -> str:
    if error.kind.name == "format":
        return "The text has not the format it needs."
    if error.kind.name == "required":
        return f"The field {shorten(str(error.kind.property))} is missing."
    return f"The value does not fit the schema ({error.kind.name})."


def _wanted(error: Any) -> str | None:
    return f"the format {error.kind.format}" if error.kind.name == "format" else None


def _got(error: Any) -> str | None:
    instance = error.instance
    return shorten(str(instance)) if isinstance(instance, str | int | float) else None

"""Events and facets against their definitions: jsonschema-rs decides, jsonschema explains."""

from __future__ import annotations

import functools
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from kfm_gates.evidence import json_schema
from kfm_gates.evidence.json_schema import Issue
from kfm_gates.evidence.text import shorten

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator

NAME: Final = "openlineage"
_FORMATS: Final = {
    "date-time": "a time with its offset, such as 2026-02-18T00:00:00Z",
    "uri": "an absolute URI",
    "uuid": "a UUID",
}
MAX_PLACES: Final = 20
"""So many places of one event or facet are listed."""


def fits(definition: str | None, data: Any) -> bool:
    """Does a value fit a definition; None for an event of any kind?"""
    try:
        return _compiled(definition).is_valid(data)
    except (ValueError, OverflowError):
        # What has no JSON form fits nothing.
        return False


def issues(definition: str | None, data: Any, *, explain: bool = True) -> list[Issue]:
    """What is wrong with a value that does not fit.

    Args:
        definition: Name of the definition, None for an event of any kind.
        data: The value.
        explain: Look for words; False where many values were explained already.
    """
    from kfm_gates.evidence import json_schema_focus

    try:
        found = list(islice(_compiled(definition).iter_errors(data), 10 * MAX_PLACES))
    except (ValueError, OverflowError) as trouble:
        return [Issue("", f"It is not JSON: {trouble}.", None, "plain JSON")]
    told: list[Issue] = []
    if explain:
        from kfm_gates.evidence import json_schema_words

        places = {tuple(error.instance_path): error.kind.name for error in found}
        told = json_schema_words.explain(_schema(definition), data, MAX_PLACES, places)
    if told:
        return told
    # The other one looks at fewer formats; here the one that refuses has to find the words.
    for error in found:
        if error.kind.name == "format":
            pointer = json_schema_focus.pointer_of(error.instance_path)
            name = str(getattr(error.kind, "format", ""))
            form = _FORMATS.get(name, name)
            return [Issue(pointer, "The text is malformed.", shorten(str(error.instance)), form)]
    pointer = json_schema_focus.pointer_of(found[0].instance_path if found else ())
    return [Issue(pointer, f"It does not fit {definition or 'OpenLineage'}.", None, None)]


@functools.cache
def _schema(definition: str | None) -> dict[str, Any]:
    if definition is None:
        return json_schema.load(NAME)
    whole = _schema(None)
    return {
        "$schema": whole["$schema"],
        "$defs": whole["$defs"],
        "$ref": f"#/$defs/{definition}",
    }


@functools.cache
def _compiled(definition: str | None) -> Draft202012Validator:
    return json_schema.compiled(_schema(definition))

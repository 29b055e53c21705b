"""Words for what a document gets wrong, from the errors of jsonschema.

Imported on a refusal only. What is found here never decides anything.
"""

from __future__ import annotations

import datetime as dt
import difflib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NoReturn

import jsonschema
import referencing
from jsonschema import validators
from jsonschema.exceptions import best_match

from kfm_gates.evidence.json_positions import escape
from kfm_gates.evidence.json_schema import Issue
from kfm_gates.evidence.json_schema_focus import Focus, Place, pointer_of
from kfm_gates.evidence.text import shorten

_FORMATS = jsonschema.FormatChecker(())


@_FORMATS.checks("date-time", raises=ValueError)
def _is_date_time(value: object) -> bool:
    return not isinstance(value, str) or dt.datetime.fromisoformat(value).tzinfo is not None


def _matches(validator: Any, pattern: str, value: object, schema: object) -> Iterator[Any]:
    """`pattern` as ECMA-262 means it: `$` is the end, where Python also allows a last line feed."""
    if isinstance(value, str):
        end = pattern.endswith("$") and not pattern.endswith("\\$")
        if not re.search(pattern[:-1] + r"\Z" if end else pattern, value):
            yield jsonschema.ValidationError(f"{value!r} does not match")


_extend: Any = validators.extend
_Validator = _extend(jsonschema.Draft202012Validator, {"pattern": _matches})


def explain(
    schema: dict[str, Any],
    data: Any,
    limit: int,
    places: Mapping[Place, str] | None = None,
    resources: Iterable[tuple[str, Any]] = (),
) -> list[Issue]:
    """List the places where a document does not fit, in the order of the document.

    Args:
        schema: The schema, resolved without fetching anything.
        data: The document.
        limit: How many places are listed; one more issue counts the rest.
        places: Where the deciding implementation found errors, and by which keyword: entries of
            long lists are only looked at there, since this one is a thousand times slower.
        resources: Other schemas that it refers to, by address.
    """
    focus = Focus(places)
    data = focus.cut(data, (), ())
    registry: Any = _registry(resources)
    validator = _Validator(schema, registry=registry, format_checker=_FORMATS)
    issues = [(_order(issue.pointer), issue) for issue in focus.issues]
    for error in validator.iter_errors(data):
        for leaf in _leaves(error):
            path = tuple(leaf.absolute_path)
            if path in focus.shortened:
                continue
            describe = _WORDS.get(str(leaf.validator), _anything)
            for issue in describe(leaf, pointer_of(focus.written(path))):
                issues.append((_order(issue.pointer), issue))
        if len(issues) > limit * 10:
            break
    issues.sort(key=lambda pair: pair[0])
    listed = list(_once(issue for _, issue in issues))
    version = [issue for issue in listed if issue.pointer == "/schema_version"]
    if version:
        return version
    if len(listed) > limit:
        more = len(listed) - limit
        listed = [*listed[:limit], Issue("", f"{more} or more further places do not fit.")]
    return listed


def _once(issues: Iterable[Issue]) -> Iterator[Issue]:
    """Leave out what only repeats that a value is bad: the first reason is enough."""
    seen: set[tuple[str, str | None]] = set()
    for issue in issues:
        key = (issue.pointer, None if issue.got is not None else issue.message)
        if key not in seen:
            seen.add(key)
            yield issue


def _deny(uri: str) -> NoReturn:
    raise LookupError(f"schemas are never fetched: {uri}")


def _registry(resources: Iterable[tuple[str, Any]]) -> Any:
    from referencing.jsonschema import DRAFT7, DRAFT202012

    registry: Any = referencing.Registry(retrieve=_deny)  # type: ignore[call-arg]
    for address, schema in resources:
        old = "draft-07" in str(schema.get("$schema", ""))
        resource = (DRAFT7 if old else DRAFT202012).create_resource(schema)
        registry = registry.with_resource(address, resource)
    return registry


def _order(pointer: str) -> tuple[tuple[int, str], ...]:
    parts = pointer.split("/")
    return tuple((int(p), "") if p.isascii() and p.isdigit() else (-1, p) for p in parts)


def _leaves(error: Any) -> Iterable[Any]:
    """The errors that say something: below anyOf and oneOf only the best match does."""
    if error.validator in ("anyOf", "oneOf") and error.context:
        alternatives = {inner.validator for inner in error.context}
        if alternatives <= {"required", "not", "const", "enum", "type"}:
            return [error]
        best = best_match([error])
        return [best or error]
    return [error]


def _required(error: Any, pointer: str) -> Iterable[Issue]:
    missing = next((n for n in error.validator_value if n not in error.instance), None)
    # jsonschema yields one error for each missing name and says which one only in its text.
    named = re.match(r"'(.*)' is a required property", error.message, re.DOTALL)
    name = named[1] if named else missing
    yield Issue(pointer, f"The field {name} is missing.", None, f"the field {name}")


def _unexpected(error: Any, pointer: str) -> Iterable[Issue]:
    known = list(error.schema.get("properties", {})) if isinstance(error.schema, dict) else []
    patterns = error.schema.get("patternProperties", {}) if isinstance(error.schema, dict) else {}
    for name in error.instance:
        if name in known or any(re.search(pattern, name) for pattern in patterns):
            continue
        close = difflib.get_close_matches(name[:100], known, n=1)
        hint = f"; {close[0]} is known" if close else ""
        wanted = f"the field {close[0]}" if close else "a field of the schema"
        own = ", or a field of your own: x_…" if "^x_" in patterns else ""
        yield Issue(
            f"{pointer}/{escape(name)}",
            f"The field {shorten(name)} is unknown{hint}.",
            shorten(name),
            wanted + own,
        )


def _type(error: Any, pointer: str) -> Iterable[Issue]:
    kinds = error.validator_value
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    wanted = " or ".join(_KINDS.get(kind, kind) for kind in kinds)
    yield Issue(pointer, f"The value is not {wanted}.", _shown(error.instance), wanted)


def _choice(error: Any, pointer: str) -> Iterable[Issue]:
    values = error.validator_value if error.validator == "enum" else [error.validator_value]
    wanted = ", ".join(_shown(value) for value in values)
    known = "one of the known ones" if len(values) > 1 else wanted
    yield Issue(pointer, f"The value is not {known}.", _shown(error.instance), wanted)


def _pattern(error: Any, pointer: str) -> Iterable[Issue]:
    schema = error.schema if isinstance(error.schema, dict) else {}
    wanted = str(schema.get("title") or f"text that matches {error.validator_value}")
    examples = schema.get("examples")
    if examples:
        wanted = f"{wanted}, such as {_shown(examples[0])}"
    yield Issue(pointer, "The text has not the form it needs.", _shown(error.instance), wanted)


def _format(error: Any, pointer: str) -> Iterable[Issue]:
    wanted = "a time such as 2026-02-18T00:00:00Z"
    if error.validator_value != "date-time":
        wanted = f"the format {error.validator_value}"
    yield Issue(pointer, "The text is not a valid value.", _shown(error.instance), wanted)


def _bound(error: Any, pointer: str) -> Iterable[Issue]:
    bound = error.validator_value
    message, wanted = {
        "minimum": ("The number is too small.", f"at least {bound}"),
        "maximum": ("The number is too large.", f"at most {bound}"),
        "exclusiveMinimum": ("The number is too small.", f"more than {bound}"),
        "exclusiveMaximum": ("The number is too large.", f"less than {bound}"),
        "minLength": ("The text is too short.", f"at least {bound} character(s)"),
        "maxLength": ("The text is too long.", f"at most {bound} characters"),
        "minItems": ("The list has too few entries.", f"at least {bound}"),
        "maxItems": ("The list has too many entries.", f"at most {bound}"),
        "minProperties": ("The object has too few fields.", f"at least {bound}"),
        "maxProperties": ("The object has too many fields.", f"at most {bound}"),
        "uniqueItems": ("The list holds an entry twice.", "every entry once"),
    }[str(error.validator)]
    got = _shown(error.instance) if isinstance(error.instance, str | int | float) else None
    yield Issue(pointer, message, got, wanted)


def _exactly_one(error: Any, pointer: str) -> Iterable[Issue]:
    names = [
        name
        for choice in error.validator_value
        if isinstance(choice, dict)
        for name in choice.get("required", ())
    ]
    if not names:
        kinds = [i.validator_value for i in error.context or () if i.validator == "type"]
        wanted = " or ".join(_KINDS.get(str(kind), str(kind)) for kind in kinds)
        message = "The value is not of a known kind."
        yield Issue(pointer, message, _shown(error.instance), wanted or None)
        return
    how = "exactly one of" if error.validator == "oneOf" else "at least one of"
    if not isinstance(error.instance, dict):
        yield Issue(pointer, "The value is not an object.", _shown(error.instance), "an object")
        return
    given = [name for name in names if name in error.instance]
    yield Issue(
        pointer,
        f"Of the fields {', '.join(names)} there {'are several' if given else 'is none'}.",
        ", ".join(given) or None,
        f"{how} {', '.join(names)}",
    )


def _refused(error: Any, pointer: str) -> Iterable[Issue]:
    schema = error.validator_value if isinstance(error.validator_value, dict) else {}
    wanted = str(schema.get("description") or "another value")
    yield Issue(pointer, "The value is one that is refused.", _shown(error.instance), wanted)


def _name(error: Any, pointer: str) -> Iterable[Issue]:
    yield Issue(pointer, "A name in the object has not the form it needs.", None, None)


def _anything(error: Any, pointer: str) -> Iterable[Issue]:
    what = f"The value does not fit the schema ({error.validator})."
    yield Issue(pointer, what, _shown(error.instance), None)


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return shorten(json.dumps(value, ensure_ascii=False))


_KINDS: Final = {
    "object": "an object",
    "array": "a list",
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "null",
}

_WORDS: Final[dict[str, Callable[[Any, str], Iterable[Issue]]]] = {
    "required": _required,
    "additionalProperties": _unexpected,
    "unevaluatedProperties": _unexpected,
    "type": _type,
    "enum": _choice,
    "const": _choice,
    "pattern": _pattern,
    "format": _format,
    "oneOf": _exactly_one,
    "anyOf": _exactly_one,
    "not": _refused,
    "propertyNames": _name,
    **dict.fromkeys(
        (
            *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
            *("minLength", "maxLength", "minItems", "maxItems"),
            *("minProperties", "maxProperties", "uniqueItems"),
        ),
        _bound,
    ),
}

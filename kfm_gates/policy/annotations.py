"""The METADATA of a rule, under a closed schema. `waivable: no` is a string in YAML 1.2's eyes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from kfm_gates.model import Level, RuleInfo, Who

CODE = re.compile(r"[A-Z][A-Z0-9_]{2,95}")
_MAX_TEXT = 2000
_OUTER = frozenset({"title", "description", "scope", "custom", "location"})


class AnnotationError(ValueError):
    """The annotation does not fit; the text says where and what was wanted."""


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise AnnotationError("has to be a text that is not empty")
    if len(value) > _MAX_TEXT or not value.replace("\n", " ").isprintable():
        raise AnnotationError(f"has to be printable and at most {_MAX_TEXT} characters long")
    return " ".join(value.split())


def _boolean(value: Any) -> bool:
    if value is not True and value is not False:
        raise AnnotationError("has to be true or false")
    return bool(value)


def _code(value: Any) -> str:
    if not isinstance(value, str) or not CODE.fullmatch(value):
        raise AnnotationError(f"has to match {CODE.pattern}")
    return value


def _level(value: Any) -> Level:
    return Level(_one_of(value, [str(level) for level in Level]))


def _who(value: Any) -> Who:
    return Who(_one_of(value, [str(who) for who in Who]))


def _one_of(value: Any, known: list[str]) -> str:
    if not isinstance(value, str) or value not in known:
        raise AnnotationError(f"has to be one of {', '.join(known)}")
    return value


def _source(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise AnnotationError("has to be a list of requirement ids that is not empty")
    return tuple(_text(item) for item in value)


_CUSTOM: Mapping[str, tuple[bool, Callable[[Any], Any]]] = {
    "code": (True, _code),
    "level": (True, _level),
    "waivable": (True, _boolean),
    "solution": (True, _text),
    "who": (False, _who),
    "may_warn": (False, _boolean),
    "conditional": (False, _boolean),
    "source": (False, _source),
    "why": (False, _text),
}
"""Key -> (required, reader)."""


def rule_info(id_: str, annotation: Mapping[str, Any]) -> RuleInfo:
    """Read the annotation of one status rule.

    Args:
        id_: `<area>.<rule>` or `overlay.<name>.<rule>`.
        annotation: As `opa parse` gives it.

    Raises:
        AnnotationError: A key is missing, unknown or of another type.
    """
    strangers = sorted(annotation.keys() - _OUTER)
    if strangers:
        raise AnnotationError(f"the key {strangers[0]!r} is unknown")
    if annotation.get("scope") != "document":
        raise AnnotationError("'scope' has to be document")
    custom = annotation.get("custom")
    if not isinstance(custom, Mapping):
        raise AnnotationError("'custom' with code, level, waivable and solution is missing")
    strangers = sorted(custom.keys() - _CUSTOM.keys())
    if strangers:
        raise AnnotationError(f"the key 'custom.{strangers[0]}' is unknown")
    values: dict[str, Any] = {}
    for key, (required, read) in _CUSTOM.items():
        if key in custom:
            values[key] = _at(f"custom.{key}", read, custom[key])
        elif required:
            raise AnnotationError(f"'custom.{key}' is missing")
    for key in ("title", "description"):
        if key not in annotation:
            raise AnnotationError(f"'{key}' is missing")
        values[key] = _at(key, _text, annotation[key])
    return RuleInfo(id=id_, **values)


def _at(key: str, read: Callable[[Any], Any], value: Any) -> Any:
    try:
        return read(value)
    except AnnotationError as error:
        raise AnnotationError(f"'{key}' {error}") from error

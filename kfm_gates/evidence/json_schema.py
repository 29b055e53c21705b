"""JSON Schema: jsonschema-rs decides, jsonschema explains a refusal, nothing is ever fetched.

Two implementations read the same schema. The fast one alone says valid or not; the other one is
imported only to find words for a refusal, and can never turn it into an acceptance.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NoReturn

from kfm_gates.resources import read_data

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator

MAX_ISSUES: Final = 100
"""How many places of one document are listed; the rest is counted."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_VERSION = re.compile(r"v[1-9][0-9]*")


@dataclass(frozen=True, slots=True)
class Issue:
    """One place where a document does not fit its schema.

    Args:
        pointer: JSON Pointer (RFC 6901) of the place, empty for the document itself.
        message: What is wrong there, one sentence.
        got: The value, shortened, as JSON.
        wanted: What the schema asks for.
    """

    pointer: str
    message: str
    got: str | None = None
    wanted: str | None = None


def load(name: str, version: str = "v1") -> dict[str, Any]:
    """Read a shipped schema.

    Args:
        name: `run_record`, `facts` and the like.
        version: `v1` and so on.

    Raises:
        ValueError: No schema can have such a name.
        KfmGatesError: It is not installed.
    """
    from kfm_gates.evidence import strict_json

    if not _NAME.fullmatch(name) or not _VERSION.fullmatch(version):
        raise ValueError(f"no schema has the name {name!r}, version {version!r}")
    raw = read_data("schemas", name, f"{version}.schema.json")
    schema = strict_json.loads(raw, file=f"schemas/{name}/{version}.schema.json")
    if not isinstance(schema, dict):
        raise ValueError(f"the schema {name}/{version} is not an object")
    return schema


def validate(name: str, data: Any, version: str = "v1") -> list[Issue]:
    """Compare a document with a shipped schema. Formats are checked.

    Args:
        name: `run_record`, `facts` and the like.
        data: The parsed document.
        version: `v1` and so on.

    Returns:
        What is wrong, nothing if it fits; at most `MAX_ISSUES` places and one that counts the
        others. An unknown `schema_version` is reported alone, since it is another contract.

    Raises:
        ValueError: No schema can have such a name.
        KfmGatesError: The schema is not installed.
    """
    validator = _compiled(name, version)
    try:
        if validator.is_valid(data):
            return []
    except (ValueError, OverflowError) as error:
        # What has no JSON form cannot fit: other types, keys that are not text, surrogates.
        return [Issue("", f"The document is not JSON: {error}.", None, "plain JSON")]
    return _explain(name, version, validator, data)


def _explain(name: str, version: str, validator: Draft202012Validator, data: Any) -> list[Issue]:
    from kfm_gates.evidence import json_schema_focus, json_schema_words

    found = islice(validator.iter_errors(data), 10 * MAX_ISSUES)
    places = {tuple(error.instance_path): error.kind.name for error in found}
    issues = json_schema_words.explain(load(name, version), data, MAX_ISSUES, places)
    if issues:
        return issues
    # The two disagree, and the one that refuses is right; its place has to do.
    pointer = json_schema_focus.pointer_of(next(iter(places), ()))
    return [Issue(pointer, f"The value does not fit {name}/{version}.", None, None)]


@functools.cache
def _compiled(name: str, version: str) -> Draft202012Validator:
    return compiled(load(name, version))


def compiled(schema: dict[str, Any]) -> Draft202012Validator:
    """Compile a schema of ours: formats count, and nothing that it refers to is fetched."""
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator(
        schema,
        validate_formats=True,
        ignore_unknown_formats=False,
        retriever=deny,
        # The linear-time engine: no pattern of a schema can be made to backtrack by a document.
        pattern_options=jsonschema_rs.RegexOptions(),
    )


def deny(uri: str) -> NoReturn:
    """Refuse to fetch a schema.

    Raises:
        ValueError: Always.
    """
    raise ValueError(f"schemas are never fetched: {uri}")

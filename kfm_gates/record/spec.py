"""The spec of a run: what went in, in a form whose digest anyone can compute again (C-09).

`spec_hash` is the sha256 of the RFC 8785 canonical form. Run id and times are left out, so that
two runs of the same work have the same hash.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from kfm_gates.errors import RecorderError
from kfm_gates.record.ids import shown

MAX_DEPTH: Final = 32
MAX_BYTES: Final = 1 << 20
MAX_INTEGER: Final = 2**53 - 1


def plain(value: object, what: str = "params") -> Any:
    """Copy a value into plain JSON types, refusing what readers would understand differently.

    Args:
        value: Mappings with string keys, lists, tuples, text, numbers, booleans, None.
        what: What it is called in an error.

    Raises:
        RecorderError: NaN or infinity, an integer beyond 2**53 - 1, a key that is not text, a
            lone surrogate, deeper than 32, larger than 1 MiB, or another type.
    """
    copy = _plain(value, what, "", 0)
    if len(canonical(copy)) > MAX_BYTES:
        raise _refused(what, "", "it is too large", None, f"at most {MAX_BYTES} bytes of JSON")
    return copy


def canonical(value: Any) -> bytes:
    """The RFC 8785 (JCS) form of a value that `plain` accepts."""
    import rfc8785

    return rfc8785.dumps(value)


def build(
    pipeline: str,
    params: Mapping[str, Any],
    inputs: Sequence[Mapping[str, Any]],
    commit: str,
) -> dict[str, Any]:
    """Put a spec together from the parts that the receipts repeat.

    Args:
        pipeline: `pipeline_id` of the run record.
        params: Parameters, plain JSON.
        inputs: Inputs of the manifest; path or uri, digest and role are taken over.
        commit: `git_commit` of the run record.
    """
    return {
        "pipeline_id": pipeline,
        "params": dict(params),
        "inputs": [
            {key: one[key] for key in ("path", "uri", "digest", "role") if key in one}
            for one in inputs
        ],
        "code": {"git_commit": commit},
    }


def spec_hash(spec: Mapping[str, Any]) -> str:
    """`sha256:` and the digest over the canonical form of a spec."""
    return f"sha256:{hashlib.sha256(canonical(dict(spec))).hexdigest()}"


def _plain(value: object, what: str, pointer: str, depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value, what, pointer)
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise _refused(
                what, pointer, "the integer loses precision", value, "at most 2**53 - 1, or text"
            )
        return int(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise _refused(what, pointer, "JSON has no such number", value, "a finite number")
        return float(value)
    if depth >= MAX_DEPTH:
        raise _refused(what, pointer, "it is nested too deeply", None, f"at most {MAX_DEPTH} deep")
    if isinstance(value, Mapping):
        copy: dict[str, Any] = {}
        for key, inner in value.items():
            if not isinstance(key, str):
                raise _refused(what, pointer, "a key is not text", key, "text keys")
            name = _text(key, what, pointer)
            copy[name] = _plain(inner, what, f"{pointer}/{_escaped(name)}", depth + 1)
        return copy
    if isinstance(value, list | tuple):
        return [_plain(inner, what, f"{pointer}/{n}", depth + 1) for n, inner in enumerate(value)]
    raise _refused(
        what,
        pointer,
        f"JSON has no {type(value).__name__}",
        value,
        "text, numbers, booleans, null, lists and mappings",
    )


def _text(value: str, what: str, pointer: str) -> str:
    # str.__str__ takes the value of a StrEnum, where str() of another subclass may be anything.
    text = str.__str__(value)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise _refused(what, pointer, "it holds a lone surrogate", value, "valid Unicode") from None
    return text


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _refused(what: str, pointer: str, why: str, got: object, wanted: str) -> RecorderError:
    place = f"{what}{pointer}".replace("\n", " ")
    return RecorderError(
        f"{shown(place)[1:-1]} cannot be recorded: {why}.",
        code="PARAMS_INVALID",
        pointer=pointer or None,
        got=None if got is None else shown(got),
        wanted=wanted,
    )

from __future__ import annotations

import enum
import hashlib
import json
import math
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from kfm_gates.errors import RecorderError
from kfm_gates.evidence import strict_json
from kfm_gates.record import spec
from kfm_gates.record.receipts import render

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-spec.MAX_INTEGER, spec.MAX_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(st.dictionaries(st.text(), JSON, max_size=5))
def test_what_is_recorded_is_read_back_with_the_same_hash(params: dict[str, Any]) -> None:
    made = spec.build("pipelines/x", spec.plain(params), [], "0123456789ab")
    read = strict_json.loads(render({"spec": made}), file="x.json")["spec"]
    assert spec.spec_hash(read) == spec.spec_hash(made)


@given(st.dictionaries(st.text(), JSON, max_size=5))
def test_the_hash_does_not_depend_on_the_order_of_keys(params: dict[str, Any]) -> None:
    turned = dict(reversed(params.items()))
    assert spec.spec_hash({"params": spec.plain(params)}) == spec.spec_hash({"params": turned})


def test_the_hash_is_sha256_over_jcs() -> None:
    made = {"b": [1, 2.5], "a": "\u20ac"}
    wanted = hashlib.sha256('{"a":"€","b":[1,2.5]}'.encode()).hexdigest()
    assert spec.spec_hash(made) == f"sha256:{wanted}"
    assert rfc8785.dumps(made) == spec.canonical(made)


def test_the_spec_repeats_inputs_without_their_labels() -> None:
    inputs = [{"path": "data/raw/a", "digest": "sha256:1", "role": "primary", "label": "public"}]
    made = spec.build("p", {"x": 1}, inputs, "0123456789ab")
    assert made == {
        "pipeline_id": "p",
        "params": {"x": 1},
        "inputs": [{"path": "data/raw/a", "digest": "sha256:1", "role": "primary"}],
        "code": {"git_commit": "0123456789ab"},
    }


class _Colour(enum.StrEnum):
    RED = "red"


def test_plain_takes_tuples_enums_and_mappings() -> None:
    assert spec.plain({"a": (1, _Colour.RED), "b": True}) == {"a": [1, "red"], "b": True}
    assert type(spec.plain(_Colour.RED)) is str


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ({"a": math.nan}, "/a"),
        ({"a": [math.inf]}, "/a/0"),
        ({"a": 2**53}, "/a"),
        ({"a": -(2**53)}, "/a"),
        ({"a": {"b/c": {1: 2}}}, "/a/b~1c"),
        ({"a": "\ud800"}, "/a"),
        ({"\udfff": 1}, None),
        ({"a": {1, 2}}, "/a"),
        ({"a": b"x"}, "/a"),
        ({"a": object()}, "/a"),
        (deep(33), "/0" * 32),
        ({"a": "x" * (spec.MAX_BYTES + 1)}, None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_readers_would_understand_differently_is_refused(
    value: Any, pointer: str | None
) -> None:
    with pytest.raises(RecorderError) as caught:
        spec.plain(value)
    assert caught.value.code == "PARAMS_INVALID"
    assert caught.value.pointer == pointer
    caught.value.message.encode("utf-8")


def test_the_deepest_params_are_still_read_strictly() -> None:
    params = {"a": deep(spec.MAX_DEPTH - 1)}
    made = spec.build("p", spec.plain(params), [], "0123456789ab")
    raw = render({"spec": made, "params": params})
    assert strict_json.loads(raw, file="x.json") == json.loads(raw)

"""Mutated bundles and envelopes: never a changed payload, never anything but our two answers.

2,000 mutants in the suite; `KFM_GATES_FUZZ=20000` for the long run. The seed is printed with a
failure and can be given as `KFM_GATES_FUZZ_SEED`.
"""

from __future__ import annotations

import base64
import copy
import json
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from attest_bench import CONTENT, GOOD, SUBJECT, Bench, approval, statement, subject
from cryptography.hazmat.primitives.asymmetric import ec
from test_trust_modes import envelope, with_keys

from kfm_gates.attest import Denied, VerifiedEvidence
from kfm_gates.attest.statement import APPROVAL

MUTANTS = int(os.environ.get("KFM_GATES_FUZZ", "2000"))
SEED = int(os.environ.get("KFM_GATES_FUZZ_SEED", "20260218"))
ODD: list[Any] = [None, True, 0, -1, 2**53, 1.5, "", "0", "AAAA", "\u2028", "\x00", [], {}, [[]]]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document."""
    yield path
    if isinstance(value, dict):
        inside: Any = value.items()
    else:
        inside = enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield from places(inner, (*path, key))


def at(document: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        document = document[key]
    return document


def shape_mutant(document: Any, other: Any, rng: random.Random) -> bytes:
    """Change one to three places: values, members, items, text, bytes inside base64."""
    changed = copy.deepcopy(document)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        path = rng.choice([p for p in places(changed) if p])
        parent, key = at(changed, path[:-1]), path[-1]
        value = parent[key]
        what = rng.randrange(7)
        if what == 0:
            parent[key] = copy.deepcopy(rng.choice(ODD))
        elif what == 1:
            del parent[key]
        elif what == 2 and isinstance(parent, dict):
            parent[str(key) + rng.choice(("", "2", " "))] = value
            parent[rng.choice(("x", "keyid", "publicKey", "messageSignature"))] = copy.deepcopy(
                rng.choice(ODD)
            )
        elif what == 3 and isinstance(parent, list):
            parent.insert(rng.randrange(len(parent) + 1), copy.deepcopy(value))
        elif what == 4:
            donors = [p for p in places(other) if p and p[-1] == key]
            if donors:
                parent[key] = copy.deepcopy(at(other, rng.choice(donors)))
        elif isinstance(value, str) and value:
            parent[key] = text_mutant(value, rng)
    return json.dumps(changed).encode()


def text_mutant(text: str, rng: random.Random) -> str:
    """Change a text: a character, its case, its length, or a bit of the bytes that it encodes."""
    spot = rng.randrange(len(text))
    try:
        raw = bytearray(base64.b64decode(text, validate=True))
    except ValueError:
        raw = bytearray()
    if raw and rng.random() < 0.6:
        raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
        return base64.b64encode(bytes(raw)).decode()
    return rng.choice(
        (
            text[:spot] + rng.choice("Aa0+/= \n\u00e9") + text[spot + 1 :],
            text[:spot] + text[spot + 1 :],
            text[:spot] + "\n" + text[spot:],
            text.swapcase(),
            text + "=",
            text * 2,
        )
    )


def byte_mutant(raw: bytes, rng: random.Random) -> bytes:
    """Change the bytes of the file: bits, cuts, doubled and inserted pieces."""
    data = bytearray(raw)
    for _ in range(rng.choice((1, 1, 2, 4))):
        spot = rng.randrange(len(data))
        what = rng.randrange(5)
        if what == 0:
            data[spot] ^= 1 << rng.randrange(8)
        elif what == 1:
            del data[spot : spot + rng.randrange(1, 40)]
        elif what == 2:
            end = min(len(data), spot + rng.randrange(1, 200))
            data[spot:spot] = data[spot:end]
        elif what == 3:
            data[spot:spot] = rng.choice((b"\x00", b"{", b"[" * 50, b"\xff", b'"', b",", b"\n"))
        else:
            data[spot] = rng.randrange(256)
        if not data:
            break
    return bytes(data)


def payload_of(raw: bytes) -> bytes:
    document = json.loads(raw)
    return base64.b64decode(document.get("dsseEnvelope", document)["payload"])


def fuzz(
    documents: list[dict[str, Any]],
    count: int,
    verify: Callable[[bytes], VerifiedEvidence | Denied],
) -> Counter[str]:
    """Mutate and verify; returns what was answered how often."""
    rng = random.Random(SEED)
    answers: Counter[str] = Counter()
    payloads = {payload_of(json.dumps(d).encode()) for d in documents}
    for number in range(count):
        document, other = rng.choice(documents), rng.choice(documents)
        if rng.random() < 0.7:
            raw = shape_mutant(document, other, rng)
        else:
            raw = byte_mutant(json.dumps(document).encode(), rng)
        answer = verify(raw)
        if isinstance(answer, VerifiedEvidence):
            assert payload_of(raw) in payloads, (SEED, number, raw)
            answers["passed"] += 1
        else:
            assert isinstance(answer, Denied), (SEED, number, raw)
            assert answer.code.id != "VERIFIER_CRASHED", (SEED, number, raw)
            answers[answer.code.id] += 1
    return answers


def test_mutated_bundles(bench: Bench) -> None:
    private = bench.document(
        pipeline=bench.document()["signers"]["pipeline"],
        private=bench.document()["signers"]["pipeline"] | {"trust": "timestamp_only"},
    )
    policy = bench.policy(private)
    documents = [
        bench.sigstore.attest(statement(), GOOD, version=version, media=media)
        for version in (0, 1, 2)
        for media in ("0.2", "0.3")
    ]
    for document in documents:
        assert isinstance(bench.verify(document, policy=policy), VerifiedEvidence)
    answers = fuzz(documents, MUTANTS, lambda raw: bench.verify(raw, policy=policy))
    assert len(answers) > 15, answers


def test_mutated_envelopes(bench: Bench) -> None:
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(3)]
    whole = [subject("content", CONTENT), subject("subject", SUBJECT)]
    said = statement(whole, APPROVAL, approval())
    policy = bench.policy(with_keys(bench, *keys, threshold=2))
    documents = [envelope(*keys[:2], said=said), envelope(*keys[1:], said=said)]
    answers = fuzz(documents, max(200, MUTANTS // 4), lambda raw: bench.verify(raw, policy=policy))
    assert len(answers) > 5, answers


@pytest.mark.parametrize("size", [0, 1, 7, 300])
def test_noise(bench: Bench, size: int) -> None:
    rng = random.Random(SEED + size)
    for _ in range(50):
        answer = bench.verify(rng.randbytes(size))
        assert isinstance(answer, Denied)
        assert answer.code.id in ("BUNDLE_EMPTY", "BUNDLE_SYNTAX", "BUNDLE_MALFORMED")

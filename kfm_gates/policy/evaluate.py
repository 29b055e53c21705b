"""Ask OPA, and believe nothing but a complete answer to exactly this question.

The exit code is never the verdict. An answer counts only if it is one result with one expression,
fits `decision/v1`, echoes the digest of the facts, and gives a status for exactly the rules that
the policy declares. Everything else is a `PolicyError` of that run.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

from kfm_gates.errors import PolicyError
from kfm_gates.model import Decision
from kfm_gates.policy.answer import UNDEFINED, checked, refusal, value_of
from kfm_gates.policy.bundle import Policy
from kfm_gates.policy.facts import MAX_BYTES
from kfm_gates.policy.locate import Opa
from kfm_gates.policy.process import run
from kfm_gates.policy.workspace import workspace

DECISION = "data.kfm.gates.decision"
FINDINGS_BATCH = (
    "{digest: found | some item in input.batch; digest := item.host.facts_sha256; "
    "found := data.kfm.gates.findings with input as item}"
)
BATCH = "data.kfm.gates.batch"

MAX_ANSWER = 1 << 20
"""Bytes of the answer to one question."""
MAX_SHARD = 250
"""Questions in one process; more would only cost memory."""
MAX_DETAILS = 1000
MAX_ALONE = 20
"""Inputs whose details are asked for one by one where their process gave no answer."""

_DIGEST = re.compile(r"[0-9a-f]{64}")


def evaluate(
    opa: Opa, policy: Policy, inputs: Sequence[Mapping[str, Any]], timeout_s: float = 60.0
) -> list[Decision | PolicyError]:
    """Ask for a decision about each input.

    Args:
        opa: The verified OPA.
        policy: The loaded policy.
        inputs: Facts with `host.facts_sha256`, one for each run.
        timeout_s: Seconds that one process may take.

    Returns:
        For each input, in order, the checked decision or why there is none. Many inputs are
        asked about in as many processes as there are cores; what a process does not answer
        completely is asked again one by one, so that no run can cost another its decision.
    """
    if policy.unchecked is not None:
        return [policy.unchecked] * len(inputs)
    questions = [_question(input_) for input_ in inputs]
    answers: list[Decision | PolicyError | None] = [
        question if isinstance(question, PolicyError) else None for question in questions
    ]
    by_digest: dict[str, list[int]] = {}
    for n, question in enumerate(questions):
        if not isinstance(question, PolicyError):
            by_digest.setdefault(question[0], []).append(n)
    open_: dict[str, bytes] = {}
    for digest, places in by_digest.items():
        bodies = {questions[n][1] for n in places}  # type: ignore[index]
        if len(bodies) > 1:
            clash = refusal("two different facts carry the same digest", "DECISION_MISMATCH")
            for n in places:
                answers[n] = clash
        else:
            open_[digest] = bodies.pop()
    decided = _ask_all(opa, policy, open_, timeout_s)
    for digest, answer in decided.items():
        for n in by_digest[digest]:
            answers[n] = answer
    return [answer if answer is not None else refusal("it was not asked") for answer in answers]


def details(
    opa: Opa, policy: Policy, inputs: Sequence[Mapping[str, Any]], timeout_s: float = 30.0
) -> list[list[dict[str, Any]]]:
    """Where, what was got and what was wanted, for the failed rules of each input.

    Best effort: an entry may be empty, and nothing but what people read depends on it. Many
    inputs share a process; where that one gives no answer, a few are asked about one by one.
    """
    questions = [_question(input_) for input_ in inputs]
    asked = {q[0]: q[1] for q in questions if not isinstance(q, PolicyError)}
    found: dict[str, list[dict[str, Any]]] = {}
    if policy.unchecked is None and _is_unchanged(opa):
        for n in range(0, len(asked), MAX_SHARD):
            shard = dict(list(asked.items())[n : n + MAX_SHARD])
            found |= _details_of(opa, policy, shard, timeout_s)
    return [[] if isinstance(q, PolicyError) else found.get(q[0], []) for q in questions]


def _is_unchanged(opa: Opa) -> bool:
    try:
        opa.require_unchanged()
    except PolicyError:
        return False
    return True


def _details_of(
    opa: Opa, policy: Policy, shard: Mapping[str, bytes], timeout_s: float
) -> dict[str, list[dict[str, Any]]]:
    raw = b'{"batch":[' + b",".join(shard.values()) + b"]}"
    bound = MAX_ANSWER + len(shard) * (MAX_ANSWER >> 5)
    try:
        value = _query(opa, policy, FINDINGS_BATCH, raw, timeout_s, bound)
    except PolicyError:
        if len(shard) == 1:
            return {}
        alone = [{digest: body} for digest, body in shard.items()][:MAX_ALONE]
        return {d: f for one in alone for d, f in _details_of(opa, policy, one, timeout_s).items()}
    if not isinstance(value, dict):
        return {}
    return {
        digest: [
            entry
            for entry in entries[:MAX_DETAILS]
            if isinstance(entry, dict) and entry.get("rule") in policy.rules
        ]
        for digest, entries in value.items()
        if isinstance(entries, list)
    }


def _question(input_: Mapping[str, Any]) -> tuple[str, bytes] | PolicyError:
    """Digest and bytes of one input, or why it cannot be asked about."""
    host = input_.get("host")
    digest = host.get("facts_sha256") if isinstance(host, Mapping) else None
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        return PolicyError(
            UNDEFINED, code="DECISION_UNDEFINED", wanted="facts with host.facts_sha256"
        )
    try:
        raw = json.dumps(input_, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError, RecursionError) as error:
        return PolicyError(f"The facts cannot be written as JSON: {error}", code="FACTS_INVALID")
    if len(raw) > MAX_BYTES:
        return PolicyError(
            f"The facts are larger than {MAX_BYTES} bytes.",
            code="FACTS_INVALID",
            got=f"{len(raw)} bytes",
        )
    return digest, raw


def _ask_all(
    opa: Opa, policy: Policy, questions: Mapping[str, bytes], timeout_s: float
) -> dict[str, Decision | PolicyError]:
    if not questions:
        return {}
    digests = list(questions)
    processes = min(len(digests), os.cpu_count() or 1)
    processes = max(processes, -(-len(digests) // MAX_SHARD))
    shards = [{d: questions[d] for d in digests[n::processes]} for n in range(processes)]
    if len(shards) == 1:
        return _ask_shard(opa, policy, shards[0], timeout_s)
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(min(processes, os.cpu_count() or 1)) as pool:
        parts = pool.map(lambda shard: _ask_shard(opa, policy, shard, timeout_s), shards)
        return {digest: answer for part in parts for digest, answer in part.items()}


def _ask_shard(
    opa: Opa, policy: Policy, shard: Mapping[str, bytes], timeout_s: float
) -> dict[str, Decision | PolicyError]:
    """Ask about a shard in one process; where anything is wrong, ask about each on its own."""
    if len(shard) > 1:
        try:
            return dict(_ask_batch(opa, policy, shard, timeout_s))
        except PolicyError:
            pass
    return {digest: _ask_one(opa, policy, digest, raw, timeout_s) for digest, raw in shard.items()}


def _ask_one(
    opa: Opa, policy: Policy, digest: str, raw: bytes, timeout_s: float
) -> Decision | PolicyError:
    try:
        return checked(_query(opa, policy, DECISION, raw, timeout_s, MAX_ANSWER), digest, policy)
    except PolicyError as error:
        return error


def _ask_batch(
    opa: Opa, policy: Policy, shard: Mapping[str, bytes], timeout_s: float
) -> dict[str, Decision]:
    raw = b'{"batch":[' + b",".join(shard.values()) + b"]}"
    bound = MAX_ANSWER + len(shard) * (MAX_ANSWER >> 5)
    value = _query(opa, policy, BATCH, raw, timeout_s, bound)
    if not isinstance(value, dict) or value.keys() != shard.keys():
        raise refusal("the batch does not answer exactly what was asked", "DECISION_MISMATCH")
    return {digest: checked(value[digest], digest, policy) for digest in shard}


def _query(
    opa: Opa, policy: Policy, query: str, stdin: bytes, timeout_s: float, max_stdout: int
) -> Any:
    """Value of one query.

    Raises:
        PolicyError: OPA was replaced or failed, or it did not print exactly one result with one
            expression.
    """
    opa.require_unchanged()
    files = {**policy.bundles, "capabilities.json": policy.capabilities}
    with workspace(files) as folder:
        argv = [
            str(opa.path),
            "eval",
            "--format=json",
            "--strict",
            "--strict-builtin-errors",
            f"--timeout={max(1, round(timeout_s * 1000))}ms",
            f"--capabilities={folder / 'capabilities.json'}",
            *(f"--bundle={folder / name}" for name in policy.bundles),
            "--stdin-input",
            query,
        ]
        done = run(argv, timeout_s=timeout_s, max_stdout=max_stdout, stdin=stdin)
    return value_of(done, query, max_stdout)

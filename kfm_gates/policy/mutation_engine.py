"""Ask OPA about thousands of facts documents at once: for tests of policies, not for verdicts."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kfm_gates.errors import PolicyError
from kfm_gates.policy.locate import Opa
from kfm_gates.policy.parse import parse_modules, refused
from kfm_gates.policy.process import Completed, run
from kfm_gates.policy.syntax import Problem
from kfm_gates.policy.workspace import workspace

# The facts get a name of their own first: OPA 1.19 evaluates `with input as item.facts` wrongly.
_QUERY: Final = (
    "{i: {rule.id: status | some rule in item.rules; facts := item.facts;"
    " status := data.kfm[rule.kind][rule.area].status[rule.name] with input as facts}"
    " | some i, item in input.batch}"
)
_SHARD: Final = 1000
"""Documents in one call: a few megabytes, which OPA holds at twenty times their size."""
_MAX_OUTPUT: Final = 64 << 20


@dataclass(frozen=True)
class Question:
    """Facts, and the rules whose status is asked for."""

    facts: Any
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """Statuses by rule id.

    `raised` is what OPA raised about some document of the batch; then it was asked leniently, and
    in use there might be no answer at all.
    """

    statuses: Mapping[str, str]
    raised: str | None = None


@dataclass(frozen=True)
class Engine:
    """OPA with some policies in a folder of its own."""

    opa: Opa
    folder: Path
    modules: tuple[Mapping[str, Any], ...]
    """The modules as OPA parses them."""
    timeout_s: float

    def ask(self, questions: Sequence[Question]) -> list[Answer]:
        """Answer each question.

        Where a document makes a built-in fail, its shard is asked again without
        `--strict-builtin-errors`: then the expression is only undefined, and one bad document does
        not cost a batch. Where OPA raises even so (a conflict), the rule has no status.

        Raises:
            PolicyError: OPA does not answer in time, or answers something else.
        """
        workers = os.cpu_count() or 1
        size = max(1, min(_SHARD, -(-len(questions) // workers)))
        shards = [questions[n : n + size] for n in range(0, len(questions), size)]
        with ThreadPoolExecutor(workers) as pool:
            found = list(pool.map(self._shard, shards))
        return [answer for shard in found for answer in shard]

    def _shard(self, questions: Sequence[Question]) -> list[Answer]:
        try:
            return [Answer(statuses) for statuses in self.evaluate(questions, strict=True)]
        except _EvaluationError as error:
            return [Answer(found, error.message) for found in self._leniently(questions)]

    def _leniently(self, questions: Sequence[Question]) -> list[dict[str, str]]:
        try:
            return self.evaluate(questions, strict=False)
        except _EvaluationError:
            if len(questions) == 1:
                return [{}]
            half = len(questions) // 2
            return self._leniently(questions[:half]) + self._leniently(questions[half:])

    def ask_strictly(self, question: Question) -> dict[str, str]:
        """Statuses by rule id as in use: none at all where OPA raises.

        Raises:
            PolicyError: As `ask`.
        """
        try:
            return self.evaluate([question], strict=True)[0]
        except _EvaluationError:
            return {}

    def evaluate(self, questions: Sequence[Question], *, strict: bool) -> list[dict[str, str]]:
        """One call of OPA about all questions.

        Raises:
            PolicyError: As `ask`; also where one document makes OPA fail.
        """
        batch = [{"facts": q.facts, "rules": [_place(rule) for rule in q.rules]} for q in questions]
        flags = ("--strict-builtin-errors",) if strict else ()
        done = run(
            [
                *(str(self.opa.path), "eval", "--format", "json", "--strict", *flags),
                *("--bundle", str(self.folder), "--stdin-input", _QUERY),
            ],
            stdin=json.dumps({"batch": batch}).encode(),
            timeout_s=self.timeout_s,
            max_stdout=_MAX_OUTPUT,
            cwd=self.folder,
        )
        try:
            output = json.loads(done.stdout)
            if done.returncode or "errors" in output:
                raise _failure(done, output)
            found = output["result"][0]["expressions"][0]["value"]
            return [dict(found[str(n)]) for n in range(len(questions))]
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise PolicyError(
                "OPA did not answer about every document.", code="OPA_OUTPUT_INVALID"
            ) from error


@contextlib.contextmanager
def engine(opa: Opa, files: Mapping[str, bytes], timeout_s: float) -> Iterator[Engine]:
    """Load policies.

    Args:
        opa: The verified OPA.
        files: Bytes by path of a bundle: modules, and rule data as `kfm/data.json`.
        timeout_s: Longest time for one call of OPA, seconds.

    Raises:
        PolicyError: OPA cannot be used, or refuses the policies.
    """
    sources = {name: raw for name, raw in files.items() if name.endswith(".rego")}
    parsed = parse_modules(opa, sources)
    problems = [tree for tree in parsed.values() if isinstance(tree, Problem)]
    if problems:
        raise refused(problems)
    modules = tuple(tree for tree in parsed.values() if not isinstance(tree, Problem))
    with workspace(files) as folder:
        loaded = Engine(opa, folder, modules, timeout_s)
        loaded.evaluate([], strict=True)
        yield loaded


class _EvaluationError(PolicyError):
    """OPA compiled the policies and could not evaluate them on some input."""


def _failure(done: Completed, output: Mapping[str, Any]) -> PolicyError:
    errors = output["errors"]
    place = errors[0].get("location") or {}
    message = " ".join(str(errors[0].get("message")).split())[:500]
    if place.get("file"):
        message = f"{Path(place['file']).name}:{place.get('row')}: {message}"
    if all(str(error.get("code")).startswith("eval_") for error in errors):
        return _EvaluationError(message, code="OPA_FAILED")
    return PolicyError(
        f"OPA refuses the policies: {message}",
        code="POLICY_INVALID",
        got=f"exit code {done.returncode}",
    )


def _place(rule: str) -> dict[str, str]:
    area, _, name = rule.rpartition(".")
    kind = "overlay" if area.startswith("overlay.") else "rules"
    return {"id": rule, "kind": kind, "area": area.removeprefix("overlay."), "name": name}

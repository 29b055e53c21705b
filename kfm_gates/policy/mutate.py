"""Field mutation: no rule may pass because something that it reads is missing or of another type.

From a document that a rule passes, every field that it reads is deleted, nulled, emptied and
retyped, and the pass has to turn to fail. From a document that it refuses, no such mutation may
turn the refusal to anything else. Schema checking is off on purpose: the rules stand alone.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kfm_gates.policy import mutants
from kfm_gates.policy.documents import SUFFIX, Documents, area_of, load_documents
from kfm_gates.policy.locate import Opa
from kfm_gates.policy.mutation_engine import Engine, Question, engine
from kfm_gates.policy.reads import Path, Reads

_PASSED = ("pass", "not_applicable")
_UNREAD = 2
"""Mutations of a field that no rule reads: enough to see whether one does after all."""


@dataclass(frozen=True)
class Survivor:
    """A mutant that a rule did not notice.

    Args:
        rule: Id of the rule.
        document: Which document was mutated: `pass`, `fail` or `not_applicable`.
        pointer: JSON Pointer of the field; may hold `*` where the document has no such field.
        mutation: What was done to it.
        status: What the rule said.
    """

    rule: str
    document: str
    pointer: str
    mutation: str
    status: str


@dataclass(frozen=True)
class MutationReport:
    """Outcome of a mutation run.

    Args:
        rules: Ids of the rules that were tried.
        mutants: How many answers about mutants were judged.
        survivors: What no rule may have.
        problems: What kept a rule from being tried: no document, a document with another outcome.
    """

    rules: tuple[str, ...]
    mutants: int
    survivors: tuple[Survivor, ...]
    problems: tuple[str, ...]
    raised: tuple[str, ...] = ()
    """Errors of OPA on some mutant. In use that is no decision, hence ERROR and no pass; a rule
    that proves the type before it uses a value raises none."""

    @property
    def ok(self) -> bool:
        """True where every rule was tried and no mutant survived."""
        return bool(self.rules and self.mutants) and not self.survivors and not self.problems


@dataclass(frozen=True)
class _Mutant:
    """A question about one mutant, and what each rule must not answer."""

    question: Question
    document: str
    pointer: str
    mutation: str
    touched: frozenset[str]


def mutate(
    opa: Opa,
    files: Mapping[str, bytes],
    base: bytes,
    documents: Mapping[str, bytes],
    *,
    areas: Collection[str] | None = None,
    timeout_s: float = 120.0,
) -> MutationReport:
    """Mutate the facts of every rule.

    Args:
        opa: The verified OPA.
        files: Bytes by path: modules without their tests, house rules included, and
            `kfm/data.json`.
        base: Facts that the documents are patches of.
        documents: Bytes of `<area>.documents.json` by area (`rights`, `overlay.tiles`).
        areas: Only the rules of these; all where it is None.
        timeout_s: Longest time for one call of OPA, seconds.

    Raises:
        PolicyError: OPA gives no answer, or a rule is written so that its reads cannot be seen.
        UsageError: The documents are invalid.
    """
    with engine(opa, files, timeout_s) as loaded:
        reads = Reads(loaded.modules)
        wanted = tuple(r for r in reads.rules() if areas is None or area_of(r) in areas)
        examples = load_documents(base, documents, reads.rules())
        problems = list(_incomplete(wanted, reads, examples))
        usable, wrong = _starting_points(loaded, wanted, examples)
        trial = _Trial(usable, reads)
        found, judged, unseen, raised = _judge(loaded, [*trial.passing(), *trial.refused()])
        survivors = (*trial.absent(), *found)
    return MutationReport(wanted, judged, survivors, (*problems, *wrong, *unseen), raised)


def mutate_shipped(opa: Opa, house: Mapping[str, bytes] | None = None) -> MutationReport:
    """Mutate the facts of the shipped rules, or of house rules beside them.

    Args:
        opa: The verified OPA.
        house: Files of `.kfm/policy` by name: `<name>.rego` and `<name>.documents.json`. Where
            they are given, only their rules are tried.

    Raises:
        PolicyError: As `mutate`.
        UsageError: As `mutate`.
    """
    from kfm_gates.policy.sources import read_base
    from kfm_gates.resources import data_path

    files = read_base(data_path("policies"))
    documents = {
        path.name.removesuffix(SUFFIX): path.read_bytes()
        for path in sorted(data_path("policies", "examples").glob(f"*{SUFFIX}"))
    }
    areas = None
    if house is not None:
        sources = {n: raw for n, raw in house.items() if n.endswith(".rego")}
        sources = {n: raw for n, raw in sources.items() if not n.endswith("_test.rego")}
        files |= {f"house/{name}": raw for name, raw in sources.items()}
        areas = {f"overlay.{name.removesuffix('.rego')}" for name in sources}
        documents |= {
            f"overlay.{name.removesuffix(SUFFIX)}": raw
            for name, raw in house.items()
            if name.endswith(SUFFIX)
        }
    base = data_path("policies", "examples", "facts.json").read_bytes()
    return mutate(opa, files, base, documents, areas=areas)


def _incomplete(rules: Sequence[str], reads: Reads, examples: Documents) -> Iterator[str]:
    if not rules:
        yield "there are no rules"
    for rule in rules:
        if rule not in examples.passing:
            yield f"{rule}: no facts that it passes"
        if rule not in examples.failing:
            yield f"{rule}: no facts that it refuses"
        if reads.has(rule, "not_applicable") and rule not in examples.not_applicable:
            yield f"{rule}: no facts that it does not apply to"


def _starting_points(
    loaded: Engine, rules: Sequence[str], examples: Documents
) -> tuple[dict[str, list[tuple[str, Any]]], list[str]]:
    """Ask about the documents as they are; keep those on which the rule says what they are for."""
    asked = [(r, "pass", facts) for r in rules for facts in examples.passing.get(r, ())]
    for kind, known in (("fail", examples.failing), ("not_applicable", examples.not_applicable)):
        asked += [(rule, kind, known[rule]) for rule in rules if rule in known]
    answers = loaded.ask([Question(facts, (rule,)) for rule, _, facts in asked])
    usable: dict[str, list[tuple[str, Any]]] = {}
    problems = []
    for (rule, kind, facts), answer in zip(asked, answers, strict=True):
        if answer.statuses.get(rule) == kind:
            usable.setdefault(rule, []).append((kind, facts))
        else:
            given = answer.statuses.get(rule, "an error")
            problems.append(f"{rule}: its facts for {kind} give {given}")
    return usable, problems


class _Trial:
    """The mutants of the documents of some rules: `(kind, facts)` by rule."""

    def __init__(self, documents: Mapping[str, Sequence[tuple[str, Any]]], reads: Reads) -> None:
        from kfm_gates.resources import read_data

        self._documents, self._reads = documents, reads
        self._schema = json.loads(read_data("schemas", "facts", "v1.schema.json"))

    def passing(self) -> Iterator[_Mutant]:
        """Every field of every passing document: also those that a rule does not read.

        What a rule does not read must not change its answer; otherwise the analysis of reads is
        blind, and that is a problem of its own.
        """
        shared: dict[int, tuple[Any, list[str]]] = {}
        for rule, kind, facts in self._each():
            if kind == "pass":
                shared.setdefault(id(facts), (facts, []))[1].append(rule)
        for facts, rules in shared.values():
            fields = {r: mutants.expand(facts, self._reads.of(r, "pass"))[0] for r in rules}
            for path in mutants.below(facts):
                touched = frozenset(rule for rule in rules if path in fields[rule])
                yield from self._of(facts, path, tuple(rules), "pass", touched)

    def refused(self) -> Iterator[_Mutant]:
        """Every field that a rule reads in the documents that it does not pass."""
        for rule, kind, facts in self._each():
            if kind == "pass":
                continue
            reads = self._reads.of(rule, "not_applicable")
            if kind == "fail":
                reads |= self._reads.of(rule, "pass")
            for path in sorted(mutants.expand(facts, reads)[0], key=str):
                yield from self._of(facts, path, (rule,), kind, frozenset({rule}))

    def absent(self) -> Iterator[Survivor]:
        """Fields that a rule reads and that its passing document lacks: it passes without them."""
        for rule, kind, facts in self._each():
            if kind == "pass":
                for path in sorted(mutants.expand(facts, self._reads.of(rule, kind))[1], key=str):
                    yield Survivor(rule, kind, mutants.pointer(path), "not there at all", kind)

    def _each(self) -> Iterator[tuple[str, str, Any]]:
        for rule, documents in self._documents.items():
            for kind, facts in documents:
                yield rule, kind, facts

    def _of(
        self,
        facts: Any,
        path: Path,
        rules: tuple[str, ...],
        document: str,
        touched: frozenset[str],
    ) -> Iterator[_Mutant]:
        # From a refusal, 0 is no gap in the facts but good news: no hits, nothing failed.
        is_count = document == "pass" and mutants.counts(self._schema, path)
        found = mutants.mutations(facts, path, is_count=is_count)
        for mutation, mutant in found if touched else itertools.islice(found, _UNREAD):
            question = Question(mutant, rules)
            yield _Mutant(question, document, mutants.pointer(path), mutation, touched)


def _judge(
    loaded: Engine, trials: Sequence[_Mutant]
) -> tuple[tuple[Survivor, ...], int, tuple[str, ...], tuple[str, ...]]:
    """Ask about all mutants. Who survived a lenient answer is asked again as strictly as in use."""
    answers = loaded.ask([trial.question for trial in trials])
    survivors = []
    unseen: dict[str, None] = {}
    judged = 0
    for trial, answer in zip(trials, answers, strict=True):
        for rule in trial.question.rules:
            status = answer.statuses.get(rule)
            if rule not in trial.touched:
                if status != "pass":
                    place = trial.pointer or "the whole document"
                    unseen[f"{rule}: reads {place} in a way that cannot be seen"] = None
                continue
            judged += 1
            if status in _PASSED and answer.raised is not None:
                question = Question(trial.question.facts, (rule,))
                status = loaded.ask_strictly(question).get(rule)
            if status in _PASSED:
                survivors.append(
                    Survivor(rule, trial.document, trial.pointer, trial.mutation, str(status))
                )
    raised = sorted({answer.raised for answer in answers if answer.raised})
    return tuple(survivors), judged, tuple(unseen), tuple(raised)

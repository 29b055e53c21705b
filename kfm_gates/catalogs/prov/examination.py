"""The examination of all PROV documents of a run, or of the one that `lint` was given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from kfm_gates.catalogs._api import (
    Document,
    Examined,
    Question,
    Remark,
)
from kfm_gates.catalogs.prov import (
    artifacts,
    attributes,
    claims,
    clocks,
    codes,
    declared,
    places,
    receipts,
    run_activity,
)
from kfm_gates.catalogs.prov.constraints import analyse
from kfm_gates.catalogs.prov.entities import Thing
from kfm_gates.catalogs.prov.lineage import Lineage
from kfm_gates.catalogs.prov.model import MAX_STATEMENTS
from kfm_gates.catalogs.prov.read import read
from kfm_gates.catalogs.prov.story import Account, Story
from kfm_gates.errors import EvidenceError
from kfm_gates.model import Check, Code

_FAMILIES: Final[dict[str, tuple[Check, Code]]] = {
    "unique": (codes.UNIQUE, codes.UNIQUENESS_VIOLATED),
    "ordered": (codes.ORDERED, codes.ORDER_VIOLATED),
    "typed": (codes.TYPED, codes.TYPE_CONFLICT),
    "possible": (codes.POSSIBLE, codes.IMPOSSIBLE),
}
_OUTSIDE: Final = "the document is not part of a run"


def examine(documents: Sequence[Document], question: Question) -> Examined:
    """Read every document, decide its constraints, and hold all of them against the run."""
    examined = Examined()
    accounts: list[Account] = []
    room = MAX_STATEMENTS
    for document in documents:
        try:
            reading = read(document, room=room)
        except EvidenceError as error:
            examined.error = examined.error or error
            continue
        room -= reading.count
        analyses = [analyse(instance) for instance in reading.instances]
        accounts.append(Account(document, reading, analyses))
    story = Story(accounts)
    examined.remarks.extend(_problems(accounts))
    statements = sum(account.reading.count for account in accounts)
    examined.counts[codes.READABLE.id] = len(accounts)
    for family, (check, code) in _FAMILIES.items():
        examined.remarks.extend(_violations(accounts, family, check, code))
        _settle(examined, check, statements, "the documents state nothing")
    remarks, count = clocks.check(story, question.now)
    examined.remarks.extend(remarks)
    _settle(examined, codes.CLOCKS, count, "no time is stated")
    remarks, count = declared.check(story)
    examined.remarks.extend(remarks)
    _settle(examined, codes.DECLARED, count, "no statement speaks of anything")
    found, remarks = places.things(story, question)
    examined.remarks.extend(remarks)
    remarks, count = artifacts.check(found, question)
    examined.remarks.extend(remarks)
    examined.remarks.extend(attributes.check(found))
    _settle(examined, codes.DIGESTS_HOLD, count, "no entity stands for a file")
    _against_run(examined, story, found, question)
    examined.claims.extend(claims.of_artifacts(found, question))
    examined.activities.extend(claims.of_activities(story, found))
    examined.facts = {
        "documents": len(documents),
        "activities": len(story.elements("activity")),
        "entities": len(story.elements("entity")),
        "agents": len(story.elements("agent")),
    }
    return examined


def _settle(examined: Examined, check: Check, count: int, witness: str) -> None:
    if count or any(remark.check == check.id for remark in examined.remarks):
        examined.counts[check.id] = count
    else:
        examined.witnesses[check.id] = witness


def _problems(accounts: Sequence[Account]) -> Iterator[Remark]:
    for account in accounts:
        for problem in account.reading.problems:
            yield account.remark(
                codes.READABLE,
                problem.code,
                problem.message,
                problem.where,
                got=problem.got,
                wanted=problem.wanted,
            )


def _violations(
    accounts: Sequence[Account], family: str, check: Check, code: Code
) -> Iterator[Remark]:
    for account in accounts:
        for analysis in account.analyses:
            bundle = analysis.merged.instance.id
            inside = f" In the bundle {bundle}." if bundle is not None else ""
            for violation in analysis.violations:
                if violation.family == family:
                    yield account.remark(
                        check,
                        code,
                        violation.message + inside,
                        violation.where,
                        got=violation.got,
                    )


def _against_run(
    examined: Examined, story: Story, found: dict[str, Thing], question: Question
) -> None:
    checks = (codes.GENERATED_ONCE, codes.RUN_DESCRIBED, codes.INPUTS_KNOWN, codes.VERSIONS_APART)
    run = question.run
    if run is None:
        examined.witnesses.update({check.id: _OUTSIDE for check in checks})
        return
    if not story.accounts:
        # Nothing could be read, so nothing is shown; the error says why.
        examined.counts.update({check.id: 0 for check in checks})
        return
    lineage = Lineage(story, found, run)
    examined.remarks.extend(lineage.check_outputs())
    examined.counts[codes.GENERATED_ONCE.id] = len(run.outputs)
    examined.remarks.extend(run_activity.check(story, run))
    examined.counts[codes.RUN_DESCRIBED.id] = 1
    remarks, count = lineage.check_inputs()
    examined.remarks.extend(remarks)
    examined.counts[codes.INPUTS_KNOWN.id] = count
    examined.remarks.extend(receipts.check(lineage))
    remarks, count = lineage.check_versions()
    examined.remarks.extend(remarks)
    _settle(examined, codes.VERSIONS_APART, count, "no generation is stated")
    examined.datasets.extend(claims.of_dataset(found, run.family))

"""Our own words for what receipts state: run id, commit and spec hash are those of the receipts."""

from __future__ import annotations

from collections.abc import Iterator

from kfm_gates.catalogs._api import Remark
from kfm_gates.catalogs.prov import codes
from kfm_gates.catalogs.prov.entities import KFM
from kfm_gates.catalogs.prov.lineage import Lineage
from kfm_gates.catalogs.prov.model import MAX_TOLD
from kfm_gates.catalogs.prov.story import Said

_RUNS = "kfm://run/"


def check(lineage: Lineage) -> list[Remark]:
    """Hold the run, its plan, its outputs and what made them against the receipts.

    Asked after `Lineage.check_inputs`.
    """
    story, run = lineage.story, lineage.run
    mine = lineage.activities
    plans = {said.args[2] for said in story.of("wasAssociatedWith") if said.args[0] in mine}
    outputs = {name for names in lineage.outputs.values() for name in names}
    receipts = {
        "run id": (("runId", "run_id"), run.run_id),
        "commit": (("gitCommit", "git_commit"), run.commit),
        "spec hash": (("specHash", "spec_hash"), run.spec_hash),
    }
    remarks: list[Remark] = []
    for kind, wanted in (("activity", mine), ("entity", outputs | plans)):
        for iri, all_ in story.elements(kind).items():
            if iri in wanted and len(remarks) < MAX_TOLD:
                for word, (names, value) in receipts.items():
                    if value is not None:
                        remarks.extend(_apart(all_, word, names, value))
    for said in story.of("wasAssociatedWith"):
        if said.args[0] in mine and len(remarks) < MAX_TOLD:
            for word, (names, value) in receipts.items():
                if value is not None:
                    remarks.extend(_apart([said], word, names, value))
    # Where no activity is the run, that is what is wrong.
    for iri in sorted(mine - lineage.own if lineage.activity is not None else ()):
        other = iri.removeprefix(_RUNS).partition("/")[0]
        if iri.startswith(_RUNS) and other != run.run_id:
            for said in story.elements("activity").get(iri, [])[:1]:
                remarks.append(_remark(said, "run id", other, run.run_id))
    return remarks


def _apart(all_: list[Said], word: str, names: tuple[str, ...], wanted: str) -> Iterator[Remark]:
    for said in all_:
        for name in names:
            for value in said.statement.values(f"{KFM}{name}"):
                if value.text != wanted:
                    yield _remark(said, word, value.text, wanted)


def _remark(said: Said, word: str, got: str, wanted: str) -> Remark:
    return said.account.remark(
        codes.RUN_DESCRIBED,
        codes.RECEIPT_CONTRADICTED,
        f"The {word} of {said.text()} is not that of the receipts.",
        said.statement.where,
        got=got[:200],
        wanted=wanted,
    )

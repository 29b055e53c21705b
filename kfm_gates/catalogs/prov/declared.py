"""No dangling names: whatever a statement speaks of is declared somewhere."""

from __future__ import annotations

from itertools import islice

from kfm_gates.catalogs._api import Remark
from kfm_gates.catalogs.prov import codes
from kfm_gates.catalogs.prov.model import MAX_TOLD, Statement, text
from kfm_gates.catalogs.prov.story import Account, Story

_THINGS = frozenset({"entity", "activity", "agent", "thing"})


def check(story: Story) -> tuple[list[Remark], int]:
    """Look for entities, activities and agents that no statement declares.

    A declaration counts for all documents of the run, whichever bundle it is in: a bundle may
    speak of what another one describes.

    Returns:
        One remark for each name, and how many references there are.
    """
    known: set[str] = set()
    for kind in ("entity", "activity", "agent"):
        known.update(story.elements(kind))
    for account in story.accounts:
        known.update(one.id for one in account.reading.instances if one.id is not None)
    missing: dict[str, tuple[Account, Statement, str, dict[str, str]]] = {}
    count = 0
    for account in story.accounts:
        for instance in account.reading.instances:
            for statement in instance.statements:
                for slot, name in zip(statement.kind.slots, statement.args, strict=True):
                    if name is None or slot.role not in _THINGS:
                        continue
                    count += 1
                    if name not in known:
                        missing.setdefault(name, (account, statement, slot.role, instance.prefixes))
    remarks = [
        account.remark(
            codes.DECLARED,
            codes.ID_DANGLING,
            f"{text(statement, prefixes)} speaks of {name[:200]}, which no statement declares.",
            statement.where,
            got=name[:200],
            wanted="an entity, an activity or an agent" if role == "thing" else f"the {role}",
        )
        for name, (account, statement, role, prefixes) in islice(missing.items(), MAX_TOLD)
    ]
    return remarks, count

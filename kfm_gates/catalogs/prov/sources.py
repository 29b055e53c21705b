"""The way back from the outputs and the run to what they were made of: inputs, and nothing else.

Every relation of PROV that says where something came from is followed, not only usage and
derivation, since each of them could name what the manifest leaves out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from kfm_gates.catalogs._api import Remark
from kfm_gates.catalogs.prov import codes
from kfm_gates.catalogs.prov.model import MAX_TOLD
from kfm_gates.catalogs.prov.places import outside_of
from kfm_gates.catalogs.prov.story import Said

if TYPE_CHECKING:
    from kfm_gates.catalogs.prov.lineage import Lineage

_Role = Literal["activity", "source", "aspect", "plan", "any"]
_FROM_ACTIVITY: Final[tuple[tuple[str, int, tuple[tuple[int, _Role], ...]], ...]] = (
    ("used", 0, ((1, "source"),)),
    ("wasInformedBy", 0, ((1, "activity"),)),
    ("wasStartedBy", 0, ((1, "source"), (2, "activity"))),
    ("wasEndedBy", 0, ((1, "source"), (2, "activity"))),
    ("wasInfluencedBy", 0, ((1, "any"),)),
    ("wasAssociatedWith", 0, ((2, "plan"),)),
)
_FROM_ENTITY: Final[tuple[tuple[str, int, tuple[tuple[int, _Role], ...]], ...]] = (
    ("wasGeneratedBy", 0, ((1, "activity"),)),
    ("wasDerivedFrom", 0, ((1, "source"), (2, "activity"))),
    ("wasInfluencedBy", 0, ((1, "any"),)),
    ("specializationOf", 0, ((1, "aspect"),)),
    ("mentionOf", 0, ((1, "aspect"),)),
    ("alternateOf", 0, ((1, "aspect"),)),
    ("alternateOf", 1, ((0, "aspect"),)),
    ("hadMember", 1, ((0, "aspect"),)),
)
_FROM_WHOLE: Final[tuple[tuple[str, int, tuple[tuple[int, _Role], ...]], ...]] = (
    ("hadMember", 0, ((1, "source"),)),
    ("specializationOf", 1, ((0, "aspect"),)),
)
"""Of what was used or handed on; the dataset also has members and versions of other runs."""
_OF_INPUT: Final = frozenset({"specializationOf", "mentionOf", "alternateOf", "hadMember"})


class _Link(NamedTuple):
    """Where a statement leads, and as what."""

    said: Said
    role: _Role
    target: str


class Sources:
    """The walk, for one run.

    Args:
        lineage: The statements of the run.
    """

    def __init__(self, lineage: Lineage) -> None:
        self.lineage = lineage
        self.run = lineage.run
        self.reached: set[str] = set()
        self.count = 0
        self.told: set[str] = set()
        self.remarks: list[Remark] = []
        self.of_activities = self._links(_FROM_ACTIVITY)
        self.of_entities = self._links(_FROM_ENTITY)
        self.of_wholes = self._links(_FROM_WHOLE)
        self.grounded = self._grounded()
        # They influenced the run. One that is used as well, or lies in the lake, is told as such.
        self.plans = {
            said.args[2]
            for said in lineage.story.of("wasAssociatedWith")
            if said.args[0] in lineage.own
        }
        self.bytes = {output.sha256 for output in self.run.outputs.values()}
        self.bytes.update(self.run.inputs.values())

    def _links(
        self, table: tuple[tuple[str, int, tuple[tuple[int, _Role], ...]], ...]
    ) -> dict[str, list[_Link]]:
        found: dict[str, list[_Link]] = {}
        for kind, start, ends in table:
            for said in self.lineage.story.of(kind):
                links = [
                    _Link(said, role, target)
                    for n, role in ends
                    if (target := said.args[n]) is not None
                ]
                found.setdefault(said.args[start] or "", []).extend(links)
        return found

    def _grounded(self) -> set[str]:
        """Activities, beside those of the run, that worked on an input or on what came of one."""
        lineage = self.lineage
        users: dict[str, list[str]] = {}
        for activity, uses in lineage.uses.items():
            for said in uses:
                users.setdefault(said.args[1] or "", []).append(activity)
        products: dict[str, list[str]] = {}
        for entity, made in lineage.generations.items():
            for said in made:
                products.setdefault(said.args[1] or "", []).append(entity)
        waiting = [iri for iri in users if lineage.input_of(iri) is not None]
        for own in lineage.own:
            waiting.extend(products.get(own, ()))
        known, grounded = set(waiting), set[str]()
        while waiting:
            for activity in users.get(waiting.pop(), ()):
                if activity in grounded:
                    continue
                grounded.add(activity)
                more = set(products.get(activity, ())) - known
                known |= more
                waiting.extend(more)
        return grounded

    def outside(self, iri: str) -> str | None:
        """Where in the lake an entity lies that is no input and no file of this run."""
        thing = self.lineage.found.get(iri)
        if thing is not None:
            return None if thing.input is not None else thing.outside
        return outside_of(iri, self.run) if self.lineage.input_of(iri) is None else None

    def follow(self) -> None:
        """Walk; `reached`, `count` and `remarks` are the result."""
        lineage = self.lineage
        activities = set(lineage.own)
        wholes = {iri for names in lineage.outputs.values() for iri in names}
        aspects: set[str] = set()
        inputs: set[str] = set()
        for iri in sorted(wholes):
            self._check_maker(iri)
        waiting: list[Iterator[_Link]] = [
            *(iter(self.of_activities.get(one, ())) for one in activities),
            *(self._of_whole(one) for one in wholes),
        ]
        while waiting:
            for said, role, target in waiting.pop():
                kind = self._kind(target) if role == "any" else role
                if kind == "activity":
                    if target not in activities:
                        activities.add(target)
                        waiting.append(iter(self.of_activities.get(target, ())))
                elif kind == "source":
                    if not self._check_source(said, role, target):
                        continue
                    name = lineage.input_of(target)
                    if name is not None:
                        self.reached.add(name)
                        if target not in inputs:
                            inputs.add(target)
                            self._check_input(target)
                    elif target not in wholes:
                        wholes.add(target)
                        waiting.append(self._of_whole(target))
                elif self._check_aspect(said, kind, target) and not (
                    target in aspects or target in wholes
                ):
                    aspects.add(target)
                    waiting.append(iter(self.of_entities.get(target, ())))

    def _of_whole(self, iri: str) -> Iterator[_Link]:
        yield from self.of_entities.get(iri, ())
        yield from self.of_wholes.get(iri, ())

    def _kind(self, iri: str) -> _Role:
        """What an influencer is; whatever is an entity as well is looked at as one."""
        elements = self.lineage.story.elements
        if iri in elements("activity"):
            return "activity"
        return "plan" if iri in elements("agent") and iri not in elements("entity") else "source"

    def _check_source(self, said: Said, role: _Role, iri: str) -> bool:
        """Something was made of this: is it an input, or was it made in the run?"""
        if role == "any" and iri in self.plans:
            return False
        self.count += 1
        lineage = self.lineage
        if lineage.input_of(iri) is not None:
            return True
        makers = [made.args[1] for made in lineage.generations.get(iri, ())]
        known = any(makers) and all(
            by is None or by in lineage.own or by in self.grounded for by in makers
        )
        if known and not self.outside(iri):
            return True
        self._tell(
            said,
            iri,
            "is no input of the manifest, and"
            + (" what generated it used none." if any(makers) else " nothing in the run made it.")
            if not self.outside(iri)
            else "lies in the lake, and is no input of the manifest.",
        )
        return False

    def _check_aspect(self, said: Said, kind: _Role, iri: str) -> bool:
        """This is named beside something: is it another file, of which nobody knows?

        Returns:
            Whether the way leads on from it.
        """
        if self.lineage.input_of(iri) is not None:
            return False
        thing = self.lineage.found.get(iri)
        other = kind == "aspect" and thing is not None and thing.path is None
        strange = (d.sha256 for d in thing.digests) if other and thing is not None else ()
        if not self.outside(iri) and all(digest in self.bytes for digest in strange):
            return kind == "aspect"
        self._tell(said, iri, "is another file, and no input of the manifest.")
        return False

    def _check_input(self, iri: str) -> None:
        """What came before an input is its history; what it is, is not."""
        for said, _, target in self._of_whole(iri):
            kind = said.statement.kind.name
            # The collection in which an input lies is no part of it.
            same = kind in _OF_INPUT and (kind != "hadMember" or said.args[0] == iri)
            if same and self.outside(target):
                self._tell(said, target, "lies in the lake, and is no input of the manifest.")

    def _check_maker(self, iri: str) -> None:
        for made in self.lineage.generations.get(iri, ()):
            by = made.args[1]
            if by is not None and by not in self.lineage.own and by not in self.grounded:
                self._tell(made, by, "is not the run, and used no input of the manifest.")

    def _tell(self, said: Said, iri: str, why: str) -> None:
        if iri in self.told or len(self.told) >= MAX_TOLD:
            return
        self.told.add(iri)
        self.remarks.append(
            said.account.remark(
                codes.INPUTS_KNOWN,
                codes.INPUT_UNKNOWN,
                f"{said.text()}: {said.short(iri)} {why}",
                said.statement.where,
                got=iri[:200],
                wanted="an input of the manifest",
            )
        )

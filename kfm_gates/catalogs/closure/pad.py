"""Where comparisons write down what they found and how much they looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from kfm_gates.catalogs._api import ArtifactClaim, Examined, Remark
from kfm_gates.catalogs.closure.codes import CHECKS
from kfm_gates.model import Code

_NAMES: Final = {
    "bytes": "the file itself",
    "manifest": "the manifest",
    "stac": "STAC",
    "dcat": "DCAT",
    "prov": "PROV",
    "openlineage": "OpenLineage",
}


class Pad:
    """Remarks, and for each check how many things were compared."""

    def __init__(self) -> None:
        self.remarks: list[Remark] = []
        self.counts: Counter[str] = Counter()

    def against(
        self,
        check: str,
        code: Code,
        message: str,
        where: ArtifactClaim,
        *,
        got: object = None,
        wanted: object = None,
        unproven: bool = False,
    ) -> None:
        """Write a remark at the place of a statement."""
        self.remarks.append(
            Remark(
                check=check,
                code=code,
                message=message,
                file=where.file,
                pointer=where.pointer or None,
                got=None if got is None else str(got),
                wanted=None if wanted is None else str(wanted),
                unproven=unproven,
            )
        )

    def examined(self, witnesses: Mapping[str, str]) -> Examined:
        """Everything as an answer: a check with a witness and without a remark does not apply."""
        found = Examined(remarks=self.remarks)
        refused = {remark.check for remark in self.remarks}
        for check in CHECKS:
            if check.id in witnesses and check.id not in refused and not self.counts[check.id]:
                found.witnesses[check.id] = witnesses[check.id]
            else:
                found.counts[check.id] = self.counts[check.id]
        return found


def name_of(source: str) -> str:
    """What a source is called in a sentence."""
    return _NAMES.get(source, source)


def names_of(sources: Iterable[str]) -> str:
    """Several of them, as in a sentence."""
    names = [name_of(source) for source in dict.fromkeys(sources)]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def place_of(claim: ArtifactClaim) -> str:
    """Document and place of a statement in a few words."""
    return f"{claim.file} {claim.pointer}".rstrip()

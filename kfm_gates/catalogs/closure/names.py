"""The explicit map of names: how the manifest ties records of catalogs to outputs.

A record belongs to the output that its reference leads to, or to the one to which the manifest
gives its name. Nothing else ties it to anything, however similar names may look.
"""

from __future__ import annotations

from kfm_gates.catalogs import references
from kfm_gates.catalogs._api import ArtifactClaim
from kfm_gates.catalogs.closure import codes
from kfm_gates.catalogs.closure.cells import MANIFEST
from kfm_gates.catalogs.closure.evidence import Evidence
from kfm_gates.catalogs.closure.pad import Pad, name_of


class Names:
    """The explicit map of names that the manifest gives its outputs in catalogs."""

    def __init__(self, evidence: Evidence, pad: Pad) -> None:
        self._run = evidence.run
        self._outputs = outputs = evidence.run.outputs
        self._pad = pad
        self._paths: dict[tuple[str, str], str] = {}
        self._used: set[tuple[str, str]] = set()
        for path, output in outputs.items():
            for kind, name in output.names.items():
                first = self._paths.setdefault((kind, name), path)
                if first != path:
                    pad.against(
                        "names",
                        codes.NAME_CONFLICT,
                        f"The manifest gives {first} and {path} one name in {name_of(kind)}.",
                        in_manifest(evidence.manifest, f"{output.pointer}/catalog_ids/{kind}"),
                        got=name,
                        wanted="a name for each",
                    )

    def home(self, claim: ArtifactClaim) -> str | None:
        """The path of what a claim is about; None where it is about nothing of this run."""
        keys = [(claim.source, name) for name in _names(claim)]
        key = next((key for key in keys if key in self._paths), None)
        if key is None:
            return claim.artifact
        named = self._paths[key]
        if claim.data:
            self._used.add(key)
        if claim.artifact is not None and claim.artifact != named:
            self._pad.against(
                "names",
                codes.NAME_CONFLICT,
                f"{name_of(claim.source)} refers to {claim.artifact} by path and to {named} by the "
                "name that the manifest gives it.",
                claim,
                got=key[1],
                wanted=f"{named} by both",
            )
            return claim.artifact
        if claim.artifact is None and self._elsewhere(claim):
            # A name may stand for an address that means nothing here, not for another file.
            self._pad.against(
                "names",
                codes.NAME_CONFLICT,
                f"{name_of(claim.source)} calls {claim.href} by the name that the manifest gives "
                f"{named}, and that is an address of something else.",
                claim,
                got=claim.href,
                wanted=named,
            )
        return named

    def _elsewhere(self, claim: ArtifactClaim) -> bool:
        target = references.resolve(claim.href, base=claim.file, run=self._run)
        return target.kind in ("lake", "run", "refused") or target.path.startswith("kfm://")

    def loose_ends(self, evidence: Evidence) -> None:
        """Refuse the names that no catalog uses."""
        self._pad.counts["names"] += sum(len(output.names) for output in self._outputs.values())
        for (kind, name), path in self._paths.items():
            if (kind, name) in self._used or kind in evidence.unread:
                continue
            why = "names nothing so" if kind in evidence.claims else "does not exist"
            self._pad.against(
                "names",
                codes.NAME_UNUSED,
                f"The manifest gives {path} a name in {name_of(kind)}, which {why}.",
                in_manifest(evidence.manifest, f"{self._outputs[path].pointer}/catalog_ids/{kind}"),
                got=name,
                wanted="a name that the catalog uses for this output",
            )


def in_manifest(file: str, pointer: str) -> ArtifactClaim:
    """A place in the run manifest."""
    return ArtifactClaim(source=MANIFEST, file=file, pointer=pointer, href="", artifact=None)


def _names(claim: ArtifactClaim) -> list[str]:
    """What a catalog may call a record: its id, its reference, in STAC id and key of the asset."""
    found = [name for name in (claim.id, claim.href) if name]
    if claim.source == "stac" and claim.id:
        key = claim.pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
        found.insert(0, f"{claim.id}#{key}")
    return found
